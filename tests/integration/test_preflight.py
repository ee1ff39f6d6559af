# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps an account from being connected is told before the first write, and who may do it all is never kept."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.first_writes import CALLED
from tests.emulator.aws.targets import _S3_ACTIONS
from tests.integration.organization import Organization
from tests.integration.playbook import Fleet, Run, Variables

ASKED = ("GetRole", "SimulatePrincipalPolicy", "DescribeOrganization")
SCP = "SERVICE_CONTROL_POLICY"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def asked(run: Run) -> Counter[str]:
    """The calls that only a first connection takes."""
    return Counter(call["operation"] for call in run.calls if call["operation"] in ASKED)


def codes(run: Run, host: str) -> list[str]:
    return [finding["code"] for finding in run.recap()[host]["findings"]]


def bind(organization: Organization, account: str, **statement: Any) -> str:
    """Bind an account by a service control policy of one more statement; its id."""
    root = organization.api.list_roots()["Roots"][0]
    if not root["PolicyTypes"]:
        organization.api.enable_policy_type(RootId=root["Id"], PolicyType=SCP)
    content = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Resource": "*", **statement}]})
    made = organization.api.create_policy(Name=f"deny-{account}", Description="", Type=SCP, Content=content)
    policy = str(made["Policy"]["PolicySummary"]["Id"])
    organization.api.attach_policy(PolicyId=policy, TargetId=account)
    return policy


@pytest.fixture
def organization(fleet: Fleet) -> Organization:
    return Organization(fleet)


