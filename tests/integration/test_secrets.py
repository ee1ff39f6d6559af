# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are nowhere: not in output, results, diffs, files, process arguments or environments."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.playbook import SHELLS, Fleet, Run
from tests.integration.watcher import Watcher, secrets


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path, Path]:
    """For Ansible's own files, other temporary files, and the fact cache."""
    found = tmp_path / "ansible", tmp_path / "temporary", tmp_path / "facts"
    for folder in found:
        folder.mkdir()
    return found


@pytest.mark.parametrize("in_process", SHELLS.values(), ids=list(SHELLS))
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
        for dummy in range(2):
            runs.append(fleet.run(groups, "-vvvv", "--diff", environment=environment, finops_in_process=in_process))
            assert runs[-1].code == 0, runs[-1].output
    assert len(fleet.sources()) == 3
    assert watcher.where("ansible-playbook")
    for name, secret in secrets(fleet).items():
        assert watcher.where(secret) == [], name
        assert secret not in str(fleet.emulator.calls()), name
        for run in runs:
            assert secret not in run.output, name
            assert secret not in str(run.results), name


@pytest.mark.parametrize("in_process", SHELLS.values(), ids=list(SHELLS))
def test_a_failed_hand_over_shows_no_secret_and_leaves_no_key(fleet: Fleet, in_process: bool) -> None:
    platform = fleet.emulator.platform
    account = fleet.standalone()
    fleet.set_platform("connected_elsewhere", "PUT", [account["finops_account_id"]])
    run = fleet.run({"standalone": {"laboratory": account}}, "-vvvv", "--diff", finops_in_process=in_process)
    assert run.code == 2
    assert "connected already" in run.recap()["laboratory"]["failed"]
    assert run.steps()["laboratory"][-1].startswith("Delete the new access key again")
    keys = fleet.client("iam", account).list_access_keys(UserName="FinOpsForCloudUser")["AccessKeyMetadata"]
    assert keys == []
    assert platform.token not in run.output
    for secret in secrets(fleet).values():
        assert secret not in run.output + str(run.results)
