# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: what IAM refuses, and what it answers differently from moto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.aws.testing import Bench, allow, code, deny, outcome, policy, trust, unique
from tests.emulator.fleet import Emulator


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Emulator(members=1) as emulator:
        yield Bench(emulator)


@pytest.fixture
def iam(bench: Bench) -> Any:
    return bench.admin("iam")


def new_policy(iam: Any, document: str | None = None) -> str:
    made = iam.create_policy(PolicyName=unique("policy"), PolicyDocument=document or policy(allow("s3:GetObject")))
    return str(made["Policy"]["Arn"])


def test_names_are_unique_whatever_their_case(iam: Any) -> None:
    iam.create_user(UserName="Someone")
    assert outcome(iam.create_user, UserName="someONE")[:2] == ("EntityAlreadyExists", 409)
    iam.create_policy(PolicyName="Some", PolicyDocument=policy(allow("s3:*")))
    assert (
        code(lambda: iam.create_policy(PolicyName="SOME", PolicyDocument=policy(allow("s3:*"))))
        == "EntityAlreadyExists"
    )
    iam.create_role(RoleName="Some", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
    again = trust({"Service": "ec2.amazonaws.com"})
    assert code(iam.create_role, RoleName="sOME", AssumeRolePolicyDocument=again) == "EntityAlreadyExists"
    iam.create_group(GroupName="Some")
    assert code(iam.create_group, GroupName="some") == "EntityAlreadyExists"
    for call, parameters in (
        (iam.get_user, {"UserName": "SOMEONE"}),
        (iam.get_role, {"RoleName": "SOME"}),
        (iam.get_group, {"GroupName": "SOME"}),
    ):
        assert code(call, **parameters) == "NoSuchEntity"


def test_names_are_unique_whatever_their_path(bench: Bench, iam: Any) -> None:
    def make(name: str, path: str) -> Any:
        return iam.create_policy(PolicyName=name, Path=path, PolicyDocument=policy(allow("s3:*")))["Policy"]["Arn"]

    arn = make("Pathed", "/team/")
    assert arn == f"arn:aws:iam::{bench.account}:policy/team/Pathed"
    assert code(lambda: make("pathed", "/")) == "EntityAlreadyExists"
    for other in (arn.replace("/team", ""), arn.lower()):
        assert code(iam.get_policy, PolicyArn=other) == "NoSuchEntity"
    iam.create_user(UserName="Pathed", Path="/team/")
    assert code(iam.create_user, UserName="pathed") == "EntityAlreadyExists"


def test_renaming_needs_a_free_name(iam: Any) -> None:
    for name in ("Taken", "Other"):
        iam.create_user(UserName=name)
        iam.create_group(GroupName=name)
    assert code(iam.update_user, UserName="Other", NewUserName="tAKEN") == "EntityAlreadyExists"
    assert code(iam.update_group, GroupName="Other", NewGroupName="tAKEN") == "EntityAlreadyExists"
    iam.update_user(UserName="Other", NewUserName="other")
    assert iam.get_user(UserName="other")


@pytest.mark.parametrize("name", ["with space", "slash/ed", "ü", "x" * 65])
def test_bad_user_names(iam: Any, name: str) -> None:
    assert outcome(iam.create_user, UserName=name)[:2] == ("ValidationError", 400)


def test_a_policy_must_be_detached_before_it_goes(iam: Any) -> None:
    arn, user = new_policy(iam), unique("user")
    iam.create_user(UserName=user)
    iam.attach_user_policy(UserName=user, PolicyArn=arn)
    iam.attach_user_policy(UserName=user, PolicyArn=arn)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    assert outcome(iam.delete_policy, PolicyArn=arn)[:2] == ("DeleteConflict", 409)
    iam.detach_user_policy(UserName=user, PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)
    assert outcome(iam.get_policy, PolicyArn=arn)[:2] == ("NoSuchEntity", 404)


def test_versions(iam: Any) -> None:
    arn = new_policy(iam)
    for dummy in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("s3:PutObject")), SetAsDefault=True)
    limit = outcome(lambda: iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("s3:PutObject"))))
    assert limit[:2] == ("LimitExceeded", 409)
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [version["VersionId"] for version in versions] == ["v5", "v4", "v3", "v2", "v1"]
    assert [version["IsDefaultVersion"] for version in versions] == [True, False, False, False, False]
    assert not any("Document" in version for version in versions)
    assert code(iam.delete_policy_version, PolicyArn=arn, VersionId="v5") == "DeleteConflict"
    assert code(iam.delete_policy, PolicyArn=arn) == "DeleteConflict"
    for version in ("v1", "v2", "v3", "v4"):
        iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    iam.delete_policy(PolicyArn=arn)


