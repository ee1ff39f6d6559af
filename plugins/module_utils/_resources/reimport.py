# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One data source imported again, once for each reason: its report was made anew, or months have arrived.

What decides is C(_knowledge/reimport.py). Setting the mark back schedules nothing; the platform's own hourly round does it.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import reimport, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.history import mark_before
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import (
    Finding,
    alarm,
    note,
    pending,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import OPTIONS as PLATFORM_OPTIONS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.data_source import VISIT_OPTIONS, Listed
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.reimporting import (
    Keeper,
    asking,
    keeper_of,
    noting,
    proof,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import Target

TRANSFER, BACKFILL = "transfer", "backfill"
TAGS = {TRANSFER: "finops-for-cloud-transfer", BACKFILL: "finops-for-cloud-backfill"}
_CODES = {TRANSFER: "BILLING_REIMPORT", BACKFILL: "BACKFILL_REIMPORT"}
_WHY = {TRANSFER: "since its report was made anew", BACKFILL: "since months have arrived"}


@dataclasses.dataclass(frozen=True)
class State:
    """The data source, None where there is none, the decision, where the mark goes, and who keeps the note."""

    source: Mapping[str, Any] | None = None
    decision: str = reimport.COMPLETE
    mark: int = 0
    keeper: Keeper = Keeper("user", "", None)


class Reimport(Listed):
    """The import of one account's data source from a month on.

    options: month, the first one, why (TRANSFER or BACKFILL) and about: what is noted once it was asked for.
    """

    NAME = "reimport"
    HAS_STATE = False
    OPTIONS = dict(PLATFORM_OPTIONS, user_name={"type": "str"})
    CHANGE_OPTIONS: dict[str, Any] = {
        "month": {"type": "str"},
        "why": {"type": "str", "choices": list(TAGS), "default": TRANSFER},
        "about": {"type": "str"},
        "reimport": {"type": "str", "choices": ["auto", "never"], "default": "auto"},
        **VISIT_OPTIONS,
    }

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.user = settings.user_name(options.get("user_name"))
        self.month = settings.month(options.get("month"), "month")
        self.why = options.get("why") or TRANSFER
        self.about = options.get("about") or ""
        if self.month and not self.about:
            raise InputError("about", "is needed with O(month): what the note says once the import was asked for")

    def read(self) -> State:
        """The note, and where it is not there yet the data source as it is now and its imports."""
        source = self.read_source(Target({}, self.account))
        if source is None or self.month is None:
            return State(source)
        keeper = keeper_of(self.clients, source, self.account, self.user)
        if (keeper.tags or {}).get(TAGS[self.why]) == self.about:
            return State(source, keeper=keeper)
        source = dict(self.clients.platform.cloud_account(source["id"]))
        imports = self.clients.platform.import_states(source["id"])
        now: datetime.datetime = self.clients.platform.now
        allowed = self.options.get("reimport") != "never"
        mark = int(source.get("last_import_modified_at") or 0)
        decision = reimport.decide(self.month, mark, False, imports, allowed, now)
        return State(source, decision, mark_before(self.month, now), keeper)

    def plan(self, current: State) -> Plan:
        """Set the mark back and note that, by the table of _knowledge/reimport."""
        if current.decision in (reimport.COMPLETE, reimport.REFUSED, reimport.LATER) or current.source is None:
            return Plan(others=self._findings(current))
        if current.keeper.tags is None:
            return Plan(others=[self._no_keeper(current)])
        title = "Have the data source {0} imported again from {1} on, {2}".format(
            current.source.get("name"), self.month, _WHY[self.why]
        )
        steps: list[Step] = []
        if current.decision == reimport.REIMPORT:
            asked = asking(current.source, title, current.mark, _CODES[self.why])
            steps = [asked, proof(current.source, current.mark)]
        noted = "Note that this was asked for, at the {0} {1}".format(current.keeper.kind, current.keeper.name)
        return Plan([*steps, noting(current.keeper, TAGS[self.why], self.about, noted)])

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(reimport): the decision's state and the month that was asked for, None where there is no data source."""
        if current.source is None:
            return {"reimport": None}
        asked = self.month if current.decision == reimport.REIMPORT else None
        return {"reimport": {"state": current.decision, "from": asked}}

    def _findings(self, current: State) -> list[Finding]:
        name = (current.source or {}).get("name")
        if current.decision == reimport.LATER:
            title = "an import of the data source {0!r} waits or runs, so it is asked to import from {1} on after it"
            return [pending("HISTORY_LATER", title.format(name, self.month), "Run again in an hour")]
        if current.decision == reimport.REFUSED:
            title = "the data source {0!r} is not imported again from {1} on, since O(reimport) is never"
            return [note("HISTORY_REFUSED", title.format(name, self.month), "Let O(reimport) be auto")]
        return []

    def _no_keeper(self, current: State) -> Finding:
        return alarm(
            "HISTORY_NO_KEEPER",
            "the import from {0} on is not asked for, since the {1} {2}, where that would be noted, is not in the "
            "account".format(self.month, current.keeper.kind, current.keeper.name),
            "Have the data source {0!r} imported again from {1} on, on the platform".format(
                (current.source or {}).get("name"), self.month
            ),
        )


RESOURCE = Reimport
