# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a data source's import is, judged as the platform's own pages do; pure."""

from __future__ import annotations

import re
from typing import Any, Mapping

FINE, WAITING, FAILED, UNKNOWN = "fine", "waiting", "failed", "unknown"
# What the importer says as long as AWS has delivered nothing.
_NO_FILES_YET = re.compile(r"Report files for report .* not found", re.DOTALL)


def import_health(source: Mapping[str, Any]) -> str:
    """FINE, WAITING for the first delivery, FAILED or UNKNOWN.

    An error alone says nothing, since a success does not clear it. A linked source has no import of its own: it is UNKNOWN,
    and judged by the source of its management account.
    """
    if (source.get("config") or {}).get("linked"):
        return UNKNOWN
    done, tried = source.get("last_import_at") or 0, source.get("last_import_attempt_at") or 0
    error = source.get("last_import_attempt_error")
    if done and done == tried:
        return FINE
    if not error or done >= tried:
        return UNKNOWN
    return WAITING if not done and _NO_FILES_YET.search(str(error)) else FAILED
