# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The FinOps platform's REST client: only what data sources need, with what its answers really mean.

Facts of the API that shape it: only one writer at a time per organization (parallel creates answer 500 and lose
the import), no blind repeat of a write, and a reason of "Unknown" hides the text in the parameters.
"""

from __future__ import annotations

import json
import time
from typing import Any, Mapping
from urllib.error import HTTPError, URLError
from urllib.parse import quote

from ansible.module_utils.urls import open_url

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import (
    FinopsError,
    InputError,
    OutcomeUnknown,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.shared_file import held
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._version import USER_AGENT

OPTIONS = {
    "platform_url": {"type": "str"},
    "platform_organization_id": {"type": "str"},
    "platform_token": {"type": "str", "no_log": True},
    "platform_email": {"type": "str"},
    "platform_password": {"type": "str", "no_log": True},
}
TIMEOUT = 60
_READ_ATTEMPTS = 4
# Codes that say that the object is there or not there against what was thought: list again, plan again.
_OVERTAKEN = ("OE0402",)


class PlatformError(FinopsError):
    """The platform refused a call; code is its own, such as OE0404."""

    def __init__(self, call: str, status: int, code: str, reason: str) -> None:
        super().__init__(
            "the platform refused {0}: {1} {2}: {3}{4}".format(call, status, code, reason, _hint(status, code))
        )
        self.status = status
        self.code = code


class ServerError(OutcomeUnknown):
    """The platform failed in the middle of a call."""


def _hint(status: int, code: str) -> str:
    if status == 401:
        return ". Check O(platform_token) (or O(platform_email) and O(platform_password))"
    if code == "OE0234":
        return ". Check O(platform_organization_id) and the role of the token's user in that organization"
    if code == "OE0404":
        return ". Set another O(data_source_name)"
    return ""


class Platform:
    """One organization of the platform; `options` are the platform_ options of a task.

    Raises InputError where they are missing or malformed.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.url = settings.platform_url(options.get("platform_url"))
        self.organization_id = str(options.get("platform_organization_id") or "")
        if not self.organization_id:
            raise InputError("platform_organization_id", "is missing: set it to the id of the platform's organization")
        self._token = options.get("platform_token")
        self._email = options.get("platform_email")
        self._password = options.get("platform_password")
        if not self._token and not (self._email and self._password):
            raise InputError("platform_token", "is missing: set it, or O(platform_email) and O(platform_password)")

    def cloud_accounts(self) -> list[dict[str, Any]]:
        """All data sources of the organization, without their secrets; one call."""
        try:
            answer = self._read("organizations/{0}/cloud_accounts".format(quote(self.organization_id, safe="")))
        except PlatformError as error:
            if error.status == 404:
                raise InputError(
                    "platform_organization_id",
                    "the platform knows no organization {0!r}".format(self.organization_id),
                )
            raise
        if "cloud_accounts" not in answer:
            raise InputError("platform_url", "what answers at {0} is not the platform".format(self.url))
        return list(answer["cloud_accounts"])

    def organization(self) -> dict[str, Any]:
        """The organization itself, with C(disabled) and C(currency)."""
        return self._read("organizations/{0}".format(quote(self.organization_id, safe="")))

    def cloud_account(self, identifier: str) -> dict[str, Any]:
        """One data source by its id."""
        return self._read("cloud_accounts/{0}".format(quote(identifier, safe="")))

    def create_cloud_account(self, **body: Any) -> dict[str, Any]:
        """Add a data source.

        What a server's error leaves behind has no import scheduled and would never be on the bill, so it is removed again.
        """
        path = "organizations/{0}/cloud_accounts".format(quote(self.organization_id, safe=""))
        with held("writer", self.url, self.organization_id):
            try:
                return self._changed("POST", path, body)
            except ServerError:
                self._remove_leftover(body["config"].get("access_key_id"))
                raise

    def _remove_leftover(self, key_id: str | None) -> None:
        for source in self.cloud_accounts():
            if key_id and source.get("config", {}).get("access_key_id") == key_id:
                self._changed("DELETE", "cloud_accounts/{0}".format(quote(source["id"], safe="")), None)

    def update_cloud_account(self, identifier: str, **body: Any) -> dict[str, Any]:
        """Change a data source; a config is replaced whole."""
        with held("writer", self.url, self.organization_id):
            return self._changed("PATCH", "cloud_accounts/{0}".format(quote(identifier, safe="")), body)

    def delete_cloud_account(self, identifier: str) -> None:
        """Remove a data source with all its history."""
        with held("writer", self.url, self.organization_id):
            self._changed("DELETE", "cloud_accounts/{0}".format(quote(identifier, safe="")), None)

    def _read(self, path: str) -> dict[str, Any]:
        for attempt in range(1, _READ_ATTEMPTS + 1):
            try:
                return self._request("GET", "/restapi/v2/" + path, None)
            except OutcomeUnknown as error:
                if attempt == _READ_ATTEMPTS:
                    raise FinopsError(str(error))
            time.sleep(0.25 * 2**attempt)
        raise AssertionError("unreachable")

    def _changed(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        try:
            return self._request(method, "/restapi/v2/" + path, body)
        except PlatformError as error:
            if error.code in _OVERTAKEN or (method == "DELETE" and error.status == 404):
                raise OutcomeUnknown(str(error))
            raise

    def _headers(self) -> dict[str, str]:
        if not self._token:
            answer = self._request(
                "POST", "/auth/v2/tokens", {"email": self._email, "password": self._password}, headers={}
            )
            self._token = answer["token"]
        return {"Authorization": "Bearer {0}".format(self._token)}

    def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        call = "{0} {1}".format(method, path)
        sent = dict(self._headers() if headers is None else headers, **{"Content-Type": "application/json"})
        try:
            answer = open_url(
                self.url + path,
                method=method,
                data=None if body is None else json.dumps(body),
                headers=sent,
                timeout=TIMEOUT,
                http_agent=USER_AGENT,
            )
            text = answer.read()
        except HTTPError as error:
            raise _refused(call, error)
        except (URLError, OSError) as error:
            raise OutcomeUnknown(
                "O(platform_url): no answer from the platform at {0} to {1}: {2}".format(
                    self.url, call, getattr(error, "reason", error)
                )
            )
        return _json(text)


def _refused(call: str, error: HTTPError) -> FinopsError:
    found = _json(error.read()).get("error", {})
    reason = str(found.get("reason", error.reason))
    if reason == "Unknown" and found.get("params"):
        reason = str(found["params"][0])
    refusal = PlatformError(call, error.code, str(found.get("error_code", "")), " ".join(reason.split()))
    if call.startswith("POST /auth/") and error.code in (400, 403):
        return InputError("platform_email", "or O(platform_password) is wrong: {0}".format(refusal))
    return ServerError(str(refusal)) if error.code >= 500 else refusal


def _json(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
