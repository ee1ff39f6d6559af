# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which actions a first connection takes: by what is missing, each on its resource, in its region, for every partition."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.first_writes import Lacking

ACCOUNT = "111122223333"
USER = f"arn:aws:iam::{ACCOUNT}:user/path/FinOps"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/FinOps"
NOTHING = Lacking(ACCOUNT, "aws", policies=[], user=USER, has_user=True, makes_key=False)
KEY = [("iam:TagUser", USER), ("iam:CreateAccessKey", USER)]
BUCKET = "arn:aws:s3:::bills"
BUCKET_ACTIONS = [
    (f"s3:{action}", BUCKET)
    for action in (
        *("CreateBucket", "PutBucketPublicAccessBlock", "PutBucketOwnershipControls", "PutEncryptionConfiguration"),
        "PutBucketPolicy",
    )
]
EXPORT = [
    ("bcm-data-exports:CreateExport", f"arn:aws:bcm-data-exports:us-east-1:{ACCOUNT}:table/COST_AND_USAGE_REPORT"),
    ("cur:PutReportDefinition", f"arn:aws:cur:us-east-1:{ACCOUNT}:definition/daily"),
]


@pytest.mark.parametrize(
    ("lacks", "targets"),
    [
        ({}, {}),
        ({"makes_key": True}, {"us-east-1": KEY}),
        (
            {"policies": ["A", "B"]},
            {"us-east-1": [("iam:CreatePolicy", f"arn:aws:iam::{ACCOUNT}:policy/{name}") for name in "AB"]},
        ),
        ({"has_user": False}, {"us-east-1": [("iam:CreateUser", USER), ("iam:AttachUserPolicy", USER)]}),
        (
            {"has_user": False, "makes_key": True, "tags": {"a": "b"}},
            {
                "us-east-1": [
                    (f"iam:{action}", USER)
                    for action in ("CreateUser", "AttachUserPolicy", "TagUser", "CreateAccessKey")
                ]
            },
        ),
        ({"role": ROLE}, {"us-east-1": [("iam:CreateRole", ROLE), ("iam:AttachRolePolicy", ROLE)]}),
        (
            {"role": ROLE, "tags": {"a": "b"}},
            {"us-east-1": [(f"iam:{action}", ROLE) for action in ("CreateRole", "AttachRolePolicy", "TagRole")]},
        ),
        ({"export": "daily"}, {"us-east-1": EXPORT}),
        (
            {"export": "daily", "bucket": "bills", "bucket_region": "eu-west-1"},
            {"eu-west-1": BUCKET_ACTIONS, "us-east-1": EXPORT},
        ),
        (
            {"makes_key": True, "export": "daily", "bucket": "bills", "bucket_region": "us-east-1"},
            {"us-east-1": KEY + BUCKET_ACTIONS + EXPORT},
        ),
        (
            {"bucket": "bills", "bucket_region": "eu-west-1", "tags": {"a": "b"}},
            {"eu-west-1": [*BUCKET_ACTIONS, ("s3:PutBucketTagging", BUCKET)]},
        ),
    ],
    ids=[
        *(
            "nothing",
            "the key",
            "policies",
            "the user",
            "with tags",
            "the role",
            "a role with tags",
            "the export",
            "the bucket elsewhere",
        ),
        *("one region, one question", "a bucket with tags"),
    ],
)
def test_what_is_called_follows_from_what_is_missing(lacks: dict[str, Any], targets: dict[str, Any]) -> None:
    assert dataclasses.replace(NOTHING, **lacks).targets() == targets


@pytest.mark.parametrize(
    ("asked", "context"),
    [
        ({}, {}),
        (
            {"tags": {"team": "web", "cost": "own"}},
            {"aws:RequestTag/team": "web", "aws:RequestTag/cost": "own", "aws:TagKeys": ["cost", "team"]},
        ),
        ({"boundary": "arn:b", "attached": "arn:p"}, {"iam:PermissionsBoundary": "arn:b", "iam:PolicyARN": "arn:p"}),
        (
            {"bucket": "bills", "bucket_region": "us-east-1"},
            {"s3:x-amz-object-ownership": "BucketOwnerEnforced"},
        ),
        (
            {"bucket": "bills", "bucket_region": "eu-west-1"},
            {"s3:x-amz-object-ownership": "BucketOwnerEnforced", "s3:LocationConstraint": "eu-west-1"},
        ),
    ],
)
def test_what_the_requests_hold_is_told(asked: dict[str, Any], context: dict[str, Any]) -> None:
    lacking = dataclasses.replace(NOTHING, **asked)
    assert lacking.context("eu-west-1") == {"aws:RequestedRegion": "eu-west-1", **context}


def test_other_partitions_have_regions_and_arns_of_their_own() -> None:
    lacking = Lacking(
        ACCOUNT, "aws-cn", ["A"], "u", True, False, export="daily", bucket="bills", bucket_region="cn-north-1"
    )
    targets = lacking.targets()
    assert {region: len(called) for region, called in targets.items()} == {"cn-north-1": 6, "cn-northwest-1": 2}
    assert all(resource.startswith("arn:aws-cn:") for called in targets.values() for dummy, resource in called)
    assert targets["cn-northwest-1"][0][1].startswith("arn:aws-cn:bcm-data-exports:cn-northwest-1:")
