# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A benchmark's result: the text at its end, and what bench.json holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from tests.bench import machine
from tests.bench.contenders import TITLES
from tests.bench.figures import SHARED_OUT, Median, Results, judged, medians
from tests.bench.runs import Run
from tests.bench.settings import Settings

COLUMNS = (
    "accounts",
    "contender",
    "forks",
    "runs",
    "wall s",
    "ms/account",
    "CPU s/account",
    "largest MiB",
    "all MiB",
    "AWS calls",
    "platform",
    "emulator",
)
Result = dict[str, Any]


def result_of(
    settings: Settings, about_machine: dict[str, Any], runs: Sequence[Run], preparations: Sequence[Run]
) -> Result:
    """What bench.json holds; seconds and MiB."""
    found = medians(runs)
    results = Results(found, settings.sizes)
    ratios = results.ratios()
    notes = list(results.notes)
    if not machine.is_quiet(about_machine):
        notes.append(
            f"The machine was not quiet when this began: its load was {about_machine['load_average_at_start']}. "
            "Wall times and, a little, CPU are worse for it."
        )
    return {
        "machine": about_machine,
        "settings": dataclasses.asdict(settings),
        "ratios": ratios,
        "targets": judged(ratios),
        "notes": notes,
        "medians": found,
        "preparations": [dataclasses.asdict(run) for run in preparations],
        "runs": [dataclasses.asdict(run) for run in runs],
    }


def cells(row: Median) -> list[str]:
    """One contender over one fleet, by COLUMNS."""
    return [
        str(row["accounts"]),
        TITLES[row["contender"]],
        str(row["forks"]),
        str(row["runs"]),
        f"{row['wall_seconds']:.1f}",
        f"{1000 * row[SHARED_OUT]:.0f}",
        f"{row['cpu_seconds_per_account']:.3f}",
        f"{row['largest_process_mib']:.0f}",
        f"{row['all_processes_mib']:.0f}",
        f"{sum(row['aws_calls'].values()):.0f}",
        f"{sum(row['platform_calls'].values()):.0f}",
        f"{100 * row['emulator_cpu_share_of_wall']:.0f} %",
    ]


def part_tables(rows: Sequence[Median]) -> list[tuple[str, list[list[str]]]]:
    """For each part of the benchmark its heading and the rows of its table."""
    headings = dict.fromkeys((row["part"], row["fleet"]) for row in rows)
    return [
        (
            part if part == fleet else f"{part}, {fleet}",
            [cells(row) for row in rows if (row["part"], row["fleet"]) == (part, fleet)],
        )
        for part, fleet in headings
    ]


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns under their names; those whose cells are all numbers are aligned to the right."""
    lines = [list(header), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    to_right = [all(row[column][:1].isdigit() or row[column] == "-" for row in rows) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, to_right, strict=True)
        ).rstrip()
        for line in lines
    )


def text_of(result: Result) -> str:
    """The whole result for a terminal."""
    about = result["machine"]
    versions = ", ".join(f"{name} {about[name]}" for name in ("python", "ansible-core", "amazon.aws", "boto3"))
    verdicts = [[shown(line["figure"]), line["verdict"], line["target"]] for line in result["targets"]]
    others = result["ratios"].keys() - {line["ratio"] for line in result["targets"]}
    extra = [[shown(value), name] for name, value in result["ratios"].items() if name in others]
    return "\n\n".join(
        [
            f"{about['cores']} cores, {about['cpu']}, {about['memory_gib']} GiB; {versions}",
            *(f"{heading}\n{table(COLUMNS, rows)}" for heading, rows in part_tables(result["medians"])),
            "Medians. `emulator` is its CPU as a share of the wall time; it is in no other figure. `all MiB` counts "
            "pages\nthat processes share once.",
            f"Targets\n{table(('figure', '', 'target'), verdicts)}",
            f"Further ratios\n{table(('figure', 'ratio'), extra)}",
            *(f"Note: {note}" for note in result["notes"]),
        ]
    )


def shown(value: float | None) -> str:
    """A figure with as many digits as are of use."""
    if value is None:
        return "-"
    return f"{value:.0f}" if value == int(value) or value >= 100 else f"{value:.2f}"
