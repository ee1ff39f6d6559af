# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The platform's errors: one exception, one table of codes, one JSON shape."""

from __future__ import annotations

UNKNOWN_REASON = "Unknown"

# What each code says; every placeholder takes one of the error's params, in order.
TEXTS: dict[str, str] = {
    "OA0037": "Email or password is invalid",
    "OA0039": "Email and/or password is not provided",
    "OA0050": "Incorrect request body received",
    "OE0002": "{} {} not found",
    "OE0003": "Database error: {}",
    "OE0211": 'Parameter "{}" is immutable',
    "OE0212": "Unexpected parameters: {}",
    "OE0214": "{} should be a string",
    "OE0215": "{} should contain {} characters",
    "OE0216": "{} is not provided",
    "OE0217": "Invalid {}",
    "OE0223": "{} should be integer",
    "OE0224": "{} should be between {} and {}",
    "OE0226": "{} should be True or False",
    "OE0233": "Incorrect request body received",
    "OE0234": "Forbidden",
    "OE0235": "Unauthorized",
    "OE0237": "This resource requires an authorization",
    "OE0245": "{} method not allowed",
    "OE0257": "Page not found",
    "OE0371": "Unable to configure billing report: {}",
    "OE0402": "Cloud account for this account already exist",
    "OE0404": "Cloud account {} already exists for organization {}",
    "OE0416": "{} should not contain only whitespaces",
    "OE0433": "Cloud error: {}",
    "OE0436": "{} type is not supported",
    "OE0446": '"{}" should be greater than "{}"',
    "OE0449": "Parameter {} of {} can't be changed",
    "OE0455": "Cloud connection error: {}",
    "OE0456": "Duplicate path parameters in the request body: {}",
    "OE0515": "The interval between dates should be less than a year",
    "OE0548": "Argument {} is required",
    "OE0559": "Parameter {} should be between a year ago and the end of the last month",
    "OE0569": "Service credentials for {} are not configured",
    "OE0571": "Parameters {} cannot be used together with an assumed role",
    "U0500": "Internal Server Error",
}


class PlatformError(Exception):
    """An answer other than success: its HTTP status, its code and what fills the code's text."""

    def __init__(self, status: int, code: str, *params: object) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.params = params

    @property
    def text(self) -> str:
        """What it says."""
        return TEXTS[self.code].format(*self.params)

    def as_json(self) -> dict[str, object]:
        """The documented error shape.

        Facts, "Errors": `reason` is "Unknown" when the message has line breaks; the text is then in `params[0]`.
        """
        reason = self.text
        if "\n" in reason or "\r" in reason:
            reason = UNKNOWN_REASON
        return {
            "error": {
                "status_code": self.status,
                "error_code": self.code,
                "reason": reason,
                "params": list(self.params),
            }
        }


def not_found(kind: str, identifier: str) -> PlatformError:
    """404 OE0002: there is no such object."""
    return PlatformError(404, "OE0002", kind, identifier)


def bad_report(message: str) -> PlatformError:
    """400 OE0371: the export or its bucket is not as it has to be."""
    return PlatformError(400, "OE0371", message)


def database_error(status: int, statement: str) -> PlatformError:
    """OE0003: the database refused a row; its message has line breaks, so that the reason is "Unknown"."""
    return PlatformError(status, "OE0003", f"the database refused a row\n[SQL: {statement}]")
