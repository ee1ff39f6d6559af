# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: GetAccountAuthorizationDetails, one look at everything that IAM has."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.emulator.aws.testing import Bench, allow, outcome, policy, request, trust

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
READ = json.loads(policy(allow("s3:Get*")))
LIST = json.loads(policy(allow("s3:List*", Condition={"StringLike": {"s3:prefix": "a b/ü+%*"}})))
EC2 = {"Service": "ec2.amazonaws.com"}
KINDS = {"User": "UserDetailList", "Group": "GroupDetailList", "Role": "RoleDetailList"}
LISTS = (*KINDS.values(), "Policies")


@pytest.fixture
def iam(bench: Bench) -> Any:
    return bench.admin("iam")


@pytest.fixture
def arn(iam: Any) -> str:
    """A customer managed policy under a path, with two versions; the first is in force."""
    made = iam.create_policy(PolicyName="Own", Path="/team/", PolicyDocument=json.dumps(READ), Description="theirs")
    arn = str(made["Policy"]["Arn"])
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(LIST))
    return arn


def details(iam: Any, *kinds: str, **paging: Any) -> dict[str, Any]:
    """One page without HTTP's metadata."""
    found: dict[str, Any] = iam.get_account_authorization_details(Filter=list(kinds), **paging)
    del found["ResponseMetadata"]
    return found


