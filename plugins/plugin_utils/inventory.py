# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory's view of the fleet, for the action plugins that speak for all of its accounts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.listing import Listing
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.procedure import CASES
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import OPTIONS, Platform


class Inventory:
    """The accounts of the inventory groups management, member and standalone, with their variables."""

    def __init__(self, task_vars: Mapping[str, Any]) -> None:
        self._hostvars = task_vars["hostvars"]
        self._groups = task_vars["groups"]
        self.in_play: list[str] = list(task_vars.get("ansible_play_hosts_all", []))

    def cases(self) -> dict[str, list[str]]:
        """By host, the cases whose groups it is in."""
        found: dict[str, list[str]] = {}
        for case in CASES:
            for host in self._groups.get(case, []):
                found.setdefault(host, []).append(case)
        return found

    def cases_in_play(self) -> dict[str, list[str]]:
        """By host of the play, in its order, the cases whose groups it is in; other hosts are no accounts."""
        cases = self.cases()
        return {host: cases[host] for host in self.in_play if host in cases}

    def variables(self, host: str) -> Mapping[str, Any]:
        """A host's variables, gathered here and now; each is templated when it is asked for."""
        return self._hostvars[host]


def values(variables: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Some of a host's variables; one that is not set, or whose template fails, is left out."""
    found = {}
    for name in names:
        with contextlib.suppress(AnsibleError, KeyError):
            found[name] = variables[name]
    return found


class Listings:
    """What each platform organization lists, asked for once and kept; an error is kept as well."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Listing | FinopsError] = {}

    def of(self, variables: Mapping[str, Any]) -> Listing | None:
        """The data sources of a host's organization, None where it has no platform; raises FinopsError."""
        if not variables.get("finops_platform_url"):
            return None
        options = {name: variables.get("finops_" + name) for name in OPTIONS}
        key = tuple(options.values())
        if key not in self._known:
            try:
                self._known[key] = Listing(Platform(options).cloud_accounts())
            except FinopsError as error:
                self._known[key] = error
        found = self._known[key]
        if isinstance(found, FinopsError):
            raise found
        return found
