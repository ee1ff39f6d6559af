# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is of an account's report, and what keeps it from becoming what is wanted."""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export as exports
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export_query, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.columns import COLUMNS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import (
    Finding,
    alarm,
    blocked,
    note,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.report_removal import Left

# The option that each part of an export's destination comes from.
DESTINATION = {"S3Bucket": "bucket", "S3Prefix": "prefix", "S3Region": "bucket_region"}
# What a person does about an export that AWS calls unhealthy, by the reason that it gives.
_REMEDIES = {
    "INSUFFICIENT_PERMISSION": "What the bucket's policy lacks this task adds, and AWS tries again within a day; where "
    "it lacks nothing, look at the key that the bucket is encrypted with, and at denials by others",
    "BILL_OWNER_CHANGED": "The account's bill belongs to another account now, by AWS Billing Transfer or a change of "
    "organization: make the report in that account and connect it",
    "INTERNAL_FAILURE": "AWS tries again by itself; where it stays so for days, open a support case with AWS",
    "DEPRECATED": "AWS has given up this table: name another O(name) for a new export",
}


@dataclasses.dataclass
class State:
    """The export that is meant and the bucket's settings, and what stands in the way.

    name, bucket_name, prefix, region: what is in force, or will be.
    export, arn, status, tags: of the export of that name.
    source_reads, source_bucket: the report that the data source reads, where nobody named one and it cannot be adopted.
    namesake: an export whose name differs in letter case alone.
    cur_exports: the names of all CUR 2.0 exports where one must be made and there are many.
    misleading_file: a file that would keep the platform from reading what is delivered here, or make that count twice.
    delivered: whether files lie where the export delivers to.
    left: what the report leaves behind in its bucket, where it is to go.
    has_files: the same of one that is to be replaced, whatever files they are.
    """

    account: str
    name: str
    bucket_name: str
    prefix: str
    region: str
    export: dict[str, Any] | None = None
    arn: str | None = None
    status: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)
    bucket: Mapping[str, Any] | None = None
    source_reads: str = ""
    source_bucket: str = ""
    namesake: str = ""
    cur_exports: list[str] = dataclasses.field(default_factory=list)
    misleading_file: str | None = None
    delivered: bool = False
    left: Left | None = None
    has_files: bool = False

    @property
    def path(self) -> str:
        """Where the files lie in the bucket."""
        return exports.path(self.name, self.prefix)

    @property
    def was_refreshed(self) -> bool:
        """Whether AWS has delivered the export at least once, wherever to."""
        return bool(self.status.get("LastRefreshedAt"))

    @property
    def delivers(self) -> bool:
        """Whether AWS delivers the export and is content with it."""
        return self.was_refreshed and self.status.get("StatusCode") == "HEALTHY"

    @property
    def moves(self) -> list[str]:
        """The options by which the export would be delivered elsewhere than it is."""
        found = exports.destination(self.export) if self.export is not None else {}
        wanted = {"S3Bucket": self.bucket_name, "S3Prefix": self.prefix, "S3Region": self.region}
        return [option for key, option in DESTINATION.items() if found and found.get(key) != wanted[key]]

    @property
    def fixed(self) -> list[str]:
        """The settings that only a replacement would change."""
        return exports.fixed_differences(self.export) if self.export is not None else []

    @property
    def layout(self) -> list[str]:
        """The settings by which its files are not what the platform reads."""
        return exports.layout_differences(self.export) if self.export is not None else []

    @property
    def wanted(self) -> dict[str, Any]:
        """The export with all that it lacks."""
        place = (self.bucket_name, self.prefix, self.region)
        if self.export is None:
            return exports.definition(self.name, *place)
        return exports.with_what_is_wanted(self.export, *place)

    @property
    def owns_bucket(self) -> bool:
        """Whether the bucket is to be in this account; another account's that is delivered to is its own affair."""
        owner = exports.destination(self.export).get("S3BucketOwner") if self.export and not self.moves else None
        return owner in (None, self.account)

    def obstacles(self, may_replace: bool) -> list[Finding]:
        """What a person must decide or mend before the export can be brought to what is wanted.

        may_replace: whether the export may be deleted and made anew.
        """
        found = []
        if self.source_reads:
            title = "the data source reads the report {0} in {1}, which is no CUR 2.0 export as asked for".format(
                self.source_reads, self.source_bucket
            )
            remedy = (
                "The playbook migrate_to_cur2 makes an export beside it and changes over once that has delivered. To have it "
                "read a new export at once, set O(name) to {0}. To keep an export that it reads, leave out O(bucket), "
                "O(bucket_region) and O(prefix)".format(self.name)
            )
            found.append(blocked("CUR_SOURCE_READS_ANOTHER", title, remedy))
        try:
            settings.prefix(self.prefix, "prefix")
        except InputError as error:
            title = "the export {0} delivers where the platform cannot read: {1}".format(self.name, error)
            found.append(blocked("CUR_PREFIX", title, "Set another O(name) and O(prefix) for a new export"))
        return found + (self._unmakeable() if self.export is None else self._unchangeable(may_replace))

    def _unmakeable(self) -> list[Finding]:
        found = []
        if self.namesake:
            title = "there is an export {0}, which differs from {1} in letter case alone".format(
                self.namesake, self.name
            )
            found.append(blocked("CUR_NAME_CASE", title, "Set O(name) to {0}, or to another".format(self.namesake)))
        if len(self.cur_exports) >= exports.LIMIT:
            title = "the account has {0} CUR 2.0 exports, as many as AWS allows: {1}".format(
                len(self.cur_exports), ", ".join(self.cur_exports)
            )
            remedy = "Delete one that nobody needs, or set O(name) to the one that the platform shall read"
            found.append(blocked("CUR_QUOTA", title, remedy))
        return found + self._mixed_files()

    def _unchangeable(self, may_replace: bool) -> list[Finding]:
        if self.fixed:
            lies = self.was_refreshed or self.has_files
            if may_replace and not lies:
                return []
            title = "the export {0} exists with {1}, which AWS cannot change in place".format(
                self.name, ", ".join(self.fixed)
            )
            remedy = "Set O(allow_replace) to true to delete it and create it anew, or name another O(name)"
            if lies:
                remedy = (
                    "It has delivered, and is never replaced where its files lie: the playbook migrate_to_cur2 makes another "
                    "beside it and changes over; or name another O(name)"
                )
            return [blocked("CUR_TABLE", title, remedy, actual=self.fixed)]
        query = self.export["DataQuery"]["QueryStatement"] if self.export else ""
        parsed = export_query.parsed(query)
        if parsed is None or export_query.cannot_take(parsed, COLUMNS):
            title = "the query of the export {0} is one that the documented columns cannot be added to".format(
                self.name
            )
            remedy = "Change it so that it selects them by their names, or name another O(name). It is: {0}".format(
                query
            )
            return [blocked("CUR_QUERY", title, remedy)]
        if self.moves and self.delivers and not self.layout:
            place = exports.destination(self.export or {})
            title = "the export {0} delivers to {1} in {2} under {3}, and a report that works is not moved".format(
                self.name, place["S3Bucket"], place["S3Region"], place["S3Prefix"]
            )
            remedy = "Leave out {0} to keep it there, or name another O(name) for a new export".format(
                " and ".join("O({0})".format(option) for option in self.moves)
            )
            return [blocked("CUR_ELSEWHERE", title, remedy)]
        return self._mixed_files()

    def _mixed_files(self) -> list[Finding]:
        """The platform reads CSV before Parquet, and of each billing period all files: formats must not be mixed."""
        reason = ""
        if self.layout and self.was_refreshed and not self.moves:
            reason = "the export {0} has delivered with {1}".format(self.name, ", ".join(self.layout))
        elif self.misleading_file:
            reason = "files of another format or layout lie there, such as {0}".format(self.misleading_file)
        if not reason:
            return []
        title = "{0}: beside them the platform would not read the files of the documented export".format(reason)
        return [blocked("CUR_FORMAT", title, "Set another O(name) or O(prefix), where no files lie")]

    def notes(self) -> list[Finding]:
        """What is worth knowing about the export as it is."""
        found = []
        if self.status.get("StatusCode") == "UNHEALTHY":
            reason = self.status.get("StatusReason", "no reason given")
            title = "AWS calls the export {0} UNHEALTHY: {1}".format(self.name, reason)
            found.append(alarm("CUR_UNHEALTHY", title, _REMEDIES.get(reason, "Look at it in the console of AWS")))
        query = export_query.parsed(self.export["DataQuery"]["QueryStatement"]) if self.export else None
        if query is not None and query.cut:
            title = "the query of the export {0} leaves rows out, so their costs are missing: {1}".format(
                self.name, query.cut
            )
            found.append(note("CUR_ROWS_CUT", title, "Take that out of the query, unless it is meant so"))
        if not self.owns_bucket:
            title = "the export {0} delivers to the bucket {1} of another account, which was not looked at".format(
                self.name, self.bucket_name
            )
            found.append(note("BUCKET_ELSEWHERE", title, "See that the FinOps login may read there"))
        return found
