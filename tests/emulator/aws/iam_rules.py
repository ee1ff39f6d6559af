# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM: what AWS refuses or answers differently from moto."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from moto.iam.models import Group, Role, User

from tests.emulator.aws import errors, iam_boundaries, iam_details, iam_documents, iam_policies
from tests.emulator.aws.authorization import find_role
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.iam_boundaries import check_boundary, set_user_boundary
from tests.emulator.aws.iam_principals import give_user_id, rename_in_trust_policies
from tests.emulator.aws.iam_simulation import simulate_custom_policy, simulate_principal_policy
from tests.emulator.aws.iam_store import conflict, entity_for, exists, iam_for, named
from tests.emulator.aws.operations import serialize
from tests.emulator.aws.state import After, AwsState, Before

_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_LONGEST_NAME = {
    "UserName": 64, "NewUserName": 64, "RoleName": 64, "GroupName": 128, "NewGroupName": 128, "PolicyName": 128,
}  # fmt: skip
_OWN_USER_OPERATIONS = {
    "GetUser", "ListAccessKeys", "CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey",
}  # fmt: skip


def _invalid(message: str) -> errors.AwsError:
    return errors.AwsError("ValidationError", message, 400)


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


def create_user(call: ApiCall, state: AwsState) -> Response | None:
    """User names are unique without regard to case."""
    if named(iam_for(call).users, call.params["UserName"]):
        raise exists("user", call.params["UserName"])
    return check_boundary(call, state)


def after_create_user(call: ApiCall, state: AwsState, response: Response) -> Response:
    """The user gets an id as AWS makes them, and the boundary that moto passes over."""
    user = iam_for(call).users[call.params["UserName"]]
    give_user_id(user)
    shown = {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": user.create_date,
        "PermissionsBoundary": set_user_boundary(user, call.params.get("PermissionsBoundary")),
        "Tags": user.tags,
    }
    return serialize(call, {"User": {name: value for name, value in shown.items() if value is not None}})


def update_user(call: ApiCall, state: AwsState) -> Response | None:
    """A new name must be free; who trusts the user trusts it under its new name or path."""
    iam, old, new = iam_for(call), call.params["UserName"], call.params.get("NewUserName")
    user = iam.users.get(old)
    if user is None:
        return None
    if new and new.lower() != old.lower() and named(iam.users, new):
        raise exists("user", new)
    path = call.params.get("NewPath") or user.path
    rename_in_trust_policies(user.arn, f"arn:aws:iam::{call.account}:user{path}{new or old}")
    return None


def after_update_user(call: ApiCall, state: AwsState, response: Response) -> Response:
    """The keys stay the user's (moto leaves them with the old name)."""
    name = call.params.get("NewUserName") or call.params["UserName"]
    for key in iam_for(call).users[name].access_keys:
        key.user_name = name
    return response


def create_group(call: ApiCall, state: AwsState) -> Response | None:
    """Group names are unique without regard to case."""
    if named(iam_for(call).groups, call.params["GroupName"]):
        raise exists("group", call.params["GroupName"])
    return None


def update_group(call: ApiCall, state: AwsState) -> Response | None:
    """A new name must be free."""
    old, new = call.params["GroupName"], call.params.get("NewGroupName")
    if new and new.lower() != old.lower() and named(iam_for(call).groups, new):
        raise exists("group", new)
    return None


def create_role(call: ApiCall, state: AwsState) -> Response | None:
    """Role names are unique without regard to case, and the trust policy must be one."""
    if named(iam_for(call).roles, call.params["RoleName"]):
        raise exists("role", call.params["RoleName"])
    iam_documents.check_trust_policy(call.params["AssumeRolePolicyDocument"], state)
    return check_boundary(call, state)


def update_trust(call: ApiCall, state: AwsState) -> Response | None:
    """The trust policy must be one."""
    iam_documents.check_trust_policy(call.params["PolicyDocument"], state)
    return None


