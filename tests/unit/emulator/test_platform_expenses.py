# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded platform: what it stores of the cost that imports bring, and the breakdown of it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.emulator.platform.breakdown import breakdown
from tests.emulator.platform.errors import PlatformError
from tests.emulator.platform.expenses import Expenses
from tests.emulator.platform.import_rules import Charge, Rows
from tests.emulator.platform.store import CloudAccount


def day(number: int, month: int = 6) -> datetime.date:
    return datetime.date(2026, month, number)


def rows(costs: dict[int, float], fee: float | None = None) -> Rows:
    """Usage on days of June, and a fee for the whole month that is older than the import rewrites."""
    charges = {Charge(day(number), day(number)): cost for number, cost in costs.items()}
    if fee is not None:
        charges[Charge(day(1), day(30), fee=True)] = fee
    return Rows(charges, (day(min(costs)), day(max(costs))) if costs else None)


@pytest.mark.parametrize(
    ("imports", "daily"),
    [
        ([rows({10: 1.0, 11: 2.0})], {10: 1.0, 11: 2.0}),
        # "Reimporting overwrites", it does not add up.
        ([rows({10: 1.0, 11: 2.0}), rows({10: 5.0, 11: 2.0})], {10: 5.0, 11: 2.0}),
        # What is older than the import rewrites stays as it is.
        ([rows({1: 1.0, 10: 1.0}), rows({10: 5.0})], {1: 1.0, 10: 5.0}),
        # What is gone from the report between two days that are in it is gone here, too.
        ([rows({10: 1.0, 11: 2.0, 12: 3.0}), rows({10: 1.0, 12: 3.0})], {10: 1.0, 12: 3.0}),
        # An import that brings nothing of an account leaves it alone.
        ([rows({10: 1.0}), rows({})], {10: 1.0}),
    ],
)
def test_an_import_overwrites_the_days_that_it_brings(imports: list[Rows], daily: dict[int, float]) -> None:
    expenses = Expenses()
    for each in imports:
        expenses.rewrite("one", each)
    assert expenses.daily("one") == {day(number): cost for number, cost in daily.items()}
    assert expenses.daily("two") == {}


def test_a_fee_is_spread_over_its_month_and_replaces_itself() -> None:
    expenses = Expenses()
    expenses.rewrite("one", rows({20: 1.0}, fee=30.0))
    expenses.rewrite("one", rows({20: 1.0, 21: 1.0}, fee=60.0))
    daily = expenses.daily("one")
    assert len(daily) == 30
    assert (daily[day(1)], daily[day(20)], daily[day(30)]) == (2.0, 3.0, 2.0)
    assert expenses.total("one", "2026-06") == pytest.approx(62.0)
    assert expenses.total("one", "2026-07") == 0


def test_history_goes_with_its_source() -> None:
    expenses = Expenses()
    for name in ("one", "two"):
        expenses.rewrite(name, rows({10: 1.0}))
    expenses.forget("one")
    assert (expenses.daily("one"), expenses.total("two", "2026-06")) == ({}, 1.0)
    expenses.clear()
    assert expenses.daily("two") == {}


def source(number: int) -> CloudAccount:
    return CloudAccount(f"id-{number}", "org", f"name-{number}", "aws_cnr", {}, f"{number:012d}", 0)


def seconds(when: datetime.date, hour: int = 0) -> int:
    return int(datetime.datetime(when.year, when.month, when.day, hour, tzinfo=datetime.timezone.utc).timestamp())


@pytest.fixture
def expenses() -> Expenses:
    """One has cost in June, two only the days before 10 June, three none."""
    known = Expenses()
    known.rewrite("id-1", rows({9: 1.0, 10: 2.0, 12: 4.0, 13: 8.0}))
    known.rewrite("id-2", rows({7: 3.0, 8: 5.0}))
    return known


def test_breakdown_by_account(expenses: Expenses) -> None:
    """Facts: `counts{id: {total, previous_total, account_id, name}}`, a daily `breakdown`; both for whole days."""
    sources = [source(number) for number in (1, 2, 3)]
    answer = breakdown(expenses, sources, seconds(day(10), 8), seconds(day(12), 20), "cloud_account_id")
    named = {
        each.id: {"id": each.id, "name": each.name, "type": "aws_cnr", "account_id": each.account_id}
        for each in sources[:2]
    }
    assert answer["counts"] == {
        "id-1": named["id-1"] | {"total": 6.0, "previous_total": 1.0},
        "id-2": named["id-2"] | {"total": 0, "previous_total": 8.0},
    }
    assert answer["breakdown"] == {
        str(seconds(day(10))): {"id-1": named["id-1"] | {"cost": 2.0}},
        str(seconds(day(11))): {},
        str(seconds(day(12))): {"id-1": named["id-1"] | {"cost": 4.0}},
    }
    assert (answer["total"], answer["previous_total"], answer["breakdown_by"]) == (6.0, 9.0, "cloud_account_id")
    assert answer["start_date"] == seconds(day(10))
    assert answer["end_date"] == seconds(day(13)) - 1
    assert answer["previous_range_start"] == seconds(day(7))


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (day(10), day(9), "OE0446"),
        (datetime.date(2025, 6, 10), day(10), "OE0515"),
        (datetime.date(2025, 6, 11), day(10), None),
        (day(10), day(10), None),
    ],
)
def test_breakdown_of_which_times(
    expenses: Expenses, start: datetime.date, end: datetime.date, code: str | None
) -> None:
    def asked() -> dict[str, Any]:
        return breakdown(expenses, [source(1)], seconds(start), seconds(end), "cloud_account_id")

    if code is None:
        assert str(seconds(end)) in asked()["breakdown"]
        return
    with pytest.raises(PlatformError) as caught:
        asked()
    assert caught.value.code == code
