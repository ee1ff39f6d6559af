# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A benchmark's result as one page that needs nothing else: two charts, the targets and all figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import jinja2

from tests.bench.contenders import TITLES
from tests.bench.figures import SHARED_OUT, Median
from tests.bench.report import COLUMNS, Result, part_tables, shown


class Bar(NamedTuple):
    """A bar of a chart; `kind` is its contender, which gives the colour, `percent` its length."""

    kind: str
    label: str
    value: str
    percent: float


def page_of(result: Result) -> str:
    """The page's HTML."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    rows = result["medians"]
    standalone = {row["contender"]: row for row in sorted(rows, key=_accounts) if row["part"] == "standalone"}
    standalone.pop("check", None)
    cpu = sorted(standalone.values(), key=lambda row: float(row["cpu_seconds_per_account"]))
    shared = ("ours", "floor", "floor_shared_models")
    mixed = [row for row in sorted(rows, key=_accounts) if row["part"] == "mix" and row["contender"] in shared]
    return environment.get_template("page.html.j2").render(
        machine=result["machine"],
        targets=[{**line, "figure": shown(line["figure"])} for line in result["targets"]],
        notes=result["notes"],
        columns=COLUMNS,
        parts=part_tables(rows),
        cpu=bars(cpu, "cpu_seconds_per_account", "{:.2f} s", 1),
        time=bars(mixed, SHARED_OUT, "{:.0f} ms", 1000),
    )


def bars(rows: Sequence[Median], figure: str, form: str, factor: int) -> list[Bar]:
    """A bar for each row; the longest has 100 percent."""
    most = max((row[figure] for row in rows), default=1.0)
    return [
        Bar(
            kind=row["contender"],
            label=f"{TITLES[row['contender']]}, {row['accounts']} accounts",
            value=form.format(factor * row[figure]),
            percent=round(100 * row[figure] / most, 1),
        )
        for row in rows
    ]


def _accounts(row: Median) -> int:
    return int(row["accounts"])
