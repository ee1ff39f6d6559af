# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report: which export is meant, what of it differs and is mended, and its removal."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.columns import COLUMNS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Progress, reconcile
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources import bucket
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.cur import Cur
from tests.unit.plugins.module_utils._resources.exports import (
    BUCKET,
    CREATION,
    DELIVERED,
    NAME,
    NEW,
    NOT_YET,
    SERVICE,
    TODAY,
    account_with,
    arn,
    operations,
    planned,
    source,
    stored,
    with_query,
    without_bucket,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, codes, wordless


def place(cur: dict[str, Any]) -> tuple[str, str, str]:
    return cur["name"], cur["bucket"], cur["prefix"]


# Which export is meant.


def test_a_report_as_wanted_takes_nothing_and_five_calls() -> None:
    clients = account_with(stored())
    plan, cur = planned(clients)
    assert plan == Plan()
    assert len(clients.calls) == 5
    assert cur == {
        "name": NAME,
        "arn": arn(NAME),
        "bucket": BUCKET,
        "bucket_region": "us-east-1",
        "bucket_owner": ACCOUNT,
        "prefix": "reports",
        "status": "HEALTHY",
        "status_reason": None,
        "created_at": None,
        "refreshed_at": "2026-01-02T00:00:00+00:00",
        "delivered": True,
    }


def test_an_account_without_a_report_gets_the_documented_one() -> None:
    plan, cur = planned(account_with(head_bucket=without_bucket()))
    assert codes(plan) == ["BUCKET_MISSING", "CUR_MISSING"]
    assert wordless(plan.steps[-1:]) == [CREATION]
    assert place(cur) == (NAME, BUCKET, "reports")
    assert (cur["arn"], cur["status"], cur["delivered"]) == (None, None, False)


@pytest.mark.parametrize("status", [DELIVERED, NEW, {"StatusCode": "UNHEALTHY", "LastRefreshedAt": TODAY}])
def test_an_export_that_delivers_elsewhere_than_documented_is_adopted(status: dict[str, Any]) -> None:
    elsewhere = stored(bucket_name="theirs", prefix="costs", S3Region="eu-west-1")
    clients = account_with(elsewhere, status=status, head_bucket={"BucketRegion": "eu-west-1"})
    plan, cur = planned(clients)
    assert plan.steps == []
    assert (place(cur), cur["bucket_region"]) == ((NAME, "theirs", "costs"), "eu-west-1")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"bucket": "mine"}, ["O(bucket)"]),
        ({"prefix": "mine"}, ["O(prefix)"]),
        ({"bucket_region": "eu-west-1"}, ["O(bucket_region)"]),
        ({"bucket": "mine", "prefix": "mine"}, ["O(bucket)", "O(prefix)"]),
    ],
)
def test_a_report_that_works_is_not_moved_and_the_option_is_named(options: dict[str, str], named: list[str]) -> None:
    plan, dummy = planned(
        account_with(stored(), head_bucket={"BucketRegion": options.get("bucket_region", "us-east-1")}), **options
    )
    assert [finding.code for finding in plan.blocked] == ["CUR_ELSEWHERE"]
    assert all(option in plan.blocked[0].remedy for option in [*named, "O(name)"])
    assert "update_export" not in operations(plan)


@pytest.mark.parametrize("status", [NEW, {"StatusCode": "UNHEALTHY", "LastRefreshedAt": TODAY}])
@pytest.mark.parametrize("prefix", ["costs", "costs/finops"])
def test_an_export_that_does_not_deliver_goes_where_it_is_told_to(status: dict[str, Any], prefix: str) -> None:
    plan, cur = planned(account_with(stored(), status=status), prefix=prefix)
    assert operations(plan) == ["update_export"]
    assert place(cur) == (NAME, BUCKET, prefix)
    assert cur["delivered"] is False


def test_another_bucket_is_not_looked_for_in_the_old_one_s_region() -> None:
    elsewhere = stored(bucket_name="theirs", S3Region="eu-west-1")
    plan, cur = planned(account_with(elsewhere, status=NEW), bucket="mine")
    assert (cur["bucket"], cur["bucket_region"]) == ("mine", "us-east-1")
    dummy, same = planned(
        account_with(elsewhere, status=NEW, head_bucket={"BucketRegion": "eu-west-1"}), bucket="theirs"
    )
    assert same["bucket_region"] == "eu-west-1"


THEIRS = stored("by-hand", "theirs", "costs/finops")
READS_THEIRS = {"report_name": "by-hand", "bucket_name": "theirs", "bucket_prefix": "costs/finops"}


