# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether costs flow, from the listing alone."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.flow import (
    ASLEEP,
    FAILING,
    PENDING,
    PROVEN,
    WITHOUT_ROOT,
    flow,
    in_brief,
)

WAITS = "Report files for report billing not found"


def root(done: int = 0, tried: int = 0, error: str | None = None, **about: Any) -> dict[str, Any]:
    times = {"last_import_at": done, "last_import_attempt_at": tried, "last_import_attempt_error": error}
    return {"config": {}, "auto_import": True, **times, **about}


def member(created_at: int, **about: Any) -> dict[str, Any]:
    return {"config": {"linked": True}, "auto_import": True, "created_at": created_at, **about}


FINE, BROKEN, NEW = root(20, 20), root(10, 20, "AccessDenied"), root()


@pytest.mark.parametrize(
    ("source", "roots", "expected"),
    [
        (FINE, [], PROVEN),
        (NEW, [], PENDING),
        (root(0, 20, WAITS), [], PENDING),
        (BROKEN, [], FAILING),
        (root(20, 20, auto_import=False), [], ASLEEP),
        (member(10), [FINE], PROVEN),
        (member(20), [FINE], PENDING),
        (member(30), [FINE], PENDING),
        (member(10), [NEW], PENDING),
        (member(10), [BROKEN], FAILING),
        (member(10), [FINE, NEW], PENDING),
        (member(10), [FINE, BROKEN], FAILING),
        (member(10), [], WITHOUT_ROOT),
        (member(10, auto_import=False), [FINE], ASLEEP),
        (member(10), [root(20, 20, auto_import=False)], PENDING),
    ],
)
def test_an_account_s_costs_flow_once_an_import_has_gone_well_since(
    source: dict[str, Any], roots: list[dict[str, Any]], expected: str
) -> None:
    assert flow(source, roots) == expected


@pytest.mark.parametrize(
    ("flows", "text"),
    [
        ([], ""),
        ([None], ""),
        ([PROVEN, None, PENDING, PROVEN], "3 connected: 2 proven, 1 pending their first delivery"),
        ([WITHOUT_ROOT, FAILING], "2 connected: 1 whose import fails, 1 whose management account is not connected"),
        ([ASLEEP], "1 connected: 1 asleep"),
    ],
)
def test_a_fleet_is_told_of_in_brief(flows: list[str | None], text: str) -> None:
    assert in_brief(flows) == text
