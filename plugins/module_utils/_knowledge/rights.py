# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a policy document comes to for the FinOps user: everything, or too little."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policies import policy_document
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policy_meaning import (
    listed,
    matches,
    statements_of,
)

Statement = Mapping  # of str to Any
_ADMINISTRATOR = ":iam::aws:policy/AdministratorAccess"


def is_administrator(arn: str, document: Mapping[str, Any] | None) -> bool:
    """Whether a policy grants every action, or all but some, on everything, without a condition.

    document: None where it is not known, as of AWS's own policies; of these the one that is for it counts.
    """
    return arn.endswith(_ADMINISTRATOR) or any(
        statement.get("Effect") == "Allow"
        and not statement.get("Condition")
        and "*" in listed(statement.get("Resource"))
        and ("NotAction" in statement or bool({"*", "*:*"} & set(listed(statement.get("Action")))))
        for statement in statements_of(document)
    )


def lacking(boundary: Mapping[str, Any], policies: Sequence[str], partition: str) -> list[str]:
    """The actions of FinOps policies, of what the platform cannot do without, that a permissions boundary keeps away.

    An action is kept away where no statement allows it, or one denies it everywhere without a condition. What a
    statement allows on some resources or under a condition counts as allowed: that is for its author to know.
    policies: their names.
    """
    statements = statements_of(boundary)
    allowing = [statement for statement in statements if statement.get("Effect") == "Allow"]
    denying = [
        statement
        for statement in statements
        if statement.get("Effect") == "Deny"
        and not statement.get("Condition")
        and "*" in listed(statement.get("Resource"))
    ]
    return [action for action in _needed(policies, partition) if not _has(allowing, action) or _has(denying, action)]


def _needed(policies: Sequence[str], partition: str) -> list[str]:
    documents = [policy_document(name, "least_privilege", partition, "bucket", "prefix") for name in policies]
    found = {action for document in documents for statement in document["Statement"] for action in statement["Action"]}
    return sorted(found)


def _has(statements: Sequence[Statement], action: str) -> bool:
    return any(
        not _matches(statement, "NotAction", action)
        if "NotAction" in statement
        else _matches(statement, "Action", action)
        for statement in statements
    )


def _matches(statement: Statement, key: str, action: str) -> bool:
    return any(matches(pattern.lower(), action.lower()) for pattern in listed(statement.get(key, [])))
