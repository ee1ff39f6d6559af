# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An organization as AWS describes it: its accounts, and the organizational units that they are in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.organizations import NOT_IN_USE


@dataclasses.dataclass(frozen=True)
class Account:
    """An account.

    unit: the id of the root or organizational unit it is in, None where nobody asked; tags likewise. joined: the day in UTC
    on which it became the organization's, such as C(2026-01-31), None where AWS does not tell.
    """

    id: str
    name: str
    state: str = "ACTIVE"
    unit: str | None = None
    joined: str | None = None
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def is_in_use(self) -> bool:
        """Whether somebody can act in it; a state that AWS has yet to invent does not make an account forgotten."""
        return self.state not in NOT_IN_USE


@dataclasses.dataclass(frozen=True)
class Unit:
    """A root, which has no parent, or an organizational unit."""

    id: str
    name: str
    parent: str | None = None


@dataclasses.dataclass(frozen=True)
class Organization:
    """An organization.

    management: the id of its management account. login: that of the account whose credentials asked.
    partition: of its ARNs, such as C(aws) or C(aws-cn). units: by id, none where nobody asked.
    """

    management: str
    login: str
    partition: str
    accounts: tuple[Account, ...]
    units: Mapping[str, Unit] = dataclasses.field(default_factory=dict)

    def lineage(self, unit: str | None) -> list[Unit]:
        """A unit and those that it is in, the outermost first, without the root."""
        found: list[Unit] = []
        here = self.units.get(unit or "")
        while here is not None and here.parent is not None:
            found.insert(0, here)
            here = self.units.get(here.parent)
        return found

    def path(self, unit: str | None) -> str | None:
        """The names from the root down, such as C(/Workloads/Production), C(/) for the root; None where nobody asks."""
        return "/" + "/".join(ancestor.name for ancestor in self.lineage(unit)) if unit in self.units else None

    def is_within(self, account: Account, units: set[str]) -> bool:
        """Whether an account is in one of these units, or in one that is in them."""
        return bool({account.unit, *(unit.parent for unit in self.lineage(account.unit))} & units)

    def as_cached(self) -> dict[str, Any]:
        """As a cache keeps it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_cached(cls, cached: Mapping[str, Any]) -> Organization:
        """What as_cached() made; KeyError or TypeError where that was another version of this class."""
        accounts = tuple(Account(**account) for account in cached["accounts"])
        units = {key: Unit(**unit) for key, unit in cached["units"].items()}
        return cls(**{**cached, "accounts": accounts, "units": units})
