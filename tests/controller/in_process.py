# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""awx.awx's modules in this process, with the stand-in in place of the network: seconds instead of minutes."""

from __future__ import annotations

import importlib
import json
from typing import Any
from unittest import mock

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from tests.awx_objects import specification
from tests.controller.stand_in import API, Controller


class Ended(Exception):
    """A module's result."""


def apply(controller: Controller, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What a module returns; AssertionError where it fails."""
    module = importlib.import_module(f"ansible_collections.awx.awx.plugins.modules.{name}")
    validated = ArgumentSpecValidator(specification(name)["argument_spec"]).validate(arguments)
    assert validated.error_messages == [], (name, arguments)

    class InProcess(module.ControllerAPIModule):  # type: ignore[misc]
        """The module's own class, which neither reads arguments nor ends the process."""

        def __init__(self, argument_spec: dict[str, Any], **dummy: Any) -> None:
            self.argument_spec, self.check_mode = argument_spec, False
            self.params = dict(validated.validated_parameters)
            self.json_output = {"changed": False}
            self.update_secrets = self.params.pop("update_secrets", True)

        def make_request(self, method: str, endpoint: str, *dummy: Any, **given: Any) -> dict[str, Any]:
            data = json.loads(json.dumps(given.get("data") or {}))
            path = endpoint if endpoint.startswith(API) else f"{API}{endpoint.strip('/')}/"
            query = {key: str(value) for key, value in data.items()} if method == "GET" else {}
            status, answer = controller.answer(method, path, query, data)
            assert status < 300, (name, arguments, method, path)
            return {"status_code": status, "json": json.loads(json.dumps(answer or {}))}

        def exit_json(self, **result: Any) -> None:
            raise Ended(result)

        def fail_json(self, **result: Any) -> None:
            raise AssertionError((name, arguments, result))

        def warn(self, warning: str) -> None:
            """Nobody reads it here."""

    try:
        with mock.patch.object(module, "ControllerAPIModule", InProcess):
            module.main()
    except Ended as ended:
        return dict(ended.args[0])
    raise AssertionError(f"{name} ended without a result")
