# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every state of a key, by its facts."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import key_lifecycle
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_lifecycle import Facts, Key, Notes

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)


def days_ago(days: float) -> datetime.datetime:
    return NOW - datetime.timedelta(days=days)


def key(
    name: str, age: float = 0, active: bool = True, used: float | None = None, service: str = "s3", known: bool = True
) -> Key:
    last_used = None if used is None else days_ago(used)
    return Key(name, active, days_ago(age), last_used, None if used is None else service, known)


def noted(minutes_ago: float, *ids: str, superseded: str | None = None) -> Notes:
    """The notes of a run that began to make a key then, when keys of these ids were there."""
    tags = {key_lifecycle.MAKING_TAG: " ".join([days_ago(minutes_ago / 24 / 60).isoformat(), *ids])}
    return Notes.of({**tags, **({key_lifecycle.SUPERSEDED_TAG: superseded} if superseded else {})})


def facts(*keys: Key, **changes: Any) -> Facts:
    known: dict[str, Any] = {
        "source_key_id": None,
        "store_key_id": None,
        "notes": Notes(),
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
        (key("A", used=1), {"notes": Notes("A")}, key_lifecycle.SUPERSEDED),
        (key("A", active=False), {"notes": Notes("A")}, key_lifecycle.FOREIGN),
        (key("A", active=False), {"store_key_id": "A"}, key_lifecycle.FOREIGN),
        (key("A"), {}, key_lifecycle.FOREIGN),
        (key("A"), {"notes": noted(0)}, key_lifecycle.ORPHAN),
        (key("A", active=False), {"notes": noted(0)}, key_lifecycle.FOREIGN),
        (key("A", known=False), {"notes": noted(0)}, key_lifecycle.FOREIGN),
        (key("A", age=1, used=1 - 0.04, service="sts"), {"notes": noted(24 * 60)}, key_lifecycle.ORPHAN),
        (key("A", age=1, used=1 - 0.05, service="sts"), {"notes": noted(24 * 60)}, key_lifecycle.FOREIGN),
        (key("A", age=1, used=23 / 24, service="sts"), {"notes": noted(24 * 60)}, key_lifecycle.ORPHAN),
        (key("A", age=1, used=1), {"notes": noted(24 * 60)}, key_lifecycle.FOREIGN),
    ],
)
def test_the_state_of_a_key_alone(one: Key, changes: dict[str, Any], state: str) -> None:
    assert facts(one, **changes).state(one) == state


def test_an_inactive_key_older_than_the_one_in_service_is_retired() -> None:
    old, new = key("A", age=100, active=False), key("B", age=5)
    assert facts(old, new, source_key_id="B").state(old) == key_lifecycle.RETIRED
    assert facts(old, new, source_key_id="B").state(new) == key_lifecycle.IN_SERVICE
    assert facts(old, new, source_key_id="B").of(key_lifecycle.RETIRED) == [old]
    assert facts(old, key("B", age=5, active=False), source_key_id="B").of(key_lifecycle.RETIRED) == []
    twin = key("C", age=5, active=False)
    assert facts(twin, new, source_key_id="B").state(twin) == key_lifecycle.FOREIGN


def test_an_inactive_key_younger_than_the_one_in_service_is_somebodys() -> None:
    young, serving = key("A", age=1, active=False), key("B", age=5)
    assert facts(young, serving, source_key_id="B").state(young) == key_lifecycle.FOREIGN


@pytest.mark.parametrize(
    ("switched", "used", "deleted"),
    [
        (8, None, True),
        (8, 9, True),
        (8, 8 - 1 / 24, True),
        (7, None, True),
        (6, None, False),
        (8, 8 - 2 / 24, False),
        (8, 3, False),
    ],
    ids=[
        "never used",
        "used before the switch",
        "used an hour after it",
        "at the end of its days of grace",
        "in its days of grace",
        "used two hours after it",
        "used after the switch",
    ],
)
def test_a_retired_key_goes_after_its_grace_unless_it_was_used(
    switched: float, used: float | None, deleted: bool
) -> None:
    old, new = key("A", age=100, active=False, used=used), key("B", age=switched)
    assert facts(old, new, source_key_id="B").may_be_deleted(old, 7) is deleted


def test_nobody_deletes_a_retired_key_whose_use_cannot_be_seen() -> None:
    old, new = key("A", age=100, active=False, known=False), key("B", age=8)
    assert not facts(old, new, source_key_id="B").may_be_deleted(old, 7)


MINUTE = 1 / 24 / 60


