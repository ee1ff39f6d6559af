# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: organizational units, service control policies, closed accounts, delegated administrators."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.emulator.aws.organization import set_state
from tests.emulator.aws.testing import Bench, Who, allow, code, deny, outcome, policy, unique
from tests.emulator.fleet import Emulator

SCP = "SERVICE_CONTROL_POLICY"
FULL = "p-FullAWSAccess"


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Emulator(members=1) as emulator:
        yield Bench(emulator)


@pytest.fixture
def organizations(bench: Bench) -> Any:
    return bench.admin("organizations")


@pytest.fixture
def root(organizations: Any) -> str:
    return str(organizations.list_roots()["Roots"][0]["Id"])


@pytest.fixture
def account(organizations: Any) -> str:
    """A new member."""
    made = organizations.create_account(AccountName=unique("account"), Email="a@example.com")
    return str(made["CreateAccountStatus"]["AccountId"])


def new_unit(organizations: Any, parent: str) -> str:
    made = organizations.create_organizational_unit(ParentId=parent, Name=unique("unit"))
    return str(made["OrganizationalUnit"]["Id"])


@pytest.fixture
def attach(organizations: Any, root: str) -> Iterator[Callable[..., str]]:
    """Attaches a new SCP of these statements to a target; afterwards SCPs are off again."""
    organizations.enable_policy_type(RootId=root, PolicyType=SCP)
    attached = []

    def act(target: str, *statements: dict[str, Any]) -> str:
        made = organizations.create_policy(Name=unique("scp"), Description="", Type=SCP, Content=policy(*statements))
        policy_id = str(made["Policy"]["PolicySummary"]["Id"])
        organizations.attach_policy(PolicyId=policy_id, TargetId=target)
        attached.append({"PolicyId": policy_id, "TargetId": target})
        return policy_id

    yield act
    for pair in attached:
        organizations.detach_policy(**pair)
    organizations.disable_policy_type(RootId=root, PolicyType=SCP)


def key_of_a_user(bench: Bench, account: str) -> Who:
    """A user of a member who may do everything, by its key."""
    iam, name = bench.assume(account)("iam"), unique("user")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=policy(allow("*")))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Who(bench.url, key["AccessKeyId"], key["SecretAccessKey"])


@pytest.mark.parametrize("level", ["root", "outer unit", "inner unit", "account"])
def test_a_service_control_policy_binds_everybody_below_it(
    bench: Bench, organizations: Any, root: str, account: str, attach: Callable[..., str], level: str
) -> None:
    outer = new_unit(organizations, root)
    inner = new_unit(organizations, outer)
    organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=inner)
    user, session = key_of_a_user(bench, account), bench.assume(account)
    assert user("iam").list_users() and session("iam").list_users()
    attach({"root": root, "outer unit": outer, "inner unit": inner, "account": account}[level], deny("iam:ListUsers"))
    for who in (user, session):
        arn = who("sts").get_caller_identity()["Arn"]
        assert outcome(who("iam").list_users) == (
            "AccessDenied",
            403,
            f"User: {arn} is not authorized to perform: iam:ListUsers on resource: * "
            "with an explicit deny in a service control policy",
        )
        assert who("iam").list_roles()
    assert bench.admin("iam").list_users()
    untouched = bench.assume(bench.member)
    if level == "root":
        assert code(untouched("iam").list_users) == "AccessDenied"
    else:
        assert untouched("iam").list_users()


def test_every_level_must_allow(bench: Bench, organizations: Any, account: str, attach: Callable[..., str]) -> None:
    who = bench.assume(account)
    attach(account, allow("iam:*"))
    organizations.detach_policy(PolicyId=FULL, TargetId=account)
    assert who("iam").list_users()
    assert outcome(who("secretsmanager").list_secrets)[2].endswith(
        "because no service control policy allows the secretsmanager:ListSecrets action"
    )
    assert who("sts").get_caller_identity()
    organizations.attach_policy(PolicyId=FULL, TargetId=account)
    assert who("secretsmanager").list_secrets()


def test_service_control_policies_bind_a_member_on_the_buckets_of_others(
    bench: Bench, account: str, attach: Callable[..., str]
) -> None:
    everything = policy(allow("s3:*", ["arn:aws:s3:::BUCKET", "arn:aws:s3:::BUCKET/*"], Principal={"AWS": account}))
    bucket, who = bench.bucket(policy_text=everything), bench.assume(account)
    assert who("s3").list_objects_v2(Bucket=bucket)
    attach(account, deny("s3:*"))
    assert outcome(who("s3").list_objects_v2, Bucket=bucket)[1] == 403


