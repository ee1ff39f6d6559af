# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A platform that answers wrongly, late or not at all: no key in use is lost, and none is left behind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.playbook import ROTATE, Fleet, Run, Variables

HOST = "shop"
# Nothing uses the replaced key here.
AT_ONCE: dict[str, Any] = {"finops_key_drain_seconds": 0}
USER = "FinOpsForCloudUser"


def onboard(fleet: Fleet, **common: Any) -> Run:
    return fleet.run({"member": {HOST: fleet.member()}}, **common)


def rotate(fleet: Fleet) -> Run:
    return fleet.run({"member": {HOST: fleet.member()}}, playbook=ROTATE, finops_rotate_now=True, **AT_ONCE)


def keys(fleet: Fleet, account: Variables | None = None) -> dict[str, str]:
    """The FinOps user's keys with their status."""
    iam = fleet.client("iam", account or fleet.member())
    try:
        listed = iam.list_access_keys(UserName=USER)["AccessKeyMetadata"]
    except iam.exceptions.NoSuchEntityException:
        return {}
    return {key["AccessKeyId"]: key["Status"] for key in listed}


def held(fleet: Fleet) -> str:
    """The key that the platform holds for the account."""
    return str(fleet.sources()[fleet.member()["finops_account_id"]]["config"]["access_key_id"])


@pytest.mark.parametrize(("operation", "kind"), [("CreateCloudAccount", "cut"), ("UpdateCloudAccount", "bad_gateway")])
def test_an_answer_that_is_lost_after_the_effect_costs_no_key(fleet: Fleet, operation: str, kind: str) -> None:
    if operation == "UpdateCloudAccount":
        onboard(fleet)
    fleet.emulator.faults.platform_answers(kind, operation)
    run = onboard(fleet) if operation == "CreateCloudAccount" else rotate(fleet)
    assert run.code == 0, run.output
    assert keys(fleet)[held(fleet)] == "Active"
    assert list(keys(fleet).values()).count("Active") == 1


def test_a_rotation_that_the_platform_did_not_store_leaves_the_old_key_in_service(fleet: Fleet) -> None:
    onboard(fleet)
    old = held(fleet)
    fleet.emulator.faults.platform_answers("sign_in_page", "UpdateCloudAccount", times=50)
    run = rotate(fleet)
    fleet.emulator.faults.clear()
    assert run.code == 2, run.output
    assert (held(fleet), keys(fleet)[old]) == (old, "Active")
    again = rotate(fleet)
    assert again.code == 0, again.output
    assert keys(fleet)[held(fleet)] == "Active"


def test_a_platform_whose_reads_lag_behind_ends_with_the_new_key(fleet: Fleet) -> None:
    onboard(fleet)
    old = held(fleet)
    fleet.emulator.faults.platform_lags(3)
    run = rotate(fleet)
    fleet.emulator.faults.clear()
    assert run.code == 0, run.output
    assert held(fleet) != old
    assert keys(fleet) == {old: "Inactive", held(fleet): "Active"}


def test_an_account_of_another_organization_is_named_at_once_and_keeps_no_key(fleet: Fleet) -> None:
    fleet.set_platform("connected_elsewhere", "PUT", [fleet.member()["finops_account_id"]])
    run = onboard(fleet)
    assert run.code == 2
    assert "another organization" in run.recap()[HOST]["failed"]
    assert keys(fleet) == {}
    creations = [call for call in run.calls if call["operation"] == "CreateCloudAccount"]
    assert len(creations) == 1


def test_a_nested_prefix_waits_for_its_first_delivery_without_a_key_and_connects_after_it(fleet: Fleet) -> None:
    account = fleet.standalone(finops_cur_prefix="finops/reports")
    groups = {"standalone": {"laboratory": account}}
    first = fleet.run(groups)
    assert first.code == 0, first.output
    assert first.recap()["laboratory"]["state"] == "pending"
    assert "SOURCE_WAITS_FOR_DELIVERY" in first.output
    assert keys(fleet, account) == {}
    assert fleet.run(groups).writes == []
    fleet.emulator.deliver(account["finops_account_id"], f"billing-{account['finops_account_id']}")
    connected = fleet.run(groups)
    assert connected.code == 0, connected.output
    assert connected.recap()["laboratory"]["state"] == "changed"
    assert list(keys(fleet, account).values()) == ["Active"]
    assert fleet.run(groups).changed == []


TRUSTED = "arn:aws:iam::654035049067:user/ffc-service-user"


def test_a_data_source_with_a_role_gets_no_user(fleet: Fleet) -> None:
    account = fleet.member()
    trust = {"Effect": "Allow", "Principal": {"AWS": TRUSTED}, "Action": "sts:AssumeRole"}
    iam = fleet.client("iam", account)
    iam.create_role(
        RoleName="FinOpsForCloudAccessRole",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    fleet.connect_by_role(account, "FinOpsForCloudAccessRole")
    run = onboard(fleet)
    assert run.code == 0, run.output
    assert keys(fleet) == {}
    assert not any("User" in operation or "AccessKey" in operation for operation in run.writes)
    assert onboard(fleet).changed == []
