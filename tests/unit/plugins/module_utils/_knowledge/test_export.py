# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented export, and what another one lacks of it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export, export_query
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.columns import COLUMNS

WANTED = export.definition("billing", "costs", "reports", "eu-west-1")
PLACE = ("costs", "reports", "eu-west-1")


def changed(*path: str, value: Any) -> dict[str, Any]:
    """The documented export with one thing changed."""
    result = copy.deepcopy(WANTED)
    place = result
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return result


def configured(**settings: str) -> dict[str, Any]:
    return changed("DataQuery", "TableConfigurations", value={export.TABLE: settings})


def stored(**settings: str) -> dict[str, Any]:
    output = {**export.OUTPUT_CONFIGURATION, **settings}
    return changed("DestinationConfigurations", "S3Destination", "S3OutputConfigurations", value=output)


def test_the_export_is_the_documented_one() -> None:
    query = export_query.parsed(WANTED["DataQuery"]["QueryStatement"])
    assert query is not None
    assert list(query.outputs) == COLUMNS
    assert len(COLUMNS) == len(set(COLUMNS)) == 116
    assert {**WANTED, "DataQuery": WANTED["DataQuery"]["TableConfigurations"]} == {
        "Name": "billing",
        "DataQuery": {
            "COST_AND_USAGE_REPORT": {
                "TIME_GRANULARITY": "HOURLY",
                "INCLUDE_RESOURCES": "TRUE",
                "INCLUDE_SPLIT_COST_ALLOCATION_DATA": "FALSE",
                "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "FALSE",
            }
        },
        "DestinationConfigurations": {
            "S3Destination": {
                "S3Bucket": "costs",
                "S3Prefix": "reports",
                "S3Region": "eu-west-1",
                "S3OutputConfigurations": {
                    "OutputType": "CUSTOM",
                    "Format": "PARQUET",
                    "Compression": "PARQUET",
                    "Overwrite": "OVERWRITE_REPORT",
                },
            }
        },
        "RefreshCadence": {"Frequency": "SYNCHRONOUS"},
    }


def test_the_documented_export_lacks_nothing() -> None:
    assert export.fixed_differences(WANTED) == export.layout_differences(WANTED) == []
    assert export.with_what_is_wanted(WANTED, *PLACE) == WANTED


DOCUMENTED = export.TABLE_CONFIGURATION


