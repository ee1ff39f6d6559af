# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The access key: what becomes of every key by the facts, what is made when, and what is never deleted."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import key_lifecycle
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_lifecycle import Notes
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.access_key import AccessKey, State
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.data_source import summary
from tests.unit.plugins.module_utils._resources.keys import (
    ASKED,
    CREATE,
    NESTED,
    NEW,
    NOTED,
    NOW,
    OLD,
    PLATFORM,
    RETIRED,
    ROOT,
    SWITCH,
    USER,
    access_key,
    alone,
    key,
    named,
    operations,
    source,
    state,
)
from tests.unit.plugins.module_utils.fake_clients import FakeClients, codes, titles


@pytest.mark.parametrize(
    ("options", "current", "wanted", "steps"),
    [
        ({}, state(), ["KEY_MISSING", "SOURCE_MISSING"], [*CREATE, "create_cloud_account", "prove_held"]),
        ({}, state(OLD, held="OLD"), [], []),
        ({"rotate": "never"}, state(key("OLD", age=4000), held="OLD"), [], []),
        ({"rotate": "when_old"}, state(key("OLD", age=89.9), held="OLD"), [], []),
        (
            {"rotate": "when_old"},
            state(key("OLD", age=90), held="OLD"),
            ["KEY_DUE"],
            [*CREATE, *SWITCH, "update_access_key"],
        ),
        ({"rotate": "when_old", "max_age_days": 101}, state(OLD, held="OLD"), [], []),
        ({"rotate": "now"}, state(NEW, held="NEW"), ["KEY_DUE"], [*CREATE, *SWITCH, "update_access_key"]),
        ({"rotate": "now", "retire": False}, state(NEW, held="NEW"), ["KEY_DUE"], [*CREATE, *SWITCH]),
        ({"rotate": "now"}, state(NEW, RETIRED, held="NEW"), ["KEY_ROTATION_WAITS"], []),
        (
            {"rotate": "now", "grace_days": 5},
            state(NEW, RETIRED, held="NEW"),
            ["KEY_RETIRED", "KEY_DUE"],
            ["delete_access_key", *CREATE, *SWITCH, "update_access_key"],
        ),
        ({"rotate": "never"}, state(NEW, RETIRED, held="NEW"), [], []),
        ({}, state(key("NEW", age=7), RETIRED, held="NEW"), ["KEY_RETIRED"], ["delete_access_key"]),
        ({}, state(key("NEW", age=7), key("OLD", 100, False, used=1), held="NEW"), [], []),
        ({}, state(key("NEW", age=7), key("OLD", 100, False, known=False), held="NEW"), [], []),
        ({}, state(OLD, NEW, held="NEW", notes=Notes("OLD")), ["KEY_SUPERSEDED"], ["update_access_key"]),
        ({"rotate": "now"}, state(OLD, NEW, held="NEW", notes=Notes("OLD")), ["KEY_SUPERSEDED"], ["update_access_key"]),
        ({"retire": False}, state(OLD, NEW, held="NEW", notes=Notes("OLD")), [], []),
        ({}, state(held="GONE"), ["KEY_BROKEN"], [*CREATE, *SWITCH]),
        ({}, state(RETIRED, held="OLD"), ["KEY_BROKEN"], [*CREATE, *SWITCH]),
        ({}, state(key("HAND", used=1)), ["KEY_FOREIGN", "KEY_MISSING", "SOURCE_MISSING"], None),
        (
            {},
            state(key("HAND", used=1), key("OTHER", used=1)),
            ["KEY_FOREIGN", "KEY_FOREIGN", "KEY_NO_ROOM"],
            None,
        ),
        ({}, state(OLD, key("HAND", used=1), held="OLD"), ["KEY_FOREIGN"], []),
        (
            {},
            state(key("LEFT"), notes=NOTED),
            ["KEY_MISSING", "SOURCE_MISSING", "KEY_ORPHANED"],
            [*CREATE, "create_cloud_account", "prove_held", "delete_access_key"],
        ),
        ({}, state(OLD, key("LEFT"), held="OLD", notes=NOTED), ["KEY_ORPHANED"], ["delete_access_key"]),
        (
            {"rotate": "now"},
            state(OLD, key("LEFT"), held="OLD", notes=Notes("OLD", NOW)),
            ["KEY_ORPHANED", "KEY_DUE"],
            ["delete_access_key", *CREATE, *SWITCH, "update_access_key"],
        ),
        (
            {"rotate": "now"},
            state(OLD, key("HAND", used=1), held="OLD"),
            ["KEY_FOREIGN", "KEY_NO_ROOM"],
            None,
        ),
        ({}, state(OLD, held="OLD", linked=True), ["SOURCE_TYPE_WRONG"], []),
        ({}, state(OLD, held="OLD", assume_role_name="Reader"), [], []),
        ({"rotate": "now"}, state(OLD, held="OLD", assume_role_name="Reader", linked=True), [], []),
    ],
)
def test_what_becomes_of_the_keys(
    options: dict[str, Any], current: State, wanted: list[str], steps: list[str] | None
) -> None:
    plan = access_key(**options).plan(current)
    assert codes(plan) == wanted
    assert bool(plan.blocked) == bool({"KEY_NO_ROOM", "SOURCE_TYPE_WRONG"} & set(wanted))
    if steps is not None:
        assert operations(plan) == steps


