# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Since when a bill is whose, where the next report goes, and for how long there was none."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import billing_transfer
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.billing_transfer import (
    Change,
    Gap,
    Place,
    change_of,
    gap_of,
    places,
    right_view,
    told,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER

FIRST = datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)
DAY, HOUR = datetime.timedelta(days=1), datetime.timedelta(hours=1)
NOW = FIRST + 10 * DAY


def transfer(status: str = "ACCEPTED", begin: Any = FIRST, end: Any = None) -> dict[str, Any]:
    found = {"Status": status, "StartTimestamp": begin, "Target": {"ManagementAccountId": OTHER}}
    return {**found, "EndTimestamp": end} if end else found


def view(kind: str, source: str = ACCOUNT, health: str = "HEALTHY") -> dict[str, Any]:
    return {
        "arn": f"arn:aws:billing::{OTHER}:billingview/{kind}",
        "billingViewType": kind,
        "sourceAccountId": source,
        "ownerAccountId": OTHER,
        "healthStatus": {"statusCode": health},
    }


SHOWBACK, TRANSFER = view("BILLING_TRANSFER_SHOWBACK"), view("BILLING_TRANSFER")


@pytest.mark.parametrize(
    ("transfers", "views", "is_unhealthy", "expected"),
    [
        ([], [], True, None),
        ([transfer()], None, False, Change(FIRST, OTHER)),
        ([transfer("REQUESTED")], None, True, None),
        ([transfer("CANCELED"), transfer("DECLINED")], None, True, None),
        ([transfer(begin=NOW + HOUR)], None, True, None),
        ([transfer(begin=FIRST - 90 * DAY), transfer()], None, False, Change(FIRST, OTHER)),
        ([transfer("WITHDRAWN", FIRST - 90 * DAY, FIRST)], None, False, Change(FIRST, ACCOUNT)),
        ([transfer("WITHDRAWN", FIRST, NOW + DAY)], None, False, Change(FIRST, OTHER)),
        ([transfer("ACCEPTED", FIRST, FIRST + DAY)], None, False, Change(FIRST, OTHER)),
        ([], [SHOWBACK], False, Change(None, OTHER)),
        (None, [TRANSFER], False, Change(None, OTHER)),
        ([], [view("BILLING_TRANSFER", source=OTHER)], True, None),
        ([], [view("PRIMARY")], True, None),
        (None, None, True, Change()),
        (None, [], True, Change()),
        (None, None, False, None),
    ],
)
def test_a_bill_is_of_whoever_it_went_to_last(
    transfers: Any, views: Any, is_unhealthy: bool, expected: Change | None
) -> None:
    assert change_of(transfers, views, ACCOUNT, is_unhealthy, NOW) == expected


@pytest.mark.parametrize(
    ("views", "expected"),
    [
        (None, None),
        ([view("PRIMARY")], None),
        ([TRANSFER, SHOWBACK], SHOWBACK["arn"]),
        ([view("PRIMARY"), TRANSFER], TRANSFER["arn"]),
        ([view("BILLING_TRANSFER_SHOWBACK", health="UNHEALTHY"), TRANSFER], TRANSFER["arn"]),
        ([view("BILLING_TRANSFER_SHOWBACK", source=OTHER)], None),
    ],
)
def test_the_right_view_is_the_one_made_to_be_shown_to_the_account(views: Any, expected: str | None) -> None:
    assert right_view(views, ACCOUNT) == expected


def test_a_new_report_goes_into_the_same_bucket_under_a_name_and_prefix_that_were_not_there() -> None:
    lost = Place(f"billing-{ACCOUNT}", "bucket", "eu-central-1", "reports")
    found = list(itertools.islice(places(ACCOUNT, lost), 2))
    assert found == [
        Place(f"billing-{ACCOUNT}-{number}", "bucket", "eu-central-1", f"reports-{number}") for number in (2, 3)
    ]
    assert next(places(ACCOUNT, found[0])) == found[1]
    assert next(places(ACCOUNT, Place("other", "bucket", "eu-central-1", "reports-2"))) == found[1]


@pytest.mark.parametrize(
    ("changed", "delivered", "remade", "hours", "lacking"),
    [
        (FIRST, FIRST - 18 * HOUR, FIRST + 60 * HOUR, 78, 18),
        (FIRST, FIRST + 6 * HOUR, FIRST + 60 * HOUR, 60, 0),
        (FIRST, None, FIRST + 60 * HOUR, 60, 0),
        (None, FIRST - 18 * HOUR, FIRST + 60 * HOUR, 78, 18),
        (FIRST, FIRST - 18 * HOUR, FIRST + 33 * DAY, 18 + 33 * 24, 18 + 30 * 24),
        (FIRST, FIRST, None, 240, 0),
        (FIRST, FIRST + DAY, FIRST - DAY, 0, 0),
    ],
)
def test_a_gap_runs_from_the_end_of_the_files_to_the_new_report(
    changed: Any, delivered: Any, remade: Any, hours: float, lacking: float
) -> None:
    gap = gap_of(changed, delivered, remade, NOW)
    assert gap is not None
    assert (gap.hours, gap.lacking, gap.is_open) == (hours, lacking, remade is None)


def test_where_nobody_knows_when_it_began_no_gap_is_told() -> None:
    assert gap_of(None, None, FIRST, NOW) is None


def test_a_gap_is_told_in_hours_and_money_and_says_that_rates_may_be_pro_forma() -> None:
    gap = Gap(FIRST - 18 * HOUR, FIRST + 60 * HOUR, False, 18.0, {"USD": Decimal("1234.5")}, {"USD": Decimal("2.5")})
    assert told(gap) == (
        "no report was made from 2026-10-31 06:00 UTC to 2026-11-03 12:00 UTC: 78 hours. The new report has 60 of these "
        "hours, which cost USD 1,234.50. No report has the first 18 hours, which cost about USD 45.00 by the rate of the "
        "files before. Rates after a transfer may be pro forma"
    )
    plain = Gap(FIRST, NOW, True, 0.0)
    assert told(plain) == (
        "no report was made from 2026-11-01 00:00 UTC to now: 240 hours. The new report will have 240 of these hours"
    )


@pytest.mark.parametrize(
    ("delivered", "end"),
    [(FIRST - 18 * HOUR, FIRST - 18 * HOUR), (FIRST + DAY, FIRST), (FIRST - 60 * DAY, FIRST - 31 * DAY)],
)
def test_a_report_has_of_a_month_what_was_over_when_it_was_delivered(delivered: Any, end: Any) -> None:
    assert billing_transfer.covered("2026-10", delivered) == (FIRST - 31 * DAY, end)


@pytest.mark.parametrize(
    ("facts", "name", "has_command"),
    [
        ((None, False, False, False, False), "own", False),
        ((Change(FIRST), True, False, False, False), "lost", True),
        ((Change(FIRST), True, True, False, False), "remade", True),
        ((Change(FIRST), False, True, True, False), "reconnected", True),
        ((Change(FIRST), False, True, False, True), "waiting", True),
        ((Change(FIRST), False, True, True, True), "done", False),
    ],
)
def test_a_stage_follows_from_what_is_there(facts: Any, name: str, has_command: bool) -> None:
    stage = billing_transfer.stage(*facts)
    assert (stage.name, bool(stage.next_command)) == (name, has_command)
