# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which operation a request is, and the WSGI layer that writes every request to the call log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from tests.emulator.call_log import CallLog
from tests.emulator.platform.store import Store
from tests.emulator.serving import WsgiApplication

SERVICE = "platform"
UNKNOWN_OPERATION = "Unknown"
# A layer or the API puts the code of an error here for the log.
ERROR_KEY = "finops.platform.error_code"

_ID = r"(?P<id>[^/]+)"
_PATHS = {
    re.compile(r"/auth/v2/tokens"): {"POST": "CreateToken"},
    re.compile(r"/restapi/v2/organizations"): {"GET": "ListOrganizations"},
    re.compile(rf"/restapi/v2/organizations/{_ID}"): {"GET": "GetOrganization"},
    re.compile(rf"/restapi/v2/organizations/{_ID}/cloud_accounts"): {
        "GET": "ListCloudAccounts",
        "POST": "CreateCloudAccount",
    },
    re.compile(rf"/restapi/v2/organizations/{_ID}/cloud_policies"): {"GET": "GetCloudPolicies"},
    re.compile(rf"/restapi/v2/organizations/{_ID}/breakdown_expenses"): {"GET": "GetBreakdownExpenses"},
    re.compile(rf"/restapi/v2/cloud_accounts/{_ID}"): {
        "GET": "GetCloudAccount",
        "PATCH": "UpdateCloudAccount",
        "DELETE": "DeleteCloudAccount",
    },
    re.compile(rf"/restapi/v2/cloud_accounts/{_ID}/report_imports"): {"GET": "ListReportImports"},
    re.compile(r"/restapi/v2/cloud_account_verify"): {"POST": "VerifyCloudAccount"},
}
# Logging in and verifying change nothing that anybody manages.
WRITES = frozenset({"CreateCloudAccount", "UpdateCloudAccount", "DeleteCloudAccount"})


def name_operation(method: str, path: str) -> tuple[str, str | None]:
    """The operation of a request and the id that its path names, if any."""
    for pattern, operations in _PATHS.items():
        match = pattern.fullmatch(path)
        if match:
            return operations.get(method, UNKNOWN_OPERATION), match.groupdict().get("id")
    return UNKNOWN_OPERATION, None


def bearer_token(header: str | None) -> str | None:
    """The token of an Authorization header; None where there is none."""
    scheme, dummy, value = (header or "").partition(" ")
    return value.strip() or None if scheme.lower() == "bearer" else None


class CallRecorder:
    """The outermost layer of the API: whatever happens further in, the log says what the client saw."""

    def __init__(self, application: WsgiApplication, calls: CallLog, store: Store) -> None:
        self._application = application
        self._calls = calls
        self._store = store

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request and record it."""
        operation, identifier = name_operation(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
        organization_id = self._organization_id(environ.get("PATH_INFO", ""), identifier)
        token = self._store.token(bearer_token(environ.get("HTTP_AUTHORIZATION")) or "")
        statuses: list[int] = []

        def remember_status(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            statuses.append(int(status[:3]))
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        try:
            return self._application(environ, remember_status)
        finally:
            self._calls.record(
                account=organization_id,
                service=SERVICE,
                operation=operation,
                write=operation in WRITES,
                status=statuses[-1] if statuses else 0,
                error=environ.get(ERROR_KEY),
                principal=token.user.email if token else "",
            )

    def _organization_id(self, path: str, identifier: str | None) -> str:
        if identifier is None:
            return ""
        if path.startswith("/restapi/v2/organizations/"):
            return identifier
        cloud_account = self._store.cloud_account(identifier)
        return cloud_account.organization_id if cloud_account else ""
