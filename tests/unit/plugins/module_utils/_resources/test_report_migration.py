# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found of an account whose report has to be replaced, and when its data source may change over."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.report_migration import TAG
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.report_migration import ReportMigration
from tests.unit.plugins.module_utils._resources.deliveries import BUCKET, NAME, NOW, Bucket, data_key, month_of
from tests.unit.plugins.module_utils._resources.exports import arn, configured, stored
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, codes

DAILY = {"ReportName": "daily", "S3Bucket": BUCKET, "S3Prefix": "legacy", "S3Region": "us-east-1"}
LEGACY_FILES = {f"legacy/daily/2026{month}01-x/".replace("x", end) + "daily-00001.csv.gz": b"x"
                for month, end in (("10", "20261101"), ("11", "20261201"))}  # fmt: skip
NEWEST = int((NOW - datetime.timedelta(hours=6)).timestamp())
READS_DAILY = {"report_name": "daily", "bucket_name": BUCKET, "bucket_prefix": "legacy", "cur_version": 1}
READS_NEW = {"report_name": NAME, "bucket_name": BUCKET, "bucket_prefix": "reports", "cur_version": 2}
NOTED = {TAG: f"{NAME} 1000"}


def source(config: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """The data source, whose last import was fine and had the newest files."""
    imported = {"last_import_at": 2000, "last_import_attempt_at": 2000, "last_import_modified_at": NEWEST}
    return {"id": "1", "account_id": ACCOUNT, **imported, **fields, "config": {**(config or READS_DAILY)}}


def account_with(
    *exports: dict[str, Any],
    legacy: tuple[dict[str, Any], ...] = (DAILY,),
    files: Mapping[str, bytes] | None = None,
    tags: Mapping[str, Mapping[str, str]] | None = None,
    **answers: Any,
) -> Bucket:
    """An account with these reports; tags by the name of a report."""
    by_arn = {arn(one["Name"]): one for one in exports}

    def tags_of(parameters: dict[str, Any]) -> dict[str, Any]:
        name = parameters.get("ReportName") or by_arn[parameters["ResourceArn"]]["Name"]
        found = [{"Key": key, "Value": value} for key, value in (tags or {}).get(name, {}).items()]
        return {"Tags" if "ReportName" in parameters else "ResourceTags": found}

    listed = [
        {"ExportArn": its_arn, "ExportName": one["Name"], "ExportStatus": {"StatusCode": "HEALTHY", "CreatedAt": NOW}}
        for its_arn, one in by_arn.items()
    ]
    usual: dict[str, Any] = {
        "describe_report_definitions": {"ReportDefinitions": list(legacy)},
        "list_exports": {"Exports": listed},
        "get_export": lambda parameters: {"Export": by_arn[parameters["ExportArn"]]},
        "list_tags_for_resource": tags_of,
    }
    return Bucket({**LEGACY_FILES, **(files or {})}, **{**usual, **answers})


def looked(clients: Bucket, known: dict[str, Any] | None = None, **options: Any) -> tuple[Plan, dict[str, Any]]:
    about = ReportMigration({"known": source() if known is None else known, **options}, clients)
    current = about.read()
    before = dataclasses.replace(current)
    plan = about.plan(current)
    assert current == before
    return plan, about.describe(current, plan.steps)


def test_without_a_report_there_is_nothing_to_migrate_and_nobody_is_asked() -> None:
    for known, expected in (({}, ["MIGRATION_NO_SOURCE"]), (source({"linked": True}), [])):
        clients = account_with()
        plan, found = looked(clients, known)
        assert (codes(plan), found, clients.calls) == (expected, {"migration": {}, "stage": None}, [])


def test_a_legacy_report_gets_the_documented_place_beside_it() -> None:
    plan, found = looked(account_with())
    assert (plan, found["stage"]["name"]) == (Plan(), "legacy")
    place = {"name": NAME, "bucket": BUCKET, "bucket_region": "us-east-1", "prefix": "reports"}
    assert found["migration"]["new"] == {**place, "legacy": False, "exists": False}
    assert found["migration"]["old"]["name"] == "daily"
    assert found["migration"]["may_switch"] is False


def test_where_the_documented_place_is_taken_it_is_another() -> None:
    stray = {f"reports/{NAME}/20260101-20260201/x.csv.gz": b"x"}
    assert looked(account_with(files=stray))[1]["migration"]["new"]["prefix"] == "reports-cur2"
    at_reports = {**DAILY, "S3Prefix": "reports"}
    reads = source({**READS_DAILY, "bucket_prefix": "reports"})
    assert looked(account_with(legacy=(at_reports,)), reads)[1]["migration"]["new"]["prefix"] == "reports-cur2"


@pytest.mark.parametrize(
    ("options", "files", "code"),
    [
        ({"prefix": "legacy"}, {}, "MIGRATION_SAME_PREFIX"),
        ({"prefix": "legacy/daily"}, {}, "MIGRATION_SAME_PREFIX"),
        ({"prefix": "reports"}, {f"reports/{NAME}/20260101-20260201/x.csv.gz": b"x"}, "MIGRATION_PLACE_TAKEN"),
        ({"prefix": "reports"}, {data_key("2026-01"): b"x"}, "MIGRATION_PLACE_TAKEN"),
    ],
)
def test_a_place_that_cannot_work_is_refused(options: dict[str, str], files: dict[str, bytes], code: str) -> None:
    plan, dummy = looked(account_with(files=files), **options)
    assert ([finding.code for finding in plan.blocked], plan.steps) == ([code], [])


def test_an_export_that_aws_cannot_change_is_replaced_under_another_name_and_prefix() -> None:
    daily = configured(TIME_GRANULARITY="DAILY")
    plan, found = looked(account_with(daily, legacy=()), source(READS_NEW))
    new = found["migration"]["new"]
    assert (new["name"], new["prefix"]) == (f"{NAME}-cur2", "reports-cur2")
    assert "TIME_GRANULARITY=DAILY" in found["stage"]["words"]
    assert plan == Plan()
    refused, dummy = looked(account_with(daily, legacy=()), source(READS_NEW), name=NAME)
    assert codes(refused) == ["MIGRATION_SAME_NAME"]


def test_a_config_that_names_no_report_is_refused() -> None:
    more = {**DAILY, "ReportName": "hourly"}
    plan, found = looked(account_with(legacy=(DAILY, more)), source({"config_scheme": "find_report"}))
    assert (codes(plan), found["stage"]) == (["MIGRATION_REPORT_UNKNOWN"], None)
    plan, found = looked(account_with(), source({"config_scheme": "find_report"}))
    assert found["migration"]["old"]["name"] == "daily"


def test_a_report_that_is_gone_is_replaced_too_and_nothing_is_noted() -> None:
    plan, found = looked(account_with(stored(), legacy=(), files=month_of("2026-11")))
    assert (found["migration"]["old"]["exists"], found["stage"]["name"]) == (False, "delivered")
    assert plan.steps == [] and found["migration"]["may_switch"]


def test_it_waits_for_the_first_delivery() -> None:
    plan, found = looked(account_with(stored()))
    assert (codes(plan), found["stage"]["name"]) == (["MIGRATION_UNDELIVERED"], "beside")
    assert found["migration"]["may_switch"] is False


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        ({data_key("2026-11"): b"spoilt", **{key: text for key, text in month_of("2026-11").items() if "Man" in key}}, "alarm"),
        ({key: text for key, text in month_of("2026-11").items() if "Manifest" not in key}, "alarm"),
    ],
)  # fmt: skip
def test_it_waits_until_all_can_be_read(files: dict[str, bytes], severity: str) -> None:
    plan, found = looked(account_with(stored(), files=files))
    assert [(finding.code, finding.severity) for finding in plan.findings][:1] == [("MIGRATION_UNREADABLE", severity)]
    assert (plan.steps, found["stage"]["name"], found["migration"]["may_switch"]) == ([], "beside", False)


