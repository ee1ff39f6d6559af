# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a data source is imported again, row by row."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import reimport

NOW = datetime.datetime(2026, 11, 20, tzinfo=datetime.timezone.utc)
END_OF_OCTOBER = int(datetime.datetime(2026, 10, 31, 23, 59, 59, tzinfo=datetime.timezone.utc).timestamp())


@pytest.mark.parametrize(
    ("month", "mark", "is_noted", "imports", "allowed", "state"),
    [
        (None, 0, False, set(), True, reimport.COMPLETE),
        ("2026-11", END_OF_OCTOBER + 1, True, {"scheduled"}, False, reimport.COMPLETE),
        ("2026-11", END_OF_OCTOBER + 1, False, {"scheduled"}, False, reimport.REFUSED),
        ("2026-11", END_OF_OCTOBER + 1, False, {"scheduled"}, True, reimport.LATER),
        ("2026-11", END_OF_OCTOBER + 1, False, {"in_progress"}, True, reimport.LATER),
        ("2026-11", END_OF_OCTOBER, False, set(), True, reimport.ASKED),
        ("2026-11", 0, False, set(), True, reimport.ASKED),
        ("2026-11", END_OF_OCTOBER + 1, False, set(), True, reimport.REIMPORT),
        ("2026-10", END_OF_OCTOBER, False, set(), True, reimport.REIMPORT),
    ],
)
def test_the_first_row_that_fits_decides(
    month: str | None, mark: int, is_noted: bool, imports: set[str], allowed: bool, state: str
) -> None:
    assert reimport.decide(month, mark, is_noted, imports, allowed, NOW) == state
