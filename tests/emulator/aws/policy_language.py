# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy language: does a statement apply to a request. Knows nothing of accounts or of moto."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from tests.emulator.aws.policy_conditions import Context, conditions_hold, substitute, wildcard

Verdict = Literal["allow", "deny", ""]


@dataclasses.dataclass(frozen=True)
class Query:
    """
    What is asked of a policy.

    `principals` are all the names the caller goes by (ARNs, account id); `service` is set for an AWS service.
    """

    action: str
    resource: str
    context: Context = dataclasses.field(default_factory=dict)
    principals: frozenset[str] = frozenset()
    service: str = ""


def as_list(value: Any) -> list[Any]:
    """The policy language takes one thing wherever it takes a list of things."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


@functools.lru_cache(maxsize=4096)
def _parse(text: str) -> dict[str, Any]:
    document = json.loads(text)
    return document if isinstance(document, dict) else {}


def statements_of(document: str | Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The statements of a policy, from its text or its parsed form."""
    parsed = _parse(document) if isinstance(document, str) else document
    return as_list(parsed.get("Statement"))


def action_matches(pattern: str, action: str) -> bool:
    """Actions are compared without regard to case, and may have wildcards."""
    return wildcard(pattern, ignore_case=True).fullmatch(action) is not None


def _names_action(statement: Mapping[str, Any], query: Query) -> bool:
    if "NotAction" in statement:
        return not any(action_matches(pattern, query.action) for pattern in as_list(statement["NotAction"]))
    return any(action_matches(pattern, query.action) for pattern in as_list(statement.get("Action")))


def _names_resource(statement: Mapping[str, Any], query: Query) -> bool:
    def matches(pattern: str) -> bool:
        filled = substitute(pattern, query.context)
        return filled is not None and wildcard(filled).fullmatch(query.resource) is not None

    if "NotResource" in statement:
        return not any(matches(pattern) for pattern in as_list(statement["NotResource"]))
    if "Resource" not in statement:
        return True
    return any(matches(pattern) for pattern in as_list(statement["Resource"]))


def _principal_matches(principal: Any, query: Query) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):
        return False
    for name in as_list(principal.get("AWS")):
        if name == "*" or (not query.service and str(name) in query.principals):
            return True
    return bool(query.service) and query.service in as_list(principal.get("Service"))


def _names_principal(statement: Mapping[str, Any], query: Query) -> bool:
    if "NotPrincipal" in statement:
        return not _principal_matches(statement["NotPrincipal"], query)
    if "Principal" in statement:
        return _principal_matches(statement["Principal"], query)
    return True


def concerns(statement: Mapping[str, Any], query: Query) -> bool:
    """Whether a statement speaks of the principal, action and resource, whatever its conditions say."""
    return _names_principal(statement, query) and _names_action(statement, query) and _names_resource(statement, query)


def applies(statement: Mapping[str, Any], query: Query) -> bool:
    """Whether a statement speaks about the request at all."""
    return concerns(statement, query) and conditions_hold(statement.get("Condition") or {}, query.context)


def evaluate(documents: Iterable[str | Mapping[str, Any]], query: Query) -> Verdict:
    """What policies together say: an explicit deny wins, then any allow; empty where none speaks of it."""
    allowed = False
    for document in documents:
        for statement in statements_of(document):
            if applies(statement, query):
                if statement.get("Effect") == "Deny":
                    return "deny"
                allowed = True
    return "allow" if allowed else ""
