# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parquet files in S3, of which the footer and the columns asked for are read and nothing else.

pyarrow is optional and loaded only when it is needed. Source of the layout: the Apache Parquet format; a file ends with
its footer, the footer's length in four bytes, and C(PAR1).
"""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any, Callable, Sequence, Union

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError

# Below this size one read of all costs less than several of parts.
SMALL = 1024 * 1024
# What is read first of a larger file; it usually has the whole footer.
TAIL = 64 * 1024
# Chunks of columns that lie closer together than this are read at once.
GAP = 256 * 1024
_MAGIC = b"PAR1"
_ENCRYPTED_MAGIC = b"PARE"
_END = 8
_MOST_FOOTER = 64 * 1024 * 1024
_ROWS = 65536
# Decimal places to which each cost is taken; AWS gives ten, and a double of less than 4,000 has room for twelve.
_PLACES = 12
_DIGITS = 38

Between = Union[None, "tuple[str, Any, Any]"]  # a column of times, from when to before when
Fetch = Callable  # (begin, end) -> the bytes from begin to before end


class NoPyarrow(FinopsError):
    """pyarrow is not installed, so nobody knows what a Parquet file holds."""

    def __init__(self) -> None:
        super().__init__("install pyarrow, which reads Parquet files")


class NotParquet(FinopsError):
    """What is named a Parquet file is none, is cut, or is spoilt."""


class WrongType(FinopsError):
    """A column that is there, and cannot be what its name says."""


def require_pyarrow() -> None:
    """Raises NoPyarrow where it cannot be loaded."""
    try:
        import pyarrow.parquet  # noqa: F401
    except (ImportError, AttributeError):
        raise NoPyarrow()


class ParquetFile:
    """One file. Raises NotParquet for what is none, NoPyarrow, and what fetch raises.

    size: the file's bytes. fetch: reads a range of them.
    """

    def __init__(self, size: int, fetch: Fetch) -> None:
        require_pyarrow()
        self._file = _Ranges(size, fetch)
        self._file.load(self._footer_begin(size), size)
        self._opened = _safely(self._open)

    @property
    def columns(self) -> list[str]:
        """The names of its columns, in order."""
        return [str(name) for name in self._opened.schema_arrow.names]

    def sums(self, of: str, by: Sequence[str], between: Between = None) -> dict[tuple[str, ...], Decimal]:
        """The exact sums of a column's numbers, by the texts of other columns; nothing there is the text C('').

        The numbers are doubles; each counts as the decimal number that it was written as, to twelve places, and these are
        added without rounding. Raises WrongType, also for a column that is missing.
        between: a column of times, and from when to before when a row counts; all rows without it.
        """
        self._check_types(of, by, between)
        wanted = [*by, of, *([between[0]] if between else [])]
        found: dict[tuple[str, ...], Decimal] = {}
        for number in range(self._opened.num_row_groups):
            self._load(number, wanted)
            for key, value in _safely(lambda: self._sums_of_group(number, of, by, between)):  # noqa: B023
                found[key] = found.get(key, Decimal(0)) + value
            self._file.forget()
        return found

    def _footer_begin(self, size: int) -> int:
        """Where the footer begins, once all of a small file or the end of a larger one is there."""
        if size < 2 * len(_MAGIC) + _END:
            raise NotParquet("it has {0} bytes".format(size))
        self._file.load(0 if size < SMALL else size - TAIL, size)
        end = self._file.piece(size - _END, size)
        if end[4:] == _ENCRYPTED_MAGIC:
            raise NotParquet("it is encrypted by its writer")
        if end[4:] != _MAGIC:
            raise NotParquet("it does not end as Parquet files do")
        length = int.from_bytes(end[:4], "little")
        if not 0 < length <= min(size - _END - len(_MAGIC), _MOST_FOOTER):
            raise NotParquet("its footer cannot have {0} bytes".format(length))
        return size - _END - length

    def _open(self) -> Any:
        import pyarrow.parquet

        return pyarrow.parquet.ParquetFile(self._file, pre_buffer=False, buffer_size=0)

    def _check_types(self, of: str, by: Sequence[str], between: Between) -> None:
        import pyarrow.types

        schema = self._opened.schema_arrow
        for name in (*by, of, *([between[0]] if between else [])):
            if schema.names.count(name) != 1:
                raise WrongType("the column {0} is missing".format(name))
        kind = schema.field(of).type
        if not (pyarrow.types.is_floating(kind) or pyarrow.types.is_decimal(kind) or pyarrow.types.is_integer(kind)):
            raise WrongType("the column {0} is of type {1} in place of numbers".format(of, kind))
        for name in by:
            kind = schema.field(name).type
            if not (pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind)):
                raise WrongType("the column {0} is of type {1} in place of texts".format(name, kind))
        if between and not pyarrow.types.is_timestamp(schema.field(between[0]).type):
            raise WrongType("the column {0} is of no times".format(between[0]))

    def _load(self, number: int, wanted: Sequence[str]) -> None:
        """Have the wanted columns' chunks of a row group, read together where they lie close to each other."""
        for begin, end in _joined(_safely(lambda: self._chunks(number, wanted))):
            if not 0 <= begin <= end <= self._file.size:
                raise NotParquet("its footer tells of columns that are not there")
            self._file.load(begin, end)

    def _chunks(self, number: int, wanted: Sequence[str]) -> list[tuple[int, int]]:
        group = self._opened.metadata.row_group(number)
        ranges = []
        for chunk in map(group.column, range(group.num_columns)):
            if chunk.path_in_schema in wanted:
                begin = min(offset for offset in (chunk.data_page_offset, chunk.dictionary_page_offset) if offset)
                ranges.append((begin, begin + chunk.total_compressed_size))
        return sorted(ranges)

    def _sums_of_group(
        self, number: int, of: str, by: Sequence[str], between: Between
    ) -> list[tuple[tuple[str, ...], Decimal]]:
        import pyarrow

        exact = pyarrow.decimal128(_DIGITS, _PLACES)
        found: list[tuple[tuple[str, ...], Decimal]] = []
        columns = [*by, of, *([between[0]] if between else [])]
        batches = self._opened.iter_batches(_ROWS, row_groups=[number], columns=columns, use_threads=False)
        for batch in batches:
            table = _only(pyarrow.Table.from_batches([batch]), between)
            values = table.column(of).cast(exact)
            table = table.select(list(by)).append_column(of, values)
            grouped = table.group_by(list(by), use_threads=False).aggregate([(of, "sum")]).to_pydict()
            keys = zip(*(grouped[name] for name in by))
            for key, value in zip(keys, grouped[of + "_sum"]):
                if value is not None:
                    found.append((tuple(text or "" for text in key), value))
        return found


