# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulator for all integration tests; each test begins with accounts as AWS makes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.fleet import Emulator
from tests.integration.playbook import Fleet


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """Both emulators, in threads of this process."""
    with Emulator(members=4) as running:
        yield running


@pytest.fixture
def fleet(emulator: Emulator, tmp_path: Path) -> Fleet:
    """The accounts with nothing in them."""
    emulator.reset()
    return Fleet(emulator, tmp_path)
