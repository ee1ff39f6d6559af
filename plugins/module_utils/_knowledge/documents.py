# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents that AWS is given, as pure functions of partition, account, bucket and prefix.

Sources: the FinOps for Cloud page "Configure AWS access" for the two policies, and the AWS Data Exports
user guide for the bucket's statement and the CUR 2.0 table.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import compare_policies
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.columns import COLUMNS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.settings import (
    BILLING_IMPORT,
    RESOURCE_DISCOVERY,
    VARIANTS,
)

Document = dict  # of str to Any: what JSON calls an object

TABLE = "COST_AND_USAGE_REPORT"
TABLE_CONFIGURATION = {
    "TIME_GRANULARITY": "HOURLY",
    "INCLUDE_RESOURCES": "TRUE",
    "INCLUDE_SPLIT_COST_ALLOCATION_DATA": "FALSE",
    # TRUE would take away the columns discount and discount_total_discount.
    "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "FALSE",
}
OUTPUT_CONFIGURATION = {
    "OutputType": "CUSTOM",
    "Format": "PARQUET",
    "Compression": "PARQUET",
    "Overwrite": "OVERWRITE_REPORT",
}
EXPORT_SERVICE = "bcm-data-exports.amazonaws.com"
EXPORT_SID = "EnableAWSDataExportsToWriteToS3"
# The service's ARNs name this region whatever the bucket's region is.
EXPORT_REGION = {"aws": "us-east-1", "aws-cn": "cn-northwest-1"}

_DISCOVERY_ACTIONS = (
    "bcm-data-exports:GetExport",
    "bcm-data-exports:ListExports",
    "cloudwatch:GetMetricStatistics",
    "cur:DescribeReportDefinitions",
    "ec2:Describe*",
    "elasticloadbalancing:Describe*",
    "iam:GetAccessKeyLastUsed",
    "iam:GetLoginProfile",
    "iam:ListAccessKeys",
    "iam:ListUsers",
    "s3:GetAnalyticsConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicy",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketTagging",
    "s3:GetIntelligentTieringConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetMetricsConfiguration",
    "s3:GetObject",
    "s3:ListAllMyBuckets",
    "s3:ListBucket",
)
# What least_privilege leaves out of discovery: reading and listing every object of the account (the billing
# import policy covers the one bucket that is needed), and finding reports, which a data source that names its
# export does not do.
_DISCOVERY_EXCESS = (
    "bcm-data-exports:GetExport",
    "bcm-data-exports:ListExports",
    "cur:DescribeReportDefinitions",
    "s3:GetObject",
    "s3:ListBucket",
)


def policy_document(name: str, variant: str, partition: str, bucket: str = "", prefix: str = "") -> Document:
    """The document of one of the two FinOps policies.

    name: FinOpsForCloudBillingImport (needs bucket, and prefix for least_privilege) or FinOpsForCloudResourceDiscovery.
    variant: C(documented), to the letter, or C(least_privilege).
    """
    if name == RESOURCE_DISCOVERY:
        return _discovery(variant)
    if name == BILLING_IMPORT:
        return _billing_import(variant, "arn:{0}:s3:::{1}".format(partition, bucket), prefix)
    raise ValueError("no FinOps policy is named {0!r}".format(name))


def _discovery(variant: str) -> Document:
    excess = _DISCOVERY_EXCESS if variant == "least_privilege" else ()
    actions = [action for action in _DISCOVERY_ACTIONS if action not in excess]
    # The documented Sid has a lower-case f.
    return _document([{"Sid": "FinOpsforCloudGetResources", "Effect": "Allow", "Action": actions, "Resource": "*"}])


def _billing_import(variant: str, bucket_arn: str, prefix: str) -> Document:
    objects, bucket_actions = "*", ["s3:GetBucketLocation", "s3:ListBucket", "s3:PutBucketPolicy", "s3:PutObject"]
    if variant == "least_privilege":
        # PutObject does nothing on a bucket's ARN; PutBucketPolicy could open the bucket and is only for
        # reports that the platform makes itself.
        objects, bucket_actions = "{0}/*".format(prefix), ["s3:GetBucketLocation", "s3:ListBucket"]
    return _document(
        [
            {
                "Sid": "FinOpsForCloudGetBillingFiles",
                "Effect": "Allow",
                "Action": ["s3:GetObject"],
                "Resource": "{0}/{1}".format(bucket_arn, objects),
            },
            {
                "Sid": "FinOpsForCloudManageBillingBucket",
                "Effect": "Allow",
                "Action": bucket_actions,
                "Resource": bucket_arn,
            },
        ]
    )


def _document(statements: list[Document]) -> Document:
    return {"Version": "2012-10-17", "Statement": statements}


