# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leaving: every account is as it was before onboarding, but for the bucket; what others have there stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import bucket_policy, export
from tests.integration.playbook import OFFBOARD, ROTATE, Fleet, Run, Variables
from tests.integration.possessions import possessions

USER = "FinOpsForCloudUser"
DISCOVERY = "FinOpsForCloudResourceDiscovery"
CONFIRMED = {"finops_confirm_delete_history": True}
THEIRS = "not ours"
ALLOWING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}}
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
}


def everything(fleet: Fleet) -> dict[str, dict[str, Variables]]:
    """Every case, and among the members every secret store."""
    return {
        "management": {"payer": fleet.management()},
        "member": {
            "shop": fleet.member(0, finops_secret_store="secretsmanager"),
            "search": fleet.member(1, finops_secret_store="ssm"),
            "stock": fleet.member(
                2, finops_secret_store="file", finops_secret_store_folder=str(fleet.folder / "store")
            ),
        },
        "standalone": {"acquired": fleet.member(3), "laboratory": fleet.standalone()},
    }


def bucket_of(account: Variables) -> str:
    return f"billing-export-{account['finops_account_id']}"


def offboard(fleet: Fleet, groups: dict[str, dict[str, Variables]], *arguments: str, **variables: Any) -> Run:
    vault = ("--vault-password-file", str(fleet.vault_password_file()))
    return fleet.run(groups, *vault, *arguments, playbook=OFFBOARD, **{**CONFIRMED, **variables})


def onboard(fleet: Fleet, groups: dict[str, dict[str, Variables]], **variables: Any) -> Run:
    run = fleet.run(groups, "--vault-password-file", str(fleet.vault_password_file()), **variables)
    assert run.code == 0, run.output
    return run


def settle_others(fleet: Fleet, account: Variables) -> None:
    """Somebody else's user with a key, role, policy, secret, parameter, bucket and export."""
    iam, name = fleet.client("iam", account), f"theirs-{account['finops_account_id']}"
    arn = iam.create_policy(PolicyName="Theirs", PolicyDocument=json.dumps(ALLOWING))["Policy"]["Arn"]
    iam.create_user(UserName="Theirs", Tags=[{"Key": "team", "Value": "data"}])
    iam.attach_user_policy(UserName="Theirs", PolicyArn=arn)
    iam.create_access_key(UserName="Theirs")
    iam.create_role(RoleName="Theirs", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.attach_role_policy(RoleName="Theirs", PolicyArn=arn)
    fleet.client("secretsmanager", account).create_secret(Name="theirs", SecretString=THEIRS)
    fleet.client("ssm", account).put_parameter(Name="/theirs", Value=THEIRS, Type="String")
    s3 = fleet.client("s3", account)
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="notes.txt", Body=b"theirs")
    statement = bucket_policy.export_statement("aws", account["finops_account_id"], name)
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    exports = fleet.client("bcm-data-exports", account)
    exports.create_export(Export=export.definition("theirs", name, "costs", "us-east-1"))


