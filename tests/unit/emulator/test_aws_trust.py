# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: whom roles may trust, what becomes of that trust, and what a session needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.aws.seed import TRUSTED_PRINCIPAL
from tests.emulator.aws.testing import Bench, Who, allow, code, deny, outcome, policy, trust, unique
from tests.emulator.fleet import Emulator


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Emulator(members=1) as emulator:
        yield Bench(emulator)


@pytest.fixture
def iam(bench: Bench) -> Any:
    return bench.admin("iam")


def new_role(who: Who, document: str, **more: Any) -> str:
    """The ARN of a new role in the account of `who`."""
    made = who("iam").create_role(RoleName=unique("role"), AssumeRolePolicyDocument=document, **more)
    return str(made["Role"]["Arn"])


def trusted(iam: Any, arn: str) -> Any:
    """The principal in the trust policy that GetRole shows."""
    document = iam.get_role(RoleName=arn.rsplit("/", 1)[1])["Role"]["AssumeRolePolicyDocument"]
    return document["Statement"][0]["Principal"]["AWS"]


def refusal(who: Who, arn: str, action: str = "sts:AssumeRole", **more: Any) -> bool:
    """Whether assuming the role is refused, in AWS's words."""
    caller = who("sts").get_caller_identity()["Arn"]
    text = f"User: {caller} is not authorized to perform: {action} on resource: {arn}"
    failure = outcome(who("sts").assume_role, RoleArn=arn, RoleSessionName="s1", **more)
    return failure == ("AccessDenied", 403, text)


@pytest.mark.parametrize(
    ("principal", "shown"),
    [
        ({"AWS": "arn:aws:iam::MANAGEMENT:user/nobody"}, '"AWS":"arn:aws:iam::MANAGEMENT:user/nobody"'),
        ({"AWS": "arn:aws:iam::MEMBER:role/nobody"}, '"AWS":"arn:aws:iam::MEMBER:role/nobody"'),
        ({"AWS": "arn:aws:sts::MEMBER:assumed-role/nobody/s"}, '"AWS":"arn:aws:sts::MEMBER:assumed-role/nobody/s"'),
        ({"AWS": ["MEMBER", "000000000001"]}, '"AWS":"000000000001"'),
        ({"AWS": "arn:aws:iam::000000000001:root"}, '"AWS":"arn:aws:iam::000000000001:root"'),
        ({"AWS": "arn:aws:iam::MEMBER:*"}, '"AWS":"arn:aws:iam::MEMBER:*"'),
        ({"AWS": "nonsense"}, '"AWS":"nonsense"'),
        ({"Service": "nonsense"}, '"SERVICE":"nonsense"'),
    ],
)
def test_only_who_exists_can_be_trusted(bench: Bench, iam: Any, principal: Any, shown: str) -> None:
    def here(text: str) -> str:
        return text.replace("MANAGEMENT", bench.account).replace("MEMBER", bench.member)

    expected = ("MalformedPolicyDocument", 400, f"Invalid principal in policy: {here(shown)}")
    document = here(trust(principal))
    assert outcome(iam.create_role, RoleName=unique("role"), AssumeRolePolicyDocument=document) == expected
    role = new_role(bench.admin, trust({"AWS": bench.member})).rsplit("/", 1)[1]
    assert outcome(iam.update_assume_role_policy, RoleName=role, PolicyDocument=document) == expected


@pytest.mark.parametrize(
    "document",
    [policy({"Effect": "Allow", "Action": "sts:AssumeRole"}), policy(allow("sts:AssumeRole", Principal={"AWS": "*"}))],
)
def test_what_is_no_trust_policy(iam: Any, document: str) -> None:
    assert (
        code(iam.create_role, RoleName=unique("role"), AssumeRolePolicyDocument=document) == "MalformedPolicyDocument"
    )