def put_inline_policy(call: ApiCall, state: AwsState) -> Response | None:
    """Inline policies have a limit for all of an entity's policies together: user 2,048, role 10,240, group 5,120."""
    entity = entity_for(call)
    if entity is not None:
        iam_documents.check_inline_policy(
            call.operation, entity.policies, call.params["PolicyName"], call.params["PolicyDocument"]
        )
    return None


def delete_user(call: ApiCall, state: AwsState) -> Response | None:
    """Everything a user has must go first; who trusted the user trusts nobody's id from then on."""
    iam = iam_for(call)
    user = iam.users.get(call.params["UserName"])
    if user is None:
        return None
    if user.access_keys:
        raise conflict("Cannot delete entity, must delete access keys first.")
    if user.password:
        raise conflict("Cannot delete entity, must delete login profile first.")
    if any(user in group.users for group in iam.groups.values()):
        raise conflict("Cannot delete entity, must remove users from group first.")
    if user.mfa_devices:
        raise conflict("Cannot delete entity, must deactivate MFA device first.")
    if user.signing_certificates or user.ssh_public_keys:
        raise conflict("Cannot delete entity, must delete signing certificates and SSH keys first.")
    _check_no_policies(user)
    rename_in_trust_policies(user.arn, user.id)
    return None


def _check_no_policies(entity: User | Group | Role) -> None:
    if entity.managed_policies:
        raise conflict("Cannot delete entity, must detach all policies first.")
    if entity.policies:
        raise conflict("Cannot delete entity, must delete policies first.")


def delete_role(call: ApiCall, state: AwsState) -> Response | None:
    """Its policies must go and instance profiles let go of it first; who trusted the role trusts nobody's id then."""
    role = find_role(call.account, call.params["RoleName"])
    if role is None:
        return None
    if any(role in profile.roles for profile in iam_for(call).get_instance_profiles()):
        raise conflict("Cannot delete entity, must remove roles from instance profile first.")
    _check_no_policies(role)
    rename_in_trust_policies(role.arn, role.id)
    return None


def delete_group(call: ApiCall, state: AwsState) -> Response | None:
    """Members and policies must go first."""
    group = iam_for(call).groups.get(call.params["GroupName"])
    if group is not None and group.users:
        raise conflict("Cannot delete entity, must remove users from group first.")
    if group is not None:
        _check_no_policies(group)
    return None


def access_key_of_user(call: ApiCall, state: AwsState) -> Response | None:
    """A key that is not this user's does not exist."""
    user = iam_for(call).users.get(call.params["UserName"])
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
    key = iam_for(call).access_keys.get(wanted)
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


def list_service_specific_credentials(call: ApiCall, state: AwsState) -> Response | None:
    """Nobody has any here (moto knows no such operation)."""
    if call.params.get("UserName") not in iam_for(call).users:
        raise _missing(f"The user with name {call.params.get('UserName')} cannot be found.")
    return serialize(call, {"ServiceSpecificCredentials": []})


BEFORE: dict[str, Before] = {
    "ListServiceSpecificCredentials": list_service_specific_credentials,
    "CreateUser": create_user,
    "UpdateUser": update_user,
    "CreateGroup": create_group,
    "UpdateGroup": update_group,
    "CreateRole": create_role,
    "UpdateAssumeRolePolicy": update_trust,
    "PutUserPolicy": put_inline_policy,
    "PutRolePolicy": put_inline_policy,
    "PutGroupPolicy": put_inline_policy,
    "DeleteUser": delete_user,
    "DeleteGroup": delete_group,
    "DeleteRole": delete_role,
    "UpdateAccessKey": access_key_of_user,
    "DeleteAccessKey": access_key_of_user,
    "GetAccessKeyLastUsed": get_access_key_last_used,
    "SimulatePrincipalPolicy": simulate_principal_policy,
    "SimulateCustomPolicy": simulate_custom_policy,
    **iam_details.BEFORE,
    **iam_policies.BEFORE,
    **iam_boundaries.BEFORE,
}
AFTER: dict[str, After] = {
    "CreateUser": after_create_user,
    "UpdateUser": after_update_user,
    **iam_boundaries.AFTER,
}
