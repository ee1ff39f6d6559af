# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One API call: what a client asked for, and what it is answered with."""

from __future__ import annotations

import dataclasses
import io
from typing import Any
from urllib.parse import parse_qs

from botocore.model import OperationModel


@dataclasses.dataclass(frozen=True)
class Identity:
    """Who signed a call. `name` is the user's or the role's name; `session` is empty for a user."""

    account: str
    arn: str
    access_key_id: str
    kind: str
    name: str
    user_id: str
    session: str = ""

    @property
    def is_session(self) -> bool:
        """Whether these are the temporary credentials of an assumed role."""
        return self.kind == "role"


@dataclasses.dataclass
class Response:
    """A whole HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


@dataclasses.dataclass
class Signature:
    """What the Authorization header (or the presigned query string) says."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: list[str]
    signature: str
    presigned: bool = False


@dataclasses.dataclass
class ApiCall:
    """A request on its way through the middleware; the later fields are filled in as it gets on."""

    environ: dict[str, Any]
    body: bytes
    signature: Signature | None
    service: str = ""
    protocol: str = "rest-xml"
    operation: str = ""
    model: OperationModel | None = None
    params: dict[str, Any] = dataclasses.field(default_factory=dict)
    identity: Identity | None = None
    forward_account: str = ""

    @property
    def method(self) -> str:
        """The HTTP method."""
        return str(self.environ["REQUEST_METHOD"])

    @property
    def region(self) -> str:
        """The region the call was signed for."""
        return self.signature.region if self.signature else "us-east-1"

    @property
    def account(self) -> str:
        """The account the call acts in, empty while nobody is known to have signed it."""
        return self.identity.account if self.identity else ""

    @property
    def caller(self) -> Identity:
        """Who signed the call, once that has been checked."""
        assert self.identity is not None
        return self.identity

    @property
    def query(self) -> dict[str, list[str]]:
        """The query string."""
        return parse_qs(str(self.environ.get("QUERY_STRING", "")), keep_blank_values=True)

    def header(self, name: str) -> str:
        """A request header, empty where absent."""
        key = name.upper().replace("-", "_")
        return str(self.environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}", ""))

    def replace_body(self, body: bytes) -> None:
        """Send another body on (the signature has been checked by then)."""
        self.body = body
        self.environ["CONTENT_LENGTH"] = str(len(body))
        self.environ.pop("HTTP_TRANSFER_ENCODING", None)

    def fresh_environ(self) -> dict[str, Any]:
        """The WSGI environment with the body to be read from its start."""
        return {**self.environ, "wsgi.input": io.BytesIO(self.body), "wsgi.input_terminated": True}
