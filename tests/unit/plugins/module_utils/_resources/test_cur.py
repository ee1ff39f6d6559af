# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report: which export is meant, what is planned for it, and what only a person can decide."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import bucket_policy, export
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.columns import COLUMNS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Progress, reconcile
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources import bucket
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.cur import Cur
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.cur_state import State
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, FakeClients, codes, titles, wordless

NAME = f"billing-{ACCOUNT}"
BUCKET = f"billing-export-{ACCOUNT}"
TODAY = "2026-01-02T00:00:00Z"
DELIVERED = {"StatusCode": "HEALTHY", "LastRefreshedAt": TODAY}
NEW = {"StatusCode": "HEALTHY"}
CSV = {**export.OUTPUT_CONFIGURATION, "Format": "TEXT_OR_CSV", "Compression": "GZIP"}


def stored(name: str = NAME, bucket_name: str = BUCKET, prefix: str = "reports", **destination: Any) -> dict[str, Any]:
    """The documented export, with a destination of its own."""
    found = export.definition(name, bucket_name, prefix, "us-east-1")
    found["DestinationConfigurations"]["S3Destination"].update(destination)
    return found


def with_query(query: str) -> dict[str, Any]:
    found = stored()
    found["DataQuery"]["QueryStatement"] = query
    return found


def configured(**settings: str) -> dict[str, Any]:
    found = stored()
    found["DataQuery"]["TableConfigurations"][export.TABLE].update(settings)
    return found


def arn(name: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:bcm-data-exports:us-east-1:{account}:export/{name}-0f1e"


def account_with(
    *found: dict[str, Any],
    status: dict[str, Any] | None = None,
    files: tuple[str, ...] = (),
    owner: str = ACCOUNT,
    **answers: Any,
) -> FakeClients:
    """An account with these exports, a bucket as it should be, and files in it."""
    by_arn = {arn(one["Name"], owner): one for one in found}

    def list_objects(parameters: dict[str, Any]) -> dict[str, Any]:
        keys = [key for key in files if key.startswith(parameters["Prefix"])]
        return {"Contents": [{"Key": key} for key in keys]}

    def policy(parameters: dict[str, Any]) -> dict[str, Any]:
        statement = bucket_policy.export_statement("aws", ACCOUNT, parameters["Bucket"])
        return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}

    return FakeClients(
        {
            "list_exports": {
                "Exports": [
                    {"ExportArn": its_arn, "ExportName": one["Name"], "ExportStatus": status or DELIVERED}
                    for its_arn, one in by_arn.items()
                ]
            },
            "get_export": lambda parameters: {"Export": copy.deepcopy(by_arn[parameters["ExportArn"]])},
            "list_tags_for_resource": {"ResourceTags": [{"Key": "team", "Value": "data"}]},
            "head_bucket": {"BucketRegion": "us-east-1"},
            "get_bucket_policy": policy,
            "get_public_access_block": {"PublicAccessBlockConfiguration": bucket.PUBLIC_ACCESS_BLOCK},
            "get_bucket_ownership_controls": {"OwnershipControls": bucket.OWNERSHIP},
            "get_bucket_encryption": {"ServerSideEncryptionConfiguration": bucket.ENCRYPTION},
            "get_bucket_tagging": {"TagSet": [{"Key": "team", "Value": "data"}]},
            "list_objects_v2": list_objects,
            **answers,
        }
    )


def without_bucket() -> AwsError:
    return AwsError("s3:HeadBucket", "404", "Not Found")


def source(**config: Any) -> dict[str, Any]:
    """The account's data source as the platform listed it."""
    read = {"report_name": NAME, "bucket_name": BUCKET, "bucket_prefix": "reports", "linked": None}
    return {"id": "1", "account_id": ACCOUNT, "config": {**read, **config}}


def planned(clients: FakeClients, **options: Any) -> tuple[Plan, dict[str, Any]]:
    """The plan, and the result's C(cur) if it is done."""
    cur = Cur(options, clients)
    current = cur.read()
    before = copy.deepcopy(current)
    plan = cur.plan(current)
    assert current == before
    return plan, cur.describe(current, plan.steps)["cur"]


def place(cur: dict[str, Any]) -> tuple[str, str, str]:
    return cur["name"], cur["bucket"], cur["prefix"]


def operations(plan: Plan) -> list[str]:
    return [step.operation for step in plan.steps]


