#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: role
short_description: The IAM role that the FinOps platform assumes in an account
description:
  - Makes the role C(FinOpsForCloudAccessRole) as the platform documents it, which trusts the platform's own user and has the
    FinOps policies attached. With it no user and no access key is needed in the account.
  - Where the trust policy does not let the platform in, the documented statement is added, and all of others stays. Where
    AWS shows the id of a deleted user or role in place of whom the role trusted, that id, by which nobody is trusted any
    more and which AWS refuses, gives way to it.
  - A FinOps policy that the account's case does not need is detached. Policies of others, inline policies and trust of others
    stay, with a warning that names them.
  - A role that may do anything in its account is refused, unless O(permissions_boundary) limits it. So is one whose
    permissions boundary keeps it from the platform's work, one whose trust policy denies the platform or asks it for an
    external id, and one under another path than C(/), where the platform finds none.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  name:
    description:
      - The role's name.
      - V(FinOpsForCloudAccessRole) if not given, as the platform documents it.
    type: str
  principal_arn:
    description:
      - The ARN of who assumes the role.
      - C(arn:aws:iam::654035049067:user/ffc-service-user) in the account's partition if not given, as the platform documents
        it.
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
  description:
    description:
      - The role's description. If not given, a new role gets one, and that of a role which is there stays.
    type: str
  max_session_duration:
    description:
      - How many seconds a session of the role may last, 3600 to 43200.
      - V(3600), all that the platform asks for, for a new role if not given; that of a role which is there stays then.
    type: int
  permissions_boundary:
    description:
      - The ARN of the policy that must be the role's permissions boundary, one of the account itself or of AWS.
      - Without it a boundary is neither set nor changed.
    type: str
  state:
    description:
      - V(present) makes the role.
      - V(absent) deletes it with its FinOps attachments, unless others are trusted by it, attached policies to it, or put it
        into an instance profile.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: finops_for_cloud.aws.role_info
  - module: finops_for_cloud.aws.policy
  - module: finops_for_cloud.aws.data_source
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.tags
  - finops_for_cloud.aws.attributes
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Create the role of a management account
  finops_for_cloud.aws.role:
    account_id: "111122223333"
    profile: management

- name: Create the role of a member account
  finops_for_cloud.aws.role:
    account_id: "444455556666"
    assume_role_arn: arn:aws:iam::444455556666:role/OrganizationAccountAccessRole
    profile: management
    policies:
      - resource_discovery

- name: Delete the role
  finops_for_cloud.aws.role:
    account_id: "111122223333"
    profile: management
    state: absent
"""

RETURN = r"""
role:
  description: The role after the task, V(none) under O(state=absent).
  returned: success
  type: dict
  contains:
    name:
      description: The role's name.
      type: str
      returned: always
      sample: FinOpsForCloudAccessRole
    arn:
      description: The role's ARN.
      type: str
      returned: always
      sample: arn:aws:iam::111122223333:role/FinOpsForCloudAccessRole
    trust_policy:
      description: Whom it trusts, as IAM has it.
      type: dict
      returned: always
      sample:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: "arn:aws:iam::654035049067:user/ffc-service-user"}
            Action: sts:AssumeRole
    trusts_platform:
      description: Whether O(principal_arn) is let in by that without a condition.
      type: bool
      returned: always
      sample: true
    attached_policies:
      description: The names of all managed policies that are attached to the role.
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
    instance_profiles:
      description: The names of the instance profiles that it is in.
      type: list
      elements: str
      returned: always
      sample: []
    permissions_boundary:
      description: The ARN of its permissions boundary, V(none) without one.
      type: str
      returned: always
      sample: null
    tags:
      description: Its tags.
      type: dict
      returned: always
      sample: {}
steps:
  description:
    - What was done, or in check mode would be done, one sentence for each write, in their order.
    - A task that failed halfway returns what it had done until then.
  returned: always
  type: list
  elements: str
  sample:
    - Create the role FinOpsForCloudAccessRole
    - Attach FinOpsForCloudBillingImport to the role FinOpsForCloudAccessRole
    - Attach FinOpsForCloudResourceDiscovery to the role FinOpsForCloudAccessRole
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
    - {code: ROLE_MISSING, severity: drift, title: Create the role FinOpsForCloudAccessRole, resource: role}
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.role import Role


def main() -> None:
    run_module(Role)


if __name__ == "__main__":
    main()
