# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the FinOps user and the FinOps role share: exactly the FinOps policies of the case, rights of others left and named."""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import ansible_dict_to_boto3_tag_list
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.identities import (
    Entity,
    Identities,
    identities,
    parsed,
    policy_name,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import rights, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import Finding, blocked, note
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource, has_all
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.belongings import STILL_IN_USE
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.policy import KINDS


@dataclasses.dataclass(frozen=True)
class Codes:
    """What the findings that both may have are called."""

    missing: str
    present: str
    in_use: str
    name_case: str
    tags: str
    policy_missing: str
    policy_excess: str
    policy_foreign: str
    inline_policy: str
    administrator: str
    boundary_missing: str
    boundary_other: str
    boundary_denies: str
    boundary_no_policy: str
    boundary_unknown: str


@dataclasses.dataclass
class Holder:
    """The policies of a user, group or role: names of the attached by ARN, documents of the inline by name."""

    attached: dict[str, str] = dataclasses.field(default_factory=dict)
    inline: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Found(Holder):
    """The user or role as IAM has it; boundary is an ARN; groups, by name, are only a user's."""

    arn: str = ""
    groups: dict[str, Holder] = dataclasses.field(default_factory=dict)
    boundary: str | None = None
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class State:
    """The user or role, None where there is none, and what about the account matters to it.

    local: ARNs of the account's own policies by name. documents: of those that it has or is to have as boundary, by ARN.
    spelled: the name of another that differs from the wanted one by letter case alone, which IAM looks past.
    """

    found: Any = None
    local: dict[str, str] = dataclasses.field(default_factory=dict)
    documents: dict[str, Any] = dataclasses.field(default_factory=dict)
    spelled: str | None = None


class Identity(Resource):
    """Whom the platform acts as in one account; NAME is what IAM calls its kind, CODES what its findings are called."""

    CODES: Codes
    OPTIONS: dict[str, Any] = {
        "name": {"type": "str"},
        "policies": {"type": "list", "elements": "str", "choices": list(KINDS), "default": list(KINDS)},
    }
    CHANGE_OPTIONS: dict[str, Any] = {"permissions_boundary": {"type": "str"}, "tags": {"type": "dict"}}

    def __init__(self, options: Mapping[str, Any], clients: Any, name: str) -> None:
        super().__init__(options, clients)
        self.account = clients.account
        self.partition = clients.partition
        self.name = name
        self.of_name = {"{0}Name".format(self.NAME.capitalize()): name}
        self.boundary = settings.permissions_boundary(options.get("permissions_boundary"), self.account)
        self.tags = settings.tags(options.get("tags"))
        self.wanted = [] if self.absent else [KINDS[kind] for kind in options["policies"]]

    def read(self) -> State:
        """All from one look at IAM, but what that does not show."""
        iam = identities(self.clients)
        listed = dict((policy["Arn"], policy) for policy in iam.policies)
        entity = self._entity(iam)
        state = State(local=dict((policy_name(policy), arn) for arn, policy in listed.items()))
        if entity is not None:
            state.found = self._found(iam, entity)
        else:
            alike = [name for name in self._names(iam) if name.casefold() == self.name.casefold()]
            state.spelled = alike[0] if alike else None
        of_interest = {self.boundary, *_arns_of(state.found)}
        state.documents = dict((arn, iam.document(policy)) for arn, policy in listed.items() if arn in of_interest)
        return state

    def _entity(self, iam: Identities) -> Entity | None:
        """As IAM has it, None where there is none."""
        raise NotImplementedError

    def _names(self, iam: Identities) -> list[str]:
        """The names of all of the kind."""
        raise NotImplementedError

    def _found(self, iam: Identities, entity: Entity) -> Found:
        """What matters of it."""
        raise NotImplementedError

    def _own(self, current: State) -> Plan:
        """What is particular to the kind, of one that is there."""
        raise NotImplementedError

    def _first_parameters(self) -> dict[str, Any]:
        """What its creation is given beyond what both kinds are given."""
        return {}

    def _removal_steps(self, current: State) -> list[Step]:
        """What is taken from it before it goes."""
        return self._detachments(current)

    def _in_use(self, current: State) -> dict[str, Sequence[str]]:
        """Why it must not go: what others made of it, by the words for that."""
        return {
            "has policies that others attached: {0}": self._foreign(current, current.found),
            "has inline policies: {0}": sorted(current.found.inline),
        }

    def plan(self, current: State) -> Plan:
        """Create, mend what is its own, attach what is missing, detach FinOps policies that the case does not need.

        Blocked where it could do anything, or could not do what it is for.
        """
        if self.absent:
            return self._removal(current)
        if current.spelled is not None:
            return Plan(others=[self._taken(current.spelled)])
        plan = Plan(others=self._boundary_findings(current))
        if current.found is None:
            attachments = [self._attachment(current, name, code="") for name in self.wanted]
            return plan.add([self._creation()] + attachments)
        own = self._own(current)
        plan.add(own.steps + self._limited(current.found), own.others + self._excess(current))
        for name in self.wanted:
            if self._policy_arn(current, name) not in current.found.attached:
                plan.add(*self._missing(current, name))
        return plan.add(self._detachments(current) + self._tagging(current.found))

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """Under the kind: the ARN, what is attached after the steps, and what else gives it rights or limits them."""
        if self.absent:
            return {self.NAME: None}
        found = current.found or self._new()
        by_group = {arn for holder in found.groups.values() for arn in holder.attached} - set(found.attached)
        attached = [name for name in self.wanted if self._policy_arn(current, name) not in by_group]
        shown = self._shown(current, found)
        shown.update(
            attached_policies=sorted(attached + shown["foreign_policies"]),
            permissions_boundary=self.boundary or found.boundary,
        )
        return {self.NAME: shown}

    def info(self, current: State) -> dict[str, Any]:
        """Under the kind what there is, None where there is none."""
        return {self.NAME: self._shown(current, current.found) if current.found else None}

    def _new(self) -> Found:
        """What there is right after the creation."""
        return Found(arn=self._arn(self.NAME, self.name))

    def _shown(self, current: State, found: Any) -> dict[str, Any]:
        return {
            "name": self.name,
            "arn": found.arn,
            "attached_policies": sorted(found.attached.values()),
            "foreign_policies": self._foreign(current, found),
            "inline_policies": sorted(found.inline),
            "permissions_boundary": found.boundary,
            "tags": dict(found.tags),
        }

    def _arn(self, kind: str, name: str) -> str:
        return "arn:{0}:iam::{1}:{2}/{3}".format(self.partition, self.account, kind, name)

    def _policy_arn(self, current: State, name: str) -> str:
        """The ARN as listed, since a policy may be under a path; that of a policy still to be made otherwise."""
        return current.local.get(name) or self._arn("policy", name)

    def _foreign(self, current: State, holder: Holder) -> list[str]:
        ours = {self._policy_arn(current, name) for name in settings.POLICY_NAMES}
        return sorted(name for arn, name in holder.attached.items() if arn not in ours)

    def _titled(self, words: str, *more: Any) -> str:
        """A sentence in which C({0}) is what it is and its name."""
        return words.format("{0} {1}".format(self.NAME, self.name), *more)

    # What is found.

    def _taken(self, spelled: str) -> Finding:
        return blocked(
            self.CODES.name_case,
            "the account has a {0} {1}, and to IAM that is the same name as {2}".format(self.NAME, spelled, self.name),
            "Set O(name) to {0}, or delete that {1}".format(spelled, self.NAME),
            expected=self.name,
            actual=spelled,
        )

    def _boundary_findings(self, current: State) -> list[Finding]:
        """What the boundary that will be in force means for the work."""
        boundary = self.boundary or (current.found.boundary if current.found else None)
        if boundary is None:
            return []
        document = current.documents.get(boundary)
        if document is not None:
            return self._denied(boundary, rights.lacking(document, self.wanted, self.partition))
        if boundary.split(":")[4] == self.account and boundary not in current.local.values():
            title = self._titled("the account has no policy {1}, which is to limit the {0}", boundary)
            return [blocked(self.CODES.boundary_no_policy, title, "Create it, or correct O(permissions_boundary)")]
        if self.boundary:
            return []
        title = self._titled("the {0} is limited by {1}, whose content is not known here", boundary)
        return [note(self.CODES.boundary_unknown, title, "See that it allows what the FinOps policies grant")]

    def _denied(self, boundary: str, lacking: Sequence[str]) -> list[Finding]:
        if not lacking:
            return []
        title = self._titled("the permissions boundary {1} keeps the {0} from {2}", boundary, ", ".join(lacking))
        remedy = "Allow that in the boundary, or set another one with O(permissions_boundary)"
        return [blocked(self.CODES.boundary_denies, title, remedy, expected=list(lacking))]

    def _excess(self, current: State) -> list[Finding]:
        """Rights that others gave it; all rights at once only behind a boundary that was asked for."""
        found = []
        foreign = self._foreign(current, current.found)
        if foreign:
            title = "the {0} also has policies that this collection did not attach, left as they are: {1}"
            found.append(note(self.CODES.policy_foreign, self._titled(title, ", ".join(foreign))))
        if current.found.inline:
            title = "the {0} also has inline policies, left as they are: {1}"
            found.append(note(self.CODES.inline_policy, self._titled(title, ", ".join(sorted(current.found.inline)))))
        unlimited = [] if self.boundary else self._unlimited(current)
        if unlimited:
            title = "the {0} may do anything in the account by {1}, and the platform would act as it"
            remedy = "Take that from the {0}, or limit it by O(permissions_boundary)".format(self.NAME)
            found.append(blocked(self.CODES.administrator, self._titled(title, ", ".join(unlimited)), remedy))
        return found

    def _unlimited(self, current: State) -> list[str]:
        """From where it has all rights, in words."""
        holders: dict[str, Holder] = {"": current.found}
        holders.update((" of the group {0}".format(name), holder) for name, holder in current.found.groups.items())
        found = []
        for whose, holder in holders.items():
            for arn, name in holder.attached.items():
                if rights.is_administrator(arn, current.documents.get(arn)):
                    found.append("the policy {0}{1}".format(name, whose))
            for name, document in holder.inline.items():
                if rights.is_administrator("", document):
                    found.append("the inline policy {0}{1}".format(name, whose))
        return found

    # What is written.

    def _creation(self) -> Step:
        parameters: dict[str, Any] = dict(self.of_name, **self._first_parameters())
        if self.boundary:
            parameters["PermissionsBoundary"] = self.boundary
        if self.tags:
            parameters["Tags"] = ansible_dict_to_boto3_tag_list(self.tags)
        title, after = self._titled("Create the {0}"), {self.NAME: self._arn(self.NAME, self.name)}
        return self._write(title, "create_{0}", parameters, self.CODES.missing, after=after)

    def _limited(self, found: Found) -> list[Step]:
        if self.boundary in (None, found.boundary):
            return []
        return [
            self._write(
                self._titled("Limit the {0} by the permissions boundary {1}", self.boundary),
                "put_{0}_permissions_boundary",
                dict(self.of_name, PermissionsBoundary=self.boundary),
                self.CODES.boundary_other if found.boundary else self.CODES.boundary_missing,
                before={"permissions_boundary": found.boundary},
                after={"permissions_boundary": self.boundary},
            )
        ]

    def _missing(self, current: State, name: str) -> tuple[list[Step], list[Finding]]:
        """What is to be done, or said, about a policy that is not attached."""
        return [self._attachment(current, name, self.CODES.policy_missing)], []

    def _attachment(self, current: State, name: str, code: str) -> Step:
        arn = self._policy_arn(current, name)
        title = self._titled("Attach {1} to the {0}", name)
        parameters = dict(self.of_name, PolicyArn=arn)
        return self._write(title, "attach_{0}_policy", parameters, code, after={"attached": arn})

    def _detachments(self, current: State) -> list[Step]:
        unwanted = {self._policy_arn(current, name) for name in settings.POLICY_NAMES if name not in self.wanted}
        return [
            self._write(
                self._titled("Detach {1} from the {0}", name),
                "detach_{0}_policy",
                dict(self.of_name, PolicyArn=arn),
                self.CODES.policy_excess,
                before={"attached": arn},
            )
            for arn, name in current.found.attached.items()
            if arn in unwanted
        ]

    def _tagging(self, found: Found) -> list[Step]:
        if has_all(self.tags, found.tags):
            return []
        parameters = dict(self.of_name, Tags=ansible_dict_to_boto3_tag_list(self.tags))
        before, after = dict(found.tags), dict(found.tags, **self.tags)
        return [
            self._write(self._titled("Tag the {0}"), "tag_{0}", parameters, self.CODES.tags, before=before, after=after)
        ]

    def _removal(self, current: State) -> Plan:
        if current.found is None:
            return Plan()
        in_use = [words.format(", ".join(names)) for words, names in self._in_use(current).items() if names]
        if in_use:
            title = self._titled("the {0} is not deleted, because it {1}", "; it ".join(in_use))
            return Plan(others=[blocked(self.CODES.in_use, title, self.FREEING)])
        steps = [dataclasses.replace(step, code="") for step in self._removal_steps(current)]
        arn = current.found.arn
        deletion = self._write(
            self._titled("Delete the {0}"),
            "delete_{0}",
            dict(self.of_name),
            self.CODES.present,
            before={self.NAME: arn},
        )
        return Plan([*steps, dataclasses.replace(deletion, repeat_on=STILL_IN_USE, removes=arn)])

    # How what others made of it is taken away.
    FREEING = "Remove that first"

    def _write(
        self,
        title: str,
        operation: str,
        parameters: Mapping[str, Any],
        code: str,
        before: Any = None,
        after: Any = None,
    ) -> Step:
        return Step(title, "iam", operation.format(self.NAME), parameters, code, before, after)


def holder(entity: Entity, inline: str) -> Holder:
    """The policies of a user, group or role as IAM has it; inline: under which key."""
    return Holder(
        dict((policy["PolicyArn"], policy["PolicyName"]) for policy in entity.get("AttachedManagedPolicies", [])),
        dict((policy["PolicyName"], parsed(policy["PolicyDocument"])) for policy in entity.get(inline, [])),
    )


def boundary_of(entity: Entity) -> str | None:
    """The ARN of the permissions boundary, None for none."""
    return (entity.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")


def _arns_of(found: Found | None) -> set[str | None]:
    """The ARNs of all policies that it has in some way."""
    if found is None:
        return set()
    holders = [found, *found.groups.values()]
    return {found.boundary, *(arn for one in holders for arn in one.attached)}
