# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A benchmark's result as one page that needs nothing else: two charts in SVG and the tables."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2

from tests.bench.contenders import TITLES
from tests.bench.figures import SHARED_OUT, Median
from tests.bench.report import COLUMNS, Result, part_tables, shown

# In units of the drawings, which are shown at about one pixel each, on a phone a little smaller.
WIDTH = 400
_VALUES = 60
_ROW = 44
_PLOT_HEIGHT = 180
_PLOT_LEFT = 36
_PLOT_BOTTOM = 34


@dataclasses.dataclass(frozen=True)
class Bar:
    """A bar of a chart in units of its drawing; `kind` is its contender, which gives the colour."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    label: str
    value: str


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of a scale, and what it stands for."""

    y: float
    label: str


def page_of(result: Result) -> str:
    """The page's HTML."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    rows = result["medians"]
    return environment.get_template("page.html.j2").render(
        machine=result["machine"],
        targets=[{**line, "figure": shown(line["figure"])} for line in result["targets"]],
        notes=result["notes"],
        columns=COLUMNS,
        parts=part_tables(rows),
        titles=TITLES,
        cpu=cpu_chart(rows),
        row=_ROW,
        time=time_chart(rows),
        width=WIDTH,
    )


def cpu_chart(rows: Sequence[Median]) -> list[Bar]:
    """CPU seconds per account of a re-run over standalone accounts, each contender at its largest fleet."""
    largest: dict[str, Median] = {}
    for row in rows:
        if row["part"] == "standalone" and row["contender"] != "check":
            known = largest.get(row["contender"])
            if known is None or row["accounts"] > known["accounts"]:
                largest[row["contender"]] = row
    ordered = sorted(largest.values(), key=lambda row: row["cpu_seconds_per_account"])
    most = max((row["cpu_seconds_per_account"] for row in ordered), default=1.0)
    return [
        Bar(
            x=0,
            y=index * _ROW + 20,
            width=max(2.0, (WIDTH - _VALUES) * row["cpu_seconds_per_account"] / most),
            height=_ROW - 28,
            kind=row["contender"],
            label=f"{TITLES[row['contender']]} ({row['accounts']} accounts)",
            value=f"{row['cpu_seconds_per_account']:.2f} s",
        )
        for index, row in enumerate(ordered)
    ]


def time_chart(rows: Sequence[Median]) -> dict[str, Any]:
    """Wall milliseconds per account of a re-run over mixed fleets, against the number of accounts."""
    shown_rows = [
        row for row in rows if row["part"] == "mix" and row["contender"] in ("ours", "floor", "floor_shared_models")
    ]
    sizes = sorted({row["accounts"] for row in shown_rows})
    kinds = [
        kind for kind in ("ours", "floor", "floor_shared_models") if any(row["contender"] == kind for row in shown_rows)
    ]
    top, step = scale(max((1000 * row[SHARED_OUT] for row in shown_rows), default=1.0))
    group = (WIDTH - _PLOT_LEFT) / max(1, len(sizes))
    width = min(46.0, group / (len(kinds) + 1.5))
    bars = []
    for row in shown_rows:
        height = _PLOT_HEIGHT * 1000 * row[SHARED_OUT] / top
        middle = _PLOT_LEFT + group * (sizes.index(row["accounts"]) + 0.5)
        left = middle + width * (kinds.index(row["contender"]) - len(kinds) / 2)
        label = f"{TITLES[row['contender']]}, {row['accounts']} accounts"
        value = f"{1000 * row[SHARED_OUT]:.0f}"
        bars.append(Bar(left + 2, 20 + _PLOT_HEIGHT - height, width - 4, height, row["contender"], label, value))
    return {
        "bars": bars,
        "lines": [
            Line(20 + _PLOT_HEIGHT * (1 - tick * step / top), f"{tick * step:g}")
            for tick in range(round(top / step) + 1)
        ],
        "groups": [(_PLOT_LEFT + group * (index + 0.5), f"{size} accounts") for index, size in enumerate(sizes)],
        "kinds": kinds,
        "left": _PLOT_LEFT,
        "bottom": 20 + _PLOT_HEIGHT,
        "height": 20 + _PLOT_HEIGHT + _PLOT_BOTTOM,
    }


def scale(most: float) -> tuple[float, float]:
    """A round end of a scale that holds the value, and the step between its three to six lines."""
    power = 10.0 ** math.floor(math.log10(most))
    step = next(factor * power for factor in (0.2, 0.5, 1.0, 2.0) if most / (factor * power) <= 5)
    return step * math.ceil(most / step), step
