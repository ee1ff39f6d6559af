# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two FinOps policies."""

from __future__ import annotations

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import policies
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.settings import (
    BILLING_IMPORT,
    RESOURCE_DISCOVERY,
    VARIANTS,
)

BUCKET = "billing-export-111122223333"


def test_documented_billing_import_is_to_the_letter() -> None:
    document = policies.policy_document(BILLING_IMPORT, "documented", "aws", BUCKET, "reports")
    assert document == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "FinOpsForCloudGetBillingFiles",
                "Effect": "Allow",
                "Action": ["s3:GetObject"],
                "Resource": f"arn:aws:s3:::{BUCKET}/*",
            },
            {
                "Sid": "FinOpsForCloudManageBillingBucket",
                "Effect": "Allow",
                "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:PutBucketPolicy", "s3:PutObject"],
                "Resource": f"arn:aws:s3:::{BUCKET}",
            },
        ],
    }


FINDING_REPORTS_AND_FILES = [
    "bcm-data-exports:GetExport",
    "bcm-data-exports:ListExports",
    "cur:DescribeReportDefinitions",
    "s3:GetObject",
    "s3:ListBucket",
]
DISCOVERY = [
    "cloudwatch:GetMetricStatistics",
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
    "s3:ListAllMyBuckets",
]


@pytest.mark.parametrize(
    ("variant", "actions"),
    [("documented", sorted(DISCOVERY + FINDING_REPORTS_AND_FILES)), ("least_privilege", DISCOVERY)],
)
def test_discovery_is_to_the_letter_with_its_odd_sid(variant: str, actions: list[str]) -> None:
    assert policies.policy_document(RESOURCE_DISCOVERY, variant, "aws") == {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "FinOpsforCloudGetResources", "Effect": "Allow", "Action": actions, "Resource": "*"},
        ],
    }


@pytest.mark.parametrize("name", [BILLING_IMPORT, RESOURCE_DISCOVERY])
def test_least_privilege_grants_less_and_nothing_else(name: str) -> None:
    documented, least = (
        [action for statement in document["Statement"] for action in statement["Action"]]
        for document in (policies.policy_document(name, variant, "aws", BUCKET, "reports") for variant in VARIANTS)
    )
    assert set(least) < set(documented)
    assert not {"s3:PutBucketPolicy", "s3:PutObject"} & set(least)


def test_least_privilege_reads_only_the_report() -> None:
    document = policies.policy_document(BILLING_IMPORT, "least_privilege", "aws", BUCKET, "reports")
    assert document["Statement"][0]["Resource"] == f"arn:aws:s3:::{BUCKET}/reports/*"
    (discovery,) = policies.policy_document(RESOURCE_DISCOVERY, "least_privilege", "aws")["Statement"]
    assert not {"s3:GetObject", "s3:ListBucket"} & set(discovery["Action"])


@pytest.mark.parametrize("partition", ["aws", "aws-cn"])
def test_documents_name_the_partition(partition: str) -> None:
    document = policies.policy_document(BILLING_IMPORT, "documented", partition, BUCKET, "reports")
    assert all(statement["Resource"].startswith(f"arn:{partition}:s3") for statement in document["Statement"])


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", [BILLING_IMPORT, RESOURCE_DISCOVERY])
def test_generated_documents_are_recognised_whatever_their_bucket(name: str, variant: str) -> None:
    document = policies.policy_document(name, variant, "aws", "another-bucket", "some/prefix")
    assert policies.is_generated(name, document, "aws")


@pytest.mark.parametrize("variant", VARIANTS)
def test_while_a_report_moves_both_places_are_read_and_the_document_is_recognised(variant: str) -> None:
    also = [("old-bucket", "legacy"), (BUCKET, "")]
    document = policies.policy_document(BILLING_IMPORT, variant, "aws", BUCKET, "reports", also)
    files, buckets = (statement["Resource"] for statement in document["Statement"])
    assert buckets == [f"arn:aws:s3:::{BUCKET}", "arn:aws:s3:::old-bucket"]
    assert (
        files
        == {
            "documented": [f"arn:aws:s3:::{BUCKET}/*", "arn:aws:s3:::old-bucket/*"],
            "least_privilege": [
                f"arn:aws:s3:::{BUCKET}/reports/*",
                "arn:aws:s3:::old-bucket/legacy/*",
                f"arn:aws:s3:::{BUCKET}/*",
            ],
        }[variant]
    )
    assert policies.is_generated(BILLING_IMPORT, document, "aws")


def test_a_document_with_one_more_action_is_not_ours() -> None:
    document = policies.policy_document(BILLING_IMPORT, "documented", "aws", BUCKET, "reports")
    document["Statement"][0]["Action"].append("s3:DeleteObject")
    assert not policies.is_generated(BILLING_IMPORT, document, "aws")


@pytest.mark.parametrize("changes", [{"Resource": []}, {"NotResource": "*"}])
def test_a_statement_without_a_resource_is_not_ours(changes: dict[str, object]) -> None:
    document = policies.policy_document(BILLING_IMPORT, "documented", "aws", BUCKET, "reports")
    document["Statement"] = [{"Effect": "Allow", "Action": "s3:GetObject", **changes}]
    assert not policies.is_generated(BILLING_IMPORT, document, "aws")


def test_there_is_no_third_policy() -> None:
    with pytest.raises(ValueError, match="Theirs"):
        policies.policy_document("Theirs", "documented", "aws")
