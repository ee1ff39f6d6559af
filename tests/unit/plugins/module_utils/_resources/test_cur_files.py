# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report's files: whether any are delivered, and formats that must not be mixed."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export
from tests.unit.plugins.module_utils._resources.exports import (
    DELIVERED,
    NAME,
    NEW,
    account_with,
    configured,
    planned,
    source,
    stored,
    with_query,
    without_bucket,
)
from tests.unit.plugins.module_utils.fake_clients import codes

# What is delivered.


@pytest.mark.parametrize(
    ("status", "files", "prefix", "known", "delivered"),
    [
        (NEW, (), "reports", None, False),
        (DELIVERED, (), "reports", None, True),
        (DELIVERED, (), "costs/finops", None, False),
        (NEW, (f"costs/finops/{NAME}/data/a",), "costs/finops", None, True),
        (NEW, (f"costs/finops/another-{NAME}/data/a",), "costs/finops", None, False),
        (NEW, (f"costs/finops/{NAME}/data/a",), "costs/finops", source(), True),
        (NEW, (f"costs/finops/{NAME}/data/a",), "costs/finops", source(bucket_prefix="costs/finops"), False),
    ],
)
def test_whether_files_lie_under_a_nested_prefix_is_looked_up_before_it_is_read(
    status: dict[str, Any], files: tuple[str, ...], prefix: str, known: Any, delivered: bool
) -> None:
    dummy, cur = planned(account_with(stored(prefix=prefix), status=status, files=files), known=known)
    assert cur["delivered"] is delivered


def test_a_bucket_that_is_gone_has_no_files() -> None:
    clients = account_with(stored(prefix="costs/finops"), get_bucket_policy=AwsError("s3:any", "NoSuchBucket", ""))
    plan, cur = planned(clients)
    assert codes(plan) == ["BUCKET_MISSING"]
    assert cur["delivered"] is False
    assert clients.operations("list_objects_v2") == []


# Formats that must not be mixed.

CSV = {**export.OUTPUT_CONFIGURATION, "Format": "TEXT_OR_CSV", "Compression": "GZIP"}
PARQUET = f"reports/{NAME}/data/BILLING_PERIOD=2026-01/a.snappy.parquet"
OLD_CSV = f"reports/{NAME}/data/BILLING_PERIOD=2025-12/a.csv.gz"


@pytest.mark.parametrize(
    "output", [CSV, {**export.OUTPUT_CONFIGURATION, "Overwrite": "CREATE_NEW_REPORT"}], ids=["CSV", "CREATE_NEW"]
)
@pytest.mark.parametrize("allow_replace", [False, True])
@pytest.mark.parametrize(("status", "files"), [(DELIVERED, ()), (NEW, (OLD_CSV,))])
def test_the_format_is_never_changed_where_files_of_another_lie(
    output: dict[str, str], allow_replace: bool, status: dict[str, Any], files: tuple[str, ...]
) -> None:
    clients = account_with(stored(S3OutputConfigurations=output), status=status, files=files)
    plan, dummy = planned(clients, allow_replace=allow_replace)
    (finding,) = plan.blocked
    assert finding.code == "CUR_FORMAT"
    assert "O(name)" in finding.remedy and "O(prefix)" in finding.remedy
    assert plan.steps == []


@pytest.mark.parametrize(("status", "files"), [(DELIVERED, ()), (NEW, (PARQUET,)), (NEW, (OLD_CSV,))])
def test_an_export_is_never_replaced_where_files_lie(status: dict[str, Any], files: tuple[str, ...]) -> None:
    daily = configured(TIME_GRANULARITY="DAILY")
    plan, dummy = planned(account_with(daily, status=status, files=files), allow_replace=True)
    (finding,) = plan.blocked
    assert (finding.code, plan.steps) == ("CUR_TABLE", [])
    assert "migrate_to_cur2" in finding.remedy


def test_a_new_export_is_not_made_over_files_of_another_format() -> None:
    assert [finding.code for finding in planned(account_with(files=(OLD_CSV,)))[0].blocked] == ["CUR_FORMAT"]
    assert planned(account_with(files=(PARQUET,)))[0].blocked == []


def test_an_export_is_not_sent_to_where_files_of_another_format_lie() -> None:
    files = (f"mine/{NAME}/data/BILLING_PERIOD=2025-12/a.csv.gz",)
    plan, dummy = planned(account_with(stored(), status=NEW, files=files), prefix="mine")
    assert [finding.code for finding in plan.blocked] == ["CUR_FORMAT"]
    assert plan.steps == []


def test_the_format_may_change_before_the_first_delivery_and_under_a_new_prefix() -> None:
    theirs = stored(S3OutputConfigurations=CSV)
    for plan, prefix in (
        (planned(account_with(theirs, status=NEW))[0], "reports"),
        (planned(account_with(theirs, files=(OLD_CSV,)), prefix="parquet")[0], "parquet"),
    ):
        (step,) = plan.steps
        assert step.code == "CUR_DIFFERS"
        assert step.parameters["Export"] == stored(prefix=prefix)


@pytest.mark.parametrize(
    ("found", "allow_replace", "listed"),
    [
        (with_query("SELECT product FROM COST_AND_USAGE_REPORT"), True, False),
        (configured(TIME_GRANULARITY="DAILY"), False, False),
        (configured(TIME_GRANULARITY="DAILY"), True, True),
    ],
)
def test_files_are_only_listed_where_an_export_begins_to_deliver(
    found: dict[str, Any], allow_replace: bool, listed: bool
) -> None:
    clients = account_with(found)
    planned(clients, allow_replace=allow_replace)
    assert bool(clients.operations("list_objects_v2")) is listed


def test_in_a_bucket_that_is_not_there_no_file_is_looked_for() -> None:
    clients = account_with(head_bucket=without_bucket())
    planned(clients)
    assert clients.operations("list_objects_v2") == []


@pytest.mark.parametrize(
    ("found", "settled"),
    [
        (stored(), True),
        (with_query("SELECT product FROM COST_AND_USAGE_REPORT"), False),
        (configured(TIME_GRANULARITY="DAILY"), False),
    ],
)
def test_all_of_the_bucket_is_read_until_the_export_stands(found: dict[str, Any], settled: bool) -> None:
    clients = account_with(found)
    planned(clients)
    assert bool(clients.operations("head_bucket", "get_bucket_encryption")) is not settled