SERVICE = "bcm-data-exports"
NOT_YET = "S3 bucket permission validation failed"
CREATION = Step(
    "", SERVICE, "create_export", {"Export": stored()}, code="CUR_MISSING", after=stored(), repeat_on=NOT_YET
)


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
        "prefix": "reports",
        "status": "HEALTHY",
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


# What is delivered.


@pytest.mark.parametrize(
    ("status", "files", "prefix", "known", "delivered"),
    [
        (NEW, (), "reports", None, False),
        (DELIVERED, (), "reports", None, True),
        (DELIVERED, (), "costs/finops", None, False),
        (NEW, (f"costs/finops/{NAME}/data/a",), "costs/finops", None, True),
        (NEW, (f"costs/finops/another-{NAME}/data/a",), "costs/finops", None, False),
        (NEW, (f"costs/finops/{NAME}/data/a",), "costs/finops", source(), True),
        (NEW, (f"costs/finops/{NAME}/data/a",), "costs/finops", source(bucket_prefix="costs/finops"), False),
    ],
)
def test_whether_files_lie_under_a_nested_prefix_is_looked_up_before_it_is_read(
    status: dict[str, Any], files: tuple[str, ...], prefix: str, known: Any, delivered: bool
) -> None:
    dummy, cur = planned(account_with(stored(prefix=prefix), status=status, files=files), known=known)
    assert cur["delivered"] is delivered


def test_a_bucket_that_is_gone_has_no_files() -> None:
    clients = account_with(stored(prefix="costs/finops"), get_bucket_policy=AwsError("s3:any", "NoSuchBucket", ""))
    plan, cur = planned(clients)
    assert codes(plan) == ["BUCKET_MISSING"]
    assert cur["delivered"] is False
    assert clients.operations("list_objects_v2") == []


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


# Formats that must not be mixed.

PARQUET = f"reports/{NAME}/data/BILLING_PERIOD=2026-01/a.snappy.parquet"
OLD_CSV = f"reports/{NAME}/data/BILLING_PERIOD=2025-12/a.csv.gz"


@pytest.mark.parametrize(
    "output", [CSV, {**export.OUTPUT_CONFIGURATION, "Overwrite": "CREATE_NEW_REPORT"}], ids=["CSV", "CREATE_NEW"]
)
@pytest.mark.parametrize("allow_replace", [False, True])
@pytest.mark.parametrize(("status", "files"), [(DELIVERED, ()), (NEW, (OLD_CSV,))])
def test_the_format_is_never_changed_where_files_of_another_lie(
    output: dict[str, str], allow_replace: bool, status: dict[str, Any], files: tuple[str, ...]
) -> None:
    clients = account_with(stored(S3OutputConfigurations=output), status=status, files=files)
    plan, dummy = planned(clients, allow_replace=allow_replace)
    (finding,) = plan.blocked
    assert finding.code == "CUR_FORMAT"
    assert "O(name)" in finding.remedy and "O(prefix)" in finding.remedy
    assert plan.steps == []


def test_a_replacement_is_no_way_around_files_of_another_format() -> None:
    daily = configured(TIME_GRANULARITY="DAILY")
    plan, dummy = planned(account_with(daily, files=(PARQUET, OLD_CSV)), allow_replace=True)
    assert [finding.code for finding in plan.blocked] == ["CUR_FORMAT"]
    assert OLD_CSV in plan.blocked[0].title
    daily["DestinationConfigurations"]["S3Destination"]["S3OutputConfigurations"] = CSV
    plan, dummy = planned(account_with(daily), allow_replace=True)
    assert [finding.code for finding in plan.blocked] == ["CUR_FORMAT"]


def test_a_new_export_is_not_made_over_files_of_another_format() -> None:
    assert [finding.code for finding in planned(account_with(files=(OLD_CSV,)))[0].blocked] == ["CUR_FORMAT"]
    assert planned(account_with(files=(PARQUET,)))[0].blocked == []


def test_an_export_is_not_sent_to_where_files_of_another_format_lie() -> None:
    files = (f"mine/{NAME}/data/BILLING_PERIOD=2025-12/a.csv.gz",)
    plan, dummy = planned(account_with(stored(), status=NEW, files=files), prefix="mine")
    assert [finding.code for finding in plan.blocked] == ["CUR_FORMAT"]
    assert plan.steps == []


