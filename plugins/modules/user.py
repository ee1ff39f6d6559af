#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: user
short_description: The IAM user that the FinOps platform acts as in an account
description:
  - Makes the user C(FinOpsForCloudUser) as the platform documents it, without access to the AWS console, with the
    FinOps policies attached directly.
  - A FinOps policy that the account's case does not need is detached. One that a group gives to the user is not
    attached again. Policies of others, inline policies and groups stay, with a warning that names them.
  - A user that may do anything in its account is refused, since the platform would act as it, unless
    O(permissions_boundary) limits it. So is one whose permissions boundary keeps it from the platform's work.
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
      - Which FinOps policies are attached. M(finops_for_cloud.aws.policy) makes them.
      - An account that has a report of its own needs both, a member of a connected organization only
        V(resource_discovery).
    type: list
    elements: str
    choices: [billing_import, resource_discovery]
    default: [billing_import, resource_discovery]
  permissions_boundary:
    description:
      - The ARN of the policy that must be the user's permissions boundary, one of the account itself or of AWS.
      - Without it a boundary is neither set nor changed.
    type: str
  leaving:
    description:
      - Ids of access keys that an earlier task of the same run has removed, in check mode would remove;
        RV(finops_for_cloud.aws.access_key#module:removed) is made for this.
      - For check mode, where they are still there, and for what AWS lists late. They count for nothing.
    type: list
    elements: str
    default: []
  state:
    description:
      - V(present) makes the user.
      - V(absent) deletes it with its password and its FinOps attachments, unless it still has access keys, groups,
        policies of others or anything else to sign in with, which is named.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: finops_for_cloud.aws.user_info
  - module: finops_for_cloud.aws.policy
  - module: finops_for_cloud.aws.access_key
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.tags
  - finops_for_cloud.aws.attributes
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Create the user of a management account
  finops_for_cloud.aws.user:
    account_id: "111122223333"
    profile: management

- name: Create the user of a member account
  finops_for_cloud.aws.user:
    account_id: "444455556666"
    assume_role_arn: arn:aws:iam::444455556666:role/OrganizationAccountAccessRole
    profile: management
    policies:
      - resource_discovery

- name: Create the user with the permissions boundary that every user of the company must have
  finops_for_cloud.aws.user:
    account_id: "111122223333"
    profile: management
    permissions_boundary: arn:aws:iam::111122223333:policy/CompanyBoundary

- name: Delete the user
  finops_for_cloud.aws.user:
    account_id: "111122223333"
    profile: management
    state: absent
"""

RETURN = r"""
user:
  description: The user after the task, V(none) under O(state=absent).
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
removed:
  description: The ARN of the user, where it is gone, or in check mode would be.
  returned: where anything was removed that a later task may ask for
  type: list
  elements: str
  sample:
    - arn:aws:iam::111122223333:user/FinOpsForCloudUser
steps:
  description:
    - What was done, or in check mode would be done, one sentence for each write, in their order.
    - A task that failed halfway returns what it had done until then.
  returned: always
  type: list
  elements: str
  sample:
    - Create the user FinOpsForCloudUser
    - Attach FinOpsForCloudBillingImport to the user FinOpsForCloudUser
    - Attach FinOpsForCloudResourceDiscovery to the user FinOpsForCloudUser
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
    run_module(User)


if __name__ == "__main__":
    main()