def test_policies_must_be_enabled_well_formed_and_never_the_last(organizations: Any, root: str, account: str) -> None:
    def create(content: str) -> Any:
        return organizations.create_policy(Name=unique("scp"), Description="", Type=SCP, Content=content)

    for content in ("nonsense", "[]", "{}", policy({"Effect": "Deny"}), policy(deny("*", Principal="*"))):
        assert code(lambda text=content: create(text)) == "MalformedPolicyDocumentException"
    made = create(policy(deny("ec2:*")))["Policy"]["PolicySummary"]["Id"]
    pair = {"PolicyId": made, "TargetId": account}
    assert code(organizations.attach_policy, **pair) == "PolicyTypeNotEnabledException"
    organizations.enable_policy_type(RootId=root, PolicyType=SCP)
    assert code(organizations.detach_policy, **pair) == "PolicyNotAttachedException"
    assert code(organizations.attach_policy, PolicyId=made, TargetId="000000000001") == "TargetNotFoundException"
    organizations.attach_policy(**pair)
    assert code(organizations.attach_policy, **pair) == "DuplicatePolicyAttachmentException"
    assert code(organizations.delete_policy, PolicyId=made) == "PolicyInUseException"
    assert code(organizations.update_policy, PolicyId=made, Content="x") == "MalformedPolicyDocumentException"
    organizations.detach_policy(PolicyId=FULL, TargetId=account)
    assert code(organizations.detach_policy, **pair) == "ConstraintViolationException"
    organizations.disable_policy_type(RootId=root, PolicyType=SCP)


def test_units_and_where_accounts_are(organizations: Any, root: str, account: str) -> None:
    unit = new_unit(organizations, root)
    nowhere = "ou-0000-00000000"
    move = organizations.move_account
    for parameters, error in (
        ({"SourceParentId": nowhere, "DestinationParentId": unit}, "SourceParentNotFoundException"),
        ({"SourceParentId": unit, "DestinationParentId": root}, "SourceParentNotFoundException"),
        ({"SourceParentId": root, "DestinationParentId": nowhere}, "DestinationParentNotFoundException"),
        ({"SourceParentId": root, "DestinationParentId": root}, "DuplicateAccountException"),
    ):
        assert code(move, AccountId=account, **parameters) == error
    missing = {"SourceParentId": root, "DestinationParentId": unit}
    assert code(move, AccountId="000000000001", **missing) == "AccountNotFoundException"
    move(AccountId=account, **missing)
    assert organizations.list_parents(ChildId=account)["Parents"] == [{"Id": unit, "Type": "ORGANIZATIONAL_UNIT"}]
    assert organizations.list_parents(ChildId=unit)["Parents"] == [{"Id": root, "Type": "ROOT"}]
    assert code(organizations.list_parents, ChildId="000000000001") == "ChildNotFoundException"
    (listed,) = organizations.list_accounts_for_parent(ParentId=unit)["Accounts"]
    assert (listed["Id"], listed["State"], "Status" in listed) == (account, "ACTIVE", False)
    assert account not in json.dumps(organizations.list_accounts_for_parent(ParentId=root), default=str)
    assert code(organizations.list_accounts_for_parent, ParentId=nowhere) == "ParentNotFoundException"
    create = organizations.create_organizational_unit
    assert code(create, ParentId=nowhere, Name="x") == "ParentNotFoundException"
    create(ParentId=unit, Name="x")
    assert code(create, ParentId=unit, Name="x") == "DuplicateOrganizationalUnitException"
    assert code(organizations.delete_organizational_unit, OrganizationalUnitId=unit) == (
        "OrganizationalUnitNotEmptyException"
    )


def test_nobody_acts_in_a_closed_account(bench: Bench, organizations: Any, account: str) -> None:
    user, session = key_of_a_user(bench, account), bench.assume(account)
    organizations.close_account(AccountId=account)
    assert organizations.describe_account(AccountId=account)["Account"]["State"] == "SUSPENDED"
    arn = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
    assert outcome(lambda: bench.assume(account)) == (
        "AccessDenied",
        403,
        f"User: arn:aws:iam::{bench.account}:user/admin is not authorized to perform: sts:AssumeRole "
        f"on resource: {arn}",
    )
    for who in (user, session):
        assert code(who("sts").get_caller_identity) == "InvalidClientTokenId"
        assert code(who("iam").list_users) == "InvalidClientTokenId"
    assert code(organizations.close_account, AccountId=account) == "AccountAlreadyClosedException"
    assert code(organizations.close_account, AccountId=bench.account) == "ConstraintViolationException"


def test_delegated_administrators_may_list(bench: Bench, organizations: Any, account: str) -> None:
    theirs = bench.assume(account)("organizations")
    assert code(theirs.list_accounts) == "AccessDeniedException"
    service = {"AccountId": account, "ServicePrincipal": "guardduty.amazonaws.com"}
    organizations.register_delegated_administrator(**service)
    assert theirs.list_accounts()["Accounts"] == organizations.list_accounts()["Accounts"]
    assert theirs.list_roots() and theirs.describe_account(AccountId=bench.member)
    assert code(theirs.create_account, AccountName="x", Email="x@example.com") == "AccessDeniedException"
    organizations.deregister_delegated_administrator(**service)
    assert code(theirs.list_accounts) == "AccessDeniedException"


