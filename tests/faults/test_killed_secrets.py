# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A killed run leaves no secret behind either: not in files, temporary folders or fact caches."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.playbook import Fleet
from tests.integration.watcher import Watcher, secrets


@pytest.mark.parametrize("in_process", [True, False], ids=["action", "module"])
@pytest.mark.parametrize("operation", ["CreateAccessKey", "CreateCloudAccount", "CreateSecret"])
def test_a_killed_run_leaves_no_secret(fleet: Fleet, tmp_path: Path, operation: str, in_process: bool) -> None:
    folders = [tmp_path / name for name in ("ansible", "temporary", "facts")]
    for folder in folders:
        folder.mkdir()
    environment = {
        "TMPDIR": str(folders[1]),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(folders[2]),
        "ANSIBLE_LOG_PATH": str(folders[1] / "ansible.log"),
        "ANSIBLE_RETRY_FILES_ENABLED": "true",
        "ANSIBLE_RETRY_FILES_SAVE_PATH": str(folders[1]),
    }
    variables = {"finops_in_process": in_process, "finops_secret_store": "secretsmanager"}
    fleet.emulator.faults.at_call(operation, 1, "after", fleet.kill)
    with Watcher(*folders) as watcher:
        killed = fleet.run({"member": {"shop": fleet.member(0)}}, "-vvvv", environment=environment, **variables)
    assert killed.code < 0
    assert fleet.emulator.faults.fired
    found = secrets(fleet)
    assert any(fleet.emulator.member_account_ids[0] in name for name in found)
    for name, secret in found.items():
        assert watcher.where(secret) == [], name
        assert secret not in killed.output, name
    healed = fleet.run({"member": {"shop": fleet.member(0)}}, **variables)
    assert healed.code == 0, healed.output
