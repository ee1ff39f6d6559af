# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which months a report lacks, what is asked of AWS for them, and which have arrived; pure.

Sources: the AWS Data Exports user guide (a new export begins with its month; older ones come by a support case), Cost
Explorer's API (cost allocation tags are backfilled for twelve months, once in 24 hours), and the platform's facts (no mark
older than a year).
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any, Collection, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.moments import moment
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.stages import Stage

COMMAND = "ansible-playbook finops_for_cloud.aws.backfill"
# How many months before the one that runs the platform imports again, and cost allocation tags are backfilled.
REACH = 12
# Between two backfills of cost allocation tags (Cost Explorer's API).
TAGS_PAUSE = datetime.timedelta(hours=24)
_BODY = """\
Please backfill the data export {name} of account {account} with the following months of cost and usage data:

{months}

Export: {arn}
Table: COST_AND_USAGE_REPORT (CUR 2.0)
Bucket: {bucket} (path {path})

The export, its query and its destination are to stay as they are; the months are to be delivered to the same place, in the same
format, as parts BILLING_PERIOD=YYYY-MM of it. The data is needed for a cost management platform that reads this bucket.
"""


@dataclasses.dataclass(frozen=True)
class Case:
    """A support case, ready to be sent."""

    subject: str
    body: str

    @property
    def text(self) -> str:
        """What a person pastes into AWS's support center."""
        return "Subject: {0}\nService: Billing and Cost Management\n\n{1}".format(self.subject, self.body)


@dataclasses.dataclass(frozen=True)
class Tags:
    """What becomes of the cost allocation tags' own backfill: done or under way, to begin, or later."""

    begin: str | None = None
    later: datetime.datetime | None = None


def first_cost(given: str | None, evidence: Mapping[str, str | None]) -> tuple[str | None, str]:
    """The month of an account's first cost, and who says so; None where nobody does.

    given: what somebody set, which counts before all. evidence: by who says it the earliest month known.
    """
    if given:
        return given, "finops_first_cost_month"
    known = sorted((month[: len("2026-01")], source) for source, month in evidence.items() if month)
    return known[0] if known else (None, "")


def missing(first: str | None, held: Collection[str], now: datetime.datetime) -> list[str]:
    """The full months since the first cost that the bucket does not hold, as far back as the platform can import them."""
    if first is None:
        return []
    return [month for month in _reach(now) if month >= first and month not in held]


def arrived(
    held: Collection[str], on_platform: Collection[str], asked: Collection[str], now: datetime.datetime
) -> list[str]:
    """The months that the bucket holds, and the platform has no cost of, although it was never asked for them.

    asked: those that an earlier run has asked for.
    """
    return [month for month in _reach(now) if month in held and month not in on_platform and month not in asked]


def case(account: str, report: Mapping[str, Any], months: Sequence[str]) -> Case:
    """The support case that asks AWS for months. report: name, arn, bucket and path of the export."""
    subject = "Backfill of data export {0}, account {1}: {2}".format(report["name"], account, _span(months))
    listed = "\n".join("- {0}".format(month) for month in months)
    arn = report.get("arn") or "arn of the export of this name"
    return Case(
        subject,
        _BODY.format(
            name=report["name"],
            account=account,
            months=listed,
            arn=arn,
            bucket=report["bucket"],
            path=report["path"],
        ),
    )


def tags(requests: Sequence[Mapping[str, Any]], now: datetime.datetime) -> Tags:
    """What becomes of the tags' backfill. requests: those made so far, as Cost Explorer lists them."""
    wanted = "{0}-01T00:00:00Z".format(_reach(now)[0])
    for request in requests:
        since = str(request.get("BackfillFrom") or "")
        if request.get("BackfillStatus") in ("SUCCEEDED", "PROCESSING") and since and since[:10] <= wanted[:10]:
            return Tags()
    newest = max((at for at in (moment(one.get("RequestedAt")) for one in requests) if at), default=None)
    if newest is not None and now - newest < TAGS_PAUSE:
        return Tags(later=newest + TAGS_PAUSE)
    return Tags(begin=wanted)


def stage(lacking: Sequence[str], come: Sequence[str], is_filed: bool) -> Stage:
    """Where an account stands. lacking, come: the months that are missing, and that have arrived and are not imported yet."""
    if come:
        return Stage(
            "arrived", "{0} arrived, and the platform is asked to import from there".format(_span(come)), COMMAND
        )
    if not lacking:
        return Stage("whole", "the bucket holds every month since the first cost that the platform can import")
    if is_filed:
        return Stage("asked", "AWS was asked for {0}, which the bucket lacks".format(_span(lacking)), COMMAND)
    return Stage(
        "lacking", "the bucket lacks {0}, and the support case for it is written".format(_span(lacking)), COMMAND
    )


def _reach(now: datetime.datetime) -> list[str]:
    """The full months that the platform can still import, oldest first."""
    number = now.year * 12 + now.month - 1
    return ["{0:04d}-{1:02d}".format(*_month(number - back)) for back in range(REACH - 1, 0, -1)]


def _month(number: int) -> tuple[int, int]:
    return number // 12, number % 12 + 1


def _span(months: Sequence[str]) -> str:
    return months[0] if len(months) == 1 else "{0} to {1}".format(months[0], months[-1])
