# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cur, the legacy reports, which moto does not have."""

from __future__ import annotations

import base64
import binascii
import datetime
import json
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse

from tests.emulator.aws import data_exports, model_validation
from tests.emulator.aws.service_delivery import (
    REPORTS_SERVICE,
    TEST_OBJECT,
    bucket_fits,
    service_may,
    service_may_write,
)

_QUOTA = 5
_PAGE = 5
_TAGS = 50


class _Invalid(ServiceException):
    code = "ValidationException"

    def __str__(self) -> str:
        """moto writes this where the message is empty, and then it shall stay empty."""
        return self.message


class _Duplicate(ServiceException):
    code = "DuplicateReportNameException"


class _LimitReached(ServiceException):
    code = "ReportLimitReachedException"


class _NotFound(ServiceException):
    code = "ResourceNotFoundException"


class CostAndUsageReportBackend(BaseBackend):
    """The legacy reports of one account."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.reports: dict[str, dict[str, Any]] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.created: dict[str, datetime.datetime] = {}


cur_backends: BackendDict[CostAndUsageReportBackend] = BackendDict(
    CostAndUsageReportBackend, "cur", use_boto3_regions=False, additional_regions=["us-east-1"]
)


def _fits_together(report: dict[str, Any]) -> bool:
    """
    Which settings go together: Parquet only with Parquet; ATHENA alone, with a prefix, OVERWRITE_REPORT and Parquet;
    REDSHIFT and QUICKSIGHT with CSV.
    """
    artifacts = set(report.get("AdditionalArtifacts") or [])
    parquet = report["Format"] == "Parquet"
    if parquet != (report["Compression"] == "Parquet"):
        return False
    if "ATHENA" in artifacts:
        overwrites = report.get("ReportVersioning") == "OVERWRITE_REPORT"
        return artifacts == {"ATHENA"} and parquet and overwrites and bool(report["S3Prefix"])
    return not (artifacts and parquet)


class CostAndUsageReportResponse(BaseResponse):
    """The operations; every request is held against botocore's model first."""

    def __init__(self) -> None:
        super().__init__(service_name="cur")

    @property
    def backend(self) -> CostAndUsageReportBackend:
        """The reports of the account the call acts in."""
        return cur_backends[self.current_account]["us-east-1"]

    def _request(self) -> dict[str, Any]:
        try:
            params = json.loads(self.body or "{}")
        except ValueError as problem:
            raise _Invalid("The request cannot be parsed") from problem
        found = model_validation.problems("cur", self._get_action(), params)
        if found:
            raise _Invalid(model_validation.message(found))
        return dict(params)

    def _check(self, report: dict[str, Any]) -> None:
        """Bad combinations get a ValidationException without a message; the bucket must let the service in."""
        if not _fits_together(report):
            raise _Invalid("")
        account, bucket, region = self.current_account, report["S3Bucket"], report["S3Region"]
        source = f"arn:aws:cur:us-east-1:{account}:definition/{report['ReportName']}"
        policies = data_exports.state_in_use().policies
        if not (
            bucket_fits(bucket, region, account)
            and service_may(policies, REPORTS_SERVICE, "s3:GetBucketPolicy", f"arn:aws:s3:::{bucket}", source)
            and service_may_write(policies, REPORTS_SERVICE, bucket, TEST_OBJECT, source)
        ):
            raise _Invalid(
                f"Failed to verify customer bucket permission. accountId= {account}, bucket name: {bucket}, "
                f"bucket region: {region}"
            )

    def describe_report_definitions(self) -> ActionResult:
        """Pages of five; MaxResults may be nothing else."""
        request = self._request()
        start = 0
        if request.get("NextToken"):
            try:
                start = int(base64.b64decode(request["NextToken"], validate=True))
            except (binascii.Error, ValueError) as problem:
                raise _Invalid("The NextToken is not valid") from problem
        reports = list(self.backend.reports.values())
        result: dict[str, Any] = {"ReportDefinitions": reports[start : start + _PAGE]}
        if start + _PAGE < len(reports):
            result["NextToken"] = base64.b64encode(str(start + _PAGE).encode()).decode()
        return ActionResult(result)

    def put_report_definition(self) -> ActionResult:
        """Names are unique; five reports an account."""
        request = self._request()
        report = request["ReportDefinition"]
        name = report["ReportName"]
        if name in self.backend.reports:
            raise _Duplicate(f"The specified report name already exists: {name}")
        if len(self.backend.reports) >= _QUOTA:
            raise _LimitReached("This account already has five reports defined.")
        self._check(report)
        self.backend.reports[name] = {key: value for key, value in report.items() if key != "ReportStatus"}
        self.backend.tags[name] = {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}
        self.backend.created[name] = data_exports.state_in_use().clock.now()
        return ActionResult({})

    def modify_report_definition(self) -> ActionResult:
        """Overwrites the whole definition."""
        request = self._request()
        name, report = request["ReportName"], request["ReportDefinition"]
        if name not in self.backend.reports or report["ReportName"] != name:
            raise _Invalid(f"Report {name} was not found")
        self._check(report)
        self.backend.reports[name] = {key: value for key, value in report.items() if key != "ReportStatus"}
        return ActionResult({})

    def delete_report_definition(self) -> ActionResult:
        """A report that is not there gives a ValidationException."""
        name = self._request()["ReportName"]
        if name not in self.backend.reports:
            raise _Invalid(f"Report {name} was not found")
        del self.backend.reports[name]
        del self.backend.tags[name], self.backend.created[name]
        return ActionResult({"ResponseMessage": f"Report {name} was deleted"})

    def _tags(self, name: str) -> dict[str, str]:
        if name not in self.backend.reports:
            raise _NotFound(f"Report {name} was not found")
        return self.backend.tags[name]

    def tag_resource(self) -> ActionResult:
        """At most 50 tags, keyed by the report's name."""
        request = self._request()
        tags = self._tags(request["ReportName"])
        merged = {**tags, **{tag["Key"]: tag["Value"] for tag in request["Tags"]}}
        if len(merged) > _TAGS:
            raise _Invalid(f"A report can have at most {_TAGS} tags")
        tags.update(merged)
        return ActionResult({})

    def untag_resource(self) -> ActionResult:
        """Takes keys that are not there."""
        request = self._request()
        tags = self._tags(request["ReportName"])
        for key in request["TagKeys"]:
            tags.pop(key, None)
        return ActionResult({})

    def list_tags_for_resource(self) -> ActionResult:
        """The tags of a report."""
        tags = self._tags(self._request()["ReportName"])
        return ActionResult({"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]})
