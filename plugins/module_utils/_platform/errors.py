# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the platform's refusals mean; facts: its codes, such as OE0404, and that only OE0002 means "no such object"."""

from __future__ import annotations

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, OutcomeUnknown

NO_SUCH_OBJECT = "OE0002"
ALREADY_CONNECTED = "OE0402"
_HINTS = {
    "OE0234": (
        "Check O(platform_organization_id), that this organization is not disabled, and the role of the token's user in it"
    ),
    "OE0404": "Set another O(data_source_name)",
}
_STATUS_HINTS = {
    401: "Check O(platform_token) (or O(platform_email) and O(platform_password))",
    429: "It takes no more calls for now: run again later",
}


class PlatformError(FinopsError):
    """The platform refused a call, so nothing was done; code is its own, such as OE0404, or empty."""

    finding_code = "PLATFORM_REFUSED"

    def __init__(self, call: str, status: int, code: str, reason: str) -> None:
        told = " ".join(part for part in (str(status), code) if part)
        hint = _STATUS_HINTS.get(status) or _HINTS.get(code)
        text = "the platform refused {0}: {1}: {2}".format(call, told, reason.rstrip("."))
        super().__init__("{0}. {1}".format(text, hint) if hint else text)
        self.status = status
        self.code = code


class ConnectedElsewhere(FinopsError):
    """The account has a data source in another organization of the platform."""

    finding_code = "SOURCE_CONNECTED_ELSEWHERE"

    def __init__(self, account: object, organization_id: str) -> None:
        super().__init__(
            "the platform says that account {0} is connected already, but the organization {1} does not list it, so it is "
            "connected in another organization. Delete its data source there, or set O(platform_organization_id) to that "
            "organization".format(account, organization_id),
        )


class ServerError(OutcomeUnknown):
    """The platform failed in the middle of a call."""

    finding_code = "PLATFORM_UNREACHABLE"


class Unreachable(FinopsError):
    """Nothing of a call reached the platform, or a reading got no answer however often it was tried."""

    finding_code = "PLATFORM_UNREACHABLE"
