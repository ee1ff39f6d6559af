# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The access key and a secret store: kept before it is handed over, and given to its readers in time."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import key_lifecycle
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_lifecycle import Notes
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Answer, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.access_key import State
from tests.unit.plugins.module_utils._resources.keys import (
    ASKED,
    CREATE,
    NESTED,
    NEW,
    NOTED,
    OLD,
    REPORT,
    RETIRED,
    SWITCH,
    USER,
    access_key,
    alone,
    key,
    named,
    operations,
    state,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, codes, wordless

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
