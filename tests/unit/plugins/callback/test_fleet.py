# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the callback makes of Ansible's events, of whichever version: it tells each thing once, and never more than it may."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.callback import fleet
from ansible_collections.finops_for_cloud.aws.plugins.callback.fleet import RECAP, STEP

HIDDEN = "the output has been hidden due to the fact that 'no_log: true' was specified for this result"
NOTHING = dict.fromkeys(("ok", "changed", "failures", "unreachable", "skipped", "rescued", "ignored"), 0)
REFUSED = {"failed": True, "msg": "Account 111122223333: refused", "_ansible_item_label": "Create the user"}
ROW = {"host": "shop", "account_id": "111122223333", "case": "member", "state": "failed"}


def result(action: str = STEP, host: str = "shop", prefix: str = "", run_once: bool = False, **found: Any) -> Any:
    """A result as callbacks get it; ansible-core 2.17 and 2.18 name its parts with an underscore."""
    parts = {
        prefix + "host": SimpleNamespace(get_name=lambda: host),
        prefix + "task": SimpleNamespace(action=action, ignore_unreachable=False, run_once=run_once),
        prefix + "result": found,
    }
    return SimpleNamespace(task_name="steps : Connect the account", **parts)


def task(action: str) -> Any:
    return SimpleNamespace(action=action, get_name=lambda: "steps : " + action)


def stats(**by_host: dict[str, int]) -> Any:
    found = {host: {**NOTHING, **counts} for host, counts in by_host.items()}
    return SimpleNamespace(processed=found, summarize=found.__getitem__)


class Play:
    """A play over two accounts."""

    def get_variable_manager(self) -> Any:
        hostvars = {"shop": {"finops_account_id": "111122223333"}, "search": {}}
        groups = {"member": ["shop", "search"]}
        variables = {"hostvars": hostvars, "groups": groups, "ansible_play_hosts_all": ["shop", "search", "web-1"]}
        return SimpleNamespace(get_vars=lambda play: variables)


@pytest.fixture
def callback() -> Iterator[Any]:
    """Within a run over two accounts."""
    found: Any = fleet.CallbackModule()
    found.v2_playbook_on_start(None)
    found.v2_playbook_on_play_start(Play())
    yield found
    atexit.unregister(found._interrupted)


class LikeRunner(fleet.CallbackModule):
    """As ansible-runner makes a callback of its own from the one that was asked for, whose options that lacks."""

    CALLBACK_NAME = "awx_display"

    def get_option(self, k: str, hostvars: Any = None) -> Any:
        raise KeyError(f"Requested entry {k} was not defined in configuration.")


@pytest.mark.parametrize(("variable", "interval"), [("2.5", 2.5), ("", 10.0), ("soon", 10.0)])
def test_a_callback_made_from_this_one_takes_the_variable_and_never_draws(
    monkeypatch: pytest.MonkeyPatch, variable: str, interval: float
) -> None:
    made: list[tuple[float, bool]] = []
    monkeypatch.setattr(
        fleet, "Screen", lambda display, states, interval, is_watched: made.append((interval, is_watched))
    )
    monkeypatch.setenv("FINOPS_FLEET_INTERVAL", variable)
    found = LikeRunner()
    found.v2_playbook_on_start(None)
    atexit.unregister(found._interrupted)
    assert made == [(interval, False)]


def totals(output: str) -> str:
    return next(line for line in output.splitlines() if line.startswith("2 accounts in ")).partition(": ")[2]


@pytest.mark.parametrize("prefix", ["", "_"], ids=["2.19", "2.17"])
def test_the_parts_of_a_result(prefix: str) -> None:
    event = fleet.Event(result(prefix=prefix, changed=True))
    assert (event.host, event.name, event.action) == ("shop", "Connect the account", STEP)
    assert event.result == {"changed": True}


COMMAND = "ansible.builtin.command"


