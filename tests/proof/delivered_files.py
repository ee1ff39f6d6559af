# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of delivered files behind AWS's back."""

from __future__ import annotations

import datetime
import io
import json
from typing import Any

import pyarrow.parquet as pq


class Files:
    """The files of one report's bucket; month is this one."""

    def __init__(self, s3: Any, bucket: str, now: datetime.datetime) -> None:
        self._s3, self._bucket = s3, bucket
        self.month = f"{now:%Y-%m}"

    def keys(self, part: str) -> list[str]:
        """Those whose names have a part."""
        listed = self._s3.list_objects_v2(Bucket=self._bucket).get("Contents", [])
        return [entry["Key"] for entry in listed if part in entry["Key"]]

    def delete(self, part: str) -> None:
        """Delete those whose names have a part."""
        for key in self.keys(part):
            self._s3.delete_object(Bucket=self._bucket, Key=key)

    def put_beside(self, name: str) -> None:
        """Put another file beside this month's."""
        (key,) = self._data()
        self._s3.put_object(Bucket=self._bucket, Key=f"{key.rpartition('/')[0]}/{name}", Body=b"identity/LineItemId")

    def name_another_in_manifest(self) -> None:
        """Let this month's manifest name one more file than there is."""
        (key,) = (key for key in self.keys("Manifest.json") if self.month in key)
        manifest = json.loads(self._read(key))
        manifest["dataFiles"].append(manifest["dataFiles"][0].replace("00001", "00002"))
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=json.dumps(manifest).encode())

    def drop_column(self, column: str) -> None:
        """Write this month's data without a column."""
        (key,) = self._data()
        table = pq.read_table(io.BytesIO(self._read(key))).drop_columns([column])
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="snappy")
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=buffer.getvalue())

    def _data(self) -> list[str]:
        return [key for key in self.keys(".parquet") if self.month in key]

    def _read(self, key: str) -> bytes:
        return bytes(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())
