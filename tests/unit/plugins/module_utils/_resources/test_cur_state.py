# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a report from becoming what is wanted: what AWS cannot change, and what only a person can decide."""

from __future__ import annotations

import dataclasses
import json

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.cur import Cur
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.cur_state import State
from tests.unit.plugins.module_utils._resources.exports import (
    BUCKET,
    CREATION,
    NAME,
    NEW,
    SERVICE,
    TODAY,
    account_with,
    arn,
    configured,
    operations,
    planned,
    stored,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, codes, titles, wordless


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
    assert "migrate_to_cur2" in plan.blocked[0].remedy
    assert operations(plan) == ["put_bucket_tagging"]


def test_a_setting_that_is_missing_on_read_has_its_default() -> None:
    theirs = stored()
    del theirs["DataQuery"]["TableConfigurations"][export.TABLE]["INCLUDE_RESOURCES"]
    assert [finding.code for finding in planned(account_with(theirs))[0].blocked] == ["CUR_TABLE"]


def test_an_allowed_replacement_is_taken_back_where_aws_refuses_it() -> None:
    daily = configured(TIME_GRANULARITY="DAILY")
    plan, cur = planned(account_with(daily, status=NEW), allow_replace=True, tags={"team": "data"})
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
