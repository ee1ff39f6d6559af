# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can only be seen with the whole fleet in view: accounts given twice, and the platform's one listing."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.flow import flow
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.data_source import summary
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import config_of


def problems(hosts: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What is wrong with hosts of an inventory, by host.

    hosts: each host's C(account_id) as the inventory has it and its C(cases), the groups among management, member,
    standalone that it is in.
    """
    found: dict[str, str] = {}
    by_account: dict[str, list[str]] = {}
    for host, variables in hosts.items():
        try:
            by_account.setdefault(settings.account_id(variables.get("account_id")), []).append(host)
        except InputError as error:
            found[host] = str(error)
        if len(variables["cases"]) > 1:
            found[host] = (
                "the host {0} is in the inventory groups {1}: an account is one of the three cases, so leave it in one "
                "of these groups".format(host, " and ".join(variables["cases"]))
            )
    for account, names in by_account.items():
        for host in names if len(names) > 1 else []:
            found.setdefault(
                host,
                "O(account_id): {0} is the account of more than one host of the inventory: {1}. Keep one of them".format(
                    account, ", ".join("{0} ({1})".format(name, ", ".join(hosts[name]["cases"])) for name in names)
                ),
            )
    return found


class Listing:
    """An organization's data sources as the platform lists them, found by account or by name."""

    def __init__(self, sources: Sequence[Mapping[str, Any]]) -> None:
        self.sources = sources
        self._by_account: dict[Any, Mapping[str, Any]] = {}
        self._by_name: dict[str, list[Mapping[str, Any]]] = {}
        for source in sources:
            self._by_account.setdefault(source.get("account_id"), source)
            self._by_name.setdefault(_folded(source.get("name")), []).append(source)

    def has(self, account: str) -> bool:
        """Whether the account has a data source."""
        return account in self._by_account

    def newest_of(self, root: str, roots: Mapping[str, str | None]) -> int | None:
        """When the newest of a Root's sources was made, in seconds since 1970; None where the account has none.

        roots: by account the management account of its organization, None where nobody knows.
        """
        source = self._by_account.get(root)
        if source is None:
            return None
        return max(int(one.get("created_at") or 0) for one in [source, *members_of(root, self.sources, roots)])

    def flow_of(self, account: str, roots: Mapping[str, str | None]) -> str | None:
        """Whether the account's costs flow, in brief; None where it has no data source. roots: as in members_of."""
        source = self._by_account.get(account)
        return None if source is None else flow(source, roots_of(source, self.sources, roots))

    def members(self, root: str, roots: Mapping[str, str | None]) -> list[dict[str, Any]]:
        """Id, account and name of the linked data sources whose cost stands in a Root's files. roots: as in members_of."""
        linked = members_of(root, self.sources, roots)
        return [dict((key, one.get(key)) for key in ("id", "account_id", "name")) for one in linked]

    def view(self, account: str, given_name: str | None) -> dict[str, Any]:
        """What the listing says about one account.

        Returns C(data_source), empty where it has none, and C(problem), where another account's has the wanted name.
        """
        source = self._by_account.get(account)
        name = settings.data_source_name(given_name, account)
        if source is not None and (not given_name or source.get("name") == name):
            return {"data_source": summary(source), "problem": None}
        others = [other for other in self._by_name.get(_folded(name), []) if other.get("account_id") != account]
        problem = None
        if others:
            problem = "O(data_source_name): the platform's data source {0!r} is account {1}'s. Set another name".format(
                others[0].get("name"), others[0].get("account_id")
            )
        return {"data_source": summary(source) or {}, "problem": problem}


def members_of(
    root: str, sources: Sequence[Mapping[str, Any]], roots: Mapping[str, str | None]
) -> list[Mapping[str, Any]]:
    """The linked sources whose cost stands in a Root's files, as far as anybody knows.

    roots: by account, the management account of its organization; an account of which nobody knows it may be any Root's.
    """
    return [
        source
        for source in sources
        if config_of(source).get("linked") and roots.get(str(source.get("account_id"))) in (None, root)
    ]


def management_accounts(accounts: Sequence[tuple[str, str, Optional[str]]]) -> dict[str, Optional[str]]:
    """By account, the management account of its organization; None where nobody says it and there are several.

    Standalone accounts have files of their own and no part in this. accounts: of each its case, its id, and the management
    account that its inventory says, None for none.
    """
    management = {account for case, account, dummy in accounts if case == "management"}
    only = next(iter(management)) if len(management) == 1 else None
    found: dict[str, Optional[str]] = dict((account, account) for account in management)
    for case, account, said in accounts:
        if case == "member":
            found.setdefault(account, said or only)
    return found


def roots_of(
    source: Mapping[str, Any], sources: Sequence[Mapping[str, Any]], roots: Mapping[str, str | None]
) -> list[Mapping[str, Any]]:
    """The Root sources in whose files a linked source's cost stands, as far as anybody knows; none of any other."""
    if not config_of(source).get("linked"):
        return []
    known = roots.get(str(source.get("account_id")))
    candidates = {account for account in roots.values() if account} if known is None else {known}
    return [one for one in sources if one.get("account_id") in candidates and not config_of(one).get("linked")]


def _folded(name: Any) -> str:
    """Names that differ by case alone are one name to a reader of the bill."""
    return str(name).casefold()
