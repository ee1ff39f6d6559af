# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded platform: what it looks at in the bucket before it connects a source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.platform.testing import REPORT, Bench

ACCOUNT = "111111111111"
BUCKET = f"billing-export-{ACCOUNT}"
MONTH = "data/BILLING_PERIOD=2026-01"
ARN = "arn:aws:bcm-data-exports:us-east-1:111111111111:export/"
PARQUET = f"{MONTH}/{REPORT}-00001.snappy.parquet"


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.fixture
def bench(shared: Bench) -> Bench:
    shared.call("POST", "/_emulator/reset")
    shared.aws.buckets.clear()
    shared.aws.exports.clear()
    shared.aws.reports.clear()
    shared.aws.calls.clear()
    return shared


def put(bench: Bench, key: str) -> None:
    bench.aws.buckets[BUCKET].files[key] = b"rows"


def test_one_segment_connects_before_the_first_delivery(bench: Bench) -> None:
    assert bench.create("one", bench.config(ACCOUNT, bucket_prefix="reports")).status == 201
    assert "GetObject" not in bench.aws.calls, "and nothing has been verified"


@pytest.mark.parametrize("prefix", ["finops/reports", "reports/", f"reports/{REPORT}"])
def test_a_nested_prefix_does_not(bench: Bench, prefix: str) -> None:
    assert bench.create("one", bench.config(ACCOUNT, bucket_prefix=prefix)).outcome == (400, "OE0371")


def test_a_nested_prefix_connects_once_files_are_there(bench: Bench) -> None:
    config = bench.config(ACCOUNT, bucket_prefix="finops/reports")
    put(bench, f"finops/reports/{REPORT}/{PARQUET}")
    answer = bench.create("one", config)
    assert (answer.status, answer.body["config"]["bucket_prefix"]) == (201, "finops/reports")
    assert "GetObject" in bench.aws.calls


def test_a_prefix_that_ends_in_the_report_name_loses_it(bench: Bench) -> None:
    config = bench.config(ACCOUNT, bucket_prefix=f"reports/{REPORT}")
    put(bench, f"reports/{REPORT}/{PARQUET}")
    answer = bench.create("one", config)
    assert (answer.status, answer.body["config"]["bucket_prefix"]) == (201, "reports")


def test_an_empty_prefix_means_a_leading_slash(bench: Bench) -> None:
    config = bench.config(ACCOUNT, bucket_prefix="")
    put(bench, f"{REPORT}/{PARQUET}")
    bench.aws.buckets[BUCKET].denied.add((config["access_key_id"], "GetObject"))
    assert bench.create("one", config).status == 201, "files without the slash are not seen"
    put(bench, f"/{REPORT}/{PARQUET}")
    assert bench.create("two", bench.config("222222222222", bucket_name=BUCKET, bucket_prefix="")).status == 201
    assert bench.aws.calls[-1] == "GetObject"


@pytest.mark.parametrize(
    "key",
    [
        f"metadata/BILLING_PERIOD=2026-01/{REPORT}-Manifest.json",
        f"{REPORT}-00001.snappy.parquet",
        f"{MONTH}/{REPORT}-00001.parquet",
        f"data/{REPORT}-00001.snappy.parquet",
        f"20260101-20260201/{REPORT}-00001.csv.gz",
    ],
)
def test_other_files_are_no_report(bench: Bench, key: str) -> None:
    config = bench.config(ACCOUNT, bucket_prefix="finops/reports")
    put(bench, f"finops/reports/{REPORT}/{key}")
    assert bench.create("one", config).outcome == (400, "OE0371")


def test_csv_comes_first(bench: Bench) -> None:
    config = bench.config(ACCOUNT)
    put(bench, f"reports/{REPORT}/{PARQUET}")
    put(bench, f"reports/{REPORT}/{MONTH}/rows.csv.gz")
    bench.aws.buckets[BUCKET].denied.add((config["access_key_id"], "GetObject"))
    assert "rows.csv.gz" in bench.create("one", config).body["error"]["reason"]


def test_the_version_is_found_out_where_it_is_not_given(bench: Bench) -> None:
    config = {name: value for name, value in bench.config(ACCOUNT).items() if name != "cur_version"}
    put(bench, f"reports/{REPORT}/{PARQUET}")
    assert bench.create("one", config).body["config"]["cur_version"] == 2


@pytest.mark.parametrize("folder", ["20260101-20260201", "year=2026/month=1", "year=2026/month=12"])
def test_the_legacy_layouts(bench: Bench, folder: str) -> None:
    config = bench.config(ACCOUNT, bucket_prefix="finops/reports", cur_version=1)
    put(bench, f"finops/reports/{REPORT}/{folder.replace('2026', '26').replace('month=12', 'month=13')}/rows.csv.gz")
    assert bench.create("one", config).outcome == (400, "OE0371")
    put(bench, f"finops/reports/{REPORT}/{folder}/rows.csv.gz")
    assert bench.create("one", config).status == 201


