# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: policies are enforced, and refusals read like AWS's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.aws.policy_language import Query, evaluate
from tests.emulator.aws.testing import Bench, Who, allow, code, deny, export_definition, outcome, policy
from tests.emulator.fleet import Emulator


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Emulator(members=1) as emulator:
        yield Bench(emulator)


def test_refusals_in_each_protocol(bench: Bench) -> None:
    name, who = bench.user()
    arn = f"arn:aws:iam::{bench.account}:user/{name}"
    new = f"arn:aws:iam::{bench.account}:user/new"
    because = "because no identity-based policy allows the"
    assert outcome(who("iam").create_user, UserName="new") == (
        "AccessDenied",
        403,
        f"User: {arn} is not authorized to perform: iam:CreateUser on resource: {new} {because} iam:CreateUser action",
    )
    listing = f"arn:aws:bcm-data-exports:us-east-1:{bench.account}:/ListExports"
    assert outcome(who("bcm-data-exports").list_exports) == (
        "AccessDeniedException",
        400,
        f"User: {arn} is not authorized to perform: bcm-data-exports:ListExports on resource: {listing} "
        f"{because} bcm-data-exports:ListExports action",
    )
    assert outcome(who("s3").list_buckets)[:2] == ("AccessDenied", 403)
    assert outcome(who("ec2").describe_instances)[:2] == ("UnauthorizedOperation", 403)
    assert outcome(who("elbv2").describe_load_balancers)[:2] == ("AccessDenied", 403)
    assert outcome(who("secretsmanager").list_secrets)[:2] == ("AccessDeniedException", 400)


def test_explicit_deny(bench: Bench) -> None:
    dummy, who = bench.user(allow("*"), deny("iam:ListUsers"))
    failure = outcome(who("iam").list_users)
    assert failure[2].endswith("iam:ListUsers on resource: * with an explicit deny in an identity-based policy")
    assert who("iam").list_roles()


def test_get_caller_identity_is_always_allowed(bench: Bench) -> None:
    name, who = bench.user(deny("*"))
    assert who("sts").get_caller_identity()["Arn"].endswith(f":user/{name}")


ANY_EXPORT = "arn:aws:bcm-data-exports:us-east-1:ACCOUNT:export/*"
ALL_BUT_IAM = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}


@pytest.mark.parametrize(
    ("statement", "called", "works"),
    [
        (allow("bcm-data-exports:ListExports"), "bcm-data-exports.list_exports", True),
        (allow("bcm-data-exports:*", ANY_EXPORT), "bcm-data-exports.list_exports", False),
        (allow("bcm-data-exports:*", "arn:aws:s3:::b"), "bcm-data-exports.list_exports", False),
        (allow("cur:DescribeReportDefinitions"), "cur.describe_report_definitions", True),
        (allow("cur:DescribeReportDefinitions", "arn:aws:s3:::b"), "cur.describe_report_definitions", False),
        (allow("iam:ListUsers"), "iam.list_users", True),
        (allow("iam:ListUsers", "arn:aws:iam::ACCOUNT:user/*"), "iam.list_users", False),
        (allow("iam:ListAccessKeys", "arn:aws:iam::ACCOUNT:user/adm?n"), "iam.list_access_keys", True),
        (allow("iam:ListAccessKeys", "arn:aws:iam::ACCOUNT:user/other"), "iam.list_access_keys", False),
        (allow("s3:ListAllMyBuckets"), "s3.list_buckets", True),
        (allow("s3:ListAllMyBuckets", "arn:aws:s3:::b"), "s3.list_buckets", False),
        (allow("s3:ListBuckets"), "s3.list_buckets", False),
        (allow("ec2:Describe*"), "ec2.describe_instances", True),
        (allow("ec2:Describe"), "ec2.describe_instances", False),
        (allow("EC2:describeINSTANCES"), "ec2.describe_instances", True),
        (allow("elasticloadbalancing:Describe*"), "elbv2.describe_load_balancers", True),
        (ALL_BUT_IAM, "iam.list_users", False),
        (ALL_BUT_IAM, "s3.list_buckets", True),
    ],
)
def test_what_a_statement_gives(bench: Bench, statement: dict[str, Any], called: str, works: bool) -> None:
    resource = statement["Resource"].replace("ACCOUNT", bench.account)
    dummy, who = bench.user({**statement, "Resource": resource})
    service, operation = called.split(".")
    parameters = {"UserName": "admin"} if operation == "list_access_keys" else {}
    call = getattr(who(service), operation)
    if works:
        call(**parameters)
    else:
        assert code(call, **parameters) in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


