# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was delivered is judged by what lies there, and what cannot be read is unknown and breaks nothing."""

from __future__ import annotations

import sys
from typing import Any

import pyarrow as pa
import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export as exports
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Mode, run
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.delivery import Delivery
from tests.unit.plugins.module_utils._resources.deliveries import (
    ARN,
    BUCKET,
    NAME,
    PATH,
    REPORT,
    SUCCESS,
    Bucket,
    data_key,
    denied,
    hours_ago,
    looked_at,
    manifest,
    manifest_key,
    month_of,
    parquet,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER

HEALTHY = {**month_of("2026-10"), **month_of("2026-11")}
DATA, MANIFEST = data_key("2026-11"), manifest_key("2026-11")
NEW = {**REPORT, "created_at": hours_ago(23).isoformat(), "refreshed_at": None}
NEVER = {**REPORT, "refreshed_at": None}
USD = {"USD": {ACCOUNT: "3.300000000000", OTHER: "0.600000000000"}}


def failed(status: str, reason: str, hours: float = 1) -> dict[str, Any]:
    return {"StatusCode": status, "StatusReason": reason, "CreatedAt": hours_ago(hours)}


def delivered(hours: float) -> dict[str, Any]:
    return {"StatusCode": "DELIVERY_SUCCESS", "CreatedAt": hours_ago(hours)}


QUEUED = {"StatusCode": "QUERY_QUEUED", "CreatedAt": hours_ago(0)}


def without(*keys: str) -> dict[str, bytes]:
    return {key: content for key, content in HEALTHY.items() if key not in keys}


def test_a_healthy_delivery_has_no_findings_and_exact_costs() -> None:
    bucket = Bucket()
    codes, found = looked_at(bucket)
    assert (codes, found["unknown"], found["missing_columns"]) == ([], {}, [])
    assert found["costs"] == {"2026-10": USD, "2026-11": USD}
    assert found["export"] == {
        "name": NAME,
        "bucket": BUCKET,
        "prefix": "reports",
        "created_at": REPORT["created_at"],
        "refreshed_at": REPORT["refreshed_at"],
        "status": "HEALTHY",
        "reason": None,
    }
    assert found["execution"] == {"status": "DELIVERY_SUCCESS", "reason": None, "at": "2026-11-24T12:00:00+00:00"}
    size = len(HEALTHY[DATA])
    newest = {"newest": "2026-11-24T06:00:00+00:00", "files": 1, "bytes": size}
    assert found["files"] == {"months": {"2026-10": newest, "2026-11": newest}, "newest": newest["newest"]}
    assert sorted(found["tags"]) == [data_key("2026-10"), DATA]
    read = bucket.operations("get_object")
    assert (found["calls"], found["bytes"]) == (len(read), 2 * size + len(HEALTHY[MANIFEST])) == (3, found["bytes"])
    assert bucket.operations("list_objects_v2", "list_executions") == ["list_objects_v2", "list_executions"]


@pytest.mark.parametrize(
    ("report", "executions", "codes"),
    [
        (REPORT, [SUCCESS, failed("DELIVERY_FAILURE", "INTERNAL_FAILURE", 30)], []),
        (REPORT, [failed("DELIVERY_FAILURE", "INSUFFICIENT_PERMISSION")], ["EXECUTION_FAILED alarm"]),
        (REPORT, [failed("QUERY_FAILURE", "BILL_OWNER_CHANGED"), delivered(5)], ["EXECUTION_FAILED alarm"]),
        # One that runs says nothing yet about the one before it.
        (REPORT, [QUEUED, failed("QUERY_FAILURE", "")], ["EXECUTION_FAILED alarm"]),
        (REPORT, [QUEUED], []),
        (NEVER, [QUEUED], ["EXECUTION_NONE alarm"]),
        (NEVER, [], ["EXECUTION_NONE alarm"]),
        (NEW, [], ["EXECUTION_NONE pending"]),
        ({**NEW, "created_at": hours_ago(25).isoformat()}, [], ["EXECUTION_NONE alarm"]),
        ({**NEVER, "arn": None, "created_at": None}, [], ["EXECUTION_NONE pending"]),
        # AWS may forget executions, not when it delivered.
        (REPORT, [], []),
    ],
)
def test_the_newest_execution_that_ended_counts(report: Any, executions: Any, codes: list[str]) -> None:
    assert looked_at(Bucket(executions=executions), report=report)[0] == codes


@pytest.mark.parametrize(
    ("objects", "ages", "report", "codes"),
    [
        ({}, {}, REPORT, ["FILES_NONE alarm"]),
        ({}, {}, NEW, ["FILES_NONE pending"]),
        ({MANIFEST: b"{}"}, {}, REPORT, ["FILES_NONE alarm"]),
        ({f"reports/another/data/BILLING_PERIOD=2026-11/{NAME}.parquet": b"1"}, {}, REPORT, ["FILES_NONE alarm"]),
        (month_of("2026-10"), {}, REPORT, ["FILES_MONTH_MISSING alarm"]),
        (month_of("2026-10"), {}, NEW, ["FILES_MONTH_MISSING pending"]),
        (HEALTHY, {data_key("2026-10"): 900, DATA: 35.9}, REPORT, []),
        (HEALTHY, {data_key("2026-10"): 900, DATA: 36.1}, REPORT, ["FILES_STALE alarm"]),
        (HEALTHY, {data_key("2026-10"): 900, DATA: 36.1}, NEW, ["FILES_STALE pending"]),
        (without(MANIFEST), {}, REPORT, ["FILES_NO_MANIFEST alarm"]),
        (without(MANIFEST), {DATA: 0.5}, REPORT, ["FILES_NO_MANIFEST pending"]),
        (without(manifest_key("2026-10")), {}, REPORT, []),
        ({**HEALTHY, MANIFEST: b"<html>"}, {}, REPORT, ["FILES_NO_MANIFEST alarm"]),
        ({**HEALTHY, MANIFEST: b"\xff\xfe"}, {}, REPORT, ["FILES_NO_MANIFEST alarm"]),
        ({**HEALTHY, MANIFEST: b""}, {}, REPORT, ["FILES_NO_MANIFEST alarm"]),
        ({**HEALTHY, MANIFEST: b"[]"}, {}, REPORT, ["FILES_NO_MANIFEST alarm"]),
        ({**HEALTHY, MANIFEST: b'{"dataFiles": [1]}'}, {}, REPORT, ["FILES_NO_MANIFEST alarm"]),
        ({**HEALTHY, MANIFEST: manifest(DATA, data_key("2026-11", 2))}, {}, REPORT, ["FILES_SHORT alarm"]),
        ({**HEALTHY, DATA: b""}, {}, REPORT, ["FILES_SHORT alarm"]),
        (
            {**HEALTHY, f"{PATH}data/BILLING_PERIOD=2026-09/{NAME}.csv.gz": b"1"},
            {},
            REPORT,
            ["FILES_OTHER_FORMAT alarm"],
        ),
        (
            {**HEALTHY, f"{PATH}data/BILLING_PERIOD=2026-11/20261124T060000-1/{NAME}.parquet": b"1"},
            {},
            REPORT,
            ["FILES_OTHER_FORMAT alarm"],
        ),
        ({**HEALTHY, DATA: b"a,b\n1,2\n" * 20}, {}, REPORT, ["FILES_OTHER_FORMAT alarm"]),
        ({**HEALTHY, DATA: parquet()[:-100]}, {}, REPORT, ["FILES_OTHER_FORMAT alarm"]),
        ({**HEALTHY, DATA: b"PAR1"}, {}, REPORT, ["FILES_OTHER_FORMAT alarm"]),
        ({**HEALTHY, DATA: b"PAR1" + b"\x00" * 40 + b"\x10\x00\x00\x00PAR1"}, {}, REPORT, ["FILES_OTHER_FORMAT alarm"]),
        ({**HEALTHY, DATA: parquet(without=["line_item_operation"])}, {}, REPORT, ["COLUMNS_MISSING alarm"]),
        ({**HEALTHY, DATA: parquet(without=["product"])}, {}, REPORT, ["COLUMNS_WANTED alarm"]),
        (
            {**HEALTHY, DATA: parquet(without=["line_item_blended_cost", "line_item_line_item_type"])},
            {},
            REPORT,
            ["COLUMNS_MISSING alarm", "COLUMNS_WANTED alarm"],
        ),
        (HEALTHY, {}, {**NEVER, "arn": None}, ["EXECUTION_NONE pending"]),
    ],
)
def test_each_fault_of_the_files_is_found_alone(objects: Any, ages: Any, report: Any, codes: list[str]) -> None:
    found = looked_at(Bucket(objects, ages=ages), report=report)[0]
    assert found == codes


def test_on_the_first_day_of_a_month_its_files_are_still_to_come() -> None:
    for day, codes in (("1T23:00", []), ("2T11:00", []), ("2T13:00", ["FILES_MONTH_MISSING alarm"])):
        bucket = Bucket(month_of("2026-11"), list_objects_v2=None)
        listed = bucket._list_objects({"Prefix": PATH})
        for entry in listed["Contents"]:
            entry["LastModified"] = f"2026-12-0{day}:00Z"
        listed["ResponseMetadata"]["HTTPHeaders"]["date"] = f"0{day[0]} Dec 2026 {day[2:]}:00 GMT"
        bucket._answers["list_objects_v2"] = listed
        assert looked_at(bucket)[0] == codes


@pytest.mark.parametrize(
    ("answers", "unknown"),
    [
        ({"list_executions": denied("x")}, {"execution": "bcm-data-exports:ListExecutions is missing: "}),
        ({"list_objects_v2": denied("x")}, dict.fromkeys(("files", "columns", "cost"), "s3:ListBucket is missing: ")),
        ({"get_object": denied("x")}, dict.fromkeys(("files", "columns", "cost"), "s3:GetObject is missing: ")),
        (
            {"get_object": AwsError("x", "NoSuchKey", "", 404)},
            dict.fromkeys(("files", "columns", "cost"), "AWS delivered anew"),
        ),
    ],
)
def test_what_may_not_be_read_is_unknown_with_the_permission(answers: Any, unknown: dict[str, str]) -> None:
    codes, found = looked_at(Bucket(**answers))
    assert codes == []
    assert sorted(found["unknown"]) == sorted(unknown)
    for part, begin in unknown.items():
        assert begin in found["unknown"][part]


def test_a_bucket_that_is_gone_has_no_files_and_one_that_was_never_delivered_to_no_columns() -> None:
    codes, found = looked_at(Bucket(list_objects_v2=AwsError("x", "NoSuchBucket", "", 404)))
    assert (codes, found["unknown"]) == (["FILES_NONE alarm"], {"columns": "there are no files yet"})
    assert (found["missing_columns"], found["costs"], found["files"]) == (None, {}, {"months": {}, "newest": None})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (parquet(line_item_blended_cost=pa.array(["1"] * 5)), "is of type string in place of numbers"),
        (parquet(line_item_usage_account_id=pa.array([1] * 5)), "is of type int64 in place of texts"),
        (parquet(without=["line_item_currency_code"]), "the column line_item_currency_code is missing"),
        (parquet({ACCOUNT: (float("nan"),)}), "pyarrow cannot read it"),
    ],
)
def test_costs_that_cannot_be_added_are_unknown_and_other_months_are_not(content: bytes, words: str) -> None:
    dummy, found = looked_at(Bucket({**HEALTHY, DATA: content}))
    assert found["costs"] == {"2026-10": USD}
    assert words in found["unknown"]["cost"] and "2026-11" in found["unknown"]["cost"]
    assert list(found["tags"]) == [data_key("2026-10")]


