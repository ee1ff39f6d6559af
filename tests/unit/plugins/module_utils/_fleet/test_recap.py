# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recap: verdicts in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet import recap

NOTE = {"code": "USER_POLICY_FOREIGN", "severity": "note", "title": "a policy of others", "remedy": "Detach it"}


def row(state: str, **about: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"done": [], "right": [], "left_out": None, "failed": None, "findings": []}
    return {"account_id": "111122223333", "host": "payer", "case": "management", "state": state, **empty, **about}


ROWS = [
    row("right", right=["user", "policies"], findings=[NOTE]),
    row("changed", done=["Create the bucket b", "Create the export e"], right=["user"]),
    row("failed", failed="Log in: no credentials", findings=[NOTE]),
    row("pending", findings=[{"code": "SOURCE_WAITS", "title": "no delivery yet", "remedy": ""}]),
]


def test_every_account_is_told_whole() -> None:
    assert recap.text(ROWS, check_mode=False, brief=False).splitlines() == [
        "Account 111122223333 (payer), management: already right",
        "  already right  user, policies",
        "  found          USER_POLICY_FOREIGN: a policy of others. Detach it",
        "Account 111122223333 (payer), management: changed",
        "  done           Create the bucket b",
        "                 Create the export e",
        "  already right  user",
        "Account 111122223333 (payer), management: FAILED",
        "  failed         Log in: no credentials",
        "Account 111122223333 (payer), management: pending",
        "  found          SOURCE_WAITS: no delivery yet",
        "4 accounts: 1 changed, 1 already right, 1 pending, 1 FAILED",
    ]


def test_in_brief_only_what_needs_someone_is_told_whole() -> None:
    assert recap.text(ROWS, check_mode=False, brief=True).splitlines() == [
        "Account 111122223333 (payer), management: changed, 2 steps",
        "Account 111122223333 (payer), management: FAILED",
        "  failed         Log in: no credentials",
        "Account 111122223333 (payer), management: pending",
        "  found          SOURCE_WAITS: no delivery yet",
        "4 accounts: 1 changed, 1 already right, 1 pending, 1 FAILED",
    ]


def test_in_check_mode_nothing_is_said_to_be_done() -> None:
    text = recap.text(ROWS[1:2], check_mode=True, brief=False)
    assert "would change" in text and "would be done" in text
    assert "  done" not in text


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([], "0 accounts: 0 changed, 0 already right, 0 FAILED"),
        (ROWS[:1], "1 account: 0 changed, 1 already right, 0 FAILED"),
        ([row("found")], "1 account: 0 changed, 0 already right, 1 with findings, 0 FAILED"),
    ],
)
def test_the_last_line_counts(rows: list[dict[str, Any]], line: str) -> None:
    assert recap.text(rows, check_mode=False, brief=False).splitlines()[-1] == line


def fleet_of(number: int, state: str, **about: Any) -> list[dict[str, Any]]:
    long = {
        "code": "SOURCE_WAITS",
        "severity": "pending",
        "title": "t" * 400,
        "remedy": "r" * 400,
        "expected": "e" * 900,
    }
    of_state = {"failed": {"failed": "Log in: " + "no " * 300}, "pending": {"findings": [NOTE, long, long]}}.get(
        state, {}
    )
    return [
        row(state, **{**of_state, "done": ["d" * 80] * 9, "right": ["user"] * 5, **about}) for dummy in range(number)
    ]


def test_a_small_fleet_is_returned_whole() -> None:
    rows = [*fleet_of(100, "right"), *fleet_of(100, "failed")]
    assert recap.kept(rows) == rows


@pytest.mark.parametrize("state", ["failed", "pending", "changed", "found", "right"])
def test_what_a_large_fleet_returns_stays_below_what_a_controller_keeps(state: str) -> None:
    rows = fleet_of(5000, state)
    assert len(json.dumps(recap.kept(rows))) < 650_000
    assert recap.counts(rows) == {
        "accounts": 5000,
        **dict.fromkeys(("changed", "right", "pending", "found", "failed"), 0),
        state: 5000,
    }


def test_of_a_large_fleet_the_worst_come_first_and_those_that_are_right_are_only_counted() -> None:
    rows = [*fleet_of(300, "right"), *fleet_of(1, "changed"), *fleet_of(1, "pending"), *fleet_of(1, "failed")]
    failed, pending, changed = recap.kept(rows)
    assert (failed["state"], pending["state"], changed["state"]) == ("failed", "pending", "changed")
    assert failed["failed"].startswith("Log in: no no") and len(failed["failed"]) == 300
    assert [found["code"] for found in pending["findings"]] == ["SOURCE_WAITS"]
    assert changed == {"account_id": "111122223333", "host": "payer", "case": "management", "state": "changed"}


def test_what_was_left_out_and_long_reasons_are_told() -> None:
    text = recap.text([row("changed", left_out="data source: no url " + "word " * 40)], False, False)
    assert text.splitlines()[1].startswith("  left out       data source: no url word")
    assert max(map(len, text.splitlines())) <= 120


def test_of_an_account_that_leaves_it_is_told_what_is_gone_and_what_stays() -> None:
    stays = ["the bucket b stays. Set it"]
    rows = [
        row("changed", done=["Delete the user u"], right=["policies"], stays=stays, findings=[NOTE]),
        row(
            "failed", done=["Delete the data source s"], stays=["the user u stays. Look"], failed="Delete the user: no"
        ),
        row("failed", stays=[], failed="Check: not confirmed"),
        row("right", right=["user"], stays=[]),
    ]
    assert recap.text(rows, check_mode=False, brief=False).splitlines() == [
        "Account 111122223333 (payer), management: offboarded",
        "  done           Delete the user u",
        "  already gone   policies",
        "  stays          the bucket b stays. Set it",
        "Account 111122223333 (payer), management: NOT OFFBOARDED",
        "  done           Delete the data source s",
        "  stays          the user u stays. Look",
        "Account 111122223333 (payer), management: NOT OFFBOARDED",
        "  failed         Check: not confirmed",
        "Account 111122223333 (payer), management: already gone",
        "  already gone   user",
        "4 accounts: 1 offboarded, 1 already gone, 2 NOT OFFBOARDED",
    ]
    checked = recap.text(rows[:1], check_mode=True, brief=False)
    assert "would change" in checked and "  stays          the bucket b stays. Set it" in checked
