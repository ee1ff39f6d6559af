# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sums of docs/scale.md, from what docs/limits.md measured: `python -m tests.scale` prints the page's tables.

Nothing here was measured at these sizes: each sum is a measured figure times a number of accounts.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
SIZES = (1_000, 10_000, 100_000)
# AWS Organizations' quotas: the most accounts that AWS grants an organization. ListAccounts: the most on a page.
ACCOUNTS_OF_AN_ORGANIZATION = 50_000
ACCOUNTS_OF_A_PAGE = 20
# IAM and STS quotas: AssumeRole, in an account and region, a second.
ASSUMED_A_SECOND = 600
# A linked data source as the platform lists it, in bytes of JSON; a unit test holds it beside the embedded platform's.
LISTED_BYTES = 723
# docs/limits.md, "A slow platform": seconds for each new data source, of which one is made at a time.
SECONDS_OF_A_CREATION = 0.3
# Accounts of a slice, of one job, of one run: what was measured as one run.
ACCOUNTS_OF_A_SLICE = 1_000
# SQS in us-east-1: the first million requests of a month are free, then dollars for a million.
FREE_REQUESTS, DOLLARS_A_MILLION = 1_000_000, 0.40
SECONDS_OF_A_POLL = 20
REQUESTS_OF_A_MESSAGE = 3


@dataclasses.dataclass(frozen=True)
class Measured:
    """Of docs/limits.md: a re-run at two sizes, and the first run at the larger one. Seconds, MiB, CPU seconds an account.

    kibibytes: what an account of the inventory takes of the controller's process.
    """

    accounts: Sequence[int]
    seconds: Sequence[float]
    mebibytes: Sequence[float]
    calls: Sequence[int]
    cpu_seconds: float
    first_seconds: float
    first_cpu_seconds: float
    kibibytes: float

    @classmethod
    def read(cls, text: str) -> Measured:
        """From the page's table and the sentence below it."""
        rows = re.findall(r"^\| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) MiB \| ([\d,]+) \|$", text, re.MULTILINE)
        accounts, seconds, cpu, mebibytes, calls = zip(*rows, strict=True)
        first = re.search(r"first run over 1,000 accounts[^.]*?took (\d+) s and ([\d.]+) CPU seconds", text)
        grows = re.search(r"controller's process grows by about (\d+) KiB an account", text)
        assert first is not None and grows is not None, "docs/limits.md tells no more what a run took"
        return cls(
            [_number(one) for one in accounts],
            [float(one) for one in seconds],
            [float(one) for one in mebibytes],
            [_number(one) for one in calls],
            float(cpu[-1]),
            float(first[1]),
            float(first[2]),
            float(grows[1]),
        )

    def at(self, figures: Sequence[float], accounts: int) -> float:
        """A figure at another size, by the straight line through the two that were measured."""
        (small, large), (less, more) = self.accounts, figures
        return less + (accounts - small) * (more - less) / (large - small)


def _number(text: str) -> int:
    return int(text.replace(",", ""))


@dataclasses.dataclass(frozen=True)
class Sums:
    """All that some accounts cost."""

    accounts: int
    measured: Measured

    @property
    def organizations(self) -> int:
        """The fewest AWS organizations that can have them."""
        return math.ceil(self.accounts / ACCOUNTS_OF_AN_ORGANIZATION)

    @property
    def pages(self) -> int:
        """Calls of ListAccounts for one inventory."""
        return math.ceil(self.accounts / ACCOUNTS_OF_A_PAGE)

    @property
    def calls(self) -> float:
        """To AWS, of a re-run that changes nothing."""
        return self.measured.at(self.measured.calls, self.accounts)

    @property
    def rerun(self) -> float:
        """Seconds, on two cores."""
        return self.measured.at(self.measured.seconds, self.accounts)

    @property
    def first_run(self) -> float:
        """Seconds, on two cores."""
        return self.measured.first_seconds * self.accounts / self.measured.accounts[-1]

    @property
    def cpu(self) -> float:
        """Seconds of CPU, of a re-run."""
        return self.measured.cpu_seconds * self.accounts

    @property
    def memory(self) -> float:
        """MiB, of all processes of one run with four forks."""
        return self.measured.at(self.measured.mebibytes, self.accounts)

    def unvisited(self, visited: Sums) -> float:
        """MiB that the accounts of the inventory take that a slice does not visit."""
        return (self.accounts - visited.accounts) * self.measured.kibibytes / 1024

    @property
    def creating(self) -> float:
        """Seconds that the platform takes for all new data sources, one after the other."""
        return SECONDS_OF_A_CREATION * self.accounts

    @property
    def listing(self) -> float:
        """MB of the platform's one answer with all data sources."""
        return LISTED_BYTES * self.accounts / 1e6

    @property
    def slices(self) -> int:
        """Of preparing and of audits."""
        return math.ceil(self.accounts / ACCOUNTS_OF_A_SLICE)


