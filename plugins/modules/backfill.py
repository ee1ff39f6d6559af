#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: backfill
short_description: Name the months that a report lacks, and ask AWS for them
description:
  - Finds which months the bucket of an account's report holds, and which it lacks since the account's first cost, as far back as
    the platform can import. A new report begins with its month; AWS adds older ones by a support case.
  - Writes that support case as a text, ready to be sent, and files it where O(file_support_case) allows it and the account's
    support plan has an API.
  - Recognises months that have arrived and that the platform has no cost of. M(finops_for_cloud.aws.reimport) has them imported.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  user_name:
    description: The name of the FinOps user, V(FinOpsForCloudUser) if not given.
    type: str
  known:
    description:
      - The account's data source as the platform listed it earlier in the same run.
        RV(finops_for_cloud.aws.account#module:data_source) is made for this.
      - Empty means that the platform lists none. Without it the module asks the platform.
    type: dict
  first_cost_month:
    description:
      - The month of the account's first cost, such as V(2026-01).
      - If not given, the earliest that the platform, the files, O(joined) or, with O(cost_explorer), Cost Explorer tell of.
    type: str
  joined:
    description: The day on which the account joined its organization, such as V(2026-01-31).
    type: str
  folder:
    description: The folder that the support case is written to, as C(support-case-<account id>.txt).
    type: path
    default: finops-report
  file_support_case:
    description: Whether the support case is filed through AWS's Support API, once.
    type: bool
    default: false
  backfill_tags:
    description:
      - Whether AWS's own backfill of cost allocation tags is begun, for twelve months.
      - AWS begins one in 24 hours.
    type: bool
    default: false
  cost_explorer:
    description: Whether Cost Explorer is asked for the first month with cost, one request that AWS charges for.
    type: bool
    default: false
seealso:
  - module: finops_for_cloud.aws.reimport
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.platform
  - finops_for_cloud.aws.attributes
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Write the support case for the months that lack
  finops_for_cloud.aws.backfill:
    account_id: "111122223333"
    profile: management
    platform_url: https://finops.example.com
    platform_organization_id: 3f0c1f3e-7b0a-4c6b-9d58-6f1f0f5f2c11
    platform_token: "{{ lookup('ansible.builtin.env', 'FINOPS_PLATFORM_TOKEN') }}"
    first_cost_month: 2026-01
"""

RETURN = r"""
backfill:
  description: The account's months, V(none) where it has no data source with a report.
  returned: success
  type: dict
  contains:
    first_cost:
      description: The month of its first cost, V(none) where nobody knows.
      type: str
      returned: always
      sample: 2026-01
    said_by:
      description: Who says so.
      type: str
      returned: always
      sample: platform
    held:
      description: The months that the bucket holds.
      type: list
      elements: str
      returned: always
      sample: [2026-09, 2026-10]
    missing:
      description: The full months since the first cost that it lacks.
      type: list
      elements: str
      returned: always
      sample: [2026-07, 2026-08]
    arrived:
      description: The months that it holds, and that the platform has no cost of and was never asked for.
      type: list
      elements: str
      returned: always
      sample: []
    from:
      description: The first of these, V(none) without any.
      type: str
      returned: always
      sample: 2026-07
    about:
      description: What is noted once they are asked for.
      type: str
      returned: always
      sample: 2026-07 2026-08
    support_case:
      description: The file that the support case is in, V(none) where none is needed.
      type: str
      returned: always
      sample: finops-report/support-case-111122223333.txt
    case_id:
      description: The id of the case where it is filed, else V(none).
      type: str
      returned: always
      sample: case-111122223333-muen-2026-1
stage:
  description: Where the account stands, as the page C(docs/migrations.md) of this collection has it, and what leads on.
  returned: where there is a data source with a report
  type: dict
  sample: {name: whole, words: the bucket holds every month, next_command: ""}
steps:
  description: What was done, or in check mode would be done, one sentence for each write.
  returned: always
  type: list
  elements: str
  sample:
    - "Write the support case for 2026-07, 2026-08 to finops-report/support-case-111122223333.txt"
account_id:
  description: The account that the task is about.
  returned: where O(account_id) is an account's
  type: str
  sample: "111122223333"
findings:
  description:
    - What is not as it should be. M(finops_for_cloud.aws.account) tells what each has; the page C(docs/findings.md) of
      this collection lists every code.
  returned: when it could be looked at
  type: list
  elements: dict
  sample:
    - {code: BACKFILL_MISSING, severity: note, title: "the bucket lacks 2026-07, 2026-08", resource: backfill}
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.backfill import Backfill


def main() -> None:
    run_module(Backfill)


if __name__ == "__main__":
    main()
