# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads that are begun before anybody asks for them, so that the waits of one account lie side by side.

An answer is for the first who asks for exactly that read, once: who asks again, asks AWS. A write drops all of them. So what
was read early counts only as long as nothing has been written since, and whoever looks again really looks.
"""

from __future__ import annotations

import collections
import dataclasses
import threading
import time
from concurrent.futures import Future
from typing import Any, Callable, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import Unreadable, converted

# How many of an account's reads may be under way at once, that of whoever waits included.
AT_ONCE = 4
_READINGS = 4


@dataclasses.dataclass(frozen=True)
class Reading:
    """One read of an AWS service: its operation in botocore's spelling, whether all its pages are meant, and its parameters."""

    service: str
    operation: str
    parameters: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    all_pages: bool = False

    def call(self, client: Any) -> Callable[[], Any]:
        """The read by one of botocore's clients, for any thread; done again where its answer cannot be read, as botocore does all else."""
        method = _all_pages(client, self.operation) if self.all_pages else getattr(client, self.operation)
        name = "{0}:{1}".format(self.service, self.operation)
        return lambda: _readable(lambda: converted(name, lambda: method(**self.parameters)))


class Early:
    """The reads of one account that are under way, or answered and not asked for yet.

    Its threads end with the last read that was begun, and never keep a process from ending.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun: list[tuple[Reading, Future]] = []
        self._waiting: collections.deque[tuple[Future, Callable[[], Any]]] = collections.deque()
        self._threads = 0

    def begin(self, reading: Reading, call: Callable[[], Any]) -> None:
        """Have a read done soon; call gives its answer, or raises what is raised to who asks for it."""
        future: Future = Future()
        with self._lock:
            self._begun.append((reading, future))
            self._waiting.append((future, call))
            if self._threads >= AT_ONCE - 1:
                return
            self._threads += 1
        threading.Thread(target=self._work, daemon=True).start()

    def take(self, reading: Reading) -> Future | None:
        """The answer to a read that was begun, once; None where it was not, or still waits for a thread, and then never gets one."""
        with self._lock:
            found = next((entry for entry in self._begun if entry[0] == reading), None)
            if found is None:
                return None
            self._begun.remove(found)
        return None if found[1].cancel() else found[1]

    def drop(self) -> None:
        """Forget all that was begun: something is about to be written."""
        with self._lock:
            self._begun.clear()
            self._waiting.clear()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._threads -= 1
                    return
                future, call = self._waiting.popleft()
            if future.set_running_or_notify_cancel():
                _answer(future, call)


def _all_pages(client: Any, operation: str) -> Callable[..., Any]:
    paginator = client.get_paginator(operation)
    return lambda **parameters: paginator.paginate(**parameters).build_full_result()


def _readable(call: Callable[[], Any]) -> Any:
    for attempt in range(1, _READINGS):
        try:
            return call()
        except Unreadable:
            time.sleep(0.25 * 2**attempt)
    return call()


def _answer(future: Future, call: Callable[[], Any]) -> None:
    try:
        future.set_result(call())
    except Exception as error:
        future.set_exception(error)
