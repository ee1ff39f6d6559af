# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The artifacts of a job, which a controller's workflow hands on to the next one as extra variables."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ARTIFACT = re.compile(r'"data": \{"(\w+)"')
REGISTERED = re.compile(r"register: (\w+)")


def test_no_artifact_has_the_name_of_a_registered_variable_which_it_would_win_over() -> None:
    actions = [path.read_text() for path in (CHECKOUT / "plugins" / "action").glob("*.py")]
    artifacts = {name for text in actions for name in ARTIFACT.findall(text)}
    assert artifacts == {"finops_recap", "finops_report"}
    tasks = [*(CHECKOUT / "playbooks").glob("*.yml"), *(CHECKOUT / "roles").glob("*/tasks/*.yml")]
    registered = {name for path in tasks for name in REGISTERED.findall(path.read_text())}
    assert "finops_connection" in registered
    assert registered & artifacts == set()
