# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Root is imported again, from when, and why: the table of docs/history.md, row by row."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import re
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import history
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.history import (
    Decision,
    Member,
    Root,
    decide,
)

UTC = datetime.timezone.utc
NOW = datetime.datetime(2026, 6, 20, 12, tzinfo=UTC)
ROOT, ONE, TWO = "111111111111", "222222222222", "333333333333"
HALF_A_YEAR = ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"]
PAGE = pathlib.Path(__file__).parents[5] / "docs" / "history.md"


def seconds(text: str) -> int:
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


JANUARY = seconds("2025-12-31T23:59:59")
NEWEST_FILE = seconds("2026-06-20T06:00")
EARLY, LATE = seconds("2026-01-10T00:00"), seconds("2026-06-20T11:00")
IMPORTED = Root(ROOT, NEWEST_FILE, frozenset(), HALF_A_YEAR, asked_until=EARLY)
WAITS, RUNS = {"scheduled"}, {"in_progress"}
MEMBERS = [Member(ONE, EARLY), Member(TWO, LATE)]


@pytest.mark.parametrize(
    ("root", "members", "allowed", "expected"),
    [
        # complete
        ({}, [], True, Decision(ROOT, history.COMPLETE)),
        ({}, MEMBERS[:1], True, Decision(ROOT, history.COMPLETE)),
        ({"asked_until": LATE}, MEMBERS, True, Decision(ROOT, history.COMPLETE)),
        ({"asked_until": LATE, "imports": RUNS}, MEMBERS, False, Decision(ROOT, history.COMPLETE)),
        # refused
        ({}, MEMBERS, False, Decision(ROOT, history.REFUSED, (TWO,), "2026-01")),
        ({"months": []}, MEMBERS, False, Decision(ROOT, history.REFUSED, (TWO,), "2026-06")),
        ({"imports": RUNS}, MEMBERS, False, Decision(ROOT, history.REFUSED, (TWO,), "2026-01")),
        # empty
        ({"months": [], "mark": 0}, MEMBERS, True, Decision(ROOT, history.EMPTY, (TWO,), "2026-06", None, LATE)),
        (
            {"months": [], "mark": 0, "imports": WAITS},
            MEMBERS,
            True,
            Decision(ROOT, history.EMPTY, (TWO,), "2026-06", None, LATE),
        ),
        ({"months": []}, MEMBERS, True, Decision(ROOT, history.EMPTY, (TWO,), "2026-06")),
        ({"months": [], "imports": RUNS}, MEMBERS, True, Decision(ROOT, history.EMPTY, (TWO,), "2026-06")),
        # later
        ({"imports": WAITS}, MEMBERS, True, Decision(ROOT, history.LATER, (TWO,), "2026-01")),
        ({"imports": RUNS, "mark": 0}, MEMBERS, True, Decision(ROOT, history.LATER, (TWO,), "2026-01")),
        # It may have looked for accounts before they were awake, and for files after the first were delivered.
        (
            {"months": [], "mark": 0, "imports": RUNS},
            MEMBERS,
            True,
            Decision(ROOT, history.LATER, (TWO,), "2026-06"),
        ),
        # first
        (
            {"mark": 0, "months": HALF_A_YEAR[2:]},
            MEMBERS,
            True,
            Decision(ROOT, history.FIRST, (TWO,), "2026-03", None, LATE),
        ),
        # Of five months a first import leaves the oldest.
        (
            {"mark": 0, "months": HALF_A_YEAR[1:]},
            MEMBERS,
            True,
            Decision(ROOT, history.REIMPORT, (TWO,), "2026-02", seconds("2026-01-31T23:59:59"), LATE),
        ),
        # asked
        ({"mark": JANUARY}, MEMBERS, True, Decision(ROOT, history.ASKED, (TWO,), "2026-01", None, LATE)),
        ({"mark": JANUARY - 1}, MEMBERS, True, Decision(ROOT, history.ASKED, (TWO,), "2026-01", None, LATE)),
        # reimport
        ({}, MEMBERS, True, Decision(ROOT, history.REIMPORT, (TWO,), "2026-01", JANUARY, LATE)),
        ({"mark": JANUARY + 1}, MEMBERS, True, Decision(ROOT, history.REIMPORT, (TWO,), "2026-01", JANUARY, LATE)),
        ({"asked_until": 0}, MEMBERS, True, Decision(ROOT, history.REIMPORT, (ONE, TWO), "2026-01", JANUARY, LATE)),
        ({"mark": 0}, MEMBERS, True, Decision(ROOT, history.REIMPORT, (TWO,), "2026-01", JANUARY, LATE)),
        (
            {"asked_until": LATE},
            [Member(ONE, EARLY, woken=True), MEMBERS[1]],
            True,
            Decision(ROOT, history.REIMPORT, (ONE,), "2026-01", JANUARY, LATE),
        ),
    ],
)
def test_what_becomes_of_a_root(root: dict[str, Any], members: list[Member], allowed: bool, expected: Decision) -> None:
    assert decide(dataclasses.replace(IMPORTED, **root), members, allowed, NOW) == expected


