# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One account goes through every move of docs/migrations.md by the commands that stand there, word for word."""

from __future__ import annotations

import re

from tests.integration import legacy
from tests.integration.playbook import CHECKOUT, Fleet

PAGE = (CHECKOUT / "docs" / "migrations.md").read_text()
COMMANDS = set(re.findall(r"ansible-playbook finops_for_cloud\.aws\.[^`\n]+", PAGE))
MOVE = "ansible-playbook finops_for_cloud.aws.{0} -i inventory.yml"
CONFIRM = " -e finops_confirm_permanent_switch=true"
DELETE = " -e finops_delete_legacy_cur=true"


class Reader:
    """Follows the page with one account, and keeps which of its commands were run."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.run: set[str] = set()

    def follow(self, playbook: str, more: str = "") -> str:
        """The stage that a command which ends well leads to; it must be one that the page's tables explain."""
        command = MOVE.format(playbook) + more
        self.run.add(command)
        run = self.fleet.follow(
            command, {"management": {"payer": self.fleet.management()}}, finops_auth="role", finops_key_drain_seconds=0
        )
        assert run.code == 0, run.output
        assert ("--check" in more) <= (run.writes == []), run.output
        found = str(run.recap()["payer"]["stage"]["name"])
        assert f"| `{found}` |" in PAGE
        return found


def _goes_by(fleet: Fleet) -> None:
    """A day, in which AWS delivers and the platform imports."""
    fleet.emulator.pass_days(1)


def test_an_account_goes_through_all_moves_by_the_commands_of_the_page(fleet: Fleet) -> None:
    account, reader = fleet.emulator.management_account_id, Reader(fleet)
    legacy.connect(fleet, fleet.management())
    told = [
        reader.follow("migrate_to_role", " --check"),
        reader.follow("migrate_to_role", CONFIRM),
        reader.follow("migrate_to_role"),
        reader.follow("migrate_to_cur2"),
    ]
    _goes_by(fleet)
    told.append(reader.follow("migrate_to_cur2"))
    _goes_by(fleet)
    told.append(reader.follow("migrate_to_cur2", DELETE))
    assert told == ["key", "grace", "grace", "beside", "switched", "done"]
    fleet.emulator.transfer_bill(account)
    told = [reader.follow("after_billing_transfer", " --check"), reader.follow("after_billing_transfer")]
    _goes_by(fleet)
    told += [reader.follow("after_billing_transfer"), reader.follow("backfill")]
    assert told == ["lost", "waiting", "done", "whole"]
    assert fleet.sources()[account]["config"]["report_name"] == f"billing-{account}-2"
    assert reader.run == COMMANDS
