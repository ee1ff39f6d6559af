# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a report was made of, its shape is the fixed one, and no account keeps the others from being told."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report import (
    as_csv,
    as_json,
    as_junit,
    as_metrics,
    as_page,
)
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.shape import (
    link_names,
    shaped,
    worst_link,
)
from tests.report.sample import report

FORMATS = [as_csv.text, as_json.text, as_junit.text, as_metrics.text, as_page.text]


def account(*states: str) -> dict[str, Any]:
    return {"links": [{"link": str(number), "state": state} for number, state in enumerate(states)]}


def test_a_good_report_stays_as_it_is() -> None:
    good = report(40)
    assert shaped(good) == good


def test_values_become_those_of_json() -> None:
    moment = datetime.datetime(2026, 11, 26, tzinfo=datetime.timezone.utc)
    found = shaped(
        {
            "generated_at": moment,
            "summary": {"ignored_spend": decimal.Decimal("12.34"), "coverage": float("nan"), "months": ("2026-11",)},
            "unconnected": [{"spend": decimal.Decimal("NaN")}],
            "more": {1, 2},
        }
    )
    assert found["generated_at"] == "2026-11-26T00:00:00+00:00"
    assert found["summary"]["ignored_spend"] == 12.34
    assert found["summary"]["coverage"] is None
    assert found["summary"]["months"] == ["2026-11"]
    assert found["unconnected"][0]["spend"] == 0
    assert isinstance(found["more"], str)


ODD: list[Any] = [None, 7, "text", [], {}, [None], [7], {"a": "b"}, True]


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("text", FORMATS, ids=lambda text: text.__module__.rpartition(".")[2])
def test_odd_data_empties_no_format(text: Any, odd: Any) -> None:
    good = report(2)["accounts"][1]
    row = {key: odd for key in good}
    chain = {**good, "links": [{key: odd for key in good["links"][0]}, odd, good["links"][0]]}
    for key in ("summary", "unconnected", "changes", "generated_at"):
        made = text(shaped({"accounts": [odd, row, chain, good], key: odd}))
        assert good["account_id"] in made
    assert text(shaped({"accounts": odd}))


def test_links_are_in_their_order() -> None:
    assert link_names(shaped({"accounts": [account("ok"), account("ok", "failed")]})) == ["0", "1"]


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        (("ok", "not_asked"), None),
        (("drift", "failed", "failed"), "1"),
        (("unknown", "pending"), "1"),
        (("ok", "unknown"), "1"),
        (("pending", "drift"), "1"),
    ],
)
def test_the_first_link_in_the_worst_state_is_what_to_look_at(states: tuple[str, ...], worst: str | None) -> None:
    found = worst_link(shaped({"accounts": [account(*states)]})["accounts"][0])
    assert (found and found["link"]) == worst