MOVED = {"bucket_prefix": "elsewhere"}


@pytest.mark.parametrize(
    ("current", "wanted", "deleted"),
    [
        (state(OLD, held="OLD", **MOVED), ["SOURCE_REPORT"], []),
        (state(NEW, RETIRED, held="NEW", **MOVED), ["SOURCE_REPORT"], ["OLD"]),
        (state(NEW, key("OLD", 100, False, used=5), held="NEW", **MOVED), ["SOURCE_REPORT"], ["OLD"]),
        (state(NEW, key("OLD", 100, False, used=4), held="NEW", **MOVED), ["KEY_NO_ROOM"], []),
        (state(key("NEW", 8), key("OLD", 100, False, used=4), held="NEW", **MOVED), ["KEY_NO_ROOM"], []),
        (state(NEW, key("OLD", 100, False, known=False), held="NEW", **MOVED), ["KEY_NO_ROOM"], []),
        (state(NEW, key("HAND", 1, False), held="NEW", **MOVED), ["KEY_FOREIGN", "KEY_NO_ROOM"], []),
        (state(OLD, NEW, held="NEW", notes=Notes("OLD"), **MOVED), ["KEY_ROOM_LATER", "KEY_SUPERSEDED"], []),
    ],
    ids=[
        "room",
        "in its grace, unused",
        "used before the switch",
        "used since",
        "used since and beyond its grace",
        "not to be seen",
        "of others",
        "active",
    ],
)
def test_another_report_within_the_days_of_grace(current: State, wanted: list[str], deleted: list[str]) -> None:
    plan = access_key(**ASKED).plan(current)
    assert codes(plan) == wanted
    assert [step.parameters["AccessKeyId"] for step in plan.steps if step.operation == "delete_access_key"] == deleted


def test_without_being_told_a_data_source_is_not_moved() -> None:
    assert codes(access_key().plan(state(OLD, held="OLD", **MOVED))) == []


@pytest.mark.parametrize(
    ("delivered", "data_source", "current", "wanted"),
    [
        (False, NESTED["data_source"], state(), ["SOURCE_WAITS_FOR_DELIVERY"]),
        (True, NESTED["data_source"], state(), ["KEY_MISSING", "SOURCE_MISSING"]),
        (None, NESTED["data_source"], state(), ["KEY_MISSING", "SOURCE_MISSING"]),
        (False, ROOT, state(), ["KEY_MISSING", "SOURCE_MISSING"]),
        (False, {"type": "linked", "cur_prefix": "a/b"}, state(), ["KEY_MISSING", "SOURCE_MISSING"]),
        (False, NESTED["data_source"], state(OLD, held="OLD"), ["SOURCE_WAITS_FOR_DELIVERY"]),
        (False, NESTED["data_source"], state(OLD, held="OLD", bucket_prefix="a/b"), []),
        (False, ROOT, state(RETIRED, held="OLD", bucket_prefix="a/b"), ["SOURCE_WAITS_FOR_DELIVERY"]),
        (False, NESTED["data_source"], state(key("LEFT"), notes=NOTED), ["SOURCE_WAITS_FOR_DELIVERY"]),
        (
            False,
            NESTED["data_source"],
            state(key("A", used=1), key("B", used=1)),
            ["KEY_FOREIGN", "KEY_FOREIGN", "SOURCE_WAITS_FOR_DELIVERY"],
        ),
    ],
)
def test_a_nested_prefix_waits_for_its_first_delivery_before_any_key_is_made(
    delivered: bool | None, data_source: dict[str, Any], current: State, wanted: list[str]
) -> None:
    plan = access_key(delivered=delivered, data_source=data_source).plan(current)
    assert codes(plan) == wanted
    if "SOURCE_WAITS_FOR_DELIVERY" in wanted:
        assert plan.steps == []
        assert plan.blocked == []


