# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every state of a key, by its facts."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import key_lifecycle
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_lifecycle import Facts, Key

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)


def days_ago(days: float) -> datetime.datetime:
    return NOW - datetime.timedelta(days=days)


def key(name: str, age: float = 0, active: bool = True, used: float | None = None, service: str = "s3") -> Key:
    return Key(name, active, days_ago(age), None if used is None else days_ago(used), None if used is None else service)


def facts(*keys: Key, **changes: Any) -> Facts:
    known: dict[str, Any] = {
        "source_key_id": None,
        "store_key_id": None,
        "noted_key_id": None,
        "made_key_id": None,
        "has_platform": True,
        "now": NOW,
    }
    return Facts(keys=keys, **{**known, **changes})


@pytest.mark.parametrize(
    ("one", "changes", "state"),
    [
        (key("A"), {"source_key_id": "A"}, key_lifecycle.IN_SERVICE),
        (key("A"), {"store_key_id": "A", "has_platform": False}, key_lifecycle.IN_SERVICE),
        (key("A", active=False), {"source_key_id": "A"}, key_lifecycle.BROKEN),
        (key("A"), {"store_key_id": "A"}, key_lifecycle.WAITING),
        (key("A"), {"made_key_id": "A"}, key_lifecycle.MADE),
        (key("A", used=1), {"noted_key_id": "A"}, key_lifecycle.SUPERSEDED),
        (key("A"), {}, key_lifecycle.ORPHAN),
        (key("A", age=1, used=1, service="sts"), {}, key_lifecycle.ORPHAN),
        (key("A", age=2, used=1, service="sts"), {}, key_lifecycle.FOREIGN),
        (key("A", age=1, used=1), {}, key_lifecycle.FOREIGN),
        (key("A", active=False), {}, key_lifecycle.FOREIGN),
    ],
)
def test_the_state_of_a_key_alone(one: Key, changes: dict[str, Any], state: str) -> None:
    assert facts(one, **changes).state(one) == state


def test_an_inactive_key_older_than_the_one_in_service_is_retired() -> None:
    old, new = key("A", age=100, active=False), key("B", age=5)
    assert facts(old, new, source_key_id="B").state(old) == key_lifecycle.RETIRED
    assert facts(old, new, source_key_id="B").state(new) == key_lifecycle.IN_SERVICE


def test_an_inactive_key_younger_than_the_one_in_service_is_somebodys() -> None:
    young, serving = key("A", age=1, active=False), key("B", age=5)
    assert facts(young, serving, source_key_id="B").state(young) == key_lifecycle.FOREIGN


@pytest.mark.parametrize(
    ("switched", "used", "deleted"),
    [(8, None, True), (8, 9, True), (6, None, False), (8, 3, False)],
    ids=["never used", "used before the switch", "in its days of grace", "used after the switch"],
)
def test_a_retired_key_goes_after_its_grace_unless_it_was_used(
    switched: float, used: float | None, deleted: bool
) -> None:
    old, new = key("A", age=100, active=False, used=used), key("B", age=switched)
    assert facts(old, new, source_key_id="B").may_be_deleted(old, 7) is deleted


def test_no_secret_has_a_place_in_a_key() -> None:
    assert set(Key.__dataclass_fields__) == {"id", "active", "created", "last_used", "last_used_service"}
