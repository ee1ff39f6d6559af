# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The trust and role policy that the platform expects, as `cloud_policies` gives them."""

from __future__ import annotations

from typing import Any

DISCOVERY_ACTIONS = (
    "bcm-data-exports:GetExport",
    "bcm-data-exports:ListExports",
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics",
    "cur:DescribeReportDefinitions",
    "ec2:Describe*",
    "elasticloadbalancing:Describe*",
    "iam:GetAccessKeyLastUsed",
    "iam:GetLoginProfile",
    "iam:ListAccessKeys",
    "iam:ListUsers",
)
STORAGE_ACTIONS = (
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
POWER_ACTIONS = ("ec2:StartInstances", "ec2:StopInstances")
EXPORT_ACTIONS = ("bcm-data-exports:CreateExport", "cur:PutReportDefinition")
BUCKET_ACTIONS = ("s3:GetBucketLocation", "s3:ListBucket", "s3:PutBucketPolicy", "s3:PutObject")


def expected_policies(service_account_id: str, bucket_name: str | None) -> dict[str, Any]:
    """Facts, "Role sources": not the documented policies; without a bucket the answer is that for a linked source."""
    statements = [
        _statement("FinOpsforCloudGetResources", DISCOVERY_ACTIONS, "*"),
        _statement("FinOpsForCloudGetStorage", STORAGE_ACTIONS, "*"),
        _statement("FinOpsForCloudPowerSchedules", POWER_ACTIONS, "*"),
    ]
    if bucket_name is not None:
        bucket = f"arn:aws:s3:::{bucket_name}"
        statements.append(_statement("FinOpsForCloudCreateReport", EXPORT_ACTIONS, "*"))
        statements.append(_statement("FinOpsForCloudGetBillingFiles", ("s3:GetObject",), f"{bucket}/*"))
        statements.append(_statement("FinOpsForCloudManageBillingBucket", BUCKET_ACTIONS, bucket))
    trusted = f"arn:aws:iam::{service_account_id}:root"
    trust = {"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"}
    return {
        "trust_policy": {"Version": "2012-10-17", "Statement": [trust]},
        "role_policy": {"Version": "2012-10-17", "Statement": statements},
    }


def _statement(sid: str, actions: tuple[str, ...], resource: str) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}
