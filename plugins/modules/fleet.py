# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation only: the action plugin of this name does all the work, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet
short_description: Look at the whole fleet of accounts once
description:
  - Finds accounts that the inventory has twice, hosts in more than one of the groups C(management), C(member) and
    C(standalone), and account ids that are none, and lists the platform's data sources once for all accounts.
  - It fails where the inventory, or the limit of the run, has no account at all.
  - In a slice of a controller's job it sees accounts that another slice has as well by the variable C(finops_all_accounts),
    which P(finops_for_cloud.aws.all_accounts#inventory) sets. A slice without it is refused where it shows that it is one.
  - It reads the hosts' inventory variables C(finops_account_id), C(finops_data_source_name) and those that begin with
    C(finops_platform_). Where C(finops_auth) is C(role), it asks the platform what a role needs.
options:
  intent:
    description:
      - What the run is for. With V(audit) the platform is asked what a role needs also where it works with one already.
      - V(connect) says that it writes to the platform, of which a slice of a controller's job is warned.
    type: str
    choices: [connect, prepare, audit]
    default: connect
  new_accounts:
    description: The ids of accounts that count as new, whenever they joined and whether they are connected or not.
    type: list
    elements: str
    default: []
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
seealso:
  - module: finops_for_cloud.aws.account
  - module: finops_for_cloud.aws.recap
notes:
  - Runs on the controller, once for all hosts. Use it with C(run_once), in a play of strategy C(linear).
extends_documentation_fragment:
  - finops_for_cloud.aws.attributes.info
"""

EXAMPLES = r"""
- name: Look at the whole fleet
  finops_for_cloud.aws.fleet:
  register: finops_fleet
  run_once: true

- name: Name what is wrong with this account
  ansible.builtin.debug:
    msg: "{{ finops_fleet.accounts[inventory_hostname].problem | default('nothing', true) }}"
"""

RETURN = r"""
accounts:
  description: What is known of each account of the play, by the host's name.
  returned: always
  type: dict
  contains:
    HOST:
      description: One host.
      returned: always
      type: dict
      contains:
        case:
          description: The group that it is in, of several the first.
          type: str
          returned: always
          sample: member
        problem:
          description: What is wrong with it, V(none) where nothing is.
          type: str
          returned: always
          sample: null
        data_source:
          description: The account's data source as in RV(finops_for_cloud.aws.account#module:data_source).
          type: dict
          returned: where there is no problem and C(finops_platform_url) is set
          sample:
            id: 7d3a0b5e-2f37-4d2c-9a51-0c3f6c1d8a42
            name: aws-111122223333
        members:
          description: The data sources of members whose costs stand in this account's files, each with id, account and name.
          type: list
          elements: dict
          returned: for management accounts
          sample: []
        flow:
          description: Whether its costs flow, as in RV(finops_for_cloud.aws.recap#module:accounts).
          type: str
          returned: where there is no problem and C(finops_platform_url) is set
          sample: proven
newcomers:
  description:
    - The hosts of the play whose account is new, those of O(new_accounts) and those that joined the organization in the last
      three days and are not connected yet, or not awake. One of which nobody says when it joined counts as new.
    - C(finops_account_joined) of a host says when it joined, as P(finops_for_cloud.aws.organization#inventory) sets it.
  returned: always
  type: list
  elements: str
  sample: [shop]
"""
