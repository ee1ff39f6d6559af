# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a new export goes beside the old report, what keeps it away, and where an account stands."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import report_migration as migration
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.report_migration import (
    Facts,
    Place,
    Report,
    Wanted,
)
from tests.unit.plugins.module_utils._resources.exports import BUCKET, NAME, configured, stored, with_query
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT

OLD = Place("daily", "legacy-bucket", "legacy")
DOCUMENTED = Place(NAME, BUCKET, "reports")
OTHER = Place(f"{NAME}-cur2", BUCKET, "reports-cur2")


@pytest.mark.parametrize(
    ("one", "other", "overlaps"),
    [
        (OLD, DOCUMENTED, False),
        (Place("daily", BUCKET, "legacy"), DOCUMENTED, False),
        (Place("daily", BUCKET, "reports"), DOCUMENTED, True),
        (Place("daily", BUCKET, "reports/"), DOCUMENTED, True),
        (Place("daily", BUCKET, "reports-cur2"), DOCUMENTED, False),
        (Place("daily", BUCKET, ""), Place(NAME, BUCKET, "daily"), True),
        (Place("daily", BUCKET, "a"), Place(NAME, BUCKET, "a/daily/b"), True),
        (Place("daily", BUCKET, "a"), Place(NAME, BUCKET, "a/daily-more"), False),
    ],
)
def test_two_reports_overlap_where_one_would_read_the_other_s_files(one: Place, other: Place, overlaps: bool) -> None:
    assert (one.overlaps(other), other.overlaps(one)) == (overlaps, overlaps)


NOTHING = Wanted(None, None, None)


@pytest.mark.parametrize(
    ("wanted", "old", "fit", "taken", "expected"),
    [
        (NOTHING, OLD, {}, [], [DOCUMENTED, Place(NAME, BUCKET, "reports-cur2")]),
        (NOTHING, Place("daily", BUCKET, "reports"), {}, [], [Place(NAME, BUCKET, "reports-cur2")]),
        (NOTHING, DOCUMENTED, {}, [NAME], [OTHER]),
        (NOTHING, OLD, {}, [NAME, f"{NAME}-cur2"], []),
        (NOTHING, OLD, {NAME: Place(NAME, "theirs", "costs")}, [], [Place(NAME, "theirs", "costs")]),
        (NOTHING, OLD, {NAME: Place(NAME, "legacy-bucket", "legacy")}, [], [
            Place(f"{NAME}-cur2", BUCKET, "reports"), OTHER
        ]),
        (Wanted("mine", None, None), OLD, {}, [], [Place("mine", BUCKET, "reports"), Place("mine", BUCKET, "reports-cur2")]),
        (Wanted("mine", "there", "a/b"), OLD, {}, [], [Place("mine", "there", "a/b")]),
        (Wanted(None, "legacy-bucket", "legacy"), OLD, {}, [], [Place(NAME, "legacy-bucket", "legacy")]),
        (Wanted("mine", None, None), OLD, {"mine": Place("mine", "x", "y")}, [], [Place("mine", "x", "y")]),
        (Wanted("mine", None, "z"), OLD, {"mine": Place("mine", "x", "y")}, [], [Place("mine", BUCKET, "z")]),
    ],
)  # fmt: skip
def test_where_the_new_export_may_go(
    wanted: Wanted, old: Place, fit: dict[str, Place], taken: list[str], expected: list[Place]
) -> None:
    assert migration.places(wanted, old, fit, taken, ACCOUNT) == expected


PATH = f"reports/{NAME}/"
PARQUET = f"{PATH}data/BILLING_PERIOD=2026-11/{NAME}-00001.snappy.parquet"


