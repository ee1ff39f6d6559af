# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of a user that are to go: ours are proved to be ours, also once the data source is gone; those of others stay."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_lifecycle import Key, Notes
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.access_key import State
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.key_removal import Kept, KeyRemoval
from tests.unit.plugins.module_utils._resources.keys import NEW, OLD, RETIRED, USER, Store, key, state
from tests.unit.plugins.module_utils.fake_clients import codes

NOTHING = Kept()
NOTED = Notes(None, NEW.created)


def planned(current: State, *leaving: str, kept: Kept = NOTHING, only: str | None = None) -> Plan:
    removal = KeyRemoval(USER, only, leaving, Store("OLD"))
    return removal.plan(current.facts, kept, current.source, has_platform=current.facts.has_platform)


@pytest.mark.parametrize(
    ("current", "leaving", "deleted", "foreign"),
    [
        (state(OLD, held="OLD"), ["one"], ["OLD"], []),
        (state(RETIRED, NEW, held="NEW"), ["one"], ["OLD", "NEW"], []),
        (state(NEW, notes=NOTED), [], ["NEW"], []),
        (state(RETIRED, NEW, notes=Notes("OLD", NEW.created)), [], ["OLD", "NEW"], []),
        (state(OLD, store="OLD"), [], ["OLD"], []),
        (state(OLD, key("HAND"), held="OLD"), ["one"], ["OLD"], ["HAND"]),
        (state(NEW, key("HAND"), notes=Notes(None, NEW.created, (), ("HAND",))), [], ["NEW"], ["HAND"]),
        (state(NEW, notes=Notes(None, NEW.created, (), ("NEW",))), [], [], ["NEW"]),
        (state(OLD, notes=NOTED), [], [], ["OLD"]),
        (state(key("HAND", active=False)), [], [], ["HAND"]),
        (state(), [], [], []),
    ],
)
def test_only_what_is_proved_to_be_ours_is_deleted(
    current: State, leaving: list[str], deleted: list[str], foreign: list[str]
) -> None:
    plan = planned(current, *leaving)
    assert [step.removes for step in plan.steps] == deleted
    assert [finding.code for finding in plan.blocked] == ["KEY_FOREIGN"] * len(foreign)
    assert all(name in finding.remedy for name, finding in zip(foreign, plan.blocked, strict=True))


# Made by hand some minutes after ours.
LATER = dataclasses.replace(NEW, id="HAND", created=NEW.created + datetime.timedelta(minutes=3))
USED = dataclasses.replace(LATER, last_used=LATER.created + datetime.timedelta(days=1), last_used_service="s3")


@pytest.mark.parametrize("hand", [LATER, USED])
@pytest.mark.parametrize("source", [{"held": "NEW"}, {}])
def test_a_key_made_right_after_ours_is_noted_as_of_others_before_ours_goes(hand: Key, source: dict[str, Any]) -> None:
    plan = planned(state(NEW, hand, notes=NOTED, **source), "one")
    assert [step.operation for step in plan.steps] == ["tag_user", "delete_access_key"]
    assert [step.removes for step in plan.steps] == ["", "NEW"]
    tags = {tag["Key"]: tag["Value"] for tag in plan.steps[0].parameters["Tags"]}
    noted = Notes.of(tags)
    assert noted == Notes(None, NEW.created, (), ("HAND",))
    again = planned(state(hand, notes=noted))
    assert (again.steps, codes(again)) == ([], ["KEY_FOREIGN"])


def test_an_orphan_that_a_note_names_goes() -> None:
    left = dataclasses.replace(LATER, id="LEFT")
    assert [step.removes for step in planned(state(NEW, left, notes=Notes(None, NEW.created, ("LEFT",)))).steps] == [
        "NEW",
        "LEFT",
    ]


def test_a_key_that_is_named_goes_alone_whosever_it_is() -> None:
    plan = planned(state(OLD, key("HAND"), held="OLD"), kept=Kept({"access_key_id": "OLD"}), only="HAND")
    assert ([step.removes for step in plan.steps], plan.others) == (["HAND"], [])


@pytest.mark.parametrize("has_platform", [True, False])
def test_a_key_in_service_stays_as_long_as_its_data_source_does(has_platform: bool) -> None:
    current = state(OLD, held="OLD", store="OLD", has_platform=has_platform)
    plan = planned(current, "another", kept=Kept({"access_key_id": "OLD"}))
    assert codes(plan) == (["KEY_IN_SERVICE"] if has_platform else ["KEY_UNWANTED", "STORE_PRESENT"])


def test_what_the_store_keeps_goes_after_the_keys() -> None:
    plan = planned(state(OLD, store="OLD"), kept=Kept({"access_key_id": "OLD", "secret_access_key": "not-to-be-seen"}))
    assert [(step.client, step.operation) for step in plan.steps] == [("iam", "delete_access_key"), ("store", "remove")]
    assert codes(plan) == ["KEY_UNWANTED", "STORE_PRESENT"]
    assert "not-to-be-seen" not in str(plan)
    assert codes(planned(state(), kept=Kept({"access_key_id": "GONE"}))) == ["STORE_PRESENT"]


class Broken(Store):
    def __init__(self, code: str) -> None:
        super().__init__("OLD")
        self.code = code

    def read(self) -> dict[str, Any] | None:
        raise FinopsError("it cannot be read", self.code)


def test_a_store_that_cannot_be_read_keeps_no_key_from_going() -> None:
    kept = Kept.by(Broken("STORE_FOREIGN"), is_to_go=True)
    plan = planned(state(NEW, notes=NOTED), kept=kept)
    assert ([step.removes for step in plan.steps], codes(plan)) == (["NEW"], ["STORE_FOREIGN", "KEY_UNWANTED"])
    assert "it cannot be read" in plan.blocked[0].title


def test_what_is_scheduled_for_deletion_is_as_good_as_gone() -> None:
    assert Kept.by(Broken("STORE_DELETION_SCHEDULED"), is_to_go=True) == Kept()
    assert Kept.by(None, is_to_go=True) == Kept()


def test_a_store_that_cannot_be_read_is_an_error_where_its_key_is_to_stay() -> None:
    with pytest.raises(FinopsError):
        Kept.by(Broken("STORE_DELETION_SCHEDULED"), is_to_go=False)
