# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: permissions boundaries, and what the policy simulator answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.aws.testing import Bench, Who, allow, code, deny, outcome, policy, trust, unique
from tests.emulator.fleet import Emulator

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Emulator(members=1) as emulator:
        yield Bench(emulator)


@pytest.fixture
def iam(bench: Bench) -> Any:
    return bench.admin("iam")


def new_policy(iam: Any, *statements: dict[str, Any]) -> str:
    """The ARN of a new managed policy."""
    made = iam.create_policy(PolicyName=unique("policy"), PolicyDocument=policy(*statements))
    return str(made["Policy"]["Arn"])


def test_a_boundary_is_shown_and_goes_again(bench: Bench, iam: Any) -> None:
    name, boundary = unique("user"), new_policy(iam, allow("iam:List*"))
    shown = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
    iam.create_user(UserName=name)
    assert "PermissionsBoundary" not in iam.get_user(UserName=name)["User"]
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary)
    assert iam.get_user(UserName=name)["User"]["PermissionsBoundary"] == shown
    assert not any("PermissionsBoundary" in user for user in iam.list_users()["Users"])
    listed = {entry["Arn"]: entry for entry in iam.list_policies(Scope="Local")["Policies"]}
    assert (listed[boundary]["PermissionsBoundaryUsageCount"], listed[boundary]["AttachmentCount"]) == (1, 0)
    assert iam.get_policy(PolicyArn=boundary)["Policy"]["PermissionsBoundaryUsageCount"] == 1
    assert outcome(iam.delete_policy, PolicyArn=boundary)[:2] == ("DeleteConflict", 409)
    iam.delete_user_permissions_boundary(UserName=name)
    assert "PermissionsBoundary" not in iam.get_user(UserName=name)["User"]
    made = iam.create_user(UserName=unique("user"), PermissionsBoundary=boundary)["User"]
    assert made["PermissionsBoundary"] == shown
    assert iam.get_user(UserName=made["UserName"])["User"] == made
    iam.delete_user(UserName=made["UserName"])
    iam.delete_policy(PolicyArn=boundary)


def test_whose_boundary_a_policy_is_is_listed_with_those_who_have_it(bench: Bench, iam: Any) -> None:
    limited, holder, arn = unique("user"), unique("user"), new_policy(iam, allow("iam:List*"))
    iam.create_user(UserName=limited, PermissionsBoundary=arn)
    iam.create_user(UserName=holder)
    iam.attach_user_policy(UserName=holder, PolicyArn=arn)

    def users(**asked: str) -> set[str]:
        listed = iam.list_entities_for_policy(PolicyArn=arn, **asked)
        assert listed["PolicyGroups"] == listed["PolicyRoles"] == []
        return {user["UserName"] for user in listed["PolicyUsers"]}

    assert users() == {limited, holder}
    assert users(PolicyUsageFilter="PermissionsBoundary") == {limited}
    assert users(PolicyUsageFilter="PermissionsPolicy") == {holder}
    nothing = f"arn:aws:iam::{bench.account}:policy/nothing"
    assert outcome(iam.list_entities_for_policy, PolicyArn=nothing)[0] == "NoSuchEntity"


def test_a_boundary_must_exist(bench: Bench, iam: Any) -> None:
    name = unique("user")
    iam.create_user(UserName=name)
    nothing = f"arn:aws:iam::{bench.account}:policy/nothing"
    missing = ("NoSuchEntity", 404, f"Scope ARN: {nothing} does not exist or is not attachable.")
    document = trust({"AWS": bench.account})
    role = unique("role")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=document)
    for call, parameters in (
        (iam.put_user_permissions_boundary, {"UserName": name}),
        (iam.put_role_permissions_boundary, {"RoleName": role}),
        (iam.create_user, {"UserName": unique("user")}),
        (iam.create_role, {"RoleName": unique("role"), "AssumeRolePolicyDocument": document}),
    ):
        assert outcome(call, **parameters, PermissionsBoundary=nothing) == missing
        assert code(call, **parameters, PermissionsBoundary="nonsense-longer-than-20") == "InvalidInput"
    assert code(iam.put_user_permissions_boundary, UserName="nobody", PermissionsBoundary=READ_ONLY) == "NoSuchEntity"