@pytest.mark.parametrize(
    "config",
    [
        READS_THEIRS,
        {**READS_THEIRS, "config_scheme": "create_report"},
        {"report_name": "by-hand", "bucket_name": None, "bucket_prefix": None, "config_scheme": "find_report"},
    ],
)
@pytest.mark.parametrize("options", [{}, {"name": "by-hand"}, {"bucket": "theirs"}, {"prefix": "costs/finops"}])
def test_what_the_data_source_reads_is_adopted(config: dict[str, Any], options: dict[str, str]) -> None:
    clients = account_with(THEIRS, stored("unread"))
    plan, cur = planned(clients, known=source(**config), **options)
    assert plan == Plan()
    assert place(cur) == ("by-hand", "theirs", "costs/finops")
    assert cur["delivered"] is True
    assert "list_objects_v2" not in [operation for operation, dummy in clients.calls]


@pytest.mark.parametrize(
    ("found", "options"),
    [
        (THEIRS, {"prefix": "mine"}),
        (THEIRS, {"bucket": "mine"}),
        (THEIRS, {"bucket_region": "eu-west-1"}),
        (stored("by-hand", "theirs", "moved"), {}),
        (stored("by-hand", "moved", "costs/finops"), {}),
        (stored("another", "theirs", "costs/finops"), {}),
    ],
)
def test_a_data_source_that_reads_something_else_is_not_moved_unless_named(
    found: dict[str, Any], options: dict[str, str]
) -> None:
    clients = account_with(found, head_bucket=without_bucket())
    plan, cur = planned(clients, known=source(**READS_THEIRS), **options)
    (finding,) = plan.blocked
    assert finding.code == "CUR_SOURCE_READS_ANOTHER"
    assert "by-hand" in finding.title and "theirs" in finding.title
    assert f"O(name) to {NAME}" in finding.remedy
    assert "create_export" not in operations(plan)
    told, cur = planned(clients, known=source(**READS_THEIRS), name=NAME, **options)
    assert told.blocked == []
    assert place(cur) == (NAME, options.get("bucket", BUCKET), options.get("prefix", "reports"))


def test_an_export_of_another_table_is_none_that_the_data_source_can_read() -> None:
    focus = copy.deepcopy(THEIRS)
    focus["DataQuery"]["QueryStatement"] = "SELECT a FROM FOCUS_1_2_AWS"
    plan, dummy = planned(account_with(focus), known=source(**READS_THEIRS))
    assert [finding.code for finding in plan.blocked] == ["CUR_SOURCE_READS_ANOTHER"]


def test_a_lost_export_is_made_again_where_the_data_source_reads() -> None:
    known = source(bucket_name="theirs", bucket_prefix="costs", region_name="eu-west-1")
    plan, cur = planned(account_with(head_bucket={"BucketRegion": "eu-west-1"}), known=known)
    assert operations(plan) == ["create_export"]
    assert (place(cur), cur["bucket_region"]) == ((NAME, "theirs", "costs"), "eu-west-1")


@pytest.mark.parametrize("known", [None, {}, {"config": None}, {"config": {**READS_THEIRS, "linked": True}}])
def test_without_a_data_source_that_reads_a_report_the_documented_name_is_meant(known: Any) -> None:
    plan, cur = planned(account_with(THEIRS, stored()), known=known)
    assert plan == Plan()
    assert cur["name"] == NAME


def test_an_export_that_moved_away_from_its_data_source_is_read_once_and_kept_where_it_delivers() -> None:
    clients = account_with(stored(prefix="costs"))
    plan, cur = planned(clients, known=source())
    assert plan == Plan()
    assert cur["prefix"] == "costs"
    assert len(clients.calls) == 5


# What differs and is mended.


def test_others_columns_stay_and_ours_are_added() -> None:
    plan, dummy = planned(account_with(with_query("SELECT theirs, product FROM COST_AND_USAGE_REPORT")))
    added = ", ".join(column for column in COLUMNS if column != "product")
    before = with_query("SELECT theirs, product FROM COST_AND_USAGE_REPORT")
    after = with_query(f"SELECT theirs, product, {added} FROM COST_AND_USAGE_REPORT")
    parameters = {"ExportArn": arn(NAME), "Export": after}
    assert wordless(plan.steps) == [
        Step("", SERVICE, "update_export", parameters, "CUR_DIFFERS", before, after, repeat_on=NOT_YET)
    ]


