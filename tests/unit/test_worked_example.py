# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worked example of docs/adding_a_resource.md, put into a copy of the checkout, works and is complete."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "build", "__pycache__", ".*_cache", ".ansible", "bench", "emulator"
)
PAGE = CHECKOUT / "docs" / "adding_a_resource.md"
# The paths of a block's files, then its language and text.
BLOCK = re.compile(r"^((?:`[\w./]+`(?:, )?)+):\n\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REST_OF_LINE = re.compile(r" ?…$")
# Those that hold lists together, which fail where the page forgets a place.
TESTS = (
    "tests/unit/plugins/module_utils/_resources/test_account_alias.py",
    "tests/unit/plugins/module_utils/_knowledge/test_procedure.py",
    "tests/unit/test_documentation.py",
    "tests/unit/test_findings.py",
    "tests/unit/test_generated.py",
)


@dataclasses.dataclass(frozen=True)
class Block:
    """A file's text, or in the language C(diff) changes of a file that is there."""

    path: str
    language: str
    text: str

    def put_into(self, tree: Path) -> None:
        target = tree / self.path
        if self.language == "diff":
            content = target.read_text()
            for hunk in self.text.split("@@\n"):
                before, after = side(hunk, "+"), side(hunk, "-")
                assert content.count(before) == 1, f"{self.path} has not just once: {before}"
                content = content.replace(before, after)
            target.write_text(content)
        else:
            assert not target.exists(), f"{self.path} is there already"
            target.write_text(self.text)


def side(hunk: str, without: str) -> str:
    """A change's lines before it (without +) or after it (without -)."""
    lines = [REST_OF_LINE.sub("", line[1:]) for line in hunk.splitlines() if line[:1] != without]
    return "\n".join(lines)


def blocks() -> list[Block]:
    """All that the page writes, in its order."""
    return [
        Block(path, language, text)
        for paths, language, text in BLOCK.findall(PAGE.read_text())
        for path in re.findall(r"`(.+?)`", paths)
    ]


@dataclasses.dataclass(frozen=True)
class Copy:
    """A checkout with the example in it, laid where Ansible looks for collections."""

    root: Path

    @property
    def tree(self) -> Path:
        return self.root / "ansible_collections" / "finops_for_cloud" / "aws"

    def run(self, *command: str | Path) -> str:
        """The output of a command that must succeed; it sees the copy in place of this checkout."""
        environment = {**os.environ, "ANSIBLE_HOME": str(self.root / "ansible")}
        for variable in ("PYTHONPATH", "ANSIBLE_COLLECTIONS_PATH"):
            environment[variable] = os.pathsep.join(filter(None, (str(self.root), os.environ.get(variable))))
        ended = subprocess.run(command, cwd=self.tree, env=environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    made = Copy(tmp_path_factory.mktemp("worked_example"))
    shutil.copytree(CHECKOUT, made.tree, ignore=NOT_COPIED)
    for block in blocks():
        block.put_into(made.tree)
    made.run(sys.executable, "-m", "tests.generated")
    return made


def test_the_page_writes_four_new_files_and_changes_thirteen() -> None:
    made = {block.path for block in blocks() if block.language != "diff"}
    changed = {block.path for block in blocks() if block.language == "diff"}
    assert (len(made), len(changed), made & changed) == (4, 13, set())
    assert PAGE.read_text().count("\n```") == 2 * len(BLOCK.findall(PAGE.read_text())), "a block that names no file"


def test_its_own_tests_and_those_that_hold_all_lists_together_pass(copy: Copy) -> None:
    output = copy.run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS)
    assert " passed" in output and "skipped" not in output


def test_ansible_doc_reads_its_modules_and_the_roles_variable(copy: Copy) -> None:
    ansible_doc = (Path(sysconfig.get_path("scripts")) / "ansible-doc", "--json", "--type")
    modules = ["finops_for_cloud.aws.account_alias", "finops_for_cloud.aws.account_alias_info"]
    shown = json.loads(copy.run(*ansible_doc, "module", *modules))
    assert list(shown) == modules
    for about in shown.values():
        assert about["doc"]["filename"].startswith(str(copy.tree)) and about["doc"]["options"]["alias"]["required"]
    role = json.loads(copy.run(*ansible_doc, "role", "finops_for_cloud.aws.member"))["finops_for_cloud.aws.member"]
    assert not role["entry_points"]["main"]["options"]["finops_account_alias"]["required"]


def test_its_files_are_in_the_style_of_the_others(copy: Copy) -> None:
    pytest.importorskip("ruff")
    paths = sorted({block.path for block in blocks() if block.path.endswith(".py")})
    copy.run(sys.executable, "-m", "ruff", "check", "--no-cache", *paths)
    copy.run(sys.executable, "-m", "ruff", "format", "--no-cache", "--check", *paths)