@pytest.mark.parametrize(
    ("platform", "switched_ago", "pause"), [("https://p.example.com", 10, 20), ("https://p.example.com", 100, -70)]
)
def test_a_replaced_key_stays_active_until_calls_have_ended(platform: str, switched_ago: float, pause: float) -> None:
    new = dataclasses.replace(NEW, created=NOW - datetime.timedelta(seconds=switched_ago))
    plan = access_key(platform_url=platform).plan(state(OLD, new, held="NEW", notes=Notes("OLD")))
    assert named(plan, "update_access_key").pause_before == pause
    assert named(plan, "update_access_key").parameters["AccessKeyId"] == "OLD"


def test_a_rotation_deactivates_after_the_drain_and_a_store_s_key_without_one() -> None:
    plan = access_key(rotate="now", drain_seconds=9).plan(state(OLD, held="OLD"))
    assert named(plan, "update_access_key").pause_before == 9
    assert operations(plan).index("prove_held") < operations(plan).index("update_access_key")
    plan = access_key(store="", platform_url=None, grace_days=0).plan(alone(OLD, NEW, store="NEW", notes=Notes("OLD")))
    assert named(plan, "update_access_key").pause_before == 0


def test_the_note_comes_before_the_key_and_says_what_is_there() -> None:
    plan = access_key(rotate="now").plan(state(OLD, held="OLD"))
    noting = plan.steps[0]
    assert noting.parameters["UserName"] == USER
    assert Notes.of({tag["Key"]: tag["Value"] for tag in noting.parameters["Tags"]}) == Notes("OLD", NOW, (), ("OLD",))
    assert titles(plan)[0] == "Note that OLD is being replaced"
    assert titles(access_key().plan(state()))[0] == "Note that a new key is being made"


@pytest.mark.parametrize(
    ("rotate", "reason"), [("now", "OLD is 100 days old, rotation was asked for"), ("when_old", "OLD is 100 days old, at most 90")]
)  # fmt: skip
def test_a_rotation_says_why(rotate: str, reason: str) -> None:
    plan = access_key(rotate=rotate).plan(state(OLD, held="OLD"))
    assert named(plan, "create_access_key").title == f"Create an access key for the user {USER}: {reason}"


def test_a_login_that_the_platform_never_shows_is_not_handed_over_once_more() -> None:
    plan = access_key().plan(state(OLD, NEW, held="OLD", made="NEW", gives_up=True))
    assert codes(plan) == ["SOURCE_LOGIN_NOT_TAKEN"]
    assert plan.steps == []
    assert "'shop'" in plan.blocked[0].text


@pytest.mark.parametrize(
    ("options", "current", "wanted", "deleted"),
    [
        ({}, state(OLD, held="OLD"), ["KEY_IN_SERVICE"], []),
        ({"access_key_id": "OLD"}, state(OLD, held="OLD"), ["KEY_IN_SERVICE"], []),
        ({"access_key_id": "HAND"}, state(OLD, key("HAND"), held="OLD"), ["KEY_UNWANTED"], ["HAND"]),
        ({}, state(RETIRED, held="OLD"), ["KEY_UNWANTED"], ["OLD"]),
        ({}, state(held="OLD"), [], []),
        ({"platform_url": None, "access_key_id": "OLD"}, alone(OLD, store="OLD"), ["KEY_UNWANTED"], ["OLD"]),
    ],
)
def test_a_removal_never_takes_the_key_in_service(
    options: dict[str, Any], current: State, wanted: list[str], deleted: list[str]
) -> None:
    plan = access_key(**{**PLATFORM, "state": "absent", **options}).plan(current)
    assert codes(plan) == wanted
    assert [step.parameters["AccessKeyId"] for step in plan.steps] == [step.removes for step in plan.steps] == deleted
    assert all("'shop'" in finding.title for finding in plan.blocked)


