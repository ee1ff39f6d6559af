# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last link of the chain: each full month's cost in the delivered files against what the platform reports; pure.

Where they differ, the first reason that fits is named; what no reason fits is COST_DIFFERS.
"""

from __future__ import annotations

import dataclasses
import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.imports import is_behind, nothing_delivered
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.seen import Look, Payer, Seen, moment
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.history import MONTHS_OF_FIRST_IMPORT
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.links import (
    FAILED,
    NOT_ASKED,
    PENDING,
    UNKNOWN,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import (
    DRIFT,
    Finding,
    alarm,
    note,
    pending,
)

CENT = Decimal("0.01")
# The files have ten decimals and the platform adds binary fractions, so what is less than half a cent apart is equal.
_HALF_A_CENT = Decimal("0.005")
_NONE = Decimal(0)


@dataclasses.dataclass(frozen=True)
class Month:
    """One full month of an account: what was delivered in the organization's currency and in others, and reported."""

    name: str
    delivered: Decimal
    others: Mapping[str, Decimal]
    reported: Decimal

    @property
    def agrees(self) -> bool:
        """Whether both are equal to the cent."""
        return abs(self.delivered - self.reported) < _HALF_A_CENT and not self.others


def delivered_costs(delivery: Mapping[str, Any] | None, account_id: str) -> dict[str, dict[str, Decimal]] | None:
    """One account's part of the costs of a step delivery, by month and currency; None where they are not known.

    Each month that was read is in it, empty where the account has no cost.
    """
    costs = None if delivery is None or (delivery.get("unknown") or {}).get("cost") else delivery.get("costs")
    if costs is None:
        return None
    return dict(
        (
            str(month),
            dict(
                (str(currency), Decimal(str(accounts[account_id])))
                for currency, accounts in (currencies or {}).items()
                if account_id in accounts
            ),
        )
        for month, currencies in costs.items()
    )


def rounded(amount: Decimal) -> Decimal:
    """To the cent."""
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def spend(seen: Seen) -> Decimal | None:
    """What the account cost by the files, in the platform's currency or the only one; None where that is not known.

    Of the months that the platform was asked about, or of all that were delivered.
    """
    if seen.delivered_costs is None:
        return None
    currency, months = _currency(seen), set(seen.months or seen.delivered_costs)
    return sum((costs.get(currency, _NONE) for month, costs in seen.delivered_costs.items() if month in months), _NONE)


def cost_look(seen: Seen, now: datetime.datetime, imported: str) -> Look:
    """Whether each full month's cost arrived. imported: the state of the link import."""
    if not seen.has_platform:
        return Look("no platform is set", NOT_ASKED)
    if seen.delivered_costs is None:
        if nothing_delivered(seen.payer):
            return _nothing_yet(seen)
        return Look(
            "what was delivered is not known: {0}".format(_why_unknown(seen)),
            UNKNOWN,
            next_action=_to_know_the_delivered(seen),
        )
    if seen.source is None or (seen.source and seen.platform_costs is None):
        return Look(
            "what the platform reports is not known",
            UNKNOWN,
            next_action="Let the platform's user see the organization's expenses, and run the audit again",
        )
    months = _months(seen, now)
    if not months:
        return _nothing_yet(seen)
    return _compared(seen, months, imported)


def _months(seen: Seen, now: datetime.datetime) -> list[Month]:
    """The full months that both have been asked about, oldest first."""
    delivered, reported = seen.delivered_costs or {}, seen.platform_costs or {}
    currency, this_month = _currency(seen), now.strftime("%Y-%m")
    asked = set(seen.months or delivered)
    names = sorted(month for month in asked & set(delivered) if month < this_month)
    return [
        Month(
            month,
            delivered[month].get(currency, _NONE),
            dict(
                (code, cost)
                for code, cost in delivered[month].items()
                if code != currency and abs(cost) >= _HALF_A_CENT
            ),
            reported.get(month, _NONE),
        )
        for month in names
    ]


def _currency(seen: Seen) -> str:
    """The platform's organization's, else the only one that was delivered."""
    found = {currency for costs in (seen.delivered_costs or {}).values() for currency in costs}
    return str(seen.organization.get("currency") or (next(iter(found)) if len(found) == 1 else "USD"))


def _nothing_yet(seen: Seen) -> Look:
    if not seen.source:
        return Look("there is no data source yet, and no full month was delivered", NOT_ASKED)
    title = "no full month was delivered yet, so there is nothing to compare"
    return Look("", findings=[pending("COST_NOT_DELIVERED", title, "Wait for the end of the first full month")])


def _compared(seen: Seen, months: Sequence[Month], imported: str) -> Look:
    currency = _currency(seen)
    told = "delivered and reported agree to the cent: {0}".format(
        ", ".join("{0} {1} {2}".format(month.name, rounded(month.delivered), currency) for month in months)
    )
    by_reason: dict[Callable[..., Finding], list[Month]] = {}
    for month in months:
        if not month.agrees:
            by_reason.setdefault(_reason(seen, month, imported), []).append(month)
    found = [reason(seen, _amounts(wrong, currency)) for reason, wrong in by_reason.items()]
    found += _beyond(seen, months, currency)
    return Look("" if by_reason else told, findings=found)


