# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every slice of an inventory has to know of the whole: which accounts there are."""

from __future__ import annotations

DOCUMENTATION = r"""
name: all_accounts
short_description: Tell every slice of an inventory which accounts the whole of it has
description:
  - Adds no host. It sets the variable C(finops_all_accounts) of the group C(all), with the account and the case of every
    host in the groups C(management), C(member) and C(standalone) that the sources before it have made.
  - A controller that slices a job hands each slice its share of the hosts, but the variables of C(all) whole. So
    M(finops_for_cloud.aws.fleet) refuses an account that two hosts have in every slice, whichever has the other host.
  - It is read by a file whose name ends in C(all_accounts.yml) or C(all_accounts.yaml). In a folder of inventories its
    name has to be the last by the alphabet, such as C(zz_all_accounts.yml); of several C(-i) it is the last one.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
notes:
  - An account id has to be known by the inventory itself. One that only C(host_vars) or C(group_vars) bring is not seen
    here, and its host is refused in every slice with that reason.
options:
  plugin:
    description: Says that the file is for this plugin.
    type: str
    required: true
    choices: [finops_for_cloud.aws.all_accounts]
seealso:
  - plugin: finops_for_cloud.aws.organization
    plugin_type: inventory
"""

EXAMPLES = r"""
# inventory/zz_all_accounts.yml, beside inventory/organization.yml
plugin: finops_for_cloud.aws.all_accounts
"""

from typing import Any

from ansible.inventory.helpers import get_group_vars
from ansible.plugins.inventory import BaseInventoryPlugin

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.whole_inventory import VARIABLE
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.procedure import CASES


class InventoryModule(BaseInventoryPlugin):
    """Looks at the hosts that are there already."""

    NAME = "finops_for_cloud.aws.all_accounts"

    def verify_file(self, path: str) -> bool:
        """Whether the file is for this plugin, by its name."""
        return bool(super().verify_file(path)) and path.endswith(("all_accounts.yml", "all_accounts.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Ansible's entry point."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        found: dict[str, dict[str, Any]] = {}
        for case in CASES:
            for host in inventory.groups[case].get_hosts() if case in inventory.groups else ():
                account = {**get_group_vars(host.get_groups()), **host.get_vars()}.get("finops_account_id")
                found.setdefault(host.name, {"account_id": account, "case": case})
        inventory.set_variable("all", VARIABLE, found)
