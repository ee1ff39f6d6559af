# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock of both emulators."""

from __future__ import annotations

import datetime

import pytest

from tests.emulator.clock import Clock

UTC = datetime.timezone.utc
NOON = datetime.datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_at_rest_it_is_the_real_time() -> None:
    clock, before = Clock(), datetime.datetime.now(UTC)
    assert abs(clock.now() - before) < datetime.timedelta(minutes=1)
    assert abs(clock.timestamp() - before.timestamp()) < 60


@pytest.mark.parametrize(
    ("steps", "moment"),
    [
        ([], NOON),
        ([{"hours": 1}], NOON + datetime.timedelta(hours=1)),
        ([{"days": 27, "hours": 12}, {"hours": 0}], datetime.datetime(2026, 3, 29, tzinfo=UTC)),
    ],
)
def test_moved_it_stands(steps: list[dict[str, float]], moment: datetime.datetime) -> None:
    clock = Clock()
    clock.move_to(NOON)
    for step in steps:
        clock.forward(**step)
    assert clock.now() == clock.now() == moment
    assert clock.timestamp() == moment.timestamp()


def test_a_moment_of_another_zone_is_told_in_utc() -> None:
    clock = Clock()
    clock.move_to(datetime.datetime(2026, 3, 1, 14, tzinfo=datetime.timezone(datetime.timedelta(hours=2))))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC


def test_released_it_goes_on() -> None:
    clock = Clock()
    clock.move_to(NOON)
    clock.release()
    assert abs(clock.timestamp() - datetime.datetime.now(UTC).timestamp()) < 60


def test_what_it_refuses() -> None:
    clock = Clock()
    with pytest.raises(ValueError, match="time zone"):
        clock.move_to(NOON.replace(tzinfo=None))
    with pytest.raises(ValueError, match="step back"):
        clock.forward(days=-1)