@pytest.mark.parametrize(
    ("action", "resource", "allowed"),
    [
        ("s3:GetObject", "BUCKET/*", {"get_object", "head_object"}),
        ("s3:GetObject", "BUCKET", set()),
        ("s3:PutObject", "BUCKET", set()),
        ("s3:PutObject", "BUCKET/*", {"put_object"}),
        ("s3:ListBucket", "BUCKET", {"list_objects_v2", "head_bucket"}),
        ("s3:ListBucket", "BUCKET/*", set()),
        ("s3:GetBucketLocation", "BUCKET", {"get_bucket_location"}),
        ("s3:GetEncryptionConfiguration", "BUCKET", {"get_bucket_encryption"}),
        ("s3:GetBucketPublicAccessBlock", "BUCKET", {"get_public_access_block"}),
    ],
)
def test_s3_actions_and_their_resources(bench: Bench, action: str, resource: str, allowed: set[str]) -> None:
    bucket = bench.bucket()
    bench.admin("s3").put_object(Bucket=bucket, Key="k", Body=b"")
    dummy, who = bench.user(allow(action, f"arn:aws:s3:::{resource.replace('BUCKET', bucket)}"))
    client = who("s3")
    operations: dict[str, dict[str, str]] = {
        "get_object": {"Key": "k"},
        "head_object": {"Key": "k"},
        "put_object": {"Key": "k"},
        "list_objects_v2": {},
        "head_bucket": {},
        "get_bucket_location": {},
        "get_bucket_encryption": {},
        "get_public_access_block": {},
    }
    for operation, parameters in operations.items():
        if operation in allowed:
            getattr(client, operation)(Bucket=bucket, **parameters)
        else:
            assert outcome(getattr(client, operation), Bucket=bucket, **parameters)[1] == 403, operation


def test_create_export_needs_two_permissions(bench: Bench) -> None:
    bucket = bench.export_bucket()
    table = f"arn:aws:bcm-data-exports:us-east-1:{bench.account}:table/COST_AND_USAGE_REPORT"
    both = [allow("bcm-data-exports:CreateExport", table), allow("cur:PutReportDefinition")]
    for statement in both:
        dummy, who = bench.user(statement)
        definition = export_definition(bucket)
        assert code(who("bcm-data-exports").create_export, Export=definition) == "AccessDeniedException"
    dummy, who = bench.user(*both)
    assert who("bcm-data-exports").create_export(Export=export_definition(bucket))
    exports = f"arn:aws:bcm-data-exports:us-east-1:{bench.account}:export/*"
    dummy, who = bench.user(allow("bcm-data-exports:CreateExport", exports), both[1])
    assert code(who("bcm-data-exports").create_export, Export=definition) == "AccessDeniedException"


def test_managed_group_and_inline_policies_count(bench: Bench) -> None:
    iam = bench.admin("iam")
    arn = iam.create_policy(PolicyName="counted", PolicyDocument=policy(allow("iam:ListRoles")))["Policy"]["Arn"]
    version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("iam:ListUsers")))
    name, who = bench.user()
    iam.attach_user_policy(UserName=name, PolicyArn=arn)
    who("iam").list_roles()
    assert code(who("iam").list_users) == "AccessDenied"
    iam.set_default_policy_version(PolicyArn=arn, VersionId=version["PolicyVersion"]["VersionId"])
    who("iam").list_users()
    assert code(who("iam").list_roles) == "AccessDenied"
    iam.create_group(GroupName="counted")
    iam.put_group_policy(GroupName="counted", PolicyName="p", PolicyDocument=policy(allow("iam:ListGroups")))
    assert code(who("iam").list_groups) == "AccessDenied"
    iam.add_user_to_group(GroupName="counted", UserName=name)
    who("iam").list_groups()


