# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles beside keys in one inventory, from nothing to connected; and the move from the one to the other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.emulator.aws.seed import TRUSTED_PRINCIPAL
from tests.integration.playbook import MIGRATE, Fleet, Run, Variables

ROLE, USER = "FinOpsForCloudAccessRole", "FinOpsForCloudUser"
BY_ROLE = {"finops_auth": "role"}
# AWS calls of a run that changes nothing, the login included.
BUDGET = {"management": 12, "standalone": 12, "member": 8}
Groups = dict[str, dict[str, Variables]]


def side_by_side(fleet: Fleet) -> Groups:
    """Each case with a role and with a key; the account in no organization gets one of its own."""
    return {
        "management": {"payer": fleet.management(**BY_ROLE), "second": fleet.standalone()},
        "member": {"shop": fleet.member(0, **BY_ROLE), "search": fleet.member(1)},
        "standalone": {"acquired": fleet.member(2, **BY_ROLE), "laboratory": fleet.member(3)},
    }


def with_keys(fleet: Fleet) -> Groups:
    """One of each case; which login they work with is not said."""
    return {
        "management": {"payer": fleet.management()},
        "member": {"shop": fleet.member(0)},
        "standalone": {"laboratory": fleet.standalone()},
    }


def accounts(groups: Groups) -> Iterator[tuple[str, str, Variables]]:
    return ((group, host, account) for group, hosts in groups.items() for host, account in hosts.items())


def config(fleet: Fleet, account: Variables) -> dict[str, Any]:
    return dict(fleet.sources()[account["finops_account_id"]]["config"])


def users(fleet: Fleet, account: Variables) -> list[str]:
    return [user["UserName"] for user in fleet.client("iam", account).list_users()["Users"] if user["UserName"] == USER]


def keys(fleet: Fleet, account: Variables) -> list[str]:
    listed = fleet.client("iam", account).list_access_keys(UserName=USER)["AccessKeyMetadata"]
    return [key["Status"] for key in listed]


def stages(run: Run) -> dict[str, str]:
    return {host: row["stage"]["name"] for host, row in run.recap().items()}


def check_role(fleet: Fleet, group: str, account: Variables) -> None:
    iam = fleet.client("iam", account)
    role = iam.get_role(RoleName=ROLE)["Role"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {"Effect": "Allow", "Principal": {"AWS": TRUSTED_PRINCIPAL}, "Action": "sts:AssumeRole"}
    assert (role["Path"], role["MaxSessionDuration"]) == ("/", 3600)
    attached = {one["PolicyName"] for one in iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]}
    more = set() if group == "member" else {"FinOpsForCloudBillingImport"}
    assert attached == {"FinOpsForCloudResourceDiscovery", *more}
    found = config(fleet, account)
    assert (found["assume_role_name"], found["assume_role_account_id"]) == (ROLE, account["finops_account_id"])
    assert found["access_key_id"] == fleet.emulator.aws.fleet.platform.access_key_id
    assert fleet.sources()[account["finops_account_id"]]["auto_import"]
    assert users(fleet, account) == []


def test_each_case_with_a_role_and_with_a_key_is_connected_and_a_second_run_changes_nothing(fleet: Fleet) -> None:
    fleet.client("organizations", fleet.standalone()).create_organization(FeatureSet="ALL")
    groups = side_by_side(fleet)
    first, second = fleet.run(groups), fleet.run(groups)
    assert (first.code, second.code) == (0, 0), first.output + second.output
    assert (second.changed, second.writes) == ([], [])
    assert {row["state"] for row in second.recap().values()} == {"right"}, second.output
    assert "access key" not in second.recap()["payer"]["right"]
    by_role = {account["finops_account_id"] for dummy, dummy, account in accounts(groups) if "finops_auth" in account}
    made = {call["account"] for call in first.calls if call["operation"] == "CreateAccessKey"}
    assert made == set(fleet.sources()) - by_role, "no key is ever made where a role is asked for"
    calls = Counter(call["account"] for call in second.calls if call["service"] not in ("platform", "sts"))
    for group, dummy, account in accounts(groups):
        assert calls[account["finops_account_id"]] + 1 <= BUDGET[group]
        if account["finops_account_id"] in by_role:
            check_role(fleet, group, account)
        else:
            assert keys(fleet, account) == ["Active"]
            assert "assume_role_name" not in config(fleet, account)
    platform = Counter(call["operation"] for call in second.calls if call["service"] == "platform")
    assert platform == {"ListCloudAccounts": 1, "GetOrganization": 1}


