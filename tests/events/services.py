# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""moto's EventBridge, SQS and CloudFormation, with the answers that AWS gives where moto's differ."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

_BATCH = re.compile(r"AmazonSQS\.\w+Batch")


class Services:
    """A WSGI application.

    Of a batch of messages AWS leaves out the list of those that failed, or of those that did not, where it is empty
    (https://github.com/aws/aws-sdk/issues/657, measured there for the JSON protocol); moto sends empty ones, and
    amazon.aws's source takes the mere name for a failure.
    """

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """One answer."""
        captured: list[Any] = []
        body = b"".join(self._moto(environ, lambda *answer: captured.append(answer)))
        status, headers = captured[0][:2]
        if _BATCH.fullmatch(environ.get("HTTP_X_AMZ_TARGET", "")):
            found = json.loads(body)
            body = json.dumps({name: value for name, value in found.items() if value != []}).encode()
            headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
            headers.append(("Content-Length", str(len(body))))
        start_response(status, headers)
        return [body]
