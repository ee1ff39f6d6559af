# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed policies: where they are attached, their versions, and AWS's own, which exist in every account."""

from __future__ import annotations

import functools
import json
from typing import Any, cast

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, Group, IAMBackend, ManagedPolicy, Role, User

from tests.emulator.aws import errors
from tests.emulator.aws.authorization import boundary_arn
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.iam_documents import check_managed_policy
from tests.emulator.aws.iam_store import conflict, entity_for, exists, iam_for, named
from tests.emulator.aws.operations import serialize
from tests.emulator.aws.state import AwsState, Before

_POLICIES_PER_ENTITY = 10
_PREFIX = "arn:aws:iam::aws:policy"
_LISTED = (
    "AdministratorAccess",
    "AmazonS3FullAccess",
    "AmazonS3ReadOnlyAccess",
    "IAMFullAccess",
    "IAMReadOnlyAccess",
    "IAMUserChangePassword",
    "PowerUserAccess",
    "ReadOnlyAccess",
    "SecurityAudit",
)


@functools.cache
def _aws_policies() -> dict[str, dict[str, Any]]:
    policies: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return policies


def _aws_arn(name: str) -> str:
    return f"{_PREFIX}{_aws_policies()[name]['Path']}{name}"


def provide_aws_policy(iam: IAMBackend, arn: str) -> None:
    """Make one of AWS's own managed policies known to an account; moto would need 6 MB an account for all of them."""
    name = arn.rsplit("/", 1)[-1]
    if not arn.startswith(_PREFIX) or arn in iam.managed_policies or name not in _aws_policies():
        return
    if arn == _aws_arn(name):
        iam.managed_policies[arn] = AWSManagedPolicy.from_data(
            name, iam.account_id, iam.region_name, _aws_policies()[name]
        )


def provide_listed_aws_policies(iam: IAMBackend) -> None:
    """Of AWS's own policies a handful is listed, and those that are used."""
    for name in _LISTED:
        provide_aws_policy(iam, _aws_arn(name))


def boundary_uses(iam: IAMBackend, policy_arn: str) -> int:
    """For how many users and roles a managed policy is the permissions boundary."""
    entities: list[User | Role] = [*iam.users.values(), *iam.roles.values()]
    return sum(boundary_arn(entity) == policy_arn for entity in entities)


def attachments(iam: IAMBackend, policy_arn: str) -> int:
    """To how many users, groups and roles a managed policy is attached (moto's own count drifts)."""
    holders: list[User | Group | Role] = [*iam.users.values(), *iam.groups.values(), *iam.roles.values()]
    return sum(policy_arn in holder.managed_policies for holder in holders)


def _count_uses(iam: IAMBackend) -> None:
    """Put moto's counts right before they are shown."""
    for arn, policy in iam.managed_policies.items():
        policy.attachment_count = attachments(iam, arn)
        cast(Any, policy).permissions_boundary_usage_count = boundary_uses(iam, arn)


def create_policy(call: ApiCall, state: AwsState) -> Response | None:
    """Policy names are unique without regard to case; documents have at most 6,144 characters without white space."""
    own = {arn: policy for arn, policy in iam_for(call).managed_policies.items() if f"::{call.account}:" in arn}
    if named(own, call.params["PolicyName"]):
        raise exists("policy", call.params["PolicyName"])
    check_managed_policy(call.params["PolicyDocument"])
    return None


def create_policy_version(call: ApiCall, state: AwsState) -> Response | None:
    """The same limits as CreatePolicy."""
    check_managed_policy(call.params["PolicyDocument"])
    return None


def attach_policy(call: ApiCall, state: AwsState) -> Response | None:
    """Attaching twice is attaching once; ten managed policies an entity; AWS's own policies exist everywhere."""
    iam, arn, entity = iam_for(call), call.params["PolicyArn"], entity_for(call)
    provide_aws_policy(iam, arn)
    if entity is None or arn not in iam.managed_policies:
        return None
    if arn in entity.managed_policies:
        return serialize(call, {})
    if len(entity.managed_policies) >= _POLICIES_PER_ENTITY:
        kind = call.operation.removeprefix("Attach").removesuffix("Policy")
        text = f"Cannot exceed quota for PoliciesPer{kind}: {_POLICIES_PER_ENTITY}"
        raise errors.AwsError("LimitExceeded", text, 409)
    return None


