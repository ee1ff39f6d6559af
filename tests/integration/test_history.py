# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run: members that sleep are woken in one pass, and the past that they lack is asked for, once."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator

import pytest

from tests.integration.playbook import Fleet, Run, Variables

NOTE = "finops-for-cloud-history"
USER = "FinOpsForCloudUser"


@pytest.fixture(autouse=True)
def the_time_goes_on_afterwards(fleet: Fleet) -> Iterator[None]:
    yield
    fleet.emulator.clock.release()


def members(fleet: Fleet, *numbers: int) -> dict[str, Variables]:
    return {f"member-{number}": fleet.member(number) for number in numbers}


def onboarded(fleet: Fleet, *arguments: str, numbers: tuple[int, ...] = (0, 1), **common: object) -> Run:
    return fleet.run(
        {"management": {"payer": fleet.management()}, "member": members(fleet, *numbers)}, *arguments, **common
    )


def mark(fleet: Fleet) -> int:
    return int(fleet.sources()[fleet.emulator.management_account_id]["last_import_modified_at"])


def note(fleet: Fleet) -> str | None:
    tags = fleet.client("iam", fleet.management()).list_user_tags(UserName=USER)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in tags}.get(NOTE)


def platform_calls(run: Run) -> list[str]:
    return [str(call["operation"]) for call in run.calls if call["service"] == "platform"]


def fleet_with_a_past(fleet: Fleet) -> None:
    """A Root with one member, whose report has delivered for two months, and has been imported."""
    emulator = fleet.emulator
    now = datetime.datetime.now(datetime.timezone.utc)
    emulator.clock.move_to(now - datetime.timedelta(days=40))
    assert onboarded(fleet, numbers=(0,)).code == 0
    accounts = (emulator.management_account_id, *emulator.member_account_ids[:2])
    last = now - datetime.timedelta(days=2)
    emulator.costs.generate(accounts, emulator.clock.now().date(), last.date())
    emulator.pass_days(40)


def test_members_begin_asleep_and_are_woken_in_one_pass_at_the_end(fleet: Fleet) -> None:
    run = onboarded(fleet)
    assert run.code == 0, run.output
    (created, again, third) = (call for call in run.calls if call["operation"] == "CreateCloudAccount")
    last_creation = max(call["moment"] for call in (created, again, third))
    woken = [call for call in run.calls if call["operation"] == "UpdateCloudAccount"]
    assert len(woken) == 2 and all(call["moment"] > last_creation for call in woken)
    sources = fleet.sources()
    assert all(source["auto_import"] for source in sources.values())
    # Its own creation queued the one import; no member's did.
    assert sources[fleet.emulator.management_account_id]["imports"] == 1
    assert note(fleet) == str(max(source["created_at"] for source in sources.values()))
    again = onboarded(fleet)
    assert (again.code, again.writes, platform_calls(again)) == (0, [], ["ListCloudAccounts", "GetOrganization"])


def test_the_past_of_a_later_member_is_announced_asked_for_once_and_comes_whole(fleet: Fleet) -> None:
    fleet_with_a_past(fleet)
    emulator, before = fleet.emulator, mark(fleet)
    announced = onboarded(fleet, "--check", "--diff")
    assert (announced.code, announced.writes) == (0, [])
    assert "imported again from" in announced.output and "imported_until" in announced.output
    run = onboarded(fleet, "--diff")
    assert run.code == 0, run.output
    assert any("imported again from" in step for step in run.recap()["payer"]["done"])
    assert mark(fleet) < before
    second = onboarded(fleet)
    assert (second.code, second.writes) == (0, [])
    emulator.platform.imports.pass_hours(1)
    joined = emulator.member_account_ids[1]
    months = {f"{emulator.clock.now() - datetime.timedelta(days=days):%Y-%m}" for days in range(40)}
    for month in months:
        assert emulator.platform.cost(joined, month) == pytest.approx(
            float(emulator.costs.total(joined, month)), abs=0.005
        ), month
    third = onboarded(fleet)
    assert (third.code, third.writes) == (0, [])


