# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The FinOps role: it trusts the platform's user, and has exactly the FinOps policies of its case; trust of others stays."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import boto3_tag_list_to_ansible_dict
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.identities import Entity, Identities, parsed
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings, trust_policy
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.trust_policy import Trust
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import Finding, blocked, note
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources import identity
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.identity import (
    Codes,
    Identity,
    State,
    boundary_of,
    holder,
)

DESCRIPTION = "Lets the FinOps platform read costs and look at resources"
# The platform's sessions last an hour (STS API: AssumeRole without DurationSeconds), IAM's own default for a role.
SESSION_SECONDS = 3600
# The platform assumes a role by its name alone (facts of its API), which finds none under another path.
PATH = "/"


@dataclasses.dataclass
class Found(identity.Found):
    """The role as IAM has it; description and session_seconds are only read where one of them is given."""

    path: str = PATH
    trust_policy: dict[str, Any] = dataclasses.field(default_factory=dict)
    instance_profiles: list[str] = dataclasses.field(default_factory=list)
    description: str | None = None
    session_seconds: int | None = None


class Role(Identity):
    """The IAM role that the platform assumes in one account."""

    NAME = "role"
    OPTIONS = dict(Identity.OPTIONS, principal_arn={"type": "str"})
    CHANGE_OPTIONS = dict(Identity.CHANGE_OPTIONS, description={"type": "str"}, max_session_duration={"type": "int"})
    CODES = Codes(
        missing="ROLE_MISSING",
        present="ROLE_PRESENT",
        in_use="ROLE_IN_USE",
        name_case="ROLE_NAME_CASE",
        tags="ROLE_TAGS",
        policy_missing="ROLE_POLICY_MISSING",
        policy_excess="ROLE_POLICY_EXCESS",
        policy_foreign="ROLE_POLICY_FOREIGN",
        inline_policy="ROLE_INLINE_POLICY",
        administrator="ROLE_ADMINISTRATOR",
        boundary_missing="ROLE_BOUNDARY_MISSING",
        boundary_other="ROLE_BOUNDARY_OTHER",
        boundary_denies="ROLE_BOUNDARY_DENIES",
        boundary_no_policy="ROLE_BOUNDARY_NO_POLICY",
        boundary_unknown="ROLE_BOUNDARY_UNKNOWN",
    )

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients, settings.role_name(options.get("name"), option="name"))
        self.principal = settings.role_principal(options.get("principal_arn"), self.partition, option="principal_arn")
        self.description = options.get("description")
        self.session_seconds = settings.session_seconds(options.get("max_session_duration"))

    def _entity(self, iam: Identities) -> Entity | None:
        return iam.role(self.name)

    def _names(self, iam: Identities) -> list[str]:
        return iam.role_names()

    def _found(self, iam: Identities, entity: Entity) -> Found:
        found = Found(
            **vars(holder(entity, "RolePolicyList")),
            arn=entity["Arn"],
            boundary=boundary_of(entity),
            tags=boto3_tag_list_to_ansible_dict(entity.get("Tags", [])),
            path=entity.get("Path", PATH),
            trust_policy=parsed(entity["AssumeRolePolicyDocument"]),
            instance_profiles=[one["InstanceProfileName"] for one in entity.get("InstanceProfileList", [])],
        )
        if self.description is not None or self.session_seconds is not None:
            about = self.clients.read("iam", "get_role", **self.of_name)["Role"]
            found.description = about.get("Description")
            found.session_seconds = about.get("MaxSessionDuration")
        return found

    def _first_parameters(self) -> dict[str, Any]:
        return {
            "Path": PATH,
            "AssumeRolePolicyDocument": json.dumps(trust_policy.documented(self.principal)),
            "Description": self.description or DESCRIPTION,
            "MaxSessionDuration": self.session_seconds or SESSION_SECONDS,
        }

    def _new(self) -> Found:
        return Found(arn=self._arn("role", self.name), trust_policy=trust_policy.documented(self.principal))

    def _shown(self, current: State, found: Found) -> dict[str, Any]:
        return dict(
            super()._shown(current, found),
            trust_policy=found.trust_policy,
            trusts_platform=self._trust(found).is_allowed,
            instance_profiles=sorted(found.instance_profiles),
        )

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(role): the ARN, whom it trusts and what is attached after the steps, and what else gives it rights."""
        described = super().describe(current, steps)
        mended = next((step.after for step in steps if step.operation == "update_assume_role_policy"), None)
        if described["role"] and mended:
            described["role"].update(trust_policy=mended, trusts_platform=True)
        return described

    def _trust(self, found: Found) -> Trust:
        return trust_policy.trust(found.trust_policy, self.principal)

    def _own(self, current: State) -> Plan:
        """The trust and the settings; blocked where the platform could never assume the role."""
        found, plan = current.found, Plan()
        if found.path != PATH:
            plan.add(findings=[self._out_of_reach(found)])
        trust = self._trust(found)
        if trust.is_kept_out:
            plan.add(findings=[self._kept_out(trust)])
        elif not trust.is_allowed and not trust.conditional:
            plan.add([self._repair(found, trust)])
        elif not trust.is_allowed or trust.may_be_denied:
            plan.add(findings=[self._on_condition(trust)])
        if trust.others:
            plan.add(findings=[self._others(trust)])
        return plan.add(self._settings(found))

    def _repair(self, found: Found, trust: Trust) -> Step:
        title = "Let {1} assume the {0}"
        if trust.gone:
            title += ", in place of {2}, which AWS shows where whom it trusted was deleted"
        document = trust_policy.repaired(found.trust_policy, self.principal)
        return self._write(
            self._titled(title, self.principal, ", ".join(trust.gone)),
            "update_assume_role_policy",
            dict(self.of_name, PolicyDocument=json.dumps(document)),
            "ROLE_TRUST_REWRITTEN" if trust.gone else "ROLE_TRUST",
            before=found.trust_policy,
            after=document,
        )

    def _settings(self, found: Found) -> list[Step]:
        wanted = {"Description": self.description, "MaxSessionDuration": self.session_seconds}
        actual = {"Description": found.description or "", "MaxSessionDuration": found.session_seconds}
        changes = {key: value for key, value in wanted.items() if value is not None and value != actual[key]}
        if not changes:
            return []
        # What UpdateRole is not given it sets back (IAM API: UpdateRole).
        parameters = dict(self.of_name, **{key: value for key, value in dict(actual, **changes).items() if value})
        title = self._titled("Set the {0}'s {1}", " and ".join(changes))
        before = {key: actual[key] for key in changes}
        return [self._write(title, "update_role", parameters, "ROLE_SETTINGS", before=before, after=changes)]

    def _out_of_reach(self, found: Found) -> Finding:
        return blocked(
            "ROLE_PATH",
            self._titled(
                "the {0} is under the path {1}, where the platform, which knows its name alone, finds none", found.path
            ),
            "Set O(name) to another name, or delete that role; a role's path cannot be changed",
            expected=PATH,
            actual=found.path,
        )

    def _kept_out(self, trust: Trust) -> Finding:
        reason = "denies it" if trust.is_denied else "asks for an external id, and the platform sends none"
        return blocked(
            "ROLE_TRUST_DENIES",
            self._titled("{1} can never assume the {0}: a statement of its trust policy {2}", self.principal, reason),
            "Take that from the statement: aws iam update-assume-role-policy --role-name {0}".format(self.name),
        )

    def _on_condition(self, trust: Trust) -> Finding:
        if trust.is_allowed:
            title = "a statement of the trust policy of the {0} denies {1} under conditions that cannot be known here"
        else:
            title = "the {0} lets {1} in under conditions alone, which cannot be known here: {2}"
        return note(
            "ROLE_TRUST_CONDITION",
            self._titled(title, self.principal, ", ".join(trust.conditional)),
            "Where the platform is refused, look at them",
        )

    def _others(self, trust: Trust) -> Finding:
        title = "the {0} trusts others too, left as they are: {1}"
        return note("ROLE_TRUST_OTHERS", self._titled(title, ", ".join(trust.others)))

    def _in_use(self, current: State) -> dict[str, Sequence[str]]:
        return {
            **super()._in_use(current),
            "is in the instance profiles {0}": sorted(current.found.instance_profiles),
            "is trusted to others: {0}": self._trust(current.found).others,
        }


RESOURCE = Role
