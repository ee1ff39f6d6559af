# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether statements of others deny a request that a service is about to make, as IAM evaluates policies.

What a request has in its context that we cannot know, nobody may take for a denial: such a statement is only possible one.
Source: IAM user guide, "Policy evaluation logic" and "JSON policy elements: Condition operators".
"""

from __future__ import annotations

import dataclasses
from typing import Any, Iterable, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policy_meaning import (
    listed,
    matches,
    principals,
    statements_of,
)


@dataclasses.dataclass(frozen=True)
class Request:
    """A service's request.

    service: the principal; action: in lower case, such as C(s3:putobject); resources: the ARNs that it will name.
    context: by key in lower case its value, None for a key that such requests are known not to have.
    """

    service: str
    action: str
    resources: tuple[str, ...]
    context: Mapping[str, str | None]


def denials(document: Mapping[str, Any] | None, request: Request) -> tuple[list[str], list[str]]:
    """The Sids of the statements that deny the request for sure, and of those that may; a number where one has no Sid."""
    certain: list[str] = []
    possible: list[str] = []
    for number, statement in enumerate(statements_of(document), 1):
        if statement.get("Effect") != "Deny" or not _is_about(statement, request):
            continue
        verdicts = [_holds(*condition, request.context) for condition in _conditions(statement)]
        if False not in verdicts:
            found = possible if None in verdicts else certain
            found.append(statement.get("Sid") or "statement {0}".format(number))
    return certain, possible


def _is_about(statement: Mapping[str, Any], request: Request) -> bool:
    named = any(name == "*" or name == request.service for dummy, name in principals(statement))
    return (
        named == ("NotPrincipal" not in statement)
        and _names(statement, "Action", (request.action,))
        and _names(statement, "Resource", request.resources)
    )


def _names(statement: Mapping[str, Any], element: str, values: Iterable[str]) -> bool:
    """Whether an element, or its negation, is about any of the values."""
    negated = "Not" + element in statement
    patterns = listed(statement.get("Not" + element if negated else element, []))
    if element == "Action":
        patterns = [pattern.lower() for pattern in patterns]
    return any(any(matches(pattern, value) for pattern in patterns) != negated for value in values)


def _conditions(statement: Mapping[str, Any]) -> list[tuple[str, str, list[Any]]]:
    return [
        (
            operator.lower(),
            key.lower(),
            [str(value).lower() if isinstance(value, bool) else value for value in listed(values)],
        )
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, values in keys.items()
    ]


def _holds(operator: str, key: str, values: list[str], context: Mapping[str, str | None]) -> bool | None:
    """Whether a condition holds; None where that cannot be known."""
    if key not in context:
        return None
    actual = context[key]
    quantifier, dummy, operator = operator.rpartition(":")
    if operator == "null":
        return (actual is None) == ("true" in values)
    if actual is None:
        # A missing key meets what is negated, what is about all of its values, and what says IfExists.
        return "not" in operator or operator.endswith("ifexists") or quantifier == "forallvalues"
    if operator.endswith("ifexists"):
        operator = operator[: -len("ifexists")]
    comparison = _COMPARISONS.get(operator.replace("not", ""))
    if comparison is None:
        return None
    return any(comparison(value, actual) for value in values) != ("not" in operator)


def _equals(pattern: str, value: str) -> bool:
    return pattern == value


def _equals_in_any_case(pattern: str, value: str) -> bool:
    return pattern.lower() == value.lower()


def _is_less(limit: str, value: str) -> bool:
    return float(value) < float(limit)


_COMPARISONS = {
    "stringequals": _equals,
    "stringequalsignorecase": _equals_in_any_case,
    "bool": _equals_in_any_case,
    "stringlike": matches,
    "arnequals": matches,
    "arnlike": matches,
    "numericlessthan": _is_less,
}
