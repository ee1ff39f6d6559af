# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two FinOps policies, as pure functions of partition, bucket and prefix.

Source: the FinOps for Cloud page "Configure AWS access".
"""

from __future__ import annotations

import re
from typing import Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policy_meaning import (
    listed,
    same_meaning,
    statements_of,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.settings import (
    BILLING_IMPORT,
    RESOURCE_DISCOVERY,
    VARIANTS,
)

Document = dict  # of str to Any: what JSON calls an object

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


def policy_document(
    name: str,
    variant: str,
    partition: str,
    bucket: str = "",
    prefix: str = "",
    also: Sequence[tuple[str, str]] = (),
) -> Document:
    """The document of one of the two FinOps policies.

    name: FinOpsForCloudBillingImport (needs bucket, and prefix for least_privilege) or FinOpsForCloudResourceDiscovery.
    variant: C(documented), to the letter, or C(least_privilege).
    also: bucket and prefix of other reports that are read besides.
    """
    if name == RESOURCE_DISCOVERY:
        return _discovery(variant)
    if name == BILLING_IMPORT:
        reports = [("arn:{0}:s3:::{1}".format(partition, one), path) for one, path in [(bucket, prefix), *also]]
        return _billing_import(variant, reports)
    raise ValueError("no FinOps policy is named {0!r}".format(name))


def _discovery(variant: str) -> Document:
    excess = _DISCOVERY_EXCESS if variant == "least_privilege" else ()
    actions = [action for action in _DISCOVERY_ACTIONS if action not in excess]
    # The documented Sid has a lower-case f.
    return _document([{"Sid": "FinOpsforCloudGetResources", "Effect": "Allow", "Action": actions, "Resource": "*"}])


def _billing_import(variant: str, reports: Sequence[tuple[str, str]]) -> Document:
    """reports: the bucket's ARN and the prefix of each."""
    bucket_actions = ["s3:GetBucketLocation", "s3:ListBucket", "s3:PutBucketPolicy", "s3:PutObject"]
    objects = ["{0}/*".format(bucket) for bucket, dummy in reports]
    if variant == "least_privilege":
        # PutObject does nothing on a bucket's ARN; PutBucketPolicy could open the bucket and is only for
        # reports that the platform makes itself.
        bucket_actions = ["s3:GetBucketLocation", "s3:ListBucket"]
        objects = ["/".join(part for part in (bucket, prefix, "*") if part) for bucket, prefix in reports]
    return _document(
        [
            {
                "Sid": "FinOpsForCloudGetBillingFiles",
                "Effect": "Allow",
                "Action": ["s3:GetObject"],
                "Resource": _one_or_all(objects),
            },
            {
                "Sid": "FinOpsForCloudManageBillingBucket",
                "Effect": "Allow",
                "Action": bucket_actions,
                "Resource": _one_or_all([bucket for bucket, dummy in reports]),
            },
        ]
    )


def _one_or_all(resources: Sequence[str]) -> str | list[str]:
    """A single resource as the documentation has it; each once."""
    found = list(dict.fromkeys(resources))
    return found[0] if len(found) == 1 else found


def _document(statements: list[Document]) -> Document:
    return {"Version": "2012-10-17", "Statement": statements}


def is_generated(name: str, document: Document, partition: str) -> bool:
    """Whether policy_document() makes this document for some buckets and prefixes, so that nothing is lost with it."""
    found = re.findall(r"arn:[\w-]+:s3:::([^/\"]+)/([^\"]*?)/?\*\"", _text(document))
    (bucket, prefix), *also = found or [("", "")]
    return any(
        same_meaning(policy_document(name, variant, partition, bucket, prefix, also), document) for variant in VARIANTS
    )


def _text(document: Document) -> str:
    return " ".join(
        '"{0}"'.format(resource)
        for statement in statements_of(document)
        for resource in listed(statement.get("Resource", ""))
    )
