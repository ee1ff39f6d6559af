# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report's data: rows, sums, what has changed, and since when."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import json
import time
from decimal import Decimal
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.report import report, row
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.seen import Payer
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.links import LINKS
from tests.unit.plugins.module_utils._fleet.audits import (
    LINKED,
    MANAGEMENT,
    MEMBER,
    NOW,
    PAYER,
    finding,
    key,
    source,
)

OTHER = "777788889999"
NEXT_DAY = NOW + datetime.timedelta(days=1)
NOTHING: dict[str, Any] = {"unconnected": [], "strays": []}


def rows(**changed: Any) -> list[dict[str, Any]]:
    """The management account as it is, and the member with something changed."""
    return [row(MANAGEMENT, NOW), row(dataclasses.replace(LINKED, **changed), NOW)]


def unconnected(account: str, spend: float) -> dict[str, Any]:
    return {
        "account_id": account,
        "name": "N",
        "spend": spend,
        "months": {},
        "reason": "never_onboarded",
        "inventory": "",
    }


def states(account: dict[str, Any]) -> dict[str, str]:
    return {link["link"]: link["state"] for link in account["links"]}


def test_a_row() -> None:
    found = row(MANAGEMENT, NOW)
    assert {name: value for name, value in found.items() if name != "links"} == {
        "account_id": PAYER,
        "host": "payer",
        "name": "Payer",
        "case": "management",
        "state": "ok",
        "spend": 13.0,
        "key_age_days": 20,
    }
    assert [link["link"] for link in found["links"]] == list(LINKS)


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "ok"),
        ({"findings": [finding("POLICY_DOCUMENT", resource="policy")]}, "drift"),
        ({"findings": [finding("SOURCE_WAITS_FOR_DELIVERY", "pending")]}, "pending"),
        ({"findings": [finding("USER_ADMINISTRATOR", "blocked", "user")]}, "failed"),
        ({"looked": frozenset()}, "unknown"),
        ({"findings": [finding("POLICY_DOCUMENT"), finding("USER_ADMINISTRATOR", "blocked")]}, "failed"),
    ],
)
def test_the_state_of_an_account_is_that_of_its_worst_link(changed: dict[str, Any], state: str) -> None:
    assert row(dataclasses.replace(LINKED, **changed), NOW)["state"] == state


@pytest.mark.parametrize(
    ("changed", "spend", "age"),
    [
        ({"delivered_costs": None}, None, 20),
        ({"delivered_costs": {}}, 0.0, 20),
        ({"delivered_costs": {"2026-10": {"USD": Decimal("0.105"), "EUR": Decimal(9)}}}, 0.1, 20),
        ({"access_keys": None}, 2.5, None),
        ({"access_keys": [key(state="foreign", age_days=300)]}, 2.5, None),
    ],
)
def test_spend_and_the_age_of_the_key(changed: dict[str, Any], spend: float | None, age: int | None) -> None:
    found = row(dataclasses.replace(LINKED, **changed), NOW)
    assert (found["spend"], found["key_age_days"]) == (spend, age)


def test_the_summary_of_a_fleet() -> None:
    found = report(
        rows(source={}),
        {"unconnected": [unconnected(OTHER, 2.5)], "strays": []},
        None,
        NOW,
        "USD",
        ["2026-11", "2026-10"],
        ["n"],
    )
    assert found["summary"] == {
        "accounts": 2,
        "by_state": {"ok": 1, "drift": 1, "pending": 0, "failed": 0, "unknown": 0},
        "ignored_spend": 5.0,
        "connected_spend": 13.0,
        "currency": "USD",
        "months": ["2026-10", "2026-11"],
        "coverage": 0.7222,
        "notes": ["n"],
    }
    assert (found["schema_version"], found["generated_at"]) == (1, "2026-11-26T06:00:00+00:00")
    json.dumps(found, allow_nan=False)


