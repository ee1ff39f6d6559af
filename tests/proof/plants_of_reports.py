# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of reports, their buckets, and what was delivered."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.emulator.aws.s3_buckets import find_bucket
from tests.integration.playbook import Variables
from tests.proof import delivered_files
from tests.proof.healthy import Proven
from tests.proof.plant import (
    NO_COST,
    Act,
    Plant,
    bucket_of,
    export_of,
    standalone,
)


def of_the_export() -> Iterator[Plant]:
    """What becomes of an export."""

    def deleted(fleet: Proven, account: Variables) -> None:
        exports = fleet.client("bcm-data-exports", account)
        exports.delete_export(ExportArn=export_of(fleet, account).arn)

    def query(change: Callable[[str], str]) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            content = export_of(fleet, account).definition["DataQuery"]
            content["QueryStatement"] = change(content["QueryStatement"])

        return act

    def table(name: str, value: str) -> Act:
        return lambda fleet, account: export_of(fleet, account).properties.update({name: value})

    def output(**values: str) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            place = export_of(fleet, account).definition["DestinationConfigurations"]["S3Destination"]
            place["S3OutputConfigurations"].update(values)

        return act

    def place(**values: str) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            export_of(fleet, account).definition["DestinationConfigurations"]["S3Destination"].update(values)

        return act

    def unhealthy(reason: str) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            account_id = account["finops_account_id"]
            fleet.emulator.set_export_health(account_id, f"billing-{account_id}", reason)

        return act

    yield standalone("export deleted", "export", "CUR_MISSING", deleted, ("execution", "EXECUTION_NONE"))
    without = query(lambda text: text.replace("line_item_blended_cost, ", ""))
    yield standalone("a column taken out of the query", "configuration", "CUR_DIFFERS", without)
    yield standalone("WHERE", "export", "CUR_ROWS_CUT", query(lambda text: f"{text} WHERE line_item_blended_cost > 1"))
    yield standalone("LIMIT", "export", "CUR_ROWS_CUT", query(lambda text: f"{text} LIMIT 10"))
    for name, value in (
        ("TIME_GRANULARITY", "DAILY"),
        ("TIME_GRANULARITY", "MONTHLY"),
        ("INCLUDE_RESOURCES", "FALSE"),
        ("INCLUDE_SPLIT_COST_ALLOCATION_DATA", "TRUE"),
    ):
        yield standalone(f"{name} {value}", "configuration", "CUR_TABLE", table(name, value))
    csv = output(Format="TEXT_OR_CSV", Compression="GZIP")
    yield standalone("format CSV", "files", "CUR_FORMAT", csv)
    yield standalone("a folder for each delivery", "files", "CUR_FORMAT", output(Overwrite="CREATE_NEW_REPORT"))
    moved = place(S3Prefix="elsewhere")
    yield standalone(
        "delivered under another prefix", "source", "SOURCE_REPORT", moved, ("files", "FILES_NONE"), NO_COST
    )
    for reason in ("INSUFFICIENT_PERMISSION", "BILL_OWNER_CHANGED", "INTERNAL_FAILURE", "DEPRECATED"):
        yield standalone(f"unhealthy: {reason}", "export", "CUR_UNHEALTHY", unhealthy(reason))


def of_the_bucket() -> Iterator[Plant]:
    """What becomes of its bucket."""

    def block(**flags: bool) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            s3 = fleet.client("s3", account)
            known = s3.get_public_access_block(Bucket=bucket_of(account))["PublicAccessBlockConfiguration"]
            s3.put_public_access_block(Bucket=bucket_of(account), PublicAccessBlockConfiguration={**known, **flags})

        return act

    def call(operation: str, **parameters: Any) -> Act:
        return lambda fleet, account: getattr(fleet.client("s3", account), operation)(
            Bucket=bucket_of(account), **parameters
        )

    def denied(fleet: Proven, account: Variables) -> None:
        s3 = fleet.client("s3", account)
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket_of(account))["Policy"])
        where = f"arn:aws:s3:::{bucket_of(account)}/*"
        denial = {"Sid": "Freeze", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": where}
        policy["Statement"].append(denial)
        s3.put_bucket_policy(Bucket=bucket_of(account), Policy=json.dumps(policy))

    for flag in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"):
        yield standalone(f"{flag} off", "configuration", "BUCKET_PUBLIC", block(**{flag: False}))
    yield standalone("no public access block", "configuration", "BUCKET_PUBLIC", call("delete_public_access_block"))
    ownership = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    owners = call("put_bucket_ownership_controls", OwnershipControls=ownership)
    yield standalone("objects of others", "configuration", "BUCKET_OWNERSHIP", owners)
    yield standalone("no bucket policy", "configuration", "BUCKET_STATEMENT", call("delete_bucket_policy"))
    yield standalone("the service denied", "configuration", "BUCKET_POLICY_DENIES", denied)


def of_deliveries() -> Iterator[Plant]:
    """What becomes of what AWS has delivered."""

    def failed(status: str) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            export = export_of(fleet, account)
            last = dict(export.executions[-1], ExecutionId="11111111-2222-4333-8444-555555555555")
            last["ExecutionStatus"] = {
                **last["ExecutionStatus"],
                "StatusCode": status,
                "StatusReason": "INTERNAL_FAILURE",
            }
            export.executions.append(last)

        return act

    def aged(days: int) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            bucket = find_bucket(bucket_of(account))
            assert bucket is not None
            for key in bucket.keys.values():
                key.last_modified -= datetime.timedelta(days=days)

        return act

    def with_files(change: Callable[[delivered_files.Files], None]) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            change(delivered_files.Files(fleet.client("s3", account), bucket_of(account), fleet.past.now))

        return act

    for status in ("QUERY_FAILURE", "DELIVERY_FAILURE"):
        yield standalone(status, "execution", "EXECUTION_FAILED", failed(status))
    yield standalone("no delivery for three days", "files", "FILES_STALE", aged(3))
    yield standalone("files deleted", "files", "FILES_NONE", with_files(lambda files: files.delete("")), NO_COST)
    this_month = with_files(lambda files: files.delete(f"BILLING_PERIOD={files.month}"))
    yield standalone("this month's files deleted", "files", "FILES_MONTH_MISSING", this_month, ("files", "FILES_STALE"))
    no_manifest = with_files(lambda files: files.delete("Manifest.json"))
    yield standalone("no manifest", "files", "FILES_NO_MANIFEST", no_manifest)
    short = with_files(lambda files: files.name_another_in_manifest())
    yield standalone("a file of the manifest is not there", "files", "FILES_SHORT", short)
    beside = with_files(lambda files: files.put_beside("export-00001.csv.gz"))
    yield standalone("CSV beside Parquet", "files", "FILES_OTHER_FORMAT", beside)


def of_columns() -> Iterator[Plant]:
    """Columns that the importer needs are not there."""

    def without(column: str) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            delivered_files.Files(fleet.client("s3", account), bucket_of(account), fleet.past.now).drop_column(column)

        return act

    for column in (
        "line_item_usage_start_date",
        "line_item_usage_end_date",
        "line_item_line_item_type",
        "line_item_operation",
    ):
        yield standalone(f"no {column}", "columns", "COLUMNS_MISSING", without(column))
    for column in ("bill_billing_period_start_date", "product", "line_item_resource_id"):
        yield standalone(f"no {column}", "columns", "COLUMNS_WANTED", without(column))
