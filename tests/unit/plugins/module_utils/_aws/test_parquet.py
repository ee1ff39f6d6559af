# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of a Parquet file no more is read than the question needs, sums are exact, and nonsense is called so."""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.parquet import (
    SMALL,
    TAIL,
    NoPyarrow,
    NotParquet,
    ParquetFile,
    WrongType,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.columns import COLUMNS

ACCOUNT, RESOURCE, COST = "line_item_usage_account_id", "line_item_resource_id", "line_item_blended_cost"
CURRENCY = "line_item_currency_code"
BY = (CURRENCY, ACCOUNT)
Sums = dict[tuple[str, ...], Decimal]


class Recorded:
    """A file in memory that remembers what was read of it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.reads: list[tuple[int, int]] = []

    def open(self) -> ParquetFile:
        return ParquetFile(len(self.content), self.fetch)

    def fetch(self, begin: int, end: int) -> bytes:
        self.reads.append((begin, end))
        return self.content[begin:end]

    @property
    def bytes(self) -> int:
        return sum(end - begin for begin, end in self.reads)


def written(columns: Mapping[str, Any], **options: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), buffer, compression="snappy", **options)
    return buffer.getvalue()


def small(costs: list[Any], kind: Any = None) -> bytes:
    """A file of one account; kind: the costs' type, a double unless given."""
    texts = {ACCOUNT: pa.array(["1"] * len(costs), pa.string()), CURRENCY: pa.array(["USD"] * len(costs), pa.string())}
    return written({**texts, COST: pa.array(costs, kind or pa.float64())})


@pytest.fixture(scope="module")
def big() -> tuple[bytes, Sums]:
    """A file of more than 50 MB with all columns, mostly resource ids that nothing can compress; and its sums."""
    dice, rows = random.Random(12), 160_000
    accounts = [f"{dice.randrange(60):012}" for dummy in range(rows)]
    costs = [dice.randrange(10**9) / 10**8 for dummy in range(rows)]
    expected: Sums = {}
    for account, cost in zip(accounts, costs, strict=True):
        expected["USD", account] = expected.get(("USD", account), Decimal(0)) + Decimal(repr(cost))
    columns: dict[str, Any] = {name: pa.nulls(rows, pa.string()) for name in COLUMNS}
    columns[ACCOUNT], columns[COST], columns[CURRENCY] = accounts, costs, ["USD"] * rows
    columns[RESOURCE] = [dice.randbytes(170).hex() for dummy in range(rows)]
    content = written(columns, row_group_size=rows // 2)
    assert len(content) > 50_000_000
    return content, expected


def test_the_schema_of_a_big_file_takes_its_end_alone(big: tuple[bytes, Sums]) -> None:
    file = Recorded(big[0])
    assert file.open().columns == COLUMNS
    assert len(file.reads) <= 2 and file.bytes < 2 * TAIL


def test_the_sums_of_a_big_file_take_a_small_part_of_it_and_are_exact(big: tuple[bytes, Sums]) -> None:
    file = Recorded(big[0])
    assert file.open().sums(COST, BY) == big[1]
    print(f"{len(file.reads)} reads of {file.bytes} bytes, {file.bytes / len(big[0]):.1%} of {len(big[0])}")
    # The footer, and of each of two row groups the accounts and the costs.
    assert len(file.reads) <= 6 and file.bytes < len(big[0]) / 10
    assert len(set(file.reads)) == len(file.reads)


def test_a_small_file_is_read_once_and_whole() -> None:
    file = Recorded(small([0.1, 0.2]))
    opened = file.open()
    assert opened.columns == [ACCOUNT, CURRENCY, COST]
    assert opened.sums(COST, BY) == {("USD", "1"): Decimal("0.3")}
    assert len(file.content) < SMALL and file.reads == [(0, len(file.content))]


def test_a_footer_longer_than_the_first_read_takes_a_second_for_the_rest_of_it() -> None:
    file = Recorded(written({f"column_{number:05}": pa.nulls(8) for number in range(6000)}))
    assert len(file.content) > SMALL
    assert len(file.open().columns) == 6000
    (first, second) = file.reads
    assert first == (len(file.content) - TAIL, len(file.content)) and second[1] == first[0]


@pytest.mark.parametrize(
    ("costs", "kind", "total"),
    [
        ([0.1] * 100_000, None, "10000"),
        ([1e-10, 3.7e-12, -0.5], None, "-0.4999999998963"),
        ([1000.1, 2000.2, 3000.3], None, "6000.6"),
        ([None, 0.07], None, "0.07"),
        ([1, 2], pa.int64(), "3"),
        ([Decimal("0.1"), Decimal("0.2")], pa.decimal128(16, 2), "0.3"),
    ],
)
def test_sums_are_of_the_decimal_numbers_that_were_written(costs: list[Any], kind: Any, total: str) -> None:
    assert abs(Recorded(small(costs, kind)).open().sums(COST, BY)["USD", "1"] - Decimal(total)) < Decimal("1e-11")


def test_what_is_in_no_row_is_in_no_sum() -> None:
    assert Recorded(small([])).open().sums(COST, BY) == {}
    assert Recorded(small([None])).open().sums(COST, BY) == {}


def spoilt(content: bytes, begin: int, end: int) -> bytes:
    return content[:begin] + b"\xff" * (end - begin) + content[end:]


GOOD = small([0.5] * 50)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PAR1",
        b"PAR1PAR1",
        b"PAR1\x00\x00\x00\x00PAR1PAR1",
        b"PAR1" + b"\x00" * 100 + b"\xff\xff\xff\x7fPAR1",
        b"line_item_blended_cost\n0.1\n" * 10,
        GOOD[:-1],
        GOOD[:-4] + b"PARE",
        GOOD[: len(GOOD) // 2],
        spoilt(GOOD, len(GOOD) - 200, len(GOOD) - 8),
        spoilt(GOOD, 4, 120),
        b"x" * 2 * SMALL,
    ],
)
def test_what_is_no_parquet_file_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(NotParquet):
        Recorded(content).open().sums(COST, BY)


