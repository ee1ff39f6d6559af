# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the legacy Cost and Usage Report delivers, in its own layout (AWS page "Viewing your reports", Amazon S3)."""

from __future__ import annotations

import datetime
import json
from typing import Any

from moto.moto_api._internal import mock_random

from tests.emulator.aws import cur2_columns
from tests.emulator.aws.delivery import Columns, data_file
from tests.emulator.aws.line_items import LineItem, month_after
from tests.emulator.aws.s3_buckets import BucketPolicies, find_bucket
from tests.emulator.aws.service_delivery import REPORTS_SERVICE, service_may_write, write_object

_GROUPS = ("line_item", "identity", "bill", "product", "pricing", "discount")


def _legacy_name(column: str) -> str:
    """line_item_usage_account_id is lineItem/UsageAccountId in a legacy text file."""
    group = next(group for group in _GROUPS if column.startswith(f"{group}_"))
    first, *rest = group.split("_")
    words = column.removeprefix(f"{group}_").split("_")
    return first + "".join(word.title() for word in rest) + "/" + "".join(word.title() for word in words)


def _columns(account: str, items: list[LineItem], parquet: bool) -> Columns:
    """Plain columns only: the maps are of CUR 2.0."""
    rows = [item.row(account) for item in items]
    filled = rows[0] if rows else ()
    names = [name for name in filled if not cur2_columns.column_type(name).startswith("map")]
    return {
        name if parquet else _legacy_name(name): (cur2_columns.column_type(name), [row[name] for row in rows])
        for name in names
    }


def _data_folder(report: dict[str, Any], base: str, period: str, month: datetime.datetime) -> str:
    if report["Format"] == "Parquet":
        return f"{base}/{report['ReportName']}/year={month.year}/month={month.month}"
    if report.get("ReportVersioning") == "OVERWRITE_REPORT":
        return f"{base}/{period}"
    return f"{base}/{period}/{mock_random.uuid4()}"


def deliver_report(
    account: str,
    report: dict[str, Any],
    items: list[LineItem],
    month: datetime.datetime,
    policies: BucketPolicies,
    started: datetime.datetime,
) -> dict[str, Any]:
    """Write the data file and the manifest of the month that begins at this moment, or nothing; ReportStatus says which."""
    name, bucket = str(report["ReportName"]), str(report["S3Bucket"])
    following = month_after(month)
    period = f"{month:%Y%m%d}-{following:%Y%m%d}"
    base = "/".join(part for part in (report["S3Prefix"].strip("/"), name) if part)
    parquet = report["Format"] == "Parquet"
    compression = str(report["Compression"]).upper()
    file_name, content = data_file(name, compression, _columns(account, items, parquet))
    data_key = f"{_data_folder(report, base, period, month)}/{file_name}"
    manifest_key = f"{base}/{period}/{name}-Manifest.json"
    source = f"arn:aws:cur:us-east-1:{account}:definition/{name}"
    status = "SUCCESS"
    if find_bucket(bucket) is None:
        status = "ERROR_NO_BUCKET"
    elif not all(service_may_write(policies, REPORTS_SERVICE, bucket, key, source) for key in (data_key, manifest_key)):
        status = "ERROR_PERMISSIONS"
    else:
        write_object(bucket, data_key, content, started)
        manifest = {"account": account, "reportName": name, "bucket": bucket, "reportKeys": [data_key]}
        write_object(bucket, manifest_key, json.dumps(manifest).encode(), started)
    report["ReportStatus"] = {"lastDelivery": f"{started:%Y%m%dT%H%M%SZ}", "lastStatus": status}
    written = status == "SUCCESS"
    return {
        "status": status,
        "bucket": bucket,
        "data_key": data_key if written else None,
        "manifest_key": manifest_key if written else None,
    }
