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
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_lifecycle import Facts, Key, Notes
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Answer, Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.access_key import AccessKey, State
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.data_source import summary
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, FakeClients, codes, titles, wordless

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
USER = "FinOpsForCloudUser"
REPORT = {
    "report_name": f"billing-{ACCOUNT}",
    "bucket_name": f"billing-export-{ACCOUNT}",
    "bucket_prefix": "reports",
    "cur_version": 2,
    "config_scheme": "bucket_only",
}
ROOT = {"type": "root"}
PLATFORM = {"platform_url": "https://platform.example.com", "state": "present", "data_source": ROOT}
NESTED = {"data_source": {"type": "root", "cur_prefix": "a/b"}}
CREATE = ["tag_user", "create_access_key", "prove"]


class Store:
    """A store that holds one value."""

    name = "kept"

    def __init__(self, key_id: str | None = None) -> None:
        self.value = {"access_key_id": key_id, "secret_access_key": "not-to-be-seen"} if key_id else None

    def read(self) -> dict[str, Any] | None:
        return self.value


def key(name: str, age: float = 0, active: bool = True, used: float | None = None, known: bool = True) -> Key:
    days = datetime.timedelta
    last_used = None if used is None else NOW - days(used)
    return Key(name, active, NOW - days(age), last_used, None if used is None else "s3", known)


def source(key_id: str | None, **config: Any) -> dict[str, Any]:
    config = {**REPORT, "access_key_id": key_id, **config}
    return {"id": "one", "name": "shop", "account_id": ACCOUNT, "config": config}


def access_key(store: str | None = None, **options: Any) -> AccessKey:
    clients = FakeClients(store=Store(store or None) if store is not None else None)
    return AccessKey({**PLATFORM, **options}, clients)


def state(
    *keys: Key,
    held: str | None = None,
    store: str | None = None,
    made: str | None = None,
    notes: Notes | None = None,
    has_platform: bool = True,
    gives_up: bool = False,
    **config: Any,
) -> State:
    facts = Facts(keys, held, store, notes or Notes(), made, has_platform, NOW)
    return State(facts, source(held, **config) if held else None, gives_up)


def operations(plan: Plan) -> list[str]:
    return [step.operation for step in plan.steps]


def named(plan: Plan, operation: str) -> Step:
    return next(step for step in plan.steps if step.operation == operation)


NEW_ID, NEW_SECRET = (Answer("create_access_key", ("AccessKey", part)) for part in ("AccessKeyId", "SecretAccessKey"))
KEEPING = Step(
    "",
    "store",
    "write",
    {"access_key_id": NEW_ID, "secret_access_key": NEW_SECRET, "account_id": ACCOUNT, "user_name": USER},
    after={"name": "kept"},
    undo=Step("", "store", "restore", {"previous": Answer("kept", ())}),
)


def creation(code: str, undo: Step) -> Step:
    """The making of a key."""
    after = {"user_name": USER}
    return Step("", "iam", "create_access_key", {"UserName": USER}, code=code, after=after, undo=undo)


NOTED = Notes(None, NOW)
SWITCH = ["update_cloud_account", "prove_held"]
OLD, NEW = key("OLD", age=100), key("NEW", age=5)
RETIRED = dataclasses.replace(OLD, active=False)


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
ASKED = {"data_source": {"type": "root", "cur_prefix": "reports"}}


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
    ("current", "wanted", "steps"),
    [
        (state(OLD, held="OLD", store="OLD"), [], []),
        (
            state(OLD, held="OLD"),
            ["KEY_NOT_STORED"],
            [*CREATE, "write", *SWITCH, "update_access_key"],
        ),
        (
            state(OLD, held="OLD", store="GONE"),
            ["KEY_NOT_STORED"],
            [*CREATE, "write", *SWITCH, "update_access_key"],
        ),
        (state(NEW, store="NEW"), ["SOURCE_MISSING"], ["create_cloud_account", "prove_held"]),
        (
            state(OLD, NEW, held="OLD", store="NEW"),
            ["KEY_WAITING"],
            ["tag_user", *SWITCH, "update_access_key"],
        ),
        (
            state(OLD, NEW, held="OLD", store="NEW", notes=Notes("OLD")),
            ["KEY_WAITING"],
            [*SWITCH, "update_access_key"],
        ),
        (state(NEW, held="GONE", store="NEW"), ["KEY_WAITING"], SWITCH),
        (state(OLD, held="OLD", store="OLD", bucket_prefix="elsewhere"), ["SOURCE_REPORT"], SWITCH),
        (state(RETIRED, held="OLD", store="OLD"), ["KEY_BROKEN"], [*CREATE, "write", *SWITCH]),
        (
            state(NEW, held="OLD", store="GONE", made="NEW"),
            [],
            ["write", *SWITCH],
        ),
    ],
)
def test_with_a_store(current: State, wanted: list[str], steps: list[str]) -> None:
    plan = access_key(store="", **ASKED).plan(current)
    assert codes(plan) == wanted
    assert operations(plan) == steps


