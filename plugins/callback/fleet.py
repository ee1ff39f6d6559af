# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows a long run over many accounts: one live line, failures as they happen, and a table at the end."""

# Ansible's documentation stands first.

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet
type: stdout
short_description: Show a run over many accounts in one live line
description:
  - On a terminal, one line that is drawn again and again tells how many accounts are done, changed and failed, how fast
    they are done, and when the run will end. Failures are printed above it when they happen, with account, step and
    reason. The end is a table by case and the failures once more.
  - Where the output is no terminal, progress is printed as plain lines instead, about every 5 % of the accounts.
  - An account is a host of the inventory group C(management), C(member) or C(standalone). It counts as done when its
    steps (tasks of the action P(finops_for_cloud.aws.step#module)) are; in a playbook without them, when its plays are.
  - Other playbooks can be run with it as well. It shows their failures, what P(ansible.builtin.debug#module) says, and a
    table of the hosts that changed or failed.
  - With C(-v) it names every step that changed something, with C(--diff) it shows the differences.
  - It never shows arguments or whole results, and of tasks with C(no_log) nothing but that they are hidden.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
notes:
  - Whether it uses colours is decided by Ansible's own settings, E(ANSIBLE_NOCOLOR) and E(NO_COLOR) among them.
options:
  interval:
    description: The longest time in seconds between two lines of progress where the output is no terminal.
    type: float
    default: 10
    env:
      - name: FINOPS_FLEET_INTERVAL
    ini:
      - section: callback_fleet
        key: interval
requirements:
  - Set as stdout in the configuration, such as with E(ANSIBLE_STDOUT_CALLBACK=finops_for_cloud.aws.fleet).
"""

import contextlib
import time
from collections.abc import Mapping
from typing import Any

from ansible import context
from ansible.errors import AnsibleError
from ansible.plugins.callback import CallbackBase

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils import progress_text, run_events
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.progress import (
    FAILED,
    UNREACHABLE,
    Failure,
    Progress,
)
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.progress_screen import Screen, clock
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.progress_text import PLAIN
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.run_events import RECAP, STEP, Event
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.run_plan import Plan

IGNORED = "ignored"


class CallbackModule(CallbackBase):
    """Turns Ansible's events into progress, and prints it."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "finops_for_cloud.aws.fleet"

    _screen: Screen
    _progress: Progress

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Count what is before the accounts."""
        self._begun = time.monotonic()
        self._screen = Screen(self._display, bool(context.CLIARGS.get("check")), self.get_option("interval"))
        self._progress = Progress()
        self._plan = Plan(playbook.get_plays(), self._progress)
        self._latest = ""
        self._failed_items: dict[str, dict[tuple[str, str], None]] = {}
        self._failed_in_recap: set[str] = set()
        self._hostvars: Mapping[str, Any] = {}
        self._hosts_of_play: list[str] = []
        self._screen.open()

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Of a play in batches, each batch begins anew."""
        self._end_play()
        variables = self._plan.begin(play)
        self._hosts_of_play = list(variables.get("ansible_play_batch", []))
        self._hostvars = variables.get("hostvars", {})
        if self._plan.is_work(play):
            self._progress.begin(time.monotonic())

    def _end_play(self) -> None:
        if not self._plan.has_steps:
            for host in self._hosts_of_play:
                self._progress.end_unit(host, time.monotonic())
        self._hosts_of_play = []
        self._show(at_once=True)

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Make way for tasks that print or ask."""
        self._latest = str(task.get_name()).rsplit(" : ", maxsplit=1)[-1]
        self._screen.pause(task.action == RECAP or run_events.asks_something(task))
        self._show(at_once=True)

    def v2_playbook_on_handler_task_start(self, task: Any) -> None:
        """A handler is a task."""
        self.v2_playbook_on_task_start(task, False)

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        """A sign of life."""
        self._show()

    def v2_playbook_on_no_hosts_remaining(self) -> None:
        """Say why the play ends."""
        self._screen.say(("No more hosts left.", FAILED))

    def v2_playbook_on_vars_prompt(self, *arguments: Any, **keywords: Any) -> None:
        """The question stands alone."""
        self._screen.pause(True)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        """Name what was just done."""
        self._latest = self._item_of(Event(result))
        self._show()

    def v2_runner_item_on_skipped(self, result: Any) -> None:
        """A sign of life, as the steps after one that failed."""
        self._show()

    def v2_runner_item_on_failed(self, result: Any) -> None:
        """Keep the reason until the task ends, and with it whether the failure counts."""
        event = Event(result)
        label = self._label(event)
        step = label if event.action == STEP else "{0}: {1}".format(event.name, label)
        self._failed_items.setdefault(event.host, {})[step if label else event.name, event.reason()] = None

    def _item_of(self, event: Event) -> str:
        label = self._label(event) if event.action == STEP else ""
        return "{0}: {1}".format(event.host, label or event.name)

    def _label(self, event: Event) -> str:
        """What a loop's item is called; one that is more than a word could be anything, and is not shown."""
        label = self._get_item_label(event.result)
        return label if isinstance(label, str) and not event.is_censored else ""

    def v2_runner_on_ok(self, result: Any) -> None:
        """Count."""
        event = Event(result)
        self._latest = self._item_of(event)
        self._failed_items.pop(event.host, None)
        self._handle_warnings(event.result)
        if event.action == RECAP:
            self._take_recap(event.result.get("accounts") or [])
        if not event.is_for_all and (event.is_own or not self._plan.has_steps):
            self._progress.note_result(event.host, event.has_changed)
        for text in event.says():
            self._say("{0}: {1}".format(event.host, progress_text.one_line(text)))
        if self._display.verbosity and event.has_changed:
            self._say_steps(event)
        self._end_step(event)

    def v2_runner_on_skipped(self, result: Any) -> None:
        """A step that is skipped has ended as well."""
        event = Event(result)
        self._failed_items.pop(event.host, None)
        self._handle_warnings(event.result)
        self._end_step(event)

    def _end_step(self, event: Event) -> None:
        if self._plan.has_steps and event.action == STEP:
            self._progress.end_unit(event.host, time.monotonic())
        self._show()

    def _say_steps(self, event: Event) -> None:
        word = " would" if self._screen.style.check_mode else ""
        for title in event.titles() or [event.name]:
            self._say("{0}{1}: {2}".format(event.host, word, progress_text.one_line(title)))

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Say which account failed in which step and why."""
        self._fail(Event(result), IGNORED if ignore_errors else FAILED)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A host that cannot be reached has failed."""
        event = Event(result)
        self._fail(event, IGNORED if event.task.ignore_unreachable else UNREACHABLE)

    def _fail(self, event: Event, state: str) -> None:
        self._handle_warnings(event.result)
        if self._display.verbosity > 2 and not event.is_censored:
            self._handle_exception(event.result)
        account = self._progress.accounts.get(event.host)
        case = account.case if account else None
        for step, reason in self._failed_items.pop(event.host, None) or [(event.name, event.reason())]:
            named, rest = run_events.account_of(reason)
            account_id = named or (self._account_id(event.host) if account else None)
            self._note(Failure(event.host, step, rest, account_id, case, state))
        self._show()

    def _note(self, failure: Failure) -> None:
        if failure.state == IGNORED or self._progress.note_failure(failure, time.monotonic()):
            head = "{0}  {1}  {2}".format(clock(), failure.state.upper(), progress_text.who(failure))
            self._screen.say((head, failure.state), ("\n" + progress_text.reason(failure, self._screen.width), PLAIN))

    def _account_id(self, host: str) -> str | None:
        """From the inventory, where a template may give it."""
        with contextlib.suppress(AnsibleError, KeyError):
            account_id = str(self._hostvars[host]["finops_account_id"])
            return account_id if account_id.isdigit() else None
        return None

    def _take_recap(self, rows: list[dict[str, Any]]) -> None:
        """What the playbook itself says of its accounts, such as that the platform does not list one at the end."""
        for row in rows:
            if row.get("host") in self._progress.accounts and row.get("failed"):
                self._failed_in_recap.add(row["host"])
                step, dummy, words = str(row["failed"]).partition(": ")
                reason = run_events.account_of(words)[1]
                self._note(Failure(row["host"], step, reason, row.get("account_id"), row.get("case")))

    def _say(self, text: str) -> None:
        self._screen.say((text, PLAIN))

    def _show(self, at_once: bool = False) -> None:
        self._screen.show(self._progress, self._latest, at_once)

    def v2_on_file_diff(self, result: Any) -> None:
        """Print what is different; of a loop each item comes by itself."""
        event = Event(result)
        if event.result.get("changed") and event.result.get("diff"):
            diff = self._get_diff(event.result["diff"])
            if diff:
                self._say("{0}\n{1}".format(self._item_of(event), diff.rstrip("\n")))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """The table, the failures once more, and the run in one line."""
        self._end_play()
        summaries = {host: stats.summarize(host) for host in sorted(stats.processed)}
        for host, found in summaries.items():
            if not (found["failures"] or found["unreachable"] or host in self._failed_in_recap):
                self._progress.forgive(host)
        self._screen.close()
        self._say_accounts()
        others = {host: found for host, found in summaries.items() if host not in self._progress.accounts}
        if self._progress.accounts:
            others = {host: found for host, found in others.items() if _is_remarkable(found)}
        if others:
            self._screen.say(("\n", PLAIN), *progress_text.host_table(others))

    def _say_accounts(self) -> None:
        counts, style, failures = self._progress.counts(), self._screen.style, self._progress.failures()
        if self._progress.accounts:
            self._screen.say(("\n", PLAIN), *progress_text.table(counts, style))
        if failures:
            self._screen.say(*progress_text.failures_once_more(failures, self._screen.width))
        if self._progress.accounts:
            seconds = time.monotonic() - self._begun
            self._say("\n" + progress_text.last_line(counts, seconds, style))


def _is_remarkable(found: Mapping[str, int]) -> bool:
    return bool(found["changed"] or found["failures"] or found["unreachable"])
