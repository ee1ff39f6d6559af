# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both emulators: legacy reports hold the bill, and a data source moves from one to an export."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.emulator.aws.testing import Bench
from tests.emulator.world import World

CSV: dict[str, Any] = {}
PARQUET = {"Format": "Parquet", "Compression": "Parquet"}
OCTOBER, NOVEMBER = datetime.date(2026, 10, 5), datetime.date(2026, 11, 3)
MONTHS = ("2026-10", "2026-11")


@pytest.fixture
def world(bench: Bench) -> World:
    bench.emulator.clock.move_to(datetime.datetime(2026, 11, 20, tzinfo=datetime.timezone.utc))
    for day, cost in ((OCTOBER, "1.23"), (NOVEMBER, "2.10")):
        bench.emulator.costs.use(bench.account, day, cost)
    return World(bench.emulator)


def shown(world: World) -> list[Decimal]:
    return [round(Decimal(world.emulator.platform.cost(world.root, month)), 2) for month in MONTHS]


@pytest.mark.parametrize("form", [CSV, PARQUET])
def test_the_bill_arrives_by_a_legacy_report(world: World, form: dict[str, Any]) -> None:
    report = world.legacy_report(**form)
    for month in MONTHS:
        made = world.emulator.deliver_report(world.root, report.name, month)
        assert month.replace("-", "") in made["manifest_key"]
    world.connect(report)
    world.emulator.platform.imports.pass_hours(1)
    assert shown(world) == [Decimal("1.23"), Decimal("2.10")]


def test_a_month_without_use_is_a_file_without_rows(world: World) -> None:
    report = world.legacy_report()
    world.emulator.deliver_report(world.root, report.name, "2026-09")
    source = world.connect(report)
    world.emulator.platform.imports.pass_hours(1)
    assert shown(world) == [0, 0]
    assert world.import_states(source) == ["failed"]


def test_a_legacy_report_delivers_daily_from_the_month_on_that_it_was_made_in(world: World) -> None:
    emulator = world.emulator
    report = world.legacy_report()
    assert [made["data_key"].split("/")[2] for made in emulator.aws.refresh_all()] == ["20261101-20261201"]
    emulator.clock.move_to(datetime.datetime(2026, 12, 14, tzinfo=datetime.timezone.utc))
    assert [made["data_key"].split("/")[2][:6] for made in emulator.aws.refresh_all()] == ["202611", "202612"]
    world.bench.admin("cur").delete_report_definition(ReportName=report.name)
    assert emulator.aws.refresh_all() == []


def test_a_source_that_moves_to_an_export_keeps_the_months_that_it_had(world: World) -> None:
    emulator, report = world.emulator, world.legacy_report()
    for month in MONTHS:
        emulator.deliver_report(world.root, report.name, month)
    source = world.connect(report)
    emulator.platform.imports.pass_hours(1)
    export = world.report()
    emulator.costs.use(world.root, datetime.date(2026, 11, 21), "4.00")
    emulator.clock.forward(days=2)
    world.deliver(export)
    assert world.update(source, config=export.config)[0] == 200
    emulator.platform.imports.pass_hours(1)
    assert shown(world) == [Decimal("1.23"), Decimal("6.10")]


def test_a_source_is_not_moved_to_a_nested_place_without_files(world: World) -> None:
    report = world.legacy_report()
    world.emulator.deliver_report(world.root, report.name)
    source = world.connect(report)
    export = world.report()
    nested = {**export.config, "bucket_prefix": "costs/new"}
    status, answer = world.update(source, config=nested)
    assert (status, answer["error"]["error_code"]) == (400, "OE0371")
    assert world.get(source)["config"]["report_name"] == report.name
    assert world.update(source, config=export.config)[0] == 200, "one segment: nothing has been verified"
