# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a call gets to the platform and its answer back: one HTTP exchange, whatever answers at the other end.

It follows no redirect, since that would take the token along and turn a POST into a GET, and reads no ~/.netrc, whose
password would replace the token. No words of others leave it unless they are free of secrets.
"""

from __future__ import annotations

import contextlib
import email.utils
import functools
import ipaddress
import json
import ssl
import time
import zlib
from http.client import HTTPException, InvalidURL
from typing import Any, Mapping, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from ansible.module_utils.urls import Request, make_context

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError, OutcomeUnknown
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.words import masked
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.errors import Unreachable
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._version import USER_AGENT

TIMEOUT = 60
# What a cut answer raises while it is read, and one whose compression is broken.
_CUT = (HTTPException, OSError, EOFError, zlib.error)
_LONGEST_REASON = 300


class Answer(NamedTuple):
    """What came back: the HTTP status and its phrase, the headers, and the JSON value of the body, None where it is none."""

    status: int
    phrase: str
    headers: Mapping[str, str]
    value: Any
    is_empty: bool
    is_cut: bool

    @property
    def object(self) -> dict[str, Any] | None:
        """The body where it is a JSON object."""
        return self.value if isinstance(self.value, dict) else None

    @property
    def code(self) -> str:
        """The platform's code of an error, empty where the body has none."""
        return str(self._error.get("error_code") or "")

    @property
    def reason(self) -> str:
        """Why, in one line; behind "Unknown" the platform hides the text in the parameters."""
        reason, params = self._error.get("reason"), self._error.get("params")
        if reason == "Unknown" and isinstance(params, list) and params:
            reason = params[0]
        return " ".join(str(reason or self.phrase or "without a reason").split())[:_LONGEST_REASON]

    @property
    def _error(self) -> dict[str, Any]:
        found = (self.object or {}).get("error")
        return found if isinstance(found, dict) else {}

    @property
    def retry_after(self) -> float | None:
        """Seconds after which the call may be repeated, where the answer says so, as a number or as a date."""
        value = str(self.headers.get("Retry-After") or "")
        if value.isascii() and value.isdigit():
            return float(value)
        date = email.utils.parsedate_tz(value)
        return None if date is None else max(0.0, email.utils.mktime_tz(date) - time.time())

    @property
    def location(self) -> str:
        """The scheme and host of a redirect's target, empty where there is none."""
        try:
            parts = urlsplit(str(self.headers.get("Location") or ""))
            host = parts.hostname
        except ValueError:
            return ""
        return "{0}://{1}".format(parts.scheme, host) if host else ""


class Transport:
    """The way to one platform.

    url: as settings.platform_url() returns it. ca_path: a file of CA certificates to trust instead of the system's.
    secrets: what no error may quote; the set may grow later.
    """

    def __init__(self, url: str, ca_path: str | None, secrets: set[str]) -> None:
        self.url = url
        self._ca_path = ca_path
        self._secrets = secrets

    @functools.cached_property
    def _request(self) -> Request:
        # Made once, because to read all the CA certificates of a system takes a tenth of a second; http needs none.
        secure = self.url.startswith("https:")
        context = make_context(cafile=self._ca_path) if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return Request(timeout=TIMEOUT, http_agent=USER_AGENT, follow_redirects="no", use_netrc=False, context=context)

    def send(self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]) -> Answer:
        """The answer to one call, of whatever status.

        Raises Unreachable or InputError where nothing was sent, OutcomeUnknown where nobody knows what became of it.
        """
        call = "{0} {1}".format(method, path)
        try:
            response = self._request.open(
                method,
                self.url + path,
                data=None if body is None else json.dumps(body),
                headers=dict(headers, **{"Content-Type": "application/json"}),
            )
            text = response.read()
        except HTTPError as error:
            return self._answer(error.code, error.reason, error.headers, _readable(error))
        except URLError as error:
            raise self._not_connected(call, error.reason)
        except (InvalidURL, ValueError):
            raise self._no_address()
        except _CUT as error:
            raise self._no_answer(call, error)
        return self._answer(response.status, response.reason, response.headers, text)

    def _answer(self, status: int, phrase: Any, headers: Any, text: bytes) -> Answer:
        value, is_json = _parsed(text)
        # What begins as JSON and does not end so was cut; a page of somebody else does not begin so.
        is_cut = not is_json and text.lstrip()[:1] in (b"{", b"[")
        return Answer(status, str(phrase or ""), headers or {}, value, not text, is_cut)

    def _not_connected(self, call: str, reason: Any) -> Exception:
        if isinstance(reason, ssl.SSLCertVerificationError):
            return InputError(
                "platform_ca_path",
                "the certificate of {0} is not trusted ({1}). Set it to the file of the CA certificate that it was issued "
                "with".format(self.url, reason.verify_message),
            )
        if isinstance(reason, OSError):
            return self._no_answer(call, reason)
        return self._no_address()

    def _no_address(self) -> Unreachable:
        # urllib refuses the address of a proxy before it sends anything, and that of a redirect instead of following it.
        return Unreachable(
            "O(platform_url): {0} is no address that can be called{1}, or redirects to what is none".format(
                self.url, self._way
            )
        )

    def _no_answer(self, call: str, error: BaseException) -> OutcomeUnknown:
        # A text of http.client quotes what it was given or got.
        said = str(error) if isinstance(error, OSError) else "the answer was cut or garbled ({0})".format(_kind(error))
        return OutcomeUnknown(
            "O(platform_url): no answer from the platform at {0} to {1}{2}: {3}".format(
                self.url, call, self._way, masked(said, self._secrets)
            ),
            "PLATFORM_UNREACHABLE",
        )

    @property
    def _way(self) -> str:
        """The environment's variable of the proxy that calls go through, whose value may have a password in it."""
        parts = urlsplit(self.url)
        if parts.scheme not in getproxies() or proxy_bypass(parts.hostname or ""):
            return ""
        return (
            " through the proxy that the environment's {0}_proxy names; check it, or add the host to no_proxy".format(
                parts.scheme
            )
        )


def _kind(error: BaseException) -> str:
    return type(error).__name__


def _readable(error: HTTPError) -> bytes:
    """The body of a refusal as far as it came; its status says enough."""
    try:
        return error.read()
    except _CUT:
        return b""


def _parsed(text: bytes) -> tuple[Any, bool]:
    try:
        return json.loads(text), True
    except (ValueError, RecursionError):
        return None, False


def is_this_machine(url: str) -> bool:
    """Whether a URL's host is this machine itself, so that what is sent there crosses no network."""
    host = urlsplit(url).hostname or ""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")
