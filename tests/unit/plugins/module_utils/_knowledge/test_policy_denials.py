# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements of others that keep the export service from writing, and such that only look like it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.bucket_policy import write_request
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policy_denials import denials

ACCOUNT = "111122223333"
SERVICE = "bcm-data-exports.amazonaws.com"
BUCKET = "arn:aws:s3:::costs"
REQUEST = write_request("aws", ACCOUNT, "costs", "reports/billing/", "billing")
ALL: dict[str, Any] = {
    "Sid": "Theirs",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [BUCKET, f"{BUCKET}/*"],
}


def when(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {**ALL, "Condition": {operator: {key: value}}}


def without(element: str, **instead: Any) -> dict[str, Any]:
    return {**{key: value for key, value in ALL.items() if key != element}, **instead}


@pytest.mark.parametrize(
    "statement",
    [
        ALL,
        {**ALL, "Principal": {"AWS": "*"}},
        {**ALL, "Principal": {"Service": ["billingreports.amazonaws.com", SERVICE]}},
        {**ALL, "Action": ["S3:putOBJECT"]},
        {**ALL, "Resource": f"{BUCKET}/aws-programmatic-access-test-object"},
        {**ALL, "Resource": f"{BUCKET}/reports/*"},
        {**ALL, "Resource": f"{BUCKET}/*.parquet"},
        {**ALL, "Resource": f"{BUCKET}/*Manifest.json"},
        without("Principal", NotPrincipal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/admin"}),
        without("Action", NotAction=["s3:GetObject"]),
        without("Resource", NotResource=f"{BUCKET}/theirs/*"),
        when("StringNotEquals", "aws:PrincipalOrgID", "o-1"),
        when("StringNotEqualsIfExists", "aws:PrincipalOrgID", "o-1"),
        when("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1"),
        when("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-1/*"),
        when("Null", "aws:PrincipalOrgID", True),
        when("Null", "aws:SourceAccount", "false"),
        when("StringNotEquals", "AWS:sourceaccount", "444455556666"),
        when("StringNotLike", "aws:SourceArn", ["arn:aws:cur:*", "arn:aws:s3:*"]),
        when("ArnNotLike", "aws:SourceArn", "arn:aws:cur:*"),
        when("Bool", "aws:SecureTransport", True),
        when("BoolIfExists", "aws:PrincipalIsAWSService", "TRUE"),
        when("StringEqualsIgnoreCase", "aws:PrincipalServiceName", SERVICE.upper()),
    ],
)
def test_a_statement_that_denies_the_write_is_named(statement: dict[str, Any]) -> None:
    assert denials({"Statement": [{**ALL, "Effect": "Allow"}, statement]}, REQUEST) == (["Theirs"], [])


@pytest.mark.parametrize(
    "statement",
    [
        {**ALL, "Effect": "Allow"},
        {**ALL, "Principal": {"AWS": ACCOUNT}},
        {**ALL, "Principal": {"Service": "cloudtrail.amazonaws.com"}},
        {**ALL, "Action": "s3:DeleteObject"},
        {**ALL, "Resource": BUCKET},
        {**ALL, "Resource": f"{BUCKET}/theirs/*"},
        without("Principal", NotPrincipal={"Service": SERVICE}),
        without("Action", NotAction="s3:Put*"),
        without("Resource", NotResource=f"{BUCKET}/*"),
        when("Bool", "aws:SecureTransport", "false"),
        when("Bool", "aws:SecureTransport", False),
        when("NumericLessThan", "s3:TlsVersion", "1.2"),
        when("NumericLessThan", "s3:TlsVersion", 1.3),
        when("StringEquals", "aws:PrincipalOrgID", "o-1"),
        when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/*"),
        when("Null", "aws:PrincipalOrgID", "false"),
        when("StringNotEquals", "aws:SourceAccount", [ACCOUNT, "444455556666"]),
        when("ArnNotLike", "aws:SourceArn", f"arn:aws:bcm-data-exports:us-east-1:{ACCOUNT}:export/*"),
        when("Bool", "aws:PrincipalIsAWSService", "false"),
        when("Bool", "aws:ViaAWSService", "true"),
        when("StringEquals", "aws:PrincipalServiceName", SERVICE.upper()),
        {
            **ALL,
            "Condition": {
                "StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"},
                "Bool": {"aws:PrincipalIsAWSService": "false"},
            },
        },
    ],
)
def test_a_statement_that_is_about_something_else_is_no_denial(statement: dict[str, Any]) -> None:
    assert denials({"Statement": statement}, REQUEST) == ([], [])


@pytest.mark.parametrize(
    "statement",
    [
        when("StringNotEquals", "s3:x-amz-server-side-encryption", "aws:kms"),
        when("NotIpAddress", "aws:SourceIp", "192.0.2.0/24"),
        when("DateLessThan", "aws:SourceAccount", "2026-01-01"),
    ],
)
def test_what_cannot_be_known_is_only_possible(statement: dict[str, Any]) -> None:
    statement = {key: statement[key] for key in statement if key != "Sid"}
    assert denials({"Statement": [{**ALL, "Effect": "Allow"}, statement]}, REQUEST) == ([], ["statement 2"])


def test_no_policy_denies_nothing() -> None:
    assert denials(None, REQUEST) == ([], [])
