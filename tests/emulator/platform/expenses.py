# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cost that imports have brought."""

from __future__ import annotations

import datetime

from tests.emulator.platform.import_rules import Charge, Rows

_DAY = datetime.timedelta(days=1)
Daily = dict[datetime.date, float]


class Expenses:
    """Sums by data source; in floats, as the platform has them."""

    def __init__(self) -> None:
        self._charges: dict[str, dict[Charge, float]] = {}
        self._daily: dict[str, Daily] = {}

    def clear(self) -> None:
        """No cost of anybody."""
        self._charges.clear()
        self._daily.clear()

    def forget(self, cloud_account_id: str) -> None:
        """The history goes with its data source."""
        self._charges.pop(cloud_account_id, None)
        self._daily.pop(cloud_account_id, None)

    def rewrite(self, cloud_account_id: str, rows: Rows) -> None:
        """
        Put in what an import brought, in place of all that was there of the days between its first and its last.

        What is older than an import rewrites stays; a fee of reserved instances replaces itself.
        """
        charges = self._charges.setdefault(cloud_account_id, {})
        if rows.rewritten is not None:
            first, last = rows.rewritten
            for charge in [charge for charge in charges if first <= charge.first <= last]:
                del charges[charge]
        charges.update(rows.charges)
        self._daily.pop(cloud_account_id, None)

    def daily(self, cloud_account_id: str) -> Daily:
        """The cost of each day; a line for several days is spread evenly over them."""
        known = self._daily.get(cloud_account_id)
        if known is None:
            known = {}
            for charge, cost in self._charges.get(cloud_account_id, {}).items():
                days = (charge.last - charge.first).days + 1
                for number in range(days):
                    day = charge.first + number * _DAY
                    known[day] = known.get(day, 0.0) + cost / days
            self._daily[cloud_account_id] = known
        return known

    def between(self, cloud_account_id: str, first: datetime.date, last: datetime.date) -> Daily:
        """The cost of the days from the first to the last that have any."""
        return {day: cost for day, cost in self.daily(cloud_account_id).items() if first <= day <= last}

    def total(self, cloud_account_id: str, month: str) -> float:
        """The cost of a month such as "2026-09"."""
        return sum(cost for day, cost in self.daily(cloud_account_id).items() if f"{day:%Y-%m}" == month)
