# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which actions the first connection of an account takes, by what the account lacks, and in which regions they are called.

Only what is sure to be called stands here: nothing for what is there already, however it may have to be mended.
Sources: the service authorization reference (CreateExport is checked on the table, and as cur:PutReportDefinition), and
S3's CreateBucket, which checks PutBucketOwnershipControls where ownership is given.
"""

from __future__ import annotations

import dataclasses
from typing import Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.export import EXPORT_REGION, TABLE

# By what is missing, or made in any case; with tags the second ones too.
CALLED = {
    "policy": (("iam:CreatePolicy",), ("iam:TagPolicy",)),
    "user": (("iam:CreateUser", "iam:AttachUserPolicy"), ("iam:TagUser",)),
    "access_key": (("iam:TagUser", "iam:CreateAccessKey"), ()),
    "role": (("iam:CreateRole", "iam:AttachRolePolicy"), ("iam:TagRole",)),
    "bucket": (
        (
            "s3:CreateBucket",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketOwnershipControls",
            "s3:PutEncryptionConfiguration",
            "s3:PutBucketPolicy",
        ),
        ("s3:PutBucketTagging",),
    ),
    "table": (("bcm-data-exports:CreateExport",), ()),
    "report": (("cur:PutReportDefinition",), ()),
}
# What a new bucket is made with, so that no access control lists are.
OBJECT_OWNERSHIP = "BucketOwnerEnforced"
# IAM is one service for a partition, and is called in this region.
_IAM_REGION = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


@dataclasses.dataclass(frozen=True)
class Lacking:
    """What an account lacks.

    policies: the names of those to be made. user: the ARN of the user that there is or will be; has_user: whether there is.
    role: that of the role to be made, empty for none. attached: the ARN of a policy that the user or role gets.
    export, bucket: the names of those to be made, None for none. bucket_region: where the bucket will be. tags, boundary: what is asked for.
    """

    account: str
    partition: str
    policies: Sequence[str]
    user: str
    has_user: bool
    makes_key: bool = True
    role: str = ""
    export: str | None = None
    bucket: str | None = None
    bucket_region: str = ""
    attached: str = ""
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)
    boundary: str | None = None

    def targets(self) -> dict[str, list[tuple[str, str]]]:
        """By region what will be called there, each action with its resource; all actions of a region are one question."""
        iam = "arn:{0}:iam::{1}:".format(self.partition, self.account)
        made = [("policy", "{0}policy/{1}".format(iam, name)) for name in self.policies]
        if not self.has_user:
            made.append(("user", self.user))
        if self.role:
            made.append(("role", self.role))
        if self.makes_key:
            made.append(("access_key", self.user))
        found = {_IAM_REGION.get(self.partition, ""): self._called(made)}
        if self.bucket is not None:
            bucket = [("bucket", "arn:{0}:s3:::{1}".format(self.partition, self.bucket))]
            found.setdefault(self.bucket_region, []).extend(self._called(bucket))
        if self.export is not None:
            region = EXPORT_REGION.get(self.partition, EXPORT_REGION["aws"])
            start = "arn:{0}:{{0}}:{1}:{2}:".format(self.partition, region, self.account)
            report = [
                ("table", start.format("bcm-data-exports") + "table/" + TABLE),
                ("report", start.format("cur") + "definition/" + self.export),
            ]
            found.setdefault(region, []).extend(self._called(report))
        return {region: targets for region, targets in found.items() if targets}

    def context(self, region: str) -> dict[str, str | list[str]]:
        """By condition key what these requests hold in a region, for policies that ask for it."""
        found: dict[str, str | list[str]] = {"aws:RequestedRegion": region}
        found.update(("aws:RequestTag/{0}".format(key), value) for key, value in self.tags.items())
        if self.tags:
            found["aws:TagKeys"] = sorted(self.tags)
        if self.boundary:
            found["iam:PermissionsBoundary"] = self.boundary
        if self.attached:
            found["iam:PolicyARN"] = self.attached
        if self.bucket is not None:
            found["s3:x-amz-object-ownership"] = OBJECT_OWNERSHIP
        if self.bucket is not None and self.bucket_region != "us-east-1":
            found["s3:LocationConstraint"] = self.bucket_region
        return found

    def _called(self, made: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        called: list[tuple[str, str]] = []
        for kind, resource in made:
            always, with_tags = CALLED[kind]
            called.extend((action, resource) for action in (*always, *(with_tags if self.tags else ())))
        return list(dict.fromkeys(called))
