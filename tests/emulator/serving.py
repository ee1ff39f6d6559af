# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A WSGI application on a free port of 127.0.0.1, in threads of this process."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterable
from typing import Any

from cheroot import wsgi

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class ConnectionDropped(ConnectionResetError):
    """
    Raised by an application whose client is to see its connection closed, without a byte of an answer.

    cheroot takes it for a client that has hung up, and closes the connection.
    """

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "dropped")


class Server:
    """Serves `application` until `stop()`; `url` is known once the constructor returns."""

    def __init__(self, application: WsgiApplication, threads: int = 32) -> None:
        self._server = wsgi.Server(("127.0.0.1", 0), application, numthreads=threads, request_queue_size=256)
        self._server.prepare()
        self.url = f"http://127.0.0.1:{self._server.bind_addr[1]}"
        self._thread = threading.Thread(target=self._server.serve, name=self.url, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the port and end the threads."""
        self._server.stop()
        self._thread.join()
