# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gentle: however many members join at once, each Root imports once for them, and all of their past is there."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.fleet import Emulator
from tests.emulator.world import World
from tests.integration.playbook import Fleet
from tests.whole_bill.bill import as_table, delivered, differences, shown

MEMBERS = int(os.environ.get("BILL_MEMBERS") or 1000)
RUNS = 10
START = datetime.datetime(2026, 3, 10, tzinfo=datetime.timezone.utc)
# More than the ten that every import rewrites.
DAYS = 14
HEAD = ("members", "imports asked for", "imports done an hour later", "missing")


class Roots:
    """A management account and a standalone one, which is a Root as well: their imports, and what the platform lacks."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.emulator = fleet.emulator
        self.world = World(self.emulator)
        self.ids = (self.emulator.management_account_id, self.emulator.standalone_account_id)
        self.emulator.clock.move_to(START)
        accounts = [*self.ids, *self.emulator.member_account_ids]
        last = START + datetime.timedelta(days=3 * DAYS)
        self.emulator.costs.generate(accounts, START.date().replace(day=1), last.date())

    def onboard(self, members: int) -> tuple[list[int], list[int]]:
        """A run over both and the first members; the imports that it queued, and those until an hour later, by Root."""
        groups = {
            "management": {"payer": self.fleet.management()},
            "member": {f"member-{number}": self.fleet.member(number) for number in range(members)},
            "standalone": {"laboratory": self.fleet.standalone()},
        }
        before = self._imports()
        run = self.fleet.run(groups, "--forks", "4")
        assert run.code == 0, run.output
        queued = self._imports()
        self.emulator.platform.imports.run()
        self.emulator.platform.imports.pass_hours(1)
        return self._less(queued, before), self._less(self._imports(), before)

    def missing(self) -> int:
        """Of how many accounts with a data source the platform shows less than the files hold, or more."""
        connected = self.fleet.sources()
        billed = {place: cost for root in self.ids for place, cost in delivered(self.world, root).items()}
        mine = {place: cost for place, cost in billed.items() if place[0] in connected}
        told = shown(self.world, {month for dummy, month in billed})
        return len({account for account, dummy in differences(mine, told)})

    def imports_by_hand(self) -> list[int]:
        """The imports of each Root that are queued where all members' sources are made awake, one after the other."""
        for root in self.ids:
            self.world.connect(self.world.report(root))
        before = self._imports()
        for account in self.emulator.member_account_ids:
            self.world.connect_member(account)
        return self._less(self._imports(), before)

    def _imports(self) -> list[int]:
        sources = self.fleet.sources()
        return [len(self.world.import_states(sources[root]["id"])) if root in sources else 0 for root in self.ids]

    @staticmethod
    def _less(now: list[int], before: list[int]) -> list[int]:
        return [one - other for one, other in zip(now, before, strict=True)]


@pytest.fixture
def roots(tmp_path: Path) -> Iterator[Roots]:
    """Both Roots before anything is connected."""
    with Emulator(members=MEMBERS) as emulator:
        yield Roots(Fleet(emulator, tmp_path))


def _of_each(imports: list[int]) -> str:
    return " and ".join(map(str, imports))


def test_all_join_at_once(roots: Roots) -> None:
    roots.onboard(0)
    roots.emulator.pass_days(DAYS)
    queued, done = roots.onboard(MEMBERS)
    missing = roots.missing()
    roots.emulator.reset()
    by_hand = roots.imports_by_hand()
    row = (str(MEMBERS), _of_each(queued), _of_each(done), f"{missing} accounts")
    print("\n\n" + as_table([(*HEAD, "asked for by hand"), (*row, _of_each(by_hand))]))
    assert max(done) <= 2
    assert missing == 0
    assert by_hand == [MEMBERS, MEMBERS]


def test_they_join_in_ten_runs(roots: Roots) -> None:
    rows, all_done, all_missing = [HEAD], [], []
    for number in range(1, RUNS + 1):
        members = MEMBERS * number // RUNS
        queued, done = roots.onboard(members)
        missing = roots.missing()
        rows.append((str(members), _of_each(queued), _of_each(done), f"{missing} accounts"))
        all_done.append(max(done))
        all_missing.append(missing)
        roots.emulator.pass_days(DAYS if number == 1 else 1)
    print("\n\n" + as_table(rows))
    assert all_done[0] <= 2
    assert max(all_done[1:]) <= 1
    assert all_missing == [0] * RUNS
