# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How AWS Organizations describes an account; pure.

Source of the rules: the API reference of AWS Organizations (ListAccounts, data type Account).
"""

from __future__ import annotations

import datetime
import re
from typing import Any, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError

# AccountState: those in which nobody can act in an account, not yet or no more.
NOT_IN_USE = ("PENDING_ACTIVATION", "SUSPENDED", "PENDING_CLOSURE", "CLOSED")
# The codes by which it refuses who may not ask.
DENIED = ("AccessDeniedException", "AccessDenied", "AccessDeniedForDependencyException")
NO_ORGANIZATION = "AWSOrganizationsNotInUseException"
_ACTIVE = "ACTIVE"
_ACCOUNT_ID = re.compile(r"[0-9]{12}")
# Service authorization reference of AWS Organizations: the ARN of an account names its management account and organization.
_ARN = re.compile(r"arn:[a-z-]+:organizations::([0-9]{12}):account/(o-[a-z0-9]{10,32})/[0-9]{12}")


def checked(account_id: Any) -> str:
    """An account id of AWS's answer; FinopsError where it is none."""
    if not isinstance(account_id, str) or not _ACCOUNT_ID.fullmatch(account_id):
        raise FinopsError("AWS names an account whose id is not 12 digits: {0!r}".format(account_id))
    return account_id


def owner_of(entry: Mapping[str, Any]) -> tuple[str, str] | None:
    """The ids of the organization that an account of ListAccounts is in and of its management account; None where it has no ARN."""
    found = _ARN.fullmatch(str(entry.get("Arn") or ""))
    return (found[2], found[1]) if found else None


def account_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An account of ListAccounts: C(id), C(name), C(state), and C(joined), a day in UTC, None where AWS does not tell.

    Status was retired on 2026-09-09, but may be all that there is.
    """
    return {
        "id": checked(entry.get("Id")),
        "name": str(entry.get("Name") or ""),
        "state": str(entry.get("State") or entry.get("Status") or _ACTIVE),
        "joined": _joined(entry.get("JoinedTimestamp")),
    }


def _joined(moment: Any) -> str | None:
    if not isinstance(moment, datetime.datetime):
        return None
    return moment.astimezone(datetime.timezone.utc).date().isoformat()
