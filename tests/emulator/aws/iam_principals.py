# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a Principal element names: whether there is such a user, role or account, and what becomes of deleted ones."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from moto.iam.models import Role, User, iam_backends

from tests.emulator.aws.credentials import iam_of
from tests.emulator.aws.policy_language import as_list

_ARN = re.compile(r"arn:aws:(?:iam|sts)::(\d{12}):(root|user/.+|role/.+|assumed-role/([^/]+)/[^/]+)")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com|amazonaws\.com\.cn|aws\.internal)")


def unknown_principal(principal: Any, accounts: Iterable[str]) -> str | None:
    """The first name in a Principal element that is nobody's, in the words of IAM's error; None where all are known."""
    if not isinstance(principal, dict):
        return None if principal == "*" else f'"AWS":"{principal}"'
    for name in as_list(principal.get("AWS")):
        if not principal_exists(str(name), accounts):
            return f'"AWS":"{name}"'
    for name in as_list(principal.get("Service")):
        if not _SERVICE.fullmatch(str(name)):
            return f'"SERVICE":"{name}"'
    return None


def principal_exists(name: str, accounts: Iterable[str]) -> bool:
    """Whether a name under `AWS` in a Principal element is somebody, in one of the accounts that exist."""
    if name == "*":
        return True
    if re.fullmatch(r"\d{12}", name):
        return name in accounts
    match = _ARN.fullmatch(name)
    iam = iam_of(match[1]) if match and match[1] in accounts else None
    if match is None or iam is None:
        return False
    if match[3]:
        return any(role.name == match[3] for role in iam.roles.values())
    entities: list[User | Role] = [*iam.users.values(), *iam.roles.values()]
    return match[2] == "root" or any(entity.arn == name for entity in entities)


def give_user_id(user: User) -> None:
    """User ids begin with AIDA on AWS (moto makes them of any letters)."""
    user.id = f"AIDA{user.id[:17].upper()}"


def rename_in_trust_policies(old: str, new: str) -> None:
    """
    A role trusts a user or role by its unique id, shown as an ARN while there is one: a renamed user stays trusted,
    and in place of a deleted one its id is shown, which nobody else ever gets.
    """
    for backends in list(iam_backends.values()):
        for role in list(backends["aws"].roles.values()):
            if old in role.assume_role_policy_document:
                role.assume_role_policy_document = _renamed(role.assume_role_policy_document, old, new)


def _renamed(text: str, old: str, new: str) -> str:
    document = json.loads(text)
    for statement in as_list(document["Statement"]):
        principal = statement.get("Principal")
        if isinstance(principal, dict) and old in as_list(principal.get("AWS")):
            names = [new if name == old else name for name in as_list(principal["AWS"])]
            principal["AWS"] = names if isinstance(principal["AWS"], list) else names[0]
    return json.dumps(document)
