# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom the FinOps role trusts: the documented trust policy, and what a given one comes to for the platform; pure.

Where a user or role that is trusted is deleted, AWS shows its unique id (AIDA..., AROA...) in place of its ARN, and trusts
nobody by it, also not one that is made anew under the same name; it refuses a document with such an id (IAM user guide,
"AWS JSON policy elements: Principal").
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policy_meaning import (
    allows,
    conditions,
    listed,
    matches,
    principals,
    statements_of,
)

Document = Mapping  # of str to Any
Statement = Mapping  # of str to Any
_ACTION = "sts:AssumeRole"
_GONE = re.compile(r"(AIDA|AROA)[A-Z0-9]{8,}\Z")
# The platform sends no external id (facts of its API), so who asks for one asks in vain.
_NEVER_SENT = "sts:externalid"


@dataclasses.dataclass(frozen=True)
class Trust:
    """What a trust policy comes to for one principal.

    is_allowed: a statement lets it assume the role, whatever else. conditional: by which condition keys, in lower case, the
    statements do that let it under conditions alone. is_denied: a statement denies it whatever else; may_be_denied: under
    conditions. gone: the ids of deleted users and roles. others: whom it trusts besides, as it names them.
    """

    is_allowed: bool
    conditional: tuple[str, ...] = ()
    is_denied: bool = False
    may_be_denied: bool = False
    gone: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def is_kept_out(self) -> bool:
        """Whether the platform can never do what somebody asks of it: be another, or send an external id."""
        return self.is_denied or (not self.is_allowed and _NEVER_SENT in self.conditional)


def documented(principal: str) -> dict[str, Any]:
    """The trust policy for a principal, given by its ARN."""
    return {"Version": "2012-10-17", "Statement": [_statement(principal)]}


def trust(given: Document, principal: str) -> Trust:
    """What a trust policy comes to for a principal; that its whole account is trusted lets it in as well."""
    statements = statements_of(given)
    about = [one for one in statements if _is_about_assuming(one)]
    allowing = [one for one in about if one.get("Effect") == "Allow"]
    denying = [one for one in about if one.get("Effect") == "Deny" and _concerns(one, principal)]
    ours = (principal, _account(principal))
    is_allowed = any(allows(given, documented(one)) for one in (principal, _root(principal)))
    conditional = [one for one in allowing if one.get("Condition") and _concerns(one, principal)]
    return Trust(
        is_allowed,
        tuple(sorted({key for one in conditional for dummy, key in conditions(one)})),
        any(not one.get("Condition") for one in denying),
        any(one.get("Condition") for one in denying),
        tuple(sorted({name for one in statements for name in _names(one) if _GONE.match(name)})),
        tuple(sorted({name for one in allowing for name in _names(one) if name not in ours and not _GONE.match(name)})),
    )


def repaired(given: Document, principal: str) -> dict[str, Any]:
    """The trust policy with the documented statement; all of others stays but the ids of who is gone, which AWS refuses."""
    kept = [_without_gone(one) for one in statements_of(given)]
    return dict(given, Statement=[one for one in kept if one is not None] + [_statement(principal)])


def _statement(principal: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": _ACTION}


def _account(principal: str) -> str:
    return principal.split(":")[4]


def _root(principal: str) -> str:
    return "{0}:root".format(principal.rsplit(":", 1)[0])


def _names(statement: Statement) -> list[str]:
    """Whom a statement names, an account by its id."""
    return [str(name) for dummy, name in principals(statement)]


def _concerns(statement: Statement, principal: str) -> bool:
    named = bool({principal, _account(principal), "*"} & set(_names(statement)))
    return not named if "NotPrincipal" in statement else named


def _is_about_assuming(statement: Statement) -> bool:
    actions = listed(statement.get("NotAction", statement.get("Action", [])))
    named = any(matches(str(action).lower(), _ACTION.lower()) for action in actions)
    return not named if "NotAction" in statement else named


def _without_gone(statement: Statement) -> dict[str, Any] | None:
    """A statement without the ids of who is gone, None where it names nobody else."""
    named = statement.get("Principal")
    if not isinstance(named, Mapping):
        return dict(statement)
    kept: dict[str, Any] = {}
    for kind, names in named.items():
        left = [name for name in listed(names) if not _GONE.match(str(name))]
        if left:
            kept[kind] = left if isinstance(names, (list, tuple)) else left[0]
    return dict(statement, Principal=kept) if kept else None
