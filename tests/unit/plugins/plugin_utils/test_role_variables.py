# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the roles reach the options of the steps' modules."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import argument_spec
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._role_variables import (
    VARIABLES,
    RoleVariables,
    readers_names,
)

# The options that are no variables, by reason; with a module before it, the option of that module alone.
NOT_FROM_VARIABLES = {
    "the case decides it": {"case", "policies", "type", "data_source"},
    "the intent decides it": {"rotate", "retire", "last_use", "removal", "switch"},
    "the visit hands it on from step to step": {
        "session",
        "known",
        "fleet",
        "delivered",
        "variables",
        "report",
        "leaving",
        "also",
        "members",
        "cur:billing_view",
        "billing_gap:bill",
        "billing_gap:reimport",
        "why",
        "month",
        "about",
        "role_pending",
    },
    "earlier audits know it": {"known_costs"},
    "it is where the report lies": {"backfill:folder"},
    "only for tasks that call a module by its name": {
        "state",
        "access_key_id",
        "secret_access_key",
        "cost_explorer_months",
        "description",
        "max_session_duration",
    },
    "amazon.aws's; the environment and the profile say it": {
        "aws_ca_bundle",
        "aws_config",
        "debug_botocore_endpoint_logs",
        "validate_certs",
    },
}


try:
    from ansible.template import trust_as_template as trusted

    # What every task has; from ansible-core 2.19 on templates know omit by themselves.
    OF_A_TASK: dict[str, str] = {}
except ImportError:
    OF_A_TASK = {"omit": "__omit_place_holder__"}

    def trusted(value: str) -> str:
        """A template as an inventory has it; before ansible-core 2.19 every text is one."""
        return value


def spec(module: str) -> dict[str, Any]:
    core = importlib.import_module("ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources." + module)
    return argument_spec(core.RESOURCE, info=False)


def role_variables(**variables: Any) -> RoleVariables:
    variables = {**OF_A_TASK, **variables}
    return RoleVariables(variables, Templar(loader=DataLoader(), variables=variables))


@pytest.mark.parametrize("module", sorted(VARIABLES))
def test_every_option_has_its_variable_or_a_reason_to_have_none(module: str) -> None:
    reasoned = set().union(*NOT_FROM_VARIABLES.values())
    assert set(VARIABLES[module]) == {
        option for option in spec(module) if not {option, f"{module}:{option}"} & reasoned
    }


def test_an_option_with_a_reason_to_have_no_variable_exists() -> None:
    options = {name for module in VARIABLES for option in spec(module) for name in (option, f"{module}:{option}")}
    assert set().union(*NOT_FROM_VARIABLES.values()) <= options


def test_connecting_alone_looks_at_what_is_in_the_way() -> None:
    variables = role_variables(finops_case="member")
    asking = {intent: variables.options("account", intent)["preflight"] for intent in procedure.INTENTS}
    assert [intent for intent, asks in asking.items() if asks] == ["connect", "prepare"]
    without = role_variables(finops_case="member", finops_preflight="no")
    assert without.options("account", procedure.CONNECT)["preflight"] is False


def test_the_data_source_that_a_key_is_handed_to_has_the_options_of_its_own_module() -> None:
    variables = {variable: variable for variable in VARIABLES["data_source"].values()}
    handed = role_variables(finops_case="standalone", **variables).options("access_key")["data_source"]
    assert set(handed) == set(spec("access_key")["data_source"]["options"])
    assert handed.pop("type") == "standalone"
    assert handed == {option: VARIABLES["data_source"][option] for option in handed}


@pytest.mark.parametrize("module", sorted(VARIABLES))
def test_an_account_without_settings_gets_every_default(module: str) -> None:
    options = role_variables(finops_account_id="111122223333", finops_case="member").options(module)
    options.update({"bill": {}} if module == "billing_gap" else {})
    assert ArgumentSpecValidator(spec(module)).validate(options).error_messages == []


