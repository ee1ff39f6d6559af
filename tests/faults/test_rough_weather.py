# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Throttles, slow consistency, failing servers: a fleet of fifty comes through, with bounded repeats."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.snapshot import snapshot
from tests.integration.playbook import ROTATE, Fleet, Run, Variables

FORKS = ("--forks", "16")


def fifty(fleet: Fleet) -> dict[str, dict[str, Variables]]:
    """A management account, forty-eight members of which one is treated as standalone, and a standalone account."""
    return {
        "management": {"payer": fleet.management()},
        "member": {f"member-{number}": fleet.member(number) for number in range(47)},
        "standalone": {"acquired": fleet.member(47), "laboratory": fleet.standalone()},
    }


def check(run: Run, state: str, capsys: pytest.CaptureFixture[str]) -> None:
    """All fifty in this state, and no call repeated more often than botocore's and our own limits allow."""
    throttled = [call for call in run.calls if call["error"] in ("Throttling", "ThrottlingException", "SlowDown")]
    with capsys.disabled():
        print(f"\n  {len(run.calls)} calls, {len(throttled)} throttled, {len(run.writes)} writes")
    assert run.code == 0, [row["failed"] for row in run.recap().values() if row["failed"]]
    assert {row["state"] for row in run.recap().values()} == {state}
    assert len(run.recap()) == 50


def test_fifty_accounts_onboard_and_rotate_in_rough_weather(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    groups, faults = fifty(fleet), fleet.emulator.faults
    faults.throttle(0.2)
    faults.hide_created(3)
    faults.refuse_new_keys(5)
    onboarding = fleet.run(groups, *FORKS)
    check(onboarding, "changed", capsys)
    assert len(onboarding.calls) < 50 * 120

    for source in fleet.sources().values():
        faults.age_key(source["config"]["access_key_id"], days=100)
    rotation = fleet.run(groups, *FORKS, playbook=ROTATE, finops_key_drain_seconds=1)
    check(rotation, "changed", capsys)
    assert len(rotation.calls) < 50 * 60

    faults.clear()
    check(fleet.run(groups, *FORKS), "right", capsys)
    for account in (fleet.management(), fleet.member(0), fleet.standalone()):
        found = snapshot(fleet, account)
        assert found["keys"] == [("Active", True), ("Inactive", False)]
        assert found["source works"] and found["source"]["import"]


@pytest.mark.parametrize("share", [0.1])
def test_servers_that_fail_before_or_after_the_effect_leave_nothing_twice(
    fleet: Fleet, share: float, capsys: pytest.CaptureFixture[str]
) -> None:
    groups = {"standalone": {"laboratory": fleet.standalone()}, "member": {"shop": fleet.member(0)}}
    assert fleet.run(groups).code == 0
    expected = [snapshot(fleet, account) for account in (fleet.standalone(), fleet.member(0))]
    fleet.emulator.reset()
    fleet.emulator.faults.fail(share)
    run = fleet.run(groups)
    fleet.emulator.faults.clear()
    assert run.code == 0, run.output
    assert [snapshot(fleet, account) for account in (fleet.standalone(), fleet.member(0))] == expected


def test_a_platform_that_fails_after_storing_ends_with_a_data_source_that_imports(fleet: Fleet) -> None:
    groups = {"standalone": {"laboratory": fleet.standalone()}}
    fleet.emulator.faults.platform_fails_after_storing(1)
    run = fleet.run(groups)
    assert run.code == 0, run.output
    (source,) = fleet.sources().values()
    assert source["import_scheduled"]
    assert fleet.run(groups).changed == []


def test_a_platform_that_goes_down_in_the_middle_leaves_no_key_behind(fleet: Fleet) -> None:
    groups: dict[str, Any] = {"standalone": {"laboratory": fleet.standalone()}}
    faults = fleet.emulator.faults
    faults.at_call("CreateCloudAccount", 1, "before", faults.platform_down)
    run = fleet.run(groups)
    assert run.code == 2
    assert "finops_platform_url" in str(run.recap()["laboratory"]["failed"])
    faults.platform_down(False)
    assert fleet.run(groups).code == 0
    assert snapshot(fleet, fleet.standalone())["keys"] == [("Active", True)]


def test_a_slow_platform_is_waited_for(fleet: Fleet) -> None:
    fleet.emulator.faults.platform_slow(2)
    assert fleet.run({"member": {"shop": fleet.member(0)}}).code == 0