@pytest.mark.parametrize(
    "document",
    [
        "not JSON",
        "[]",
        '{"Version": "2012-10-17"}',
        policy(allow("GetObject")),
        policy(allow("s3:Get:Object")),
        policy({"Effect": "Allow", "Action": "s3:GetObject"}),
        policy({"Effect": "Maybe", "Action": "s3:GetObject", "Resource": "*"}),
        policy({"Effect": "Allow", "Resource": "*"}),
        policy(allow("s3:GetObject", "not-an-arn")),
        policy(allow("s3:GetObject", Sid="a"), allow("s3:PutObject", Sid="a")),
        policy(allow("s3:GetObject", Principal="*")),
    ],
)
def test_malformed_documents(iam: Any, document: str) -> None:
    failure = outcome(iam.create_policy, PolicyName=unique("policy"), PolicyDocument=document)
    assert failure[:2] == ("MalformedPolicyDocument", 400)


def test_actions_that_do_not_exist_are_accepted(iam: Any) -> None:
    assert new_policy(iam, policy(allow(["s3:NoSuchAction", "nosuchservice:Do"])))


def test_document_limits(iam: Any) -> None:
    def document(characters: int) -> str:
        empty = json.dumps(json.loads(policy(allow("s3:GetObject", ["arn:aws:s3:::"]))), indent=8)
        return empty.replace(":::", ":::" + "x" * (characters - len("".join(empty.split()))))

    assert new_policy(iam, document(6144))
    assert outcome(lambda: new_policy(iam, document(6145)))[:2] == ("LimitExceeded", 409)
    user = unique("user")
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="a", PolicyDocument=document(1500))
    iam.put_user_policy(UserName=user, PolicyName="a", PolicyDocument=document(1500))
    more = outcome(iam.put_user_policy, UserName=user, PolicyName="b", PolicyDocument=document(549))
    assert more[:2] == ("LimitExceeded", 409)


def test_ten_policies_a_user(iam: Any) -> None:
    user = unique("user")
    iam.create_user(UserName=user)
    for dummy in range(10):
        iam.attach_user_policy(UserName=user, PolicyArn=new_policy(iam))
    failure = outcome(iam.attach_user_policy, UserName=user, PolicyArn=new_policy(iam))
    assert failure == ("LimitExceeded", 409, "Cannot exceed quota for PoliciesPerUser: 10")


def test_policies_of_aws(bench: Bench, iam: Any) -> None:
    name, who = bench.user()
    assert code(who("iam").list_users) == "AccessDenied"
    iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    assert who("iam").list_users()["Users"]
    assert code(who("iam").create_user, UserName="x") == "AccessDenied"
    missing = "arn:aws:iam::aws:policy/NoSuchPolicy"
    assert code(iam.attach_user_policy, UserName=name, PolicyArn=missing) == "NoSuchEntity"


def test_listing_policies(iam: Any) -> None:
    def listed(**more: Any) -> set[str]:
        return {
            entry["Arn"] for page in iam.get_paginator("list_policies").paginate(**more) for entry in page["Policies"]
        }

    name, user = unique("policy"), unique("user")
    pathed = iam.create_policy(PolicyName=name, Path="/team/", PolicyDocument=policy(allow("s3:*")))["Policy"]["Arn"]
    loose, attached = new_policy(iam), new_policy(iam)
    rare = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
    iam.create_user(UserName=user)
    for arn in (attached, rare):
        iam.attach_user_policy(UserName=user, PolicyArn=arn)
    common = {f"arn:aws:iam::aws:policy/{name}" for name in ("AdministratorAccess", "ReadOnlyAccess")}
    own, of_aws = listed(Scope="Local"), listed(Scope="AWS")
    assert {pathed, loose, attached} <= own
    assert {rare, "arn:aws:iam::aws:policy/IAMUserChangePassword", *common} <= of_aws
    assert own.isdisjoint(of_aws)
    assert listed() == listed(Scope="All") == listed(PaginationConfig={"PageSize": 2}) == own | of_aws
    teams = listed(PathPrefix="/team/")
    assert pathed in teams and teams.isdisjoint({loose, attached, rare})
    assert {attached, rare} <= listed(OnlyAttached=True)
    assert listed(OnlyAttached=True).isdisjoint({pathed, loose, *common})
    iam.detach_user_policy(UserName=user, PolicyArn=attached)
    assert attached not in listed(OnlyAttached=True, Scope="Local")


