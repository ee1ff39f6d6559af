# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What accounts have used: a test says it, deliveries write it, and its sums are known to the cent."""

from __future__ import annotations

import dataclasses
import datetime
import random
from collections.abc import Iterable
from decimal import Decimal

from tests.emulator.aws.line_items import RESERVATION_FEE, USAGE, LineItem, month_after

_HOUR = datetime.timedelta(hours=1)
_MOST_CENTS = 5000


class Costs:
    """
    The bills of all accounts. Months are written as in the names of AWS's folders, "2026-09"; amounts are Decimal.

    Usage is billed for the first hour of its day. A fee for reserved instances is one line for its whole month.
    """

    def __init__(self) -> None:
        self._items: dict[tuple[str, str], list[LineItem]] = {}

    def __bool__(self) -> bool:
        """Whether anybody has used anything."""
        return bool(self._items)

    def clear(self) -> None:
        """Nobody has used anything."""
        self._items.clear()

    def add(self, item: LineItem) -> None:
        """Bill a line to its account, in the month that it starts in."""
        self._items.setdefault((item.account, f"{item.start:%Y-%m}"), []).append(item)

    def use(
        self,
        account: str,
        day: datetime.date,
        blended: Decimal | str,
        *,
        unblended: Decimal | str | None = None,
        kind: str = USAGE,
        discounts: Iterable[tuple[str, Decimal]] = (),
        currency: str = "USD",
    ) -> None:
        """Let an account use something on a day; the unblended cost is the blended one unless given."""
        start = _midnight(day)
        blended, unblended = Decimal(blended), Decimal(blended if unblended is None else unblended)
        self.add(LineItem(account, start, start + _HOUR, blended, unblended, kind, tuple(discounts), currency))

    def reserve(self, account: str, month: str, blended: Decimal | str) -> None:
        """Let an account pay a month's fee for reserved instances."""
        start, amount = first_moment(month), Decimal(blended)
        fee = LineItem(account, start, month_after(start), amount, amount, RESERVATION_FEE)
        self.add(dataclasses.replace(fee, usage_type="HeavyUsage:m5.large", operation="RunInstances:0002"))

    def generate(self, accounts: Iterable[str], first: datetime.date, last: datetime.date, seed: int = 0) -> None:
        """
        Let each account use something on every day from the first to the last, always the same for the same arguments.

        About every fourth account has reserved instances too. In about every tenth line the unblended cost is higher.
        """
        for account in accounts:
            dice = random.Random(f"{seed} {account}")
            reserved = dice.random() < 0.25
            for number in range((last - first).days + 1):
                day = first + datetime.timedelta(days=number)
                blended = _cents(dice.randint(1, _MOST_CENTS))
                more = _cents(dice.randint(1, 100)) if dice.random() < 0.1 else Decimal(0)
                self.use(account, day, blended, unblended=blended + more)
                if reserved and (day.day == 1 or number == 0):
                    self.reserve(account, f"{day:%Y-%m}", _cents(dice.randint(1, _MOST_CENTS)))

    def billed(self, account: str, month: str, until: datetime.datetime | None = None) -> list[LineItem]:
        """
        What stands in an account's bill of a month, at the end of all time or at this moment.

        Usage stands there once it is over, a month's fee from its first moment on.
        """
        items = self._items.get((account, month), [])
        if until is None:
            return list(items)
        return [item for item in items if (item.start if item.kind == RESERVATION_FEE else item.end) <= until]

    def total(self, account: str, month: str, until: datetime.datetime | None = None) -> Decimal:
        """The blended cost of what is `billed`."""
        return sum((item.blended for item in self.billed(account, month, until)), Decimal(0))


def first_moment(month: str) -> datetime.datetime:
    """The first moment of a month such as "2026-09"; ValueError for anything else."""
    return datetime.datetime.strptime(month, "%Y-%m").replace(tzinfo=datetime.timezone.utc)


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.timezone.utc)


def _cents(number: int) -> Decimal:
    return Decimal(number) / 100
