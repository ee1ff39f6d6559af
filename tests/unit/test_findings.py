# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The codes of findings in the code are those of the page, each with its severity, meaning and mend."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
CODE = r"[A-Z]+(?:_[A-Z0-9]+)+"
# How the code names a finding, and the severity that this gives it.
MAKERS = {
    rf'\bcode="({CODE})"': "drift",
    r'(?m)^[A-Z_]+ = "((?:USER|POLICY|KEY|SOURCE|CUR|BUCKET)_[A-Z_]+)"$': "drift",
    r'(?m)^[A-Z_]+ = "((?:ACCOUNT|PLATFORM)_[A-Z_]+)"$': "blocked",
    rf'\bblocked\(\s*"({CODE})"': "blocked",
    rf'\bnote\(\s*"({CODE})"': "note",
    rf'\bpending\(\s*"({CODE})"': "pending",
    rf'\bfinding_code="({CODE})"': "blocked",
    rf'\bfinding_code = "({CODE})"': "blocked",
}


def codes_of_the_code() -> set[tuple[str, str]]:
    text = "\n".join(path.read_text() for path in sorted(CHECKOUT.glob("plugins/**/*.py")))
    return {(code, severity) for maker, severity in MAKERS.items() for code in re.findall(maker, text)}


def rows() -> list[list[str]]:
    lines = (CHECKOUT / "docs" / "findings.md").read_text().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(rf"\| `{CODE}`", line)]


def test_every_code_is_on_the_page_with_its_severities_and_no_other_is() -> None:
    on_the_page = {
        (code, severity) for row in rows() for code in [row[0].strip("`")] for severity in row[1].split(" or ")
    }
    assert on_the_page == codes_of_the_code()


def test_every_code_stands_once_and_has_a_meaning_and_a_mend() -> None:
    codes = [row[0] for row in rows()]
    assert len(codes) == len(set(codes))
    assert all(len(row) == 4 and all(row) for row in rows())
