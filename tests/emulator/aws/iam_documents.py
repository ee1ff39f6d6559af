# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policy documents as IAM checks them, beyond what moto's own validator does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.policy_validation import IAMTrustPolicyDocumentValidator

from tests.emulator.aws import iam_principals
from tests.emulator.aws.errors import AwsError
from tests.emulator.aws.iam_principals import unknown_principal
from tests.emulator.aws.policy_language import as_list, statements_of
from tests.emulator.aws.state import AwsState

_MANAGED_LIMIT = 6144
_TRUST_LIMIT = 2048
_INLINE_LIMITS = {
    "PutUserPolicy": (2048, "user"),
    "PutRolePolicy": (10240, "role"),
    "PutGroupPolicy": (5120, "group"),
}
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")


def _malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicyDocument", message, 400)


def size(document: str) -> int:
    """How IAM counts: white space is free."""
    return len("".join(document.split()))


def _check_actions(document: str) -> None:
    """Actions are `service:Name`; names AWS does not have are accepted, strings without a colon are not."""
    for statement in statements_of(document):
        for action in as_list(statement.get("Action")) + as_list(statement.get("NotAction")):
            if ":" not in str(action) and action != "*":
                raise _malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
            if str(action).count(":") > 1:
                raise _malformed("Actions/Condition can contain only one colon.")
            if not _ACTION.fullmatch(str(action)):
                raise _malformed("The policy failed legacy parsing")


def _parse(document: str) -> None:
    try:
        parsed = json.loads(document)
    except ValueError as problem:
        raise _malformed("Syntax errors in policy.") from problem
    if not isinstance(parsed, dict) or not all(isinstance(item, dict) for item in as_list(parsed.get("Statement"))):
        raise _malformed("Syntax errors in policy.")


def _check_identity_policy(document: str) -> None:
    """What managed and inline policies have in common: they speak of their holder and so name no principal."""
    _parse(document)
    _check_actions(document)
    if any("Principal" in statement or "NotPrincipal" in statement for statement in statements_of(document)):
        raise _malformed("Policy document should not specify a principal.")


def check_managed_policy(document: str) -> None:
    """At most 6,144 characters that are not white space."""
    if size(document) > _MANAGED_LIMIT:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for PolicySize: {_MANAGED_LIMIT}", 409)
    _check_identity_policy(document)


def check_inline_policy(operation: str, existing: Mapping[str, str], name: str, document: str) -> None:
    """The limit is on all inline policies of the entity together."""
    limit, kind = _INLINE_LIMITS[operation]
    others = sum(size(text) for other, text in existing.items() if other != name)
    if others + size(document) > limit:
        raise AwsError("LimitExceeded", f"Maximum policy size of {limit} bytes exceeded for {kind}", 409)
    _check_identity_policy(document)


def check_trust_policy(document: str, state: AwsState) -> None:
    """
    Trust policies are at most 2,048 characters, and name users, roles and accounts that exist.
    """
    if size(document) > _TRUST_LIMIT:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {_TRUST_LIMIT}", 409)
    _parse(document)
    _check_actions(document)
    try:
        IAMTrustPolicyDocumentValidator(document).validate()
    except MalformedPolicyDocument as problem:
        raise _malformed(problem.message) from problem
    for statement in statements_of(document):
        if "Principal" not in statement:
            raise _malformed("Missing required field Principal")
        if "Resource" in statement or "NotResource" in statement:
            raise _malformed("Has prohibited field Resource")
        unknown = unknown_principal(statement["Principal"], state.accounts)
        if unknown:
            raise _malformed(f"Invalid principal in policy: {unknown}")


def principal_exists(name: str, state: AwsState) -> bool:
    """Whether a name under `AWS` in a Principal element is somebody."""
    return iam_principals.principal_exists(name, state.accounts)
