# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stores of AWS: what is in the way is known before a key is made, and nothing of others is overwritten."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.secret_store import (
    OPTIONS,
    ParameterStore,
    SecretsManager,
    secret_store,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, FakeClients

VALUE = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "x", "account_id": ACCOUNT, "user_name": "u"}
NONE = {
    "secretsmanager": AwsError("secretsmanager:get_secret_value", "ResourceNotFoundException", "no"),
    "ssm": AwsError("ssm:get_parameter", "ParameterNotFound", "no"),
}
READS = {"secretsmanager": "get_secret_value", "ssm": "get_parameter"}
STORES = {"secretsmanager": SecretsManager, "ssm": ParameterStore}


class Service(FakeClients):
    """A store's account, which remembers what is written and reads it back."""

    def __init__(self, kind: str, text: str | None = None, **answers: Any) -> None:
        super().__init__({READS[kind]: lambda dummy: self._now(), **answers})
        self._kind, self._text = kind, text
        self.garbles = False
        self.guarded = 0

    def _now(self) -> Any:
        if self._text is None:
            raise NONE[self._kind]
        return {"SecretString": self._text} if self._kind == "secretsmanager" else {"Parameter": {"Value": self._text}}

    def read(self, service: str, operation: str, missing: Any = (), **parameters: Any) -> Any:
        assert service == ("kms" if operation == "describe_key" else self._kind)
        return super().read(service, operation, missing, **parameters)

    def require_account(self) -> None:
        self.guarded += 1

    def write(self, client: str, operation: str, parameters: Any, repeat_on: str = "") -> Any:
        assert client == self._kind and self.guarded
        self.calls.append((operation, dict(parameters)))
        self._text = (
            None if operation.startswith("delete_") else parameters.get("SecretString", parameters.get("Value"))
        )
        if self.garbles:
            self._text = json.dumps({"access_key_id": "another"})
        return {}

    def elsewhere(self, role_arn: str | None, region: str | None) -> Any:
        """The account of the store."""
        self.asked = (role_arn, region)
        return self


def store(clients: Service, kms_key_id: str | None = None) -> Any:
    """The store over a service."""
    return STORES[clients._kind]("finops/place", clients, kms_key_id)


def writes(clients: Service) -> list[tuple[str, dict[str, Any]]]:
    """What was written."""
    return [call for call in clients.calls if call[0].split("_")[0] in ("create", "put", "delete")]


@pytest.mark.parametrize("kind", STORES)
def test_a_value_is_kept_read_back_replaced_and_taken_away(kind: str) -> None:
    clients = Service(kind)
    about = store(clients, "alias/finops")
    clients._answers["describe_key"] = {"KeyMetadata": {"KeyState": "Enabled"}}
    assert about.read() is None
    about.write(**VALUE)
    about.write(**{**VALUE, "secret_access_key": "y"})
    assert about.read()["secret_access_key"] == "y"
    about.restore(VALUE)
    assert about.read() == VALUE
    about.restore(None)
    assert about.read() is None
    text = json.dumps(VALUE)
    if kind == "secretsmanager":
        created = {"Name": "finops/place", "SecretString": text, "KmsKeyId": "alias/finops"}
        assert writes(clients)[0] == ("create_secret", created)
        assert writes(clients)[2] == ("put_secret_value", {"SecretId": "finops/place", "SecretString": text})
        removed = {"SecretId": "finops/place", "ForceDeleteWithoutRecovery": True}
        assert writes(clients)[3] == ("delete_secret", removed)
    else:
        put = {
            "Name": "finops/place",
            "Value": text,
            "Type": "SecureString",
            "Overwrite": True,
            "KeyId": "alias/finops",
        }
        assert writes(clients)[0] == ("put_parameter", put)
        assert writes(clients)[3] == ("delete_parameter", {"Name": "finops/place"})


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("secretsmanager", {"SecretId": "finops/place"}),
        ("ssm", {"Name": "finops/place", "WithDecryption": True}),
    ],
)
def test_a_value_is_read_in_clear_by_its_name(kind: str, asked: dict[str, Any]) -> None:
    clients = Service(kind, json.dumps(VALUE))
    assert store(clients).read() == VALUE
    assert clients.calls == [(READS[kind], asked)]


@pytest.mark.parametrize("kind", STORES)
def test_a_store_without_a_key_of_its_own_names_none(kind: str) -> None:
    clients = Service(kind)
    store(clients).write(**VALUE)
    ((dummy, parameters),) = writes(clients)
    assert not {"KmsKeyId", "KeyId"} & set(parameters)
    assert [operation for operation, dummy in clients.calls if operation == "describe_key"] == []