def test_the_format_may_change_before_the_first_delivery_and_under_a_new_prefix() -> None:
    theirs = stored(S3OutputConfigurations=CSV)
    for plan, prefix in (
        (planned(account_with(theirs, status=NEW))[0], "reports"),
        (planned(account_with(theirs, files=(OLD_CSV,)), prefix="parquet")[0], "parquet"),
    ):
        (step,) = plan.steps
        assert step.code == "CUR_DIFFERS"
        assert step.parameters["Export"] == stored(prefix=prefix)


@pytest.mark.parametrize(
    ("found", "allow_replace", "listed"),
    [
        (with_query("SELECT product FROM COST_AND_USAGE_REPORT"), True, False),
        (configured(TIME_GRANULARITY="DAILY"), False, False),
        (configured(TIME_GRANULARITY="DAILY"), True, True),
    ],
)
def test_files_are_only_listed_where_an_export_begins_to_deliver(
    found: dict[str, Any], allow_replace: bool, listed: bool
) -> None:
    clients = account_with(found)
    planned(clients, allow_replace=allow_replace)
    assert bool(clients.operations("list_objects_v2")) is listed


def test_in_a_bucket_that_is_not_there_no_file_is_looked_for() -> None:
    clients = account_with(head_bucket=without_bucket())
    planned(clients)
    assert clients.operations("list_objects_v2") == []


@pytest.mark.parametrize(
    ("found", "settled"),
    [
        (stored(), True),
        (with_query("SELECT product FROM COST_AND_USAGE_REPORT"), False),
        (configured(TIME_GRANULARITY="DAILY"), False),
    ],
)
def test_all_of_the_bucket_is_read_until_the_export_stands(found: dict[str, Any], settled: bool) -> None:
    clients = account_with(found)
    planned(clients)
    assert bool(clients.operations("head_bucket", "get_bucket_encryption")) is not settled


def test_an_export_that_is_not_there_is_not_moved() -> None:
    assert State(ACCOUNT, NAME, BUCKET, "reports", "us-east-1").moves == []


# What AWS cannot change in place.


def test_what_only_a_replacement_changes_is_for_a_person() -> None:
    plan, dummy = planned(
        account_with(configured(TIME_GRANULARITY="DAILY", INCLUDE_RESOURCES="FALSE")), tags={"a": "b"}
    )
    assert [finding.code for finding in plan.blocked] == ["CUR_TABLE"]
    assert "TIME_GRANULARITY=DAILY, INCLUDE_RESOURCES=FALSE" in plan.blocked[0].title
    assert plan.blocked[0].actual == ["TIME_GRANULARITY=DAILY", "INCLUDE_RESOURCES=FALSE"]
    assert "O(allow_replace)" in plan.blocked[0].remedy
    assert operations(plan) == ["put_bucket_tagging"]


def test_a_setting_that_is_missing_on_read_has_its_default() -> None:
    theirs = stored()
    del theirs["DataQuery"]["TableConfigurations"][export.TABLE]["INCLUDE_RESOURCES"]
    assert [finding.code for finding in planned(account_with(theirs))[0].blocked] == ["CUR_TABLE"]


def test_an_allowed_replacement_is_taken_back_where_aws_refuses_it() -> None:
    daily = configured(TIME_GRANULARITY="DAILY")
    plan, cur = planned(account_with(daily), allow_replace=True, tags={"team": "data"})
    assert titles(plan) == [f"Delete the export {NAME}", f"Create the export {NAME}"]
    undo = Step("", SERVICE, "create_export", {"Export": daily})
    deletion = Step("", SERVICE, "delete_export", {"ExportArn": arn(NAME)}, "CUR_REPLACE", daily, undo=undo)
    parameters = {"Export": stored(), "ResourceTags": [{"Key": "team", "Value": "data"}]}
    assert wordless(plan.steps) == [deletion, dataclasses.replace(CREATION, code="", parameters=parameters)]


# What a person must know or decide first.


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("INSUFFICIENT_PERMISSION", "bucket's policy"),
        ("BILL_OWNER_CHANGED", "Billing Transfer"),
        ("INTERNAL_FAILURE", "support case"),
        ("DEPRECATED", "O(name)"),
        ("SOMETHING_NEW", "console"),
    ],
)
def test_an_unhealthy_export_is_told_with_its_reason_and_remedy(reason: str, remedy: str) -> None:
    status = {"StatusCode": "UNHEALTHY", "StatusReason": reason, "LastRefreshedAt": TODAY}
    plan, dummy = planned(account_with(stored(), status=status))
    (finding,) = plan.findings
    assert (finding.code, finding.severity) == ("CUR_UNHEALTHY", "alarm")
    assert reason in finding.title and remedy in finding.remedy


