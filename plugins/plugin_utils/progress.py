# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a run over many accounts has come: pure counting, for the callback that shows it.

An account has some units of work before it: each task of the action C(step) is one; where a playbook has no such task,
each of its plays is. It is done when all of its units have ended, or with its first failure.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterable, Mapping

# As in _settings, which would bring amazon.aws and botocore to every playbook that is run with the callback.
CASES = ("management", "member", "standalone")
CHANGED = "changed"
RIGHT = "right"
FAILED = "failed"
UNREACHABLE = "unreachable"
SKIPPED = "skipped"
OPEN = "open"
STATES = (CHANGED, RIGHT, FAILED, UNREACHABLE, SKIPPED, OPEN)
ALL = "all"
# So many of the last units tell the rate: it follows a run that slows down, and one slow account does not move it much.
_WINDOW = 50


@dataclasses.dataclass(frozen=True)
class Failure:
    """Why a host failed."""

    host: str
    step: str
    reason: str
    account_id: str | None = None
    case: str | None = None
    state: str = FAILED

    def tells(self, other: Failure) -> bool:
        """Whether it has told already what another one would; the end of a playbook fails each failed account once more."""
        return self.host == other.host and _squeezed(self.reason) in _squeezed(other.reason)


@dataclasses.dataclass
class Account:
    """One account of the run. C(worked): at least one of its tasks was not skipped."""

    case: str
    awaited: int = 0
    ended: int = 0
    worked: bool = False
    changed: bool = False
    failures: list[Failure] = dataclasses.field(default_factory=list)

    @property
    def state(self) -> str:
        """One of STATES; only the end of a run tells right and skipped apart from what is still to come."""
        if self.failures:
            return self.failures[-1].state
        if self.changed:
            return CHANGED
        if self.ended < self.awaited or not self.awaited:
            return OPEN
        return RIGHT if self.worked else SKIPPED

    @property
    def done(self) -> bool:
        """Whether nothing more is awaited of it."""
        return bool(self.failures) or self.ended >= self.awaited > 0


class Pace:
    """How fast units end."""

    def __init__(self) -> None:
        self._moments: collections.deque[float] = collections.deque(maxlen=_WINDOW)

    @property
    def begun(self) -> bool:
        """Whether the clock runs."""
        return bool(self._moments)

    def tick(self, now: float) -> None:
        """The work begins, and from then on: a unit has ended."""
        self._moments.append(now)

    def per_second(self, now: float) -> float | None:
        """Units per second lately, None where nothing has ended yet."""
        if len(self._moments) < 2 or now <= self._moments[0]:
            return None
        return (len(self._moments) - 1) / (now - self._moments[0])


@dataclasses.dataclass(frozen=True)
class Moment:
    """What there is to show at one moment. C(per_second): accounts; C(remaining): seconds."""

    total: int
    done: int
    changed: int
    failed: int
    fraction: float
    per_second: float | None = None
    remaining: float | None = None


class Progress:
    """All accounts of a run."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.others: list[Failure] = []
        self._pace = Pace()

    def expect(self, cases: Mapping[str, str], hosts: Iterable[str], units: int) -> None:
        """Units of work are before these hosts; those without a case are no accounts."""
        for host in hosts:
            if host in cases:
                self.accounts.setdefault(host, Account(cases[host])).awaited += units

    def begin(self, now: float) -> None:
        """The first unit begins."""
        if not self._pace.begun:
            self._pace.tick(now)

    def end_unit(self, host: str, now: float) -> None:
        """A host has done one of its units."""
        account = self.accounts.get(host)
        if account and account.ended < account.awaited:
            account.ended += 1
            if not account.failures:
                self._pace.tick(now)

    def note_result(self, host: str, changed: bool) -> None:
        """A task did its work."""
        account = self.accounts.get(host)
        if account:
            account.worked = True
            account.changed = account.changed or changed

    def note_failure(self, failure: Failure, now: float) -> bool:
        """Whether the failure is news."""
        account = self.accounts.get(failure.host)
        known = account.failures if account else self.others
        if any(one.tells(failure) for one in known):
            return False
        if account and not account.done:
            # What was still before the account will not come any more.
            for dummy in range(account.ended, account.awaited):
                self._pace.tick(now)
        known.append(failure)
        return True

    def forgive(self, host: str) -> None:
        """A rescue has made up for what failed on a host."""
        if host in self.accounts:
            self.accounts[host].failures = []
        self.others = [failure for failure in self.others if failure.host != host]

    def moment(self, now: float) -> Moment:
        """What there is to show."""
        awaited = ended = done = changed = failed = 0
        for account in self.accounts.values():
            is_done, state = account.done, account.state
            awaited += account.awaited
            ended += account.awaited if is_done else account.ended
            done += is_done
            changed += state == CHANGED
            failed += state in (FAILED, UNREACHABLE)
        total, pace = len(self.accounts), self._pace.per_second(now)
        fraction = ended / awaited if awaited else 0.0
        if not pace or not awaited:
            return Moment(total, done, changed, failed, fraction)
        return Moment(total, done, changed, failed, fraction, pace * total / awaited, (awaited - ended) / pace)

    def counts(self) -> dict[str, collections.Counter[str]]:
        """By case, and for all, how many accounts are in each state."""
        found = {case: collections.Counter[str]() for case in (*CASES, ALL)}
        for account in self.accounts.values():
            found[account.case][account.state] += 1
            found[ALL][account.state] += 1
        return {case: states for case, states in found.items() if states or case == ALL}

    def failures(self) -> list[Failure]:
        """Why accounts failed, in the order of the inventory, then why other hosts did."""
        return [failure for account in self.accounts.values() for failure in account.failures] + self.others


def _squeezed(text: str) -> str:
    return " ".join(text.split())