@pytest.mark.parametrize(
    "principal", ["arn:aws:iam::MANAGEMENT:user/admin", "MEMBER", "arn:aws:iam::MEMBER:root", "*", TRUSTED_PRINCIPAL]
)
def test_who_exists_can_be_trusted(bench: Bench, principal: str) -> None:
    name = principal.replace("MANAGEMENT", bench.account).replace("MEMBER", bench.member)
    assert trusted(bench.admin("iam"), new_role(bench.admin, trust({"AWS": name}))) == name


def test_the_user_of_the_platform_assumes_the_roles_that_trust_it(bench: Bench) -> None:
    platform = bench.emulator.aws.fleet.platform
    who = Who(bench.url, platform.access_key_id, platform.secret_access_key)
    assert who("sts").get_caller_identity()["Arn"] == TRUSTED_PRINCIPAL
    assert who("sts").assume_role(
        RoleArn=new_role(bench.standalone_admin, trust({"AWS": TRUSTED_PRINCIPAL})), RoleSessionName="s1"
    )


def test_a_deleted_user_leaves_its_id_behind_and_no_trust(bench: Bench, iam: Any) -> None:
    name, who = bench.user(allow("sts:AssumeRole"))
    user = iam.get_user(UserName=name)["User"]
    assert user["UserId"].startswith("AIDA")
    only = {"ArnEquals": {"aws:PrincipalArn": user["Arn"]}}
    arn = new_role(bench.standalone_admin, trust({"AWS": [user["Arn"], bench.account]}, Condition=only))
    alone = new_role(bench.admin, trust({"AWS": user["Arn"]}))
    assert who("sts").assume_role(RoleArn=alone, RoleSessionName="s1")
    iam.delete_user_policy(UserName=name, PolicyName="inline")
    iam.delete_access_key(UserName=name, AccessKeyId=who.key)
    iam.delete_user(UserName=name)
    assert trusted(iam, alone) == user["UserId"]
    assert trusted(bench.standalone_admin("iam"), arn) == [user["UserId"], bench.account]
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    again = Who(bench.url, key["AccessKeyId"], key["SecretAccessKey"])
    assert refusal(again, alone)
    iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=policy(allow("sts:AssumeRole")))
    assert refusal(again, alone)
    assert again("sts").assume_role(RoleArn=arn, RoleSessionName="s1")
    copied = trust({"AWS": user["UserId"]})
    assert code(iam.update_assume_role_policy, RoleName=alone.rsplit("/", 1)[1], PolicyDocument=copied) == (
        "MalformedPolicyDocument"
    )


def test_a_user_that_cannot_be_deleted_stays_trusted(bench: Bench, iam: Any) -> None:
    name, dummy = bench.user(allow("sts:AssumeRole"))
    user = f"arn:aws:iam::{bench.account}:user/{name}"
    arn = new_role(bench.admin, trust({"AWS": user}))
    assert code(iam.delete_user, UserName=name) == "DeleteConflict"
    assert trusted(iam, arn) == user


def test_a_deleted_role_leaves_its_id_behind(bench: Bench, iam: Any) -> None:
    first = new_role(bench.admin, trust({"AWS": bench.account}))
    name = first.rsplit("/", 1)[1]
    role_id = iam.get_role(RoleName=name)["Role"]["RoleId"]
    second = new_role(bench.standalone_admin, trust({"AWS": first}))
    iam.delete_role(RoleName=name)
    assert role_id.startswith("AROA")
    assert trusted(bench.standalone_admin("iam"), second) == role_id


def test_a_renamed_user_stays_trusted_and_keeps_its_keys(bench: Bench, iam: Any) -> None:
    name, who = bench.user()
    arn = new_role(bench.admin, trust({"AWS": f"arn:aws:iam::{bench.account}:user/{name}"}))
    iam.update_user(UserName=name, NewUserName=f"{name}-new", NewPath="/team/")
    assert trusted(iam, arn) == f"arn:aws:iam::{bench.account}:user/team/{name}-new"
    assert who("sts").assume_role(RoleArn=arn, RoleSessionName="s1")


