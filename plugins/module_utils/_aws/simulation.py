# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS would say to calls that nobody makes, by iam:SimulatePrincipalPolicy.

It knows no bucket's policy, no session's policy, and of the request what it is given. Source: IAM API, EvaluationResult:
the decision on each resource is in C(ResourceSpecificResults), the organization's part in the result of the action.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Collection, Mapping

# An action, and the ARN of what it would be done to.
Target = tuple  # of str, str


@dataclasses.dataclass(frozen=True)
class Decision:
    """What is decided on an action and a resource.

    is_certain: whether no condition of the caller's own policies asks for what is not known here.
    by_organization: whether a service control policy denies it.
    """

    is_allowed: bool
    is_certain: bool = True
    by_organization: bool = False


def simulated(
    clients: Any, source: str, targets: Collection[Target], context: Mapping[str, str | list[str]] | None = None
) -> dict[Target, Decision] | None:
    """By target what is decided, as far as AWS says; None where the caller may not ask.

    source: the ARN of the user or role whose policies count. context: what is known of the requests, by condition key.
    """
    parameters: dict[str, Any] = {
        "PolicySourceArn": source,
        "ActionNames": sorted({action for action, dummy in targets}),
        "ResourceArns": sorted({resource for dummy, resource in targets}),
    }
    if context:
        parameters["ContextEntries"] = [
            {
                "ContextKeyName": key,
                "ContextKeyValues": value if isinstance(value, list) else [value],
                "ContextKeyType": _type(value),
            }
            for key, value in sorted(context.items())
        ]
    # With a key read_all() has all pages.
    results = clients.read_all(
        "iam", "simulate_principal_policy", "EvaluationResults", missing=("AccessDenied",), **parameters
    )
    if results is None:
        return None
    found = dict(pair for result in results for pair in _decisions(result))
    return {target: found[target] for target in targets if target in found}


def _type(value: str | list[str]) -> str:
    if isinstance(value, list):
        return "stringList"
    return "boolean" if value in ("true", "false") else "string"


def _decisions(result: Mapping[str, Any]) -> list[tuple[Target, Decision]]:
    """The decisions in the result of one action; one with a single resource may have no more than its own."""
    by_organization = (result.get("OrganizationsDecisionDetail") or {}).get("AllowedByOrganizations") is False
    own = {"EvalResourceName": result.get("EvalResourceName"), "EvalResourceDecision": result["EvalDecision"]}
    return [
        (
            (result["EvalActionName"], each["EvalResourceName"]),
            Decision(
                each["EvalResourceDecision"] == "allowed",
                not (result.get("MissingContextValues") or each.get("MissingContextValues")),
                by_organization,
            ),
        )
        for each in result.get("ResourceSpecificResults") or [own]
    ]