@pytest.mark.parametrize("action", ["GetBucketLocation", "ListBucket", "GetObject"])
def test_permissions_matter(bench: Bench, action: str) -> None:
    config = bench.config(ACCOUNT)
    put(bench, f"reports/{REPORT}/{PARQUET}")
    bench.aws.buckets[BUCKET].denied.add((config["access_key_id"], action))
    answer = bench.create("one", config)
    assert answer.outcome == (400, "OE0371")
    assert "no permission" in answer.body["error"]["reason"]
    assert f"s3:{action}" in answer.body["error"]["params"][0]
    assert bench.stored() == {}


def test_no_bucket(bench: Bench) -> None:
    for name in ("there-is-none", "!"):
        assert bench.create("one", bench.config(ACCOUNT, bucket_name=name)).outcome == (400, "OE0371")


def test_us_east_1(bench: Bench) -> None:
    config = bench.config(ACCOUNT, region_name="eu-central-1")
    bench.aws.buckets[BUCKET].region = "us-east-1"
    assert bench.create("one", config).body["config"]["region_name"] == "us-east-1"


def export(name: str, **changes: str) -> dict[str, Any]:
    settings = {"granularity": "HOURLY", "overwrite": "OVERWRITE_REPORT", "table": "COST_AND_USAGE_REPORT"} | changes
    output = {"OutputType": "CUSTOM", "Format": "PARQUET", "Compression": "PARQUET", "Overwrite": settings["overwrite"]}
    table = {settings["table"]: {"TIME_GRANULARITY": settings["granularity"]}}
    return {
        "Name": name,
        "DataQuery": {"QueryStatement": "SELECT a FROM b", "TableConfigurations": table},
        "DestinationConfigurations": {
            "S3Destination": {
                "S3Bucket": BUCKET,
                "S3Prefix": "found",
                "S3Region": "us-east-1",
                "S3OutputConfigurations": output,
            }
        },
        "RefreshCadence": {"Frequency": "SYNCHRONOUS"},
    }


@pytest.mark.parametrize("scheme", ["find_report", "create_report"])
def test_looking_for_an_export_where_the_service_is_not(bench: Bench, scheme: str) -> None:
    bench.aws.exports[ARN + "arn"] = export(REPORT)
    config = bench.config(ACCOUNT, config_scheme=scheme)
    assert bench.create("one", config).outcome == (400, "OE0371")
    assert "ListExports" not in bench.aws.calls


def test_find_report_takes_what_it_finds(bench: Bench) -> None:
    bench.aws.exports[ARN + "focus"] = export("focus", table="FOCUS_1_0_AWS")
    bench.aws.exports[ARN + "monthly"] = export("monthly", granularity="MONTHLY")
    bench.aws.exports[ARN + "new"] = export("new", overwrite="CREATE_NEW_REPORT")
    config = bench.config(ACCOUNT, config_scheme="find_report", region_name="us-east-1")
    assert bench.create("one", config).outcome == (400, "OE0371")
    bench.aws.exports[ARN + "good"] = export("good")
    answer = bench.create("one", config)
    assert answer.outcome == (201, None)
    found = answer.body["config"]
    assert (found["report_name"], found["bucket_prefix"]) == ("good", "found"), "not what the request said"


def test_find_report_of_the_legacy_kind(bench: Bench) -> None:
    config = bench.config(ACCOUNT, config_scheme="find_report", cur_version=1)
    assert bench.create("one", config).outcome == (400, "OE0371")
    report = {"ReportName": "old", "S3Bucket": BUCKET, "S3Prefix": "p", "TimeUnit": "DAILY"}
    bench.aws.reports.append(report | {"ReportVersioning": "OVERWRITE_REPORT"})
    put(bench, "p/file")
    bench.aws.buckets[BUCKET].denied.add((config["access_key_id"], "GetObject"))
    unreadable = bench.create("one", config)
    assert unreadable.outcome == (400, "OE0371")
    assert "could be read: old" in unreadable.body["error"]["reason"]
    bench.aws.buckets[BUCKET].denied.clear()
    assert bench.create("one", config).body["config"]["report_name"] == "old"


def test_create_report_takes_an_export_that_is_there(bench: Bench) -> None:
    config = bench.config(ACCOUNT, config_scheme="create_report", cur_version=1)
    assert bench.create("one", config).outcome == (400, "OE0371"), "this emulator makes no export"
    report = {"ReportName": REPORT, "S3Bucket": BUCKET, "S3Prefix": "reports", "TimeUnit": "MONTHLY"}
    bench.aws.reports.append(report | {"ReportVersioning": "OVERWRITE_REPORT"})
    assert bench.create("one", config).outcome == (400, "OE0371")
    bench.aws.reports[0]["TimeUnit"] = "DAILY"
    assert bench.create("one", config).status == 201