def test_accounts_and_units_tell_their_paths(bench: Bench, organizations: Any, root: str, account: str) -> None:
    outer = new_unit(organizations, root)
    inner = new_unit(organizations, outer)
    organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=inner)
    above = f"{organizations.describe_organization()['Organization']['Id']}/{root}/"
    assert organizations.describe_account(AccountId=account)["Account"]["Paths"] == [
        f"{above}{outer}/{inner}/{account}/"
    ]
    (listed,) = organizations.list_accounts_for_parent(ParentId=inner)["Accounts"]
    assert listed in organizations.list_accounts()["Accounts"]
    assert listed["Paths"] == [f"{above}{outer}/{inner}/{account}/"]
    (unit,) = organizations.list_organizational_units_for_parent(ParentId=outer)["OrganizationalUnits"]
    assert (unit["Id"], unit["Path"]) == (inner, f"{above}{outer}/{inner}/")
    nowhere = {"ParentId": "ou-0000-00000000"}
    assert code(organizations.list_organizational_units_for_parent, **nowhere) == "ParentNotFoundException"


def test_a_page_has_20_entries_at_most_and_may_be_empty_before_the_last(
    bench: Bench, organizations: Any, root: str
) -> None:
    parent = new_unit(organizations, root)
    made = [new_unit(organizations, parent) for dummy in range(21)]
    pages = list(organizations.get_paginator("list_organizational_units_for_parent").paginate(ParentId=parent))
    assert [len(page["OrganizationalUnits"]) for page in pages] == [20, 1]
    bench.emulator.aws.state.empty_pages = True
    try:
        pages = list(organizations.get_paginator("list_organizational_units_for_parent").paginate(ParentId=parent))
        assert organizations.list_accounts()["Accounts"] == []
    finally:
        bench.emulator.aws.state.empty_pages = False
    assert [len(page["OrganizationalUnits"]) for page in pages] == [0, 20, 0, 1]
    assert [unit["Id"] for page in pages for unit in page["OrganizationalUnits"]] == made
    assert code(organizations.list_accounts, NextToken="nonsense") == "InvalidInputException"
    assert code(organizations.list_accounts, MaxResults=21) == "InvalidInputException"


@pytest.mark.parametrize(
    ("state", "is_closed"),
    [("PENDING_ACTIVATION", False), ("SUSPENDED", True), ("PENDING_CLOSURE", True), ("CLOSED", True)],
)
def test_states_that_only_aws_brings_about(
    bench: Bench, organizations: Any, account: str, state: str, is_closed: bool
) -> None:
    set_state(account, state)
    assert organizations.describe_account(AccountId=account)["Account"]["State"] == state
    if is_closed:
        assert code(lambda: bench.assume(account)) == "AccessDenied"
    else:
        assert bench.assume(account)


def test_no_other_state_and_no_account_outside_is_set(bench: Bench, account: str) -> None:
    with pytest.raises(ValueError, match="none of ACTIVE, CLOSED"):
        set_state(account, "GONE")
    with pytest.raises(KeyError):
        set_state(bench.standalone, "CLOSED")


def test_tags_are_told_to_the_management_account_and_delegated_administrators(
    bench: Bench, organizations: Any, account: str
) -> None:
    organizations.tag_resource(ResourceId=account, Tags=[{"Key": "team", "Value": "web"}])
    tags = [{"Key": "team", "Value": "web"}]
    assert organizations.list_tags_for_resource(ResourceId=account)["Tags"] == tags
    theirs = bench.assume(account)("organizations")
    assert code(theirs.list_tags_for_resource, ResourceId=account) == "AccessDeniedException"
    service = {"AccountId": account, "ServicePrincipal": "guardduty.amazonaws.com"}
    organizations.register_delegated_administrator(**service)
    assert theirs.list_tags_for_resource(ResourceId=account)["Tags"] == tags
    organizations.deregister_delegated_administrator(**service)
    missing = {"ResourceId": "000000000001"}
    assert code(organizations.list_tags_for_resource, **missing) == "TargetNotFoundException"


def test_a_new_account_has_joined_at_the_time_of_the_clock(bench: Bench, organizations: Any) -> None:
    moment = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.timezone.utc)
    bench.emulator.clock.move_to(moment)
    try:
        made = organizations.create_account(AccountName=unique("account"), Email="a@example.com")["CreateAccountStatus"]
        described = organizations.describe_account(AccountId=made["AccountId"])["Account"]
    finally:
        bench.emulator.clock.release()
    assert described["JoinedTimestamp"] == moment