def test_every_account_is_as_it_was_before_but_for_its_bucket(fleet: Fleet) -> None:
    groups = everything(fleet)
    accounts = {host: account for hosts in groups.values() for host, account in hosts.items()}
    settle_others(fleet, accounts["laboratory"])
    settle_others(fleet, accounts["shop"])
    kept = bucket_of(accounts["acquired"])
    s3 = fleet.client("s3", accounts["acquired"])
    s3.create_bucket(Bucket=kept)
    statement = bucket_policy.export_statement("aws", accounts["payer"]["finops_account_id"], kept, "Theirs")
    s3.put_bucket_policy(Bucket=kept, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    before = {host: possessions(fleet, account) for host, account in accounts.items()}

    onboard(fleet, groups)
    for host in ("payer", "laboratory", "acquired"):
        account_id = accounts[host]["finops_account_id"]
        fleet.emulator.deliver(account_id, f"billing-{account_id}")
    checked = offboard(fleet, groups, "--check")
    assert (checked.code, checked.writes) == (0, []), checked.output
    run = offboard(fleet, groups)
    assert run.code == 0, run.output
    assert checked.steps() == run.steps()
    after = {host: possessions(fleet, account) for host, account in accounts.items()}
    for host in ("payer", "laboratory"):
        bucket = after[host]["buckets"].pop(bucket_of(accounts[host]))
        assert bucket["Policy"] is None
        assert any(key.endswith(".parquet") for key, dummy in bucket["objects"])
        assert any(bucket_of(accounts[host]) in text for text in run.recap()[host]["stays"])
    assert after["acquired"]["buckets"][kept].pop("objects")
    before["acquired"]["buckets"][kept].pop("objects")
    assert after == before
    assert {row["state"] for row in run.recap().values()} == {"changed"}
    assert "6 offboarded, 0 already gone, 0 NOT OFFBOARDED" in run.output

    again = offboard(fleet, groups)
    assert again.code == 0, again.output
    assert (again.changed, again.writes) == ([], [])
    assert {row["state"] for row in again.recap().values()} == {"right"}

    onboard(fleet, groups)
    assert set(fleet.sources()) == {account["finops_account_id"] for account in accounts.values()}
    assert onboard(fleet, groups).writes == []


def test_members_leave_before_their_management_account(fleet: Fleet) -> None:
    groups = {"management": {"payer": fleet.management()}, "member": {"shop": fleet.member(0)}}
    onboard(fleet, groups)
    alone = offboard(fleet, groups, "--limit", "payer")
    assert (alone.code, alone.writes) == (2, [])
    assert fleet.emulator.member_account_ids[0] in str(alone.recap()["payer"]["failed"])
    assert "finops_management_account_id" in str(alone.recap()["payer"]["failed"])
    together = offboard(fleet, groups)
    assert together.code == 0, together.output
    deleted = [call["operation"] for call in together.calls if call["operation"] == "DeleteCloudAccount"]
    assert len(deleted) == 2 and fleet.sources() == {}


@pytest.mark.parametrize("purge", [True, False])
def test_a_history_that_nobody_gave_up_keeps_everything(fleet: Fleet, purge: bool) -> None:
    groups = {"standalone": {"laboratory": fleet.standalone()}}
    onboard(fleet, groups)
    run = offboard(fleet, groups, finops_confirm_delete_history=None, finops_purge_bucket=purge)
    assert (run.code, run.writes) == (2, [])
    failed = str(run.recap()["laboratory"]["failed"])
    assert f"aws-{fleet.emulator.standalone_account_id}" in failed
    assert "finops_confirm_delete_history" in failed


def test_what_others_attached_keeps_that_one_thing_alone(fleet: Fleet) -> None:
    shop, laboratory = fleet.member(0), fleet.standalone()
    groups = {"member": {"shop": shop}, "standalone": {"laboratory": laboratory}}
    onboard(fleet, groups)
    role, user = fleet.client("iam", shop), fleet.client("iam", laboratory)
    role.create_role(RoleName="Theirs", AssumeRolePolicyDocument=json.dumps(TRUST))
    arn = f"arn:aws:iam::{shop['finops_account_id']}:policy/{DISCOVERY}"
    role.attach_role_policy(RoleName="Theirs", PolicyArn=arn)
    key = user.create_access_key(UserName=USER)["AccessKey"]["AccessKeyId"]

    run = offboard(fleet, groups)
    assert run.code == 2
    stays = {host: " ".join(row["stays"]) for host, row in run.recap().items()}
    assert f"{DISCOVERY} is still attached to the role Theirs" in stays["shop"]
    assert key in stays["laboratory"] and "still has the access keys" in stays["laboratory"]
    assert f"attached to the user {USER}" in stays["laboratory"]
    assert fleet.sources() == {}
    assert USER not in {one["UserName"] for one in role.list_users()["Users"]}
    assert [one["PolicyName"] for one in role.list_policies(Scope="Local")["Policies"]] == [DISCOVERY]
    assert [one["AccessKeyId"] for one in user.list_access_keys(UserName=USER)["AccessKeyMetadata"]] == [key]
    assert len(user.list_attached_user_policies(UserName=USER)["AttachedPolicies"]) == 2
    assert fleet.client("bcm-data-exports", laboratory).list_exports()["Exports"] == []

    role.detach_role_policy(RoleName="Theirs", PolicyArn=arn)
    user.delete_access_key(UserName=USER, AccessKeyId=key)
    settled = offboard(fleet, groups)
    assert settled.code == 0, settled.output
    assert user.list_policies(Scope="Local")["Policies"] == role.list_policies(Scope="Local")["Policies"] == []
    assert USER not in {one["UserName"] for one in user.list_users()["Users"]}


def test_a_purge_deletes_every_version_and_nothing_where_others_have_files(fleet: Fleet) -> None:
    account = fleet.standalone()
    groups, bucket = {"standalone": {"laboratory": account}}, bucket_of(account)
    onboard(fleet, groups)
    s3, account_id = fleet.client("s3", account), account["finops_account_id"]
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for dummy in range(2):
        fleet.emulator.deliver(account_id, f"billing-{account_id}")
    ours = f"reports/billing-{account_id}/data/gone"
    s3.put_object(Bucket=bucket, Key=ours, Body=b"ours")
    s3.delete_object(Bucket=bucket, Key=ours)
    s3.create_multipart_upload(Bucket=bucket, Key=f"reports/billing-{account_id}/data/unfinished")
    s3.put_object(Bucket=bucket, Key="notes.txt", Body=b"theirs")
    there = possessions(fleet, account)["buckets"][bucket]["objects"]

    refused = offboard(fleet, groups, finops_purge_bucket=True)
    assert refused.code == 2
    assert "notes.txt" in " ".join(refused.recap()["laboratory"]["stays"])
    assert possessions(fleet, account)["buckets"][bucket]["objects"] == there
    assert fleet.client("bcm-data-exports", account).list_exports()["Exports"] == []

    for version in s3.list_object_versions(Bucket=bucket, Prefix="notes.txt")["Versions"]:
        s3.delete_object(Bucket=bucket, Key="notes.txt", VersionId=version["VersionId"])
    run = offboard(fleet, groups, finops_purge_bucket=True)
    assert run.code == 0, run.output
    assert run.writes == ["s3:AbortMultipartUpload", "s3:DeleteObjects", "s3:DeleteBucket"]
    assert possessions(fleet, account)["buckets"] == {}
    assert offboard(fleet, groups, finops_purge_bucket=True).changed == []


def test_a_report_that_was_only_adopted_goes_where_it_is_named(fleet: Fleet) -> None:
    account = fleet.standalone()
    groups, named = {"standalone": {"laboratory": account}}, {"finops_cur_name": "by-hand"}
    onboard(fleet, groups, **named)
    assert onboard(fleet, groups).writes == []
    run = offboard(fleet, groups)
    assert run.code == 0, run.output
    assert any("by-hand" in text for text in run.recap()["laboratory"]["stays"])
    exports = fleet.client("bcm-data-exports", account)
    assert [one["ExportName"] for one in exports.list_exports()["Exports"]] == ["by-hand"]
    assert possessions(fleet, account)["buckets"][bucket_of(account)]["Policy"] is not None
    assert offboard(fleet, groups, **named).code == 0
    assert exports.list_exports()["Exports"] == []


def test_a_key_that_was_rotated_and_one_without_a_platform_go_too(fleet: Fleet) -> None:
    rotated = {"member": {"shop": fleet.member(0)}}
    onboard(fleet, rotated)
    assert fleet.run(rotated, playbook=ROTATE, finops_rotate_now=True, finops_key_drain_seconds=0).code == 0
    alone = {"member": {"search": fleet.member(1, finops_platform_url=None, finops_secret_store="ssm")}}
    onboard(fleet, alone)
    groups = {"member": {**rotated["member"], **alone["member"]}}
    run = offboard(fleet, groups)
    assert run.code == 0, run.output
    for account in groups["member"].values():
        assert possessions(fleet, account)["keys"] == {}
        assert possessions(fleet, account)["parameters"] == []
