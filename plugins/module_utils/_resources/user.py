# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The FinOps user: no console access, exactly the FinOps policies of its case, rights from others left alone and named."""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import boto3_tag_list_to_ansible_dict
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.identities import Entity, Identities
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import Finding, note
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources import identity
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.belongings import belongings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.identity import (
    Codes,
    Holder,
    Identity,
    State,
    boundary_of,
    holder,
)

_GONE = ("NoSuchEntity",)


@dataclasses.dataclass
class Found(identity.Found):
    """The user as IAM has it; what it has to sign in with is only read where it is to go."""

    console_access: bool = False
    belongings: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)


class User(Identity):
    """The IAM user that the platform acts as in one account."""

    NAME = "user"
    CHANGE_OPTIONS = dict(Identity.CHANGE_OPTIONS, leaving={"type": "list", "elements": "str", "default": []})
    CODES = Codes(
        missing="USER_MISSING",
        present="USER_PRESENT",
        in_use="USER_IN_USE",
        name_case="USER_NAME_CASE",
        tags="USER_TAGS",
        policy_missing="USER_POLICY_MISSING",
        policy_excess="USER_POLICY_EXCESS",
        policy_foreign="USER_POLICY_FOREIGN",
        inline_policy="USER_INLINE_POLICY",
        administrator="USER_ADMINISTRATOR",
        boundary_missing="USER_BOUNDARY_MISSING",
        boundary_other="USER_BOUNDARY_OTHER",
        boundary_denies="USER_BOUNDARY_DENIES",
        boundary_no_policy="USER_BOUNDARY_NO_POLICY",
        boundary_unknown="USER_BOUNDARY_UNKNOWN",
    )
    FREEING = "Remove that first; keys by finops_for_cloud.aws.access_key with state absent"

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients, settings.user_name(options.get("name"), option="name"))

    def _entity(self, iam: Identities) -> Entity | None:
        return iam.user(self.name)

    def _names(self, iam: Identities) -> list[str]:
        return iam.user_names()

    def _found(self, iam: Identities, entity: Entity) -> Found:
        found = Found(
            **vars(holder(entity, "UserPolicyList")),
            arn=entity["Arn"],
            groups=dict((name, holder(iam.group(name), "GroupPolicyList")) for name in entity.get("GroupList", [])),
            boundary=boundary_of(entity),
            tags=boto3_tag_list_to_ansible_dict(entity.get("Tags", [])),
            console_access=self.clients.read("iam", "get_login_profile", missing=_GONE, **self.of_name) is not None,
        )
        if self.absent:
            found.belongings = belongings(self.clients, self.name, self.options.get("leaving") or ())
        return found

    def _own(self, current: State) -> Plan:
        return Plan(self._without_console(current.found), self._groups(current))

    def _missing(self, current: State, name: str) -> tuple[list[Step], list[Finding]]:
        arn = self._policy_arn(current, name)
        groups = [group for group, of_group in current.found.groups.items() if arn in of_group.attached]
        return ([], [self._by_group(name, groups[0])]) if groups else super()._missing(current, name)

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(user): the ARN, what is attached after the steps, and what else gives it rights or limits them."""
        described = super().describe(current, steps)
        if described["user"]:
            described["user"]["console_access"] = False
        return described

    def _new(self) -> Found:
        return Found(arn=self._arn("user", self.name))

    def _shown(self, current: State, found: Found) -> dict[str, Any]:
        return dict(super()._shown(current, found), groups=sorted(found.groups), console_access=found.console_access)

    def _by_group(self, name: str, group: str) -> Finding:
        return note(
            "USER_POLICY_BY_GROUP",
            "the user {0} has {1} through the group {2}, so it is not attached again".format(self.name, name, group),
        )

    def _groups(self, current: State) -> list[Finding]:
        """Groups that give the user more than it needs."""
        found = []
        for group, of_group in current.found.groups.items():
            more = sorted(of_group.inline) + self._unwanted(current, of_group)
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
        return found

    def _unwanted(self, current: State, of_group: Holder) -> list[str]:
        wanted = {self._policy_arn(current, name) for name in self.wanted}
        return sorted(name for arn, name in of_group.attached.items() if arn not in wanted)

    def _without_console(self, user: Found) -> list[Step]:
        if not user.console_access:
            return []
        return [
            self._write(
                "Take console access from the user {0}".format(self.name),
                "delete_login_profile",
                dict(self.of_name),
                "USER_CONSOLE_ACCESS",
                before={"console_access": True},
                after={"console_access": False},
            )
        ]

    def _removal_steps(self, current: State) -> list[Step]:
        return self._without_console(current.found) + super()._removal_steps(current)

    def _in_use(self, current: State) -> dict[str, Sequence[str]]:
        return {
            **super()._in_use(current),
            "is in the groups {0}": sorted(current.found.groups),
            **dict(("still has {0} {{0}}".format(what), ids) for what, ids in current.found.belongings.items()),
        }


RESOURCE = User
