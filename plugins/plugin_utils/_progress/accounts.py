# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a run over many accounts has come: pure counting, for the callback that shows it."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Mapping

# The inventory's groups of accounts.
CASES = ("management", "member", "standalone")
# So many of the last accounts tell the rate: it follows a run that slows down, and one slow account moves it little.
_WINDOW = 50
# Where accounts wait for the platform they end one after the other, evenly, so fewer tell it; neither does what was done before
# the first of them had its turn.
_WINDOW_OF_QUEUE = 11


class Accounts:
    """By host, the accounts of a run: the case of each and its state, which is one of words.STATES."""

    def __init__(self) -> None:
        self.cases: dict[str, str] = {}
        self.states: dict[str, str] = {}
        self._begun: list[float] = []
        self._ends: collections.deque[float] = collections.deque(maxlen=_WINDOW)

    def expect(self, hosts: Iterable[str], groups: Mapping[str, Iterable[str]]) -> None:
        """A play is over these hosts; those in no group of a case are no accounts."""
        cases = {host: case for case in reversed(CASES) for host in groups.get(case, [])}
        self.cases.update({host: cases[host] for host in hosts if host in cases})
        self.states = {**dict.fromkeys(self.cases, "open"), **self.states}

    def begin(self, now: float) -> None:
        """The steps begin; whatever was done before was no account's work."""
        self.states = {host: state if state == "failed" else "open" for host, state in self.states.items()}
        self._begun = [now]
        self._ends.clear()

    def end(self, host: str, state: str, now: float) -> None:
        """A host is done, or once more: a failure outweighs a change, and a change what was right."""
        known = self.states.get(host)
        if known == "open":
            self._ends.append(now)
        if known in ("open", "right") or (known == "changed" and state == "failed"):
            self.states[host] = state

    def per_second(self, now: float, is_queue: bool = False) -> float:
        """Accounts per second lately, 0 where nothing can be said yet; is_queue: whether accounts wait for the platform."""
        ends = [*self._ends][-_WINDOW_OF_QUEUE:] if is_queue else [*self._begun, *self._ends][-_WINDOW:]
        seconds = now - ends[0] if ends else 0.0
        return (len(ends) - 1) / seconds if seconds > 0 else 0.0

    def counts(self) -> dict[str, collections.Counter[str]]:
        """By case, and for all, how many accounts are in each state."""
        found = {case: collections.Counter[str]() for case in (*CASES, "all")}
        for host, state in self.states.items():
            found[self.cases[host]][state] += 1
            found["all"][state] += 1
        return {case: states for case, states in found.items() if states or case == "all"}