def in_words(seconds: float) -> str:
    """Such as C(53 s), C(52 min) and C(8.3 h)."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{seconds / 60:.0f} min"


def _in_memory(mebibytes: float) -> str:
    return f"{mebibytes / 1024:.1f} GiB" if mebibytes >= 1024 else f"{mebibytes:.0f} MiB"


def _table(rows: Iterable[Sequence[str]]) -> str:
    heading = "| | " + " | ".join(f"{size:,} accounts" for size in SIZES) + " |"
    return "\n".join((heading, "|---|" + "---:|" * len(SIZES), *("| " + " | ".join(row) + " |" for row in rows)))


def one_run(measured: Measured) -> str:
    """The table of one run over all accounts."""
    sums = [Sums(accounts, measured) for accounts in SIZES]
    rows = [
        ("AWS organizations, at least", *(f"{one.organizations}" for one in sums)),
        ("AWS calls, a re-run", *(f"{one.calls:,.0f}" for one in sums)),
        ("of them the inventory's `ListAccounts`", *(f"{one.pages:,}" for one in sums)),
        ("time of a first run, two cores", *(in_words(one.first_run) for one in sums)),
        ("time of a re-run, two cores", *(in_words(one.rerun) for one in sums)),
        ("CPU, a re-run", *(in_words(one.cpu) for one in sums)),
        ("memory, one run, 4 forks", *(_in_memory(one.memory) for one in sums)),
        ("the platform's one list of data sources", *(f"{one.listing:,.1f} MB" for one in sums)),
        ("new data sources, one at a time", *(in_words(one.creating) for one in sums)),
    ]
    return _table(rows)


def sliced(measured: Measured) -> str:
    """The table of slices of a thousand accounts, on machines of eight cores."""
    sums = [Sums(accounts, measured) for accounts in SIZES]
    one = Sums(ACCOUNTS_OF_A_SLICE, measured)
    rows = [
        ("slices", *(f"{each.slices}" for each in sums)),
        ("memory of a slice that is given its own hosts", *(_in_memory(one.memory) for dummy in sums)),
        ("memory of a slice that reads all hosts", *(_in_memory(one.memory + each.unvisited(one)) for each in sums)),
        ("a re-run on 8 cores, all slices", *(in_words(each.cpu / 8) for each in sums)),
        ("a re-run on 5 machines of 8 cores", *(in_words(each.cpu / 40) for each in sums)),
        ("`AssumeRole` a second there, of 600", *(f"{assumed_a_second(each, 40):.0f}" for each in sums)),
        ("the platform's list, by all slices", *(f"{each.listing * each.slices:,.0f} MB" for each in sums)),
        ("connecting, one job, a first run", *(in_words(each.creating) for each in sums)),
    ]
    return _table(rows)


def assumed_a_second(sums: Sums, cores: int) -> float:
    """How often cores that do nothing else call AssumeRole."""
    return min(cores / sums.measured.cpu_seconds, sums.accounts)


def queue_dollars(messages: int) -> float:
    """Of a month of polls and some messages: each is received, deleted and, by EventBridge, sent."""
    requests = 30 * 86400 / SECONDS_OF_A_POLL + REQUESTS_OF_A_MESSAGE * messages
    return max(requests - FREE_REQUESTS, 0) / 1e6 * DOLLARS_A_MILLION


def main() -> None:
    """Prints the tables."""
    measured = Measured.read((DOCS / "limits.md").read_text())
    print(one_run(measured), sliced(measured), sep="\n\n")


if __name__ == "__main__":
    main()
