# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The counting behind the callback: what is done, how fast, what failed and was told already."""

from __future__ import annotations

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils import progress
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.progress import Failure, Progress

HOSTS = ["payer", "shop", "search", "laboratory"]
GROUPS = {"payer": "management", "shop": "member", "search": "member", "laboratory": "standalone"}


@pytest.fixture
def run() -> Progress:
    """Four accounts with one unit of work each; localhost is none."""
    found = Progress()
    found.expect(GROUPS, [*HOSTS, "localhost"], 1)
    found.begin(100.0)
    return found


def failure(host: str, reason: str = "AWS refused it", **more: str) -> Failure:
    return Failure(host, "Create the user", reason, **more)


def test_the_cases_are_those_of_the_collection() -> None:
    assert tuple(procedure.CASES) == progress.CASES


def test_nothing_is_done_in_the_beginning(run: Progress) -> None:
    moment = run.moment(100.0)
    assert (moment.total, moment.done, moment.changed, moment.failed, moment.fraction) == (4, 0, 0, 0, 0.0)
    assert (moment.per_second, moment.remaining) == (None, None)


def test_an_account_is_done_with_its_last_unit() -> None:
    run = Progress()
    run.expect(GROUPS, HOSTS, 2)
    run.begin(0.0)
    run.end_unit("shop", 10.0)
    assert (run.moment(10.0).done, run.moment(10.0).fraction) == (0, 1 / 8)
    run.end_unit("shop", 20.0)
    assert (run.moment(20.0).done, run.moment(20.0).fraction) == (1, 2 / 8)


def test_units_of_several_plays_add_up() -> None:
    run = Progress()
    run.expect(GROUPS, HOSTS, 1)
    run.expect(GROUPS, ["shop"], 1)
    assert [run.accounts[host].awaited for host in HOSTS] == [1, 2, 1, 1]


def test_a_host_without_a_case_is_no_account(run: Progress) -> None:
    run.end_unit("localhost", 101.0)
    run.note_result("localhost", changed=True)
    assert set(run.accounts) == set(HOSTS)
    assert (run.moment(101.0).done, run.moment(101.0).changed) == (0, 0)


def test_the_rate_is_of_accounts_and_the_rest_follows_from_it() -> None:
    run = Progress()
    run.expect(GROUPS, HOSTS, 2)
    run.begin(0.0)
    for moment, host in ((2.0, "payer"), (4.0, "payer"), (6.0, "shop"), (8.0, "shop")):
        run.end_unit(host, moment)
    # 4 units in 8 seconds are 2 accounts in 8 seconds; 4 units are left.
    assert run.moment(8.0).per_second == pytest.approx(0.25)
    assert run.moment(8.0).remaining == pytest.approx(8.0)


def test_the_rate_follows_what_was_lately() -> None:
    pace = progress.Pace()
    for second in range(1000):
        pace.tick(float(second))
    for tenth in range(1, 100):
        pace.tick(999.0 + tenth / 10)
    assert pace.per_second(1008.9) == pytest.approx(10.0)


def test_a_rate_sinks_while_nothing_ends(run: Progress) -> None:
    run.end_unit("shop", 101.0)
    soon, late = run.moment(102.0).per_second, run.moment(110.0).per_second
    assert soon and late and late < soon


def test_no_rate_where_no_time_has_passed(run: Progress) -> None:
    run.end_unit("shop", 100.0)
    assert run.moment(100.0).per_second is None


def test_a_failed_account_is_done_and_nothing_is_awaited_of_it() -> None:
    run = Progress()
    run.expect(GROUPS, HOSTS, 2)
    run.begin(0.0)
    assert run.note_failure(failure("shop"), 4.0)
    moment = run.moment(4.0)
    assert (moment.done, moment.failed, moment.fraction) == (1, 1, 2 / 8)
    assert moment.remaining == pytest.approx(12.0)
    run.end_unit("shop", 5.0)
    assert run.moment(5.0).fraction == 2 / 8


def test_a_failure_outweighs_a_change(run: Progress) -> None:
    run.note_result("shop", changed=True)
    assert run.moment(101.0).changed == 1
    run.note_failure(failure("shop"), 101.0)
    assert (run.moment(101.0).changed, run.moment(101.0).failed) == (0, 1)


def test_a_failure_is_told_once(run: Progress) -> None:
    assert run.note_failure(failure("shop"), 101.0)
    again = Failure("shop", "Fail", "Create the user: Account 111122223333: AWS\n  refused it")
    assert not run.note_failure(again, 102.0)
    assert run.failures() == [failure("shop")]


def test_another_reason_or_host_is_news(run: Progress) -> None:
    assert run.note_failure(failure("shop"), 101.0)
    assert run.note_failure(failure("search"), 101.0)
    assert run.note_failure(failure("shop", "the platform does not list it"), 102.0)
    assert run.note_failure(failure("localhost"), 102.0)
    assert not run.note_failure(failure("localhost"), 103.0)
    assert run.note_failure(failure("another-host"), 103.0)
    assert len(run.failures()) == 5


def test_what_a_rescue_made_up_for_is_forgotten(run: Progress) -> None:
    for host in ("shop", "search", "localhost"):
        run.note_failure(failure(host), 101.0)
    run.note_result("shop", changed=False)
    run.end_unit("shop", 102.0)
    run.forgive("shop")
    run.forgive("localhost")
    assert run.failures() == [failure("search")]
    assert run.moment(102.0).failed == 1
    assert run.counts()["member"] == {progress.RIGHT: 1, progress.FAILED: 1}


def test_the_counts_are_by_case_and_for_all(run: Progress) -> None:
    for host in HOSTS[:3]:
        run.note_result(host, changed=host == "payer")
        run.end_unit(host, 101.0)
    run.note_failure(failure("laboratory", state=progress.UNREACHABLE), 101.0)
    assert run.counts() == {
        "management": {progress.CHANGED: 1},
        "member": {progress.RIGHT: 2},
        "standalone": {progress.UNREACHABLE: 1},
        progress.ALL: {progress.CHANGED: 1, progress.RIGHT: 2, progress.UNREACHABLE: 1},
    }


def test_an_account_that_was_never_reached_is_not_said_to_be_right(run: Progress) -> None:
    run.end_unit("shop", 101.0)
    run.note_result("search", changed=False)
    counts = run.counts()[progress.ALL]
    assert counts == {progress.SKIPPED: 1, progress.OPEN: 3}


def test_only_cases_that_there_are_have_a_row() -> None:
    run = Progress()
    run.expect(GROUPS, ["shop"], 1)
    assert list(run.counts()) == ["member", progress.ALL]
