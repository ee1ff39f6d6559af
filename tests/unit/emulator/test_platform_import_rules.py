# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded platform: which files an import takes and which lines; each table quotes the project's facts."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.emulator.platform import import_rules
from tests.emulator.platform.import_rules import Charge, Line, ReportFile

UTC = datetime.timezone.utc
MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06")


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


def seconds(text: str) -> int:
    return int(moment(text).timestamp())


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def file(month: str, modified: str, number: int = 1) -> ReportFile:
    return ReportFile(f"reports/r/data/BILLING_PERIOD={month}/r-{number:05d}.snappy.parquet", month, moment(modified))


# AWS revises a month for about two weeks after its end.
HALF_A_YEAR = [file(month, f"2026-{int(month[-2:]) + 1:02d}-14T06:00") for month in MONTHS[:-1]]
HALF_A_YEAR.append(file("2026-06", "2026-06-20T06:00"))


@pytest.mark.parametrize(
    ("mark", "last_import_at", "months"),
    [
        # "with `last_import_modified_at` 0 the newest four billing periods in the bucket if `last_import_at` is 0 too"
        (0, 0, MONTHS[-4:]),
        # "else only the newest one"
        (0, seconds("2026-06-01T00:00"), MONTHS[-1:]),
        # "takes only months that have a file newer than that mark"
        (seconds("2026-06-15T00:00"), 1, ("2026-06",)),
        (seconds("2026-06-20T06:00"), 1, ()),
        # The same however old `last_import_at` is: "For AWS only `last_import_modified_at` selects files."
        (seconds("2026-06-20T06:00"), 0, ()),
        # A reimport from March: its file is newer than the mark, and so is February's, revised until 14 March.
        (seconds("2026-03-01T00:00"), 1, MONTHS[1:]),
        # "The first import in a calendar month redoes the whole previous month": what is newer than 1 May.
        (seconds("2026-05-31T06:00"), 1, ("2026-04", "2026-05", "2026-06")),
        # Two months ago is not the previous month.
        (seconds("2026-04-30T06:00"), 1, ("2026-04", "2026-05", "2026-06")),
    ],
)
def test_which_files_an_import_takes(mark: int, last_import_at: int, months: tuple[str, ...]) -> None:
    chosen = import_rules.chosen_files(HALF_A_YEAR, mark, last_import_at, moment("2026-06-20T07:00"))
    assert tuple(each.month for each in chosen) == months


def test_a_month_is_taken_with_all_of_its_files() -> None:
    """One file newer than the mark brings the month's others."""
    old, new = file("2026-06", "2026-06-01T06:00", 1), file("2026-06", "2026-06-20T06:00", 2)
    mark, now = seconds("2026-06-19T06:00"), moment("2026-06-20T07:00")
    assert import_rules.chosen_files([old, new], mark, 1, now) == [old, new]


@pytest.mark.parametrize(
    ("mark", "now", "first"),
    [
        ("2026-05-31T23:59", "2026-06-01T00:00", True),
        ("2026-05-01T00:00", "2026-06-30T00:00", True),
        ("2026-06-01T00:00", "2026-06-30T00:00", False),
        ("2026-04-30T00:00", "2026-06-01T00:00", False),
        ("2025-05-31T00:00", "2026-06-01T00:00", False),
        ("2025-12-31T06:00", "2026-01-01T06:00", True),
        ("2026-01-01T06:00", "2026-01-02T06:00", False),
        ("1970-01-01T00:00", "2026-01-01T06:00", False),
        ("1970-01-01T00:00", "2026-02-01T06:00", False),
    ],
)
def test_the_first_import_of_a_month(mark: str, now: str, first: bool) -> None:
    assert import_rules.is_first_import_of_month(seconds(mark), moment(now)) is first