def named(entities: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The one entity of a name."""
    (found,) = (entity for entity in entities if name in entity.values())
    return found


def test_a_user_is_shown_with_all_that_it_has(iam: Any, arn: str) -> None:
    made = iam.create_user(UserName="ada", Path="/team/", PermissionsBoundary=arn, Tags=[{"Key": "k", "Value": "v"}])
    for policy_arn in (READ_ONLY, arn):
        iam.attach_user_policy(UserName="ada", PolicyArn=policy_arn)
    iam.put_user_policy(UserName="ada", PolicyName="Inline", PolicyDocument=json.dumps(LIST))
    iam.create_group(GroupName="Readers")
    iam.add_user_to_group(GroupName="Readers", UserName="ada")
    found = named(details(iam, "User")["UserDetailList"], "ada")
    assert found == made["User"] | {
        "UserPolicyList": [{"PolicyName": "Inline", "PolicyDocument": LIST}],
        "GroupList": ["Readers"],
        "AttachedManagedPolicies": [
            {"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY},
            {"PolicyName": "Own", "PolicyArn": arn},
        ],
        "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn},
    }


def test_documents_travel_url_encoded(bench: Bench, iam: Any) -> None:
    text = json.dumps(LIST)
    iam.put_user_policy(UserName="admin", PolicyName="Inline", PolicyDocument=text)
    body = b"Action=GetAccountAuthorizationDetails&Version=2010-05-08&Filter.member.1=User"
    answer = request(
        bench, "iam", "us-east-1", "POST", "/", body, {"content-type": "application/x-www-form-urlencoded"}
    )
    assert f"<PolicyDocument>{quote(text, safe='')}</PolicyDocument>" in answer.text


def test_a_user_with_nothing_has_empty_lists_and_no_boundary(iam: Any, arn: str) -> None:
    made = iam.create_user(UserName="bare", PermissionsBoundary=arn)["User"]
    iam.delete_user_permissions_boundary(UserName="bare")
    del made["PermissionsBoundary"]
    nothing: dict[str, Any] = {"UserPolicyList": [], "GroupList": [], "AttachedManagedPolicies": [], "Tags": []}
    assert named(details(iam, "User")["UserDetailList"], "bare") == made | nothing


def test_a_group_is_shown_with_its_policies(iam: Any, arn: str) -> None:
    made = iam.create_group(GroupName="Readers", Path="/team/")["Group"]
    iam.attach_group_policy(GroupName="Readers", PolicyArn=arn)
    iam.put_group_policy(GroupName="Readers", PolicyName="Inline", PolicyDocument=json.dumps(READ))
    assert details(iam, "Group")["GroupDetailList"] == [
        made
        | {
            "GroupPolicyList": [{"PolicyName": "Inline", "PolicyDocument": READ}],
            "AttachedManagedPolicies": [{"PolicyName": "Own", "PolicyArn": arn}],
        }
    ]


def test_a_role_is_shown_with_its_trust_its_boundary_and_its_instance_profiles(iam: Any, arn: str) -> None:
    tags = [{"Key": "k", "Value": "v"}]
    iam.create_role(
        RoleName="worker", AssumeRolePolicyDocument=trust(EC2), PermissionsBoundary=arn, Tags=tags, Path="/team/"
    )
    iam.attach_role_policy(RoleName="worker", PolicyArn=READ_ONLY)
    iam.put_role_policy(RoleName="worker", PolicyName="Inline", PolicyDocument=json.dumps(READ))
    iam.create_instance_profile(InstanceProfileName="machine")
    iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="worker")
    found = named(details(iam, "Role")["RoleDetailList"], "worker")
    (profile,) = found.pop("InstanceProfileList")
    assert (profile["InstanceProfileName"], profile["Roles"][0]["RoleName"]) == ("machine", "worker")
    role = iam.get_role(RoleName="worker")["Role"]
    assert found == {name: role[name] for name in ("Path", "RoleName", "RoleId", "Arn", "CreateDate")} | {
        "AssumeRolePolicyDocument": json.loads(trust(EC2)),
        "RolePolicyList": [{"PolicyName": "Inline", "PolicyDocument": READ}],
        "AttachedManagedPolicies": [{"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY}],
        "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn},
        "Tags": tags,
        "RoleLastUsed": {},
    }


def test_a_policy_is_shown_with_its_uses_and_its_versions_newest_first(bench: Bench, iam: Any, arn: str) -> None:
    for name in ("one", "two"):
        iam.create_user(UserName=name, PermissionsBoundary=arn)
    iam.create_group(GroupName="Readers")
    iam.attach_group_policy(GroupName="Readers", PolicyArn=arn)
    iam.attach_user_policy(UserName="one", PolicyArn=arn)
    iam.detach_user_policy(UserName="one", PolicyArn=arn)
    (found,) = details(iam, "LocalManagedPolicy")["Policies"]
    created = [version.pop("CreateDate") for version in found["PolicyVersionList"]]
    assert created == sorted(created, reverse=True)
    assert found.pop("PolicyVersionList") == [
        {"VersionId": "v2", "IsDefaultVersion": False, "Document": LIST},
        {"VersionId": "v1", "IsDefaultVersion": True, "Document": READ},
    ]
    assert found == {name: value for name, value in iam.get_policy(PolicyArn=arn)["Policy"].items() if name != "Tags"}
    assert (found["AttachmentCount"], found["PermissionsBoundaryUsageCount"]) == (1, 2)
    assert (found["Path"], found["DefaultVersionId"]) == ("/team/", "v1")
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    (found,) = details(iam, "LocalManagedPolicy")["Policies"]
    assert found["DefaultVersionId"] == "v2"
    assert [version["IsDefaultVersion"] for version in found["PolicyVersionList"]] == [True, False]


def test_policies_of_aws_are_not_the_accounts_own(iam: Any, arn: str) -> None:
    iam.create_user(UserName="ada")
    iam.attach_user_policy(UserName="ada", PolicyArn=READ_ONLY)
    assert [entry["Arn"] for entry in details(iam, "LocalManagedPolicy")["Policies"]] == [arn]
    of_aws = details(iam, "AWSManagedPolicy")["Policies"]
    assert named(of_aws, READ_ONLY)["AttachmentCount"] == 1
    assert all(entry["Arn"].startswith("arn:aws:iam::aws:policy/") for entry in of_aws)
    both = details(iam, "LocalManagedPolicy", "AWSManagedPolicy")["Policies"]
    assert len(both) == len(of_aws) + 1


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_kinds_that_are_asked_for_are_shown(iam: Any, arn: str, kind: str) -> None:
    iam.create_group(GroupName="Readers")
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust(EC2))
    found = details(iam, kind)
    assert [name for name in LISTS if found[name]] == [KINDS[kind]]
    everything = iam.get_account_authorization_details()
    assert all(everything[name] for name in LISTS)


def test_pages_count_all_kinds_together_users_first(iam: Any, arn: str) -> None:
    for name in ("one", "two"):
        iam.create_user(UserName=name)
        iam.create_group(GroupName=name)
    kinds = ("LocalManagedPolicy", "Group", "User")
    whole = details(iam, *kinds)
    sizes: list[dict[str, int]] = []
    pages: list[dict[str, Any]] = []
    paging: dict[str, Any] = {"MaxItems": 2}
    while not pages or pages[-1]["IsTruncated"]:
        pages.append(details(iam, *kinds, **paging))
        paging["Marker"] = pages[-1].get("Marker")
        sizes.append({name: len(pages[-1][name]) for name in LISTS if pages[-1][name]})
    users = len(whole["UserDetailList"])
    assert users == 3, "the administrator and two"
    assert sizes == [
        {"UserDetailList": 2},
        {"UserDetailList": 1, "GroupDetailList": 1},
        {"GroupDetailList": 1, "Policies": 1},
    ]
    assert "Marker" not in pages[-1]
    assert {name: sum((page[name] for page in pages), []) for name in LISTS} == {name: whole[name] for name in LISTS}
    paginator = iam.get_paginator("get_account_authorization_details")
    built = paginator.paginate(Filter=list(kinds), MaxItems=1).build_full_result()
    assert all(built[name] == whole[name] for name in LISTS)


def test_a_page_has_a_hundred_unless_told(iam: Any) -> None:
    for number in range(100):
        iam.create_group(GroupName=f"group-{number}")
    found = details(iam, "Group")
    assert (len(found["GroupDetailList"]), found["IsTruncated"]) == (100, False)
    iam.create_group(GroupName="one-more")
    found = details(iam, "Group")
    assert (len(found["GroupDetailList"]), found["IsTruncated"]) == (100, True)
    assert [group["GroupName"] for group in details(iam, "Group", Marker=found["Marker"])["GroupDetailList"]] == [
        "one-more"
    ]


@pytest.mark.parametrize(
    "wrong", [{"Filter": ["Users"]}, {"MaxItems": 1001}, {"Marker": "nonsense"}, {"Marker": "9999"}]
)
def test_what_the_model_does_not_allow_is_refused(iam: Any, wrong: dict[str, Any]) -> None:
    assert outcome(iam.get_account_authorization_details, **wrong)[:2] == ("ValidationError", 400)
