# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the integration tests once through each shell, and compares every result of every task of every run."""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
BUILD = CHECKOUT / "build" / "shells"
SHELLS = ("action", "module")
# What Ansible itself adds to a module's result, and the session, which is sealed anew in each run.
OWN = {"invocation", "ansible_facts", "session", "_ansible_no_log", "exception"}
# What differs from run to run: ids that the emulator makes up, how long a command took, and where the run took place.
DIFFERENT = re.compile(
    r"\bA[A-Z]{3}[0-9A-Z]{16,17}\b"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    r"|\b\d+:\d\d:\d\d\.\d{6}\b"
    r"|\b\d{12}\b"
    r"|http://127\.0\.0\.1:\d+"
    r"|/[\w./-]*pytest-[\w./-]*"
)

# Two things may be of one moment in one run and not in the other.
MOMENT = re.compile(r"\b1[78]\d{8}\b|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.+Z]*")


def main() -> int:
    """Returns the exit code; arguments go to pytest."""
    shutil.rmtree(BUILD, ignore_errors=True)
    codes = [_run(shell) for shell in SHELLS]
    names = sorted({path.name for shell in SHELLS for path in (BUILD / shell).iterdir()})
    different = [name for name in names if not _is_equal(name)]
    tasks = sum(len(path.read_text().splitlines()) for path in (BUILD / SHELLS[0]).iterdir())
    print(f"{len(names)} runs with {tasks} results through both shells: {len(different)} runs differ", flush=True)
    return 1 if any(codes) or different or not names else 0


def _run(shell: str) -> int:
    """All tests through one shell, two at a time; says of each how it ended."""
    folder = BUILD / shell
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "pytest", "--verbose", "--numprocesses", "2", "tests/integration", *sys.argv[1:]]
    environment = {**os.environ, "FINOPS_SHELL": shell, "FINOPS_KEEP_RESULTS": str(folder)}
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(f"{shell}: {line}", end="", flush=True)
    return process.returncode


def _is_equal(name: str) -> bool:
    first, second = (_comparable(BUILD / shell / name) for shell in SHELLS)
    if first == second:
        return True
    print(f"\n{name}")
    print("\n".join(difflib.unified_diff(first, second, *SHELLS, lineterm="", n=1)))
    return False


def _comparable(path: Path) -> list[str]:
    """A run's results, host by host, as lines; what differs from run to run is numbered as it comes."""
    if not path.exists():
        return ["there was no such run"]
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines.sort(key=lambda line: line["host"])
    text = "\n".join(json.dumps(_without(line, OWN), sort_keys=True, indent=1) for line in lines)
    text = MOMENT.sub("<moment>", text)
    seen: dict[str, str] = {}
    return DIFFERENT.sub(lambda found: seen.setdefault(found.group(), f"<{len(seen)}>"), text).splitlines()


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(item, names) for name, item in value.items() if name not in names}
    if isinstance(value, list):
        return [_without(item, names) for item in value]
    return value


if __name__ == "__main__":
    sys.exit(main())
