# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
May the caller do that: the policies of the user or role, what limits them (service control policies, a permissions
boundary, a session policy) and, for S3, the bucket's policy.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from typing import Any, NamedTuple

from moto.iam.models import Group, ManagedPolicy, Role, User

from tests.emulator.aws import errors
from tests.emulator.aws.call import ApiCall, Identity
from tests.emulator.aws.credentials import find_session, iam_of
from tests.emulator.aws.organization import organization_of, service_control_policies
from tests.emulator.aws.policy_conditions import Context
from tests.emulator.aws.policy_language import Query, evaluate
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


class NamedPolicy(NamedTuple):
    """A policy's text, and the name the policy simulator gives it."""

    source: str
    document: str


def policies_of(entity: User | Group | Role) -> list[NamedPolicy]:
    """The inline and attached policies of a user, group or role; a user's groups are asked as well."""
    kind = type(entity).__name__.lower()
    found = [NamedPolicy(f"{kind}_{entity.name}_{name}", str(text)) for name, text in entity.policies.items()]
    found += [NamedPolicy(policy.name, default_document(policy)) for policy in entity.managed_policies.values()]
    if isinstance(entity, User):
        iam = iam_of(entity.account_id)
        for group in iam.groups.values() if iam else ():
            if entity in group.users:
                found += policies_of(group)
    return found


def boundary_arn(entity: User | Group | Role) -> str | None:
    """The ARN of a user's or role's permissions boundary (moto has none for users: `iam_boundaries` puts it there)."""
    shown: dict[str, str] | None = getattr(entity, "permissions_boundary", None)
    return shown["PermissionsBoundaryArn"] if shown else None


def boundary_document(account: str, entity: User | Group | Role) -> str | None:
    """The text of the permissions boundary of a user or role, None without one."""
    arn, iam = boundary_arn(entity), iam_of(account)
    return default_document(iam.managed_policies[arn]) if arn and iam else None


def find_role(account: str, name: str) -> Role | None:
    """A role by its name."""
    iam = iam_of(account)
    return next((role for role in iam.roles.values() if role.name == name), None) if iam else None


def entity_of(identity: Identity) -> User | Role | None:
    """The user, or the assumed role, behind an identity; None where it has been deleted since."""
    iam = iam_of(identity.account)
    if iam is None:
        return None
    return find_role(identity.account, identity.name) if identity.is_session else iam.users.get(identity.name)


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


def context_of(call: ApiCall, identity: Identity) -> dict[str, str | list[str]]:
    """
    The condition keys of a request.

    aws:SecureTransport is true although the emulator listens on plain HTTP: it stands for AWS's TLS endpoints,
    and the usual TLS-only statement must not refuse everything here that it lets pass there.
    """
    now = datetime.datetime.now(datetime.timezone.utc)
    context: dict[str, str | list[str]] = {
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
    organization = organization_of(identity.account)
    if organization is not None and organization[1].org is not None:
        context["aws:PrincipalOrgID"] = organization[1].org.id
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
    if call.service == "iam" and call.params.get("PermissionsBoundary"):
        context["iam:PermissionsBoundary"] = str(call.params["PermissionsBoundary"])
    if call.service == "sts":
        context |= _session_context(call)
    return context


def _session_context(call: ApiCall) -> dict[str, str | list[str]]:
    """What AssumeRole asks for, as condition keys."""
    names = {
        "ExternalId": "sts:ExternalId",
        "RoleSessionName": "sts:RoleSessionName",
        "SourceIdentity": "sts:SourceIdentity",
        "TransitiveTagKeys": "sts:TransitiveTagKeys",
    }
    context: dict[str, str | list[str]] = {
        key: call.params[parameter] for parameter, key in names.items() if call.params.get(parameter)
    }
    tags = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or []}
    if tags:
        context["aws:TagKeys"] = list(tags)
    return context | {f"aws:RequestTag/{key}": value for key, value in tags.items()}


@dataclasses.dataclass(frozen=True)
class Decision:
    """Allowed or not, and in AWS's words why not."""

    allowed: bool
    reason: str = ""


class Limit(NamedTuple):
    """Policies that grant nothing themselves but must allow what others grant."""

    kind: str
    documents: list[str]


def service_control_limits(account: str) -> list[Limit]:
    """A limit for each level of the organization above the account, and for the account itself."""
    return [Limit("service control policy", level) for level in service_control_policies(account)]


def _own_limits(identity: Identity, entity: User | Role | None) -> list[Limit]:
    """The permissions boundary, and the policy that the session was narrowed by."""
    limits = []
    boundary = boundary_document(identity.account, entity) if entity else None
    if boundary is not None:
        limits.append(Limit("permissions boundary", [boundary]))
    session = find_session(identity.account, identity.access_key_id) if identity.is_session else None
    if session is not None and session.policy:
        limits.append(Limit("session policy", [session.policy]))
    return limits


def _implicit(kind: str, action: str) -> Decision:
    return Decision(False, f"because no {kind} allows the {action} action")


def decide(
    identity: Identity, target: Target, context: Context, resource_policy: Any = None, owner: str | None = None
) -> Decision:
    """
    AWS's policy evaluation: an explicit deny anywhere wins; service control policies must allow; inside one account
    either side may allow; across accounts both must. A resource policy that names the caller's own account only
    defers to the account; one that names the user or the session itself is not narrowed by boundary or session policy.
    """
    action, resource = target
    if action in _ALWAYS_ALLOWED:
        return Decision(True)
    entity = entity_of(identity)
    by_name = Query(action, resource, context, principal_names(identity))
    by_account = dataclasses.replace(by_name, principals=by_name.principals | account_names(identity.account))
    by_arn = dataclasses.replace(by_name, principals=frozenset({identity.arn}))
    of_identity = [policy.document for policy in policies_of(entity)] if entity else []
    of_resource = [] if resource_policy is None else [resource_policy]
    above, own = service_control_limits(identity.account), _own_limits(identity, entity)
    for kind, documents in (
        *above,
        *own,
        ("identity-based policy", of_identity),
        ("resource-based policy", of_resource),
    ):
        if evaluate(documents, by_account) == "deny":
            return Decision(False, f"with an explicit deny in {'an' if kind[0] == 'i' else 'a'} {kind}")
    for kind, documents in above:
        if evaluate(documents, by_name) != "allow":
            return _implicit(kind, action)
    same_account = owner in (None, identity.account)
    if same_account and evaluate(of_resource, by_arn) == "allow":
        return Decision(True)
    granted = evaluate(of_identity, by_name) == "allow"
    granted_by_resource = evaluate(of_resource, by_name if same_account else by_account) == "allow"
    if not ((granted or granted_by_resource) if same_account else (granted and granted_by_resource)):
        return _implicit("resource-based policy" if granted else "identity-based policy", action)
    for kind, documents in own:
        if evaluate(documents, by_name) != "allow":
            return _implicit(kind, action)
    return Decision(True)


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
