# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts of an organization the inventory is about, by the options that say so."""

from __future__ import annotations

import dataclasses
import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.accounts import (
    Account,
    Organization,
)

# Options that are lists of selectors.
OPTIONS = ("accounts", "exclude_accounts", "standalone_accounts")
_TAG = "tag:"
_UNIT_ID = re.compile(r"(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})")
# Names of units that an error lists.
_NAMED = 20


@dataclasses.dataclass(frozen=True)
class Selector:
    """What selects accounts: an id, C(tag:KEY), C(tag:KEY=VALUE), or a name; names and values may have C(*) or C(?)."""

    text: str

    @property
    def needs_tags(self) -> bool:
        """Whether only an account's tags tell."""
        return self.text.startswith(_TAG)

    def matches(self, account: Account) -> bool:
        """Whether it selects an account."""
        if self.needs_tags:
            key, has_value, value = self.text.removeprefix(_TAG).partition("=")
            return key in account.tags and (not has_value or _is_like(account.tags[key], value))
        return self.text == account.id if self.text.isdigit() else _is_like(account.name, self.text)


@dataclasses.dataclass(frozen=True)
class Selection:
    """The accounts that are wanted; each list of selectors is met by what any of them selects."""

    accounts: Sequence[Selector]
    exclude_accounts: Sequence[Selector]
    standalone_accounts: Sequence[Selector]
    organizational_units: Sequence[str]

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Selection:
        """By the plugin's options; InputError names one that cannot work."""
        units = [str(unit) for unit in options["organizational_units"] or ()]
        selectors = {option: _selectors(options[option], option) for option in OPTIONS}
        return cls(organizational_units=units, **selectors)

    def asks_for_tags(self) -> str | None:
        """The first option that needs the accounts' tags."""
        return next((option for option in OPTIONS if any(one.needs_tags for one in getattr(self, option))), None)

    def candidates(self, organization: Organization) -> list[Account]:
        """The accounts in use that may be chosen, as far as that can be told without their tags.

        The management account is chosen wherever it is: the costs of its members arrive with its report.
        """
        units = self._units(organization)
        excluding = [one for one in self.exclude_accounts if not one.needs_tags]
        return [
            account
            for account in organization.accounts
            if account.is_in_use
            and (units is None or account.id == organization.management or organization.is_within(account, units))
            and not any(one.matches(account) for one in excluding)
            and (not self.accounts or any(one.needs_tags or one.matches(account) for one in self.accounts))
        ]

    def chosen(self, organization: Organization) -> list[Account]:
        """The accounts of the inventory; those whose tags matter have them."""
        return [
            account
            for account in self.candidates(organization)
            if not any(one.matches(account) for one in self.exclude_accounts)
            and (not self.accounts or any(one.matches(account) for one in self.accounts))
        ]

    def is_standalone(self, account: Account) -> bool:
        """Whether a member is to be connected with a report of its own."""
        return any(one.matches(account) for one in self.standalone_accounts)

    def selecting_nothing(self, organization: Organization) -> Iterator[tuple[str, str]]:
        """Options with the selectors that select no account of the organization, where that shows without tags."""
        for option in OPTIONS:
            for one in getattr(self, option):
                if not one.needs_tags and not any(one.matches(account) for account in organization.accounts):
                    yield option, one.text

    def _units(self, organization: Organization) -> set[str] | None:
        if not self.organizational_units:
            return None
        return {_unit(wanted, organization) for wanted in self.organizational_units}


def _selectors(values: Any, option: str) -> list[Selector]:
    selectors = [Selector(str(value).strip()) for value in values or ()]
    for one in selectors:
        if not one.text or one.text == _TAG:
            raise InputError(option, "an account id, a name, tag:KEY or tag:KEY=VALUE is missing in the list")
        if one.text.isdigit() and not re.fullmatch("[0-9]{12}", one.text):
            raise InputError(
                option, "{0!r} is no account id: it has 12 digits, and is written in quotes".format(one.text)
            )
    return selectors


def _unit(wanted: str, organization: Organization) -> str:
    """The id of a unit that is given by its id or by its path."""
    by_id = bool(_UNIT_ID.fullmatch(wanted))
    paths = {unit: organization.path(unit) for unit in organization.units}
    found = [unit for unit, path in paths.items() if (unit if by_id else path) == (wanted if by_id else _path(wanted))]
    if len(found) > 1:
        raise InputError(
            "organizational_units", "{0!r} are several: give the id of one, {1}".format(wanted, " or ".join(found))
        )
    if not found:
        raise InputError(
            "organizational_units",
            "{0!r} is no organizational unit here. There are: {1}".format(wanted, _listing(paths.values())),
        )
    return found[0]


def _path(text: str) -> str:
    return "/" + text.strip("/")


def _listing(paths: Any) -> str:
    known = sorted(path for path in paths if path)
    return ", ".join(known[:_NAMED]) + (" and {0} more".format(len(known) - _NAMED) if len(known) > _NAMED else "")


def _is_like(text: str, pattern: str) -> bool:
    return text == pattern or fnmatch.fnmatchcase(text, pattern)
