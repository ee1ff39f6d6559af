# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that a test switches on: what AWS, the platform and the network between do to a client now and then."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal

from moto.core.utils import utcnow
from moto.iam.models import AccessKey, AccessKeyLastUsed

from tests.emulator.aws.credentials import account_of_key, iam_of
from tests.emulator.aws.spreading import Spreading
from tests.emulator.platform.disturbances import Disturbance, Lag
from tests.emulator.serving import ConnectionDropped

PLATFORM = "platform"
When = Literal["before", "after"]
Action = Callable[[], None]

_REMOTE = {
    "clear", "throttle", "fail", "delay", "hide_created", "refuse_new_keys",
    "platform_answers", "platform_creates_slowly", "platform_down", "platform_fails_after_storing", "platform_lags", "platform_slow",
}  # fmt: skip


class Throttled(Exception):
    """The call is one of those that are answered with a throttle; it has had no effect."""


class Failed(Exception):
    """The call is one of those that are answered with a 500; it has had its whole effect, or none."""


class Dropped(ConnectionDropped):
    """The connection ends here; `code` is what the call log says: "Dropped" after the effect, else "DroppedBefore"."""

    def __init__(self, when: When) -> None:
        super().__init__()
        self.code = "Dropped" if when == "after" else "DroppedBefore"


@dataclasses.dataclass
class _Trap:
    """Springs at the `countdown`-th call of an operation, or at the write of this number where `operation` is None."""

    countdown: int
    when: When
    action: Action | None
    operation: str | None = None


class _Share:
    """A share of calls, always the same ones for the same seed."""

    def __init__(self, share: float, seed: int) -> None:
        if not 0 <= share <= 1:
            raise ValueError(f"a share is from 0 to 1, not {share}")
        self._share = share
        self._random = random.Random(seed)
        self.hits = 0

    def hit(self) -> bool:
        """Whether the next call is one of them."""
        hit = self._random.random() < self._share
        self.hits += hit
        return hit


