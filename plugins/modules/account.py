#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: account
short_description: Check an account's settings and log in to it
description:
  - Checks every setting of an account, finds out who the caller is, and looks up the account's data source, before
    anything is written. All that can be wrong with an account's inventory variables fails here, with the variable's
    name.
  - A data source of another type than the account's case, or a disabled organization of the platform, stops the account
    here. So does, with O(preflight), what would keep it from being connected for the first time.
  - The settings of other modules are checked here, not kept. Give them to those modules as well.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  case:
    description:
      - What the account is. V(management) is the management account of an organization, V(member) a member whose
        management account is connected too, V(standalone) any other, also a member whose management account is out of
        reach.
    type: str
    choices: [management, member, standalone]
    required: true
  management_account_id:
    description:
      - The management account of the organization that the account is in, a string of 12 digits in quotes.
      - With it and O(preflight), an account of O(case=management) or O(case=member) that has no data source yet is
        refused where AWS says that it is in another organization or in none.
    type: raw
  cur_name:
    description:
      - The name of the export, as in O(finops_for_cloud.aws.cur#module:name).
    type: str
  cur_bucket:
    description:
      - The bucket of the export, as in O(finops_for_cloud.aws.cur#module:bucket).
    type: str
  cur_bucket_region:
    description:
      - The bucket's region, as in O(finops_for_cloud.aws.cur#module:bucket_region).
    type: str
  cur_prefix:
    description:
      - The path in the bucket, as in O(finops_for_cloud.aws.cur#module:prefix).
    type: str
  policy_variant:
    description:
      - The policies' variant, as in O(finops_for_cloud.aws.policy#module:variant).
    type: str
  auth:
    description:
      - What the platform works with in the account, as in O(finops_for_cloud.aws.data_source#module:auth).
    type: str
    choices: [role, access_key]
  permanent_switch:
    description:
      - Given where the account's data source is about to be switched from its key to a role. V(false) stops that here, before
        anything is written.
    type: bool
  role_name:
    description:
      - The role's name, as in O(finops_for_cloud.aws.role#module:name).
    type: str
  role_principal_arn:
    description:
      - Who assumes the role, as in O(finops_for_cloud.aws.role#module:principal_arn).
    type: str
  user_name:
    description:
      - The user's name, as in O(finops_for_cloud.aws.user#module:name).
    type: str
  permissions_boundary:
    description:
      - The user's permissions boundary, as in O(finops_for_cloud.aws.user#module:permissions_boundary).
    type: str
  data_source_name:
    description:
      - The data source's name, as in O(finops_for_cloud.aws.data_source#module:name).
    type: str
  tags:
    description:
      - The tags, as in O(finops_for_cloud.aws.cur#module:tags).
    type: dict
  fleet:
    description:
      - What M(finops_for_cloud.aws.fleet) found out about this account, an entry of
        RV(finops_for_cloud.aws.fleet#module:accounts). Its problem, if it has one, is this task's.
      - Without it the module asks the platform for the account's data source, if O(platform_url) is given.
    type: dict
  preflight:
    description:
      - Whether to find out, before the first write to an account without a data source, what would keep it from being
        connected by the steps of its O(case). These are actions that are denied to the caller, by its own policies or by
        a service control policy, and, with O(management_account_id), another organization.
      - It takes C(iam:GetRole), C(iam:SimulatePrincipalPolicy) and C(organizations:DescribeOrganization). Who may not call
        them is not kept from anything.
    type: bool
    default: false
  removal:
    description:
      - Whether the account is about to be offboarded. Then it is refused without O(confirm_delete_history), and where
        members are still connected whose costs stand in this account's files.
    type: bool
    default: false
  confirm_delete_history:
    description:
      - Whether the account's data source may be deleted with all its history on the platform, which nobody can bring
        back.
    type: bool
    default: false
seealso:
  - module: finops_for_cloud.aws.fleet
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
- name: Log in to a member account
  finops_for_cloud.aws.account:
    account_id: "444455556666"
    assume_role_arn: arn:aws:iam::444455556666:role/OrganizationAccountAccessRole
    profile: management
    case: member
  register: account

- name: Use the session, which spares every later task the same calls
  finops_for_cloud.aws.user:
    account_id: "444455556666"
    session: "{{ account.session }}"
    policies:
      - resource_discovery
"""

RETURN = r"""
account_id:
  description: The account that the credentials belong to.
  returned: success
  type: str
  sample: "444455556666"
arn:
  description: The ARN of the caller.
  returned: success
  type: str
  sample: arn:aws:sts::444455556666:assumed-role/OrganizationAccountAccessRole/finops-for-cloud
partition:
  description: The AWS partition of the account.
  returned: success
  type: str
  sample: aws
expiration:
  description: When the session of an assumed role ends, V(none) without a role.
  returned: success
  type: str
  sample: "2026-01-31T13:00:00+00:00"
case:
  description: The case as given.
  returned: success
  type: str
  sample: member
session:
  description:
    - The session for the other modules of this collection, encrypted with a key that only this run of Ansible has. It
      is of no use to whoever finds it in a log.
  returned: on a local connection
  type: str
  sample: gAAAAABl
data_source:
  description: The account's data source; V(none) without O(platform_url), empty where the platform lists none.
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
steps:
  description: Always empty, since this module changes nothing.
  returned: always
  type: list
  elements: str
  sample: []
findings:
  description:
    - What is not as it should be after the task; in check mode, all that was found; of a task that failed, what is in the
      way. The page C(docs/findings.md) of this collection lists every code.
  returned: when it could be looked at
  type: list
  elements: dict
  contains:
    code:
      description: What it is, under a name that stays.
      type: str
      returned: always
      sample: CUR_MISSING
    severity:
      description: V(drift), V(blocked), V(pending), V(alarm) or V(note).
      type: str
      returned: always
      sample: drift
    title:
      description: One sentence about it.
      type: str
      returned: always
      sample: Create the export billing-111122223333
    expected:
      description: What should be there, V(none) where the title says it all.
      type: raw
      returned: always
      sample: null
    actual:
      description: What is there.
      type: raw
      returned: always
      sample: null
    remedy:
      description: What a person does about it, empty where the next run mends it.
      type: str
      returned: always
      sample: ""
    resource:
      description: The module that found it.
      type: str
      returned: always
      sample: cur
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.account import Account


def main() -> None:
    run_module(Account)


if __name__ == "__main__":
    main()
