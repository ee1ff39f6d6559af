# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The looks at the platform before anything is retired, deleted or taken back."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, OutcomeUnknown
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform import holding
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, FakeClients

WANTED = {"access_key_id": "NEW"}
OLD = {"id": "one", "account_id": ACCOUNT, "config": {"access_key_id": "OLD"}}
NEW = {"id": "one", "account_id": ACCOUNT, "config": {"access_key_id": "NEW"}}


class Missing(FinopsError):
    """What the platform's client raises for an object that is not there."""

    status = 404


@pytest.mark.parametrize(
    ("answers", "looks"),
    [
        ([NEW], 1),
        ([{**OLD, "name": "former"}, NEW], 2),
        ([OLD] * 7 + [NEW], 8),
        ([Missing("none yet"), {**OLD, "config": None}, NEW], 3),
    ],
    ids=["at once", "late", "at the very last look", "unknown at first"],
)
def test_what_the_platform_took_is_waited_for(answers: list[Any], looks: int) -> None:
    clients = FakeClients({"cloud_account": answers})
    assert holding.prove_held(clients, {"id": "one"}, WANTED) == NEW
    assert clients.calls == [("cloud_account", {"identifier": "one"})] * looks


@pytest.mark.parametrize("answer", [{}, None, {"id": None}], ids=["a page to sign in", "nothing", "no id"])
def test_without_an_id_the_account_is_looked_for_in_the_list(answer: dict[str, Any] | None) -> None:
    another = {"id": "two", "account_id": OTHER, "config": {"access_key_id": "NEW"}}
    clients = FakeClients({"cloud_accounts": [[another], [another, OLD], [another, NEW]]})
    assert holding.prove_held(clients, answer, WANTED) == NEW
    assert len(clients.calls) == 3


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (OLD, f"the login of account {ACCOUNT}, but does not show it"),
        (Missing("never"), "does not show it"),
        (FinopsError("no answer"), "is not known: no answer"),
        (OutcomeUnknown("cut"), "^cut$"),
    ],
)
def test_where_it_never_shows_the_outcome_is_unknown_so_that_nothing_is_undone(answer: Any, says: str) -> None:
    with pytest.raises(OutcomeUnknown, match=says):
        holding.prove_held(FakeClients({"cloud_account": answer}), {"id": "one"}, WANTED)


def test_the_waits_grow_and_end() -> None:
    waits: list[int] = []

    class Waiting(FakeClients):
        def pause(self, attempt: int) -> None:
            waits.append(attempt)

    with pytest.raises(OutcomeUnknown):
        holding.prove_held(Waiting({"cloud_account": OLD}), {"id": "one"}, WANTED)
    assert waits == [1, 2, 3, 4, 5, 6, 7]
    # What clients.pause() waits at the least, in seconds: more than reads lag behind.
    assert sum(min(8.0, 0.25 * 2**attempt) for attempt in waits) * 0.75 > 20


@pytest.mark.parametrize(
    ("config", "wanted", "held"),
    [
        ({"access_key_id": "NEW", "more": 1}, WANTED, True),
        ({"access_key_id": "OLD"}, WANTED, False),
        (None, WANTED, False),
        ({"bucket_prefix": "a", "report_name": "r"}, {"bucket_prefix": "a/r", "report_name": "r"}, True),
        ({"bucket_prefix": "a/r", "report_name": "r"}, {"bucket_prefix": "a/r", "report_name": "r"}, True),
        ({"bucket_prefix": "a/b", "report_name": "r"}, {"bucket_prefix": "a/b/r", "report_name": "r"}, True),
        ({"bucket_prefix": "a/s", "report_name": "r"}, {"bucket_prefix": "a", "report_name": "r"}, False),
        ({"bucket_prefix": "a", "report_name": "s"}, {"bucket_prefix": "a", "report_name": "r"}, False),
        ({"report_name": "r"}, {"bucket_prefix": "", "report_name": "r"}, True),
        ({"report_name": "r"}, {"bucket_prefix": "a", "report_name": "r"}, False),
    ],
)
def test_whether_a_config_says_all_that_is_wanted(
    config: dict[str, Any] | None, wanted: dict[str, Any], held: bool
) -> None:
    assert holding.holds(config, wanted) is held


def test_a_key_that_the_platform_holds_is_not_taken_back() -> None:
    clients = FakeClients({"cloud_accounts": [[{**OLD, "config": None}, {**NEW, "name": "shop"}]]})
    with pytest.raises(FinopsError, match="'shop' holds the key NEW"):
        holding.delete_unheld_key(clients, "user", "NEW")
    assert clients.operations("delete_access_key") == []


def test_a_key_that_nobody_holds_is_taken_back() -> None:
    clients = FakeClients({"cloud_accounts": lambda dummy: [OLD]})
    holding.delete_unheld_key(clients, "user", "NEW")
    assert clients.calls[-1] == ("delete_access_key", {"UserName": "user", "AccessKeyId": "NEW"})
