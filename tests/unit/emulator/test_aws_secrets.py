# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: Secrets Manager and Parameter Store where they say no."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.aws.testing import Bench, allow, code, outcome, unique
from tests.emulator.fleet import Emulator

UNKNOWN = ["00000000-0000-4000-8000-000000000000", "alias/nobody", "arn:aws:kms:us-east-1:111122223333:key/x"]


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Emulator(members=1) as emulator:
        yield Bench(emulator)


@pytest.fixture
def secrets(bench: Bench) -> Any:
    return bench.admin("secretsmanager")


@pytest.fixture
def parameters(bench: Bench) -> Any:
    return bench.admin("ssm")


@pytest.fixture
def key(bench: Bench) -> str:
    return str(bench.admin("kms").create_key()["KeyMetadata"]["Arn"])


def test_a_secret_in_recovery_is_closed_and_its_name_taken(secrets: Any) -> None:
    name = unique("secret")
    secrets.create_secret(Name=name, SecretString="first")
    secrets.delete_secret(SecretId=name)
    for call in (
        lambda: secrets.get_secret_value(SecretId=name),
        lambda: secrets.put_secret_value(SecretId=name, SecretString="second"),
        lambda: secrets.update_secret(SecretId=name, SecretString="second"),
        lambda: secrets.tag_resource(SecretId=name, Tags=[{"Key": "a", "Value": "b"}]),
    ):
        failure = outcome(call)
        assert failure[:2] == ("InvalidRequestException", 400)
        assert failure[2].endswith("because it was marked for deletion.")
    assert outcome(secrets.create_secret, Name=name, SecretString="second") == (
        "InvalidRequestException",
        400,
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
    )
    assert secrets.describe_secret(SecretId=name)["DeletedDate"]
    secrets.restore_secret(SecretId=name)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "first"


def test_a_secret_deleted_for_good_leaves_its_name(secrets: Any) -> None:
    name = unique("secret")
    secrets.create_secret(Name=name, SecretString="first")
    assert code(secrets.create_secret, Name=name, SecretString="second") == "ResourceExistsException"
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    assert code(secrets.get_secret_value, SecretId=name) == "ResourceNotFoundException"
    secrets.create_secret(Name=name, SecretString="second")


@pytest.mark.parametrize("unknown", UNKNOWN)
def test_secrets_need_a_key_that_exists(secrets: Any, unknown: str) -> None:
    name = unique("secret")
    failure = outcome(secrets.create_secret, Name=name, SecretString="s", KmsKeyId=unknown)
    assert failure[0] == "InvalidParameterException"
    secrets.create_secret(Name=name, SecretString="s")
    assert code(secrets.update_secret, SecretId=name, KmsKeyId=unknown) == "InvalidParameterException"


def test_secrets_need_their_key(bench: Bench, secrets: Any, key: str) -> None:
    name, own = unique("secret"), unique("secret")
    secrets.create_secret(Name=name, SecretString="s", KmsKeyId=key)
    secrets.create_secret(Name=own, SecretString="s")
    dummy, without = bench.user(allow("secretsmanager:*"))
    dummy, holder = bench.user(allow("secretsmanager:*"), allow(["kms:Decrypt", "kms:GenerateDataKey"], key))
    assert outcome(without("secretsmanager").get_secret_value, SecretId=name) == (
        "AccessDeniedException",
        400,
        "Access to KMS is not allowed",
    )
    assert code(without("secretsmanager").put_secret_value, SecretId=name, SecretString="t") == "AccessDeniedException"
    assert without("secretsmanager").get_secret_value(SecretId=own)["SecretString"] == "s"
    holder("secretsmanager").put_secret_value(SecretId=name, SecretString="t")
    assert holder("secretsmanager").get_secret_value(SecretId=name)["SecretString"] == "t"
    bench.admin("kms").disable_key(KeyId=key.rsplit("/", 1)[-1])
    assert code(holder("secretsmanager").get_secret_value, SecretId=name) == "DecryptionFailure"


def test_parameters_of_each_kind(parameters: Any) -> None:
    plain, secure = f"/{unique('plain')}", f"/{unique('secure')}"
    parameters.put_parameter(Name=plain, Value="v", Type="String")
    parameters.put_parameter(Name=secure, Value="v", Type="SecureString")
    assert parameters.get_parameter(Name=plain, WithDecryption=True)["Parameter"]["Type"] == "String"
    assert parameters.get_parameter(Name=secure, WithDecryption=True)["Parameter"]["Value"] == "v"
    assert parameters.get_parameter(Name=secure)["Parameter"]["Value"] != "v"
    assert code(parameters.get_parameter, Name="/nobody", WithDecryption=True) == "ParameterNotFound"
    assert code(parameters.put_parameter, Name=plain, Value="w", Type="String") == "ParameterAlreadyExists"
    assert code(parameters.put_parameter, Name="a b", Value="v", Type="String") == "ValidationException"


@pytest.mark.parametrize("unknown", UNKNOWN)
def test_parameters_need_a_key_that_exists(parameters: Any, unknown: str) -> None:
    failure = outcome(parameters.put_parameter, Name=f"/{unique('p')}", Value="v", Type="SecureString", KeyId=unknown)
    assert failure[:2] == ("InvalidKeyId", 400)
    assert "NotFoundException" in failure[2]
    plain = outcome(parameters.put_parameter, Name=f"/{unique('p')}", Value="v", Type="String", KeyId=unknown)
    assert plain[0] == "ValidationException"


def test_parameters_need_their_key(bench: Bench, parameters: Any, key: str) -> None:
    name = f"/{unique('p')}"
    parameters.put_parameter(Name=name, Value="v", Type="SecureString", KeyId=key)
    dummy, without = bench.user(allow("ssm:*"))
    dummy, holder = bench.user(allow("ssm:*"), allow(["kms:Decrypt", "kms:Encrypt"], key))
    assert code(without("ssm").get_parameter, Name=name, WithDecryption=True) == "AccessDeniedException"
    assert without("ssm").get_parameter(Name=name)
    assert holder("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == "v"
    again = {"Name": name, "Value": "w", "Type": "SecureString", "KeyId": key, "Overwrite": True}
    assert code(without("ssm").put_parameter, **again) == "AccessDeniedException"
    holder("ssm").put_parameter(**again)
