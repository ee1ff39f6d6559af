# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both emulators together: which cost arrives, from delivered files to the breakdown, to the cent."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.emulator.aws.line_items import RESERVATION_FEE
from tests.emulator.fleet import Emulator
from tests.emulator.world import Report, World

MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06")
FIRST, LAST = datetime.date(2026, 1, 1), datetime.date(2026, 6, 30)


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)


def seconds(text: str) -> int:
    return int(moment(text).timestamp())


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator(members=3) as emulator:
        yield emulator


@pytest.fixture
def world(running: Emulator) -> World:
    """Half a year of cost; it is 20 June."""
    running.reset()
    running.clock.move_to(moment("2026-06-20T06:00"))
    accounts = [running.management_account_id, *running.member_account_ids, running.standalone_account_id]
    running.costs.generate(accounts, FIRST, LAST)
    for account in accounts:
        running.costs.reserve(account, "2026-06", "30.00")
    return World(running)


def imported(world: World, account: str, month: str) -> Decimal:
    return round(Decimal(world.emulator.platform.cost(account, month)), 2)


def billed(world: World, account: str, month: str, since: datetime.date = FIRST) -> Decimal:
    """What the delivered file holds of usage since a day, and of all fees."""
    items = world.emulator.costs.billed(account, month, world.emulator.clock.now())
    counted = [item for item in items if item.start.date() >= since or item.kind == RESERVATION_FEE]
    return sum((item.blended for item in counted), Decimal(0))


def run(world: World) -> None:
    world.emulator.platform.imports.schedule_round()
    assert {done.state for done in world.emulator.platform.imports.run()} == {"completed"}


def with_half_a_year(world: World) -> Report:
    report = world.report()
    world.deliver(report, *MONTHS)
    return report


def test_the_first_import_brings_four_months(world: World) -> None:
    """Facts, "First import": with both at 0 the newest four billing periods in the bucket."""
    world.connect(with_half_a_year(world))
    run(world)
    for month in MONTHS:
        expected = billed(world, world.root, month) if month in MONTHS[-4:] else Decimal(0)
        assert imported(world, world.root, month) == expected


@pytest.mark.parametrize(
    ("times", "months"),
    [
        # "Both at 0 is accepted and means the newest four periods."
        ({"last_import_at": 0, "last_import_modified_at": 0}, MONTHS[-4:]),
        # "For AWS only `last_import_modified_at` selects files": with the other alone, only the newest one.
        ({"last_import_at": seconds("2026-01-01T00:00"), "last_import_modified_at": 0}, MONTHS[-1:]),
        ({"last_import_at": seconds("2026-01-01T00:00")}, ()),
        (dict.fromkeys(("last_import_at", "last_import_modified_at"), seconds("2026-01-01T00:00")), MONTHS),
    ],
)
def test_a_late_member_before_and_after_a_reimport(
    world: World, times: dict[str, int], months: tuple[str, ...]
) -> None:
    """
    Facts, "The late-member hole": a member that is connected after its Root's first import lacks every cost older than
    about ten days until its Root is reimported, except line item type RIFee.
    """
    report, member = with_half_a_year(world), world.members[0]
    root = world.connect(report)
    run(world)
    world.connect_member(member)
    run(world)
    assert [imported(world, member, month) for month in MONTHS] == [0] * 6, "no file is newer than the mark"
    world.emulator.clock.forward(days=1)
    world.deliver(report)
    run(world)
    ten_days = datetime.date(2026, 6, 10)
    short = {month: billed(world, member, month, ten_days) if month == MONTHS[-1] else Decimal(0) for month in MONTHS}
    assert {month: imported(world, member, month) for month in MONTHS} == short
    assert Decimal(30) < short["2026-06"] < billed(world, member, "2026-06")
    assert world.update(root, **times)[0] == 200
    assert world.import_states(root).count("scheduled") == 0, "PATCH schedules nothing"
    run(world)
    for month in MONTHS:
        assert imported(world, member, month) == (billed(world, member, month) if month in months else short[month])


@pytest.mark.parametrize(
    ("value", "status"),
    [
        # "a timestamp between one year ago and the end of last month (OE0559 otherwise)", by the platform's clock
        (seconds("2025-06-20T06:00"), 200),
        (seconds("2025-06-20T05:59"), 400),
        (seconds("2026-05-31T23:59"), 200),
        (seconds("2026-06-01T00:00"), 400),
        (0, 200),
    ],
)
def test_from_when_a_reimport_may_be(world: World, value: int, status: int) -> None:
    root = world.connect(world.report())
    answer = world.update(root, last_import_at=value, last_import_modified_at=value)
    assert answer[0] == status
    if status == 400:
        assert answer[1]["error"]["error_code"] == "OE0559"


def test_a_sleeping_member(world: World) -> None:
    """Facts: `auto_import: false` means that its rows are skipped; waking it lets the next import bring them in."""
    report, (awake, asleep, dummy) = with_half_a_year(world), world.members
    world.connect(report)
    world.connect_member(awake)
    sleeping = world.connect_member(asleep, auto_import=False)
    run(world)
    assert imported(world, awake, "2026-05") == billed(world, awake, "2026-05")
    assert imported(world, asleep, "2026-06") == 0
    assert world.get(sleeping)["last_import_at"] == 0
    assert world.update(sleeping, auto_import=True)[0] == 200
    world.emulator.clock.forward(hours=1)
    world.deliver(report)
    run(world)
    assert imported(world, asleep, "2026-06") == billed(world, asleep, "2026-06", datetime.date(2026, 6, 10))


