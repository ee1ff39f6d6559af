# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys in every odd state: each ends right or in a clear word, and a key in use by others is never touched."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.faults.snapshot import stored
from tests.integration.playbook import ROTATE, Fleet, Run

HOST = "laboratory"
USER = "FinOpsForCloudUser"
WITHOUT_WAITING = {"finops_key_drain_seconds": 0}


class Laboratory:
    """The standalone account with its keys."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.account = fleet.standalone()
        self.account_id = str(self.account["finops_account_id"])
        self.iam = fleet.client("iam", self.account)
        self.faults = fleet.emulator.faults

    def onboard(self, *arguments: str, **variables: Any) -> Run:
        return self.fleet.run({"standalone": {HOST: self.account}}, *arguments, **{**WITHOUT_WAITING, **variables})

    def rotate(self, *arguments: str, **variables: Any) -> Run:
        return self.fleet.run(
            {"standalone": {HOST: self.account}}, *arguments, playbook=ROTATE, **{**WITHOUT_WAITING, **variables}
        )

    @property
    def keys(self) -> dict[str, str]:
        """The status of each key by its id."""
        listed = self.iam.list_access_keys(UserName=USER)["AccessKeyMetadata"]
        return {key["AccessKeyId"]: key["Status"] for key in listed}

    @property
    def in_service(self) -> str:
        """The key that the data source holds."""
        return str(self.fleet.sources()[self.account_id]["config"]["access_key_id"])

    def make_key(self, used_days_ago: float | None, age: float = 0) -> dict[str, str]:
        """A key made by hand."""
        key = self.iam.create_access_key(UserName=USER)["AccessKey"]
        self.faults.age_key(key["AccessKeyId"], days=age)
        self.faults.set_last_used(key["AccessKeyId"], used_days_ago)
        return dict(key)

    def age(self, days: float) -> str:
        """Make the key in service that old; returns its id."""
        self.faults.age_key(self.in_service, days=days)
        return self.in_service


@pytest.fixture
def laboratory(fleet: Fleet) -> Laboratory:
    return Laboratory(fleet)


@pytest.fixture
def connected(laboratory: Laboratory) -> Laboratory:
    """Onboarded once."""
    run = laboratory.onboard()
    assert run.code == 0, run.output
    return laboratory


def failure(run: Run) -> str:
    assert run.code == 2, run.output
    return str(run.recap()[HOST]["failed"])


def test_a_young_key_is_not_rotated(connected: Laboratory) -> None:
    old = connected.age(89)
    run = connected.rotate()
    assert run.code == 0, run.output
    assert run.writes == []
    assert connected.keys == {old: "Active"}


@pytest.mark.core
def test_an_old_key_is_replaced_then_deleted_after_its_grace(connected: Laboratory) -> None:
    old = connected.age(90)
    check = connected.rotate("--check")
    assert check.writes == []
    run = connected.rotate()
    assert run.code == 0, run.output
    assert run.steps() == check.steps()
    assert f"{old} is 90 days old, at most 90" in run.steps()[HOST][1]
    new = connected.in_service
    assert connected.keys == {old: "Inactive", new: "Active"}

    again = connected.rotate()
    assert (again.code, again.writes) == (0, [])
    nightly = connected.onboard()
    assert (nightly.code, nightly.writes) == (0, [])
    assert sum(call["service"] not in ("platform",) for call in nightly.calls) <= 12

    connected.age(8)
    connected.faults.set_last_used(old, 9)
    assert connected.rotate().code == 0
    assert connected.keys == {new: "Active"}


def test_a_replaced_key_that_was_used_after_the_switch_stays(connected: Laboratory) -> None:
    old = connected.age(100)
    connected.rotate()
    connected.age(30)
    connected.faults.set_last_used(old, 2)
    run = connected.rotate()
    assert (run.code, run.writes) == (0, [])
    assert connected.keys[old] == "Inactive"


def test_the_age_and_the_grace_can_be_set(connected: Laboratory) -> None:
    old = connected.age(31)
    connected.rotate(finops_key_max_age_days=30)
    assert connected.keys[old] == "Inactive"
    connected.rotate(finops_key_grace_days=0)
    assert list(connected.keys) == [connected.in_service]


def test_rotate_now_takes_every_key_and_again_only_after_the_grace(connected: Laboratory) -> None:
    old = connected.in_service
    assert connected.rotate(finops_rotate_now=True).code == 0
    new = connected.in_service
    assert connected.keys == {old: "Inactive", new: "Active"}
    again = connected.rotate(finops_rotate_now=True)
    assert (again.code, again.writes) == (0, [])
    assert "not rotated again" in again.output and old in again.output
    assert connected.rotate(finops_rotate_now=True, finops_key_grace_days=0).code == 0
    assert old not in connected.keys
    assert connected.keys[new] == "Inactive"


def test_a_deactivated_key_comes_back_with_one_command(connected: Laboratory) -> None:
    old = connected.age(100)
    connected.rotate()
    connected.iam.update_access_key(UserName=USER, AccessKeyId=old, Status="Active")
    assert connected.keys[old] == "Active"


def test_a_key_that_the_platform_refuses_goes_and_the_old_one_stays(connected: Laboratory) -> None:
    old = connected.age(100)
    connected.fleet.client("s3", connected.account).put_bucket_policy(
        Bucket=f"billing-export-{connected.account_id}",
        Policy=f"""{{"Version": "2012-10-17", "Statement": [{{"Effect": "Deny", "Action": "s3:ListBucket",
            "Principal": {{"AWS": "arn:aws:iam::{connected.account_id}:user/{USER}"}},
            "Resource": "arn:aws:s3:::billing-export-{connected.account_id}"}}]}}""",
    )
    run = connected.rotate()
    assert "OE0371" in failure(run)
    assert connected.keys == {old: "Active"}
    assert connected.in_service == old


def test_a_key_made_by_hand_and_in_use_is_reported_and_left_alone(laboratory: Laboratory) -> None:
    laboratory.iam.create_user(UserName=USER)
    hand = laboratory.make_key(used_days_ago=1, age=400)["AccessKeyId"]
    run = laboratory.onboard()
    assert run.code == 0, run.output
    assert laboratory.keys == {hand: "Active", laboratory.in_service: "Active"}
    assert hand in run.output and "left alone" in " ".join(run.output.split())

    laboratory.age(100)
    rotation = laboratory.rotate()
    assert hand in failure(rotation) and "IAM's limit" in failure(rotation)
    assert rotation.writes == []


def test_two_keys_in_use_that_nobody_holds_are_a_clear_error(laboratory: Laboratory) -> None:
    laboratory.iam.create_user(UserName=USER)
    hands = {laboratory.make_key(used_days_ago=1, age=10)["AccessKeyId"] for dummy in range(2)}
    run = laboratory.onboard()
    assert all(hand in failure(run) for hand in hands)
    assert "aws iam delete-access-key" in failure(run)
    assert set(laboratory.keys) == hands


def test_an_unused_key_made_by_hand_is_left_alone_and_one_of_a_killed_run_is_removed(connected: Laboratory) -> None:
    hand = connected.make_key(used_days_ago=None)["AccessKeyId"]
    run = connected.onboard()
    assert (run.code, run.writes) == (0, [])
    assert hand in run.output and "left alone" in " ".join(run.output.split())
    connected.iam.delete_access_key(UserName=USER, AccessKeyId=hand)

    connected.age(100)
    connected.faults.at_call("CreateAccessKey", 1, "after", connected.fleet.kill)
    assert connected.rotate().code < 0
    (orphan,) = set(connected.keys) - {connected.in_service}
    healed = connected.rotate()
    assert healed.code == 0, healed.output
    assert orphan not in connected.keys
    assert orphan in healed.steps()[HOST][0]


def test_another_report_within_the_days_of_grace_has_a_way_through(connected: Laboratory) -> None:
    old = connected.age(100)
    assert connected.rotate().code == 0
    retired_for = connected.in_service
    run = connected.onboard(finops_cur_prefix="costs")
    assert run.code == 0, run.output
    assert connected.keys == {retired_for: "Inactive", connected.in_service: "Active"}
    assert old not in connected.keys
    assert connected.fleet.sources()[connected.account_id]["config"]["bucket_prefix"] == "costs"


def test_an_inactive_key_in_service_is_replaced(connected: Laboratory) -> None:
    old = connected.in_service
    connected.iam.update_access_key(UserName=USER, AccessKeyId=old, Status="Inactive")
    run = connected.onboard()
    assert run.code == 0, run.output
    assert connected.in_service != old
    assert connected.keys == {old: "Inactive", connected.in_service: "Active"}
    assert connected.onboard().writes == []


def test_a_data_source_with_a_key_that_iam_no_longer_has(connected: Laboratory) -> None:
    gone = connected.in_service
    connected.iam.delete_access_key(UserName=USER, AccessKeyId=gone)
    run = connected.onboard()
    assert run.code == 0, run.output
    assert connected.in_service != gone
    assert connected.keys == {connected.in_service: "Active"}


@pytest.mark.parametrize("store", ["secretsmanager", "ssm", "file"])
def test_a_store_keeps_the_key_and_its_rotation(laboratory: Laboratory, store: str) -> None:
    fleet = laboratory.fleet
    arguments = ["--vault-password-file", str(fleet.vault_password_file())]
    variables = {"finops_secret_store": store, "finops_secret_store_folder": str(fleet.folder / "store")}
    assert laboratory.onboard(*arguments, **variables).code == 0
    value = stored(fleet, laboratory.account, store)
    assert value is not None
    assert value["access_key_id"] == laboratory.in_service
    assert value["account_id"] == laboratory.account_id
    assert laboratory.onboard(*arguments, **variables).writes == []
    laboratory.age(100)
    run = laboratory.rotate(*arguments, **variables)
    assert run.code == 0, run.output
    rotated = stored(fleet, laboratory.account, store)
    assert rotated is not None
    assert rotated["access_key_id"] == laboratory.in_service != value["access_key_id"]
    assert rotated["secret_access_key"] not in run.output + str(run.results)
    if store == "file":
        path = fleet.folder / "store" / f"{laboratory.account_id}.yml"
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.read_text().startswith("$ANSIBLE_VAULT;")


def test_a_store_in_a_central_account(fleet: Fleet) -> None:
    central, member = fleet.member(0), fleet.member(1)
    variables = {
        "finops_secret_store": "secretsmanager",
        "finops_secret_store_role_arn": central["finops_assume_role_arn"],
    }
    run = fleet.run({"member": {"shop": member}}, **variables)
    assert run.code == 0, run.output
    assert stored(fleet, member, "secretsmanager") is None
    secret = fleet.client("secretsmanager", central).get_secret_value(
        SecretId=f"finops-for-cloud/{member['finops_account_id']}"
    )
    assert fleet.sources()[member["finops_account_id"]]["config"]["access_key_id"] in secret["SecretString"]
    assert fleet.run({"member": {"shop": member}}, **variables).writes == []


def test_a_store_alone_serves_without_a_platform(laboratory: Laboratory) -> None:
    run = laboratory.onboard(finops_platform_url=None, finops_secret_store="ssm")
    assert run.code == 0, run.output
    assert run.recap()[HOST]["state"] == "changed"
    value = stored(laboratory.fleet, laboratory.account, "ssm")
    assert value is not None
    assert laboratory.keys == {value["access_key_id"]: "Active"}
    assert laboratory.onboard(finops_platform_url=None, finops_secret_store="ssm").writes == []
    assert laboratory.fleet.sources() == {}


def test_a_store_that_disagrees_with_the_platform_gets_a_new_key_with_it(connected: Laboratory) -> None:
    old = connected.in_service
    run = connected.onboard(finops_secret_store="ssm")
    assert run.code == 0, run.output
    value = stored(connected.fleet, connected.account, "ssm")
    assert value is not None
    assert value["access_key_id"] == connected.in_service != old
    assert connected.keys[old] == "Inactive"


def test_a_key_in_the_store_that_the_platform_does_not_have_yet_is_handed_over(connected: Laboratory) -> None:
    old = connected.in_service
    connected.onboard(finops_secret_store="ssm", finops_key_grace_days=0)
    kept = connected.in_service
    new = connected.make_key(used_days_ago=None) if old not in connected.keys else None
    if new is None:
        connected.iam.delete_access_key(UserName=USER, AccessKeyId=old)
        new = connected.make_key(used_days_ago=None)
    value = {
        "access_key_id": new["AccessKeyId"],
        "secret_access_key": new["SecretAccessKey"],
        "account_id": connected.account_id,
        "user_name": USER,
    }
    connected.fleet.client("ssm", connected.account).put_parameter(
        Name=f"/finops-for-cloud/{connected.account_id}/access-key",
        Value=json.dumps(value),
        Type="SecureString",
        Overwrite=True,
    )
    run = connected.onboard(finops_secret_store="ssm")
    assert run.code == 0, run.output
    assert connected.in_service == new["AccessKeyId"]
    assert connected.keys == {kept: "Inactive", new["AccessKeyId"]: "Active"}


def test_a_file_store_without_a_vault_password_is_a_clear_error_before_any_write(laboratory: Laboratory) -> None:
    run = laboratory.onboard(finops_secret_store="file", finops_secret_store_folder=str(laboratory.fleet.folder))
    assert "--vault-id" in failure(run)
    assert run.writes == []


def test_a_file_store_in_a_job_of_a_controller_is_a_clear_error_before_any_write(laboratory: Laboratory) -> None:
    fleet = laboratory.fleet
    store = {"finops_secret_store": "file", "finops_secret_store_folder": str(fleet.folder / "store")}
    vault = ("--vault-password-file", str(fleet.vault_password_file()))
    groups = {"standalone": {"laboratory": fleet.standalone(**store)}}
    run = fleet.run(groups, *vault, environment={"AWX_HOST": "https://awx.example.com"})
    assert run.code == 2
    assert "finops_secret_store: file does not last in a job of AWX" in run.output
    assert run.writes == []


def test_a_data_source_connected_since_the_listing_keeps_its_key(connected: Laboratory) -> None:
    """The task is told that the account has no data source, as a listing from before its connection would say."""
    playbook = connected.fleet.folder / "stale.yml"
    task = {
        "account_id": "{{ finops_account_id }}",
        "access_key": "{{ finops_aws_access_key }}",
        "secret_key": "{{ finops_aws_secret_key }}",
        "endpoint_url": "{{ finops_aws_endpoint_url }}",
        "platform_url": "{{ finops_platform_url }}",
        "platform_organization_id": "{{ finops_platform_organization_id }}",
        "platform_token": "{{ finops_platform_token }}",
        "data_source": {"type": "standalone"},
        "known": {},
    }
    play = {
        "hosts": "standalone",
        "connection": "local",
        "gather_facts": False,
        "tasks": [{"name": "Stale", "finops_for_cloud.aws.access_key": task}],
    }
    playbook.write_text(json.dumps([play]))
    key = connected.in_service
    connected.faults.set_last_used(key, 0, service="sts")
    run = connected.fleet.run({"standalone": {HOST: connected.account}}, playbook=str(playbook))
    assert run.code == 0, run.output
    assert run.writes == []
    assert connected.keys == {key: "Active"}
