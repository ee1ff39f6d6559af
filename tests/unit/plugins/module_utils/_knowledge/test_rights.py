# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a policy document comes to."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import rights
from tests.unit.plugins.module_utils._resources.iam import BILLING, DISCOVERY, allowing

BILLING_ACTIONS = ["s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket"]


def without(*actions: str, effect: str = "Deny", **more: Any) -> dict[str, Any]:
    """A document that allows everything, with a second statement."""
    second = {"Effect": effect, "Action": list(actions), "Resource": "*", **more}
    return {"Statement": [*allowing("*")["Statement"], second]}


@pytest.mark.parametrize(
    ("document", "everything"),
    [
        (allowing("*"), True),
        (allowing("*:*", resource=["arn:aws:s3:::x", "*"]), True),
        ({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, True),
        ({"Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]}, True),
        (allowing("s3:*"), False),
        (allowing("*", resource="arn:aws:s3:::x"), False),
        (allowing("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}), False),
        (allowing("*", Effect="Deny"), False),
        (None, False),
    ],
)
def test_who_may_do_everything(document: dict[str, Any] | None, everything: bool) -> None:
    assert rights.is_administrator("arn:aws:iam::111122223333:policy/X", document) is everything


def test_of_aws_own_policies_one_is_for_administrators() -> None:
    assert rights.is_administrator("arn:aws-cn:iam::aws:policy/AdministratorAccess", None)
    assert not rights.is_administrator("arn:aws:iam::aws:policy/AdministratorAccess-Amplify", None)
    assert not rights.is_administrator("arn:aws:iam::111122223333:policy/AdministratorAccess", allowing("s3:*"))


@pytest.mark.parametrize(
    ("boundary", "lacking"),
    [
        (allowing("*"), []),
        (allowing("S3:*"), []),
        (allowing("s3:Get*", "s3:List*", resource="arn:aws:s3:::x"), []),
        (allowing("s3:Get*"), ["s3:ListBucket"]),
        ({"Statement": []}, BILLING_ACTIONS),
        (allowing("*", Effect="Deny", resource="arn:aws:s3:::others"), BILLING_ACTIONS),
        ({"Statement": [{"Effect": "Allow", "NotAction": ["s3:getobject"], "Resource": "*"}]}, ["s3:GetObject"]),
        (without("s3:ListBucket"), ["s3:ListBucket"]),
        (without("*"), BILLING_ACTIONS),
        (without("s3:ListBucket", effect="Allow"), []),
        (without("s3:ListBucket", Resource="arn:aws:s3:::others"), []),
        (without("*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-central-1"}}), []),
        ({"Statement": [*allowing("*")["Statement"], {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}]}, []),
    ],
)
def test_what_a_boundary_keeps_away(boundary: dict[str, Any], lacking: list[str]) -> None:
    assert rights.lacking(boundary, [BILLING], "aws") == lacking


def test_a_family_of_actions_needs_all_of_them() -> None:
    lacking = rights.lacking(allowing("ec2:DescribeInstances"), [DISCOVERY], "aws")
    assert "ec2:Describe*" in lacking
    assert "ec2:Describe*" not in rights.lacking(allowing("ec2:De*"), [DISCOVERY], "aws")
