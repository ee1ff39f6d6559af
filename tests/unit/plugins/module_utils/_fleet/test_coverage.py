# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Coverage in money: who is not on the bill, what that costs, and why."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import yaml

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.coverage import coverage, merged, snippet
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.report import row
from tests.unit.plugins.module_utils._fleet.audits import LINKED, MANAGEMENT, MEMBER, NOW, PAYER, finding, source

OTHER, THIRD = "777788889999", "000000000003"


def account(identifier: str, name: str = "N", state: str = "ACTIVE") -> dict[str, Any]:
    return {"id": identifier, "name": name, "state": state, "joined": None}


ORGANIZATION = {PAYER: [account(PAYER, "Payer"), account(MEMBER, "Web")]}
COSTS = {
    "2026-09": {"USD": {MEMBER: "1.10", OTHER: "0.10"}},
    "2026-10": {"USD": {MEMBER: "2.2049999999", OTHER: "0.20"}, "EUR": {MEMBER: "9"}},
}
SOURCES = [source(PAYER), source(MEMBER)]


def rows(**changed: Any) -> list[dict[str, Any]]:
    return [row(MANAGEMENT, NOW), row(dataclasses.replace(LINKED, **changed), NOW)]


def reasons(found: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    return {one["account_id"]: one["reason"] for one in found["unconnected"]}


def test_where_all_are_connected_nobody_is_missing() -> None:
    assert coverage(ORGANIZATION, rows(), SOURCES, COSTS) == {"unconnected": [], "strays": []}


def test_an_account_that_nobody_connected_has_its_spend_and_a_snippet() -> None:
    found = coverage({PAYER: [*ORGANIZATION[PAYER], account(OTHER, "Lab")]}, rows(), SOURCES, COSTS)["unconnected"]
    assert found == [
        {
            "account_id": OTHER,
            "name": "Lab",
            "spend": 0.3,
            "months": {"2026-09": 0.1, "2026-10": 0.2},
            "reason": "never_onboarded",
            "inventory": snippet(account(OTHER, "Lab"), PAYER),
        }
    ]


DENIED = (
    "AWS refused iam:list_users: AccessDenied: not authorized to perform: iam:ListUsers with an explicit deny in a {0}"
)


@pytest.mark.parametrize(
    ("state", "changed", "in_inventory", "of_member", "reason"),
    [
        ("ACTIVE", {}, False, None, "never_onboarded"),
        ("SUSPENDED", {}, False, None, "suspended"),
        ("CLOSED", {}, False, None, "suspended"),
        ("PENDING_CLOSURE", {}, True, None, "suspended"),
        ("SUSPENDED", {}, True, source(MEMBER), None),
        ("ACTIVE", {"source": {}}, True, None, "never_onboarded"),
        (
            "ACTIVE",
            {"source": {}, "findings": [finding("ACCOUNT_NO_LOGIN", "blocked", "account")]},
            True,
            None,
            "role_not_assumable",
        ),
        (
            "ACTIVE",
            {"source": {}, "findings": [finding("ACCOUNT_DENIED_BY_ORGANIZATION", "blocked", "account")]},
            True,
            None,
            "denied_by_scp",
        ),
        (
            "ACTIVE",
            {
                "source": {},
                "findings": [
                    finding("READ_FAILED", "blocked", "user", title=DENIED.format("service control policy")),
                ],
            },
            True,
            None,
            "denied_by_scp",
        ),
        (
            "ACTIVE",
            {
                "source": {},
                "findings": [finding("READ_FAILED", "blocked", "user", title=DENIED.format("permissions boundary"))],
            },
            True,
            None,
            "never_onboarded",
        ),
        ("ACTIVE", {"source": {}, "looked": frozenset()}, True, None, "visit_failed"),
        (
            "ACTIVE",
            {"source": {}, "findings": [finding("ACCOUNT_UNFIT", "blocked", "account")]},
            True,
            None,
            "visit_failed",
        ),
        ("ACTIVE", {"source": source(MEMBER, auto_import=False)}, True, source(MEMBER, auto_import=False), "asleep"),
        ("ACTIVE", {}, False, source(MEMBER, auto_import=False), "asleep"),
        # Its cost arrives all the same, or does not.
        ("ACTIVE", {"source": source(MEMBER, config={})}, True, source(MEMBER, config={}), None),
        (
            "ACTIVE",
            {"source": source(MEMBER, config={}), "platform_costs": {}},
            True,
            source(MEMBER, config={}),
            "wrong_type",
        ),
        ("ACTIVE", {}, False, source(MEMBER, config={}), None),
        ("ACTIVE", {}, True, source(MEMBER), None),
        ("ACTIVE", {}, False, source(MEMBER), None),
    ],
)
def test_the_reason(
    state: str, changed: dict[str, Any], in_inventory: bool, of_member: dict[str, Any] | None, reason: str | None
) -> None:
    organization = {PAYER: [account(PAYER), account(MEMBER, "Web", state)]}
    listed = rows(**changed)[: 2 if in_inventory else 1]
    found = coverage(organization, listed, [source(PAYER), *([of_member] if of_member else [])], COSTS)
    assert reasons(found) == ({MEMBER: reason} if reason else {})
    for one in found["unconnected"]:
        assert bool(one["inventory"]) == (not in_inventory and reason != "suspended")
        assert one["spend"] == 3.3


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([source(MEMBER)], {PAYER: "never_onboarded", MEMBER: "management_not_connected"}),
        ([], {PAYER: "never_onboarded", MEMBER: "never_onboarded"}),
        (
            [source(PAYER, config={"linked": True}), source(MEMBER)],
            {PAYER: "wrong_type", MEMBER: "management_not_connected"},
        ),
        ([source(PAYER, auto_import=False), source(MEMBER)], {PAYER: "asleep"}),
    ],
)
def test_without_the_management_account_its_members_are_not_on_the_bill(
    sources: list[dict[str, Any]], expected: dict[str, str]
) -> None:
    assert reasons(coverage(ORGANIZATION, rows(), sources, COSTS)) == expected


