# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on an account: from its steps' results and from nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.verdict import (
    has_connected,
    removed,
    verdict,
)

ACCOUNT = "111122223333"
URL = {"finops_platform_url": "https://platform.example.com", "finops_account_id": ACCOUNT}
RIGHT: dict[str, Any] = {"changed": False, "steps": []}
SKIPPED: dict[str, Any] = {"changed": False, "skipped": True}
FAILED: dict[str, Any] = {"changed": False, "steps": [], "failed": True, "msg": f"Account {ACCOUNT}: refused"}


def done(*steps: str) -> dict[str, Any]:
    return {"changed": True, "steps": list(steps)}


def found(severity: str, code: str = "CUR_X", title: str = "it is so") -> dict[str, Any]:
    return {**RIGHT, "findings": [{"code": code, "severity": severity, "title": title}]}


def steps(variable: str = "finops_connection", **results: dict[str, Any]) -> dict[str, Any]:
    """The variable in which the roles register the results of their steps."""
    items = [
        {**result, "module": module, "finops_step": {"module": module, "name": f"Step {module}"}}
        for module, result in results.items()
    ]
    return {variable: {"results": items, "failed": any(result.get("failed") for result in results.values())}}


def of(variables: dict[str, Any], listed: bool | None = None) -> dict[str, Any]:
    return verdict("payer", "management", variables, listed)


def test_an_account_that_was_right() -> None:
    account = of({**URL, **steps(account=RIGHT, cur=RIGHT, user=RIGHT)})
    assert (account["state"], account["right"], account["done"]) == ("right", ["cost report", "user"], [])
    assert (account["host"], account["account_id"], account["case"]) == ("payer", ACCOUNT, "management")
    assert (account["failed"], account["left_out"], account["unlisted"]) == (None, None, False)


def test_a_migration_stands_where_its_last_step_says_and_before_what_a_check_announces_where_its_first_does() -> None:
    first, last = ({**RIGHT, "stage": {"name": name}} for name in ("key", "grace"))
    variables = {**URL, **steps(account=RIGHT, former_login=first, data_source=last)}
    told = [
        verdict("payer", "management", variables, None, check_mode)["stage"]["name"] for check_mode in (False, True)
    ]
    assert told == ["grace", "key"]
    assert of({**URL, **steps(account=RIGHT)})["stage"] is None


def test_an_account_that_was_changed() -> None:
    account = of({**URL, **steps(cur=done("Create the bucket b"), user=RIGHT)}, listed=True)
    assert (account["state"], account["right"], account["done"]) == ("changed", ["user"], ["Create the bucket b"])


def test_a_data_source_that_the_key_made_was_not_already_right() -> None:
    connected = steps(user=RIGHT, access_key=done("Create the data source aws-1"), data_source=RIGHT)
    assert of({**URL, **connected}, listed=True)["right"] == ["user"]


def test_a_failure_keeps_what_was_done_before_and_says_the_step_and_not_the_account_twice() -> None:
    account = of({**URL, **steps(cur=done("Create the bucket b"), user=FAILED, access_key=SKIPPED)})
    assert account["state"] == "failed"
    assert account["failed"] == "Step user: refused"
    assert (account["done"], account["right"]) == (["Create the bucket b"], [])


@pytest.mark.parametrize(
    ("registered", "reason"),
    [
        ({}, "left the play before"),
        ({"finops_connection": {"unreachable": True, "msg": "no route"}}, "no route"),
        ({"finops_connection": {"failed": True, "msg": "a template fails"}}, "a template fails"),
    ],
)
def test_an_account_without_a_result_is_never_right(registered: dict[str, Any], reason: str) -> None:
    account = of({**URL, **registered})
    assert account["state"] == "failed"
    assert reason in account["failed"]


def test_an_unreachable_step_has_failed() -> None:
    account = of({**URL, **steps(account={"unreachable": True, "msg": "no route"}, cur=RIGHT)})
    assert (account["state"], account["failed"]) == ("failed", "Step account: no route")


def test_a_failure_in_a_later_task_counts_as_well() -> None:
    rotated = steps("finops_rotation", account=RIGHT, access_key=done("Create an access key"))
    retired = {"finops_retirement": {**FAILED, "module": "access_key"}}
    account = of({**URL, **rotated, **retired})
    assert account["failed"] == "access key: refused"
    assert account["done"] == ["Create an access key"]


@pytest.mark.parametrize(
    ("severity", "state", "right"),
    [("alarm", "found", ["user"]), ("pending", "pending", ["user"]), ("note", "right", ["user"])],
)
def test_findings_that_stay_decide_what_a_green_account_is_called(severity: str, state: str, right: list[str]) -> None:
    account = of({**URL, **steps(cur=found(severity), user=RIGHT)})
    assert (account["state"], account["right"]) == (state, right)
    assert [finding["code"] for finding in account["findings"]] == ["CUR_X"]


