# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the callback reads from Ansible's results, of whichever version: never more than it may show."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.callback import fleet
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.progress import Progress
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.progress_text import Style
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.run_events import (
    RECAP,
    STEP,
    Event,
    account_of,
    asks_something,
)

HIDDEN = "the output has been hidden due to the fact that 'no_log: true' was specified for this result"


def result(action: str = STEP, prefix: str = "", name: str = "steps : Connect the account", **found: Any) -> Any:
    """A result as callbacks get it; ansible-core 2.17 and 2.18 name its parts with an underscore."""
    parts = {
        prefix + "host": SimpleNamespace(get_name=lambda: "shop"),
        prefix + "task": SimpleNamespace(action=action, ignore_unreachable=False),
        prefix + "result": found,
    }
    return SimpleNamespace(task_name=name, **parts)


@pytest.mark.parametrize("prefix", ["", "_"], ids=["2.19", "2.17"])
def test_the_parts_of_a_result(prefix: str) -> None:
    event = Event(result(prefix=prefix, changed=True))
    assert (event.host, event.name, event.action, event.is_own) == ("shop", "Connect the account", STEP, True)
    assert event.has_changed


def test_a_group_in_the_inventory_is_no_change() -> None:
    assert not Event(result("ansible.builtin.group_by", changed=True)).has_changed
    assert Event(result("ansible.builtin.copy", changed=True)).has_changed


def test_the_steps_of_items_that_changed() -> None:
    items = [
        {"changed": True, "steps": ["Create the bucket b", "Encrypt it"]},
        {"changed": False, "steps": []},
        {"changed": False, "steps": ["Never done"]},
        "not a mapping",
    ]
    assert Event(result(results=items)).titles() == ["Create the bucket b", "Encrypt it"]
    assert Event(result(changed=True, steps=["Create the user"])).titles() == ["Create the user"]


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ({"msg": " refused "}, "refused"),
        (
            {"msg": "non-zero return code", "stderr": "1\n2\n3\nno disk\n", "stdout": "x"},
            "non-zero return code\n2\n3\nno disk",
        ),
        ({"censored": HIDDEN, "msg": "open-sesame", "stderr": "open-sesame"}, HIDDEN),
        ({"invocation": {"module_args": {"secret": "open-sesame"}}, "stdout": "open-sesame"}, "no reason was given"),
    ],
)
def test_a_reason_is_a_message_and_never_the_whole_result(found: dict[str, Any], reason: str) -> None:
    assert Event(result(**found)).reason() == reason


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"msg": "hello"}, ["hello"]),
        ({"color": "red", "_ansible_verbose_always": True, "changed": False}, ["color: red"]),
        ({"results": [{"msg": "a", "item": 1}, {"censored": HIDDEN}]}, ["a", HIDDEN]),
        ({"results": [{"color": "red", "ansible_loop_var": "one", "one": "open-sesame"}]}, ["color: red"]),
    ],
)
def test_what_a_debug_task_says(found: dict[str, Any], said: list[str]) -> None:
    assert Event(result("ansible.builtin.debug", **found)).says() == said
    assert Event(result("ansible.builtin.command", **found)).says() == []


def test_the_account_at_the_beginning_of_an_error() -> None:
    assert account_of("Account 012345678901: refused: by AWS") == ("012345678901", "refused: by AWS")
    assert account_of("Account None: refused") == (None, "Account None: refused")
    assert account_of("refused") == (None, "refused")


def test_a_task_that_asks() -> None:
    assert asks_something(SimpleNamespace(action="ansible.builtin.pause"))
    assert not asks_something(SimpleNamespace(action=STEP))


