# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's objects: taken by the modules' own specifications, whole, consistent, and without secrets in sight."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import argument_spec
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._settings_table import SETTINGS
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._shell import RESOURCES
from tests.awx_objects import CHECKOUT, EVERYTHING, objects, sent, specification, tasks

# Made beside this: the two halves of onboard; and playbooks that are for no job of a controller.
NO_JOBS = {"playbooks/awx.yml", "playbooks/merge_reports.yml"}


@pytest.fixture(scope="module")
def variables() -> dict[str, Any]:
    return objects(**EVERYTHING)


@pytest.mark.parametrize("settings", [{}, EVERYTHING], ids=["as shipped", "everything"])
def test_every_object_is_accepted_by_its_modules_own_specification(settings: dict[str, str]) -> None:
    pytest.importorskip("ansible_collections.awx.awx.plugins.modules.organization", reason="awx.awx is not installed")
    found = list(sent(objects(**settings)))
    assert len(found) > 40
    for module, arguments in found:
        asked = specification(module)
        validator = ArgumentSpecValidator(
            asked["argument_spec"],
            mutually_exclusive=asked.get("mutually_exclusive"),
            required_if=asked.get("required_if"),
        )
        assert validator.validate(arguments).error_messages == [], (module, arguments)


def test_nothing_that_stands_in_the_data_is_left_out_by_the_playbook(variables: dict[str, Any]) -> None:
    used: dict[str, set[str]] = {}
    for dummy, loop, arguments, task in tasks():
        used.setdefault(loop, set()).update(re.findall(r"item\.(\w+)", f"{arguments} {task.get('when')}"))
    for loop, names in used.items():
        assert {key for item in variables[loop] for key in item} <= names, loop


def test_every_playbook_that_people_launch_has_a_job_template(variables: dict[str, Any]) -> None:
    playbooks = {f"playbooks/{path.name}" for path in (CHECKOUT / "playbooks").glob("*.yml")}
    launched = {template["playbook"] for template in variables["finops_awx_job_templates"]}
    assert playbooks - launched == NO_JOBS
    assert launched < playbooks


def test_a_survey_asks_for_variables_that_there_are_and_for_no_secret(variables: dict[str, Any]) -> None:
    known = {setting.variable: setting for setting in SETTINGS}
    questions = [
        question
        for template in variables["finops_awx_job_templates"]
        for question in template.get("survey_spec", {}).get("spec", ())
    ]
    assert len(questions) >= 6
    for question in questions:
        setting = known[question["variable"]]
        for resource, option in setting.options.items():
            if resource in RESOURCES:
                assert not argument_spec(RESOURCES[resource], info=False)[option].get("no_log"), question
        assert question["default"] in question["choices"] and question["required"]
    assert {q["default"] for q in questions} == {"false"}


def test_every_confirmation_is_a_survey_answer(variables: dict[str, Any]) -> None:
    asked = re.findall(r"'variable': '(\w+)'", str(variables["finops_awx_job_templates"]))
    confirmed = {"finops_confirm_permanent_switch", "finops_confirm_delete_history", "finops_purge_bucket"}
    assert confirmed | {"finops_delete_legacy_cur"} <= set(asked)


def test_secrets_reach_a_job_as_environment_or_file_and_are_asked_for_as_secrets(variables: dict[str, Any]) -> None:
    for kind in variables["finops_awx_credential_types"]:
        assert set(kind["injectors"]) <= {"env", "file"}
        secrets = {field["id"] for field in kind["inputs"]["fields"] if field.get("secret")}
        assert secrets == {"token"} or secrets == {"credentials_file"}
    for dummy, arguments in sent(variables):
        assert "extra_vars" not in arguments


def test_the_platforms_credential_and_the_inventory_name_the_same_environment(variables: dict[str, Any]) -> None:
    text = (CHECKOUT / "inventories" / "awx" / "group_vars" / "all.yml").read_text()
    looked_up = set(re.findall(r"'ansible.builtin.env', '(\w+)'", text))
    platform = variables["finops_awx_credential_types"][0]
    assert set(platform["injectors"]["env"]) == looked_up
    code = "".join(line for line in text.splitlines() if not line.startswith("#"))
    assert "finops_aws_profile" not in code


def test_connecting_is_one_job_and_preparing_is_shared(variables: dict[str, Any]) -> None:
    templates = {template["name"]: template for template in variables["finops_awx_job_templates"]}
    assert templates["FinOps connect"]["job_slice_count"] == 1
    assert templates["FinOps connect"]["allow_simultaneous"] is False
    assert templates["FinOps prepare"]["job_slice_count"] == 4
    assert templates["FinOps offboard"]["limit"] == "choose-an-account"


def way(variables: dict[str, Any], workflow: str) -> list[str]:
    """The nodes of a workflow in the order in which they run."""
    nodes = {
        node["identifier"]: node
        for node in variables["finops_awx_workflow_nodes"]
        if node["workflow_job_template"] == workflow
    }
    following = {name: [*node.get("always_nodes", ()), *node.get("success_nodes", ())] for name, node in nodes.items()}
    (first,) = set(nodes) - {name for names in following.values() for name in names}
    found = [first]
    while following[found[-1]]:
        found += following[found[-1]]
    assert len(found) == len(nodes)
    return found


def test_the_workflows_run_as_they_say(variables: dict[str, Any]) -> None:
    assert way(variables, "FinOps onboard") == ["check", "prepare", "connect", "audit"]
    assert way(variables, "FinOps heal drift") == ["check", "approval", "prepare", "connect", "audit"]
    (approval,) = (node for node in variables["finops_awx_workflow_nodes"] if "approval_node" in node)
    assert approval["success_nodes"] == ["prepare"] and "always_nodes" not in approval


def test_what_is_named_is_made(variables: dict[str, Any]) -> None:
    made: dict[str, set[Any]] = {module: set() for module, *dummy in tasks()}
    for module, arguments in sent(variables):
        made[module].add(arguments.get("name"))
    templates = made["job_template"] | made["workflow_job_template"] | made["inventory_source"]
    for dummy, arguments in sent(variables):
        assert {arguments.get("unified_job_template", "FinOps audit")} <= templates
        assert set(arguments.get("credentials", ())) <= made["credential"]
        assert {arguments.get("project", "FinOps for Cloud")} <= made["project"]
        assert {arguments.get("execution_environment", "FinOps for Cloud")} <= made["execution_environment"]
        assert {arguments.get("inventory", "AWS organization")} <= made["inventory"]
        assert set(arguments.get("notification_templates_error", ())) <= made["notification_template"]
