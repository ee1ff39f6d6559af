# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tiny server on 127.0.0.1 that answers one connection after the other from a script, however broken the answers are."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple


class Request(NamedTuple):
    """What somebody sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def answer(status: int = 200, value: Any = None, body: bytes | None = None, **headers: str) -> bytes:
    """An HTTP answer; value: its body as JSON. headers: with _ for -."""
    content = body if body is not None else b"" if value is None else json.dumps(value).encode()
    lines = {"Content-Length": str(len(content)), "Connection": "close"}
    lines.update({name.replace("_", "-"): text for name, text in headers.items()})
    head = f"HTTP/1.1 {status} Said So\r\n" + "".join(f"{name}: {text}\r\n" for name, text in lines.items())
    return head.encode() + b"\r\n" + content


def cut(status: int = 200, body: bytes = b'{"id": "1') -> bytes:
    """An answer that ends before all of it came."""
    return f"HTTP/1.1 {status} Said So\r\nContent-Length: 999\r\nConnection: close\r\n\r\n".encode() + body


GARBAGE = b"SSH-2.0-OpenSSH_9.2\r\n"
NOTHING = b""


class ScriptedServer:
    """script: the answers, in order; the last one stays. context: where it speaks TLS."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self.script: list[bytes] = []
        self.requests: list[Request] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        # Closing alone does not wake up who waits for a connection.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    @property
    def calls(self) -> list[str]:
        """The requests so far, as method and path."""
        return [f"{request.method} {request.path}" for request in self.requests]

    def _serve(self) -> None:
        while True:
            try:
                connection = self._socket.accept()[0]
            except OSError:
                return
            with contextlib.suppress(OSError), self._secured(connection) as stream:
                request = _received(stream)
                if request is not None:
                    self.requests.append(request)
                    stream.sendall(self.script.pop(0) if len(self.script) > 1 else self.script[0])

    def _secured(self, connection: socket.socket) -> socket.socket:
        return self._context.wrap_socket(connection, server_side=True) if self._context else connection


def _received(connection: socket.socket) -> Request | None:
    with connection.makefile("rb") as stream:
        method, dummy, rest = stream.readline().decode().partition(" ")
        headers: dict[str, str] = {}
        for line in iter(lambda: stream.readline().decode().strip(), ""):
            name, dummy, text = line.partition(":")
            headers[name.lower()] = text.strip()
        if not method:
            return None
        body = stream.read(int(headers.get("content-length", 0)))
        return Request(method, rest.split(" ")[0], headers, body)


@contextlib.contextmanager
def scripted_server(context: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    """A server that is gone at the end."""
    server = ScriptedServer(context)
    try:
        yield server
    finally:
        server.close()
