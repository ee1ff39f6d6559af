# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both emulators over a quarter: 60 accounts of two Roots, a delivery a day and an import an hour."""

from __future__ import annotations

import datetime
from decimal import Decimal

from tests.emulator.fleet import Emulator
from tests.emulator.world import World

MONTHS = ("2026-03", "2026-04", "2026-05")


def test_a_quarter_of_sixty_accounts() -> None:
    """
    Accounts that were there from the start have all of their cost; those that join lack what a reimport brings.

    Facts, "The late-member hole".
    """
    with Emulator(members=58) as emulator:
        world = World(emulator)
        emulator.clock.move_to(datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc))
        accounts = [world.root, *world.members, world.standalone]
        emulator.costs.generate(accounts, datetime.date(2026, 3, 1), datetime.date(2026, 5, 31))
        roots = [world.connect(world.report(account)) for account in (world.root, world.standalone)]
        early, late = world.members[:40], world.members[40:]
        for account in early:
            world.connect_member(account)
        for number in range(92):
            if number % 8 == 7:
                for account in late[number // 8 :: 11]:
                    world.connect_member(account)
            emulator.pass_days(1)
        emulator.pass_days(1)
        now = emulator.clock.now()

        def missing(account: str) -> Decimal:
            cost = sum(emulator.platform.cost(account, month) for month in MONTHS)
            billed = sum((emulator.costs.total(account, month, now) for month in MONTHS), Decimal(0))
            return billed - round(Decimal(cost), 2)

        assert {account: missing(account) for account in accounts if account not in late} == dict.fromkeys(
            [world.root, *early, world.standalone], Decimal(0)
        )
        lost = [missing(account) for account in late]
        assert all(amount >= 0 for amount in lost)
        assert sum(lost) > 1000, "the control: what joining late costs"
        first = int(datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc).timestamp())
        assert world.update(roots[0], last_import_at=first, last_import_modified_at=first)[0] == 200
        emulator.platform.imports.pass_hours(1)
        assert {account: missing(account) for account in late} == dict.fromkeys(late, Decimal(0))
