#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: reimport
short_description: Have the data source of an account imported again, once for each reason
description:
  - Has the platform import an account's costs again from a month on, since its report was made anew or months have arrived.
    The platform's own hourly round does it; nothing is scheduled here.
  - It asks for nothing while an import of that data source waits or runs, nor twice for the same reason. That it was asked
    for is noted by a tag of the FinOps user, or of the role that the data source works with.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  user_name:
    description: The name of the FinOps user, V(FinOpsForCloudUser) if not given.
    type: str
  month:
    description: The first month to import again, such as V(2026-09). Without it nothing is asked for.
    type: str
  why:
    description: What it is for, V(transfer) where the report was made anew, V(backfill) where months have arrived.
    type: str
    choices: [transfer, backfill]
    default: transfer
  about:
    description:
      - What is noted once it was asked for, such as the name of the report. With another one it is asked for again.
      - Needed with O(month).
    type: str
  reimport:
    description: V(never) only tells what would be asked for.
    type: str
    choices: [auto, never]
    default: auto
  known:
    description:
      - The account's data source as the platform listed it earlier in the same run.
        RV(finops_for_cloud.aws.account#module:data_source) is made for this.
      - Empty means that the platform lists none. Without it the module asks the platform.
    type: dict
  delivered:
    description: Whether AWS has delivered to the export already. It changes nothing here.
    type: bool
seealso:
  - module: finops_for_cloud.aws.history
  - module: finops_for_cloud.aws.data_source
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.platform
  - finops_for_cloud.aws.attributes
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Import from September on, since the report was made anew
  finops_for_cloud.aws.reimport:
    account_id: "111122223333"
    profile: management
    platform_url: https://finops.example.com
    platform_organization_id: 3f0c1f3e-7b0a-4c6b-9d58-6f1f0f5f2c11
    platform_token: "{{ lookup('ansible.builtin.env', 'FINOPS_PLATFORM_TOKEN') }}"
    month: 2026-09
    about: billing-111122223333-2
"""

RETURN = r"""
reimport:
  description: The C(state) that decides, and the month C(from) which it was asked for; V(none) where there is no data source.
  returned: success
  type: dict
  sample: {state: reimport, from: 2026-09}
steps:
  description: What was done, or in check mode would be done, one sentence for each write.
  returned: always
  type: list
  elements: str
  sample:
    - "Have the data source aws-111122223333 imported again from 2026-09 on, since its report was made anew"
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
    - {code: HISTORY_LATER, severity: pending, title: "an import waits or runs", resource: reimport}
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.reimport import Reimport


def main() -> None:
    run_module(Reimport)


if __name__ == "__main__":
    main()
