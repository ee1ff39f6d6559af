# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the environment says of a benchmark: BENCH_ONLY, BENCH_RUNS, BENCH_FORKS, BENCH_FULL, BENCH_SIZES, BENCH_BEFORE."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from tests.bench.before import COMMIT

DEFAULT_PARTS = ("standalone", "mix", "first", "polite", "slow", "latency", "audit")
# Only when named, or with BENCH_FULL=1.
FULL_PARTS = ("forks",)
DEFAULT_SIZES = (10, 30, 100, 1000)


@dataclasses.dataclass(frozen=True)
class Settings:
    """
    Which parts to run, how often, with how many forks; `full` measures the slow contenders at 100 accounts too.

    `before` is the commit, or the checkout, that the part latency compares with.
    `sizes` are the numbers of accounts of a small, a medium, a large and the largest fleet.
    """

    parts: tuple[str, ...] = DEFAULT_PARTS
    runs: int = 3
    forks: int = 4
    full: bool = False
    before: str = COMMIT
    sizes: tuple[int, int, int, int] = DEFAULT_SIZES

    @property
    def is_whole(self) -> bool:
        """Whether the result may stand for the benchmark: every default part, at the sizes of its ratios."""
        return set(DEFAULT_PARTS) <= set(self.parts) and self.sizes == DEFAULT_SIZES


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings; ValueError in words for whoever set a variable wrongly."""
    full = environment.get("BENCH_FULL", "0") not in ("", "0")
    known = DEFAULT_PARTS + FULL_PARTS
    named = tuple(environment.get("BENCH_ONLY", "").replace(",", " ").split())
    unknown = [name for name in named if name not in known]
    if unknown:
        raise ValueError(f"BENCH_ONLY: there is no part {unknown[0]!r}; the parts are {' '.join(known)}")
    return Settings(
        parts=named or (known if full else DEFAULT_PARTS),
        runs=_positive(environment, "BENCH_RUNS", 3),
        forks=_positive(environment, "BENCH_FORKS", 4),
        full=full,
        before=environment.get("BENCH_BEFORE") or COMMIT,
        sizes=_sizes(environment.get("BENCH_SIZES", "")),
    )


def _positive(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{name}: {text!r} is no number above 0")
    return int(text)


def _sizes(text: str) -> tuple[int, int, int, int]:
    if not text:
        return DEFAULT_SIZES
    numbers = text.replace(",", " ").split()
    if len(numbers) != 4 or not all(number.isdecimal() and int(number) >= 3 for number in numbers):
        raise ValueError(f"BENCH_SIZES: {text!r} is not four numbers of accounts of at least 3, such as 10,30,100,1000")
    small, medium, large, largest = map(int, numbers)
    return small, medium, large, largest
