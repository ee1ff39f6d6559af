# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts with exports, and what is planned for them; for the tests of the report."""

from __future__ import annotations

import copy
import json
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import bucket_policy, export
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources import bucket
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.cur import Cur
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, FakeClients

NAME = f"billing-{ACCOUNT}"
BUCKET = f"billing-export-{ACCOUNT}"
TODAY = "2026-01-02T00:00:00Z"
DELIVERED = {"StatusCode": "HEALTHY", "LastRefreshedAt": TODAY}
NEW = {"StatusCode": "HEALTHY"}


def stored(name: str = NAME, bucket_name: str = BUCKET, prefix: str = "reports", **destination: Any) -> dict[str, Any]:
    """The documented export, with a destination of its own."""
    found = export.definition(name, bucket_name, prefix, "us-east-1")
    found["DestinationConfigurations"]["S3Destination"].update(destination)
    return found


def with_query(query: str) -> dict[str, Any]:
    found = stored()
    found["DataQuery"]["QueryStatement"] = query
    return found


def configured(**settings: str) -> dict[str, Any]:
    found = stored()
    found["DataQuery"]["TableConfigurations"][export.TABLE].update(settings)
    return found


def arn(name: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:bcm-data-exports:us-east-1:{account}:export/{name}-0f1e"


def account_with(
    *found: dict[str, Any],
    status: dict[str, Any] | None = None,
    files: tuple[str, ...] = (),
    owner: str = ACCOUNT,
    **answers: Any,
) -> FakeClients:
    """An account with these exports, a bucket as it should be, and files in it."""
    by_arn = {arn(one["Name"], owner): one for one in found}

    def list_objects(parameters: dict[str, Any]) -> dict[str, Any]:
        keys = [key for key in files if key.startswith(parameters["Prefix"])]
        return {"Contents": [{"Key": key} for key in keys]}

    def policy(parameters: dict[str, Any]) -> dict[str, Any]:
        statement = bucket_policy.export_statement("aws", ACCOUNT, parameters["Bucket"])
        return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}

    return FakeClients(
        {
            "list_exports": {
                "Exports": [
                    {"ExportArn": its_arn, "ExportName": one["Name"], "ExportStatus": status or DELIVERED}
                    for its_arn, one in by_arn.items()
                ]
            },
            "get_export": lambda parameters: {"Export": copy.deepcopy(by_arn[parameters["ExportArn"]])},
            "list_tags_for_resource": {"ResourceTags": [{"Key": "team", "Value": "data"}]},
            "head_bucket": {"BucketRegion": "us-east-1"},
            "get_bucket_policy": policy,
            "get_public_access_block": {"PublicAccessBlockConfiguration": bucket.PUBLIC_ACCESS_BLOCK},
            "get_bucket_ownership_controls": {"OwnershipControls": bucket.OWNERSHIP},
            "get_bucket_encryption": {"ServerSideEncryptionConfiguration": bucket.ENCRYPTION},
            "get_bucket_tagging": {"TagSet": [{"Key": "team", "Value": "data"}]},
            "list_objects_v2": list_objects,
            "list_outbound_responsibility_transfers": {"ResponsibilityTransfers": []},
            "list_billing_views": {"billingViews": []},
            **answers,
        }
    )


def without_bucket() -> AwsError:
    return AwsError("s3:HeadBucket", "404", "Not Found")


def source(**config: Any) -> dict[str, Any]:
    """The account's data source as the platform listed it."""
    read = {"report_name": NAME, "bucket_name": BUCKET, "bucket_prefix": "reports", "linked": None}
    return {"id": "1", "account_id": ACCOUNT, "config": {**read, **config}}


def planned(clients: FakeClients, **options: Any) -> tuple[Plan, dict[str, Any]]:
    """The plan, and the result's C(cur) if it is done."""
    cur = Cur(options, clients)
    current = cur.read()
    before = copy.deepcopy(current)
    plan = cur.plan(current)
    assert current == before
    return plan, cur.describe(current, plan.steps)["cur"]


def operations(plan: Plan) -> list[str]:
    return [step.operation for step in plan.steps]


SERVICE = "bcm-data-exports"
NOT_YET = "S3 bucket permission validation failed"
CREATION = Step(
    "", SERVICE, "create_export", {"Export": stored()}, code="CUR_MISSING", after=stored(), repeat_on=NOT_YET
)
