# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are nowhere: not in output, results, diffs, files, process arguments or environments."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.playbook import Fleet, Run

# How every session token of the embedded AWS begins.
SESSION_TOKEN = "FQoGZXIvYXdz"


class Watcher:
    """Looks again and again, while a run goes on, at all processes and at the files in some folders."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.seen: dict[str, bytes] = {}

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._end.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._end.wait(0.01):
            self._look()

    def _look(self) -> None:
        for path in self._paths():
            try:
                content = path.read_bytes()
            except OSError:
                continue
            known = self.seen.get(str(path), b"")
            if content not in known:
                self.seen[str(path)] = known + content

    def _paths(self) -> Iterator[Path]:
        for process in Path("/proc").glob("[0-9]*"):
            yield process / "cmdline"
            yield process / "environ"
        for folder in self._folders:
            # os.walk passes over folders that vanish meanwhile.
            yield from (Path(parent, name) for parent, _, names in os.walk(folder) for name in names)

    def where(self, secret: str) -> list[str]:
        """The processes and files that held it."""
        return [path for path, content in self.seen.items() if secret.encode() in content]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path, Path]:
    """For Ansible's own files, other temporary files, and the fact cache."""
    found = tmp_path / "ansible", tmp_path / "temporary", tmp_path / "facts"
    for folder in found:
        folder.mkdir()
    return found


def secrets(fleet: Fleet) -> dict[str, str]:
    """Every secret that a run handles."""
    platform = fleet.emulator.platform
    found = {
        "management secret key": fleet.emulator.secret_access_key,
        "standalone secret key": fleet.emulator.standalone_secret_access_key,
        "platform token": fleet.emulator.platform_token,
        "platform password": platform.password,
        "session token": SESSION_TOKEN,
    }
    for account, source in fleet.sources().items():
        found[f"FinOps user's secret key in {account}"] = fleet.credentials(source["id"])["secret_access_key"]
    return found


@pytest.mark.parametrize("in_process", [True, False], ids=["action", "module"])
def test_no_secret_is_seen_anywhere(fleet: Fleet, folders: tuple[Path, Path, Path], in_process: bool) -> None:
    home, temporary, facts = folders
    environment = {
        "ANSIBLE_HOME": str(home),
        "TMPDIR": str(temporary),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(facts),
        "ANSIBLE_RETRY_FILES_ENABLED": "true",
        "ANSIBLE_RETRY_FILES_SAVE_PATH": str(temporary),
        "ANSIBLE_LOG_PATH": str(temporary / "ansible.log"),
        "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "true",
    }
    password = {
        "finops_platform_email": fleet.emulator.platform.email,
        "finops_platform_password": fleet.emulator.platform.password,
    }
    groups = {
        "management": {"payer": fleet.management()},
        "member": {"shop": fleet.member(finops_platform_token=None, **password)},
        "standalone": {"laboratory": fleet.standalone()},
    }
    runs: list[Run] = []
    with Watcher(*folders) as watcher:
        for _ in range(2):
            runs.append(fleet.run(groups, "-vvvv", "--diff", environment=environment, finops_in_process=in_process))
            assert runs[-1].code == 0, runs[-1].output
    assert len(fleet.sources()) == 3
    assert watcher.where("ansible-playbook")
    for name, secret in secrets(fleet).items():
        assert watcher.where(secret) == [], name
        for run in runs:
            assert secret not in run.output, name
            assert secret not in str(run.results), name


@pytest.mark.parametrize("in_process", [True, False], ids=["action", "module"])
def test_a_failed_hand_over_shows_no_secret_and_leaves_no_key(fleet: Fleet, in_process: bool) -> None:
    platform = fleet.emulator.platform
    account = fleet.standalone(finops_cur_prefix="nested/prefix")
    run = fleet.run({"standalone": {"laboratory": account}}, "-vvvv", "--diff", finops_in_process=in_process)
    assert run.code == 2
    assert "OE0371" in run.recap()["laboratory"]["failed"]
    assert run.steps()["laboratory"][-1].startswith("Delete the new access key again")
    keys = fleet.client("iam", account).list_access_keys(UserName="FinOpsForCloudUser")["AccessKeyMetadata"]
    assert keys == []
    assert platform.token not in run.output
    for secret in secrets(fleet).values():
        assert secret not in run.output + str(run.results)
