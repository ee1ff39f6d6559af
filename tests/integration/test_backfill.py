# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Months that a report lacks are named and asked for, and imported once, from the earliest on, when they have arrived."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tests.integration.playbook import Fleet

BACKFILL = "finops_for_cloud.aws.backfill"
DAY = datetime.timedelta(days=1)


def months_back(now: datetime.datetime, count: int) -> list[str]:
    """So many full months, the oldest first."""
    number = now.year * 12 + now.month - 1
    return [f"{(number - back) // 12:04d}-{(number - back) % 12 + 1:02d}" for back in range(count, 0, -1)]


def test_what_lacks_is_asked_for_and_what_has_arrived_is_imported_once(fleet: Fleet) -> None:
    emulator = fleet.emulator
    now = emulator.clock.now()
    *lacking, last = months_back(now, 4)
    account, groups = emulator.standalone_account_id, {"standalone": {"laboratory": fleet.standalone()}}
    emulator.clock.move_to(datetime.datetime.fromisoformat(f"{last}-02T00:00:00+00:00"))
    assert fleet.run(groups).code == 0
    begin = datetime.date.fromisoformat(f"{lacking[0]}-01")
    emulator.costs.generate([account], begin, (now - 2 * DAY).date())
    emulator.clock.move_to(now)
    for month in (last, f"{now:%Y-%m}"):
        emulator.deliver(account, f"billing-{account}", month)
    emulator.platform.imports.pass_hours(1)

    options = {"finops_first_cost_month": lacking[0], "finops_backfill_tags": True, "finops_file_support_case": True}
    first = fleet.run(groups, playbook=BACKFILL, **options)
    assert first.code == 0, first.output
    assert first.writes == ["ce:StartCostAllocationTagBackfill"]
    codes = {finding["code"] for finding in first.recap()["laboratory"]["findings"]}
    assert {"BACKFILL_MISSING", "BACKFILL_NO_SUPPORT_PLAN"} <= codes
    text = Path(fleet.common["finops_report_dir"], f"support-case-{account}.txt").read_text()
    assert all(f"- {month}\n" in text for month in lacking) and f"- {last}" not in text

    emulator.aws.state.support_cases[account] = []
    filed = fleet.run(groups, playbook=BACKFILL, **options)
    assert filed.writes == ["support:CreateCase"], filed.output
    assert fleet.run(groups, playbook=BACKFILL, **options).changed == []
    assert len(emulator.aws.state.support_cases[account]) == 1

    for month in lacking:
        emulator.deliver(account, f"billing-{account}", month)
    arrived = fleet.run(groups, playbook=BACKFILL, **options)
    assert arrived.writes == ["platform:UpdateCloudAccount", "iam:TagUser"], arrived.output
    assert fleet.run(groups, playbook=BACKFILL, **options).writes == []
    emulator.platform.imports.pass_hours(1)
    for month in [*lacking, last]:
        assert emulator.platform.cost(account, month) == pytest.approx(float(emulator.costs.total(account, month)))
    assert fleet.run(groups, playbook=BACKFILL, **options).changed == []
