# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bucket policies as PutBucketPolicy checks them, and what makes one public."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.emulator.aws import s3_vocabulary
from tests.emulator.aws.errors import AwsError
from tests.emulator.aws.iam_principals import principal_exists
from tests.emulator.aws.policy_conditions import OPERATORS, split_operator
from tests.emulator.aws.policy_language import as_list
from tests.emulator.aws.state import AwsState

_LIMIT = 20 * 1024
_VERSIONS = ("2012-10-17", "2008-10-17")
_ELEMENTS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip
_ACCOUNTS_OF_AWS = {"386209384616"}  # billing: AWS's own policies for legacy reports name it
_CANONICAL_USER = re.compile(r"[0-9a-f]{64}")
_RESOURCE = "arn:aws:s3:::"
_NARROWING_KEYS = {
    "aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:principalorgid", "aws:principalaccount",
    "aws:principalarn", "aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "s3:dataaccesspointaccount",
}  # fmt: skip


def _malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicy", message, 400)


def check_bucket_policy(text: str, bucket: str, state: AwsState) -> None:
    """JSON of at most 20 KB with statements that have an effect, a principal, actions of S3 and this bucket's ARNs."""
    if len(text.encode()) > _LIMIT:
        raise AwsError("PolicyTooLarge", "Policy exceeds the maximum allowed document size.", 400)
    try:
        document = json.loads(text)
    except ValueError as problem:
        raise _malformed("Policies must be valid JSON and the first byte must be '{'") from problem
    if not isinstance(document, dict):
        raise _malformed("Policies must be valid JSON and the first byte must be '{'")
    if set(document) - {"Version", "Id", "Statement"}:
        raise _malformed("Unknown field " + sorted(set(document) - {"Version", "Id", "Statement"})[0])
    if document.get("Version") not in _VERSIONS:
        raise _malformed("The policy must contain a valid version string")
    statements = as_list(document.get("Statement"))
    if not statements:
        raise _malformed("Missing required field Statement")
    sids = [statement.get("Sid") for statement in statements if isinstance(statement, dict) and statement.get("Sid")]
    if len(sids) != len(set(sids)):
        raise _malformed("Statement IDs (SID) in a single policy must be unique")
    for statement in statements:
        if not isinstance(statement, dict):
            raise _malformed("Policy has invalid statement")
        _check_statement(statement, bucket, state)


def _check_statement(statement: Mapping[str, Any], bucket: str, state: AwsState) -> None:
    unknown = sorted(set(statement) - _ELEMENTS)
    if unknown:
        raise _malformed(f"Unknown field {unknown[0]}")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise _malformed("Invalid effect" if "Effect" in statement else "Missing required field Effect")
    for element in ("Principal", "Action", "Resource"):
        if element not in statement and f"Not{element}" not in statement:
            raise _malformed(f"Missing required field {element}")
    _check_principal(statement.get("Principal", statement.get("NotPrincipal")), state)
    _check_resources(as_list(statement.get("Resource", statement.get("NotResource"))), bucket)
    _check_actions(statement)
    condition = statement.get("Condition", {})
    if not isinstance(condition, dict) or not all(isinstance(keys, dict) for keys in condition.values()):
        raise _malformed("Invalid Condition")
    for operator in condition:
        if split_operator(operator)[1] not in OPERATORS:
            raise _malformed(f"Invalid Condition type : {operator}")
    for key in (key for keys in condition.values() for key in keys):
        if not s3_vocabulary.is_condition_key(key):
            raise _malformed("Policy has an invalid condition key")


def _check_actions(statement: Mapping[str, Any]) -> None:
    """Every action is one of S3, and every allowed or denied one can be done to a resource of its statement."""
    resources = [str(resource).removeprefix(_RESOURCE) for resource in as_list(statement.get("Resource"))]
    kinds = {"object" if "/" in resource else "bucket" for resource in resources}
    for action in as_list(statement.get("Action", statement.get("NotAction"))):
        found = s3_vocabulary.kinds_of(action) if isinstance(action, str) else []
        if not found:
            raise _malformed("Policy has invalid action")
        if "Action" in statement and "Resource" in statement and not any(kinds & possible for possible in found):
            raise _malformed("Action does not apply to any resource(s) in statement")


def _check_resources(resources: list[Any], bucket: str) -> None:
    """Every resource is this bucket or in it."""
    for resource in resources:
        if not isinstance(resource, str) or not resource.startswith(_RESOURCE):
            raise _malformed("Policy has invalid resource")
        named = resource.removeprefix(_RESOURCE).split("/", 1)[0]
        if named != bucket:
            raise _malformed("Policy has invalid resource")


def _check_principal(principal: Any, state: AwsState) -> None:
    if principal == "*":
        return
    if not isinstance(principal, dict) or not principal or set(principal) - {"AWS", "Service", "CanonicalUser"}:
        raise _malformed("Invalid principal in policy")
    known = (
        *(principal_exists(str(name), state.accounts | _ACCOUNTS_OF_AWS) for name in as_list(principal.get("AWS"))),
        *(s3_vocabulary.is_service(str(name)) for name in as_list(principal.get("Service"))),
        *(_CANONICAL_USER.fullmatch(str(name)) is not None for name in as_list(principal.get("CanonicalUser"))),
    )
    if not all(known):
        raise _malformed("Invalid principal in policy")


def is_public(text: str) -> bool:
    """
    Whether S3 takes a policy for public: it allows everybody, or a service, without a condition that pins
    the caller down to fixed values.
    """
    return any(_is_public(statement) for statement in as_list(json.loads(text).get("Statement")))


def _is_public(statement: Mapping[str, Any]) -> bool:
    if statement.get("Effect") != "Allow":
        return False
    principal = statement.get("Principal")
    everybody = principal == "*" or (isinstance(principal, dict) and "*" in as_list(principal.get("AWS")))
    return (everybody or "NotPrincipal" in statement) and not _pinned(statement.get("Condition") or {})


def _pinned(condition: Mapping[str, Mapping[str, Any]]) -> bool:
    for operator, keys in condition.items():
        bare = split_operator(operator)[1]
        if bare not in ("StringEquals", "StringLike", "ArnEquals", "ArnLike", "IpAddress", "StringEqualsIgnoreCase"):
            continue
        for key, values in keys.items():
            if key.lower() in _NARROWING_KEYS and all(value not in ("*", "0.0.0.0/0") for value in as_list(values)):
                return True
    return False
