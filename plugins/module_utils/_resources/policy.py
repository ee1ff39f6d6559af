# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two FinOps policies, compared by meaning and updated as a new version; versions of others stay."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.identities import (
    Entity,
    identities,
    policy_name,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import policies, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policy_meaning import (
    listed,
    same_meaning,
    statements_of,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import Finding, blocked
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource, has_all
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.belongings import STILL_IN_USE, holders

VERSION_LIMIT = 5  # IAM keeps at most this many versions of a managed policy
KINDS = {"billing_import": settings.BILLING_IMPORT, "resource_discovery": settings.RESOURCE_DISCOVERY}
_KEY_ARN = re.compile(r"arn:[\w-]+:kms:[\w-]+:[0-9]{12}:key/[\w-]+\Z")


@dataclasses.dataclass
class Found:
    """One policy as IAM has it; versions, oldest first, are only read where one must be made or all must go.

    attachments: to how many it is attached, or whose boundary it is. holders: who they are, None where nobody looked.
    """

    arn: str
    default_version: str
    document: dict[str, Any]
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)
    attachments: int = 0
    versions: Sequence[Mapping[str, Any]] = ()
    holders: Sequence[str] | None = None


@dataclasses.dataclass
class State:
    """The policies by name, and of a name that is taken in another spelling that one: IAM looks past letter case."""

    policies: dict[str, Found]
    spelled: dict[str, str] = dataclasses.field(default_factory=dict)


class Policy(Resource):
    """The FinOps policies of one account."""

    NAME = "policy"
    OPTIONS = {
        "policies": {"type": "list", "elements": "str", "choices": list(KINDS), "default": list(KINDS)},
        "variant": {"type": "str", "choices": list(settings.VARIANTS), "default": "documented"},
        "bucket": {"type": "str"},
        "prefix": {"type": "str"},
        "also": {
            "type": "list",
            "elements": "dict",
            "options": {"bucket": {"type": "str", "required": True}, "prefix": {"type": "str"}},
        },
    }
    CHANGE_OPTIONS = {"tags": {"type": "dict"}, "leaving": {"type": "list", "elements": "str", "default": []}}

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.account = clients.account
        self.partition = clients.partition
        bucket = settings.bucket(options.get("bucket"), self.account, option="bucket")
        prefix = settings.prefix(options.get("prefix"), option="prefix")
        also = [
            (settings.bucket(one["bucket"], self.account, option="also"), one.get("prefix") or "")
            for one in options.get("also") or []
        ]
        self.tags = settings.tags(options.get("tags"))
        self.wanted = dict(
            (
                KINDS[kind],
                policies.policy_document(KINDS[kind], options["variant"], self.partition, bucket, prefix, also),
            )
            for kind in options["policies"]
        )

    def read(self) -> State:
        """All from one look at IAM; tags, which that does not show, by a call for each policy where some are wanted."""
        there = dict((policy_name(policy), policy) for policy in identities(self.clients).policies)
        folded = dict((name.casefold(), name) for name in there)
        missing = [name for name in self.wanted if name not in there and name.casefold() in folded]
        return State(
            dict((name, self._found(name, there[name])) for name in self.wanted if name in there),
            dict((name, folded[name.casefold()]) for name in missing),
        )

    def _found(self, name: str, policy: Entity) -> Found:
        iam = identities(self.clients)
        found = Found(policy["Arn"], policy["DefaultVersionId"], iam.document(policy))
        found.attachments = policy.get("AttachmentCount", 0)
        if self.absent:
            self._look_for_holders(found, policy.get("PermissionsBoundaryUsageCount", 0))
        if self.tags:
            answer = self.clients.read("iam", "get_policy", PolicyArn=found.arn)
            found.tags = boto3_tag_list_to_ansible_dict(answer["Policy"].get("Tags", []))
        if self.absent or not self._is_as_wanted(name, found):
            found.versions = iam.versions(policy)
        return found

    def _look_for_holders(self, found: Found, as_boundary: int) -> None:
        found.attachments += as_boundary
        if found.attachments:
            found.holders = holders(self.clients, found.arn, self.options.get("leaving") or ())
        if found.holders is not None:
            found.attachments = len(found.holders)

    def plan(self, current: State) -> Plan:
        """Create, or a new default version; blocked where no version may go to make room for it."""
        plan = Plan()
        for name in self.wanted:
            found = current.policies.get(name)
            if found is not None:
                plan.add(*(self._removal(name, found) if self.absent else self._update(name, found)))
            elif not self.absent and name in current.spelled:
                plan.add(findings=[self._taken(name, current.spelled[name])])
            elif not self.absent:
                plan.add([self._creation(name)])
        return plan

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(policies), by name: the ARN and the document."""
        if self.absent:
            return {"policies": {}}
        found = current.policies
        return {
            "policies": dict(
                (
                    name,
                    {
                        "arn": found[name].arn if name in found else self._arn(name),
                        "document": self._document(name, found.get(name)),
                    },
                )
                for name in self.wanted
            )
        }

    def info(self, current: State) -> dict[str, Any]:
        """C(policies), by name: the ARN, the default version, its document and whether that is the wanted one."""
        return {
            "policies": dict(
                (
                    name,
                    {
                        "arn": found.arn,
                        "default_version": found.default_version,
                        "document": found.document,
                        "attachment_count": found.attachments,
                        "as_wanted": self._is_as_wanted(name, found),
                    },
                )
                for name, found in current.policies.items()
            )
        }

    def _arn(self, name: str) -> str:
        return "arn:{0}:iam::{1}:policy/{2}".format(self.partition, self.account, name)

    def _document(self, name: str, found: Found | None) -> dict[str, Any]:
        """What is wanted, with the statements of others that let the bucket's KMS key be used."""
        wanted = self.wanted[name]
        sids = [statement["Sid"] for statement in wanted["Statement"]]
        kept = [
            statement
            for statement in statements_of(found.document if found else None)
            if statement.get("Sid") not in sids and _lets_only_decrypt(statement)
        ]
        return dict(wanted, Statement=wanted["Statement"] + kept)

    def _is_as_wanted(self, name: str, found: Found) -> bool:
        return same_meaning(self._document(name, found), found.document)

    def _creation(self, name: str) -> Step:
        document = self.wanted[name]
        parameters: dict[str, Any] = {"PolicyName": name, "PolicyDocument": json.dumps(document)}
        if self.tags:
            parameters["Tags"] = ansible_dict_to_boto3_tag_list(self.tags)
        title = "Create the policy {0}".format(name)
        return Step(title, "iam", "create_policy", parameters, code="POLICY_MISSING", after=document)

    def _taken(self, name: str, spelled: str) -> Finding:
        return blocked(
            "POLICY_NAME_CASE",
            "the account has a policy {0}, and to IAM that is the same name as {1}".format(spelled, name),
            "Delete it, or create it anew with the documented spelling",
            expected=name,
            actual=spelled,
        )

    def _update(self, name: str, found: Found) -> tuple[list[Step], list[Finding]]:
        tagging = self._tagging(name, found)
        if self._is_as_wanted(name, found):
            return tagging, []
        document = self._document(name, found)
        parameters = {"PolicyArn": found.arn, "PolicyDocument": json.dumps(document), "SetAsDefault": True}
        title = "Update the policy {0} by a new version".format(name)
        operation = "create_policy_version"
        update = Step(
            title, "iam", operation, parameters, code="POLICY_DOCUMENT", before=found.document, after=document
        )
        if len(found.versions) < VERSION_LIMIT:
            return [update] + tagging, []
        ours = [version for version in _not_in_force(found) if self._is_ours(name, version)]
        if ours:
            return [self._version_deletion(name, found, ours[0]), update] + tagging, []
        return [], [_no_room(name, found)]

    def _is_ours(self, name: str, version: Mapping[str, Any]) -> bool:
        return policies.is_generated(name, version["Document"], self.partition)

    def _version_deletion(self, name: str, found: Found, version: Mapping[str, Any]) -> Step:
        return Step(
            "Delete version {0} of the policy {1}".format(version["VersionId"], name),
            "iam",
            "delete_policy_version",
            {"PolicyArn": found.arn, "VersionId": version["VersionId"]},
            before=version["Document"],
        )

    def _removal(self, name: str, found: Found) -> tuple[list[Step], list[Finding]]:
        if found.attachments:
            return [], [_attached(name, found)]
        steps = [self._version_deletion(name, found, version) for version in _not_in_force(found)]
        title = "Delete the policy {0}".format(name)
        parameters = {"PolicyArn": found.arn}
        deletion = Step(
            title,
            "iam",
            "delete_policy",
            parameters,
            code="POLICY_PRESENT",
            before=found.document,
            repeat_on=STILL_IN_USE,
        )
        return [*steps, deletion], []

    def _tagging(self, name: str, found: Found) -> list[Step]:
        if has_all(self.tags, found.tags):
            return []
        return [
            Step(
                "Tag the policy {0}".format(name),
                "iam",
                "tag_policy",
                {"PolicyArn": found.arn, "Tags": ansible_dict_to_boto3_tag_list(self.tags)},
                code="POLICY_TAGS",
                before=dict(found.tags),
                after=dict(found.tags, **self.tags),
            )
        ]


