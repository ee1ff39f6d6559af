# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of the accounts after their visits, and when nothing has to be looked at."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.history import TAG
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._whole_history import (
    Visited,
    is_settled,
    left_asleep,
)

AWAKE = {"auto_import": True, "config": {"linked": True}}
ASLEEP = {"auto_import": False, "config": {"linked": True}}
RIGHT: dict[str, Any] = {"module": "data_source", "changed": False, "data_source": AWAKE}
CONNECTED = {**RIGHT, "changed": True}


def visited(
    *results: dict[str, Any], case: str = "member", seen: dict[str, Any] | None = None, **others: Any
) -> Visited:
    registered = {"finops_connection": {"results": list(results)}} if results else {}
    variables = {"finops_account_id": "111122223333", **others}
    return Visited("shop", case, variables, registered, {"data_source": AWAKE} if seen is None else seen)


def root(note: object, newest: int | None) -> Visited:
    user = {"module": "user", "changed": False, "user": {"tags": {} if note is None else {TAG: str(note)}}}
    return visited(user, RIGHT, case="management", seen={"data_source": {"config": {}}, "newest": newest})


@pytest.mark.parametrize(
    ("account", "settled"),
    [
        (visited(RIGHT), True),
        (visited(CONNECTED), False),
        (visited(RIGHT, seen={"data_source": ASLEEP}), False),
        # A sleeping source that is no member's is woken in its own visit.
        (visited(RIGHT, seen={"data_source": {"auto_import": False, "config": {}}}), True),
        (visited(RIGHT, seen={}), True),
        (visited(), True),
        (Visited("shop", "member", {}, {}, None), False),
        (root(5, 5), True),
        (root(4, 5), False),
        (root(None, 5), False),
        (root("?", 5), False),
        (root(None, None), True),
        # Whose data source works with a role has no user of ours.
        (visited(RIGHT, case="management", seen={"newest": 5}), False),
    ],
)
def test_nothing_is_looked_at_where_nobody_slept_nobody_is_new_and_all_was_asked_for(
    account: Visited, settled: bool
) -> None:
    assert is_settled([visited(RIGHT), account]) == settled


def test_what_became_of_a_visit() -> None:
    failed = {"module": "user", "changed": False, "failed": True, "msg": "no"}
    assert visited(failed).has_failed and visited().has_failed and not visited(RIGHT).has_failed
    assert visited({"module": "account", "session": "sealed"}, RIGHT).session == "sealed"
    assert visited(RIGHT).session is None
    assert visited(RIGHT, seen={"data_source": {}}).is_new and not visited(RIGHT).is_new
    assert visited(RIGHT).account_id == "111122223333"


ROOT, OTHER = "000000000001", "000000000002"


@pytest.mark.parametrize(
    ("root", "handled", "sleeps"),
    [
        (ROOT, set(), True),
        (ROOT, {ROOT}, False),
        (ROOT, {OTHER}, True),
        # Any management account that was asked has woken those of which nobody knows theirs.
        (None, set(), True),
        (None, {OTHER}, False),
    ],
)
def test_members_whose_management_account_was_not_asked_are_left_asleep(
    root: str | None, handled: set[str], sleeps: bool
) -> None:
    sources = [{"account_id": "111122223333", **ASLEEP}, {"account_id": "111122224444", **ASLEEP}]
    left = left_asleep([visited(RIGHT)], sources, {"111122223333": root}, handled)
    assert left == ({"shop": sources[0]} if sleeps else {})


def test_those_awake_and_accounts_of_other_cases_are_not_left_asleep() -> None:
    assert left_asleep([visited(RIGHT)], [{"account_id": "111122223333", **AWAKE}], {}, set()) == {}
    asleep = [{"account_id": "111122223333", **ASLEEP}]
    assert left_asleep([visited(RIGHT, case="standalone")], asleep, {}, set()) == {}
