# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts with users and groups, and what is planned for the user; for the tests of the user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.user import User
from tests.unit.plugins.module_utils._resources.iam import (
    BILLING,
    DISCOVERY,
    allowing,
    attached,
    details,
    document,
    inline,
    policy,
    policy_arn,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, FakeClients

NAME = "FinOpsForCloudUser"
ARN = f"arn:aws:iam::{ACCOUNT}:user/{NAME}"
BOTH = (policy_arn(BILLING), policy_arn(DISCOVERY))
POLICIES = (policy(BOTH[0], document(BILLING)), policy(BOTH[1], document()))
BOUNDARY = policy_arn("Boundary")
AWS_POLICY = "arn:aws:iam::aws:policy/"
EVERYTHING = allowing("*")
# Of what a user has to sign in with.
LISTINGS = (
    "list_access_keys",
    "list_mfa_devices",
    "list_ssh_public_keys",
    "list_signing_certificates",
    "list_service_specific_credentials",
)
NO_PASSWORD = {"get_login_profile": AwsError("iam", "NoSuchEntity", "no")}


def user(*attachments: str, name: str = NAME, path: str = "/", **more: Any) -> dict[str, Any]:
    """One of C(UserDetailList), with both policies if nothing else is said."""
    return {
        "UserName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:user{path}{name}",
        "AttachedManagedPolicies": attached(*(attachments or BOTH)),
        "UserPolicyList": [],
        "GroupList": [],
        **more,
    }


def group(name: str, *attachments: str, **policies: Mapping[str, Any]) -> dict[str, Any]:
    """One of C(GroupDetailList)."""
    return {
        "GroupName": name,
        "AttachedManagedPolicies": attached(*attachments),
        "GroupPolicyList": inline(**policies),
    }


def limited(arn: str) -> dict[str, Any]:
    """The user's boundary."""
    return {"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}}


def resource(
    *users: dict[str, Any], local: Any = POLICIES, groups: Any = (), password: bool = False, **options: Any
) -> User:
    """The user of an account that has these users, policies and groups."""
    answers = {
        "get_account_authorization_details": details(local, users, groups),
        **({"get_login_profile": {}} if password else NO_PASSWORD),
        **dict.fromkeys(LISTINGS, {}),
    }
    keys = options.pop("keys", None)
    if keys:
        answers["list_access_keys"] = {"AccessKeyMetadata": [{"AccessKeyId": key} for key in keys]}
    options = {"policies": ["billing_import", "resource_discovery"], "state": "present", **options}
    return User(options, FakeClients(answers))


def planned(*users: dict[str, Any], **options: Any) -> Any:
    """The plan for an account that has these users."""
    about = resource(*users, **options)
    return about.plan(about.read())


def described(*users: dict[str, Any], **options: Any) -> Any:
    """The result for an account that has these users."""
    about = resource(*users, **options)
    current = about.read()
    return about.describe(current, about.plan(current).steps)["user"]


def write(operation: str, code: str = "", before: Any = None, after: Any = None, **parameters: Any) -> Step:
    """A write about the user."""
    return Step("", "iam", operation, {"UserName": NAME, **parameters}, code, before, after)
