# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tarball of a release must have, and what it must not have."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import yaml

# The address until the collection is published; the one variable of `make release` replaces it.
PLACEHOLDER = "https://finops-for-cloud.example/aws"
REQUIRED = {
    "CHANGELOG.rst",
    "LICENSE",
    "README.md",
    "changelogs/changelog.yaml",
    "meta/execution-environment.yml",
    "meta/runtime.yml",
}
ALLOWED = {
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "FILES.json",
    "MANIFEST.json",
    "REUSE.toml",
    "SECURITY.md",
    "changelogs/config.yaml",
}
# Folders whose every file that git knows is shipped.
SHIPPED = (
    "LICENSES/",
    "docs/",
    "extensions/awx/",
    "extensions/eda/",
    "extensions/execution-environment/",
    "inventories/awx/",
    "inventories/example/",
    "inventories/organization/",
    "meta/",
    "playbooks/",
    "plugins/",
    "roles/",
)
# Links by which a checkout is found as the collection, which an installed one does not need.
FOR_CHECKOUTS = {f"{folder}/collections" for folder in ("inventories/awx", "inventories/organization", "playbooks")}


@dataclasses.dataclass(frozen=True)
class Release:
    """What is to be published.

    files: the content of the tarball by path. tracked: the paths that git knows in the checkout.
    repository: the address of the published collection, None while there is only the placeholder.
    """

    files: Mapping[str, bytes]
    tracked: Collection[str]
    repository: str | None = None

    def text(self, path: str) -> str:
        """A file as text, empty where it is missing."""
        return self.files.get(path, b"").decode()

    def mapping(self, path: str) -> Mapping[str, Any]:
        """A file of YAML or JSON, empty where it is missing."""
        return yaml.safe_load(self.text(path)) or {}

    @property
    def about(self) -> Mapping[str, Any]:
        """What the manifest says of the collection, from galaxy.yml."""
        return json.loads(self.text("MANIFEST.json"))["collection_info"]

    @property
    def address(self) -> str:
        """Where the collection's own links lead."""
        return self.repository or PLACEHOLDER


def only_what_users_need(release: Release) -> Iterator[str]:
    """No tests, no tools, no output of builds, nothing hidden."""
    for path in sorted(release.files):
        hidden = any(part.startswith((".", "__pycache__")) for part in path.split("/"))
        if hidden or not (path in REQUIRED | ALLOWED or path.startswith(SHIPPED)):
            yield f"{path} is not for users: name it in build_ignore of galaxy.yml, or allow it in {__name__}"


def everything_users_need(release: Release) -> Iterator[str]:
    """The papers, and every file of plugins, roles, playbooks and the like."""
    wanted = REQUIRED.union(path for path in release.tracked if path.startswith(SHIPPED))
    for path in sorted(wanted - FOR_CHECKOUTS - set(release.files)):
        yield f"{path} is missing: write it, or take it out of build_ignore in galaxy.yml"


def roles_are_documented(release: Release) -> Iterator[str]:
    """A README in every role, and an argument specification where its name does not begin with an underscore."""
    for role in sorted({path.split("/")[1] for path in release.files if path.startswith("roles/")}):
        wanted = ["README.md"] + ["meta/argument_specs.yml"] * (not role.startswith("_"))
        for path in wanted:
            if f"roles/{role}/{path}" not in release.files:
                yield f"roles/{role}/{path} is missing: every role needs it"


def requirements_are_shipped(release: Release) -> Iterator[str]:
    """ansible-builder finds the files that the execution environment's declaration names."""
    for path in release.mapping("meta/execution-environment.yml").get("dependencies", {}).values():
        if path not in release.files:
            yield f"{path} is missing: meta/execution-environment.yml names it"


def version_is_released(release: Release) -> Iterator[str]:
    """The version has its place in the changelog, is the one in the code, and no fragment was left out."""
    version = release.about["version"]
    releases = release.mapping("changelogs/changelog.yaml").get("releases", {})
    if version not in releases:
        yield f"changelogs/changelog.yaml has no release {version}: run antsibull-changelog release"
    if not re.search(rf"^v{re.escape(version)}$", release.text("CHANGELOG.rst"), re.MULTILINE):
        yield f"CHANGELOG.rst has no section v{version}: run antsibull-changelog release"
    if f'VERSION = "{version}"' not in release.text("plugins/module_utils/_version.py"):
        yield f"plugins/module_utils/_version.py has another version than the {version} of galaxy.yml: make them one"
    taken = {f"changelogs/fragments/{name}" for about in releases.values() for name in about.get("fragments", ())}
    for path in sorted(set(release.tracked) - taken):
        if path.startswith("changelogs/fragments/") and path.endswith((".yml", ".yaml")):
            yield f"{path} is in no release: raise the version in galaxy.yml, or run antsibull-changelog release"


def addresses_are_its_own(release: Release) -> Iterator[str]:
    """The manifest's addresses are below the repository's, and no placeholder is left where that is known."""
    for name in ("repository", "documentation", "homepage", "issues"):
        if not str(release.about.get(name)).startswith(release.address):
            yield f"{name} in galaxy.yml is not below {release.address}: begin it with {PLACEHOLDER}"
    if release.repository:
        host = PLACEHOLDER.split("/")[2].encode()
        for path in sorted(release.files):
            if host in release.files[path]:
                yield f"{path} has the placeholder's host {host.decode()} left: write {PLACEHOLDER} there"


RULES: tuple[Callable[[Release], Iterator[str]], ...] = (
    only_what_users_need,
    everything_users_need,
    roles_are_documented,
    requirements_are_shipped,
    version_is_released,
    addresses_are_its_own,
)


def faults(release: Release) -> list[str]:
    """What is wrong, a sentence each, with what to do."""
    return [fault for rule in RULES for fault in rule(release)]
