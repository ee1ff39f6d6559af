# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the verdict on every account, and fails where Ansible itself would not show a failure."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible import constants as C
from ansible.plugins.action import ActionBase

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet import recap
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.flow import PENDING, in_brief
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.verdict import (
    AFTERWARDS,
    REGISTERED,
    has_connected,
    verdict,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._inventory import Inventory, Listings, values
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._printing import show

_VARIABLES = ("finops_account_id", "finops_platform_url")


class ActionModule(ActionBase):
    """Runs on the controller, for one host in the name of all."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """C(accounts): a verdict for each; printed as text as well."""
        super().run(tmp, task_vars)
        task_vars = task_vars or {}
        inventory, listings = Inventory(task_vars), Listings()
        check_mode = bool(self._task.check_mode)
        afterwards = task_vars.get(AFTERWARDS) or {}
        rows = []
        for host, cases in inventory.cases_in_play().items():
            variables = inventory.variables(host)
            registered = {**values(variables, _VARIABLES), **inventory.registered(host, REGISTERED)}
            # Out of this one variable, which is the same for all hosts.
            if host in afterwards.get("accounts", {}):
                registered[AFTERWARDS] = {"results": [afterwards["accounts"][host]]}
            listed = None if check_mode else afterwards.get("listed", {}).get(host)
            if listed is None and not check_mode:
                listed = self._is_listed(registered, variables, listings)
            row = verdict(host, " and ".join(cases), registered, listed, check_mode)
            seen = task_vars.get("finops_fleet", {}).get("accounts", {}).get(host) or {}
            rows.append({**row, "flow": None if check_mode else _flow(seen, registered, listed)})
        brief = len(rows) >= recap.BRIEF_FROM and not self._display.verbosity
        # The callback of this collection tells the same from what is returned here.
        if os.environ.get("ORIGINAL_STDOUT_CALLBACK", C.DEFAULT_STDOUT_CALLBACK) != "finops_for_cloud.aws.fleet":
            show(self._display, recap.text(rows, check_mode, brief))
        counts = recap.counts(rows)
        result: dict[str, Any] = {
            "changed": False,
            "accounts": recap.kept(rows),
            "counts": counts,
            "flow": in_brief([row["flow"] for row in rows]),
            "ansible_stats": {"data": {"finops_recap": counts}, "per_host": False, "aggregate": False},
        }
        silent = [row for row in rows if row["failed"] and row["host"] in _alive(task_vars)]
        if silent:
            result.update(failed=True, msg=_failed_silently(silent))
        return result

    def _is_listed(self, registered: Any, variables: Any, listings: Listings) -> bool | None:
        """None without a platform, and where nothing was connected in this run: the listing at its beginning still holds."""
        if not has_connected(registered):
            return None
        try:
            listing = listings.of(variables)
        except FinopsError as error:
            self._display.warning("the platform could not be listed at the end of the run: {0}".format(error))
            return None
        return None if listing is None else listing.has(variables["finops_account_id"])


def _flow(seen: Mapping[str, Any], registered: Mapping[str, Any], listed: bool | None) -> str | None:
    """Whether a connected account's costs flow, as the run's one listing had it; what is new waits. An audit tells more."""
    if not registered.get("finops_connection") or listed is False:
        return None
    return seen.get("flow") or (PENDING if listed else None)


def _alive(task_vars: dict[str, Any]) -> list[str]:
    """The hosts that Ansible does not count as failed."""
    return list(task_vars.get("ansible_play_hosts", []))


def _failed_silently(rows: list[dict[str, Any]]) -> str:
    names = ", ".join("{0} ({1})".format(row["account_id"], row["host"]) for row in rows)
    return "{0} failed, as the recap above says: {1}".format("1 account" if len(rows) == 1 else "accounts", names)
