# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM's policy simulator, answered by the same evaluator that enforces policies here."""

from __future__ import annotations

from typing import Any

from tests.emulator.aws import errors
from tests.emulator.aws.authorization import find_role, identity_policies
from tests.emulator.aws.call import ApiCall, Identity, Response
from tests.emulator.aws.credentials import iam_of
from tests.emulator.aws.operations import serialize
from tests.emulator.aws.policy_language import Query, evaluate
from tests.emulator.aws.state import AwsState

_DECISIONS = {"allow": "allowed", "deny": "explicitDeny", "": "implicitDeny"}


def _context(call: ApiCall) -> dict[str, str]:
    entries = call.params.get("ContextEntries") or []
    return {entry["ContextKeyName"]: entry["ContextKeyValues"][0] for entry in entries if entry.get("ContextKeyValues")}


def _results(call: ApiCall, documents: list[str], principals: frozenset[str]) -> Response:
    context = _context(call)
    resource_policy = call.params.get("ResourcePolicy")
    if resource_policy:
        documents = [*documents, resource_policy]
    results: list[dict[str, Any]] = []
    for action in call.params["ActionNames"]:
        for resource in call.params.get("ResourceArns") or ["*"]:
            verdict = evaluate(documents, Query(action, resource, context, principals))
            results.append(
                {
                    "EvalActionName": action,
                    "EvalResourceName": resource,
                    "EvalDecision": _DECISIONS[verdict],
                    "MatchedStatements": [],
                    "MissingContextValues": [],
                }
            )
    return serialize(call, {"EvaluationResults": results, "IsTruncated": False})


def simulate_principal_policy(call: ApiCall, state: AwsState) -> Response | None:
    """Simulates for a user or role; resource policies count only where they are given (as on AWS)."""
    arn = str(call.params["PolicySourceArn"])
    name = arn.rsplit("/", 1)[-1]
    iam = iam_of(call.account)
    user = iam.users.get(name) if iam and ":user/" in arn else None
    role = find_role(call.account, name) if ":role/" in arn else None
    entity = user or role
    if entity is None or entity.arn != arn:
        raise errors.AwsError("NoSuchEntity", f"The entity {arn} cannot be found.", 404)
    identity = Identity(call.account, arn, "", "user" if user else "role", name, entity.id)
    documents = identity_policies(identity) + list(call.params.get("PolicyInputList") or [])
    return _results(call, documents, frozenset({arn}))


def simulate_custom_policy(call: ApiCall, state: AwsState) -> Response | None:
    """Simulates the given policies only."""
    return _results(call, list(call.params["PolicyInputList"]), frozenset({str(call.params.get("CallerArn", ""))}))
