# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the benchmark: which contenders meet over which fleet, and the runs in their order."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from tests.bench.before import collections_of
from tests.bench.contenders import (
    AUDIT,
    CHECK,
    FIRST_OURS,
    FIRST_PEER,
    FLOOR,
    FLOOR_SHARED,
    LATE,
    LATE_BEFORE,
    MODULES,
    NOT_LATE,
    OURS,
    PEER,
    SLOW_PLATFORM,
    THROTTLED,
    Contender,
    Site,
)
from tests.bench.emulator import EmulatorProcess
from tests.bench.figures import AUDITED, CREATION_SECONDS, LATE_FLEETS, LATE_SECONDS
from tests.bench.fleet import members_of
from tests.bench.runs import Run, run_once
from tests.bench.settings import Settings

THROTTLED_SHARE = 0.2
POLITE_FORKS = 32
# As docs/limits.md advises for two cores, where a worker mostly waits.
SLOW_FORKS = 16
# What Ansible takes where nobody says otherwise.
ANSIBLES_FORKS = 5
STUDIED_FORKS = (2, 4, 8, 16, 32)
Tick = Callable[[float], None]


@dataclasses.dataclass(frozen=True)
class Entry:
    """A contender over a fleet of its kind and size, with so many forks."""

    contender: Contender
    size: int
    forks: int


@dataclasses.dataclass(frozen=True)
class Match:
    """Contenders that alternate; those over fleets of one size share its accounts, the peer has its own."""

    part: str
    kind: str
    entries: tuple[Entry, ...]


def matches(settings: Settings) -> list[Match]:
    """All that is to be run, part by part."""
    small, medium, large, largest = settings.sizes
    all_of_them = (OURS, MODULES, PEER, FLOOR, FLOOR_SHARED)
    fast = (OURS, FLOOR, FLOOR_SHARED)
    forks = settings.forks

    def match(part: str, kind: str, size: int, contenders: tuple[Contender, ...]) -> Match:
        return Match(part, kind, tuple(Entry(contender, size, forks) for contender in contenders))

    found = {
        "standalone": [
            match("standalone", "standalone", small, all_of_them),
            match("standalone", "standalone", medium, all_of_them),
            match("standalone", "standalone", large, (*(all_of_them if settings.full else fast), CHECK)),
        ],
        "mix": [
            match("mix", "mix", small, all_of_them),
            match("mix", "mix", large, fast),
            match("mix", "mix", largest, fast),
        ],
        "first": [
            Match(
                "first",
                "standalone",
                (Entry(FIRST_OURS, large, forks), Entry(FIRST_PEER, large if settings.full else medium, forks)),
            )
        ],
        "polite": [Match("polite", "mix", (Entry(OURS, large, POLITE_FORKS), Entry(THROTTLED, large, POLITE_FORKS)))],
        "slow": [Match("slow", "mix", (Entry(FIRST_OURS, large, SLOW_FORKS), Entry(SLOW_PLATFORM, large, SLOW_FORKS)))],
        "latency": [
            Match("latency", kind, tuple(Entry(one, large, ANSIBLES_FORKS) for one in (LATE, LATE_BEFORE, NOT_LATE)))
            for kind in LATE_FLEETS
        ],
        "audit": [match(AUDITED, "mix", size, (AUDIT,)) for size in (large, largest)],
        "forks": [Match("forks", "mix", tuple(Entry(OURS, large, number) for number in STUDIED_FORKS))],
    }
    return [entry for part in settings.parts for entry in found[part]]


class Progress(Protocol):
    """Whom to tell of the runs."""

    def start(self, part: str, entry: Entry, words: str) -> Tick:
        """A run begins; gives what to call with its seconds so far."""

    def end(self, run: Run) -> None:
        """A run was right."""


def play(match: Match, settings: Settings, folder: Path, progress: Progress) -> Iterator[tuple[str, Run]]:
    """
    Run a match; gives ("preparation", Run) for each first run that prepares a fleet, and ("run", Run) for the others.

    Every emulator of the match runs in a process of its own, from here to the end of the match.
    """
    with contextlib.ExitStack() as stack:
        sites: dict[tuple[str, int], Site] = {}
        used: list[Site] = []
        for entry in match.entries:
            owner = _owner(entry.contender)
            if (owner, entry.size) not in sites:
                site = _open_site(stack, folder / f"{match.kind}-{entry.size}-{owner}", match.kind, entry.size)
                if any(one.contender.is_before for one in match.entries):
                    site.before = collections_of(settings.before)
                sites[owner, entry.size] = site
                if not entry.contender.is_first_run:
                    first = Entry(FIRST_PEER if owner == PEER.key else FIRST_OURS, entry.size, entry.forks)
                    with _in_the_past(site) if match.part == AUDITED else contextlib.nullcontext():
                        yield "preparation", _run(match.part, first, site, 0, "preparation", progress)
        for number in range(1, settings.runs + 1):
            for entry in match.entries:
                site = sites[_owner(entry.contender), entry.size]
                if entry.contender.is_first_run and site in used:
                    site.renew()
                used.append(site)
                yield "run", _run(match.part, entry, site, number, f"run {number} of {settings.runs}", progress)


def _owner(contender: Contender) -> str:
    """Whose accounts a contender works on; the floor reads what ours has made."""
    return PEER.key if contender.key in (PEER.key, FIRST_PEER.key) else OURS.key


@contextlib.contextmanager
def _in_the_past(site: Site) -> Iterator[None]:
    """What is connected meanwhile is proven afterwards: weeks of deliveries and imports have gone by."""
    site.emulator.begin_past([account.account_id for account in site.accounts])
    yield
    site.emulator.let_past_go_by()


def _open_site(stack: contextlib.ExitStack, folder: Path, kind: str, size: int) -> Site:
    folder.mkdir(parents=True)
    emulator = stack.enter_context(EmulatorProcess(members_of(kind, size), folder))
    return Site(emulator, folder, kind, size)


def _run(part: str, entry: Entry, site: Site, number: int, words: str, progress: Progress) -> Run:
    tick = progress.start(part, entry, words)
    site.emulator.throttle(THROTTLED_SHARE if entry.contender is THROTTLED else 0)
    site.emulator.create_slowly(CREATION_SECONDS if entry.contender is SLOW_PLATFORM else 0)
    site.emulator.answer_late(LATE_SECONDS if entry.contender in (LATE, LATE_BEFORE) else 0)
    run = run_once(part, entry.contender, site, entry.forks, number, tick)
    progress.end(run)
    return run
