# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the audits of several slices saw, as if one audit had seen it; pure, on plain data.

What a run saw has C(visits), each with C(host), C(case), C(platform), C(variables), C(steps) and C(problem), and
C(platforms), by address and organization what the platform answered: C(organization), C(sources) by account, C(costs) by
account and month, C(imports) by source, C(months), C(now) in ISO 8601, and C(failure). What could not be asked is None.

A report is made of this and not of slices' reports, because a slice without the management account cannot tell whether
cost arrives, and one with it takes the accounts of other slices for accounts that nobody has in the inventory.
"""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.procedure import CASES

# The platform answers for the cost of at most a year (facts: breakdown_expenses, OE0515).
MONTHS = 12
_ORDER = list(CASES)


def joined(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One run's sight of the accounts of all parts, by case and host.

    Of an account that several have, as where a slice was repeated, the latest counts. parts: in any order, each with
    C(generated_at) in ISO 8601.
    """
    oldest_first = sorted(parts, key=lambda part: str(part.get("generated_at") or ""))
    visits = dict((str(visit["host"]), visit) for part in oldest_first for visit in part["visits"])
    platforms: dict[str, list[Mapping[str, Any]]] = {}
    for part in oldest_first:
        for key, answers in part["platforms"].items():
            platforms.setdefault(key, []).append(answers)
    return {
        "visits": sorted(visits.values(), key=lambda one: (_ORDER.index(one["case"]), str(one["host"]))),
        "platforms": dict((key, _answers(answers)) for key, answers in platforms.items()),
    }


def _answers(answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What one organization of the platform said, oldest first: its newest list, and all months that anybody asked about.

    A failure counts where nobody else was told.
    """
    newest_first = list(reversed(answers))
    listed = [one for one in newest_first if one["sources"] is not None]
    newest = (listed or newest_first)[0]
    costs = _costs(one["costs"] for one in answers)
    failures = [one["failure"] for one in newest_first if one["failure"]]
    months = sorted({month for one in answers for month in one["months"]})[-MONTHS:]
    is_whole = listed and (costs is not None or not months)
    return {
        "organization": newest["organization"],
        "sources": newest["sources"],
        "costs": costs,
        "imports": dict((source, found) for one in answers for source, found in one["imports"].items()),
        "months": months,
        "now": max((one["now"] for one in answers if one["now"]), default=None),
        "failure": failures[0] if failures and not is_whole else "",
    }


def _costs(all_costs: Iterable[Mapping[str, Mapping[str, Any]] | None]) -> dict[str, dict[str, Any]] | None:
    """By account and month, a later answer before an earlier one; None where nobody has any."""
    told = [costs for costs in all_costs if costs is not None]
    found: dict[str, dict[str, Any]] = {}
    for costs in told:
        for account, months in costs.items():
            found.setdefault(account, {}).update(months)
    return found if told else None
