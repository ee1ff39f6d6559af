# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The common pace: no limit until a throttle, then turns, then no limit again."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._pace import FIRST, MOST, Pace
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._shared_file import held


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.slept: list[float] = []

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Clock:
    """Also a folder of its own for the shared files."""
    clock = Clock()
    monkeypatch.setattr(time, "time", clock.time)
    monkeypatch.setattr(time, "sleep", clock.sleep)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return clock


def test_nobody_waits_as_long_as_nobody_is_throttled(clock: Clock) -> None:
    for dummy in range(3):
        Pace("sts").wait()
        Pace("sts").learn(throttled=False)
    assert clock.slept == []


def test_after_a_throttle_all_workers_take_turns(clock: Clock) -> None:
    Pace("sts").learn(throttled=True)
    for dummy in range(4):
        Pace("sts").wait()
    assert clock.slept == pytest.approx([FIRST, 2 * FIRST, 3 * FIRST])


def test_another_api_is_not_held_up(clock: Clock) -> None:
    Pace("sts").learn(throttled=True)
    for dummy in range(3):
        Pace("ssm").wait()
    assert clock.slept == []


def test_every_throttle_doubles_the_interval_up_to_a_limit(clock: Clock) -> None:
    for dummy in range(2):
        Pace("sts").learn(throttled=True)
    Pace("sts").wait()
    Pace("sts").wait()
    assert clock.slept == [2 * FIRST]
    for dummy in range(20):
        Pace("sts").learn(throttled=True)
    for dummy in range(4):
        Pace("sts").wait()
    assert max(clock.slept) == MOST


def test_calls_that_get_through_end_the_limit(clock: Clock) -> None:
    Pace("sts").learn(throttled=True)
    for dummy in range(10):
        Pace("sts").learn(throttled=False)
    Pace("sts").wait()
    Pace("sts").wait()
    assert clock.slept == []


def test_a_file_of_somebody_else_ends_no_run(clock: Clock, tmp_path: Path) -> None:
    with held("sts"):
        (path,) = tmp_path.iterdir()
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    Pace("sts").learn(throttled=True)
    Pace("sts").wait()
    assert not (tmp_path / "elsewhere").exists()
