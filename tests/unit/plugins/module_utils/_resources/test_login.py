# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins: what the platform is told of them, and what proves and ends them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.login import KeyLogin, RoleLogin
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, FakeClients, wordless

KEY = KeyLogin("AKIAIOSFODNN7EXAMPLE", "not-to-be-seen", "FinOpsForCloudUser")
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/team/Reader"
BUCKET, FILE = "arn:aws:s3:::bills", "arn:aws:s3:::bills/reports/daily/file"


def test_a_key_is_its_user_and_shows_no_secret() -> None:
    assert KEY.principal == "user/FinOpsForCloudUser"
    assert KEY.shown == {"access_key_id": "AKIAIOSFODNN7EXAMPLE"}
    for is_new in (True, False):
        assert KEY.config(is_new) == {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "not-to-be-seen"}
    assert "not-to-be-seen" not in repr(KEY)


def test_a_key_is_proved_retired_and_deleted() -> None:
    secret = {"key_id": "AKIAIOSFODNN7EXAMPLE", "secret": "not-to-be-seen"}
    key = {"UserName": "FinOpsForCloudUser", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}
    assert wordless([KEY.proof(), KEY.retirement(7, "KEY_SUPERSEDED"), KEY.removal("asked for", "KEY_UNWANTED")]) == [
        Step("", "proof", "prove", secret),
        Step(
            "",
            "iam",
            "update_access_key",
            {**key, "Status": "Inactive"},
            code="KEY_SUPERSEDED",
            before={"status": "Active"},
            after={"status": "Inactive"},
            pause_before=7,
        ),
        Step(
            "",
            "iam",
            "delete_access_key",
            key,
            code="KEY_UNWANTED",
            before={"access_key_id": "AKIAIOSFODNN7EXAMPLE"},
        ),
    ]
    assert [KEY.retirement(0).code, KEY.removal("asked for").code] == ["", ""]
    assert KEY.removal("asked for").title == "Delete the access key AKIAIOSFODNN7EXAMPLE: asked for"


@pytest.mark.parametrize(
    ("config", "is_new", "told"),
    [
        ({}, False, {}),
        ({}, True, {"assume_role_account_id": ACCOUNT}),
        ({"assume_role_account_id": OTHER}, True, {"assume_role_account_id": OTHER}),
        ({"assume_role_session_name": "opt"}, False, {"assume_role_session_name": "opt"}),
        ({"access_key_id": "the platform's own", "assume_role_session_name": None}, False, {}),
    ],
)
def test_what_the_platform_is_told_of_a_role(config: dict[str, Any], is_new: bool, told: dict[str, str]) -> None:
    login = RoleLogin.of({"assume_role_name": "Reader", **config}, ACCOUNT)
    assert login.config(is_new) == {"assume_role_name": "Reader", **told}
    assert login.principal == "role/Reader"
    assert login.shown == {"assume_role_name": "Reader"}


def simulated(*allowed: tuple[str, str], decision: str = "implicitDeny") -> dict[str, Any]:
    return {
        "EvaluationResults": [
            {
                "EvalActionName": action,
                "EvalResourceName": "arn:${Partition}:s3:::${BucketName}",
                "EvalDecision": decision,
                "ResourceSpecificResults": [
                    {
                        "EvalResourceName": resource,
                        "EvalResourceDecision": "allowed" if (action, resource) in allowed else decision,
                    }
                    for resource in (BUCKET, FILE)
                ],
            }
            for action in ("s3:ListBucket", "s3:GetObject")
        ]
    }


LIST, GET = ("s3:ListBucket", BUCKET), ("s3:GetObject", FILE)
DENIED = AwsError("iam:call", "AccessDenied", "no")


@pytest.mark.parametrize(
    ("role", "simulation", "can_read"),
    [
        ({"Role": {"Arn": ROLE_ARN}}, simulated(LIST, GET), True),
        ({"Role": {"Arn": ROLE_ARN}}, simulated(LIST), False),
        ({"Role": {"Arn": ROLE_ARN}}, simulated(GET, decision="explicitDeny"), False),
        ({"Role": {"Arn": ROLE_ARN}}, simulated(("s3:GetObject", BUCKET), ("s3:ListBucket", FILE)), False),
        ({"Role": {"Arn": ROLE_ARN}}, DENIED, None),
        (DENIED, None, None),
        (AwsError("iam:get_role", "NoSuchEntity", "gone"), None, None),
    ],
)
def test_whether_a_role_can_read_a_report(role: Any, simulation: Any, can_read: bool | None) -> None:
    clients = FakeClients({"get_role": role, "simulate_principal_policy": simulation})
    login = RoleLogin("Reader", ACCOUNT)
    assert login.can_read(clients, "bills", "reports/daily/file") is can_read
    if clients.operations("simulate_principal_policy"):
        (asked,) = [parameters for operation, parameters in clients.calls if operation.startswith("simulate")]
        assert asked == {
            "PolicySourceArn": ROLE_ARN,
            "ActionNames": ["s3:GetObject", "s3:ListBucket"],
            "ResourceArns": [BUCKET, FILE],
        }


def test_a_role_in_another_account_cannot_be_asked_about() -> None:
    clients = FakeClients()
    assert RoleLogin("Reader", OTHER).can_read(clients, "bills", "file") is None
    assert clients.calls == []