def _only(table: Any, between: Between) -> Any:
    """The rows whose time lies between two moments; a file's times are in UTC, with a zone or without one."""
    if not between:
        return table
    import pyarrow
    import pyarrow.compute

    name, since, until = between
    column = table.column(name)
    begin, end = (
        pyarrow.scalar(at if column.type.tz else at.replace(tzinfo=None), type=column.type) for at in (since, until)
    )
    begun, ended = pyarrow.compute.greater_equal(column, begin), pyarrow.compute.less(column, end)
    return table.filter(pyarrow.compute.and_(begun, ended))


def _joined(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begin, end in ranges:
        if found and begin - found[-1][1] <= GAP:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def _safely(read: Callable[[], Any]) -> Any:
    """What read gives; whatever pyarrow says of a spoilt file is NotParquet."""
    import pyarrow

    try:
        return read()
    except FinopsError:
        raise
    except (pyarrow.ArrowException, OSError, ValueError, KeyError, IndexError, OverflowError, MemoryError) as error:
        raise NotParquet("pyarrow cannot read it: {0}".format(str(error).split("\n", maxsplit=1)[0][:200]))


class _Ranges(io.RawIOBase):
    """A file for pyarrow, of which only ranges are there; what is asked for beyond them is fetched."""

    def __init__(self, size: int, fetch: Fetch) -> None:
        super().__init__()
        self.size = size
        self._fetch = fetch
        self._footer: list[tuple[int, bytes]] = []
        self._blocks: list[tuple[int, bytes]] = []
        self._position = 0

    def load(self, begin: int, end: int) -> None:
        """Have a range; of one that is partly there at its end only what lies before that is fetched."""
        if begin >= end or self._held(begin, end) is not None:
            return
        fetched_to = next((at for at, content in self._footer if begin < at < end <= at + len(content)), end)
        content = bytes(self._fetch(begin, fetched_to)) + (self.piece(fetched_to, end) if fetched_to < end else b"")
        if end == self.size:
            self._footer = [(begin, content)]
        else:
            self._blocks.append((begin, content))

    def piece(self, begin: int, end: int) -> bytes:
        """A range's bytes."""
        self.load(begin, end)
        return self._held(begin, end) or b""

    def forget(self) -> None:
        """Of all but the end of the file."""
        self._blocks = []

    def _held(self, begin: int, end: int) -> bytes | None:
        for at, content in (*self._footer, *self._blocks):
            if at <= begin and end <= at + len(content):
                return content[begin - at : end - at]
        return None

    def readinto(self, buffer: Any) -> int:
        end = min(self._position + len(buffer), self.size)
        content = self.piece(self._position, end)
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence] + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
