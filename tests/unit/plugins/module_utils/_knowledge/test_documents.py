# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents that AWS is given."""

from __future__ import annotations

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import documents
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.columns import COLUMNS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.settings import (
    BILLING_IMPORT,
    RESOURCE_DISCOVERY,
    VARIANTS,
)

ACCOUNT = "111122223333"
BUCKET = "billing-export-111122223333"
OF_ANOTHER_TEAM = {
    "Sid": "TlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def test_documented_billing_import_is_to_the_letter() -> None:
    document = documents.policy_document(BILLING_IMPORT, "documented", "aws", BUCKET, "reports")
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


def test_documented_discovery_has_its_odd_sid_and_all_wildcards() -> None:
    (statement,) = documents.policy_document(RESOURCE_DISCOVERY, "documented", "aws")["Statement"]
    assert statement["Sid"] == "FinOpsforCloudGetResources"
    assert len(statement["Action"]) == 23
    assert {"ec2:Describe*", "elasticloadbalancing:Describe*", "s3:GetObject"} <= set(statement["Action"])


@pytest.mark.parametrize("name", [BILLING_IMPORT, RESOURCE_DISCOVERY])
def test_least_privilege_grants_less_and_nothing_else(name: str) -> None:
    documented, least = (
        [action for statement in document["Statement"] for action in statement["Action"]]
        for document in (documents.policy_document(name, variant, "aws", BUCKET, "reports") for variant in VARIANTS)
    )
    assert set(least) < set(documented)
    assert not {"s3:PutBucketPolicy", "s3:PutObject"} & set(least)


def test_least_privilege_reads_only_the_report() -> None:
    document = documents.policy_document(BILLING_IMPORT, "least_privilege", "aws", BUCKET, "reports")
    assert document["Statement"][0]["Resource"] == f"arn:aws:s3:::{BUCKET}/reports/*"
    (discovery,) = documents.policy_document(RESOURCE_DISCOVERY, "least_privilege", "aws")["Statement"]
    assert not {"s3:GetObject", "s3:ListBucket"} & set(discovery["Action"])


@pytest.mark.parametrize("partition", ["aws", "aws-cn"])
def test_documents_name_the_partition(partition: str) -> None:
    document = documents.policy_document(BILLING_IMPORT, "documented", partition, BUCKET, "reports")
    assert all(statement["Resource"].startswith(f"arn:{partition}:s3") for statement in document["Statement"])
    statement = documents.export_statement(partition, ACCOUNT, BUCKET)
    region = {"aws": "us-east-1", "aws-cn": "cn-northwest-1"}[partition]
    source = f"arn:{partition}:bcm-data-exports:{region}:{ACCOUNT}:export/*"
    assert statement["Condition"]["ArnLike"] == {"aws:SourceArn": source}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", [BILLING_IMPORT, RESOURCE_DISCOVERY])
def test_generated_documents_are_recognised_whatever_their_bucket(name: str, variant: str) -> None:
    document = documents.policy_document(name, variant, "aws", "another-bucket", "some/prefix")
    assert documents.is_generated(name, document, "aws")


def test_a_document_with_one_more_action_is_not_ours() -> None:
    document = documents.policy_document(BILLING_IMPORT, "documented", "aws", BUCKET, "reports")
    document["Statement"][0]["Action"].append("s3:DeleteObject")
    assert not documents.is_generated(BILLING_IMPORT, document, "aws")


def test_an_empty_bucket_policy_gets_the_export_statement() -> None:
    merged = documents.merged_bucket_policy(None, "aws", ACCOUNT, BUCKET)
    assert merged["Statement"] == [documents.export_statement("aws", ACCOUNT, BUCKET)]


def test_statements_of_others_stay() -> None:
    current = {"Version": "2012-10-17", "Id": "TheirPolicy", "Statement": OF_ANOTHER_TEAM}
    merged = documents.merged_bucket_policy(current, "aws", ACCOUNT, BUCKET)
    assert merged["Statement"] == [OF_ANOTHER_TEAM, documents.export_statement("aws", ACCOUNT, BUCKET)]
    assert merged["Id"] == "TheirPolicy"


def test_a_merged_policy_is_left_as_it_is() -> None:
    merged = documents.merged_bucket_policy(
        {"Version": "2012-10-17", "Statement": [OF_ANOTHER_TEAM]}, "aws", ACCOUNT, BUCKET
    )
    assert documents.merged_bucket_policy(merged, "aws", ACCOUNT, BUCKET) is merged


def test_an_outdated_statement_of_ours_is_replaced() -> None:
    outdated = documents.export_statement("aws", ACCOUNT, BUCKET)
    outdated["Resource"] = f"arn:aws:s3:::{BUCKET}/reports/*"
    merged = documents.merged_bucket_policy({"Version": "2012-10-17", "Statement": [outdated]}, "aws", ACCOUNT, BUCKET)
    assert merged["Statement"] == [documents.export_statement("aws", ACCOUNT, BUCKET)]


def test_the_statement_of_another_account_under_the_documented_sid_stays() -> None:
    of_another = documents.export_statement("aws", "444455556666", BUCKET)
    merged = documents.merged_bucket_policy(
        {"Version": "2012-10-17", "Statement": [of_another]}, "aws", ACCOUNT, BUCKET
    )
    assert merged["Statement"][0] == of_another
    assert merged["Statement"][1]["Sid"] == f"EnableAWSDataExportsToWriteToS3For{ACCOUNT}"
    assert documents.merged_bucket_policy(merged, "aws", ACCOUNT, BUCKET) is merged


def test_the_export_lists_every_column_and_selects_no_star() -> None:
    query = documents.export("billing", BUCKET, "reports", "us-east-1")["DataQuery"]["QueryStatement"]
    assert len(COLUMNS) == len(set(COLUMNS)) == 116
    assert documents.selected_columns(query) == set(COLUMNS)


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("select a,\n b from COST_AND_USAGE_REPORT", {"a", "b"}),
        ("SELECT a FROM COST_AND_USAGE_REPORT WHERE b = 1", None),
        ("SELECT a AS b FROM COST_AND_USAGE_REPORT", None),
        ("SELECT a FROM OTHER", None),
    ],
)
def test_only_plain_queries_are_read_as_columns(query: str, columns: set[str] | None) -> None:
    assert documents.selected_columns(query) == columns
