# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The organization's accounts and their costs, as AWS tells them, refuses them, or has none."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Mode, run
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.organization import (
    Organization,
    _full_months,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, FakeClients

ARN = f"arn:aws:organizations::{ACCOUNT}:account/o-abcdefghij/{{}}"
ABOUT = {"Organization": {"Id": "o-abcdefghij", "MasterAccountId": ACCOUNT}}
JOINED = datetime.datetime(2026, 1, 31, 23, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=-2)))
ACCOUNTS = {
    "Accounts": [
        {"Id": ACCOUNT, "Arn": ARN.format(ACCOUNT), "Name": "Payer", "State": "ACTIVE", "JoinedTimestamp": JOINED},
        {"Id": OTHER, "Arn": ARN.format(OTHER), "Name": "{{ x }}", "State": "CLOSED", "Status": "SUSPENDED"},
    ]
}
LISTED = [
    {"id": ACCOUNT, "name": "Payer", "state": "ACTIVE", "joined": "2026-02-01"},
    {"id": OTHER, "name": "{{ x }}", "state": "CLOSED", "joined": None},
]


def group(account: str, amount: str, unit: str = "USD") -> dict[str, Any]:
    return {"Keys": [account], "Metrics": {"BlendedCost": {"Amount": amount, "Unit": unit}}}


def month(start: str, *groups: dict[str, Any]) -> dict[str, Any]:
    return {"TimePeriod": {"Start": start, "End": "x"}, "Groups": list(groups), "Total": {}}


def clients(account: str = ACCOUNT, **answers: Any) -> FakeClients:
    return FakeClients({"describe_organization": ABOUT, "list_accounts": ACCOUNTS, **answers}, account)


def found(fake: FakeClients, mode: Mode | None = None, **options: Any) -> dict[str, Any]:
    result = run(Organization, {"account_id": fake.account, **options}, fake, mode or Mode(info=True))
    assert result["changed"] is False
    return result


@pytest.mark.parametrize("mode", [Mode(info=True), Mode(audit=True)])
def test_the_accounts_take_one_call_and_nothing_that_costs(mode: Mode) -> None:
    fake = clients()
    result = found(fake, mode)
    assert result["organization"] == {
        "id": "o-abcdefghij",
        "management_account_id": ACCOUNT,
        "accounts": LISTED,
        "costs": None,
        "unknown": {},
    }
    assert (result["findings"], fake.operations()) == ([], ["list_accounts"])


@pytest.mark.parametrize("arn", [None, "", "arn:aws:organizations::1:account/o-abcdefghij/1"])
def test_where_the_accounts_have_no_arn_the_organization_is_asked_for(arn: str | None) -> None:
    fake = clients(list_accounts={"Accounts": [{"Id": OTHER, "Arn": arn}]})
    result = found(fake)["organization"]
    assert (result["id"], result["management_account_id"]) == ("o-abcdefghij", ACCOUNT)
    assert fake.operations() == ["list_accounts", "describe_organization"]


def test_an_account_of_no_organization_has_none() -> None:
    fake = clients(list_accounts=AwsError("organizations:l", "AWSOrganizationsNotInUseException", "no"))
    assert found(fake)["organization"] is None
    assert fake.operations() == ["list_accounts"]


DENIED = AwsError("organizations:list_accounts", "AccessDeniedException", "You don't have permissions")


@pytest.mark.parametrize(
    ("account", "error", "text"),
    [
        (OTHER, DENIED, f"the management account {ACCOUNT} may list .* let it register {OTHER}"),
        (ACCOUNT, DENIED, "AWS refused organizations:list_accounts: AccessDeniedException"),
        (OTHER, AwsError("organizations:list_accounts", "Throttling", "slow"), "Throttling: slow$"),
    ],
)
def test_who_may_not_list_is_told_who_may(account: str, error: AwsError, text: str) -> None:
    fake = clients(account, list_accounts=error)
    with pytest.raises(FinopsError, match=text):
        Organization({}, fake).read()
    finding = found(fake, Mode(audit=True))["findings"][0]
    assert (finding["code"], finding["resource"]) == ("READ_FAILED", "organization")


@pytest.mark.parametrize("entry", [{}, {"Id": "1"}, {"Id": 111122223333}])
def test_an_account_without_an_id_is_one_clear_error(entry: dict[str, Any]) -> None:
    with pytest.raises(FinopsError, match="not 12 digits"):
        Organization({}, clients(list_accounts={"Accounts": [entry]})).read()


def test_costs_by_month_currency_and_account_in_one_request() -> None:
    answer = {
        "ResultsByTime": [month("2026-09-01"), month("2026-10-01", group(ACCOUNT, "1.25"), group(OTHER, "2", "EUR"))]
    }
    fake = clients(get_cost_and_usage=answer)
    result = found(fake, cost_explorer=True, cost_explorer_months=2)["organization"]
    assert result["costs"] == {"2026-09": {}, "2026-10": {"USD": {ACCOUNT: "1.25"}, "EUR": {OTHER: "2"}}}
    asked = dict(fake.calls)["get_cost_and_usage"]
    assert (asked["Granularity"], asked["Metrics"]) == ("MONTHLY", ["BlendedCost"])
    assert asked["GroupBy"] == [{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}]
    assert "NextPageToken" not in asked
    assert fake.operations().count("get_cost_and_usage") == 1


def test_pages_of_costs_add_up() -> None:
    pages = [
        {"ResultsByTime": [month("2026-10-01", group(ACCOUNT, "1"))], "NextPageToken": "t"},
        {"ResultsByTime": [month("2026-10-01", group(OTHER, "2"))]},
    ]
    fake = clients(get_cost_and_usage=pages)
    assert found(fake, cost_explorer=True)["organization"]["costs"] == {"2026-10": {"USD": {ACCOUNT: "1", OTHER: "2"}}}
    assert fake.calls[-1][1]["NextPageToken"] == "t"


def test_costs_that_may_not_be_read_leave_the_accounts() -> None:
    refused = AwsError(
        "ce:get_cost_and_usage", "AccessDeniedException", "not authorized to perform: ce:GetCostAndUsage"
    )
    result = found(clients(get_cost_and_usage=refused), cost_explorer=True)["organization"]
    assert (result["accounts"], result["costs"]) == (LISTED, None)
    assert "ce:GetCostAndUsage" in result["unknown"]["costs"]


def test_a_partition_without_cost_explorer() -> None:
    fake = clients()
    fake.partition = "aws-us-gov"
    assert "no Cost Explorer" in found(fake, cost_explorer=True)["organization"]["unknown"]["costs"]
    assert "get_cost_and_usage" not in fake.operations()


@pytest.mark.parametrize("months", [-1, 13, 100])
def test_how_many_months(months: int) -> None:
    with pytest.raises(InputError, match="cost_explorer_months"):
        Organization({"cost_explorer_months": months}, clients())


@pytest.mark.parametrize(
    ("count", "now", "expected"),
    [
        (1, (2026, 11, 26), ("2026-10-01", "2026-11-01")),
        (3, (2026, 1, 1), ("2025-10-01", "2026-01-01")),
        (12, (2026, 12, 31), ("2025-12-01", "2026-12-01")),
    ],
)
def test_full_months(count: int, now: tuple[int, int, int], expected: tuple[str, str]) -> None:
    assert _full_months(count, datetime.datetime(*now, tzinfo=datetime.timezone.utc)) == expected
