# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variable of the roles each option of a step's module comes from.

The same in Jinja, a template for each option, would be compiled anew in every worker that Ansible forks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import TARGET_OPTIONS
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report import known_costs
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.files import FOLDER
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._settings_table import SETTINGS

VARIABLES: dict[str, dict[str, str]] = {
    module: {setting.options[module]: setting.variable for setting in SETTINGS if module in setting.options}
    for module in procedure.MODULES
}
# What is a data source's own is said again where a key is handed to it.
_DATA_SOURCE = {option: variable for option, variable in VARIABLES["data_source"].items() if option in TARGET_OPTIONS}
# Looking at an account checks the options that the core names in its texts wherever they were given.
_NAMES = {**VARIABLES["account"], "case": "finops_case"}


def readers_names(module: str) -> dict[str, str]:
    """What who reads an error of a module calls its options: the variables that they come from."""
    return {**_NAMES, **VARIABLES[module]}


class RoleVariables:
    """A host's variables, of which those that are set become the options of a step's module; each is templated once."""

    def __init__(self, task_vars: Mapping[str, Any], templar: Any) -> None:
        self._task_vars = task_vars
        self._templar = templar
        self._templated: dict[str, Any] = {}

    def options(self, module: str, intent: str = procedure.CONNECT) -> dict[str, Any]:
        """The module's options for an intent; AnsibleActionFail names the variable whose template fails."""
        # An account_id that is missing is refused with its variable's name by the module's own check of its value.
        options = {"account_id": None, **self._values(VARIABLES[module]), **procedure.options(self._case(), module)}
        if module == "account":
            options["preflight"] = intent in procedure.CONNECTING and boolean(options.get("preflight", True))
        if intent == procedure.OFFBOARD:
            options.update(procedure.removal(module))
        if module == "account":
            confirmed = boolean(options.pop("permanent_switch", False)) or self._task_vars.get(
                "ansible_check_mode", False
            )
            if intent == procedure.TO_ROLE and self.asked_auth != procedure.ACCESS_KEY:
                options["permanent_switch"] = confirmed
        if module == "data_source" and intent == procedure.TO_ROLE:
            options.update(auth=procedure.ROLE, switch=True)
        if module == "access_key":
            options["data_source"] = {**options["data_source"], **self._values(_DATA_SOURCE)}
        if module == "access_key" and intent == procedure.AUDIT:
            options["last_use"] = True
        if module == "access_key" and intent == procedure.ROTATE:
            options.update(self._rotation())
        if module == "access_key" and intent == procedure.AUDIT:
            options["rotate"] = "when_old"
        if module in ("delivery", "backfill"):
            folder = self._values({"folder": "finops_report_dir"}).get("folder", FOLDER)
        if module == "backfill":
            options["folder"] = str(folder)
        if module == "delivery":
            options["known_costs"] = known_costs.known(str(folder), str(options["account_id"]))
        return options

    @property
    def asked_auth(self) -> str | None:
        """What the platform is to work with, None where the variable for it is not set."""
        return self._values({"auth": VARIABLES["account"]["auth"]}).get("auth")

    def _case(self) -> str:
        case = str(self._values({"case": "finops_case"}).get("case"))
        if case not in procedure.CASES:
            raise AnsibleActionFail(
                "finops_case: {0!r} is none of {1}; the roles of these names set it".format(
                    case, ", ".join(procedure.CASES)
                )
            )
        return case

    def _rotation(self) -> dict[str, Any]:
        """The whole fleet switches before the first old key is deactivated; check mode announces both at once."""
        now = self._values({"now": "finops_rotate_now"}).get("now", False)
        return {"rotate": "now" if boolean(now) else "when_old", "retire": self._task_vars["ansible_check_mode"]}

    def check(self, argument_specs: Mapping[str, Mapping[str, Any]]) -> None:
        """Check the types and choices of all variables, whichever step uses them; AnsibleActionFail names the bad ones.

        argument_specs: by module.
        """
        checked = ("type", "elements", "choices", "no_log")
        spec = {}
        for setting in SETTINGS:
            about = setting.specification(argument_specs)
            spec[setting.variable] = {key: about[key] for key in checked if key in about}
        validation = ArgumentSpecValidator(spec).validate(self._values({variable: variable for variable in spec}))
        if validation.error_messages:
            raise AnsibleActionFail(self._of_account() + ", ".join(validation.error_messages))

    def _of_account(self) -> str:
        """How an error names the account, where the variable for it says one."""
        account = self._values({"account_id": VARIABLES["account"]["account_id"]}).get("account_id")
        return f"Account {account}: " if isinstance(account, str) and account.isdigit() else ""

    def _values(self, variables: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for option, variable in variables.items():
            if variable in self._task_vars:
                found.update((option, value) for value in self._value(variable))
        return found

    def _value(self, variable: str) -> list[Any]:
        """The value, or none where the variable is null or its template says omit."""
        if variable not in self._templated:
            try:
                # In a mapping, which ansible-core 2.19 and later leave the value out of.
                value: dict[str, Any] = self._templar.template({variable: self._task_vars[variable]})
            except AnsibleError as error:
                raise AnsibleActionFail("{0}: {1}".format(variable, error)) from error
            nothing = (None, self._task_vars.get("omit"))
            self._templated[variable] = [found for found in value.values() if found not in nothing]
        return self._templated[variable]
