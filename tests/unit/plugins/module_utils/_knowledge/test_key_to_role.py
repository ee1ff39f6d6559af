# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a key to a role: the note, and the stage that an account is in."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_lifecycle import Key
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_to_role import TAG, Facts, Replaced

NOW = datetime.datetime(2026, 3, 10, 12, tzinfo=datetime.timezone.utc)
DAY = datetime.timedelta(days=1)
OLD = Key("OLD", False, NOW - 90 * DAY)
ACTIVE = dataclasses.replace(OLD, active=True)
THEIRS = Key("THEIRS", True, NOW - 90 * DAY)


def facts(*keys: Key, days: float = 1, **changes: Any) -> Facts:
    """An account that was switched some days ago."""
    found = Facts(True, True, keys, Replaced(NOW - days * DAY, ("OLD",)), 7, NOW)
    return dataclasses.replace(found, **changes)


@pytest.mark.parametrize(
    ("found", "stage", "leads_on"),
    [
        (facts(ACTIVE, has_role=False), "key", True),
        (facts(ACTIVE, has_role=False, replaced=Replaced()), "key", True),
        (facts(ACTIVE), "switched", True),
        (facts(OLD), "grace", True),
        (facts(OLD, THEIRS), "grace", True),
        (facts(OLD, days=8), "over", True),
        (facts(days=8), "over", True),
        (facts(dataclasses.replace(OLD, last_used=NOW - 2 * DAY)), "grace", True),
        (facts(dataclasses.replace(OLD, last_used=NOW - DAY + datetime.timedelta(minutes=50))), "grace", True),
        (facts(dataclasses.replace(OLD, last_used=NOW - 2 * DAY), days=8), "used", False),
        (facts(dataclasses.replace(OLD, use_is_known=False), days=8), "used", False),
        (facts(has_user=False), "role", False),
        (facts(THEIRS, replaced=Replaced()), "role", False),
    ],
)
def test_the_stage_follows_from_what_is_there(found: Facts, stage: str, leads_on: bool) -> None:
    about = found.stage()
    assert (about.name, bool(about.next_command)) == (stage, leads_on)
    assert found.is_due is (stage == "over")


def test_the_stage_names_the_keys_and_the_day() -> None:
    assert "the key OLD is active still" in facts(ACTIVE).stage().words
    assert "go with their user after 2026-03-16 12:00 UTC" in facts(OLD).stage().words


def test_the_note_survives_its_way_over_the_users_tags() -> None:
    note = Replaced(NOW, ("ONE", "TWO"))
    (tag,) = note.tags()
    assert tag == {"Key": TAG, "Value": "2026-03-10T12:00:00+00:00 ONE TWO"}
    assert Replaced.of({tag["Key"]: tag["Value"]}) == note


@pytest.mark.parametrize("text", ["", "nonsense", "2026-03-10T12:00:00 ONE"])
def test_a_note_that_somebody_wrote_over_says_nothing(text: str) -> None:
    assert Replaced.of({TAG: text}) == Replaced()
    assert Replaced.of({}) == Replaced()
