#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: access_key
short_description: The access key that the FinOps platform uses in an account
description:
  - Makes an access key for the FinOps user, proves by STS that it works, and hands it to the account's data source, which is
    created where there is none. Nobody else gets the secret, unless O(secret_store) says so.
  - No key is made where the data source holds an active key of the user and reads the right report, or where it works
    with an assumed role.
  - What the data source reads stays as it is, unless the name, bucket or prefix of another export is given.
  - After a hand-over the data source is read back. Only once it shows the new key is the old one deactivated.
  - Where the platform or the store refuses the key, it is deleted again and the old one stays in service.
  - What an interrupted run left is finished or removed by the next one. A key that no note on the user proves to be made
    by this collection is left alone and reported.
  - The page C(docs/key_lifecycle.md) of this collection has a table of the states of a key and what becomes of each.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  user_name:
    description:
      - The name of the user that has the key.
      - V(FinOpsForCloudUser) if not given.
    type: str
  rotate:
    description:
      - Whether a key in service is replaced. V(never), only where there is another reason for a new one; V(when_old), once it
        is O(max_age_days) old; V(now), whatever its age.
      - A key is not replaced again while the one that it replaced has its days of grace.
    type: str
    choices: [never, when_old, now]
    default: never
  max_age_days:
    description:
      - The age in days at which O(rotate=when_old) replaces a key.
    type: int
    default: 90
  grace_days:
    description:
      - How many days a replaced key is kept, deactivated, before it is deleted, counted from the making of its successor.
      - It is not deleted if it was used after the switch.
      - It goes earlier, if it was not used since, where the data source is to read another report and the new key for that
        needs its place.
    type: int
    default: 7
  retire:
    description:
      - Whether this task deactivates a key that it replaced. With V(false) a later task does, so that a fleet waits
        O(drain_seconds) once and not for each account.
    type: bool
    default: true
  drain_seconds:
    description:
      - How many seconds a replaced key stays active after the switch, so that calls which the platform began with it can end.
    type: int
    default: 30
  access_key_id:
    description:
      - Under O(state=absent) the one key to delete. Without it, all keys of the user go.
    type: str
  known:
    description:
      - The account's data source as the platform listed it earlier in the same run, so that one listing serves a whole
        fleet. RV(finops_for_cloud.aws.account#module:data_source) is made for this.
      - Empty means that the platform lists none. Without it the module asks the platform.
    type: dict
  last_use:
    description:
      - Whether to ask IAM when the key in service was last used, by one more call. An audit does.
    type: bool
    default: false
  delivered:
    description:
      - Whether AWS has delivered to the export already, as RV(finops_for_cloud.aws.cur#module:cur) says.
      - The platform refuses a report under a prefix of more than one segment until then. With V(false) no key is made for
        such a report and nothing is handed over; the task says that it waits, and a later one connects.
    type: bool
  leaving:
    description:
      - Ids of what an earlier task of the same run has removed, in check mode would remove, such as the
        data source; RV(finops_for_cloud.aws.data_source#module:removed) is made for this.
      - For check mode, where they are still there, and for what AWS lists late. They count for nothing.
    type: list
    elements: str
    default: []
  state:
    description:
      - V(present) makes sure that a key is in service; it needs the platform's options or a O(secret_store).
      - V(absent) deletes the keys that are known to be ours, because the data source or the store held them or a note
        of an earlier run proves it, and then what the O(secret_store) keeps. Any other key is named and stays, and so the
        task fails; O(access_key_id) deletes it.
      - A key that the data source holds is never deleted. Remove the data source first.
      - To know which one that is, V(absent) needs the platform's options or a O(secret_store) too, unless
        O(access_key_id) names the key.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: finops_for_cloud.aws.access_key_info
  - module: finops_for_cloud.aws.user
  - module: finops_for_cloud.aws.data_source
notes:
  - The secret appears in no result, diff or log, and in no file but the encrypted one of O(secret_store=file).
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.platform
  - finops_for_cloud.aws.data_source.nested
  - finops_for_cloud.aws.secret_store
  - finops_for_cloud.aws.attributes
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Connect a management account
  finops_for_cloud.aws.access_key:
    account_id: "111122223333"
    profile: management
    platform_url: https://finops.example.com
    platform_organization_id: 3f0c1f3e-7b0a-4c6b-9d58-6f1f0f5f2c11
    platform_token: "{{ lookup('ansible.builtin.env', 'FINOPS_PLATFORM_TOKEN') }}"
    data_source:
      type: root
      name: Example payer

- name: Connect a member account
  finops_for_cloud.aws.access_key:
    account_id: "444455556666"
    assume_role_arn: arn:aws:iam::444455556666:role/OrganizationAccountAccessRole
    profile: management
    platform_url: https://finops.example.com
    platform_organization_id: 3f0c1f3e-7b0a-4c6b-9d58-6f1f0f5f2c11
    platform_token: "{{ lookup('ansible.builtin.env', 'FINOPS_PLATFORM_TOKEN') }}"
    data_source:
      type: linked

- name: Replace the key if it is older than 60 days
  finops_for_cloud.aws.access_key:
    account_id: "444455556666"
    profile: shop
    platform_url: https://finops.example.com
    platform_organization_id: 3f0c1f3e-7b0a-4c6b-9d58-6f1f0f5f2c11
    platform_token: "{{ lookup('ansible.builtin.env', 'FINOPS_PLATFORM_TOKEN') }}"
    data_source:
      type: linked
    rotate: when_old
    max_age_days: 60

- name: Without a platform, keep the key in Secrets Manager
  finops_for_cloud.aws.access_key:
    account_id: "444455556666"
    profile: shop
    secret_store: secretsmanager

- name: Delete one key
  finops_for_cloud.aws.access_key:
    account_id: "111122223333"
    profile: management
    access_key_id: AKIAIOSFODNN7EXAMPLE
    state: absent
"""

RETURN = r"""
access_key:
  description:
    - The key in service after the task.
    - V(none) under O(state=absent), and where there is none.
  returned: success
  type: dict
  contains:
    id:
      description: The id of the key.
      type: str
      returned: always
      sample: AKIAIOSFODNN7EXAMPLE
    user_name:
      description: The user that has it.
      type: str
      returned: always
      sample: FinOpsForCloudUser
access_keys:
  description: The user's keys as they were before the task, without their secrets.
  returned: success
  type: list
  elements: dict
  sample:
    - id: AKIAIOSFODNN7EXAMPLE
      state: in service
      status: Active
      created: "2026-01-31T12:00:00+00:00"
      age_days: 21
      last_used: null
      last_used_service: null
data_source:
  description: The data source that keeps the key, or in check mode would keep it; V(none) where there is none.
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
  description: The ids of the keys that are gone, or in check mode would be.
  returned: where anything was removed that a later task may ask for
  type: list
  elements: str
  sample:
    - AKIAIOSFODNN7EXAMPLE
steps:
  description:
    - What was done, or in check mode would be done, one sentence for each write, in their order.
    - A task that failed halfway returns what it had done until then.
  returned: always
  type: list
  elements: str
  sample:
    - Note that a new key is being made
    - "Create an access key for the user FinOpsForCloudUser: none is in service"
    - Prove that the new key works
    - Create the data source aws-111122223333
    - Prove that the data source holds its login
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
    - {code: KEY_MISSING, severity: drift, title: Create an access key, resource: access_key}
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.access_key import AccessKey


def main() -> None:
    run_module(AccessKey)


if __name__ == "__main__":
    main()
