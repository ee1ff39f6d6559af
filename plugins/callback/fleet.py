# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows a long run over many accounts: one live line, failures as they happen, and a table at the end."""

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet
type: stdout
short_description: Show a run over many accounts in one live line
description:
  - On a terminal one line, drawn again and again, tells how many accounts are done, changed and failed, and when the run
    will end; elsewhere, and under ansible-runner and AWX, plain lines do, about every 5 % of the accounts. Both tell how many
    accounts wait for their turn at the platform, which takes one new data source at a time.
  - Failures are printed when they happen. The end, of an interrupted run as well, is a table by case, what is for somebody
    to look at, and the failures once more.
  - An account is a host of the group C(management), C(member) or C(standalone), done when its steps are; of what became of
    it P(finops_for_cloud.aws.recap#module) has the last word.
  - In other playbooks it shows failures, what P(ansible.builtin.debug#module) says, and a table of the hosts.
  - With C(-v) it names every step that changed something, with C(--diff) it shows the differences. It never shows
    arguments or whole results, and of tasks with C(no_log) nothing but that they are hidden.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  interval:
    description: The longest time in seconds between two lines of progress where the output is no terminal.
    type: float
    default: 10
    env:
      - name: FINOPS_FLEET_INTERVAL
"""

import atexit
import contextlib
import os
import time
from collections.abc import Mapping
from typing import Any

from ansible import context
from ansible.errors import AnsibleError
from ansible.plugins.callback import CallbackBase

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._progress import words
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._progress.accounts import Accounts
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._progress.screen import Screen

LOOK = "finops_for_cloud.aws.fleet"
STEP = "finops_for_cloud.aws.step"
RECAP = "finops_for_cloud.aws.recap"
_NOT_SAID = ("changed", "failed", "skipped", "skip_reason", "invocation", "results", "attempts")
_COUNTS = ("ok", "changed", "failures", "unreachable", "skipped", "rescued", "ignored")


class Event:
    """The result of a task on a host, or of one item of its loop."""

    def __init__(self, result: Any) -> None:
        # ansible-core 2.17 and 2.18 have the names with an underscore alone, and later ones will have them no more.
        prefix = "" if hasattr(result, "task") else "_"
        self.host: str = getattr(result, prefix + "host").get_name()
        self.task: Any = getattr(result, prefix + "task")
        self.result: dict[str, Any] = getattr(result, prefix + "result")
        self.name = str(result.task_name).rsplit(" : ", maxsplit=1)[-1]
        self.action = str(self.task.action)
        self.is_for_all = bool(self.action == LOOK or self.task.run_once)
        found = self.result.get("results")
        self.items = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else [self.result]

    def step(self) -> str:
        """What the item, or the task, is called; a label that is more than a word could be anything, and is not shown."""
        label = self.result.get("_ansible_item_label")
        if not isinstance(label, str) or "censored" in self.result:
            return self.name
        return label if self.action == STEP else "{0}: {1}".format(self.name, label)

    def titles(self) -> list[str]:
        """The titles of the writes that were made, or would be."""
        return [title for item in self.items if item.get("changed") for title in item.get("steps") or []] or [self.name]


def _reason(item: Mapping[str, Any]) -> str:
    """Words that are meant for people, and never the whole result."""
    if "censored" in item:
        return str(item["censored"])
    words = [str(item["msg"]).strip()] if item.get("msg") else []
    for key in ("module_stderr", "stderr"):
        words += str(item.get(key) or "").strip().splitlines()[-3:]
    return "\n".join(words) or "no reason was given"


def _said(item: Mapping[str, Any]) -> str:
    for key in ("censored", "msg"):
        if key in item:
            return str(item[key])
    hidden = (*_NOT_SAID, item.get("ansible_loop_var"))
    said = [key for key in item if key not in hidden and not key.startswith(("_ansible", "ansible_"))]
    return ", ".join("{0}: {1}".format(key, item[key]) for key in said)


class CallbackModule(CallbackBase):
    """Turns Ansible's events into progress, and prints it."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "finops_for_cloud.aws.fleet"

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Begin with nothing."""
        self._begun, self._latest, self._has_steps, self._is_judged = time.monotonic(), "", False, False
        self._states = words.IN_CHECK_MODE if context.CLIARGS.get("check") else words.STATES
        is_itself = self.__class__ is CallbackModule
        self._screen = Screen(self._display, self._states, self._interval(), is_watched=is_itself)
        self._accounts = Accounts()
        self._failures: dict[str, list[str]] = {}
        self._findings: list[str] = []
        self._flow = ""
        self._failed_items: dict[str, dict[tuple[str, str], None]] = {}
        self._worked: dict[str, str] = {}
        self._hostvars: Mapping[str, Any] = {}
        atexit.register(self._interrupted)

    def _interval(self) -> float:
        """As set; ansible-runner makes a callback of its own from this one, which lacks the option, not its variable."""
        with contextlib.suppress(KeyError, AnsibleError):
            return float(self.get_option("interval"))
        with contextlib.suppress(ValueError):
            return float(os.environ.get("FINOPS_FLEET_INTERVAL", ""))
        return 10.0

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Of a play in batches, each batch begins anew; a file of variables may still have to be made."""
        self._end_play()
        with contextlib.suppress(AnsibleError):
            variables = play.get_variable_manager().get_vars(play=play)
            self._hostvars = variables.get("hostvars", {})
            self._accounts.expect(variables.get("ansible_play_hosts_all", []), variables.get("groups", {}))

    def _end_play(self) -> None:
        for host, state in self._worked.items():
            self._accounts.end(host, state, time.monotonic())
        self._worked = {}
        self._show(at_once=True)

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool = False) -> None:
        """A sign of life."""
        self._latest = str(task.get_name()).rsplit(" : ", maxsplit=1)[-1]
        if task.action == STEP and not self._has_steps:
            self._has_steps = True
            self._accounts.begin(time.monotonic())
        self._show(at_once=True)

    v2_playbook_on_handler_task_start = v2_playbook_on_task_start

    def v2_runner_item_on_ok(self, result: Any) -> None:
        """Name what was just done."""
        event = Event(result)
        self._latest = "{0}: {1}".format(event.host, event.step())
        self._show()

    def v2_runner_item_on_failed(self, result: Any) -> None:
        """Keep the reason until the task ends, and with it whether the failure counts."""
        event = Event(result)
        self._failed_items.setdefault(event.host, {})[event.step(), _reason(event.result)] = None

    def v2_runner_on_ok(self, result: Any) -> None:
        """Count."""
        event = Event(result)
        self._latest = "{0}: {1}".format(event.host, event.name)
        self._handle_warnings(event.result)
        state = "changed" if event.result.get("changed") else "right"
        if event.action == RECAP:
            self._judge(event.result)
        elif event.action == STEP:
            self._accounts.end(event.host, state, time.monotonic())
        elif not event.is_for_all and not self._has_steps and self._worked.get(event.host) != "changed":
            self._worked[event.host] = state
        for item in event.items if event.action.rpartition(".")[2] == "debug" else ():
            self._screen.say("{0}: {1}".format(event.host, words.one_line(_said(item))))
        for title in event.titles() if state == "changed" and self._display.verbosity else ():
            would = " would" if self._states is words.IN_CHECK_MODE else ""
            self._screen.say("{0}{1}: {2}".format(event.host, would, words.one_line(title)))
        self._show()

    def _judge(self, recap: Mapping[str, Any]) -> None:
        """The recap's rows are the truth about their accounts; only a failure that Ansible counts in the end stays one."""
        rows = recap.get("accounts") or []
        self._is_judged = bool(rows or recap.get("counts"))
        self._flow = recap.get("flow") or ""
        for row in rows:
            host = row["host"]
            if host in self._accounts.states:
                self._accounts.states[host] = row["state"]
                if row.get("failed"):
                    step, dummy, reason = row["failed"].partition(": ")
                    self._failures.pop(host, None)
                    self._failures[host] = [self._failure(host, "failed", step, reason)]
                elif row["state"] in ("found", "pending"):
                    for found in (found for found in row.get("findings") or [] if found["severity"] != "note"):
                        text = "{title}\n{remedy}".format(**found)
                        self._findings.append(self._failure(host, self._states[row["state"]], found["code"], text))

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Say which account failed in which step and why."""
        self._fail(Event(result), "failed", ignore_errors)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A host that cannot be reached has failed."""
        event = Event(result)
        self._fail(event, "unreachable", bool(event.task.ignore_unreachable))

    def _fail(self, event: Event, state: str, is_ignored: bool) -> None:
        self._handle_warnings(event.result)
        if event.action == RECAP:
            self._judge(event.result)
        reasons = self._failed_items.pop(event.host, None) or [(event.step(), _reason(event.result))]
        if self._is_judged and (event.action == RECAP or self._accounts.states.get(event.host) == "failed"):
            return
        for step, reason in reasons:
            text = self._failure(event.host, "ignored" if is_ignored else state, step, reason)
            self._screen.say(time.strftime("%H:%M:%S  ") + text)
            if not is_ignored:
                self._failures.setdefault(event.host, []).append(text)
                self._accounts.end(event.host, "failed", time.monotonic())
        self._show()

    def _failure(self, host: str, state: str, step: str, reason: str) -> str:
        names = [host]
        with contextlib.suppress(AnsibleError, KeyError):
            names += ["account {0}".format(self._hostvars[host]["finops_account_id"]), self._accounts.cases[host]]
            reason = reason.removeprefix("{0}: ".format(names[1].capitalize()))
        return words.failure(", ".join(names), state, step, reason, self._screen.width)

    def _show(self, at_once: bool = False) -> None:
        self._screen.show(self._accounts, self._latest, at_once)

    def v2_on_file_diff(self, result: Any) -> None:
        """Print what is different; of a loop each item comes by itself."""
        event = Event(result)
        diff = event.result.get("diff") if event.result.get("changed") else None
        if diff and (text := self._get_diff(diff)):
            self._screen.say("{0}: {1}\n{2}".format(event.host, event.step(), text.rstrip("\n")))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """The table, the failures once more, and the run in one line."""
        self._end_play()
        found = {host: stats.summarize(host) for host in sorted(stats.processed)}
        accounts = self._accounts.states
        for host, counts in found.items():
            has_failed = counts["failures"] or counts["unreachable"]
            if has_failed and host in accounts and host in self._failures:
                accounts[host] = "failed"
            # A rescue has made up for what failed.
            if not has_failed and not (self._is_judged and accounts.get(host) == "failed"):
                self._failures.pop(host, None)
                if accounts.get(host) == "failed":
                    accounts[host] = "changed" if counts["changed"] else "right"
        self._say_end()
        keys = _COUNTS[1:4] if accounts else _COUNTS
        others = {host: found[host] for host in found if host not in accounts and any(found[host][key] for key in keys)}
        if others:
            self._screen.say("\n" + words.table("host", others, {key: key for key in _COUNTS}))

    def _interrupted(self) -> None:
        """Of an interruption Ansible tells its callbacks nothing."""
        self._say_end()
        if self._has_steps:
            self._screen.say("Interrupted. It is safe to run it again: what is done stays, and the rest is done then.")

    def _say_end(self) -> None:
        atexit.unregister(self._interrupted)
        self._screen.close()
        counts = self._accounts.counts()
        if self._accounts.states:
            rows = {case: {"accounts": sum(states.values()), **states} for case, states in counts.items()}
            self._screen.say("\n" + words.table("case", rows, {"accounts": "accounts", **self._states}))
        for text in [*self._findings, *(text for texts in self._failures.values() for text in texts)]:
            self._screen.say("\n" + text)
        if self._accounts.states:
            self._screen.say("\n" + words.last_line(counts["all"], time.monotonic() - self._begun, self._states))
        if self._flow:
            self._screen.say(self._flow)