def test_a_boundary_allows_only_what_the_policies_allow_too(bench: Bench, iam: Any) -> None:
    name, who = bench.user(allow(["iam:List*", "s3:*"]))
    boundary = new_policy(iam, allow(["iam:ListUsers", "secretsmanager:*"]), deny("iam:ListGroups"))
    assert who("iam").list_roles()
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary)
    assert who("iam").list_users()
    arn = f"User: arn:aws:iam::{bench.account}:user/{name} is not authorized to perform: "
    assert outcome(who("iam").list_roles)[2] == (
        f"{arn}iam:ListRoles on resource: * because no permissions boundary allows the iam:ListRoles action"
    )
    assert outcome(who("iam").list_groups)[2].endswith("with an explicit deny in a permissions boundary")
    assert outcome(who("secretsmanager").list_secrets)[2].endswith(
        "because no identity-based policy allows the secretsmanager:ListSecrets action"
    )
    iam.delete_user_permissions_boundary(UserName=name)
    assert who("iam").list_roles()


def test_a_bucket_that_names_the_user_is_not_narrowed_by_a_boundary(bench: Bench, iam: Any) -> None:
    name, who = bench.user(allow("s3:*"))
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=new_policy(iam, allow("iam:*")))
    bucket = bench.bucket()
    assert outcome(who("s3").list_objects_v2, Bucket=bucket)[1] == 403
    named = allow(
        "s3:ListBucket", f"arn:aws:s3:::{bucket}", Principal={"AWS": f"arn:aws:iam::{bench.account}:user/{name}"}
    )
    bench.admin("s3").put_bucket_policy(Bucket=bucket, Policy=policy(named))
    assert who("s3").list_objects_v2(Bucket=bucket)