def test_without_pyarrow_columns_and_costs_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    bucket = Bucket()
    codes, found = looked_at(bucket)
    assert (codes, sorted(found["unknown"])) == ([], ["columns", "cost"])
    assert all(why.startswith("install pyarrow") for why in found["unknown"].values())
    assert (found["calls"], found["missing_columns"], found["costs"]) == (1, None, {})


def test_what_an_earlier_look_knew_is_not_read_again() -> None:
    earlier = looked_at(Bucket())[1]
    bucket = Bucket({**HEALTHY, DATA: parquet({ACCOUNT: (5.5,)})})
    found = looked_at(bucket, known_costs={"tags": earlier["tags"], "costs": earlier["costs"]})[1]
    assert found["costs"] == {"2026-10": USD, "2026-11": {"USD": {ACCOUNT: "5.500000000000"}}}
    read = [parameters["Key"] for operation, parameters in bucket.calls if operation == "get_object"]
    assert read == [MANIFEST, DATA]
    assert sorted(found["tags"]) == sorted(earlier["tags"])
    again = Bucket()
    assert looked_at(again, known_costs=earlier)[1]["costs"] == earlier["costs"]
    # The columns are looked at in any case.
    assert again.operations("get_object") == ["get_object"] * 2


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"tags": []},
        {"tags": {}, "costs": {}},
        {"tags": {}, "costs": {"2026-10": {"USD": {ACCOUNT: "x"}}}},
        {"costs": 1},
    ],
)
def test_what_is_no_earlier_look_counts_as_nothing(known: Any) -> None:
    assert looked_at(Bucket(), known_costs=known)[1]["costs"] == {"2026-10": USD, "2026-11": USD}


