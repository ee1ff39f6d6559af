# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the execution environment's gate says of files that do not fit together."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from tests.lint.execution_environment import problems, required, without_comments
from tests.lint.tree import CHECKOUT
from tests.matrix import AMAZONS, CORES

README = (CHECKOUT / "README.md").read_text()
ABOUT = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text())
FILE = CHECKOUT / "extensions" / "execution-environment" / "execution-environment.yml"
DEFINITION = yaml.safe_load(FILE.read_text())
PYTHON = without_comments((CHECKOUT / "meta" / "ee-requirements.txt").read_text())


def test_the_readme_the_collection_and_its_execution_environment_fit_together() -> None:
    assert PYTHON == required(README) != []
    assert list(problems(PYTHON, [], DEFINITION, README, ABOUT)) == []


def test_its_ansible_and_amazon_aws_are_among_those_that_are_tested_together() -> None:
    depends = DEFINITION["dependencies"]
    core = next(one for one in CORES if depends["ansible_core"]["package_pip"] == f"ansible-core=={one.version}")
    amazon = next(one for one in AMAZONS if one.version == depends["galaxy"]["collections"][0]["version"])
    assert amazon.admits(core)
    assert depends["python_interpreter"]["package_system"].removeprefix("python") in core.pythons
    assert set(depends["python"]) <= set(without_comments((CHECKOUT / "tests" / "requirements.txt").read_text()))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("python",), ["botocore==1.44.5"], "has no boto3>="),
        (("python",), ["boto3==1.33.0", "botocore==1.44.5"], "has no boto3>="),
        (("python",), ["boto3==1.44.5", "botocore==1.44.5", "pyarrow"], "does not pin pyarrow"),
        (("ansible_core", "package_pip"), "ansible-core>=2.17", "does not pin ansible-core"),
        (("galaxy", "collections", 1, "name"), "collection/finops_for_cloud-aws-0.9.0.tar.gz", "does not install"),
        (("galaxy", "collections", 0, "version"), "9.0.0", "has no amazon.aws"),
    ],
)
def test_what_is_missing_or_not_pinned_is_named(path: tuple[Any, ...], value: Any, said: str) -> None:
    definition = copy.deepcopy(DEFINITION)
    place = definition["dependencies"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert any(said in problem for problem in problems(PYTHON, [], definition, README, ABOUT))


def test_what_the_readme_does_not_require_is_named() -> None:
    (problem,) = problems([*PYTHON, "pyarrow>=20"], [], DEFINITION, README, ABOUT)
    assert "README.md requires" in problem
    (problem,) = problems(PYTHON, ["git"], DEFINITION, README, ABOUT)
    assert "packages of the system" in problem
