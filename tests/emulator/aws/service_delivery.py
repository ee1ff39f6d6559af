# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""May an AWS service write into a bucket: its policy and its key's decide, with the conditions really evaluated."""

from __future__ import annotations

import datetime

from tests.emulator.aws.kms_keys import service_may_use
from tests.emulator.aws.policy_language import Query, evaluate
from tests.emulator.aws.s3_buckets import BucketPolicies, find_bucket, s3_of
from tests.emulator.aws.s3_encryption import default_key

EXPORTS_SERVICE = "bcm-data-exports.amazonaws.com"
REPORTS_SERVICE = "billingreports.amazonaws.com"
TEST_OBJECT = "aws-programmatic-access-test-object"


def service_may(policies: BucketPolicies, service: str, action: str, resource: str, source_arn: str) -> bool:
    """Whether a bucket policy lets a service do something for an export or report, whose ARN has the account."""
    bucket = resource.removeprefix("arn:aws:s3:::").split("/", 1)[0]
    policy = policies.get(bucket)
    if policy is None:
        return False
    context = {
        "aws:SourceArn": source_arn,
        "aws:SourceAccount": source_arn.split(":")[4],
        "aws:SecureTransport": "true",
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": service,
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    return evaluate([policy], Query(action, resource, context, service=service)) == "allow"


def service_may_write(policies: BucketPolicies, service: str, bucket_name: str, key: str, source_arn: str) -> bool:
    """Whether the bucket's policy, and the policy of the key that it encrypts with, let a service write an object."""
    bucket = find_bucket(bucket_name)
    if bucket is None or not service_may(
        policies, service, "s3:PutObject", f"arn:aws:s3:::{bucket_name}/{key}", source_arn
    ):
        return False
    key_reference = default_key(bucket)
    return key_reference is None or service_may_use(service, key_reference, source_arn)


def bucket_fits(bucket_name: str, region: str, owner: str) -> bool:
    """Whether the bucket exists, in this region, and is this account's."""
    bucket = find_bucket(bucket_name)
    return bucket is not None and bucket.region_name == region and bucket.account_id == owner


def write_object(bucket_name: str, key: str, content: bytes, moment: datetime.datetime) -> None:
    """Write an object as the service would at this moment."""
    bucket = find_bucket(bucket_name)
    assert bucket is not None
    written = s3_of(bucket.account_id).put_object(bucket_name, key, content)
    written.last_modified = moment.replace(tzinfo=None)
