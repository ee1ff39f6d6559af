# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: accounts, organizations, roles, and what the emulator itself can be told."""

from __future__ import annotations

import json
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.aws.testing import Bench, Who, allow, code, export_definition, outcome, policy, unique
from tests.emulator.fleet import Emulator

ROLE = "OrganizationAccountAccessRole"


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Emulator(members=25) as emulator:
        yield Bench(emulator)


def control(bench: Bench, name: str, body: dict[str, Any] | None = None) -> Any:
    """POST to a control endpoint."""
    with urllib.request.urlopen(f"{bench.url}/_emulator/{name}", data=json.dumps(body or {}).encode(), timeout=60) as a:
        return json.load(a)


def test_description(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "below" / "emulator.json"
    bench.emulator.write(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == ["emulator.json"]
    assert set(json.loads(file.read_text())) == {
        "aws_endpoint_url", "access_key_id", "secret_access_key", "management_account_id", "member_account_ids",
        "standalone_account_id", "standalone_access_key_id", "standalone_secret_access_key", "assume_role_name",
        "platform_url", "platform_token", "platform_organization_id",
    }  # fmt: skip


def test_one_emulator_in_a_process(bench: Bench) -> None:
    with pytest.raises(RuntimeError), Emulator():
        pass
    assert bench.admin("sts").get_caller_identity()["Account"] == bench.account


def test_the_organization(bench: Bench) -> None:
    organizations = bench.admin("organizations")
    first = organizations.list_accounts()
    assert len(first["Accounts"]) == 20
    second = organizations.list_accounts(NextToken=first["NextToken"])
    accounts = first["Accounts"] + second["Accounts"]
    assert [account["Id"] for account in accounts] == [bench.account, *bench.emulator.member_account_ids]
    assert {account["State"] for account in accounts} == {"ACTIVE"}
    assert not any("Status" in account for account in accounts)
    assert len(organizations.list_accounts(MaxResults=3)["Accounts"]) == 3
    assert code(organizations.list_accounts, MaxResults=21) == "InvalidInputException"
    assert organizations.describe_account(AccountId=bench.member)["Account"]["State"] == "ACTIVE"


def test_members_may_only_describe_the_organization(bench: Bench) -> None:
    organizations = bench.assume(bench.member)("organizations")
    assert organizations.describe_organization()["Organization"]["MasterAccountId"] == bench.account
    assert code(organizations.list_accounts) == "AccessDeniedException"
    assert code(organizations.describe_account, AccountId=bench.member) == "AccessDeniedException"


def test_a_standalone_account_has_no_organization(bench: Bench) -> None:
    organizations = bench.standalone_admin("organizations")
    assert code(organizations.describe_organization) == "AWSOrganizationsNotInUseException"
    assert code(organizations.list_accounts) == "AWSOrganizationsNotInUseException"


def test_an_account_made_through_the_api(bench: Bench) -> None:
    made = bench.admin("organizations").create_account(AccountName="new", Email="new@example.com")
    account = made["CreateAccountStatus"]["AccountId"]
    assert bench.assume(account)("iam").list_users()["Users"] == []


def test_a_role_acts_in_its_account(bench: Bench) -> None:
    who = bench.assume(bench.member)
    identity = who("sts").get_caller_identity()
    assert identity["Account"] == bench.member
    assert identity["Arn"] == f"arn:aws:sts::{bench.member}:assumed-role/{ROLE}/test"
    who("iam").create_user(UserName="in-member")
    assert code(bench.admin("iam").get_user, UserName="in-member") == "NoSuchEntity"


@pytest.mark.parametrize("account", ["000000000000", "standalone", "management"])
def test_no_role_no_session(bench: Bench, account: str) -> None:
    account = {"standalone": bench.standalone, "management": bench.account}.get(account, account)
    failure = outcome(lambda: bench.assume(account))
    arn = f"arn:aws:iam::{account}:role/{ROLE}"
    text = (
        f"User: arn:aws:iam::{bench.account}:user/admin is not authorized to perform: sts:AssumeRole on resource: {arn}"
    )
    assert failure == ("AccessDenied", 403, text)


def test_the_trust_policy_decides(bench: Bench) -> None:
    arn = f"arn:aws:iam::{bench.member}:role/{ROLE}"
    sts = bench.standalone_admin("sts")
    assert code(sts.assume_role, RoleArn=arn, RoleSessionName="s1") == "AccessDenied"
    dummy, user = bench.user()
    assert code(user("sts").assume_role, RoleArn=arn, RoleSessionName="s1") == "AccessDenied"
    dummy, user = bench.user(allow("sts:AssumeRole", arn))
    assert user("sts").assume_role(RoleArn=arn, RoleSessionName="s1")["AssumedRoleUser"]["Arn"].endswith(f"{ROLE}/s1")


def role(who: Who, principal: str, condition: dict[str, Any] | None = None, **more: Any) -> str:
    """A role in the account of `who` that trusts a principal."""
    name = unique("role")
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition
    made = who("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy(statement), **more)
    return str(made["Role"]["Arn"])


def test_in_one_account_the_trust_policy_alone_may_be_enough(bench: Bench) -> None:
    name, user = bench.user()
    by_name = role(bench.admin, f"arn:aws:iam::{bench.account}:user/{name}")
    assert user("sts").assume_role(RoleArn=by_name, RoleSessionName="s1")
    by_account = role(bench.admin, f"arn:aws:iam::{bench.account}:root")
    assert code(user("sts").assume_role, RoleArn=by_account, RoleSessionName="s1") == "AccessDenied"


def test_external_id(bench: Bench) -> None:
    condition = {"StringEquals": {"sts:ExternalId": "right"}}
    arn = role(bench.standalone_admin, f"arn:aws:iam::{bench.account}:root", condition)
    sts = bench.admin("sts")
    assert code(sts.assume_role, RoleArn=arn, RoleSessionName="s1") == "AccessDenied"
    assert code(sts.assume_role, RoleArn=arn, RoleSessionName="s1", ExternalId="wrong") == "AccessDenied"
    assert sts.assume_role(RoleArn=arn, RoleSessionName="s1", ExternalId="right")


def test_a_role_without_policies_may_nothing(bench: Bench) -> None:
    arn = role(bench.standalone_admin, bench.account)
    made = bench.admin("sts").assume_role(RoleArn=arn, RoleSessionName="s1")["Credentials"]
    who = Who(bench.url, made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    assert code(who("iam").list_users) == "AccessDenied"
    assert who("sts").get_caller_identity()["Account"] == bench.standalone


def test_a_session_policy_narrows(bench: Bench) -> None:
    who = bench.assume(bench.member, Policy=policy(allow("iam:ListUsers")))
    who("iam").list_users()
    assert code(who("s3").list_buckets) == "AccessDenied"


def test_how_long_sessions_last(bench: Bench) -> None:
    sts, arn = bench.admin("sts"), f"arn:aws:iam::{bench.member}:role/{ROLE}"
    for seconds in (3601, 43201):
        failure = code(sts.assume_role, RoleArn=arn, RoleSessionName="s1", DurationSeconds=seconds)
        assert failure == "ValidationError"
    long = role(bench.standalone_admin, bench.account, MaxSessionDuration=7200)
    assert sts.assume_role(RoleArn=long, RoleSessionName="s1", DurationSeconds=7200)
    chained = role(bench.standalone_admin, f"arn:aws:iam::{bench.member}:role/{ROLE}", MaxSessionDuration=7200)
    session = bench.assume(bench.member)("sts")
    assert session.assume_role(RoleArn=chained, RoleSessionName="s1", DurationSeconds=3600)
    refused = outcome(session.assume_role, RoleArn=chained, RoleSessionName="s1", DurationSeconds=3601)
    assert refused[0] == "ValidationError"
    assert "role chaining" in refused[2]


def test_what_sts_does_not_do_here(bench: Bench) -> None:
    assert outcome(bench.admin("sts").get_session_token)[:2] == ("NotImplemented", 501)


def test_more_standalone_accounts(bench: Bench) -> None:
    made = control(bench, "standalone_accounts")
    assert set(made) == {"account_id", "access_key_id", "secret_access_key"}
    who = Who(bench.url, made["access_key_id"], made["secret_access_key"])
    assert who("sts").get_caller_identity()["Account"] == made["account_id"]
    assert who("iam").list_users()["Users"][0]["UserName"] == "admin"


def test_deliver_and_calls_through_control(bench: Bench) -> None:
    definition = export_definition(bench.export_bucket())
    bench.admin("bcm-data-exports").create_export(Export=definition)
    control(bench, "run", {"name": "control"})
    made = control(bench, "deliver", {"account_id": bench.account, "export_name": definition["Name"]})
    assert made["status"] == "DELIVERY_SUCCESS"
    bench.admin("s3").list_buckets()
    assert [call["operation"] for call in bench.emulator.calls("control")] == ["ListBuckets"]
    control(bench, "clear")
    assert bench.emulator.aws.log.as_json() == []
    for name, body in (("deliver", {"account_id": bench.account, "export_name": "none"}), ("nonsense", {})):
        with pytest.raises(urllib.error.HTTPError) as problem:
            control(bench, name, body)
        assert problem.value.code == 404
        problem.value.close()


def test_reset_gives_the_same_accounts_without_what_was_made(bench: Bench) -> None:
    bucket = bench.bucket()
    bench.admin("iam").create_user(UserName="gone")
    session = bench.assume(bench.member)
    control(bench, "reset")
    assert bench.admin("sts").get_caller_identity()["Account"] == bench.account
    assert [user["UserName"] for user in bench.admin("iam").list_users()["Users"]] == ["admin"]
    assert outcome(bench.admin("s3").head_bucket, Bucket=bucket)[1] == 404
    assert code(session("iam").list_users) == "InvalidClientTokenId"
    assert bench.assume(bench.emulator.member_account_ids[-1])
    assert bench.standalone_admin("iam").list_users()["Users"]
