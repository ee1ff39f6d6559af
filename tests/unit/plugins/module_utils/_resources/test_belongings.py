# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user has to sign in with is listed before it is deleted, as far as the caller may."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.belongings import belongings
from tests.unit.plugins.module_utils._resources.users import LISTINGS
from tests.unit.plugins.module_utils.fake_clients import FakeClients


@pytest.mark.parametrize(
    ("operation", "answer", "wanted"),
    [
        ("list_access_keys", {"AccessKeyMetadata": [{"AccessKeyId": "A"}]}, {"the access keys": ["A"]}),
        ("list_mfa_devices", {"MFADevices": [{"SerialNumber": "M"}]}, {"the MFA devices": ["M"]}),
        ("list_ssh_public_keys", {"SSHPublicKeys": [{"SSHPublicKeyId": "S"}]}, {"the SSH keys": ["S"]}),
        ("list_signing_certificates", {"Certificates": [{"CertificateId": "C"}]}, {"the signing certificates": ["C"]}),
        (
            "list_service_specific_credentials",
            {"ServiceSpecificCredentials": [{"ServiceSpecificCredentialId": "P"}]},
            {"the credentials of services": ["P"]},
        ),
        ("list_mfa_devices", AwsError("iam", "AccessDenied", "no"), {}),
        ("list_access_keys", {"AccessKeyMetadata": [{"AccessKeyId": "GONE"}]}, {}),
    ],
)
def test_what_a_user_still_has(operation: str, answer: Any, wanted: dict[str, list[str]]) -> None:
    clients = FakeClients({**dict.fromkeys(LISTINGS, {}), operation: answer})
    assert belongings(clients, "Shop", ["GONE"]) == wanted
