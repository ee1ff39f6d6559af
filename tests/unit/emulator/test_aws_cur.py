# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: cur, the legacy reports."""

from __future__ import annotations

import gzip
import io
import json
import re
from typing import Any

import pyarrow.parquet
import pytest

from tests.emulator.aws.testing import Bench, code, export_policy, outcome, report_definition, report_policy


@pytest.fixture
def cur(bench: Bench) -> Any:
    return bench.admin("cur")


@pytest.fixture
def bucket(bench: Bench) -> str:
    return bench.bucket(policy_text=report_policy(bench.account))


def report(bucket: str, **changes: Any) -> dict[str, Any]:
    changes = {"Format": "Parquet", "Compression": "Parquet", "ReportVersioning": "CREATE_NEW_REPORT", **changes}
    return report_definition(bucket, **changes)


def test_put_and_describe_in_pages_of_five(cur: Any, bucket: str) -> None:
    assert cur.describe_report_definitions()["ReportDefinitions"] == []
    definitions = [report(bucket) for dummy in range(5)]
    for definition in definitions:
        cur.put_report_definition(ReportDefinition=definition)
    assert cur.describe_report_definitions(MaxResults=5)["ReportDefinitions"] == definitions
    assert code(cur.describe_report_definitions, MaxResults=6) == "ValidationException"
    assert code(cur.put_report_definition, ReportDefinition=report(bucket)) == "ReportLimitReachedException"


def test_names_are_unique(cur: Any, bucket: str) -> None:
    definition = report(bucket)
    cur.put_report_definition(ReportDefinition=definition)
    assert code(cur.put_report_definition, ReportDefinition=definition) == "DuplicateReportNameException"


@pytest.mark.parametrize(
    "changes",
    [
        {"Compression": "GZIP"},
        {"Format": "textORcsv"},
        {"AdditionalArtifacts": ["ATHENA"]},
        {"AdditionalArtifacts": ["ATHENA"], "ReportVersioning": "OVERWRITE_REPORT", "S3Prefix": ""},
        {"AdditionalArtifacts": ["ATHENA", "REDSHIFT"], "ReportVersioning": "OVERWRITE_REPORT"},
        {"AdditionalArtifacts": ["QUICKSIGHT"]},
    ],
)
def test_what_does_not_go_together_is_refused_without_a_word(cur: Any, bucket: str, changes: dict[str, Any]) -> None:
    definition = report(bucket, **changes)
    assert outcome(cur.put_report_definition, ReportDefinition=definition) == ("ValidationException", 400, "")


@pytest.mark.parametrize(
    "changes", [{"ReportName": "a b"}, {"S3Region": "mx-central-1"}, {"TimeUnit": "WEEKLY"}, {"S3Bucket": "x" * 257}]
)
def test_the_model_is_enforced(cur: Any, bucket: str, changes: dict[str, Any]) -> None:
    failure = outcome(cur.put_report_definition, ReportDefinition=report(bucket, **changes))
    assert failure[0] == "ValidationException"
    assert "failed to satisfy constraint" in failure[2]


def test_the_bucket_must_let_the_service_in(bench: Bench, cur: Any) -> None:
    bucket = bench.bucket(policy_text=export_policy(bench.account))
    failure = outcome(cur.put_report_definition, ReportDefinition=report(bucket))
    assert failure[2] == (
        f"Failed to verify customer bucket permission. accountId= {bench.account}, bucket name: {bucket}, "
        "bucket region: us-east-1"
    )


def test_modify_and_delete(cur: Any, bucket: str) -> None:
    definition = report(bucket)
    cur.put_report_definition(ReportDefinition=definition)
    changed = {**definition, "S3Prefix": "elsewhere"}
    cur.modify_report_definition(ReportName=definition["ReportName"], ReportDefinition=changed)
    assert cur.describe_report_definitions()["ReportDefinitions"] == [changed]
    cur.delete_report_definition(ReportName=definition["ReportName"])
    assert code(cur.delete_report_definition, ReportName=definition["ReportName"]) == "ValidationException"