@pytest.mark.parametrize(
    ("severity", "state"),
    [("drift", "found"), ("blocked", "found"), ("alarm", "found"), ("pending", "pending"), ("note", "right")],
)
def test_an_audit_has_states_of_its_own(severity: str, state: str) -> None:
    assert of({**URL, **steps("finops_audit", cur=found(severity))})["state"] == state


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("SOURCE_MISSING", ["user", "access key"]),
        ("KEY_DUE", ["user", "data source"]),
        ("CUR_X", ["user", "access key", "data source"]),
    ],
)
def test_a_part_of_which_another_step_tells_something_is_not_right(code: str, right: list[str]) -> None:
    told = steps("finops_audit", cur=found("drift", code), user=RIGHT, access_key=RIGHT, data_source=RIGHT)
    assert of({**URL, **told})["right"] == right


def test_a_finding_of_several_steps_is_told_once() -> None:
    login = found("blocked", "ACCOUNT_WRONG", "another account")
    account = of({**URL, **steps("finops_audit", account=login, user=login, cur=found("drift"))})
    assert [finding["code"] for finding in account["findings"]] == ["ACCOUNT_WRONG", "CUR_X"]


@pytest.mark.parametrize(
    ("key", "left_out"),
    [(SKIPPED, "access key and data source"), (RIGHT, "data source")],
)
def test_without_a_platform_it_says_what_was_left_out(key: dict[str, Any], left_out: str) -> None:
    account = of({"finops_account_id": ACCOUNT, **steps(user=RIGHT, access_key=key, data_source=SKIPPED)})
    assert account["left_out"] == f"{left_out}: finops_platform_url is not set"


@pytest.mark.parametrize(("listed", "state"), [(False, "failed"), (True, "changed"), (None, "changed")])
def test_an_account_that_the_platform_does_not_list_has_failed(listed: bool | None, state: str) -> None:
    account = of({**URL, **steps(access_key=done("Create the data source"))}, listed)
    assert account["state"] == state
    assert account["unlisted"] is (state == "failed")


def test_another_failure_comes_before_the_listing() -> None:
    account = of({**URL, **steps(access_key=FAILED)}, listed=False)
    assert (account["unlisted"], account["failed"]) == (False, "Step access_key: refused")


@pytest.mark.parametrize(
    ("results", "connected"),
    [
        ({"cur": done("x")}, False),
        ({"access_key": {**RIGHT, "data_source": {"id": "s"}}}, False),
        ({"access_key": {**done("x"), "data_source": {"id": "s"}}}, True),
        ({"data_source": {**done("x"), "data_source": {"id": "s"}}}, True),
        ({"data_source": {**done("remove it"), "data_source": None}}, False),
        ({}, False),
    ],
)
def test_whether_the_run_wrote_to_the_data_source(results: dict[str, Any], connected: bool) -> None:
    assert has_connected(steps(**results)) is connected


def leaving(**results: dict[str, Any]) -> dict[str, Any]:
    """An account that is offboarded."""
    return {**URL, **steps("finops_offboarding", **results)}


STUCK = {
    **FAILED,
    "findings": [
        {"code": "USER_IN_USE", "severity": "blocked", "title": "the user stays", "remedy": "Look"},
        {"code": "USER_PRESENT", "severity": "drift", "title": "Delete the user"},
    ],
}


def test_what_is_left_of_an_account_is_told_with_its_reason() -> None:
    account = of(leaving(data_source=done("Delete the data source"), user=STUCK, cur=found("note", title="it stays")))
    assert account["state"] == "failed"
    assert account["failed"] == "Step user: refused"
    assert account["stays"] == ["the user stays. Look", "it stays."]


def test_a_step_that_failed_without_a_finding_is_told_as_well() -> None:
    assert of(leaving(account=RIGHT, user=FAILED, policy=FAILED))["stays"] == [
        f"Step user: Account {ACCOUNT}: refused",
        f"Step policy: Account {ACCOUNT}: refused",
    ]


def test_of_an_account_that_was_refused_nothing_but_that_is_told() -> None:
    account = of(leaving(account=STUCK, data_source=SKIPPED))
    assert (account["failed"], account["stays"]) == ("Step account: refused", [])


@pytest.mark.parametrize("variable", ["finops_connection", "finops_audit"])
def test_nothing_is_left_of_accounts_that_stay(variable: str) -> None:
    assert of({**URL, **steps(variable, user=found("note"))})["stays"] is None


def test_an_offboardings_steps_have_names_of_their_own() -> None:
    item = {"module": "user", "name": "Create the user", "removal": "Delete the user"}
    result = {**FAILED, "module": "user", "finops_step": item}
    assert of({**URL, "finops_offboarding": {"results": [result]}})["failed"] == "Delete the user: refused"
    assert of({**URL, "finops_connection": {"results": [result]}})["failed"] == "Create the user: refused"


def test_a_key_that_went_with_its_data_source_has_connected_nothing() -> None:
    step = {**done("Delete the access key A"), "data_source": {"id": "s-1"}}
    assert not has_connected(steps("finops_offboarding", access_key=step))
    assert has_connected(steps("finops_connection", access_key=step))


def test_what_is_gone_is_collected() -> None:
    results = {"data_source": {**RIGHT, "removed": ["s-1"]}, "access_key": {**FAILED, "removed": ["A"]}}
    assert removed(steps("finops_offboarding", **results)) == ["s-1", "A"]
    assert removed({"finops_offboarding": {"results": [], "skipped": True}}) == []
    assert removed(steps("finops_connection", **results)) == []