def test_check_mode_promises_all_of_it_and_writes_nothing(fleet: Fleet) -> None:
    groups = {"member": {"shop": fleet.member(0, **BY_ROLE)}, "standalone": {"acquired": fleet.member(2, **BY_ROLE)}}
    run = fleet.run(groups, "--check")
    assert (run.code, run.writes) == (0, []), run.output
    for host in ("shop", "acquired"):
        titles = " / ".join(run.recap()[host]["done"])
        assert f"Create the role {ROLE}" in titles
        assert "Create the data source" in titles
        assert "key" not in titles
    account = groups["standalone"]["acquired"]
    assert fleet.run(groups).code == 0
    check_role(fleet, "standalone", account)


def test_trust_that_somebody_took_away_is_given_back_and_that_of_others_stays(fleet: Fleet) -> None:
    account = fleet.member(0, **BY_ROLE)
    groups = {"member": {"shop": account}}
    assert fleet.run(groups).code == 0
    iam = fleet.client("iam", account)
    gone = iam.create_user(UserName="gone")["User"]
    theirs = f"arn:aws:iam::{account['finops_account_id']}:root"
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
        for principal in (gone["Arn"], theirs)
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=document)
    iam.delete_user(UserName="gone")
    run = fleet.run(groups)
    assert run.code == 0, run.output
    assert run.writes == ["iam:UpdateAssumeRolePolicy"]
    assert gone["UserId"] in run.recap()["shop"]["done"][0]
    found = iam.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert [statement["Principal"]["AWS"] for statement in found] == [theirs, TRUSTED_PRINCIPAL]
    second = fleet.run(groups)
    assert second.writes == []
    assert "ROLE_TRUST_OTHERS" in second.output


def test_a_role_that_would_trust_another_platform_is_refused_before_the_first_write(fleet: Fleet) -> None:
    other = TRUSTED_PRINCIPAL.replace(TRUSTED_PRINCIPAL.split(":")[4], "123456789012")
    run = fleet.run({"member": {"shop": fleet.member(0, **BY_ROLE, finops_role_principal_arn=other)}})
    assert (run.code, run.writes) == (2, []), run.output
    assert f"finops_role_principal_arn: {other} is not of the account" in run.recap()["shop"]["failed"]


def test_what_works_with_a_key_is_named_and_not_switched(fleet: Fleet) -> None:
    assert fleet.run({"member": {"shop": fleet.member(0)}}).code == 0
    run = fleet.run({"member": {"shop": fleet.member(0, **BY_ROLE)}})
    assert (run.code, run.writes) == (0, []), run.output
    (finding,) = run.recap()["shop"]["findings"]
    assert finding["code"] == "SOURCE_AUTH"
    assert finding["title"].startswith("finops_auth: ")
    assert "ansible-playbook finops_for_cloud.aws.migrate_to_role --limit shop" in finding["remedy"]
    assert keys(fleet, fleet.member(0)) == ["Active"]


def test_a_fleet_moves_from_keys_to_roles(fleet: Fleet) -> None:
    groups = with_keys(fleet)
    assert fleet.run(groups).code == 0
    confirmed = {"finops_confirm_permanent_switch": True, "finops_key_drain_seconds": 0}

    refused = fleet.run(groups, playbook=MIGRATE)
    assert (refused.code, refused.writes) == (2, [])
    for row in refused.recap().values():
        assert "finops_confirm_permanent_switch: " in row["failed"]

    announced = fleet.run(groups, "--check", playbook=MIGRATE)
    assert (announced.code, announced.writes) == (0, []), announced.output
    member = f"aws-{fleet.member(0)['finops_account_id']}"
    for host, row in announced.recap().items():
        titles = " / ".join(row["done"])
        assert f"from its key to the role {ROLE}, for good" in titles
        assert (f"its members' costs depend on it: {member}" in titles) is (host == "payer")

    switched = fleet.run(groups, playbook=MIGRATE, **confirmed)
    assert switched.code == 0, switched.output
    assert set(stages(switched).values()) == {"grace"}
    for dummy, host, account in accounts(groups):
        found = config(fleet, account)
        assert found["assume_role_name"] == ROLE
        assert keys(fleet, account) == ["Inactive"]
        assert f"Then: ansible-playbook {MIGRATE} --limit {host}" in " ".join(switched.output.split())
    order = [
        call["operation"] for call in switched.calls if call["operation"] in ("UpdateCloudAccount", "UpdateAccessKey")
    ]
    assert order == ["UpdateCloudAccount"] * 3 + ["UpdateAccessKey"] * 3, "the whole fleet switches first"

    again = fleet.run(groups, playbook=MIGRATE, **confirmed)
    assert (again.code, again.writes) == (0, []), again.output
    assert fleet.run(groups).writes == [], "onboarding goes on with what works"

    over = fleet.run(groups, playbook=MIGRATE, **confirmed, finops_key_grace_days=0)
    assert over.code == 0, over.output
    assert set(stages(over).values()) == {"role"}
    assert [users(fleet, account) for dummy, dummy, account in accounts(groups)] == [[]] * 3
    last = fleet.run(groups, playbook=MIGRATE)
    assert (last.code, last.writes) == (0, []), last.output
