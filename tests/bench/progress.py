# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown while a benchmark runs."""

from __future__ import annotations

import sys
import time

from tests.bench.parts import Entry, Tick
from tests.bench.runs import Run
from tests.bench.settings import Settings


class Teller:
    """Says which contender runs, and what it used; on a terminal also how long it has been running."""

    def __init__(self, settings: Settings) -> None:
        self._started = time.monotonic()
        self._live = sys.stdout.isatty()
        print(f"Parts: {' '.join(settings.parts)}; {settings.runs} runs of each, {settings.forks} forks.", flush=True)

    def start(self, part: str, entry: Entry, words: str) -> Tick:
        """Announces a run; gives what to call with its seconds so far."""
        title = (
            f"{part} {entry.size}: {entry.contender.title}, {entry.forks} forks"
            if entry.contender.is_ansible
            else (f"{part} {entry.size}: {entry.contender.title}")
        )
        elapsed = int(time.monotonic() - self._started)
        line = f"{elapsed // 60:3}:{elapsed % 60:02} {title}, {words}"
        print(line, end="" if self._live else "\n", flush=True)

        def tick(seconds: float) -> None:
            if self._live:
                print(f"\r{line}: {seconds:.0f} s ", end="", flush=True)

        return tick

    def end(self, run: Run) -> None:
        """Says what a run used."""
        print(
            f"{chr(10) if self._live else ''}       {run.wall_seconds:.1f} s, {run.cpu_seconds_per_account:.3f} s of CPU an "
            f"account, {run.all_processes_mib:.0f} MiB, {sum(run.aws_calls.values())} AWS calls, "
            f"emulator {100 * run.emulator_cpu_share_of_wall:.0f} % of the time",
            flush=True,
        )
