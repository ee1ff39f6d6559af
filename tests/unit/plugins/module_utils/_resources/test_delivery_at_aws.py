# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The delivery as the embedded AWS makes it: nothing is wrong with it, and each fault is found alone."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import Clients
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Mode, run
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.delivery import Delivery
from tests.emulator.aws.testing import allow
from tests.emulator.fleet import Emulator
from tests.emulator.world import Report, World


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(members=2) as running:
        yield running


@pytest.fixture
def world(emulator: Emulator) -> World:
    emulator.reset()
    return World(emulator)


@pytest.fixture
def report(world: World) -> Report:
    """One that was delivered just now."""
    made = world.report()
    world.deliver(made)
    return made


def looked_at(world: World, report: Report, **options: Any) -> tuple[list[str], dict[str, Any]]:
    """The codes that the module finds, and what it returns."""
    options = {
        "account_id": report.account,
        "access_key": report.key.access_key_id,
        "secret_key": report.key.secret_access_key,
        "endpoint_url": world.emulator.aws_endpoint_url,
        "region": "us-east-1",
        "name": report.name,
        **options,
    }
    world.emulator.aws.log.clear()
    result = run(Delivery, options, Clients(options), Mode(info=True))
    assert "delivery" in result, result
    return [finding["code"] for finding in result["findings"]], result["delivery"]


def calls(world: World) -> list[str]:
    return [call["operation"] for call in world.emulator.aws.log.as_json(None)]


def test_a_delivery_is_right_and_its_costs_are_exact(world: World) -> None:
    costs, accounts = world.emulator.aws.state.costs, [world.root, *world.members]
    today = world.emulator.clock.now().date()
    costs.generate(accounts, today - datetime.timedelta(days=70), today)
    report = world.report()
    months = sorted({f"{today - datetime.timedelta(days=days):%Y-%m}" for days in range(61)})
    world.deliver(report, *months)
    codes, found = looked_at(world, report)
    assert (codes, found["unknown"], found["missing_columns"]) == ([], {}, [])
    now = world.emulator.clock.now()
    expected = {
        month: {account: total for account in accounts if (total := costs.total(account, month, now))}
        for month in months
    }
    shown = {
        month: {account: Decimal(cost) for account, cost in about.get("USD", {}).items()}
        for month, about in found["costs"].items()
    }
    assert shown == expected
    assert calls(world) == ["ListExports", "GetExport", "ListObjectsV2", "ListExecutions"] + ["GetObject"] * (
        1 + len(months)
    )
    again = looked_at(world, report, known_costs=found)[1]
    assert again["costs"] == found["costs"] and calls(world)[4:] == ["GetObject"] * 2
    assert found["export"]["created_at"] and found["execution"]["status"] == "DELIVERY_SUCCESS"


@pytest.mark.parametrize(
    ("how", "detail", "codes"),
    [
        ("manifest_short", "", ["FILES_SHORT"]),
        ("manifest_missing", "", ["FILES_NO_MANIFEST"]),
        ("manifest_nonsense", "", ["FILES_NO_MANIFEST"]),
        ("file_empty", "", ["FILES_SHORT"]),
        ("file_cut", "", ["FILES_OTHER_FORMAT"]),
        ("file_no_parquet", "", ["FILES_OTHER_FORMAT"]),
        ("csv_beside", "", ["FILES_OTHER_FORMAT"]),
        ("column_missing", "line_item_operation", ["COLUMNS_MISSING"]),
        ("column_missing", "line_item_resource_id", ["COLUMNS_WANTED"]),
        ("column_missing", "line_item_tax_type", []),
        ("month_missing", "", ["FILES_NONE"]),
        ("stale", "40", ["FILES_STALE"]),
        ("stale", "30", []),
    ],
)
def test_each_way_to_spoil_it_is_found_alone(
    world: World, report: Report, how: str, detail: str, codes: list[str]
) -> None:
    world.emulator.spoil_delivery(report.account, report.name, how, detail)
    assert looked_at(world, report)[0] == codes


def test_what_cannot_be_spoilt_is_refused(world: World, report: Report) -> None:
    with pytest.raises(ValueError, match="none of manifest_short"):
        world.emulator.spoil_delivery(report.account, report.name, "burn")
    world.emulator.spoil_delivery(report.account, report.name, "month_missing")
    with pytest.raises(KeyError, match="delivered nothing"):
        world.emulator.spoil_delivery(report.account, report.name, "file_empty")


def test_a_failed_execution_is_found_and_a_new_export_is_waited_for(world: World, report: Report) -> None:
    world.emulator.add_execution(report.account, report.name, "QUERY_FAILURE", "INTERNAL_FAILURE")
    assert looked_at(world, report)[0] == ["EXECUTION_FAILED"]
    codes, found = looked_at(world, world.report())
    assert (codes, found["execution"]) == (["EXECUTION_NONE", "FILES_NONE"], None)


GRANTED = ("bcm-data-exports:ListExports", "bcm-data-exports:GetExport", "bcm-data-exports:ListExecutions")


@pytest.mark.parametrize(
    ("actions", "unknown"),
    [
        ((*GRANTED, "s3:ListBucket", "s3:GetObject"), {}),
        ((*GRANTED[:2], "s3:ListBucket", "s3:GetObject"), {"execution": "bcm-data-exports:ListExecutions"}),
        ((*GRANTED[1:], "s3:ListBucket", "s3:GetObject"), {"execution": "bcm-data-exports:ListExports"}),
        ((*GRANTED, "s3:GetObject"), dict.fromkeys(("files", "columns", "cost"), "s3:ListBucket")),
        ((*GRANTED, "s3:ListBucket"), dict.fromkeys(("files", "columns", "cost"), "s3:GetObject")),
        ((), dict.fromkeys(("files", "columns", "cost", "execution"), "is missing")),
    ],
)
def test_what_the_operator_may_not_read_is_unknown_and_no_finding(
    world: World, report: Report, actions: tuple[str, ...], unknown: dict[str, str]
) -> None:
    dummy, who = world.bench.user(allow(list(actions) or "s3:ListAllMyBuckets"))
    codes, found = looked_at(world, report, access_key=who.key, secret_key=who.secret, bucket=report.bucket)
    assert (codes, sorted(found["unknown"])) == ([], sorted(unknown))
    for part, words in unknown.items():
        assert words in found["unknown"][part]
