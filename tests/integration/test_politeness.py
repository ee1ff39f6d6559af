# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Throttles of an API that all workers call are heeded by all of them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import Clients
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.pace import FIRST, Pace
from tests.integration.playbook import Fleet


def login(fleet: Fleet, member: int) -> None:
    """One account's login by AssumeRole, with the credentials that all members share."""
    account = {**fleet.common, **fleet.member(member)}
    Clients({name.removeprefix("finops_").removeprefix("aws_"): value for name, value in account.items()}).log_in()


def test_a_throttled_login_slows_the_logins_of_others(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    login(fleet, 0)
    shared = Pace("sts.AssumeRole", fleet.emulator.aws_endpoint_url, "None", fleet.emulator.access_key_id)
    assert shared.interval == 0

    fleet.emulator.faults.throttle(0.5, seed=1)  # the first call and not the second
    login(fleet, 0)
    slowed = shared.interval
    assert 0 < slowed < FIRST

    fleet.emulator.faults.clear()
    login(fleet, 1)
    assert 0 < shared.interval < slowed
