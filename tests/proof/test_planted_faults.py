# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every single fault, planted into an account of its own, is found under its link and code; a healthy fleet has none."""

from __future__ import annotations

from pathlib import Path

from tests.emulator.fleet import Emulator
from tests.integration.playbook import Variables
from tests.proof.healthy import Groups, Proven, found_in
from tests.proof.plants import all_plants


def test_every_planted_fault_is_found_and_nothing_else(tmp_path: Path) -> None:
    plants = all_plants()
    members = [plant for plant in plants if plant.case == "member"]
    with Emulator(members=len(members) + 1) as emulator:
        fleet = Proven(emulator, tmp_path)
        accounts: dict[str, Variables] = {}
        groups: Groups = {"management": {"payer": fleet.management()}, "member": {}, "standalone": {}}
        for number, plant in enumerate(members):
            accounts[plant.name] = groups["member"][f"member-{number}"] = fleet.member(number)
        groups["member"]["healthy"] = fleet.member(len(members))
        for number, plant in enumerate(one for one in plants if one.case == "standalone"):
            accounts[plant.name] = groups["standalone"][f"standalone-{number}"] = fleet.outsider()
        fleet.connect(groups)

        healthy, report = fleet.audit(groups)
        assert healthy.code == 0, healthy.output
        assert {account: found for account, found in found_in(report).items() if found} == {}
        assert report["summary"]["by_state"]["ok"] == len(report["accounts"])

        for plant in plants:
            plant.act(fleet, accounts[plant.name])
        run, report = fleet.audit(groups)

    found = found_in(report)
    wrong = {}
    for plant in plants:
        there = found.pop(accounts[plant.name]["finops_account_id"])
        if there != plant.expected:
            wrong[plant.name] = {"missing": plant.expected - there, "false": there - plant.expected}
    # What comes while a member sleeps, its management account has to be asked for once more.
    assert found.pop(groups["management"]["payer"]["finops_account_id"]) == {("import", "HISTORY_LACKING")}
    false = {account: there for account, there in found.items() if there}
    for name, difference in wrong.items():
        print(f"{name}: {difference}")
    print(f"\n{len(plants) - len(wrong)} of {len(plants)} found, {len(false)} false")
    assert (wrong, false) == ({}, {})
    assert run.code == 2
    assert run.writes == []
