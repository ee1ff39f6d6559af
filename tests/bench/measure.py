# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One command, measured with all the processes that it starts: wall time, CPU, memory."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import secrets
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

_SAMPLES_PER_SECOND = 2
_LIMIT_SECONDS = 3600
_MARK = "FINOPS_BENCH_MARK"


@dataclasses.dataclass(frozen=True)
class Usage:
    """
    What a command used. `largest_process_mib` is the most memory that any of its processes had resident,
    `all_processes_mib` the most that all had together, each shared page counted once.
    """

    exit_code: int
    wall_seconds: float
    cpu_seconds: float
    system_cpu_seconds: float
    largest_process_mib: float
    all_processes_mib: float


def measured(
    command: list[str], environment: Mapping[str, str], output: Path, cwd: Path, tick: Callable[[float], None]
) -> Usage:
    """
    Run a command to its end, its output into a file.

    CPU is that of the command and of every process it has waited for, which with Ansible is all of them. `tick` is
    called with the seconds so far about twice a second. Whatever goes wrong, no process of the command stays.
    """
    mark = secrets.token_hex(8)
    ended = threading.Event()
    started = time.monotonic()
    with output.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**environment, _MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    peak = [0.0]

    def watch() -> None:
        while not ended.wait(1 / _SAMPLES_PER_SECOND):
            seconds = time.monotonic() - started
            peak[0] = max(peak[0], _together_mib(process.pid))
            tick(seconds)
            if seconds > _LIMIT_SECONDS:
                _kill_all(mark)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        dummy, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        ended.set()
        watcher.join()
        _kill_all(mark)
        process.wait()
    largest = used.ru_maxrss / 1024
    return Usage(
        exit_code=process.returncode,
        wall_seconds=wall,
        cpu_seconds=used.ru_utime + used.ru_stime,
        system_cpu_seconds=used.ru_stime,
        largest_process_mib=largest,
        all_processes_mib=max(peak[0], largest),
    )


def _together_mib(root: int) -> float:
    """The proportional set sizes of a process and all its descendants, added up; Ansible's workers lead sessions of their own."""
    return sum(_pss_kib(pid) for pid in descendants(root, dict(_parents()))) / 1024


def descendants(root: int, parents: Mapping[int, int]) -> list[int]:
    """A process and those whose line of parents leads to it, by each process's parent."""
    children: dict[int, list[int]] = {}
    for pid, parent in parents.items():
        children.setdefault(parent, []).append(pid)
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            yield int(folder.name), int((folder / "stat").read_text().rpartition(")")[2].split()[1])


def _pss_kib(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _kill_all(mark: str) -> None:
    """Kill what is left of a command, until nothing is: one of its processes may start another meanwhile."""
    while _kill(mark):
        time.sleep(0.01)


def _kill(mark: str) -> int:
    """Kill the processes that have the mark in their environment, whatever their groups and parents; tells how many."""
    wanted = f"{_MARK}={mark}".encode()
    found = 0
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if wanted in environment.read_bytes().split(b"\0"):
                os.kill(int(environment.parent.name), signal.SIGKILL)
                found += 1
    return found
