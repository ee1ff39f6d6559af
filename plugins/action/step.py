# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One step of an account visit; the roles loop over these.

All items of a loop run in the one worker process that Ansible forks for a task and host. So an account costs one fork
however many steps it takes, logs in once, and keeps its connections from step to step.
"""

from __future__ import annotations

import random
import time
from typing import Any

from ansible.errors import AnsibleActionFail

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.early import Early
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.verdict import REMOVALS, removed
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.left_out import reason
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import blocked
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import argument_spec
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.foresight import foreseen
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._inventory import Inventory
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._role_variables import (
    VARIABLES,
    RoleVariables,
    readers_names,
)
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._shell import RESOURCES
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._shell import ActionModule as Shell
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._visit import Visit, visit

_ARGUMENTS = {
    "module": {"type": "str", "choices": list(VARIABLES), "required": True},
    "intent": {"type": "str", "choices": list(procedure.INTENTS), "default": procedure.CONNECT},
    "earlier": {"type": "dict"},
}
# Intents that look ahead, and what the roles loop over then: every step of the case that the intent has.
_AHEAD = (*procedure.CONNECTING, procedure.AUDIT)
_ALL_STEPS = ("{{ finops_steps }}", "{{ finops_preparations }}", "{{ finops_steps + finops_looks }}")
# Seconds between the first calls of workers that begin together.
_APART = 0.02


class ActionModule(Shell):
    """Runs a module with options from the variables of the roles."""

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The module's result, or why it was left out."""
        super(Shell, self).run(tmp, task_vars)
        task_vars = task_vars or {}
        given = self.validate_argument_spec(_ARGUMENTS)[1]
        module, intent = given["module"], given["intent"]
        under_way = visit(task_vars["inventory_hostname"], module == "account", given["earlier"])
        if under_way.has_failed and intent != procedure.AUDIT:
            return {"changed": False, "skipped": True, "skip_reason": "an earlier step failed", "module": module}
        # Until it has ended well.
        under_way.has_failed = True
        try:
            result = self._run_step(module, intent, under_way, task_vars)
        except AnsibleActionFail as error:
            if intent != procedure.AUDIT:
                raise
            finding = blocked("OPTION_INVALID", str(error), "").as_result(module)
            result = {"changed": False, "findings": [finding]}
        under_way.note({**result, "module": module}, self.clients)
        if intent == procedure.OFFBOARD and module not in procedure.DECISIVE:
            under_way.has_failed = False
        if module == "account" and "case" in result and intent in _AHEAD:
            self._look_ahead(result["case"], intent, under_way, task_vars)
        if not procedure.hands_on_login(str(result.get("case")), intent):
            # A kilobyte that a controller would keep twice for each account.
            result.pop("session", None)
        if "finops_fleet" in task_vars:
            # The recap of such a run tells what is worth knowing, once.
            result.pop("warnings", None)
        return {**result, "module": module}

    def _run_step(self, module: str, intent: str, under_way: Visit, task_vars: dict[str, Any]) -> dict[str, Any]:
        under_way.variables = under_way.variables or RoleVariables(task_vars, self._templar)
        if module == "account":
            under_way.variables.check({name: argument_spec(RESOURCES[name], info=False) for name in VARIABLES})
            _spread_out(task_vars)
        options = self._options(module, intent, under_way, task_vars)
        left_out = reason(module, options, under_way.standing(intent))
        if left_out:
            return {"changed": False, "skipped": True, "skip_reason": left_out}
        if module in procedure.INFOS:
            return self.run_module(module + "_info", options, task_vars, under_way.clients)
        return self.run_module(module, options, task_vars, under_way.clients, audit=intent == procedure.AUDIT)

    def _options(self, module: str, intent: str, under_way: Visit, task_vars: dict[str, Any]) -> dict[str, Any]:
        variables = under_way.variables or RoleVariables(task_vars, self._templar)
        names = {**readers_names(module), "host": task_vars["inventory_hostname"]}
        options = {**variables.options(module, intent), "variables": names}
        for option, value in {**under_way.options(module), **_seen_of_the_fleet(module, intent, task_vars)}.items():
            options[option] = {**options[option], **value} if isinstance(options.get(option), dict) else value
        return options

    def _look_ahead(self, case: str, intent: str, under_way: Visit, task_vars: dict[str, Any]) -> None:
        """Begin what the steps to come are sure to read of an account that is connected, so that their waits lie side by side."""
        loop = self._task.loop
        is_whole = (loop[0] if isinstance(loop, list) and len(loop) == 1 else loop) in _ALL_STEPS
        if not is_whole or under_way.clients is None or under_way.has_failed or not under_way.data_source:
            return
        under_way.clients.early = Early()
        for module in procedure.resources(case, intent, under_way.auth(intent)):
            options = self._options(module, intent, under_way, task_vars)
            runs_here = intent == procedure.AUDIT or self._fits_in_process(module, options, task_vars)
            if runs_here and not reason(module, options, under_way.standing(intent)):
                under_way.clients.begin(*foreseen(module, options))


def _seen_of_the_fleet(module: str, intent: str, task_vars: dict[str, Any]) -> dict[str, Any]:
    """What the look at the whole fleet found out about this account, and of its members' what is gone since."""
    view = task_vars.get("finops_fleet", {}).get("accounts", {}).get(task_vars["inventory_hostname"])
    if module == "data_source":
        return {"members": sorted(one["name"] for one in (view or {}).get("members") or ())}
    if module != "account":
        return {}
    if view and view.get("members") and intent == procedure.OFFBOARD:
        view = {**view, "removed": _removed(Inventory(task_vars))}
    return {"fleet": view}


def _removed(inventory: Inventory) -> list[str]:
    """The ids of what is gone by now of the accounts of this run, or in check mode would be."""
    return [one for host in inventory.cases_in_play() for one in removed(inventory.registered(host, REMOVALS))]


def _spread_out(task_vars: dict[str, Any]) -> None:
    """Let the workers that begin a run together call AWS one after the other; those that follow are apart by themselves."""
    forks, hosts = int(task_vars.get("ansible_forks", 1)), task_vars.get("ansible_play_batch", [])
    if task_vars["inventory_hostname"] in hosts[1:forks]:
        time.sleep(random.uniform(0, _APART * forks))
