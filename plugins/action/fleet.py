# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at the whole fleet once: accounts given twice, and what the platform lists for each account."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.newcomers import checked, newcomers
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.whole_inventory import (
    OF_A_CONTROLLER,
    VARIABLE,
    is_slice,
    problems_of_whole,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.words import worded
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import has_role
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._inventory import Inventory, Listings, values
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._role_variables import readers_names

_INTENTS = [procedure.CONNECT, procedure.PREPARE, procedure.AUDIT]
_ARGUMENTS = {
    "intent": {"type": "str", "choices": _INTENTS, "default": procedure.CONNECT},
    "new_accounts": {"type": "list", "elements": "str", "default": []},
}
_OF_NEWCOMERS = ("finops_account_id", "finops_account_joined")
_WRITERS = (
    "this job is one of several slices that write to the platform at the same time, and the platform answers some of that with "
    "errors. What breaks is looked up and healed, which takes time: slice the playbook prepare, and let one job connect"
)
_NO_ACCOUNTS = (
    "The inventory has no accounts: put each account's host into one of the groups management, member or standalone, and "
    "give it finops_account_id. Copy inventories/example of this collection to begin with."
)
_NONE_IN_LIMIT = "None of the hosts of this run is an account: none is in the groups management, member or standalone."


class ActionModule(ActionBase):
    """Runs on the controller, for one host in the name of all."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """C(accounts): by host its C(case), the C(problem) that it has, the C(data_source) that the platform lists, its C(flow); C(newcomers)."""
        super().run(tmp, task_vars)
        given = self.validate_argument_spec(_ARGUMENTS)[1]
        intent = given["intent"]
        self._audits = intent == procedure.AUDIT
        try:
            named = checked(given["new_accounts"])
        except InputError as error:
            return {"failed": True, "msg": str(error).replace("O(new_accounts)", "finops_new_accounts")}
        inventory, listings = Inventory(task_vars or {}), Listings()
        in_play = inventory.cases_in_play()
        if not in_play:
            return {"failed": True, "msg": _NO_ACCOUNTS if not inventory.cases() else _NONE_IN_LIMIT}
        known = inventory.cases()
        variables = {host: inventory.variables(host) for host in known}
        seen = values(next(iter(variables.values())), (VARIABLE, *OF_A_CONTROLLER))
        if is_slice(seen) and intent == procedure.CONNECT:
            self._display.warning(_WRITERS)
        found = _problems(known, variables, seen)
        roots = inventory.roots(variables)
        accounts = {}
        for host, cases in in_play.items():
            try:
                view = {"problem": found[host]} if host in found else self._view(variables[host], listings, roots)
            except (FinopsError, AnsibleError) as error:
                view = {"problem": worded(str(error), readers_names("account"))}
            accounts[host] = {"case": cases[0], **view}
        joined = {host: values(variables[host], _OF_NEWCOMERS) for host in accounts}
        today = datetime.datetime.now(datetime.timezone.utc).date()
        return {"changed": False, "accounts": accounts, "newcomers": newcomers(accounts, joined, named, today)}

    def _view(self, variables: Any, listings: Listings, roots: Mapping[str, str | None]) -> dict[str, Any]:
        listing = listings.of(variables)
        if listing is None:
            return {"problem": None}
        account = variables["finops_account_id"]
        view = listing.view(account, variables.get("finops_data_source_name"))
        view["flow"] = listing.flow_of(account, roots)
        if account in roots.values():
            view["newest"] = listing.newest_of(account, roots)
            view["members"] = listing.members(account, roots)
        organization = listings.organization(variables) or {}
        view["organization"] = {key: organization.get(key) for key in ("disabled", "currency")}
        # A role that the platform works with needs no such question each night.
        if variables.get("finops_auth") == "role" and (self._audits or not has_role(view["data_source"])):
            view["organization"]["policies"] = listings.policies(variables)
        return view


def _problems(known: dict[str, list[str]], variables: dict[str, Any], seen: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with hosts of the whole inventory, whatever the limit of this run and whichever slice of it this is.

    seen: what tells of the whole, and of a slice.
    """
    unreadable: dict[str, str] = {}
    hosts = {}
    for host, cases in known.items():
        try:
            hosts[host] = {"account_id": variables[host].get("finops_account_id"), "cases": cases}
        except AnsibleError as error:
            unreadable[host] = f"finops_account_id: {error}"
    found = problems_of_whole(hosts, seen.get(VARIABLE), is_slice(seen))
    return {**unreadable, **worded(found, readers_names("account"))}
