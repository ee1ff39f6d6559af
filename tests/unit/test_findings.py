# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The codes of findings in the code are those of the page, each with its severity, meaning and mend."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# COST_AND_USAGE_REPORT is a table of AWS's.
CODE = (
    r"(?:ACCOUNT|BUCKET|COLUMNS|COST(?!_AND_)|CUR|DISCOVERY|EXECUTION|FILES|HISTORY|IMPORT|KEY|MIGRATION|OFFBOARD|OPTION|PLATFORM"
    r"|POLICY|READ|ROLE|SOURCE|STORE|USER)(?:_[A-Z0-9]+)+"
)
# How the code names the findings that no step mends; all others are drift.
MAKERS = {
    "blocked": rf'\bblocked\(\s*"({CODE})"|\bfinding_code ?= ?"({CODE})"',
    "alarm": rf'\balarm\(\s*"({CODE})"',
    "note": rf'\bnote\(\s*"({CODE})"',
    "pending": rf'\bpending\(\s*"({CODE})"',
}


def sources() -> str:
    return "\n".join(path.read_text() for path in sorted(CHECKOUT.glob("plugins/**/*.py")))


def severities_in_the_code() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for severity, maker in MAKERS.items():
        for groups in re.findall(maker, sources()):
            found.setdefault("".join(groups), set()).add(severity)
    return found


def rows() -> list[list[str]]:
    lines = (CHECKOUT / "docs" / "findings.md").read_text().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(rf"\| `{CODE}` ", line)]


def test_every_code_is_on_the_page_and_no_other_is() -> None:
    in_the_code = set(re.findall(rf'"({CODE})"', sources()))
    assert {row[0].strip("`") for row in rows()} == in_the_code


def test_what_no_step_mends_has_its_severity_on_the_page() -> None:
    on_the_page = {row[0].strip("`"): set(row[1].split(" or ")) for row in rows()}
    wrong = {code: found for code, found in severities_in_the_code().items() if not found <= on_the_page[code]}
    assert wrong == {}


def test_every_code_stands_once_and_has_a_meaning_and_a_mend() -> None:
    codes = [row[0] for row in rows()]
    assert len(codes) == len(set(codes))
    assert all(len(row) == 4 and all(row) for row in rows())
