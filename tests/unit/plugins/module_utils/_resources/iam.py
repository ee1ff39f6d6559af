# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM's answers for the tests of policies and users, in the shapes of GetAccountAuthorizationDetails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import policies, settings
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT

BILLING, DISCOVERY = settings.BILLING_IMPORT, settings.RESOURCE_DISCOVERY
BUCKET = f"billing-export-{ACCOUNT}"


def document(name: str = DISCOVERY, variant: str = "documented", bucket: str = BUCKET) -> dict[str, Any]:
    """The document of a FinOps policy."""
    return policies.policy_document(name, variant, "aws", bucket, "reports")


def allowing(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A document with one statement."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def policy_arn(name: str, path: str = "/", account: str = ACCOUNT) -> str:
    """The ARN of a policy."""
    return f"arn:aws:iam::{account}:policy{path}{name}"


def policy(arn: str, *versions: Mapping[str, Any], default: str = "v1", attachments: int = 0) -> dict[str, Any]:
    """One of C(Policies); versions: documents, v1 first."""
    listed = [
        {"VersionId": f"v{number}", "IsDefaultVersion": f"v{number}" == default, "Document": document}
        for number, document in enumerate(versions, 1)
    ]
    # AWS lists the newest first.
    return {
        "Arn": arn,
        "DefaultVersionId": default,
        "AttachmentCount": attachments,
        "PolicyVersionList": listed[::-1],
    }


def attached(*arns: str) -> list[dict[str, str]]:
    """C(AttachedManagedPolicies)."""
    return [{"PolicyArn": arn, "PolicyName": arn.rsplit("/", 1)[1]} for arn in arns]


def inline(**policies: Mapping[str, Any]) -> list[dict[str, Any]]:
    """C(UserPolicyList) or C(GroupPolicyList)."""
    return [{"PolicyName": name, "PolicyDocument": document} for name, document in policies.items()]


def details(policies: Any = (), users: Any = (), groups: Any = ()) -> dict[str, Any]:
    """The whole answer."""
    return {"Policies": list(policies), "UserDetailList": list(users), "GroupDetailList": list(groups)}