def test_while_an_import_waits_or_runs_the_run_says_so_and_a_later_one_asks(fleet: Fleet) -> None:
    fleet_with_a_past(fleet)
    emulator = fleet.emulator
    emulator.platform.imports.schedule_round()
    started = emulator.platform.imports.start()
    assert started is not None
    before = mark(fleet)
    waiting = onboarded(fleet)
    assert (waiting.code, waiting.recap()["payer"]["state"]) == (0, "pending"), waiting.output
    assert "HISTORY_LATER" in waiting.output and mark(fleet) == before
    emulator.platform.imports.finish(started)
    assert onboarded(fleet).code == 0
    assert mark(fleet) < before


def test_never_asks_for_nothing_and_names_who_lacks_what(fleet: Fleet) -> None:
    fleet_with_a_past(fleet)
    before = mark(fleet)
    run = onboarded(fleet, finops_reimport="never")
    assert (run.code, mark(fleet)) == (0, before)
    (finding,) = run.recap()["payer"]["findings"]
    assert (finding["code"], finding["actual"]) == ("HISTORY_REFUSED", [fleet.emulator.member_account_ids[1]])
    assert all(source["auto_import"] for source in fleet.sources().values())


def test_an_audit_says_whose_past_is_missing(fleet: Fleet) -> None:
    fleet_with_a_past(fleet)
    assert onboarded(fleet, finops_reimport="never").code == 0
    audit = onboarded(fleet, playbook="finops_for_cloud.aws.audit", finops_fail_on=["never"])
    assert (audit.code, audit.writes) == (0, [])
    assert "HISTORY_LACKING" in {finding["code"] for finding in audit.recap()["payer"]["findings"]}


@pytest.mark.parametrize("why", ["limit", "failed"])
def test_members_are_woken_without_their_management_account(fleet: Fleet, why: str) -> None:
    assert onboarded(fleet, numbers=(0,)).code == 0
    if why == "limit":
        run = onboarded(fleet, "--limit", "member")
    else:
        broken = fleet.management(finops_aws_secret_key="not the right one")
        run = fleet.run({"management": {"payer": broken}, "member": members(fleet, 0, 1)})
    assert run.code == (0 if why == "limit" else 2), run.output
    assert all(source["auto_import"] for source in fleet.sources().values())
    assert run.recap()["member-1"]["done"][-1].startswith("Let the data source")
    assert [finding["code"] for finding in run.recap()["member-1"]["findings"]] == ["HISTORY_UNASKED"]


def test_members_that_cannot_be_woken_fail_and_the_next_run_wakes_them(fleet: Fleet) -> None:
    fleet.emulator.faults.platform_answers("unauthorized", "UpdateCloudAccount", times=1000)
    run = onboarded(fleet)
    fleet.emulator.faults.clear()
    assert run.code == 2, run.output
    assert "sleeps, so its costs do not arrive" in run.recap()["member-0"]["failed"]
    assert not fleet.sources()[fleet.emulator.member_account_ids[0]]["auto_import"]
    assert onboarded(fleet).code == 0
    assert all(source["auto_import"] for source in fleet.sources().values())


def test_a_role_in_a_play_of_ones_own_wakes_its_member_itself(fleet: Fleet) -> None:
    playbook = fleet.folder / "own.yml"
    role = {"ansible.builtin.include_role": {"name": "finops_for_cloud.aws.member"}}
    playbook.write_text(json.dumps([{"hosts": "member", "gather_facts": False, "tasks": [role]}]))
    run = onboarded(fleet, numbers=(0,), playbook=str(playbook))
    assert run.code == 0, run.output
    (source,) = fleet.sources().values()
    assert source["auto_import"] and source["imports"] == 0


def test_an_account_whose_variables_cannot_be_templated_keeps_no_other_from_being_woken(fleet: Fleet) -> None:
    odd = fleet.member(1, finops_platform_organization_id="{{ nowhere }}")
    run = fleet.run({"management": {"payer": fleet.management()}, "member": {"shop": fleet.member(0), "odd": odd}})
    assert (run.code, {host: row["state"] for host, row in run.recap().items()}) == (
        2,
        {"payer": "changed", "shop": "changed", "odd": "failed"},
    )
    assert all(source["auto_import"] for source in fleet.sources().values())
