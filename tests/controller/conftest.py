# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulator with as many accounts as CONTROLLER_ACCOUNTS says (12, and 200 in `make controller`)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.controller.environment import runner
from tests.controller.jobs import Controller
from tests.emulator.fleet import Emulator
from tests.integration.playbook import Fleet

ACCOUNTS = int(os.environ.get("CONTROLLER_ACCOUNTS", "12"))


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """Both emulators; of the accounts one is the management account, one in no organization, and one in no inventory."""
    with Emulator(members=ACCOUNTS - 1) as running:
        yield running


@pytest.fixture
def fleet(emulator: Emulator, tmp_path: Path) -> Fleet:
    """The accounts with nothing in them."""
    emulator.reset()
    return Fleet(emulator, tmp_path)


@pytest.fixture(scope="session")
def programs() -> Path:
    """The folder of the execution environment's programs."""
    try:
        return runner()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"SKIPPED, and nothing is proven about jobs: ansible-runner cannot be installed here: {error}")


@pytest.fixture
def controller(programs: Path, tmp_path: Path) -> Controller:
    """A controller without an inventory yet."""
    return Controller(programs, tmp_path)
