# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Printing from a worker, with and without a callback that writes marks around what is displayed."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._printing import show


class Marking:
    """A display whose C(display) was wrapped as ansible-runner does it."""

    def __init__(self, queue: Any) -> None:
        self._final_q = queue
        self.shown: list[str] = []

    def display(self, text: str) -> None:
        sys.stdout.write("\x1b[K")
        self.shown.append(text)


def test_a_worker_hands_over_the_text_and_writes_nothing_itself(capsys: pytest.CaptureFixture[str]) -> None:
    sent: list[tuple[str, ...]] = []
    display = Marking(SimpleNamespace(send_display=lambda *what: sent.append(what)))
    show(display, "6 accounts")
    assert (sent, display.shown, capsys.readouterr().out) == ([("display", "6 accounts")], [], "")


def test_the_controllers_process_displays() -> None:
    display = Marking(None)
    show(display, "6 accounts")
    assert display.shown == ["6 accounts"]
