# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The platform's client where it serves an audit: details, imports and costs, each by one call, and nonsense told."""

from __future__ import annotations

import calendar
from decimal import Decimal
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.answers import range_of
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.errors import PlatformError
from tests.unit.plugins.module_utils._platform.scripted_platform import LIST, listing, platform, refusal, source
from tests.unit.plugins.module_utils.scripted_server import ScriptedServer, answer

ONE, TWO = "111122223333", "444455556666"


def day(year: int, month: int, number: int) -> str:
    return str(calendar.timegm((year, month, number, 0, 0, 0)))


def about(account: Any, **others: Any) -> dict[str, Any]:
    return {"account_id": account, "name": "aws", **others}


COUNTS = {"s1": about(ONE, total=1.0), "s2": about(TWO, total=2.0)}


def breakdown(daily: Any, counts: Any = None) -> bytes:
    return answer(200, {"counts": COUNTS if counts is None else counts, "breakdown": daily})


def test_the_listing_with_details_is_one_call(server: ScriptedServer) -> None:
    detailed = {**source(), "details": {"cost": 1.5, "discovery_infos": []}}
    server.script = [listing(detailed)]
    assert platform(server.url).detailed_accounts() == [detailed]
    assert server.calls == [LIST + "?details=true"]


@pytest.mark.parametrize("value", [{}, {"cloud_accounts": None}, {"cloud_accounts": [None]}, {"cloud_accounts": [{}]}])
def test_a_listing_that_is_none_is_one_clear_error(server: ScriptedServer, value: Any) -> None:
    server.script = [answer(200, value)]
    with pytest.raises(InputError, match=r"O\(platform_url\): .*not the platform's API"):
        platform(server.url).detailed_accounts()


def test_imports_come_the_newest_first_and_completed_ones_too(server: ScriptedServer) -> None:
    old = {"id": "1", "state": "failed", "state_reason": "HeadObject 403", "created_at": 1, "updated_at": 5}
    new = {"id": "2", "state": "completed", "state_reason": None, "created_at": 2, "updated_at": 9.0}
    server.script = [answer(200, {"report_imports": [old, new]})]
    assert platform(server.url).imports("a/b") == [
        {"state": "completed", "state_reason": None, "created_at": 2, "updated_at": 9},
        {"state": "failed", "state_reason": "HeadObject 403", "created_at": 1, "updated_at": 5},
    ]
    assert server.calls == ["GET /restapi/v2/cloud_accounts/a%2Fb/report_imports?show_completed=true"]


def test_an_import_of_odd_values_is_kept_as_far_as_it_can_be_read(server: ScriptedServer) -> None:
    server.script = [answer(200, {"report_imports": [{"state": None, "state_reason": 7, "updated_at": "x"}]})]
    assert platform(server.url).imports("1") == [{"state": "", "state_reason": "7", "created_at": 0, "updated_at": 0}]


def test_an_endless_time_is_none(server: ScriptedServer) -> None:
    server.script = [answer(200, body=b'{"report_imports": [{"state": "failed", "updated_at": 1e999}]}')]
    assert platform(server.url).imports("1")[0]["updated_at"] == 0


@pytest.mark.parametrize("value", [{}, {"report_imports": None}, {"report_imports": {}}, {"report_imports": [1]}])
def test_imports_that_are_none_are_one_clear_error(server: ScriptedServer, value: Any) -> None:
    server.script = [answer(200, value)]
    with pytest.raises(InputError, match="it lists no imports"):
        platform(server.url).imports("1")


def test_imports_that_may_not_be_seen_are_the_platform_s_own_refusal(server: ScriptedServer) -> None:
    server.script = [refusal(403, "OE0234", "Forbidden")]
    with pytest.raises(PlatformError, match="OE0234"):
        platform(server.url).imports("1")


def test_costs_are_sums_of_days_by_account_and_month_in_one_call(server: ScriptedServer) -> None:
    server.script = [
        breakdown(
            {
                day(2026, 9, 30): {"s1": about(ONE, cost=0.1), "s2": about(TWO, cost=-2)},
                day(2026, 10, 1): {"s1": about(ONE, cost=0.1)},
                day(2026, 10, 2): {"s1": about(ONE, cost=0.2)},
                day(2026, 10, 3): {},
            }
        )
    ]
    assert platform(server.url).costs("2026-09", "2026-10") == {
        ONE: {"2026-09": Decimal("0.1"), "2026-10": Decimal("0.30000000000000004")},
        TWO: {"2026-09": Decimal("-2.0")},
    }
    expected = f"?start_date={day(2026, 9, 1)}&end_date={day(2026, 10, 31)}&breakdown_by=cloud_account_id"
    assert server.calls == ["GET /restapi/v2/organizations/org-1/breakdown_expenses" + expected]


def test_a_thousand_small_amounts_are_right_to_the_cent(server: ScriptedServer) -> None:
    days = {str(int(day(2026, 1, 1)) + number * 60): {"s1": {"cost": 0.001}} for number in range(1000)}
    server.script = [breakdown(days)]
    assert platform(server.url).costs("2026-01", "2026-01")[ONE]["2026-01"].quantize(Decimal("0.000001")) == 1


