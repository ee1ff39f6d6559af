# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM has of an account's users, groups, roles and policies, in the shapes of GetAccountAuthorizationDetails.

One call answers for up to a thousand of them (IAM API: GetAccountAuthorizationDetails); who is denied it gets the same
facts by a call for each. What was read is kept until the next write to IAM, so the steps of one account share it.
"""

from __future__ import annotations

import json
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.early import Reading
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError

# The look at all of IAM.
ALL_AT_ONCE = Reading(
    "iam",
    "get_account_authorization_details",
    {"Filter": ["User", "Group", "LocalManagedPolicy"], "MaxItems": 1000},
    all_pages=True,
)
_GONE = ("NoSuchEntity",)
_DENIED = ("AccessDenied", "AccessDeniedException")
Entity = Mapping  # of str to Any: one of AWS's UserDetail, GroupDetail, RoleDetail, ManagedPolicyDetail


class Identities:
    """The account's own policies, its users and their groups, its roles; FinopsError where they are another account's."""

    def __init__(self, clients: Any) -> None:
        self._clients = clients

    @property
    def policies(self) -> Sequence[Entity]:
        """All customer managed policies; document() and versions() tell what is in one."""
        raise NotImplementedError

    def user(self, name: str) -> Entity | None:
        """A user by exactly this name, with its policies, boundary, tags and the names of its groups."""
        raise NotImplementedError

    def user_names(self) -> list[str]:
        """The names of all users."""
        raise NotImplementedError

    def group(self, name: str) -> Entity:
        """A group with its policies."""
        raise NotImplementedError

    def role(self, name: str) -> Entity | None:
        """A role by exactly this name, with its policies, whom it trusts, its boundary, tags and instance profiles."""
        raise NotImplementedError

    def role_names(self) -> list[str]:
        """The names of all roles."""
        raise NotImplementedError

    def document(self, policy: Entity) -> dict[str, Any]:
        """The document of the version in force."""
        raise NotImplementedError

    def versions(self, policy: Entity) -> list[dict[str, Any]]:
        """All versions, oldest first, each with its C(Document)."""
        raise NotImplementedError

    def _of_account(self, entities: Sequence[Entity]) -> Sequence[Entity]:
        for entity in entities:
            account = entity["Arn"].split(":")[4]
            if account != self._clients.account:
                raise FinopsError(
                    "O(account_id): the credentials belong to account {0}; nothing was changed".format(account),
                    finding_code="ACCOUNT_OTHER",
                )
        return entities


class _AllAtOnce(Identities):
    def __init__(self, clients: Any, details: Mapping[str, Any]) -> None:
        super().__init__(clients)
        own = [policy for policy in details.get("Policies", []) if ":iam::aws:" not in policy["Arn"]]
        self._policies = self._of_account(own)
        self._users = self._of_account(details.get("UserDetailList", []))
        self._groups = details.get("GroupDetailList", [])
        self._listed_roles: Sequence[Entity] | None = None

    @property
    def policies(self) -> Sequence[Entity]:
        return self._policies

    def user(self, name: str) -> Entity | None:
        return next((user for user in self._users if user["UserName"] == name), None)

    def user_names(self) -> list[str]:
        return [user["UserName"] for user in self._users]

    def group(self, name: str) -> Entity:
        return next((group for group in self._groups if group["GroupName"] == name), {"GroupName": name})

    def role(self, name: str) -> Entity | None:
        return next((role for role in self._roles() if role["RoleName"] == name), None)

    def role_names(self) -> list[str]:
        return [role["RoleName"] for role in self._roles()]

    def _roles(self) -> Sequence[Entity]:
        """Only read where one is asked for: an account may have hundreds, each with its documents."""
        if self._listed_roles is None:
            operation, of_roles = ALL_AT_ONCE.operation, dict(ALL_AT_ONCE.parameters, Filter=["Role"])
            self._listed_roles = self._clients.read_all("iam", operation, "RoleDetailList", **of_roles)
        return self._listed_roles

    def document(self, policy: Entity) -> dict[str, Any]:
        in_force = policy["DefaultVersionId"]
        return next(version["Document"] for version in self.versions(policy) if version["VersionId"] == in_force)

    def versions(self, policy: Entity) -> list[dict[str, Any]]:
        return _oldest_first(
            [dict(version, Document=parsed(version["Document"])) for version in policy["PolicyVersionList"]]
        )


class _OneByOne(Identities):
    def __init__(self, clients: Any) -> None:
        super().__init__(clients)
        self._listed: Sequence[Entity] | None = None

    @property
    def policies(self) -> Sequence[Entity]:
        if self._listed is None:
            self._listed = self._of_account(self._all("list_policies", "Policies", Scope="Local", MaxItems=1000))
        return self._listed

    def user(self, name: str) -> Entity | None:
        answer = self._clients.read("iam", "get_user", missing=_GONE, UserName=name)
        if answer is None:
            return None
        (user,) = self._of_account([answer["User"]])
        of_user = {"UserName": name}
        return dict(
            user,
            AttachedManagedPolicies=self._all("list_attached_user_policies", "AttachedPolicies", **of_user),
            UserPolicyList=[
                self._clients.read("iam", "get_user_policy", PolicyName=policy, **of_user)
                for policy in self._all("list_user_policies", "PolicyNames", **of_user)
            ],
            GroupList=[group["GroupName"] for group in self._all("list_groups_for_user", "Groups", **of_user)],
        )

    def user_names(self) -> list[str]:
        return [user["UserName"] for user in self._all("list_users", "Users", MaxItems=1000)]

    def group(self, name: str) -> Entity:
        return {
            "GroupName": name,
            "AttachedManagedPolicies": self._all("list_attached_group_policies", "AttachedPolicies", GroupName=name),
            "GroupPolicyList": [
                self._clients.read("iam", "get_group_policy", GroupName=name, PolicyName=policy)
                for policy in self._all("list_group_policies", "PolicyNames", GroupName=name)
            ],
        }

    def role(self, name: str) -> Entity | None:
        answer = self._clients.read("iam", "get_role", missing=_GONE, RoleName=name)
        if answer is None:
            return None
        of_role = {"RoleName": name}
        return dict(
            answer["Role"],
            AttachedManagedPolicies=self._all("list_attached_role_policies", "AttachedPolicies", **of_role),
            RolePolicyList=[
                self._clients.read("iam", "get_role_policy", PolicyName=policy, **of_role)
                for policy in self._all("list_role_policies", "PolicyNames", **of_role)
            ],
            InstanceProfileList=self._all("list_instance_profiles_for_role", "InstanceProfiles", **of_role),
        )

    def role_names(self) -> list[str]:
        return [role["RoleName"] for role in self._all("list_roles", "Roles", MaxItems=1000)]

    def document(self, policy: Entity) -> dict[str, Any]:
        return self._version(policy, policy["DefaultVersionId"])["Document"]

    def versions(self, policy: Entity) -> list[dict[str, Any]]:
        listed = self._all("list_policy_versions", "Versions", PolicyArn=policy["Arn"])
        return _oldest_first([self._version(policy, version["VersionId"]) for version in listed])

    def _version(self, policy: Entity, version: str) -> dict[str, Any]:
        answer = self._clients.read("iam", "get_policy_version", PolicyArn=policy["Arn"], VersionId=version)
        return dict(answer["PolicyVersion"], Document=parsed(answer["PolicyVersion"]["Document"]))

    def _all(self, operation: str, key: str, **parameters: Any) -> Sequence[Any]:
        found: Sequence[Any] = self._clients.read_all("iam", operation, key, **parameters)
        return found


def identities(clients: Any) -> Identities:
    """What IAM has now."""
    found: Identities = clients.remembered("iam", lambda: _read(clients))
    return found


def _read(clients: Any) -> Identities:
    details = clients.read_all(ALL_AT_ONCE.service, ALL_AT_ONCE.operation, missing=_DENIED, **ALL_AT_ONCE.parameters)
    return _OneByOne(clients) if details is None else _AllAtOnce(clients, details)


def policy_name(policy: Entity) -> str:
    """A policy's name, the end of its ARN whatever its path."""
    return str(policy["Arn"].rsplit("/", 1)[1])


def parsed(document: Any) -> dict[str, Any]:
    """A policy document as data; botocore has parsed those that IAM answers, except where it was told not to."""
    value: dict[str, Any] = json.loads(document) if isinstance(document, str) else document
    return value


def _oldest_first(versions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(versions, key=lambda version: int(version["VersionId"][1:]))
