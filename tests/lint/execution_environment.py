# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what the collection tells ansible-builder, and what its execution environment has, is what the README requires."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from packaging.specifiers import SpecifierSet

# The README's table of requirements has the packages with their oldest version, as `boto3 and botocore 1.34.0 or later`.
PACKAGES = re.compile(r"^\| Python packages \| ([\w ]+?) ([\d.]+) or later", re.MULTILINE)


def required(readme: str) -> list[str]:
    """The Python packages that the README requires, as pip writes them."""
    found = PACKAGES.search(readme)
    return sorted(f"{name}>={found[2]}" for name in found[1].split(" and ")) if found else []


def without_comments(text: str) -> list[str]:
    """The requirements of a file."""
    return sorted(filter(None, (line.split("#")[0].strip() for line in text.splitlines())))


def problems(
    python: Sequence[str], system: Sequence[str], definition: Mapping[str, Any], readme: str, about: Mapping[str, Any]
) -> Iterator[str]:
    """What does not fit together, in words.

    python, system: what `ansible-builder introspect` finds in the collection. definition: execution-environment.yml.
    about: galaxy.yml.
    """
    if list(python) != required(readme):
        yield f"introspect finds the Python packages {python}, and README.md requires {required(readme)}"
    if system:
        yield f"introspect finds packages of the system, which README.md does not require: {system}"
    depends = definition["dependencies"]
    tools = (depends["ansible_core"]["package_pip"], depends["ansible_runner"]["package_pip"])
    pins = {}
    for line in (*tools, *depends["python"]):
        name, is_pinned, version = line.partition("==")
        pins[name] = version
        if not is_pinned:
            yield f"execution-environment.yml does not pin {line}"
    for line in python:
        name, oldest = line.split(">=")
        if not SpecifierSet(f">={oldest}").contains(pins.get(name, "0")):
            yield f"execution-environment.yml has no {line}"
    collections = {one["name"]: one.get("version", "") for one in depends["galaxy"]["collections"]}
    tarball = "collection/{namespace}-{name}-{version}.tar.gz".format(**about)
    if tarball not in collections:
        yield f"execution-environment.yml does not install {tarball}"
    for name, versions in about["dependencies"].items():
        if not SpecifierSet(versions).contains(collections.get(name) or "0"):
            yield f"execution-environment.yml has no {name} {versions}"
