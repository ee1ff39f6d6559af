#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: report_migration
short_description: Replace the report that a data source reads by a CUR 2.0 export
description:
  - Finds what the account's data source reads, by describing the legacy reports and the exports, and where that is a legacy
    report, or an export that AWS cannot change in place, says where a new export goes and when the data source may read it.
  - Makes neither the export nor the change-over. M(finops_for_cloud.aws.cur) makes the export beside the old report, and
    M(finops_for_cloud.aws.access_key) or M(finops_for_cloud.aws.data_source) changes over; the playbook C(migrate_to_cur2)
    does all of it.
  - The change-over waits until AWS has delivered, all of the first delivery can be read, and the platform has imported from
    the old report all months that the new one lacks.
  - Just before it the old report is tagged with the name of the new one, so that a later run knows which report may go.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
requirements:
  - pyarrow, which reads the columns of what was delivered; without it only the files and their manifest are looked at
options:
  name:
    description:
      - The name of the new export, 1 to 128 letters, digits, V(-) or V(_).
      - If not given, V(billing-<account id>), as the platform documents it, unless that is the export to be replaced or one
        that cannot be read; then V(billing-<account id>-cur2).
    type: str
  bucket:
    description:
      - The bucket of the new export, V(billing-export-<account id>) if not given.
    type: str
  bucket_region:
    description:
      - The region of that bucket.
      - If not given, that of the report to be replaced where it has the same bucket; else O(region), else the region of the
        profile or environment, else V(us-east-1).
    type: str
  prefix:
    description:
      - The path of the new export in that bucket.
      - If not given, V(reports), as the platform documents it, unless the report to be replaced is there, or other files are;
        then V(reports-cur2).
      - The prefix of the report to be replaced is refused, and so is a place where files of another format lie.
    type: str
  known:
    description:
      - The account's data source as the platform listed it earlier in the same run.
        RV(finops_for_cloud.aws.account#module:data_source) is made for this.
      - Without it there is nothing to migrate.
    type: dict
  delete_legacy:
    description:
      - Whether a report that was replaced is deleted, once the platform has imported the new one since. Its files stay.
      - Only reports that were tagged before the change-over are; those of others stay.
    type: bool
    default: false
seealso:
  - module: finops_for_cloud.aws.report_migration_info
  - module: finops_for_cloud.aws.cur
  - module: finops_for_cloud.aws.data_source
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.attributes
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Look at the account
  finops_for_cloud.aws.account:
    account_id: "111122223333"
    case: standalone
    platform_url: https://finops.example.com
    platform_organization_id: 3f0c1f3e-7b0a-4c6b-9d58-6f1f0f5f2c11
    platform_token: "{{ lookup('ansible.builtin.env', 'FINOPS_PLATFORM_TOKEN') }}"
  register: account

- name: See whether the data source may read the new export, and note the old report
  finops_for_cloud.aws.report_migration:
    account_id: "111122223333"
    known: "{{ account.data_source }}"
  register: found

- name: Delete the legacy report that was replaced
  finops_for_cloud.aws.report_migration:
    account_id: "111122223333"
    known: "{{ account.data_source }}"
    delete_legacy: true
"""

RETURN = r"""
stage:
  description:
    - Where the account stands; V(none) where it has nothing to migrate. The page C(docs/migrations.md) of this collection has
      all stages.
  returned: success
  type: dict
  contains:
    name:
      description: V(legacy), V(beside), V(delivered), V(switched) or V(done).
      type: str
      returned: always
      sample: beside
    words:
      description: What is so now.
      type: str
      returned: always
      sample: the data source reads the legacy report daily-costs; the export billing-111122223333 beside it has still to deliver
    next_command:
      description: The command for the next stage, empty where there is none.
      type: str
      returned: always
      sample: ansible-playbook finops_for_cloud.aws.migrate_to_cur2 -i inventory.yml
migration:
  description: What the steps that follow have to know; empty where there is nothing to migrate.
  returned: success
  type: dict
  contains:
    old:
      description: The report that has to be replaced, V(none) where the data source reads one that is right.
      type: dict
      returned: where there is a report
      sample:
        bucket: example-legacy-reports
        bucket_region: us-east-1
        exists: true
        legacy: true
        name: daily-costs
        prefix: legacy
    new:
      description: The export that the data source reads, or shall read, with C(exists) telling whether AWS has it.
      type: dict
      returned: where there is a report
      sample:
        bucket: billing-export-111122223333
        bucket_region: us-east-1
        exists: false
        legacy: false
        name: billing-111122223333
        prefix: reports
    may_switch:
      description: Whether the data source may read the new export now.
      type: bool
      returned: where there is a report
      sample: false
    months_only_old:
      description: The months that only the old report's files have, as far as both have delivered.
      type: list
      elements: str
      returned: where there is a report
      sample: ["2026-09", "2026-10"]
steps:
  description: What was done, or in check mode would be done, one sentence for each write, in their order.
  returned: always
  type: list
  elements: str
  sample:
    - Note that the legacy report daily-costs is being replaced by the export billing-111122223333
account_id:
  description: The account that the task is about.
  returned: where O(account_id) is an account's
  type: str
  sample: "111122223333"
findings:
  description:
    - What is not as it should be after the task; in check mode, all that was found; of a task that failed, what is in the
      way. M(finops_for_cloud.aws.account) tells what each has; the page C(docs/findings.md) of this collection lists
      every code.
  returned: when it could be looked at
  type: list
  elements: dict
  sample:
    - code: MIGRATION_UNDELIVERED
      severity: pending
      title: >-
        the export billing-111122223333 has not delivered yet; until then the data source reads the legacy report daily-costs
      resource: report_migration
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.report_migration import ReportMigration


def main() -> None:
    run_module(ReportMigration)


if __name__ == "__main__":
    main()