@pytest.mark.parametrize("kind", STORES)
def test_what_does_not_read_back_is_not_kept(kind: str) -> None:
    clients = Service(kind)
    clients.garbles = True
    with pytest.raises(FinopsError, match="does not read back") as error:
        store(clients).write(**VALUE)
    assert error.value.finding_code == "STORE_NOT_KEPT"


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("text", ["plain", "5", "[]", "null", '{"password": "theirs"}', ""])
def test_what_others_keep_there_is_never_overwritten(kind: str, text: str) -> None:
    clients = Service(kind, text)
    with pytest.raises(FinopsError, match="was not written by this collection") as error:
        store(clients).read()
    assert error.value.finding_code == "STORE_FOREIGN"
    assert "theirs" not in str(error.value)


def test_a_binary_secret_is_somebody_elses() -> None:
    clients = FakeClients({"get_secret_value": {"SecretBinary": b"x"}})
    with pytest.raises(FinopsError, match="was not written by this collection"):
        SecretsManager("x", clients, None).read()


def test_a_secret_scheduled_for_deletion_is_named_with_the_command_that_restores_it() -> None:
    message = "You can't perform this operation on the secret because it was marked for deletion."
    error = AwsError("secretsmanager:get_secret_value", "InvalidRequestException", message)
    with pytest.raises(FinopsError) as raised:
        SecretsManager("finops/place", FakeClients({"get_secret_value": error}), None).read()
    assert raised.value.finding_code == "STORE_DELETION_SCHEDULED"
    assert "restore-secret --secret-id finops/place --region us-east-1" in str(raised.value)


@pytest.mark.parametrize(("code", "message"), [("InvalidRequestException", "other"), ("AccessDenied", "deletion")])
def test_any_other_refusal_keeps_its_words(code: str, message: str) -> None:
    refusal = AwsError("secretsmanager:get_secret_value", code, message)
    with pytest.raises(AwsError) as raised:
        SecretsManager("x", FakeClients({"get_secret_value": refusal}), None).read()
    assert raised.value is refusal


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (AwsError("kms:describe_key", "NotFoundException", "Alias is not found."), "Alias is not found."),
        ({"KeyMetadata": {"KeyState": "PendingDeletion"}}, "it is PendingDeletion"),
        ({"KeyMetadata": {"KeyState": "Disabled"}}, "it is Disabled"),
    ],
)
def test_a_kms_key_that_cannot_be_used_is_known_before_the_first_value(kind: str, answer: Any, says: str) -> None:
    clients = Service(kind, describe_key=answer)
    with pytest.raises(InputError, match=says) as error:
        store(clients, "alias/finops").read()
    assert error.value.option == "secret_store_kms_key_id"
    assert clients.calls[-1] == ("describe_key", {"KeyId": "alias/finops"})


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException"])
def test_the_kms_key_is_looked_at_only_before_the_first_value_and_by_who_may(kind: str, code: str) -> None:
    assert store(Service(kind, json.dumps(VALUE)), "alias/finops").read() == VALUE
    denied = AwsError("kms:describe_key", code, "no")
    assert store(Service(kind, describe_key=denied), "alias/finops").read() is None


def made(**options: Any) -> Any:
    """The store that options name."""
    return secret_store(options, Service("ssm"))


def test_the_options_choose_the_store() -> None:
    assert OPTIONS["secret_store"]["choices"] == ["platform", "secretsmanager", "ssm", "file"]
    assert made() is None
    assert made(secret_store="platform") is None
    assert made(secret_store="ssm").name == f"/finops-for-cloud/{ACCOUNT}/access-key"
    chosen = made(
        secret_store="secretsmanager",
        secret_store_name="a/{account_id}",
        secret_store_role_arn="arn:aws:iam::444455556666:role/Store",
        secret_store_region="eu-central-1",
    )
    assert isinstance(chosen, SecretsManager) and chosen.name == f"a/{ACCOUNT}"
    assert chosen._clients.asked == ("arn:aws:iam::444455556666:role/Store", "eu-central-1")
    assert made(secret_store="secretsmanager").name == f"finops-for-cloud/{ACCOUNT}"


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"secret_store": "ssm", "secret_store_name": "same", "secret_store_role_arn": "arn"}, "secret_store_name"),
        ({"secret_store": "file"}, "secret_store_folder"),
        ({"secret_store": "file", "secret_store_folder": "/x"}, "secret_store"),
    ],
)
def test_a_store_that_cannot_work_is_named_by_its_option(options: dict[str, Any], option: str) -> None:
    clients = Service("ssm")
    clients.vaulted_files = None  # type: ignore[attr-defined]
    with pytest.raises(InputError) as error:
        secret_store(options, clients)
    assert error.value.option == option


def test_a_name_without_the_account_is_the_accounts_own_affair() -> None:
    assert made(secret_store="ssm", secret_store_name="same").name == "same"


def test_files_are_the_shells() -> None:
    clients = Service("ssm")
    clients.vaulted_files = lambda folder, name: (folder, name)  # type: ignore[attr-defined]
    found: Any = secret_store({"secret_store": "file", "secret_store_folder": "/x"}, clients)
    assert found == ("/x", f"{ACCOUNT}.yml")