@pytest.mark.parametrize(
    "query",
    [
        "select {0}, theirs, more from COST_AND_USAGE_REPORT;",
        "SELECT product.region AS region, {0} FROM COST_AND_USAGE_REPORT",
        "SELECT line_item_blended_cost AS cost, {0} FROM COST_AND_USAGE_REPORT",
    ],
)
def test_a_query_with_all_our_columns_is_left_alone(query: str) -> None:
    theirs = with_query(query.format(", ".join(reversed(COLUMNS))))
    assert planned(account_with(theirs))[0] == Plan()


def test_a_query_that_leaves_rows_out_is_worth_knowing_and_kept() -> None:
    theirs = with_query(stored()["DataQuery"]["QueryStatement"] + " WHERE a = 1")
    plan, dummy = planned(account_with(theirs))
    assert (codes(plan), plan.steps, plan.blocked) == (["CUR_ROWS_CUT"], [], [])
    assert "WHERE a = 1" in plan.others[0].title


@pytest.mark.parametrize(
    "query", ["SELECT max(a) FROM COST_AND_USAGE_REPORT", "SELECT a AS product FROM COST_AND_USAGE_REPORT"]
)
def test_a_query_that_cannot_be_extended_is_shown_and_never_overwritten(query: str) -> None:
    plan, dummy = planned(account_with(with_query(query)))
    assert [finding.code for finding in plan.blocked] == ["CUR_QUERY"]
    assert query in plan.blocked[0].text
    assert plan.steps == []


def test_another_refresh_cadence_is_mended() -> None:
    theirs = stored()
    theirs["RefreshCadence"] = {"Frequency": "DAILY"}
    (step,) = planned(account_with(theirs))[0].steps
    assert step.before["RefreshCadence"] == {"Frequency": "DAILY"}
    assert step.parameters["Export"] == stored()


def test_an_existing_export_is_tagged_beside_the_tags_of_others() -> None:
    assert planned(account_with(stored()), tags={"team": "data"})[0] == Plan()
    plan, dummy = planned(account_with(stored()), tags={"owner": "finops"})
    assert codes(plan) == ["BUCKET_TAGS", "CUR_TAGS"]
    parameters = {"ResourceArn": arn(NAME), "ResourceTags": [{"Key": "owner", "Value": "finops"}]}
    before, after = {"team": "data"}, {"team": "data", "owner": "finops"}
    assert wordless(plan.steps[-1:]) == [Step("", SERVICE, "tag_resource", parameters, "CUR_TAGS", before, after)]


def test_a_new_export_is_made_with_its_tags() -> None:
    plan, dummy = planned(account_with(), tags={"team": "data"})
    (step,) = plan.steps
    assert step.parameters["ResourceTags"] == [{"Key": "team", "Value": "data"}]


# Removal and looking.


def test_removal_takes_the_named_export_alone_and_leaves_the_bucket() -> None:
    clients = account_with(THEIRS, stored())
    plan, cur = planned(clients, state="absent", known=source(**READS_THEIRS))
    step = plan.steps[-1]
    assert (step.operation, step.parameters, step.before) == ("delete_export", {"ExportArn": arn(NAME)}, stored())
    assert (cur["arn"], cur["status"], cur["delivered"]) == (None, None, False)
    assert clients.operations() == ["list_exports", "get_export", "get_export", "get_bucket_policy"]
    assert planned(account_with(get_bucket_policy=AwsError("s3", "NoSuchBucket", "")), state="absent")[0] == Plan()


def test_info_shows_the_export_as_it_is() -> None:
    theirs = stored(prefix="costs")
    cur = Cur({"prefix": "mine"}, account_with(theirs))
    shown = cur.info(cur.read())["cur"]
    assert (shown["exists"], shown["prefix"], shown["export"]) == (True, "costs", theirs)
    assert shown["bucket_settings"]["ownership"] == bucket.OWNERSHIP
    cur = Cur({}, account_with(head_bucket=without_bucket()))
    shown = cur.info(cur.read())["cur"]
    assert (shown["exists"], shown["export"], shown["arn"], shown["prefix"]) == (False, None, None, "reports")
    assert (shown["delivered"], shown["bucket_settings"]) == (False, None)


def test_the_new_export_s_arn_is_the_result_s() -> None:
    clients = account_with()
    clients.write = lambda client, operation, parameters, repeat_on: {"ExportArn": arn(NAME)}  # type: ignore[attr-defined]
    result = reconcile(Cur({}, clients), False, Progress())
    assert result["cur"]["arn"] == arn(NAME)
