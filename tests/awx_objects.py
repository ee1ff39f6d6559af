# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What playbooks/awx.yml sends to awx.awx's modules, worked out without running it, and what these modules accept."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import yaml
from jinja2 import StrictUndefined
from jinja2.nativetypes import NativeEnvironment

CHECKOUT = Path(__file__).resolve().parent.parent
PLAYBOOK = CHECKOUT / "playbooks" / "awx.yml"
# What is not set as it is shipped.
EVERYTHING = {
    "finops_awx_webhook_url": "https://hooks.example.com/finops",
    "finops_awx_standalone_logins": "logins.ini",
    "finops_awx_vault_password_file": "password",
}
OMITTED = object()


class Unsafe(str):
    """A text that Ansible leaves as it is, since the controller is who fills it in."""


class Loader(yaml.SafeLoader):
    """YAML with Ansible's tag for such texts."""


Loader.add_constructor("!unsafe", lambda loader, node: Unsafe(node.value))


def play() -> dict[str, Any]:
    """The only play of the playbook."""
    (found,) = yaml.safe_load(PLAYBOOK.read_text())
    return dict(found)


def rendered(value: Any, variables: Mapping[str, Any]) -> Any:
    """A value with its templates filled in."""
    if isinstance(value, dict):
        filled = {key: rendered(one, variables) for key, one in value.items()}
        return {key: one for key, one in filled.items() if one is not OMITTED}
    if isinstance(value, list):
        return [rendered(one, variables) for one in value]
    if not isinstance(value, str) or isinstance(value, Unsafe) or "{{" not in value:
        return value
    environment = NativeEnvironment(undefined=StrictUndefined)
    environment.filters["bool"] = lambda text: text in (True, "true", "yes")
    return environment.from_string(value.strip()).render(variables)


def objects(**settings: Any) -> dict[str, Any]:
    """The variables of extensions/awx, with some of the settings as somebody would have them."""
    variables: dict[str, Any] = {"lookup": lambda plugin, name: f"{plugin} {name}", "omit": OMITTED}
    for name in play()["vars_files"]:
        values = yaml.load((PLAYBOOK.parent / name).read_text(), Loader)
        for key, value in values.items():
            variables[key] = settings.get(key, rendered(value, variables))
    return variables


def tasks() -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """By task the module's name, the variable that it loops over, its arguments as they stand there, and the task."""
    for task in play()["tasks"]:
        (module,) = (key for key in task if key.startswith("awx.awx."))
        yield module.rpartition(".")[2], task["loop"].strip("{} "), task[module], task


def sent(variables: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The module and its arguments, object by object."""
    for module, loop, arguments, task in tasks():
        for item in variables[loop]:
            known = {**variables, "item": item}
            if rendered("{{{{ {0} }}}}".format(task.get("when", True)), known):
                yield module, rendered(arguments, known)


class _Asked(Exception):
    """Ends a module as soon as it has said what it accepts."""


def specification(name: str) -> dict[str, Any]:
    """What a module of awx.awx gives to AnsibleModule."""
    module = importlib.import_module(f"ansible_collections.awx.awx.plugins.modules.{name}")
    with mock.patch.object(module, "ControllerAPIModule", side_effect=_Asked) as asked, contextlib.suppress(_Asked):
        module.main()
    return dict(asked.call_args.kwargs)
