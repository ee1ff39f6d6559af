# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one clock that the embedded AWS and the embedded platform ask for the time, and that tests move."""

from __future__ import annotations

import datetime


class Clock:
    """
    The real time until a test moves it; then it stands at that moment until it is moved again or released.

    Exports, their files, data sources, imports, costs and new accounts live by it. Keys, signatures, sessions and tokens
    do not: they belong to clients, and those live in the real time.
    """

    def __init__(self) -> None:
        self._stands_at: datetime.datetime | None = None

    def now(self) -> datetime.datetime:
        """The time, in UTC, to the millisecond as AWS shows it."""
        moment = self._stands_at or datetime.datetime.now(datetime.timezone.utc)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def timestamp(self) -> int:
        """The time in seconds since 1970, as the platform shows it."""
        return int(self.now().timestamp())

    def move_to(self, moment: datetime.datetime) -> None:
        """Stand at this moment, past or future; ValueError where it has no time zone."""
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone")
        self._stands_at = moment.astimezone(datetime.timezone.utc)

    def forward(self, *, days: float = 0, hours: float = 0) -> None:
        """Stand this much later than now; ValueError for a step back."""
        step = datetime.timedelta(days=days, hours=hours)
        if step < datetime.timedelta(0):
            raise ValueError(f"{step} is a step back")
        self.move_to(self.now() + step)

    def release(self) -> None:
        """Back to the real time."""
        self._stands_at = None
