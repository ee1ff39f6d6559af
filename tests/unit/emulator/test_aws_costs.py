# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: what accounts use, and the months of it that exports deliver."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.emulator.aws.costs import Costs, first_moment
from tests.emulator.aws.testing import request
from tests.emulator.fleet import Emulator
from tests.emulator.world import Report, World

UTC = datetime.timezone.utc
ONE, TWO = "111111111111", "222222222222"


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("until", "total"),
    [
        (None, "112.50"),
        # Usage stands in the bill once it is over, the fee ("RIFee is created once a month") from the first moment on.
        ("2026-05-31T23:59", "0"),
        ("2026-06-01T00:00", "100.00"),
        ("2026-06-10T00:59", "100.00"),
        ("2026-06-10T01:00", "102.50"),
        ("2026-06-20T01:00", "112.50"),
    ],
)
def test_what_stands_in_a_bill(until: str | None, total: str) -> None:
    costs = Costs()
    costs.use(ONE, day("2026-06-10"), "2.50")
    costs.use(ONE, day("2026-06-20"), "10.00", unblended="99.00", kind="Tax")
    costs.reserve(ONE, "2026-06", "100.00")
    costs.use(ONE, day("2026-07-01"), "1000.00")
    costs.use(TWO, day("2026-06-10"), "1000.00")
    assert costs.total(ONE, "2026-06", moment(until) if until else None) == Decimal(total)


def test_generated_costs_are_always_the_same() -> None:
    first, second, other = Costs(), Costs(), Costs()
    span = day("2026-05-20"), day("2026-07-10")
    accounts = [f"{number:012d}" for number in range(40)]
    first.generate(accounts, *span)
    second.generate(reversed(accounts), *span)
    other.generate(accounts, *span, seed=1)
    totals = [{name: each.total(name, "2026-06") for name in accounts} for each in (first, second, other)]
    assert totals[0] == totals[1] != totals[2]
    assert all(total == round(total, 2) > 0 for total in totals[0].values()), "known to the cent"
    june = [item for name in accounts for item in first.billed(name, "2026-06")]
    days = {item.start.date() for item in june if item.kind == "Usage"}
    assert (min(days), max(days), len(days)) == (day("2026-06-01"), day("2026-06-30"), 30)
    assert {item.kind for item in june} == {"Usage", "RIFee"}
    assert any(item.blended != item.unblended for item in june)


def test_months_are_written_as_aws_writes_them() -> None:
    assert first_moment("2026-06") == moment("2026-06-01T00:00")
    with pytest.raises(ValueError, match="June"):
        first_moment("June")


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator(members=5) as emulator:
        yield emulator


@pytest.fixture
def world(running: Emulator) -> World:
    running.reset()
    running.clock.move_to(moment("2026-06-20T06:00"))
    return World(running)


def rows(world: World, report: Report, month: str) -> list[dict[str, Any]]:
    """All that lies in the bucket for a month."""
    s3 = world.s3(report)
    prefix = f"reports/{report.name}/data/BILLING_PERIOD={month}/"
    files = s3.list_objects_v2(Bucket=report.bucket, Prefix=prefix).get("Contents", [])
    bodies = [s3.get_object(Bucket=report.bucket, Key=entry["Key"])["Body"].read() for entry in files]
    return [row for body in bodies for row in pq.read_table(io.BytesIO(body)).to_pylist()]


def sums(found: list[dict[str, Any]]) -> dict[str, Decimal]:
    totals: dict[str, float] = {}
    for row in found:
        account = row["line_item_usage_account_id"]
        totals[account] = totals.get(account, 0) + row["line_item_blended_cost"]
    return {account: round(Decimal(total), 2) for account, total in totals.items()}


def test_a_members_costs_stand_in_its_management_accounts_files(world: World) -> None:
    """All members' do, and nobody else's; and a standalone account's in its own."""
    everybody = [world.root, *world.members, world.standalone]
    world.emulator.costs.generate(everybody, day("2026-04-01"), day("2026-06-30"))
    now = world.emulator.clock.now()
    for account, paid in ((world.root, [world.root, *world.members]), (world.standalone, [world.standalone])):
        report = world.report(account)
        world.deliver(report, "2026-05", "2026-06")
        for month in ("2026-05", "2026-06"):
            found = rows(world, report, month)
            assert sums(found) == {each: world.emulator.costs.total(each, month, now) for each in paid}
            assert {row["bill_payer_account_id"] for row in found} == {account}
            first = datetime.datetime(2026, int(month[-1]), 1)
            assert {row["bill_billing_period_start_date"] for row in found} == {first}
        assert rows(world, report, "2026-04") == []


