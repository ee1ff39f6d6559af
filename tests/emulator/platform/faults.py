# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The layer of faults between the call recorder and the API."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from tests.emulator.faults import PLATFORM, Dropped, Faults
from tests.emulator.platform.calls import ERROR_KEY, WRITES, name_operation
from tests.emulator.platform.errors import PlatformError
from tests.emulator.platform.store import Store
from tests.emulator.serving import WsgiApplication

_CREATE = "CreateCloudAccount"
_READS = frozenset({"GetCloudAccount", "ListCloudAccounts"})
_STORING = (_CREATE, "UpdateCloudAccount")
_FAILURE = PlatformError(500, "U0500")


class FaultLayer:
    """Hands requests to the API, unless `faults` has other plans for them."""

    def __init__(self, build_api: Callable[[Store], WsgiApplication], store: Store, faults: Faults) -> None:
        self._build_api = build_api
        self._api = build_api(store)
        self._store = store
        self._faults = faults

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request; the answer starts only once nothing can become of the request any more."""
        operation, identifier = name_operation(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
        started: list[tuple[Any, ...]] = []

        def start(*arguments: Any) -> None:
            started.append(arguments)

        try:
            if self._faults.platform_is_down:
                raise Dropped("before")
            with self._faults.around(PLATFORM, operation, operation in WRITES):
                if operation in _STORING and self._faults.take_storing_failure():
                    body = self._store_and_fail(environ, start, identifier if operation == _CREATE else None)
                elif disturbance := self._faults.take_disturbance(operation):
                    body = disturbance.answer(self._application, environ).send(start)
                    environ[ERROR_KEY] = disturbance.kind
                else:
                    body = self._application(environ, start)
        except Dropped as dropped:
            environ[ERROR_KEY] = dropped.code
            raise
        start_response(*started[-1])
        return body

    def _application(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """The API, or where reads lag the one that shows what was stored before the last write."""
        operation, dummy = name_operation(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
        lag = self._faults.platform_lag
        if lag is not None and operation in WRITES:
            lag.start(self._build_api(self._store.copy()))
        stale = lag.stale() if lag is not None and operation in _READS else None
        return (stale or self._api)(environ, start)

    def _store_and_fail(
        self, environ: dict[str, Any], start: Callable[..., Any], creating_in: str | None
    ) -> Iterable[bytes]:
        """
        Let the request have its effect and answer 500; what the API refuses is refused as ever.

        A creation has the effect that the platform's own trouble leaves (facts, "What a client must avoid" 1): it
        finds another one of its organization in flight.
        """
        with self._store.creating(creating_in) if creating_in else contextlib.nullcontext():
            body = self._application(environ, start)
        if environ.get(ERROR_KEY) not in (None, _FAILURE.code):
            self._faults.return_storing_failure()
            return body
        environ[ERROR_KEY] = _FAILURE.code
        text = json.dumps(_FAILURE.as_json()).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(text)))]
        start(f"{_FAILURE.status} Internal Server Error", headers)
        return [text]
