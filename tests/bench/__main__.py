# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark, by `make bench`; prints its result and writes it to build/bench.json and build/bench.html.

A run of some parts only, or at other sizes, goes to build/bench-partial.json and .html, and so does all that there is
as long as a whole one goes on.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from tests.bench import machine
from tests.bench.emulator import CHECKOUT, BenchError
from tests.bench.page import page_of
from tests.bench.parts import matches, play
from tests.bench.progress import Teller
from tests.bench.report import Result, result_of, text_of
from tests.bench.runs import Run
from tests.bench.settings import Settings, read_settings

BUILD = CHECKOUT / "build"


def main() -> int:
    """Returns the exit code, which tells whether every run was right and not whether the targets are met."""
    signal.signal(signal.SIGTERM, lambda *dummy: sys.exit(143))
    try:
        settings = read_settings(os.environ)
        result = run_all(settings)
    except (BenchError, ValueError) as problem:
        print(f"\nThe benchmark stops: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    print(f"\n{text_of(result)}")
    if settings.is_whole:
        write(result, "bench")
        for name in ("bench-partial.json", "bench-partial.html"):
            (BUILD / name).unlink(missing_ok=True)
    return 0


def run_all(settings: Settings) -> Result:
    """Plays every match; what is known so far is on disk after each."""
    runs: list[Run] = []
    preparations: list[Run] = []
    about_machine = machine.describe()
    teller = Teller(settings)
    result = result_of(settings, about_machine, runs, preparations)
    with tempfile.TemporaryDirectory(prefix="finops-bench-") as folder:
        for number, match in enumerate(matches(settings)):
            for kind, run in play(match, settings, Path(folder, str(number)), teller):
                (runs if kind == "run" else preparations).append(run)
            result = result_of(settings, about_machine, runs, preparations)
            write(result, "bench-partial")
    return result


def write(result: Result, name: str) -> None:
    """The result as JSON and as a page."""
    BUILD.mkdir(exist_ok=True)
    (BUILD / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    (BUILD / f"{name}.html").write_text(page_of(result))
    print(f"build/{name}.json and build/{name}.html are written.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
