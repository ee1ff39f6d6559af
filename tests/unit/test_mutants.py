# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which mistakes `make mutants` plants, which it leaves out, and that it counts them rightly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants import CHECKOUT, Score, verdict
from tests.mutations import Mutant, mutants_of

CODE = compile("", "", "exec")


def changes(statement: str) -> list[str]:
    return [mutant.change for mutant in mutants_of("def plan():\n    " + statement, "") if mutant.line == 2]


@pytest.mark.parametrize(
    ("statement", "change"),
    [
        ("x = a < b", "a <[--]{+=+} b"),
        ("x = a is None", "a is [--]{+not +}None"),
        ("x = not a", "[-not -]{++}a"),
        ("x = a and b", "a[- and b-]{++}"),
        ("if a: b()", "if [-a-]{+False+}: b()"),
        ("x = found[-1]", "[---]{++}1"),
        ("x = found[1:]", "[-1-]{++}:"),
        ("return found", "return [-found-]{+None+}"),
        ("raise Wrong()", "[-raise Wrong()-]{+pass+}"),
        ("self.a = b", "[-self.a = b-]{+pass+}"),
        ("x = [first, second]", "[first[-, second-]{++}]"),
        ("x = {'A': a, 'B': b}", "{'A': a[-, 'B': b-]{++}}"),
        ("x = [y for y in z if y]", "for y in z[- if y-]{++}"),
        ("x = others + [ours]", "[-others + -]{++}[ours]"),
        ("x = deepcopy(there)", "[-deepcopy(there)-]{+there+}"),
        ("x = sorted(keys, key=age)", "sorted(keys[-, key=age-]{++})"),
        ("x = Step('CUR_MISSING', after=there)", "'CUR_MISSING[--]{+~+}'"),
    ],
)
def test_a_decision_is_mutated(statement: str, change: str) -> None:
    assert change in changes(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "'''Words.'''",
        "x: list[int]",
        "x = 'Create the user'",
        "x = 'Create {0}'.format(sorted(names)[0])",
        "x = ', '.join(names[1:])",
        "x = 'Delete it, or ' + way[0]",
        "return self.clients.read('iam', 'get_user')",
        "return [clients.platform.cloud_account(one) for one in ids[1:]]",
    ],
)
def test_words_types_and_calls_of_a_service_are_left_out(statement: str) -> None:
    assert changes(statement) in ([], ["return [-x-]{+None+}"])


def test_tables_of_the_module_are_mutated_and_options_are_not() -> None:
    source = "VARIANTS = ('a', 'b', 'c')\nAlias = dict[str, 'b']\nOPTIONS = {'a': 'b'}\n"
    source += "class Cur:\n    OPTIONS = {'name': {'type': 'str'}}\n"
    assert {mutant.line for mutant in mutants_of(source, "")} == {1}


def test_every_mutant_has_one_mistake() -> None:
    source = "def plan(found):\n    return found == 1\n"
    results = []
    for mutant in mutants_of(source, ""):
        names: dict[str, object] = {}
        exec(mutant.code, names)
        results.append([names["plan"](found) for found in (0, 1, 2)])  # type: ignore[operator]
    assert sorted(map(str, results)) == sorted(map(str, [[None] * 3, [True, False, True], [False, False, True]]))


@pytest.mark.parametrize(("killed", "good"), [(17, True), (16, False)])
def test_the_last_line_is_the_verdict(killed: int, good: bool) -> None:
    survivors = [Mutant(1, "", CODE)] * (20 - killed)
    line = "mutants: {0} of 20 killed, {1}.0 %: at least 85".format(killed, killed * 5)
    assert verdict([Score("policy.py", killed, survivors)]) == (line, good)


SAMPLE = """
def is_old(age):
    return age > 1
def nobody_tests_this(found):
    return not found
"""
TESTS = """
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.sample import is_old
def test_it():
    assert [is_old(age) for age in (0, 1, 2)] == [False, {0}, True]
"""
SCRIPT = """
import pathlib, sys
from tests import mutants
mutants.CHECKOUT = pathlib.Path(sys.argv[1])
score = mutants.score(mutants.CHECKOUT / mutants.CORE / "_resources/sample.py", 60)
print(score.killed, [survivor.line for survivor in score.survivors])
"""


def scored(checkout: Path, tests: str) -> subprocess.CompletedProcess[str]:
    for folder, file, text in (("", "sample.py", SAMPLE), ("tests/unit", "test_sample.py", tests)):
        room = checkout / folder / "plugins/module_utils/_resources"
        room.mkdir(parents=True)
        (room / file).write_text(text)
    command = [sys.executable, "-c", SCRIPT, str(checkout)]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def test_what_no_test_beside_the_file_finds_survives(tmp_path: Path) -> None:
    assert scored(tmp_path, TESTS.format("False")).stdout == "3 [5, 5]\n"


def test_tests_that_fail_without_a_mistake_prove_nothing(tmp_path: Path) -> None:
    answer = scored(tmp_path, TESTS.format("True"))
    assert answer.returncode == 1
    assert "sample.py fail without any" in answer.stderr