class Faults:
    """
    Both servers ask here what is to become of a call. All methods may be called at any time, from any thread.

    Control calls are never disturbed, and neither throttles nor failures hit the calls to AWS that the platform makes
    itself; those are not counted as anybody's calls either.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """No faults, and no writes counted so far."""
        with self._lock:
            self._on: dict[str, dict[str, Any]] = {}
            self._throttle: _Share | None = None
            self._failure: _Share | None = None
            self._delays: dict[str | None, float] = {}
            self._trap: _Trap | None = None
            self._fired = False
            self._written: list[str] = []
            self._spreading: Spreading | None = None
            self._refused_keys: tuple[datetime.datetime, datetime.timedelta] | None = None
            self._platform_down = False
            self._storing_failures = 0
            self._creation_seconds = 0.0
            self._disturbances: list[Disturbance] = []
            self._lag: Lag | None = None

    def throttle(self, share: float, seed: int = 0) -> None:
        """Answer this share of the calls to AWS with a throttle, without any effect."""
        with self._lock:
            self._throttle = _Share(share, seed)
            self._note("throttle", share > 0, share=share, seed=seed)

    def fail(self, share: float, seed: int = 0) -> None:
        """Answer this share of the calls to AWS with a 500, in turn before and after the effect."""
        with self._lock:
            self._failure = _Share(share, seed)
            self._note("fail", share > 0, share=share, seed=seed)

    def delay(self, seconds: float, service: str | None = None) -> None:
        """Add latency to a service's calls, or to all of them where no service is named; 0 ends it."""
        with self._lock:
            self._delays[service] = seconds
            self._note(
                "delay",
                any(self._delays.values()),
                services={name or "all": value for name, value in self._delays.items()},
            )

    def at_write(self, number: int, when: When, action: Action | None = None) -> None:
        """
        Arm: at this write (the first is 1, counted since count_from_here), before or after its effect, run `action`
        and drop the connection. Without an action it is a lost request or a lost answer. One shot.
        """
        self._arm(_Trap(number, when, action))

    def at_call(self, operation: str, occurrence: int, when: When, action: Action | None = None) -> None:
        """Arm the same at an operation's n-th call, reads included, counted from now on."""
        self._arm(_Trap(occurrence, when, action, operation))

    def _arm(self, trap: _Trap) -> None:
        if trap.countdown < 1 or trap.when not in ("before", "after"):
            raise ValueError(f"neither a first nor a later call, before or after: {trap}")
        with self._lock:
            self._trap, self._fired = trap, False

    @property
    def fired(self) -> bool:
        """Whether what was armed last has happened; it is true by the time the action runs."""
        return self._fired

    def count_from_here(self) -> None:
        """Count writes from 0 again."""
        with self._lock:
            self._written = []

    @property
    def writes(self) -> int:
        """How many writes reached the services since count_from_here."""
        return len(self._written)

    @property
    def written(self) -> list[str]:
        """These writes as service:operation, in the order that at_write counts them in."""
        with self._lock:
            return list(self._written)

    def hide_created(self, reads: int) -> None:
        """Let created things be unknown to the first calls that refer to them (see aws/spreading.py); 0 ends it."""
        with self._lock:
            self._spreading = Spreading(reads) if reads > 0 else None
            self._note("hide_created", reads > 0, reads=reads)

    def refuse_new_keys(self, seconds: float) -> None:
        """Refuse access keys made from now on, everywhere, until they are this old; 0 ends it."""
        with self._lock:
            self._refused_keys = (utcnow(), datetime.timedelta(seconds=seconds)) if seconds > 0 else None
            self._note("refuse_new_keys", seconds > 0, seconds=seconds)

    def platform_down(self, on: bool = True) -> None:
        """Drop every connection to the platform, before any effect."""
        with self._lock:
            self._platform_down = on
            self._note("platform_down", on)

    def platform_fails_after_storing(self, times: int) -> None:
        """Let the platform store, and then answer 500 to, the next creations and updates that it would accept."""
        with self._lock:
            self._storing_failures = times
            self._note("platform_fails_after_storing", times > 0, times=times)

    def platform_slow(self, seconds: float) -> None:
        """Add latency to the platform; 0 ends it."""
        self.delay(seconds, PLATFORM)

    def platform_creates_slowly(self, seconds: float) -> None:
        """Let the creation of a data source take this long, in which it is in flight; 0 ends it."""
        with self._lock:
            self._creation_seconds = seconds
            self._note("platform_creates_slowly", seconds > 0, seconds=seconds)

    def platform_answers(self, kind: str, operation: str | None = None, times: int = 1, **details: Any) -> None:
        """
        Let the next calls of an operation (of any where None) be answered by somebody else: see platform/disturbances.py.

        After the effect: cut, garbage_status, bad_gateway (502, cut). Without any effect: sign_in_page (`status`),
        old_object (200, as if it were a GET), redirect (`location`, `status`), unauthorized (401, a JSON string),
        null_list, too_many_requests (`retry_after`). Several follow one another.
        """
        disturbance = Disturbance(kind, operation, times, details)
        with self._lock:
            self._disturbances.append(disturbance)
            self._note("platform_answers", True, kinds=[each.kind for each in self._disturbances])

    def platform_lags(self, reads: int) -> None:
        """Let this many reads after each write show the data sources as they were before it; 0 ends it."""
        with self._lock:
            self._lag = Lag(reads) if reads > 0 else None
            self._note("platform_lags", reads > 0, reads=reads)

    def _note(self, name: str, on: bool, **arguments: Any) -> None:
        self._on.pop(name, None)
        if on:
            self._on[name] = arguments

    def as_json(self) -> dict[str, Any]:
        """What is on, with its arguments, and what has been counted."""
        with self._lock:
            shown = {"on": {name: dict(arguments) for name, arguments in self._on.items()}}
            return shown | {"armed": self._trap is not None, "fired": self._fired, "writes": len(self._written)}

    def call_remotely(self, method: str, arguments: dict[str, Any]) -> None:
        """Call a method on behalf of another process; KeyError where it is none of those that take plain values."""
        if method not in _REMOTE:
            raise KeyError(f"no fault {method}")
        getattr(self, method)(**arguments)

    # What the servers ask.

    @contextlib.contextmanager
    def around(self, service: str, operation: str, write: bool, by_platform: bool = False) -> Iterator[None]:
        """
        Everything that can become of one call, whose effect is inside.

        Throttled, Failed or Dropped replace the call's own outcome, whatever that is.
        """
        if self._delays:
            time.sleep(self._delays.get(service, self._delays.get(None, 0.0)))
        if by_platform:
            yield
            return
        with self._lock:
            fails = self._draw() if service != PLATFORM else None
            trap = self._count(service, operation, write)
        if trap is not None and trap.when == "before":
            self._spring(trap)
        try:
            yield
        finally:
            if trap is not None:
                self._spring(trap)
            if fails:
                raise Failed

    def _draw(self) -> When | None:
        """Whether the call fails after its effect; raises where it is not to reach the service at all."""
        if self._throttle is not None and self._throttle.hit():
            raise Throttled
        if self._failure is None or not self._failure.hit():
            return None
        if self._failure.hits % 2:
            raise Failed
        return "after"

    def _count(self, service: str, operation: str, write: bool) -> _Trap | None:
        """Count a call that reaches the service; the trap, where this is the call it waits for."""
        if write:
            self._written.append(f"{service}:{operation}")
        trap = self._trap
        if trap is None:
            return None
        if trap.operation is None:
            sprung = write and len(self._written) == trap.countdown
        else:
            trap.countdown -= operation == trap.operation
            sprung = trap.countdown == 0
        if sprung:
            self._trap = None
        return trap if sprung else None

    def _spring(self, trap: _Trap) -> None:
        self._fired = True
        if trap.action is not None:
            trap.action()
        raise Dropped(trap.when)

    @property
    def spreading(self) -> Spreading | None:
        """What has been created and is not known everywhere yet; None where everything is known at once."""
        return self._spreading

    def refuses_key(self, access_key_id: str) -> bool:
        """Whether AWS does not know this key yet."""
        if self._refused_keys is None:
            return False
        since, period = self._refused_keys
        return since <= _access_key(access_key_id).create_date > utcnow() - period

    @property
    def platform_is_down(self) -> bool:
        """Whether nobody can reach the platform."""
        return self._platform_down

    @property
    def creation_seconds(self) -> float:
        """How long the creation of a data source takes."""
        return self._creation_seconds

    @property
    def platform_lag(self) -> Lag | None:
        """How reads of the platform lag; None where they do not."""
        return self._lag

    def take_disturbance(self, operation: str) -> Disturbance | None:
        """Who answers this call in place of the platform, if anybody."""
        with self._lock:
            for disturbance in self._disturbances:
                if disturbance.times > 0 and disturbance.operation in (None, operation):
                    disturbance.times -= 1
                    return disturbance
            return None

    def take_storing_failure(self) -> bool:
        """Whether the next creation or update is to answer 500 after storing; one less is left then."""
        with self._lock:
            due = self._storing_failures > 0
            self._storing_failures -= due
            return due

    def return_storing_failure(self) -> None:
        """The request that it was taken for did not store anything."""
        with self._lock:
            self._storing_failures += 1

    # The past of access keys.

    def age_key(self, access_key_id: str, days: float) -> None:
        """Let a key have been created this many days ago."""
        _access_key(access_key_id).create_date = utcnow() - datetime.timedelta(days=days)

    def set_last_used(self, access_key_id: str, days_ago: float | None, service: str = "s3") -> None:
        """Let a key have been used last this many days ago, or never where None."""
        used = None
        if days_ago is not None:
            used = AccessKeyLastUsed(utcnow() - datetime.timedelta(days=days_ago), service, "us-east-1")
        _access_key(access_key_id).last_used = used


def _access_key(access_key_id: str) -> AccessKey:
    """moto's record of an IAM user's key; KeyError where there is none."""
    iam = iam_of(account_of_key(access_key_id) or "")
    if iam is None or access_key_id not in iam.access_keys:
        raise KeyError(f"no access key {access_key_id}")
    return iam.access_keys[access_key_id]
