# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Permissions boundaries: moto knows those of roles, though not whether their policy exists, and none of users."""

from __future__ import annotations

import re
from typing import Any, cast

from moto.iam.models import User

from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.errors import AwsError
from tests.emulator.aws.iam_policies import provide_aws_policy
from tests.emulator.aws.iam_store import iam_for
from tests.emulator.aws.operations import serialize
from tests.emulator.aws.state import After, AwsState, Before

_SHOWN = re.compile(rb"<PermissionsBoundary>.*?</PermissionsBoundary>", re.DOTALL)


def check_boundary(call: ApiCall, state: AwsState) -> Response | None:
    """The boundary, where one is asked for, must be a managed policy that exists."""
    arn = call.params.get("PermissionsBoundary")
    if arn is None:
        return None
    if not str(arn).startswith("arn:aws:iam::"):
        raise AwsError("InvalidInput", f"ARN {arn} is not valid.", 400)
    provide_aws_policy(iam_for(call), arn)
    if arn not in iam_for(call).managed_policies:
        raise AwsError("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404)
    return None


def _user(call: ApiCall) -> User:
    name = call.params["UserName"]
    user = iam_for(call).users.get(name)
    if user is None:
        raise AwsError("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    return user


def set_user_boundary(user: User, arn: str | None) -> dict[str, str] | None:
    """Kept on moto's user, where its serializer finds it for GetUser; answers it as IAM shows it."""
    shown = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn} if arn else None
    cast(Any, user).permissions_boundary = shown
    return shown


def put_user_boundary(call: ApiCall, state: AwsState) -> Response | None:
    """Replaces the boundary that the user may have."""
    user = _user(call)
    check_boundary(call, state)
    set_user_boundary(user, call.params["PermissionsBoundary"])
    return serialize(call, {})


def delete_user_boundary(call: ApiCall, state: AwsState) -> Response | None:
    """The user has none afterwards."""
    set_user_boundary(_user(call), None)
    return serialize(call, {})


def show_role_boundary(call: ApiCall, state: AwsState, response: Response) -> Response:
    """The type that IAM answers is Policy (moto: PermissionsBoundaryPolicy, the name in the model's enum)."""
    response.body = response.body.replace(b">PermissionsBoundaryPolicy<", b">Policy<")
    return response


def hide_boundaries(call: ApiCall, state: AwsState, response: Response) -> Response:
    """ListUsers leaves boundaries out (its API reference page)."""
    response.body = _SHOWN.sub(b"", response.body)
    return response


BEFORE: dict[str, Before] = {
    "PutUserPermissionsBoundary": put_user_boundary,
    "DeleteUserPermissionsBoundary": delete_user_boundary,
    "PutRolePermissionsBoundary": check_boundary,
}
AFTER: dict[str, After] = {
    "CreateRole": show_role_boundary,
    "GetRole": show_role_boundary,
    "ListUsers": hide_boundaries,
}
