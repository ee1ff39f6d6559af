# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: into which buckets bcm-data-exports may write, and what it delivers there."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from typing import Any

import pyarrow.parquet
import pytest

from tests.emulator.aws.testing import (
    TABLE,
    Bench,
    allow,
    deny,
    export_definition,
    export_policy,
    outcome,
    policy,
    request,
)

FAILED = ("ValidationException", 400, "S3 bucket permission validation failed")


@pytest.mark.parametrize(
    "changes",
    [
        {"Resource": "arn:aws:s3:::BUCKET/reports/*"},
        {"Principal": {"Service": "billingreports.amazonaws.com"}},
        {"Action": "s3:GetBucketPolicy", "Resource": "arn:aws:s3:::BUCKET"},
        {"Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:bcm-data-exports:us-east-1:ACCOUNT:export/*"}}},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:bcm-data-exports:eu-west-1:ACCOUNT:export/*"}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "000000000000"}}},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:cur:us-east-1:ACCOUNT:definition/*"}}},
    ],
)
def test_bucket_policies_that_are_not_enough(bench: Bench, exports: Any, changes: dict[str, Any]) -> None:
    text = export_policy(bench.account, **changes).replace("ACCOUNT", bench.account)
    bucket = bench.bucket(policy_text=text)
    assert outcome(exports.create_export, Export=export_definition(bucket)) == FAILED
    assert bench.admin("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize(
    "condition",
    [
        {"StringLike": {"aws:SourceArn": "arn:aws:bcm-data-exports:us-east-1:ACCOUNT:export/*"}},
        {"ArnEquals": {"aws:SourceArn": "arn:aws:bcm-data-exports:us-east-1:ACCOUNT:export/*"}},
        {
            "StringLike": {
                "aws:SourceAccount": "ACCOUNT",
                "aws:SourceArn": [
                    "arn:aws:cur:us-east-1:ACCOUNT:definition/*",
                    "arn:aws:bcm-data-exports:us-east-1:ACCOUNT:export/*",
                ],
            }
        },
    ],
)
def test_bucket_policies_that_are_enough(bench: Bench, exports: Any, condition: dict[str, Any]) -> None:
    text = export_policy(bench.account, Condition=condition).replace("ACCOUNT", bench.account)
    bucket = bench.bucket(policy_text=text)
    exports.create_export(Export=export_definition(bucket))
    (written,) = bench.admin("s3").list_objects_v2(Bucket=bucket)["Contents"]
    assert written["Key"] == "aws-programmatic-access-test-object"


def test_bucket_must_be_there_and_in_its_region(bench: Bench, exports: Any) -> None:
    assert outcome(exports.create_export, Export=export_definition("no-such-bucket")) == FAILED
    assert outcome(lambda: exports.create_export(Export=export_definition(bench.bucket()))) == FAILED
    elsewhere = export_definition(bench.export_bucket(), destination={"S3Region": "eu-west-1"})
    assert outcome(exports.create_export, Export=elsewhere) == FAILED


def test_foreign_bucket_needs_its_owner_named(bench: Bench, exports: Any) -> None:
    bucket = bench.bucket(bench.standalone_admin, export_policy(bench.account))
    assert outcome(exports.create_export, Export=export_definition(bucket)) == FAILED
    named = export_definition(bucket, destination={"S3BucketOwner": bench.standalone})
    assert exports.create_export(Export=named)["ExportArn"]


def test_deny_in_the_bucket_policy_counts(bench: Bench, exports: Any) -> None:
    bucket = bench.export_bucket()
    refusal = deny("s3:PutObject", f"arn:aws:s3:::{bucket}/*", Principal="*")
    document = json.loads(export_policy(bench.account).replace("BUCKET", bucket))
    document["Statement"].append(refusal)
    bench.admin("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))
    assert outcome(exports.create_export, Export=export_definition(bucket)) == FAILED


SERVICE_IS_NOT = {"aws:PrincipalIsAWSService": "false"}


@pytest.mark.parametrize(
    ("statement", "may"),
    [
        (
            deny("s3:*", ["BUCKET", "BUCKET/*"], Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
            True,
        ),
        (
            deny("s3:PutObject", "BUCKET/*", Principal="*", Condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
            True,
        ),
        (
            deny(
                "s3:PutObject",
                "BUCKET/*",
                Principal={"AWS": "*"},
                Condition={"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}},
            ),
            False,
        ),
        (
            deny("s3:*", "BUCKET/*", Principal="*", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}),
            False,
        ),
        (
            deny(
                "s3:*",
                "BUCKET/*",
                Principal="*",
                Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}, "Bool": SERVICE_IS_NOT},
            ),
            True,
        ),
        (
            deny("s3:*", "BUCKET/*", Principal="*", Condition={"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
            False,
        ),
        (deny("s3:*", "BUCKET/*", NotPrincipal={"AWS": "arn:aws:iam::ACCOUNT:user/admin"}), False),
        (
            deny(
                "s3:PutObject",
                "BUCKET/*",
                Principal="*",
                Condition={"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::ACCOUNT:user/admin"}},
            ),
            False,
        ),
        (deny("s3:*", "BUCKET/*", Principal={"AWS": "arn:aws:iam::ACCOUNT:root"}), True),
        (deny("s3:GetObject", "BUCKET/*", Principal="*"), True),
    ],
)
def test_denies_of_others(bench: Bench, exports: Any, statement: dict[str, Any], may: bool) -> None:
    """Validated at CreateExport and at an update of the destination, and honoured by every delivery."""
    bucket = bench.export_bucket()
    definition = export_definition(bucket)
    arn = exports.create_export(Export=definition)["ExportArn"]
    own = json.loads(export_policy(bench.account).replace("BUCKET", bucket))["Statement"]
    text = json.dumps(statement).replace("BUCKET", f"arn:aws:s3:::{bucket}").replace("ACCOUNT", bench.account)
    bench.admin("s3").put_bucket_policy(Bucket=bucket, Policy=policy(*own, json.loads(text)))
    moved = {**definition, **export_definition(bucket, Name=definition["Name"], destination={"S3Prefix": "moved"})}
    if may:
        exports.create_export(Export=export_definition(bucket))
        exports.update_export(ExportArn=arn, Export=moved)
    else:
        assert outcome(exports.create_export, Export=export_definition(bucket)) == FAILED
        assert outcome(exports.update_export, ExportArn=arn, Export=moved) == FAILED
    bench.emulator.deliver(bench.account, definition["Name"])
    status = exports.get_export(ExportArn=arn)["ExportStatus"]
    assert status["StatusCode"] == ("HEALTHY" if may else "UNHEALTHY")


def test_update_checks_a_new_destination_only(bench: Bench, exports: Any) -> None:
    bucket = bench.export_bucket()
    definition = export_definition(bucket)
    arn = exports.create_export(Export=definition)["ExportArn"]
    bench.admin("s3").delete_bucket_policy(Bucket=bucket)
    exports.update_export(ExportArn=arn, Export={**definition, "Description": "new"})
    definition["DestinationConfigurations"]["S3Destination"]["S3Prefix"] = "elsewhere"
    assert outcome(exports.update_export, ExportArn=arn, Export=definition) == FAILED


def test_delivery(bench: Bench, exports: Any) -> None:
    bucket = bench.export_bucket()
    columns = [
        column["Name"]
        for column in exports.get_table(TableName=TABLE, TableProperties={"INCLUDE_RESOURCES": "TRUE"})["Schema"]
    ]
    query = f"SELECT {', '.join(columns)}, product.region AS region FROM {TABLE}"
    definition = export_definition(bucket, query=query)
    arn = exports.create_export(Export=definition)["ExportArn"]
    made = bench.emulator.deliver(bench.account, definition["Name"])
    s3 = bench.admin("s3")
    month = exports.get_export(ExportArn=arn)["ExportStatus"]["LastRefreshedAt"].strftime("%Y-%m")
    base, name = f"reports/{definition['Name']}", definition["Name"]
    assert made["data_key"] == f"{base}/data/BILLING_PERIOD={month}/{name}-00001.snappy.parquet"
    assert made["manifest_key"] == f"{base}/metadata/BILLING_PERIOD={month}/{name}-Manifest.json"
    manifest = json.loads(s3.get_object(Bucket=bucket, Key=made["manifest_key"])["Body"].read())
    assert manifest["dataFiles"] == [f"s3://{bucket}/{made['data_key']}"]
    body = s3.get_object(Bucket=bucket, Key=made["data_key"])["Body"].read()
    file = pyarrow.parquet.ParquetFile(io.BytesIO(body))
    assert file.metadata.row_group(0).column(0).compression == "SNAPPY"
    table = file.read()
    assert table.column_names == [*columns, "region"]
    accounts = set(table.column("line_item_usage_account_id").to_pylist())
    assert accounts == {bench.account, *bench.emulator.member_account_ids}
    assert sum(table.column("line_item_blended_cost").to_pylist()) > 0
    (execution,) = exports.list_executions(ExportArn=arn)["Executions"]
    assert execution["ExecutionStatus"]["StatusCode"] == "DELIVERY_SUCCESS"
    detail = exports.get_execution(ExportArn=arn, ExecutionId=execution["ExecutionId"])
    assert detail["Export"]["Name"] == name


def test_delivery_without_permission(bench: Bench, exports: Any) -> None:
    bucket = bench.export_bucket()
    definition = export_definition(bucket)
    arn = exports.create_export(Export=definition)["ExportArn"]
    bench.admin("s3").put_bucket_policy(
        Bucket=bucket, Policy=policy(deny("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal="*"))
    )
    assert bench.emulator.deliver(bench.account, definition["Name"])["status"] == "DELIVERY_FAILURE"
    status = exports.get_export(ExportArn=arn)["ExportStatus"]
    assert (status["StatusCode"], status["StatusReason"]) == ("UNHEALTHY", "INSUFFICIENT_PERMISSION")
    assert "LastRefreshedAt" not in status


def test_delivery_to_a_bucket_that_is_gone(bench: Bench, exports: Any) -> None:
    bucket = bench.export_bucket()
    definition = export_definition(bucket)
    arn = exports.create_export(Export=definition)["ExportArn"]
    s3 = bench.admin("s3")
    s3.delete_object(Bucket=bucket, Key="aws-programmatic-access-test-object")
    s3.delete_bucket(Bucket=bucket)
    assert exports.get_export(ExportArn=arn)["ExportStatus"]["StatusCode"] == "HEALTHY"
    assert bench.emulator.deliver(bench.account, definition["Name"])["status"] == "DELIVERY_FAILURE"
    (entry,) = exports.list_exports()["Exports"]
    assert entry["ExportStatus"]["StatusReason"] == "INSUFFICIENT_PERMISSION"
    assert s3.list_buckets()["Buckets"] == []


def test_health_as_a_test_wants_it(bench: Bench, exports: Any) -> None:
    definition = export_definition(bench.export_bucket())
    arn = exports.create_export(Export=definition)["ExportArn"]
    bench.emulator.set_export_health(bench.account, definition["Name"], "BILL_OWNER_CHANGED")
    status = exports.get_export(ExportArn=arn)["ExportStatus"]
    assert (status["StatusCode"], status["StatusReason"]) == ("UNHEALTHY", "BILL_OWNER_CHANGED")
    bench.emulator.set_export_health(bench.account, definition["Name"], None)
    assert "StatusReason" not in exports.get_export(ExportArn=arn)["ExportStatus"]
    with pytest.raises(ValueError, match="NONSENSE"):
        bench.emulator.set_export_health(bench.account, definition["Name"], "NONSENSE")
    with pytest.raises(KeyError):
        bench.emulator.set_export_health(bench.account, "nobody", None)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"export_name": "billing", "reason": "INTERNAL_FAILURE"}, 200),
        ({"export_name": "billing", "reason": None}, 200),
        ({"export_name": "billing", "reason": "NONSENSE"}, 400),
        ({"export_name": "nobody", "reason": None}, 404),
    ],
)
def test_health_over_the_network(bench: Bench, exports: Any, given: dict[str, Any], status: int) -> None:
    arn = exports.create_export(Export=export_definition(bench.export_bucket(), Name="billing"))["ExportArn"]
    body = json.dumps({"account_id": bench.account, **given}).encode()
    assert request(bench, "s3", "us-east-1", "POST", "/_emulator/export_health", body).status_code == status
    reason = exports.get_export(ExportArn=arn)["ExportStatus"].get("StatusReason")
    assert reason == (given["reason"] if status == 200 else None)


def read_csv(made: dict[str, Any], body: bytes) -> list[dict[str, str]]:
    if made["data_key"].endswith(".gz"):
        text = gzip.decompress(body).decode()
    else:
        archive = zipfile.ZipFile(io.BytesIO(body))
        text = archive.read(archive.namelist()[0]).decode()
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(("compression", "extension"), [("GZIP", "csv.gz"), ("ZIP", "csv.zip")])
def test_delivery_of_text(bench: Bench, exports: Any, compression: str, extension: str) -> None:
    bucket = bench.export_bucket()
    output = {"Format": "TEXT_OR_CSV", "Compression": compression}
    query = f"SELECT line_item_usage_account_id, line_item_usage_start_date, product FROM {TABLE}"
    definition = export_definition(bucket, output=output, query=query)
    exports.create_export(Export=definition)
    made = bench.emulator.deliver(bench.account, definition["Name"])
    assert made["data_key"].endswith(f"-00001.{extension}")
    rows = read_csv(made, bench.admin("s3").get_object(Bucket=bucket, Key=made["data_key"])["Body"].read())
    assert {row["line_item_usage_account_id"] for row in rows} == {bench.account, *bench.emulator.member_account_ids}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:00:00\.000Z", rows[0]["line_item_usage_start_date"])
    assert json.loads(rows[0]["product"])["region"] == "us-east-1"


def test_files_of_two_formats_lie_side_by_side(bench: Bench, exports: Any) -> None:
    """An export that is changed to another format leaves the old files, and so does one made anew under its name."""
    bucket, name = bench.export_bucket(), "billing"
    text = export_definition(bucket, Name=name, output={"Format": "TEXT_OR_CSV", "Compression": "GZIP"})
    arn = exports.create_export(Export=text)["ExportArn"]
    first = bench.emulator.deliver(bench.account, name)
    exports.update_export(ExportArn=arn, Export=export_definition(bucket, Name=name))
    second = bench.emulator.deliver(bench.account, name)
    exports.delete_export(ExportArn=arn)
    exports.create_export(Export=text)
    third = bench.emulator.deliver(bench.account, name)
    keys = {entry["Key"] for entry in bench.admin("s3").list_objects_v2(Bucket=bucket, Prefix="reports/")["Contents"]}
    assert {first["data_key"], second["data_key"]} <= keys
    assert third["data_key"] == first["data_key"]
    assert {key.rsplit(".", 1)[-1] for key in keys if "/data/" in key} == {"gz", "parquet"}


def test_executions_are_paged_newest_first_and_need_their_own_permission(bench: Bench, exports: Any) -> None:
    definition = export_definition(bench.export_bucket())
    arn = exports.create_export(Export=definition)["ExportArn"]
    for status in ("QUERY_FAILURE", "DELIVERY_FAILURE", "DELIVERY_SUCCESS"):
        bench.emulator.add_execution(bench.account, definition["Name"], status)
    first = exports.list_executions(ExportArn=arn, MaxResults=2)
    rest = exports.list_executions(ExportArn=arn, NextToken=first["NextToken"])
    found = [one["ExecutionStatus"]["StatusCode"] for one in first["Executions"] + rest["Executions"]]
    assert (found, "NextToken" in rest) == (["DELIVERY_SUCCESS", "DELIVERY_FAILURE", "QUERY_FAILURE"], False)
    for wrong in ({"MaxResults": 301}, {"NextToken": "no token"}):
        assert outcome(lambda: exports.list_executions(ExportArn=arn, **wrong))[0] == "ValidationException"  # noqa: B023
    others = ["bcm-data-exports:ListExports", "bcm-data-exports:GetExport", "bcm-data-exports:GetExecution"]
    dummy, denied = bench.user(allow(others))
    assert outcome(denied("bcm-data-exports").list_executions, ExportArn=arn)[0] == "AccessDeniedException"
    dummy, elsewhere = bench.user(allow("bcm-data-exports:ListExecutions", arn[:-1] + "x"))
    assert outcome(elsewhere("bcm-data-exports").list_executions, ExportArn=arn)[0] == "AccessDeniedException"
    dummy, may = bench.user(allow("bcm-data-exports:ListExecutions", arn))
    assert len(may("bcm-data-exports").list_executions(ExportArn=arn)["Executions"]) == 3


@pytest.mark.parametrize(("status", "reason"), [("DELIVERED", None), ("QUERY_FAILURE", "NONSENSE"), ("", None)])
def test_an_execution_ends_only_as_aws_knows_it(bench: Bench, exports: Any, status: str, reason: str | None) -> None:
    definition = export_definition(bench.export_bucket())
    exports.create_export(Export=definition)
    with pytest.raises(ValueError, match="no status and reason"):
        bench.emulator.add_execution(bench.account, definition["Name"], status, reason)
