# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a callback needs of Ansible's tasks and results, the same for every ansible-core since 2.17."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

COLLECTION = "finops_for_cloud.aws."
LOOK = COLLECTION + "fleet"
STEP = COLLECTION + "step"
RECAP = COLLECTION + "recap"
# They change Ansible's view of the inventory, and no host.
_INVENTORY_ACTIONS = ("add_host", "group_by")
_DEBUG = ("debug", "ansible.builtin.debug", "ansible.legacy.debug")
_PROMPTS = ("pause", "ansible.builtin.pause", "ansible.legacy.pause")
_NOT_SAID = ("changed", "failed", "skipped", "skip_reason", "invocation", "results", "attempts", "msg")
_NAMES_ACCOUNT = re.compile(r"Account (\d+): ")
_LAST_LINES = 3


class Event:
    """The result of a task on a host, or of one item of its loop."""

    def __init__(self, result: Any) -> None:
        # ansible-core 2.17 and 2.18 have the names with an underscore alone, and later ones will have them no more.
        self.host: str = _attribute(result, "host").get_name()
        self.task: Any = _attribute(result, "task")
        self.result: dict[str, Any] = _attribute(result, "result")
        self.name: str = str(result.task_name).rsplit(" : ", maxsplit=1)[-1]

    @property
    def action(self) -> str:
        """The task's action as the playbook names it."""
        return str(self.task.action)

    @property
    def is_own(self) -> bool:
        """Whether it is of this collection."""
        return self.action.startswith(COLLECTION)

    @property
    def is_for_all(self) -> bool:
        """Whether it is of an action that speaks for all accounts, and says nothing of its host."""
        return self.action in (LOOK, RECAP)

    @property
    def has_changed(self) -> bool:
        """Whether something outside of Ansible is different now, or would be."""
        return bool(self.result.get("changed")) and self.action.rsplit(".", maxsplit=1)[-1] not in _INVENTORY_ACTIONS

    @property
    def items(self) -> list[dict[str, Any]]:
        """The results of a loop's items, or the one there is."""
        results = self.result.get("results", [self.result])
        return [item for item in results if isinstance(item, dict)] if isinstance(results, list) else []

    def titles(self) -> list[str]:
        """The titles of the writes that were made, or would be."""
        return [str(title) for item in self.items if item.get("changed") for title in item.get("steps") or []]

    @property
    def is_censored(self) -> bool:
        """Whether the task's C(no_log) hides what came of it."""
        return "censored" in self.result

    def says(self) -> list[str]:
        """What a debug task says, one text for each item."""
        return [_said(item) for item in self.items] if self.action in _DEBUG else []

    def reason(self) -> str:
        """Why it failed: words that are meant for people, and never the whole result."""
        if self.is_censored:
            return str(self.result["censored"])
        message = self.result.get("msg")
        words = [str(message).strip()] if message else []
        for key in ("module_stderr", "stderr"):
            words += str(self.result.get(key) or "").strip().splitlines()[-_LAST_LINES:]
        return "\n".join(words) or "no reason was given"


def asks_something(task: Any) -> bool:
    """Whether a task waits for someone at the terminal."""
    return str(task.action) in _PROMPTS


def account_of(reason: str) -> tuple[str | None, str]:
    """The account that an error of this collection names at its beginning, and the rest."""
    match = _NAMES_ACCOUNT.match(reason)
    return (match[1], reason[match.end() :]) if match else (None, reason)


def _attribute(result: Any, name: str) -> Any:
    return getattr(result, name) if hasattr(result, name) else getattr(result, "_" + name)


def _said(item: Mapping[str, Any]) -> str:
    for key in ("censored", "msg"):
        if key in item:
            return str(item[key])
    hidden = (*_NOT_SAID, item.get("ansible_loop_var"))
    said = [key for key in item if key not in hidden and not key.startswith(("_ansible", "ansible_"))]
    return ", ".join("{0}: {1}".format(key, item[key]) for key in said)