def test_a_boundary_of_aws_on_a_role(bench: Bench, iam: Any) -> None:
    name = unique("role")
    iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=trust({"AWS": bench.account}), PermissionsBoundary=READ_ONLY
    )
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=policy(allow("*")))
    role = iam.get_role(RoleName=name)["Role"]
    assert role["PermissionsBoundary"] == {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": READ_ONLY}
    session: Who = bench.assume(bench.account, name)
    assert session("iam").list_users()
    assert code(session("iam").create_user, UserName="x") == "AccessDenied"
    iam.delete_role_permissions_boundary(RoleName=name)
    assert session("iam").create_user(UserName=unique("user"))


def simulate(iam: Any, source: str, actions: list[str], resource: str = "*", **more: Any) -> list[dict[str, Any]]:
    """The evaluation results of a user, role or group."""
    answer = iam.simulate_principal_policy(PolicySourceArn=source, ActionNames=actions, ResourceArns=[resource], **more)
    return list(answer["EvaluationResults"])


def sources(result: dict[str, Any]) -> list[str]:
    """The policies whose statements decided."""
    assert all(statement["SourcePolicyType"] == "IAM Policy" for statement in result["MatchedStatements"])
    return [statement["SourcePolicyId"] for statement in result["MatchedStatements"]]


def test_simulation_tells_the_statements_that_decided(bench: Bench, iam: Any) -> None:
    name, dummy = bench.user(allow("s3:Get*", "arn:aws:s3:::b/*"), deny("s3:GetObject", "arn:aws:s3:::b/secret"))
    group, managed = unique("group"), new_policy(iam, allow("s3:List*"))
    iam.create_group(GroupName=group)
    iam.put_group_policy(
        GroupName=group, PolicyName="own", PolicyDocument=policy(allow("ec2:*"), allow("ec2:Describe*"))
    )
    iam.attach_group_policy(GroupName=group, PolicyArn=managed)
    iam.add_user_to_group(GroupName=group, UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    user = f"arn:aws:iam::{bench.account}:user/{name}"
    inline = f"user_{name}_inline"
    for action, resource, decision, matched in (
        ("s3:GetObject", "arn:aws:s3:::b/x", "allowed", [inline]),
        ("s3:GetObject", "arn:aws:s3:::b/secret", "explicitDeny", [inline]),
        ("s3:PutObject", "arn:aws:s3:::b/x", "implicitDeny", []),
        ("s3:ListBucket", "arn:aws:s3:::b", "allowed", [managed.rsplit("/", 1)[1]]),
        ("ec2:DescribeVpcs", "*", "allowed", [f"group_{group}_own"] * 2),
        ("iam:ListUsers", "*", "allowed", ["IAMReadOnlyAccess"]),
    ):
        (result,) = simulate(iam, user, [action], resource)
        assert (result["EvalDecision"], sources(result)) == (decision, matched), action
        assert result["EvalActionName"] == action
        specific = [(one["EvalResourceName"], one["EvalResourceDecision"]) for one in _each(result)]
        assert specific == ([] if resource == "*" else [(resource, decision)])
        assert "PermissionsBoundaryDecisionDetail" not in result
    more = {"PolicyInputList": [policy(allow("s3:PutObject"))]}
    (result,) = simulate(iam, user, ["s3:PutObject"], "arn:aws:s3:::b/x", **more)
    assert (result["EvalDecision"], sources(result)) == ("allowed", ["PolicyInputList.1"])
    group_arn = f"arn:aws:iam::{bench.account}:group/{group}"
    assert [result["EvalDecision"] for result in simulate(iam, group_arn, ["ec2:RunInstances", "iam:ListUsers"])] == [
        "allowed",
        "implicitDeny",
    ]


def _each(result: dict[str, Any]) -> list[dict[str, Any]]:
    return list(result.get("ResourceSpecificResults") or [])


def test_simulation_of_several_resources_decides_on_each(bench: Bench, iam: Any) -> None:
    only = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    name, dummy = bench.user(
        allow("s3:Get*", "arn:aws:s3:::b/*"),
        deny("s3:*", "arn:aws:s3:::b/c"),
        allow("s3:*", "arn:aws:s3:::d/*", Condition=only),
    )
    resources = ["arn:aws:s3:::b/a", "arn:aws:s3:::b/c", "arn:aws:s3:::d/e"]
    answer = iam.simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::{bench.account}:user/{name}",
        ActionNames=["s3:GetObject", "s3:CreateBucket"],
        ResourceArns=resources,
    )
    get, create = answer["EvaluationResults"]
    assert get["EvalResourceName"] == "arn:${Partition}:s3:::${BucketName}/${KeyName}"
    assert create["EvalResourceName"] == "arn:${Partition}:s3:::${BucketName}"
    assert (get["EvalDecision"], create["EvalDecision"]) == ("explicitDeny", "explicitDeny")
    assert get["MissingContextValues"] == ["aws:RequestedRegion"]
    told = [(one["EvalResourceName"], one["EvalResourceDecision"], one["MissingContextValues"]) for one in _each(get)]
    decisions = [("allowed", []), ("explicitDeny", []), ("implicitDeny", ["aws:RequestedRegion"])]
    assert told == [(resource, *decision) for resource, decision in zip(resources, decisions, strict=True)]
    assert "OrganizationsDecisionDetail" not in _each(get)[0]


def test_what_limits_ask_for_is_not_told_as_missing(bench: Bench, iam: Any) -> None:
    name, dummy = bench.user(allow("s3:*"))
    only = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    boundary = new_policy(iam, allow("s3:*", Condition=only))
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary)
    (result,) = simulate(iam, f"arn:aws:iam::{bench.account}:user/{name}", ["s3:GetObject"], "arn:aws:s3:::b/a")
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("implicitDeny", [])
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_simulation_within_a_boundary(bench: Bench, iam: Any) -> None:
    name, dummy = bench.user(allow("s3:*"))
    user = f"arn:aws:iam::{bench.account}:user/{name}"
    boundary = new_policy(iam, allow("s3:Get*"), deny("s3:GetBucketAcl"))
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary)
    actions = ["s3:GetObject", "s3:PutObject", "s3:GetBucketAcl"]
    results = simulate(iam, user, actions)
    assert [result["EvalDecision"] for result in results] == ["allowed", "implicitDeny", "explicitDeny"]
    details = [result["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"] for result in results]
    assert details == [True, False, False]
    given = {"PermissionsBoundaryPolicyInputList": [policy(allow("s3:PutObject"))]}
    results = simulate(iam, user, actions, **given)
    assert [result["EvalDecision"] for result in results] == ["implicitDeny", "allowed", "implicitDeny"]


