# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet connected and audited by jobs of ansible-runner: prepared in four slices at once, connected in one job."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from tests.controller.jobs import Controller, Job, Outcome
from tests.emulator.past import Past
from tests.integration.playbook import Fleet

SLICES = 4
Groups = dict[str, dict[str, dict[str, Any]]]


def groups_of(fleet: Fleet) -> Groups:
    """All accounts but the last member, whom nobody has put into the inventory."""
    members = range(len(fleet.emulator.member_account_ids) - 1)
    return {
        "management": {"payer": fleet.management()},
        "member": {f"member-{number:03}": fleet.member(number) for number in members},
        "standalone": {"laboratory": fleet.standalone()},
    }


def synchronise(controller: Controller, fleet: Fleet, groups: Groups) -> list[str]:
    """Have the controller read the inventory; the accounts in it."""
    inventory: dict[str, Any] = {group: {"hosts": hosts} for group, hosts in groups.items()}
    controller.synchronise({**inventory, "all": {"vars": fleet.common}})
    return [about["finops_account_id"] for hosts in groups.values() for about in hosts.values()]


def statuses(jobs: list[Outcome]) -> Counter[str]:
    return Counter(job.status for job in jobs)


def told(jobs: list[Outcome]) -> str:
    return "\n".join(job.output for job in jobs)


def refused_by_the_platform(fleet: Fleet, run: str) -> list[dict[str, Any]]:
    return [call for call in fleet.emulator.calls(run) if call["service"] == "platform" and call["status"] >= 500]


def comparable(report: Path) -> Any:
    """All of a report but the time it was made at and the name of its inventory."""
    text = re.sub(r"-i [^ \"]+", "-i INVENTORY", (report / "report.json").read_text())
    found = json.loads(text)
    del found["generated_at"]
    for account in found["accounts"]:
        for link in account["links"]:
            # Without a report before it a link is dated by the moment of the report.
            link.pop("since")
    return found


def test_slices_prepare_one_job_connects_and_slices_prove_it(
    controller: Controller, fleet: Fleet, tmp_path: Path
) -> None:
    groups, past = groups_of(fleet), Past(fleet.emulator)
    past.begin(synchronise(controller, fleet, groups) + fleet.emulator.member_account_ids[-1:])

    fleet.emulator.start_run("prepare")
    prepared = controller.sliced("prepare", SLICES)
    assert statuses(prepared) == {"successful": SLICES}, told(prepared)
    calls = fleet.emulator.calls("prepare")
    assert sum(call["operation"] == "ListCloudAccounts" for call in calls) == SLICES
    assert not [call for call in calls if call["service"] == "platform" and call["write"]]
    assert fleet.sources() == {}

    fleet.emulator.start_run("connect")
    connected = controller.run("connect")
    assert connected.status == "successful", connected.output
    number = sum(map(len, groups.values()))
    assert connected.artifacts["finops_recap"]["changed"] == number
    assert len(fleet.sources()) == number
    assert refused_by_the_platform(fleet, "connect") == []
    made = Counter(call["operation"] for call in fleet.emulator.calls("connect") if call["write"])
    assert {name for name in made if not name.endswith(("CloudAccount", "CloudAccounts"))} == {
        "TagUser",
        "CreateAccessKey",
    }, made
    past.go_by()

    groups["member"]["member-001"]["finops_assume_role_arn"] += "Gone"
    synchronise(controller, fleet, groups)
    fleet.emulator.start_run("audit")
    parts = controller.sliced("audit", SLICES, reports=tmp_path / "slices", finops_fail_on=["never"])
    merged = controller.run(
        "merge_reports",
        finops_report_dirs=[str(tmp_path / "slices")],
        finops_report_dir=str(tmp_path / "merged"),
        finops_fail_on=["never"],
    )
    unsliced = controller.run("audit", finops_report_dir=str(tmp_path / "whole"), finops_fail_on=["never"])
    assert merged.status == "successful", merged.output
    assert merged.artifacts["finops_report"]["page"] == str(tmp_path / "merged" / "report.html")
    assert comparable(tmp_path / "merged") == comparable(tmp_path / "whole"), told(parts) + unsliced.output
    unconnected = comparable(tmp_path / "merged")["unconnected"]
    assert [one["account_id"] for one in unconnected] == fleet.emulator.member_account_ids[-1:]
    assert refused_by_the_platform(fleet, "audit") == []
    assert "errantly" not in told([*prepared, connected, *parts, merged, unsliced])


def test_a_cancelled_job_is_healed_by_the_next(controller: Controller, fleet: Fleet) -> None:
    groups = groups_of(fleet)
    synchronise(controller, fleet, groups)
    assert statuses(controller.sliced("prepare", 2)) == {"successful": 2}
    running: list[Job] = []

    def cancel() -> None:
        running[0].cancel()

    fleet.emulator.faults.at_call("CreateCloudAccount", 3, "after", cancel)
    running.append(controller.launch("connect"))
    assert running[0].end().status == "canceled"
    assert len(fleet.sources()) < sum(map(len, groups.values()))
    healed = controller.run("connect")
    assert healed.status == "successful", healed.output
    assert len(fleet.sources()) == sum(map(len, groups.values()))


def test_an_account_that_two_slices_have_is_refused_by_both(controller: Controller, fleet: Fleet) -> None:
    groups = {"member": {"shop": fleet.member(0), "search": fleet.member(1)}, "standalone": {"store": fleet.member(0)}}
    synchronise(controller, fleet, groups)
    fleet.emulator.start_run("twice")
    jobs = controller.sliced("prepare", 3)
    assert statuses(jobs) == {"failed": 2, "successful": 1}, told(jobs)
    assert all("shop (member), store (standalone)" in job.output for job in jobs if job.status == "failed")
    written = {call["account"] for call in fleet.emulator.calls("twice") if call["write"]}
    assert fleet.member(0)["finops_account_id"] not in written


def test_what_a_controller_keeps_of_an_account_is_small_and_true(controller: Controller, fleet: Fleet) -> None:
    broken = fleet.member(1)
    broken["finops_assume_role_arn"] += "Gone"
    synchronise(controller, fleet, {"member": {"shop": fleet.member(0), "broken": broken}})
    first, again = controller.run("onboard"), controller.run("onboard")
    assert (first.status, again.status) == ("failed", "failed"), first.output
    assert (first.changed.keys(), again.changed) == ({"shop"}, {}), first.output
    results = [event["event_data"]["res"] for event in again.events if event["event_data"].get("res")]
    assert [one for one in results if '"session":' in json.dumps(one)] == []
    assert again.artifacts["finops_recap"] == {
        "accounts": 2, "changed": 0, "right": 1, "pending": 0, "found": 0, "failed": 1
    }  # fmt: skip
