# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet callback in a job of the real ansible-runner, which gives it a terminal and keeps all that it prints."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.fleet import Emulator
from tests.integration.playbook import CHECKOUT, Fleet
from tests.lint.tree import copy_collection

FLEET = "finops_for_cloud.aws.fleet"


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with Emulator(members=4) as emulator:
        yield Fleet(emulator, tmp_path)


@pytest.fixture
def data(fleet: Fleet, tmp_path: Path) -> Path:
    """A private data folder as a controller makes one: the project as cloned, the inventory, no collection installed."""
    folder = tmp_path / "data"
    project = copy_collection(folder / "project")
    shutil.copytree(CHECKOUT / ".collections", project / ".collections", symlinks=True)
    (project / "playbooks" / "collections").symlink_to("../.collections")
    groups = fleet.everything()
    groups["member"]["member-0"]["finops_assume_role_arn"] = "arn:aws:iam::111122223333:role/Nobody"
    (folder / "inventory").mkdir()
    (folder / "inventory" / "hosts.json").write_text(json.dumps(fleet._inventory(groups, fleet.common)))
    return folder


def run(programs: Path, fleet: Fleet, data: Path, **variables: str) -> tuple[int, str]:
    """The exit code and the log of a job, as the controller shows it."""
    kept = fleet.environment(data / "results")
    environment = {name: value for name, value in kept.items() if not name.startswith(("ANSIBLE_CALLBACK", "COLUMNS"))}
    path = f"{programs}:{environment['PATH']}"
    command = [programs / "ansible-runner", "run", data, "-p", "playbooks/onboard.yml", "--ident", "job"]
    settings = {**environment, "PATH": path, "TERM": "xterm-256color", **variables}
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    return done.returncode, (data / "artifacts" / "job" / "stdout").read_text() + done.stderr


def test_a_jobs_log_has_plain_lines_and_never_the_live_one(programs: Path, fleet: Fleet, data: Path) -> None:
    code, log = run(programs, fleet, data, ANSIBLE_STDOUT_CALLBACK=FLEET, FINOPS_FLEET_INTERVAL="1")
    assert code == 2, log
    assert "\u2588" not in log and "\u2591" not in log
    assert not re.search(r"[^\r]\r[^\r\n]", log)
    assert re.search(r"^\d\d:\d\d:\d\d  +6/6 accounts, ", log, re.MULTILINE), log
    assert "FAILED  member-0, account" in log
    assert "Traceback" not in log and "get_option" not in log and "not found" not in log


def test_without_it_a_job_runs_from_the_clone_alone(programs: Path, fleet: Fleet, data: Path) -> None:
    code, log = run(programs, fleet, data)
    assert code == 2, log
    assert "6 accounts: 5 changed, 0 already right, 1 FAILED" in log
