# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What earlier audits have read of each report's files, in the report's folder, so that a file is read only once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.files import replace

_FOLDER = "costs"
_KEPT = ("tags", "costs")


def known(folder: str, account: str) -> dict[str, Any] | None:
    """C(tags) and C(costs) as the step delivery returned them; None where nothing is kept that can be read."""
    if not account.isdigit():
        return None
    try:
        found = json.loads((Path(folder) / _FOLDER / "{0}.json".format(account)).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    is_sound = isinstance(found, dict) and all(isinstance(found.get(key), dict) for key in _KEPT)
    return {key: found[key] for key in _KEPT} if is_sound else None


def keep(folder: str, deliveries: Mapping[str, Mapping[str, Any] | None]) -> None:
    """Keeps what the deliveries of accounts have; what could not be read this time stays as it was kept.

    Raises OSError where the folder cannot be written.
    """
    path = Path(folder) / _FOLDER
    for account, delivery in deliveries.items():
        if delivery and delivery.get("tags") and account.isdigit():
            path.mkdir(parents=True, exist_ok=True)
            kept = {key: delivery[key] for key in _KEPT}
            replace(path / "{0}.json".format(account), json.dumps(kept, sort_keys=True).encode())
