# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""STS: who may assume which role, for how long."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from moto.iam.models import Role

from tests.emulator.aws import errors
from tests.emulator.aws.authorization import account_names, context_of, decide, find_role, principal_names
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.organization import is_closed
from tests.emulator.aws.policy_conditions import Context
from tests.emulator.aws.policy_language import Query, evaluate
from tests.emulator.aws.state import After, AwsState, Before

_ROLE_ARN = re.compile(r"arn:aws:iam::(\d{12}):role(/(?:[\x21-\x7e]+/)?)([\w+=,.@-]{1,64})")
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}")
_SHORTEST, _LONGEST, _CHAINED = 900, 43200, 3600


def _invalid(message: str) -> errors.AwsError:
    return errors.AwsError("ValidationError", message, 400)


def _needed_actions(params: Mapping[str, Any]) -> list[str]:
    """Session tags and a source identity need permissions of their own, from the caller's account and the role."""
    actions = ["sts:AssumeRole"]
    if params.get("Tags") or params.get("TransitiveTagKeys"):
        actions.append("sts:TagSession")
    if params.get("SourceIdentity"):
        actions.append("sts:SetSourceIdentity")
    return actions


def _check_permission(call: ApiCall, role: Role, action: str, context: Context) -> None:
    """
    The role's trust policy must allow the caller (conditions such as sts:ExternalId included). One that names the
    caller is enough inside one account; otherwise the caller's own policies must allow the action as well.
    """
    caller, trust = call.caller, role.assume_role_policy_document
    whole = Query(action, role.arn, context, principal_names(caller) | account_names(caller.account))
    trusted = evaluate([trust], whole)
    own = decide(caller, (action, role.arn), context, trust, role.account_id)
    if trusted != "allow" or not own.allowed:
        reason = own.reason.replace("a resource-based policy", "the role trust policy")
        raise _refused(call, role.arn, action, f" {reason}" if "explicit deny" in reason else "")


def _refused(call: ApiCall, arn: str, action: str = "sts:AssumeRole", reason: str = "") -> errors.AwsError:
    text = f"User: {call.caller.arn} is not authorized to perform: {action} on resource: {arn}{reason}"
    return errors.AwsError("AccessDenied", text, 403)


def assume_role(call: ApiCall, state: AwsState) -> Response | None:
    """
    The role and its account must exist, the account must not be closed, and the caller needs the permission.
    Sessions last 900 s up to the role's MaxSessionDuration, and one hour at most where the caller is itself a session
    (role chaining).
    """
    arn, name = str(call.params.get("RoleArn", "")), str(call.params.get("RoleSessionName", ""))
    duration = int(call.params.get("DurationSeconds") or _CHAINED)
    if not _SESSION_NAME.fullmatch(name):
        raise _invalid(
            f"1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [\\w+=,.@-]*"
        )
    if not _SHORTEST <= duration <= _LONGEST:
        bound = f"less than or equal to {_LONGEST}" if duration > _LONGEST else f"greater than or equal to {_SHORTEST}"
        raise _invalid(
            f"1 validation error detected: Value '{duration}' at 'durationSeconds' failed to satisfy constraint: "
            f"Member must have value {bound}"
        )
    match = _ROLE_ARN.fullmatch(arn)
    if not match:
        raise _invalid(f"{arn} is invalid")
    account = match[1]
    role = find_role(account, match[3]) if account in state.accounts and not is_closed(account) else None
    if role is None or role.arn != arn:
        raise _refused(call, arn)
    context = context_of(call, call.caller)
    for action in _needed_actions(call.params):
        _check_permission(call, role, action, context)
    if call.caller.is_session and duration > _CHAINED:
        raise _invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        )
    if duration > int(role.max_session_duration or _CHAINED):
        raise _invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    return None


def not_emulated(call: ApiCall, state: AwsState) -> Response | None:
    """moto hands out fixed example keys that would not work here."""
    raise errors.not_emulated(call)


BEFORE: dict[str, Before] = {
    "AssumeRole": assume_role,
    "GetSessionToken": not_emulated,
    "GetFederationToken": not_emulated,
    "AssumeRoleWithWebIdentity": not_emulated,
    "AssumeRoleWithSAML": not_emulated,
}
AFTER: dict[str, After] = {}
