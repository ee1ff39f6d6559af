# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments as AWS tells them and as results have them: ISO 8601, in UTC, to the second."""

from __future__ import annotations

import datetime
from typing import Any


def moment(value: Any) -> datetime.datetime | None:
    """A moment in UTC, from a datetime or a text; None for nothing, and for what is none."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc) if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
    try:
        return moment(datetime.datetime.fromisoformat(str(value).replace("Z", "+00:00"))) if value else None
    except ValueError:
        return None


def iso(value: Any) -> str | None:
    """A moment as results have it, such as C(2026-11-24T06:12:00+00:00); None for nothing, and for what is none."""
    found = moment(value)
    return None if found is None else found.isoformat(timespec="seconds")
