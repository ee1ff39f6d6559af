# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret that may travel through task results: only processes of this very run can open it.

The key is made when the controller loads this file, before it forks its workers, and is never written anywhere.
So an assumed role's session can be handed from task to task in a registered variable that is useless to anyone
who reads it, in a log, a fact cache or a callback's output.
"""

from __future__ import annotations

import json
from typing import Any

try:
    from cryptography.fernet import Fernet, InvalidToken

    _FERNET = Fernet(Fernet.generate_key())
except ImportError:  # ansible-core brings it; only ansible-test's check of imports goes without
    pass


def seal(value: dict[str, Any]) -> str:
    """The value as text that only this run can open."""
    return _FERNET.encrypt(json.dumps(value).encode()).decode()


def unseal(text: str) -> dict[str, Any] | None:
    """The value, or None where another run sealed it."""
    try:
        value = json.loads(_FERNET.decrypt(text.encode()))
    except InvalidToken:
        return None
    return value if isinstance(value, dict) else None
