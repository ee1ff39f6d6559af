# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single faults that concern more than one account."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.fleet import Emulator
from tests.proof.healthy import Groups, Proven, found_in

Found = dict[str, set[tuple[str, str]]]


def of_the_organization(**values: Any) -> Callable[[Proven, Groups], None]:
    """Something about the platform's organization."""

    def act(fleet: Proven, groups: Groups) -> None:
        fleet.set_platform(f"organizations/{fleet.emulator.platform_organization_id}", "PATCH", values)

    return act


def without_root(fleet: Proven, groups: Groups) -> None:
    fleet.remove_source(groups["management"]["payer"])


def asleep_root(fleet: Proven, groups: Groups) -> None:
    fleet.set_source(groups["management"]["payer"], auto_import=False)


def forgotten_months(fleet: Proven, groups: Groups) -> None:
    store = fleet.emulator.platform.store
    store.expenses.clear()


@dataclasses.dataclass(frozen=True)
class Fault:
    """What is planted, and what must be found: at every account, at the management account, at the member, at the outsider."""

    act: Callable[[Proven, Groups], None]
    everywhere: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    payer: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    member: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    outsider: set[tuple[str, str]] = dataclasses.field(default_factory=set)


FAULTS = {
    "disabled": Fault(of_the_organization(disabled=True), {("source", "PLATFORM_ORGANIZATION_DISABLED")}),
    "currency": Fault(
        of_the_organization(currency="EUR"), {("source", "PLATFORM_CURRENCY"), ("cost", "COST_OTHER_CURRENCY")}
    ),
    "no Root": Fault(
        without_root,
        # The platform has used the key, so nothing proves any longer that a run of ours made it.
        payer={
            ("source", "SOURCE_MISSING"),
            ("cost", "COST_NO_SOURCE"),
            ("credentials", "KEY_MISSING"),
            ("credentials", "KEY_FOREIGN"),
        },
        member={("import", "IMPORT_NO_ROOT")},
    ),
    "a Root asleep": Fault(asleep_root, payer={("source", "SOURCE_IMPORT_OFF")}, member={("import", "IMPORT_NO_ROOT")}),
    "costs lost": Fault(forgotten_months, {("cost", "COST_DIFFERS")}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_fleet_is_found_at_all_whom_it_concerns(tmp_path: Path, name: str) -> None:
    fault = FAULTS[name]
    with Emulator(members=1) as emulator:
        fleet = Proven(emulator, tmp_path)
        outsider = {"outsider": fleet.outsider()}
        groups: Groups = {
            "management": {"payer": fleet.management()},
            "member": {"member-0": fleet.member(0)},
            "standalone": outsider,
        }
        fleet.connect(groups)
        fault.act(fleet, groups)
        run, report = fleet.audit(groups)
    accounts = {host: variables["finops_account_id"] for hosts in groups.values() for host, variables in hosts.items()}
    found: Found = found_in(report)
    assert found == {
        accounts["payer"]: fault.everywhere | fault.payer,
        accounts["member-0"]: fault.everywhere | fault.member,
        accounts["outsider"]: fault.everywhere | fault.outsider,
    }
    assert run.writes == []