@pytest.mark.parametrize(
    ("counts", "entry", "expected"),
    [
        # The name of an account stands in the totals; where it does not, the day may have it.
        ({"s1": about(ONE)}, {"s1": {"cost": 1}}, {ONE: {"2026-09": Decimal("1.0")}}),
        ({}, {"s1": about(ONE, cost=1)}, {ONE: {"2026-09": Decimal("1.0")}}),
        # What is no AWS account's is nobody's here.
        ({"s1": about(None)}, {"s1": {"cost": 1}}, {}),
        ({}, {"s1": {"cost": 1}}, {}),
        ({}, {}, {}),
    ],
)
def test_whose_cost_it_is(server: ScriptedServer, counts: Any, entry: Any, expected: Any) -> None:
    server.script = [breakdown({day(2026, 9, 1): entry}, counts)]
    assert platform(server.url).costs("2026-09", "2026-09") == expected


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"counts": {}},
        {"breakdown": {}},
        {"counts": [], "breakdown": {}},
        {"counts": {}, "breakdown": [1]},
        {"counts": {"s1": None}, "breakdown": {}},
        {"counts": {}, "breakdown": {"soon": {}}},
        {"counts": {}, "breakdown": {"9" * 30: {}}},
        {"counts": {}, "breakdown": {day(2026, 9, 1): None}},
        {"counts": {}, "breakdown": {day(2026, 9, 1): {"s1": None}}},
        {"counts": COUNTS, "breakdown": {day(2026, 9, 1): {"s1": {"cost": "1"}}}},
        {"counts": COUNTS, "breakdown": {day(2026, 9, 1): {"s1": {"cost": True}}}},
        {"counts": COUNTS, "breakdown": {day(2026, 9, 1): {"s1": {}}}},
        {"counts": COUNTS, "breakdown": {day(2026, 9, 1): {"s1": None}}},
        {"counts": COUNTS, "breakdown": {day(2026, 9, 1): {"s1": [1]}}},
    ],
)
def test_costs_that_are_none_are_one_clear_error(server: ScriptedServer, value: Any) -> None:
    server.script = [answer(200, value)]
    with pytest.raises(InputError, match=r"O\(platform_url\): .*not the platform's API: its? .*breakdown"):
        platform(server.url).costs("2026-09", "2026-09")


def test_a_cost_that_is_no_number_is_nonsense(server: ScriptedServer) -> None:
    body = '{{"counts": {{}}, "breakdown": {{"{0}": {{"s1": {{"account_id": "{1}", "cost": 1e999}}}}}}}}'
    server.script = [answer(200, body=body.format(day(2026, 9, 1), ONE).encode())]
    with pytest.raises(InputError, match="no number"):
        platform(server.url).costs("2026-09", "2026-09")


@pytest.mark.parametrize(
    ("first", "last", "begin", "end"),
    [
        ("2026-11", "2026-11", day(2026, 11, 1), day(2026, 11, 30)),
        ("2026-02", "2026-02", day(2026, 2, 1), day(2026, 2, 28)),
        ("2025-12", "2026-01", day(2025, 12, 1), day(2026, 1, 31)),
        ("2025-12", "2026-11", day(2025, 12, 1), day(2026, 11, 30)),
        # More than the platform takes, a leap year among them.
        ("2025-11", "2026-11", day(2025, 12, 1), day(2026, 11, 30)),
        ("2020-01", "2026-11", day(2025, 12, 1), day(2026, 11, 30)),
        ("2027-03", "2028-02", day(2027, 4, 1), day(2028, 2, 29)),
    ],
)
def test_the_range_of_days(first: str, last: str, begin: str, end: str) -> None:
    assert range_of(first, last) == (int(begin), int(end))


TRUST = {"Statement": {"Effect": "Allow", "Principal": {"AWS": ["a", "b"]}, "Action": "sts:AssumeRole"}}
ROLE = {"Statement": [{"Effect": "Allow", "Action": ["a:B"], "Resource": "*"}]}


def test_what_the_platform_says_of_roles_is_one_call(server: ScriptedServer) -> None:
    server.script = [answer(200, {"trust_policy": TRUST, "role_policy": ROLE, "other": 1})]
    assert platform(server.url).cloud_policies("a b") == {"trust_policy": TRUST, "role_policy": ROLE}
    assert server.calls[0].endswith("/cloud_policies?cloud_type=aws_cnr&bucket_name=a%20b")


@pytest.mark.parametrize(
    "role",
    [
        None,
        [],
        {},
        {"Statement": None},
        {"Statement": ["x"]},
        {"Statement": [{"Effect": "Allow"}]},
        {"Statement": [{"Effect": "Deny", "Action": "a:B"}]},
        {"Statement": [{"Effect": "Allow", "Action": [1]}]},
        {"Statement": [{"Effect": "Allow", "Action": "a:B", "Resource": {}}]},
        {"Statement": [{"Effect": "Allow", "Action": "a:B", "Principal": 5}]},
        {"Statement": [{"Effect": "Allow", "Action": "a:B", "Condition": {"x": {}}}]},
    ],
)
def test_policies_that_are_none_are_one_clear_error(server: ScriptedServer, role: Any) -> None:
    server.script = [answer(200, {"trust_policy": TRUST, "role_policy": role})]
    with pytest.raises(InputError, match=r"its role_policy is no policy document"):
        platform(server.url).cloud_policies("b")