def test_conditions_of_identity_policies(bench: Bench) -> None:
    region = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    dummy, who = bench.user(allow("ec2:Describe*", Condition=region))
    who("ec2", "eu-west-1").describe_instances()
    assert code(who("ec2").describe_instances) == "UnauthorizedOperation"


def test_a_role_has_the_policies_of_the_role(bench: Bench) -> None:
    iam = bench.assume(bench.member)("iam")
    trust = policy({"Effect": "Allow", "Principal": {"AWS": bench.account}, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName="reader", PolicyName="p", PolicyDocument=policy(allow("iam:ListUsers")))
    reader: Who = bench.assume(bench.member, "reader")
    reader("iam").list_users()
    assert code(reader("iam").create_user, UserName="x") == "AccessDenied"


CONTEXT = {
    "aws:SourceAccount": "123",
    "aws:SourceArn": "arn:aws:x:us-east-1:123:export/a-b",
    "aws:SourceIp": "10.1.2.3",
    "n": "5",
}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"StringEquals": {"aws:sourceaccount": ["1", "123"]}}, True),
        ({"StringEquals": {"aws:SourceAccount": "12*"}}, False),
        ({"StringLike": {"aws:SourceAccount": "1?3"}}, True),
        ({"StringNotEquals": {"aws:SourceAccount": ["1", "123"]}}, False),
        ({"StringNotEquals": {"missing": "1"}}, True),
        ({"StringEquals": {"missing": "1"}}, False),
        ({"StringEqualsIfExists": {"missing": "1"}}, True),
        ({"StringEqualsIfExists": {"aws:SourceAccount": "1"}}, False),
        ({"StringEqualsIgnoreCase": {"aws:SourceArn": "ARN:aws:x:us-east-1:123:EXPORT/a-b"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:x:us-east-1:123:export/*"}}, True),
        ({"ArnEquals": {"aws:SourceArn": "arn:*:x:*:123:export/*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:*:export/a-b"}}, False),
        ({"ArnNotLike": {"aws:SourceArn": "arn:aws:x:us-east-1:123:export/*"}}, False),
        ({"StringEquals": {"aws:SourceArn": "arn:aws:x:us-east-1:123:export/*"}}, False),
        ({"StringEquals": {"aws:SourceAccount": "123"}, "ArnLike": {"aws:SourceArn": "arn:aws:y:*:*:*"}}, False),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, True),
        ({"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}}, False),
        ({"NumericLessThan": {"n": "10"}}, True),
        ({"NumericGreaterThanEquals": {"n": 6}}, False),
        ({"Null": {"missing": "true"}}, True),
        ({"Null": {"n": True}}, False),
        ({"Null": {"n": "false"}}, True),
        ({"ForAnyValue:StringEquals": {"n": ["4", "5"]}}, True),
        ({"ForAllValues:StringEquals": {"missing": ["4"]}}, True),
        ({"DateGreaterThan": {"n": "1970-01-01T00:00:04Z"}}, True),
        ({"NoSuchOperator": {"n": "5"}}, False),
    ],
)
def test_condition_operators(condition: dict[str, Any], holds: bool) -> None:
    document = policy(allow("s3:GetObject", Condition=condition))
    assert evaluate([document], Query("s3:GetObject", "arn:aws:s3:::b/k", CONTEXT)) == ("allow" if holds else "")


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        (allow("s3:*", "arn:aws:s3:::b/?"), "allow"),
        (allow("s3:*", "arn:aws:s3:::B/k"), ""),
        ({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::b/*"}, ""),
        ({"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::c/*"}, "deny"),
        (allow("s3:GetObject", "arn:aws:s3:::b/${n}"), ""),
        (allow("s3:GetObject", "arn:aws:s3:::b/${missing, 'k'}"), "allow"),
        (allow("s3:GetObject", "arn:aws:s3:::b/${missing}*"), ""),
        (allow("s3:Get.bject"), ""),
    ],
)
def test_actions_and_resources(statement: dict[str, Any], verdict: str) -> None:
    assert evaluate([policy(statement)], Query("s3:GetObject", "arn:aws:s3:::b/k", CONTEXT)) == verdict
