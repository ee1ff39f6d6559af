# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `breakdown_expenses` answers."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from tests.emulator.platform.errors import PlatformError
from tests.emulator.platform.expenses import Expenses
from tests.emulator.platform.store import CloudAccount

_DAY = datetime.timedelta(days=1)
_DAYS_IN_YEAR = 365


def breakdown(
    expenses: Expenses, sources: Sequence[CloudAccount], start: int, end: int, breakdown_by: str
) -> dict[str, Any]:
    """
    Facts, "Health": the cost of every account in one call, with that of as many days before, and a daily breakdown.

    Times are in seconds since 1970 and count as whole days. OE0446 where they are in the wrong order, OE0515 for more
    than a year.
    """
    first, last = _day(start), _day(end)
    if first > last:
        raise PlatformError(400, "OE0446", "end_date", "start_date")
    days = (last - first).days + 1
    if days > _DAYS_IN_YEAR:
        raise PlatformError(400, "OE0515")
    counts: dict[str, Any] = {}
    daily: dict[str, dict[str, Any]] = {str(_seconds(first + number * _DAY)): {} for number in range(days)}
    before = first - days * _DAY
    for source in sources:
        costs = expenses.between(source.id, before, last)
        if not costs:
            continue
        named = {"id": source.id, "name": source.name, "type": source.type, "account_id": source.account_id}
        current = {day: cost for day, cost in costs.items() if day >= first}
        total, all_of_it = sum(current.values()), sum(costs.values())
        counts[source.id] = named | {"total": total, "previous_total": all_of_it - total}
        for day, cost in current.items():
            daily[str(_seconds(day))][source.id] = named | {"cost": cost}
    return {
        "counts": counts,
        "breakdown": daily,
        "start_date": _seconds(first),
        "end_date": _seconds(last + _DAY) - 1,
        "total": sum(entry["total"] for entry in counts.values()),
        "previous_total": sum(entry["previous_total"] for entry in counts.values()),
        "previous_range_start": _seconds(before),
        "breakdown_by": breakdown_by,
    }


def _day(seconds: int) -> datetime.date:
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).date()


def _seconds(day: datetime.date) -> int:
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.timezone.utc).timestamp())