def _beyond(seen: Seen, months: Sequence[Month], currency: str) -> list[Finding]:
    """Months that the platform has and the files have not, which nothing can be held against."""
    delivered = seen.delivered_costs or {}
    last = months[-1].name
    only = sorted(
        month
        for month, cost in (seen.platform_costs or {}).items()
        if month not in delivered and month <= last and abs(cost) >= _HALF_A_CENT
    )
    if not only:
        return []
    title = "the files have no {0}, of which the platform reports {1}".format(
        ", ".join(only),
        ", ".join("{0} {1}".format(rounded((seen.platform_costs or {})[month]), currency) for month in only),
    )
    return [note("COST_NOT_DELIVERED", title, "Nothing, where the files of that time are gone on purpose")]


def _reason(seen: Seen, month: Month, imported: str) -> Callable[..., Finding]:
    source = seen.source or {}
    if not source:
        return _no_source
    if month.others and abs(month.delivered - month.reported) < _HALF_A_CENT:
        return _other_currency
    if seen.is_asleep:
        return _asleep
    if imported == FAILED:
        return _import_failed
    if imported == PENDING or is_behind(seen.payer):
        return _not_imported
    if _is_before_history(seen, month):
        return _before_history
    payer = seen.payer
    if (
        payer
        and ((payer.source or {}).get("config") or {}).get("use_edp_discount")
        and month.reported < month.delivered
    ):
        return _discounted
    return _other_currency if month.others else _differs


def _is_before_history(seen: Seen, month: Month) -> bool:
    """Whether the platform may lack a month because the data source is younger.

    A member lacks what is older than about ten days, an account with a report of its own what is older than the newest
    four months (docs/history.md).
    """
    created = moment((seen.source or {}).get("created_at"))
    if created is None or month.reported >= month.delivered:
        return False
    if not seen.has_report:
        return month.name <= created.strftime("%Y-%m")
    return month.reported == 0 and month.name <= _earlier(created, MONTHS_OF_FIRST_IMPORT)


def _earlier(when: datetime.datetime, months: int) -> str:
    number = when.year * 12 + when.month - 1 - months
    return "{0:04d}-{1:02d}".format(number // 12, number % 12 + 1)


def _amounts(months: Sequence[Month], currency: str) -> str:
    return "; ".join(
        "{0}: {1} delivered, {2} {3} reported".format(
            month.name,
            " and ".join(
                "{0} {1}".format(rounded(cost), code)
                for code, cost in {currency: month.delivered, **month.others}.items()
            ),
            rounded(month.reported),
            currency,
        )
        for month in months
    )


def _no_source(seen: Seen, amounts: str) -> Finding:
    title = "its cost is not on the bill, since it has no data source ({0})".format(amounts)
    return Finding("COST_NO_SOURCE", DRIFT, title)


def _asleep(seen: Seen, amounts: str) -> Finding:
    title = "its cost does not arrive, since its data source sleeps ({0})".format(amounts)
    return Finding("COST_ASLEEP", DRIFT, title)


def _before_history(seen: Seen, amounts: str) -> Finding:
    title = "its data source is younger than these months, so their cost did not arrive ({0})".format(amounts)
    return Finding("COST_BEFORE_HISTORY", DRIFT, title)


def _other_currency(seen: Seen, amounts: str) -> Finding:
    return alarm(
        "COST_OTHER_CURRENCY",
        "its cost is in another currency than the platform's organization counts in, so it does not arrive ({0})".format(
            amounts
        ),
        "Connect the account to an organization of that currency: correct finops_platform_organization_id",
    )


def _import_failed(seen: Seen, amounts: str) -> Finding:
    title = "its cost was delivered and not imported ({0})".format(amounts)
    return alarm("COST_NOT_IMPORTED", title, "Mend what the link import names")


def _not_imported(seen: Seen, amounts: str) -> Finding:
    title = "an import has still to bring its cost ({0})".format(amounts)
    return pending("COST_NOT_IMPORTED", title, "Run the audit again in an hour")


def _discounted(seen: Seen, amounts: str) -> Finding:
    title = "the platform takes discounts off, as use_edp_discount of its data source says ({0})".format(amounts)
    return note("COST_DISCOUNTED", title)


def _differs(seen: Seen, amounts: str) -> Finding:
    whose = "its data source" if seen.has_report else "the data source of its management account"
    return alarm(
        "COST_DIFFERS",
        "the platform reports another cost than was delivered ({0})".format(amounts),
        "Have {0} imported again from the first of these months on, on the platform, and run the audit a day later".format(
            whose
        ),
    )


def _why_unknown(seen: Seen) -> str:
    payer: Payer | None = seen.payer
    if payer is None:
        return "nobody knows its management account"
    if payer.delivery is None:
        return "nobody looked at the files of {0}".format("its report" if seen.has_report else payer.account_id)
    return str((payer.delivery.get("unknown") or {}).get("cost") or "the files were not read")


def _to_know_the_delivered(seen: Seen) -> str:
    if seen.payer is None or (not seen.has_report and seen.payer.delivery is None):
        return "Audit the account together with its management account"
    if "pyarrow" in _why_unknown(seen):
        return "Install pyarrow beside Ansible, by `pip install pyarrow`"
    return "See what the links export and files lack, and run the audit again"
