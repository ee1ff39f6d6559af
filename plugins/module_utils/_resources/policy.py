# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two FinOps policies, compared by content and updated as a new version; versions of others stay."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import documents, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource, has_all

VERSION_LIMIT = 5  # IAM keeps at most this many versions of a managed policy
KINDS = {"billing_import": settings.BILLING_IMPORT, "resource_discovery": settings.RESOURCE_DISCOVERY}


@dataclasses.dataclass
class State:
    """One policy as IAM has it; versions are only read where a version must be made or all must go."""

    arn: str
    default_version: str
    document: dict[str, Any]
    tags: Mapping[str, str]
    attachments: int
    versions: list[dict[str, Any]] = dataclasses.field(default_factory=list)


class Policy(Resource):
    """The FinOps policies of one account."""

    NAME = "policy"
    OPTIONS = {
        "policies": {"type": "list", "elements": "str", "choices": list(KINDS), "default": list(KINDS)},
        "variant": {"type": "str", "choices": list(settings.VARIANTS), "default": "documented"},
        "bucket": {"type": "str"},
        "prefix": {"type": "str"},
    }
    CHANGE_OPTIONS = {"tags": {"type": "dict"}}

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.account = clients.account
        self.partition = clients.partition
        bucket = settings.bucket(options.get("bucket"), self.account)
        prefix = settings.prefix(options.get("prefix"))
        self.tags = settings.tags(options.get("tags"))
        self.wanted = dict(
            (KINDS[kind], documents.policy_document(KINDS[kind], options["variant"], self.partition, bucket, prefix))
            for kind in options["policies"]
        )

    def read(self) -> dict[str, State]:
        """The policies by name: one listing tells the default versions of all, then one call for each document."""
        listed = self.clients.read_all("iam", "list_policies", "Policies", Scope="Local", MaxItems=1000)
        found = dict((policy["PolicyName"], policy) for policy in listed if policy["PolicyName"] in self.wanted)
        return dict((name, self._read(found[name])) for name in self.wanted if name in found)

    def _read(self, policy: Mapping[str, Any]) -> State:
        arn, version = policy["Arn"], policy["DefaultVersionId"]
        if arn.split(":")[4] != self.account:
            raise FinopsError(
                "O(account_id): the credentials belong to account {0}; nothing was changed".format(arn.split(":")[4])
            )
        answer = self.clients.read("iam", "get_policy_version", PolicyArn=arn, VersionId=version)
        document = _parsed(answer["PolicyVersion"]["Document"])
        state = State(arn, version, document, {}, policy.get("AttachmentCount", 0))
        if self.tags:
            answer = self.clients.read("iam", "get_policy", PolicyArn=arn)
            state.tags = boto3_tag_list_to_ansible_dict(answer["Policy"].get("Tags", []))
        name = policy["PolicyName"]
        if self.absent or not documents.same_document(self.wanted[name], document):
            state.versions = self._read_versions(arn, version, document)
        return state

    def _read_versions(self, arn: str, default: str, document: dict[str, Any]) -> list[dict[str, Any]]:
        """All versions, oldest first; their documents only at the limit, where one of them may have to go."""
        versions = self.clients.read_all("iam", "list_policy_versions", "Versions", PolicyArn=arn)
        versions.sort(key=lambda version: int(version["VersionId"][1:]))
        for version in versions if len(versions) >= VERSION_LIMIT else []:
            if version["VersionId"] == default:
                version["Document"] = document
            else:
                answer = self.clients.read("iam", "get_policy_version", PolicyArn=arn, VersionId=version["VersionId"])
                version["Document"] = _parsed(answer["PolicyVersion"]["Document"])
        return versions

    def plan(self, current: Mapping[str, State]) -> Plan:
        """Create, or a new default version; FinopsError where no version may go to make room for it."""
        return Plan(self._steps(current))

    def _steps(self, current: Mapping[str, State]) -> list[Step]:
        steps: list[Step] = []
        for name, document in self.wanted.items():
            state = current.get(name)
            if self.absent:
                steps += self._removal(name, state) if state else []
            elif state is None:
                steps.append(self._creation(name, document))
            else:
                if not documents.same_document(document, state.document):
                    steps += self._new_version(name, document, state)
                steps += self._plan_tags(name, state)
        return steps

    def describe(self, current: Mapping[str, State], steps: Sequence[Step]) -> dict[str, Any]:
        """C(policies), by name: the ARN and the document."""
        if self.absent:
            return {"policies": {}}
        return {
            "policies": dict(
                (name, {"arn": current[name].arn if name in current else self._arn(name), "document": document})
                for name, document in self.wanted.items()
            )
        }

    def info(self, current: Mapping[str, State]) -> dict[str, Any]:
        """C(policies), by name: the ARN, the default version, its document and whether that is the wanted one."""
        return {
            "policies": dict(
                (
                    name,
                    {
                        "arn": state.arn,
                        "default_version": state.default_version,
                        "document": state.document,
                        "attachment_count": state.attachments,
                        "as_wanted": documents.same_document(self.wanted[name], state.document),
                    },
                )
                for name, state in current.items()
            )
        }

    def _arn(self, name: str) -> str:
        return "arn:{0}:iam::{1}:policy/{2}".format(self.partition, self.account, name)

    def _creation(self, name: str, document: dict[str, Any]) -> Step:
        parameters: dict[str, Any] = {"PolicyName": name, "PolicyDocument": json.dumps(document)}
        if self.tags:
            parameters["Tags"] = ansible_dict_to_boto3_tag_list(self.tags)
        return Step("Create the policy {0}".format(name), "iam", "create_policy", parameters, after=document)

    def _new_version(self, name: str, document: dict[str, Any], state: State) -> list[Step]:
        steps = []
        if len(state.versions) >= VERSION_LIMIT:
            steps.append(self._room(name, state))
        parameters = {"PolicyArn": state.arn, "PolicyDocument": json.dumps(document), "SetAsDefault": True}
        title = "Update the policy {0} by a new version".format(name)
        steps.append(Step(title, "iam", "create_policy_version", parameters, before=state.document, after=document))
        return steps

    def _room(self, name: str, state: State) -> Step:
        for version in state.versions:
            if version["VersionId"] != state.default_version and documents.is_generated(
                name, version["Document"], self.partition
            ):
                return self._version_deletion(name, state, version)
        raise FinopsError(
            "the policy {0} has other content than wanted and {1} versions already, IAM's limit; none of those that are "
            "not in force was written by this collection. Delete one that is no longer needed: "
            "aws iam delete-policy-version --policy-arn {2} --version-id VERSION (one of {3})".format(
                name,
                len(state.versions),
                state.arn,
                ", ".join(
                    version["VersionId"] for version in state.versions if version["VersionId"] != state.default_version
                ),
            )
        )

    def _version_deletion(self, name: str, state: State, version: Mapping[str, Any]) -> Step:
        return Step(
            "Delete version {0} of the policy {1}".format(version["VersionId"], name),
            "iam",
            "delete_policy_version",
            {"PolicyArn": state.arn, "VersionId": version["VersionId"]},
            before=version.get("Document"),
        )

    def _removal(self, name: str, state: State) -> list[Step]:
        if state.attachments:
            raise FinopsError(
                "the policy {0} is still attached to {1} user(s), group(s) or role(s), so it is not deleted. Remove the "
                "FinOps user first (finops_for_cloud.aws.user with state absent), then detach the others: "
                "aws iam list-entities-for-policy --policy-arn {2}".format(name, state.attachments, state.arn)
            )
        steps = [
            self._version_deletion(name, state, version)
            for version in state.versions
            if version["VersionId"] != state.default_version
        ]
        title = "Delete the policy {0}".format(name)
        return steps + [Step(title, "iam", "delete_policy", {"PolicyArn": state.arn}, before=state.document)]

    def _plan_tags(self, name: str, state: State) -> list[Step]:
        if has_all(self.tags, state.tags):
            return []
        return [
            Step(
                "Tag the policy {0}".format(name),
                "iam",
                "tag_policy",
                {"PolicyArn": state.arn, "Tags": ansible_dict_to_boto3_tag_list(self.tags)},
                before=dict(state.tags),
                after=dict(state.tags, **self.tags),
            )
        ]


def _parsed(document: Any) -> dict[str, Any]:
    return json.loads(document) if isinstance(document, str) else document


RESOURCE = Policy
