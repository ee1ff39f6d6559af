# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report at the end of a run."""

from __future__ import annotations

from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.as_words import text
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.shape import shaped


def account(number: int, state: str, spend: float | None = None) -> dict[str, Any]:
    link = {"link": "login", "state": state, "codes": [], "evidence": f"evidence\n\x1b[31m{number}"}
    about = {"account_id": f"11112222333{number}", "name": f"shop\u202e {number}"}
    return {**about, "state": state, "spend": spend, "links": [link]}


def report(*accounts: dict[str, Any], coverage: float | None = None, unconnected: Any = ()) -> dict[str, Any]:
    states = [one["state"] for one in accounts]
    by_state = {state: states.count(state) for state in ("ok", "drift", "pending", "failed", "unknown")}
    summary = {"accounts": len(accounts), "by_state": by_state, "coverage": coverage, "ignored_spend": 1204.5}
    return shaped(
        {"summary": {**summary, "currency": "USD"}, "accounts": list(accounts), "unconnected": list(unconnected)}
    )


def test_what_matters_most_comes_first_and_nothing_that_a_terminal_obeys() -> None:
    made = report(account(0, "ok"), account(1, "failed", 5), account(2, "failed", 50), account(3, "drift"))
    assert text(made, "r/report.html").splitlines() == [
        "4 accounts in the report: 1 ok, 1 drift, 2 failed",
        "  111122223332 (shop 2): login: evidence [31m2",
        "  111122223331 (shop 1): login: evidence [31m1",
        "Report: r/report.html",
    ]


def test_what_is_ignored_is_told_by_spend() -> None:
    spenders = [
        {"account_id": f"44445555666{number}", "name": "x", "spend": number, "reason": "asleep"} for number in range(7)
    ]
    lines = text(report(account(0, "ok"), coverage=0.98765, unconnected=spenders), "page").splitlines()
    assert lines[1] == "98.77 % of the spend is covered, 1,204.50 USD is ignored"
    assert lines[2] == "  444455556666 (x) 6.00, asleep"
    assert lines[7] == "  and 2 more"


def test_of_many_that_failed_some_are_named() -> None:
    lines = text(report(*(account(number, "failed") for number in range(7))), "page").splitlines()
    assert len(lines) == 8
    assert lines[-2] == "  and 2 more failed"
