# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets Manager: secrets that wait for their deletion, and the keys that secrets are encrypted with."""

from __future__ import annotations

from typing import Any

from moto.secretsmanager.models import secretsmanager_backends

from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.errors import AwsError
from tests.emulator.aws.kms_keys import KeyReference, KeyRefused, check_caller
from tests.emulator.aws.state import After, AwsState, Before


def find_secret(account: str, region: str, name: str) -> Any:
    """moto's secret by its name or ARN, None where there is none."""
    if account not in secretsmanager_backends or region not in secretsmanager_backends[account]:
        return None
    return secretsmanager_backends[account][region].secrets.get(name)


def _check_key(call: ApiCall, name: str | None, *actions: str) -> None:
    """In Secrets Manager's words; an unknown key is an InvalidParameterException (boto/boto3#1533)."""
    try:
        check_caller(call, KeyReference(name or "", call.account, call.region), *actions)
    except KeyRefused as refused:
        if refused.kind == "denied":
            raise AwsError("AccessDeniedException", "Access to KMS is not allowed") from refused
        if refused.kind == "missing":
            text = f"The operation failed because of an invalid KMS key: {refused.message}"
            raise AwsError("InvalidParameterException", text) from refused
        encrypting = "kms:GenerateDataKey" in actions
        raise AwsError("EncryptionFailure" if encrypting else "DecryptionFailure", refused.message) from refused


def create_secret(call: ApiCall, state: AwsState) -> Response | None:
    """The name of a secret that is scheduled for deletion is taken until that is over."""
    existing = find_secret(call.account, call.region, str(call.params.get("Name")))
    if existing is not None and existing.is_deleted():
        raise AwsError(
            "InvalidRequestException",
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
        )
    _check_key(call, call.params.get("KmsKeyId"), "kms:GenerateDataKey", "kms:Decrypt")
    return None


def _alive(call: ApiCall) -> Any:
    secret = find_secret(call.account, call.region, str(call.params.get("SecretId")))
    if secret is not None and secret.is_deleted():
        text = "You can't perform this operation on the secret because it was marked for deletion."
        raise AwsError("InvalidRequestException", text)
    return secret


def change(call: ApiCall, state: AwsState) -> Response | None:
    """What a secret that is scheduled for deletion no longer takes."""
    _alive(call)
    return None


def write_value(call: ApiCall, state: AwsState) -> Response | None:
    """Needs the new key, or the one that the secret is encrypted with."""
    secret = _alive(call)
    if secret is not None:
        name = call.params.get("KmsKeyId") or secret.kms_key_id
        _check_key(call, name, "kms:GenerateDataKey", "kms:Decrypt")
    return None


def read_value(call: ApiCall, state: AwsState) -> Response | None:
    """Needs the key that the secret is encrypted with."""
    secret = _alive(call)
    if secret is not None:
        _check_key(call, secret.kms_key_id, "kms:Decrypt")
    return None


BEFORE: dict[str, Before] = {
    "CreateSecret": create_secret,
    "GetSecretValue": read_value,
    "PutSecretValue": write_value,
    "UpdateSecret": write_value,
    "PutResourcePolicy": change,
    "RotateSecret": change,
    "TagResource": change,
    "UntagResource": change,
}
AFTER: dict[str, After] = {}