def test_a_month_that_lost_a_file_is_read_again() -> None:
    earlier = looked_at(Bucket({**HEALTHY, data_key("2026-10", 2): parquet()}))[1]
    assert earlier["costs"]["2026-10"]["USD"][ACCOUNT] == "6.600000000000"
    assert looked_at(Bucket(), known_costs=earlier)[1]["costs"] == {"2026-10": USD, "2026-11": USD}


def test_costs_count_by_currency_and_rows_without_an_account_are_kept() -> None:
    two = {**HEALTHY, data_key("2026-11", 2): parquet({"": (1.25,)}, currency="EUR")}
    costs = looked_at(Bucket({**two, MANIFEST: manifest(DATA, data_key("2026-11", 2))}))[1]["costs"]
    assert costs["2026-11"] == {"EUR": {"": "1.250000000000"}, **USD}


def test_a_first_delivery_is_waited_for_and_no_longer_than_asked() -> None:
    said: list[str] = []
    waits: list[float] = []
    bucket = Bucket({})
    bucket.say = said.append

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            bucket.objects.update(HEALTHY)

    bucket.wait = wait
    assert looked_at(bucket, report=NEW, wait_for_delivery=150)[0] == []
    assert (waits, len(said)) == ([60, 60], 2)
    assert said[0] == f"Account {ACCOUNT}: waiting for AWS to deliver the export {NAME}, for up to 150 s more"
    bucket.objects.clear()
    assert looked_at(bucket, report=NEW, wait_for_delivery=150)[0] == ["FILES_NONE pending"]
    assert waits == [60, 60, 60, 60, 30]


