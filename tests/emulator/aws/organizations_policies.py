# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Organizations: the policies, above all service control policies, which `authorization` enforces."""

from __future__ import annotations

import json

from moto.organizations.models import FakeAccount, FakeOrganizationalUnit, FakePolicy, OrganizationsBackend

from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.errors import AwsError
from tests.emulator.aws.organization import SCP, entry_of, organization_of, policy_type_enabled
from tests.emulator.aws.policy_language import as_list
from tests.emulator.aws.state import AwsState, Before

_LONGEST = 10240


def _check_content(content: str, policy_type: str) -> None:
    """An SCP is a policy of statements with an effect and actions, without principals."""
    if policy_type != SCP:
        return
    try:
        statements = as_list(json.loads(content)["Statement"])
    except (ValueError, KeyError, TypeError) as problem:
        raise _malformed() from problem
    if len(content) > _LONGEST:
        raise AwsError("ConstraintViolationException", f"A policy has at most {_LONGEST} characters.", 400)
    for statement in statements:
        good = (
            isinstance(statement, dict)
            and statement.get("Effect") in ("Allow", "Deny")
            and ("Action" in statement or "NotAction" in statement)
            and ("Resource" in statement or "NotResource" in statement)
            and not {"Principal", "NotPrincipal"} & set(statement)
        )
        if not good:
            raise _malformed()


def _malformed() -> AwsError:
    text = "The provided policy document does not meet the requirements of the specified policy type."
    return AwsError("MalformedPolicyDocumentException", text, 400)


def _organization(call: ApiCall) -> OrganizationsBackend:
    found = organization_of(call.account)
    assert found is not None
    return found[1]


def _policy(call: ApiCall) -> FakePolicy | None:
    return next((policy for policy in _organization(call).policies if policy.id == call.params["PolicyId"]), None)


def _target(call: ApiCall) -> FakeAccount | FakeOrganizationalUnit:
    organization, wanted = _organization(call), call.params["TargetId"]
    unit = next((unit for unit in organization.ou if unit.id == wanted), None)
    target = unit or entry_of(organization, wanted)
    if target is None:
        raise AwsError("TargetNotFoundException", "You specified a target that doesn't exist.", 400)
    return target


def create_policy(call: ApiCall, state: AwsState) -> Response | None:
    """The content must be a policy of its type."""
    _check_content(call.params["Content"], call.params["Type"])
    return None


def update_policy(call: ApiCall, state: AwsState) -> Response | None:
    """The content must be a policy of its type."""
    policy, content = _policy(call), call.params.get("Content")
    if policy is not None and content is not None:
        _check_content(content, policy.type)
    return None


def attach_policy(call: ApiCall, state: AwsState) -> Response | None:
    """The policy's type must be enabled, its target must exist and must not have it already."""
    policy, target = _policy(call), _target(call)
    if policy is None:
        return None
    if not policy_type_enabled(_organization(call), policy.type):
        text = "This operation can be performed only for enabled policy types."
        raise AwsError("PolicyTypeNotEnabledException", text, 400)
    if policy in target.attached_policies:
        text = "The selected policy is already attached to the specified target."
        raise AwsError("DuplicatePolicyAttachmentException", text, 400)
    return None


def detach_policy(call: ApiCall, state: AwsState) -> Response | None:
    """What is detached must be attached, and one policy of its type must stay."""
    policy, target = _policy(call), _target(call)
    if policy is None:
        return None
    if policy not in target.attached_policies:
        text = "The policy isn't attached to the specified target in the specified root."
        raise AwsError("PolicyNotAttachedException", text, 400)
    if sum(other.type == policy.type for other in target.attached_policies) == 1:
        text = "You cannot remove the last policy attached to the specified target. You should have at least one."
        raise AwsError("ConstraintViolationException", text, 400)
    return None


BEFORE: dict[str, Before] = {
    "CreatePolicy": create_policy,
    "UpdatePolicy": update_policy,
    "AttachPolicy": attach_policy,
    "DetachPolicy": detach_policy,
}
