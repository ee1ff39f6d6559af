# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
GetAccountAuthorizationDetails: all users, groups, roles and managed policies of an account, with what they have.

Source: the operation's API reference page, and the shapes of botocore's model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from moto.iam.models import AWSManagedPolicy, Group, IAMBackend, InstanceProfile, ManagedPolicy, Role, User

from tests.emulator.aws import model_validation
from tests.emulator.aws.authorization import boundary_arn
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.errors import AwsError
from tests.emulator.aws.iam_policies import attachments, boundary_uses, provide_listed_aws_policies
from tests.emulator.aws.iam_store import iam_for
from tests.emulator.aws.operations import serialize
from tests.emulator.aws.state import AwsState, Before

_FIRST_PAGE, _ITEMS_A_PAGE = "0", 100
_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


def get_account_authorization_details(call: ApiCall, state: AwsState) -> Response | None:
    """MaxItems counts the entities of all kinds together: users, then groups, roles and policies."""
    problems = model_validation.problems("iam", call.operation, call.params)
    if problems:
        raise AwsError("ValidationError", model_validation.message(problems), 400)
    entities = list(_entities(iam_for(call), call.params.get("Filter") or []))
    start = _position(call.params.get("Marker", _FIRST_PAGE), len(entities))
    end = start + call.params.get("MaxItems", _ITEMS_A_PAGE)
    answer: dict[str, Any] = {name: [] for name in _LISTS}
    for name, detail in entities[start:end]:
        answer[name].append(detail)
    answer["IsTruncated"] = end < len(entities)
    return serialize(call, answer | ({"Marker": str(end)} if answer["IsTruncated"] else {}))


def _position(marker: str, last: int) -> int:
    if not marker.isdecimal() or int(marker) > last:
        raise AwsError("ValidationError", f"Invalid Marker: {marker}", 400)
    return int(marker)


def _entities(iam: IAMBackend, kinds: list[str]) -> Iterable[tuple[str, dict[str, Any]]]:
    """The list that each entity of these kinds belongs to, and its detail; without kinds, of all."""
    if not kinds or "User" in kinds:
        yield from (("UserDetailList", _user(iam, user)) for user in iam.users.values())
    if not kinds or "Group" in kinds:
        yield from (("GroupDetailList", _group(group)) for group in iam.groups.values())
    if not kinds or "Role" in kinds:
        yield from (("RoleDetailList", _role(iam, role)) for role in iam.roles.values())
    if not kinds or "AWSManagedPolicy" in kinds:
        provide_listed_aws_policies(iam)
    for policy in iam.managed_policies.values():
        kind = "AWSManagedPolicy" if isinstance(policy, AWSManagedPolicy) else "LocalManagedPolicy"
        if not kinds or kind in kinds:
            yield "Policies", _managed_policy(iam, policy)


def _head(kind: str, entity: User | Group | Role | InstanceProfile) -> dict[str, Any]:
    return {
        "Path": entity.path,
        f"{kind}Name": entity.name,
        f"{kind}Id": entity.id,
        "Arn": entity.arn,
        "CreateDate": entity.create_date,
    }


def _principal(kind: str, entity: User | Group | Role) -> dict[str, Any]:
    """What users, groups and roles have in common."""
    return {
        **_head(kind, entity),
        f"{kind}PolicyList": _inline(entity.policies),
        "AttachedManagedPolicies": [
            {"PolicyName": policy.name, "PolicyArn": arn} for arn, policy in entity.managed_policies.items()
        ],
    }


def _inline(policies: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"PolicyName": name, "PolicyDocument": _encoded(text)} for name, text in policies.items()]


def _encoded(document: Any) -> str:
    """Documents are URL-encoded (RFC 3986)."""
    return quote(str(document), safe="")


def _boundary(entity: User | Role) -> dict[str, Any]:
    arn = boundary_arn(entity)
    shown = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
    return {"PermissionsBoundary": shown} if arn else {}


def _user(iam: IAMBackend, user: User) -> dict[str, Any]:
    groups = [group.name for group in iam.groups.values() if user in group.users]
    return {**_principal("User", user), **_boundary(user), "GroupList": groups, "Tags": user.tags or []}


def _group(group: Group) -> dict[str, Any]:
    return _principal("Group", group)


def _role(iam: IAMBackend, role: Role) -> dict[str, Any]:
    profiles = [profile for profile in iam.instance_profiles.values() if role in profile.roles]
    used = {"LastUsedDate": role.last_used, "Region": role.last_used_region} if role.last_used else {}
    return {
        **_principal("Role", role),
        **_boundary(role),
        "AssumeRolePolicyDocument": _encoded(role.assume_role_policy_document),
        "InstanceProfileList": [_instance_profile(profile) for profile in profiles],
        "Tags": role.tags,
        "RoleLastUsed": used,
    }


def _instance_profile(profile: InstanceProfile) -> dict[str, Any]:
    roles = [
        {**_head("Role", role), "AssumeRolePolicyDocument": _encoded(role.assume_role_policy_document)}
        for role in profile.roles
    ]
    return {**_head("InstanceProfile", profile), "Roles": roles}


def _managed_policy(iam: IAMBackend, policy: ManagedPolicy) -> dict[str, Any]:
    """Where the version in force has not spread yet, the newest of those that have is shown as it."""
    known = [version.version_id for version in policy.versions]
    in_force = policy.default_version_id if policy.default_version_id in known else known[-1]
    detail = {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": in_force,
        "AttachmentCount": attachments(iam, policy.arn),
        "PermissionsBoundaryUsageCount": boundary_uses(iam, policy.arn),
        "IsAttachable": policy.is_attachable,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
        "PolicyVersionList": [
            {
                "Document": _encoded(version.document),
                "VersionId": version.version_id,
                "IsDefaultVersion": version.version_id == in_force,
                "CreateDate": version.create_date,
            }
            for version in reversed(policy.versions)
        ],
    }
    return {**detail, "Description": policy.description} if policy.description else detail


BEFORE: dict[str, Before] = {"GetAccountAuthorizationDetails": get_account_authorization_details}
