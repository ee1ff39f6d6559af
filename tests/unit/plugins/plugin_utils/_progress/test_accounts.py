# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The counting behind the callback: what is done, how fast, and what became of it."""

from __future__ import annotations

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._progress.accounts import Accounts

GROUPS = {"management": ["payer"], "member": ["shop", "search"], "standalone": ["laboratory"], "web": ["web-1"]}


@pytest.fixture
def run() -> Accounts:
    """Four accounts; the others are none."""
    found = Accounts()
    found.expect(["payer", "shop", "search", "laboratory", "web-1", "localhost"], GROUPS)
    found.begin(100.0)
    return found


def test_all_accounts_are_open_in_the_beginning_and_only_cases_that_there_are_have_a_row(run: Accounts) -> None:
    assert run.counts() == {
        "management": {"open": 1},
        "member": {"open": 2},
        "standalone": {"open": 1},
        "all": {"open": 4},
    }
    alone = Accounts()
    alone.expect(["shop"], GROUPS)
    assert list(alone.counts()) == ["member", "all"]


@pytest.mark.parametrize(
    ("ends", "state"),
    [
        (["right"], "right"),
        (["changed", "right"], "changed"),
        (["right", "changed"], "changed"),
        (["changed", "failed"], "failed"),
        (["failed", "changed"], "failed"),
    ],
)
def test_a_failure_outweighs_a_change_and_a_change_what_was_right(run: Accounts, ends: list[str], state: str) -> None:
    for end in ends:
        run.end("shop", end, 101.0)
    assert run.states["shop"] == state


def test_what_was_done_before_the_steps_begin_is_not_counted_but_a_failure_is(run: Accounts) -> None:
    run.end("shop", "right", 101.0)
    run.end("search", "failed", 101.0)
    run.begin(102.0)
    assert (run.states["shop"], run.states["search"], run.per_second(103.0)) == ("open", "failed", 0.0)


def test_the_rate_sinks_while_nothing_ends_and_an_account_ends_once(run: Accounts) -> None:
    assert run.per_second(100.0) == 0.0
    for moment, host in ((102.0, "payer"), (104.0, "shop"), (104.0, "shop")):
        run.end(host, "changed", moment)
    assert run.per_second(104.0) == pytest.approx(0.5)
    assert run.per_second(110.0) == pytest.approx(0.2)


def test_the_rate_follows_what_was_lately() -> None:
    run, hosts = Accounts(), [str(number) for number in range(1100)]
    run.expect(hosts, {"member": hosts})
    for number, host in enumerate(hosts):
        run.end(host, "right", min(number, 1000) + max(0, number - 1000) / 10)
    assert run.per_second(1009.9) == pytest.approx(10.0)


@pytest.mark.parametrize("is_queue", [True, False])
def test_what_ended_before_the_platform_had_a_queue_says_nothing_of_it(is_queue: bool) -> None:
    run, hosts = Accounts(), [str(number) for number in range(100)]
    run.expect(hosts, {"member": hosts})
    run.begin(0.0)
    # Thirty accounts that were right already, ten a second; then one that is new every three seconds.
    for number, host in enumerate(hosts[:41]):
        run.end(host, "right", 0.1 * number if number <= 30 else 3.0 + 3.0 * (number - 30))
    rate = run.per_second(33.0, is_queue)
    assert rate == pytest.approx(1 / 3) if is_queue else rate > 1


def test_the_wait_for_the_first_turn_is_no_part_of_a_queues_rate() -> None:
    run, hosts = Accounts(), ["payer", "shop", "search"]
    run.expect(hosts, GROUPS)
    run.begin(0.0)
    assert run.per_second(40.0, is_queue=True) == 0.0
    for moment, host in ((40.0, "payer"), (42.0, "shop")):
        run.end(host, "changed", moment)
        assert run.per_second(40.0, is_queue=True) == 0.0
    assert run.per_second(42.0, is_queue=True) == pytest.approx(0.5)
    assert run.per_second(42.0) == pytest.approx(2 / 42)
