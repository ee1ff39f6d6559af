# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM: what AWS refuses or answers differently from moto."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from moto.iam.models import Group, IAMBackend, ManagedPolicy, Role, User

from tests.emulator.aws import errors, iam_documents
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.credentials import iam_of
from tests.emulator.aws.iam_simulation import simulate_custom_policy, simulate_principal_policy
from tests.emulator.aws.operations import serialize
from tests.emulator.aws.state import After, AwsState, Before

_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_LONGEST_NAME = {"UserName": 64, "RoleName": 64, "GroupName": 128, "PolicyName": 128}
_POLICIES_PER_ENTITY = 10
_OWN_USER_OPERATIONS = {
    "GetUser", "ListAccessKeys", "CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey",
}  # fmt: skip


def _iam(call: ApiCall) -> IAMBackend:
    iam = iam_of(call.account)
    assert iam is not None
    return iam


def _invalid(message: str) -> errors.AwsError:
    return errors.AwsError("ValidationError", message, 400)


def _exists(kind: str, name: str) -> errors.AwsError:
    if kind == "policy":
        text = f"A policy called {name} already exists. Duplicate names are not allowed."
    else:
        text = f"{kind.capitalize()} with name {name} already exists."
    return errors.AwsError("EntityAlreadyExists", text, 409)


def _conflict(message: str) -> errors.AwsError:
    return errors.AwsError("DeleteConflict", message, 409)


def _missing(message: str) -> errors.AwsError:
    return errors.AwsError("NoSuchEntity", message, 404)


def check_names(call: ApiCall) -> None:
    """Names are of letters, digits and +=,.@-_ and have a greatest length (IAM's quotas)."""
    for parameter, longest in _LONGEST_NAME.items():
        name = call.params.get(parameter)
        if name is None:
            continue
        if not _NAME.fullmatch(name):
            raise _invalid(
                f"The specified value for {parameter[0].lower()}{parameter[1:]} is invalid. "
                "It must contain only alphanumeric characters and/or the following: +=,.@_-"
            )
        if len(name) > longest:
            raise _invalid(
                f"1 validation error detected: Value at '{parameter[0].lower()}{parameter[1:]}' failed to satisfy "
                f"constraint: Member must have length less than or equal to {longest}"
            )


def before_all(call: ApiCall) -> None:
    """Names, and whose user is meant where a call does not say."""
    check_names(call)
    if call.operation in _OWN_USER_OPERATIONS and not call.params.get("UserName"):
        if call.caller.is_session:
            raise _invalid("Must specify userName when calling with non-User credentials")
        call.params["UserName"] = call.caller.name
        call.replace_body(call.body + b"&" + urlencode({"UserName": call.caller.name}).encode())


def _named(entities: Mapping[str, Any], name: str) -> bool:
    return any(entity.name.lower() == name.lower() for entity in entities.values())


def create_user(call: ApiCall, state: AwsState) -> Response | None:
    """User names are unique without regard to case."""
    if _named(_iam(call).users, call.params["UserName"]):
        raise _exists("user", call.params["UserName"])
    return None


def create_group(call: ApiCall, state: AwsState) -> Response | None:
    """Group names are unique without regard to case."""
    if _named(_iam(call).groups, call.params["GroupName"]):
        raise _exists("group", call.params["GroupName"])
    return None


def create_role(call: ApiCall, state: AwsState) -> Response | None:
    """Role names are unique without regard to case, and the trust policy must be one."""
    if _named(_iam(call).roles, call.params["RoleName"]):
        raise _exists("role", call.params["RoleName"])
    iam_documents.check_trust_policy(call.params["AssumeRolePolicyDocument"], state)
    return None


def update_trust(call: ApiCall, state: AwsState) -> Response | None:
    """The trust policy must be one."""
    iam_documents.check_trust_policy(call.params["PolicyDocument"], state)
    return None


def create_policy(call: ApiCall, state: AwsState) -> Response | None:
    """Policy names are unique without regard to case; documents have at most 6,144 characters without white space."""
    own = {arn: policy for arn, policy in _iam(call).managed_policies.items() if f"::{call.account}:" in arn}
    if _named(own, call.params["PolicyName"]):
        raise _exists("policy", call.params["PolicyName"])
    iam_documents.check_managed_policy(call.params["PolicyDocument"])
    return None


def create_policy_version(call: ApiCall, state: AwsState) -> Response | None:
    """The same limits as CreatePolicy."""
    iam_documents.check_managed_policy(call.params["PolicyDocument"])
    return None


def put_inline_policy(call: ApiCall, state: AwsState) -> Response | None:
    """Inline policies have a limit for all of an entity's policies together: user 2,048, role 10,240, group 5,120."""
    entity = _entity(call)
    if entity is not None:
        iam_documents.check_inline_policy(
            call.operation, entity.policies, call.params["PolicyName"], call.params["PolicyDocument"]
        )
    return None


def _entity(call: ApiCall) -> User | Group | Role | None:
    iam = _iam(call)
    if "UserName" in call.params:
        return iam.users.get(call.params["UserName"])
    if "GroupName" in call.params:
        return iam.groups.get(call.params["GroupName"])
    return next((role for role in iam.roles.values() if role.name == call.params.get("RoleName")), None)


def attachments(iam: IAMBackend, policy_arn: str) -> int:
    """To how many users, groups and roles a managed policy is attached (moto's own count drifts)."""
    holders: list[User | Group | Role] = [*iam.users.values(), *iam.groups.values(), *iam.roles.values()]
    return sum(policy_arn in holder.managed_policies for holder in holders)