def _lets_only_decrypt(statement: Mapping[str, Any]) -> bool:
    """Whether a statement lets named KMS keys be used to read, and nothing else, as a bucket under such a key needs."""
    if statement.get("Effect") != "Allow" or not {"Action", "Resource"} <= set(statement):
        return False
    actions, resources = listed(statement["Action"]), listed(statement["Resource"])
    return {action.lower() for action in actions} == {"kms:decrypt"} and all(map(_KEY_ARN.match, resources))


def _not_in_force(found: Found) -> list[Mapping[str, Any]]:
    return [version for version in found.versions if version["VersionId"] != found.default_version]


def _no_room(name: str, found: Found) -> Finding:
    return blocked(
        "POLICY_VERSIONS_FULL",
        "the policy {0} has other content than wanted and {1} versions already, IAM's limit; none of those that are not "
        "in force was written by this collection".format(name, len(found.versions)),
        "Delete one that is no longer needed: aws iam delete-policy-version --policy-arn {0} --version-id VERSION "
        "(one of {1})".format(found.arn, ", ".join(version["VersionId"] for version in _not_in_force(found))),
    )


def _attached(name: str, found: Found) -> Finding:
    who = "{0} user(s), group(s) or role(s)".format(found.attachments)
    return blocked(
        "POLICY_ATTACHED",
        "the policy {0} is still attached to {1}, so it is not deleted".format(name, _among(found.holders) or who),
        "Remove the FinOps user first (finops_for_cloud.aws.user with state absent), then detach the others: "
        "aws iam list-entities-for-policy --policy-arn {0}".format(found.arn),
    )


def _among(holders: Sequence[str] | None) -> str:
    return ", ".join("the {0}".format(holder) for holder in holders or ())


RESOURCE = Policy
