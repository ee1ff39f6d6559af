# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exports of an account as `find_report` and `create_report` see them."""

from __future__ import annotations

import dataclasses

from tests.emulator.platform.aws_access import AwsAccess
from tests.emulator.platform.errors import bad_report

# The only region where the billing services are (the partition `aws`).
BILLING_REGION = "us-east-1"


@dataclasses.dataclass(frozen=True)
class Export:
    """What the platform compares of an export or a legacy report."""

    name: str
    bucket: str
    prefix: str
    granularity: str
    versioning: str

    @property
    def accepted(self) -> bool:
        """Facts: find and create accept only OVERWRITE_REPORT and HOURLY or DAILY."""
        return self.versioning == "OVERWRITE_REPORT" and self.granularity in ("HOURLY", "DAILY")


def find_exports(aws: AwsAccess, cur_version: int | None, region: str) -> list[Export]:
    """The exports of the account of the current key: CUR 2.0 where `cur_version` is 2, else legacy reports."""
    return _data_exports(aws, region) if cur_version == 2 else _legacy_reports(aws)


def _data_exports(aws: AwsAccess, region: str) -> list[Export]:
    """Facts, "What a client must avoid" 5: signed for config.region_name, where bcm-data-exports is not."""
    if region != BILLING_REGION:
        raise bad_report(
            "could not list reports: bcm-data-exports was signed for the region "
            f"{region}, where the service is not: Credential should be scoped to a valid region."
        )
    client = aws.client("bcm-data-exports", region)
    exports = []
    for page in client.get_paginator("list_exports").paginate():
        for reference in page["Exports"]:
            export = client.get_export(ExportArn=reference["ExportArn"])["Export"]
            table = export["DataQuery"].get("TableConfigurations", {}).get("COST_AND_USAGE_REPORT")
            if table is None:
                continue
            destination = export["DestinationConfigurations"]["S3Destination"]
            exports.append(
                Export(
                    export["Name"],
                    destination["S3Bucket"],
                    destination["S3Prefix"],
                    table.get("TIME_GRANULARITY", "HOURLY"),
                    destination["S3OutputConfigurations"]["Overwrite"],
                )
            )
    return exports


def _legacy_reports(aws: AwsAccess) -> list[Export]:
    reports = aws.client("cur", BILLING_REGION).describe_report_definitions()["ReportDefinitions"]
    return [
        Export(
            report["ReportName"],
            report["S3Bucket"],
            report["S3Prefix"],
            report["TimeUnit"],
            report.get("ReportVersioning", "CREATE_NEW_REPORT"),
        )
        for report in reports
    ]
