# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exports of an account."""

from __future__ import annotations

import copy
import dataclasses
import datetime
from collections.abc import Collection
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.moto_api._internal import mock_random

from tests.emulator.aws import cur2_columns, exports_tables
from tests.emulator.aws.exports_errors import Invalid, NotFound, QuotaExceeded
from tests.emulator.aws.s3_buckets import BucketPolicies
from tests.emulator.aws.service_delivery import (
    EXPORTS_SERVICE,
    TEST_OBJECT,
    bucket_fits,
    service_may_write,
    write_object,
)

_QUOTA = 5
REASONS = ("INSUFFICIENT_PERMISSION", "BILL_OWNER_CHANGED", "INTERNAL_FAILURE", "DEPRECATED")
_OUTPUTS = {("PARQUET", "PARQUET"), ("TEXT_OR_CSV", "GZIP"), ("TEXT_OR_CSV", "ZIP")}


@dataclasses.dataclass
class StoredExport:
    """One export: its definition as given, and what has become of it."""

    arn: str
    definition: dict[str, Any]
    properties: dict[str, str]
    created: datetime.datetime
    updated: datetime.datetime
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    refreshed: datetime.datetime | None = None
    status: str = "HEALTHY"
    reason: str | None = None
    executions: list[dict[str, Any]] = dataclasses.field(default_factory=list)

    @property
    def name(self) -> str:
        """The export's name."""
        return str(self.definition["Name"])

    def describe(self) -> dict[str, Any]:
        """The definition as GetExport shows it, with the ARN and the table properties AWS adds."""
        shown = copy.deepcopy(self.definition)
        shown["ExportArn"] = self.arn
        shown["DataQuery"]["TableConfigurations"] = {cur2_columns.TABLE: dict(self.properties)}
        return shown

    def describe_status(self) -> dict[str, Any]:
        """ExportStatus; a new export is healthy, and has no LastRefreshedAt before its first refresh."""
        status: dict[str, Any] = {
            "StatusCode": self.status,
            "CreatedAt": self.created,
            "LastUpdatedAt": self.updated,
        }
        if self.reason:
            status["StatusReason"] = self.reason
        if self.refreshed:
            status["LastRefreshedAt"] = self.refreshed
        return status


def _given_properties(definition: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The one table of the query, and its configuration; a configuration of another table has no place."""
    query = exports_tables.Query(definition["DataQuery"]["QueryStatement"])
    exports_tables.check_table(query.table)
    configurations = definition["DataQuery"].get("TableConfigurations") or {}
    for table in configurations:
        if table != query.table:
            raise Invalid(f"Invalid parameters: Table {table} is configured but not queried")
    return query.table, configurations.get(query.table) or {}


class DataExportsBackend(BaseBackend):
    """The exports of one account."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.exports: dict[str, StoredExport] = {}

    def get(self, arn: str) -> StoredExport:
        """An export by its ARN."""
        if arn not in self.exports:
            raise NotFound(arn, "Export")
        return self.exports[arn]

    def by_name(self, name: str) -> StoredExport | None:
        """An export by its name."""
        return next((export for export in self.exports.values() if export.name == name), None)

    def create(
        self,
        definition: dict[str, Any],
        tags: dict[str, str],
        policies: BucketPolicies,
        moment: datetime.datetime,
        views: Collection[str],
    ) -> StoredExport:
        """CreateExport at this moment, once the request has the right form; views: those that the account may use."""
        table, given = _given_properties(definition)
        exports_tables.check_properties(table, given, views)
        exports_tables.check_query(definition["DataQuery"]["QueryStatement"], given)
        self._check_output(definition)
        if self.by_name(definition["Name"]):
            raise Invalid("Cannot create duplicate export name.")
        if len(self.exports) >= _QUOTA:
            raise QuotaExceeded(_QUOTA, table)
        arn = f"arn:aws:bcm-data-exports:us-east-1:{self.account_id}:export/{definition['Name']}-{mock_random.uuid4()}"
        self._check_bucket(definition, arn, policies, moment)
        properties = exports_tables.with_added(given, self.account_id)
        export = StoredExport(arn, _cleaned(definition), properties, moment, moment, tags)
        self.exports[arn] = export
        return export

    def update(
        self,
        arn: str,
        definition: dict[str, Any],
        policies: BucketPolicies,
        moment: datetime.datetime,
        views: Collection[str],
    ) -> StoredExport:
        """UpdateExport overwrites query, description and destination; name, table and table properties stay."""
        export = self.get(arn)
        table, given = _given_properties(definition)
        if definition["Name"] != export.name:
            raise Invalid("Export name can't be changed after an export is created")
        exports_tables.check_properties(table, given, views)
        if exports_tables.with_added(given, self.account_id) != export.properties:
            raise Invalid("Table configurations can't be changed after an export is created")
        exports_tables.check_query(definition["DataQuery"]["QueryStatement"], given)
        self._check_output(definition)
        if definition["DestinationConfigurations"] != export.definition["DestinationConfigurations"]:
            self._check_bucket(definition, arn, policies, moment)
        export.definition = _cleaned(definition)
        export.updated = moment
        return export

    def lose_bill(self, gone: bool) -> None:
        """The bill goes to another account: nothing that there is delivers any more, or is even there."""
        if gone:
            self.exports.clear()
        for export in self.exports.values():
            export.status, export.reason = "UNHEALTHY", "BILL_OWNER_CHANGED"

    def delete(self, arn: str) -> str:
        """DeleteExport; what has been delivered stays in the bucket."""
        self.get(arn)
        del self.exports[arn]
        return arn

    @staticmethod
    def _check_output(definition: dict[str, Any]) -> None:
        output = definition["DestinationConfigurations"]["S3Destination"]["S3OutputConfigurations"]
        if (output["Format"], output["Compression"]) not in _OUTPUTS:
            raise Invalid(f"Compression {output['Compression']} is not supported for format {output['Format']}")

    def may_deliver(self, definition: dict[str, Any], arn: str, key: str, policies: BucketPolicies) -> bool:
        """Whether the bucket is the right one and its policy lets Data Exports write this key for this export."""
        destination = definition["DestinationConfigurations"]["S3Destination"]
        owner = destination.get("S3BucketOwner") or self.account_id
        bucket = destination["S3Bucket"]
        return bucket_fits(bucket, destination["S3Region"], owner) and service_may_write(
            policies, EXPORTS_SERVICE, bucket, key, arn
        )

    def _check_bucket(
        self, definition: dict[str, Any], arn: str, policies: BucketPolicies, moment: datetime.datetime
    ) -> None:
        """AWS writes a test object at the bucket's root, so a policy for the prefix alone is not enough."""
        if not self.may_deliver(definition, arn, TEST_OBJECT, policies):
            raise Invalid("S3 bucket permission validation failed")
        bucket = definition["DestinationConfigurations"]["S3Destination"]["S3Bucket"]
        write_object(bucket, TEST_OBJECT, b"", moment)


def _cleaned(definition: dict[str, Any]) -> dict[str, Any]:
    """A copy without ExportArn, which a client may send back and AWS fills in itself."""
    return {key: copy.deepcopy(value) for key, value in definition.items() if key != "ExportArn"}


exports_backends: BackendDict[DataExportsBackend] = BackendDict(
    DataExportsBackend, "bcm-data-exports", use_boto3_regions=False, additional_regions=["us-east-1"]
)