def test_what_is_shown_after_a_removal() -> None:
    current = state(OLD, held="OLD")
    assert access_key(state="absent").describe(current, []) == {
        "access_key": None,
        "data_source": summary(current.source),
        "access_keys": key_lifecycle.describe(current.facts),
    }


@pytest.mark.parametrize(("client", "prefix"), [("platform", "reports"), ("iam", "elsewhere")])
def test_check_mode_shows_another_report_only_where_it_would_be_handed_over(client: str, prefix: str) -> None:
    shown = access_key(**ASKED).describe(state(OLD, held="OLD", **MOVED), [Step("", client, "any", {})])
    assert shown["data_source"]["config"]["bucket_prefix"] == prefix
    assert shown["access_key"] == {"id": "OLD", "user_name": USER}


def test_when_a_key_may_be_rotated() -> None:
    assert AccessKey.CHANGE_OPTIONS["rotate"]["choices"] == ["never", "when_old", "now"]


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"platform_url": None, "state": "absent"}, "platform_url"),
        ({"platform_url": None}, "secret_store"),
        ({"user_name": "a b"}, "user_name"),
    ],
)
def test_options_that_cannot_work(options: dict[str, Any], option: str) -> None:
    with pytest.raises(InputError) as error:
        access_key(**options)
    assert error.value.option == option


def test_a_hint_for_every_key_that_stays() -> None:
    plan = access_key().plan(state(key("HAND", used=1), key("OTHER", active=False, known=False)))
    (text,) = [finding.text for finding in plan.blocked]
    assert "HAND is foreign (active, last used 2026-02-28 for s3)" in text
    assert "OTHER is foreign (inactive, last use not to be seen)" in text
    assert f"aws iam delete-access-key --user-name {USER} --access-key-id ID" in text
    assert text.startswith("O(user_name): ")
    (note, dummy) = [finding for finding in plan.others if finding.code == "KEY_FOREIGN"]
    assert f"--user-name {USER} --access-key-id HAND --status Inactive" in note.remedy


def test_a_rotation_that_waits_says_until_when() -> None:
    plan = access_key(rotate="now").plan(state(NEW, RETIRED, held="NEW"))
    assert "OLD" in plan.others[0].text and "2026-03-03 00:00 UTC" in plan.others[0].text


def test_an_info_module_without_platform_and_store_says_nothing_about_service() -> None:
    resource = AccessKey({}, FakeClients())
    assert codes(resource.plan(state(OLD, has_platform=False))) == []
    assert [shown["id"] for shown in resource.info(state(OLD))["access_keys"]] == ["OLD"]


def test_an_error_of_aws_about_the_quota_is_not_taken_for_a_refusal() -> None:
    assert AwsError(
        "iam:create_access_key", "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"
    ).was_overtaken


@pytest.mark.parametrize("asked", [True, False])
def test_the_last_use_of_the_key_in_service_is_asked_for_where_that_is_wanted(asked: bool) -> None:
    day = datetime.datetime(2026, 2, 1, tzinfo=datetime.timezone.utc)
    listed = [{"AccessKeyId": "HELD", "Status": "Active", "CreateDate": day}]
    clients = FakeClients(
        {
            "cloud_accounts": [[source("HELD")]],
            "list_access_keys": {"AccessKeyMetadata": listed},
            "get_access_key_last_used": {"AccessKeyLastUsed": {"LastUsedDate": day, "ServiceName": "s3"}},
        }
    )
    resource = AccessKey({**PLATFORM, "last_use": asked}, clients)
    found = resource.describe(resource.read(), [])["access_keys"][0]
    assert (found["last_used"], found.get("use_is_known")) == ((day.isoformat(), True) if asked else (None, None))
    assert clients.operations("get_access_key_last_used") == (["get_access_key_last_used"] if asked else [])
