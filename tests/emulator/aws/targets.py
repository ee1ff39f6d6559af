# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which IAM action on which resource an API operation needs (the service authorization reference)."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from moto.secretsmanager.models import secretsmanager_backends

from tests.emulator.aws.call import ApiCall
from tests.emulator.aws.credentials import iam_of

Target = tuple[str, str]

_S3_ACTIONS = {
    "ListBuckets": "ListAllMyBuckets",
    "HeadBucket": "ListBucket",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListParts": "ListMultipartUploadParts",
    "HeadObject": "GetObject",
    "CopyObject": "PutObject",
    "DeleteObjects": "DeleteObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "GetBucketReplication": "GetReplicationConfiguration",
    "PutBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "PutBucketCors": "PutBucketCORS",
    "DeleteBucketCors": "PutBucketCORS",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
    "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
    "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
    "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
    "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
    "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
}
_ACTION_PREFIXES = {"elbv2": "elasticloadbalancing", "elb": "elasticloadbalancing"}
_EXPORTS = "bcm-data-exports"
_ACCESS_KEY_OPERATIONS = ("GetAccessKeyLastUsed",)


def targets_of(call: ApiCall) -> list[Target]:
    """Every (action, resource) pair that the call must be allowed."""
    if call.service == "s3":
        return _s3(call)
    if call.service == _EXPORTS:
        return _exports(call)
    prefix = _ACTION_PREFIXES.get(call.service, call.service)
    return [(f"{prefix}:{call.operation}", _resource(call))]


def _resource(call: ApiCall) -> str:
    if call.service == "iam":
        return _iam(call)
    if call.service == "sts" and call.operation.startswith("AssumeRole"):
        return str(call.params.get("RoleArn", "*"))
    if call.service == "cur":
        name = call.params.get("ReportName") or (call.params.get("ReportDefinition") or {}).get("ReportName")
        return f"arn:aws:cur:us-east-1:{call.account}:definition/{name}" if name else "*"
    if call.service == "secretsmanager":
        return _secret(call)
    if call.service == "kms" and call.params.get("KeyId"):
        return _key(call)
    if call.service == "ssm" and isinstance(call.params.get("Name"), str):
        return f"arn:aws:ssm:{call.region}:{call.account}:parameter/{call.params['Name'].lstrip('/')}"
    return "*"


def _iam(call: ApiCall) -> str:
    """The ARN of the user, group, role or policy that an IAM call is about, path included; else an asterisk."""
    iam = iam_of(call.account)
    arn = f"arn:aws:iam::{call.account}"
    params = call.params
    if iam is None:
        return "*"
    if call.operation in _ACCESS_KEY_OPERATIONS:
        key = iam.access_keys.get(params.get("AccessKeyId", ""))
        user = iam.users.get(key.user_name) if key and key.user_name else None
        return str(user.arn) if user else f"{arn}:user/"
    if "PolicySourceArn" in params:
        return str(params["PolicySourceArn"])
    if "UserName" in params:
        user = iam.users.get(params["UserName"])
        path = str(params.get("Path") or "/") if call.operation == "CreateUser" else "/"
        return str(user.arn) if user else f"{arn}:user{path}{params['UserName']}"
    if "RoleName" in params:
        role = next((role for role in iam.roles.values() if role.name == params["RoleName"]), None)
        path = str(params.get("Path") or "/") if call.operation == "CreateRole" else "/"
        return str(role.arn) if role else f"{arn}:role{path}{params['RoleName']}"
    if "GroupName" in params:
        group = iam.groups.get(params["GroupName"])
        return str(group.arn) if group else f"{arn}:group/{params['GroupName']}"
    if "PolicyArn" in params:
        return str(params["PolicyArn"])
    if call.operation == "CreatePolicy":
        return f"{arn}:policy{params.get('Path') or '/'}{params.get('PolicyName', '')}"
    return "*"


def _key(call: ApiCall) -> str:
    name = str(call.params["KeyId"])
    if name.startswith("arn:"):
        return name
    kind = "" if name.startswith("alias/") else "key/"
    return f"arn:aws:kms:{call.region}:{call.account}:{kind}{name}"


def _secret(call: ApiCall) -> str:
    wanted = str(call.params.get("SecretId") or "")
    if wanted.startswith("arn:"):
        return wanted
    if wanted and call.account in secretsmanager_backends:
        try:
            secret = secretsmanager_backends[call.account][call.region].secrets.get(wanted)
        except KeyError:
            secret = None
        if secret is not None:
            return str(secret.arn)
    name = wanted or str(call.params.get("Name") or "")
    return f"arn:aws:secretsmanager:{call.region}:{call.account}:secret:{name}-??????" if name else "*"


def _exports(call: ApiCall) -> list[Target]:
    """
    Data Exports: CreateExport is checked on the table (and the billing view, where one is set), and needs
    cur:PutReportDefinition as well; the list operations on an ARN of their own that `export/*` does not match.
    """
    base = f"arn:aws:{_EXPORTS}:us-east-1:{call.account}:"
    action = f"{_EXPORTS}:{call.operation}"
    export = call.params.get("Export") or {}
    table = f"{base}table/{_table_name(export)}"
    views = _billing_views(export)
    if call.operation == "CreateExport":
        report = f"arn:aws:cur:us-east-1:{call.account}:definition/{export.get('Name', '')}"
        return [*((action, resource) for resource in (table, *views)), ("cur:PutReportDefinition", report)]
    if call.operation == "UpdateExport":
        return [(action, resource) for resource in (str(call.params.get("ExportArn")), table, *views)]
    if call.operation == "GetTable":
        return [(action, f"{base}table/{call.params.get('TableName')}")]
    if call.operation in ("ListExports", "ListTables"):
        return [(action, f"{base}/{call.operation}")]
    return [(action, str(call.params.get("ExportArn") or call.params.get("ResourceArn") or "*"))]


def _billing_views(export: dict[str, Any]) -> list[str]:
    configurations = (export.get("DataQuery") or {}).get("TableConfigurations") or {}
    return [table["BILLING_VIEW_ARN"] for table in configurations.values() if table.get("BILLING_VIEW_ARN")]


def _table_name(export: dict[str, object]) -> str:
    query = export.get("DataQuery")
    statement = str(query.get("QueryStatement", "")) if isinstance(query, dict) else ""
    words = statement.replace("\n", " ").split()
    upper = [word.upper() for word in words]
    return words[upper.index("FROM") + 1] if "FROM" in upper[:-1] else "COST_AND_USAGE_REPORT"


def _s3(call: ApiCall) -> list[Target]:
    action = f"s3:{_S3_ACTIONS.get(call.operation, call.operation)}"
    bucket, key = call.params.get("Bucket"), call.params.get("Key")
    if not bucket:
        return [(action, "*")]
    resource = f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
    if call.operation == "DeleteObjects":
        resource += "/*"
    targets = [(action, resource)]
    if call.operation in ("CopyObject", "UploadPartCopy"):
        source = unquote(call.header("x-amz-copy-source")).split("?")[0].lstrip("/")
        targets.append(("s3:GetObject", f"arn:aws:s3:::{source}"))
    return targets
