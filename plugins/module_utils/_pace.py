# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One pace for all workers of this machine that call the same API of the same account.

AWS keeps a bucket of tokens for each account and API, of a size that it does not publish. An account's own APIs are called
by one worker alone, for which botocore's retries with backoff are enough. What all workers call, the AssumeRole of the
account with the base credentials and the secret store of a central account, they call at a common pace: as fast as they
can until AWS throttles one of them, then all of them more slowly, and step by step faster again.
"""

from __future__ import annotations

import contextlib
import os
import struct
import time
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws_errors import THROTTLED
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._shared_file import held

# Seconds between two calls after a first throttle, and at most.
FIRST, MOST = 0.02, 2.0
# A throttle doubles the interval, a call that got through halves it; below this share of the first there is no limit.
_LONGER, _SHORTER, _END = 2.0, 0.5, 1 / 16
_FORMAT = struct.Struct("dd")


class Pace:
    """The pace at which the API of an account is called; name: what tells it from the others."""

    def __init__(self, *name: str) -> None:
        self._name = name

    @property
    def interval(self) -> float:
        """Seconds between two calls; 0 where there is no limit."""
        with held(*self._name) as file:
            return _read(file)[0]

    def wait(self) -> None:
        """Wait for this worker's turn; at once where nobody was throttled lately."""
        seconds = 0.0
        # Without the file there is no common pace, but botocore's own backoff is still there.
        with contextlib.suppress(OSError), held(*self._name) as file:
            interval, turn = _read(file)
            if interval:
                now = time.time()
                turn = min(max(turn, now), now + MOST)
                seconds = turn - now
                _write(file, interval, turn + interval)
        if seconds:
            time.sleep(seconds)

    def learn(self, throttled: bool) -> None:
        """What became of a call."""
        with contextlib.suppress(OSError), held(*self._name) as file:
            interval, turn = _read(file)
            if throttled:
                _write(file, min(max(interval * _LONGER, FIRST), MOST), turn)
            elif interval:
                shorter = interval * _SHORTER
                _write(file, shorter if shorter > FIRST * _END else 0.0, turn)


def keep_pace(client: Any, *name: str) -> None:
    """Let a botocore client call each of its operations at the common pace, its own retries included."""

    def before_send(event_name: str, **dummy: Any) -> None:
        Pace(event_name, *name).wait()

    def response_received(event_name: str, parsed_response: Any = None, **dummy: Any) -> None:
        code = ((parsed_response or {}).get("Error") or {}).get("Code")
        Pace(event_name.replace("response-received", "before-send"), *name).learn(code in THROTTLED)

    client.meta.events.register("before-send", before_send)
    client.meta.events.register("response-received", response_received)


def _read(file: int) -> tuple[float, float]:
    """The interval in seconds and when the next turn is; 0 where there is no limit."""
    content = os.pread(file, _FORMAT.size, 0)
    return _FORMAT.unpack(content) if len(content) == _FORMAT.size else (0.0, 0.0)


def _write(file: int, interval: float, turn: float) -> None:
    os.pwrite(file, _FORMAT.pack(interval, turn), 0)
