#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: bill_info
short_description: Look whose an account's bill is, and which report it took along
description:
  - Tells whether the bill of an account went to another owner, as by AWS Billing Transfer, since when, and which billing view
    shows its costs since then. Changes nothing.
  - A report that was made before is lost with that; then a place for the next one is named, under a prefix where no files lie.
    The playbook C(after_billing_transfer) makes it there.
  - What may not be read is no error. RV(bill.unseen) says so.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  name:
    description:
      - The name of the export that is to be made in place of the lost one.
      - If not given, V(billing-<account id>-2), or the next number that is free.
    type: str
  bucket:
    description:
      - The bucket that it is to be delivered to.
      - If not given, that of the lost one.
    type: str
  bucket_region:
    description:
      - The region of the bucket.
      - If not given, that of the lost one's.
    type: str
  prefix:
    description:
      - The path in the bucket, of one segment, under which no files may lie.
      - If not given, V(reports-2), or the next number that is free.
    type: str
  billing_view:
    description:
      - The ARN of the billing view that the export is to be of.
      - If not given, the one that shows the account its transferred bill, else the account's primary one.
    type: str
  known:
    description:
      - The account's data source as the platform listed it earlier in the same run.
        RV(finops_for_cloud.aws.account#module:data_source) is made for this.
      - Without it the documented export is the one that is looked for.
    type: dict
seealso:
  - module: finops_for_cloud.aws.cur
  - module: finops_for_cloud.aws.billing_gap_info
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

- name: Insist on a bill of one's own
  ansible.builtin.assert:
    that: not found.bill.transferred
"""

RETURN = r"""
bill:
  description: Whose the bill is.
  returned: success
  type: dict
  contains:
    transferred:
      description: Whether it went to another owner.
      type: bool
      returned: always
      sample: true
    transferred_at:
      description: When, V(none) where nobody here may see that.
      type: str
      returned: always
      sample: "2026-11-01T00:00:00+00:00"
    payer:
      description: The account that pays it since, V(none) where nobody here may see that.
      type: str
      returned: always
      sample: "444455556666"
    unseen:
      description: What could not be looked at, with the permission that is missing.
      type: str
      returned: always
      sample: ""
    billing_view:
      description: The ARN of the billing view for a new export, V(none) for the account's primary one.
      type: str
      returned: always
      sample: arn:aws:billing::444455556666:billingview/billing-transfer-showback-1
    is_lost:
      description: Whether the report that is read was lost with the bill.
      type: bool
      returned: always
      sample: true
    lost:
      description: The report that was lost, V(none) where none was.
      type: dict
      returned: always
      sample: {name: billing-111122223333, bucket: billing-export-111122223333, bucket_region: us-east-1, prefix: reports}
    report:
      description: Where the next one goes, V(none) where none is needed.
      type: dict
      returned: always
      sample: {name: billing-111122223333-2, bucket: billing-export-111122223333, bucket_region: us-east-1, prefix: reports-2}
    is_made:
      description: Whether it is there already.
      type: bool
      returned: always
      sample: false
stage:
  description: Where the account stands, as the page C(docs/migrations.md) of this collection has it, and what leads on.
  returned: where the data source reads a lost report still
  type: dict
  sample: {name: lost, words: "the bill was transferred, and the report is lost", next_command: "ansible-playbook ..."}
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
    - {code: READ_FAILED, severity: blocked, title: AWS refused bcm-data-exports:list_exports, resource: bill}
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.bill import Bill


def main() -> None:
    run_module(Bill, info=True)


if __name__ == "__main__":
    main()