@pytest.mark.parametrize(
    ("changes", "data_key"),
    [
        ({}, "legacy/NAME/NAME/year=YEAR/month=MONTH/NAME-00001.snappy.parquet"),
        (
            {"Format": "textORcsv", "Compression": "GZIP", "ReportVersioning": "OVERWRITE_REPORT"},
            "legacy/NAME/PERIOD/NAME-00001.csv.gz",
        ),
        ({"Format": "textORcsv", "Compression": "ZIP"}, "legacy/NAME/PERIOD/ASSEMBLY/NAME-00001.csv.zip"),
    ],
)
def test_delivery(bench: Bench, cur: Any, bucket: str, changes: dict[str, Any], data_key: str) -> None:
    definition = report(bucket, **changes)
    name = definition["ReportName"]
    cur.put_report_definition(ReportDefinition=definition)
    assert "ReportStatus" not in cur.describe_report_definitions()["ReportDefinitions"][0]
    made = bench.emulator.deliver_report(bench.account, name)
    (shown,) = cur.describe_report_definitions()["ReportDefinitions"]
    assert shown["ReportStatus"]["lastStatus"] == "SUCCESS"
    day = shown["ReportStatus"]["lastDelivery"]
    pattern = (
        re.escape(data_key)
        .replace("NAME", name)
        .replace("PERIOD", f"{day[:6]}01-\\d{{6}}01")
        .replace("ASSEMBLY", "[0-9a-f-]{36}")
        .replace("YEAR", day[:4])
        .replace("MONTH", str(int(day[4:6])))
    )
    assert re.fullmatch(pattern, made["data_key"])
    s3 = bench.admin("s3")
    manifest = json.loads(s3.get_object(Bucket=bucket, Key=made["manifest_key"])["Body"].read())
    assert manifest["reportKeys"] == [made["data_key"]]
    body = s3.get_object(Bucket=bucket, Key=made["data_key"])["Body"].read()
    if made["data_key"].endswith(".gz"):
        (header, *rows) = gzip.decompress(body).decode().splitlines()
        assert header.startswith("identity/LineItemId,")
        assert "lineItem/UsageAccountId" in header
        assert any(bench.account in row for row in rows)
    elif made["data_key"].endswith(".parquet"):
        table = pyarrow.parquet.ParquetFile(io.BytesIO(body)).read()
        assert bench.account in table.column("line_item_usage_account_id").to_pylist()


def test_delivery_that_fails(bench: Bench, cur: Any, bucket: str) -> None:
    definition = report(bucket)
    cur.put_report_definition(ReportDefinition=definition)
    s3 = bench.admin("s3")
    s3.delete_bucket_policy(Bucket=bucket)
    assert bench.emulator.deliver_report(bench.account, definition["ReportName"])["status"] == "ERROR_PERMISSIONS"
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    s3.delete_bucket(Bucket=bucket)
    bench.emulator.deliver_report(bench.account, definition["ReportName"])
    (shown,) = cur.describe_report_definitions()["ReportDefinitions"]
    assert shown["ReportStatus"]["lastStatus"] == "ERROR_NO_BUCKET"
    with pytest.raises(KeyError):
        bench.emulator.deliver_report(bench.account, "nobody")


def test_tags(cur: Any, bucket: str) -> None:
    definition = report(bucket)
    name = definition["ReportName"]
    cur.put_report_definition(ReportDefinition=definition, Tags=[{"Key": "a", "Value": "1"}])
    cur.tag_resource(ReportName=name, Tags=[{"Key": "b", "Value": "2"}])
    cur.untag_resource(ReportName=name, TagKeys=["a"])
    assert cur.list_tags_for_resource(ReportName=name)["Tags"] == [{"Key": "b", "Value": "2"}]
    many = [{"Key": str(number), "Value": "v"} for number in range(50)]
    assert code(cur.tag_resource, ReportName=name, Tags=many) == "ValidationException"
    assert code(cur.list_tags_for_resource, ReportName="nobody") == "ResourceNotFoundException"
