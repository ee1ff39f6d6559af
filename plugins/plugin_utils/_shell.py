# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action shell: runs the same core as the modules, but inside the controller's process.

Ansible loads action plugins before it forks its workers, so Python, botocore and the services' models are loaded once
per run instead of once per task. The shell steps aside for the module wherever that would make a difference to the
user: a connection that is not local, become, async, an environment of the task's own, or C(finops_in_process: false).
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import (
    HAS_AMAZON_AWS,
    MISSING_AMAZON_AWS,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import Clients
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.sessions import HAS_BOTOCORE, warm_up
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Mode, run
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import argument_spec, finished
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._printing import show
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._sealing import seal, unseal
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._vaulted_file import vaulted_files

# Those of the procedure.
RESOURCES = {
    name: importlib.import_module(
        "ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.{0}".format(name)
    ).RESOURCE
    for name in procedure.MODULES
}
if HAS_BOTOCORE:
    warm_up()


class ActionModule(ActionBase):
    """Runs the module that the task names."""

    _supports_check_mode = True
    _supports_diff = True
    _supports_async = True
    # The account's clients, once a module has run in this process.
    clients: Clients | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not HAS_AMAZON_AWS:
            raise AnsibleActionFail(MISSING_AMAZON_AWS)

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The module's result, whichever way it ran."""
        super().run(tmp, task_vars)
        return self.run_module(self._task.action.split(".")[-1], self._task.args, task_vars or {})

    def run_module(
        self,
        name: str,
        args: Mapping[str, Any],
        task_vars: dict[str, Any],
        clients: Clients | None = None,
        audit: bool = False,
    ) -> dict[str, Any]:
        """The result of a module of this collection.

        clients: the account's, where an earlier step has made them. audit: findings alone, always in this process.
        """
        if audit or self._fits_in_process(name, args, task_vars):
            return self._run_in_process(name, args, clients, audit)
        return self._run_as_module(name, args, task_vars)

    @property
    def _is_local(self) -> bool:
        return self._connection.transport == "local"

    def _fits_in_process(self, name: str, args: Mapping[str, Any], task_vars: Mapping[str, Any]) -> bool:
        unlike = (
            not self._is_local or self._play_context.become or self._task.async_val or any(self._task.environment or [])
        )
        # The account's session is sealed here and so has to be made here; the vault's password is here alone.
        only_here = name == "account" or args.get("secret_store", "platform") != "platform"
        wanted = only_here or boolean(self._templar.template(task_vars.get("finops_in_process", True)))
        return wanted and not unlike

    def _run_in_process(
        self, name: str, args: Mapping[str, Any], clients: Clients | None, audit: bool
    ) -> dict[str, Any]:
        if not HAS_BOTOCORE:
            return {"failed": True, "msg": missing_required_lib("botocore")}
        info = name.endswith("_info")
        resource = RESOURCES[name[: -len("_info")] if info else name]
        spec = argument_spec(resource, info)
        options = _validated(spec, args)
        self.clients = clients or self._new_clients(options)
        result = run(resource, options, self.clients, Mode(self._task.check_mode, self._task.diff, info, audit))
        if name == "account" and not (audit or result.get("failed")):
            result["session"] = seal(self.clients.log_in())
        return finished(result, spec, options, self.clients)

    def _new_clients(self, options: Mapping[str, Any]) -> Clients:
        session = options.get("session")
        clients = Clients(dict(options, session=unseal(session) if isinstance(session, str) else session))
        clients.vaulted_files = vaulted_files(self._loader)
        clients.say = functools.partial(show, Display())
        return clients

    def _run_as_module(self, name: str, args: Mapping[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        args = dict(args)
        session = args.pop("session", None)
        credentials = (unseal(session) or {}).get("credentials") if isinstance(session, str) else None
        if credentials:
            spec = argument_spec(RESOURCES["account"], info=False)
            for option in ("profile", "assume_role_arn", "assume_role_external_id", *credentials):
                for spelling in (option, *spec[option].get("aliases", [])):
                    args.pop(spelling, None)
            args.update(credentials)
        if self._is_local and "ansible_python_interpreter" not in task_vars:
            task_vars = dict(task_vars, ansible_python_interpreter=sys.executable)
        # Through a pipe, so that no file ever holds the arguments, secrets among them.
        if self._connection.has_pipelining:
            self._connection.set_option("pipelining", True)
        return self._execute_module(
            module_name="finops_for_cloud.aws." + name,
            module_args=args,
            task_vars=task_vars,
            wrap_async=self._task.async_val,
        )


def _validated(spec: Mapping[str, Any], args: Mapping[str, Any]) -> dict[str, Any]:
    validation = ArgumentSpecValidator(spec).validate(dict(args))
    if validation.error_messages:
        raise AnsibleActionFail(", ".join(validation.error_messages))
    return dict(validation.validated_parameters)