def test_an_account_that_is_in_the_inventory_and_unconnected_is_counted_once() -> None:
    found = report(rows(source={}), {"unconnected": [unconnected(MEMBER, 2.5)], "strays": []}, None, NOW)
    assert found["summary"]["ignored_spend"] == 2.5
    right = report(rows(), {"unconnected": [unconnected(MEMBER, 2.5)], "strays": []}, None, NOW)["summary"]
    assert (right["connected_spend"], right["ignored_spend"]) == (13.0, 2.5)


def test_cents_add_up() -> None:
    listed = [unconnected(f"{number:012}", 0.1) for number in range(1000)]
    assert report([], {"unconnected": listed, "strays": []}, None, NOW)["summary"]["ignored_spend"] == 100.0


@pytest.mark.parametrize(
    ("given", "coverage"),
    [(None, None), (NOTHING, 1.0), ({"unconnected": [unconnected(OTHER, 15.5)], "strays": []}, 0.5)],
)
def test_coverage_is_of_what_is_known(given: dict[str, Any] | None, coverage: float | None) -> None:
    assert report(rows(), given, None, NOW)["summary"]["coverage"] == coverage


def test_without_any_spend_there_is_no_coverage() -> None:
    assert report([], NOTHING, None, NOW)["summary"]["coverage"] is None


@pytest.mark.parametrize(
    ("changed", "is_connected"),
    [
        ({}, True),
        ({"findings": [finding("SOURCE_NAME", resource="data_source")]}, True),
        ({"source": {}}, False),
        ({"source": source(MEMBER, auto_import=False)}, False),
        ({"source": source(MEMBER, config={})}, True),
        ({"source": source(MEMBER, config={}), "platform_costs": {}}, False),
        ({"root": Payer(PAYER, {})}, False),
        ({"has_platform": False, "source": None}, False),
    ],
)
def test_which_spend_is_connected(changed: dict[str, Any], is_connected: bool) -> None:
    summary = report(rows(**changed), NOTHING, None, NOW)["summary"]
    assert (summary["connected_spend"], summary["ignored_spend"]) == ((15.5, 0.0) if is_connected else (13.0, 2.5))


def test_a_stray_is_told_of_at_its_account_or_gets_a_row() -> None:
    stray = {
        "account_id": MEMBER,
        "name": "Web",
        "code": "SOURCE_LEFT_ORGANIZATION",
        "evidence": "it left",
        "next_action": "Delete it",
    }
    found = report(rows(), {"unconnected": [], "strays": [stray, {**stray, "account_id": OTHER}]}, None, NOW)[
        "accounts"
    ]
    assert [(account["account_id"], account["host"], account["state"]) for account in found] == [
        (PAYER, "payer", "ok"),
        (MEMBER, "web", "failed"),
        (OTHER, None, "failed"),
    ]
    for account in found[1:]:
        link = account["links"][LINKS.index("source")]
        assert (link["state"], link["codes"]) == ("failed", ["SOURCE_LEFT_ORGANIZATION"])
        assert (link["evidence"], link["next_action"]) == ("it left", "Delete it")
    assert set(states(found[2]).values()) == {"failed", "not_asked"}


def test_a_stray_is_told_of_also_where_no_costs_are_known() -> None:
    stray = {
        "account_id": OTHER,
        "name": "",
        "code": "SOURCE_LEFT_ORGANIZATION",
        "evidence": "it left",
        "next_action": "",
    }
    found = report(rows(), {"strays": [stray]}, None, NOW)
    assert (found["accounts"][-1]["account_id"], found["unconnected"], found["summary"]["coverage"]) == (
        OTHER,
        [],
        None,
    )


def test_since_is_now_at_first_and_stays_while_the_state_does() -> None:
    drifting = {"findings": [finding("POLICY_DOCUMENT")]}
    first = report(rows(**drifting), NOTHING, None, NOW)
    since = {link["link"]: link["since"] for link in first["accounts"][1]["links"]}
    assert since["configuration"] == since["login"] == "2026-11-26T06:00:00+00:00"
    assert since["export"] is None
    second = report(rows(**drifting), NOTHING, first, NEXT_DAY)
    assert second["accounts"][1]["links"] == first["accounts"][1]["links"]
    third = report(rows(), NOTHING, second, NEXT_DAY)
    since = {link["link"]: link["since"] for link in third["accounts"][1]["links"]}
    assert since["configuration"] == "2026-11-27T06:00:00+00:00"
    assert since["login"] == "2026-11-26T06:00:00+00:00"


