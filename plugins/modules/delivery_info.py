#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: delivery_info
short_description: Look at what AWS has delivered of the Cost and Usage Report of an account
description:
  - Reads how the last execution of the export ended, which files lie in its bucket, whether the newest month is complete,
    which columns its files have, and what they say that each account cost. Changes nothing.
  - Of the Parquet files only the footer and three columns are read, by ranges of bytes.
  - What may not be read is no error. RV(delivery.unknown) says so, with the permission that is missing.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
requirements:
  - pyarrow for the columns and costs; without it they are unknown
options:
  name:
    description:
      - The name of the export, 1 to 128 letters, digits, V(-) or V(_).
      - If not given, that of O(report), else the one that O(known) reads, else V(billing-<account id>), as the platform
        documents it.
    type: str
  bucket:
    description:
      - The name of the bucket that AWS delivers the export to.
      - If not given, the bucket that the export delivers to; V(billing-export-<account id>), as the platform documents it,
        where nobody could tell.
    type: str
  bucket_region:
    description:
      - The region of the bucket.
      - If not given, that of the bucket that the export delivers to; O(region) where nobody could tell, else the region of
        the profile or environment, else V(us-east-1).
    type: str
  prefix:
    description:
      - The path in the bucket under which AWS writes.
      - If not given, the path that the export delivers to; V(reports), as the platform documents it, where nobody could
        tell.
    type: str
  report:
    description:
      - The report as RV(finops_for_cloud.aws.cur_info#module:cur) told it earlier in the same run. It saves two calls to AWS.
      - Without it AWS is asked for the export.
    type: dict
  known:
    description:
      - The account's data source as the platform listed it earlier in the same run.
        RV(finops_for_cloud.aws.account#module:data_source) is made for this.
      - It tells where the report lies where AWS does not.
    type: dict
  known_costs:
    description:
      - What an earlier look found out, as C(tags) and C(costs) of RV(delivery).
      - The months whose files have not changed since are not read again.
    type: dict
  wait_for_delivery:
    description: For how many seconds at most to wait for the first files of an export that has none yet.
    type: int
    default: 0
seealso:
  - module: finops_for_cloud.aws.cur
  - module: finops_for_cloud.aws.cur_info
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.attributes.info
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Look at what AWS has delivered
  finops_for_cloud.aws.delivery_info:
    account_id: "111122223333"
    profile: management
  register: delivered

- name: Insist on files that came lately and are complete
  ansible.builtin.assert:
    that:
      - delivered.findings | length == 0
      - delivered.delivery.unknown | length == 0

- name: Show what each account cost by month
  ansible.builtin.debug:
    var: delivered.delivery.costs
"""

RETURN = r"""
delivery:
  description: What AWS has delivered. All times are in UTC.
  returned: success
  type: dict
  contains:
    export:
      description: The export that was looked at, and where it delivers to.
      type: dict
      returned: always
      contains:
        name:
          description: Its name.
          type: str
          returned: always
          sample: billing-111122223333
        bucket:
          description: The bucket that it is delivered to.
          type: str
          returned: always
          sample: billing-export-111122223333
        prefix:
          description: The path in the bucket.
          type: str
          returned: always
          sample: reports
        created_at:
          description: When it was made, V(none) where that is not known.
          type: str
          returned: always
          sample: "2026-03-15T09:30:00+00:00"
        refreshed_at:
          description: When AWS delivered it last, V(none) where it never did or nobody could tell.
          type: str
          returned: always
          sample: "2026-11-24T06:12:00+00:00"
        status:
          description: V(HEALTHY) or V(UNHEALTHY), V(none) where there is no export or nobody could tell.
          type: str
          returned: always
          sample: HEALTHY
        reason:
          description: Why AWS calls it unhealthy, V(none) where it does not.
          type: str
          returned: always
          sample: INSUFFICIENT_PERMISSION
    execution:
      description: The newest execution, V(none) where there is none or nobody could tell.
      type: dict
      returned: always
      sample: {status: DELIVERY_SUCCESS, reason: null, at: "2026-11-24T06:12:00+00:00"}
    files:
      description: The Parquet files that the platform reads, C(months) by billing period, and when the C(newest) came.
      type: dict
      returned: always
      sample:
        months:
          2026-11: {newest: "2026-11-24T06:12:00+00:00", files: 1, bytes: 48211034}
        newest: "2026-11-24T06:12:00+00:00"
    missing_columns:
      description:
        - The columns that the platform reads and the newest month's files do not have.
        - V(none) where nobody could look.
      type: list
      elements: str
      returned: always
      sample: []
    costs:
      description:
        - The sum of C(line_item_blended_cost), which is what the platform counts, by billing period, by currency and by
          account. The numbers are texts, in full precision.
        - Months that could not be read are left out. The last 13 are looked at.
      type: dict
      returned: always
      sample:
        2026-10:
          USD: {"111122223333": "123.450000000000"}
    tags:
      description: By key, the ETag of each file that RV(delivery.costs) are of.
      type: dict
      returned: always
      sample:
        reports/billing-111122223333/data/BILLING_PERIOD=2026-10/billing-111122223333-00001.snappy.parquet: '"9b2cf5"'
    calls:
      description: How often an object was read, in whole or in part.
      type: int
      returned: always
      sample: 4
    bytes:
      description: How many bytes of objects were read.
      type: int
      returned: always
      sample: 310874
    unknown:
      description:
        - Why something could not be looked at; C(execution), C(files), C(columns) and C(cost) have an entry where that is so.
        - Where AWS refused, the text begins with the permission that is missing.
      type: dict
      returned: always
      sample: {cost: "install pyarrow, which reads Parquet files"}
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
    - {code: FILES_STALE, severity: alarm, title: The newest data file is of 2026-11-20 06:12 UTC, resource: delivery}
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.delivery import Delivery


def main() -> None:
    run_module(Delivery, info=True)


if __name__ == "__main__":
    main()
