# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bill that went to another owner: since when, which view shows its costs, and for how long no report was made; pure.

Sources: the AWS Billing user guide on billing transfers, the APIs of Organizations (ListOutboundResponsibilityTransfers) and
Billing (ListBillingViews), the platform's documentation (a transfer removes every report), and the AWS Data Exports user
guide: a new export begins with the month in which it is made.
"""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal
from typing import Any, Iterator, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.moments import moment
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.stages import Stage

# Why AWS calls an export unhealthy whose bill another account pays.
REASON = "BILL_OWNER_CHANGED"
COMMAND = "ansible-playbook finops_for_cloud.aws.after_billing_transfer"
# The types of view of a transferred bill, the one that is made to be shown to its source first.
_VIEWS = ("BILLING_TRANSFER_SHOWBACK", "BILLING_TRANSFER")
_TOOK_EFFECT = ("ACCEPTED", "WITHDRAWN")
_HOUR = datetime.timedelta(hours=1)
# More places than reports that an account may have had.
_PLACES = range(2, 100)


@dataclasses.dataclass(frozen=True)
class Change:
    """A bill went to another owner. at: when, and payer: to which account; None where nobody here may see that."""

    at: datetime.datetime | None = None
    payer: str | None = None


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a report delivers to."""

    name: str
    bucket: str
    region: str
    prefix: str


@dataclasses.dataclass(frozen=True)
class Gap:
    """The time without a report.

    since: where the lost report's files end. until: when the new report was made, or now. is_open: whether there is none yet.
    lacking: of this, the hours that no report has, as the new one begins with its month. costs: by currency what the
    new files have of the rest, None where they do not tell. rate: by currency what an hour cost in the lost report's last
    full month.
    """

    since: datetime.datetime
    until: datetime.datetime
    is_open: bool
    lacking: float
    costs: Mapping[str, Decimal] | None = None
    rate: Mapping[str, Decimal] = dataclasses.field(default_factory=dict)

    @property
    def hours(self) -> float:
        """All of it."""
        return (self.until - self.since) / _HOUR

    @property
    def lacking_costs(self) -> dict[str, Decimal]:
        """About what the hours cost that no report has, by the rate of the month before."""
        return dict((currency, cost * Decimal(str(self.lacking))) for currency, cost in self.rate.items())


def change_of(
    transfers: Sequence[Mapping[str, Any]] | None,
    views: Sequence[Mapping[str, Any]] | None,
    account: str,
    is_unhealthy: bool,
    now: datetime.datetime,
) -> Change | None:
    """The last time that an account's bill went to another owner, None where it did not.

    transfers, views: as AWS lists them, None where that may not be read. is_unhealthy: whether AWS says of a report that
    its bill has another owner, which is told even where nobody here may see the transfer.
    """
    found = [change for transfer in transfers or () for change in _changes(transfer, account, now)]
    if found:
        return max(found, key=lambda change: change.at or now)
    shown = _shown_view(views, account)
    if shown is not None:
        return Change(None, str(shown["ownerAccountId"]) if shown.get("ownerAccountId") else None)
    return Change() if transfers is None and is_unhealthy else None


def _changes(transfer: Mapping[str, Any], account: str, now: datetime.datetime) -> Iterator[Change]:
    begin, end = moment(transfer.get("StartTimestamp")), moment(transfer.get("EndTimestamp"))
    if transfer.get("Status") not in _TOOK_EFFECT:
        return
    if begin is not None and begin <= now:
        yield Change(begin, (transfer.get("Target") or {}).get("ManagementAccountId"))
    if end is not None and end <= now and transfer["Status"] == "WITHDRAWN":
        yield Change(end, account)


def right_view(views: Sequence[Mapping[str, Any]] | None, account: str) -> str | None:
    """The ARN of the view that has an account's costs, None for the primary one, which a new export has by itself."""
    shown = _shown_view(views, account)
    return None if shown is None else str(shown["arn"])


