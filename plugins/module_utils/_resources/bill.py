# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose an account's bill is, which report it took with it when it went to another owner, and where the next one goes.

Nothing is written here: the steps after it make the report, reconnect the data source and have it imported again.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import billing_transfer, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export as exports
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.billing_transfer import Place
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.moments import iso
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.bill_owner import BillOwner, look

SERVICE = "bcm-data-exports"
_CUR = "cur"


@dataclasses.dataclass
class State:
    """owner: whose the bill is. lost: the report that went with it. is_read: whether the data source reads that still.

    place: where the new one goes, None where none is needed. is_made: whether it is there.
    view: the billing view that it is of, None for the primary one.
    """

    owner: BillOwner
    lost: Place | None = None
    is_read: bool = False
    place: Place | None = None
    is_made: bool = False
    view: str | None = None


class Bill(Resource):
    """The bill of one account with a report of its own.

    options: name, bucket, bucket_region, prefix as of cur, for the new report; billing_view in place of the one that is found;
    known, the data source.
    """

    NAME = "bill"
    HAS_STATE = False
    OPTIONS = {
        "name": {"type": "str"},
        "bucket": {"type": "str"},
        "bucket_region": {"type": "str"},
        "prefix": {"type": "str"},
        "billing_view": {"type": "str"},
        "known": {"type": "dict"},
    }

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.account = clients.account
        self.given_view = settings.billing_view(options.get("billing_view"))
        source = (options.get("known") or {}).get("config") or {}
        self.source = {} if source.get("linked") else source

    def read(self) -> State:
        """The exports, the transfers and views, and whether files lie where the new report would go."""
        listed = dict((one["ExportName"], one) for one in self.clients.read_all(SERVICE, "list_exports", "Exports"))
        reads = str(self.source.get("report_name") or settings.export_name(None, self.account))
        is_unhealthy = _has_lost_bill(listed.get(reads))
        state = State(look(self.clients, is_unhealthy, with_views=True))
        if state.owner.change is None:
            return state
        state.view = self.given_view or billing_transfer.right_view(state.owner.views, self.account)
        state.is_read = is_unhealthy or (bool(self.source) and reads not in listed and not self._is_legacy(reads))
        if state.is_read:
            state.lost = self._place(reads, listed.get(reads), self.source)
            self._find_place(state, listed)
        else:
            state.lost = self._lost_before(listed)
        return state

    def plan(self, current: State) -> Plan:
        """Nothing is written."""
        return Plan()

    def describe(self, current: State, steps: Any) -> dict[str, Any]:
        """C(bill)."""
        return self.info(current)

    def info(self, current: State) -> dict[str, Any]:
        """C(bill): since when it is whose, the report that was lost, and the one to be made; C(stage) of who reads that still."""
        change = current.owner.change
        stage = billing_transfer.stage(change, True, current.is_made, delivered=False, reimported=False)
        return {
            **({"stage": dataclasses.asdict(stage)} if current.is_read else {}),
            "bill": {
                "transferred": change is not None,
                "transferred_at": iso(change.at) if change else None,
                "payer": change.payer if change else None,
                "unseen": current.owner.unseen,
                "billing_view": current.view,
                "is_lost": current.is_read,
                "lost": _as_report(current.lost),
                "report": _as_report(current.place),
                "is_made": current.is_made,
            },
        }

    def _is_legacy(self, name: str) -> bool:
        """Whether a legacy report of this name is still there; a transfer takes these as well (facts)."""
        if self.source.get("cur_version") != 1:
            return False
        self.clients.use_region(_CUR, exports.EXPORT_REGION.get(self.clients.partition, settings.REGION))
        found = self.clients.read_all(_CUR, "describe_report_definitions", "ReportDefinitions")
        return any(report.get("ReportName") == name for report in found or [])

    def _place(self, name: str, listed: Mapping[str, Any] | None, source: Mapping[str, Any]) -> Place:
        found: dict[str, Any] = exports.destination(self._definition(listed)) if listed else {}
        return Place(
            name,
            str(found.get("S3Bucket") or source.get("bucket_name") or settings.bucket(None, self.account)),
            str(found.get("S3Region") or source.get("region_name") or self.clients.region),
            str(found.get("S3Prefix") or source.get("bucket_prefix") or settings.CUR_PREFIX),
        )

    def _definition(self, listed: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self.clients.read(SERVICE, "get_export", ExportArn=listed["ExportArn"])["Export"])

    def _lost_before(self, listed: Mapping[str, Any]) -> Place | None:
        """The report that went before the one that is read now, as far as AWS still lists it."""
        for name in sorted(listed, reverse=True):
            if name != self.source.get("report_name") and _has_lost_bill(listed[name]):
                return self._place(name, listed[name], {})
        if not self.source.get("bucket_name"):
            return None
        return Place(
            settings.export_name(None, self.account),
            str(self.source["bucket_name"]),
            str(self.source.get("region_name") or self.clients.region),
            settings.CUR_PREFIX,
        )

    def _find_place(self, state: State, listed: Mapping[str, Any]) -> None:
        """As the options say, else the first place that is free or has our report already."""
        lost = state.lost
        if lost is None:
            return
        base = dataclasses.replace(
            lost, bucket=settings.bucket(self.options.get("bucket") or lost.bucket, self.account, "bucket")
        )
        if self.options.get("bucket_region"):
            region = settings.bucket_region(self.options["bucket_region"], None, "bucket_region")
            base = dataclasses.replace(base, region=region)
        for place in billing_transfer.places(self.account, base):
            state.place = self._as_given(place, lost)
            state.is_made = self._is_ours(state.place, listed.get(state.place.name), state.view)
            is_chosen = bool(self.options.get("name") or self.options.get("prefix"))
            if state.is_made or (is_chosen and state.place.name in listed):
                return
            file = self._file_in(state.place) if state.place.name not in listed else ""
            if file and is_chosen:
                raise _taken(state.place, file)
            if not file and state.place.name not in listed:
                return

    def _as_given(self, place: Place, lost: Place) -> Place:
        name, prefix = self.options.get("name"), self.options.get("prefix")
        if name == lost.name:
            raise InputError("name", "{0} is the report that was lost: leave it out, or name another".format(name))
        if prefix == lost.prefix:
            raise InputError(
                "prefix",
                "{0!r} is where the files of the lost report lie, and beside them no other report's may come to lie: leave "
                "it out, or name another".format(prefix),
            )
        if prefix and "/" in settings.prefix(prefix, "prefix"):
            raise InputError("prefix", "{0!r} must have no /, so that the data source connects at once".format(prefix))
        name = settings.export_name(name or place.name, self.account, "name")
        return dataclasses.replace(place, name=name, prefix=prefix or place.prefix)

    def _is_ours(self, place: Place, listed: Mapping[str, Any] | None, view: str | None) -> bool:
        """Whether an earlier run has made the report there already."""
        if listed is None or _has_lost_bill(listed):
            return False
        export = self._definition(listed)
        found = exports.destination(export)
        configuration = (export["DataQuery"].get("TableConfigurations") or {}).get(exports.TABLE) or {}
        is_of_view = view is None or configuration.get("BILLING_VIEW_ARN") == view
        return is_of_view and (found["S3Bucket"], found["S3Prefix"]) == (place.bucket, place.prefix)

    def _file_in(self, place: Place) -> str:
        self.clients.use_region("s3", place.region)
        answer = self.clients.read(
            "s3", "list_objects_v2", ("NoSuchBucket",), Bucket=place.bucket, Prefix=place.prefix + "/", MaxKeys=1
        )
        return next((str(one["Key"]) for one in (answer or {}).get("Contents") or []), "")


def _has_lost_bill(listed: Mapping[str, Any] | None) -> bool:
    return ((listed or {}).get("ExportStatus") or {}).get("StatusReason") == billing_transfer.REASON


def _as_report(place: Place | None) -> dict[str, str] | None:
    if place is None:
        return None
    return {"name": place.name, "bucket": place.bucket, "bucket_region": place.region, "prefix": place.prefix}


def _taken(place: Place, file: str) -> FinopsError:
    return FinopsError(
        "O(prefix): files lie in the bucket {0} under {1} already, such as {2}, and no report may come to lie beside them. "
        "Leave it out, or name another".format(place.bucket, place.prefix, file),
        finding_code="BILLING_PLACE",
    )


RESOURCE = Bill
