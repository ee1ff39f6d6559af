# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes every task's result, as any callback of a user would see it, to the file in FINOPS_RECORD, a line each."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: notification
short_description: Results as lines of JSON, for the tests
description: Writes every task's result to the file named by the environment variable FINOPS_RECORD.
"""


class CallbackModule(CallbackBase):
    """Appends as results come."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def _record(self, outcome: str, result: Any) -> None:
        """Of a looped task its items, each under the name and module of its step, and not the whole once more."""
        if "results" in result._result:
            return
        step = result._result.get("finops_step") or {}
        line = {
            "outcome": outcome,
            "host": result._host.get_name(),
            "task": step.get("name") or result._task.get_name().split(" : ")[-1],
            "action": step.get("module") or result._task.action.split(".")[-1],
            "result": json.loads(self._dump_results(result._result, indent=0, keep_invocation=True)),
            "diff": result._result.get("diff"),
        }
        with open(os.environ["FINOPS_RECORD"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._record("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._record("failed", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._record("skipped", result)

    v2_runner_item_on_ok = v2_runner_on_ok
    v2_runner_item_on_failed = v2_runner_on_failed
    v2_runner_item_on_skipped = v2_runner_on_skipped