@pytest.mark.parametrize(
    ("notes", "made_ago", "state"),
    [
        (noted(60), 60, key_lifecycle.ORPHAN),
        (noted(60), 51, key_lifecycle.ORPHAN),
        (noted(60), 69, key_lifecycle.ORPHAN),
        (noted(60), 49, key_lifecycle.FOREIGN),
        (noted(60), 71, key_lifecycle.FOREIGN),
        (noted(60, "-A"), 60, key_lifecycle.FOREIGN),
        (noted(60, "A"), 600, key_lifecycle.ORPHAN),
        (Notes("somebody"), 0, key_lifecycle.FOREIGN),
    ],
    ids=[
        "made when noted",
        "a clock that is behind",
        "a clock that is ahead",
        "made long after the note",
        "made before the note",
        "there when it was noted, and not ours",
        "left by a run before",
        "no note",
    ],
)
def test_a_fresh_key_is_ours_only_where_the_note_proves_it(notes: Notes, made_ago: float, state: str) -> None:
    one = key("A", age=made_ago * MINUTE)
    assert facts(one, notes=notes).state(one) == state


@pytest.mark.parametrize(
    ("superseded", "serving_ago", "orphan_ago", "state"),
    [
        (None, 59, 58, key_lifecycle.FOREIGN),
        (None, 58, 59, key_lifecycle.ORPHAN),
        ("S", 59, 58, key_lifecycle.ORPHAN),
        (None, 6000, 58, key_lifecycle.ORPHAN),
    ],
    ids=["made by hand afterwards", "left by a lost answer", "the rotation is not done", "an old key serves"],
)
def test_a_key_made_after_the_one_that_the_note_led_to_is_somebodys(
    superseded: str | None, serving_ago: float, orphan_ago: float, state: str
) -> None:
    one, serving = key("A", age=orphan_ago * MINUTE), key("S", age=serving_ago * MINUTE)
    notes = noted(60, superseded=superseded)
    assert facts(one, serving, notes=notes, source_key_id="S").state(one) == state


def test_a_key_made_by_hand_is_not_ours_because_the_one_in_service_was_deactivated() -> None:
    one, serving = key("A", age=58 * MINUTE), key("S", age=59 * MINUTE, active=False)
    assert facts(one, serving, notes=noted(60), source_key_id="S").state(one) == key_lifecycle.FOREIGN


def test_a_key_of_others_that_came_into_service_does_not_fulfil_the_note() -> None:
    one, serving = key("A", age=58 * MINUTE), key("S", age=59 * MINUTE)
    assert facts(one, serving, notes=noted(60, "-S"), source_key_id="S").state(one) == key_lifecycle.ORPHAN


@pytest.mark.parametrize("value", ["", "yesterday A", "2026-03-01T00:00:00"])
def test_a_note_that_somebody_wrote_over_says_nothing(value: str) -> None:
    tags = {key_lifecycle.MAKING_TAG: value, key_lifecycle.SUPERSEDED_TAG: "S"}
    assert Notes.of(tags) == Notes("S")


def test_the_note_says_when_a_key_is_made_what_it_replaces_and_which_keys_are_there() -> None:
    orphan, serving, hand = key("A"), key("S", age=100), key("H", age=3)
    before = facts(orphan, serving, hand, notes=noted(1), source_key_id="S")
    tags = {tag["Key"]: tag["Value"] for tag in key_lifecycle.making_tags(before)}
    assert Notes.of(tags) == Notes("S", NOW, ("A",), ("S", "H"))
    assert all(len(tag) <= 256 for tag in tags.values())
    assert set(tags) == {"finops-for-cloud-new-key", "finops-for-cloud-superseded-key"}
    assert [tag["Key"] for tag in key_lifecycle.making_tags(facts(orphan))] == [key_lifecycle.MAKING_TAG]


def test_without_a_platform_the_store_says_which_key_serves() -> None:
    one = key("A", age=5)
    assert facts(one, source_key_id="B", store_key_id="A", has_platform=False).in_service == one
    assert facts(one, source_key_id="B", store_key_id="A").in_service is None


def test_how_long_ago_the_switch_was_and_how_old_a_key_is() -> None:
    old, new = key("A", age=100.9, active=False), key("B", age=1)
    switched = facts(old, new, source_key_id="B")
    assert switched.seconds_since_switch() == 24 * 60 * 60
    assert switched.age_in_days(old) == 100
    assert facts(old).seconds_since_switch() == 0
    assert facts(old).end_of_grace(old, 7) == days_ago(93.9)
    assert facts(old).is_unused_since_switch(key("A", used=0))


def test_what_is_shown_of_a_key() -> None:
    (shown,) = key_lifecycle.describe(facts(key("A", age=2, used=1), source_key_id="A"))
    assert shown == {
        "id": "A",
        "state": "in service",
        "status": "Active",
        "created": days_ago(2).isoformat(),
        "age_days": 2,
        "last_used": days_ago(1).isoformat(),
        "last_used_service": "s3",
    }
    (shown,) = key_lifecycle.describe(facts(key("A", active=False)))
    assert (shown["status"], shown["last_used"]) == ("Inactive", None)


def test_no_secret_has_a_place_in_a_key() -> None:
    assert set(Key.__dataclass_fields__) == {
        "id", "active", "created", "last_used", "last_used_service", "use_is_known"
    }  # fmt: skip