def test_columns_of_a_line(world: World) -> None:
    discount = ("edp_discount", Decimal("-0.10"))
    costs, used_on = world.emulator.costs, day("2026-06-10")
    costs.use(world.root, used_on, "2.00", unblended="3.00", discounts=[discount], currency="EUR")
    world.emulator.costs.reserve(world.root, "2026-06", "30.00")
    report = world.report()
    world.deliver(report)
    used, fee = rows(world, report, "2026-06")
    assert (used["line_item_blended_cost"], used["line_item_unblended_cost"]) == (2.0, 3.0)
    assert (used["line_item_usage_start_date"], used["line_item_usage_end_date"]) == (
        datetime.datetime(2026, 6, 10),
        datetime.datetime(2026, 6, 10, 1),
    )
    assert (used["discount"], used["line_item_currency_code"]) == ([("edp_discount", "-0.10")], "EUR")
    assert (fee["line_item_line_item_type"], fee["line_item_blended_cost"]) == ("RIFee", 30.0)
    assert (fee["line_item_usage_start_date"], fee["line_item_usage_end_date"]) == (
        datetime.datetime(2026, 6, 1),
        datetime.datetime(2026, 7, 1),
    )


@pytest.mark.parametrize(("overwrite", "files"), [("OVERWRITE_REPORT", 1), ("CREATE_NEW_REPORT", 2)])
def test_a_second_delivery_overwrites_or_lies_beside_the_first(world: World, overwrite: str, files: int) -> None:
    world.emulator.costs.generate([world.root], day("2026-06-01"), day("2026-06-30"))
    report = world.report(output={"Overwrite": overwrite})
    world.deliver(report)
    world.emulator.clock.forward(days=1)
    world.deliver(report)
    s3 = world.bench.admin("s3")
    listed = s3.list_objects_v2(Bucket=report.bucket, Prefix=f"reports/{report.name}/data/BILLING_PERIOD=2026-06/")
    assert [entry["LastModified"] for entry in listed["Contents"]][-1] == moment("2026-06-21T06:00")
    assert len(listed["Contents"]) == files
    exports = world.bench.admin("bcm-data-exports")
    (export,) = exports.list_exports()["Exports"]
    executions = exports.list_executions(ExportArn=export["ExportArn"])["Executions"]
    assert [entry["ExecutionStatus"]["CreatedAt"].day for entry in executions] == [21, 20]
    assert export["ExportStatus"]["LastRefreshedAt"] == moment("2026-06-21T06:00")
    manifests = s3.list_objects_v2(Bucket=report.bucket, Prefix=f"reports/{report.name}/metadata/")["Contents"]
    manifest = json.loads(s3.get_object(Bucket=report.bucket, Key=manifests[-1]["Key"])["Body"].read())
    assert manifest["billingPeriod"] == "2026-06"
    assert manifest["dataFiles"] == [f"s3://{report.bucket}/{listed['Contents'][-1]['Key']}"]


@pytest.mark.parametrize(
    ("now", "months"),
    [
        # "A new export starts at the current month."
        ("2026-06-20T06:00", {"2026-06"}),
        # "prior month may be revised for ~2 weeks"
        ("2026-07-14T06:00", {"2026-06", "2026-07"}),
        ("2026-07-15T06:00", {"2026-07"}),
    ],
)
def test_what_a_daily_refresh_delivers(world: World, now: str, months: set[str]) -> None:
    world.emulator.costs.generate([world.root], day("2026-05-01"), day("2026-07-31"))
    report = world.report()
    world.emulator.clock.move_to(moment(now))
    world.emulator.aws.refresh_all()
    assert {month for month in ("2026-05", "2026-06", "2026-07") if rows(world, report, month)} == months


def test_all_of_it_over_the_network(world: World) -> None:
    """Another process moves the clock, makes costs and lets exports deliver."""
    report = world.report()

    def control(name: str, **given: Any) -> Any:
        answer = request(world.bench, "s3", "us-east-1", "POST", f"/_emulator/{name}", json.dumps(given).encode())
        assert answer.status_code == 200, answer.content
        return json.loads(answer.content)

    control("costs", accounts=[world.root], first="2026-06-01", last="2026-07-31", seed=7)
    assert control("clock", moment="2026-07-03T06:00:00+00:00") == {"now": "2026-07-03T06:00:00+00:00"}
    assert [entry["status"] for entry in control("refresh")] == ["DELIVERY_SUCCESS"] * 2
    june, july = (sums(rows(world, report, month)) for month in ("2026-06", "2026-07"))
    assert june == {world.root: world.emulator.costs.total(world.root, "2026-06")}
    assert july == {world.root: world.emulator.costs.total(world.root, "2026-07", moment("2026-07-03T06:00"))}
    assert control("clock", moment=None)["now"] > "2026-07-03T06:00:00+00:00"
