# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One step of an account's way to the platform; the roles loop over these.

All items of a loop run in the one worker process that Ansible forks for a task and host. So an account costs one fork
however many steps it takes, logs in once, and keeps its connections from step to step.
"""

from __future__ import annotations

import dataclasses
import random
import time
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import argument_spec
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._session import Clients
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.role_variables import VARIABLES, RoleVariables
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.shell import RESOURCES
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.shell import ActionModule as Shell


@dataclasses.dataclass
class Account:
    """What an account's steps hand on to the later ones."""

    clients: Clients | None = None
    session: str | None = None
    data_source: dict[str, Any] | None = None
    has_failed: bool = False

    def handed_on(self, module: str) -> dict[str, Any]:
        """Options for a later step."""
        options: dict[str, Any] = {"session": self.session}
        if module in ("access_key", "data_source"):
            options["known"] = self.data_source
        return options

    def note(self, result: dict[str, Any], clients: Clients | None) -> None:
        """Keep what a step has found out."""
        self.clients = clients or self.clients
        self.session = result.get("session", self.session)
        self.data_source = result.get("data_source", self.data_source)


# Seconds between the first calls of workers that begin together.
_APART = 0.02
_ACCOUNTS: dict[str, Account] = {}


class ActionModule(Shell):
    """Runs a module with options from the variables of the roles."""

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The module's result, or why it was left out."""
        super(Shell, self).run(tmp, task_vars)
        task_vars = task_vars or {}
        given = self.validate_argument_spec(
            {
                "module": {"type": "str", "choices": list(VARIABLES), "required": True},
                "options": {"type": "dict", "default": {}},
            }
        )[1]
        module, host = given["module"], task_vars["inventory_hostname"]
        if module == "account" or host not in _ACCOUNTS:
            _ACCOUNTS[host] = Account()
        account = _ACCOUNTS[host]
        if account.has_failed:
            return {"changed": False, "skipped": True, "skip_reason": "an earlier step failed", "module": module}
        # Until it has ended well.
        account.has_failed = True
        result = self._run_step(module, given["options"], account, task_vars)
        account.has_failed = bool(result.get("failed"))
        return {**result, "module": module}

    def _run_step(
        self, module: str, given: dict[str, Any], account: Account, task_vars: dict[str, Any]
    ) -> dict[str, Any]:
        variables = RoleVariables(task_vars, self._templar)
        options = account.handed_on(module)
        if module == "account":
            variables.check({name: argument_spec(RESOURCES[name], info=False) for name in VARIABLES})
            _spread_out(task_vars)
            options["fleet"] = (
                task_vars.get("finops_fleet", {}).get("accounts", {}).get(task_vars["inventory_hostname"])
            )
        options = {**variables.options(module), **options, **given}
        lacks = _lacks(module, options)
        if lacks:
            return {"changed": False, "skipped": True, "skip_reason": lacks}
        result = self.run_module(module, options, task_vars, account.clients)
        account.note(result, self.clients)
        return result


def _spread_out(task_vars: dict[str, Any]) -> None:
    """Let the workers that begin a run together call AWS one after the other; those that follow are apart by themselves."""
    forks, hosts = int(task_vars.get("ansible_forks", 1)), task_vars.get("ansible_play_batch", [])
    if task_vars["inventory_hostname"] in hosts[1:forks]:
        time.sleep(random.uniform(0, _APART * forks))


def _lacks(module: str, options: dict[str, Any]) -> str | None:
    """What is not set that the step cannot do without."""
    has_store = options.get("secret_store", "platform") != "platform"
    if options.get("platform_url") or module not in ("access_key", "data_source"):
        return None
    if module == "access_key" and has_store:
        return None
    return "finops_platform_url is not set"
