# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at the whole fleet once: accounts given twice, and what the platform lists for each account."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.finops_for_cloud.aws.plugins.module_utils import _fleet
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.inventory import Inventory, Listings


class ActionModule(ActionBase):
    """Runs on the controller, for one host in the name of all."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """C(accounts): by host, the C(problem) that it has, and the C(data_source) that the platform lists for it."""
        super().run(tmp, task_vars)
        inventory, listings = Inventory(task_vars or {}), Listings()
        cases = inventory.cases()
        problems: dict[str, str] = {}
        variables = {host: inventory.variables(host) for host in {*cases, *inventory.in_play}}
        hosts = {}
        for host in cases:
            try:
                hosts[host] = {"account_id": variables[host].get("finops_account_id"), "cases": cases[host]}
            except AnsibleError as error:
                problems[host] = f"finops_account_id: {error}"
        problems.update(_fleet.problems(hosts))
        accounts = {}
        for host in inventory.in_play:
            try:
                accounts[host] = self._view(variables[host], listings) if host not in problems else {}
            except (FinopsError, AnsibleError) as error:
                problems[host] = str(error)
            if host in problems:
                accounts[host] = {"problem": problems[host]}
        return {"changed": False, "accounts": accounts}

    def _view(self, variables: Any, listings: Listings) -> dict[str, Any]:
        listing = listings.of(variables)
        if listing is None:
            return {"problem": None}
        return listing.view(variables["finops_account_id"], variables.get("finops_data_source_name"))
