# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make lint`: every gate that starts no emulator, two at a time; it fails if any of them does.

`python -m tests.lint NAME...` runs some of them (`--list` names them all). They need neither containers nor Galaxy,
only a package index, and write to build/ alone. What a machine does not have is skipped, said so, and counted.

Why not antsibull-nox 1.10.0: its sources show that its sanity sessions run with `--docker` only and take ansible-core
from git unless told otherwise, that it warns of errors in galaxy-importer's log instead of failing (the importer ends
with 0 all the same), and that each session installs the tools anew which `make setup` has already pinned. What is left,
`reuse lint`, `antsibull-docs lint-collection-docs`, ruff, mypy and yamllint, is a command each in gates.py.
"""

from __future__ import annotations

import concurrent.futures
import os
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass

from tests.lint.gates import GATES, Gate
from tests.lint.tree import BUILD, SKIPPED, Skipped

AT_ONCE = 2


@dataclass(frozen=True)
class Report:
    """What became of a gate. verdict: C(passed), C(FAILED) or C(skipped). output: all that its commands wrote."""

    name: str
    verdict: str
    seconds: float
    output: str

    @property
    def skips(self) -> list[str]:
        """What the gate could not check here, one line for each."""
        lines = self.output.splitlines()
        return [f"{self.name}: {line.removeprefix(SKIPPED)}" for line in lines if line.startswith(SKIPPED)]

    def __str__(self) -> str:
        return f"\n== {self.name}: {self.verdict} after {self.seconds:.0f} s\n{self.output.rstrip()}"


def main(names: list[str]) -> int:
    """The number of gates that failed; all are run, or those of the given names."""
    if "--list" in names:
        print("\n".join(f"{gate.__name__:17} {_title(gate)}" for gate in GATES))
        return 0
    unknown = set(names) - {gate.__name__ for gate in GATES}
    if unknown:
        print("there is no gate " + ", ".join(sorted(unknown)), file=sys.stderr)
        return 2
    (BUILD / "home").mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    reports = []
    with concurrent.futures.ProcessPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(run, gate) for gate in GATES if not names or gate.__name__ in names]
        for done in concurrent.futures.as_completed(running):
            reports.append(done.result())
            print(reports[-1], flush=True)
    print("\n" + summary(reports, time.monotonic() - started))
    return sum(report.verdict == "FAILED" for report in reports)


def run(gate: Gate) -> Report:
    """Runs a gate in a process of its own, where all output goes to a file."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        print(_title(gate), flush=True)
        try:
            verdict = "passed" if gate() else "FAILED"
        except Skipped as reason:
            verdict = "skipped"
            print(SKIPPED + str(reason))
        except Exception:
            verdict = "FAILED"
            traceback.print_exc()
        sys.stdout.flush()
        output.seek(0)
        return Report(gate.__name__, verdict, time.monotonic() - started, output.read())


def summary(reports: list[Report], seconds: float) -> str:
    """The seconds of each gate, what was skipped, which gates failed, and the line that counts them."""
    longest_first = sorted(reports, key=lambda report: -report.seconds)
    verdicts = [report.verdict for report in reports]
    skips = [skip for report in reports for skip in report.skips]
    failed = [report.name for report in reports if report.verdict == "FAILED"]
    count = f"{verdicts.count('passed')} passed, {len(failed)} failed"
    return "\n".join(
        [
            ", ".join(f"{report.name} {report.seconds:.0f} s" for report in longest_first),
            f"{seconds:.0f} s in all",
            *(SKIPPED + skip for skip in skips),
            *(["FAILED: " + ", ".join(failed)] if failed else []),
            count + (f", {len(skips)} skipped" if skips else ""),
        ]
    )


def _title(gate: Gate) -> str:
    return (gate.__doc__ or "").splitlines()[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
