# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""moto's server, with two services of our own in it, called without a network in between."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from moto.core.utils import convert_to_flask_response
from moto.moto_server.werkzeug_app import BackendRequest, DomainDispatcherApplication, create_backend_app

from tests.emulator.aws import cur, data_exports
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.errors import AwsError, internal_failure
from tests.emulator.aws.state import AwsState

_OWN_SERVICES: dict[str, Any] = {
    "bcm-data-exports": data_exports.DataExportsResponse,
    "cur": cur.CostAndUsageReportResponse,
}
_CODE = re.compile(rb"<Code>([^<]+)</Code>|\"__type\": ?\"(?:[^\"#]*#)?([^\"]+)\"")


def _create_app(service: Any) -> Flask:
    """A Flask application for a service: moto's own, or a one-rule application for ours."""
    if service is None:
        raise NotImplementedError("moto has no such service")
    response_class = _OWN_SERVICES.get(service)
    if response_class is None:
        return create_backend_app(service)
    app = Flask(f"own-{service}")
    app.debug = True
    app.request_class = BackendRequest
    view = convert_to_flask_response(response_class.dispatch)
    app.add_url_rule("/", endpoint=service, methods=["POST"], view_func=view)
    return app


class _Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher, which by itself lists its package folder anew for every request."""

    def __init__(self) -> None:
        super().__init__(_create_app)
        own = [(name, re.compile(rf"https?://{name}\.")) for name in _OWN_SERVICES]
        self.backend_url_patterns = [*own, *self.backend_url_patterns]
        self._cached = functools.lru_cache(maxsize=1024)(super().get_backend_for_host)

    def get_backend_for_host(self, host: str | None) -> Any:
        """Which backend serves a host name."""
        return self._cached(host)


class MotoApplication:
    """Hands calls to moto in the name of the account they act in."""

    def __init__(self, state: AwsState) -> None:
        self._dispatcher = _Dispatcher()
        data_exports.use_state(state)

    def forward(self, call: ApiCall) -> Response:
        """moto's answer; AwsError in place of what is not in AWS's form (moto's HTML errors)."""
        environ = call.fresh_environ()
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = call.forward_account
        captured: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[..., Any]:
            captured["status"], captured["headers"] = int(status.split(" ", 1)[0]), headers
            return lambda data: None

        chunks = self._dispatcher(environ, start_response)
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        response = Response(captured["status"], dict(captured["headers"]), body)
        content_type = response.headers.get("Content-Type", "")
        if response.status >= 500 or (response.status >= 400 and body.lstrip()[:9].lower() == b"<!doctype"):
            raise internal_failure(call)
        if response.status >= 400 and content_type.startswith("text/html") and call.method != "HEAD" and not body:
            raise AwsError("AccessDenied" if response.status == 403 else "InvalidRequest", "", response.status)
        return response


def error_code(response: Response) -> str:
    """The error code in one of moto's own error answers."""
    match = _CODE.search(response.body)
    return (match[1] or match[2]).decode() if match else str(response.status)
