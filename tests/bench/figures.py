# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From runs to medians, ratios and targets; pure."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from tests.bench.runs import Run
from tests.bench.settings import DEFAULT_SIZES

Median = dict[str, Any]
# How long a slow platform takes for each new data source, of which it takes one at a time.
CREATION_SECONDS = 0.3
# What is added to every answer of AWS and the platform where latency is measured: the middle of what a real AWS takes.
LATE_SECONDS = 0.08
_CREATIONS = "platform:CreateCloudAccount"
LATE_FLEETS = ("mix", "standalone")
AUDITED = "audit"
_LIST_ACCOUNTS = "organizations:ListAccounts"
_IMPORTS = "platform:ListReportImports"
SHARED_OUT = "wall_seconds_per_account"
_KEY = ("part", "fleet", "accounts", "contender", "forks")
_ONE_RUN = (*_KEY, "number")


@dataclasses.dataclass(frozen=True)
class Target:
    """What is asked of a ratio: at least or at most this."""

    ratio: str
    words: str
    least: float | None = None
    most: float | None = None

    def verdict(self, value: float | None) -> str:
        """Plain words: met, missed, or not measured."""
        if value is None:
            return "not measured"
        met = (self.least is None or value >= self.least) and (self.most is None or value <= self.most)
        return "met" if met else "missed"


TARGETS = (
    Target("cpu_peer_over_ours_100", "CPU per account, peer over ours, 100 standalone: at least 15", least=15),
    Target("cpu_ours_over_floor_100", "CPU per account, ours over the floor, 100 standalone: at most 3", most=3),
    Target("calls_per_management_account", "AWS calls per management account: at most 12", most=12),
    Target("calls_per_standalone_account", "AWS calls per standalone account: at most 12", most=12),
    Target("calls_per_member_account", "AWS calls per member account: at most 8", most=8),
    Target("platform_list_calls_per_run", "platform list calls per run: 1", least=1, most=1),
    Target("wall_seconds_1000", "re-run of 1000 accounts, seconds: at most 360", most=360),
    Target("peak_memory_mib_1000", "all our processes at 1000 accounts, MiB: below 1536", most=1535.9),
    Target("time_per_account_1000_over_100", "time per account, 1000 over 100: at most 1.2", most=1.2),
    Target(
        "first_run_cpu_peer_over_ours_100", "CPU of a first run, peer over ours, 100 standalone: at least 8", least=8
    ),
    Target("throttled_speed_over_calm", "speed with 20 % of calls throttled, 32 forks: at least 0.7", least=0.7),
    Target(
        "slow_platform_over_unavoidable_100",
        "first run, 0.3 s a creation, over what is unavoidable, the creations or all else: from 1 to 1.3",
        least=1,
        most=1.3,
    ),
    *(
        Target(
            f"late_{figure}_over_before_{fleet}_100",
            f"re-run of 100 ({fleet}), 80 ms an answer, {words} over those before: at most {most}",
            most=most,
        )
        for fleet in LATE_FLEETS
        for figure, words, most in (("wall", "seconds", 0.5), ("cpu", "CPU seconds", 1), ("calls", "AWS calls", 1))
    ),
    Target(
        "audit_calls_per_standalone_account", "audit and report, AWS calls per standalone account: at most 18", most=18
    ),
    Target(
        "audit_calls_per_management_account",
        "the same per management account, pages of ListAccounts but the first left out: at most 18",
        most=18,
    ),
    Target("audit_calls_per_member_account", "the same per member account: at most 10", most=10),
    Target("audit_platform_calls", "audit and report, platform calls but one for each Root: at most 5", most=5),
    Target("audit_memory_mib_1000", "audit and report, all processes at 1000 accounts, MiB: below 1536", most=1535.9),
)


def medians(runs: Iterable[Run]) -> list[Median]:
    """For each contender over each fleet the median of every figure, `runs` of them, in the order of their first runs."""
    groups: dict[tuple[Any, ...], list[Run]] = {}
    for run in runs:
        groups.setdefault(run.key, []).append(run)
    return [_median(repetitions) for repetitions in groups.values()]


