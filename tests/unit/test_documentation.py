# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is documented is what there is: options, roles, the action group and the action plugins."""

from __future__ import annotations

import importlib
import json
import subprocess
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import argument_spec

CHECKOUT = Path(__file__).resolve().parents[2]
ACTION_ONLY = {"fleet", "history", "recap", "report", "step"}
MODULES = {path.stem for path in CHECKOUT.glob("plugins/modules/*.py")} - ACTION_ONLY
ROLES = ("management", "member", "standalone")
ABOUT_AN_OPTION = ("type", "elements", "required", "default", "choices", "aliases")
ABSENT = {"required": False, "default": None, "elements": None, "choices": None, "aliases": [], "type": "str"}


@pytest.fixture(scope="module")
def documented() -> dict[str, Any]:
    """What ansible-doc knows of each module, by its short name."""
    names = {"finops_for_cloud.aws." + name: name for name in MODULES | ACTION_ONLY}
    command = [Path(sysconfig.get_path("scripts")) / "ansible-doc", "--type", "module", "--json", *names]
    found = json.loads(subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=True).stdout)
    return {names[name]: about for name, about in found.items()}


def facts(options: Mapping[str, Mapping[str, Any]], nested: str) -> dict[str, Any]:
    """What documentation and argument specification must agree on, for each option."""
    return {
        name: {
            **{key: option.get(key, ABSENT[key]) for key in ABOUT_AN_OPTION},
            "aliases": sorted(option.get("aliases") or []),
            "options": facts(option.get(nested) or {}, nested),
        }
        for name, option in options.items()
    }


def role_options(role: str) -> dict[str, Any]:
    text = (CHECKOUT / "roles" / role / "meta" / "argument_specs.yml").read_text()
    return yaml.safe_load(text)["argument_specs"]["main"]["options"]


@pytest.mark.parametrize("module", sorted(MODULES))
def test_documented_options_are_those_of_the_argument_spec(documented: dict[str, Any], module: str) -> None:
    core = importlib.import_module(
        "ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources." + module.removesuffix("_info")
    )
    spec = argument_spec(core.RESOURCE, module.endswith("_info"))
    assert facts(documented[module]["doc"]["options"], "suboptions") == facts(spec, "options")


@pytest.mark.parametrize("module", sorted(MODULES | ACTION_ONLY))
def test_every_example_is_a_task_with_options_that_exist(documented: dict[str, Any], module: str) -> None:
    tasks = yaml.safe_load(documented[module]["examples"])
    assert any("finops_for_cloud.aws." + module in task for task in tasks)
    for task in tasks:
        for name, about in documented.items():
            assert set(task.get("finops_for_cloud.aws." + name) or {}) <= set(about["doc"].get("options", {}))


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_belongs_to_the_action_group_and_says_so(documented: dict[str, Any], module: str) -> None:
    assert documented[module]["doc"]["attributes"]["action_group"]["membership"] == ["finops_for_cloud.aws.aws"]


def test_the_action_group_is_all_modules_with_options() -> None:
    groups = yaml.safe_load((CHECKOUT / "meta" / "runtime.yml").read_text())["action_groups"]
    assert groups == {"aws": sorted(MODULES)}


def test_the_procedure_has_every_module_of_an_account() -> None:
    assert set(procedure.MODULES) == {module.removesuffix("_info") for module in MODULES}


def test_a_step_takes_the_modules_of_the_procedure(documented: dict[str, Any]) -> None:
    assert documented["step"]["doc"]["options"]["module"]["choices"] == list(procedure.MODULES)


def test_every_module_is_routed_to_the_one_action_plugin_that_runs_the_core() -> None:
    routing = yaml.safe_load((CHECKOUT / "meta" / "runtime.yml").read_text())["plugin_routing"]["modules"]
    assert routing == {name: {"action_plugin": "finops_for_cloud.aws.account"} for name in MODULES - {"account"}}
    assert {path.stem for path in CHECKOUT.glob("plugins/action/*.py")} == ACTION_ONLY | {"account"}


def test_roles_take_the_same_variables_but_a_member_has_no_report() -> None:
    management, member, standalone = (set(role_options(role)) for role in ROLES)
    assert management - standalone == {"finops_cost_explorer"} and standalone < management
    of_reports = {name for name in management if name.startswith("finops_cur_")} | {
        "finops_wait_for_delivery",
        "finops_billing_view_arn",
        "finops_reimport",
        "finops_first_cost_month",
        "finops_file_support_case",
        "finops_backfill_tags",
        "finops_delete_legacy_cur",
        "finops_purge_bucket",
    }
    assert standalone - member == of_reports
    assert member - management == {"finops_wake_members"}


def test_the_roles_defaults_are_the_documented_settings() -> None:
    options = role_options("management")
    # Without it a report that works stays where it is.
    assert "default" not in options["finops_cur_prefix"]
    assert options["finops_user_name"]["default"] == settings.USER_NAME
    assert options["finops_policy_variant"]["default"] == settings.VARIANTS[0]


def test_secrets_are_marked_as_such_in_the_roles() -> None:
    secret = {name for name, option in role_options("management").items() if option.get("no_log")}
    assert secret == {
        "finops_aws_secret_key",
        "finops_aws_session_token",
        "finops_platform_token",
        "finops_platform_password",
    }


def test_the_example_inventory_has_every_case_and_only_variables_that_exist() -> None:
    loader = DataLoader()
    folder = CHECKOUT / "inventories" / "example"
    inventory = loader.load_from_file(str(folder / "inventory.yml"))
    assert set(inventory) == set(procedure.CASES)
    known = set(role_options("management"))
    for group in inventory.values():
        for variables in group["hosts"].values():
            assert set(variables) <= known
            settings.account_id(str(variables["finops_account_id"]))
    for path in folder.parent.glob("[eo]*/group_vars/*.yml"):
        assert set(loader.load_from_file(str(path))) <= known
