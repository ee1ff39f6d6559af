# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a user or a policy from being deleted that IAM's look at everything does not show (IAM API: DeleteUser, DeletePolicy)."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

# What IAM answers as long as what was just taken away has not spread; what stands in the way for good is looked for before.
STILL_IN_USE = "DeleteConflict"
# What it is called, the operation that lists it, the key of the answer, and what tells one from another.
_OF_A_USER = (
    ("the access keys", "list_access_keys", "AccessKeyMetadata", "AccessKeyId"),
    ("the MFA devices", "list_mfa_devices", "MFADevices", "SerialNumber"),
    ("the SSH keys", "list_ssh_public_keys", "SSHPublicKeys", "SSHPublicKeyId"),
    ("the signing certificates", "list_signing_certificates", "Certificates", "CertificateId"),
    (
        "the credentials of services",
        "list_service_specific_credentials",
        "ServiceSpecificCredentials",
        "ServiceSpecificCredentialId",
    ),
)
_HOLDERS = (
    ("user", "PolicyUsers", "UserName"),
    ("group", "PolicyGroups", "GroupName"),
    ("role", "PolicyRoles", "RoleName"),
)
_UNSEEN = ("AccessDenied", "AccessDeniedException", "NoSuchEntity")


def belongings(clients: Any, user: str, leaving: Sequence[str]) -> dict[str, list[str]]:
    """The ids of what a user still has to sign in with, by what it is; what the caller may not list is left to AWS.

    leaving: ids of keys that are gone by now, or in check mode would be.
    """
    found = {}
    for what, operation, key, its_id in _OF_A_USER:
        answer = clients.read("iam", operation, missing=_UNSEEN, UserName=user) or {}
        ids = [str(one[its_id]) for one in answer.get(key, []) if one[its_id] not in leaving]
        if ids:
            found[what] = ids
    return found


def holders(clients: Any, policy_arn: str, leaving: Sequence[str]) -> list[str] | None:
    """Who has a policy attached or as boundary, such as C(user Shop); None where the caller may not list that.

    leaving: ARNs of users and roles that are gone by now, or in check mode would be.
    """
    answer = clients.read_all("iam", "list_entities_for_policy", missing=_UNSEEN, PolicyArn=policy_arn)
    if answer is None:
        return None
    gone = {_as_holder(arn) for arn in leaving if ":iam:" in arn}
    return [one for one in _named(answer) if one not in gone]


def _named(answer: Mapping[str, Any]) -> list[str]:
    return ["{0} {1}".format(kind, one[name]) for kind, key, name in _HOLDERS for one in answer.get(key, [])]


def _as_holder(arn: str) -> str:
    path = arn.split(":", 5)[5].split("/")
    return "{0} {1}".format(path[0], path[-1])
