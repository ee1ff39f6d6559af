# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account visit: what the steps of one walk through an account hand on to each other.

A visit begins with the step that looks at the account (module C(account)) and ends with the worker process that Ansible
forked for the task: all items of a task's loop run in one worker, and a worker serves one host at a time. A later task of
the same run continues a visit from the results that the earlier one registered.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import Clients

_KNOWS_DATA_SOURCE = ("access_key", "data_source")


@dataclasses.dataclass
class Visit:
    """The connections, the login's session (sealed), the data source found, and whether a step has failed."""

    host: str
    clients: Clients | None = None
    session: str | None = None
    data_source: dict[str, Any] | None = None
    has_failed: bool = False

    def options(self, module: str) -> dict[str, Any]:
        """What the next step is handed."""
        known = {"known": self.data_source} if module in _KNOWS_DATA_SOURCE else {}
        return {"session": self.session, **known}

    def note(self, result: Mapping[str, Any], clients: Clients | None = None) -> None:
        """Keep what a step has found out."""
        self.clients = clients or self.clients
        self.session = result.get("session", self.session)
        self.data_source = result.get("data_source", self.data_source)
        self.has_failed = bool(result.get("failed"))


_UNDER_WAY: Visit | None = None


def visit(host: str, begins: bool, earlier: Mapping[str, Any] | None = None) -> Visit:
    """The visit that a step on a host belongs to.

    begins: whether it is the step that a visit begins with.
    earlier: what the task before registered, where the visit goes on in another one.
    """
    global _UNDER_WAY
    if begins or _UNDER_WAY is None or _UNDER_WAY.host != host:
        _UNDER_WAY = Visit(host)
        for result in (earlier or {}).get("results", []):
            _UNDER_WAY.note(result)
    return _UNDER_WAY
