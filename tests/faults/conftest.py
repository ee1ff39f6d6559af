# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet of fifty accounts for the fault tests; each test begins with nothing in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.fleet import Emulator
from tests.integration.playbook import Fleet


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """Both emulators, in threads of this process."""
    with Emulator(members=48) as running:
        yield running


@pytest.fixture
def fleet(emulator: Emulator, tmp_path: Path) -> Iterator[Fleet]:
    """The accounts with nothing in them, and no faults."""
    emulator.reset()
    yield Fleet(emulator, tmp_path)
    emulator.faults.clear()
