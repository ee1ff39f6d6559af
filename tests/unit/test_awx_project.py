# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The repository as a project of AWX: which files it lists as playbooks, and how it finds the collection."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.lint.tree import CHECKOUT, files

# AWX's awx/main/utils/ansible.py, could_be_playbook and skip_directory: any YAML file with such a line, whatever it is.
PLAYS = re.compile(r"^\s*?-?\s*?(?:hosts|include|import_playbook):\s*?.*?$")
SKIPPED = {"roles", "tasks", "group_vars", "host_vars"}
# Where Ansible looks for collections: beside the playbook, and beside the inventory that AWX names as --playbook-dir.
LINKS = ("playbooks/collections", "inventories/awx/collections", "inventories/organization/collections")
HERE = CHECKOUT / ".collections" / "ansible_collections" / "finops_for_cloud" / "aws"


def listed(folder: Path, names: list[str]) -> list[str]:
    """The files among `names` that AWX offers as playbooks of a job template."""
    found = []
    for name in names:
        *folders, file = name.split("/")
        if SKIPPED.isdisjoint(folders) and not any(part.startswith(".") for part in folders):
            lines = (folder / name).read_text(errors="ignore").splitlines()
            if file.endswith((".yml", ".yaml")) and (
                any(map(PLAYS.match, lines)) or lines[:1] and lines[0].startswith("$ANSIBLE_VAULT;")
            ):
                found.append(name)
    return found


def test_awx_lists_the_playbooks_that_people_launch_and_nothing_else() -> None:
    found = listed(CHECKOUT, files(".yml", ".yaml"))
    assert "playbooks/onboard.yml" in found
    assert [name for name in found if not re.fullmatch(r"playbooks/\w+\.yml", name)] == []


@pytest.mark.parametrize(
    ("name", "text", "is_listed"),
    [
        ("inventory.yml", "member:\n  hosts:\n", True),
        ("inventory.yml", 'member:\n  "hosts":\n', False),
        ("play.yml", "- hosts: all\n", True),
        ("play.yaml", "- import_playbook: other.yml\n", True),
        ("play.txt", "- hosts: all\n", False),
        ("tasks/play.yml", "- hosts: all\n", False),
        (".hidden/play.yml", "- hosts: all\n", False),
        ("secret.yml", "$ANSIBLE_VAULT;1.1;AES256\n", True),
    ],
)
def test_the_rule_is_awxs(tmp_path: Path, name: str, text: str, is_listed: bool) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    assert listed(tmp_path, [name]) == [name] * is_listed


@pytest.mark.parametrize("link", LINKS)
def test_the_collection_is_found_beside_playbooks_and_inventories(link: str) -> None:
    assert (CHECKOUT / link).is_symlink() and not (CHECKOUT / link).readlink().is_absolute()
    assert (CHECKOUT / link / HERE.relative_to(CHECKOUT / ".collections")).samefile(HERE)


def test_its_links_lead_to_the_checkouts_folders_and_in_no_circle() -> None:
    links = {path.name: path.readlink() for path in HERE.iterdir()}
    assert links == {name: Path("../../../..", name) for name in ("meta", "plugins", "roles")}
    for name in links:
        assert not [path for path in (CHECKOUT / name).rglob("*") if path.is_symlink()]
