# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
The words that S3 knows in a bucket policy: actions with what they are done to, condition keys, services.

Actions and condition keys are those of the service authorization reference (of 2026), global condition keys those of
the IAM user guide.
"""

from __future__ import annotations

import functools
import re

import botocore.session

from tests.emulator.aws.policy_language import action_matches

_ON_OBJECTS = """
    AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectTagging DeleteObjectVersion
    DeleteObjectVersionTagging GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold GetObjectRetention
    GetObjectTagging GetObjectTorrent GetObjectVersion GetObjectVersionAcl GetObjectVersionAttributes
    GetObjectVersionForReplication GetObjectVersionTagging GetObjectVersionTorrent InitiateReplication
    ListMultipartUploadParts ObjectOwnerOverrideToBucketOwner PutObject PutObjectAcl PutObjectLegalHold
    PutObjectRetention PutObjectTagging PutObjectVersionAcl PutObjectVersionTagging ReplicateDelete ReplicateObject
    ReplicateTags RestoreObject UpdateObjectEncryption
"""
_ON_BUCKETS = """
    CreateBucket CreateBucketMetadataTableConfiguration DeleteBucket DeleteBucketMetadataTableConfiguration
    DeleteBucketPolicy DeleteBucketWebsite GetAccelerateConfiguration GetAnalyticsConfiguration GetBucketAbac
    GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging GetBucketMetadataTableConfiguration
    GetBucketNotification GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy
    GetBucketPolicyStatus GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging GetBucketVersioning
    GetBucketWebsite GetEncryptionConfiguration GetIntelligentTieringConfiguration GetInventoryConfiguration
    GetLifecycleConfiguration GetMetricsConfiguration GetReplicationConfiguration ListBucket
    ListBucketMultipartUploads ListBucketVersions ListTagsForResource PauseReplication PutAccelerateConfiguration
    PutAnalyticsConfiguration PutBucketAbac PutBucketAcl PutBucketCORS PutBucketLogging PutBucketNotification
    PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock
    PutBucketRequestPayment PutBucketTagging PutBucketVersioning PutBucketWebsite PutEncryptionConfiguration
    PutIntelligentTieringConfiguration PutInventoryConfiguration PutLifecycleConfiguration PutMetricsConfiguration
    PutReplicationConfiguration TagResource UntagResource UpdateBucketMetadataInventoryTableConfiguration
    UpdateBucketMetadataJournalTableConfiguration
"""
_ELSEWHERE = """
    CreateAccessPoint CreateJob DeleteAccessPoint GetAccessPoint GetAccountPublicAccessBlock ListAccessPoints
    ListAllMyBuckets ListJobs ListMultiRegionAccessPoints ListStorageLensConfigurations PutAccountPublicAccessBlock
    PutStorageLensConfiguration
"""
_KINDS: dict[str, frozenset[str]] = {
    **{f"s3:{name}": frozenset({"object"}) for name in _ON_OBJECTS.split()},
    **{f"s3:{name}": frozenset({"bucket"}) for name in _ON_BUCKETS.split()},
    **{f"s3:{name}": frozenset() for name in _ELSEWHERE.split()},
}
_GLOBAL_KEYS = """
    CalledVia CalledViaFirst CalledViaLast CalledViaAWSMCP CurrentTime Ec2InstanceSourcePrivateIPv4
    Ec2InstanceSourceVpc EpochTime FederatedProvider IsMcpServiceAction MultiFactorAuthAge MultiFactorAuthPresent
    PrincipalAccount PrincipalArn PrincipalIsAWSService PrincipalOrgID PrincipalOrgPaths PrincipalServiceName
    PrincipalServiceNamesList PrincipalType Referer RequestedRegion ResourceAccount ResourceOrgID ResourceOrgPaths
    SecureTransport SourceAccount SourceArn SourceIdentity SourceIp SourceOrgID SourceOrgPaths SourceOwner SourceVpc
    SourceVpcArn SourceVpce TagKeys TokenIssueTime UserAgent UserId Username ViaAWSService VpcSourceIp VpceAccount
    VpceOrgID VpceOrgPaths
"""
_S3_KEYS = """
    AccessGrantsInstanceArn AccessPointNetworkOrigin authType DataAccessPointAccount DataAccessPointArn delimiter
    destinationRegion if-match if-none-match InventoryAccessibleOptionalFields isReplicationPauseRequest
    LocationConstraint max-keys object-lock-legal-hold object-lock-mode object-lock-remaining-retention-days
    object-lock-retain-until-date ObjectCreationOperation prefix RequestObjectTagKeys ResourceAccount signatureAge
    signatureversion TlsVersion versionid x-amz-acl x-amz-bucket-namespace x-amz-content-sha256 x-amz-copy-source
    x-amz-grant-full-control x-amz-grant-read x-amz-grant-read-acp x-amz-grant-write x-amz-grant-write-acp
    x-amz-metadata-directive x-amz-object-ownership x-amz-server-side-encryption
    x-amz-server-side-encryption-aws-kms-key-id x-amz-server-side-encryption-customer-algorithm x-amz-storage-class
    x-amz-website-redirect-location
"""
_KEYS = {f"aws:{key}".lower() for key in _GLOBAL_KEYS.split()} | {f"s3:{key}".lower() for key in _S3_KEYS.split()}
_KEYS_WITH_NAMES = (
    "aws:principaltag/", "aws:requesttag/", "aws:resourcetag/", "s3:accesspointtag/", "s3:buckettag/",
    "s3:existingobjecttag/", "s3:requestobjecttag/",
)  # fmt: skip
_SERVICE = re.compile(r"([a-z0-9.-]+?)(?:\.[a-z]{2,3}(?:-[a-z]+)+-\d)?\.amazonaws\.com")
_SERVICES_WITHOUT_API = {
    "billingreports", "delivery.logs", "logging.s3", "maintenance.elasticfilesystem", "malware-protection-plan.guardduty",
    "opensearchservice", "replicator.lambda", "s3-batch-operations", "batchoperations.s3", "storage-lens.s3",
    "securitylake", "vpc-flow-logs", "access-grants.s3", "logdelivery.elasticloadbalancing",
}  # fmt: skip


@functools.lru_cache(maxsize=1024)
def kinds_of(pattern: str) -> list[frozenset[str]]:
    """What each action that a pattern names is done to ("bucket", "object" or nothing); no action, no entry."""
    return [kinds for action, kinds in _KINDS.items() if action_matches(pattern, action)]


def is_condition_key(key: str) -> bool:
    """Whether S3 knows a condition key; names are case-insensitive."""
    lowered = key.lower()
    return lowered in _KEYS or any(lowered.startswith(p) and lowered != p for p in _KEYS_WITH_NAMES)


@functools.cache
def _services() -> frozenset[str]:
    session = botocore.session.get_session()
    endpoints = session.get_data("endpoints")["partitions"][0]["services"]
    return frozenset([*session.get_available_services(), *endpoints, *_SERVICES_WITHOUT_API])


def is_service(principal: str) -> bool:
    """Whether AWS has a service of this principal, such as s3.amazonaws.com or logs.us-east-1.amazonaws.com."""
    match = _SERVICE.fullmatch(principal)
    return match is not None and match[1] in _services()