@pytest.mark.parametrize(
    ("settings", "differences"),
    [
        ({**DOCUMENTED, "BILLING_VIEW_ARN": "arn:aws:billing::1:billingview/primary"}, []),
        ({"INCLUDE_RESOURCES": "TRUE"}, []),
        ({}, ["INCLUDE_RESOURCES=FALSE"]),
        ({**DOCUMENTED, "TIME_GRANULARITY": "DAILY"}, ["TIME_GRANULARITY=DAILY"]),
        (
            {**DOCUMENTED, "INCLUDE_RESOURCES": "FALSE", "INCLUDE_SPLIT_COST_ALLOCATION_DATA": "TRUE"},
            ["INCLUDE_RESOURCES=FALSE", "INCLUDE_SPLIT_COST_ALLOCATION_DATA=TRUE"],
        ),
        (
            {**DOCUMENTED, "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "TRUE"},
            ["INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY=TRUE"],
        ),
    ],
)
def test_a_setting_that_is_missing_has_its_default(settings: dict[str, str], differences: list[str]) -> None:
    assert export.fixed_differences(configured(**settings)) == differences


@pytest.mark.parametrize("configurations", [None, {}, {"COST_AND_USAGE_REPORT": None}])
def test_an_export_without_settings_has_the_defaults(configurations: Any) -> None:
    without = changed("DataQuery", "TableConfigurations", value=configurations)
    assert export.fixed_differences(without) == ["INCLUDE_RESOURCES=FALSE"]


@pytest.mark.parametrize(
    ("query", "configurations", "table"),
    [
        ("SELECT a FROM FOCUS_1_2_AWS", {"COST_AND_USAGE_REPORT": {}}, "FOCUS_1_2_AWS"),
        ("SELECT max(a) FROM ?", {"COST_AND_USAGE_REPORT": {}}, "COST_AND_USAGE_REPORT"),
        ("SELECT max(a) FROM ?", {"A": {}, "B": {}}, ""),
        ("SELECT max(a) FROM ?", None, ""),
    ],
)
def test_the_table_is_the_query_s(query: str, configurations: Any, table: str) -> None:
    other = changed("DataQuery", value={"QueryStatement": query, "TableConfigurations": configurations})
    assert export.table_of(other) == table


def test_another_table_is_a_difference() -> None:
    other = changed("DataQuery", "QueryStatement", value="SELECT a FROM FOCUS_1_2_AWS")
    assert export.fixed_differences(other) == ["another table (FOCUS_1_2_AWS)"]


@pytest.mark.parametrize(
    ("settings", "differences"),
    [
        ({"OutputType": "ATHENA"}, []),
        ({"Format": "TEXT_OR_CSV", "Compression": "GZIP"}, ["Format=TEXT_OR_CSV", "Compression=GZIP"]),
        ({"Overwrite": "CREATE_NEW_REPORT"}, ["Overwrite=CREATE_NEW_REPORT"]),
    ],
)
def test_the_layout_is_what_decides_which_files_there_are(settings: dict[str, str], differences: list[str]) -> None:
    assert export.layout_differences(stored(**settings)) == differences
    mended = export.with_what_is_wanted(stored(**settings), *PLACE)
    output = mended["DestinationConfigurations"]["S3Destination"]["S3OutputConfigurations"]
    assert output == {**export.OUTPUT_CONFIGURATION, "OutputType": settings.get("OutputType", "CUSTOM")}


def test_what_is_not_ours_stays() -> None:
    theirs = configured(**DOCUMENTED, INCLUDE_IAM_PRINCIPAL_DATA="TRUE")
    theirs["Description"] = "Theirs"
    theirs["DataQuery"]["QueryStatement"] = "SELECT theirs FROM COST_AND_USAGE_REPORT WHERE a = 1"
    theirs["DestinationConfigurations"]["S3Destination"].update(S3BucketOwner="111122223333", S3Prefix="elsewhere")
    theirs["RefreshCadence"] = {"Frequency": "DAILY"}
    before = copy.deepcopy(theirs)
    after = export.with_what_is_wanted(theirs, "other", "costs", "us-west-2")
    assert theirs == before
    assert after["Description"] == "Theirs"
    assert after["DataQuery"]["TableConfigurations"] == before["DataQuery"]["TableConfigurations"]
    columns = ", ".join(["theirs", *COLUMNS])
    assert after["DataQuery"]["QueryStatement"] == f"SELECT {columns} FROM COST_AND_USAGE_REPORT WHERE a = 1"
    destination = export.destination(after)
    assert destination["S3BucketOwner"] == "111122223333"
    assert (destination["S3Bucket"], destination["S3Prefix"], destination["S3Region"]) == (
        "other",
        "costs",
        "us-west-2",
    )
    assert after["RefreshCadence"] == {"Frequency": "SYNCHRONOUS"}


def test_a_query_that_is_not_understood_is_not_touched() -> None:
    other = changed("DataQuery", "QueryStatement", value="SELECT max(a) FROM COST_AND_USAGE_REPORT")
    assert export.with_what_is_wanted(other, *PLACE)["DataQuery"] == other["DataQuery"]


DATA = "reports/billing/data/BILLING_PERIOD=2026-01/"


@pytest.mark.parametrize(
    ("key", "misleads"),
    [
        (DATA, False),
        (DATA + "billing-00001.snappy.parquet", False),
        ("reports/billing/metadata/BILLING_PERIOD=2026-01/billing-Manifest.json", False),
        ("reports/billing/20260101-20260201/legacy.csv.gz", False),
        ("reports/other/data/BILLING_PERIOD=2026-01/other.csv.gz", False),
        (DATA + "billing-00001.csv.gz", True),
        (DATA + "billing-00001.csv.zip", True),
        (DATA + "20260102T000000Z-1f2e/billing-00001.snappy.parquet", True),
        (DATA + "billing-00001.parquet.csv", True),
    ],
)
def test_files_of_another_format_or_layout_mislead_the_importer(key: str, misleads: bool) -> None:
    keys = [DATA + "billing-00001.snappy.parquet", key]
    assert export.misleading_file(keys, "billing", "reports") == (key if misleads else None)


def test_an_empty_prefix_has_no_slash_of_its_own() -> None:
    assert export.path("billing", "") == "billing/"
    assert export.path("billing", "a/b") == "a/b/billing/"
