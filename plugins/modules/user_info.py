#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: user_info
short_description: Look at the IAM user of the FinOps platform in an account
description:
  - Reads the user, its policies and groups, its permissions boundary and whether it has access to the AWS console.
    Changes nothing.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  name:
    description:
      - The user's name.
      - V(FinOpsForCloudUser) if not given, as the platform documents it.
    type: str
  policies:
    description:
      - Which FinOps policies the user is to have, as in O(finops_for_cloud.aws.user#module:policies). What is attached is
        returned either way.
    type: list
    elements: str
    choices: [billing_import, resource_discovery]
    default: [billing_import, resource_discovery]
seealso:
  - module: finops_for_cloud.aws.user
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.attributes.info
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Look at the user
  finops_for_cloud.aws.user_info:
    account_id: "111122223333"
    profile: management
  register: found

- name: Insist that it can not log in to the console
  ansible.builtin.assert:
    that: not found.user.console_access
"""

RETURN = r"""
user:
  description: The user as it is, V(none) where there is none.
  returned: success
  type: dict
  contains:
    name:
      description: The user's name.
      type: str
      returned: always
      sample: FinOpsForCloudUser
    arn:
      description: The user's ARN.
      type: str
      returned: always
      sample: arn:aws:iam::111122223333:user/FinOpsForCloudUser
    attached_policies:
      description: The names of all managed policies that are attached to the user directly.
      type: list
      elements: str
      returned: always
      sample:
        - FinOpsForCloudBillingImport
        - FinOpsForCloudResourceDiscovery
    foreign_policies:
      description: Those of them that are not FinOps policies.
      type: list
      elements: str
      returned: always
      sample: []
    inline_policies:
      description: The names of its inline policies, which are of others.
      type: list
      elements: str
      returned: always
      sample: []
    groups:
      description: The names of the groups that it is in.
      type: list
      elements: str
      returned: always
      sample: []
    permissions_boundary:
      description: The ARN of its permissions boundary, V(none) without one.
      type: str
      returned: always
      sample: null
    console_access:
      description: Whether the user has a password for the AWS console.
      type: bool
      returned: always
      sample: false
    tags:
      description: Its tags.
      type: dict
      returned: always
      sample: {}
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
    - {code: USER_MISSING, severity: drift, title: Create the user FinOpsForCloudUser, resource: user}
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.user import User


def main() -> None:
    run_module(User, info=True)


if __name__ == "__main__":
    main()
