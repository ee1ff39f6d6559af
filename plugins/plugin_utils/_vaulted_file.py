# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in files that Ansible Vault encrypts with the vault id of the run.

Ansible has no public API to encrypt with the secrets that a run was started with; they are with its DataLoader. What is
private of Ansible is used in this file alone.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.secret_store import (
    SecretStore,
    checked,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError

# AWX and Automation Controller tell their jobs by it where the controller is.
CONTROLLERS_JOB = "AWX_HOST"


class VaultedFile(SecretStore):
    """One account's file, mode 0600, replaced all at once; InputError where it could not be written."""

    def __init__(self, path: Path, vault: VaultLib) -> None:
        super().__init__(str(path))
        self._path = path
        self._vault = vault
        _require_writable(path)

    def read(self) -> dict[str, str] | None:
        """The decrypted content."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError("secret_store_folder", f"{self._path} cannot be read: {error.strerror}") from None
        if not self._vault.is_encrypted(content):
            raise FinopsError(
                f"O(secret_store_folder): {self._path} is not encrypted by Ansible Vault; move it away",
                finding_code="STORE_FOREIGN",
            )
        return checked(self._decrypted(content))

    def _decrypted(self, content: bytes) -> Any:
        try:
            return yaml.safe_load(self._vault.decrypt(content))
        except AnsibleError:
            raise FinopsError(
                f"O(secret_store_folder): {self._path} cannot be decrypted. Start the run with the vault password that "
                "it was encrypted with, or move it away",
                finding_code="STORE_LOCKED",
            ) from None
        except yaml.YAMLError:
            return None

    def _put(self, value: Mapping[str, str]) -> None:
        # Through JSON, because PyYAML does not know the strings of its own that Ansible makes.
        encrypted = self._vault.encrypt(yaml.safe_dump(json.loads(json.dumps(dict(value)))))
        try:
            self._replace(encrypted)
        except OSError as error:
            raise InputError("secret_store_folder", f"{self._path} cannot be written: {error.strerror}") from None

    def _replace(self, content: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # mkstemp makes the file with mode 0600.
        descriptor, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path)
        except OSError:
            os.unlink(temporary)
            raise

    def _remove(self) -> None:
        self._path.unlink(missing_ok=True)


def _require_writable(path: Path) -> None:
    """The folder, or the one that it would be made in, lets files be made; nothing is made to find that out."""
    nearest = next(folder for folder in path.absolute().parents if folder.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)):
        raise InputError("secret_store_folder", f"{path} cannot be written, because of {nearest}")
    if path.is_dir():
        raise InputError("secret_store_name", f"{path} is a folder, where the file would be")


def vaulted_files(loader: Any) -> Callable[[str, str], SecretStore]:
    """What makes a VaultedFile from a folder and a name, with the vault secrets of the run."""

    def store(folder: str, name: str) -> SecretStore:
        if CONTROLLERS_JOB in os.environ:
            raise InputError(
                "secret_store",
                "file does not last in a job of AWX or Automation Controller: its folder goes away with the job's "
                "container, and the keys' secrets with it. Set secretsmanager or ssm, or leave it at platform",
            )
        secrets = loader._vault.secrets
        if not secrets:
            raise InputError(
                "secret_store",
                "file needs the password of Ansible Vault: start the run with --vault-id or --vault-password-file",
            )
        return VaultedFile(Path(folder) / name, VaultLib(secrets))

    return store
