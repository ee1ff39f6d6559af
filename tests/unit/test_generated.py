# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated files are what they are made from; the README has every row of the table of settings."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet import whole_inventory
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._version import VERSION
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._settings_table import SETTINGS
from tests import generated

WORDS = {setting.variable: list(setting.words) for setting in SETTINGS}
ONLY_TO_ROTATE = {"finops_key_max_age_days", "finops_rotate_now"}


def entry_points(case: str) -> dict[str, Any]:
    return yaml.safe_load(generated.specification(case))["argument_specs"]


def test_every_generated_file_is_committed_as_it_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert generated.main(["--check"]) == 0, capsys.readouterr().out


def test_a_check_names_what_is_out_of_date_and_leaves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outdated = tmp_path / "specification.yml"
    outdated.write_text("old\n")
    monkeypatch.setattr(generated, "CHECKOUT", tmp_path)
    monkeypatch.setattr(generated, "files", lambda: {outdated: "new\n", tmp_path / "missing.yml": "new\n"})
    assert generated.main(["--check"]) == 2
    assert "specification.yml is out of date" in capsys.readouterr().out
    assert outdated.read_text() == "old\n"
    assert generated.main([]) == 0
    assert outdated.read_text() == "new\n"


def test_the_version_of_requests_is_galaxys() -> None:
    galaxy = yaml.safe_load((generated.CHECKOUT / "galaxy.yml").read_text())
    assert galaxy["version"] == VERSION


@pytest.mark.parametrize("case", procedure.CASES)
def test_they_read_back_in_the_words_of_the_table(case: str) -> None:
    for entry in entry_points(case).values():
        for variable, about in entry["options"].items():
            assert about["description"] == WORDS[variable]
            assert set(about) - {"description", "elements", "required", "no_log", "choices", "default"} == {"type"}
        assert all(len(line) <= generated.WIDTH for line in generated.specification(case).splitlines())


@pytest.mark.parametrize("case", procedure.CASES)
def test_every_entry_point_of_a_role_is_specified_with_its_variables(case: str) -> None:
    entries = entry_points(case)
    tasks = generated.specification_path(case).parents[1].glob("tasks/*.yml")
    assert set(entries) == {path.stem for path in tasks}
    assert entries["audit"]["options"] == entries["main"]["options"]
    assert set(entries["rotate_key"]["options"]) - set(entries["main"]["options"]) == ONLY_TO_ROTATE
    assert set(entries["main"]["options"]) | ONLY_TO_ROTATE == {
        setting.variable for setting in SETTINGS if case in setting.cases
    }


def test_every_variable_stands_once_and_is_an_option_or_has_a_type() -> None:
    assert len(WORDS) == len(SETTINGS)
    for setting in SETTINGS:
        assert setting.options or setting.otherwise["type"]
        assert set(setting.options) <= set(procedure.MODULES)


def test_what_a_value_may_be_is_the_options() -> None:
    options = entry_points("management")["rotate_key"]["options"]
    assert options["finops_account_id"]["type"] == "raw" and options["finops_account_id"]["required"]
    assert options["finops_secret_store"]["choices"] == ["platform", "secretsmanager", "ssm", "file"]
    assert options["finops_policy_variant"]["choices"] == ["documented", "least_privilege"]
    assert options["finops_key_max_age_days"]["default"] == 90
    assert options["finops_tags"]["type"] == "dict"
    assert options["finops_aws_profile"]["type"] == "str"
    assert "no_log" not in options["finops_secret_store_name"]


def test_the_readme_lists_every_variable_and_no_other() -> None:
    readme = (generated.CHECKOUT / "README.md").read_text()
    rows = re.findall(r"^\| (`finops_.*?) \|", readme, re.MULTILINE)
    patterns = re.findall(r"`(finops_[a-z_*]+)`", " ".join(rows))
    assert patterns
    playbooks = "".join(path.read_text() for path in (generated.CHECKOUT / "playbooks").glob("*.yml"))
    known = {*WORDS, *re.findall(r"(finops_[a-z_]+) \| default\(", playbooks), whole_inventory.VARIABLE}
    assert [variable for variable in known if not any(fnmatchcase(variable, pattern) for pattern in patterns)] == []
    assert [pattern for pattern in patterns if not any(fnmatchcase(variable, pattern) for variable in known)] == []
