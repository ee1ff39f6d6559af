# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user and keys that a role replaces: noted, deactivated, and removed days later; what is of others stays."""

from __future__ import annotations

import datetime
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_to_role import TAG
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.former_login import FormerLogin
from tests.unit.plugins.module_utils._resources.iam import details, policy_arn
from tests.unit.plugins.module_utils._resources.sources import role, source
from tests.unit.plugins.module_utils._resources.users import BOTH, LISTINGS, NAME, NO_PASSWORD, POLICIES, user
from tests.unit.plugins.module_utils.fake_clients import FakeClients, codes, titles


def days_ago(days: float) -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)


def key(name: str = "OLD", active: bool = False) -> dict[str, Any]:
    return {"AccessKeyId": name, "Status": "Active" if active else "Inactive", "CreateDate": days_ago(90)}


def noted(days: float = 1, *ids: str) -> dict[str, Any]:
    """The tag of a switch some days ago."""
    value = " ".join([days_ago(days).isoformat(timespec="seconds"), *(ids or ("OLD",))])
    return {"Tags": [{"Key": TAG, "Value": value}]}


def resource(
    *users: dict[str, Any], keys: Any = (), roles: Any = (), known: Any = None, used: float | None = None, **options: Any
) -> FormerLogin:
    last_use = {"ServiceName": "s3", "LastUsedDate": days_ago(used)} if used is not None else {"ServiceName": "N/A"}
    answers = {
        **dict.fromkeys(LISTINGS, {}),
        "get_account_authorization_details": {**details(POLICIES, users), "RoleDetailList": list(roles)},
        "list_access_keys": {"AccessKeyMetadata": list(keys)},
        "get_access_key_last_used": {"AccessKeyLastUsed": last_use},
        **NO_PASSWORD,
    }
    options = {"grace_days": 7, "drain_seconds": 30, "known": role() if known is None else known, **options}
    return FormerLogin(options, FakeClients(answers))


def planned(*users: dict[str, Any], **options: Any) -> Any:
    about = resource(*users, **options)
    return about.plan(about.read())


def test_before_the_switch_the_keys_that_the_role_replaces_are_noted() -> None:
    about = resource(user(), keys=[key("OLD", active=True), key("THEIRS", active=True)], used=1, known=source())
    current = about.read()
    (step,) = about.plan(current).steps
    assert (step.operation, step.parameters["UserName"]) == ("tag_user", NAME)
    (tag,) = step.parameters["Tags"]
    assert (tag["Key"], tag["Value"].split()[1:]) == (TAG, ["OLD"])
    assert about.describe(current, [step])["stage"]["name"] == "key"
    again = planned(user(**noted()), keys=[key("OLD", active=True)], known=source())
    assert again.steps == []


def test_after_the_switch_they_are_deactivated_and_those_of_others_are_not() -> None:
    about = resource(user(**noted(0)), keys=[key("OLD", active=True), key("THEIRS", active=True)])
    current = about.read()
    (step,) = about.plan(current).steps
    assert (step.operation, step.parameters["AccessKeyId"], step.code) == ("update_access_key", "OLD", "KEY_SUPERSEDED")
    assert step.pause_before == 30
    assert about.describe(current, [])["stage"]["name"] == "switched"
    assert about.describe(current, [step])["stage"]["name"] == "grace"
    (step,) = planned(user(**noted(1)), keys=[key("OLD", active=True)]).steps
    assert step.pause_before <= 0


def test_the_note_of_a_roots_history_goes_on_at_the_role() -> None:
    asked = {"Key": "finops-for-cloud-history", "Value": "1770000000"}
    found = user(Tags=[*noted(0)["Tags"], asked])
    for tags, expected in (([], ["tag_role", "update_access_key"]), ([asked], ["update_access_key"])):
        roles = [{"RoleName": "Reader", "Tags": tags}]
        about = resource(found, keys=[key(active=True)], roles=roles)
        plan = about.plan(about.read())
        assert [step.operation for step in plan.steps] == expected
        if not tags:
            assert plan.steps[0].parameters == {"RoleName": "Reader", "Tags": [asked]}


def test_in_their_days_of_grace_nothing_is_done() -> None:
    assert planned(user(**noted(6.9)), keys=[key()]).findings == []


def test_after_their_days_of_grace_they_go_with_their_user() -> None:
    about = resource(user(**noted(8)), keys=[key()])
    current = about.read()
    plan = about.plan(current)
    assert [step.operation for step in plan.steps] == [
        "delete_access_key",
        "detach_user_policy",
        "detach_user_policy",
        "delete_user",
    ]
    assert codes(plan) == ["KEY_RETIRED", "USER_PRESENT"]
    described = about.describe(current, plan.steps)
    assert (described["former_login"], described["stage"]["name"]) == (None, "role")
    assert codes(planned(user(**noted(8)))) == ["USER_PRESENT"]


def test_a_key_that_was_used_after_the_switch_stays() -> None:
    plan = planned(user(**noted(8)), keys=[key()], used=2)
    assert (titles(plan), codes(plan)) == ([], ["KEY_STILL_USED"])
    assert plan.blocked == []


def test_what_others_made_of_the_user_keeps_it_and_is_told() -> None:
    for found, keys in (
        (user(*BOTH, policy_arn("Theirs"), **noted(8)), [key()]),
        (user(**noted(8)), [key(), key("THEIRS", active=True)]),
    ):
        plan = planned(found, keys=keys)
        assert [step.operation for step in plan.steps] == ["delete_access_key"]
        assert ([finding.code for finding in plan.others], plan.blocked) == (["USER_IN_USE"], [])


def test_without_a_note_nothing_is_known_to_be_ours() -> None:
    assert planned(user(), keys=[key(), key("MORE", active=True)]).findings == []
    assert planned().findings == []
