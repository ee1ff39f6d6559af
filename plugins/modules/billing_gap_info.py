#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: billing_gap_info
short_description: Tell for how long an account had no report after a billing transfer
description:
  - Tells from when to when an account had no report, since its bill went to another owner, which of these hours no report has,
    and as far as the delivered files tell what that time cost. Changes nothing.
  - Rates after a transfer may be pro forma.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
requirements:
  - pyarrow for the costs; without it they are unknown
options:
  bill:
    description: What RV(finops_for_cloud.aws.bill_info#module:bill) told.
    type: dict
    required: true
  report:
    description: The report that is read now, as RV(finops_for_cloud.aws.cur#module:cur) told it, where none had to be made.
    type: dict
  known:
    description: The account's data source as the platform has it now.
    type: dict
  reimport:
    description: What RV(finops_for_cloud.aws.reimport#module:reimport) told.
    type: dict
seealso:
  - module: finops_for_cloud.aws.bill_info
  - module: finops_for_cloud.aws.reimport
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.attributes.info
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Look whose the bill is
  finops_for_cloud.aws.bill_info:
    account_id: "111122223333"
    profile: management
  register: found

- name: Tell how long there was no report
  finops_for_cloud.aws.billing_gap_info:
    account_id: "111122223333"
    profile: management
    bill: "{{ found.bill }}"
"""

RETURN = r"""
billing_gap:
  description: The time without a report, V(none) where nobody knows when it began.
  returned: success
  type: dict
  contains:
    since:
      description: Where the lost report's files end.
      type: str
      returned: always
      sample: "2026-10-31T06:00:00+00:00"
    until:
      description: When the new report was made, or now.
      type: str
      returned: always
      sample: "2026-11-03T12:00:00+00:00"
    is_open:
      description: Whether there is no new report yet.
      type: bool
      returned: always
      sample: false
    hours:
      description: All of this time.
      type: float
      returned: always
      sample: 78.0
    lacking_hours:
      description: The hours of it that no report has, since a new one begins with its month.
      type: float
      returned: always
      sample: 18.0
    costs:
      description: By currency, what the new report's files have of this time; V(none) where they do not tell.
      type: dict
      returned: always
      sample: {USD: "412.07"}
    lacking_costs:
      description: By currency, about what the lacking hours cost, by the rate of the lost report's files; V(none) as above.
      type: dict
      returned: always
      sample: {USD: "103.15"}
    pro_forma:
      description: Whether the sums may be of pro forma rates, which they may be after any transfer.
      type: bool
      returned: always
      sample: true
    unseen:
      description: Why costs are not known.
      type: str
      returned: always
      sample: ""
stage:
  description: Where the account stands, as the page C(docs/migrations.md) of this collection has it, and what leads on.
  returned: success
  type: dict
  sample: {name: done, words: "the data source reads the new report, which AWS has delivered", next_command: ""}
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
    - {code: BILLING_GAP, severity: note, title: "no report was made for 78 hours", resource: billing_gap}
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.billing_gap import BillingGap


def main() -> None:
    run_module(BillingGap, info=True)


if __name__ == "__main__":
    main()
