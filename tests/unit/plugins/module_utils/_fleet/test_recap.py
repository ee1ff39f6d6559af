# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recap: done, already right, left out, failed and why."""

from __future__ import annotations

from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet import recap

URL = {"finops_platform_url": "https://platform.example.com", "finops_account_id": "111122223333"}
RIGHT: dict[str, Any] = {"changed": False, "steps": []}


def connection(**results: dict[str, Any]) -> dict[str, Any]:
    """The variable in which the roles register the results of their steps."""
    items = [{**result, "module": module} for module, result in results.items()]
    return {"finops_connection": {"results": items}}


def done(*steps: str) -> dict[str, Any]:
    return {"changed": True, "steps": list(steps)}


def row(variables: dict[str, Any], listed: bool | None = None, check_mode: bool = False) -> dict[str, Any]:
    return recap.row("payer", "management", variables, listed, check_mode)


def test_an_account_that_was_right() -> None:
    account = row({**URL, **connection(account=RIGHT, cur=RIGHT, user=RIGHT)})
    assert (account["state"], account["right"], account["done"]) == ("right", ["cost report", "user"], [])


def test_an_account_that_was_changed() -> None:
    account = row({**URL, **connection(cur=done("Create the bucket b"), user=RIGHT)}, listed=True)
    assert (account["state"], account["right"], account["done"]) == ("changed", ["user"], ["Create the bucket b"])


def test_a_failure_keeps_what_was_done_before() -> None:
    failure = {"task": "Create the user", "reason": "Account 111122223333: refused"}
    steps = connection(cur=done("Create the bucket b"), user={"changed": False, "failed": True})
    account = row({**URL, **steps, "finops_failure": failure})
    assert account["state"] == "failed"
    assert account["failed"] == "Create the user: Account 111122223333: refused"
    assert (account["done"], account["right"]) == (["Create the bucket b"], [])


def test_without_a_platform_it_says_what_was_left_out() -> None:
    account = row({"finops_account_id": "111122223333", **connection(access_key={"skipped": True, "changed": False})})
    assert "finops_platform_url is not set" in account["left_out"]
    assert account["right"] == []


def test_a_key_in_a_store_is_not_said_to_be_left_out() -> None:
    account = row({"finops_account_id": "111122223333", **connection(access_key=RIGHT)})
    assert account["left_out"] == "data source: finops_platform_url is not set"
    assert account["right"] == ["access key"]


def test_an_account_that_the_platform_does_not_list_has_failed() -> None:
    assert row({**URL, **connection(access_key=done("Create the data source"))}, listed=False)["state"] == "failed"
    assert row({**URL, **connection(access_key=done("Create the data source"))}, listed=False)["unlisted"]
    assert not row({**URL, **connection(access_key=done("Create the data source"))}, listed=True)["unlisted"]


def test_the_text_names_every_account_and_counts_them() -> None:
    failure = {"task": "Log in", "reason": "no credentials"}
    text = recap.text(
        [row({**URL, **connection(cur=RIGHT)}), row({**URL, "finops_failure": failure})], check_mode=False, brief=False
    )
    assert "Account 111122223333 (payer), management: already right" in text
    assert "FAILED" in text and "Log in: no credentials" in text
    assert text.endswith("2 accounts: 0 changed, 1 already right, 1 FAILED")


def test_in_check_mode_nothing_is_said_to_be_done() -> None:
    text = recap.text([row({**URL, **connection(cur=done("Create the bucket b"))})], check_mode=True, brief=False)
    assert "would change" in text and "would be done" in text
    assert "  done" not in text


def test_in_brief_what_was_right_is_only_counted_and_what_failed_is_whole() -> None:
    rows = [
        row({**URL, **connection(cur=RIGHT)}),
        row({**URL, **connection(cur=done("Create the bucket b", "Create the export e"))}, listed=True),
        row({**URL, "finops_failure": {"task": "Log in", "reason": "no credentials"}}),
    ]
    assert recap.text(rows, check_mode=False, brief=True).splitlines() == [
        "Account 111122223333 (payer), management: changed, 2 steps",
        "Account 111122223333 (payer), management: FAILED",
        "  failed         Log in: no credentials",
        "3 accounts: 1 changed, 1 already right, 1 FAILED",
    ]
