# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an account stands in a migration; never stored, always derived from what is there."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Stage:
    """Where an account stands in a migration.

    name: the stage's own, as docs/migrations.md has it. words: what is so now, for people. next_command: what leads on, empty where nothing has to.
    """

    name: str
    words: str
    next_command: str = ""
