# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which steps are left out of an account's visit, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.left_out import Account, reason

PLATFORM = {"platform_url": "https://platform.example.com"}


def account(intent: str = procedure.CONNECT, **others: Any) -> Account:
    """A management account that works with a key, unless said otherwise."""
    return Account(**{"case": "management", "intent": intent, "auth": "access_key", "has_source": True, **others})


def left_out(about: Account, *modules: str, **options: Any) -> list[str]:
    """Which of the modules are left out, of all that the account's intent visits unless named."""
    named = modules or procedure.resources(about.case, about.intent)
    return [module for module in named if reason(module, {**PLATFORM, **options}, about)]


def test_with_a_key_there_is_no_role_and_with_a_role_no_user_and_no_key() -> None:
    assert left_out(account()) == ["role"]
    assert left_out(account(auth="role", source_role="FinOpsForCloudAccessRole")) == ["user", "access_key"]
    words = reason("user", PLATFORM, account(auth="role"))
    assert words == "the platform works with an assumed role, so no user and no key serves it"


@pytest.mark.parametrize(("source", "name", "is_left_out"), [("A", "A", False), ("A", "B", True), (None, "B", False)])
def test_a_role_that_the_data_source_does_not_work_with_is_not_touched(
    source: Any, name: str, is_left_out: bool
) -> None:
    assert bool(left_out(account(auth="role", source_role=source), "role", name=name)) is is_left_out


def test_a_role_of_no_given_name_is_the_documented_one() -> None:
    assert left_out(account(auth="role", source_role="FinOpsForCloudAccessRole"), "role") == []
    assert "Other, which finops_role_name does not name" in str(
        reason("role", PLATFORM, account(auth="role", source_role="Other"))
    )


@pytest.mark.parametrize(
    ("options", "modules"),
    [
        ({}, ["access_key", "data_source", "reimport", "backfill"]),
        ({"secret_store": "platform"}, ["access_key", "data_source", "reimport", "backfill"]),
        ({"secret_store": "ssm"}, ["data_source", "reimport", "backfill"]),
        (PLATFORM, []),
    ],
)
@pytest.mark.parametrize("intent", [procedure.CONNECT, procedure.OFFBOARD])
def test_without_a_platform_a_key_needs_a_store(intent: str, options: dict[str, Any], modules: list[str]) -> None:
    every = ("account", "cur", "policy", "user", "access_key", "data_source", "reimport", "backfill")
    assert [module for module in every if reason(module, options, account(intent))] == modules


def test_an_offboarding_takes_both_logins_away() -> None:
    assert left_out(account(procedure.OFFBOARD)) == []


@pytest.mark.parametrize(
    ("found", "modules"),
    [
        (None, []),
        ({}, ["cur", "policy", "user", "access_key", "data_source"]),
        ({"may_switch": False}, ["access_key", "data_source"]),
        ({"may_switch": True}, []),
    ],
)
def test_a_data_source_keeps_its_report_until_the_new_one_can_be_read(found: Any, modules: list[str]) -> None:
    assert left_out(account(procedure.TO_CUR2, migration=found)) == modules


@pytest.mark.parametrize("intent", [procedure.TO_ROLE, procedure.TO_ROLE_END])
def test_who_has_no_data_source_or_wants_a_key_is_not_switched_to_a_role(intent: str) -> None:
    with_role = {"auth": "role"}
    steps = [module for module in procedure.resources("management", intent) if module != "account"]
    assert left_out(account(intent, has_source=False, **with_role)) == steps
    assert left_out(account(intent, asked_auth="access_key", **with_role)) == steps
    assert left_out(account(intent, asked_auth="access_key", source_role="FinOpsForCloudAccessRole", **with_role)) == []
    assert left_out(account(intent, asked_auth="role", **with_role)) == []


@pytest.mark.parametrize("intent", [procedure.AFTER_TRANSFER, procedure.BACKFILL])
def test_a_member_has_no_report_to_be_made_again_or_filled(intent: str) -> None:
    member = account(intent, case="member", is_transferred=True)
    assert left_out(member, "account", "bill", "reimport") == ["bill", "reimport"]
    assert left_out(account(intent, is_transferred=True)) == (["role"] if intent == procedure.AFTER_TRANSFER else [])


def test_where_no_bill_was_transferred_it_is_looked_at_alone() -> None:
    about = account(procedure.AFTER_TRANSFER)
    visited = procedure.resources("management", procedure.AFTER_TRANSFER)
    assert [module for module in visited if module not in left_out(about)] == ["account", "bill"]
    assert reason("cur", PLATFORM, about) == "the account's bill was not transferred"
