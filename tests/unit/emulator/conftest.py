# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulator for the tests of a file that needs no other fleet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.aws.testing import Bench
from tests.emulator.fleet import Emulator


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    with Emulator(members=2) as emulator:
        yield Bench(emulator)


@pytest.fixture
def bench(shared: Bench) -> Bench:
    """Every test starts with the same accounts and nothing in them."""
    shared.emulator.reset()
    return shared


@pytest.fixture
def exports(bench: Bench) -> Any:
    return bench.admin("bcm-data-exports")