class Screen:
    """What the callback would show."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.is_paused = False
        self.width = 80

    def say(self, *pieces: tuple[str, str]) -> None:
        self.said.append("".join(text for text, dummy in pieces))

    def pause(self, is_paused: bool) -> None:
        self.is_paused = is_paused

    def show(self, *arguments: object) -> None:
        pass


@pytest.fixture
def callback() -> Any:
    """Within a run over two accounts."""
    found: Any = fleet.CallbackModule()
    found._screen = Screen()
    found._progress = Progress()
    found._progress.expect({"shop": "member", "search": "member"}, ["shop", "search"], 1)
    found._plan = SimpleNamespace(has_steps=True)
    found._latest, found._failed_items, found._failed_in_recap, found._hostvars = "", {}, set(), {}
    return found


def task(action: str) -> Any:
    return SimpleNamespace(action=action, get_name=lambda: "steps : " + action)


def test_the_terminal_belongs_to_tasks_that_print_or_ask(callback: Any) -> None:
    paused = []
    for action in (STEP, RECAP, STEP, "ansible.builtin.pause", STEP):
        callback.v2_playbook_on_task_start(task(action), False)
        paused.append(callback._screen.is_paused)
    assert paused == [False, True, False, True, False]


def test_what_speaks_for_all_accounts_is_no_work_on_its_host(callback: Any) -> None:
    for action, has_worked in (("finops_for_cloud.aws.fleet", False), (RECAP, False), (STEP, True)):
        callback.v2_runner_on_ok(result(action))
        assert callback._progress.accounts["shop"].worked is has_worked


def test_what_the_recap_alone_knows_is_told_and_stays(callback: Any) -> None:
    words = "data source: the platform does not list this account at the end of the run"
    rows = [{"host": "shop", "account_id": "012345678901", "case": "member", "failed": words}, {"host": "search"}]
    callback.v2_runner_on_ok(result(RECAP, accounts=rows))
    (said,) = callback._screen.said
    assert "FAILED  shop, account 012345678901, member\n  data source:\n    the platform does not list" in said
    nothing = {"failures": 0, "unreachable": 0, "changed": 0, "ok": 1}
    callback._screen.close = lambda: None
    callback._screen.style = Style()
    callback._hosts_of_play, callback._begun = [], 0.0
    stats = SimpleNamespace(processed={"shop": 1, "search": 1}, summarize=lambda host: nothing)
    callback.v2_playbook_on_stats(stats)
    assert callback._progress.accounts["shop"].failures
    assert "1 failed" in callback._screen.said[-1]


def test_what_the_recap_repeats_is_not_told_again(callback: Any) -> None:
    step: dict[str, Any] = {
        "finops_step": {},
        "_ansible_item_label": "Create the user",
        "msg": "Account 012345678901: refused",
    }
    callback.v2_runner_item_on_failed(result(**step))
    callback.v2_runner_on_failed(result(msg="One or more items failed", results=[step]))
    callback.v2_runner_on_ok(result(RECAP, accounts=[{"host": "shop", "failed": "Create the user: " + step["msg"]}]))
    callback.v2_runner_on_failed(result("ansible.builtin.fail", msg="Create the user: " + step["msg"]))
    (said,) = callback._screen.said
    assert said.endswith("FAILED  shop, account 012345678901, member\n  Create the user:\n    refused")


def test_an_item_that_could_be_anything_is_not_shown(callback: Any) -> None:
    item: dict[str, Any] = {"item": {"password": "open-sesame"}, "msg": "refused"}
    callback.v2_runner_item_on_failed(result("ansible.builtin.uri", name="Call", **item))
    callback.v2_runner_on_failed(result("ansible.builtin.uri", name="Call", results=[item]))
    (said,) = callback._screen.said
    assert said.endswith("  Call:\n    refused")


def test_a_failed_item_of_a_task_that_went_well_is_forgotten(callback: Any) -> None:
    callback.v2_runner_item_on_failed(result(msg="for a while"))
    callback.v2_runner_on_ok(result(changed=True))
    callback.v2_runner_on_failed(result(msg="for good"))
    (said,) = callback._screen.said
    assert said.endswith("for good")


def test_an_account_is_known_by_its_inventory_where_the_error_does_not_name_it(callback: Any) -> None:
    callback._hostvars = {"shop": {"finops_account_id": "012345678901"}, "search": {"finops_account_id": "{{ x }}"}}
    assert callback._account_id("shop") == "012345678901"
    assert callback._account_id("search") is None
    assert callback._account_id("nobody") is None


@pytest.mark.parametrize(("found", "shown"), [({"msg": "refused"}, 1), ({"censored": HIDDEN}, 0)])
def test_a_traceback_is_for_the_most_verbose_runs_and_never_of_a_hidden_result(
    callback: Any, monkeypatch: pytest.MonkeyPatch, found: dict[str, Any], shown: int
) -> None:
    tracebacks: list[Any] = []
    monkeypatch.setattr(callback, "_handle_exception", tracebacks.append)
    callback.v2_runner_on_failed(result(exception="Traceback", **found))
    assert tracebacks == []
    monkeypatch.setattr(callback, "_display", SimpleNamespace(verbosity=3))
    callback.v2_runner_on_failed(result(exception="Traceback", **found))
    assert len(tracebacks) == shown
