# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clone under any name works as it is, as AWX uses it: the collection is installed nowhere, amazon.aws is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.playbook import CHECKOUT, Fleet
from tests.lint.tree import AMAZON, PACKAGES, link


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The last commit."""
    folder = tmp_path / "_7__any name"
    subprocess.run(["git", "clone", "--quiet", str(CHECKOUT), str(folder)], check=True)
    return folder


def without_the_collection(folder: Path) -> dict[str, str]:
    """An environment in which only amazon.aws is installed."""
    link(folder / "installed" / AMAZON, PACKAGES / AMAZON)
    return {"ANSIBLE_COLLECTIONS_PATH": str(folder / "installed"), "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false"}


def test_a_playbook_of_a_clone_finds_the_collection_in_it(fleet: Fleet, clone: Path, tmp_path: Path) -> None:
    environment = without_the_collection(tmp_path)
    playbook = str(clone / "playbooks" / "onboard.yml")
    groups = {"management": {"payer": fleet.management()}, "member": {"shop": fleet.member()}}
    assert fleet.run(groups, "--syntax-check", playbook=playbook, environment=environment).code == 0
    run = fleet.run(groups, playbook=playbook, environment=environment)
    assert run.code == 0, run.output
    assert "2 accounts: 2 changed" in run.output
    (clone / "playbooks" / "collections").unlink()
    assert fleet.run(groups, "--syntax-check", playbook=playbook, environment=environment).code != 0


def test_an_inventory_of_a_clone_finds_its_plugin_as_awx_asks_for_it(fleet: Fleet, clone: Path, tmp_path: Path) -> None:
    folder = clone / "inventories" / "awx"
    settings = f"endpoint_url: {fleet.emulator.aws_endpoint_url}\n"
    (folder / "organization.yml").write_text((folder / "organization.yml").read_text() + settings)
    environment = {
        **without_the_collection(tmp_path),
        "AWS_ACCESS_KEY_ID": fleet.emulator.access_key_id,
        "AWS_SECRET_ACCESS_KEY": fleet.emulator.secret_access_key,
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
    }
    program = Path(sys.executable).parent / "ansible-inventory"
    command = [program, "--list", "--export", "-i", folder / "organization.yml", "--playbook-dir", folder]
    variables = {**fleet.environment(tmp_path / "results"), **environment}
    done = subprocess.run(command, cwd=clone, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert fleet.emulator.management_account_id in done.stdout
    assert "lookup('ansible.builtin.env', 'FINOPS_PLATFORM_TOKEN')" in done.stdout
