# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input: a clear error that names the account and the variable, the others go on, and nothing is written."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tests.integration.playbook import Fleet, Run

OTHER = "payer"


def onboard(fleet: Fleet, variables: dict[str, Any], **common: Any) -> Run:
    """A run over a member with these variables, and a sound management account."""
    groups = {"management": {OTHER: fleet.management()}, "member": {"shop": fleet.member(**variables)}}
    return fleet.run(groups, "--check", **common)


def failure(run: Run, host: str = "shop") -> str:
    """What the recap says of a failed account, whose id stands above the reason."""
    assert run.code != 0, run.output
    row = run.recap()[host]
    assert row["state"] == "failed", run.output
    assert str(row["failed"]) in " ".join(run.output.split())
    return "{0}: {1}".format(row["account_id"], row["failed"])


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"finops_account_id": 123456789012}, ["123456789012", "finops_account_id", "string of 12 digits", "quotes"]),
        ({"finops_account_id": "12345678901"}, ["12345678901", "finops_account_id", "string of 12 digits"]),
        ({"finops_cur_bucket": "Not_A_Bucket"}, ["finops_cur_bucket", "Not_A_Bucket", "S3 would refuse"]),
        ({"finops_cur_prefix": "my reports"}, ["finops_cur_prefix", "my reports", "space"]),
        ({"finops_cur_name": "my export"}, ["finops_cur_name", "my export"]),
        ({"finops_data_source_name": "n" * 236}, ["finops_data_source_name", "236 characters", "235"]),
        ({"finops_aws_access_key": "AKIAAAAAAAAAAAAAAAAA"}, ["finops_aws_access_key", "InvalidClientTokenId"]),
        ({"finops_aws_secret_key": "wrong"}, ["finops_aws_secret_key", "SignatureDoesNotMatch"]),
        (
            {"finops_aws_profile": "nowhere", "finops_aws_access_key": "", "finops_aws_secret_key": ""},
            ["finops_aws_profile", "nowhere"],
        ),
        (
            {"finops_assume_role_arn": "arn:aws:iam::999999999999:role/Nobody"},
            ["finops_assume_role_arn", "AccessDenied"],
        ),
        ({"finops_tags": {"aws:owner": "x"}}, ["finops_tags"]),
        ({"finops_platform_url": "platform"}, ["finops_platform_url", "platform"]),
        ({"finops_policy_variant": "generous"}, ["finops_policy_variant", "generous"]),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_one_bad_variable_fails_its_account_alone(fleet: Fleet, variables: dict[str, Any], words: list[str]) -> None:
    run = onboard(fleet, variables)
    reason = failure(run)
    account = str(variables.get("finops_account_id", fleet.emulator.member_account_ids[0]))
    for word in [account, *words]:
        assert word in reason, reason
    assert run.recap()[OTHER]["state"] == "changed"


def test_nothing_is_written_to_a_bad_account_in_a_real_run(fleet: Fleet) -> None:
    run = fleet.run({"standalone": {"laboratory": fleet.standalone(finops_data_source_name="n" * 236)}})
    assert "finops_data_source_name" in failure(run, "laboratory")
    assert run.writes == []


def test_no_account_id_at_all(fleet: Fleet) -> None:
    run = onboard(fleet, {"finops_account_id": None})
    assert "finops_account_id" in failure(run)
    assert "shop" in run.output


def test_an_account_id_that_is_not_the_credentials_account(fleet: Fleet) -> None:
    run = fleet.run({"standalone": {"laboratory": fleet.standalone(finops_account_id="111122223333")}})
    reason = failure(run, "laboratory")
    assert "111122223333" in reason
    assert fleet.emulator.standalone_account_id in reason
    assert "finops_account_id" in reason
    assert run.writes == []


def test_expired_credentials(fleet: Fleet) -> None:
    session = {
        "finops_aws_access_key": "ASIAAAAAAAAAAAAAAAAA",
        "finops_aws_secret_key": "a-secret-of-yesterday",
        "finops_aws_session_token": "a-token-of-yesterday",
    }
    run = onboard(fleet, session)
    assert "finops_aws_access_key" in failure(run)
    assert "wrong, inactive or expired" in failure(run)


def test_a_host_in_two_groups(fleet: Fleet) -> None:
    account = fleet.member()
    run = fleet.run(
        {"management": {OTHER: fleet.management()}, "member": {"shop": account}, "standalone": {"shop": account}}
    )
    assert "member and standalone" in failure(run)
    assert {call["account"] for call in run.calls if call["write"]} <= {
        fleet.emulator.management_account_id,
        fleet.emulator.platform_organization_id,
    }


def test_an_account_on_two_hosts(fleet: Fleet) -> None:
    run = fleet.run({"member": {"shop": fleet.member()}, "standalone": {"store": fleet.member()}})
    for host in ("shop", "store"):
        assert "shop (member), store (standalone)" in failure(run, host)
    assert run.writes == []


@pytest.mark.parametrize(
    ("common", "words"),
    [
        ({"finops_platform_token": "wrong"}, ["finops_platform_token", "OE0235"]),
        (
            {"finops_platform_organization_id": "11111111-2222-3333-4444-555555555555"},
            ["finops_platform_organization_id"],
        ),
        ({"finops_platform_organization_id": None}, ["finops_platform_organization_id", "missing"]),
        ({"finops_platform_token": None}, ["finops_platform_token", "missing"]),
        (
            {"finops_platform_token": None, "finops_platform_email": "a@example.com", "finops_platform_password": "x"},
            ["finops_platform_password"],
        ),
    ],
    ids=["token", "unknown organization", "no organization", "no token", "password"],
)
def test_a_platform_that_refuses_fails_every_account_before_any_write(
    fleet: Fleet, common: dict[str, Any], words: list[str]
) -> None:
    run = fleet.run({"management": {OTHER: fleet.management()}, "member": {"shop": fleet.member()}}, **common)
    for host, account in (
        (OTHER, fleet.emulator.management_account_id),
        ("shop", fleet.emulator.member_account_ids[0]),
    ):
        for word in [account, *words]:
            assert word in failure(run, host)
    assert run.writes == []


def test_a_platform_that_is_down(fleet: Fleet) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    run = fleet.run({"member": {"shop": fleet.member()}}, finops_platform_url=f"http://127.0.0.1:{port}")
    assert "finops_platform_url" in failure(run)
    assert fleet.emulator.member_account_ids[0] in failure(run)
    assert run.writes == []


def test_an_inventory_without_the_groups(fleet: Fleet) -> None:
    run = fleet.run({"web_servers": {"shop": fleet.member()}})
    assert run.code != 0
    assert "groups management, member or standalone" in " ".join(run.output.split())
    assert run.calls == []
