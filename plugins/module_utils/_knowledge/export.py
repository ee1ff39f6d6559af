# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CUR 2.0 export as the platform documents it, and what another one lacks of that.

Sources: the FinOps for Cloud page on the Cost and Usage Report, the AWS Data Exports user guide, and the platform's
code for what its importer reads: CSV before Parquet, and of a report the files right below a billing period's folder.
"""

from __future__ import annotations

import copy
import re
from typing import Iterable

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export_query
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.columns import COLUMNS

Document = dict  # of str to Any: what JSON calls an object

TABLE = export_query.TABLE
TABLE_CONFIGURATION = {
    "TIME_GRANULARITY": "HOURLY",
    "INCLUDE_RESOURCES": "TRUE",
    "INCLUDE_SPLIT_COST_ALLOCATION_DATA": "FALSE",
    # TRUE would take away the columns discount and discount_total_discount.
    "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "FALSE",
}
# What holds where an export has no such key: ListTables, DefaultValue.
_DEFAULT_CONFIGURATION = dict(TABLE_CONFIGURATION, INCLUDE_RESOURCES="FALSE")
OUTPUT_CONFIGURATION = {
    "OutputType": "CUSTOM",
    "Format": "PARQUET",
    "Compression": "PARQUET",
    "Overwrite": "OVERWRITE_REPORT",
}
REFRESH_CADENCE = {"Frequency": "SYNCHRONOUS"}
SERVICE = "bcm-data-exports.amazonaws.com"
# The service and its ARNs are in this region whatever the bucket's region is.
EXPORT_REGION = {"aws": "us-east-1", "aws-cn": "cn-northwest-1"}
# AWS: quotas of Data Exports, for the table of CUR 2.0.
LIMIT = 5


def definition(name: str, bucket: str, prefix: str, region: str, billing_view: str | None = None) -> Document:
    """The documented CUR 2.0 export, as CreateExport takes it; of the account's primary billing view, or the one given."""
    view = {"BILLING_VIEW_ARN": billing_view} if billing_view else {}
    return {
        "Name": name,
        "DataQuery": {
            "QueryStatement": "SELECT {0} FROM {1}".format(", ".join(COLUMNS), TABLE),
            "TableConfigurations": {TABLE: dict(TABLE_CONFIGURATION, **view)},
        },
        "DestinationConfigurations": {
            "S3Destination": {
                "S3Bucket": bucket,
                "S3Prefix": prefix,
                "S3Region": region,
                "S3OutputConfigurations": dict(OUTPUT_CONFIGURATION),
            }
        },
        "RefreshCadence": dict(REFRESH_CADENCE),
    }


def destination(export: Document) -> Document:
    """Where an export delivers to: S3Bucket, S3Prefix, S3Region and how."""
    return dict(export["DestinationConfigurations"]["S3Destination"])


def with_what_is_wanted(export: Document, bucket: str, prefix: str, region: str) -> Document:
    """An export with all that the platform needs, as UpdateExport takes it; what else it has stays as it is.

    The columns of others stay, and so do a query's conditions; a query that cannot be read is left as it is.
    """
    wanted = copy.deepcopy(export)
    query = export_query.parsed(wanted["DataQuery"]["QueryStatement"])
    if query is not None:
        wanted["DataQuery"]["QueryStatement"] = query.with_columns(COLUMNS)
    target = wanted["DestinationConfigurations"]["S3Destination"]
    if target["S3Bucket"] != bucket:
        target.pop("S3BucketOwner", None)
    target.update(S3Bucket=bucket, S3Prefix=prefix, S3Region=region)
    target["S3OutputConfigurations"].update(_layout(OUTPUT_CONFIGURATION))
    wanted["RefreshCadence"] = dict(wanted.get("RefreshCadence") or {}, **REFRESH_CADENCE)
    return wanted


def table_of(export: Document) -> str:
    """The table that an export reads; empty where its query does not say so plainly."""
    query = export_query.parsed(export["DataQuery"]["QueryStatement"])
    tables = list(export["DataQuery"].get("TableConfigurations") or {})
    return query.table if query else tables[0] if len(tables) == 1 else ""


def fixed_differences(export: Document) -> list[str]:
    """The table's settings that differ, such as C(TIME_GRANULARITY=DAILY): AWS fixes them when an export is made."""
    if table_of(export) != TABLE:
        return ["another table ({0})".format(table_of(export) or "unknown")]
    found = dict(_DEFAULT_CONFIGURATION, **((export["DataQuery"].get("TableConfigurations") or {}).get(TABLE) or {}))
    return ["{0}={1}".format(key, found[key]) for key, value in TABLE_CONFIGURATION.items() if found[key] != value]


def layout_differences(export: Document) -> list[str]:
    """How its files differ from what the platform reads, such as C(Format=TEXT_OR_CSV)."""
    found = destination(export)["S3OutputConfigurations"]
    return [
        "{0}={1}".format(key, found.get(key))
        for key, value in _layout(OUTPUT_CONFIGURATION).items()
        if found.get(key) != value
    ]


def path(name: str, prefix: str) -> str:
    """Where the files of an export lie in its bucket."""
    return "{0}/{1}/".format(prefix, name) if prefix else "{0}/".format(name)


def misleading_file(keys: Iterable[str], name: str, prefix: str) -> str | None:
    """The first file for whose sake the platform would not read, or would count twice, what an export delivers."""
    data = re.compile(re.escape(path(name, prefix)) + r"data/(BILLING_PERIOD=[^/]*/[^/]*\.parquet\Z)?")
    for key in keys:
        found = data.match(key)
        if found and not found.group(1) and not key.endswith("/"):
            return key
    return None


def _layout(output: Document) -> Document:
    """Of the output's settings those that decide which files there are; the others' kinds of output may stay."""
    return dict((key, value) for key, value in output.items() if key != "OutputType")