def test_what_a_look_knows_about_since_is_kept() -> None:
    failing = source(PAYER, last_import_at=0, last_import_attempt_error="no")
    failing.update(last_import_at=int(NOW.timestamp()) - 86400 * 9)
    found = row(dataclasses.replace(MANAGEMENT, source=failing, imports=[]), NOW)
    link = report([found], NOTHING, None, NOW)["accounts"][0]["links"][LINKS.index("import")]
    assert (link["state"], link["since"]) == ("failed", "2026-11-17T06:00:00+00:00")


def test_nothing_changed_from_no_report_nor_from_an_equal_one() -> None:
    first = report(rows(), NOTHING, None, NOW)
    assert first["changes"] == []
    assert report(rows(), NOTHING, first, NEXT_DAY)["changes"] == []


def test_what_changed() -> None:
    before = report(rows(), NOTHING, None, NOW)
    drifting = [*rows(findings=[finding("POLICY_DOCUMENT")])[1:], {**row(MANAGEMENT, NOW), "account_id": OTHER}]
    found = report(drifting, {"unconnected": [unconnected("000000000001", 1)], "strays": []}, before, NEXT_DAY)[
        "changes"
    ]
    assert found == [
        {
            "account_id": MEMBER,
            "link": "configuration",
            "from": "ok",
            "to": "drift",
            "text": f"{MEMBER} (Web): configuration was ok and is drift: POLICY_DOCUMENT",
        },
        {"account_id": OTHER, "link": None, "from": None, "to": "ok", "text": f"{OTHER} (Payer) is new in the report"},
        {
            "account_id": PAYER,
            "link": None,
            "from": "ok",
            "to": None,
            "text": f"{PAYER} (Payer) is no longer in the report",
        },
        {
            "account_id": "000000000001",
            "link": None,
            "from": None,
            "to": None,
            "text": "000000000001 (N) came to the organization and is not connected",
        },
    ]
    assert report(rows(), NOTHING, report(drifting, NOTHING, before, NEXT_DAY), NEXT_DAY)["changes"][0]["from"] is None


def test_a_name_with_braces_is_a_name() -> None:
    found = report([{**row(LINKED, NOW), "name": "{0}{{ x }}%s"}], NOTHING, report([], NOTHING, None, NOW), NEXT_DAY)
    assert found["changes"][0]["text"] == f"{MEMBER} ({{0}}{{{{ x }}}}%s) is new in the report"


@pytest.mark.parametrize(
    "previous",
    [
        {},
        {"accounts": None, "unconnected": 7},
        {"accounts": {}},
        {"accounts": ["x", {}, {"account_id": MEMBER}, {"account_id": PAYER, "links": "x"}]},
        {"accounts": [{"account_id": MEMBER, "links": ["x", {}, {"link": "login"}]}]},
    ],
)
def test_a_report_of_before_that_is_nonsense_is_no_crash(previous: dict[str, Any]) -> None:
    found = report(rows(), NOTHING, previous, NOW)
    assert [account["state"] for account in found["accounts"]] == ["ok", "ok"]


def test_the_rows_are_not_changed() -> None:
    given = rows()
    before = copy.deepcopy(given)
    stray = {"account_id": MEMBER, "name": "Web", "code": "C", "evidence": "e", "next_action": "n"}
    report(given, {"unconnected": [], "strays": [stray]}, None, NOW)
    assert given == before


def test_five_thousand_accounts_take_a_few_seconds() -> None:
    """Measured on a fifth of them."""
    seen = [dataclasses.replace(LINKED, account_id=f"{number:012}", host=f"h{number}") for number in range(1000)]
    begin = time.process_time()
    found = report([row(one, NOW) for one in seen], NOTHING, None, NOW)
    report(found["accounts"], NOTHING, found, NEXT_DAY)
    assert time.process_time() - begin < 3
