# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's plan: what else gives the user rights, and what limits it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from tests.unit.plugins.module_utils._resources.iam import BILLING, DISCOVERY, allowing, inline, policy, policy_arn
from tests.unit.plugins.module_utils._resources.users import (
    AWS_POLICY,
    BOTH,
    BOUNDARY,
    EVERYTHING,
    NAME,
    POLICIES,
    described,
    group,
    limited,
    planned,
    resource,
    user,
    write,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, codes, titles, wordless


def test_a_policy_that_a_group_gives_is_not_attached_again() -> None:
    groups = [group("Others"), group("Billing", BOTH[0])]
    member = {"GroupList": ["Others", "Billing"]}
    plan = planned(user(BOTH[1], **member), groups=groups)
    assert (titles(plan), codes(plan)) == ([], ["USER_POLICY_BY_GROUP"])
    assert "through the group Billing" in plan.findings[0].title
    assert described(user(BOTH[1], **member), groups=groups)["attached_policies"] == [DISCOVERY]
    assert codes(planned(user(**member), groups=groups)) == []
    assert described(user(**member), groups=groups)["attached_policies"] == [BILLING, DISCOVERY]


@pytest.mark.parametrize(
    ("attachments", "policies", "more"),
    [
        ([AWS_POLICY + "ReadOnlyAccess"], {}, "ReadOnlyAccess"),
        (
            [policy_arn("Theirs"), policy_arn("Another"), BOTH[0]],
            {"Second": allowing("ec2:*"), "First": allowing("sqs:*")},
            "First, Second, Another, Theirs",
        ),
    ],
)
def test_a_group_that_gives_more_is_named(attachments: list[str], policies: dict[str, Any], more: str) -> None:
    plan = planned(user(GroupList=["Team"]), groups=[group("Team", *attachments, **policies)])
    assert (titles(plan), codes(plan)) == ([], ["USER_GROUP"])
    (finding,) = plan.findings
    assert (finding.severity, finding.title) == (
        "note",
        f"the user {NAME} is in the group Team, which also gives it {more}",
    )
    assert f"--user-name {NAME} --group-name Team" in finding.remedy


def test_a_group_that_gives_a_finops_policy_that_the_case_does_not_need_is_named() -> None:
    plan = planned(user(BOTH[1], GroupList=["Team"]), groups=[group("Team", BOTH[0])], policies=["resource_discovery"])
    assert (titles(plan), codes(plan)) == ([], ["USER_GROUP"])


def test_policies_and_inline_policies_of_others_stay_and_are_named() -> None:
    theirs = policy(policy_arn("Theirs"), allowing("ec2:RunInstances"))
    inline_policies = inline(More=allowing("sqs:*"), Extra=allowing("s3:*"))
    found = user(policy_arn("Theirs"), policy_arn("Another"), *BOTH, UserPolicyList=inline_policies)
    plan = planned(found, local=(*POLICIES, theirs))
    assert (titles(plan), codes(plan)) == ([], ["USER_POLICY_FOREIGN", "USER_INLINE_POLICY"])
    assert plan.findings[0].title.endswith("left as they are: Another, Theirs")
    assert plan.findings[1].title.endswith("left as they are: Extra, More")
    result = described(found, local=(*POLICIES, theirs))
    assert result["attached_policies"] == ["Another", BILLING, DISCOVERY, "Theirs"]
    assert (result["foreign_policies"], result["inline_policies"]) == (["Another", "Theirs"], ["Extra", "More"])


ADMINISTRATORS = {
    "the policy AdministratorAccess": (user(*BOTH, AWS_POLICY + "AdministratorAccess"), ()),
    "the policy Theirs": (user(*BOTH, policy_arn("Theirs")), ()),
    "the inline policy Extra": (user(UserPolicyList=inline(Extra=EVERYTHING)), ()),
    "the policy AdministratorAccess of the group Admins": (
        user(GroupList=["Admins"]),
        [group("Admins", AWS_POLICY + "AdministratorAccess")],
    ),
    "the policy Theirs of the group Admins": (user(GroupList=["Admins"]), [group("Admins", policy_arn("Theirs"))]),
    "the inline policy Extra of the group Admins": (user(GroupList=["Admins"]), [group("Admins", Extra=EVERYTHING)]),
}


@pytest.mark.parametrize("source", ADMINISTRATORS)
def test_an_administrators_key_is_handed_to_nobody(source: str) -> None:
    found, groups = ADMINISTRATORS[source]
    local = (*POLICIES, policy(policy_arn("Theirs"), EVERYTHING), policy(BOUNDARY, allowing("*")))
    plan = planned(found, local=local, groups=groups)
    (finding,) = plan.blocked
    assert finding.code == "USER_ADMINISTRATOR"
    assert f"by {source}, and" in finding.title
    behind = planned(found, local=local, groups=groups, permissions_boundary=BOUNDARY)
    assert behind.blocked == []
    assert titles(behind) == [f"Limit the user {NAME} by the permissions boundary {BOUNDARY}"]


@pytest.mark.parametrize(
    ("present", "wanted", "code"),
    [
        (None, BOUNDARY, "USER_BOUNDARY_MISSING"),
        (policy_arn("Other"), BOUNDARY, "USER_BOUNDARY_OTHER"),
        (BOUNDARY, BOUNDARY, None),
        (BOUNDARY, None, None),
    ],
)
def test_the_boundary_asked_for_is_set_and_none_is_ever_taken(
    present: str | None, wanted: str | None, code: str | None
) -> None:
    local = (*POLICIES, policy(BOUNDARY, EVERYTHING), policy(policy_arn("Other"), allowing("sqs:*")))
    found = user(**(limited(present) if present else {}))
    plan = planned(found, local=local, permissions_boundary=wanted)
    assert codes(plan) == ([code] if code else [])
    if code:
        before, after = {"permissions_boundary": present}, {"permissions_boundary": BOUNDARY}
        limit = write("put_user_permissions_boundary", code, before, after, PermissionsBoundary=BOUNDARY)
        assert wordless(plan.steps) == [limit]
    assert described(found, local=local, permissions_boundary=wanted)["permissions_boundary"] == BOUNDARY


@pytest.mark.parametrize("asked_for", [False, True])
def test_a_boundary_that_keeps_the_user_from_its_work_is_in_the_way(asked_for: bool) -> None:
    local = (*POLICIES, policy(BOUNDARY, allowing("s3:*", "iam:*")))
    options = {"permissions_boundary": BOUNDARY} if asked_for else {}
    plan = planned(user(**limited(BOUNDARY)), local=local, **options)
    assert (codes(plan), plan.findings[0].severity) == (["USER_BOUNDARY_DENIES"], "blocked")
    assert (
        "from cloudwatch:GetMetricStatistics, ec2:Describe*, elasticloadbalancing:Describe*" in plan.findings[0].title
    )
    assert plan.findings[0].expected == [
        "cloudwatch:GetMetricStatistics",
        "ec2:Describe*",
        "elasticloadbalancing:Describe*",
    ]
    if asked_for:
        assert planned(local=local, **options).blocked


def test_the_boundary_is_measured_by_what_the_case_needs() -> None:
    local = (*POLICIES, policy(BOUNDARY, allowing("s3:*")))
    found = user(BOTH[0], **limited(BOUNDARY))
    assert codes(planned(found, local=local, policies=["billing_import"])) == []


def test_a_boundary_of_aws_whose_content_is_not_known_is_named_unless_it_was_asked_for() -> None:
    boundary = AWS_POLICY + "PowerUserAccess"
    found = user(**limited(boundary))
    plan = planned(found)
    assert (codes(plan), plan.findings[0].severity) == (["USER_BOUNDARY_UNKNOWN"], "note")
    assert codes(planned(found, permissions_boundary=boundary)) == []


def test_a_boundary_that_the_account_has_and_nobody_here_may_read_is_not_missing() -> None:
    about = resource(user(**limited(BOUNDARY)), local=(*POLICIES, policy(BOUNDARY, EVERYTHING)))
    unread = dataclasses.replace(about.read(), documents={})
    assert codes(about.plan(unread)) == ["USER_BOUNDARY_UNKNOWN"]


def test_a_boundary_that_the_account_does_not_have_is_known_before_the_first_write() -> None:
    for plan in (planned(permissions_boundary=BOUNDARY), planned(user(), permissions_boundary=BOUNDARY)):
        assert [finding.code for finding in plan.blocked] == ["USER_BOUNDARY_NO_POLICY"]
        assert BOUNDARY in plan.blocked[0].title


@pytest.mark.parametrize(
    "boundary",
    ["Boundary", policy_arn("Boundary", account=OTHER), f"arn:aws:iam::{ACCOUNT}:role/Boundary", BOUNDARY + " "],
)
def test_a_boundary_that_cannot_be_one_is_named_before_any_call(boundary: str) -> None:
    with pytest.raises(InputError) as error:
        resource(permissions_boundary=boundary)
    assert error.value.option == "permissions_boundary"
