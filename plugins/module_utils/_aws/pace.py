# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How AWS is called politely and yet without losing time.

AWS keeps a bucket of tokens for each account and API, of a size that it does not publish. An account's own APIs are called
by one worker alone, a few reads at a time, so after a throttle each tries again soon and then ever later. What all workers
call, the AssumeRole of the account with the base credentials and the secret store of a central account, they call at a
common pace: as fast as they can until AWS throttles one of them, then in turns, and step by step faster again.
"""

from __future__ import annotations

import contextlib
import random
import struct
import time
from typing import Any, ContextManager, NamedTuple

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import THROTTLED
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.shared_file import SharedFile, held

# Seconds between two calls after a first throttle, and at most.
FIRST, MOST = 0.02, 2.0
# A throttle doubles the interval, a call that got through halves it; below this share of the first there is no limit.
_LONGER, _SHORTER, _END = 2.0, 0.5, 1 / 16
# The mean of the first wait after a throttle is half of this, in seconds; it doubles with every further one.
_RETRY, _RETRY_MOST = 0.1, 20.0
# Who holds the file needs microseconds for it; after this many seconds it is stopped, and the others go on without.
_PATIENCE = 0.5
# Without the file there is no common pace, but the retries with backoff are still there.
_WITHOUT = (OSError, FinopsError)


class _State(NamedTuple):
    """What the workers share: seconds between calls, and as seconds since the epoch the next turn and the last throttle."""

    interval: float = 0.0
    turn: float = 0.0
    slowed: float = 0.0


_FORMAT = struct.Struct("ddd")


class Pace:
    """The pace at which the API of an account is called; name: what tells it from the others."""

    def __init__(self, *name: str) -> None:
        self._name = name

    def _held(self) -> ContextManager[SharedFile]:
        return held("pace", *self._name, patience=_PATIENCE)

    @property
    def interval(self) -> float:
        """Seconds between two calls; 0 where there is no limit."""
        with self._held() as file:
            return _read(file).interval

    def wait(self) -> float:
        """Wait for this worker's turn, at once where nobody was throttled lately; returns when it came."""
        now = turn = time.time()
        with contextlib.suppress(*_WITHOUT), self._held() as file:
            state = _read(file)
            if state.interval:
                turn = min(max(state.turn, now), now + MOST)
                _write(file, state._replace(turn=turn + state.interval))
        if turn > now:
            time.sleep(turn - now)
        return turn

    def learn(self, sent: float, throttled: bool) -> None:
        """What became of a call sent at that time.

        A throttle of a call from before the last slowing down says nothing new: all workers' calls of one moment slow
        the pace down once.
        """
        with contextlib.suppress(*_WITHOUT), self._held() as file:
            state = _read(file)
            if throttled and sent > state.slowed:
                interval = min(max(state.interval * _LONGER, FIRST), MOST)
                _write(file, state._replace(interval=interval, slowed=time.time()))
            elif state.interval and not throttled:
                shorter = state.interval * _SHORTER
                _write(file, state._replace(interval=shorter if shorter > FIRST * _END else 0.0))


def retry_soon(client: Any, most: int) -> None:
    """Let a botocore client repeat throttled calls after less than the second with which its own retries begin.

    most: how many attempts in all, as its own retries are set up for; all else is left to them.
    """

    def needs_retry(response: Any = None, attempts: int = 1, **dummy: Any) -> float | None:
        if not response or _error_code(response[1]) not in THROTTLED or attempts >= most:
            return None
        return random.uniform(0, min(_RETRY * 2 ** (attempts - 1), _RETRY_MOST))

    service = client.meta.service_model.service_id.hyphenize()
    # Before the handler of its own retries; the first answer counts.
    client.meta.events.register_first("needs-retry.{0}".format(service), needs_retry)


def keep_pace(client: Any, *name: str) -> None:
    """Let a botocore client call each of its operations at the common pace, its retries included."""
    sent: dict[str, float] = {}

    def before_send(event_name: str, **dummy: Any) -> None:
        sent["at"] = _pace(event_name, name).wait()

    def response_received(event_name: str, parsed_response: Any = None, **dummy: Any) -> None:
        _pace(event_name, name).learn(sent["at"], _error_code(parsed_response) in THROTTLED)

    client.meta.events.register("before-send", before_send)
    client.meta.events.register("response-received", response_received)


def _pace(event_name: str, name: tuple[str, ...]) -> Pace:
    """The pace of an event's operation; an event is called such as C(before-send.sts.AssumeRole)."""
    return Pace(event_name.partition(".")[2], *name)


def _error_code(parsed: Any) -> str | None:
    return ((parsed or {}).get("Error") or {}).get("Code")


def _read(file: SharedFile) -> _State:
    content = file.read(_FORMAT.size)
    return _State(*_FORMAT.unpack(content)) if len(content) == _FORMAT.size else _State()


def _write(file: SharedFile, state: _State) -> None:
    file.write(_FORMAT.pack(*state))
