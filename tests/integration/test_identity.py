# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies and users as somebody else left them: found where they are, and never given to the platform unseen."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policies import policy_document
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.settings import RESOURCE_DISCOVERY
from tests.integration.playbook import Fleet

USER = "FinOpsForCloudUser"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def text(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def operator(fleet: Fleet, denied: str) -> dict[str, str]:
    """The credentials of somebody who may do anything in the standalone account but one action."""
    iam = fleet.client("iam", fleet.standalone())
    iam.create_user(UserName="operator")
    policy = text(EVERYTHING, {"Effect": "Deny", "Action": denied, "Resource": "*"})
    iam.put_user_policy(UserName="operator", PolicyName="Operator", PolicyDocument=policy)
    key = iam.create_access_key(UserName="operator")["AccessKey"]
    return {"finops_aws_access_key": key["AccessKeyId"], "finops_aws_secret_key": key["SecretAccessKey"]}


@pytest.mark.parametrize("denied", ["iam:DeactivateMFADevice", "iam:GetAccountAuthorizationDetails"])
def test_policies_and_user_under_a_path_are_used_as_found(fleet: Fleet, denied: str) -> None:
    iam = fleet.client("iam", fleet.standalone())
    document = json.dumps(policy_document(RESOURCE_DISCOVERY, "documented", "aws"))
    arn = iam.create_policy(PolicyName=RESOURCE_DISCOVERY, Path="/finance/", PolicyDocument=document)["Policy"]["Arn"]
    user_arn = iam.create_user(UserName=USER, Path="/finance/")["User"]["Arn"]
    iam.create_group(GroupName="Readers")
    iam.put_group_policy(
        GroupName="Readers", PolicyName="Queues", PolicyDocument=text({**EVERYTHING, "Action": "sqs:*"})
    )
    iam.add_user_to_group(GroupName="Readers", UserName=USER)
    groups = {"standalone": {"laboratory": fleet.standalone(**operator(fleet, denied))}}

    run = fleet.run(groups)
    assert run.code == 0, run.output
    found = {policy["PolicyArn"] for policy in iam.list_attached_user_policies(UserName=USER)["AttachedPolicies"]}
    assert len(found) == 2 and arn in found
    assert run.of("laboratory", "user")["user"]["arn"] == user_arn
    assert [finding["code"] for finding in run.of("laboratory", "user")["findings"]] == ["USER_GROUP"]
    assert "is in the group Readers, which also gives it Queues" in run.output
    assert fleet.run(groups).changed == []


def test_an_administrators_key_is_not_handed_to_the_platform(fleet: Fleet) -> None:
    iam = fleet.client("iam", fleet.standalone())
    iam.create_user(UserName=USER)
    iam.create_group(GroupName="Admins")
    iam.put_group_policy(GroupName="Admins", PolicyName="All", PolicyDocument=text(EVERYTHING))
    iam.add_user_to_group(GroupName="Admins", UserName=USER)
    run = fleet.run({"standalone": {"laboratory": fleet.standalone()}})
    assert run.code == 2, run.output
    failed = run.recap()["laboratory"]["failed"]
    assert "by the inline policy All of the group Admins" in failed and "finops_permissions_boundary" in failed
    assert iam.list_access_keys(UserName=USER)["AccessKeyMetadata"] == []


def test_the_user_is_limited_by_the_permissions_boundary_that_is_asked_for(fleet: Fleet) -> None:
    iam = fleet.client("iam", fleet.standalone())
    wanted, other = (
        iam.create_policy(PolicyName=name, PolicyDocument=text(EVERYTHING))["Policy"]["Arn"]
        for name in ("Boundary", "OtherBoundary")
    )
    groups = {"standalone": {"laboratory": fleet.standalone(finops_permissions_boundary=wanted)}}

    def limit() -> str:
        return str(iam.get_user(UserName=USER)["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"])

    run = fleet.run(groups)
    assert run.code == 0, run.output
    assert limit() == wanted
    again = fleet.run(groups)
    assert (again.code, again.changed, again.writes) == (0, [], []), again.output
    iam.put_user_permissions_boundary(UserName=USER, PermissionsBoundary=other)
    mended = fleet.run(groups)
    assert mended.code == 0, mended.output
    assert mended.steps()["laboratory"] == [f"Limit the user {USER} by the permissions boundary {wanted}"]
    assert limit() == wanted


def test_a_policy_of_aws_that_somebody_attached_is_named_and_left(fleet: Fleet) -> None:
    iam = fleet.client("iam", fleet.standalone())
    groups = {"standalone": {"laboratory": fleet.standalone()}}
    fleet.run(groups)
    iam.attach_user_policy(UserName=USER, PolicyArn=READ_ONLY)
    run = fleet.run(groups)
    assert (run.code, run.changed, run.writes) == (0, [], []), run.output
    assert [finding["code"] for finding in run.of("laboratory", "user")["findings"]] == ["USER_POLICY_FOREIGN"]
    attached = iam.list_attached_user_policies(UserName=USER)["AttachedPolicies"]
    assert READ_ONLY in {policy["PolicyArn"] for policy in attached}