@pytest.mark.parametrize(
    ("action", "found", "told"),
    [
        (STEP, REFUSED, "Create the user: refused"),
        (COMMAND, REFUSED, "Connect the account: Create the user: refused"),
        (STEP, {"msg": "rc 1", "stderr": "1\n2\n3\nno disk\n", "stdout": "x"}, "Connect the account: rc 1 2 3 no disk"),
        (STEP, {**REFUSED, "censored": HIDDEN}, f"Connect the account: {HIDDEN}"),
        (STEP, {"msg": "no", "_ansible_item_label": {"password": "open-sesame"}}, "Connect the account: no"),
        (STEP, {"invocation": "open-sesame", "stdout": "open-sesame"}, "Connect the account: no reason was given"),
    ],
)
@pytest.mark.parametrize("is_item", [True, False])
def test_a_reason_is_a_message_and_never_the_whole_result(
    callback: Any, capsys: Any, action: str, found: dict[str, Any], told: str, is_item: bool
) -> None:
    for dummy in range(2 if is_item else 0):
        callback.v2_runner_item_on_failed(result(action, **found))
    callback.v2_runner_on_failed(result(action, **({"msg": "One or more items failed"} if is_item else found)))
    head, dummy, rest = capsys.readouterr().out.partition("\n")
    assert head.endswith("FAILED  shop, account 111122223333, member")
    assert " ".join(rest.partition("\n1")[0].split()).startswith(told)
    assert len(rest.split()) <= len(told.split()) + 12 and "open-sesame" not in rest


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"msg": "hello\x1b[2J"}, "shop: hello [2J\n"),
        ({"color": "red", "_ansible_verbose_always": True, "changed": False}, "shop: color: red\n"),
        ({"results": [{"msg": "a", "item": 1}, {"censored": HIDDEN}]}, f"shop: a\nshop: {HIDDEN}\n"),
        ({"results": [{"color": "red", "ansible_loop_var": "one", "one": "open-sesame"}]}, "shop: color: red\n"),
    ],
)
def test_what_a_debug_task_says(callback: Any, capsys: Any, found: dict[str, Any], said: str) -> None:
    callback.v2_runner_on_ok(result("ansible.builtin.debug", **found))
    callback.v2_runner_on_ok(result("ansible.builtin.command", **found))
    assert capsys.readouterr().out == said


@pytest.mark.parametrize("event", ["v2_runner_on_ok", "v2_runner_on_failed"])
def test_a_failure_is_told_when_it_happens_and_at_the_end_and_the_recap_has_the_last_word(
    callback: Any, capsys: Any, event: str
) -> None:
    callback.v2_playbook_on_task_start(task(STEP))
    callback.v2_runner_item_on_failed(result(**REFUSED))
    callback.v2_runner_on_failed(result(results=[{"changed": True}, REFUSED], msg="One or more items failed"))
    callback.v2_runner_on_ok(result(host="search", changed=True))
    words = "FAILED  shop, account 111122223333, member\n  Create the user:\n    refused\n"
    assert capsys.readouterr().out.partition("  ")[2].startswith(words)
    rows = [{**ROW, "failed": f"Create the user: {REFUSED['msg']}"}, {**ROW, "host": "search", "state": "pending"}]
    callback.v2_runner_on_failed(result(host="search", msg="for a while"))
    getattr(callback, event)(result(RECAP, accounts=rows, msg="1 of 2 accounts failed"))
    callback.v2_runner_on_failed(result("ansible.builtin.fail", msg="once more"))
    callback.v2_playbook_on_stats(stats(shop={"failures": 1, "changed": 1}, search={"ok": 1, "changed": 1}))
    told, dummy, end = capsys.readouterr().out.partition("\ncase")
    assert (told.count("FAILED"), end.count("FAILED")) == (1, 1)
    assert words in end and "for a while" in told and "once more" not in told + end
    assert totals(end) == "0 changed, 0 already right, 1 failed, 1 pending"


def test_what_failed_in_ansibles_terms_is_never_said_to_be_right(callback: Any, capsys: Any) -> None:
    callback.v2_playbook_on_task_start(task(STEP))
    callback.v2_runner_on_failed(result(msg="refused"))
    callback.v2_runner_on_ok(result(RECAP, accounts=[{**ROW, "state": "right"}]))
    callback.v2_playbook_on_stats(stats(shop={"failures": 1}))
    output = capsys.readouterr().out
    assert output.count("refused") == 2
    assert totals(output) == "0 changed, 0 already right, 1 failed, 1 not done"