@pytest.mark.parametrize("given", [{}, {"ExternalId": "wrong"}])
def test_a_wrong_external_id_is_refused_in_the_words_of_aws(bench: Bench, given: dict[str, str]) -> None:
    only = {"StringEquals": {"sts:ExternalId": "right"}}
    arn = new_role(bench.standalone_admin, trust({"AWS": bench.account}, Condition=only))
    assert refusal(bench.admin, arn, **given)
    assert bench.admin("sts").assume_role(RoleArn=arn, RoleSessionName="s1", ExternalId="right")


def test_conditions_on_the_principal(bench: Bench) -> None:
    organization = bench.admin("organizations").describe_organization()["Organization"]["Id"]
    for condition, works in (
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{bench.account}:user/adm*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{bench.account}:user/other"}}, False),
        ({"StringEquals": {"aws:PrincipalOrgID": organization}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-other"}}, False),
    ):
        arn = new_role(bench.standalone_admin, trust({"AWS": "*"}, Condition=condition))
        if works:
            assert bench.admin("sts").assume_role(RoleArn=arn, RoleSessionName="s1")
        else:
            assert refusal(bench.admin, arn)


def test_explicit_denies_are_named(bench: Bench) -> None:
    statement = {"Effect": "Deny", "Principal": {"AWS": bench.account}, "Action": "sts:AssumeRole"}
    arn = new_role(bench.standalone_admin, policy({**statement, "Effect": "Allow"}, statement))
    failure = outcome(bench.admin("sts").assume_role, RoleArn=arn, RoleSessionName="s1")
    assert failure[2].endswith(f"on resource: {arn} with an explicit deny in the role trust policy")
    dummy, who = bench.user(allow("*"), deny("sts:AssumeRole"))
    arn = new_role(bench.standalone_admin, trust({"AWS": bench.account}))
    failure = outcome(who("sts").assume_role, RoleArn=arn, RoleSessionName="s1")
    assert failure[2].endswith("with an explicit deny in an identity-based policy")


IDENTITY = ["sts:AssumeRole", "sts:SetSourceIdentity"]
BOTH = ["sts:AssumeRole", "sts:TagSession"]
TAGS = {"Tags": [{"Key": "team", "Value": "billing"}]}


@pytest.mark.parametrize(
    ("own", "of_role", "more", "refused"),
    [
        (BOTH, BOTH, TAGS, ""),
        ("sts:AssumeRole", BOTH, TAGS, "sts:TagSession"),
        (BOTH, "sts:AssumeRole", TAGS, "sts:TagSession"),
        (BOTH, BOTH, {"SourceIdentity": "me-myself"}, "sts:SetSourceIdentity"),
        ("sts:*", IDENTITY, {"SourceIdentity": "me-myself"}, ""),
        ("sts:AssumeRole", "sts:AssumeRole", {}, ""),
    ],
)
def test_session_tags_need_a_permission_on_both_sides(
    bench: Bench, own: Any, of_role: Any, more: dict[str, Any], refused: str
) -> None:
    dummy, who = bench.user(allow(own))
    arn = new_role(bench.standalone_admin, trust({"AWS": bench.account}, of_role))
    if refused:
        assert refusal(who, arn, refused, **more)
    else:
        assert who("sts").assume_role(RoleArn=arn, RoleSessionName="s1", **more)


def test_conditions_on_session_tags(bench: Bench) -> None:
    only = {
        "StringEquals": {"aws:RequestTag/team": "billing"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["team", "project"]},
    }
    arn = new_role(bench.standalone_admin, trust({"AWS": bench.account}, BOTH, Condition=only))
    assert bench.admin("sts").assume_role(RoleArn=arn, RoleSessionName="s1", **TAGS)
    for tags in ([{"Key": "team", "Value": "x"}], [*TAGS["Tags"], {"Key": "other", "Value": "x"}]):
        assert code(bench.admin("sts").assume_role, RoleArn=arn, RoleSessionName="s1", Tags=tags) == "AccessDenied"
