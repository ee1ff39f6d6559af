# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM's rules have in common: an account's IAM, the entity a call is about, and IAM's errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.iam.models import Group, IAMBackend, Role, User

from tests.emulator.aws.authorization import find_role
from tests.emulator.aws.call import ApiCall
from tests.emulator.aws.credentials import iam_of
from tests.emulator.aws.errors import AwsError


def iam_for(call: ApiCall) -> IAMBackend:
    """The IAM of the account that the call acts in."""
    iam = iam_of(call.account)
    assert iam is not None
    return iam


def entity_for(call: ApiCall) -> User | Group | Role | None:
    """The user, group or role that the call names, None where there is none."""
    iam = iam_for(call)
    if "UserName" in call.params:
        return iam.users.get(call.params["UserName"])
    if "GroupName" in call.params:
        return iam.groups.get(call.params["GroupName"])
    return find_role(call.account, str(call.params.get("RoleName")))


def named(entities: Mapping[str, Any], name: str) -> bool:
    """Whether a name is taken: names are unique without regard to case, whatever their paths."""
    return any(entity.name.lower() == name.lower() for entity in entities.values())


def exists(kind: str, name: str) -> AwsError:
    """The refusal of a name that is taken."""
    if kind == "policy":
        text = f"A policy called {name} already exists. Duplicate names are not allowed."
    else:
        text = f"{kind.capitalize()} with name {name} already exists."
    return AwsError("EntityAlreadyExists", text, 409)


def conflict(message: str) -> AwsError:
    """The refusal to delete what is still in use."""
    return AwsError("DeleteConflict", message, 409)
