#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: access_key_info
short_description: Look at the access keys of the FinOps user in an account
description:
  - Lists the user's access keys and the state of each, as C(docs/key_lifecycle.md) of this collection explains them.
    Changes nothing.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  user_name:
    description:
      - The name of the user that has the key.
      - V(FinOpsForCloudUser) if not given.
    type: str
seealso:
  - module: finops_for_cloud.aws.access_key
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.platform
  - finops_for_cloud.aws.secret_store
  - finops_for_cloud.aws.attributes.info
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Look at the keys
  finops_for_cloud.aws.access_key_info:
    account_id: "111122223333"
    profile: management
    platform_url: https://finops.example.com
    platform_organization_id: 3f0c1f3e-7b0a-4c6b-9d58-6f1f0f5f2c11
    platform_token: "{{ lookup('ansible.builtin.env', 'FINOPS_PLATFORM_TOKEN') }}"
  register: found

- name: Name the keys that the platform does not use
  ansible.builtin.debug:
    msg: "{{ found.access_keys | rejectattr('state', 'equalto', 'in service') | map(attribute='id') | list }}"
"""

RETURN = r"""
access_keys:
  description: The user's keys, without their secrets; empty where there is no such user.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id of the key.
      type: str
      returned: always
      sample: AKIAIOSFODNN7EXAMPLE
    status:
      description: V(Active) or V(Inactive).
      type: str
      returned: always
      sample: Active
    created:
      description: When it was created.
      type: str
      returned: always
      sample: "2026-01-31T12:00:00+00:00"
    state:
      description: Its state, such as V(in service), V(superseded), V(retired), V(orphan) or V(foreign).
      type: str
      returned: always
      sample: in service
    age_days:
      description: Its age in whole days.
      type: int
      returned: always
      sample: 21
    last_used:
      description: When it was last used, as far as that was asked for; V(none) otherwise, and where it never was.
      type: str
      returned: always
      sample: null
    last_used_service:
      description: For which service it was last used.
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
    - {code: KEY_MISSING, severity: drift, title: Create an access key, resource: access_key}
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.access_key import AccessKey


def main() -> None:
    run_module(AccessKey, info=True)


if __name__ == "__main__":
    main()