def test_what_is_templated_to_omit_or_to_nothing_is_left_out() -> None:
    variables = {
        "finops_case": "member",
        "finops_account_id": "111122223333",
        "finops_user_name": trusted("{{ not_set | default(omit) }}"),
        "finops_cur_bucket": None,
    }
    options = role_variables(**variables).options("access_key")
    assert options == {"account_id": "111122223333", "data_source": {"type": "linked"}}


def test_a_template_that_fails_is_named() -> None:
    variables = role_variables(finops_case="member", finops_account_id=trusted("{{ not_set }}"))
    with pytest.raises(AnsibleActionFail, match="finops_account_id: .*not_set"):
        variables.options("user")


@pytest.mark.parametrize("case", [None, "Member", "payer"])
def test_a_case_that_is_none_is_named(case: str | None) -> None:
    with pytest.raises(AnsibleActionFail, match="finops_case: .*management, member, standalone"):
        role_variables(finops_case=case).options("user")


@pytest.mark.parametrize(("now", "rotate"), [(None, "when_old"), ("yes", "now"), (False, "when_old")])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_rotation_retires_the_old_key_at_once_only_in_check_mode(now: Any, rotate: str, check_mode: bool) -> None:
    variables = role_variables(finops_case="member", finops_rotate_now=now, ansible_check_mode=check_mode)
    options = variables.options("access_key", procedure.ROTATE)
    assert (options["rotate"], options["retire"]) == (rotate, check_mode)
    assert "rotate" not in variables.options("access_key")
    assert "rotate" not in variables.options("account", procedure.ROTATE)


def test_an_offboarding_removes_whatever_the_case_and_asks_whether_it_may() -> None:
    variables = role_variables(finops_case="member", finops_confirm_delete_history=True, finops_purge_bucket=True)
    removal = {module: variables.options(module, procedure.OFFBOARD) for module in VARIABLES}
    assert (removal["account"]["removal"], removal["account"]["confirm_delete_history"]) == (True, True)
    assert removal["policy"]["policies"] == ["billing_import", "resource_discovery"]
    assert all(
        removal[module]["state"] == "absent" for module in ("data_source", "access_key", "user", "policy", "cur")
    )
    assert removal["cur"]["purge_bucket"] is True
    assert "removal" not in variables.options("account")


def test_an_audit_asks_when_the_key_was_last_used() -> None:
    variables = role_variables(finops_case="member")
    assert variables.options("access_key", procedure.AUDIT)["last_use"] is True
    assert "last_use" not in variables.options("access_key")


def test_readers_of_errors_see_variables() -> None:
    assert readers_names("cur")["prefix"] == "finops_cur_prefix"
    assert readers_names("access_key")["cur_prefix"] == "finops_cur_prefix"
    assert readers_names("user")["name"] == "finops_user_name"
    assert readers_names("account")["region"] == "finops_aws_region"


@pytest.mark.parametrize(
    ("account", "begins"), [("111122223333", "Account 111122223333: "), (True, ""), (None, ""), (["1"], ""), ("x", "")]
)
def test_an_error_of_a_variable_names_the_account_only_where_it_is_one(account: Any, begins: str) -> None:
    variables = role_variables(finops_account_id=account, finops_case="member", finops_policy_variant=["generous"])
    with pytest.raises(AnsibleActionFail) as error:
        variables.check({module: {**spec(module), "variant": {"choices": ["documented"]}} for module in VARIABLES})
    assert str(error.value).startswith(begins + "value of finops_policy_variant")


def test_each_variable_is_templated_once_for_all_steps() -> None:
    class Counting(Templar):
        templated = 0

        def template(self, *given: Any, **named: Any) -> Any:
            # Before ansible-core 2.19 it calls itself for the values of a mapping.
            self.templated += isinstance(given[0], dict)
            return super().template(*given, **named)

    variables = {"finops_account_id": "111122223333", "finops_case": "member"}
    templar = Counting(loader=DataLoader(), variables=variables)
    shared = RoleVariables(variables, templar)
    for module in VARIABLES:
        shared.options(module)
    assert templar.templated == len(variables)
