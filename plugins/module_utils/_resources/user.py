# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The FinOps user: no console access, exactly the FinOps policies of its case, rights from others left alone and named."""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.identities import (
    Entity,
    identities,
    parsed,
    policy_name,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import rights, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import Finding, blocked, note
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource, has_all
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.belongings import (
    STILL_IN_USE,
    belongings,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.policy import KINDS

POLICY_MISSING = "USER_POLICY_MISSING"
BOUNDARY_MISSING = "USER_BOUNDARY_MISSING"
BOUNDARY_OTHER = "USER_BOUNDARY_OTHER"
_GONE = ("NoSuchEntity",)


@dataclasses.dataclass
class Holder:
    """The policies of a user or a group: names of the attached by ARN, documents of the inline by name."""

    attached: dict[str, str] = dataclasses.field(default_factory=dict)
    inline: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Found(Holder):
    """The user as IAM has it; boundary is an ARN; what it has to sign in with is only read where the user is to go."""

    arn: str = ""
    groups: dict[str, Holder] = dataclasses.field(default_factory=dict)
    boundary: str | None = None
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)
    console_access: bool = False
    belongings: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class State:
    """The user, None where there is none, and what about the account matters to it.

    local: ARNs of the account's own policies by name. documents: of those that the user has or is to have as boundary,
    by ARN. spelled: the name of a user that differs from the wanted one by letter case alone, which IAM looks past.
    """

    user: Found | None = None
    local: dict[str, str] = dataclasses.field(default_factory=dict)
    documents: dict[str, Any] = dataclasses.field(default_factory=dict)
    spelled: str | None = None


