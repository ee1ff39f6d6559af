#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: data_source
short_description: The data source of an account on the FinOps platform
description:
  - Checks that the platform has a data source for the account that reads the right report, wakes one whose import or
    recommendations are off, renames it, points one that works with a role to its report, creates one with a role or with a key
    of one's own, or removes it.
  - What it reads is right as it is, unless the name, bucket or prefix of another export is given. A role is pointed to
    another report, or a data source made with one, only where its policies let it do what it is for. Where the caller may not
    ask that (C(iam:SimulatePrincipalPolicy)), a warning says so.
  - How the platform's last import went is reported, judged as the platform's own pages do. A linked data source has no
    import of its own.
  - The platform never gives a secret back, and a change of the report takes one. Where that is needed and
    O(secret_access_key) is not given, the task fails and refers to M(finops_for_cloud.aws.access_key), which makes a
    key and hands it over.
  - The data source is found by its account, not by its name.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  auth:
    description:
      - What a new data source works with, a role or an access key.
      - One that works with a key, where a role is asked for, is not switched but by O(switch); a warning tells.
    type: str
    choices: [role, access_key]
  role_name:
    description:
      - The name of the role in the account that the platform assumes. M(finops_for_cloud.aws.role) makes it.
      - V(FinOpsForCloudAccessRole) if not given, as the platform documents it.
    type: str
  switch:
    description:
      - Whether a data source that works with a key is switched to the role. There is no way back but to remove the data
        source with all that was imported through it.
    type: bool
    default: false
  members:
    description:
      - The names of the linked data sources whose costs depend on this one, which the switch then names.
    type: list
    elements: str
  role_pending:
    description:
      - Whether the role is known to be still made or changed, as in check mode, so that nothing can be proved of it yet.
    type: bool
    default: false
  access_key_id:
    description:
      - The id of the key for the data source, where the key is made elsewhere.
      - A data source that holds another key gets this one.
    type: str
  secret_access_key:
    description:
      - The secret of O(access_key_id).
    type: str
  known:
    description:
      - The account's data source as the platform listed it earlier in the same run, so that one listing serves a whole
        fleet. RV(finops_for_cloud.aws.account#module:data_source) is made for this.
      - Empty means that the platform lists none. Without it the module asks the platform.
    type: dict
  delivered:
    description:
      - Whether AWS has delivered to the export already, as RV(finops_for_cloud.aws.cur#module:cur) says.
      - The platform refuses a report under a prefix of more than one segment until then. With V(false) no key is made for
        such a report and nothing is handed over; the task says that it waits, and a later one connects.
    type: bool
  state:
    description:
      - V(present) makes sure of the data source.
      - V(absent) removes it, which on the platform deletes all costs imported through it.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: finops_for_cloud.aws.data_source_info
  - module: finops_for_cloud.aws.access_key
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.platform
  - finops_for_cloud.aws.data_source
  - finops_for_cloud.aws.attributes
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Check and name the data source of a management account
  finops_for_cloud.aws.data_source:
    account_id: "111122223333"
    profile: management
    platform_url: https://finops.example.com
    platform_organization_id: 3f0c1f3e-7b0a-4c6b-9d58-6f1f0f5f2c11
    platform_token: "{{ lookup('ansible.builtin.env', 'FINOPS_PLATFORM_TOKEN') }}"
    type: root
    name: Example payer

- name: Create the data source of a member account with a key from a vault
  finops_for_cloud.aws.data_source:
    account_id: "444455556666"
    assume_role_arn: arn:aws:iam::444455556666:role/OrganizationAccountAccessRole
    profile: management
    platform_url: https://finops.example.com
    platform_organization_id: 3f0c1f3e-7b0a-4c6b-9d58-6f1f0f5f2c11
    platform_token: "{{ lookup('ansible.builtin.env', 'FINOPS_PLATFORM_TOKEN') }}"
    type: linked
    access_key_id: "{{ vault_finops_access_key_id }}"
    secret_access_key: "{{ vault_finops_secret_access_key }}"

- name: Create the data source of a member account that the platform works in by a role
  finops_for_cloud.aws.data_source:
    account_id: "444455556666"
    assume_role_arn: arn:aws:iam::444455556666:role/OrganizationAccountAccessRole
    profile: management
    platform_url: https://finops.example.com
    platform_organization_id: 3f0c1f3e-7b0a-4c6b-9d58-6f1f0f5f2c11
    platform_token: "{{ lookup('ansible.builtin.env', 'FINOPS_PLATFORM_TOKEN') }}"
    type: linked
    auth: role

- name: Remove a data source with all that was imported through it
  finops_for_cloud.aws.data_source:
    account_id: "444455556666"
    assume_role_arn: arn:aws:iam::444455556666:role/OrganizationAccountAccessRole
    profile: management
    platform_url: https://finops.example.com
    platform_organization_id: 3f0c1f3e-7b0a-4c6b-9d58-6f1f0f5f2c11
    platform_token: "{{ lookup('ansible.builtin.env', 'FINOPS_PLATFORM_TOKEN') }}"
    state: absent
"""

RETURN = r"""
data_source:
  description: The data source as the platform has it after the task; V(none) under O(state=absent), and in check mode
    where it would be created.
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
removed:
  description: The id of the data source, where it is gone, or in check mode would be.
  returned: where anything was removed that a later task may ask for
  type: list
  elements: str
  sample:
    - 7d3a0b5e-2f37-4d2c-9a51-0c3f6c1d8a42
steps:
  description:
    - What was done, or in check mode would be done, one sentence for each write, in their order.
    - A task that failed halfway returns what it had done until then.
  returned: always
  type: list
  elements: str
  sample:
    - Rename the data source aws-111122223333 to Example payer
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
    run_module(DataSource)


if __name__ == "__main__":
    main()
