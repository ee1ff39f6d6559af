# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory's view of the fleet, for the action plugins that speak for all of its accounts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.listing import Listing, management_accounts
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.platform_policies import BUCKET, meaning
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.procedure import CASES
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import OPTIONS, Platform

_OF_ROOTS = ("finops_account_id", "finops_management_account_id")


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

    def roots(self, variables: Mapping[str, Mapping[str, Any]]) -> dict[str, str | None]:
        """As _fleet/listing.management_accounts() has them. variables: by host, of all accounts."""
        found = {host: values(variables[host], _OF_ROOTS) for host in self.cases()}
        accounts = [
            (case, str(found[host].get("finops_account_id")), found[host].get("finops_management_account_id"))
            for case in CASES
            for host in self._groups.get(case, [])
        ]
        return management_accounts(accounts)

    def registered(self, host: str, names: Iterable[str]) -> dict[str, Any]:
        """What tasks have registered for a host, as it is: results are no templates."""
        found = self._hostvars.raw_get(host)
        return {name: found[name] for name in names if name in found}

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
    """What the platform says about each organization and its data sources, asked for once; an error is kept as well."""

    def __init__(self) -> None:
        self._platforms: dict[str, Platform | FinopsError] = {}
        self._answers: dict[tuple[str, str], Any] = {}

    def of(self, variables: Mapping[str, Any]) -> Listing | None:
        """The data sources of a host's organization, None where it has no platform; raises FinopsError."""
        return self._asked(variables, "listing", lambda platform: Listing(platform.cloud_accounts()))

    def organization(self, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        """A host's organization with C(disabled) and C(currency), None where it has no platform; raises FinopsError."""
        return self._asked(variables, "organization", lambda platform: platform.organization())

    def policies(self, variables: Mapping[str, Any]) -> dict[str, list[str]] | None:
        """What the platform says that a role needs, by meaning; None where it does not say, as one without roles."""
        with contextlib.suppress(FinopsError):
            return self._asked(variables, "policies", lambda one: meaning(one.cloud_policies(BUCKET)))
        return None

    def key(self, variables: Mapping[str, Any]) -> str:
        """What tells a host's organization of the platform from others; as text, for a value of a wrong type has no hash."""
        return repr(_options(variables))

    def platform(self, variables: Mapping[str, Any]) -> Platform:
        """The client for a host's organization; raises FinopsError."""
        key = self.key(variables)
        if key not in self._platforms:
            self._platforms[key] = _kept(lambda: Platform(_options(variables)))
        found: Platform = _raised(self._platforms[key])
        return found

    def _asked(self, variables: Mapping[str, Any], what: str, ask: Callable[[Platform], Any]) -> Any:
        if not variables.get("finops_platform_url"):
            return None
        key = self.key(variables)
        if (key, what) not in self._answers:
            self._answers[key, what] = _kept(lambda: ask(self.platform(variables)))
        return _raised(self._answers[key, what])


def _options(variables: Mapping[str, Any]) -> dict[str, Any]:
    return {name: variables.get("finops_" + name) for name in OPTIONS}


def _kept(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except FinopsError as error:
        return error


def _raised(value: Any) -> Any:
    if isinstance(value, FinopsError):
        raise value
    return value
