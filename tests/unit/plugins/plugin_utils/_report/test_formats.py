# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each format is read by a reader of its kind and says what the report says; hostile names are text in all of them."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report import (
    as_csv,
    as_json,
    as_junit,
    as_metrics,
)
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.inert import cell, one_line
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.shape import shaped, worst_link
from tests.report.sample import HOSTILE, LINKS, report

CHECKOUT = Path(__file__).resolve().parents[5]
SCHEMA = json.loads((CHECKOUT / "docs" / "report.schema.json").read_text())
FLEET = shaped(report(60))


def test_the_sample_has_every_hostile_name() -> None:
    assert {account["name"] for account in FLEET["accounts"]} >= set(HOSTILE)


def test_json_is_what_it_was_and_as_the_schema_says() -> None:
    text = as_json.text(FLEET)
    assert json.loads(text) == FLEET
    assert text.isascii()
    assert len(text.splitlines()) > len(FLEET["accounts"])
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(text))


@pytest.mark.parametrize("made", [report(0), report(7, healthy=True), {}, {"accounts": [{}]}])
def test_every_report_is_as_the_schema_says(made: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(as_json.text(shaped(made))))


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("schema_version",), 2),
        (("accounts", 0, "state"), "fine"),
        (("accounts", 0, "spend"), "12"),
        (("accounts", 0, "links", 0, "codes"), "A"),
        (("accounts", 0, "links", 0, "state"), "right"),
        (("summary", "coverage"), 90),
        (("unconnected", 0, "months"), {"2026": 1}),
        (("changes", 0, "from"), None),
    ],
)
def test_the_schema_finds_what_is_wrong(path: tuple[Any, ...], wrong: Any) -> None:
    found = json.loads(as_json.text(FLEET))
    place = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = wrong
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(found)


def test_csv_has_a_row_for_each_account_and_no_formula() -> None:
    text = as_csv.text(FLEET)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == len(FLEET["accounts"]) + len(FLEET["unconnected"])
    for row, account in zip(rows, FLEET["accounts"], strict=False):
        assert (row["account_id"], row["name"]) == (account["account_id"], cell(account["name"]))
        assert row["spend"] == ("" if account["spend"] is None else repr(account["spend"]))
        assert [row[link] for link in LINKS] == [link["state"] for link in account["links"]]
        worst = worst_link(account) or {"link": "", "codes": []}
        assert (row["worst_link"], row["codes"]) == (worst["link"], " ".join(worst["codes"]))
    for row in rows:
        for value in row.values():
            assert not value.startswith(("=", "+", "@", "\t", "\r")) and "\n" not in value
            assert not value.startswith("-")
    assert {row["state"] for row in rows[len(FLEET["accounts"]) :]} == {"unconnected"}


def test_csv_keeps_what_is_less_than_nothing_a_number() -> None:
    text = as_csv.text(shaped({"accounts": [{"account_id": "1", "spend": -3.5}]}))
    assert text.splitlines()[1].split(",")[5] == "-3.5"


def test_junit_has_a_case_for_each_link() -> None:
    root = ET.fromstring(as_junit.text(FLEET).encode())
    suites = root.findall("testsuite")
    assert len(suites) == len(FLEET["accounts"]) + 1
    tags = {"failed": "failure", "drift": "failure", "unknown": "error", "pending": "skipped", "not_asked": "skipped"}
    for suite, account in zip(suites, FLEET["accounts"], strict=False):
        assert suite.get("name") == one_line(f"{account['account_id']} {account['name']}")
        assert suite.get("timestamp") == "2026-11-26T03:12:40"
        for case, link in zip(suite, account["links"], strict=True):
            assert case.get("name") == link["link"]
            assert [one.tag for one in case] == [tags[state] for state in [link["state"]] if state in tags]
            if link["codes"]:
                assert case[0].get("type", "").split() == link["codes"] or case[0].tag == "skipped"
                assert link["evidence"] in case[0].get("message", "")
    for key, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(root.get(key, "")) == len(root.findall(f".//{tag}"))
        assert all(int(suite.get(key, "")) == len(suite.findall(f".//{tag}")) for suite in suites)
    missing = suites[-1].findall("testcase/failure")
    assert [one.get("type") for one in missing] == [row["reason"] for row in FLEET["unconnected"]]
    assert [one.text for one in missing] == [row["inventory"].rstrip() for row in FLEET["unconnected"]]


def samples(name: str, made: dict[str, Any] = FLEET) -> list[tuple[dict[str, str], float]]:
    families = text_string_to_metric_families(as_metrics.text(made))
    return [(one.labels, one.value) for family in families for one in family.samples if one.name == name]


def test_metrics_are_read_by_prometheus() -> None:
    prefix = "finops_for_cloud_"
    summary = FLEET["summary"]
    assert samples(prefix + "report_timestamp_seconds") == [({}, 1795662760.0)]
    assert {labels["state"]: value for labels, value in samples(prefix + "accounts")} == summary["by_state"]
    assert samples(prefix + "coverage_ratio") == [({}, summary["coverage"])]
    assert [value for dummy, value in samples(prefix + "spend")] == [
        summary["connected_spend"],
        summary["ignored_spend"],
    ]
    names = {labels["account_id"]: labels["name"] for labels, dummy in samples(prefix + "account_info")}
    assert names == {account["account_id"]: one_line(account["name"]) for account in FLEET["accounts"]}
    states = {labels["account_id"]: labels["state"] for labels, dummy in samples(prefix + "account_state")}
    assert states == {account["account_id"]: account["state"] for account in FLEET["accounts"]}
    ages = [value for dummy, value in samples(prefix + "account_key_age_seconds")]
    assert ages == [86400 * row["key_age_days"] for row in FLEET["accounts"] if row["key_age_days"] is not None]
    broken = [(labels["account_id"], labels["link"]) for labels, dummy in samples(prefix + "link_not_ok")]
    assert broken == [
        (account["account_id"], link["link"])
        for account in FLEET["accounts"]
        for link in account["links"]
        if link["state"] not in ("ok", "not_asked")
    ]
    total = sum(value for dummy, value in samples(prefix + "unconnected_spend"))
    assert total == pytest.approx(summary["ignored_spend"])


def test_metrics_never_tell_one_series_twice() -> None:
    twice = shaped({"accounts": [{"account_id": "1"}, {"account_id": "1"}], "unconnected": [{"reason": "a"}] * 2})
    lines = [line for line in as_metrics.text(twice).splitlines() if not line.startswith("#")]
    series = [line.rpartition(" ")[0] for line in lines]
    assert len(series) == len(set(series))


def test_metrics_of_nothing_are_valid() -> None:
    assert samples("finops_for_cloud_coverage_ratio", shaped({})) == []
    assert samples("finops_for_cloud_report_timestamp_seconds", shaped({})) == []


@pytest.mark.parametrize("name", ["a\\nb", "ends\\", 'a"b', '\\"', "a,b} 1"])
def test_labels_of_metrics_keep_signs_that_mean_something_there(name: str) -> None:
    made = shaped({"accounts": [{"account_id": "1", "name": name}]})
    assert [labels["name"] for labels, dummy in samples("finops_for_cloud_account_info", made)] == [name]
