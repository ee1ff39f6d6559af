# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For how long an account had no report after its bill went to another owner, and what the files say that this time cost.

Nothing that cannot be read is an error: then the hours are told alone.
"""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.objects import Objects
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.parquet import ParquetFile
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import billing_transfer, delivery
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export as exports
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.billing_transfer import Change, Gap
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.moments import iso, moment
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.reimport import LATER, REFUSED
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import note
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.delivered_costs import COST, CURRENCY

SERVICE = "bcm-data-exports"
_START = "line_item_usage_start_date"


@dataclasses.dataclass(frozen=True)
class State:
    """The gap, None where nobody knows when it began, where the new report is, and why costs are not known."""

    gap: Gap | None
    made: datetime.datetime | None
    delivered: bool
    unseen: str = ""


class BillingGap(Resource):
    """The time without a report of one account.

    options: bill as the step bill returned it, report as cur did, known the data source, reimport what was decided of it.
    """

    NAME = "billing_gap"
    HAS_STATE = False
    OPTIONS = {
        "bill": {"type": "dict", "required": True},
        "report": {"type": "dict"},
        "known": {"type": "dict"},
        "reimport": {"type": "dict"},
    }

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.account = clients.account
        self.bill = options["bill"]
        self.report = self.bill.get("report") or options.get("report") or {}
        self.unseen: list[str] = []

    def read(self) -> State:
        """When the new report was made, the files of both, and their costs as far as they tell."""
        listed = self.clients.read_all(SERVICE, "list_exports", "Exports")
        status = next(
            (one.get("ExportStatus") or {} for one in listed if one["ExportName"] == self.report.get("name")), {}
        )
        made, delivered = moment(status.get("CreatedAt")), bool(status.get("LastRefreshedAt"))
        lost = self._seen(self.bill.get("lost"))
        now = datetime.datetime.now(datetime.timezone.utc)
        gap = billing_transfer.gap_of(moment(self.bill.get("transferred_at")), lost.newest, made, now)
        if gap is not None:
            rate = self._rate(lost, gap) if gap.lacking else {}
            costs = self._costs(gap) if delivered else None
            gap = dataclasses.replace(gap, costs=costs, rate=rate)
        return State(gap, made, delivered, "; ".join(dict.fromkeys(self.unseen)))

    def plan(self, current: State) -> Plan:
        """Nothing is written; the gap is a note."""
        if current.gap is None:
            return Plan()
        words = billing_transfer.told(current.gap)
        remedy = "What no report has, AWS may add by a support case: run the playbook finops_for_cloud.aws.backfill"
        return Plan(others=[note("BILLING_GAP", words, remedy if current.gap.lacking else "")])

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(billing_gap), and the C(stage) in which the account is."""
        stage = billing_transfer.stage(
            Change(moment(self.bill.get("transferred_at"))) if self.bill.get("transferred") else None,
            self._reads_lost(),
            current.made is not None,
            current.delivered,
            (self.options.get("reimport") or {}).get("state") not in (None, LATER, REFUSED),
        )
        return {"billing_gap": _as_result(current), "stage": dataclasses.asdict(stage)}

    def info(self, current: State) -> dict[str, Any]:
        """As describe() has it."""
        return self.describe(current, ())

    def _reads_lost(self) -> bool:
        config = (self.options.get("known") or {}).get("config") or {}
        return bool(self.bill.get("is_lost")) and config.get("report_name") != self.report.get("name")

    def _seen(self, place: Mapping[str, Any] | None) -> delivery.Seen:
        """A report's files; none where it has no place or they cannot be listed."""
        now = datetime.datetime.now(datetime.timezone.utc)
        if not place or not place.get("bucket"):
            return delivery.Seen("", "", "", now)
        seen = delivery.Seen(str(place["name"]), str(place["prefix"]), str(place["bucket"]), now)
        self.clients.use_region("s3", str(place.get("bucket_region") or self.clients.region))
        try:
            path = exports.path(seen.name, seen.prefix)
            found = self.clients.read_all(
                "s3", "list_objects_v2", "Contents", ("NoSuchBucket",), Bucket=seen.bucket, Prefix=path
            )
            seen.files = [
                delivery.File(
                    one["Key"], int(one["Size"]), str(one.get("ETag") or ""), moment(one["LastModified"]) or now
                )
                for one in found or []
            ]
        except FinopsError as error:
            self.unseen.append(str(error))
        return seen

    def _rate(self, lost: delivery.Seen, gap: Gap) -> dict[str, Decimal]:
        """What an hour cost by the newest of the lost report's files."""
        month = max(lost.months, default=None)
        if month is None or lost.newest is None:
            return {}
        begin, end = billing_transfer.covered(month, lost.newest)
        sums = self._sums(lost, [month])
        hours = Decimal(str((end - begin) / datetime.timedelta(hours=1)))
        return dict((currency, cost / hours) for currency, cost in (sums or {}).items()) if hours > 0 else {}

    def _costs(self, gap: Gap) -> dict[str, Decimal] | None:
        """What the new report's files have of the time of the gap."""
        seen = self._seen(self.report)
        first = "{0:%Y-%m}".format(gap.since)
        return self._sums(seen, [one for one in seen.months if one >= first], (_START, gap.since, gap.until))

    def _sums(self, seen: delivery.Seen, months: Sequence[str], between: Any = None) -> dict[str, Decimal] | None:
        objects = Objects(self.clients, seen.bucket, self.account)
        found: dict[str, Decimal] = {}
        try:
            for file in (one for month in months for one in seen.months[month]):
                for (currency,), cost in self._opened(objects, file).sums(COST, (CURRENCY,), between).items():
                    found[currency] = found.get(currency, Decimal(0)) + cost
        except FinopsError as error:
            self.unseen.append(str(error))
            return None
        return found

    @staticmethod
    def _opened(objects: Objects, file: delivery.File) -> ParquetFile:
        return ParquetFile(file.size, lambda begin, end: objects.read(file.key, file.tag, file.size, begin, end))


def _as_result(state: State) -> dict[str, Any] | None:
    gap = state.gap
    if gap is None:
        return None
    return {
        "since": iso(gap.since),
        "until": iso(gap.until),
        "is_open": gap.is_open,
        "hours": gap.hours,
        "lacking_hours": gap.lacking,
        "costs": None if gap.costs is None else _texts(gap.costs),
        "lacking_costs": _texts(gap.lacking_costs) if gap.rate else None,
        "pro_forma": True,
        "unseen": state.unseen,
    }


def _texts(costs: Mapping[str, Decimal]) -> dict[str, str]:
    return dict((currency, "{0:.2f}".format(cost)) for currency, cost in costs.items())


RESOURCE = BillingGap
