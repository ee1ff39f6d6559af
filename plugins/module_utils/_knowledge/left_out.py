# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a step of a visit is left out of an account: in words, since the recap tells it; pure."""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure, settings

_OTHER_AUTH = {
    procedure.ROLE: "the platform works with an assumed role, so no user and no key serves it",
    procedure.ACCESS_KEY: "the platform works with an access key, so it assumes no role",
}
_NEED_THE_PLATFORM = ("access_key", "data_source", "reimport", "backfill")


@dataclasses.dataclass(frozen=True)
class Account:
    """What is known of an account when a step of an intent comes.

    auth: what the platform works with in it, or will. asked_auth: what the inventory asks for, None for nothing.
    source_role: the role that its data source works with. migration: of its report, as C(report_migration) returned it.
    is_transferred: whether its bill went to another owner.
    """

    case: str
    intent: str
    auth: str
    has_source: bool = False
    source_role: str | None = None
    asked_auth: str | None = None
    migration: Mapping[str, Any] | None = None
    is_transferred: bool = False


def reason(module: str, options: Mapping[str, Any], account: Account) -> str | None:
    """Why a module with these options is left out, None where it is not."""
    if account.intent == procedure.OFFBOARD:
        return _without_platform(module, options)
    return (
        _of_migration(module, account)
        or _of_switch(module, account)
        or _of_auth(module, options, account)
        or _without_platform(module, options)
        or _of_bill(module, account)
    )


def _of_migration(module: str, account: Account) -> str | None:
    if account.migration is None or module in ("account", "report_migration"):
        return None
    if not account.migration:
        return "there is no report to migrate"
    if module in ("access_key", "data_source") and not account.migration["may_switch"]:
        return "the data source keeps its report until the new one can be read"
    return None


def _of_switch(module: str, account: Account) -> str | None:
    if module == "account" or account.intent not in (procedure.TO_ROLE, procedure.TO_ROLE_END):
        return None
    if not account.has_source:
        return "the account has no data source that could be migrated"
    if account.asked_auth == procedure.ACCESS_KEY and not account.source_role:
        return "finops_auth is access_key"
    return None


def _of_auth(module: str, options: Mapping[str, Any], account: Account) -> str | None:
    if procedure.OF_AUTH.get(module, account.auth) != account.auth:
        return _OTHER_AUTH[account.auth]
    if module == "role" and account.source_role not in (None, options.get("name", settings.ROLE_NAME)):
        return "the data source works with the role {0}, which finops_role_name does not name".format(
            account.source_role
        )
    return None


def _without_platform(module: str, options: Mapping[str, Any]) -> str | None:
    has_store = options.get("secret_store", "platform") != "platform"
    if options.get("platform_url") or module not in _NEED_THE_PLATFORM or (module == "access_key" and has_store):
        return None
    return "finops_platform_url is not set"


def _of_bill(module: str, account: Account) -> str | None:
    if module == "account" or account.intent not in (procedure.AFTER_TRANSFER, procedure.BACKFILL):
        return None
    if module not in procedure.resources(account.case, account.intent):
        return "the account has no report of its own"
    if account.intent == procedure.AFTER_TRANSFER and module != "bill" and not account.is_transferred:
        return "the account's bill was not transferred"
    return None
