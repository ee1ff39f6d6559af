# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bucket with what AWS has delivered, in memory; for the tests of the delivery."""

from __future__ import annotations

import datetime
import email.utils
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.columns import NEEDED, WANTED
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.delivery import Delivery
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, FakeClients

NAME, BUCKET, PATH = f"billing-{ACCOUNT}", f"billing-export-{ACCOUNT}", f"reports/billing-{ACCOUNT}/"
ARN = f"arn:aws:bcm-data-exports:us-east-1:{ACCOUNT}:export/{NAME}-0f1e"
NOW = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.timezone.utc)
REPORT = {
    "name": NAME,
    "arn": ARN,
    "bucket": BUCKET,
    "bucket_region": "us-east-1",
    "bucket_owner": ACCOUNT,
    "prefix": "reports",
    "status": "HEALTHY",
    "status_reason": None,
    "created_at": "2026-03-15T09:30:00+00:00",
    "refreshed_at": "2026-11-24T06:12:00+00:00",
}
SUCCESS = {"StatusCode": "DELIVERY_SUCCESS", "CreatedAt": NOW, "CompletedAt": NOW}
COSTS = {ACCOUNT: (1.1, 2.2), OTHER: (0.1, 0.2, 0.3)}
Costs = Mapping[str, Sequence[float]]


def hours_ago(hours: float) -> datetime.datetime:
    return NOW - datetime.timedelta(hours=hours)


def data_key(month: str, number: int = 1) -> str:
    return f"{PATH}data/BILLING_PERIOD={month}/{NAME}-{number:05}.snappy.parquet"


def manifest_key(month: str) -> str:
    return f"{PATH}metadata/BILLING_PERIOD={month}/{NAME}-Manifest.json"


def manifest(*keys: str) -> bytes:
    return json.dumps({"dataFiles": [f"s3://{BUCKET}/{key}" for key in keys]}).encode()


def parquet(costs: Costs | None = None, currency: str = "USD", without: Sequence[str] = (), **columns: Any) -> bytes:
    """A data file with a row for each cost of each account; columns: arrays in place of the usual ones."""
    rows = [(account, cost) for account, of_account in (costs or COSTS).items() for cost in of_account]
    arrays: dict[str, Any] = {name: pa.nulls(len(rows), pa.string()) for name in (*NEEDED, *WANTED)}
    arrays["line_item_usage_account_id"] = pa.array([account for account, dummy in rows], pa.string())
    arrays["line_item_blended_cost"] = pa.array([cost for dummy, cost in rows], pa.float64())
    arrays["line_item_currency_code"] = pa.array([currency] * len(rows), pa.string())
    arrays.update(columns)
    buffer = io.BytesIO()
    table = pa.table({name: array for name, array in arrays.items() if name not in without})
    pq.write_table(table, buffer, compression="snappy")
    return buffer.getvalue()


def month_of(month: str, content: bytes | None = None) -> dict[str, bytes]:
    """A month's files: one of data, and its manifest."""
    content = parquet() if content is None else content
    return {data_key(month): content, manifest_key(month): manifest(data_key(month))}


def denied(call: str) -> AwsError:
    return AwsError(call, "AccessDenied", "not authorized", 403)


class Bucket(FakeClients):
    """An account whose export has delivered these objects; it answers ranges and conditions as S3 does.

    ages: by key, how many hours ago it came; 6 where not said. answers: in place of what the bucket would answer.
    """

    def __init__(
        self,
        objects: Mapping[str, bytes] | None = None,
        executions: Sequence[Mapping[str, Any]] = (SUCCESS,),
        ages: Mapping[str, float] | None = None,
        **answers: Any,
    ) -> None:
        self.objects = dict({**month_of("2026-10"), **month_of("2026-11")} if objects is None else objects)
        self.ages = dict(ages or {})
        told = {"Executions": [{"ExecutionId": "1", "ExecutionStatus": status} for status in executions]}
        super().__init__(
            {
                "list_objects_v2": self._list_objects,
                "get_object": self._get_object,
                "list_executions": told,
                **answers,
            }
        )

    def _tag(self, key: str) -> str:
        return f'"{hashlib.sha256(self.objects[key]).hexdigest()}"'

    def _list_objects(self, parameters: dict[str, Any]) -> dict[str, Any]:
        found = [
            {
                "Key": key,
                "Size": len(content),
                "ETag": self._tag(key),
                "LastModified": hours_ago(self.ages.get(key, 6)),
            }
            for key, content in sorted(self.objects.items())
            if key.startswith(parameters["Prefix"])
        ]
        headers = {"date": email.utils.format_datetime(NOW)}
        return {"Contents": found, "ResponseMetadata": {"HTTPHeaders": headers}}

    def _get_object(self, parameters: dict[str, Any]) -> dict[str, Any]:
        key = parameters["Key"]
        if key not in self.objects:
            raise AwsError("s3:get_object", "NoSuchKey", "no such key", 404)
        if parameters["IfMatch"] != self._tag(key):
            raise AwsError("s3:get_object", "PreconditionFailed", "another ETag", 412)
        content = self.objects[key]
        if "Range" not in parameters:
            return {"Body": io.BytesIO(content)}
        begin, last = (int(number) for number in parameters["Range"].removeprefix("bytes=").split("-"))
        return {"Body": io.BytesIO(content[begin : last + 1]), "ContentRange": f"{begin}-{last}/{len(content)}"}


def looked_at(bucket: Bucket, **options: Any) -> tuple[list[str], dict[str, Any]]:
    """The codes that are found, each with its severity, and the result."""
    about = Delivery({"report": REPORT, **options}, bucket)
    current = about.read()
    found = [f"{finding.code} {finding.severity}" for finding in about.plan(current).findings]
    return found, about.describe(current, ())["delivery"]
