# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulator with as many accounts as CONTROLLER_ACCOUNTS says (12, and 200 in `make controller`)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.controller.jobs import Controller, runner
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


@pytest.fixture
def controller(fleet: Fleet, tmp_path: Path) -> Controller:
    """A controller without an inventory yet."""
    program = runner()
    if program is None:
        pytest.skip("SKIPPED, and nothing is proven about slices: ansible-runner cannot be installed here")
    return Controller(program, tmp_path)
