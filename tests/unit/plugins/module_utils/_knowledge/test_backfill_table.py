# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which months lack and which have arrived, what AWS is asked, and when tags are backfilled."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import backfill
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.backfill import Tags

NOW = datetime.datetime(2026, 11, 20, tzinfo=datetime.timezone.utc)
REPORT = {"name": "billing", "arn": "arn:export", "bucket": "bucket", "path": "reports/billing/"}


@pytest.mark.parametrize(
    ("given", "evidence", "expected"),
    [
        ("2026-03", {"platform": "2026-01"}, ("2026-03", "finops_first_cost_month")),
        (None, {"platform": "2026-04", "files": "2026-06", "organization": "2026-02"}, ("2026-02", "organization")),
        (None, {"platform": "2026-04", "files": None}, ("2026-04", "platform")),
        (None, {"platform": None}, (None, "")),
    ],
)
def test_the_first_cost_is_the_earliest_that_anybody_tells_of(given: Any, evidence: Any, expected: Any) -> None:
    assert backfill.first_cost(given, evidence) == expected


@pytest.mark.parametrize(
    ("first", "held", "expected"),
    [
        ("2026-08", ["2026-10", "2026-11"], ["2026-08", "2026-09"]),
        ("2026-08", ["2026-08", "2026-10"], ["2026-09"]),
        ("2026-11", [], []),
        (None, [], []),
        ("2020-01", ["2026-0{0}".format(month) for month in range(1, 10)], ["2025-12", "2026-10"]),
    ],
)
def test_full_months_since_the_first_cost_lack_as_far_back_as_can_be_imported(
    first: Any, held: Any, expected: Any
) -> None:
    assert backfill.missing(first, held, NOW) == expected


@pytest.mark.parametrize(
    ("held", "on_platform", "asked", "expected"),
    [
        (["2026-08", "2026-10"], ["2026-10"], [], ["2026-08"]),
        (["2026-08", "2026-10"], ["2026-10"], ["2026-08"], []),
        (["2026-08", "2026-09"], [], ["2026-08"], ["2026-09"]),
        (["2026-11"], [], [], []),
        (["2025-10"], [], [], []),
    ],
)
def test_a_month_has_arrived_that_is_held_and_was_neither_imported_nor_asked_for(
    held: Any, on_platform: Any, asked: Any, expected: Any
) -> None:
    assert backfill.arrived(held, on_platform, asked, NOW) == expected


def test_a_case_has_all_that_aws_needs_to_know() -> None:
    case = backfill.case("111122223333", REPORT, ["2026-08", "2026-09"])
    assert case.subject == "Backfill of data export billing, account 111122223333: 2026-08 to 2026-09"
    assert all(part in case.text for part in ("- 2026-08\n- 2026-09", "arn:export", "bucket", "reports/billing/"))
    assert case == backfill.case("111122223333", REPORT, ["2026-08", "2026-09"])


def request(since: str, status: str, at: str) -> dict[str, str]:
    return {"BackfillFrom": since, "BackfillStatus": status, "RequestedAt": at}


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        ([], Tags(begin="2025-12-01T00:00:00Z")),
        ([request("2025-12-01T00:00:00Z", "SUCCEEDED", "2026-11-01T00:00:00Z")], Tags()),
        ([request("2025-11-01T00:00:00Z", "PROCESSING", "2026-11-19T12:00:00Z")], Tags()),
        ([request("2026-03-01T00:00:00Z", "SUCCEEDED", "2026-11-01T00:00:00Z")], Tags(begin="2025-12-01T00:00:00Z")),
        (
            [request("2025-12-01T00:00:00Z", "FAILED", "2026-11-19T12:00:00Z")],
            Tags(later=datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.timezone.utc)),
        ),
    ],
)
def test_tags_are_backfilled_once_and_not_twice_in_a_day(requests: Any, expected: Tags) -> None:
    assert backfill.tags(requests, NOW) == expected


@pytest.mark.parametrize(
    ("lacking", "come", "is_filed", "name"),
    [
        ([], [], False, "whole"),
        (["2026-08"], [], False, "lacking"),
        (["2026-08"], [], True, "asked"),
        (["2026-08"], ["2026-09"], True, "arrived"),
    ],
)
def test_a_stage_follows_from_the_months(lacking: Any, come: Any, is_filed: bool, name: str) -> None:
    assert backfill.stage(lacking, come, is_filed).name == name
