# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
IAM's policy simulator, answered by the same evaluator that enforces policies here.

Its shape is that of botocore's model (EvaluationResult, ResourceSpecificResult): one result for an action, whose
EvalResourceName is a template; the decision on each resource is in ResourceSpecificResults.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from moto.iam.models import Group, Role, User

from tests.emulator.aws.authorization import (
    NamedPolicy,
    boundary_document,
    find_role,
    policies_of,
    service_control_limits,
)
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.errors import AwsError
from tests.emulator.aws.iam_store import iam_for
from tests.emulator.aws.operations import serialize
from tests.emulator.aws.organization import organization_of
from tests.emulator.aws.policy_conditions import Context
from tests.emulator.aws.policy_language import Query, Verdict, applies, concerns, evaluate, statements_of
from tests.emulator.aws.state import AwsState

_TEMPLATES = {
    "Object": "arn:${Partition}:s3:::${BucketName}/${KeyName}",
    "Bucket": "arn:${Partition}:s3:::${BucketName}",
    "User": "arn:${Partition}:iam::${Account}:user/${UserNameWithPath}",
    "Policy": "arn:${Partition}:iam::${Account}:policy/${PolicyNameWithPath}",
}


@dataclasses.dataclass(frozen=True)
class _Simulation:
    """What is simulated: the policies that grant, those that limit (None: there are none), and who calls."""

    policies: list[NamedPolicy]
    boundary: list[str] | None
    organization: list[list[str]] | None
    principals: frozenset[str]

    def result(self, action: str, resources: list[str], context: Context) -> dict[str, Any]:
        """An EvaluationResult: of all resources together, and of each where it was asked about some."""
        found = [self._of_resource(Query(action, resource, context, self.principals)) for resource in resources]
        allowed = [one.pop("AllowedByOrganizations") for one in found]
        decisions = {one["EvalResourceDecision"] for one in found}
        matched = list(found[0]["MatchedStatements"])
        for one in found[1:]:
            matched += [statement for statement in one["MatchedStatements"] if statement not in matched]
        result: dict[str, Any] = {
            "EvalActionName": action,
            "EvalResourceName": _template(action),
            "EvalDecision": next(one for one in ("explicitDeny", "implicitDeny", "allowed") if one in decisions),
            "MatchedStatements": matched,
            "MissingContextValues": sorted({key for one in found for key in one["MissingContextValues"]}),
        }
        if self.organization is not None:
            result["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": all(allowed)}
        details = [one["PermissionsBoundaryDecisionDetail"] for one in found if self.boundary is not None]
        if details:
            result["PermissionsBoundaryDecisionDetail"] = {
                "AllowedByPermissionsBoundary": all(detail["AllowedByPermissionsBoundary"] for detail in details)
            }
        if resources != ["*"]:
            result["ResourceSpecificResults"] = found
        return result

    def _of_resource(self, query: Query) -> dict[str, Any]:
        """A ResourceSpecificResult, and whether the organization allows it."""
        granted = evaluate([policy.document for policy in self.policies], query)
        boundary = None if self.boundary is None else evaluate(self.boundary, query)
        organization = [evaluate(level, query) for level in self.organization or []]
        verdicts: list[Verdict] = [granted, *([] if boundary is None else [boundary]), *organization]
        decision = "implicitDeny"
        if "deny" in verdicts:
            decision = "explicitDeny"
        elif all(verdict == "allow" for verdict in verdicts):
            decision = "allowed"
        result: dict[str, Any] = {
            "EvalResourceName": query.resource,
            "EvalResourceDecision": decision,
            "AllowedByOrganizations": all(verdict == "allow" for verdict in organization),
            "MatchedStatements": _matched(self.policies, query, "Deny" if granted == "deny" else "Allow"),
            "MissingContextValues": self._missing_keys(query),
        }
        if boundary is not None:
            result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": boundary == "allow"}
        return result

    def _missing_keys(self, query: Query) -> list[str]:
        """
        The condition keys that statements about this request ask for, and nobody gave; not what boundaries and
        service control policies ask for.
        """
        documents = [policy.document for policy in self.policies]
        given = {key.lower() for key in query.context}
        asked = {
            key
            for document in documents
            for statement in statements_of(document)
            if concerns(statement, query)
            for keys in (statement.get("Condition") or {}).values()
            for key in keys
        }
        return sorted(key for key in asked if key.lower() not in given)


