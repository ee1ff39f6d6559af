# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: Cost Explorer tells the blended cost of whole months by account, and refuses everything else."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import Clients
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.organization import Organization
from tests.emulator.aws.testing import Bench, allow, code
from tests.emulator.fleet import Emulator


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Emulator(members=1) as emulator:
        yield Bench(emulator)


def month(back: int, now: datetime.datetime) -> datetime.date:
    number = now.year * 12 + now.month - 1 - back
    return datetime.date(number // 12, number % 12 + 1, 1)


@pytest.fixture
def asked(bench: Bench) -> dict[str, Any]:
    now = bench.emulator.clock.now()
    return {
        "TimePeriod": {"Start": month(2, now).isoformat(), "End": month(0, now).isoformat()},
        "Granularity": "MONTHLY",
        "Metrics": ["BlendedCost"],
        "GroupBy": [{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}],
    }


def test_the_cost_of_full_months_by_account_is_what_our_own_look_reads(bench: Bench) -> None:
    emulator = bench.emulator
    now, member = emulator.clock.now(), emulator.member_account_ids[0]
    emulator.costs.use(member, month(1, now), "1.10")
    emulator.costs.use(member, month(1, now), "0.205")
    emulator.costs.use(emulator.management_account_id, month(2, now), "7", currency="EUR")
    emulator.costs.use(member, month(0, now), "99")
    options = {
        "account_id": emulator.management_account_id,
        "access_key": emulator.access_key_id,
        "secret_key": emulator.secret_access_key,
        "endpoint_url": bench.url,
        "region": "eu-central-1",
        "cost_explorer": True,
        "cost_explorer_months": 2,
    }
    resource = Organization(options, Clients(options))
    found = resource.info(resource.read())["organization"]
    assert found["costs"] == {
        f"{month(2, now):%Y-%m}": {"EUR": {emulator.management_account_id: "7.0000000000"}},
        f"{month(1, now):%Y-%m}": {"USD": {member: "1.3050000000"}},
    }
    assert {account["id"] for account in found["accounts"]} >= {member, emulator.management_account_id}


@pytest.mark.parametrize(
    "changed",
    [
        {"Granularity": "DAILY"},
        {"Metrics": ["UnblendedCost"]},
        {"GroupBy": []},
        {"TimePeriod": {"Start": "2026-10-01", "End": "2026-10-01"}},
        {"TimePeriod": {"Start": "soon", "End": "2026-10-01"}},
        {"TimePeriod": {"Start": "2010-01-01", "End": "2010-02-01"}},
        {"TimePeriod": {"Start": "2090-01-01", "End": "2090-02-01"}},
    ],
)
def test_whatever_else_is_asked_is_refused(bench: Bench, asked: dict[str, Any], changed: dict[str, Any]) -> None:
    assert code(bench.admin("ce").get_cost_and_usage, **{**asked, **changed}) == "ValidationException"


def test_who_has_no_permission_is_refused(bench: Bench, asked: dict[str, Any]) -> None:
    dummy, without = bench.user(allow("organizations:*", "*"))
    assert code(without("ce").get_cost_and_usage, **asked) == "AccessDeniedException"