def test_then_the_old_report_is_noted_and_the_data_source_may_change_over() -> None:
    plan, found = looked(account_with(stored(), files=month_of("2026-11")))
    assert codes(plan) == ["MIGRATION_MONTHS", "MIGRATION_READY"]
    assert plan.others[0].actual == found["migration"]["months_only_old"] == ["2026-10"]
    (step,) = plan.steps
    tag = {"Key": TAG, "Value": f"{NAME} 2000"}
    assert (step.client, step.operation) == ("cur", "tag_resource")
    assert step.parameters == {"ReportName": "daily", "Tags": [tag]}
    assert (found["stage"]["name"], found["migration"]["may_switch"]) == ("delivered", True)


def test_what_only_the_old_report_has_is_imported_first() -> None:
    behind = {"last_import_modified_at": NEWEST - 1}
    plan, found = looked(account_with(stored(), files=month_of("2026-11")), source(**behind))
    assert codes(plan) == ["MIGRATION_UNIMPORTED", "MIGRATION_MONTHS"]
    assert "2026-10" in plan.others[0].title and "2026-11" not in plan.others[0].title
    assert found["migration"]["may_switch"] is False
    failed = source(**behind, last_import_attempt_at=3000, last_import_attempt_error="no such bucket")
    assert looked(account_with(stored(), files=month_of("2026-11")), failed)[1]["migration"]["may_switch"]


