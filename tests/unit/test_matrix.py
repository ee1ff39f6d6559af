# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which combinations `make matrix` has and takes, what they consist of, and how it reads what came of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests import matrix
from tests.matrix import AMAZONS, CHECKOUT, CORES, OLDEST_BOTO3, Combination, Core, Row

HERE = frozenset({"3.10", "3.11", "3.12", "3.13"})
PINNED = (CHECKOUT / "tests" / "requirements.txt").read_text()


def chosen(*names: str, present: frozenset[str] = HERE) -> list[str]:
    return [combination.name for combination in matrix.choose(names, present)]


def combination(name: str) -> Combination:
    return next(one for one in matrix.combinations(HERE) if one.name == name)


def test_every_core_is_combined_with_each_of_its_pythons_and_the_oldest_of_everything_comes_first() -> None:
    assert chosen() == [
        "oldest",
        *("2.17-py3.10", "2.17-py3.11", "2.17-py3.12"),
        *("2.18-py3.11", "2.18-py3.12", "2.18-py3.13"),
        *("2.19-py3.11", "2.19-py3.12", "2.19-py3.13"),
        *("2.20-py3.12", "2.20-py3.13", "2.20-py3.14"),
        *("2.21-py3.12", "2.21-py3.13", "2.21-py3.14"),
    ]


def test_what_is_oldest_is_what_the_collection_says_that_it_supports() -> None:
    core = yaml.safe_load((CHECKOUT / "meta" / "runtime.yml").read_text())["requires_ansible"]
    amazon = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text())["dependencies"]["amazon.aws"]
    assert core == f">={CORES[0].series}.0"
    assert Version(AMAZONS[0].version) in SpecifierSet(amazon)
    assert Version(AMAZONS[0].version).major == Version(amazon.removeprefix(">=")).major
    assert re.search(rf"boto3\b.* {OLDEST_BOTO3.removesuffix('.0')}\b", (CHECKOUT / "README.md").read_text())
    oldest = combination("oldest")
    assert (oldest.core, oldest.python, oldest.amazon, oldest.boto3) == (CORES[0], "3.10", AMAZONS[0], OLDEST_BOTO3)


def test_the_tables_are_in_order() -> None:
    for versions in ([core.version for core in CORES], [amazon.version for amazon in AMAZONS]):
        assert versions == sorted(versions, key=Version)


@pytest.mark.parametrize(
    ("names", "present", "taken"),
    [
        (["newest", "oldest"], HERE, ["oldest", "2.21-py3.13"]),
        (["newest"], HERE | {"3.14"}, ["2.21-py3.14"]),
        (["newest"], {"3.10"}, ["2.21-py3.14"]),
        (["2.19-py3.12", "2.18-py3.12"], HERE, ["2.18-py3.12", "2.19-py3.12"]),
        (["newest", "2.21-py3.13"], HERE, ["2.21-py3.13"]),
    ],
    ids=["aliases", "a newer Python", "none present, so that it is skipped by name", "in order", "once"],
)
def test_names_choose(names: list[str], present: set[str], taken: list[str]) -> None:
    assert chosen(*names, present=present) == taken


def test_the_oldest_has_the_oldest_python_present() -> None:
    assert [one.python for one in matrix.choose(["oldest"], {"3.11", "3.12"})] == ["3.11"]
    assert [one.python for one in matrix.choose(["oldest"], {"3.13"})] == ["3.10"]


def test_a_python_is_found_where_pyenv_has_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    python = tmp_path / "versions" / "3.99.1" / "bin" / "python3.99"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\n")
    python.chmod(0o700)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert matrix.program("3.99") == str(python)
    assert matrix.program("3.98") is None


