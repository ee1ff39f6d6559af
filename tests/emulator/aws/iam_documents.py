# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policy documents as IAM checks them, beyond what moto's own validator does."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.models import AWSManagedPolicy, IAMBackend
from moto.iam.policy_validation import IAMTrustPolicyDocumentValidator

from tests.emulator.aws.credentials import iam_of
from tests.emulator.aws.errors import AwsError
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
_PRINCIPAL = re.compile(r"arn:aws:(?:iam|sts)::(\d{12}):(root|user/.+|role/.+|assumed-role/.+)")


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
    Trust policies are at most 2,048 characters, and name principals that exist.

    Principals in accounts that are not of this emulator cannot be looked up and pass.
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
        principal = statement["Principal"]
        for name in as_list(principal.get("AWS")) if isinstance(principal, dict) else []:
            if not principal_exists(str(name), state):
                raise _malformed(f'Invalid principal in policy: "AWS":"{name}"')


def principal_exists(name: str, state: AwsState) -> bool:
    """Whether a name under `AWS` in a Principal element is somebody."""
    if name == "*" or re.fullmatch(r"\d{12}", name):
        return True
    match = _PRINCIPAL.fullmatch(name)
    if not match:
        return False
    account, rest = match[1], match[2]
    if account not in state.accounts or rest == "root" or rest.startswith("assumed-role/"):
        return True
    iam = iam_of(account)
    if iam is None:
        return False
    entities: list[Any] = [*iam.users.values(), *iam.roles.values()]
    return any(entity.arn == name for entity in entities)


@functools.cache
def _aws_policies() -> dict[str, dict[str, Any]]:
    policies: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return policies


def provide_aws_policy(iam: IAMBackend, arn: str) -> None:
    """Make one of AWS's own managed policies known to an account; moto would need 6 MB an account for all of them."""
    prefix = "arn:aws:iam::aws:policy"
    if not arn.startswith(prefix) or arn in iam.managed_policies:
        return
    name = arn.rsplit("/", 1)[-1]
    data = _aws_policies().get(name)
    if data is None or arn != f"{prefix}{data['Path']}{name}":
        return
    iam.managed_policies[arn] = AWSManagedPolicy.from_data(name, iam.account_id, iam.region_name, data)
