# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every form in which a moment comes becomes the one in which results have it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.moments import iso, moment

UTC, EAST = datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=2))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime.datetime(2026, 11, 24, 6, 12, 1, 999000, UTC), "2026-11-24T06:12:01+00:00"),
        (datetime.datetime(2026, 11, 24, 6, 12, 1), "2026-11-24T06:12:01+00:00"),
        (datetime.datetime(2026, 11, 24, 8, 12, 1, tzinfo=EAST), "2026-11-24T06:12:01+00:00"),
        ("2026-11-24T06:12:01Z", "2026-11-24T06:12:01+00:00"),
        ("2026-11-24T08:12:01+02:00", "2026-11-24T06:12:01+00:00"),
        ("yesterday", None),
        ("", None),
        (None, None),
        (["2026"], None),
    ],
)
def test_a_moment_is_told_in_utc_to_the_second(value: Any, expected: str | None) -> None:
    assert iso(value) == expected
    assert iso(moment(value)) == expected