@pytest.mark.parametrize(
    ("costs", "arguments", "spend", "months"),
    [
        (None, {}, None, {}),
        ({}, {}, 0.0, {}),
        (COSTS, {}, 3.3, {"2026-09": 1.1, "2026-10": 2.2}),
        (COSTS, {"months": ["2026-10"]}, 2.2, {"2026-10": 2.2}),
        (COSTS, {"currency": "EUR"}, 9.0, {"2026-10": 9.0}),
        ({"2026-10": {"USD": {MEMBER: "-1.005"}}}, {}, -1.0, {"2026-10": -1.0}),
    ],
)
def test_spend(costs: Any, arguments: dict[str, Any], spend: float | None, months: dict[str, float]) -> None:
    found = coverage(ORGANIZATION, rows(), [source(PAYER)], costs, **arguments)["unconnected"][0]
    assert (found["spend"], found["months"]) == (spend, months)


def test_the_dearest_come_first_and_cents_add_up() -> None:
    members = [account(f"{number:012}") for number in range(100)]
    costs = {"2026-10": {"USD": {one["id"]: "0.1" for one in members} | {"000000000050": "7"}}}
    found = coverage({PAYER: members}, [], SOURCES, costs)["unconnected"]
    assert [one["account_id"] for one in found[:3]] == ["000000000050", "000000000000", "000000000001"]


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("Web", "Web-777788889999"),
        ("", "777788889999"),
        ("a: {{ b }}\n- c", "a-b-c-777788889999"),
        ("=cmd()\u202e<b>", "cmd-b-777788889999"),
        ("💥", "777788889999"),
        ("x" * 300, "x" * 40 + "-777788889999"),
    ],
)
def test_a_snippet_is_an_inventory_whatever_the_name(name: str, host: str) -> None:
    text = snippet(account(OTHER, name), PAYER)
    variables = {"finops_account_id": OTHER, "finops_management_account_id": PAYER}
    assert yaml.safe_load(text) == {"member": {"hosts": {host: variables}}}


def test_the_snippet_of_a_management_account() -> None:
    expected = {"management": {"hosts": {f"P-{PAYER}": {"finops_account_id": PAYER}}}}
    assert yaml.safe_load(snippet(account(PAYER, "P"), PAYER)) == expected


def test_costs_of_several_reports() -> None:
    more = {"2026-10": {"USD": {THIRD: "4"}}}
    assert merged([COSTS, None, more])["2026-10"]["USD"] == {MEMBER: "2.2049999999", OTHER: "0.20", THIRD: "4"}
    assert COSTS["2026-10"]["USD"].get(THIRD) is None


STANDALONE = row(dataclasses.replace(MANAGEMENT, account_id=OTHER, case="standalone"), NOW)


@pytest.mark.parametrize(
    ("organizations", "sources", "roots", "codes"),
    [
        # Left, and everybody's organization is known.
        ({PAYER: [account(PAYER)]}, SOURCES, {}, {MEMBER: "SOURCE_LEFT_ORGANIZATION"}),
        ({PAYER: [account(PAYER)]}, SOURCES, {MEMBER: PAYER}, {MEMBER: "SOURCE_LEFT_ORGANIZATION"}),
        # Another organization's, which nobody listed.
        ({PAYER: [account(PAYER)]}, SOURCES, {MEMBER: THIRD}, {}),
        ({PAYER: [account(PAYER)]}, [*SOURCES, source(THIRD)], {}, {}),
        ({PAYER: [account(PAYER)]}, [*SOURCES, source(THIRD)], {MEMBER: PAYER}, {MEMBER: "SOURCE_LEFT_ORGANIZATION"}),
        ({}, SOURCES, {}, {}),
        # A standalone account has no organization to leave.
        ({PAYER: [account(PAYER), account(MEMBER)]}, [*SOURCES, source(OTHER)], {}, {}),
        ({PAYER: [account(PAYER)]}, [*SOURCES, source(OTHER)], {}, {MEMBER: "SOURCE_LEFT_ORGANIZATION"}),
        # In another organization than the inventory says.
        ({PAYER: [account(PAYER)], THIRD: [account(MEMBER)]}, SOURCES, {MEMBER: PAYER}, {MEMBER: "SOURCE_OTHER_PAYER"}),
        ({PAYER: [account(PAYER)], THIRD: [account(MEMBER)]}, SOURCES, {}, {}),
        # A management account that is a member by now.
        ({THIRD: [account(PAYER)]}, [source(PAYER)], {PAYER: PAYER}, {PAYER: "SOURCE_OTHER_PAYER"}),
    ],
)
def test_strays(
    organizations: dict[str, Any], sources: list[dict[str, Any]], roots: dict[str, str | None], codes: dict[str, str]
) -> None:
    found = coverage(organizations, [*rows(), STANDALONE], sources, COSTS, roots=roots)["strays"]
    assert {one["account_id"]: one["code"] for one in found} == codes
    assert all(one["evidence"] and one["next_action"] and one["name"] for one in found)
