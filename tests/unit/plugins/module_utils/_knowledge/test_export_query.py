# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries of others are understood, or said to be not; what they select stays."""

from __future__ import annotations

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export_query

FROM = "FROM COST_AND_USAGE_REPORT"


@pytest.mark.parametrize(
    ("text", "outputs", "cut"),
    [
        (f"SELECT a, b {FROM}", {"a": "a", "b": "b"}, ""),
        (" select a,\n b\nfrom COST_AND_USAGE_REPORT ;\n", {"a": "a", "b": "b"}, ""),
        (f"SELECT b, a, b {FROM};", {"a": "a", "b": "b"}, ""),
        (f"SELECT a as c, p.region, p.x As y {FROM}", {"c": "a", "region": "p.region", "y": "p.x"}, ""),
        (f"SELECT a {FROM} where b = 'x;' AND c IN (1, 2)", {"a": "a"}, "where b = 'x;' AND c IN (1, 2)"),
        (f"SELECT a {FROM} LIMIT 10 ;", {"a": "a"}, "LIMIT 10"),
        (f"SELECT a {FROM} WHERE b = 1 LIMIT 10", {"a": "a"}, "WHERE b = 1 LIMIT 10"),
    ],
)
def test_a_query_is_read_as_data_exports_reads_it(text: str, outputs: dict[str, str], cut: str) -> None:
    query = export_query.parsed(text)
    assert query is not None
    assert (query.table, query.outputs, query.cut) == ("COST_AND_USAGE_REPORT", outputs, cut)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"SELECT * {FROM}",
        f"SELECT a, {FROM}",
        f"SELECT a b {FROM}",
        f"SELECT sum(a) {FROM}",
        f"SELECT a {FROM} GROUP BY a",
        f"SELECT a {FROM} LIMIT many",
        f"SELECT a {FROM}; SELECT b {FROM}",
        "SELECT a",
    ],
)
def test_what_is_not_understood_is_said_to_be_so(text: str) -> None:
    assert export_query.parsed(text) is None


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (f"SELECT c, b, a, x.y AS z {FROM} ;", f"SELECT c, b, a, x.y AS z {FROM} ;"),
        (
            "select c,\n a AS a from COST_AND_USAGE_REPORT WHERE d = 1",
            "select c,\n a AS a, b from COST_AND_USAGE_REPORT WHERE d = 1",
        ),
        (f"SELECT a AS c {FROM};", f"SELECT a AS c, a, b {FROM};"),
        (f"SELECT A, a {FROM}", f"SELECT A, a, b {FROM}"),
    ],
)
def test_missing_columns_are_added_and_nothing_else_changes(text: str, after: str) -> None:
    query = export_query.parsed(text)
    assert query is not None
    assert query.with_columns(["a", "b"]) == after
    assert export_query.cannot_take(query, ["a", "b"]) == []


def test_a_name_that_something_else_has_cannot_be_added() -> None:
    query = export_query.parsed(f"SELECT b AS a {FROM}")
    assert query is not None
    assert export_query.cannot_take(query, ["a", "b"]) == ["a"]