def test_a_file_cut_anywhere_is_none_and_never_breaks() -> None:
    for end in range(0, len(GOOD), 7):
        with pytest.raises(NotParquet):
            Recorded(GOOD[:end]).open().sums(COST, BY)


def test_a_file_with_a_byte_flipped_anywhere_is_read_or_is_none() -> None:
    for at in range(0, len(GOOD), 11):
        content = GOOD[:at] + bytes([GOOD[at] ^ 0xFF]) + GOOD[at + 1 :]
        try:
            Recorded(content).open().sums(COST, BY)
        except (NotParquet, WrongType):
            continue


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e30])
def test_a_cost_that_is_no_amount_is_not_added(number: float) -> None:
    with pytest.raises(NotParquet):
        Recorded(small([number])).open().sums(COST, BY)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({ACCOUNT: ["1"], CURRENCY: ["USD"]}, "the column line_item_blended_cost is missing"),
        ({ACCOUNT: ["1"], CURRENCY: ["USD"], COST: ["1"]}, "line_item_blended_cost is of type string"),
        ({ACCOUNT: [1], CURRENCY: ["USD"], COST: [1.0]}, "line_item_usage_account_id is of type int64"),
        ({COST: [1.0]}, "the column line_item_currency_code is missing"),
    ],
)
def test_a_column_of_another_type_is_named(columns: dict[str, Any], words: str) -> None:
    with pytest.raises(WrongType, match=words):
        Recorded(written(columns)).open().sums(COST, BY)


def test_what_reading_raises_comes_through() -> None:
    def fetch(begin: int, end: int) -> bytes:
        raise NoPyarrow

    with pytest.raises(NoPyarrow):
        ParquetFile(100, fetch)


@pytest.mark.parametrize("missing", ["pyarrow", "pyarrow.parquet"])
def test_without_pyarrow_nothing_is_read(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    file = Recorded(GOOD)
    with pytest.raises(NoPyarrow, match="install pyarrow"):
        file.open()
    assert file.reads == []