def test_policies_by_every_way_are_listed_and_enforced(bench: Bench, iam: Any) -> None:
    name, who = bench.user(allow("iam:ListUsers"))
    group, arn = unique("group"), new_policy(iam, policy(allow("iam:ListGroups")))
    iam.create_group(GroupName=group)
    iam.attach_group_policy(GroupName=group, PolicyArn=arn)
    assert code(who("iam").list_groups) == "AccessDenied"
    iam.add_user_to_group(GroupName=group, UserName=name)
    assert who("iam").list_groups() and who("iam").list_users()
    assert [entry["GroupName"] for entry in iam.list_groups_for_user(UserName=name)["Groups"]] == [group]
    (attached,) = iam.list_attached_group_policies(GroupName=group)["AttachedPolicies"]
    assert attached["PolicyArn"] == arn
    assert iam.list_attached_user_policies(UserName=name)["AttachedPolicies"] == []
    assert iam.list_user_policies(UserName=name)["PolicyNames"] == ["inline"]
    document = iam.get_user_policy(UserName=name, PolicyName="inline")["PolicyDocument"]
    assert document["Statement"] == [allow("iam:ListUsers")]
    assert code(iam.get_user_policy, UserName=name, PolicyName="other") == "NoSuchEntity"
    iam.delete_user_policy(UserName=name, PolicyName="inline")
    assert code(who("iam").list_users) == "AccessDenied"
    iam.remove_user_from_group(GroupName=group, UserName=name)
    assert code(who("iam").list_groups) == "AccessDenied"


def test_everything_goes_before_its_user(iam: Any) -> None:
    user, group, arn = unique("user"), unique("group"), new_policy(iam)
    iam.create_user(UserName=user)
    iam.create_group(GroupName=group)

    def conflicts() -> bool:
        return outcome(iam.delete_user, UserName=user)[:2] == ("DeleteConflict", 409)

    key = iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"]
    assert conflicts()
    iam.delete_access_key(UserName=user, AccessKeyId=key)
    iam.create_login_profile(UserName=user, Password="Aa1!aaaaaaaa")
    assert conflicts()
    iam.delete_login_profile(UserName=user)
    iam.add_user_to_group(UserName=user, GroupName=group)
    assert conflicts()
    assert code(iam.delete_group, GroupName=group) == "DeleteConflict"
    iam.remove_user_from_group(UserName=user, GroupName=group)
    iam.attach_user_policy(UserName=user, PolicyArn=arn)
    assert conflicts()
    iam.detach_user_policy(UserName=user, PolicyArn=arn)
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy(allow("s3:*")))
    assert conflicts()
    iam.delete_user_policy(UserName=user, PolicyName="p")
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName=user)["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "234567"}
    iam.enable_mfa_device(UserName=user, SerialNumber=serial, **codes)
    assert conflicts()
    iam.deactivate_mfa_device(UserName=user, SerialNumber=serial)
    iam.delete_user(UserName=user)
    assert outcome(iam.get_user, UserName=user)[:2] == ("NoSuchEntity", 404)


def test_login_profile(iam: Any) -> None:
    user = unique("user")
    iam.create_user(UserName=user)
    assert outcome(iam.get_login_profile, UserName=user)[:2] == ("NoSuchEntity", 404)
    iam.create_login_profile(UserName=user, Password="Aa1!aaaaaaaa")
    assert iam.get_login_profile(UserName=user)["LoginProfile"]["UserName"] == user


def test_two_keys_a_user(iam: Any) -> None:
    user = unique("user")
    iam.create_user(UserName=user)
    keys = [iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"] for dummy in range(2)]
    failure = outcome(iam.create_access_key, UserName=user)
    assert failure == ("LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: 2")
    assert code(iam.delete_access_key, UserName="admin", AccessKeyId=keys[0]) == "NoSuchEntity"
    assert code(iam.update_access_key, UserName=user, AccessKeyId=keys[0], Status="Off") == "ValidationError"


def test_when_a_key_was_last_used(bench: Bench, iam: Any) -> None:
    name, who = bench.user(deny("*"))
    unused = iam.get_access_key_last_used(AccessKeyId=who.key)
    assert unused["UserName"] == name
    assert unused["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}
    assert code(lambda: who("ec2", "eu-west-1").describe_instances()) == "UnauthorizedOperation"
    used = iam.get_access_key_last_used(AccessKeyId=who.key)["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("ec2", "eu-west-1")
    assert used["LastUsedDate"].second == 0


def test_keys_of_other_accounts_are_nobodys_business(bench: Bench, iam: Any) -> None:
    foreign = bench.standalone_admin.key
    assert code(iam.get_access_key_last_used, AccessKeyId=foreign) == "AccessDenied"


def test_a_user_may_leave_its_own_name_out(bench: Bench) -> None:
    name, who = bench.user(allow("iam:*", f"arn:aws:iam::{bench.account}:user/${{aws:username}}"))
    assert who("iam").get_user()["User"]["UserName"] == name
    (key,) = who("iam").list_access_keys()["AccessKeyMetadata"]
    assert (key["UserName"], key["AccessKeyId"]) == (name, who.key)
    assert code(bench.assume(bench.member)("iam").list_access_keys) == "ValidationError"
