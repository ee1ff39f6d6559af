# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of Data Exports."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class Invalid(ServiceException):
    """Something in the request cannot be."""

    code = "ValidationException"

    def __init__(self, message: str, reason: str = "other") -> None:
        super().__init__(message)
        self.reason = reason


class AccessDenied(ServiceException):
    """The caller may not."""

    code = "AccessDeniedException"


class NotFound(ServiceException):
    """No such export, execution or table."""

    code = "ResourceNotFoundException"

    def __init__(self, resource_id: str, resource_type: str) -> None:
        super().__init__(f"{resource_type} {resource_id} was not found")
        self.resource_id = resource_id
        self.resource_type = resource_type


class QuotaExceeded(ServiceException):
    """As many exports of the table as an account may have. The quota code is the emulator's own invention."""

    code = "ServiceQuotaExceededException"

    def __init__(self, limit: int, table: str) -> None:
        super().__init__(f"Account has reached the resource limit of {limit} on {table} table.")
        self.quota_code = f"EMULATED-{table}"
        self.service_code = "bcm-data-exports"