@pytest.mark.parametrize(
    ("keys", "is_ours", "expected"),
    [
        ([], False, None),
        ([PARQUET], True, None),
        ([PARQUET], False, PARQUET),
        ([f"{PATH}metadata/BILLING_PERIOD=2026-11/{NAME}-Manifest.json"], False, None),
        ([f"{PATH}data/BILLING_PERIOD=2026-11/a.csv.gz"], True, f"{PATH}data/BILLING_PERIOD=2026-11/a.csv.gz"),
        ([f"{PATH}20261101-20261201/a.csv.zip"], True, f"{PATH}20261101-20261201/a.csv.zip"),
        ([f"{PATH}year=2026/month=11/a.snappy.parquet"], True, f"{PATH}year=2026/month=11/a.snappy.parquet"),
    ],
)
def test_files_that_keep_an_export_away(keys: list[str], is_ours: bool, expected: str | None) -> None:
    assert migration.foreign_file(keys, DOCUMENTED, is_ours) == expected


@pytest.mark.parametrize(
    ("key", "month"),
    [
        (PARQUET, "2026-11"),
        ("legacy/daily/20261001-20261101/daily-00001.csv.gz", "2026-10"),
        ("legacy/daily/20261001-20261101/0f1e-2d3c/daily-00001.csv.zip", "2026-10"),
        ("legacy/daily/daily/year=2026/month=9/daily-00001.snappy.parquet", "2026-09"),
        ("legacy/daily/20261001-20261101/daily-Manifest.json", None),
        ("legacy/daily/daily-00001.csv.gz", None),
    ],
)
def test_the_month_of_a_file(key: str, month: str | None) -> None:
    assert migration.month_of(key) == month


def test_what_only_the_old_report_has_must_be_imported_first() -> None:
    newest = {"2026-09": 100.0, "2026-10": 200.7, "2026-11": 300.0}
    assert migration.unimported(newest, ["2026-11"], 200) == []
    assert migration.unimported(newest, ["2026-11"], 199) == ["2026-10"]
    assert migration.unimported(newest, [], 0) == ["2026-09", "2026-10", "2026-11"]


@pytest.mark.parametrize(
    ("export", "reasons"),
    [
        (stored(), []),
        (with_query("SELECT line_item_blended_cost FROM COST_AND_USAGE_REPORT"), []),
        (configured(TIME_GRANULARITY="DAILY"), ["TIME_GRANULARITY=DAILY"]),
        (with_query("SELECT nonsense("), ["a query that the documented columns cannot be added to"]),
    ],
)
def test_why_an_export_must_be_replaced(export: dict[str, Any], reasons: list[str]) -> None:
    assert migration.unfit(export) == reasons


def test_an_export_in_csv_must_be_replaced() -> None:
    export = stored()
    csv = {"OutputType": "CUSTOM", "Format": "TEXT_OR_CSV", "Compression": "GZIP", "Overwrite": "OVERWRITE_REPORT"}
    export["DestinationConfigurations"]["S3Destination"]["S3OutputConfigurations"] = csv
    assert migration.unfit(export) == ["Format=TEXT_OR_CSV", "Compression=GZIP"]


READS, NEW = "the legacy report daily", NAME


@pytest.mark.parametrize(
    ("facts", "name", "goes_on"),
    [
        (Facts(READS, NEW, True), "legacy", True),
        (Facts(READS, NEW, True, exists=True), "beside", True),
        (Facts(READS, NEW, True, exists=True, is_ready=True), "delivered", True),
        (Facts("", NEW, False, exists=True, old=[READS]), "switched", True),
        (Facts("", NEW, False, exists=True), "done", False),
    ],
)
def test_the_stages(facts: Facts, name: str, goes_on: bool) -> None:
    stage = migration.stage(facts)
    assert stage.name == name
    assert (READS in stage.words or name == "done") and stage.words
    assert ("migrate_to_cur2" in stage.next_command) is goes_on
    assert ("finops_delete_legacy_cur" in stage.next_command) is (name == "switched")


def test_a_note_tells_the_last_import() -> None:
    tags = {migration.TAG: migration.note(DOCUMENTED, 1790000000)}
    assert Report(OLD, tags=tags).noted == "1790000000"
    assert Report(OLD, tags={"owner": "finops"}).noted is None
