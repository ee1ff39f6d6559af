# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong with delivered files: by AWS, by a person, by another tool; for tests that must find it."""

from __future__ import annotations

import datetime
import io
import json
import re
from collections.abc import Callable

import pyarrow.parquet as pq
from moto.s3.models import FakeKey

from tests.emulator.aws.exports_store import StoredExport
from tests.emulator.aws.s3_buckets import find_bucket, s3_of

_CSV = b"line_item_usage_account_id,line_item_blended_cost\n111122223333,1.5\n"


class Spoiler:
    """The files of an export, newest month first, and what can be done to them; KeyError where none was delivered."""

    def __init__(self, export: StoredExport) -> None:
        destination = export.definition["DestinationConfigurations"]["S3Destination"]
        self._name, self._bucket = export.name, destination["S3Bucket"]
        self._base = "/".join(part for part in (destination["S3Prefix"].strip("/"), export.name) if part)
        bucket = find_bucket(self._bucket)
        if bucket is None:
            raise KeyError(f"no bucket {self._bucket}")
        self._s3 = s3_of(bucket.account_id)
        pattern = re.compile(re.escape(self._base) + r"/data/BILLING_PERIOD=(\d{4}-\d\d)/.+")
        months = [match[1] for key in bucket.keys if (match := pattern.fullmatch(key))]
        if not months:
            raise KeyError(f"{export.name} has delivered nothing")
        self._month = max(months)
        begin = f"{self._base}/data/BILLING_PERIOD={self._month}/"
        self._data = sorted(key for key in bucket.keys if key.startswith(begin))[0]
        self._manifest = f"{self._base}/metadata/BILLING_PERIOD={self._month}/{export.name}-Manifest.json"

    def _object(self, key: str) -> FakeKey:
        found = self._s3.get_object(self._bucket, key)
        if found is None:
            raise KeyError(f"no {key}")
        return found

    def _write(self, key: str, content: bytes) -> None:
        """Write a file anew with the date it had, or with that of the data where it is new."""
        bucket = find_bucket(self._bucket)
        assert bucket is not None
        before = self._object(key if key in bucket.keys else self._data).last_modified
        self._s3.put_object(self._bucket, key, content).last_modified = before

    def manifest_short(self, detail: str) -> None:
        """The manifest names one more file, which is not there."""
        about = json.loads(self._object(self._manifest).value)
        about["dataFiles"].append(f"s3://{self._bucket}/{self._data.replace('-00001.', '-00002.')}")
        self._write(self._manifest, json.dumps(about).encode())

    def manifest_missing(self, detail: str) -> None:
        """There is none."""
        self._s3.delete_object(self._bucket, self._manifest)

    def manifest_nonsense(self, detail: str) -> None:
        """It is no JSON."""
        self._write(self._manifest, b"<html>504</html>")

    def file_empty(self, detail: str) -> None:
        """The data file has no bytes."""
        self._write(self._data, b"")

    def file_cut(self, detail: str) -> None:
        """The data file ends in its middle."""
        content = self._object(self._data).value
        self._write(self._data, content[: len(content) // 2])

    def file_no_parquet(self, detail: str) -> None:
        """The data file is text."""
        self._write(self._data, _CSV)

    def csv_beside(self, detail: str) -> None:
        """Another tool, or an export of before, has left CSV among the data."""
        self._write(f"{self._base}/data/BILLING_PERIOD={self._month}/{self._name}-00001.csv.gz", _CSV)

    def column_missing(self, detail: str) -> None:
        """The data file lacks the column that `detail` names, whatever the export's query says."""
        table = pq.read_table(io.BytesIO(self._object(self._data).value))
        if detail not in table.column_names:
            raise KeyError(f"no column {detail}")
        buffer = io.BytesIO()
        pq.write_table(table.drop_columns([detail]), buffer, compression="snappy")
        self._write(self._data, buffer.getvalue())

    def month_missing(self, detail: str) -> None:
        """The newest month's files are gone."""
        for key in (self._data, self._manifest):
            self._s3.delete_object(self._bucket, key)

    def stale(self, detail: str) -> None:
        """All data files are as many hours older as `detail` says."""
        older = datetime.timedelta(hours=float(detail))
        bucket = find_bucket(self._bucket)
        assert bucket is not None
        for key in [key for key in bucket.keys if key.startswith(f"{self._base}/data/")]:
            found = self._object(key)
            found.last_modified -= older


SPOILS: dict[str, Callable[[Spoiler, str], None]] = {
    name: function for name, function in vars(Spoiler).items() if not name.startswith("_")
}


def spoil(export: StoredExport, how: str, detail: str = "") -> None:
    """Spoil what an export has delivered, by one of SPOILS; ValueError for another one."""
    if how not in SPOILS:
        raise ValueError(f"{how} is none of {', '.join(SPOILS)}")
    SPOILS[how](Spoiler(export), detail)