def test_what_the_recap_alone_knows_is_told_at_the_end(callback: Any, capsys: Any) -> None:
    callback.v2_playbook_on_task_start(task(STEP))
    for host in ("shop", "search"):
        callback.v2_runner_on_ok(result(host=host, changed=True))
    rows = [
        {**ROW, "failed": "data source: the platform does not list it"},
        {**ROW, "host": "search", "state": "changed"},
    ]
    callback.v2_runner_on_ok(result(RECAP, accounts=rows))
    callback.v2_playbook_on_stats(stats(shop={"ok": 1, "changed": 1}, search={"ok": 1}))
    end = capsys.readouterr().out
    assert "FAILED  shop, account 111122223333, member\n  data source:\n    the platform does not list it\n" in end
    assert totals(end) == "1 changed, 0 already right, 1 failed"


def test_what_is_for_somebody_to_look_at_is_told_at_the_end(callback: Any, capsys: Any) -> None:
    about = {"title": "no delivery yet", "remedy": "Run again tomorrow"}
    findings = [{"code": "SOURCE_WAITS", "severity": "pending", **about}, {"code": "X_Y", "severity": "note", **about}]
    callback.v2_playbook_on_task_start(task(STEP))
    callback.v2_runner_on_ok(result(changed=True))
    callback.v2_runner_on_ok(result(RECAP, accounts=[{**ROW, "state": "pending", "findings": findings}]))
    callback.v2_playbook_on_stats(stats(shop={"ok": 2, "changed": 1}))
    end = capsys.readouterr().out
    told = "SOURCE_WAITS:\n    no delivery yet\n    Run again tomorrow\n"
    assert "PENDING  shop, account 111122223333, member\n  " + told in end
    assert "X_Y" not in end
    assert totals(end) == "0 changed, 0 already right, 0 failed, 1 pending, 1 not done"


def test_what_speaks_for_all_accounts_is_no_work_on_its_host(callback: Any, capsys: Any) -> None:
    for action in ("finops_for_cloud.aws.fleet", RECAP):
        callback.v2_runner_on_ok(result(action))
    callback.v2_runner_on_ok(result("ansible.builtin.include_vars", run_once=True))
    callback.v2_playbook_on_play_start(Play())
    callback.v2_playbook_on_stats(stats(shop={"ok": 3}))
    assert totals(capsys.readouterr().out) == "0 changed, 0 already right, 0 failed, 2 not done"


def test_in_other_playbooks_a_host_is_done_with_its_play_and_a_rescue_makes_up_for_a_failure(
    callback: Any, capsys: Any
) -> None:
    callback.v2_runner_on_failed(result("ansible.builtin.copy", msg="for a while"))
    callback.v2_runner_on_ok(result("ansible.builtin.copy", host="search", changed=True))
    callback.v2_runner_on_failed(result("ansible.builtin.copy", host="web-1", msg="for good"))
    callback.v2_runner_on_failed(result("ansible.builtin.copy", host="search", msg="no matter"), ignore_errors=True)
    callback.v2_playbook_on_stats(stats(shop={"rescued": 1}, search={"changed": 1}, **{"web-1": {"failures": 1}}))
    output = capsys.readouterr().out
    assert (output.count("for a while"), output.count("for good"), output.count("IGNORED")) == (1, 2, 1)
    assert totals(output) == "1 changed, 1 already right, 0 failed"
    assert output.endswith("\nhost   ok  changed  failures\nweb-1   0        0         1\n")


@pytest.mark.parametrize("has_steps", [True, False])
def test_an_interrupted_run_says_what_was_done_and_only_of_steps_that_all_is_safe(
    callback: Any, capsys: Any, has_steps: bool
) -> None:
    callback.v2_playbook_on_task_start(task(STEP if has_steps else "ansible.builtin.copy"))
    callback.v2_runner_on_ok(result(changed=True))
    callback._interrupted()
    output = capsys.readouterr().out
    assert totals(output) == "1 changed, 0 already right, 0 failed, 1 not done"
    assert ("It is safe to run it again" in output) is has_steps


def test_verbose_runs_name_the_steps_that_were_done(callback: Any, capsys: Any, monkeypatch: Any) -> None:
    items = [{"changed": True, "steps": ["Create it", "Encrypt it"]}, {"changed": False, "steps": ["Never"]}]
    monkeypatch.setattr(callback._display, "verbosity", 1)
    callback.v2_runner_on_ok(result(changed=True, results=items))
    callback.v2_runner_on_ok(result("ansible.builtin.copy", changed=True))
    assert capsys.readouterr().out == "shop: Create it\nshop: Encrypt it\nshop: Connect the account\n"