class User(Resource):
    """The IAM user that the platform acts as in one account."""

    NAME = "user"
    OPTIONS = {
        "name": {"type": "str"},
        "policies": {"type": "list", "elements": "str", "choices": list(KINDS), "default": list(KINDS)},
    }
    CHANGE_OPTIONS = {
        "permissions_boundary": {"type": "str"},
        "tags": {"type": "dict"},
        "leaving": {"type": "list", "elements": "str", "default": []},
    }

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.account = clients.account
        self.partition = clients.partition
        self.name = settings.user_name(options.get("name"), option="name")
        self.boundary = settings.permissions_boundary(options.get("permissions_boundary"), self.account)
        self.tags = settings.tags(options.get("tags"))
        self.wanted = [] if self.absent else [KINDS[kind] for kind in options["policies"]]

    def read(self) -> State:
        """All from one look at IAM, but whether there is a console password."""
        iam = identities(self.clients)
        listed = dict((policy["Arn"], policy) for policy in iam.policies)
        user = iam.user(self.name)
        state = State(local=dict((policy_name(policy), arn) for arn, policy in listed.items()))
        if user is not None:
            state.user = self._found(user)
        else:
            alike = [name for name in iam.user_names() if name.casefold() == self.name.casefold()]
            state.spelled = alike[0] if alike else None
        of_interest = {self.boundary, *_arns_of(state.user)}
        state.documents = dict((arn, iam.document(policy)) for arn, policy in listed.items() if arn in of_interest)
        return state

    def _found(self, user: Entity) -> Found:
        iam = identities(self.clients)
        found = Found(
            **vars(_holder(user, "UserPolicyList")),
            arn=user["Arn"],
            groups=dict((name, _holder(iam.group(name), "GroupPolicyList")) for name in user.get("GroupList", [])),
            boundary=(user.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
            tags=boto3_tag_list_to_ansible_dict(user.get("Tags", [])),
            console_access=self.clients.read("iam", "get_login_profile", missing=_GONE, UserName=self.name) is not None,
        )
        if self.absent:
            found.belongings = belongings(self.clients, self.name, self.options.get("leaving") or ())
        return found

    def plan(self, current: State) -> Plan:
        """Create, take console access away, attach what is missing, detach FinOps policies that the case does not need.

        Blocked where the user could do anything, or could not do what it is for.
        """
        user = current.user
        if self.absent:
            return self._removal(current)
        if current.spelled is not None:
            return Plan(others=[self._taken(current.spelled)])
        plan = Plan(others=self._boundary_findings(current))
        if user is None:
            attachments = [self._attachment(current, name, code="") for name in self.wanted]
            return plan.add([self._creation()] + attachments)
        plan.add(self._without_console(user) + self._limited(user), self._excess(current, user))
        for name in self.wanted:
            arn = self._policy_arn(current, name)
            groups = [group for group, holder in user.groups.items() if arn in holder.attached]
            if arn not in user.attached and groups:
                plan.add(findings=[self._by_group(name, groups[0])])
            elif arn not in user.attached:
                plan.add([self._attachment(current, name)])
        return plan.add(self._detachments(current, user) + self._tagging(user))

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(user): the ARN, what is attached after the steps, and what else gives it rights or limits them."""
        if self.absent:
            return {"user": None}
        user = current.user or Found(arn=self._arn("user", self.name))
        by_group = {arn for holder in user.groups.values() for arn in holder.attached} - set(user.attached)
        attached = [name for name in self.wanted if self._policy_arn(current, name) not in by_group]
        shown = self._shown(current, user)
        shown.update(
            attached_policies=sorted(attached + shown["foreign_policies"]),
            console_access=False,
            permissions_boundary=self.boundary or user.boundary,
        )
        return {"user": shown}

    def info(self, current: State) -> dict[str, Any]:
        """C(user), None where there is none."""
        return {"user": self._shown(current, current.user) if current.user else None}

    def _shown(self, current: State, user: Found) -> dict[str, Any]:
        return {
            "name": self.name,
            "arn": user.arn,
            "attached_policies": sorted(user.attached.values()),
            "foreign_policies": self._foreign(current, user),
            "inline_policies": sorted(user.inline),
            "groups": sorted(user.groups),
            "permissions_boundary": user.boundary,
            "console_access": user.console_access,
            "tags": dict(user.tags),
        }

    def _arn(self, kind: str, name: str) -> str:
        return "arn:{0}:iam::{1}:{2}/{3}".format(self.partition, self.account, kind, name)

    def _policy_arn(self, current: State, name: str) -> str:
        """The ARN as listed, since a policy may be under a path; that of a policy still to be made otherwise."""
        return current.local.get(name) or self._arn("policy", name)

    def _foreign(self, current: State, holder: Holder) -> list[str]:
        ours = {self._policy_arn(current, name) for name in settings.POLICY_NAMES}
        return sorted(name for arn, name in holder.attached.items() if arn not in ours)

    def _taken(self, spelled: str) -> Finding:
        return blocked(
            "USER_NAME_CASE",
            "the account has a user {0}, and to IAM that is the same name as {1}".format(spelled, self.name),
            "Set O(name) to {0}, or delete that user".format(spelled),
            expected=self.name,
            actual=spelled,
        )

    def _by_group(self, name: str, group: str) -> Finding:
        return note(
            "USER_POLICY_BY_GROUP",
            "the user {0} has {1} through the group {2}, so it is not attached again".format(self.name, name, group),
        )

    def _boundary_findings(self, current: State) -> list[Finding]:
        """What the boundary that will be in force means for the user's work."""
        boundary = self.boundary or (current.user.boundary if current.user else None)
        if boundary is None:
            return []
        document = current.documents.get(boundary)
        if document is not None:
            return self._denied(boundary, rights.lacking(document, self.wanted, self.partition))
        if boundary.split(":")[4] == self.account and boundary not in current.local.values():
            title = "the account has no policy {0}, which is to limit the user {1}".format(boundary, self.name)
            return [blocked("USER_BOUNDARY_NO_POLICY", title, "Create it, or correct O(permissions_boundary)")]
        if self.boundary:
            return []
        title = "the user {0} is limited by {1}, whose content is not known here".format(self.name, boundary)
        return [note("USER_BOUNDARY_UNKNOWN", title, "See that it allows what the FinOps policies grant")]

    def _denied(self, boundary: str, lacking: Sequence[str]) -> list[Finding]:
        if not lacking:
            return []
        title = "the permissions boundary {0} keeps the user {1} from {2}".format(
            boundary, self.name, ", ".join(lacking)
        )
        remedy = "Allow that in the boundary, or set another one with O(permissions_boundary)"
        return [blocked("USER_BOUNDARY_DENIES", title, remedy, expected=list(lacking))]

    def _excess(self, current: State, user: Found) -> list[Finding]:
        """Rights that others gave the user; all rights at once only behind a boundary that was asked for."""
        found = []
        foreign = self._foreign(current, user)
        if foreign:
            title = "the user {0} also has policies that this collection did not attach, left as they are: {1}"
            found.append(note("USER_POLICY_FOREIGN", title.format(self.name, ", ".join(foreign))))
        if user.inline:
            title = "the user {0} also has inline policies, left as they are: {1}"
            found.append(note("USER_INLINE_POLICY", title.format(self.name, ", ".join(sorted(user.inline)))))
        for group, holder in user.groups.items():
            more = sorted(holder.inline) + self._unwanted(current, holder)
            if more:
                title = "the user {0} is in the group {1}, which also gives it {2}"
                remedy = "If nobody needs that: aws iam remove-user-from-group --user-name {0} --group-name {1}"
                found.append(
                    note(
                        "USER_GROUP",
                        title.format(self.name, group, ", ".join(more)),
                        remedy.format(self.name, group),
                    )
                )
        unlimited = [] if self.boundary else self._unlimited(current, user)
        if unlimited:
            title = "the user {0} may do anything in the account by {1}, and its key would be the platform's"
            remedy = "Take that from the user, or limit it by O(permissions_boundary)"
            found.append(blocked("USER_ADMINISTRATOR", title.format(self.name, ", ".join(unlimited)), remedy))
        return found

    def _unwanted(self, current: State, holder: Holder) -> list[str]:
        wanted = {self._policy_arn(current, name) for name in self.wanted}
        return sorted(name for arn, name in holder.attached.items() if arn not in wanted)

    def _unlimited(self, current: State, user: Found) -> list[str]:
        """From where the user has all rights, in words."""
        holders: dict[str, Holder] = dict(
            {"": user}, **dict((" of the group {0}".format(group), holder) for group, holder in user.groups.items())
        )
        found = []
        for whose, holder in holders.items():
            for arn, name in holder.attached.items():
                if rights.is_administrator(arn, current.documents.get(arn)):
                    found.append("the policy {0}{1}".format(name, whose))
            for name, document in holder.inline.items():
                if rights.is_administrator("", document):
                    found.append("the inline policy {0}{1}".format(name, whose))
        return found

    def _creation(self) -> Step:
        parameters: dict[str, Any] = {"UserName": self.name}
        if self.boundary:
            parameters["PermissionsBoundary"] = self.boundary
        if self.tags:
            parameters["Tags"] = ansible_dict_to_boto3_tag_list(self.tags)
        title, after = "Create the user {0}".format(self.name), {"user": self._arn("user", self.name)}
        return Step(title, "iam", "create_user", parameters, code="USER_MISSING", after=after)

    def _without_console(self, user: Found) -> list[Step]:
        if not user.console_access:
            return []
        return [
            Step(
                "Take console access from the user {0}".format(self.name),
                "iam",
                "delete_login_profile",
                {"UserName": self.name},
                code="USER_CONSOLE_ACCESS",
                before={"console_access": True},
                after={"console_access": False},
            )
        ]

    def _limited(self, user: Found) -> list[Step]:
        if self.boundary in (None, user.boundary):
            return []
        return [
            Step(
                "Limit the user {0} by the permissions boundary {1}".format(self.name, self.boundary),
                "iam",
                "put_user_permissions_boundary",
                {"UserName": self.name, "PermissionsBoundary": self.boundary},
                code=BOUNDARY_OTHER if user.boundary else BOUNDARY_MISSING,
                before={"permissions_boundary": user.boundary},
                after={"permissions_boundary": self.boundary},
            )
        ]

    def _attachment(self, current: State, name: str, code: str = POLICY_MISSING) -> Step:
        arn = self._policy_arn(current, name)
        title = "Attach {0} to the user {1}".format(name, self.name)
        parameters = {"UserName": self.name, "PolicyArn": arn}
        return Step(title, "iam", "attach_user_policy", parameters, code, after={"attached": arn})

    def _detachments(self, current: State, user: Found) -> list[Step]:
        unwanted = {self._policy_arn(current, name) for name in settings.POLICY_NAMES if name not in self.wanted}
        return [
            Step(
                "Detach {0} from the user {1}".format(name, self.name),
                "iam",
                "detach_user_policy",
                {"UserName": self.name, "PolicyArn": arn},
                code="USER_POLICY_EXCESS",
                before={"attached": arn},
            )
            for arn, name in user.attached.items()
            if arn in unwanted
        ]

    def _tagging(self, user: Found) -> list[Step]:
        if has_all(self.tags, user.tags):
            return []
        parameters = {"UserName": self.name, "Tags": ansible_dict_to_boto3_tag_list(self.tags)}
        before, after = dict(user.tags), dict(user.tags, **self.tags)
        return [
            Step(
                "Tag the user {0}".format(self.name),
                "iam",
                "tag_user",
                parameters,
                code="USER_TAGS",
                before=before,
                after=after,
            )
        ]

    def _removal(self, current: State) -> Plan:
        user = current.user
        if user is None:
            return Plan()
        in_use = self._in_use(current, user)
        if in_use:
            title = "the user {0} is not deleted, because it {1}".format(self.name, "; it ".join(in_use))
            remedy = "Remove that first; keys by finops_for_cloud.aws.access_key with state absent"
            return Plan(others=[blocked("USER_IN_USE", title, remedy)])
        steps = self._without_console(user) + self._detachments(current, user)
        steps = [dataclasses.replace(step, code="") for step in steps]
        title, parameters = "Delete the user {0}".format(self.name), {"UserName": self.name}
        about: dict[str, Any] = {"code": "USER_PRESENT", "before": {"user": user.arn}, "removes": user.arn}
        return Plan([*steps, Step(title, "iam", "delete_user", parameters, repeat_on=STILL_IN_USE, **about)])

    def _in_use(self, current: State, user: Found) -> list[str]:
        reasons = {
            "has policies that others attached: {0}": self._foreign(current, user),
            "has inline policies: {0}": sorted(user.inline),
            "is in the groups {0}": sorted(user.groups),
            **dict(("still has {0} {{0}}".format(what), ids) for what, ids in user.belongings.items()),
        }
        return [reason.format(", ".join(names)) for reason, names in reasons.items() if names]


def _holder(entity: Entity, inline: str) -> Holder:
    return Holder(
        dict((policy["PolicyArn"], policy["PolicyName"]) for policy in entity.get("AttachedManagedPolicies", [])),
        dict((policy["PolicyName"], parsed(policy["PolicyDocument"])) for policy in entity.get(inline, [])),
    )


def _arns_of(user: Found | None) -> set[str | None]:
    """The ARNs of all policies that the user has in some way."""
    if user is None:
        return set()
    holders = [user, *user.groups.values()]
    return {user.boundary, *(arn for holder in holders for arn in holder.attached)}


RESOURCE = User
