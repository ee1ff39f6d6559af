#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: role_info
short_description: Look at the IAM role of the FinOps platform in an account
description:
  - Reads the role, whom it trusts, its policies and its permissions boundary. Changes nothing.
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
      - The ARN of who is to assume the role, as in O(finops_for_cloud.aws.role#module:principal_arn).
    type: str
  policies:
    description:
      - Which FinOps policies the role is to have, as in O(finops_for_cloud.aws.role#module:policies). What is attached is
        returned either way.
    type: list
    elements: str
    choices: [billing_import, resource_discovery]
    default: [billing_import, resource_discovery]
seealso:
  - module: finops_for_cloud.aws.role
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.attributes.info
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Look at the role
  finops_for_cloud.aws.role_info:
    account_id: "111122223333"
    profile: management
  register: found

- name: Insist that the platform may assume it
  ansible.builtin.assert:
    that: found.role.trusts_platform
"""

RETURN = r"""
role:
  description: The role as it is, V(none) where there is none.
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
account_id:
  description: The account that the task is about.
  returned: where O(account_id) is an account's
  type: str
  sample: "111122223333"
findings:
  description:
    - What is not as it should be. M(finops_for_cloud.aws.account) tells what each has; the page C(docs/findings.md) of this collection lists
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
    run_module(Role, info=True)


if __name__ == "__main__":
    main()