def _template(action: str) -> str:
    """What the ARN of an action's resource looks like, of the kinds that matter here; an asterisk for others."""
    service, dummy, operation = action.partition(":")
    if service == "s3":
        return _TEMPLATES["Object" if operation.endswith("Object") else "Bucket"]
    return next((_TEMPLATES[kind] for kind in ("User", "Policy") if service == "iam" and operation.endswith(kind)), "*")


def _matched(policies: Iterable[NamedPolicy], query: Query, effect: str) -> list[dict[str, Any]]:
    """The statements that decided; the positions are those of the whole policy."""
    return [
        {
            "SourcePolicyId": policy.source,
            "SourcePolicyType": "IAM Policy",
            "StartPosition": {"Line": 1, "Column": 1},
            "EndPosition": {
                "Line": policy.document.count("\n") + 1,
                "Column": len(policy.document.split("\n")[-1]) + 1,
            },
        }
        for policy in policies
        for statement in statements_of(policy.document)
        if statement.get("Effect") == effect and applies(statement, query)
    ]


def _context(call: ApiCall) -> Context:
    entries = call.params.get("ContextEntries") or []
    return {
        entry["ContextKeyName"]: values if entry.get("ContextKeyType", "").endswith("List") else values[0]
        for entry in entries
        if (values := entry.get("ContextKeyValues"))
    }


def _inputs(call: ApiCall) -> list[NamedPolicy]:
    given = call.params.get("PolicyInputList") or []
    inputs = [NamedPolicy(f"PolicyInputList.{number}", document) for number, document in enumerate(given, 1)]
    resource_policy = call.params.get("ResourcePolicy")
    return [*inputs, NamedPolicy("ResourcePolicy", resource_policy)] if resource_policy else inputs


def _answer(call: ApiCall, simulation: _Simulation) -> Response:
    context = _context(call)
    resources = list(call.params.get("ResourceArns") or ["*"])
    results = [simulation.result(action, resources, context) for action in call.params["ActionNames"]]
    return serialize(call, {"EvaluationResults": results, "IsTruncated": False})


def _source(call: ApiCall) -> User | Group | Role:
    """The user, group or role of PolicySourceArn, which a session's ARN does not name."""
    arn, iam = str(call.params["PolicySourceArn"]), iam_for(call)
    kind, dummy, path = arn.rsplit(":", maxsplit=1)[-1].partition("/")
    name = path.rsplit("/", 1)[-1]
    entities = {"user": iam.users.get(name), "group": iam.groups.get(name), "role": find_role(call.account, name)}
    if kind not in entities or not name:
        text = f"Invalid Entity Arn: {arn} does not clearly define entity type and name."
        raise AwsError("InvalidInput", text, 400)
    entity = entities[kind]
    if entity is None or entity.arn != arn:
        raise AwsError("NoSuchEntity", f"The entity {arn} cannot be found.", 404)
    return entity


def simulate_principal_policy(call: ApiCall, state: AwsState) -> Response | None:
    """
    Simulates for a user (with its groups), group or role, within its boundary and the account's service control
    policies; resource policies count only where they are given (as on AWS).
    """
    entity = _source(call)
    own_boundary = boundary_document(call.account, entity)
    boundary = call.params.get("PermissionsBoundaryPolicyInputList") or ([own_boundary] if own_boundary else None)
    levels = [limit.documents for limit in service_control_limits(call.account)]
    organization = levels if organization_of(call.account) else None
    policies = policies_of(entity) + _inputs(call)
    return _answer(call, _Simulation(policies, boundary, organization, frozenset({entity.arn})))


def simulate_custom_policy(call: ApiCall, state: AwsState) -> Response | None:
    """Simulates the given policies only."""
    caller = frozenset({str(call.params.get("CallerArn", ""))})
    boundary = call.params.get("PermissionsBoundaryPolicyInputList")
    return _answer(call, _Simulation(_inputs(call), boundary, None, caller))
