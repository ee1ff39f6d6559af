# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an import takes out of a bucket and what it makes of it; pure. Facts, "What makes money arrive"."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping, Sequence

# How far back an import rewrites (facts, "The late-member hole": `csv_rewrite_days`, deployed default 10).
REWRITE_DAYS = 10
PERIODS_OF_FIRST_IMPORT = 4
RESERVATION_FEE = "RIFee"


@dataclasses.dataclass(frozen=True)
class ReportFile:
    """A file of the report; `month` is the billing period that its folder names, such as "2026-09"."""

    key: str
    month: str
    modified: datetime.datetime
    etag: str = ""


@dataclasses.dataclass(frozen=True)
class Line:
    """
    Lines of a file that the importer treats alike, added up; `first` to `last` are the days that they are for.

    `period` and `currency` are None where the file does not have their columns.
    """

    account: str
    period: str | None
    first: datetime.date
    last: datetime.date
    kind: str
    currency: str | None
    blended: float
    discounts: float


@dataclasses.dataclass(frozen=True)
class Charge:
    """What is stored of an account's lines: a sum for the days from `first` to `last`."""

    first: datetime.date
    last: datetime.date
    fee: bool = False


@dataclasses.dataclass(frozen=True)
class Rows:
    """What the files held of one data source; `charges` is empty where all of it is older than the import rewrites."""

    charges: Mapping[Charge, float]
    rewritten: tuple[datetime.date, datetime.date] | None


def is_first_import_of_month(mark: int, now: datetime.datetime) -> bool:
    """
    Whether the newest file that was imported is of last month; in January, of any month of last year.

    Facts, "The late-member hole": the first import in a calendar month redoes the whole previous month.
    """
    marked = _moment(mark)
    if now.month == 1:
        return marked.year + 1 == now.year
    return (marked.year, marked.month + 1) == (now.year, now.month)


def chosen_files(
    files: Iterable[ReportFile], mark: int, last_import_at: int, now: datetime.datetime
) -> list[ReportFile]:
    """
    The files that an import reads: whole billing periods, of which a file is newer than `last_import_modified_at`.

    Facts, "First import": with the mark at 0 the newest four periods if `last_import_at` is 0 too, else the newest one.
    """
    periods: dict[str, list[ReportFile]] = {}
    for file in files:
        periods.setdefault(file.month, []).append(file)
    months = sorted(periods)
    if mark <= 0:
        months = months[-(PERIODS_OF_FIRST_IMPORT if last_import_at == 0 else 1) :]
    else:
        since = _moment(mark)
        if is_first_import_of_month(mark, now):
            since = _first_of_month(since)
        months = [month for month in months if any(file.modified > since for file in periods[month])]
    return [file for month in months for file in periods[month]]


def oldest_day(mark: int, now: datetime.datetime, rewrite_days: int = REWRITE_DAYS) -> datetime.date:
    """
    The day before which lines are dropped, unless they are RIFee.

    Facts, "The late-member hole": the mark's day - `csv_rewrite_days`, or the first of the previous month.
    """
    marked = _moment(mark)
    if is_first_import_of_month(mark, now):
        return _first_of_month(marked).date()
    return marked.date() - datetime.timedelta(days=rewrite_days)


def new_mark(mark: int, chosen: Sequence[ReportFile]) -> int:
    """`last_import_modified_at` after an import: the newest file's time, or what it was."""
    return max([mark, *(int(file.modified.timestamp()) for file in chosen)])


def rows_of(
    lines: Iterable[Line], sources: Mapping[str, str], oldest: datetime.date, currency: str, discounted: bool = False
) -> dict[str, Rows]:
    """
    What each data source gets; `sources` has the id of each AWS account whose rows count.

    Facts: rows of others are skipped; cost is blended, in the organization's currency (another one brings nothing).
    Without the billing period there is none. With `use_edp_discount` the discounts are added to it.
    """
    charges: dict[str, dict[Charge, float]] = {}
    days: dict[str, list[datetime.date]] = {}
    for line in lines:
        source = sources.get(line.account)
        if source is None:
            continue
        mine = charges.setdefault(source, {})
        fee = line.kind == RESERVATION_FEE
        if (line.first < oldest and not fee) or line.period is None or line.currency not in (None, currency):
            continue
        charge = Charge(line.first, line.last, fee)
        mine[charge] = mine.get(charge, 0.0) + line.blended + (line.discounts if discounted else 0.0)
        if line.first >= oldest:
            days.setdefault(source, []).append(line.first)
    rewritten = {source: (min(found), max(found)) for source, found in days.items()}
    return {source: Rows(mine, rewritten.get(source)) for source, mine in charges.items()}


def _moment(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


def _first_of_month(moment: datetime.datetime) -> datetime.datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
