# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a key's secret is kept besides the data source: AWS Secrets Manager, SSM Parameter Store, or a vaulted file.

Every store keeps one value an account: access_key_id, secret_access_key, account_id and user_name. Writing it is followed
by reading it back, so that a key counts as kept only when it is.
"""

from __future__ import annotations

import json
from typing import Any, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError

KINDS = ("platform", "secretsmanager", "ssm", "file")
OPTIONS = {
    "secret_store": {"type": "str", "choices": list(KINDS), "default": "platform"},
    "secret_store_name": {"type": "str", "no_log": False},
    "secret_store_region": {"type": "str", "no_log": False},
    "secret_store_kms_key_id": {"type": "str", "no_log": False},
    "secret_store_role_arn": {"type": "str", "no_log": False},
    "secret_store_folder": {"type": "path", "no_log": False},
}
_NAMES = {
    "secretsmanager": "finops-for-cloud/{account_id}",
    "ssm": "/finops-for-cloud/{account_id}/access-key",
    "file": "{account_id}.yml",
}


class SecretStore:
    """One account's place in a store; `name` is the secret's, parameter's or file's."""

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self) -> dict[str, str] | None:
        """The value, None where there is none."""
        raise NotImplementedError

    def _put(self, value: Mapping[str, str]) -> None:
        raise NotImplementedError

    def _remove(self) -> None:
        raise NotImplementedError

    def write(self, **value: str) -> None:
        """Keep a value; raises FinopsError where it does not read back as written."""
        self._put(value)
        if self.read() != value:
            raise FinopsError(
                "O(secret_store): what was written to {0} does not read back".format(self.name),
                finding_code="STORE_NOT_KEPT",
            )

    def remove(self) -> None:
        """Keep nothing any more."""
        self._remove()

    def restore(self, previous: Mapping[str, str] | None) -> None:
        """Go back to an earlier value, or to none."""
        if previous is None:
            self._remove()
        else:
            self.write(**previous)


class _AwsStore(SecretStore):
    """What the two stores of AWS share; clients are those of the account that the store is in."""

    SERVICE = ""

    def __init__(self, name: str, clients: Any, kms_key_id: str | None) -> None:
        super().__init__(name)
        self._clients = clients
        self._kms_key_id = kms_key_id

    def _current(self) -> str | None:
        """The text of the current value, None where there is none."""
        raise NotImplementedError

    def read(self) -> dict[str, str] | None:
        """The current value. Where there is none yet, the KMS key that one would be encrypted with is looked at."""
        text = self._current()
        if text is None and self._kms_key_id:
            self._require_kms_key(self._kms_key_id)
        return None if text is None else _parsed(text)

    def _require_kms_key(self, key_id: str) -> None:
        """InputError for a key that cannot be used; who may not look at keys learns it from AWS when writing."""
        denied = ("AccessDenied", "AccessDeniedException")
        try:
            answer = self._clients.read("kms", "describe_key", missing=denied, KeyId=key_id)
        except AwsError as error:
            raise InputError("secret_store_kms_key_id", "{0} cannot be used: {1}".format(key_id, error))
        state = answer["KeyMetadata"]["KeyState"] if answer else "Enabled"
        if state != "Enabled":
            raise InputError(
                "secret_store_kms_key_id", "the KMS key {0} cannot be used: it is {1}".format(key_id, state)
            )

    def _write(self, operation: str, parameters: Mapping[str, Any]) -> None:
        self._clients.require_account()
        self._clients.write(self.SERVICE, operation, parameters)


class SecretsManager(_AwsStore):
    """A secret of AWS Secrets Manager."""

    SERVICE = "secretsmanager"

    def _current(self) -> str | None:
        try:
            answer = self._clients.read(
                self.SERVICE, "get_secret_value", missing=("ResourceNotFoundException",), SecretId=self.name
            )
        except AwsError as error:
            if error.code == "InvalidRequestException" and "delet" in error.message:
                raise self._scheduled_for_deletion()
            raise
        return None if answer is None else str(answer.get("SecretString", ""))

    def _scheduled_for_deletion(self) -> FinopsError:
        return FinopsError(
            "O(secret_store_name): the secret {0} is scheduled for deletion, so nothing can be kept there. Restore it: "
            "aws secretsmanager restore-secret --secret-id {0} --region {1}; or choose another name".format(
                self.name, self._clients.region_of(self.SERVICE)
            ),
            finding_code="STORE_DELETION_SCHEDULED",
        )

    def _put(self, value: Mapping[str, str]) -> None:
        text = {"SecretString": json.dumps(value)}
        if self.read() is None:
            key = {"KmsKeyId": self._kms_key_id} if self._kms_key_id else {}
            self._write("create_secret", dict(text, Name=self.name, **key))
        else:
            self._write("put_secret_value", dict(text, SecretId=self.name))

    def _remove(self) -> None:
        self._write("delete_secret", {"SecretId": self.name, "ForceDeleteWithoutRecovery": True})


class ParameterStore(_AwsStore):
    """A SecureString of the SSM Parameter Store."""

    SERVICE = "ssm"

    def _current(self) -> str | None:
        answer = self._clients.read(
            self.SERVICE, "get_parameter", missing=("ParameterNotFound",), Name=self.name, WithDecryption=True
        )
        return None if answer is None else str(answer["Parameter"]["Value"])

    def _put(self, value: Mapping[str, str]) -> None:
        key = {"KeyId": self._kms_key_id} if self._kms_key_id else {}
        parameters = dict(Name=self.name, Value=json.dumps(value), Type="SecureString", Overwrite=True, **key)
        self._write("put_parameter", parameters)

    def _remove(self) -> None:
        self._write("delete_parameter", {"Name": self.name})


def _parsed(text: str) -> dict[str, str]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    return checked(value)


def checked(value: Any) -> dict[str, str]:
    """A value as the stores keep it; FinopsError for what somebody else keeps there, which so is not overwritten."""
    if not isinstance(value, dict) or "access_key_id" not in value:
        raise FinopsError(
            "O(secret_store_name): what is kept there was not written by this collection; choose another name",
            finding_code="STORE_FOREIGN",
        )
    return value


def secret_store(options: Mapping[str, Any], clients: Any) -> SecretStore | None:
    """The store that the options name, None for C(platform), where the data source is the only keeper.

    Raises InputError for a store that cannot work.
    """
    kind = options.get("secret_store") or "platform"
    if kind == "platform":
        return None
    name = (options.get("secret_store_name") or _NAMES[kind]).replace("{account_id}", clients.account)
    if clients.account not in name and options.get("secret_store_role_arn"):
        raise InputError(
            "secret_store_name",
            "{0!r} would be the same for every account of the central store; have {{account_id}} in it".format(name),
        )
    if kind == "file":
        return _file_store(options, clients, name)
    elsewhere = clients.elsewhere(options.get("secret_store_role_arn"), options.get("secret_store_region"))
    return {"secretsmanager": SecretsManager, "ssm": ParameterStore}[kind](
        name, elsewhere, options.get("secret_store_kms_key_id")
    )


def _file_store(options: Mapping[str, Any], clients: Any, name: str) -> SecretStore:
    if not options.get("secret_store_folder"):
        raise InputError("secret_store_folder", "is missing: set the folder for the vaulted files")
    if clients.vaulted_files is None:
        raise InputError(
            "secret_store",
            "file works only in tasks that run on the controller, where the vault's password is; leave the connection local",
        )
    return clients.vaulted_files(options["secret_store_folder"], name)
