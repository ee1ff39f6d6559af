# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report's removal: our statement, the export, and where it is asked for the bucket; what others have there stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import bucket_policy
from tests.unit.plugins.module_utils._resources.exports import (
    BUCKET,
    NAME,
    account_with,
    arn,
    operations,
    planned,
    source,
    stored,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, FakeClients, codes

OURS = bucket_policy.export_statement("aws", ACCOUNT, BUCKET)
THEIRS = bucket_policy.export_statement("aws", OTHER, BUCKET)
TLS_ONLY = {"Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
FILE = f"reports/{NAME}/data/BILLING_PERIOD=2026-01/a.snappy.parquet"
NO_POLICY = AwsError("s3:get_bucket_policy", "NoSuchBucketPolicy", "none")
NO_BUCKET = AwsError("s3:get_bucket_policy", "NoSuchBucket", "none")
DENIED = AwsError("s3:get_bucket_policy", "AccessDenied", "no")
PURGE = {"state": "absent", "purge_bucket": True}


def with_policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"get_bucket_policy": {"Policy": json.dumps({"Version": "2012-10-17", "Statement": list(statements)})}}


def account(*exports: dict[str, Any], keys: tuple[str, ...] = (), **answers: Any) -> FakeClients:
    """An account with these exports, and these keys at the root of the bucket or one folder for all."""
    found = {
        "list_object_versions": lambda given: {
            "Versions": [{"Key": key, "VersionId": "v"} for key in keys if given["Prefix"] == ""]
        },
        "list_multipart_uploads": {"Uploads": []},
        "describe_report_definitions": {"ReportDefinitions": []},
    }
    return account_with(*exports, **{**found, **answers})


def test_the_statement_goes_before_the_export_that_knows_its_bucket() -> None:
    plan, dummy = planned(account(stored()), state="absent")
    assert operations(plan) == ["delete_bucket_policy", "delete_export"]
    assert codes(plan) == ["BUCKET_STAYS", "BUCKET_STATEMENT_UNWANTED", "CUR_UNWANTED"]
    assert plan.steps[0].parameters == {"Bucket": BUCKET, "ExpectedBucketOwner": ACCOUNT}
    assert BUCKET in plan.others[0].title and "O(purge_bucket)" in plan.others[0].remedy


def test_the_statements_of_others_stay_as_they_are() -> None:
    plan, dummy = planned(account(stored(), **with_policy(TLS_ONLY, OURS, THEIRS)), state="absent")
    step = plan.steps[0]
    assert step.operation == "put_bucket_policy"
    assert json.loads(step.parameters["Policy"]) == {"Version": "2012-10-17", "Statement": [TLS_ONLY, THEIRS]}


@pytest.mark.parametrize("answer", [with_policy(TLS_ONLY), {"get_bucket_policy": NO_POLICY}])
def test_a_bucket_without_a_statement_of_ours_is_not_written_to(answer: dict[str, Any]) -> None:
    plan, dummy = planned(account(stored(), **answer), state="absent")
    assert operations(plan) == ["delete_export"]


def test_the_statement_stays_where_another_export_is_delivered_by_it() -> None:
    plan, dummy = planned(account(stored(), stored("theirs"), stored("elsewhere", "another")), state="absent")
    assert operations(plan) == ["delete_export"]
    assert codes(plan)[:2] == ["BUCKET_STATEMENT_STAYS", "BUCKET_STAYS"]
    assert "theirs" in plan.others[0].title and "elsewhere" not in plan.others[0].title


def test_a_run_that_was_killed_is_finished_from_the_names_alone() -> None:
    plan, dummy = planned(account(), state="absent")
    assert operations(plan) == ["delete_bucket_policy"]
    assert planned(account(get_bucket_policy=NO_BUCKET), state="absent")[0].findings == []
    assert planned(account(get_bucket_policy=NO_BUCKET), **PURGE)[0].findings == []


def test_the_bucket_of_another_account_is_its_own_affair() -> None:
    clients = account(stored(S3BucketOwner=OTHER))
    plan, dummy = planned(clients, state="absent")
    assert operations(plan) == ["delete_export"]
    assert clients.operations("get_bucket_policy") == []


@pytest.mark.parametrize(("options", "wanted"), [({"state": "absent"}, []), (PURGE, ["BUCKET_FOREIGN"])])
def test_a_bucket_that_may_not_be_read_keeps_no_export_from_going(options: dict[str, Any], wanted: list[str]) -> None:
    plan, dummy = planned(account(stored(), get_bucket_policy=DENIED), **options)
    assert operations(plan) == ["delete_export"]
    assert [finding.code for finding in plan.others] == wanted


def test_any_other_error_is_told() -> None:
    with pytest.raises(AwsError):
        planned(account(stored(), get_bucket_policy=AwsError("s3", "SlowDown", "no")), state="absent")


# The bucket with all that is in it.


def test_a_purge_comes_last_and_empties_the_bucket_first() -> None:
    plan, dummy = planned(account(stored(), keys=("aws-programmatic-access-test-object",)), **PURGE)
    assert operations(plan) == ["delete_bucket_policy", "delete_export", "empty_bucket", "delete_bucket"]
    assert (plan.steps[2].client, plan.steps[2].parameters) == ("objects", {"bucket": BUCKET})
    assert codes(plan) == ["BUCKET_STATEMENT_UNWANTED", "CUR_UNWANTED", "BUCKET_UNWANTED"]
    empty, dummy = planned(account(get_bucket_policy=NO_POLICY), **PURGE)
    assert operations(empty) == ["delete_bucket"]


DENIED = AwsError("cur", "AccessDeniedException", "no")
LEGACY = {"ReportDefinitions": [{"ReportName": "old", "S3Bucket": BUCKET}, {"ReportName": "away", "S3Bucket": "other"}]}


@pytest.mark.parametrize(
    ("clients", "words"),
    [
        (account(stored(), keys=("notes.txt",)), "things of others lie there, such as notes.txt"),
        (account(stored(), stored("theirs")), "others are delivered there, theirs"),
        (account(stored(), describe_report_definitions=LEGACY), "others are delivered there, old"),
        (
            account(stored(), describe_report_definitions=DENIED),
            "perhaps a legacy report, which cur:DescribeReportDefinitions",
        ),
        (account(stored(), **with_policy(OURS, THEIRS)), "its policy lets others in, by EnableAWSDataExports"),
        (account(stored(bucket_name="moved")), "neither the documented bucket nor the one that O(bucket) names"),
    ],
    ids=["files", "export", "legacy report", "unseen", "policy", "name"],
)
def test_a_bucket_that_others_use_is_named_and_stays_alone(clients: FakeClients, words: str) -> None:
    plan, dummy = planned(clients, **PURGE)
    (finding,) = plan.blocked
    assert finding.code == "BUCKET_IN_USE" and words in finding.title
    assert "delete_export" in operations(plan)
    assert not {"empty_bucket", "delete_bucket"} & set(operations(plan))


def test_a_bucket_that_the_options_name_may_go() -> None:
    plan, dummy = planned(account(stored(bucket_name="mine")), bucket="mine", **PURGE)
    assert operations(plan)[-1] == "delete_bucket"


# What was only adopted.


@pytest.mark.parametrize(
    ("config", "options", "wanted"),
    [
        ({"report_name": "by-hand", "bucket_name": "theirs"}, {}, True),
        ({"report_name": "by-hand", "bucket_name": "theirs"}, {"name": "mine"}, True),
        ({"report_name": "by-hand", "bucket_name": "theirs"}, {"name": "by-hand"}, False),
        ({}, {}, False),
        ({"report_name": None}, {}, False),
        ({"report_name": "by-hand", "linked": True}, {}, False),
    ],
)
def test_a_report_that_was_only_adopted_stays_and_is_named(
    config: dict[str, Any], options: dict[str, Any], wanted: bool
) -> None:
    clients = account(stored("by-hand", "theirs"), get_bucket_policy=NO_BUCKET)
    plan, dummy = planned(clients, state="absent", known=source(**config), **options)
    notes = [finding.title for finding in plan.others if finding.code == "CUR_UNNAMED"]
    assert bool(notes) is wanted
    assert all("by-hand" in title for title in notes)
    deleted = [step.parameters["ExportArn"] for step in plan.steps if step.operation == "delete_export"]
    assert deleted == ([arn("by-hand")] if options.get("name") == "by-hand" else [])
