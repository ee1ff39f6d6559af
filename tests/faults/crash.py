# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills runs before and after every write call they make, in turn, and runs them once more: all must end the same.

The same with answers that are lost instead: the run itself must end as if nothing had happened. Two scenarios at a time,
each in a fleet of its own; with arguments, only the scenarios whose names contain one of them.
"""

from __future__ import annotations

import concurrent.futures
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any, Literal

from tests.emulator.fleet import Emulator
from tests.faults.scenario import Scenario, ends_well
from tests.faults.scenarios import scenarios
from tests.integration.playbook import Fleet

AT_ONCE = 2
Trouble = Literal["killed before", "killed after", "answer lost"]
TROUBLES: tuple[Trouble, ...] = ("killed before", "killed after", "answer lost")


def disturbed(scenario: Scenario, fleet: Fleet, trouble: Trouble, number: int, expected: dict[str, Any]) -> str | None:
    """What differs from an undisturbed run after trouble at the number-th write and, if killed, one more run."""
    scenario.prepare(fleet)
    faults = fleet.emulator.faults
    if trouble == "answer lost":
        faults.at_write(number, "after")
    else:
        faults.at_write(number, "before" if trouble == "killed before" else "after", fleet.kill)
    run = scenario.run(fleet)
    if not faults.fired:
        return f"the run made no write {number}"
    if trouble != "answer lost":
        if run.code >= 0:
            return f"the run was not killed: it ended with {run.code}"
        scenario.after_run(fleet)
        run = scenario.run(fleet)
    if run.code != 0:
        return f"the run failed: {run.recap() or run.output[-2000:]}"
    if refused := [call for call in fleet.emulator.calls() if call["error"] == "LimitExceeded"]:
        return f"a third key was tried: {refused}"
    scenario.after_run(fleet)
    found = scenario.snapshot(fleet)
    differences = {key: (expected[key], found[key]) for key in expected if expected[key] != found[key]}
    return f"expected and found: {differences}" if differences else None


def check(scenario: Scenario) -> tuple[int, int]:
    """All troubles of a scenario, told one by one; returns how many were tried and how many converged."""
    with Emulator(members=1) as emulator, tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(emulator, Path(folder))
        scenario.prepare(fleet)
        ends_well(scenario.run(fleet))
        writes = list(fleet.emulator.faults.written)
        scenario.after_run(fleet)
        expected = scenario.snapshot(fleet)
        print(f"{scenario.name}: {len(writes)} writes", flush=True)
        tried = converged = 0
        for number, operation in enumerate(writes, start=1):
            for trouble in TROUBLES:
                difference = disturbed(scenario, fleet, trouble, number, expected)
                tried, converged = tried + 1, converged + (difference is None)
                words = f"{trouble} write {number}, {operation}: {difference or 'converged'}"
                print(f"  {scenario.name}: {words}", flush=True)
    return tried, converged


def main(words: list[str]) -> int:
    """The exit code."""
    names = [one.name for one in scenarios() if not words or any(word in one.name for word in words)]
    begin = time.monotonic()
    with concurrent.futures.ProcessPoolExecutor(AT_ONCE) as pool:
        counts = list(pool.map(_named, names))
    tried, converged = sum(count[0] for count in counts), sum(count[1] for count in counts)
    print(f"{converged} of {tried} converged, in {time.monotonic() - begin:.0f} s")
    return 0 if tried and converged == tried else 1


def _named(name: str) -> tuple[int, int]:
    """A scenario by its name, since its functions cannot be sent to another process; what breaks before a trouble is a failure."""
    try:
        return check(next(scenario for scenario in scenarios() if scenario.name == name))
    except Exception:
        print(f"{name}: {traceback.format_exc()}", flush=True)
        return 1, 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
