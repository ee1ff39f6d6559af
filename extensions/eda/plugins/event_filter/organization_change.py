# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of a message about an organization, what changed and in which account, and nothing else of it."""

from __future__ import annotations

import re
from typing import Any, Mapping

DOCUMENTATION = r"""
---
short_description: Tell what changed in an AWS organization
description:
  - An event filter for ansible-rulebook that makes of a message of Amazon EventBridge what the rules need, C(change) and
    C(account_id). Whatever else somebody wrote into the message, names and tags above all, goes no further, so nothing of
    it can become a template or a command.
  - C(change) is V(joined), V(departed), or V(other) for any other message, also for one that is not understood.
  - C(account_id) is 12 digits, or empty where the message has none in its place. AWS publishes no example of some of
    these events, so no rule needs it.
  - It knows the events C(AccountJoinedOrganization) and C(AccountDepartedOrganization), which AWS writes since May 2026,
    and those of CloudTrail before them, C(CreateAccountResult), C(AcceptHandshake), C(RemoveAccountFromOrganization),
    C(LeaveOrganization), C(CloseAccount) and C(CloseAccountResult), and of AWS Control Tower C(CreateManagedAccount).
options: {}
"""

EXAMPLES = r"""
- amazon.aws.aws_sqs_queue:
    name: finops-new-accounts
    feedback: true
  filters:
    - finops_for_cloud.aws.organization_change:
"""

JOINED, DEPARTED, OTHER = "joined", "departed", "other"
SOURCES = ("aws.organizations", "aws.controltower")
# By the name that CloudTrail gives an event. Sources: AWS Organizations' API reference (CreateAccount, AcceptHandshake,
# RemoveAccountFromOrganization, CloseAccount), AWS Control Tower's user guide (lifecycle events).
CHANGES = {
    "AccountJoinedOrganization": JOINED,
    "CreateAccountResult": JOINED,
    "AcceptHandshake": JOINED,
    "CreateManagedAccount": JOINED,
    "AccountDepartedOrganization": DEPARTED,
    "RemoveAccountFromOrganization": DEPARTED,
    "LeaveOrganization": DEPARTED,
    "CloseAccount": DEPARTED,
    "CloseAccountResult": DEPARTED,
}
# Where a message has the account: below detail, by the first that is there.
_PLACES = (
    ("serviceEventDetails", "accountId"),
    ("serviceEventDetails", "createAccountStatus", "accountId"),
    ("serviceEventDetails", "closeAccountStatus", "accountId"),
    ("serviceEventDetails", "createManagedAccountStatus", "account", "accountId"),
    ("requestParameters", "accountId"),
)
_STATES = (
    ("serviceEventDetails", "createAccountStatus", "state"),
    ("serviceEventDetails", "closeAccountStatus", "state"),
    ("serviceEventDetails", "createManagedAccountStatus", "state"),
)
_ACCOUNT_ID = re.compile(r"[0-9]{12}")


def main(event: Mapping[str, Any]) -> dict[str, Any]:
    """What ansible-rulebook calls for each event of a source, which waits for one event for each that it gave."""
    return {"organization": change_of(event.get("body")), "meta": event.get("meta") or {}}


def change_of(body: Any) -> dict[str, str]:
    """C(change) and C(account_id) of a message; it never raises, since that would end the source."""
    detail = _at(body, ("detail",))
    name = _at(detail, ("eventName",))
    if not isinstance(name, str) or _at(body, ("source",)) not in SOURCES:
        return {"change": OTHER, "account_id": ""}
    states = [str(state).upper() for state in (_at(detail, place) for place in _STATES) if state is not None]
    is_refused = _at(detail, ("errorCode",)) is not None or "FAILED" in states
    change = OTHER if is_refused else CHANGES.get(name, OTHER)
    return {"change": change, "account_id": _account_id(detail)}


def _account_id(detail: Any) -> str:
    found = (_at(detail, place) for place in _PLACES)
    return next((one for one in found if isinstance(one, str) and _ACCOUNT_ID.fullmatch(one)), "")


def _at(value: Any, place: tuple[str, ...]) -> Any:
    """What is at a place of a message; None where there is nothing."""
    for part in place:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
