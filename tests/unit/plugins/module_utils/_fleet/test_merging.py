# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What slices saw, as one run would have seen it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.merging import joined

PLATFORM = "https://finops.example.com 7d3a"
ROOT, SHOP = "000000000001", "111122223333"


def visit(host: str, case: str = "member", **about: Any) -> dict[str, Any]:
    return {"host": host, "case": case, "platform": PLATFORM, "variables": {}, "steps": [], "problem": None, **about}


def answers(**about: Any) -> dict[str, Any]:
    nothing: dict[str, Any] = {"organization": {}, "sources": {}, "costs": None, "imports": {}, "months": []}
    return {**nothing, "now": None, "failure": "", **about}


def part(*visits: dict[str, Any], at: str = "2026-11-26T01:00:00+00:00", **about: Any) -> dict[str, Any]:
    return {"generated_at": at, "visits": list(visits), "platforms": {PLATFORM: answers(**about)} if about else {}}


LATER = "2026-11-26T02:00:00+00:00"


def test_accounts_come_by_case_and_host_whichever_slice_had_them() -> None:
    found = joined([part(visit("shop"), visit("lab", "standalone")), part(visit("payer", "management"), visit("auth"))])
    assert [one["host"] for one in found["visits"]] == ["payer", "auth", "shop", "lab"]


@pytest.mark.parametrize("turned", [False, True])
def test_of_a_slice_that_was_repeated_the_latest_counts(turned: bool) -> None:
    parts = [part(visit("shop", problem="old")), part(visit("shop", problem="new"), at=LATER)]
    (found,) = joined(parts[::-1] if turned else parts)["visits"]
    assert found["problem"] == "new"


ONE_MONTH = {"costs": {SHOP: {"2026-10": "1"}}, "months": ["2026-10"]}
OTHER_MONTH = {"costs": {SHOP: {"2026-09": "2"}, ROOT: {"2026-09": "3"}}, "months": ["2026-09"]}


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        # A slice without a report of its own asks for no costs.
        ({}, ONE_MONTH, ONE_MONTH),
        (
            ONE_MONTH,
            OTHER_MONTH,
            {
                "costs": {SHOP: {"2026-10": "1", "2026-09": "2"}, ROOT: {"2026-09": "3"}},
                "months": ["2026-09", "2026-10"],
            },
        ),
        ({"costs": {SHOP: {"2026-10": "1"}}}, {"costs": {SHOP: {"2026-10": "2"}}}, {"costs": {SHOP: {"2026-10": "2"}}}),
        ({"sources": {"a": 1}}, {"sources": {"a": 2}}, {"sources": {"a": 2}}),
        ({"sources": {"a": 1}}, {"sources": None, "failure": "down"}, {"sources": {"a": 1}, "failure": ""}),
        ({"sources": None, "failure": "no token"}, {"sources": None, "failure": "down"}, {"failure": "down"}),
        ({"failure": "no costs", "months": ["2026-10"]}, {}, {"costs": None, "failure": "no costs"}),
        ({"imports": {"x": [1]}}, {"imports": {"y": [2]}}, {"imports": {"x": [1], "y": [2]}}),
        ({"now": LATER}, {"now": "2026-11-26T01:30:00+00:00"}, {"now": LATER}),
        ({"organization": {"currency": "EUR"}}, {"sources": None}, {"organization": {"currency": "EUR"}}),
    ],
)
def test_what_the_platform_said_is_joined(first: Any, second: Any, wanted: Any) -> None:
    parts = [part(**{"sources": {}, **first}), part(at=LATER, **{"sources": {}, **second})]
    found = joined(parts)["platforms"][PLATFORM]
    assert {key: found[key] for key in wanted} == wanted


def test_more_than_a_year_is_never_asked_about() -> None:
    months = [f"2025-{number:02}" for number in range(1, 13)]
    found = joined([part(months=months), part(months=["2026-01"])])["platforms"][PLATFORM]
    assert found["months"] == [*months[1:], "2026-01"]
