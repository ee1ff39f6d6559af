# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""May the caller do that: identity policies, session policies and, for S3, the bucket's policy."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from typing import Any

from moto.iam.models import Group, ManagedPolicy, Role, User

from tests.emulator.aws import errors
from tests.emulator.aws.call import ApiCall, Identity
from tests.emulator.aws.credentials import find_session, iam_of
from tests.emulator.aws.policy_language import Query, Verdict, evaluate
from tests.emulator.aws.s3_buckets import find_bucket
from tests.emulator.aws.state import AwsState
from tests.emulator.aws.targets import Target, targets_of

_ALWAYS_ALLOWED = {"sts:GetCallerIdentity"}


def default_document(policy: ManagedPolicy) -> str:
    """The text of a managed policy's default version, which is the one in force."""
    for version in policy.versions:
        if version.version_id == policy.default_version_id:
            return str(version.document)
    return "{}"


def _documents(entity: User | Group | Role) -> list[str]:
    inline = [str(text) for text in entity.policies.values()]
    return inline + [default_document(policy) for policy in entity.managed_policies.values()]


def find_role(account: str, name: str) -> Role | None:
    """A role by its name."""
    iam = iam_of(account)
    return next((role for role in iam.roles.values() if role.name == name), None) if iam else None


def identity_policies(identity: Identity) -> list[str]:
    """The inline and attached policies of the user, of the user's groups, or of the assumed role."""
    iam = iam_of(identity.account)
    if iam is None:
        return []
    if identity.is_session:
        role = find_role(identity.account, identity.name)
        return _documents(role) if role else []
    user = iam.users.get(identity.name)
    if user is None:
        return []
    documents = _documents(user)
    for group in iam.groups.values():
        if user in group.users:
            documents += _documents(group)
    return documents


def principal_names(identity: Identity) -> frozenset[str]:
    """The ARNs that name this very caller in a Principal element."""
    names = {identity.arn}
    if identity.is_session:
        role = find_role(identity.account, identity.name)
        if role is not None:
            names.add(str(role.arn))
    return frozenset(names)


def account_names(account: str) -> frozenset[str]:
    """The names in a Principal element that hand the decision to the account's own policies."""
    return frozenset({account, f"arn:aws:iam::{account}:root"})


def context_of(call: ApiCall, identity: Identity) -> dict[str, str]:
    """
    The condition keys of a request.

    aws:SecureTransport is true although the emulator listens on plain HTTP: it stands for AWS's TLS endpoints,
    and the usual TLS-only statement must not refuse everything here that it lets pass there.
    """
    now = datetime.datetime.now(datetime.UTC)
    context = {
        "aws:SecureTransport": "true",
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:SourceIp": str(call.environ.get("REMOTE_ADDR") or "127.0.0.1"),
        "aws:UserAgent": call.header("user-agent"),
        "aws:RequestedRegion": call.region,
        "aws:PrincipalAccount": identity.account,
        "aws:PrincipalArn": identity.arn,
        "aws:PrincipalType": "AssumedRole" if identity.is_session else "User",
        "aws:PrincipalIsAWSService": "false",
        "aws:userid": identity.user_id,
    }
    if identity.is_session:
        role = find_role(identity.account, identity.name)
        context["aws:PrincipalArn"] = str(role.arn) if role else identity.arn
    else:
        context["aws:username"] = identity.name
    if call.service == "s3":
        query = call.query
        for name in ("prefix", "delimiter", "max-keys"):
            if name in query:
                context[f"s3:{name}"] = query[name][0]
        for name in ("x-amz-acl", "x-amz-server-side-encryption"):
            if call.header(name):
                context[f"s3:{name}"] = call.header(name)
    if call.service == "iam" and call.params.get("PolicyArn"):
        context["iam:PolicyARN"] = str(call.params["PolicyArn"])
    if call.service == "sts" and call.params.get("ExternalId"):
        context["sts:ExternalId"] = str(call.params["ExternalId"])
    return context


@dataclasses.dataclass(frozen=True)
class Decision:
    """Allowed or not, and in AWS's words why not."""

    allowed: bool
    reason: str = ""


def _identity_verdict(identity: Identity, query: Query) -> Verdict:
    verdict = evaluate(identity_policies(identity), query)
    if verdict != "allow" or not identity.is_session:
        return verdict
    session = find_session(identity.account, identity.access_key_id)
    if session is not None and session.policy:
        return evaluate([session.policy], query)
    return verdict


def decide(
    identity: Identity, target: Target, context: dict[str, str], resource_policy: Any = None, owner: str | None = None
) -> Decision:
    """
    AWS's policy evaluation: an explicit deny anywhere wins; inside one account either side may allow;
    across accounts both must. A resource policy that names the caller's own account only defers to the account.
    """
    action, resource = target
    if action in _ALWAYS_ALLOWED:
        return Decision(True)
    query = Query(action, resource, context, principal_names(identity))
    verdict = _identity_verdict(identity, query)
    if verdict == "deny":
        return Decision(False, "with an explicit deny in an identity-based policy")
    same_account = owner in (None, identity.account)
    if resource_policy is not None:
        everyone = dataclasses.replace(query, principals=query.principals | account_names(identity.account))
        if evaluate([resource_policy], everyone) == "deny":
            return Decision(False, "with an explicit deny in a resource-based policy")
        granted = evaluate([resource_policy], query if same_account else everyone) == "allow"
    else:
        granted = False
    by_identity = verdict == "allow"
    if (by_identity or granted) if same_account else (by_identity and granted):
        return Decision(True)
    if by_identity:
        return Decision(False, f"because no resource-based policy allows the {action} action")
    return Decision(False, f"because no identity-based policy allows the {action} action")


def _refusal(call: ApiCall, target: Target, reason: str) -> errors.AwsError:
    action, resource = target
    shown = f'"{resource}"' if call.service == "s3" else resource
    return errors.access_denied(
        call, f"User: {call.caller.arn} is not authorized to perform: {action} on resource: {shown} {reason}"
    )


def authorize(call: ApiCall, state: AwsState) -> None:
    """Refuse the call unless every one of its targets is allowed. Trust policies are the business of STS."""
    context = context_of(call, call.caller)
    for target in targets_of(call):
        if call.service == "sts" and call.operation == "AssumeRole":
            continue
        on_bucket = call.service == "s3" and call.operation != "CreateBucket"
        policy, owner = _resource_policy(target[1], state) if on_bucket else (None, None)
        decision = decide(call.caller, target, context, policy, owner)
        if not decision.allowed:
            raise _refusal(call, target, decision.reason)


def _resource_policy(resource: str, state: AwsState) -> tuple[str | None, str | None]:
    """The policy and the owner of the bucket that an S3 ARN is in."""
    name = resource.removeprefix("arn:aws:s3:::").split("/", 1)[0]
    bucket = find_bucket(name)
    return (state.policies.get(name), bucket.account_id) if bucket else (None, None)


def allowed(call: ApiCall, state: AwsState, targets: Iterable[Target]) -> bool:
    """Whether the caller could also do something else, such as list the bucket whose object is missing."""
    context = context_of(call, call.caller)
    return all(decide(call.caller, target, context, *_resource_policy(target[1], state)).allowed for target in targets)
