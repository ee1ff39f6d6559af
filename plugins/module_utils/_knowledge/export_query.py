# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small SQL of Data Exports, as far as it must be understood to leave other people's queries alone.

Source: the AWS Data Exports user guide, "Data query": C(SELECT column[.attribute] [AS alias], ... FROM table [WHERE ...]
[LIMIT n]), keywords in any case, names in theirs.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Iterable

TABLE = "COST_AND_USAGE_REPORT"
_QUERY = re.compile(
    r"(?P<select>\s*SELECT\s+(?P<columns>[\w\s.,]+?))(?P<rest>\s+FROM\s+(?P<table>\w+)"
    r"(?P<cut>(\s+WHERE\s.+?)?(\s+LIMIT\s+[0-9]+)?)\s*;?\s*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_COLUMN = re.compile(r"(?P<name>\w+)(\.(?P<attribute>\w+))?(\s+AS\s+(?P<alias>\w+))?\Z", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Query:
    """A query that was understood.

    select, rest: its text up to where the list of columns ends, and after that.
    outputs: by the name that a column has in the files what it is made of.
    cut: the words that leave rows out, empty where there are none.
    """

    select: str
    rest: str
    table: str
    outputs: dict[str, str]
    cut: str

    def lacking(self, columns: Iterable[str]) -> list[str]:
        """The columns that do not come out under their own name."""
        return [column for column in columns if self.outputs.get(column) != column]

    def with_columns(self, columns: Iterable[str]) -> str:
        """The query with these columns in it as well; the very same one where it has them."""
        return ", ".join([self.select] + self.lacking(columns)) + self.rest


def parsed(text: str) -> Query | None:
    """A query's parts; None where it says what cannot be understood for sure."""
    found = _QUERY.match(text)
    if not found:
        return None
    outputs: dict[str, str] = {}
    for part in found["columns"].split(","):
        column = _COLUMN.match(part.strip())
        if not column:
            return None
        source = column["name"] + ("." + column["attribute"] if column["attribute"] else "")
        outputs.setdefault(column["alias"] or column["attribute"] or column["name"], source)
    return Query(found["select"], found["rest"], found["table"], outputs, found["cut"].strip())


def cannot_take(query: Query, columns: Iterable[str]) -> list[str]:
    """Of the columns those whose name in the files something else has already."""
    return [column for column in query.lacking(columns) if column in query.outputs]
