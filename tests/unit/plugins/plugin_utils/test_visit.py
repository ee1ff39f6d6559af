# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the steps of an account visit hand on to each other."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._visit import Visit, visit

SOURCE = {"id": "s-1", "config": {}}
REPORT = {"name": "r", "bucket": "b", "bucket_region": "us-east-1", "prefix": "p", "delivered": False}
TARGET = {"cur_name": "r", "cur_bucket": "b", "cur_prefix": "p"}


def after_all() -> Visit:
    """A visit whose first steps have found everything."""
    begun = visit("shop", begins=True)
    begun.note({"session": "sealed", "data_source": SOURCE})
    begun.note({"cur": REPORT})
    return begun


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("cur", {"known": SOURCE}),
        ("policy", {"bucket": "b", "prefix": "p"}),
        ("user", {}),
        ("access_key", {"known": SOURCE, "delivered": False, "data_source": TARGET}),
        ("data_source", {"known": SOURCE, "delivered": False, **TARGET, "role_pending": False}),
        ("role", {}),
        ("former_login", {"known": SOURCE}),
        ("delivery", {"known": SOURCE, "report": REPORT}),
        ("account", {}),
    ],
)
def test_a_step_is_handed_what_earlier_ones_found(module: str, options: dict[str, Any]) -> None:
    after_all()
    assert visit("shop", begins=False).options(module) == {"session": "sealed", **options}


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("cur", {"known": None}),
        ("policy", {}),
        ("access_key", {"known": None, "delivered": None, "data_source": {}}),
        ("delivery", {"known": None, "report": None}),
    ],
)
def test_a_first_step_is_handed_nothing(module: str, options: dict[str, Any]) -> None:
    assert visit("shop", begins=True).options(module) == {"session": None, **options}


def test_what_a_later_step_says_nothing_about_stays() -> None:
    begun = after_all()
    begun.note({"changed": True, "cur": None})
    assert begun.options("policy") == {"session": "sealed", "bucket": "b", "prefix": "p"}
    assert begun.options("cur")["known"] == SOURCE


@pytest.mark.parametrize(
    ("source", "role", "auth"),
    [
        (None, None, "access_key"),
        ({}, None, "access_key"),
        (SOURCE, None, "access_key"),
        ({"config": {"assume_role_name": "r"}}, "r", "role"),
    ],
)
def test_a_data_source_with_a_role_is_known(source: dict[str, Any] | None, role: str | None, auth: str) -> None:
    begun = visit("shop", begins=True)
    begun.note({"data_source": source})
    assert (begun.source_role, begun.auth("connect")) == (role, auth)
    assert begun.auth("to_role") == "role"


@pytest.mark.parametrize(
    ("module", "severity", "is_pending"),
    [
        ("role", "drift", True),
        ("policy", "drift", True),
        ("role", "note", False),
        ("user", "drift", False),
    ],
)
def test_a_role_of_which_something_is_left_to_do_can_be_proved_of_nothing(
    module: str, severity: str, is_pending: bool
) -> None:
    begun = visit("shop", begins=True)
    begun.note({"module": module, "findings": [{"code": "ANY", "severity": severity}]})
    begun.note({"module": "data_source", "findings": []})
    assert begun.options("data_source")["role_pending"] is is_pending


def test_what_is_gone_is_handed_on_and_a_data_source_that_is_gone_still_tells_whose_key_it_held() -> None:
    begun = after_all()
    begun.note({"data_source": None, "removed": ["s-1"]})
    begun.note({"removed": ["AKIAEXAMPLE"], "failed": True})
    gone = {"leaving": ["s-1", "AKIAEXAMPLE"]}
    assert begun.options("user") == {"session": "sealed", **gone}
    assert begun.options("policy") == {"session": "sealed", "bucket": "b", "prefix": "p", **gone}
    key = begun.options("access_key")
    assert (key["known"], key["leaving"]) == (SOURCE, gone["leaving"])
    assert begun.options("cur") == {"session": "sealed", "known": SOURCE}


OLD = {"name": "daily", "bucket": "old", "bucket_region": "eu-west-1", "prefix": "legacy"}
NEW = {"name": "n", "bucket": "b", "bucket_region": "us-east-1", "prefix": "p"}


def migrating(**migration: Any) -> Visit:
    """A visit of an account whose report is migrated."""
    begun = after_all()
    begun.note({"migration": {"old": OLD, "new": NEW, "may_switch": False, **migration} if migration else {}})
    return begun


def test_while_a_report_is_migrated_the_export_is_made_beside_it_and_both_are_read() -> None:
    begun = migrating(old=OLD)
    assert begun.options("cur") == {"session": "sealed", "known": SOURCE, **NEW}
    assert begun.options("policy")["also"] == [{"bucket": "old", "prefix": "legacy"}]
    assert begun.options("report_migration") == {"session": "sealed", "known": SOURCE, "delete_legacy": False}
    done = migrating(old=None)
    assert done.options("cur") == {"session": "sealed", "known": SOURCE}
    assert "also" not in done.options("policy")
    assert after_all().options("report_migration") == {"session": "sealed", "known": SOURCE}


def test_what_decides_which_steps_are_left_out_is_handed_on() -> None:
    standing = migrating(may_switch=False).standing("to_cur2")
    assert (standing.intent, standing.has_source, standing.source_role) == ("to_cur2", True, None)
    assert standing.migration is not None and not standing.migration["may_switch"]
    assert (standing.auth, standing.asked_auth, standing.is_transferred) == ("access_key", None, False)
    moved = after_all()
    moved.note({"bill": {"transferred": True}, "data_source": {"config": {"assume_role_name": "R"}}})
    standing = moved.standing("after_transfer")
    assert (standing.source_role, standing.auth, standing.is_transferred, standing.migration) == (
        "R",
        "role",
        True,
        None,
    )


def test_a_failure_is_remembered() -> None:
    visit("shop", begins=True).note({"failed": True})
    assert visit("shop", begins=False).has_failed


def test_a_new_visit_and_another_host_begin_with_nothing() -> None:
    visit("shop", begins=True).note({"failed": True, "session": "sealed"})
    assert visit("other", begins=False).session is None
    visit("shop", begins=True).note({"failed": True, "session": "sealed"})
    assert not visit("shop", begins=True).has_failed


def test_a_later_task_goes_on_from_what_the_earlier_one_registered() -> None:
    registered: dict[str, Any] = {"results": [{"session": "sealed"}, {"data_source": SOURCE, "failed": True}]}
    visit("other", begins=True)
    continued = visit("shop", begins=False, earlier=registered)
    assert (continued.session, continued.data_source, continued.has_failed) == ("sealed", SOURCE, True)
