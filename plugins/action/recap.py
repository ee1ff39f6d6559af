# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints what became of every account, and looks once whether the platform lists those that were connected."""

from __future__ import annotations

import os
from typing import Any

from ansible import constants as C
from ansible.plugins.action import ActionBase

from ansible_collections.finops_for_cloud.aws.plugins.module_utils import _recap
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.inventory import Inventory, Listings, values


class ActionModule(ActionBase):
    """Runs on the controller, for one host in the name of all."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """C(accounts): a row for each; printed as text as well."""
        super().run(tmp, task_vars)
        inventory, listings = Inventory(task_vars or {}), Listings()
        cases = inventory.cases()
        check_mode = bool(self._task.check_mode)
        rows = []
        for host in inventory.in_play:
            variables = inventory.variables(host)
            registered = values(variables, _recap.VARIABLES)
            listed = None if check_mode else self._is_listed(registered, variables, listings)
            rows.append(_recap.row(host, " and ".join(cases.get(host, [])), registered, listed, check_mode))
        brief = len(rows) >= _recap.BRIEF_FROM and not self._display.verbosity
        # The callback of this collection tells the same from what is returned here.
        if os.environ.get("ORIGINAL_STDOUT_CALLBACK", C.DEFAULT_STDOUT_CALLBACK) != "finops_for_cloud.aws.fleet":
            self._display.display(_recap.text(rows, check_mode, brief))
        return {"changed": False, "accounts": rows, "unlisted": [row["host"] for row in rows if row["unlisted"]]}

    def _is_listed(self, registered: Any, variables: Any, listings: Listings) -> bool | None:
        """None without a platform, and where nothing was connected in this run: the listing at its beginning still holds."""
        connected = any(
            result.get("changed")
            for module, result in _recap.results(registered)
            if module in ("access_key", "data_source")
        )
        if not connected:
            return None
        try:
            listing = listings.of(variables)
        except FinopsError as error:
            self._display.warning("the platform could not be listed at the end of the run: {0}".format(error))
            return None
        return None if listing is None else listing.has(variables["finops_account_id"])
