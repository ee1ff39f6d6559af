#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: data_source_info
short_description: Look at the data source of an account on the FinOps platform
description:
  - Finds the account's data source among those of the organization. Changes nothing, and asks AWS nothing.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
seealso:
  - module: finops_for_cloud.aws.data_source
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.platform
  - finops_for_cloud.aws.attributes.info
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Look at the data source
  finops_for_cloud.aws.data_source_info:
    account_id: "111122223333"
    platform_url: https://finops.example.com
    platform_organization_id: 3f0c1f3e-7b0a-4c6b-9d58-6f1f0f5f2c11
    platform_token: "{{ lookup('ansible.builtin.env', 'FINOPS_PLATFORM_TOKEN') }}"
  register: found

- name: Insist that costs are imported
  ansible.builtin.assert:
    that:
      - found.data_source is mapping
      - found.data_source.last_import_attempt_error is none
"""

RETURN = r"""
data_source:
  description: The data source, V(none) where the account has none.
  returned: success
  type: dict
  contains:
    id:
      description: The data source's id on the platform.
      type: str
      returned: always
      sample: 7d3a0b5e-2f37-4d2c-9a51-0c3f6c1d8a42
    name:
      description: Its name.
      type: str
      returned: always
      sample: aws-111122223333
    account_id:
      description: The AWS account that the platform found behind the key.
      type: str
      returned: always
      sample: "111122223333"
    config:
      description: Its configuration as the platform shows it, without a secret.
      type: dict
      returned: always
      sample:
        access_key_id: AKIAIOSFODNN7EXAMPLE
        bucket_name: billing-export-111122223333
        bucket_prefix: reports
        config_scheme: bucket_only
        cur_version: 2
        report_name: billing-111122223333
    auto_import:
      description: Whether the platform imports the account's costs.
      type: bool
      returned: always
      sample: true
    process_recommendations:
      description: Whether the platform works out recommendations for the account.
      type: bool
      returned: always
      sample: true
    created_at:
      description: When it was made, in seconds since 1970.
      type: int
      returned: always
      sample: 1764115200
    last_import_at:
      description: When the platform last imported costs, in seconds since 1970; V(0) before the first import.
      type: int
      returned: always
      sample: 0
    last_import_modified_at:
      description: The time of the newest file that was imported, in seconds since 1970; V(0) before the first import.
      type: int
      returned: always
      sample: 0
    last_import_attempt_at:
      description: When it last tried to; V(0) before the first time.
      type: int
      returned: always
      sample: 0
    last_import_attempt_error:
      description: Why that failed, V(none) where it did not.
      type: str
      returned: always
      sample: null
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
    - {code: SOURCE_MISSING, severity: drift, title: Create the data source aws-111122223333, resource: data_source}
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.data_source import DataSource


def main() -> None:
    run_module(DataSource, info=True)


if __name__ == "__main__":
    main()