def test_executions_are_read_until_their_order_is_known() -> None:
    def page(hours: list[float], token: str | None) -> dict[str, Any]:
        return {"Executions": [{"ExecutionStatus": delivered(one)} for one in hours], "NextToken": token}

    newest_first = Bucket(list_executions=[page([1, 2], "more"), page([3], None)])
    assert looked_at(newest_first)[1]["execution"]["at"] == hours_ago(1).isoformat()
    assert newest_first.operations("list_executions") == ["list_executions"]
    oldest_first = Bucket(list_executions=[page([30, 20], "more"), page([10], None)])
    assert looked_at(oldest_first)[1]["execution"]["at"] == hours_ago(10).isoformat()


def test_without_a_report_aws_is_asked_for_the_export() -> None:
    status = {"StatusCode": "UNHEALTHY", "StatusReason": "INTERNAL_FAILURE", "CreatedAt": hours_ago(99)}
    definition = exports.definition(NAME, BUCKET, "reports", "us-east-1")
    listed = {"Exports": [{"ExportName": NAME, "ExportArn": ARN, "ExportStatus": status}]}
    bucket = Bucket(list_exports=listed, get_export={"Export": definition})
    codes, found = looked_at(bucket, report=None)
    assert (codes, found["export"]["status"], found["export"]["reason"]) == ([], "UNHEALTHY", "INTERNAL_FAILURE")
    assert found["export"]["created_at"] == hours_ago(99).isoformat()
    none = Bucket(executions=[], list_exports={"Exports": []})
    assert looked_at(none, report=None)[0] == ["EXECUTION_NONE pending"]
    unreadable = Bucket(list_exports=denied("bcm-data-exports:list_exports"))
    codes, found = looked_at(unreadable, report=None)
    assert codes == [] and list(found["unknown"]) == ["execution"]
    assert "bcm-data-exports:ListExports" in found["unknown"]["execution"]


def test_the_data_source_tells_where_the_report_lies_where_aws_does_not() -> None:
    config = {"report_name": "r", "bucket_name": "b-1", "bucket_prefix": "p", "region_name": "eu-west-1"}
    found = looked_at(Bucket(list_exports=denied("x")), report=None, known={"config": config})[1]["export"]
    assert (found["name"], found["bucket"], found["prefix"]) == ("r", "b-1", "p")
    linked = looked_at(Bucket(list_exports=denied("x")), report=None, known={"config": {**config, "linked": True}})
    assert linked[1]["export"]["name"] == NAME


def test_the_module_and_an_audit_say_the_same() -> None:
    options = {"report": REPORT, "account_id": ACCOUNT}
    info = run(Delivery, options, Bucket(month_of("2026-10")), Mode(info=True))
    audit = run(Delivery, options, Bucket(month_of("2026-10")), Mode(audit=True))
    assert info["findings"] == audit["findings"] and info["delivery"] == audit["delivery"]
    assert [finding["resource"] for finding in info["findings"]] == ["delivery"]
