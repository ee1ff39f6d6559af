# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read, plan, apply: the mechanism, on a resource of two switches in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, OutcomeUnknown
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import (
    Answer,
    Mode,
    Resource,
    Step,
    run,
)

SWITCHES = ("first", "second")


class Switchboard:
    """Clients of a service whose whole state is which switches are on; `failures` are raised by write number n."""

    def __init__(self, failures: Mapping[int, tuple[Exception, bool]] | None = None) -> None:
        self.on: list[str] = []
        self.writes: list[tuple[str, dict[str, Any]]] = []
        self.guarded = False
        self._failures = dict(failures or {})

    def require_account(self) -> None:
        self.guarded = True

    def pause(self, attempt: int) -> None:
        """Nothing to wait for."""

    def wait(self, seconds: float) -> None:
        """Nobody to wait for."""

    def write(self, client: str, operation: str, parameters: Mapping[str, Any], repeat_on: str) -> dict[str, Any]:
        assert self.guarded
        self.writes.append((operation, dict(parameters)))
        failure, effect = self._failures.pop(len(self.writes), (None, True))
        if effect and operation == "turn_on":
            self.on.append(parameters["name"])
        elif effect:
            self.on.remove(parameters["name"])
        if failure:
            raise failure
        return {"Token": "answer to " + str(parameters["name"])}


class Switches(Resource):
    """Wants both switches on."""

    def read(self) -> list[str]:
        return list(self.clients.on)

    def plan(self, current: list[str]) -> list[Step]:
        return [
            Step(
                f"Turn on {name}",
                "board",
                "turn_on",
                {"name": name},
                before="off",
                after="on",
                undo=Step(f"Turn off {name}", "board", "turn_off", {"name": name})
                if self.options.get("undo")
                else None,
            )
            for name in SWITCHES
            if name not in current
        ]

    def describe(self, current: list[str], steps: Sequence[Step]) -> dict[str, Any]:
        return {"was_on": current}


def test_steps_are_done_in_order_and_reported() -> None:
    board = Switchboard()
    result = run(Switches, {}, board, Mode())
    assert board.on == ["first", "second"]
    assert result == {
        "changed": True,
        "steps": ["Turn on first", "Turn on second"],
        "was_on": [],
        "warnings": [],
    }


def test_a_second_run_plans_nothing_and_does_not_even_ask_who_it_is() -> None:
    board = Switchboard()
    board.on = ["first", "second"]
    assert run(Switches, {}, board, Mode())["changed"] is False
    assert not board.guarded


def test_check_mode_announces_the_steps_and_writes_nothing() -> None:
    board = Switchboard()
    result = run(Switches, {}, board, Mode(check=True))
    assert result["steps"] == ["Turn on first", "Turn on second"]
    assert result["changed"] is True
    assert board.writes == []


def test_diff_mode_shows_each_step() -> None:
    board = Switchboard()
    board.on = ["first"]
    result = run(Switches, {}, board, Mode(check=True, diff=True))
    assert result["diff"] == [
        {"before_header": "Turn on second", "after_header": "Turn on second", "before": "off", "after": "on"}
    ]


@pytest.mark.parametrize("effect", [True, False])
def test_after_a_lost_answer_it_looks_again_and_does_only_what_is_missing(effect: bool) -> None:
    board = Switchboard({1: (OutcomeUnknown("no answer"), effect)})
    result = run(Switches, {}, board, Mode())
    assert "failed" not in result
    assert board.on == ["first", "second"]
    assert len(board.writes) == (2 if effect else 3)


def test_lost_answers_are_looked_up_only_so_often() -> None:
    board = Switchboard({number: (OutcomeUnknown("no answer"), False) for number in range(1, 100)})
    result = run(Switches, {"account_id": "111122223333"}, board, Mode())
    assert result["failed"] is True
    assert result["msg"] == "Account 111122223333: no answer"
    assert len(board.writes) == 8


def test_a_refusal_ends_the_run_and_names_the_steps_done() -> None:
    board = Switchboard({2: (FinopsError("refused"), False)})
    result = run(Switches, {"account_id": "111122223333"}, board, Mode())
    assert result == {
        "changed": True,
        "steps": ["Turn on first"],
        "failed": True,
        "msg": "Account 111122223333: refused",
    }


def test_a_refusal_takes_back_earlier_steps_that_say_how() -> None:
    board = Switchboard({2: (FinopsError("refused"), False)})
    result = run(Switches, {"undo": True}, board, Mode())
    assert board.on == []
    assert result["steps"] == ["Turn on first", "Turn off first"]


def test_an_answer_is_filled_in_only_when_a_step_is_done() -> None:
    class Chain(Switches):
        def plan(self, current: list[str]) -> list[Step]:
            return [
                Step("Make", "board", "turn_on", {"name": "first"}),
                Step(
                    "Use",
                    "board",
                    "turn_on",
                    {"name": Answer("turn_on", ("Token",)), "deep": [{"a": Answer("turn_on", ("Token",))}]},
                ),
            ]

    board = Switchboard()
    result = run(Chain, {}, board, Mode(diff=True))
    assert board.writes[1] == ("turn_on", {"name": "answer to first", "deep": [{"a": "answer to first"}]})
    assert "answer to first" not in str(result)
