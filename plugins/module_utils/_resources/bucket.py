# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bucket that the export is delivered to: created private, and open to the export service alone.

Statements, tags and objects of others stay. Its encryption is only read while the export does not stand yet:
S3 encrypts every new object since 2023, and that cannot be turned off.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import documents
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import has_all

PUBLIC_ACCESS_BLOCK = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
OBJECT_OWNERSHIP = "BucketOwnerEnforced"
OWNERSHIP = {"Rules": [{"ObjectOwnership": OBJECT_OWNERSHIP}]}
ENCRYPTION = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
# The setting's name in State, and how it is read: operation, key of the answer, the code that means "not set".
_READINGS = (
    ("policy", "get_bucket_policy", "Policy", "NoSuchBucketPolicy"),
    (
        "public_access_block",
        "get_public_access_block",
        "PublicAccessBlockConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
    ),
    ("ownership", "get_bucket_ownership_controls", "OwnershipControls", "OwnershipControlsNotFoundError"),
)
_READING_ENCRYPTION = (
    "encryption",
    "get_bucket_encryption",
    "ServerSideEncryptionConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError",
)
_READING_TAGS = ("tags", "get_bucket_tagging", "TagSet", "NoSuchTagSet")

State = Mapping  # the settings that were read, each None where it is not set


@dataclasses.dataclass(frozen=True)
class Bucket:
    """The bucket that is wanted: its name, the account that must own it, its region and tags."""

    name: str
    account: str
    partition: str
    region: str
    tags: Mapping[str, str]

    def read(self, clients: Any, settled: bool) -> State | None:
        """The bucket's settings, None where there is no such bucket.

        settled: the export to this bucket stands, so AWS has proved its region and only later changes are looked for.
        Raises InputError where the bucket is another account's or in another region.
        """
        readings = _READINGS + (() if settled else (_READING_ENCRYPTION,)) + ((_READING_TAGS,) if self.tags else ())
        try:
            if not settled:
                self._check_region(clients.read("s3", "head_bucket", **self._of_ours).get("BucketRegion"))
            state = dict((name, self._setting(clients, *reading)) for name, *reading in readings)
        except AwsError as error:
            if error.code in ("NoSuchBucket", "404"):
                return None
            if error.code in ("AccessDenied", "403"):
                raise InputError(
                    "bucket",
                    "the bucket {0} belongs to another account, or these credentials may not read it. Bucket names are "
                    "unique in the world: name another one, or grant the access ({1})".format(self.name, error),
                )
            raise
        state["policy"] = json.loads(state["policy"]) if state["policy"] else None
        return state

    def plan(self, state: State | None) -> list[Step]:
        """The writes that make the bucket and its settings; a setting that was not read is not written."""
        steps = []
        if state is None:
            steps.append(self._creation())
            state = {"policy": None, "public_access_block": None, "ownership": OWNERSHIP, "encryption": None}
        if state["public_access_block"] != PUBLIC_ACCESS_BLOCK:
            setting: dict[str, Any] = {"PublicAccessBlockConfiguration": PUBLIC_ACCESS_BLOCK}
            before = state["public_access_block"]
            steps.append(self._step("Block public access to the bucket", "put_public_access_block", setting, before))
        if state["ownership"] != OWNERSHIP:
            setting = {"OwnershipControls": OWNERSHIP}
            title = "Make the bucket's owner the owner of all objects in the bucket"
            steps.append(self._step(title, "put_bucket_ownership_controls", setting, state["ownership"]))
        if state.get("encryption", ENCRYPTION) is None:
            setting = {"ServerSideEncryptionConfiguration": ENCRYPTION}
            steps.append(self._step("Encrypt the bucket", "put_bucket_encryption", setting))
        policy = documents.merged_bucket_policy(state["policy"], self.partition, self.account, self.name)
        if policy != state["policy"]:
            steps.append(
                Step(
                    "Let the export service write to the bucket {0}".format(self.name),
                    "s3",
                    "put_bucket_policy",
                    dict(self._of_ours, Policy=json.dumps(policy)),
                    before=state["policy"],
                    after=policy,
                )
            )
        tags = boto3_tag_list_to_ansible_dict(state.get("tags") or [])
        if not has_all(self.tags, tags):
            setting = {"Tagging": {"TagSet": ansible_dict_to_boto3_tag_list(dict(tags, **self.tags))}}
            steps.append(self._step("Tag the bucket", "put_bucket_tagging", setting, {"TagSet": state.get("tags")}))
        return steps

    @property
    def _of_ours(self) -> dict[str, str]:
        return {"Bucket": self.name, "ExpectedBucketOwner": self.account}

    def _setting(self, clients: Any, operation: str, key: str, not_set: str) -> Any:
        answer = clients.read("s3", operation, missing=(not_set,), **self._of_ours)
        return answer and answer[key]

    def _check_region(self, region: str | None) -> None:
        if region and region != self.region:
            raise InputError(
                "bucket_region",
                "the bucket {0} is in {1}, not in {2}. Set O(bucket_region) to {1}, or name another O(bucket)".format(
                    self.name, region, self.region
                ),
            )

    def _creation(self) -> Step:
        parameters: dict[str, Any] = {"Bucket": self.name, "ObjectOwnership": OBJECT_OWNERSHIP}
        # S3 takes no LocationConstraint for us-east-1.
        if self.region != "us-east-1":
            parameters["CreateBucketConfiguration"] = {"LocationConstraint": self.region}
        title = "Create the bucket {0} in {1}".format(self.name, self.region)
        after = {"Bucket": self.name, "Region": self.region, "ObjectOwnership": OBJECT_OWNERSHIP}
        return Step(title, "s3", "create_bucket", parameters, after=after)

    def _step(self, title: str, operation: str, setting: dict[str, Any], before: Any = None) -> Step:
        (after,) = setting.values()
        parameters = dict(self._of_ours, **setting)
        return Step("{0} {1}".format(title, self.name), "s3", operation, parameters, before=before, after=after)
