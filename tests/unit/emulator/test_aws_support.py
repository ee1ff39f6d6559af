# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: support cases for who has a plan, and the backfill of cost allocation tags, once a day."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from tests.emulator.aws.testing import Bench, allow, code, request

CASE = {"subject": "Backfill", "communicationBody": "Please.", "serviceCode": "billing"}
NOW = datetime.datetime(2026, 10, 20, tzinfo=datetime.timezone.utc)


def give_plan(bench: Bench) -> None:
    body = json.dumps({"account_id": bench.account}).encode()
    assert request(bench, "s3", "us-east-1", "POST", "/_emulator/support_plan", body).status_code == 200


def test_an_account_without_a_plan_may_neither_open_nor_list_cases(bench: Bench) -> None:
    support = bench.admin("support")
    assert code(support.create_case, **CASE) == "SubscriptionRequiredException"
    assert code(support.describe_cases) == "SubscriptionRequiredException"


def test_a_case_is_opened_as_often_as_it_is_asked_for_and_listed(bench: Bench) -> None:
    give_plan(bench)
    support = bench.admin("support")
    made = [support.create_case(**CASE)["caseId"] for dummy in range(2)]
    assert [case["caseId"] for case in support.describe_cases(includeResolvedCases=True)["cases"]] == made[::-1]
    dummy, nobody = bench.user(allow("support:DescribeCases"))
    assert code(nobody("support").create_case, **CASE) == "AccessDeniedException"


@pytest.mark.parametrize("since", ["2025-09-01T00:00:00Z", "2026-10-02T00:00:00Z", "2026-11-01T00:00:00Z", "2026-10"])
def test_tags_are_backfilled_from_the_first_of_one_of_the_last_twelve_months(bench: Bench, since: str) -> None:
    bench.emulator.clock.move_to(NOW)
    with_dates: Any = bench.admin("ce", parameter_validation=False)
    assert code(with_dates.start_cost_allocation_tag_backfill, BackfillFrom=since) == "ValidationException"


def test_tags_are_backfilled_once_in_24_hours(bench: Bench) -> None:
    bench.emulator.clock.move_to(NOW)
    ce = bench.admin("ce")
    ce.start_cost_allocation_tag_backfill(BackfillFrom="2025-10-01T00:00:00Z")
    again = {"BackfillFrom": "2026-01-01T00:00:00Z"}
    assert code(ce.start_cost_allocation_tag_backfill, **again) == "BackfillLimitExceededException"
    bench.emulator.clock.forward(hours=24)
    ce.start_cost_allocation_tag_backfill(**again)
    found = [one["BackfillFrom"] for one in ce.list_cost_allocation_tag_backfill_history()["BackfillRequests"]]
    assert found == [again["BackfillFrom"], "2025-10-01T00:00:00Z"]
