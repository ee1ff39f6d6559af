#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cur_info
short_description: Look at the Cost and Usage Report of an account
description:
  - Reads the export that the FinOps platform imports costs from, and the settings of its bucket. Changes nothing.
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
seealso:
  - module: finops_for_cloud.aws.cur
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.attributes.info
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Look at the report
  finops_for_cloud.aws.cur_info:
    account_id: "111122223333"
    profile: management
  register: report

- name: Insist on a healthy export
  ansible.builtin.assert:
    that:
      - report.cur.exists
      - report.cur.status == 'HEALTHY'
"""

RETURN = r"""
cur:
  description: The report as it is. Where there is no export, the names are those that it would have.
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
        - V(HEALTHY) or V(UNHEALTHY), V(none) where there is no export.
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
    exists:
      description: Whether there is an export of that name.
      type: bool
      returned: always
      sample: true
    export:
      description: The export's definition as AWS returns it, V(none) where there is no export.
      type: dict
      returned: always
      sample:
        Name: billing-111122223333
        RefreshCadence:
          Frequency: SYNCHRONOUS
    bucket_settings:
      description:
        - The bucket's policy, public access block and ownership, each V(none) where it is not set; V(none) where there
          is no such bucket.
        - Its encryption as well, where the export is missing or not as documented.
      type: dict
      returned: always
      sample:
        ownership:
          Rules:
            - ObjectOwnership: BucketOwnerEnforced
        policy:
          Version: "2012-10-17"
          Statement: []
        public_access_block:
          BlockPublicAcls: true
          BlockPublicPolicy: true
          IgnorePublicAcls: true
          RestrictPublicBuckets: true
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
    run_module(Cur, info=True)


if __name__ == "__main__":
    main()
