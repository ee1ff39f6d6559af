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
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.early import Reading
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import bucket_policy
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.first_writes import OBJECT_OWNERSHIP
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policy_denials import denials
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import Finding, blocked, note
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import has_all

PUBLIC_ACCESS_BLOCK = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
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
# What create_bucket makes, but for what it is told not to leave open.
_FRESH = {"policy": None, "public_access_block": None, "ownership": OWNERSHIP, "encryption": None}

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
        Raises FinopsError where the bucket is another account's or in another region.
        """
        clients.use_region("s3", self.region)
        readings = _READINGS + (() if settled else (_READING_ENCRYPTION,)) + ((_READING_TAGS,) if self.tags else ())
        try:
            if not settled:
                self._check_region(clients.read("s3", "head_bucket", **self._of_ours).get("BucketRegion"))
            clients.begin(*(Reading("s3", operation, self._of_ours) for dummy, operation, *dummies in readings))
            state = dict((name, self._setting(clients, *reading)) for name, *reading in readings)
        except AwsError as error:
            if error.code in ("NoSuchBucket", "404"):
                return None
            if error.code in ("AccessDenied", "403"):
                raise FinopsError(
                    "O(bucket): the bucket {0} belongs to another account, or these credentials may not read it. "
                    "Bucket names are unique in the world: name another one, or grant the access ({1})".format(
                        self.name, error
                    ),
                    finding_code="BUCKET_FOREIGN",
                )
            raise
        state["policy"] = json.loads(state["policy"]) if state["policy"] else None
        return state

    def keys(self, clients: Any, path: str) -> list[str]:
        """The names of all objects below a path of the bucket."""
        found = clients.read_all("s3", "list_objects_v2", "Contents", Prefix=path, **self._of_ours)
        return [item["Key"] for item in found or []]

    def has_any(self, clients: Any, path: str) -> bool:
        """Whether there is any object below a path of the bucket."""
        answer = clients.read("s3", "list_objects_v2", ("NoSuchBucket",), Prefix=path, MaxKeys=1, **self._of_ours)
        return bool(answer and answer.get("Contents"))

    def plan(self, state: State | None, path: str, export: str, delivers: bool) -> Plan:
        """The writes that make the bucket and its settings; a setting that was not read is not written.

        path, export: where the export's files go, and its name.
        delivers: whether AWS has delivered it and is content, so that no statement of others can keep it from that.
        """
        if state is None:
            # All that follows goes with the creation.
            fresh = self._plan_settings(_FRESH, path, export, delivers).steps
            return Plan([self._creation()] + [dataclasses.replace(step, code="") for step in fresh])
        return self._plan_settings(state, path, export, delivers)

    def _plan_settings(self, state: State, path: str, export: str, delivers: bool) -> Plan:
        plan = Plan()
        if state["public_access_block"] != PUBLIC_ACCESS_BLOCK:
            setting: dict[str, Any] = {"PublicAccessBlockConfiguration": PUBLIC_ACCESS_BLOCK}
            title, before = "Block public access to the bucket", state["public_access_block"]
            plan.add([self._step(title, "put_public_access_block", setting, before, code="BUCKET_PUBLIC")])
        if state["ownership"] != OWNERSHIP:
            setting = {"OwnershipControls": OWNERSHIP}
            title, before = "Make the bucket's owner the owner of all objects in the bucket", state["ownership"]
            plan.add([self._step(title, "put_bucket_ownership_controls", setting, before, code="BUCKET_OWNERSHIP")])
        if state.get("encryption", ENCRYPTION) is None:
            setting = {"ServerSideEncryptionConfiguration": ENCRYPTION}
            plan.add([self._step("Encrypt the bucket", "put_bucket_encryption", setting, code="BUCKET_ENCRYPTION")])
        plan.add(findings=self._keys_of_others(state.get("encryption")))
        plan.add(*self._plan_policy(state["policy"]))
        plan.add(findings=self._denials(state["policy"], path, export, delivers))
        tags = boto3_tag_list_to_ansible_dict(state.get("tags") or [])
        if not has_all(self.tags, tags):
            setting = {"Tagging": {"TagSet": ansible_dict_to_boto3_tag_list(dict(tags, **self.tags))}}
            before = {"TagSet": state.get("tags")}
            plan.add([self._step("Tag the bucket", "put_bucket_tagging", setting, before, code="BUCKET_TAGS")])
        return plan

    def _plan_policy(self, current: dict[str, Any] | None) -> tuple[list[Step], list[Finding]]:
        wanted = bucket_policy.merged(current, self.partition, self.account, self.name)
        if wanted is current:
            return [], []
        text = json.dumps(wanted)
        if len(text) > bucket_policy.SIZE_LIMIT:
            title = "the policy of the bucket {0} has no room for one more statement: S3 takes {1} bytes".format(
                self.name, bucket_policy.SIZE_LIMIT
            )
            remedy = "Take out statements that are no longer needed, or name another O(bucket)"
            return [], [blocked("BUCKET_POLICY_FULL", title=title, remedy=remedy)]
        step = Step(
            "Let the export service write to the bucket {0}".format(self.name),
            "s3",
            "put_bucket_policy",
            dict(self._of_ours, Policy=text),
            code="BUCKET_STATEMENT",
            before=current,
            after=wanted,
        )
        return [step], []

    def _denials(self, policy: dict[str, Any] | None, path: str, export: str, delivers: bool) -> list[Finding]:
        request = bucket_policy.write_request(self.partition, self.account, self.name, path, export)
        certain, possible = denials(policy, request)
        if certain:
            title = "the policy of the bucket {0} denies the export service to write: {1}".format(
                self.name, ", ".join(certain)
            )
            remedy = "Exempt it there, such as by the condition aws:PrincipalIsAWSService, or name another O(bucket)"
            return [blocked("BUCKET_POLICY_DENIES", title=title, remedy=remedy)]
        if possible and not delivers:
            title = "the policy of the bucket {0} may deny the export service to write: {1}".format(
                self.name, ", ".join(possible)
            )
            remedy = "Where AWS does not deliver, look at the conditions there"
            return [note("BUCKET_POLICY_MAY_DENY", title=title, remedy=remedy)]
        return []

    def _keys_of_others(self, encryption: Mapping[str, Any] | None) -> list[Finding]:
        """Files under a key of one's own take permissions that nobody here gives: on the key itself."""
        rules = [rule.get("ApplyServerSideEncryptionByDefault", {}) for rule in (encryption or {}).get("Rules", [])]
        keys = [rule.get("KMSMasterKeyID", "") for rule in rules if rule.get("SSEAlgorithm") != "AES256"]
        keys = [key for key in keys if key and not key.endswith("alias/aws/s3")]
        if not keys:
            return []
        title = "the bucket {0} is encrypted with a key of its owner, {1}".format(self.name, ", ".join(keys))
        remedy = (
            "See that the key's policy lets bcm-data-exports.amazonaws.com use kms:GenerateDataKey and kms:Decrypt, "
            "and that the FinOps login may use kms:Decrypt with it"
        )
        return [note("BUCKET_KMS", title=title, remedy=remedy)]

    @property
    def _of_ours(self) -> dict[str, str]:
        return {"Bucket": self.name, "ExpectedBucketOwner": self.account}

    def _setting(self, clients: Any, operation: str, key: str, not_set: str) -> Any:
        answer = clients.read("s3", operation, missing=(not_set,), **self._of_ours)
        return answer and answer[key]

    def _check_region(self, region: str | None) -> None:
        if region and region != self.region:
            raise FinopsError(
                "O(bucket_region): the bucket {0} is in {1}, not in {2}. Set O(bucket_region) to {1}, or name another "
                "O(bucket)".format(self.name, region, self.region),
                finding_code="BUCKET_REGION",
            )

    def _creation(self) -> Step:
        parameters: dict[str, Any] = {"Bucket": self.name, "ObjectOwnership": OBJECT_OWNERSHIP}
        # S3 takes no LocationConstraint for us-east-1.
        if self.region != "us-east-1":
            parameters["CreateBucketConfiguration"] = {"LocationConstraint": self.region}
        title = "Create the bucket {0} in {1}".format(self.name, self.region)
        after = {"Bucket": self.name, "Region": self.region, "ObjectOwnership": OBJECT_OWNERSHIP}
        return Step(title, "s3", "create_bucket", parameters, code="BUCKET_MISSING", after=after)

    def _step(self, title: str, operation: str, setting: dict[str, Any], before: Any = None, code: str = "") -> Step:
        (after,) = setting.values()
        parameters = dict(self._of_ours, **setting)
        title = "{0} {1}".format(title, self.name)
        return Step(title, "s3", operation, parameters, code=code, before=before, after=after)
