# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded platform: what its importer reads in one file."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import gzip
import io
import zipfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.emulator.platform.import_rules import Line
from tests.emulator.platform.report_reading import REQUIRED, ImportFailed, read_lines

PARQUET = "data/BILLING_PERIOD=2026-06/r-00001.snappy.parquet"
ACCOUNT = "111111111111"
ROW: dict[str, Any] = {
    "line_item_usage_account_id": ACCOUNT,
    "bill_billing_period_start_date": datetime.datetime(2026, 6, 1),
    "line_item_usage_start_date": datetime.datetime(2026, 6, 10, 23),
    "line_item_usage_end_date": datetime.datetime(2026, 6, 11),
    "line_item_line_item_type": "Usage",
    "line_item_operation": "RunInstances",
    "line_item_currency_code": "USD",
    "line_item_unblended_cost": 9.0,
    "line_item_blended_cost": 2.0,
    "discount": [("edp_discount", "-0.25"), ("private_rate_discount", "-0.5"), ("bundled_discount", "-7")],
}
FEE = ROW | {"line_item_line_item_type": "RIFee", "line_item_usage_end_date": datetime.datetime(2026, 7, 1)}
TYPES = {"discount": pa.map_(pa.string(), pa.string())}
LINE = Line(ACCOUNT, "2026-06", datetime.date(2026, 6, 10), datetime.date(2026, 6, 10), "Usage", "USD", 2.0, -0.75)


def parquet(*rows: dict[str, Any]) -> bytes:
    names = list(rows[0])
    arrays = [pa.array([row[name] for row in rows], TYPES.get(name)) for name in names]
    buffer = io.BytesIO()
    pq.write_table(pa.table(arrays, names=names), buffer, compression="snappy")
    return buffer.getvalue()


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in ROW.items() if key != name}


def replaced(**changes: Any) -> Line:
    return dataclasses.replace(LINE, **changes)


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        # "Cost is `line_item_blended_cost`", not the unblended one. The last second of an hour is still that day.
        ([ROW], [LINE]),
        ([ROW, ROW | {"line_item_blended_cost": 3.0}], [replaced(blended=5.0, discounts=-1.5)]),
        ([ROW | {"line_item_blended_cost": None, "discount": None}], [replaced(blended=0.0, discounts=0.0)]),
        (
            [ROW, FEE],
            [LINE, replaced(kind="RIFee", last=datetime.date(2026, 6, 30))],
        ),
        # "Silently wrong without: line_item_usage_account_id (no rows), line_item_blended_cost (cost 0 ...)"
        ([without("line_item_usage_account_id")], []),
        ([without("line_item_blended_cost")], [replaced(blended=0.0)]),
        ([without("bill_billing_period_start_date")], [replaced(period=None)]),
        ([without("line_item_currency_code")], [replaced(currency=None)]),
        ([without("discount")], [replaced(discounts=0.0)]),
    ],
)
def test_what_a_file_says(rows: list[dict[str, Any]], lines: list[Line]) -> None:
    assert read_lines(PARQUET, "2026-06", parquet(*rows)) == lines


@pytest.mark.parametrize("name", REQUIRED)
def test_columns_without_which_the_import_breaks(name: str) -> None:
    """Facts, "What the platform does": the four of them, whoever has rows in the file."""
    with pytest.raises(ImportFailed, match=name) as caught:
        read_lines(PARQUET, "2026-06", parquet(without(name)))
    assert caught.value.accounts == {ACCOUNT}


CSV = without("discount") | {
    "bill_billing_period_start_date": "2026-06-01T00:00:00.000Z",
    "line_item_usage_start_date": "2026-06-10T23:00:00Z",
    "line_item_usage_end_date": "2026-06-11T00:00:00.000Z",
    "discount": '{"edp_discount": "-0.75"}',
}
LEGACY = {
    "lineItem/UsageAccountId": ACCOUNT,
    "bill/BillingPeriodStartDate": "2026-06-01T00:00:00Z",
    "lineItem/UsageStartDate": "2026-06-10T23:00:00Z",
    "lineItem/UsageEndDate": "2026-06-11T00:00:00Z",
    "lineItem/LineItemType": "Usage",
    "lineItem/Operation": "RunInstances",
    "lineItem/CurrencyCode": "USD",
    "lineItem/BlendedCost": "2.0",
}


def text(row: dict[str, Any]) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(row))
    writer.writeheader()
    writer.writerow(row)
    return stream.getvalue().encode()


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("r-00001.csv", content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("key", "content", "lines"),
    [
        ("r-00001.csv.gz", gzip.compress(text(CSV)), [LINE]),
        ("r-00001.csv.zip", zipped(text(CSV)), [LINE]),
        ("r-00001.csv.gz", gzip.compress(text(LEGACY)), [replaced(discounts=0.0)]),
    ],
)
def test_text(key: str, content: bytes, lines: list[Line]) -> None:
    assert read_lines(key, "2026-06", content) == lines


@pytest.mark.parametrize("key", [PARQUET, "r-00001.csv.gz", "r-00001.csv.zip"])
def test_what_is_no_file_of_its_kind(key: str) -> None:
    with pytest.raises(ImportFailed):
        read_lines(key, "2026-06", b"nonsense")
