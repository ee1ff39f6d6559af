# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of an import, by every combination of its times and its error."""

from __future__ import annotations

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.import_health import (
    FAILED,
    FINE,
    UNKNOWN,
    WAITING,
    import_health,
)

NO_FILES = "Report files for report billing-111122223333 not found"


@pytest.mark.parametrize(
    ("done", "tried", "error", "health"),
    [
        (100, 100, None, FINE),
        (100, 100, "an old error that no success clears", FINE),
        (100, 200, "Access Denied", FAILED),
        (0, 200, "Access Denied", FAILED),
        (100, 200, None, UNKNOWN),
        (300, 200, "Access Denied", UNKNOWN),
        (0, 0, None, UNKNOWN),
        (0, 0, "Access Denied", UNKNOWN),
        (None, None, None, UNKNOWN),
        (0, 200, NO_FILES, WAITING),
        (None, 200, NO_FILES, WAITING),
        (100, 200, NO_FILES, FAILED),
    ],
)
def test_health(done: int | None, tried: int | None, error: str | None, health: str) -> None:
    source = {"last_import_at": done, "last_import_attempt_at": tried, "last_import_attempt_error": error}
    assert import_health({**source, "config": {}}) == health
    assert import_health({**source, "config": None}) == health


def test_a_linked_source_is_judged_by_its_root() -> None:
    source = {"last_import_at": 100, "last_import_attempt_at": 200, "last_import_attempt_error": "Access Denied"}
    assert import_health({**source, "config": {"linked": True}}) == UNKNOWN