def attach_policy(call: ApiCall, state: AwsState) -> Response | None:
    """Attaching twice is attaching once; ten managed policies an entity; AWS's own policies exist everywhere."""
    iam, arn, entity = _iam(call), call.params["PolicyArn"], _entity(call)
    iam_documents.provide_aws_policy(iam, arn)
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
    iam_documents.provide_aws_policy(_iam(call), call.params["PolicyArn"])
    return None


def count_attachments(call: ApiCall, state: AwsState) -> Response | None:
    """Put moto's count right before it is shown."""
    iam = _iam(call)
    for arn, policy in iam.managed_policies.items():
        policy.attachment_count = attachments(iam, arn)
    return None


def get_policy_counted(call: ApiCall, state: AwsState) -> Response | None:
    """GetPolicy shows AttachmentCount."""
    get_policy(call, state)
    return count_attachments(call, state)


def delete_policy(call: ApiCall, state: AwsState) -> Response | None:
    """A policy must be detached everywhere, and its other versions deleted, before it can go."""
    iam, arn = _iam(call), call.params["PolicyArn"]
    policy: ManagedPolicy | None = iam.managed_policies.get(arn)
    if policy is None:
        return None
    if attachments(iam, arn):
        raise _conflict("Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        raise _conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's "
            "versions. The default version is deleted with the policy."
        )
    return None


def delete_user(call: ApiCall, state: AwsState) -> Response | None:
    """Everything a user has must go first."""
    iam = _iam(call)
    user = iam.users.get(call.params["UserName"])
    if user is None:
        return None
    if user.access_keys:
        raise _conflict("Cannot delete entity, must delete access keys first.")
    if user.password:
        raise _conflict("Cannot delete entity, must delete login profile first.")
    if any(user in group.users for group in iam.groups.values()):
        raise _conflict("Cannot delete entity, must remove users from group first.")
    if user.mfa_devices:
        raise _conflict("Cannot delete entity, must deactivate MFA device first.")
    if user.signing_certificates or user.ssh_public_keys:
        raise _conflict("Cannot delete entity, must delete signing certificates and SSH keys first.")
    return None


def delete_group(call: ApiCall, state: AwsState) -> Response | None:
    """Members and policies must go first."""
    group = _iam(call).groups.get(call.params["GroupName"])
    if group is not None and group.users:
        raise _conflict("Cannot delete entity, must remove users from group first.")
    if group is not None and group.managed_policies:
        raise _conflict("Cannot delete entity, must detach all policies first.")
    if group is not None and group.policies:
        raise _conflict("Cannot delete entity, must delete policies first.")
    return None


def access_key_of_user(call: ApiCall, state: AwsState) -> Response | None:
    """A key that is not this user's does not exist."""
    user = _iam(call).users.get(call.params["UserName"])
    wanted = call.params["AccessKeyId"]
    if user is None:
        raise _missing(f"The user with name {call.params['UserName']} cannot be found.")
    if not any(key.access_key_id == wanted for key in user.access_keys):
        raise _missing(f"The Access Key with id {wanted} cannot be found.")
    if call.operation == "UpdateAccessKey" and call.params.get("Status") not in ("Active", "Inactive"):
        raise _invalid(
            f"1 validation error detected: Value '{call.params.get('Status')}' at 'status' failed to satisfy "
            "constraint: Member must satisfy enum value set: [Active, Inactive]"
        )
    return None


def get_access_key_last_used(call: ApiCall, state: AwsState) -> Response | None:
    """
    Only keys of this account (moto searches all accounts). A key never used has no LastUsedDate,
    and ServiceName and Region are both "N/A".
    """
    wanted = str(call.params.get("AccessKeyId"))
    key = _iam(call).access_keys.get(wanted)
    if key is None or not key.user_name:
        arn = f"arn:aws:iam::{call.account}:user/"
        raise errors.access_denied(
            call,
            f"User: {call.caller.arn} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: "
            f"access key {wanted} ({arn})",
        )
    used: dict[str, Any] = {"ServiceName": "N/A", "Region": "N/A"}
    if key.last_used is not None:
        used = {
            "LastUsedDate": key.last_used.timestamp.replace(second=0, microsecond=0),
            "ServiceName": key.last_used.service,
            "Region": key.last_used.region,
        }
    return serialize(call, {"UserName": key.user_name, "AccessKeyLastUsed": used})


BEFORE: dict[str, Before] = {
    "CreateUser": create_user,
    "CreateGroup": create_group,
    "CreateRole": create_role,
    "UpdateAssumeRolePolicy": update_trust,
    "CreatePolicy": create_policy,
    "CreatePolicyVersion": create_policy_version,
    "PutUserPolicy": put_inline_policy,
    "PutRolePolicy": put_inline_policy,
    "PutGroupPolicy": put_inline_policy,
    "AttachUserPolicy": attach_policy,
    "AttachRolePolicy": attach_policy,
    "AttachGroupPolicy": attach_policy,
    "GetPolicy": get_policy_counted,
    "GetPolicyVersion": get_policy,
    "ListPolicyVersions": get_policy,
    "ListPolicies": count_attachments,
    "DeletePolicy": delete_policy,
    "DeleteUser": delete_user,
    "DeleteGroup": delete_group,
    "UpdateAccessKey": access_key_of_user,
    "DeleteAccessKey": access_key_of_user,
    "GetAccessKeyLastUsed": get_access_key_last_used,
    "SimulatePrincipalPolicy": simulate_principal_policy,
    "SimulateCustomPolicy": simulate_custom_policy,
}
AFTER: dict[str, After] = {}
