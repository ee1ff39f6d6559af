# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys made, handed over and replaced, step by step, while the platform and AWS answer as they do on bad days."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import key_lifecycle
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, OutcomeUnknown
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import (
    Blocked,
    Progress,
    reconcile,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.access_key import AccessKey
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, FakeClients
from tests.unit.plugins.module_utils.fake_cloud import Cloud, Fault, Kept, minutes_ago


def raising(error: Exception) -> Fault:
    def fault() -> None:
        raise error

    return fault


def run(cloud: Cloud, progress: Progress | None = None, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    wanted = {"platform_url": "https://platform.example.com", "state": "present", "data_source": {"type": "root"}}
    resource = AccessKey({**wanted, **options}, cloud)
    return reconcile(resource, check_mode, progress or Progress())


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def connected(cloud: Cloud) -> Cloud:
    """With a key of 100 days."""
    cloud.connect(cloud.make_key("OLD", 100 * 24 * 60))
    return cloud


def statuses(cloud: Cloud) -> dict[str, str]:
    return {name: key["Status"] for name, key in cloud.keys.items()}


def test_a_new_account_is_connected(cloud: Cloud) -> None:
    result = run(cloud, known={})
    assert cloud.written == ["tag_user", "create_access_key", "prove", "create_cloud_account"]
    assert result["access_key"] == {"id": "NEW1", "user_name": "FinOpsForCloudUser"}
    assert result["data_source"]["config"]["access_key_id"] == "NEW1"
    assert result["access_keys"] == []
    assert "not-to-be-seen" not in str(result)
    cloud.calls.clear()
    assert run(cloud)["changed"] is False
    assert cloud.operations() == ["cloud_accounts", "list_access_keys"]


def test_check_mode_says_what_would_be_there_and_invents_nothing(connected: Cloud) -> None:
    result = run(connected, check_mode=True, data_source={"type": "root", "cur_prefix": "new"})
    assert connected.written == []
    assert result["data_source"]["config"]["bucket_prefix"] == "new"
    assert result["access_key"]["id"] == "OLD"
    new = run(Cloud(), check_mode=True)
    assert new["access_key"] is None
    assert new["data_source"]["name"] == f"aws-{ACCOUNT}"
    waiting = run(Cloud(), check_mode=True, delivered=False, data_source={"type": "root", "cur_prefix": "a/b"})
    assert waiting["data_source"] is None
    assert [finding["code"] for finding in waiting["findings"]] == ["SOURCE_WAITS_FOR_DELIVERY"]


def test_a_rotation_retires_only_after_the_new_key_was_seen(connected: Cloud) -> None:
    stale = connected.source
    connected.faults["update_cloud_account"] = lambda: connected.lag.extend([stale] * 5)
    result = run(connected, known=stale, rotate="now")
    assert result["access_key"]["id"] == "NEW1"
    assert statuses(connected) == {"OLD": "Inactive", "NEW1": "Active"}
    assert connected.operations("cloud_account") == ["cloud_account"] * 6


def test_an_answer_of_the_platform_without_effect_retires_and_deletes_nothing(connected: Cloud) -> None:
    page: dict[str, Any] = {}
    connected._update_cloud_account = lambda **dummy: page  # type: ignore[method-assign]
    with pytest.raises(Blocked) as error:
        run(connected, rotate="now")
    assert error.value.finding_code == "SOURCE_LOGIN_NOT_TAKEN"
    assert statuses(connected) == {"OLD": "Active", "NEW1": "Active"}
    assert connected.written.count("update_cloud_account") == 2
    assert connected.written.count("create_access_key") == 1


def test_reads_that_lag_behind_longer_than_one_look_end_well(connected: Cloud) -> None:
    stale = connected.source
    connected.faults["update_cloud_account"] = lambda: connected.lag.extend([stale] * 9)
    assert run(connected, rotate="now")["access_key"]["id"] == "NEW1"
    assert statuses(connected) == {"OLD": "Inactive", "NEW1": "Active"}


def test_a_lost_answer_to_a_hand_over_that_was_stored(connected: Cloud) -> None:
    def stored_and_cut() -> None:
        connected._update_cloud_account("one", {**(connected.source or {})["config"], "access_key_id": "NEW1"})
        raise OutcomeUnknown("cut")

    connected.faults["update_cloud_account"] = stored_and_cut
    run(connected, rotate="now")
    assert statuses(connected) == {"OLD": "Inactive", "NEW1": "Active"}


def test_a_lost_answer_to_a_creation_is_looked_for_and_the_key_that_is_there_used(cloud: Cloud) -> None:
    cloud.faults["create_cloud_account"] = raising(OutcomeUnknown("lost"))
    assert run(cloud)["access_key"]["id"] == "NEW1"
    assert statuses(cloud) == {"NEW1": "Active"}
    assert cloud.operations("list_user_tags") == []


def test_a_refused_hand_over_is_taken_back(connected: Cloud) -> None:
    connected.faults["update_cloud_account"] = raising(FinopsError("OE0371"))
    progress = Progress()
    with pytest.raises(FinopsError, match="OE0371"):
        run(connected, progress, rotate="now")
    assert statuses(connected) == {"OLD": "Active"}
    assert progress.steps[-1].title == "Delete the new access key again: it could not be handed over"


def test_an_account_that_is_connected_elsewhere_is_tried_once_and_leaves_no_key_behind(cloud: Cloud) -> None:
    cloud.faults["create_cloud_account"] = raising(FinopsError("connected elsewhere", "SOURCE_CONNECTED_ELSEWHERE"))
    with pytest.raises(FinopsError, match="connected elsewhere"):
        run(cloud)
    assert (cloud.keys, cloud.written.count("create_cloud_account")) == ({}, 1)


def test_a_creation_that_was_refused_but_stored_keeps_its_key(cloud: Cloud) -> None:
    def stored_and_refused() -> None:
        cloud._create_cloud_account("shop", {"access_key_id": "NEW1"})
        raise FinopsError("400, but stored")

    cloud.faults["create_cloud_account"] = stored_and_refused
    with pytest.raises(FinopsError, match="400, but stored.*'shop' holds the key NEW1") as error:
        run(cloud)
    assert statuses(cloud) == {"NEW1": "Active"}
    assert "not-to-be-seen" not in str(error.value)


def test_what_cannot_be_taken_back_is_told_with_the_first_error_and_the_rest_is_taken_back() -> None:
    cloud = Cloud(Kept({"access_key_id": "FORMER"}))
    cloud.faults["create_cloud_account"] = raising(FinopsError("refused"))
    cloud.faults["restore"] = raising(FinopsError("store is closed"))
    with pytest.raises(FinopsError, match="refused.*store is closed"):
        run(cloud)
    assert cloud.keys == {}


def test_a_store_gets_its_former_key_back() -> None:
    former = {"access_key_id": "FORMER"}
    cloud = Cloud(Kept(former))
    cloud.faults["create_cloud_account"] = raising(FinopsError("refused"))
    with pytest.raises(FinopsError, match="refused"):
        run(cloud)
    assert (cloud.store.value, cloud.keys) == (former, {})


def test_a_key_that_does_not_prove_right_reaches_nobody(cloud: Cloud) -> None:
    cloud.faults["prove"] = raising(FinopsError("InvalidClientTokenId"))
    with pytest.raises(FinopsError, match="InvalidClientTokenId"):
        run(cloud)
    assert (cloud.keys, cloud.source) == ({}, None)


@pytest.mark.parametrize("operation", ["create_access_key", "prove", "create_cloud_account"])
def test_a_run_killed_while_connecting_is_finished_by_the_next(cloud: Cloud, operation: str) -> None:
    def killed_after() -> None:
        if operation == "create_access_key":
            cloud.make_key("LEFT")
        raise KeyboardInterrupt

    cloud.faults[operation] = killed_after
    with pytest.raises(KeyboardInterrupt):
        run(cloud)
    (left,) = cloud.keys
    cloud.calls.clear()
    result = run(cloud)
    assert cloud.operations("cloud_accounts") == ["cloud_accounts"], "nobody waits where there is room beside it"
    assert statuses(cloud) == {result["access_key"]["id"]: "Active"}
    assert left not in cloud.keys


@pytest.mark.parametrize("operation", ["create_access_key", "prove", "update_cloud_account"])
def test_a_run_killed_while_rotating_is_finished_by_the_next(connected: Cloud, operation: str) -> None:
    def killed_after() -> None:
        if operation == "create_access_key":
            connected.make_key("LEFT")
        raise KeyboardInterrupt

    connected.faults[operation] = killed_after
    with pytest.raises(KeyboardInterrupt):
        run(connected, rotate="now")
    result = run(connected, rotate="now")
    assert statuses(connected) == {"OLD": "Inactive", result["access_key"]["id"]: "Active"}


def test_a_key_handed_over_just_before_the_run_was_killed_is_not_deleted_while_reads_lag(connected: Cloud) -> None:
    stale = connected.source
    connected.tags[key_lifecycle.MAKING_TAG] = minutes_ago(2).isoformat()
    connected.tags[key_lifecycle.SUPERSEDED_TAG] = "OLD"
    connected.connect(connected.make_key("NEW", 2))
    connected.lag = [stale] * 6
    run(connected, known=stale)
    assert statuses(connected) == {"OLD": "Inactive", "NEW": "Active"}


def test_an_orphan_is_waited_for_once_and_then_deleted(connected: Cloud) -> None:
    connected.tags[key_lifecycle.MAKING_TAG] = minutes_ago(2).isoformat()
    connected.make_key("LEFT", 2)
    run(connected, known=connected.source)
    assert statuses(connected) == {"OLD": "Active"}
    assert len(connected.operations("cloud_accounts")) == 9
    assert connected.operations("get_access_key_last_used") == ["get_access_key_last_used"] * 2


def test_an_orphan_is_not_waited_for_again_in_the_same_run(connected: Cloud) -> None:
    connected.tags[key_lifecycle.MAKING_TAG] = minutes_ago(2).isoformat()
    connected.make_key("LEFT", 2)
    connected.faults["delete_access_key"] = raising(OutcomeUnknown("lost"))
    run(connected)
    assert statuses(connected) == {"OLD": "Active"}
    assert len(connected.operations("cloud_accounts")) == 10


def test_nobody_waits_for_an_orphan_of_yesterday(connected: Cloud) -> None:
    connected.tags[key_lifecycle.MAKING_TAG] = minutes_ago(24 * 60).isoformat()
    connected.make_key("LEFT", 24 * 60)
    run(connected)
    assert statuses(connected) == {"OLD": "Active"}
    assert connected.operations("cloud_accounts") == ["cloud_accounts"]


def test_a_lost_answer_to_the_making_of_a_key_costs_no_wait(connected: Cloud) -> None:
    def made_and_lost() -> None:
        connected.make_key("LOST")
        raise OutcomeUnknown("lost")

    connected.faults["create_access_key"] = made_and_lost
    run(connected, rotate="now")
    assert statuses(connected) == {"OLD": "Inactive", "NEW2": "Active"}
    assert connected.operations("cloud_accounts") == ["cloud_accounts"] * 2


def test_a_key_made_by_hand_is_left_alone(connected: Cloud) -> None:
    connected.make_key("HAND")
    result = run(connected)
    assert connected.written == []
    assert [finding["code"] for finding in result["findings"]] == ["KEY_FOREIGN"]


def test_a_key_made_by_hand_before_the_first_run_stays_in_every_later_one(cloud: Cloud) -> None:
    cloud.make_key("HAND", 5)
    run(cloud)
    run(cloud)
    assert statuses(cloud) == {"HAND": "Active", "NEW1": "Active"}


def test_a_key_beside_one_of_others_is_not_made_on_the_word_of_an_old_listing(connected: Cloud) -> None:
    connected.make_key("HAND")
    assert run(connected, known=connected.source)["changed"] is False
    assert connected.operations("cloud_accounts") == []
    with pytest.raises(Blocked):
        run(connected, known=connected.source, data_source={"type": "root", "cur_prefix": "new"})
    assert connected.operations("cloud_accounts") == ["cloud_accounts"]


def test_a_working_key_is_not_replaced_on_the_word_of_an_old_listing(connected: Cloud) -> None:
    assert run(connected, known={})["access_key"]["id"] == "OLD"
    assert connected.written == []


def test_last_uses_are_read_only_where_they_decide(connected: Cloud) -> None:
    connected.make_key("RETIRED", 200 * 24 * 60, active=False)
    connected.keys["OLD"]["CreateDate"] = minutes_ago(60)
    run(connected)
    assert connected.operations() == ["cloud_accounts", "list_access_keys"]
    connected.calls.clear()
    run(connected, data_source={"type": "root", "cur_prefix": "new"})
    assert "get_access_key_last_used" in connected.operations()
    assert statuses(connected) == {"OLD": "Inactive", "NEW1": "Active"}


def test_a_last_use_that_nobody_may_see_keeps_the_key(connected: Cloud) -> None:
    connected.tags[key_lifecycle.MAKING_TAG] = minutes_ago(0).isoformat()
    connected.make_key("LEFT")

    def denied(service: str, operation: str, missing: Any = (), **parameters: Any) -> Any:
        found = FakeClients.read(connected, service, operation, missing, **parameters)
        return None if operation == "get_access_key_last_used" else found

    connected.read = denied  # type: ignore[method-assign]
    result = run(connected)
    assert (connected.written, [finding["code"] for finding in result["findings"]]) == ([], ["KEY_FOREIGN"])


def test_a_held_key_that_the_list_does_not_show_yet_is_asked_for_again(connected: Cloud) -> None:
    shown = connected.keys
    connected.keys = {}
    pauses: list[int] = []

    def pause(attempt: int) -> None:
        pauses.append(attempt)
        connected.keys = shown if attempt == 3 else {}

    connected.pause = pause  # type: ignore[method-assign]
    assert run(connected)["changed"] is False
    assert pauses == [1, 2, 3]


def test_a_held_key_that_never_comes_up_is_gone(connected: Cloud) -> None:
    connected.keys = {}
    run(connected)
    assert statuses(connected) == {"NEW1": "Active"}
    assert len(connected.operations("list_access_keys")) == 5


def test_a_role_s_data_source_needs_no_key_and_shows_one_of_the_platform_s(connected: Cloud) -> None:
    connected.connect("the platform's", assume_role_name="Reader")
    result = run(connected)
    assert (connected.written, result["access_key"]) == ([], None)


def test_a_key_kept_in_the_store_is_handed_over_and_seen() -> None:
    cloud = Cloud(Kept({"access_key_id": "KEPT", "secret_access_key": "not-to-be-seen"}))
    cloud.connect(cloud.make_key("OLD", 100 * 24 * 60))
    cloud.make_key("KEPT", 5)
    result = run(cloud)
    assert cloud.written == ["tag_user", "update_cloud_account", "update_access_key"]
    assert cloud.operations("list_user_tags") == []
    assert result["access_key"]["id"] == "KEPT"
    assert "not-to-be-seen" not in str(result)


def test_a_kept_key_that_the_platform_never_shows_ends_in_a_clear_word() -> None:
    cloud = Cloud(Kept({"access_key_id": "KEPT", "secret_access_key": "secret"}))
    cloud.connect(cloud.make_key("OLD", 100 * 24 * 60))
    cloud.make_key("KEPT", 5)
    cloud._update_cloud_account = lambda **dummy: cloud.source or {}  # type: ignore[method-assign]
    with pytest.raises(Blocked):
        run(cloud)
    assert statuses(cloud) == {"OLD": "Active", "KEPT": "Active"}


def test_a_store_alone_keeps_a_new_key() -> None:
    cloud = Cloud(Kept())
    result = run(cloud, platform_url=None)
    assert result["access_key"]["id"] == "NEW1"
    assert result["data_source"] is None
    assert cloud.operations("cloud_accounts") == []


def test_a_store_s_orphan_needs_no_look_at_a_platform() -> None:
    cloud = Cloud(Kept({"access_key_id": "OLD"}))
    cloud.make_key("OLD", 100 * 24 * 60)
    cloud.make_key("LEFT", 2)
    cloud.tags[key_lifecycle.MAKING_TAG] = minutes_ago(2).isoformat()
    assert run(cloud, platform_url=None)["access_key"] == {"id": "OLD", "user_name": "FinOpsForCloudUser"}
    assert statuses(cloud) == {"OLD": "Active"}
    assert cloud.operations("cloud_accounts") == []


def test_a_removal_returns_what_was_there(connected: Cloud) -> None:
    connected.make_key("HAND")
    result = run(connected, state="absent", access_key_id="HAND")
    assert result["access_key"] is None
    assert statuses(connected) == {"OLD": "Active"}
