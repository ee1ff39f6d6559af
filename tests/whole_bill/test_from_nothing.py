# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From nothing: the example inventory of an organization, the management account's login, and no list of accounts."""

from __future__ import annotations

import datetime
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.emulator.fleet import Emulator
from tests.emulator.world import World
from tests.integration.organization import Organization
from tests.integration.playbook import CHECKOUT, Fleet, Run
from tests.whole_bill.bill import as_table, delivered, differences, shown, total

UNITS = ("/", "/Workloads", "/Workloads/Production", "/Workloads/Production/Shop", "/Sandbox")
ACCOUNTS = 25
# README.md, "What it promises": what a run that changes nothing usually takes, an account's login among its calls; and
# docs/organization.md, "What it costs": the login, the organization, and a page for every 20 accounts.
BUDGET = {"inventory": 4, "management": 9, "member": 4}
PLATFORM_BUDGET = {"ListCloudAccounts": 1, "GetOrganization": 1}


def test_an_organization_that_nobody_lists(tmp_path: Path) -> None:
    with Emulator(members=1) as emulator:
        organization = Organization(Fleet(emulator, tmp_path))
        today = emulator.clock.now().date()
        since, until = today.replace(day=1), today + datetime.timedelta(days=30)
        made = [organization.account(f"account {number}", UNITS[number % len(UNITS)]) for number in range(ACCOUNTS)]
        accounts = [organization.management, *emulator.member_account_ids, *made]
        emulator.costs.generate(accounts, since, until)
        inventory = _example(organization)
        first, second = (_onboard(organization, inventory) for dummy in range(2))
        emulator.pass_days(14)
        third = _onboard(organization, inventory)
        emulator.costs.generate([organization.account("new", "/Sandbox")], since, until)
        emulator.pass_days(1)
        fourth = _onboard(organization, inventory)
        emulator.pass_days(1)
        fifth = _onboard(organization, inventory)
        world = World(emulator)
        billed = delivered(world, organization.management)
        missing = differences(billed, shown(world, {month for dummy, month in billed}))
        sources = organization.fleet.sources()

    runs = {"first": first, "again": second, "two weeks later": third, "a new account": fourth, "a day later": fifth}
    rows: list[Sequence[str]] = [
        ("run", "accounts", "changed", "writes", "calls: inventory", "management", "member", "platform")
    ]
    rows += [(name, *_figures(organization.management, run)) for name, run in runs.items()]
    print(f"\n\n{as_table(rows)}\n\n{total(billed):,.2f} delivered, {total(missing):,.2f} missing")

    assert first.counts()["changed"] == first.counts()["accounts"] == len(accounts)
    assert fourth.counts()["changed"] <= 2
    assert len(sources) == fifth.counts()["accounts"] == len(accounts) + 1
    for run in (second, third, fifth):
        assert (run.changed, run.writes) == ([], [])
        most, platform = _calls(organization.management, run)
        assert all(most[case] <= BUDGET[case] for case in BUDGET), most
        assert platform == PLATFORM_BUDGET
    assert {account for account, dummy in billed} == sources.keys()
    assert missing == {}


def _example(organization: Organization) -> Path:
    """A copy of inventories/organization with the addresses of the emulator; its path."""
    fleet = organization.fleet
    folder = fleet.folder / "inventory"
    shutil.copytree(CHECKOUT / "inventories" / "organization", folder)
    with (folder / "organization.yml").open("a") as file:
        file.write(f"endpoint_url: {fleet.emulator.aws_endpoint_url}\n")
    platform = {name: value for name, value in fleet.common.items() if name.startswith("finops_platform_")}
    (folder / "group_vars" / "all.yml").write_text(yaml.safe_dump(platform))
    return folder / "organization.yml"


def _onboard(organization: Organization, inventory: Path) -> Run:
    fleet = organization.fleet
    nothing: dict[str, Any] = dict.fromkeys(fleet.common)
    run = fleet.run({}, "-i", str(inventory), "--forks", "4", environment=organization.environment, **nothing)
    assert run.code == 0, run.output
    return run


def _calls(management: str, run: Run) -> tuple[dict[str, int], Counter[str]]:
    """
    The most AWS calls for any account of a case, its login among them, and the calls to the platform.

    The inventory's own calls, which list the organization as the management account, are a case of their own.
    """
    own, listing = Counter[str](), 1
    for call in run.calls:
        if call["service"] == "organizations" and call["account"] == management:
            listing += 1
        elif call["service"] not in ("platform", "sts"):
            own[call["account"]] += 1
    most = max(count for account, count in own.items() if account != management)
    platform = Counter(call["operation"] for call in run.calls if call["service"] == "platform")
    return {"inventory": listing, "management": own[management] + 1, "member": most + 1}, platform


def _figures(management: str, run: Run) -> list[str]:
    most, platform = _calls(management, run)
    counts = run.counts()
    figures = (counts["accounts"], counts["changed"], len(run.writes), *most.values(), platform.total())
    return [str(figure) for figure in figures]