def alone(*keys: Key, **changes: Any) -> State:
    return state(*keys, has_platform=False, **changes)


@pytest.mark.parametrize(
    ("options", "current", "wanted", "steps"),
    [
        ({}, alone(), ["KEY_MISSING"], [*CREATE, "write"]),
        ({}, alone(OLD, store="OLD"), [], []),
        ({"rotate": "now"}, alone(OLD, store="OLD"), ["KEY_DUE"], [*CREATE, "write"]),
        ({}, alone(NEW, made="NEW"), [], ["write"]),
        ({}, alone(OLD, NEW, store="NEW", notes=Notes("OLD")), [], []),
        ({"grace_days": 5}, alone(OLD, NEW, store="NEW", notes=Notes("OLD")), ["KEY_SUPERSEDED"], ["update_access_key"]),
        ({"grace_days": 5}, alone(key("OLD", 100, used=4), NEW, store="NEW", notes=Notes("OLD")), [], []),
        ({"grace_days": 5, "retire": False}, alone(OLD, NEW, store="NEW", notes=Notes("OLD")), [], []),
        ({}, alone(NEW, RETIRED, store="NEW"), [], []),
        ({"grace_days": 5}, alone(NEW, RETIRED, store="NEW"), ["KEY_RETIRED"], ["delete_access_key"]),
        (
            {},
            alone(key("LEFT"), notes=NOTED),
            ["KEY_MISSING", "KEY_ORPHANED"],
            [*CREATE, "write", "delete_access_key"],
        ),
        ({"delivered": False, **NESTED}, alone(), ["KEY_MISSING"], [*CREATE, "write"]),
    ],
)  # fmt: skip
def test_a_store_without_a_platform_gives_its_readers_their_days_of_grace(
    options: dict[str, Any], current: State, wanted: list[str], steps: list[str]
) -> None:
    plan = access_key(store="", platform_url=None, **options).plan(current)
    assert codes(plan) == wanted
    assert operations(plan) == steps


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


def test_a_new_key_is_proved_before_anybody_gets_it_and_its_values_stand_in_no_plan() -> None:
    current = state(OLD, held="OLD", store="OLD")
    plan = access_key(store="", rotate="now").plan(current)
    undo = Step("", "proof", "delete_unheld_key", {"user_name": USER, "key_id": NEW_ID})
    config = {**REPORT, "access_key_id": NEW_ID, "secret_access_key": NEW_SECRET}
    wanted = {"access_key_id": NEW_ID, **{key: REPORT[key] for key in ("report_name", "bucket_name", "bucket_prefix")}}
    assert wordless(plan.steps) == [
        Step("", "iam", "tag_user", {"UserName": USER, "Tags": key_lifecycle.making_tags(current.facts)}),
        creation("KEY_DUE", undo),
        Step("", "proof", "prove", {"key_id": NEW_ID, "secret": NEW_SECRET}),
        KEEPING,
        Step(
            "",
            "platform",
            "update_cloud_account",
            {"identifier": "one", "config": config},
            before={"config": {**REPORT, "access_key_id": "OLD"}},
            after={"config": REPORT},
            repeat_on="OE0433",
        ),
        Step("", "proof", "prove_held", {"answer": Answer("update_cloud_account", ()), "wanted": wanted}),
        Step(
            "",
            "iam",
            "update_access_key",
            {"UserName": USER, "AccessKeyId": "OLD", "Status": "Inactive"},
            before={"status": "Active"},
            after={"status": "Inactive"},
            pause_before=30,
        ),
    ]


def test_a_key_for_a_store_alone_is_taken_back_without_a_look() -> None:
    plan = access_key(store="", platform_url=None).plan(alone())
    undo = Step("", "iam", "delete_access_key", {"UserName": USER, "AccessKeyId": NEW_ID})
    assert wordless([plan.steps[1], plan.steps[3]]) == [creation("KEY_MISSING", undo), KEEPING]
    assert plan.steps[1].title == f"Create an access key for the user {USER}: none is in service"


def test_a_kept_key_is_handed_over_with_the_secret_that_the_store_answered() -> None:
    plan = access_key(store="").plan(state(OLD, NEW, held="OLD", store="NEW"))
    config = named(plan, "update_cloud_account").parameters["config"]
    kept = {part: Answer("kept", (part,)) for part in ("access_key_id", "secret_access_key")}
    assert config == {**REPORT, **kept}
    noting = {"UserName": USER, "Tags": [{"Key": key_lifecycle.SUPERSEDED_TAG, "Value": "OLD"}]}
    assert wordless(plan.steps[:1]) == [Step("", "iam", "tag_user", noting)]


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
        ({}, state(OLD, key("HAND")), ["KEY_UNWANTED", "KEY_UNWANTED"], ["OLD", "HAND"]),
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
    assert [step.parameters["AccessKeyId"] for step in plan.steps] == deleted
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