@pytest.mark.parametrize(
    ("mark", "now", "oldest"),
    [
        # "drops rows whose start is before (mark's day - `csv_rewrite_days`, deployed default 10)"
        ("2026-06-20T23:59", "2026-06-21T00:00", "2026-06-10"),
        ("2026-06-01T06:00", "2026-06-02T06:00", "2026-05-22"),
        # "(The first import in a calendar month redoes the whole previous month.)"
        ("2026-05-31T06:00", "2026-06-01T06:00", "2026-05-01"),
        ("2025-12-31T06:00", "2026-01-01T06:00", "2025-12-01"),
        # "Reimport: PATCH T": ten days before T.
        ("2026-03-01T00:00", "2026-06-20T06:00", "2026-02-19"),
        # The first import drops nothing.
        ("1970-01-01T00:00", "2026-06-20T06:00", "1969-12-22"),
    ],
)
def test_how_far_back_an_import_rewrites(mark: str, now: str, oldest: str) -> None:
    assert import_rules.oldest_day(seconds(mark), moment(now)) == day(oldest)


@pytest.mark.parametrize(
    ("mark", "chosen", "new"),
    [
        (0, HALF_A_YEAR, "2026-06-20T06:00"),
        (seconds("2026-06-20T06:00"), [], "2026-06-20T06:00"),
        (seconds("2026-03-01T00:00"), HALF_A_YEAR[2:4], "2026-05-14T06:00"),
    ],
)
def test_the_mark_is_the_newest_file_that_was_read(mark: int, chosen: list[ReportFile], new: str) -> None:
    assert import_rules.new_mark(mark, chosen) == seconds(new)


def line(**changes: Any) -> Line:
    given: dict[str, Any] = {
        "account": "111111111111",
        "period": "2026-06",
        "first": day("2026-06-15"),
        "last": day("2026-06-15"),
        "kind": "Usage",
        "currency": "USD",
        "blended": 2.0,
        "discounts": -0.5,
    }
    return Line(**given | changes)


USED = Charge(day("2026-06-15"), day("2026-06-15"))
FEE = Charge(day("2026-05-01"), day("2026-05-31"), fee=True)


@pytest.mark.parametrize(
    ("lines", "discounted", "charges"),
    [
        ([line()], False, {USED: 2.0}),
        ([line(), line(blended=3.0)], False, {USED: 5.0}),
        # "Rows of accounts that are not connected as data sources with auto_import are skipped."
        ([line(account="999999999999")], False, None),
        # "drops rows whose start is before ..."
        ([line(first=day("2026-06-09"), last=day("2026-06-09"))], False, {}),
        ([line(first=day("2026-06-10"))], False, {Charge(day("2026-06-10"), day("2026-06-15")): 2.0}),
        # "... except line item type RIFee."
        ([line(first=FEE.first, last=FEE.last, kind="RIFee")], False, {FEE: 2.0}),
        ([line(first=FEE.first, last=FEE.last, kind="Fee")], False, {}),
        # "in the organization's `currency` (a report in another currency brings nothing)"
        ([line(currency="EUR")], False, {}),
        ([line(currency=None)], False, {USED: 2.0}),
        # "Silently wrong without: ... bill_billing_period_start_date (no clean expenses)"
        ([line(period=None)], False, {}),
        # The config's `use_edp_discount`.
        ([line()], True, {USED: 1.5}),
    ],
)
def test_which_lines_count(lines: list[Line], discounted: bool, charges: dict[Charge, float] | None) -> None:
    rows = import_rules.rows_of(lines, {"111111111111": "root"}, day("2026-06-10"), "USD", discounted)
    assert {name: dict(each.charges) for name, each in rows.items()} == ({} if charges is None else {"root": charges})


def test_what_an_import_rewrites_of_each_account() -> None:
    """From the first to the last day that it brought; a fee from before that does not count."""
    lines = [
        line(first=day("2026-06-12"), last=day("2026-06-12")),
        line(first=day("2026-06-14"), last=day("2026-06-14")),
        line(account="222222222222", first=day("2026-06-13"), last=day("2026-06-13")),
        line(account="222222222222", first=FEE.first, last=FEE.last, kind="RIFee"),
        line(account="333333333333", first=FEE.first, last=FEE.last, kind="RIFee"),
    ]
    sources = {"111111111111": "one", "222222222222": "two", "333333333333": "three"}
    rows = import_rules.rows_of(lines, sources, day("2026-06-10"), "USD")
    assert {name: each.rewritten for name, each in rows.items()} == {
        "one": (day("2026-06-12"), day("2026-06-14")),
        "two": (day("2026-06-13"), day("2026-06-13")),
        "three": None,
    }
