# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bucket policy that lets the export service write: only what is missing is added."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import bucket_policy
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policy_denials import Request

ACCOUNT = "111122223333"
OTHER = "444455556666"
BUCKET = "billing-export-111122223333"
OBJECTS = f"arn:aws:s3:::{BUCKET}/*"
EXPORTS = f"arn:aws:bcm-data-exports:us-east-1:{ACCOUNT}:export/*"
TLS_ONLY = {
    "Sid": "TlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [f"arn:aws:s3:::{BUCKET}", OBJECTS],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
OURS = bucket_policy.export_statement("aws", ACCOUNT, BUCKET)
OF_ANOTHER_ACCOUNT = bucket_policy.export_statement("aws", OTHER, BUCKET)
# AWS documented this form earlier; it serves legacy reports too.
COMBINED = {
    "Sid": "EnableAWSDataExportsToWriteToS3AndCheckPolicy",
    "Effect": "Allow",
    "Principal": {"Service": ["billingreports.amazonaws.com", "bcm-data-exports.amazonaws.com"]},
    "Action": ["s3:PutObject", "s3:GetBucketPolicy"],
    "Resource": [OBJECTS, f"arn:aws:s3:::{BUCKET}"],
    "Condition": {
        "StringLike": {
            "aws:SourceAccount": ACCOUNT,
            "aws:SourceArn": [f"arn:aws:cur:us-east-1:{ACCOUNT}:definition/*", EXPORTS],
        }
    },
}
LEGACY_ALONE = {
    **COMBINED,
    "Sid": bucket_policy.SID,
    "Principal": {"Service": "billingreports.amazonaws.com"},
}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Id": "Theirs", "Statement": list(statements)}


def merged(current: dict[str, Any] | None) -> dict[str, Any]:
    before = copy.deepcopy(current)
    after = bucket_policy.merged(current, "aws", ACCOUNT, BUCKET)
    assert current == before
    return after


def test_an_empty_bucket_policy_gets_the_documented_statement() -> None:
    assert merged(None) == {"Version": "2012-10-17", "Statement": [OURS]}
    assert OURS == {
        "Sid": "EnableAWSDataExportsToWriteToS3",
        "Effect": "Allow",
        "Principal": {"Service": ["bcm-data-exports.amazonaws.com"]},
        "Action": ["s3:PutObject"],
        "Resource": OBJECTS,
        "Condition": {
            "ArnLike": {"aws:SourceArn": EXPORTS},
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
        },
    }


@pytest.mark.parametrize(
    ("partition", "region"), [("aws", "us-east-1"), ("aws-cn", "cn-northwest-1"), ("aws-us-gov", "us-east-1")]
)
def test_the_statement_names_the_service_of_the_partition(partition: str, region: str) -> None:
    statement = bucket_policy.export_statement(partition, ACCOUNT, BUCKET)
    source = f"arn:{partition}:bcm-data-exports:{region}:{ACCOUNT}:export/*"
    assert statement["Condition"]["ArnLike"] == {"aws:SourceArn": source}
    assert statement["Resource"] == f"arn:{partition}:s3:::{BUCKET}/*"


def test_what_the_service_asks_of_s3_when_it_delivers() -> None:
    request = bucket_policy.write_request("aws", ACCOUNT, BUCKET, "reports/billing/", "billing")
    files = (
        "aws-programmatic-access-test-object",
        "reports/billing/data/BILLING_PERIOD=2026-01/billing-00001.snappy.parquet",
        "reports/billing/metadata/BILLING_PERIOD=2026-01/billing-Manifest.json",
    )
    assert request == Request(
        "bcm-data-exports.amazonaws.com",
        "s3:putobject",
        tuple(f"arn:aws:s3:::{BUCKET}/{file}" for file in files),
        {
            "aws:securetransport": "true",
            "s3:tlsversion": "1.3",
            "aws:sourceaccount": ACCOUNT,
            "aws:sourcearn": EXPORTS.replace("*", "billing-00000000-0000-0000-0000-000000000000"),
            "aws:principalisawsservice": "true",
            "aws:principalservicename": "bcm-data-exports.amazonaws.com",
            "aws:viaawsservice": "false",
            "aws:principalorgid": None,
            "aws:principalorgpaths": None,
        },
    )


def test_s3_takes_policies_of_20_kilobytes() -> None:
    assert bucket_policy.SIZE_LIMIT == 20480


WRITES = {
    "ours": [OURS],
    "without a Sid": [{key: OURS[key] for key in OURS if key != "Sid"}],
    "the combined form": [COMBINED],
    "beside others": [TLS_ONLY, OF_ANOTHER_ACCOUNT, COMBINED],
    "a plain service and StringLike": [
        {
            **OURS,
            "Principal": {"Service": "bcm-data-exports.amazonaws.com"},
            "Action": "S3:putobject",
            "Condition": {"StringLike": {"AWS:sourcearn": EXPORTS, "aws:sourceaccount": [ACCOUNT]}},
        }
    ],
    "for the account alone": [{**OURS, "Condition": {"StringEquals": {"aws:SourceAccount": [ACCOUNT, OTHER]}}}],
    "a wider action": [{**OURS, "Action": "s3:Put*"}],
}


@pytest.mark.parametrize("statements", WRITES.values(), ids=WRITES)
def test_a_policy_that_lets_the_service_write_is_left_as_it_is(statements: list[dict[str, Any]]) -> None:
    current = policy(*statements)
    assert merged(current) is current


FALLS_SHORT = {
    "no statement": [],
    "another team's": [TLS_ONLY],
    "one object as the statement": TLS_ONLY,
    "another account's under our Sid": [OF_ANOTHER_ACCOUNT],
    "a legacy report's under our Sid": [LEGACY_ALONE],
    "one of ours that serves legacy reports under a path": [
        {**COMBINED, "Sid": bucket_policy.SID, "Resource": f"arn:aws:s3:::{BUCKET}/reports/*"}
    ],
    "a denial under our Sid": [{**OURS, "Effect": "Deny"}],
    "a narrower one under a Sid of theirs": [{**OURS, "Sid": "Theirs", "Resource": f"arn:aws:s3:::{BUCKET}/costs/*"}],
}


@pytest.mark.parametrize("statements", FALLS_SHORT.values(), ids=FALLS_SHORT)
def test_only_what_is_missing_is_added_and_everything_of_others_stays(statements: Any) -> None:
    current = {"Version": "2012-10-17", "Id": "Theirs", "Statement": statements}
    after = merged(current)
    others = [statements] if isinstance(statements, dict) else statements
    assert after["Statement"][:-1] == others
    assert {**after["Statement"][-1], "Sid": ""} == {**OURS, "Sid": ""}
    assert after["Id"] == "Theirs"
    assert len({statement["Sid"] for statement in after["Statement"]}) == len(after["Statement"])
    assert merged(after) is after


@pytest.mark.parametrize(
    "changes",
    [
        {"Resource": f"arn:aws:s3:::{BUCKET}/reports/*"},
        {"Condition": {**OURS["Condition"], "StringEquals": {"aws:SourceAccount": ACCOUNT, "aws:SourceOrgID": "o-1"}}},
        {"Sid": bucket_policy.SID + "For" + ACCOUNT, "Resource": f"arn:aws:s3:::{BUCKET}/reports/*"},
    ],
)
def test_a_narrower_statement_of_ours_is_replaced(changes: dict[str, Any]) -> None:
    assert merged(policy(TLS_ONLY, {**OURS, **changes}))["Statement"] == [TLS_ONLY, OURS]


def test_each_new_sid_is_one_that_is_free() -> None:
    sids = [bucket_policy.SID + end for end in ("", f"For{ACCOUNT}", f"For{ACCOUNT}Number2", f"For{ACCOUNT}Number3")]
    taken = [{**LEGACY_ALONE, "Sid": sid} for sid in sids]
    for number, sid in enumerate(sids):
        assert merged(policy(*taken[:number]))["Statement"][-1]["Sid"] == sid


OUR_NARROWER = {**OURS, "Resource": f"arn:aws:s3:::{BUCKET}/reports/*"}
OUR_SECOND = {**OURS, "Sid": f"{bucket_policy.SID}For{ACCOUNT}"}


@pytest.mark.parametrize(
    ("found", "left"),
    [
        (policy(OURS), None),
        (policy(OUR_SECOND, OUR_NARROWER), None),
        (policy(TLS_ONLY, OURS, OF_ANOTHER_ACCOUNT), policy(TLS_ONLY, OF_ANOTHER_ACCOUNT)),
        (policy(COMBINED), policy(COMBINED)),
        (policy(LEGACY_ALONE, OUR_SECOND), policy(LEGACY_ALONE)),
        (policy({**OURS, "Sid": "Theirs"}), policy({**OURS, "Sid": "Theirs"})),
        (policy({**OURS, "Effect": "Deny"}), policy({**OURS, "Effect": "Deny"})),
        (None, None),
    ],
)
def test_a_removal_takes_out_what_is_ours_and_leaves_the_rest_as_it_is(found: Any, left: Any) -> None:
    before = copy.deepcopy(found)
    assert bucket_policy.without_ours(found, "aws", ACCOUNT, BUCKET) == left
    assert found == before


@pytest.mark.parametrize("before", [None, policy(TLS_ONLY), policy(OF_ANOTHER_ACCOUNT, LEGACY_ALONE, TLS_ONLY)])
def test_a_removal_takes_back_just_what_was_added(before: Any) -> None:
    assert bucket_policy.without_ours(merged(before), "aws", ACCOUNT, BUCKET) == before


def test_whom_a_policy_lets_in_besides_us() -> None:
    nameless = {key: value for key, value in OF_ANOTHER_ACCOUNT.items() if key != "Sid"}
    found = policy(TLS_ONLY, OURS, COMBINED, nameless)
    assert bucket_policy.others_allowed(found, "aws", ACCOUNT, BUCKET) == [COMBINED["Sid"], "statement 4"]
    assert bucket_policy.others_allowed(None, "aws", ACCOUNT, BUCKET) == []