def test_the_first_import_of_a_month_heals_the_month_before(world: World) -> None:
    """Facts: the first import in a calendar month redoes the whole previous month, but nothing older."""
    report, member = with_half_a_year(world), world.members[0]
    world.connect(report)
    run(world)
    world.connect_member(member)
    world.emulator.clock.move_to(moment("2026-06-30T06:00"))
    world.deliver(report)
    run(world)
    assert imported(world, member, "2026-06") < billed(world, member, "2026-06")
    world.emulator.clock.move_to(moment("2026-07-01T06:00"))
    world.deliver(report, "2026-06", "2026-07")
    run(world)
    assert imported(world, member, "2026-06") == billed(world, member, "2026-06")
    only_fees = datetime.date.max
    assert imported(world, member, "2026-05") == billed(world, member, "2026-05", only_fees)


def test_what_counts_is_blended_cost_in_the_currency_of_the_organization(world: World) -> None:
    costs, member, day = world.emulator.costs, world.members[0], datetime.date(2026, 6, 15)
    costs.clear()
    costs.use(world.root, day, "1.00", unblended="50.00", discounts=[("edp_discount", Decimal("-0.25"))])
    costs.use(member, day, "4.00", currency="EUR")
    report = world.report()
    world.deliver(report)
    root = world.connect(report)
    world.connect_member(member)
    run(world)
    assert (imported(world, world.root, "2026-06"), imported(world, member, "2026-06")) == (Decimal("1.00"), 0)
    assert world.update(root, config=report.config | {"use_edp_discount": True})[0] == 200
    world.emulator.clock.forward(hours=1)
    world.deliver(report)
    run(world)
    assert imported(world, world.root, "2026-06") == Decimal("0.75")


def test_a_root_takes_no_rows_of_accounts_without_a_source(world: World) -> None:
    """Facts: only rows of accounts with a connected data source count."""
    world.connect(with_half_a_year(world))
    run(world)
    with pytest.raises(KeyError):
        world.emulator.platform.cost(world.members[0], "2026-06")


def test_csv_hides_parquet_of_every_month(world: World) -> None:
    """Facts: a CSV file under .../data/ makes the importer ignore Parquet for every period."""
    report = world.report(output={"Format": "TEXT_OR_CSV", "Compression": "GZIP"})
    world.deliver(report, "2026-04")
    world.emulator.clock.forward(hours=1)
    exports = world.bench.admin("bcm-data-exports")
    (reference,) = exports.list_exports()["Exports"]
    definition = exports.get_export(ExportArn=reference["ExportArn"])["Export"]
    output = definition["DestinationConfigurations"]["S3Destination"]["S3OutputConfigurations"]
    output |= {"Format": "PARQUET", "Compression": "PARQUET"}
    exports.update_export(ExportArn=reference["ExportArn"], Export=definition)
    world.deliver(report, "2026-05", "2026-06")
    world.connect(report)
    run(world)
    april = billed(world, world.root, "2026-04")
    assert [imported(world, world.root, month) for month in MONTHS[-3:]] == [april, 0, 0]


def test_the_breakdown_over_the_network(world: World) -> None:
    """Facts, "Health": the cost of every account in one call, and `details=true` with this and last month's."""
    report = with_half_a_year(world)
    root, member = world.connect(report), world.connect_member(world.members[0])
    run(world)
    organization = f"/restapi/v2/organizations/{world.emulator.platform_organization_id}"
    span = f"start_date={seconds('2026-05-01T00:00')}&end_date={seconds('2026-05-31T12:00')}"
    status, answer = world.call("GET", f"{organization}/breakdown_expenses?{span}&breakdown_by=cloud_account_id")
    assert status == 200
    totals = {identifier: round(Decimal(entry["total"]), 2) for identifier, entry in answer["counts"].items()}
    assert totals == {
        root: billed(world, world.root, "2026-05"),
        member: billed(world, world.members[0], "2026-05"),
    }
    assert len(answer["breakdown"]) == 31
    assert world.call("GET", f"{organization}/breakdown_expenses?{span}")[1]["error"]["error_code"] == "OE0216"
    details = world.call("GET", f"/restapi/v2/cloud_accounts/{member}?details=true")[1]["details"]
    assert round(Decimal(details["cost"]), 2) == imported(world, world.members[0], "2026-06")
    assert round(Decimal(details["last_month_cost"]), 2) == totals[member]


def test_history_is_deleted_with_its_source(world: World) -> None:
    root = world.connect(with_half_a_year(world))
    run(world)
    world.call("DELETE", f"/restapi/v2/cloud_accounts/{root}")
    world.emulator.clock.forward(days=1)
    report = world.report()
    world.connect(report)
    world.deliver(report)
    run(world)
    assert imported(world, world.root, "2026-05") == 0
