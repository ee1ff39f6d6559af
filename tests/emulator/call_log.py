# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was called: one record per request, grouped by the run that a test has named."""

from __future__ import annotations

import dataclasses
import threading
import time


@dataclasses.dataclass(frozen=True)
class Call:
    """
    One request as the server saw it.

    error: the service's code, None where it succeeded. size: of the answer's body, in bytes. moment: orders logs.
    """

    run: str
    sequence: int
    account: str
    service: str
    operation: str
    write: bool
    status: int
    error: str | None = None
    principal: str = ""
    size: int = 0
    moment: float = dataclasses.field(default_factory=time.monotonic, compare=False)


class CallLog:
    """A thread-safe list of calls; `run` names the run that calls are counted under from now on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._run = ""

    def start_run(self, name: str) -> None:
        """Count the calls from now on under this name."""
        with self._lock:
            self._run = name

    def clear(self) -> None:
        """Forget every call."""
        with self._lock:
            self._calls.clear()

    def record(
        self,
        *,
        account: str,
        service: str,
        operation: str,
        write: bool,
        status: int,
        error: str | None = None,
        principal: str = "",
        size: int = 0,
    ) -> None:
        """Append one call to the current run."""
        with self._lock:
            self._calls.append(
                Call(self._run, len(self._calls), account, service, operation, write, status, error, principal, size)
            )

    def as_json(self, run: str | None = None) -> list[dict[str, object]]:
        """The calls of one run (of all where None), oldest first, ready for JSON."""
        with self._lock:
            return [dataclasses.asdict(call) for call in self._calls if run is None or call.run == run]
