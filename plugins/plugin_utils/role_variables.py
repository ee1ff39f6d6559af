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

_ACCOUNT = {
    "account_id": "finops_account_id",
    "profile": "finops_aws_profile",
    "access_key": "finops_aws_access_key",
    "secret_key": "finops_aws_secret_key",
    "session_token": "finops_aws_session_token",
    "region": "finops_aws_region",
    "endpoint_url": "finops_aws_endpoint_url",
    "assume_role_arn": "finops_assume_role_arn",
    "assume_role_external_id": "finops_assume_role_external_id",
}
_PLATFORM = {
    "platform_url": "finops_platform_url",
    "platform_organization_id": "finops_platform_organization_id",
    "platform_token": "finops_platform_token",
    "platform_email": "finops_platform_email",
    "platform_password": "finops_platform_password",
    "platform_ca_path": "finops_platform_ca_path",
}
_SECRET_STORE = {
    "secret_store": "finops_secret_store",
    "secret_store_name": "finops_secret_store_name",
    "secret_store_region": "finops_secret_store_region",
    "secret_store_kms_key_id": "finops_secret_store_kms_key_id",
    "secret_store_role_arn": "finops_secret_store_role_arn",
    "secret_store_folder": "finops_secret_store_folder",
}
_REPORT = {
    "cur_name": "finops_cur_name",
    "cur_bucket": "finops_cur_bucket",
    "cur_prefix": "finops_cur_prefix",
}
_DATA_SOURCE = {"name": "finops_data_source_name", **_REPORT}

VARIABLES: dict[str, dict[str, str]] = {
    "account": {
        **_ACCOUNT,
        **_PLATFORM,
        **_SECRET_STORE,
        **_REPORT,
        "cur_bucket_region": "finops_cur_bucket_region",
        "policy_variant": "finops_policy_variant",
        "user_name": "finops_user_name",
        "permissions_boundary": "finops_permissions_boundary",
        "data_source_name": "finops_data_source_name",
        "tags": "finops_tags",
    },
    "cur": {
        **_ACCOUNT,
        "name": "finops_cur_name",
        "bucket": "finops_cur_bucket",
        "bucket_region": "finops_cur_bucket_region",
        "prefix": "finops_cur_prefix",
        "allow_replace": "finops_cur_allow_replace",
        "tags": "finops_tags",
    },
    "policy": {
        **_ACCOUNT,
        "variant": "finops_policy_variant",
        "bucket": "finops_cur_bucket",
        "prefix": "finops_cur_prefix",
        "tags": "finops_tags",
    },
    "user": {
        **_ACCOUNT,
        "name": "finops_user_name",
        "permissions_boundary": "finops_permissions_boundary",
        "tags": "finops_tags",
    },
    "access_key": {
        **_ACCOUNT,
        **_PLATFORM,
        **_SECRET_STORE,
        "user_name": "finops_user_name",
        "max_age_days": "finops_key_max_age_days",
        "grace_days": "finops_key_grace_days",
        "drain_seconds": "finops_key_drain_seconds",
    },
    "data_source": {**_ACCOUNT, **_PLATFORM, **_DATA_SOURCE},
}


_HOW_TO_RUN = {"finops_in_process": {"type": "bool"}, "finops_rotate_now": {"type": "bool"}}
# Of the options that the core names in its texts wherever they were given, the variables.
_NAMES = {
    **_ACCOUNT,
    **_PLATFORM,
    **_SECRET_STORE,
    **_REPORT,
    "cur_bucket_region": "finops_cur_bucket_region",
    "policy_variant": "finops_policy_variant",
    "user_name": "finops_user_name",
    "permissions_boundary": "finops_permissions_boundary",
    "data_source_name": "finops_data_source_name",
    "tags": "finops_tags",
    "case": "finops_case",
}


def readers_names(module: str) -> dict[str, str]:
    """What who reads an error of a module calls its options: the variables that they come from."""
    return {**_NAMES, **VARIABLES[module]}


class RoleVariables:
    """A host's variables, of which those that are set become the options of a step's module."""

    def __init__(self, task_vars: Mapping[str, Any], templar: Any) -> None:
        self._task_vars = task_vars
        self._templar = templar

    def options(self, module: str, intent: str = procedure.CONNECT) -> dict[str, Any]:
        """The module's options for an intent; AnsibleActionFail names the variable whose template fails."""
        # An account_id that is missing is refused with its variable's name by the module's own check of its value.
        options = {"account_id": None, **self._values(VARIABLES[module]), **procedure.options(self._case(), module)}
        if module == "access_key":
            options["data_source"] = {**options["data_source"], **self._values(_DATA_SOURCE)}
        if module == "access_key" and intent == procedure.ROTATE:
            options.update(self._rotation())
        return options

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
        spec = dict(_HOW_TO_RUN)
        for module, variables in VARIABLES.items():
            for option, variable in variables.items():
                about = argument_specs[module][option]
                spec[variable] = {key: about[key] for key in ("type", "elements", "choices", "no_log") if key in about}
        validation = ArgumentSpecValidator(spec).validate(self._values({variable: variable for variable in spec}))
        if validation.error_messages:
            raise AnsibleActionFail(self._of_account() + ", ".join(validation.error_messages))

    def _of_account(self) -> str:
        """How an error names the account, where the variable for it says one."""
        account = self._values({"account_id": _ACCOUNT["account_id"]}).get("account_id")
        return f"Account {account}: " if isinstance(account, str) and account.isdigit() else ""

    def _values(self, variables: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for option, variable in variables.items():
            if variable in self._task_vars:
                found.update(self._value(option, variable))
        return found

    def _value(self, option: str, variable: str) -> dict[str, Any]:
        """A mapping, since what is templated to omit is left out of it."""
        try:
            value: dict[str, Any] = self._templar.template({option: self._task_vars[variable]})
        except AnsibleError as error:
            raise AnsibleActionFail("{0}: {1}".format(variable, error)) from error
        return {} if value.get(option) == self._task_vars.get("omit") else value
