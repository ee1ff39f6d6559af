# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Printing from a task's worker process."""

from __future__ import annotations

from typing import Any


def show(display: Any, text: str) -> None:
    """Prints a text as Ansible's display does, which in a worker hands it to the controller's process.

    ansible-runner puts marks around each call of display(), which it writes to the standard output of whichever process
    calls; a worker has none, and ansible-core 2.19 and later warn of what is written there. So what display() does in a
    worker is done here, without the marks; the controller's process sets them when it prints.
    """
    queue = getattr(display, "_final_q", None)
    if queue is None:
        display.display(text)
    else:
        queue.send_display("display", text)
