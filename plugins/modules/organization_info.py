#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: organization_info
short_description: Look at the accounts of an organization, and at what each costs
description:
  - Lists all accounts of an AWS organization, closed ones too, as its management account or a delegated administrator may
    do. Changes nothing.
  - On request asks Cost Explorer what each account cost in the last full months.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  cost_explorer:
    description:
      - Whether to ask Cost Explorer for each account's blended cost. AWS charges for this request.
      - Without it nothing is asked that costs money; what was delivered tells the same for nothing.
    type: bool
    default: false
  cost_explorer_months:
    description:
      - Of how many full months before the one that runs, 1 to 12.
    type: int
    default: 3
seealso:
  - plugin: finops_for_cloud.aws.organization
    plugin_type: inventory
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.attributes.info
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Look at the organization
  finops_for_cloud.aws.organization_info:
    account_id: "111122223333"
    profile: management
  register: found

- name: Name the accounts in which nobody can act
  ansible.builtin.debug:
    msg: "{{ found.organization.accounts | rejectattr('state', 'equalto', 'ACTIVE') | map(attribute='name') | list }}"

- name: Ask what each account cost last month, by one request that AWS charges for
  finops_for_cloud.aws.organization_info:
    account_id: "111122223333"
    profile: management
    cost_explorer: true
    cost_explorer_months: 1
"""

RETURN = r"""
organization:
  description: The organization, V(none) where the account is in none.
  returned: success
  type: dict
  contains:
    id:
      description: Its id.
      type: str
      returned: always
      sample: o-abcdefghij
    management_account_id:
      description: The account that manages it and pays for it.
      type: str
      returned: always
      sample: "111122223333"
    accounts:
      description: All its accounts.
      type: list
      elements: dict
      returned: always
      contains:
        id:
          description: The account's id.
          type: str
          returned: always
          sample: "444455556666"
        name:
          description: Its name, as others wrote it.
          type: str
          returned: always
          sample: Shop
        state:
          description: V(ACTIVE), or a state in which nobody can act in it, such as V(SUSPENDED) or V(CLOSED).
          type: str
          returned: always
          sample: ACTIVE
        joined:
          description: The day, in UTC, on which it became the organization's; V(none) where AWS does not tell.
          type: str
          returned: always
          sample: "2026-01-31"
    costs:
      description:
        - Blended cost by month, currency and account, as decimal text. Each month that was asked for is there.
        - V(none) without O(cost_explorer), and where it may not be read.
      type: dict
      returned: always
      sample: {"2026-10": {"USD": {"444455556666": "123.4500000000"}}}
    unknown:
      description: Why C(costs) could not be read where it was asked for; empty otherwise.
      type: dict
      returned: always
      sample: {}
account_id:
  description: The account that the task is about.
  returned: where O(account_id) is an account's
  type: str
  sample: "111122223333"
findings:
  description: Always empty, since nothing is wrong with an organization.
  returned: success
  type: list
  elements: dict
  sample: []
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.organization import Organization


def main() -> None:
    run_module(Organization, info=True)


if __name__ == "__main__":
    main()
