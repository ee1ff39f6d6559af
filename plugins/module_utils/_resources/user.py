# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The FinOps user: no console access, exactly the FinOps policies of its case, attachments of others left alone."""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import note
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource, has_all
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.policy import KINDS

_GONE = ("NoSuchEntity",)


@dataclasses.dataclass
class State:
    """The user as IAM has it: ARNs of attached policies by name; keys are only read where the user is to go."""

    attached: dict[str, str]
    console_access: bool
    tags: Mapping[str, str]
    key_ids: list[str] = dataclasses.field(default_factory=list)


class User(Resource):
    """The IAM user that the platform acts as in one account."""

    NAME = "user"
    OPTIONS = {
        "name": {"type": "str"},
        "policies": {"type": "list", "elements": "str", "choices": list(KINDS), "default": list(KINDS)},
    }
    CHANGE_OPTIONS = {"tags": {"type": "dict"}}

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.account = clients.account
        self.name = settings.user_name(options.get("name"))
        self.tags = settings.tags(options.get("tags"))
        arn = "arn:{0}:iam::{1}:".format(clients.partition, self.account)
        self.arn = "{0}user/{1}".format(arn, self.name)
        wanted = [] if self.absent else [KINDS[kind] for kind in options["policies"]]
        self.wanted = dict((name, "{0}policy/{1}".format(arn, name)) for name in wanted)

    def read(self) -> State | None:
        """The attachments, which also tell whether the user exists, and whether there is a console password."""
        of_user = {"UserName": self.name}
        attached = self.clients.read_all(
            "iam", "list_attached_user_policies", "AttachedPolicies", missing=_GONE, **of_user
        )
        if attached is None:
            return None
        state = State(
            attached=dict((policy["PolicyName"], policy["PolicyArn"]) for policy in attached),
            console_access=self.clients.read("iam", "get_login_profile", missing=_GONE, **of_user) is not None,
            tags={},
        )
        if self.tags:
            answer = self.clients.read("iam", "get_user", **of_user)
            state.tags = boto3_tag_list_to_ansible_dict(answer["User"].get("Tags", []))
        if self.absent:
            keys = self.clients.read_all("iam", "list_access_keys", "AccessKeyMetadata", **of_user)
            state.key_ids = [key["AccessKeyId"] for key in keys]
        return state

    def plan(self, current: State | None) -> Plan:
        """Create, take console access away, attach what is missing, detach FinOps policies that the case does not need."""
        return Plan(self._steps(current), [note("USER_POLICY_FOREIGN", text) for text in self._warnings(current)])

    def _steps(self, current: State | None) -> list[Step]:
        if current is None:
            if self.absent:
                return []
            return [self._creation()] + [self._attachment(name) for name in self.wanted]
        if self.absent:
            self._check_removable(current)
        steps = []
        if current.console_access:
            title = "Take console access from the user {0}".format(self.name)
            parameters = {"UserName": self.name}
            steps.append(
                Step(
                    title,
                    "iam",
                    "delete_login_profile",
                    parameters,
                    {"console_access": True},
                    {"console_access": False},
                )
            )
        steps += [self._attachment(name) for name, arn in self.wanted.items() if current.attached.get(name) != arn]
        steps += [
            self._detachment(name, arn)
            for name, arn in current.attached.items()
            if name in settings.POLICY_NAMES and name not in self.wanted
        ]
        if self.absent:
            title = "Delete the user {0}".format(self.name)
            steps.append(Step(title, "iam", "delete_user", {"UserName": self.name}, before={"user": self.arn}))
        elif not has_all(self.tags, current.tags):
            parameters = {"UserName": self.name, "Tags": ansible_dict_to_boto3_tag_list(self.tags)}
            title = "Tag the user {0}".format(self.name)
            steps.append(
                Step(title, "iam", "tag_user", parameters, dict(current.tags), dict(current.tags, **self.tags))
            )
        return steps

    def describe(self, current: State | None, steps: Sequence[Step]) -> dict[str, Any]:
        """C(user): the ARN, what is attached after the steps, and what of it is not ours."""
        if self.absent:
            return {"user": None}
        foreign = _foreign(current)
        return {
            "user": {
                "name": self.name,
                "arn": self.arn,
                "attached_policies": sorted(list(self.wanted) + foreign),
                "foreign_policies": foreign,
                "console_access": False,
            }
        }

    def info(self, current: State | None) -> dict[str, Any]:
        """C(user), None where there is none."""
        if current is None:
            return {"user": None}
        return {
            "user": {
                "name": self.name,
                "arn": self.arn,
                "attached_policies": sorted(current.attached),
                "foreign_policies": _foreign(current),
                "console_access": current.console_access,
            }
        }

    def _warnings(self, current: State | None) -> list[str]:
        """Policies of others on our user."""
        foreign = _foreign(current)
        if not foreign or self.absent:
            return []
        return [
            "the user {1} also has policies that this collection did not attach, left as they are: {2}".format(
                self.account, self.name, ", ".join(foreign)
            )
        ]

    def _creation(self) -> Step:
        parameters: dict[str, Any] = {"UserName": self.name}
        if self.tags:
            parameters["Tags"] = ansible_dict_to_boto3_tag_list(self.tags)
        return Step("Create the user {0}".format(self.name), "iam", "create_user", parameters, after={"user": self.arn})

    def _attachment(self, name: str) -> Step:
        parameters = {"UserName": self.name, "PolicyArn": self.wanted[name]}
        title = "Attach {0} to the user {1}".format(name, self.name)
        return Step(title, "iam", "attach_user_policy", parameters, after={"attached": self.wanted[name]})

    def _detachment(self, name: str, arn: str) -> Step:
        parameters = {"UserName": self.name, "PolicyArn": arn}
        title = "Detach {0} from the user {1}".format(name, self.name)
        return Step(title, "iam", "detach_user_policy", parameters, before={"attached": arn})

    def _check_removable(self, current: State) -> None:
        foreign = _foreign(current)
        if foreign:
            raise FinopsError(
                "O(name): the user {0} is not deleted, because others attached {1} to it. Detach that first".format(
                    self.name, ", ".join(foreign)
                )
            )
        if current.key_ids:
            raise FinopsError(
                "O(name): the user {0} is not deleted, because it still has the access keys {1}. Remove them first "
                "(finops_for_cloud.aws.access_key with state absent)".format(self.name, ", ".join(current.key_ids))
            )


def _foreign(current: State | None) -> list[str]:
    return sorted(name for name in (current.attached if current else {}) if name not in settings.POLICY_NAMES)


RESOURCE = User
