# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete to the cent: sixty accounts of two organizations that join on twelve days of a quarter, and the same by hand."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path

from tests.emulator.fleet import Emulator
from tests.emulator.world import World
from tests.integration.playbook import Fleet, Run, Variables
from tests.whole_bill.bill import Bill, as_table, delivered, differences, shown, total

START = datetime.datetime(2026, 3, 10, tzinfo=datetime.timezone.utc)
MONTHS = ("2026-03", "2026-04", "2026-05", "2026-06")
DAYS_BETWEEN = 8
MEMBERS, OTHER_MEMBERS = 36, 22


@dataclasses.dataclass(frozen=True)
class Account:
    """An account, the management account whose report has its cost, and its host in the inventory."""

    id: str
    root: str
    host: str
    variables: Variables

    @property
    def case(self) -> str:
        """The group that it is in."""
        return "management" if self.id == self.root else "member"


@dataclasses.dataclass(frozen=True)
class Bills:
    """One management account's: how many accounts, what was delivered, and what of that the platform does not show."""

    accounts: int
    billed: Bill
    missing: Bill


Days = Sequence[Sequence[Account]]


def test_the_whole_bill_of_a_quarter(tmp_path: Path) -> None:
    with Emulator(members=MEMBERS) as emulator:
        ours = _by_playbook(emulator, Fleet(emulator, tmp_path))
        emulator.reset()
        by_hand = _by_hand(emulator, Fleet(emulator, tmp_path))
    lost = {root: total(bills.missing) for root, bills in by_hand.items()}
    print("\n\n" + _table(ours, lost))
    assert {root: bills.missing for root, bills in ours.items()} == dict.fromkeys(ours, {})
    assert ours.keys() == lost.keys()
    assert all(amount > 100 for amount in lost.values())


def _by_playbook(emulator: Emulator, fleet: Fleet) -> dict[str, Bills]:
    """A run on each day over all accounts that are known by then, and one more a day after the last."""
    days, runs = _days(fleet), list[Run]()

    def onboard(known: Iterable[Account]) -> None:
        groups: dict[str, dict[str, Variables]] = {"management": {}, "member": {}}
        for account in known:
            groups[account.case][account.host] = account.variables
        runs.append(fleet.run(groups, "--forks", "4"))
        assert runs[-1].code == 0, runs[-1].output

    bills = _quarter(emulator, days, lambda number: onboard(chain(*days[: number + 1])))
    onboard(chain(*days))
    assert (runs[-1].changed, runs[-1].writes) == ([], [])
    return bills


def _by_hand(emulator: Emulator, fleet: Fleet) -> dict[str, Bills]:
    """The control: what the platform's manual says, so that data sources are made awake and nothing is imported again."""
    days, world = _days(fleet), World(emulator)

    def connect(number: int) -> None:
        for account in chain(*days[number : number + 1]):
            if account.case == "management":
                world.connect(world.report(account.id))
            else:
                world.connect_member(account.id)

    return _quarter(emulator, days, connect)


def _days(fleet: Fleet) -> Days:
    """Who joins on each of the twelve days: five accounts; the second management account does on the third day."""
    payer, other = fleet.management(), fleet.standalone()
    first, second = payer["finops_account_id"], other["finops_account_id"]
    login = {name: value for name, value in other.items() if name != "finops_account_id"}
    made = World(fleet.emulator).second_organization(OTHER_MEMBERS)

    def member(account: str, root: str, **variables: str) -> Account:
        role = f"arn:aws:iam::{account}:role/{fleet.emulator.assume_role_name}"
        reached = {"finops_account_id": account, "finops_assume_role_arn": role, **variables}
        return Account(account, root, f"member-{account}", reached)

    of_first = (member(account, first) for account in fleet.emulator.member_account_ids)
    of_second = (member(account, second, **login) for account in made)
    return [
        [Account(first, first, "payer", payer), *islice(of_first, 4)],
        [*islice(of_first, 5)],
        [Account(second, second, "other-payer", other), *islice(of_second, 4)],
        *([*islice(of_first, 3), *islice(of_second, 2)] for dummy in range(9)),
    ]


def _quarter(emulator: Emulator, days: Days, join: Callable[[int], None]) -> dict[str, Bills]:
    """
    Let the quarter go by, with a delivery a day and an import an hour; what came of it, by management account.

    Every account has cost from the first day of the first month on, whenever it joins. On the last day an import waits
    while accounts join, so what they lack can only be asked for a day later.
    """
    world, accounts = World(emulator), list(chain(*days))
    emulator.clock.move_to(START)
    end = START + datetime.timedelta(days=DAYS_BETWEEN * len(days))
    emulator.costs.generate([account.id for account in accounts], START.date().replace(day=1), end.date())
    for number in range(len(days) - 1):
        join(number)
        emulator.pass_days(DAYS_BETWEEN)
    emulator.platform.imports.schedule_round()
    for number in (len(days) - 1, len(days)):
        join(number)
        emulator.pass_days(1)

    told, bills = shown(world, MONTHS), {}
    for root in (account.id for account in accounts if account.case == "management"):
        mine, billed = {account.id for account in accounts if account.root == root}, delivered(world, root)
        used = {place: emulator.costs.total(*place, emulator.clock.now()) for place in billed}
        assert billed == used and {account for account, dummy in billed} == mine, "the emulator's own deliveries"
        told_of_mine = {place: amount for place, amount in told.items() if place[0] in mine}
        bills[root] = Bills(len(mine), billed, differences(billed, told_of_mine))
    return bills


def _table(ours: dict[str, Bills], lost: dict[str, Decimal]) -> str:
    rows: list[Sequence[str]] = [
        ("management account", "accounts", "months", "delivered", "shown", "missing", "missing by hand")
    ]
    for root, bills in ours.items():
        months = sorted({month for dummy, month in bills.billed})
        billed, missing = total(bills.billed), total(bills.missing)
        amounts = [f"{amount:,.2f}" for amount in (billed, billed - missing, missing, lost[root])]
        rows.append((root, str(bills.accounts), f"{months[0]} to {months[-1]}", *amounts))
    return as_table(rows)