def test_simulation_within_service_control_policies(bench: Bench, iam: Any) -> None:
    organizations = bench.admin("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    theirs = bench.assume(bench.member)("iam")
    role = f"arn:aws:iam::{bench.member}:role/OrganizationAccountAccessRole"
    (before,) = simulate(theirs, role, ["s3:GetObject"])
    assert before["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    made = organizations.create_policy(
        Name=unique("scp"), Description="", Type="SERVICE_CONTROL_POLICY", Content=policy(deny("s3:*"))
    )
    organizations.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=root)
    results = simulate(theirs, role, ["s3:GetObject", "iam:ListUsers"])
    assert [result["EvalDecision"] for result in results] == ["explicitDeny", "allowed"]
    allowed = [result["OrganizationsDecisionDetail"]["AllowedByOrganizations"] for result in results]
    assert allowed == [False, True]
    (management,) = simulate(iam, f"arn:aws:iam::{bench.account}:user/admin", ["s3:GetObject"])
    assert management["EvalDecision"] == "allowed"
    outside = f"arn:aws:iam::{bench.standalone}:user/admin"
    (standalone,) = simulate(bench.standalone_admin("iam"), outside, ["s3:GetObject"])
    assert "OrganizationsDecisionDetail" not in standalone


def test_simulation_with_context(bench: Bench, iam: Any) -> None:
    only = {
        "StringEquals": {"aws:RequestedRegion": "eu-west-1"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]},
    }
    name, dummy = bench.user(allow("ec2:*", Condition=only))
    user = f"arn:aws:iam::{bench.account}:user/{name}"

    def decision(region: str, keys: list[str]) -> str:
        entries = [
            {"ContextKeyName": "aws:RequestedRegion", "ContextKeyValues": [region], "ContextKeyType": "string"},
            {"ContextKeyName": "aws:TagKeys", "ContextKeyValues": keys, "ContextKeyType": "stringList"},
        ]
        (result,) = simulate(iam, user, ["ec2:RunInstances"], ContextEntries=entries)
        assert result["MissingContextValues"] == []
        return str(result["EvalDecision"])

    assert decision("eu-west-1", ["a"]) == "allowed"
    assert decision("eu-west-1", ["a", "c"]) == "implicitDeny"
    assert decision("us-east-1", ["a"]) == "implicitDeny"
    (result,) = simulate(iam, user, ["ec2:RunInstances"])
    assert result["EvalDecision"] == "implicitDeny"
    assert result["MissingContextValues"] == ["aws:RequestedRegion", "aws:TagKeys"]


def test_whom_simulation_knows(bench: Bench, iam: Any) -> None:
    nobody = f"arn:aws:iam::{bench.account}:user/nobody"
    missing = outcome(iam.simulate_principal_policy, PolicySourceArn=nobody, ActionNames=["s3:GetObject"])
    assert missing[:2] == ("NoSuchEntity", 404)
    session = f"arn:aws:sts::{bench.account}:assumed-role/x/y"
    assert code(iam.simulate_principal_policy, PolicySourceArn=session, ActionNames=["s3:GetObject"]) == "InvalidInput"


def test_simulation_of_given_policies(iam: Any) -> None:
    custom = iam.simulate_custom_policy(
        PolicyInputList=[policy(allow("s3:*")), policy(allow("ec2:Describe*"))], ActionNames=["ec2:DescribeVpcs"]
    )
    (result,) = custom["EvaluationResults"]
    assert (result["EvalDecision"], sources(result)) == ("allowed", ["PolicyInputList.2"])