def test_an_unknown_name_is_a_clear_error(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "program", lambda dummy: None)
    assert matrix.main(["2.16-py3.10"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("MATRIX: there is no combination '2.16-py3.10'; there are: oldest 2.17-py3.10 ")
    assert error.endswith(" newest\n")


def test_what_cannot_run_here_is_named_and_is_no_success(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(matrix, "BUILD", tmp_path)
    monkeypatch.setattr(matrix, "program", lambda dummy: None)
    assert matrix.main(["2.21-py3.14"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "SKIPPED 2.21-py3.14: there is no python3.14 here"
    assert lines[-1] == "0 passed, 0 failed, 1 skipped"


@pytest.mark.parametrize(
    ("requires", "admitted"), [(">=2.17.0", True), (">=2.18.0", False), (">=2.16,<2.17", False), (">=2.17.14", True)]
)
def test_amazon_aws_decides_which_core_it_runs_with(requires: str, admitted: bool) -> None:
    assert matrix.Amazon("1.0.0", "1.0.0", requires).admits(Core("2.17.14", ("3.12",))) is admitted


def test_a_core_gets_the_newest_amazon_aws_that_admits_it(monkeypatch: pytest.MonkeyPatch) -> None:
    old, middle, new = (matrix.Amazon(f"{n}.0.0", "1", f">=2.{m}") for n, m in ((10, 17), (11, 17), (12, 19)))
    monkeypatch.setattr(matrix, "AMAZONS", (old, middle, new))
    assert matrix.newest_admitting(Core("2.18.12", ())) == middle
    assert matrix.newest_admitting(Core("2.19.0", ())) == new


def test_sanity_runs_once_for_a_core_with_its_newest_python() -> None:
    taken = matrix.choose(["oldest", "2.17-py3.11", "2.19-py3.12", "2.19-py3.13"], HERE)
    assert {one.name for one in matrix.with_sanity(taken)} == {"2.17-py3.11", "2.19-py3.13"}
    assert {one.name for one in matrix.with_sanity(taken[:1])} == {"oldest"}


def test_the_tools_are_those_of_the_other_tests() -> None:
    found = matrix.requirements(combination("2.21-py3.13"), PINNED)
    assert found[0] == f"ansible-core=={CORES[-1].version}"
    assert set(found[1:]) <= {line.split("#")[0].strip() for line in PINNED.splitlines()}
    assert [line.split("==")[0] for line in found[1:]] == [
        *(
            "boto3",
            "botocore",
            "moto[s3,server]",
            "cheroot",
            "pyarrow",
            "pytest",
            "pytest-xdist",
            "jsonschema",
            "prometheus_client",
        )
    ]


def test_the_oldest_python_and_boto3_have_pins_of_their_own() -> None:
    found = matrix.requirements(combination("oldest"), PINNED)
    assert f"boto3=={OLDEST_BOTO3}" in found and f"botocore=={OLDEST_BOTO3}" in found
    assert matrix.STAND_INS["3.10"]["pyarrow"] in found
    assert not any(line in found for line in matrix.requirements(combination("2.17-py3.12"), PINNED) if "boto" in line)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("collected 3 items\n\n==== 3 passed in 0.12s ====\n", "3 passed"),
        ("==== 1 failed, 2 passed, 3 skipped in 83.10s (0:01:23) ====", "1 failed, 2 passed, 3 skipped"),
        ("1 passed in 0.1s of a test's own\n= 2 errors in 1.0s =", "2 errors"),
        ("==== no tests ran in 0.01s ====", "no tests"),
    ],
)
def test_the_counts_of_pytest_are_read(output: str, words: str) -> None:
    assert matrix.counted(output) == words


OUTPUT = """PLAY [Connect] *****

[DEPRECATION WARNING]: Importing 'to_text' is deprecated.
This feature will be removed.
[WARNING]: Something else

ok: [payer] => [WARNING]: no deprecation
"""


def test_an_error_far_up_in_a_log_is_shown_with_its_last_lines() -> None:
    log = "\n".join(["fine", "ERROR: a finding", *map(str, range(matrix.LINES_OF_A_FAILURE))])
    assert matrix.what_failed(log) == ["ERROR: a finding", *map(str, range(matrix.LINES_OF_A_FAILURE))]


def test_deprecation_warnings_are_found_whole() -> None:
    (warning,) = matrix.deprecations(OUTPUT)
    assert warning.splitlines() == [
        "[DEPRECATION WARNING]: Importing 'to_text' is deprecated.",
        "This feature will be removed.",
    ]
    assert matrix.deprecations(OUTPUT.replace("DEPRECATION ", "")) == []


def test_the_table_names_what_failed_and_what_was_skipped() -> None:
    row = Row(combination("2.19-py3.12"), "1.44.5", {"unit": "9 passed", "action": "1 failed"}, ["action"])
    lines = matrix.table([row], [combination("2.21-py3.14")]).splitlines()
    assert [line.split("  ")[0] for line in lines] == ["combination", "2.19-py3.12", "2.21-py3.14"]
    assert "9 passed" in lines[1] and lines[1].endswith("FAILED: action")
    assert lines[2].endswith("SKIPPED")
