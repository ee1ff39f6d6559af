# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tarball must have and must not have, each rule with what breaks it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.release_rules import PLACEHOLDER, Release, faults

CHECKOUT = Path(__file__).resolve().parents[2]
ADDRESS = "https://git.example.com/finops/aws"
ABOUT = {
    "version": "1.2.0",
    "repository": ADDRESS,
    "documentation": ADDRESS + "/tree/main/docs",
    "homepage": ADDRESS,
    "issues": ADDRESS + "/issues",
}
FILES = {
    "CHANGELOG.rst": "Release Notes\n=============\n\nv1.2.0\n======\n",
    "FILES.json": "{}",
    "LICENSE": "",
    "MANIFEST.json": json.dumps({"collection_info": ABOUT}),
    "README.md": f"[Limits]({ADDRESS}/blob/main/docs/limits.md)",
    "changelogs/changelog.yaml": "releases: {1.2.0: {fragments: [6.yml]}, 1.1.0: {}}",
    "docs/limits.md": "",
    "meta/ee-requirements.txt": "",
    "meta/execution-environment.yml": "{version: 3, dependencies: {python: meta/ee-requirements.txt}}",
    "meta/runtime.yml": "",
    "playbooks/onboard.yml": "",
    "plugins/module_utils/_version.py": 'VERSION = "1.2.0"',
    "plugins/modules/user.py": "",
    "roles/_steps/README.md": "",
    "roles/member/README.md": "",
    "roles/member/meta/argument_specs.yml": "",
}


def release(repository: str | None = ADDRESS, tracked: tuple[str, ...] = (), **changes: str | None) -> Release:
    """The good tarball with some files set, or left out where None; git knows the good one's and those of tracked."""
    files = {path: text.encode() for path, text in {**FILES, **changes}.items() if text is not None}
    return Release(files, [*FILES, *tracked], repository)


def manifest(**values: str) -> str:
    return json.dumps({"collection_info": {**ABOUT, **values}})


def test_a_good_tarball_has_no_fault() -> None:
    assert faults(release()) == []


@pytest.mark.parametrize(
    "path",
    [
        "tests/unit/test_release.py",
        "extensions/molecule/config.yml",
        "inventories/demo/inventory.yml",
        "changelogs/fragments/1.yml",
        "build/bench.json",
        "finops_for_cloud-aws-1.1.0.tar.gz",
        "Makefile",
        "pyproject.toml",
        ".yamllint",
        "docs/.cache/page.md",
        "plugins/modules/__pycache__/user.pyc",
        "something.new",
    ],
)
def test_what_is_not_for_users_is_named(path: str) -> None:
    (fault,) = faults(release(**{path: ""}))
    assert fault.startswith(f"{path} is not for users")


@pytest.mark.parametrize("path", ["plugins/modules/user.py", "playbooks/onboard.yml", "meta/runtime.yml", "LICENSE"])
def test_what_is_missing_is_named(path: str) -> None:
    (fault,) = faults(release(**{path: None}))
    assert fault.startswith(f"{path} is missing")


@pytest.mark.parametrize("path", ["extensions/eda/rulebooks/join.yml", "inventories/example/inventory.yml"])
def test_a_new_file_for_users_must_be_shipped(path: str) -> None:
    (fault,) = faults(release(tracked=(path,)))
    assert fault.startswith(f"{path} is missing")


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        ({"roles/audit/README.md": ""}, "roles/audit/meta/argument_specs.yml"),
        ({"roles/audit/meta/argument_specs.yml": ""}, "roles/audit/README.md"),
        ({"roles/_more/tasks/main.yml": ""}, "roles/_more/README.md"),
    ],
)
def test_a_role_needs_a_readme_and_a_public_one_its_arguments(files: dict[str, str], missing: str) -> None:
    (fault,) = faults(release(**files))
    assert fault.startswith(f"{missing} is missing")


def test_the_files_of_an_execution_environment_must_be_there() -> None:
    declaration = "{dependencies: {python: meta/ee-requirements.txt, system: meta/ee-bindep.txt}}"
    (fault,) = faults(release(**{"meta/execution-environment.yml": declaration}))
    assert fault.startswith("meta/ee-bindep.txt is missing")


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("changelogs/changelog.yaml", "releases: {1.1.0: {}}", "changelogs/changelog.yaml has no release 1.2.0"),
        ("CHANGELOG.rst", "v1.2.01\n=======\n", "CHANGELOG.rst has no section v1.2.0"),
        ("plugins/module_utils/_version.py", 'VERSION = "1.1.0"', "plugins/module_utils/_version.py has another"),
    ],
)
def test_the_version_must_be_the_same_everywhere(path: str, text: str, fault: str) -> None:
    (found,) = faults(release(**{path: text}))
    assert found.startswith(fault)


def test_every_fragment_of_the_changelog_is_in_a_release() -> None:
    fragments = ("changelogs/fragments/6.yml", "changelogs/fragments/7.yml", "changelogs/fragments/.keep")
    (fault,) = faults(release(tracked=fragments))
    assert fault.startswith("changelogs/fragments/7.yml is in no release")


@pytest.mark.parametrize("name", ["repository", "documentation", "homepage", "issues"])
def test_an_address_of_somebody_else_is_named(name: str) -> None:
    (fault,) = faults(release(**{"MANIFEST.json": manifest(**{name: "https://git.example.com/other"})}))
    assert fault.startswith(f"{name} in galaxy.yml is not below {ADDRESS}")


@pytest.mark.parametrize("text", [PLACEHOLDER, "finops-for-cloud.example/docs"])
def test_no_placeholder_is_left_where_the_repository_is_known(text: str) -> None:
    (fault,) = faults(release(**{"docs/limits.md": text}))
    assert fault.startswith("docs/limits.md has the placeholder's host")


def test_without_a_repository_the_placeholder_stands_for_it() -> None:
    files = {path: text.replace(ADDRESS, PLACEHOLDER) for path, text in FILES.items()}
    assert faults(release(None, **files)) == []


def test_galaxy_knows_the_placeholder_that_a_release_replaces() -> None:
    about = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text())
    assert about["repository"] == PLACEHOLDER


def test_an_execution_environment_gets_what_the_modules_document() -> None:
    fragment = (CHECKOUT / "plugins" / "doc_fragments" / "account.py").read_text()
    required = (CHECKOUT / "meta" / "ee-requirements.txt").read_text().splitlines()
    for line in filter(lambda line: not line.startswith("#"), required):
        assert f"- {line.replace('>=', ' >= ')}\n" in fragment
