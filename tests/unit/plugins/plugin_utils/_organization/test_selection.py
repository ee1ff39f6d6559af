# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every filter of the inventory, alone and together."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.accounts import (
    Account,
    Organization,
    Unit,
)
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.selection import Selection

ROOT, WORK, PRODUCTION, OTHER, TWIN = "r-ab12", *(f"ou-ab12-{number}0000000" for number in range(1, 5))
UNITS = (
    Unit(ROOT, "Root"),
    Unit(WORK, "Work", ROOT),
    Unit(PRODUCTION, "Production", WORK),
    Unit(OTHER, "Other", ROOT),
    Unit(TWIN, "Work/Production", ROOT),
)
IDS = {
    name: str(number) * 12
    for number, name in enumerate(("payer", "shop", "search", "sandbox-1", "sandbox-2", "left"), start=1)
}
ACCOUNTS = (
    Account(IDS["payer"], "payer", unit=ROOT),
    Account(IDS["shop"], "shop", unit=PRODUCTION, tags={"team": "web", "costs": "own"}),
    Account(IDS["search"], "search", unit=WORK, tags={"team": "web-search"}),
    Account(IDS["sandbox-1"], "sandbox-1", unit=OTHER, tags={"costs": ""}),
    Account(IDS["sandbox-2"], "sandbox-2", unit=ROOT),
    Account(IDS["left"], "left", "CLOSED", unit=WORK, tags={"team": "web"}),
)
ORGANIZATION = Organization(IDS["payer"], IDS["payer"], "aws", ACCOUNTS, {unit.id: unit for unit in UNITS})
NOTHING: dict[str, Any] = dict.fromkeys(
    ("accounts", "exclude_accounts", "standalone_accounts", "organizational_units"), []
)


def selection(**options: list[Any]) -> Selection:
    return Selection.of({**NOTHING, **options})


def chosen(**options: list[Any]) -> str:
    """The names of the accounts that are chosen."""
    return " ".join(account.name for account in selection(**options).chosen(ORGANIZATION))


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, "payer shop search sandbox-1 sandbox-2"),
        ({"accounts": [IDS["shop"], "search"]}, "shop search"),
        ({"accounts": ["sandbox-?"]}, "sandbox-1 sandbox-2"),
        ({"accounts": ["left"]}, ""),
        ({"accounts": ["tag:team"]}, "shop search"),
        ({"accounts": ["tag:team=web"]}, "shop"),
        ({"accounts": ["tag:team=web*", "payer"]}, "payer shop search"),
        ({"accounts": ["tag:costs="]}, "sandbox-1"),
        ({"accounts": ["tag:nothing=*"]}, ""),
        ({"exclude_accounts": ["sandbox-*", IDS["payer"]]}, "shop search"),
        ({"exclude_accounts": ["tag:costs"]}, "payer search sandbox-2"),
        ({"exclude_accounts": ["Shop"]}, "payer shop search sandbox-1 sandbox-2"),
        ({"accounts": ["s*"], "exclude_accounts": ["tag:team=web"]}, "search sandbox-1 sandbox-2"),
        ({"exclude_accounts": [int(IDS["shop"])]}, "payer search sandbox-1 sandbox-2"),
        ({"organizational_units": ["/Work"]}, "payer shop search"),
        ({"organizational_units": ["Work/"]}, "payer shop search"),
        ({"organizational_units": [PRODUCTION]}, "payer shop"),
        ({"organizational_units": ["/Other", PRODUCTION]}, "payer shop sandbox-1"),
        ({"organizational_units": ["/"]}, "payer shop search sandbox-1 sandbox-2"),
        ({"organizational_units": [ROOT]}, "payer shop search sandbox-1 sandbox-2"),
        ({"organizational_units": [TWIN]}, "payer"),
        ({"organizational_units": ["/Work"], "exclude_accounts": ["payer", "tag:team=web"]}, "search"),
    ],
)
def test_what_is_chosen(options: dict[str, list[Any]], names: str) -> None:
    assert chosen(**options) == names


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, "payer shop search sandbox-1 sandbox-2"),
        ({"accounts": ["shop"]}, "shop"),
        ({"accounts": ["shop", "tag:team"]}, "payer shop search sandbox-1 sandbox-2"),
        ({"exclude_accounts": ["shop", "tag:team"]}, "payer search sandbox-1 sandbox-2"),
        ({"organizational_units": ["/Other"]}, "payer sandbox-1"),
    ],
)
def test_tags_are_only_needed_of_accounts_that_may_be_chosen(options: dict[str, list[Any]], names: str) -> None:
    found = selection(**options).candidates(ORGANIZATION)
    assert " ".join(account.name for account in found) == names


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"accounts": ["shop"], "standalone_accounts": ["tag:costs=own"]}, "standalone_accounts"),
        ({"accounts": ["tag:a"], "exclude_accounts": ["tag:b"]}, "accounts"),
        ({"accounts": ["shop"], "organizational_units": ["/Work"]}, None),
    ],
)
def test_the_option_that_asks_for_tags_is_known(options: dict[str, list[Any]], option: str | None) -> None:
    assert selection(**options).asks_for_tags() == option


@pytest.mark.parametrize(
    ("selectors", "names"),
    [([], ""), (["tag:costs=own"], "shop"), ([IDS["search"], "sandbox-*"], "search sandbox-1 sandbox-2")],
)
def test_which_members_have_a_report_of_their_own(selectors: list[str], names: str) -> None:
    wanted = selection(standalone_accounts=selectors)
    assert " ".join(account.name for account in ACCOUNTS if wanted.is_standalone(account)) == names


def test_a_selector_that_selects_nothing_is_named_where_that_is_known() -> None:
    wanted = selection(accounts=["shop", "shpo"], exclude_accounts=["9" * 12, "left"], standalone_accounts=["tag:none"])
    assert list(wanted.selecting_nothing(ORGANIZATION)) == [("accounts", "shpo"), ("exclude_accounts", "9" * 12)]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"accounts": [12345678901]}, r"O\(accounts\): '12345678901' is no account id: it has 12 digits"),
        ({"exclude_accounts": ["1" * 13]}, r"O\(exclude_accounts\): '1{13}' is no account id"),
        ({"standalone_accounts": [" "]}, r"O\(standalone_accounts\): .* is missing"),
        ({"standalone_accounts": ["tag:"]}, r"O\(standalone_accounts\): .* is missing"),
        (
            {"organizational_units": ["Gone"]},
            r"O\(organizational_units\): 'Gone' is no .* There are: /, /Other, /Work, ",
        ),
        ({"organizational_units": ["ou-ab12-99999999"]}, r"'ou-ab12-99999999' is no organizational unit here"),
        ({"organizational_units": ["/Work/Production"]}, f"are several: give the id of one, {PRODUCTION} or {TWIN}"),
    ],
)
def test_what_cannot_work_is_an_error_that_names_the_option(options: dict[str, list[Any]], words: str) -> None:
    with pytest.raises(InputError, match=words):
        selection(**options).chosen(ORGANIZATION)


def test_an_error_lists_no_more_than_some_units() -> None:
    units = {f"ou-ab12-{number:08}": Unit(f"ou-ab12-{number:08}", f"unit {number:02}", ROOT) for number in range(25)}
    organization = Organization(IDS["payer"], IDS["payer"], "aws", (), {ROOT: Unit(ROOT, "Root"), **units})
    with pytest.raises(InputError, match="/unit 18 and 6 more"):
        selection(organizational_units=["none"]).chosen(organization)
