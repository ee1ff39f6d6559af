# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports of an account, legacy and CUR 2.0, and the files that they have delivered; read only."""

from __future__ import annotations

from typing import Any, Collection, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import boto3_tag_list_to_ansible_dict
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import DENIED
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export as exports
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.moments import moment
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.report_migration import (
    Place,
    Report,
    month_of,
    unfit,
)

EXPORTS, LEGACY_REPORTS = "bcm-data-exports", "cur"


class AccountReports:
    """What AWS has of one account's reports."""

    def __init__(self, clients: Any) -> None:
        self._clients = clients
        self._listed: dict[str, Mapping[str, Any]] = {}

    def legacy(self) -> list[Report]:
        """All legacy reports, described page by page."""
        described = self._clients.read_all(LEGACY_REPORTS, "describe_report_definitions", "ReportDefinitions")
        return [
            Report(Place(one["ReportName"], one["S3Bucket"], one["S3Prefix"]), one["S3Region"], is_legacy=True)
            for one in described
        ]

    def exports(self, names: Collection[str]) -> dict[str, Report]:
        """The exports of these names, as far as there are any; the names of all others are known afterwards."""
        listed = self._clients.read_all(EXPORTS, "list_exports", "Exports")
        self._listed = dict((one["ExportName"], one) for one in listed)
        return dict((one.place.name, one) for one in self.described([name for name in names if name in self._listed]))

    def described(self, names: Collection[str]) -> list[Report]:
        """These exports, of those that were listed."""
        return [self._export(self._listed[name]) for name in names]

    def status(self, name: str) -> Mapping[str, Any]:
        """What AWS says of an export's health."""
        return dict(self._listed[name].get("ExportStatus") or {})

    def others(self, names: Collection[str]) -> list[tuple[str, str]]:
        """Name and ARN of each export but these."""
        return [(name, one["ExportArn"]) for name, one in self._listed.items() if name not in names]

    def _export(self, listed: Mapping[str, Any]) -> Report:
        export = self._clients.read(EXPORTS, "get_export", ExportArn=listed["ExportArn"])["Export"]
        place = exports.destination(export)
        return Report(
            Place(export["Name"], place["S3Bucket"], place["S3Prefix"]),
            place["S3Region"],
            reasons=tuple(unfit(export)),
            arn=listed["ExportArn"],
        )

    def tags(self, name: str, arn: str) -> dict[str, str]:
        """The tags of a report, legacy where it has no ARN; none where nobody here may read them."""
        if arn:
            answer = self._clients.read(EXPORTS, "list_tags_for_resource", DENIED, ResourceArn=arn)
            return dict(boto3_tag_list_to_ansible_dict((answer or {}).get("ResourceTags", [])))
        answer = self._clients.read(LEGACY_REPORTS, "list_tags_for_resource", DENIED, ReportName=name)
        return dict(boto3_tag_list_to_ansible_dict((answer or {}).get("Tags", [])))

    def files(self, place: Place, region: str) -> list[Mapping[str, Any]] | None:
        """All objects below a report's path; None where nobody here may list them."""
        self._clients.use_region("s3", settings.bucket_region(region, self._clients.region))
        found = self._clients.read_all(
            "s3", "list_objects_v2", missing=(*DENIED, "NoSuchBucket"), Bucket=place.bucket, Prefix=place.path
        )
        return None if found is None else list(found.get("Contents") or [])

    def months(self, report: Report) -> dict[str, float] | None:
        """By month when its newest data file came, in seconds since 1970; None where nobody here may list them."""
        files = self.files(report.place, report.region)
        if files is None:
            return None
        found: dict[str, float] = {}
        for file in files:
            month, came = month_of(file["Key"]), moment(file.get("LastModified"))
            if month is not None and came is not None:
                found[month] = max(found.get(month, 0), came.timestamp())
        return dict(sorted(found.items()))
