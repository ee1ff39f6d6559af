# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run: members that sleep are woken in one pass, and each Root is asked for the past that its members lack.

It never fails itself. What went wrong stands in the account's own result, from which the recap takes it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import Clients
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.verdict import REGISTERED
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Mode, run
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.words import worded
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import argument_spec, finished
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.history import History, unasked
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._inventory import Inventory, Listings, values
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._role_variables import VARIABLES, readers_names
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._sealing import unseal
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._whole_history import (
    Visited,
    is_settled,
    left_asleep,
)

_ARGUMENTS = {"intent": {"type": "str", "choices": [procedure.CONNECT, procedure.AUDIT], "default": procedure.CONNECT}}
_STEP = {"module": "history", "name": "Ask for the whole history"}
_NAMES = {**readers_names("account"), "reimport": "finops_reimport"}
_OPTIONS = {**VARIABLES["account"], "reimport": "finops_reimport"}
_DESCRIBED = ("finops_account_id", "finops_account_joined")
_ASLEEP = "the data source sleeps, so its costs do not arrive: {0}. Run the playbook again"


class ActionModule(ActionBase):
    """Runs on the controller, for one host in the name of all."""

    _supports_check_mode = True
    _supports_diff = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """C(accounts): by host, what was done for it; C(listed): whether the platform lists it, where that was looked at."""
        super().run(tmp, task_vars)
        task_vars = task_vars or {}
        self._mode = Mode(
            bool(self._task.check_mode),
            bool(self._task.diff),
            audit=self.validate_argument_spec(_ARGUMENTS)[1]["intent"] == procedure.AUDIT,
        )
        inventory, listings = Inventory(task_vars), Listings()
        variables = {host: inventory.variables(host) for host in inventory.cases()}
        self._roots = inventory.roots(variables)
        described = [values(of_host, _DESCRIBED) for of_host in variables.values()]
        self._joined = {str(one.get("finops_account_id")): one.get("finops_account_joined") for one in described}
        seen = task_vars.get("finops_fleet", {}).get("accounts", {})
        visited = [
            Visited(host, cases[0], variables[host], inventory.registered(host, REGISTERED), seen.get(host))
            for host, cases in inventory.cases_in_play().items()
        ]
        accounts: dict[str, Any] = {}
        listed: dict[str, bool] = {}
        for visits in _by_organization(visited, listings).values():
            if not is_settled(visits):
                accounts.update(self._of_organization(visits, listings, listed))
        diff = [entry for result in accounts.values() for entry in result.pop("diff", [])]
        changed = any(result["changed"] for result in accounts.values())
        return {"changed": changed, "accounts": accounts, "listed": listed, **({"diff": diff} if diff else {})}

    def _of_organization(
        self, visits: Sequence[Visited], listings: Listings, listed: dict[str, bool]
    ) -> dict[str, dict[str, Any]]:
        """The results by host; listed is told which accounts the platform lists."""
        try:
            listing = listings.of(visits[0].variables)
        except FinopsError as error:
            return {one.host: _failed(str(error)) for one in visits if one.has_connected and not one.has_failed}
        if listing is None:
            return {}
        listed.update((one.host, listing.has(one.account_id)) for one in visits)
        results, handled = {}, set()
        for root in visits:
            if root.case == "management" and not root.has_failed:
                result = self._ask(root, visits, listing.sources)
                results[root.host] = result
                handled |= {root.account_id} if result.get("history") else set()
        if not self._mode.audit:
            results.update(self._wake_others(visits, listing.sources, handled, listings))
        return results

    def _ask(self, root: Visited, visits: Sequence[Visited], sources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        spec = argument_spec(History, info=False)
        options = {**{option: about.get("default") for option, about in spec.items()}, **_given(root.variables)}
        session = root.session
        options.update(
            session=unseal(session) if session else None,
            variables=_NAMES,
            sources=sources,
            roots=self._roots,
            joined=self._joined,
            accounts=[one.account_id for one in visits],
            asleep=[one.account_id for one in visits if one.slept],
            joining=[one.account_id for one in visits if self._would_join(one, root)],
        )
        clients = Clients(options)
        result = run(History, options, clients, self._mode)
        return {**finished(result, spec, options, clients), **_AS_STEP}

    def _would_join(self, account: Visited, root: Visited) -> bool:
        is_its = self._roots.get(account.account_id) in (None, root.account_id)
        return self._mode.check and account.case == "member" and is_its and account.is_new and account.has_connected

    def _wake_others(
        self, visits: Sequence[Visited], sources: Sequence[Mapping[str, Any]], handled: set[str], listings: Listings
    ) -> dict[str, dict[str, Any]]:
        """Members whose management account is not in the play, or failed, are woken all the same."""
        asleep = left_asleep(visits, sources, self._roots, handled)
        if not asleep:
            return {}
        failure = ""
        if not self._mode.check:
            try:
                listings.platform(visits[0].variables).wake_cloud_accounts([one["id"] for one in asleep.values()])
            except FinopsError as error:
                failure = str(error)
        if failure:
            return {host: _failed(_ASLEEP.format(failure)) for host in asleep}
        return {
            host: {
                **_AS_STEP,
                "changed": True,
                "steps": ["Let the data source {0} import costs".format(source["name"])],
                "findings": [unasked(self._roots.get(source["account_id"])).as_result("history")],
            }
            for host, source in asleep.items()
        }


_AS_STEP = {"module": _STEP["module"], "finops_step": _STEP}


def _by_organization(visited: Sequence[Visited], listings: Listings) -> dict[str, list[Visited]]:
    """The accounts of each organization of the platform; without those whose variables cannot be templated."""
    found: dict[str, list[Visited]] = {}
    for one in visited:
        with contextlib.suppress(AnsibleError):
            if one.variables.get("finops_platform_url"):
                found.setdefault(listings.key(one.variables), []).append(one)
    return found


def _failed(reason: str) -> dict[str, Any]:
    return {**_AS_STEP, "changed": False, "steps": [], "failed": True, "msg": worded(reason, _NAMES)}


def _given(variables: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a host's variables; one whose template says omit is not given."""
    found = values(variables, _OPTIONS.values())
    omit = variables.get("omit")
    return {option: found[name] for option, name in _OPTIONS.items() if found.get(name) not in (None, omit)}
