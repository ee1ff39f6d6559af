# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the importer reads in one file of a report, Parquet or text; pure."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.emulator.platform.import_rules import Line

# Facts, "What the platform does": without these the import breaks.
REQUIRED = (
    "line_item_usage_start_date",
    "line_item_usage_end_date",
    "line_item_line_item_type",
    "line_item_operation",
)
_ACCOUNT, _COST = "line_item_usage_account_id", "line_item_blended_cost"
_PERIOD, _CURRENCY, _DISCOUNTS = "bill_billing_period_start_date", "line_item_currency_code", "discount"
_COLUMNS = (*REQUIRED, _ACCOUNT, _COST, _PERIOD, _CURRENCY, _DISCOUNTS)
_COUNTED_DISCOUNTS = ("edp_discount", "private_rate_discount")
_SECOND = datetime.timedelta(seconds=1)
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class ImportFailed(Exception):
    """The import ends here; the text is what the platform tells of it. `accounts` had rows in what was read."""

    def __init__(self, text: str, accounts: Iterable[str] = ()) -> None:
        super().__init__(text)
        self.accounts = frozenset(accounts)


def read_lines(key: str, month: str, content: bytes) -> list[Line]:
    """
    The lines of a file, added up; ImportFailed where it is none, or a column is missing that the importer must have.

    Facts, "What the platform does": without the usage account there are no rows, without the blended cost it is 0.
    """
    columns, rows = _parquet(content) if key.endswith(".parquet") else _text(key, content)
    for name in REQUIRED:
        if name not in columns:
            raise ImportFailed(f"'{name}'", (row[_ACCOUNT] for row in rows if _ACCOUNT in row))
    if _ACCOUNT not in columns:
        return []
    sums: dict[Line, list[float]] = {}
    for row in rows:
        line = _line(row, month if _PERIOD in columns else None)
        costs = sums.setdefault(line, [0.0, 0.0])
        costs[0] += float(row.get(_COST) or 0)
        costs[1] += _discounts(row.get(_DISCOUNTS))
    return [dataclasses.replace(line, blended=costs[0], discounts=costs[1]) for line, costs in sums.items()]


def _line(row: Mapping[str, Any], period: str | None) -> Line:
    """
    Whose, when and what a row is, without its costs.

    An end at midnight belongs to the day before.
    """
    first, end = _moment(row[REQUIRED[0]]), _moment(row[REQUIRED[1]]) - _SECOND
    last = max(first, end)
    currency = row.get(_CURRENCY) or None
    return Line(row[_ACCOUNT], period, first.date(), last.date(), row[REQUIRED[2]], currency, 0.0, 0.0)


def _moment(value: datetime.datetime | str) -> datetime.datetime:
    if isinstance(value, datetime.datetime):
        return value
    pattern = "%Y-%m-%dT%H:%M:%S.%fZ" if "." in value else "%Y-%m-%dT%H:%M:%SZ"
    return datetime.datetime.strptime(value, pattern)


def _discounts(value: Any) -> float:
    """The discounts that `use_edp_discount` adds to the cost, of a column that is a map, or JSON in a text file."""
    if not value:
        return 0.0
    entries = dict(json.loads(value) if isinstance(value, str) else value)
    return sum(float(entries.get(name) or 0) for name in _COUNTED_DISCOUNTS)


def _parquet(content: bytes) -> tuple[set[str], Iterator[dict[str, Any]]]:
    try:
        file = pq.ParquetFile(io.BytesIO(content))
    except pa.ArrowInvalid as error:
        raise ImportFailed(str(error)) from error
    columns = set(file.schema_arrow.names)
    wanted = [name for name in _COLUMNS if name in columns]
    table = file.read(columns=wanted)
    values = (table.column(name).to_pylist() for name in wanted)
    return columns, (dict(zip(wanted, row, strict=True)) for row in zip(*values, strict=True))


def _text(key: str, content: bytes) -> tuple[set[str], Iterable[dict[str, Any]]]:
    """Text in GZIP or ZIP, whose columns have either form of names: line_item_operation or lineItem/Operation."""
    try:
        if key.endswith(".zip"):
            archive = zipfile.ZipFile(io.BytesIO(content))
            text = archive.read(archive.namelist()[0]).decode()
        else:
            text = gzip.decompress(content).decode()
    except (OSError, EOFError, zipfile.BadZipFile) as error:
        raise ImportFailed(str(error)) from error
    reader = csv.DictReader(io.StringIO(text))
    names = [_CAPITAL.sub("_", name).replace("/", "_").lower() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    return set(names), reader
