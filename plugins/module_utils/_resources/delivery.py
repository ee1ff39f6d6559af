# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS has delivered of an account's report, and what it says the accounts cost; read only.

Nothing that cannot be read is an error: it is told as unknown, with what is missing to know it.
"""

from __future__ import annotations

import dataclasses
import datetime
import email.utils
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.objects import Objects, why
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import delivery, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export as exports
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.moments import iso, moment
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.delivered_costs import DeliveredCosts

SERVICE = "bcm-data-exports"
# Seconds between two looks while a first delivery is waited for.
_PATIENCE = 60
# Most executions of one answer; AWS documents no order of them.
_EXECUTIONS = 100
_PAGES = 10


@dataclasses.dataclass(frozen=True)
class Report:
    """The export that is looked at; arn is None where AWS has none of that name, exists where nobody could look."""

    name: str
    bucket: str
    prefix: str
    region: str
    owner: str
    arn: str | None = None
    exists: bool | None = None
    status: str | None = None
    reason: str | None = None
    created: datetime.datetime | None = None
    refreshed: datetime.datetime | None = None


@dataclasses.dataclass
class State:
    """What was seen; unknown: by part why it was not looked at."""

    report: Report
    seen: delivery.Seen
    costs: DeliveredCosts
    objects: Objects
    unknown: dict[str, str]


class Delivery(Resource):
    """What AWS has delivered of one account's export.

    Options: name, bucket, bucket_region and prefix as of cur; report is what cur returned earlier in the run, known the data
    source; known_costs what an earlier look returned as C(tags) and C(costs).
    """

    NAME = "delivery"
    HAS_STATE = False
    OPTIONS = {
        "name": {"type": "str"},
        "bucket": {"type": "str"},
        "bucket_region": {"type": "str"},
        "prefix": {"type": "str"},
        "report": {"type": "dict"},
        "known": {"type": "dict"},
        "known_costs": {"type": "dict"},
        "wait_for_delivery": {"type": "int", "default": 0},
    }

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.account = clients.account
        self.unknown: dict[str, str] = {}
        source = (options.get("known") or {}).get("config") or {}
        self.source = {} if source.get("linked") else source

    def read(self) -> State:
        """The files, the newest execution, the newest manifest, and the columns and costs of what is not known yet."""
        report = self._report()
        self.clients.use_region("s3", report.region)
        seen = delivery.Seen(report.name, report.prefix, report.bucket, now=_local_now())
        seen.exists, seen.created, seen.refreshed = report.exists, report.created, report.refreshed
        self._look("files", "s3:ListBucket", lambda: self._read_files(report, seen))
        self._look("execution", "bcm-data-exports:ListExecutions", lambda: self._read_executions(report, seen))
        objects = Objects(self.clients, report.bucket, report.owner)
        costs = DeliveredCosts(objects, self.options.get("known_costs"))
        if seen.files is None:
            self.unknown.update(columns=self.unknown["files"], cost=self.unknown["files"])
        else:
            self._look("files", "s3:GetObject", lambda: self._read_manifest(seen, objects))
            self._look("cost", "s3:GetObject", lambda: costs.read(seen.months))
            self._read_columns(seen, costs)
        return State(report, seen, costs, objects, self.unknown)

    def plan(self, current: State) -> Plan:
        """What is wrong; nothing that a step of ours would mend."""
        return Plan(others=delivery.findings(current.seen))

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(delivery)."""
        report, seen = current.report, current.seen
        execution = seen.execution
        return {
            "delivery": {
                "export": {
                    "name": report.name,
                    "bucket": report.bucket,
                    "prefix": report.prefix,
                    "created_at": iso(report.created),
                    "refreshed_at": iso(report.refreshed),
                    "status": report.status,
                    "reason": report.reason,
                },
                "execution": execution
                and {"status": execution.status, "reason": execution.reason, "at": iso(execution.at)},
                "files": {
                    "months": dict((month, _summary(files)) for month, files in seen.months.items()),
                    "newest": iso(seen.newest),
                },
                "missing_columns": seen.missing if seen.missing is None else list(seen.missing),
                "costs": current.costs.as_text(),
                "tags": dict(current.costs.tags),
                "calls": current.objects.calls,
                "bytes": current.objects.bytes,
                "unknown": dict(current.unknown),
            }
        }

    def info(self, current: State) -> dict[str, Any]:
        """C(delivery)."""
        return self.describe(current, ())

    def _look(self, part: str, permission: str, read: Callable[[], None]) -> None:
        """Reads a part; why it cannot be read is noted, and nothing else comes of it."""
        try:
            read()
        except FinopsError as error:
            self.unknown[part] = why(error, permission)

    def _report(self) -> Report:
        told = self.options.get("report") or {}
        if told:
            return self._filled(told, told.get("arn"), bool(told.get("arn")), told)
        wanted = settings.export_name(self.options.get("name") or self.source.get("report_name"), self.account, "name")
        try:
            listed = self.clients.read_all(SERVICE, "list_exports", "Exports")
            found = next((one for one in listed if one["ExportName"] == wanted), None)
            if found is None:
                return self._filled({"name": wanted}, None, False, {})
            export = self.clients.read(SERVICE, "get_export", ExportArn=found["ExportArn"])["Export"]
        except FinopsError as error:
            permission = "bcm-data-exports:ListExports or bcm-data-exports:GetExport"
            self.unknown["execution"] = why(error, permission)
            return self._filled({"name": wanted}, None, None, {})
        place = exports.destination(export)
        status = found.get("ExportStatus") or {}
        return self._filled(
            {
                "name": wanted,
                "bucket": place["S3Bucket"],
                "prefix": place["S3Prefix"],
                "bucket_region": place["S3Region"],
                "bucket_owner": place.get("S3BucketOwner"),
            },
            found["ExportArn"],
            True,
            {
                "status": status.get("StatusCode"),
                "status_reason": status.get("StatusReason"),
                "created_at": status.get("CreatedAt"),
                "refreshed_at": status.get("LastRefreshedAt"),
            },
        )

    def _filled(
        self, place: Mapping[str, Any], arn: str | None, exists: bool | None, status: Mapping[str, Any]
    ) -> Report:
        """A report of which what the options and AWS do not tell is the data source's, or as documented."""
        prefix = self.options.get("prefix")
        if prefix is None:
            prefix = place.get("prefix", self.source.get("bucket_prefix"))
        region = (
            self.options.get("bucket_region") or place.get("bucket_region") or self.source.get("region_name") or None
        )
        return Report(
            name=settings.export_name(self.options.get("name") or place.get("name"), self.account, "name"),
            bucket=self._bucket(place),
            prefix=settings.CUR_PREFIX if prefix is None else str(prefix).strip("/"),
            region=settings.bucket_region(region, self.clients.region, "bucket_region"),
            owner=str(place.get("bucket_owner") or self.account),
            arn=arn,
            exists=exists,
            status=status.get("status"),
            reason=status.get("status_reason"),
            created=moment(status.get("created_at")),
            refreshed=moment(status.get("refreshed_at")),
        )

    def _bucket(self, place: Mapping[str, Any]) -> str:
        told = place.get("bucket") or self.source.get("bucket_name")
        if told and not self.options.get("bucket"):
            return str(told)
        return settings.bucket(self.options.get("bucket"), self.account, "bucket")

    def _read_files(self, report: Report, seen: delivery.Seen) -> None:
        """All files below the export's path; where there are none yet, as often as wait_for_delivery lets it."""
        left = int(self.options.get("wait_for_delivery") or 0)
        seen.files = self._list(report, seen)
        while left > 0 and not seen.months and report.exists:
            if self.clients.say:
                self.clients.say(
                    "Account {0}: waiting for AWS to deliver the export {1}, for up to {2} s more".format(
                        self.account, report.name, left
                    )
                )
            seconds = min(left, _PATIENCE)
            self.clients.wait(seconds)
            left -= seconds
            seen.files = self._list(report, seen)

    def _list(self, report: Report, seen: delivery.Seen) -> list[delivery.File]:
        parameters = {
            "Bucket": report.bucket,
            "ExpectedBucketOwner": report.owner,
            "Prefix": exports.path(report.name, report.prefix),
        }
        found: list[delivery.File] = []
        while True:
            answer = self.clients.read("s3", "list_objects_v2", ("NoSuchBucket",), **parameters) or {}
            seen.now = _date_of(answer) or seen.now
            found += [
                delivery.File(
                    one["Key"],
                    int(one["Size"]),
                    str(one.get("ETag") or ""),
                    moment(one.get("LastModified")) or _BEGINNING,
                )
                for one in answer.get("Contents") or []
            ]
            token = answer.get("NextContinuationToken")
            if not token:
                return found
            parameters["ContinuationToken"] = token

    def _read_executions(self, report: Report, seen: delivery.Seen) -> None:
        """All executions; of many only the newest where AWS gives them in that order."""
        if report.arn is None:
            seen.executions = None if report.exists is None else []
            return
        found: list[delivery.Execution] = []
        parameters: dict[str, Any] = {"ExportArn": report.arn, "MaxResults": _EXECUTIONS}
        for dummy in range(_PAGES):
            answer = self.clients.read(SERVICE, "list_executions", **parameters)
            found += [_execution(one.get("ExecutionStatus") or {}) for one in answer.get("Executions") or []]
            moments = [one.at for one in found]
            if not answer.get("NextToken") or (len(moments) > 1 and moments == sorted(moments, reverse=True)):
                break
            parameters["NextToken"] = answer["NextToken"]
        seen.executions = found

    def _read_manifest(self, seen: delivery.Seen, objects: Objects) -> None:
        manifest = seen.manifest()
        if manifest is None:
            return
        if not manifest.size:
            seen.manifest_fault = "it is empty"
            return
        try:
            seen.named = delivery.manifest_keys(objects.read(manifest.key, manifest.tag, manifest.size), seen.bucket)
        except ValueError as error:
            seen.manifest_fault = str(error)

    def _read_columns(self, seen: delivery.Seen, costs: DeliveredCosts) -> None:
        """Those of the newest month's files, as far as they were opened for its costs."""
        newest = max(seen.months, default=None)
        if newest is None:
            self.unknown["columns"] = "there are no files yet"
        else:
            self._look("columns", "s3:GetObject", lambda: costs.look_at_columns(seen.months[newest]))
            seen.missing = None if costs.columns is None else delivery.missing_columns(costs.columns)
            if seen.missing is None:
                self.unknown.setdefault("columns", self.unknown.get("cost", "no file can be read"))
        seen.spoilt = costs.spoilt


def _summary(files: Sequence[delivery.File]) -> dict[str, Any]:
    newest = max(file.modified for file in files)
    return {"newest": iso(newest), "files": len(files), "bytes": sum(file.size for file in files)}


def _execution(status: Mapping[str, Any]) -> delivery.Execution:
    told = (moment(status.get(key)) for key in ("LastUpdatedAt", "CompletedAt", "CreatedAt"))
    at = next((one for one in told if one is not None), None)
    return delivery.Execution(str(status.get("StatusCode")), status.get("StatusReason"), at or _BEGINNING)


_BEGINNING = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def _date_of(answer: Mapping[str, Any]) -> datetime.datetime | None:
    """AWS's time, as its answer tells it."""
    headers = (answer.get("ResponseMetadata") or {}).get("HTTPHeaders") or {}
    date = email.utils.parsedate_tz(str(headers.get("date", "")))
    return None if date is None else datetime.datetime.fromtimestamp(email.utils.mktime_tz(date), datetime.timezone.utc)


def _local_now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


RESOURCE = Delivery
