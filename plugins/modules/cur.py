#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cur
short_description: The Cost and Usage Report of an account
description:
  - Makes the Cost and Usage Report that the FinOps platform imports the costs of a management or standalone account
    from.
  - A report that works is never moved. Options that are not given mean the report that the data source reads already,
    or else where the export of that name delivers to; an option that contradicts a working report is an error that
    names it.
  - The bucket is created in the asked region, private, owned by the account and encrypted. Where its policy does not
    let AWS write there, by whatever statement, the documented one is added.
  - The export is a standard data export, CUR 2.0, with resource ids, hourly, in Parquet, overwriting its files. These
    are the settings that the platform documents. Its columns are listed one by one, since AWS refuses C(SELECT *).
  - Settings, columns, statements and tags of others stay as they are.
  - The format of an export is never changed where files lie, since the platform reads CSV before Parquet.
  - A new export begins with the current month. Older months take a support case with AWS.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  name:
    description:
      - The name of the export, 1 to 128 letters, digits, V(-) or V(_).
      - V(billing-<account id>) if not given, as the platform documents it; or the name of the export that O(known)
        reads.
    type: str
  bucket:
    description:
      - The name of the bucket that AWS delivers the export to.
      - If not given, the bucket that the export delivers to already; for a new one V(billing-export-<account id>), as
        the platform documents it.
    type: str
  bucket_region:
    description:
      - The region of the bucket. The export itself always lives in us-east-1.
      - If not given, that of the bucket that the export delivers to already; for a new one O(region), else the region
        of the profile or environment, else V(us-east-1).
    type: str
  prefix:
    description:
      - The path in the bucket under which AWS writes, without spaces and without a V(/) at either end.
      - If not given, the path that the export delivers to already; for a new one V(reports), as the platform
        documents it.
    type: str
  known:
    description:
      - The account's data source as the platform listed it earlier in the same run.
        RV(finops_for_cloud.aws.account#module:data_source) is made for this.
      - It tells which report the platform reads, so that this one is kept. Without it only the name counts.
    type: dict
  allow_replace:
    description:
      - Whether an export of that name may be deleted and created anew where AWS cannot change it in place, which is the
        case for its table and for granularity, resource ids and split cost allocation data.
      - Only one that has delivered nothing is. One that has is replaced by another beside it, by
        M(finops_for_cloud.aws.report_migration) and the playbook C(migrate_to_cur2), never where its files lie.
      - Columns of others are left out of the new one. Where AWS refuses the new one, the old one is made again.
      - Without it such an export is an error that names the settings.
    type: bool
    default: false
  purge_bucket:
    description:
      - Whether V(absent) deletes the bucket as well, with every version of every file and all unfinished uploads.
      - Refused, with what is in the way, where the bucket is neither the documented one nor O(bucket), where things of
        others lie there, where another export or report is delivered there, and where its policy lets others in.
    type: bool
    default: false
  state:
    description:
      - V(present) makes bucket and export.
      - V(absent) deletes the export of O(name), and takes out of the bucket's policy what this module put there, unless
        another export is delivered by it. The bucket stays with all its files, unless O(purge_bucket) says otherwise.
      - An export that O(known) reads, and that has another name, stays. It may be somebody else's.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: finops_for_cloud.aws.cur_info
  - module: finops_for_cloud.aws.policy
  - name: Creating a standard data export
    description: What AWS says about data exports.
    link: https://docs.aws.amazon.com/cur/latest/userguide/dataexports-create-standard.html
  - name: Cost and Usage Report 2.0
    description: The columns of the table.
    link: https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.tags
  - finops_for_cloud.aws.attributes
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Create the report with the documented settings
  finops_for_cloud.aws.cur:
    account_id: "111122223333"
    profile: management

- name: Create it in a bucket of one's own, in Frankfurt
  finops_for_cloud.aws.cur:
    account_id: "111122223333"
    profile: management
    bucket: example-finops-exports
    bucket_region: eu-central-1
    tags:
      owner: finops

- name: Delete the export but keep the bucket
  finops_for_cloud.aws.cur:
    account_id: "111122223333"
    profile: management
    state: absent
"""

RETURN = r"""
cur:
  description:
    - The report that is in force after the task, or in check mode as it would be. Name, bucket and prefix are what the
      policies and the data source must be given.
  returned: success
  type: dict
  contains:
    name:
      description: The export's name.
      type: str
      returned: always
      sample: billing-111122223333
    arn:
      description: Its ARN, V(none) where there is no export.
      type: str
      returned: always
      sample: >-
        arn:aws:bcm-data-exports:us-east-1:111122223333:export/billing-111122223333-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
    bucket:
      description: The bucket that it is delivered to.
      type: str
      returned: always
      sample: billing-export-111122223333
    bucket_region:
      description: The bucket's region.
      type: str
      returned: always
      sample: us-east-1
    bucket_owner:
      description: The account that the bucket belongs to.
      type: str
      returned: always
      sample: "111122223333"
    prefix:
      description: The path in the bucket.
      type: str
      returned: always
      sample: reports
    status:
      description:
        - V(HEALTHY) or V(UNHEALTHY), V(none) for an export that was not there before the task.
        - A new export is healthy at once, although AWS delivers its first file up to 24 hours later.
      type: str
      returned: always
      sample: HEALTHY
    status_reason:
      description: Why AWS calls the export unhealthy, V(none) where it does not.
      type: str
      returned: always
      sample: INSUFFICIENT_PERMISSION
    created_at:
      description: When the export was made, V(none) for one that was not there before the task.
      type: str
      returned: always
      sample: "2026-03-15T09:30:00+00:00"
    refreshed_at:
      description: When AWS delivered it last, V(none) where it never did.
      type: str
      returned: always
      sample: "2026-11-24T06:12:00+00:00"
    delivered:
      description:
        - Whether AWS has delivered files to where the export delivers to.
        - The platform connects a data source to a prefix with a V(/) in it only once there are.
      type: bool
      returned: always
      sample: true
steps:
  description:
    - What was done, or in check mode would be done, one sentence for each write, in their order.
    - A task that failed halfway returns what it had done until then.
  returned: always
  type: list
  elements: str
  sample:
    - Create the bucket billing-export-111122223333 in us-east-1
    - Block public access to the bucket billing-export-111122223333
    - Let the export service write to the bucket billing-export-111122223333
    - Create the export billing-111122223333
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
    - {code: CUR_MISSING, severity: drift, title: Create the export billing-111122223333, resource: cur}
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.cur import Cur


def main() -> None:
    run_module(Cur)


if __name__ == "__main__":
    main()
