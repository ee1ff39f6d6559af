# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""README and the other papers: their links lead somewhere, their examples are what Ansible takes, their versions agree."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._settings_table import SETTINGS

CHECKOUT = Path(__file__).resolve().parents[2]
PLACEHOLDER = "https://finops-for-cloud.example/aws"
PAPERS = [path for pattern in ("*.md", "docs/*.md", "roles/*/README.md") for path in sorted(CHECKOUT.glob(pattern))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
YAML = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Of Ansible's template for the README of a certified collection.
HEADINGS = [
    "Description",
    "Requirements",
    "Installation",
    "Use Cases",
    "Testing",
    "Contributing",
    "Support",
    "Release Notes and Roadmap",
    "Related Information",
    "License Information",
]


def name(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


def anchors(path: Path) -> set[str]:
    """The fragments that a page's headings make, as the repository's pages do."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(paper: Path) -> list[str]:
    return LINK.findall(CODE.sub("", paper.read_text()))


def targets(paper: Path) -> Iterator[tuple[Path, str]]:
    """The files of this repository that a paper leads to, each with the fragment."""
    for link in links(paper):
        address, dummy, fragment = link.partition("#")
        if address.startswith(PLACEHOLDER + "/blob/main/"):
            yield CHECKOUT / address.removeprefix(PLACEHOLDER + "/blob/main/"), fragment
        elif "://" not in address:
            yield (paper.parent / address) if address else paper, fragment


def plays() -> list[dict[str, Any]]:
    """All plays that the papers show."""
    blocks = [yaml.safe_load(text) for paper in PAPERS for text in YAML.findall(paper.read_text())]
    return [play for block in blocks if isinstance(block, list) for play in block]


@pytest.mark.parametrize("paper", PAPERS, ids=name)
def test_every_link_into_the_repository_leads_to_a_file_and_a_heading(paper: Path) -> None:
    for path, fragment in targets(paper):
        assert path.is_file(), path
        assert not fragment or fragment in anchors(path), fragment


def test_the_readme_has_the_headings_of_the_certified_template() -> None:
    assert re.findall(r"^## (.+)$", (CHECKOUT / "README.md").read_text(), re.MULTILINE) == HEADINGS


def test_every_role_has_a_readme_and_every_public_one_an_example() -> None:
    for role in sorted(CHECKOUT.glob("roles/*")):
        text = (role / "README.md").read_text()
        assert text.startswith(f"# finops_for_cloud.aws.{role.name}\n")
        assert len(YAML.findall(text)) == (0 if role.name.startswith("_") else 1)


def test_ansible_takes_every_play(tmp_path: Path) -> None:
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(yaml.safe_dump(plays()))
    command = [Path(sysconfig.get_path("scripts")) / "ansible-playbook", "--syntax-check", playbook]
    environment = {**os.environ, "ANSIBLE_HOME": str(tmp_path)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0 and len(plays()) >= 4, ended.stderr


def test_every_role_in_a_play_gets_variables_that_it_has() -> None:
    roles = [
        (task["ansible.builtin.import_role"]["name"].rsplit(".")[-1], task["vars"])
        for play in plays()
        for task in play["tasks"]
        if "ansible.builtin.import_role" in task
    ]
    assert {role for role, dummy in roles} == {"management", "member", "standalone"}
    for role, variables in roles:
        assert set(variables) <= {setting.variable for setting in SETTINGS if role in setting.cases}
        assert isinstance(variables["finops_account_id"], str)


def test_the_requirements_are_those_that_ansible_and_galaxy_are_told() -> None:
    readme = (CHECKOUT / "README.md").read_text()
    core = yaml.safe_load((CHECKOUT / "meta" / "runtime.yml").read_text())["requires_ansible"]
    amazon = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text())["dependencies"]["amazon.aws"]
    fragment = (CHECKOUT / "plugins" / "doc_fragments" / "account.py").read_text()
    assert core.startswith(">=2.17") and "| ansible-core | 2.17 to " in readme
    assert f"amazon.aws {amazon.removeprefix('>=')} or later" in readme
    assert "boto3 >= 1.34.0" in fragment and "boto3 and botocore 1.34.0 or later" in readme
    python = yaml.safe_load((CHECKOUT / "tests" / "config.yml").read_text())["modules"]["python_requires"]
    assert (
        f"python {python.replace('>=', '>= ')}" in fragment and f"need {python.removeprefix('>=')} or later" in readme
    )