def get_policy(call: ApiCall, state: AwsState) -> Response | None:
    """AWS's own policies exist everywhere."""
    provide_aws_policy(iam_for(call), call.params["PolicyArn"])
    return None


def get_policy_counted(call: ApiCall, state: AwsState) -> Response | None:
    """GetPolicy shows AttachmentCount."""
    get_policy(call, state)
    _count_uses(iam_for(call))
    return None


def list_policies(call: ApiCall, state: AwsState) -> Response | None:
    """Some of AWS's own policies, where they are asked for, and counts."""
    iam = iam_for(call)
    if call.params.get("Scope") != "Local":
        provide_listed_aws_policies(iam)
    _count_uses(iam)
    return None


def list_policy_versions(call: ApiCall, state: AwsState) -> Response | None:
    """Newest first, without the documents (the examples on the API reference's page)."""
    iam, arn = iam_for(call), call.params["PolicyArn"]
    provide_aws_policy(iam, arn)
    policy: ManagedPolicy | None = iam.managed_policies.get(arn)
    if policy is None:
        return None
    versions = [
        {
            "VersionId": version.version_id,
            "IsDefaultVersion": version.version_id == policy.default_version_id,
            "CreateDate": version.create_date,
        }
        for version in reversed(policy.versions)
    ]
    return serialize(call, {"Versions": versions, "IsTruncated": False})


def list_entities_for_policy(call: ApiCall, state: AwsState) -> Response | None:
    """Whose permissions boundary a policy is is listed too, unless PolicyUsageFilter asks for one use (its API reference page)."""
    iam, arn, use = iam_for(call), call.params["PolicyArn"], call.params.get("PolicyUsageFilter")
    provide_aws_policy(iam, arn)
    if arn not in iam.managed_policies:
        raise errors.AwsError("NoSuchEntity", f"Policy {arn} was not found.", 404)

    def holding(kind: str, entities: list[Any]) -> list[dict[str, str]]:
        return [
            {f"{kind}Name": entity.name, f"{kind}Id": entity.id}
            for entity in entities
            if (arn in entity.managed_policies and use != "PermissionsBoundary")
            or (boundary_arn(entity) == arn and use != "PermissionsPolicy")
        ]

    users, groups, roles = list(iam.users.values()), list(iam.groups.values()), list(iam.roles.values())
    listed = {"PolicyUsers": holding("User", users), "PolicyGroups": holding("Group", groups)}
    return serialize(call, {**listed, "PolicyRoles": holding("Role", roles), "IsTruncated": False})


def delete_policy(call: ApiCall, state: AwsState) -> Response | None:
    """A policy must be detached everywhere, and its other versions deleted, before it can go."""
    iam, arn = iam_for(call), call.params["PolicyArn"]
    policy: ManagedPolicy | None = iam.managed_policies.get(arn)
    if policy is None:
        return None
    if attachments(iam, arn) or boundary_uses(iam, arn):
        raise conflict("Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        raise conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's "
            "versions. The default version is deleted with the policy."
        )
    return None


BEFORE: dict[str, Before] = {
    "CreatePolicy": create_policy,
    "CreatePolicyVersion": create_policy_version,
    "AttachUserPolicy": attach_policy,
    "AttachRolePolicy": attach_policy,
    "AttachGroupPolicy": attach_policy,
    "GetPolicy": get_policy_counted,
    "GetPolicyVersion": get_policy,
    "ListPolicies": list_policies,
    "ListPolicyVersions": list_policy_versions,
    "ListEntitiesForPolicy": list_entities_for_policy,
    "DeletePolicy": delete_policy,
}
