# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""STS: who may assume which role, for how long."""

from __future__ import annotations

import re

from tests.emulator.aws import errors
from tests.emulator.aws.authorization import account_names, context_of, decide, find_role, principal_names
from tests.emulator.aws.call import ApiCall, Identity, Response
from tests.emulator.aws.policy_language import Query, evaluate
from tests.emulator.aws.state import After, AwsState, Before

_ROLE_ARN = re.compile(r"arn:aws:iam::(\d{12}):role(/(?:[\x21-\x7e]+/)?)([\w+=,.@-]{1,64})")
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}")
_SHORTEST, _LONGEST, _CHAINED = 900, 43200, 3600


def _invalid(message: str) -> errors.AwsError:
    return errors.AwsError("ValidationError", message, 400)


def _trusts(identity: Identity, trust_policy: str, query: Query) -> str:
    """'caller' where the trust policy names the caller, 'account' where it names only the account, else ''."""
    whole = Query(query.action, query.resource, query.context, query.principals | account_names(identity.account))
    if evaluate([trust_policy], whole) != "allow":
        return ""
    return "caller" if evaluate([trust_policy], query) == "allow" else "account"


def assume_role(call: ApiCall, state: AwsState) -> Response | None:
    """
    The role and its account must exist and the role's trust policy must allow the caller (conditions such as
    sts:ExternalId included). A trust policy that names the caller is enough inside one account; otherwise the
    caller's own policies must allow sts:AssumeRole on the role as well. Sessions last 900 s up to the role's
    MaxSessionDuration, and one hour at most where the caller is itself a session (role chaining).
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
    caller = call.caller
    refusal = errors.AwsError(
        "AccessDenied", f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}", 403
    )
    account = match[1]
    role = find_role(account, match[3]) if account in state.accounts else None
    if role is None or role.arn != arn:
        raise refusal
    context = context_of(call, caller)
    query = Query("sts:AssumeRole", arn, context, principal_names(caller))
    trust = _trusts(caller, role.assume_role_policy_document, query)
    own = decide(caller, ("sts:AssumeRole", arn), context)
    explicitly_denied = "explicit deny" in own.reason
    enough = trust == "caller" and account == caller.account and not explicitly_denied
    if not trust or not (own.allowed or enough):
        raise refusal
    if caller.is_session and duration > _CHAINED:
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