def _median(repetitions: Sequence[Run]) -> Median:
    rows = [dataclasses.asdict(run) for run in repetitions]
    found: Median = {name: rows[0][name] for name in _KEY}
    found["runs"] = len(rows)
    for name in rows[0].keys() - set(_ONE_RUN):
        values = [row[name] for row in rows]
        found[name] = _median_by_name(values) if isinstance(values[0], dict) else statistics.median(values)
    found[SHARED_OUT] = round(found["wall_seconds"] / found["accounts"], 4)
    return found


def _median_by_name(values: Sequence[dict[str, float]]) -> dict[str, float]:
    names = sorted({name for value in values for name in value})
    return {name: statistics.median(value.get(name, 0) for value in values) for name in names}


class Results:
    """Medians, to be asked for by contender and fleet; `notes` collects what a reader of the ratios must know."""

    def __init__(self, found: Sequence[Median], sizes: Sequence[int] = DEFAULT_SIZES) -> None:
        self._medians = found
        dummy, dummy, self._large, self._largest = sizes
        self.notes: list[str] = []
        if tuple(sizes) != tuple(DEFAULT_SIZES):
            self.notes.append(
                f"BENCH_SIZES is set: what is said of 100 and 1000 accounts is of {sizes[2]} and {sizes[3]}."
            )

    def ratios(self) -> dict[str, float | None]:
        """All ratios; None for those whose fleets were not run."""
        ours = self._at("standalone", "ours", self._large)
        large, largest = self._at("mix", "ours", self._large), self._at("mix", "ours", self._largest)
        calm, throttled = self._at("polite", "ours", self._large), self._at("polite", "throttled", self._large)
        first = self._at("first", "first_ours", self._large)
        slow, quick = self._at("slow", "slow_platform", self._large), self._at("slow", "first_ours", self._large)
        creations = CREATION_SECONDS * slow["platform_calls"].get(_CREATIONS, 0) if slow else 0.0
        return {
            "cpu_peer_over_ours_100": self._cpu_over("standalone", "peer", ours, "cpu_peer_over_ours_100"),
            "cpu_module_shell_over_ours_100": self._cpu_over(
                "standalone", "module_shell", ours, "cpu_module_shell_over_ours_100"
            ),
            "cpu_ours_over_floor_100": self._over_floor(ours, "floor"),
            "cpu_ours_over_floor_shared_models_100": self._over_floor(ours, "floor_shared_models"),
            "calls_per_management_account": self._calls("management"),
            "calls_per_standalone_account": self._calls("standalone"),
            "calls_per_member_account": self._calls("member"),
            "platform_list_calls_per_run": self._list_calls(),
            "time_per_account_1000_over_100": _over(largest, large, SHARED_OUT),
            "wall_seconds_1000": largest["wall_seconds"] if largest else None,
            "peak_memory_mib_1000": largest["all_processes_mib"] if largest else None,
            "first_run_cpu_peer_over_ours_100": self._cpu_over(
                "first", "first_peer", first, "first_run_cpu_peer_over_ours_100"
            ),
            "check_mode_cpu_over_rerun_100": _over(
                self._at("standalone", "check", self._large), ours, "cpu_seconds_per_account"
            ),
            "throttled_over_calm_wall": _over(throttled, calm, "wall_seconds"),
            "throttled_speed_over_calm": _over(calm, throttled, "wall_seconds"),
            "slow_platform_seconds_100": slow["wall_seconds"] if slow else None,
            "slow_platform_creations_seconds_100": round(creations, 1) if slow else None,
            "quick_platform_seconds_100": quick["wall_seconds"] if quick else None,
            "slow_platform_over_creations_100": round(slow["wall_seconds"] / creations, 3)
            if slow and creations
            else None,
            "slow_platform_over_unavoidable_100": _over_unavoidable(slow, quick, creations),
            **self._late(),
            **self._audit(),
        }

    def _late(self) -> dict[str, float | None]:
        found = {}
        for fleet in LATE_FLEETS:
            now, before = (self._at("latency", name, self._large, fleet) for name in ("late", "late_before"))
            found[f"late_wall_over_before_{fleet}_100"] = _over(now, before, "wall_seconds")
            found[f"late_cpu_over_before_{fleet}_100"] = _over(now, before, "cpu_seconds_per_account")
            found[f"late_calls_over_before_{fleet}_100"] = (
                round(sum(now["aws_calls"].values()) / sum(before["aws_calls"].values()), 3) if now and before else None
            )
            not_late = self._at("latency", "not_late", self._large, fleet)
            found[f"not_late_wall_over_late_before_{fleet}_100"] = _over(not_late, before, "wall_seconds")
        return found

    def _audit(self) -> dict[str, float | None]:
        row = self._at(AUDITED, "audit", self._largest)
        calls = row["calls_of"] if row else {}
        pages = row["aws_calls"].get(_LIST_ACCOUNTS, 0) if row else 0
        asked = sum(count for name, count in row["platform_calls"].items() if name != _IMPORTS) if row else None
        return {
            "audit_calls_per_standalone_account": calls.get("standalone"),
            "audit_calls_per_management_account": calls["management"] - max(pages - 1, 0) if calls else None,
            "audit_calls_per_member_account": calls.get("member"),
            "audit_platform_calls": asked,
            "audit_memory_mib_1000": row["all_processes_mib"] if row else None,
            "audit_wall_seconds_1000": row["wall_seconds"] if row else None,
            "audit_cpu_seconds_per_account_1000": row["cpu_seconds_per_account"] if row else None,
            "audit_s3_bytes_per_account_1000": row["s3_bytes_per_account"] if row else None,
        }

    def _at(self, part: str, contender: str, accounts: int, fleet: str = "") -> Median | None:
        wanted = {"part": part, "contender": contender, "accounts": accounts, **({"fleet": fleet} if fleet else {})}
        return next((row for row in self._medians if wanted.items() <= row.items()), None)

    def _cpu_over(self, part: str, other: str, ours: Median | None, ratio: str) -> float | None:
        """A slow contender's CPU per account over ours, at the largest fleet that it was given."""
        rows = [row for row in self._medians if (row["part"], row["contender"]) == (part, other)]
        slow = max(rows, key=lambda row: row["accounts"], default=None)
        if slow is not None and ours is not None and slow["accounts"] != ours["accounts"]:
            self.notes.append(
                f"{ratio} is per account: {other} was measured at {slow['accounts']} accounts, ours at {ours['accounts']}."
            )
        return _over(slow, ours, "cpu_seconds_per_account")

    def _over_floor(self, ours: Median | None, floor: str) -> float | None:
        return _over(ours, self._at("standalone", floor, self._large), "cpu_seconds_per_account")

    def _reruns(self) -> list[Median]:
        return [row for row in self._medians if row["contender"] == "ours"]

    def _calls(self, case: str) -> float | None:
        return max((row["calls_of"][case] for row in self._reruns() if case in row["calls_of"]), default=None)

    def _list_calls(self) -> float | None:
        name = "platform:ListCloudAccounts"
        return max((row["platform_calls"].get(name, 0) for row in self._reruns()), default=None)


def _over(one: Median | None, other: Median | None, figure: str) -> float | None:
    return round(one[figure] / other[figure], 3) if one and other and other[figure] else None


def _over_unavoidable(slow: Median | None, quick: Median | None, creations: float) -> float | None:
    """A run through a slow platform over the longer of the two that can go on side by side: its creations, and all else.

    One after the other would be about 2 where both take as long.
    """
    if not (slow and quick and creations):
        return None
    return round(slow["wall_seconds"] / max(creations, quick["wall_seconds"]), 3)


def judged(ratios: dict[str, float | None]) -> list[dict[str, Any]]:
    """Each target with its figure and verdict."""
    return [
        {
            "ratio": target.ratio,
            "target": target.words,
            "figure": ratios[target.ratio],
            "verdict": target.verdict(ratios[target.ratio]),
        }
        for target in TARGETS
    ]
