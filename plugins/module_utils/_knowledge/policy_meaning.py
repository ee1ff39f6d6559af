# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policy documents compared by what they permit and deny, not by how they are written.

Sids, order, doubles, how permissions are split into statements, and the case of actions and of condition keys say
nothing (IAM user guide, "JSON policy element reference"). What is said twice, once with a
wildcard, is said once.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
from typing import Any, Iterable, Iterator, Mapping, Tuple

Document = Mapping  # of str to Any: what JSON calls an object
# One permission or denial: effect, principal, action, resource, conditions; each but the conditions is kind and value.
_Atom = Tuple[str, "tuple[str, Any]", "tuple[str, Any]", "tuple[str, Any]", "_Conditions"]
_Conditions = Mapping  # by lower-case operator and key the set of values

_EVERYBODY = ("AWS", "*")
# Operators of which one value is enough, so that fewer values mean a narrower condition.
_ANY_VALUE = ("stringequals", "stringequalsignorecase", "like", "arnlike", "bool", "ipaddress", "numericequals")


def same_meaning(one: Document, other: Document) -> bool:
    """Whether two policy documents permit and deny the same."""
    if one == other:
        return True
    has_variables = "${" in json.dumps([one, other])
    if has_variables and one.get("Version") != other.get("Version"):
        return False
    return _covers(one, statements_of(other)) and _covers(other, statements_of(one))


def allows(document: Document | None, wanted: Document) -> bool:
    """Whether a policy document permits all that another one does, whatever it denies.

    Conditions of the document count only where the other has them too, or narrower ones.
    """
    return _covers(document, [statement for statement in statements_of(wanted) if _is(statement, "Allow")])


def statements_of(document: Document | None) -> list[dict[str, Any]]:
    """The statements of a policy document, which AWS lets be one object or a list."""
    return listed((document or {}).get("Statement", []))


def listed(value: Any) -> list[Any]:
    """What AWS lets be one value or a list of them, as a list."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def principals(statement: Document) -> list[tuple[str, str]]:
    """Kind and name of each principal, such as C(("Service", "cur.amazonaws.com")); an account by its id."""
    named = statement.get("Principal") or statement.get("NotPrincipal") or {}
    if named == "*":
        return [_EVERYBODY]
    return [(kind, _account_or_name(name)) for kind, names in named.items() for name in listed(names)]


def matches(pattern: str, value: str) -> bool:
    """Whether a value, or all that another pattern stands for, is within a pattern of C(*) and C(?)."""
    return bool(_compiled(pattern).match(value))


def conditions(statement: Document) -> dict[tuple[str, str], frozenset[str]]:
    """The statement's conditions: by operator and key, both in lower case, the values; all of them must hold.

    Operators of one meaning have one name: C(like) for the Arn and the String ones with wildcards.
    """
    found: dict[tuple[str, str], frozenset[str]] = {}
    for operator, keys in (statement.get("Condition") or {}).items():
        for key, given in keys.items():
            values = frozenset(_text(value) for value in listed(given))
            place = (_operator(operator.lower(), values), key.lower())
            # The same key under two names of one operator must match both, so neither may swallow the other.
            while place in found and found[place] != values:
                place = (place[0] + "+", place[1])
            found[place] = values
    return found


def _is(statement: Document, effect: str) -> bool:
    return bool(statement.get("Effect") == effect)


def _covers(document: Document | None, statements: Iterable[Document]) -> bool:
    covering = [(statement, conditions(statement)) for statement in statements_of(document)]
    return all(
        any(_says(statement, its_conditions, atom) for statement, its_conditions in covering)
        for statement in statements
        for atom in _atoms(statement)
    )


def _atoms(statement: Document) -> Iterator[_Atom]:
    """What a statement says, for one principal, one action and one resource at a time."""
    parts = (_part(statement, "Principal"), _part(statement, "Action"), _part(statement, "Resource"))
    its_conditions = conditions(statement)
    for principal, action, resource in itertools.product(*parts):
        yield (str(statement.get("Effect")), principal, action, resource, its_conditions)


def _part(statement: Document, element: str) -> list[tuple[str, Any]]:
    """The values of an element one by one; those of its negation (C(NotAction)) only together mean something."""
    if "Not" + element in statement:
        return [("Not" + element, frozenset(_values(statement, element)))]
    return [(element, value) for value in _values(statement, element)]


def _values(statement: Document, element: str) -> list[Any]:
    """An element that a statement lacks, as trust policies do C(Resource), is one value of its own."""
    if element == "Principal":
        return principals(statement) or [("", "")]
    values = listed(statement.get(element, statement.get("Not" + element, "")))
    return [value.lower() for value in values] if element == "Action" else values


def _says(statement: Document, its_conditions: _Conditions, atom: _Atom) -> bool:
    effect, principal, action, resource, narrowing = atom
    return (
        _is(statement, effect)
        and any(_same_or_wider(wide, principal) for wide in _part(statement, "Principal"))
        and any(_same_or_wider(wide, action) for wide in _part(statement, "Action"))
        and any(_same_or_wider(wide, resource) for wide in _part(statement, "Resource"))
        and all(
            any(_implies(place, values, narrow, narrow_values) for narrow, narrow_values in narrowing.items())
            for place, values in its_conditions.items()
        )
    )


def _same_or_wider(wide: tuple[str, Any], narrow: tuple[str, Any]) -> bool:
    if wide[0] != narrow[0] or wide[0].startswith("Not"):
        return wide == narrow
    if wide[0] == "Principal":
        return bool(wide[1] in (narrow[1], _EVERYBODY))
    return matches(wide[1], narrow[1])


def _implies(
    place: tuple[str, str], values: frozenset[str], narrow: tuple[str, str], narrow_values: frozenset[str]
) -> bool:
    """Whether what meets the narrow condition meets the other as well."""
    if place == narrow and values == narrow_values:
        return True
    operator, key = place
    if key != narrow[1] or operator not in _ANY_VALUE:
        return False
    if operator == "like" and narrow[0] in ("like", "stringequals"):
        return all(any(matches(value, one) for value in values) for one in narrow_values)
    return operator == narrow[0] and narrow_values <= values


def _operator(operator: str, values: Iterable[str]) -> str:
    if operator in ("arnequals", "arnlike"):
        # Their wildcards stay within a part of the ARN, which in its last one makes no difference.
        within_parts = any("*" in part or "?" in part for value in values for part in value.split(":")[:5])
        operator = "arnlike" if within_parts else "stringlike"
    if operator == "stringlike":
        return "like" if any("*" in value or "?" in value for value in values) else "stringequals"
    return operator


def _account_or_name(name: str) -> str:
    root = re.match(r"arn:[\w-]+:iam::([0-9]{12}):root\Z", name)
    return root.group(1) if root else name


def _text(value: Any) -> str:
    """AWS turns numbers and booleans into strings."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    # A wildcard of the narrower pattern may stand for more than the one character of C(?).
    parts = {"*": ".*", "?": r"[^*]"}
    return re.compile("".join(parts.get(character, re.escape(character)) for character in pattern) + r"\Z", re.DOTALL)
