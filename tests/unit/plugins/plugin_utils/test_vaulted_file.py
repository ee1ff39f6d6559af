# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Vaulted files: written all at once, refused before a key is made where they could not be."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._vaulted_file import vaulted_files

VALUE = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "hidden"}
NAME = "111122223333.yml"


def store(folder: Path, password: bytes = b"correct", name: str = NAME) -> Any:
    """The file of a run with this vault password."""
    loader = SimpleNamespace(_vault=SimpleNamespace(secrets=[("default", VaultSecret(password))] if password else []))
    return vaulted_files(loader)(str(folder), name)


def test_a_value_is_kept_encrypted_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there" / "yet"
    about = store(folder)
    assert about.read() is None
    assert not (tmp_path / "not").exists()
    about.write(**VALUE)
    assert about.read() == VALUE
    path = folder / NAME
    assert b"hidden" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in folder.iterdir()] == [NAME]
    decrypted = VaultLib([("default", VaultSecret(b"correct"))]).decrypt(path.read_bytes())
    assert yaml.safe_load(decrypted) == VALUE
    about.restore({**VALUE, "secret_access_key": "earlier"})
    assert about.read()["secret_access_key"] == "earlier"
    about.restore(None)
    about.restore(None)
    assert about.read() is None


def test_without_a_vault_password_nothing_can_be_kept(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--vault-password-file") as error:
        store(tmp_path, b"")
    assert error.value.option == "secret_store"


def test_a_controllers_job_keeps_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWX_HOST", "https://awx.example.com")
    with pytest.raises(InputError, match="goes away with the job's container") as error:
        store(tmp_path)
    assert error.value.option == "secret_store"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["file", "file/below"])
def test_a_folder_that_cannot_be_is_refused_at_once(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be written") as error:
        store(tmp_path / folder)
    assert error.value.option == "secret_store_folder"
    assert str(tmp_path / "file") in str(error.value)


@pytest.mark.parametrize(("lacking", "below"), [(os.W_OK, ""), (os.X_OK, "not/yet")])
def test_a_folder_that_may_not_be_written_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: int, below: str
) -> None:
    # The tests may run as root, to whom no mode forbids anything.
    allowed = os.access

    def access(path: Any, mode: int) -> bool:
        return not (Path(path) == tmp_path and mode & lacking) and allowed(path, mode)

    monkeypatch.setattr(os, "access", access)
    with pytest.raises(InputError, match=f"because of {tmp_path}") as error:
        store(tmp_path / below)
    assert error.value.option == "secret_store_folder"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_files_place_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    with pytest.raises(InputError, match="is a folder") as error:
        store(tmp_path)
    assert error.value.option == "secret_store_name"


def test_another_vault_password_is_a_clear_error(tmp_path: Path) -> None:
    store(tmp_path).write(**VALUE)
    with pytest.raises(FinopsError, match="the vault password that it was encrypted with") as error:
        store(tmp_path, b"wrong").read()
    assert error.value.finding_code == "STORE_LOCKED"
    assert error.value.__cause__ is None


@pytest.mark.parametrize("content", ["mine: true", "[1]", "{", "text"])
@pytest.mark.parametrize("encrypted", [True, False])
def test_what_others_keep_there_is_never_overwritten(tmp_path: Path, content: str, encrypted: bool) -> None:
    vault = VaultLib([("default", VaultSecret(b"correct"))])
    (tmp_path / NAME).write_bytes(vault.encrypt(content) if encrypted else content.encode())
    with pytest.raises(FinopsError) as error:
        store(tmp_path).read()
    assert error.value.finding_code == "STORE_FOREIGN"


def test_a_file_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    about = store(tmp_path / "folder")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / NAME).mkdir()
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        about.read()
    (tmp_path / "folder" / NAME / "x").write_text("x")
    with pytest.raises(InputError, match="cannot be written"):
        about._put(VALUE)
    assert [entry.name for entry in (tmp_path / "folder").iterdir()] == [NAME]
