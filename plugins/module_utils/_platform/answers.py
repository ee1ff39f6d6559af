# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the platform's answers about imports and expenses say, in plain data; whatever else they may be is Nonsense."""

from __future__ import annotations

import calendar
import datetime
import math
from decimal import Decimal
from typing import Any, Mapping

# The platform takes no longer range of days (OE0515).
_LONGEST = 365
_DAY = 86400


class Nonsense(Exception):
    """An answer that is not the platform's; its text tells by which sign."""


def number(value: Any) -> float:
    """A number of an answer, 0 for what is none."""
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else 0.0


def imports_in(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The imports, the newest first: C(state), C(state_reason), C(created_at) and C(updated_at) in seconds since 1970."""
    listed = answer.get("report_imports")
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise Nonsense("it lists no imports")
    found = [
        {
            "state": str(entry.get("state") or ""),
            "state_reason": None if entry.get("state_reason") is None else str(entry["state_reason"]),
            "created_at": int(number(entry.get("created_at"))),
            "updated_at": int(number(entry.get("updated_at"))),
        }
        for entry in listed
    ]
    return sorted(found, key=lambda entry: int(str(entry["updated_at"])), reverse=True)


def policies_in(answer: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """C(trust_policy) and C(role_policy): whom the platform would have a role trust, and what it would have it permit."""
    found = {}
    for name in ("trust_policy", "role_policy"):
        document = answer.get(name)
        statements = document.get("Statement") if isinstance(document, dict) else None
        statements = statements if isinstance(statements, list) else [statements]
        if not isinstance(document, dict) or not all(_is_statement(one) for one in statements):
            raise Nonsense("its {0} is no policy document".format(name))
        found[name] = document
    return found


def _is_statement(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("Condition"):
        return False
    named = value.get("Principal", {})
    elements = [
        value.get("Action"),
        value.get("Resource", "*"),
        *(named.values() if isinstance(named, dict) else [named]),
    ]
    return value.get("Effect") == "Allow" and all(
        isinstance(one, str) for element in elements for one in (element if isinstance(element, list) else [element])
    )


def range_of(first_month: str, last_month: str) -> tuple[int, int]:
    """The first second of a range of months and the first of its last day, in seconds since 1970.

    Where the platform would not take so many days, its oldest months are left out.
    """
    end = _begin(_after(last_month)) - _DAY
    begin = _begin(first_month)
    while end - begin > (_LONGEST - 1) * _DAY:
        first_month = _after(first_month)
        begin = _begin(first_month)
    return begin, end


def costs_in(answer: Mapping[str, Any]) -> dict[str, dict[str, Decimal]]:
    """By account and month what the data sources cost, from the breakdown by day; only months with any cost.

    The platform adds binary fractions, so sums are right to far less than a cent, and not rounded.
    """
    counts, daily = answer.get("counts"), answer.get("breakdown")
    if not isinstance(counts, dict) or not isinstance(daily, dict):
        raise Nonsense("it has no breakdown of the expenses")
    accounts = dict((source, _account(about)) for source, about in counts.items())
    amounts: dict[tuple[str, str], list[float]] = {}
    for day, sources in daily.items():
        month = _month(day)
        if not isinstance(sources, dict):
            raise Nonsense("its breakdown of the expenses has no data sources")
        for source, about in sources.items():
            account = accounts.get(source) or _account(about)
            if account:
                amounts.setdefault((account, month), []).append(_cost(about))
    found: dict[str, dict[str, Decimal]] = {}
    for (account, month), costs in sorted(amounts.items()):
        found.setdefault(account, {})[month] = Decimal(repr(math.fsum(costs)))
    return found


def _account(about: Any) -> str:
    """Whose cost an entry is, empty for what is no AWS account's."""
    if not isinstance(about, dict):
        raise Nonsense("its breakdown of the expenses has an entry that is none")
    account = about.get("account_id")
    return account if isinstance(account, str) else ""


def _cost(about: Any) -> float:
    cost = about.get("cost") if isinstance(about, dict) else None
    if isinstance(cost, bool) or not isinstance(cost, (int, float)) or not math.isfinite(cost):
        raise Nonsense("its breakdown of the expenses has a cost that is no number")
    return float(cost)


def _month(day: Any) -> str:
    try:
        moment = datetime.datetime.fromtimestamp(int(day), datetime.timezone.utc)
    except (TypeError, ValueError, OverflowError, OSError):
        raise Nonsense("its breakdown of the expenses has a day that is none")
    return moment.strftime("%Y-%m")


def _begin(month: str) -> int:
    year, number_of_month = (int(part) for part in month.split("-"))
    return calendar.timegm((year, number_of_month, 1, 0, 0, 0))


def _after(month: str) -> str:
    year, number_of_month = (int(part) for part in month.split("-"))
    return "{0:04d}-{1:02d}".format(year + number_of_month // 12, number_of_month % 12 + 1)
