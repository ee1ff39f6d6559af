# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of a simulation: each resource by itself, what is not certain, who denies, and older answers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.simulation import Decision, simulated
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, FakeClients

ROLE, USER, POLICY = (f"arn:aws:iam::{ACCOUNT}:{kind}" for kind in ("role/deep/Onboard", "user/u", "policy/p"))
CREATE = ("iam:CreateUser", USER)


def result(decision: str = "implicitDeny", each: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A result for iam:CreateUser; each: by resource what is decided."""
    specific = [{"EvalResourceName": name, "EvalResourceDecision": told} for name, told in (each or {}).items()]
    resources = {"ResourceSpecificResults": specific} if each is not None else {}
    template = "arn:${Partition}:iam::${Account}:user/${UserNameWithPath}"
    return {
        "EvalActionName": "iam:CreateUser",
        "EvalResourceName": template,
        "EvalDecision": decision,
        **resources,
        **more,
    }


def decided(told: dict[str, Any]) -> Decision | None:
    """What is read about iam:CreateUser on the user."""
    clients = FakeClients({"simulate_principal_policy": {"EvaluationResults": [told]}})
    found = simulated(clients, ROLE, [CREATE])
    assert found is not None
    return found.get(CREATE)


@pytest.mark.parametrize(
    ("told", "decision"),
    [
        (result(each={USER: "allowed", POLICY: "implicitDeny"}), Decision(True)),
        (result("allowed", each={USER: "explicitDeny", POLICY: "allowed"}), Decision(False)),
        (result(each={USER: "implicitDeny"}, OrganizationsDecisionDetail={}), Decision(False)),
        (
            result(each={USER: "explicitDeny"}, OrganizationsDecisionDetail={"AllowedByOrganizations": False}),
            Decision(False, by_organization=True),
        ),
        (
            result(each={USER: "implicitDeny"}, OrganizationsDecisionDetail={"AllowedByOrganizations": True}),
            Decision(False),
        ),
        (result(each={USER: "implicitDeny"}, MissingContextValues=["aws:SourceIp"]), Decision(False, False)),
        (
            result(
                ResourceSpecificResults=[
                    {
                        "EvalResourceName": USER,
                        "EvalResourceDecision": "implicitDeny",
                        "MissingContextValues": ["aws:SourceIp"],
                    }
                ]
            ),
            Decision(False, False),
        ),
        (result("allowed", EvalResourceName=USER), Decision(True)),
        (result(each={POLICY: "implicitDeny"}), None),
        (result(), None),
    ],
    ids=[
        *("each by itself", "the whole does not count", "no organization", "by it", "not by it", "a key is missing"),
        *("of the resource", "an older answer", "nothing of it", "a template alone"),
    ],
)
def test_what_is_decided_on_a_resource(told: dict[str, Any], decision: Decision | None) -> None:
    assert decided(told) == decision


def test_everything_is_asked_in_one_question() -> None:
    clients = FakeClients({"simulate_principal_policy": {"EvaluationResults": []}})
    targets = [CREATE, ("iam:TagUser", USER), ("iam:CreatePolicy", POLICY)]
    assert simulated(clients, ROLE, targets, {"b": "us-east-1", "a": "true", "c": ["d"]}) == {}
    ((dummy, asked),) = clients.calls
    assert asked == {
        "PolicySourceArn": ROLE,
        "ActionNames": ["iam:CreatePolicy", "iam:CreateUser", "iam:TagUser"],
        "ResourceArns": [POLICY, USER],
        "ContextEntries": [
            {"ContextKeyName": "a", "ContextKeyValues": ["true"], "ContextKeyType": "boolean"},
            {"ContextKeyName": "b", "ContextKeyValues": ["us-east-1"], "ContextKeyType": "string"},
            {"ContextKeyName": "c", "ContextKeyValues": ["d"], "ContextKeyType": "stringList"},
        ],
    }


def test_who_may_not_ask_is_told_nothing() -> None:
    denied = AwsError("iam:simulate_principal_policy", "AccessDenied", "no")
    assert simulated(FakeClients({"simulate_principal_policy": denied}), ROLE, [CREATE]) is None
