# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of one contender: measured, counted, and checked."""

from __future__ import annotations

import collections
import dataclasses
import re
from collections.abc import Callable
from typing import Any

from tests.bench.contenders import Contender, Site
from tests.bench.emulator import CHECKOUT, BenchError
from tests.bench.measure import Usage, measured

_RECAP = re.compile(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)
_THROTTLES = ("Throttling", "ThrottlingException", "SlowDown", "RequestLimitExceeded", "TooManyRequestsException")
_TAIL_LINES = 40


@dataclasses.dataclass(frozen=True)
class Run:
    """
    What one run used and called; times in seconds, memory in MiB. `calls_of` is the most of any account of a case,
    `s3_bytes_per_account` what was read of objects.
    """

    part: str
    fleet: str
    accounts: int
    contender: str
    forks: int
    number: int
    wall_seconds: float
    cpu_seconds: float
    system_cpu_seconds: float
    cpu_seconds_per_account: float
    largest_process_mib: float
    all_processes_mib: float
    emulator_cpu_seconds: float
    emulator_cpu_share_of_wall: float
    aws_calls: dict[str, int]
    platform_calls: dict[str, int]
    calls_of: dict[str, float]
    throttled_calls: int
    s3_bytes_per_account: float

    @property
    def key(self) -> tuple[str, str, int, str, int]:
        """What runs have in common that are repetitions of each other."""
        return self.part, self.fleet, self.accounts, self.contender, self.forks


def run_once(
    part: str, contender: Contender, site: Site, forks: int, number: int, tick: Callable[[float], None]
) -> Run:
    """Run a contender; raises BenchError unless it did what it should and nothing else."""
    name = f"{part}-{contender.key}-{number}"
    output = site.folder / f"{name}.log"
    site.emulator.start_run(name)
    emulator_before = site.emulator.cpu_seconds
    usage = measured(site.command(contender, forks), site.environment(contender), output, CHECKOUT, tick)
    emulator_cpu = site.emulator.cpu_seconds - emulator_before
    calls = site.emulator.calls(name)
    problem = problem_of(contender, site, usage, output.read_text(errors="replace"), calls)
    if problem:
        tail = "\n".join(output.read_text(errors="replace").splitlines()[-_TAIL_LINES:])
        raise BenchError(f"{contender.title}, {site.size} accounts ({site.kind}), run {number}: {problem}\n{tail}")
    aws = [call for call in calls if call["service"] != "platform"]
    return Run(
        part=part,
        fleet=site.kind,
        accounts=site.size,
        contender=contender.key,
        forks=forks if contender.is_ansible else 1,
        number=number,
        wall_seconds=round(usage.wall_seconds, 2),
        cpu_seconds=round(usage.cpu_seconds, 2),
        system_cpu_seconds=round(usage.system_cpu_seconds, 2),
        cpu_seconds_per_account=round(usage.cpu_seconds / site.size, 4),
        largest_process_mib=round(usage.largest_process_mib, 1),
        all_processes_mib=round(usage.all_processes_mib, 1),
        emulator_cpu_seconds=round(emulator_cpu, 2),
        emulator_cpu_share_of_wall=round(emulator_cpu / usage.wall_seconds, 3),
        aws_calls=_by_operation(aws),
        platform_calls=_by_operation([call for call in calls if call["service"] == "platform"]),
        calls_of=calls_of_cases(site, aws),
        throttled_calls=sum(call["error"] in _THROTTLES for call in aws),
        s3_bytes_per_account=round(sum(call["size"] for call in aws if call["operation"] == "GetObject") / site.size),
    )


def problem_of(contender: Contender, site: Site, usage: Usage, output: str, calls: list[dict[str, Any]]) -> str | None:
    """What is wrong with a run, None where nothing is."""
    rows = {name: [int(count) for count in counts] for name, *counts in _RECAP.findall(output)}
    failed = [name for name, (dummy, unreachable, failures) in rows.items() if unreachable + failures]
    if usage.exit_code or failed:
        return f"exit code {usage.exit_code}, failed accounts: {', '.join(failed) or 'unknown'}"
    if contender.is_ansible:
        wrong = [
            account.name
            for account in site.accounts
            if account.name not in rows or (rows[account.name][0] > 0) != contender.is_first_run
        ]
        if wrong:
            return f"not {'changed' if contender.is_first_run else 'unchanged'}, or not run at all: {', '.join(wrong)}"
    writes = [f"{call['account']} {call['service']}:{call['operation']}" for call in calls if call["write"]]
    if writes and not contender.is_first_run:
        return f"{len(writes)} writes, of which the first are {', '.join(writes[:5])}"
    called = {call["account"] for call in calls}
    silent = [account.name for account in site.accounts if account.account_id not in called]
    return f"no calls for {', '.join(silent)}" if silent else None


def calls_of_cases(site: Site, aws_calls: list[dict[str, Any]]) -> dict[str, float]:
    """By case, the most calls for any one account. Roles are assumed from the management account, so those calls are shared out."""
    own = collections.Counter(call["account"] for call in aws_calls if call["operation"] != "AssumeRole")
    assumed = sum(call["operation"] == "AssumeRole" for call in aws_calls)
    found: dict[str, float] = {}
    for account in site.accounts:
        logins = assumed / site.members if account.role_arn else 0.0
        found[account.case] = max(found.get(account.case, 0.0), own[account.account_id] + logins)
    return found


def _by_operation(calls: list[dict[str, Any]]) -> dict[str, int]:
    return dict(sorted(collections.Counter(f"{call['service']}:{call['operation']}" for call in calls).items()))
