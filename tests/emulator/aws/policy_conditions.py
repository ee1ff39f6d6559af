# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Condition element of the policy language."""

from __future__ import annotations

import datetime
import functools
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Context = Mapping[str, str | Sequence[str]]
_VARIABLE = re.compile(r"\$\{([^},]+)(?:, *'([^']*)')?\}")
_SPECIAL = {"*": "\\*", "?": "\\?", "$": "$"}


@functools.lru_cache(maxsize=8192)
def wildcard(pattern: str, ignore_case: bool = False) -> re.Pattern[str]:
    """The policy language's wildcards: an asterisk is any text, a question mark one character."""
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def substitute(text: str, context: Context) -> str | None:
    """Fill in policy variables such as ${aws:username}; None where one has no value, as then nothing matches."""
    if "${" not in text:
        return text
    lowered = {key.lower(): value for key, value in context.items() if isinstance(value, str)}
    missing = False

    def value_of(match: re.Match[str]) -> str:
        nonlocal missing
        if match[1] in _SPECIAL:
            return match[1]
        value = lowered.get(match[1].lower(), match[2])
        if value is None:
            missing = True
            return ""
        return value

    filled = _VARIABLE.sub(value_of, text)
    return None if missing else filled


def _arn_like(pattern: str, value: str) -> bool:
    """ARNs are compared component by component, so an asterisk does not reach over a colon of the first five."""
    wanted, actual = pattern.split(":", 5), value.split(":", 5)
    if len(wanted) != 6 or len(actual) != 6:
        return pattern == "*"
    return all(wildcard(left).fullmatch(right) is not None for left, right in zip(wanted, actual, strict=True))


def _in_network(pattern: str, value: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(pattern, strict=False)
    except ValueError:
        return False


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)).timestamp()


def _ordered(convert: Callable[[str], float], compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def test(pattern: str, value: str) -> bool:
        try:
            return compare(convert(value), convert(pattern))
        except ValueError:
            return False

    return test


_POSITIVE: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda pattern, value: pattern == value,
    "StringEqualsIgnoreCase": lambda pattern, value: pattern.lower() == value.lower(),
    "StringLike": lambda pattern, value: wildcard(pattern).fullmatch(value) is not None,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": lambda pattern, value: pattern.lower() == value.lower(),
    "BinaryEquals": lambda pattern, value: pattern == value,
    "IpAddress": _in_network,
}
_NEGATIVE = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "Equals": lambda value, wanted: value == wanted,
    "LessThan": lambda value, wanted: value < wanted,
    "LessThanEquals": lambda value, wanted: value <= wanted,
    "GreaterThan": lambda value, wanted: value > wanted,
    "GreaterThanEquals": lambda value, wanted: value >= wanted,
}
for _name, _compare in _COMPARISONS.items():
    _POSITIVE[f"Numeric{_name}"] = _ordered(float, _compare)
    _POSITIVE[f"Date{_name}"] = _ordered(_moment, _compare)

OPERATORS = frozenset({*_POSITIVE, *_NEGATIVE, "Null"})


def split_operator(operator: str) -> tuple[str, str, bool]:
    """Taken apart: the set qualifier (ForAllValues, ForAnyValue or none), the bare operator, and IfExists."""
    qualifier, dummy, rest = operator.rpartition(":")
    if_exists = rest.endswith("IfExists")
    return qualifier, rest[: -len("IfExists")] if if_exists else rest, if_exists


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _holds(operator: str, patterns: list[str], values: Sequence[str] | None) -> bool:
    """
    One operator on one key.

    A key without a value makes a plain operator fail, a negated one hold, and whatever ends in IfExists hold.
    Of several values one is enough; with ForAllValues, or a negated operator without a qualifier, all must pass.
    """
    qualifier, bare, if_exists = split_operator(operator)
    if bare == "Null":
        return (values is None) == (patterns[:1] == ["true"])
    if values is None:
        return if_exists or qualifier == "ForAllValues" or (bare in _NEGATIVE and qualifier != "ForAnyValue")
    negative = bare in _NEGATIVE
    test = _POSITIVE.get(_NEGATIVE.get(bare, bare))
    if test is None:
        return False
    passed = [any(test(pattern, value) for pattern in patterns) != negative for value in values]
    return all(passed) if qualifier == "ForAllValues" or (negative and not qualifier) else any(passed)


def conditions_hold(conditions: Mapping[str, Any], context: Context) -> bool:
    """Whether every operator holds for every one of its keys; key names are case-insensitive."""
    if not conditions:
        return True
    lowered = {key.lower(): [value] if isinstance(value, str) else value for key, value in context.items()}
    for operator, keys in conditions.items():
        for key, wanted in keys.items():
            given = wanted if isinstance(wanted, list) else [wanted]
            patterns = [substitute(_text(value), context) for value in given]
            if not _holds(operator, [pattern for pattern in patterns if pattern is not None], lowered.get(key.lower())):
                return False
    return True
