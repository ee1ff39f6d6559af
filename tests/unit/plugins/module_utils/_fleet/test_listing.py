# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts given twice, and the platform's listing."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.listing import Listing, members_of, problems

ONE, OTHER = "111122223333", "444455556666"


def host(account: Any, *cases: str) -> dict[str, Any]:
    return {"account_id": account, "cases": list(cases)}


def test_a_sound_fleet_has_no_problems() -> None:
    assert problems({"a": host(ONE, "management"), "b": host(OTHER, "member")}) == {}


def test_a_host_in_two_groups_is_named_with_both() -> None:
    found = problems({"a": host(ONE, "management", "member"), "b": host(OTHER, "member")})
    assert list(found) == ["a"]
    assert "management and member" in found["a"]


def test_two_hosts_of_one_account_are_both_named() -> None:
    found = problems({"a": host(ONE, "management"), "b": host(ONE, "member"), "c": host(OTHER, "member")})
    assert set(found) == {"a", "b"}
    assert "a (management), b (member)" in found["b"]


def test_a_number_is_no_account_id() -> None:
    assert "must be a string of 12 digits" in problems({"a": host(111122223333, "member")})["a"]


def source(account: str, name: str) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "account_id": account,
        "config": {"access_key_id": "AKIA", "secret_access_key": "s"},
    }


def test_an_account_finds_its_data_source_without_its_secret() -> None:
    view = Listing([source(OTHER, "theirs"), source(ONE, "ours")]).view(ONE, None)
    assert view["problem"] is None
    assert view["data_source"]["name"] == "ours"
    assert "secret_access_key" not in view["data_source"]["config"]


def test_an_account_without_one_is_told_so() -> None:
    assert Listing([source(OTHER, "theirs")]).view(ONE, None) == {"data_source": {}, "problem": None}


def test_the_listing_knows_which_accounts_have_a_data_source() -> None:
    listing = Listing([source(ONE, "ours")])
    assert [listing.has(ONE), listing.has(OTHER)] == [True, False]


@pytest.mark.parametrize(
    ("name", "is_taken"), [(None, False), ("ours", False), ("OURS", True), ("theirs", True), ("free", False)]
)
def test_an_account_s_own_name_is_never_taken(name: str | None, is_taken: bool) -> None:
    view = Listing([source(ONE, "ours"), source(OTHER, "theirs"), source(OTHER, "Ours")]).view(ONE, name)
    assert view["data_source"]["name"] == "ours"
    assert bool(view["problem"]) is is_taken
    assert OTHER in (view["problem"] or OTHER)


def test_the_documented_name_is_no_problem_where_the_account_has_another() -> None:
    taken = source(OTHER, f"aws-{ONE}")
    assert Listing([source(ONE, "ours"), taken]).view(ONE, None)["problem"] is None
    assert Listing([taken]).view(ONE, None)["problem"]


def test_a_name_that_another_account_has_is_a_problem_whatever_its_case() -> None:
    view = Listing([source(OTHER, "payer")]).view(ONE, "Payer")
    assert "O(data_source_name)" in view["problem"]
    assert OTHER in view["problem"]


def listed(account: str, created_at: int, linked: bool = True) -> dict[str, Any]:
    return {"id": account, "account_id": account, "created_at": created_at, "config": {"linked": linked}}


ROOT, ANOTHER, STANDALONE = "111111111111", "222222222222", "333333333333"
SOURCES = [
    listed(ROOT, 5, False),
    listed(ANOTHER, 4, False),
    listed(STANDALONE, 9, False),
    listed(ONE, 7),
    listed(OTHER, 6),
]


@pytest.mark.parametrize(
    ("roots", "members", "newest"),
    [
        ({}, [ONE, OTHER], 7),
        ({ONE: ROOT, OTHER: ROOT}, [ONE, OTHER], 7),
        ({ONE: ANOTHER}, [OTHER], 6),
        ({ONE: None, OTHER: ANOTHER}, [ONE], 7),
        ({ONE: ANOTHER, OTHER: ANOTHER}, [], 5),
    ],
)
def test_the_members_of_a_root_and_when_the_newest_was_made(
    roots: dict[str, str | None], members: list[str], newest: int
) -> None:
    assert [source["account_id"] for source in members_of(ROOT, SOURCES, roots)] == members
    assert Listing(SOURCES).newest_of(ROOT, roots) == newest
    assert Listing(SOURCES).newest_of("999999999999", roots) is None


def test_the_members_of_a_root_in_brief() -> None:
    listing = Listing([listed(ONE, 1, linked=False), listed(OTHER, 2)])
    (member,) = listing.members(ONE, {})
    assert set(member) == {"id", "account_id", "name"}
    assert member["account_id"] == OTHER
    assert listing.members(ONE, {OTHER: "999999999999"}) == []