def login(fleet: Fleet, account: Variables, *statements: dict[str, Any], path: str = "/") -> Variables:
    """The account by a login of its own, a role or, where the account has none, a user, with these statements."""
    iam, account_id = fleet.client("iam", account), account["finops_account_id"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    if "finops_assume_role_arn" in account:
        trusted = {"AWS": f"arn:aws:iam::{fleet.emulator.management_account_id}:root"}
        trust = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        made = iam.create_role(RoleName="Onboard", Path=path, AssumeRolePolicyDocument=document)["Role"]
        iam.put_role_policy(RoleName="Onboard", PolicyName="onboard", PolicyDocument=policy)
        return {**account, "finops_assume_role_arn": made["Arn"]}
    iam.create_user(UserName="onboard", Path=path)
    iam.put_user_policy(UserName="onboard", PolicyName="onboard", PolicyDocument=policy)
    key = iam.create_access_key(UserName="onboard")["AccessKey"]
    assert account_id == fleet.emulator.standalone_account_id
    keys = {"finops_aws_access_key": key["AccessKeyId"], "finops_aws_secret_key": key["SecretAccessKey"]}
    return {**account, **keys}


def test_what_is_asked_for_is_what_a_first_connection_calls(fleet: Fleet) -> None:
    groups = {"standalone": {"laboratory": fleet.standalone(finops_tags={"team": "web"})}}
    first, second = fleet.run(groups), fleet.run(groups)
    with_a_role = fleet.run({"member": {"shop": fleet.member(finops_tags={"team": "web"}, finops_auth="role")}})
    assert (first.code, second.code, with_a_role.code) == (0, 0, 0), first.output + with_a_role.output
    assert (asked(first), asked(second)) == ({"SimulatePrincipalPolicy": 1}, {})
    written = set()
    for name in (call for call in first.writes + with_a_role.writes if not call.startswith("platform:")):
        service, dummy, operation = name.partition(":")
        written.add(f"s3:{_S3_ACTIONS.get(operation, operation)}" if service == "s3" else name)
    # What AWS checks besides, without a call of its own.
    implied = {"cur:PutReportDefinition", "iam:TagPolicy", "iam:TagRole", "s3:PutBucketOwnershipControls"}
    in_the_table = {action for always, tagging in CALLED.values() for action in (*always, *tagging)}
    assert in_the_table - implied == written - implied


def test_a_service_control_policy_is_told_before_the_first_write(organization: Organization) -> None:
    fleet = organization.fleet
    account = fleet.member()
    policy = bind(organization, account["finops_account_id"], Action=["iam:CreateUser", "iam:CreateAccessKey"])
    groups = {"member": {"shop": account, "search": fleet.member(1)}}
    run = fleet.run(groups)
    assert run.code != 0
    assert codes(run, "shop") == ["ACCOUNT_DENIED_BY_ORGANIZATION"]
    assert run.recap()["search"]["state"] == "changed"
    wanted = account["finops_account_id"]
    assert not [call for call in run.calls if call["account"] == wanted and call["write"]]
    for words in (f"Account {wanted}", "iam:CreateAccessKey, iam:CreateUser", "finops_assume_role_arn", "exempt"):
        assert words in run.output.replace("\n", " "), words
    organization.api.detach_policy(PolicyId=policy, TargetId=wanted)
    healed = fleet.run(groups)
    assert healed.code == 0, healed.output
    assert asked(healed) == {"GetRole": 1, "SimulatePrincipalPolicy": 1}


def test_what_the_callers_own_policies_deny_is_told_before_the_first_write(fleet: Fleet) -> None:
    enough = {"Effect": "Allow", "Action": ["iam:*", "s3:*", "bcm-data-exports:*"], "Resource": "*"}
    account = login(fleet, fleet.standalone(), enough, {**enough, "Effect": "Deny", "Action": "s3:PutBucketPolicy"})
    run = fleet.run({"standalone": {"laboratory": account}})
    assert run.code != 0
    (finding,) = run.recap()["laboratory"]["findings"]
    assert (finding["code"], run.writes) == ("ACCOUNT_DENIED", [])
    account_id = account["finops_account_id"]
    assert finding["actual"] == [
        f"cur:PutReportDefinition on arn:aws:cur:us-east-1:{account_id}:definition/billing-{account_id}",
        f"s3:PutBucketPolicy on arn:aws:s3:::billing-export-{account_id}",
    ]


NARROW = [
    {"Effect": "Allow", "Action": ["iam:Get*", "iam:List*", "iam:Simulate*"], "Resource": "*"},
    {
        "Effect": "Allow",
        "Action": "iam:*",
        "Resource": ["arn:aws:iam::*:user/FinOps*", "arn:aws:iam::*:policy/FinOps*"],
        "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
    },
]


# What a service control policy may ask for, and does of the caller's requests.
HARMLESS = {
    "region": {"Action": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1"]}}},
    "network": {"Action": "*", "Condition": {"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}}},
    "role": {"Action": "iam:*", "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deep/Onboard"}}},
}


def test_who_may_do_it_all_is_never_kept(organization: Organization) -> None:
    fleet, hosts = organization.fleet, {}
    for number, (host, statement) in enumerate(HARMLESS.items()):
        hosts[host] = login(fleet, fleet.member(number), *NARROW, path="/deep/")
        bind(organization, hosts[host]["finops_account_id"], **statement)
    nothing_told = {"Effect": "Deny", "Action": ["iam:Simulate*", "organizations:*"], "Resource": "*"}
    hosts["silent"] = login(fleet, fleet.member(3), EVERYTHING, nothing_told)
    hosts["silent"]["finops_management_account_id"] = fleet.emulator.standalone_account_id
    run = fleet.run({"member": hosts})
    assert run.code == 0, run.output
    assert {row["state"] for row in run.recap().values()} == {"changed"}
    assert asked(run) == {"GetRole": 4, "SimulatePrincipalPolicy": 4, "DescribeOrganization": 1}


def test_an_account_that_left_the_organization_is_told_before_the_first_write(fleet: Fleet) -> None:
    management = {"finops_management_account_id": fleet.emulator.management_account_id}
    left, other = fleet.standalone(**management), fleet.member(finops_management_account_id="123456789012")
    groups = {"member": {"left": left, "other": other, "shop": fleet.member(1, **management)}}
    run = fleet.run(groups)
    assert [codes(run, host) for host in ("left", "other")] == [["ACCOUNT_OTHER_ORGANIZATION"]] * 2
    assert run.recap()["shop"]["state"] == "changed"
    text = run.output.replace("\n", " ")
    for words in ("in no organization", "not in that of 123456789012", "group standalone", "--flush-cache"):
        assert words in text, words
    assert "finops_management_account_id" in text
    assert {call["account"] for call in run.calls if call["write"] and call["service"] != "platform"} == {
        groups["member"]["shop"]["finops_account_id"]
    }
    as_standalone = fleet.run({"standalone": {"left": left}})
    assert as_standalone.code == 0, as_standalone.output
    assert "DescribeOrganization" not in asked(as_standalone)
