# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps an account from being offboarded at all."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.offboarding import in_the_way

SOURCE = {"id": "s-1", "name": "aws-111122223333", "account_id": "111122223333", "created_at": 1764115200}


def member(number: int) -> dict[str, Any]:
    return {"id": f"s-{number}", "name": f"shop {number}", "account_id": f"{444455556660 + number}"}


def test_what_would_be_lost_is_said() -> None:
    (finding,) = in_the_way(SOURCE, [], confirmed=False)
    assert finding.code == "OFFBOARD_HISTORY"
    assert "'aws-111122223333'" in finding.title and "since 2025-11-26 and earlier" in finding.title
    assert "nothing was changed" in finding.title and "O(confirm_delete_history) to true" in finding.remedy


@pytest.mark.parametrize("created_at", [None, "soon", 10**30, -(10**30)])
def test_nonsense_of_the_platform_is_no_day(created_at: Any) -> None:
    (finding,) = in_the_way({**SOURCE, "created_at": created_at}, [], confirmed=False)
    assert "since a day that nobody knows" in finding.title


@pytest.mark.parametrize("source", [None, {}])
def test_without_a_known_data_source_it_is_asked_for_all_the_same(source: Any) -> None:
    (finding,) = in_the_way(source, [], confirmed=False)
    assert "its data source, if it has one" in finding.title


def test_who_confirmed_it_and_has_no_members_may_go() -> None:
    assert in_the_way(SOURCE, [], confirmed=True) == []


def test_members_that_are_still_connected_are_named() -> None:
    (finding,) = in_the_way(SOURCE, [member(2), member(1)], confirmed=True)
    assert finding.code == "OFFBOARD_MEMBERS"
    assert "2 member(s)" in finding.title
    assert finding.title.endswith(": 444455556661 (shop 1), 444455556662 (shop 2)")
    (many,) = in_the_way(SOURCE, [member(number) for number in range(8)], confirmed=True)
    assert many.title.endswith("shop 4) and 3 more")
    assert len(in_the_way(SOURCE, [member(1)], confirmed=False)) == 2