def test_a_bucket_policy_that_explains_an_unhealthy_export_is_mended_with_it() -> None:
    status = {"StatusCode": "UNHEALTHY", "StatusReason": "INSUFFICIENT_PERMISSION"}
    no_policy = AwsError("s3:any", "NoSuchBucketPolicy", "")
    clients = account_with(stored(), status=status, get_bucket_policy=no_policy)
    plan, dummy = planned(clients)
    assert codes(plan) == ["CUR_UNHEALTHY", "BUCKET_STATEMENT"]
    assert "get_bucket_encryption" in [operation for operation, dummy in clients.calls]


def test_a_denial_of_the_delivery_is_told_at_once() -> None:
    denial = {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    policy = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [denial]})}
    plan, dummy = planned(account_with(get_bucket_policy=policy))
    assert [finding.code for finding in plan.blocked] == ["BUCKET_POLICY_DENIES"]


def test_another_account_s_bucket_is_left_to_that_account() -> None:
    plan, dummy = planned(account_with(stored(S3BucketOwner=OTHER)), tags={"team": "data"})
    assert (codes(plan), plan.steps) == (["BUCKET_ELSEWHERE"], [])
    assert planned(account_with(stored(S3BucketOwner=ACCOUNT)))[0] == Plan()
    moved, dummy = planned(account_with(stored(S3BucketOwner=OTHER), status=NEW), bucket="mine", tags={"owner": "me"})
    assert operations(moved) == ["put_bucket_tagging", "update_export", "tag_resource"]
    assert moved.steps[1].parameters["Export"] == stored(bucket_name="mine")


def test_a_name_that_differs_in_case_alone_is_for_a_person() -> None:
    plan, dummy = planned(account_with(stored(NAME.upper())))
    assert [finding.code for finding in plan.blocked] == ["CUR_NAME_CASE"]
    assert NAME.upper() in plan.blocked[0].remedy


def test_a_full_account_is_known_before_the_first_write() -> None:
    five = [stored(f"theirs-{number}") for number in range(5)]
    plan, dummy = planned(account_with(*five))
    assert [finding.code for finding in plan.blocked] == ["CUR_QUOTA"]
    assert "theirs-4" in plan.blocked[0].title
    five[0]["DataQuery"]["QueryStatement"] = "SELECT a FROM FOCUS_1_2_AWS"
    assert planned(account_with(*five))[0].blocked == []
    five.append(stored())
    assert planned(account_with(*five))[0] == Plan()


@pytest.mark.parametrize("prefix", ["", "with space", "/slash"])
def test_a_prefix_that_the_platform_cannot_read_is_for_a_person(prefix: str) -> None:
    plan, dummy = planned(account_with(stored(prefix=prefix)))
    assert [finding.code for finding in plan.blocked] == ["CUR_PREFIX"]
    assert "O(prefix)" in plan.blocked[0].title


@pytest.mark.parametrize(
    ("option", "value"), [("name", "a b"), ("bucket", "A"), ("prefix", "a b"), ("bucket_region", "mars")]
)
def test_a_value_that_cannot_work_names_its_option(option: str, value: str) -> None:
    with pytest.raises(InputError) as raised:
        Cur({option: value}, account_with())
    assert raised.value.option == option


def test_exports_of_another_account_stop_everything() -> None:
    with pytest.raises(FinopsError, match=OTHER) as raised:
        planned(account_with(stored("any"), owner=OTHER))
    assert raised.value.finding_code == "ACCOUNT_OTHER"


# Removal and looking.


def test_removal_takes_the_named_export_alone_and_leaves_the_bucket() -> None:
    clients = account_with(THEIRS, stored())
    plan, cur = planned(clients, state="absent", known=source(**READS_THEIRS))
    (step,) = plan.steps
    assert (step.operation, step.parameters, step.before) == ("delete_export", {"ExportArn": arn(NAME)}, stored())
    assert (cur["arn"], cur["status"], cur["delivered"]) == (None, None, False)
    assert len(clients.calls) == 2
    assert planned(account_with(), state="absent")[0] == Plan()


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
