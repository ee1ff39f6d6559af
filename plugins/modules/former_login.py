#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: former_login
short_description: Take the user and the keys that a role replaces out of service
description:
  - Goes with a switch of an account's data source from an access key to a role, and is run before and after it, as by the
    playbook C(finops_for_cloud.aws.migrate_to_role).
  - As long as the data source works with a key, it notes on the user which keys the role replaces, so that a run which is
    killed leaves nothing unknown.
  - Once the data source works with a role, it deactivates them. After their days of grace, where nothing used them since, it
    deletes them, and with them the user and its FinOps attachments.
  - Keys that are not ours, and what others attached to the user, stay and are named.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  user_name:
    description:
      - The user's name.
      - V(FinOpsForCloudUser) if not given, as the platform documents it.
    type: str
  grace_days:
    description: How many days a replaced key is kept, deactivated, before it is deleted.
    type: int
    default: 7
  drain_seconds:
    description: How many seconds a replaced key stays active after the switch, so that calls begun with it can end.
    type: int
    default: 30
  known:
    description:
      - The account's data source as the platform listed it earlier in the same run. Without it the module asks the platform.
    type: dict
seealso:
  - module: finops_for_cloud.aws.data_source
  - module: finops_for_cloud.aws.role
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.platform
  - finops_for_cloud.aws.attributes
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Deactivate the keys that the role replaced, or remove them where their time has come
  finops_for_cloud.aws.former_login:
    account_id: "111122223333"
    profile: management
    platform_url: https://finops.example.com
    platform_organization_id: 3f0c1f3e-7b0a-4c6b-9d58-6f1f0f5f2c11
    platform_token: "{{ lookup('ansible.builtin.env', 'FINOPS_PLATFORM_TOKEN') }}"
"""

RETURN = r"""
former_login:
  description: The user, and those of its keys that a role replaces, after the task; V(none) where there is no user.
  returned: success
  type: dict
  contains:
    user_name:
      description: The user's name.
      type: str
      returned: always
      sample: FinOpsForCloudUser
    access_keys:
      description: Each key's id, status, and last use in words.
      type: list
      elements: dict
      returned: always
      sample:
        - {id: AKIAEXAMPLE, status: Inactive, use: "inactive, no use known"}
stage:
  description: Where the account stands, as the page C(docs/migrations.md) of this collection has it.
  returned: success
  type: dict
  contains:
    name:
      description: The stage's name.
      type: str
      returned: always
      sample: grace
    words:
      description: What is so now.
      type: str
      returned: always
      sample: the role serves; the replaced keys are inactive, and go with their user after 2026-02-07 10:00 UTC
    next_command:
      description: What leads on, empty where nothing has to.
      type: str
      returned: always
      sample: ansible-playbook finops_for_cloud.aws.migrate_to_role --limit payer
steps:
  description:
    - What was done, or in check mode would be done, one sentence for each write, in their order.
    - A task that failed halfway returns what it had done until then.
  returned: always
  type: list
  elements: str
  sample:
    - Deactivate the replaced access key AKIAEXAMPLE
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
    - {code: KEY_STILL_USED, severity: note, title: the key AKIAEXAMPLE is kept, resource: former_login}
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.former_login import FormerLogin


def main() -> None:
    run_module(FormerLogin)


if __name__ == "__main__":
    main()
