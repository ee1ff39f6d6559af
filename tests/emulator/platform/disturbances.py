# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that are not the platform's own: what proxies, sign-in pages, caches and bad lines make of them."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any

from tests.emulator.platform.calls import name_operation
from tests.emulator.serving import ConnectionDropped, WsgiApplication

Environ = dict[str, Any]
_SIGN_IN_PAGE = b"<!DOCTYPE html><html><body><form>Please sign in to go on</form></body></html>"
_LISTS = {"ListOrganizations": "organizations", "ListReportImports": "report_imports"}


@dataclasses.dataclass
class Answer:
    """An HTTP answer; where it is `cut` the connection ends in the middle of the body."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    cut: bool = False

    @classmethod
    def of(cls, application: WsgiApplication, environ: Environ) -> Answer:
        """What this application answers."""
        started: list[tuple[Any, ...]] = []
        body = b"".join(application(environ, lambda *arguments: started.append(arguments)))
        status, headers, *dummy = started[-1]
        return cls(status, headers, body)

    @classmethod
    def made(cls, status: int, content_type: str, body: bytes, **headers: str) -> Answer:
        """An answer made up here; underscores in the names of headers are dashes."""
        named = {"Content-Type": content_type, "Content-Length": str(len(body))} | headers
        phrase = f"{status} {HTTPStatus(status).phrase}"
        return cls(phrase, [(name.replace("_", "-"), value) for name, value in named.items()], body)

    def send(self, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Start the answer; the body is what is iterated over."""
        start_response(self.status, self.headers)
        return self._half() if self.cut else [self.body]

    def _half(self) -> Iterator[bytes]:
        yield self.body[: len(self.body) // 2]
        raise ConnectionDropped


@dataclasses.dataclass
class Disturbance:
    """Disturbs the next `times` calls of an operation, of any where None; `details` are the kind's own arguments."""

    kind: str
    operation: str | None
    times: int
    details: dict[str, Any]

    def __post_init__(self) -> None:
        """ValueError where there is no such kind."""
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind} is none of {', '.join(KINDS)}")

    def answer(self, application: WsgiApplication, environ: Environ) -> Answer:
        """What the client gets, after the effect or without any."""
        return KINDS[self.kind](application, environ, **self.details)


class Lag:
    """Reads that show, a few times after each write, what was there before it."""

    def __init__(self, reads: int) -> None:
        self._reads = reads
        self._lock = threading.Lock()
        self._left = 0
        self._before: WsgiApplication | None = None

    def start(self, before: WsgiApplication) -> None:
        """A write is about to happen; `before` answers as the platform did until now."""
        with self._lock:
            self._left, self._before = self._reads, before

    def stale(self) -> WsgiApplication | None:
        """Who answers this read in place of the platform; None once it is up to date."""
        with self._lock:
            if self._left == 0:
                return None
            self._left -= 1
            return self._before


def _cut(application: WsgiApplication, environ: Environ) -> Answer:
    return dataclasses.replace(Answer.of(application, environ), cut=True)


def _garbage_status(application: WsgiApplication, environ: Environ) -> Answer:
    return dataclasses.replace(Answer.of(application, environ), status="200x\x15\x03\x01 @")


def _bad_gateway(application: WsgiApplication, environ: Environ) -> Answer:
    Answer.of(application, environ)
    page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
    return dataclasses.replace(Answer.made(502, "text/html", page), cut=True)


def _old_object(application: WsgiApplication, environ: Environ) -> Answer:
    return Answer.of(application, environ | {"REQUEST_METHOD": "GET"})


def _sign_in_page(dummy: WsgiApplication, environ: Environ, status: int = 200) -> Answer:
    return Answer.made(status, "text/html", _SIGN_IN_PAGE)


def _redirect(dummy: WsgiApplication, environ: Environ, location: str, status: int = 302) -> Answer:
    return Answer.made(status, "text/html", b"moved", Location=location)


def _unauthorized(dummy: WsgiApplication, environ: Environ) -> Answer:
    return Answer.made(401, "application/json", b'"Unauthorized"')


def _null_list(dummy: WsgiApplication, environ: Environ) -> Answer:
    operation = name_operation(environ["REQUEST_METHOD"], environ["PATH_INFO"])[0]
    body = json.dumps({_LISTS.get(operation, "cloud_accounts"): None})
    return Answer.made(200, "application/json", body.encode())


def _too_many_requests(dummy: WsgiApplication, environ: Environ, retry_after: int = 1) -> Answer:
    return Answer.made(429, "text/plain", b"Too Many Requests", Retry_After=str(retry_after))


KINDS: dict[str, Callable[..., Answer]] = {
    "cut": _cut,
    "garbage_status": _garbage_status,
    "bad_gateway": _bad_gateway,
    "old_object": _old_object,
    "sign_in_page": _sign_in_page,
    "redirect": _redirect,
    "unauthorized": _unauthorized,
    "null_list": _null_list,
    "too_many_requests": _too_many_requests,
}