def switched(tags: Mapping[str, Mapping[str, str]] | None = None, **answers: Any) -> Bucket:
    return account_with(stored(), files=month_of("2026-11"), tags={"daily": NOTED} if tags is None else tags, **answers)


def test_a_replaced_report_stays_until_somebody_says_so() -> None:
    plan, found = looked(switched(), source(READS_NEW))
    assert codes(plan) == ["MIGRATION_MONTHS", "MIGRATION_OLD_STAYS"]
    assert (found["stage"]["name"], found["migration"]["old"]) == ("switched", None)
    assert found["migration"]["may_switch"] is True


def test_it_goes_once_the_new_one_is_imported() -> None:
    plan, found = looked(switched(), source(READS_NEW), delete_legacy=True)
    (step,) = plan.steps
    assert (step.client, step.operation, step.parameters) == (
        "cur", "delete_report_definition", {"ReportName": "daily"}
    )  # fmt: skip
    assert found["stage"]["name"] == "done"


@pytest.mark.parametrize(
    "fields",
    [
        {"last_import_at": 1000, "last_import_attempt_at": 1000},
        {"last_import_attempt_at": 3000, "last_import_attempt_error": "denied"},
        {"last_import_modified_at": NEWEST - 1},
    ],
)
def test_it_stays_as_long_as_that_is_not_proven(fields: dict[str, Any]) -> None:
    plan, found = looked(switched(), source(READS_NEW, **fields), delete_legacy=True)
    assert (plan.steps, plan.others[-1].code) == ([], "MIGRATION_UNPROVEN")
    assert found["stage"]["name"] == "switched"


def test_a_replaced_export_goes_by_its_arn() -> None:
    old = configured(TIME_GRANULARITY="DAILY")
    new = stored(f"{NAME}-cur2", prefix="reports-cur2")
    reads = source({**READS_NEW, "report_name": f"{NAME}-cur2", "bucket_prefix": "reports-cur2"})
    files = {key.replace(f"reports/{NAME}/", f"reports-cur2/{NAME}-cur2/"): b"x" for key in month_of("2026-11")}
    clients = account_with(old, new, legacy=(), files=files, tags={NAME: {TAG: f"{NAME}-cur2 1000"}})
    plan, dummy = looked(clients, reads, delete_legacy=True)
    (step,) = plan.steps
    assert (step.operation, step.parameters) == ("delete_export", {"ExportArn": arn(NAME)})


def test_reports_that_nothing_proves_to_be_replaced_stay() -> None:
    plan, found = looked(switched({}), source(READS_NEW), delete_legacy=True)
    assert (codes(plan), found["stage"]["name"]) == (["MIGRATION_OLD_UNNOTED"], "done")
    assert "daily" in plan.others[0].title
    assert codes(looked(switched({}), source(READS_NEW))[0]) == []
    hidden = switched(list_tags_for_resource=AwsError("cur:ListTagsForResource", "AccessDeniedException", "no", 400))
    assert looked(hidden, source(READS_NEW), delete_legacy=True)[0].steps == []


def test_both_names_taken_is_refused() -> None:
    daily = [
        configured(TIME_GRANULARITY="DAILY"),
        {**configured(TIME_GRANULARITY="DAILY"), "Name": f"{NAME}-cur2"},
    ]
    assert codes(looked(account_with(*daily))[0]) == ["MIGRATION_NO_NAME"]
