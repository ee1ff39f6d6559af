# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A platform that takes its time for each new data source: one at a time, with work at AWS meanwhile, and said so."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from tests.integration.playbook import ONBOARD, Fleet, Variables
from tests.integration.terminal import Session, command_for, environment_for, run_in_terminal

FORKS, STANDALONE = 8, 8
# Seconds that the platform takes for a creation.
CREATION = 1.0


def groups_of_twelve(fleet: Fleet) -> dict[str, dict[str, Variables]]:
    """Four members and eight accounts in no organization."""
    standalone = {}
    for number in range(STANDALONE):
        made = fleet.emulator.aws.new_standalone_account()
        keys = {"finops_aws_access_key": made.access_key_id, "finops_aws_secret_key": made.secret_access_key}
        standalone[f"bought-{number}"] = {"finops_account_id": made.account_id, **keys}
    return {"member": {f"shop-{number}": fleet.member(number) for number in range(4)}, "standalone": standalone}


def accounts_during(creations: list[float], calls: list[dict[str, Any]]) -> set[str]:
    """In which accounts something was written while the platform was at a creation; the platform itself only reads."""
    return {
        call["account"]
        for call in calls
        for end in creations
        if call["write"] and call["service"] != "platform" and end - CREATION < call["moment"] < end
    }


def waiting_in(session: Session) -> list[int]:
    """How many accounts the drawings of the live line said to be waiting, of those that said so."""
    found = [re.search(r"  (\d+) waits? for the platform", line.text) for line in session.lines() if line.is_live]
    return [int(match[1]) for match in found if match]


def test_accounts_take_turns_at_the_platform_while_others_are_worked_on_and_the_line_says_so(fleet: Fleet) -> None:
    groups = groups_of_twelve(fleet)
    fleet.emulator.faults.platform_creates_slowly(CREATION)
    fleet.emulator.start_run("slow")
    command = command_for(fleet, groups, ONBOARD, "--forks", str(FORKS))
    session = run_in_terminal(command, environment_for(fleet), columns=120)
    assert session.code == 0, session.text
    assert "12 changed, 0 already right, 0 failed" in session.text
    calls = fleet.emulator.calls("slow")
    creations = [call["moment"] for call in calls if call["operation"] == "CreateCloudAccount"]
    assert len(creations) == 12
    assert all(later - earlier >= CREATION for earlier, later in pairwise(creations))
    # More than eight begin only when one of the first eight has had its turn.
    assert len(accounts_during(creations, calls)) >= 12 - FORKS
    waiting = waiting_in(session)
    assert max(waiting) > 1
    # One of the eight is always at work, or at the platform.
    assert max(waiting) < FORKS
    # The last account waits for nobody.
    assert "for the platform" not in [line.text for line in session.lines() if line.is_live][-1]