def is_generated(name: str, document: Document, partition: str) -> bool:
    """Whether policy_document() makes this document for some bucket and prefix, so that nothing is lost with it."""
    found = re.search(r"arn:[\w-]+:s3:::([^/\"]+)/([^\"]*?)/?\*\"", _text(document))
    bucket, prefix = found.groups() if found else ("", "")
    return any(
        same_document(policy_document(name, variant, partition, bucket, prefix), document) for variant in VARIANTS
    )


def _text(document: Document) -> str:
    return " ".join(
        '"{0}"'.format(resource) for statement in statements_of(document) for resource in _resources(statement)
    )


def _resources(statement: Document) -> list[str]:
    resources = statement.get("Resource", [])
    return [resources] if isinstance(resources, str) else list(resources)


def statements_of(document: Document | None) -> list[Document]:
    """The statements of a policy document, which AWS lets be one object or a list."""
    statements = (document or {}).get("Statement", [])
    return [statements] if isinstance(statements, dict) else list(statements)


def same_document(one: Document, other: Document) -> bool:
    """Whether two policy documents mean the same, by amazon.aws's rules of comparison."""
    return not compare_policies(copy.deepcopy(one), copy.deepcopy(other))


def export_statement(partition: str, account: str, bucket: str, sid: str = EXPORT_SID) -> Document:
    """The statement that lets the export service of one account write to the bucket, as AWS documents it.

    It covers the bucket's root, because the service tests its permission with an object there.
    """
    source = "arn:{0}:bcm-data-exports:{1}:{2}:export/*".format(
        partition, EXPORT_REGION.get(partition, EXPORT_REGION["aws"]), account
    )
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": [EXPORT_SERVICE]},
        "Action": ["s3:PutObject"],
        "Resource": "arn:{0}:s3:::{1}/*".format(partition, bucket),
        "Condition": {"ArnLike": {"aws:SourceArn": source}, "StringEquals": {"aws:SourceAccount": account}},
    }


def merged_bucket_policy(current: Document | None, partition: str, account: str, bucket: str) -> Document:
    """The bucket's policy with the export statement in it by its Sid; every other statement stays as it is.

    Where that Sid already serves another account's exports, ours gets a Sid of its own.
    """
    sid = EXPORT_SID
    if any(statement.get("Sid") == sid and not _only_for(statement, account) for statement in statements_of(current)):
        sid += "For" + account
    wanted = export_statement(partition, account, bucket, sid)
    present = [statement for statement in statements_of(current) if statement.get("Sid") == sid]
    if present and same_document(_document(present), _document([wanted])):
        return current or {}
    merged = dict(current or _document([]))
    merged["Statement"] = [statement for statement in statements_of(current) if statement.get("Sid") != sid] + [wanted]
    return merged


def _only_for(statement: Document, account: str) -> bool:
    """Whether a statement lets just the export service write for just this account."""
    principal = statement.get("Principal")
    services = principal.get("Service", []) if isinstance(principal, dict) and set(principal) == {"Service"} else []
    services = [services] if isinstance(services, str) else services
    accounts = set(re.findall(r"(?<![0-9])[0-9]{12}(?![0-9])", str(statement.get("Condition", ""))))
    return EXPORT_SERVICE in services and accounts <= {account}


def export(name: str, bucket: str, prefix: str, region: str) -> Document:
    """The documented CUR 2.0 export, as CreateExport takes it."""
    return {
        "Name": name,
        "DataQuery": {
            "QueryStatement": "SELECT {0} FROM {1}".format(", ".join(COLUMNS), TABLE),
            "TableConfigurations": {TABLE: dict(TABLE_CONFIGURATION)},
        },
        "DestinationConfigurations": {
            "S3Destination": {
                "S3Bucket": bucket,
                "S3Prefix": prefix,
                "S3Region": region,
                "S3OutputConfigurations": dict(OUTPUT_CONFIGURATION),
            }
        },
        "RefreshCadence": {"Frequency": "SYNCHRONOUS"},
    }


def selected_columns(query: str) -> set[str] | None:
    """The columns of a plain C(SELECT a, b FROM COST_AND_USAGE_REPORT); None where the query says more than that."""
    found = re.match(r"\s*SELECT\s+([\w\s,]+?)\s+FROM\s+{0}\s*\Z".format(TABLE), query, re.IGNORECASE)
    if not found:
        return None
    columns = [column.strip() for column in found.group(1).split(",")]
    return set(columns) if all(re.match(r"\w+\Z", column) for column in columns) else None


def only_keys_of(wanted: Any, current: Any) -> Any:
    """Of current just the keys that wanted has, at every depth: AWS adds settings of its own to what it is given."""
    if isinstance(wanted, dict) and isinstance(current, dict):
        return dict((key, only_keys_of(wanted[key], current.get(key))) for key in wanted)
    return current