def _shown_view(views: Sequence[Mapping[str, Any]] | None, account: str) -> Mapping[str, Any] | None:
    for kind in _VIEWS:
        for view in views or ():
            is_healthy = (view.get("healthStatus") or {}).get("statusCode") != "UNHEALTHY"
            if view.get("billingViewType") == kind and view.get("sourceAccountId") == account and is_healthy:
                return view
    return None


def places(account: str, lost: Place) -> Iterator[Place]:
    """The places for a new report, in the order in which they are looked at: the lost one's bucket, under a prefix of its own.

    A prefix of one segment connects before the first delivery (facts of the platform).
    """
    documented = settings.export_name(None, account)
    for number in _PLACES:
        name, prefix = "{0}-{1}".format(documented, number), "{0}-{1}".format(settings.CUR_PREFIX, number)
        if name != lost.name and prefix != lost.prefix:
            yield dataclasses.replace(lost, name=name, prefix=prefix)


def gap_of(
    changed: datetime.datetime | None,
    delivered: datetime.datetime | None,
    remade: datetime.datetime | None,
    now: datetime.datetime,
) -> Gap | None:
    """The time without a report, None where nobody knows when it began.

    changed: when the bill went to another owner. delivered: when the lost report delivered last. remade: when the new one
    was made.
    """
    begins = [at for at in (changed, delivered) if at is not None]
    if not begins:
        return None
    until = remade or now
    since = min(*begins, until)
    held = until.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Gap(since, until, remade is None, max(0.0, (min(until, held) - since) / _HOUR))


def covered(month: str, delivered: datetime.datetime) -> tuple[datetime.datetime, datetime.datetime]:
    """Of a month such as C(2026-11), the time that a report has which was delivered last at a moment."""
    begin = datetime.datetime.strptime(month, "%Y-%m").replace(tzinfo=datetime.timezone.utc)
    end = (begin + datetime.timedelta(days=31)).replace(day=1)
    return begin, min(end, max(begin, delivered))


def told(gap: Gap) -> str:
    """A gap in words: hours, and where the files tell in money."""
    words = "no report was made from {0} to {1}: {2:.0f} hours".format(
        _shown(gap.since), "now" if gap.is_open else _shown(gap.until), gap.hours
    )
    arrived = gap.hours - gap.lacking
    if arrived > 0:
        has = "will have" if gap.costs is None else "has"
        words += ". The new report {0} {1:.0f} of these hours".format(has, arrived)
        words += ", which cost {0}".format(_money(gap.costs)) if gap.costs else ""
    if gap.lacking > 0:
        words += ". No report has the first {0:.0f} hours".format(gap.lacking)
        words += (
            ", which cost about {0} by the rate of the files before".format(_money(gap.lacking_costs))
            if gap.rate
            else ""
        )
    return words + (". Rates after a transfer may be pro forma" if gap.costs or gap.rate else "")


def stage(change: Change | None, is_lost: bool, remade: bool, delivered: bool, reimported: bool) -> Stage:
    """Where an account stands.

    is_lost: whether the data source still reads a report that the transfer took. remade: whether there is a new one.
    delivered: whether AWS has delivered that. reimported: whether the import that it takes was asked for.
    """
    if change is None:
        return Stage("own", "the bill was not transferred")
    if is_lost:
        if remade:
            return Stage("remade", "the report is made again, and the data source still reads the lost one", COMMAND)
        return Stage("lost", "the bill was transferred, and the report is lost", COMMAND)
    if not reimported:
        return Stage("reconnected", "the data source reads the new report, and is still to be imported again", COMMAND)
    if not delivered:
        return Stage("waiting", "the data source reads the new report, which AWS delivers within a day", COMMAND)
    return Stage("done", "the data source reads the new report, which AWS has delivered")


def _money(costs: Mapping[str, Decimal]) -> str:
    return " and ".join("{0} {1:,.2f}".format(currency, cost) for currency, cost in sorted(costs.items()))


def _shown(at: datetime.datetime) -> str:
    return "{0:%Y-%m-%d %H:%M} UTC".format(at)
