# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policy documents that mean the same, however they are written, and such as do not."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policy_meaning import (
    allows,
    conditions,
    matches,
    same_meaning,
)

ACCOUNT = "111122223333"
EXPORTS = f"arn:aws:bcm-data-exports:us-east-1:{ACCOUNT}:export/*"
READ: dict[str, Any] = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["a", "b"]}
TRUST: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
NOT_THESE: dict[str, Any] = {"Effect": "Deny", "NotAction": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}


def document(*statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements), **more}


def on_condition(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {**TRUST, "Condition": {operator: {key: value}}}


SAME = {
    "another Sid, and none": ([{"Sid": "One", **READ}], [READ]),
    "other order": ([READ], [{**READ, "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": ["b", "a"]}]),
    "one statement for each": (
        [READ],
        [{**READ, "Action": action, "Resource": [resource]} for action in READ["Action"] for resource in ("a", "b")],
    ),
    "case of an action": ([READ], [{**READ, "Action": ["S3:getobject", "s3:listbucket"]}]),
    "doubles": ([READ], [READ, READ]),
    "covered by a wildcard": ([READ, {**READ, "Action": "s3:*"}], [{**READ, "Action": "s3:*"}]),
    "a root's ARN and an account id": ([TRUST], [{**TRUST, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}]),
    "everybody in both forms": ([{**TRUST, "Principal": "*"}], [{**TRUST, "Principal": {"AWS": ["*"]}}]),
    "a service in a list": (
        [{**TRUST, "Principal": {"Service": "ec2.amazonaws.com"}}],
        [{**TRUST, "Principal": {"Service": ["ec2.amazonaws.com"]}}],
    ),
    "case of a condition's key and operator": (
        [on_condition("StringEquals", "aws:SourceAccount", ACCOUNT)],
        [on_condition("stringequals", "AWS:sourceaccount", [ACCOUNT])],
    ),
    "ArnLike and StringLike with a wildcard at the end": (
        [on_condition("ArnLike", "aws:SourceArn", EXPORTS)],
        [on_condition("StringLike", "aws:SourceArn", EXPORTS)],
    ),
    "StringLike without a wildcard": (
        [on_condition("StringLike", "aws:SourceAccount", ACCOUNT)],
        [on_condition("StringEquals", "aws:SourceAccount", ACCOUNT)],
    ),
    "a boolean": (
        [on_condition("Bool", "aws:SecureTransport", True)],
        [on_condition("Bool", "aws:SecureTransport", "true")],
    ),
    "a negated list in another order": (
        [NOT_THESE],
        [{**NOT_THESE, "NotAction": ["s3:ListBucket", "s3:GetObject"]}],
    ),
}
OTHER = {
    "another effect": ([READ], [{**READ, "Effect": "Deny"}]),
    "one action less": ([READ], [{**READ, "Action": ["s3:GetObject"]}]),
    "another resource": ([READ], [{**READ, "Resource": ["a", "c"]}]),
    "case of a resource": ([READ], [{**READ, "Resource": ["A", "b"]}]),
    "a negation": ([NOT_THESE], [{"Effect": "Deny", "Action": NOT_THESE["NotAction"], "Resource": "*"}]),
    "a negated list in parts": ([NOT_THESE], [{**NOT_THESE, "NotAction": [one]} for one in NOT_THESE["NotAction"]]),
    "a negated principal": ([TRUST], [{"NotPrincipal" if key == "Principal" else key: TRUST[key] for key in TRUST}]),
    "no condition": ([TRUST], [on_condition("StringEquals", "aws:SourceAccount", ACCOUNT)]),
    "fewer values": (
        [on_condition("StringEquals", "aws:SourceAccount", [ACCOUNT, "444455556666"])],
        [on_condition("StringEquals", "aws:SourceAccount", ACCOUNT)],
    ),
    "a literal asterisk": (
        [on_condition("StringEquals", "aws:SourceArn", EXPORTS)],
        [on_condition("ArnLike", "aws:SourceArn", EXPORTS)],
    ),
    "wildcards within an ARN's parts and across them": (
        [on_condition("ArnLike", "aws:SourceArn", "arn:aws:iam::*:role/a")],
        [on_condition("StringLike", "aws:SourceArn", "arn:aws:iam::*:role/a")],
    ),
    "a trust policy for another service": ([TRUST], [{**TRUST, "Principal": {"Service": "ec2.amazonaws.com"}}]),
}


@pytest.mark.parametrize("one, other", SAME.values(), ids=SAME)
def test_what_means_the_same_is_no_difference(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    assert same_meaning(document(*one), document(*other))
    assert same_meaning(document(*other), document(*one, Id="Theirs"))


@pytest.mark.parametrize("one, other", OTHER.values(), ids=OTHER)
def test_what_means_something_else_is_a_difference(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    assert not same_meaning(document(*one), document(*other))
    assert not same_meaning(document(*other), document(*one))


def test_the_language_version_counts_only_where_variables_stand() -> None:
    variable = {**READ, "Resource": "home/${aws:username}"}
    assert same_meaning(document(READ), {"Statement": READ})
    assert not same_meaning(document(variable), {"Statement": variable})


NARROW = on_condition("StringEquals", "aws:SourceAccount", ACCOUNT)
NARROW_LIST = on_condition("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b"])


@pytest.mark.parametrize(
    ("permitted", "wanted", "does"),
    [
        (TRUST, NARROW, True),
        (NARROW, TRUST, False),
        (on_condition("StringEquals", "aws:SourceAccount", [ACCOUNT, "1"]), NARROW, True),
        (on_condition("StringLike", "aws:SourceAccount", "1111*"), NARROW, True),
        (on_condition("StringLike", "aws:SourceAccount", "2*"), NARROW, False),
        (on_condition("StringNotEquals", "aws:SourceAccount", ACCOUNT), NARROW, False),
        (on_condition("StringEquals", "aws:PrincipalAccount", ACCOUNT), NARROW, False),
        (NARROW_LIST, NARROW_LIST, True),
        (on_condition("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b", "c"]), NARROW_LIST, False),
        ({**TRUST, "Principal": "*"}, TRUST, True),
        ({**TRUST, "Action": "sts:Assume*"}, TRUST, True),
        ({**TRUST, "Action": "sts:Assume?ole"}, {**TRUST, "Action": "sts:Assume*ole"}, False),
        ({**TRUST, "Effect": "Deny"}, TRUST, False),
    ],
)
def test_what_permits_more_permits_what_is_wanted(permitted: Any, wanted: Any, does: bool) -> None:
    assert allows(document(permitted), document(wanted)) is does


def test_denials_and_missing_documents_say_nothing_about_what_is_allowed() -> None:
    assert allows(document(READ), document(READ, NOT_THESE))
    assert not allows(None, document(READ))
    assert allows(None, document())


def test_a_key_under_two_operators_of_one_meaning_must_match_both() -> None:
    twice = {"Condition": {"ArnLike": {"aws:SourceArn": "a*"}, "StringLike": {"aws:SourceArn": "*b"}}}
    assert set(conditions(twice).values()) == {frozenset({"a*"}), frozenset({"*b"})}


@pytest.mark.parametrize(
    ("pattern", "value", "does"),
    [("a*", "a", True), ("a*", "ab/c\n", True), ("a?", "ab", True), ("a?", "a*", False), ("a.", "ab", False)],
)
def test_wildcards(pattern: str, value: str, does: bool) -> None:
    assert matches(pattern, value) is does
