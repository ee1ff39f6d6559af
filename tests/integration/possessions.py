# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that an account has, object by object: what is in IAM, S3, Data Exports and the secret stores, and its data source."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tests.integration.playbook import Fleet, Variables

_IAM = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
_S3 = (
    ("get_bucket_policy", "Policy"),
    ("get_public_access_block", "PublicAccessBlockConfiguration"),
    ("get_bucket_ownership_controls", "OwnershipControls"),
    ("get_bucket_encryption", "ServerSideEncryptionConfiguration"),
    ("get_bucket_tagging", "TagSet"),
)


def possessions(fleet: Fleet, account: Variables) -> dict[str, Any]:
    """Each thing by its name, as AWS and the platform tell it."""
    return {
        **_of_iam(fleet.client("iam", account)),
        "buckets": _buckets(fleet.client("s3", account)),
        "exports": _exports(fleet.client("bcm-data-exports", account)),
        "reports": fleet.client("cur", account).describe_report_definitions().get("ReportDefinitions", []),
        "secrets": sorted(one["Name"] for one in fleet.client("secretsmanager", account).list_secrets()["SecretList"]),
        "parameters": sorted(one["Name"] for one in fleet.client("ssm", account).describe_parameters()["Parameters"]),
        "source": fleet.sources().get(account["finops_account_id"]),
        "file": fleet.vaulted(account["finops_account_id"]),
    }


def _of_iam(iam: Any) -> dict[str, Any]:
    kinds = ["User", "Group", "Role", "LocalManagedPolicy"]
    details = iam.get_account_authorization_details(Filter=kinds, MaxItems=1000)
    found: dict[str, Any] = {kind: {one["Arn"]: _without_use(one) for one in details[kind]} for kind in _IAM}
    found["keys"] = {
        key["AccessKeyId"]: key["Status"]
        for user in details["UserDetailList"]
        for key in iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]
    }
    return found


def _without_use(entity: dict[str, Any]) -> dict[str, Any]:
    """Looking at an account by a role is a use of the role."""
    return {key: value for key, value in entity.items() if key != "RoleLastUsed"}


def _buckets(s3: Any) -> dict[str, Any]:
    return {bucket["Name"]: _bucket(s3, bucket["Name"]) for bucket in s3.list_buckets()["Buckets"]}


def _bucket(s3: Any, name: str) -> dict[str, Any]:
    found = {key: _or_none(getattr(s3, operation), name, key) for operation, key in _S3}
    found["Policy"] = found["Policy"] and json.loads(found["Policy"])
    listed = s3.list_object_versions(Bucket=name)
    found["objects"] = sorted(
        (one["Key"], one["VersionId"]) for kind in ("Versions", "DeleteMarkers") for one in listed.get(kind, [])
    )
    return found


def _or_none(call: Callable[..., Any], bucket: str, key: str) -> Any:
    try:
        return call(Bucket=bucket)[key]
    except ClientError:
        return None


def _exports(client: Any) -> dict[str, Any]:
    return {
        one["ExportName"]: client.get_export(ExportArn=one["ExportArn"])["Export"]
        for one in client.list_exports()["Exports"]
    }
