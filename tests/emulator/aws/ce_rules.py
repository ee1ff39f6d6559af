# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Cost Explorer: blended cost by month and account, of what accounts have used; whatever else may be asked is refused.

Source: the API reference of Cost Explorer (GetCostAndUsage): the end of a period is exclusive, history is 13 months with
the running one, a member sees its own cost alone.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from tests.emulator.aws import errors, tag_backfill_rules
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.operations import serialize
from tests.emulator.aws.organization import paid_by
from tests.emulator.aws.state import After, AwsState, Before

_PAGE = 2000
_MONTHS = 13


def _refused(message: str) -> errors.AwsError:
    return errors.AwsError("ValidationException", message, 400)


def _day(call: ApiCall, key: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(str(call.params["TimePeriod"][key]))
    except (KeyError, ValueError) as problem:
        raise _refused(f"{key} date is not in the format of yyyy-MM-dd.") from problem


def _months(call: ApiCall, today: datetime.date) -> list[datetime.date]:
    """The first days of the months from the beginning of the period to its end."""
    start, end = _day(call, "Start"), _day(call, "End")
    if start >= end:
        raise _refused("Start date (and hour) should be before end date (and hour)")
    if end > today + datetime.timedelta(days=1):
        raise _refused("end date past the beginning of next month")
    if (today.year - start.year) * 12 + today.month - start.month >= _MONTHS:
        raise _refused("You haven't enabled historical data beyond 14 months")
    if start.day != 1 or end.day != 1:
        raise _refused("this Cost Explorer knows whole months alone")
    found = []
    while start < end:
        found.append(start)
        start = (start + datetime.timedelta(days=31)).replace(day=1)
    return found


def get_cost_and_usage(call: ApiCall, state: AwsState) -> Response | None:
    """By account, as far as it has cost; a page has so many groups."""
    groups = [(group.get("Type"), group.get("Key")) for group in call.params.get("GroupBy") or []]
    asked = (call.params.get("Granularity"), call.params.get("Metrics"), groups)
    if asked != ("MONTHLY", ["BlendedCost"], [("DIMENSION", "LINKED_ACCOUNT")]) or call.params.get("Filter"):
        raise _refused("this Cost Explorer knows BlendedCost by MONTHLY LINKED_ACCOUNT alone")
    now = state.clock.now()
    entries = [
        (month, account, costs)
        for month in _months(call, now.date())
        for account in sorted(paid_by(call.account))
        for costs in [_costs(state, account, month, now)]
    ]
    position = int(call.params.get("NextPageToken") or 0)
    page = entries[position : position + _PAGE]
    results: dict[str, dict[str, Any]] = {}
    for month, account, costs in page:
        after = (month + datetime.timedelta(days=31)).replace(day=1)
        period = {"Start": month.isoformat(), "End": after.isoformat()}
        result = results.setdefault(
            month.isoformat(), {"TimePeriod": period, "Total": {}, "Groups": [], "Estimated": False}
        )
        for currency, amount in costs.items():
            metrics = {"BlendedCost": {"Amount": f"{amount:.10f}", "Unit": currency}}
            result["Groups"].append({"Keys": [account], "Metrics": metrics})
    answer: dict[str, Any] = {"ResultsByTime": list(results.values()), "GroupDefinitions": call.params["GroupBy"]}
    if position + _PAGE < len(entries):
        answer["NextPageToken"] = str(position + _PAGE)
    return serialize(call, answer)


def _costs(state: AwsState, account: str, month: datetime.date, now: datetime.datetime) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for item in state.costs.billed(account, f"{month:%Y-%m}", now):
        found[item.currency] = found.get(item.currency, Decimal(0)) + item.blended
    return found


BEFORE: dict[str, Before] = {"GetCostAndUsage": get_cost_and_usage, **tag_backfill_rules.BEFORE}
AFTER: dict[str, After] = {}