@pytest.mark.parametrize(
    ("months", "joined", "month", "mark"),
    [
        # As far back as the files go, or as the account is in the organization.
        (HALF_A_YEAR, [None], "2026-01", "2025-12-31T23:59:59"),
        (HALF_A_YEAR, ["2026-03"], "2026-03", "2026-02-28T23:59:59"),
        (HALF_A_YEAR, ["2026-03", "2026-02"], "2026-02", "2026-01-31T23:59:59"),
        (HALF_A_YEAR, ["2026-03", None], "2026-01", "2025-12-31T23:59:59"),
        (HALF_A_YEAR, ["2020-01"], "2026-01", "2025-12-31T23:59:59"),
        # The last second before a month brings it whole, and for this month it is the latest that the platform takes.
        (HALF_A_YEAR, ["2026-06"], "2026-06", "2026-05-31T23:59:59"),
        (["2026-06"], [None], "2026-06", "2026-05-31T23:59:59"),
        (["2026-07"], [None], "2026-07", "2026-05-31T23:59:59"),
        # Nor anything from before a year ago.
        (["2024-01", *HALF_A_YEAR], [None], "2025-06", "2025-06-21T12:00"),
    ],
)
def test_from_when(months: list[str], joined: list[str | None], month: str, mark: str) -> None:
    members = [Member(f"{number:012d}", LATE, joined=each) for number, each in enumerate(joined)]
    decision = decide(dataclasses.replace(IMPORTED, months=months), members, True, NOW)
    assert (decision.state, decision.month, decision.mark) == (history.REIMPORT, month, seconds(mark))


@pytest.mark.parametrize(
    ("joined", "not_held"),
    [
        (None, {}),
        ("2026-01", {}),
        ("2026-06", {}),
        ("2025-12", {ONE: ("2025-12", "2025-12")}),
        ("2025-03", {ONE: ("2025-03", "2025-12")}),
    ],
)
def test_months_that_the_bucket_does_not_hold(joined: str | None, not_held: dict[str, tuple[str, str]]) -> None:
    members = [Member(ONE, LATE, joined=joined), Member(TWO, EARLY, joined="2020-01")]
    assert decide(IMPORTED, members, True, NOW).not_held == not_held


def test_asked_once_is_asked_for_good() -> None:
    """The note of one run leaves nothing for the next, until somebody joins."""
    decision = decide(IMPORTED, MEMBERS, True, NOW)
    assert decision.note is not None
    noted = dataclasses.replace(IMPORTED, asked_until=decision.note)
    assert decide(noted, MEMBERS, True, NOW).state == history.COMPLETE
    joined = [*MEMBERS, Member("444444444444", LATE + 1)]
    assert decide(noted, joined, True, NOW).lacking == ("444444444444",)


def test_a_run_that_is_killed_before_its_note_asks_for_no_second_import() -> None:
    """The mark is set back and nothing has imported since."""
    decision = decide(IMPORTED, MEMBERS, True, NOW)
    assert decision.mark is not None
    assert decide(dataclasses.replace(IMPORTED, mark=decision.mark), MEMBERS, True, NOW).state == history.ASKED


def test_the_page_has_every_state() -> None:
    rows = re.findall(r"^\| (\w+) \| ", PAGE.read_text(), re.MULTILINE)
    assert rows[0] == "state"
    states = [history.COMPLETE, history.REFUSED, history.EMPTY, history.LATER, history.FIRST, history.ASKED]
    assert rows[1:] == [*states, history.REIMPORT]
