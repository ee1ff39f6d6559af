# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the roles reach the options of the steps' modules."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.module import argument_spec
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.role_variables import VARIABLES, RoleVariables

CHECKOUT = Path(__file__).resolve().parents[4]
# Set by the steps themselves, or for tasks that call a module by its name.
NOT_FROM_VARIABLES = {"session", "state", "known", "fleet", "rotate", "retire", "access_key_id", "secret_access_key"}
# Of amazon.aws's connection options; the environment and the profile say these.
NOT_OFFERED = {"aws_ca_bundle", "aws_config", "debug_botocore_endpoint_logs", "validate_certs"}
OF_THE_ROLES_THEMSELVES = {"finops_case", "finops_policies", "finops_data_source_type"}


def spec(module: str) -> dict[str, Any]:
    core = importlib.import_module("ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources." + module)
    return argument_spec(core.RESOURCE, info=False)


def role_variables(**variables: Any) -> RoleVariables:
    return RoleVariables(variables, Templar(loader=DataLoader(), variables=variables))


@pytest.mark.parametrize("module", sorted(VARIABLES))
def test_every_option_has_its_variable(module: str) -> None:
    nested = {"data_source"} if module == "access_key" else set()
    assert set(VARIABLES[module]) | nested == set(spec(module)) - NOT_FROM_VARIABLES - NOT_OFFERED


def test_the_variables_are_those_that_the_roles_document() -> None:
    text = (CHECKOUT / "roles" / "management" / "meta" / "argument_specs.yml").read_text()
    documented = set(yaml.safe_load(text)["argument_specs"]["rotate_key"]["options"])
    used = {variable for variables in VARIABLES.values() for variable in variables.values()}
    # These two say how a module is run.
    assert used - OF_THE_ROLES_THEMSELVES == documented - {"finops_in_process", "finops_rotate_now"}


@pytest.mark.parametrize("module", sorted(VARIABLES))
def test_an_account_without_settings_gets_every_default(module: str) -> None:
    options = role_variables(finops_account_id="111122223333", finops_case="member").options(module)
    assert ArgumentSpecValidator(spec(module)).validate(options).error_messages == []


def test_what_is_templated_to_omit_or_to_nothing_is_left_out() -> None:
    variables = {
        "finops_account_id": "111122223333",
        "finops_user_name": trust_as_template("{{ not_set | default(omit) }}"),
        "finops_cur_bucket": None,
    }
    assert role_variables(**variables).options("access_key") == {"account_id": "111122223333", "data_source": {}}


def test_a_template_that_fails_is_named() -> None:
    variables = role_variables(finops_account_id=trust_as_template("{{ not_set }}"))
    with pytest.raises(AnsibleActionFail, match="finops_account_id: .*not_set"):
        variables.options("user")


@pytest.mark.parametrize(
    ("account", "begins"), [("111122223333", "Account 111122223333: "), (True, ""), (None, ""), (["1"], ""), ("x", "")]
)
def test_an_error_of_a_variable_names_the_account_only_where_it_is_one(account: Any, begins: str) -> None:
    variables = role_variables(finops_account_id=account, finops_case="member", finops_policy_variant=["generous"])
    with pytest.raises(AnsibleActionFail) as error:
        variables.check({module: {**spec(module), "variant": {"choices": ["documented"]}} for module in VARIABLES})
    assert str(error.value).startswith(begins + "value of finops_policy_variant")
