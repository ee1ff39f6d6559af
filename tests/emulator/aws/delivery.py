# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Data Exports delivers: the data files of a month, and then the manifest."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import json
import zipfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from moto.moto_api._internal import mock_random

from tests.emulator.aws import cur2_columns, exports_tables
from tests.emulator.aws.exports_store import REASONS, DataExportsBackend, StoredExport
from tests.emulator.aws.line_items import LineItem
from tests.emulator.aws.s3_buckets import BucketPolicies
from tests.emulator.aws.service_delivery import write_object

EXECUTION_STATUSES = (
    "INITIATION_IN_PROCESS",
    "QUERY_QUEUED",
    "QUERY_IN_PROCESS",
    "QUERY_FAILURE",
    "DELIVERY_IN_PROCESS",
    "DELIVERY_SUCCESS",
    "DELIVERY_FAILURE",
)
Columns = dict[str, tuple[str, list[Any]]]
_ARROW_TYPES = {
    "string": pa.string(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("ms"),
    "map<string,string>": pa.map_(pa.string(), pa.string()),
}


def _columns(export: StoredExport, rows: list[dict[str, Any]]) -> Columns:
    """The selected columns: output name -> (type, values). WHERE and LIMIT are not carried out."""
    query = exports_tables.Query(export.definition["DataQuery"]["QueryStatement"])
    filled: set[str] = set().union(*rows)
    columns: Columns = {}
    for name, attribute, shown in query.selected:
        if attribute:
            columns[shown] = ("string", [(row.get(name) or {}).get(attribute) for row in rows])
        else:
            values = [row.get(name) for row in rows] if name in filled else [None] * len(rows)
            columns[shown] = (cur2_columns.column_type(name), values)
    return columns


def _for_arrow(kind: str, value: Any) -> Any:
    """A value in the form pyarrow wants: maps as pairs, times without a zone."""
    if value is None:
        return None
    if kind.startswith("map"):
        return list(value.items())
    return value.replace(tzinfo=None) if kind == "timestamp" else value


def _parquet(columns: Columns) -> bytes:
    arrays = []
    for kind, values in columns.values():
        empty = all(value is None for value in values)
        given = [] if empty else [_for_arrow(kind, value) for value in values]
        arrays.append(pa.nulls(len(values), _ARROW_TYPES[kind]) if empty else pa.array(given, _ARROW_TYPES[kind]))
    buffer = io.BytesIO()
    pq.write_table(pa.table(arrays, names=list(columns)), buffer, compression="snappy")
    return buffer.getvalue()


def _for_csv(value: Any) -> Any:
    """A value as text: maps as JSON, times as AWS writes them."""
    if isinstance(value, dict):
        return json.dumps(value)
    return f"{value:%Y-%m-%dT%H:%M:%S.000Z}" if isinstance(value, datetime.datetime) else value


def _csv(columns: Columns) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in zip(*(values for dummy, values in columns.values()), strict=True):
        writer.writerow(_for_csv(value) for value in row)
    return text.getvalue().encode()


def _zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def data_file(name: str, compression: str, columns: Columns) -> tuple[str, bytes]:
    """File name and content of the data, as PARQUET, or as text in GZIP or ZIP."""
    if compression == "PARQUET":
        return f"{name}-00001.snappy.parquet", _parquet(columns)
    content = _csv(columns)
    if compression == "ZIP":
        return f"{name}-00001.csv.zip", _zipped(f"{name}-00001.csv", content)
    return f"{name}-00001.csv.gz", gzip.compress(content)


def execution(
    export: StoredExport, status: str, reason: str | None, moment: datetime.datetime, identifier: str = ""
) -> dict[str, Any]:
    """An execution as GetExecution shows it; ValueError for a status or reason that AWS does not have."""
    if status not in EXECUTION_STATUSES or reason not in (None, *REASONS):
        raise ValueError(f"{status}, {reason} is no status and reason of an execution")
    shown: dict[str, Any] = {"StatusCode": status, "CreatedAt": moment, "LastUpdatedAt": moment}
    if status == "DELIVERY_SUCCESS":
        shown["CompletedAt"] = moment
    if reason:
        shown["StatusReason"] = reason
    return {
        "ExecutionId": identifier or str(mock_random.uuid4()),
        "Export": export.describe(),
        "ExecutionStatus": shown,
    }


def deliver(
    backend: DataExportsBackend,
    export: StoredExport,
    items: list[LineItem],
    month: str,
    policies: BucketPolicies,
    moment: datetime.datetime,
) -> dict[str, Any]:
    """
    Refresh one month of an export: data first, the manifest last, then LastRefreshedAt and an execution.

    Where the bucket's policy no longer lets the service in, nothing is written and the export is UNHEALTHY with
    INSUFFICIENT_PERMISSION.
    """
    execution_id = str(mock_random.uuid4())
    destination = export.definition["DestinationConfigurations"]["S3Destination"]
    output = destination["S3OutputConfigurations"]
    base = "/".join(part for part in (destination["S3Prefix"].strip("/"), export.name) if part)
    level = f"BILLING_PERIOD={month}"
    if output["Overwrite"] == "CREATE_NEW_REPORT":
        level += f"/{moment:%Y%m%dT%H%M%S}-{execution_id}"
    columns = _columns(export, [item.row(backend.account_id) for item in items])
    file_name, content = data_file(export.name, output["Compression"], columns)
    data_key = f"{base}/data/{level}/{file_name}"
    manifest_key = f"{base}/metadata/{level}/{export.name}-Manifest.json"
    bucket = destination["S3Bucket"]
    snapshot = export.describe()
    may = all(backend.may_deliver(export.definition, export.arn, key, policies) for key in (data_key, manifest_key))
    if may:
        write_object(bucket, data_key, content, moment)
        manifest = {
            "account": backend.account_id,
            "exportArn": export.arn,
            "executionId": execution_id,
            "billingPeriod": month,
            "columns": [{"name": name, "type": kind} for name, (kind, dummy) in columns.items()],
            "dataFiles": [f"s3://{bucket}/{data_key}"],
        }
        write_object(bucket, manifest_key, json.dumps(manifest).encode(), moment)
        export.refreshed, export.status, export.reason = moment, "HEALTHY", None
    else:
        export.status, export.reason = "UNHEALTHY", "INSUFFICIENT_PERMISSION"
    made = execution(
        export,
        "DELIVERY_SUCCESS" if may else "DELIVERY_FAILURE",
        None if may else "INSUFFICIENT_PERMISSION",
        moment,
        execution_id,
    )
    made["Export"] = snapshot
    export.executions.append(made)
    return {
        "execution_id": execution_id,
        "status": made["ExecutionStatus"]["StatusCode"],
        "bucket": bucket,
        "data_key": data_key if may else None,
        "manifest_key": manifest_key if may else None,
    }
