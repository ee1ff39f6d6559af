# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read, plan, apply: the mechanism, on a resource of two switches in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import (
    FinopsError,
    InputError,
    OutcomeUnknown,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import blocked, note
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Answer, Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import (
    Mode,
    Resource,
    assess,
    run,
)

SWITCHES = ("first", "second")


class Switchboard:
    """Clients of a service whose whole state is which switches are on; `failures` are raised by write number n."""

    def __init__(self, failures: Mapping[int, tuple[Exception, bool]] | None = None) -> None:
        self.on: list[str] = []
        self.writes: list[tuple[str, dict[str, Any]]] = []
        self.guarded = False
        self.waited: list[tuple[int, float]] = []
        self._failures = dict(failures or {})

    def require_account(self) -> None:
        self.guarded = True

    def pause(self, attempt: int) -> None:
        """Nothing to wait for."""

    def wait(self, seconds: float) -> None:
        self.waited.append((len(self.writes), seconds))

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
    """Wants both switches on; `findings` are others' that its plan has as well."""

    NAME = "switches"
    findings = ()

    def read(self) -> list[str]:
        return list(self.clients.on)

    def plan(self, current: list[str]) -> Plan:
        return Plan(self.steps(current), list(self.findings))

    def steps(self, current: list[str]) -> list[Step]:
        return [
            Step(
                f"Turn on {name}",
                "board",
                "turn_on",
                {"name": name},
                code="SWITCH_OFF",
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

    def info(self, current: list[str]) -> dict[str, Any]:
        return {"on": current}


def finding(title: str) -> dict[str, Any]:
    """The finding of a step, as results have it."""
    about = {"code": "SWITCH_OFF", "severity": "drift", "title": title, "remedy": "", "resource": "switches"}
    return {**about, "expected": "on", "actual": "off"}


def test_steps_are_done_in_order_and_reported() -> None:
    board = Switchboard()
    result = run(Switches, {}, board, Mode())
    assert board.on == ["first", "second"]
    assert result == {
        "changed": True,
        "steps": ["Turn on first", "Turn on second"],
        "was_on": [],
        "findings": [],
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
    assert result["findings"] == [finding("Turn on first"), finding("Turn on second")]
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
        "account_id": "111122223333",
        "warnings": [],
    }


def test_a_refusal_takes_back_earlier_steps_that_say_how() -> None:
    board = Switchboard({2: (FinopsError("refused"), False)})
    result = run(Switches, {"undo": True}, board, Mode())
    assert board.on == []
    assert result["steps"] == ["Turn on first", "Turn off first"]


def test_an_answer_is_filled_in_only_when_a_step_is_done() -> None:
    class Chain(Switches):
        def steps(self, current: list[str]) -> list[Step]:
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


def test_a_failed_undo_is_told_with_the_first_error_and_keeps_no_other_from_being_undone() -> None:
    class Three(Switches):
        def steps(self, current: list[str]) -> list[Step]:
            undone = [
                Step(
                    f"Turn on {name}",
                    "board",
                    "turn_on",
                    {"name": name},
                    undo=Step(f"Turn off {name}", "board", "turn_off", {"name": name}),
                )
                for name in ("a", "b", "c")
            ]
            return [*undone, Step("Turn on d", "board", "turn_on", {"name": "d"})]

    board = Switchboard({4: (FinopsError("refused"), False), 6: (FinopsError("stuck"), False)})
    result = run(Three, {}, board, Mode())
    assert board.on == ["b"]
    assert result["msg"] == "refused. Taking back what was done failed too: Turn off b: stuck"
    assert result["steps"] == ["Turn on a", "Turn on b", "Turn on c", "Turn off c", "Turn off a"]


class Blocking(Switches):
    """Something is in the way."""

    findings = (
        blocked("SWITCH_STUCK", "the second is stuck", "Oil it", expected="loose"),
        blocked("FUSE_BLOWN", "no power", ""),
        note("DUSTY", "it is dusty"),
    )


def test_a_blocked_plan_writes_nothing_and_says_all_that_is_in_the_way() -> None:
    board = Switchboard()
    result = run(Blocking, {"account_id": "111122223333"}, board, Mode())
    assert board.writes == []
    assert result["msg"] == "Account 111122223333: the second is stuck. Oil it; no power"
    codes = [found["code"] for found in result["findings"]]
    assert codes == ["SWITCH_STUCK", "FUSE_BLOWN", "DUSTY", "SWITCH_OFF", "SWITCH_OFF"]
    assert result["failed"] is True and result["changed"] is False


def test_check_mode_is_blocked_as_the_run_would_be() -> None:
    assert run(Blocking, {}, Switchboard(), Mode(check=True))["failed"] is True


def test_a_removal_does_what_it_can_and_then_says_what_stays() -> None:
    board = Switchboard()
    result = run(Blocking, {"account_id": "111122223333", "state": "absent"}, board, Mode())
    assert board.on == ["first", "second"]
    assert result["msg"] == "Account 111122223333: the second is stuck. Oil it; no power"
    assert result["failed"] is True and result["changed"] is True
    assert [found["code"] for found in result["findings"]] == ["SWITCH_STUCK", "FUSE_BLOWN", "DUSTY"]


def test_check_mode_announces_what_of_a_removal_can_be_done() -> None:
    board = Switchboard()
    result = run(Blocking, {"state": "absent"}, board, Mode(check=True))
    assert board.writes == []
    assert result["failed"] is True and result["steps"] == ["Turn on first", "Turn on second"]
    assert len(result["findings"]) == 5


@pytest.mark.parametrize("check", [True, False])
def test_what_is_gone_is_told_also_where_something_else_failed(check: bool) -> None:
    class Removing(Blocking):
        def steps(self, current: list[str]) -> list[Step]:
            return [Step("Turn on a", "board", "turn_on", {"name": "a"}, removes=removes) for removes in ("id-1", "")]

    assert run(Removing, {"state": "absent"}, Switchboard(), Mode(check=check))["removed"] == ["id-1"]


def test_notes_are_warnings_and_stay_when_all_else_is_mended() -> None:
    class Dusty(Switches):
        findings = (note("DUSTY", "it is dusty", "Wipe it"),)

    result = run(Dusty, {"account_id": "111122223333"}, Switchboard(), Mode())
    assert result["warnings"] == ["Account 111122223333: it is dusty. Wipe it"]
    assert [found["code"] for found in result["findings"]] == ["DUSTY"]


def test_an_audit_tells_everything_and_writes_nothing() -> None:
    board = Switchboard()
    board.on = ["first"]
    result = run(Blocking, {"account_id": "111122223333"}, board, Mode(audit=True))
    assert "failed" not in result and result["changed"] is False
    assert [found["code"] for found in result["findings"]] == ["SWITCH_STUCK", "FUSE_BLOWN", "DUSTY", "SWITCH_OFF"]
    assert board.writes == [] and not board.guarded


@pytest.mark.parametrize(
    ("error", "code", "title"),
    [
        (FinopsError("nobody knows"), "READ_FAILED", "nobody knows"),
        (FinopsError("not here", finding_code="READ_DENIED"), "READ_DENIED", "not here"),
        (InputError("prefix", "is empty"), "OPTION_INVALID", "O(prefix): is empty"),
    ],
)
@pytest.mark.parametrize("place", ["__init__", "read"])
def test_what_cannot_be_read_is_a_finding_of_an_audit(
    monkeypatch: pytest.MonkeyPatch, error: FinopsError, code: str, title: str, place: str
) -> None:
    def fail(*dummy: Any) -> None:
        raise error

    monkeypatch.setattr(Switches, place, fail)
    (found,) = assess(lambda: Switches({}, Switchboard())).plan.findings
    assert (found.code, found.title, found.severity) == (code, title, "blocked")


def test_info_has_what_is_there_and_what_is_wrong_with_it() -> None:
    board = Switchboard()
    board.on = ["first"]
    result = run(Switches, {}, board, Mode(info=True))
    assert result == {"changed": False, "on": ["first"], "findings": [finding("Turn on second")]}


def test_an_error_of_others_is_never_quoted() -> None:
    class Broken(Switches):
        def read(self) -> list[str]:
            raise ValueError("Invalid header value b'Bearer token-of-mine'")

    result = run(Broken, {"account_id": "111122223333"}, Switchboard(), Mode())
    assert "token-of-mine" not in str(result)
    assert "Account 111122223333: an unexpected ValueError in test_reconcile.py, line" in result["msg"]


def test_options_are_called_what_the_reader_calls_them() -> None:
    class Picky(Switches):
        def read(self) -> list[str]:
            raise InputError("prefix", "set it, or O(bucket)")

    result = run(Picky, {"variables": {"prefix": "finops_cur_prefix"}}, Switchboard(), Mode())
    assert result["msg"] == "finops_cur_prefix: set it, or bucket"


@pytest.mark.parametrize("account", [True, None, 111122223333, "shop"])
def test_what_is_no_account_id_is_not_called_an_account(account: Any) -> None:
    class Picky(Switches):
        def read(self) -> list[str]:
            raise FinopsError("no")

    result = run(Picky, {"account_id": account}, Switchboard(), Mode())
    assert result["msg"] == "no"
    assert "account_id" not in result


def test_a_pause_comes_before_the_step_and_only_where_it_is_asked_for() -> None:
    class Waiting(Switches):
        def steps(self, current: list[str]) -> list[Step]:
            return [Step("Turn on a", "board", "turn_on", {"name": "a"}, pause_before=pause) for pause in (0, 30)]

    board = Switchboard()
    run(Waiting, {}, board, Mode())
    assert board.waited == [(1, 30)]
