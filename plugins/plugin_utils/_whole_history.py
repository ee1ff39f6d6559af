# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of a run as the whole history sees them: what is known of each without a call."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.verdict import has_connected, steps_of
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.history import asked_until
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import config_of
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._inventory import values


@dataclasses.dataclass(frozen=True)
class Visited:
    """An account of the play after its visit.

    variables: the host's. registered: what the roles registered of its steps.
    seen: what the look at the whole fleet knew of it, None in a play without one.
    """

    host: str
    case: str
    variables: Mapping[str, Any]
    registered: Mapping[str, Any]
    seen: Mapping[str, Any] | None

    @property
    def account_id(self) -> str:
        """The account, as the inventory has it."""
        return str(values(self.variables, ["finops_account_id"]).get("finops_account_id"))

    @property
    def has_failed(self) -> bool:
        """Whether a step failed, or none was done."""
        steps = steps_of(self.registered)
        return not steps or any(step.result.get("failed") or step.result.get("unreachable") for step in steps)

    @property
    def has_connected(self) -> bool:
        """Whether its data source was made or changed, or in check mode would be."""
        return has_connected(self.registered)

    @property
    def slept(self) -> bool:
        """Whether its linked data source was asleep when the run began."""
        source = (self.seen or {}).get("data_source") or {}
        return bool(config_of(source).get("linked")) and source.get("auto_import") is False

    @property
    def is_new(self) -> bool:
        """Whether the platform listed no data source for it when the run began."""
        return not (self.seen or {}).get("data_source")

    @property
    def session(self) -> str | None:
        """The sealed session of the visit's login."""
        return next((step.result["session"] for step in steps_of(self.registered) if "session" in step.result), None)

    @property
    def is_noted(self) -> bool:
        """Whether the note at a Root's user or role says that the past of all its members was asked for."""
        newest = (self.seen or {}).get("newest")
        steps = [step for step in steps_of(self.registered) if step.module in ("user", "role")]
        keepers = [step.result[step.module] for step in steps if step.result.get(step.module)]
        until = asked_until(keepers[0].get("tags")) if keepers else 0
        return newest is None or newest <= until


def is_settled(accounts: Sequence[Visited]) -> bool:
    """Whether the accounts of one organization of the platform leave nothing to look at: nobody slept, nobody is new."""
    return all(
        one.seen is not None and not one.has_connected and not one.slept and (one.case != "management" or one.is_noted)
        for one in accounts
    )


def left_asleep(
    accounts: Sequence[Visited],
    sources: Sequence[Mapping[str, Any]],
    roots: Mapping[str, str | None],
    handled: Collection[str],
) -> dict[str, Mapping[str, Any]]:
    """By host, in the order of their names, the data sources of members that sleep still, since nobody asked their Root.

    sources: as the platform lists them. roots: by account its management account, None where nobody knows it.
    handled: the management accounts that were asked, each of which has woken its members and those of unknown ones.
    """
    hosts = {one.account_id: one.host for one in accounts if one.case == "member"}
    awake = {*handled, *((None,) if handled else ())}
    return {
        hosts[source["account_id"]]: source
        for source in sorted(sources, key=lambda one: str(one.get("name")))
        if source.get("account_id") in hosts
        and source.get("auto_import") is False
        and roots.get(source["account_id"]) not in awake
    }
