# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a resource, under a stable code; docs/findings.md lists every code with its meaning and mend."""

from __future__ import annotations

import dataclasses
from typing import Any

DRIFT = "drift"  # not as wanted; the next run mends it
BLOCKED = "blocked"  # not as wanted; a person must decide or mend something first
PENDING = "pending"  # nothing to do but to wait for somebody else, who is named
ALARM = "alarm"  # all of ours is as wanted, and yet costs do not flow; somebody must look elsewhere
NOTE = "note"  # worth knowing; nothing is wrong
SEVERITIES = (DRIFT, BLOCKED, PENDING, ALARM, NOTE)


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be; never holds a secret.

    code: stable, in capitals, such as C(CUR_MISSING).
    severity: one of SEVERITIES.
    title: one sentence about this case.
    expected, actual: what should be there and what is, as plain data; None where the title says it all.
    remedy: what a person does about it, a sentence in the imperative; empty where the next run mends it.
    """

    code: str
    severity: str
    title: str
    expected: Any = None
    actual: Any = None
    remedy: str = ""

    @property
    def text(self) -> str:
        """Title and remedy, for people."""
        return "{0}. {1}".format(self.title.rstrip("."), self.remedy) if self.remedy else self.title

    def as_result(self, resource: str) -> dict[str, Any]:
        """The finding as a task's result has it; resource: the module's name."""
        return dict(dataclasses.asdict(self), resource=resource)


def blocked(code: str, title: str, remedy: str, expected: Any = None, actual: Any = None) -> Finding:
    """A finding that keeps a resource from being brought to what is wanted."""
    return Finding(code, BLOCKED, title, expected, actual, remedy)


def pending(code: str, title: str, remedy: str = "") -> Finding:
    """A finding that time alone mends."""
    return Finding(code, PENDING, title, remedy=remedy)


def alarm(code: str, title: str, remedy: str, expected: Any = None, actual: Any = None) -> Finding:
    """A finding that keeps costs from flowing and that no run of ours can mend, nor has to wait for."""
    return Finding(code, ALARM, title, expected, actual, remedy)


def note(code: str, title: str, remedy: str = "", expected: Any = None, actual: Any = None) -> Finding:
    """A finding that is for people to know."""
    return Finding(code, NOTE, title, expected, actual, remedy)
