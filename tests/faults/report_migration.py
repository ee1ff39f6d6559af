# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A migration to CUR 2.0 that is killed: at each of its stages one scenario, which begins with that stage."""

from __future__ import annotations

import dataclasses
from typing import Any

from tests.faults.crash import Scenario
from tests.integration import legacy
from tests.integration.playbook import Fleet, Run


@dataclasses.dataclass(frozen=True)
class ToCur2(Scenario):
    """An account with a legacy report; delivered, switched: what was done before the run that is disturbed."""

    playbook: str = legacy.TO_CUR2
    delivered: bool = False
    switched: bool = False

    def prepare(self, fleet: Fleet) -> None:
        fleet.emulator.reset()
        fleet.forget_files()
        legacy.connect(fleet, self.account(fleet))
        if self.delivered:
            self._ends_well(self.run(fleet))
            fleet.emulator.deliver(self._account(fleet), f"billing-{self._account(fleet)}")
        if self.switched:
            self._ends_well(self.run(fleet))
            fleet.emulator.platform.imports.pass_hours(1)
        fleet.emulator.faults.count_from_here()

    def run(self, fleet: Fleet, playbook: str | None = None) -> Run:
        groups = {self.group: {"account": {**self.account(fleet), "finops_delete_legacy_cur": self.switched}}}
        return fleet.run(groups, playbook=playbook or self.playbook, finops_key_drain_seconds=0)

    def snapshot(self, fleet: Fleet) -> dict[str, Any]:
        """What it settles to: one more run narrows the policy once the old report is read no longer."""
        self._ends_well(self.run(fleet))
        reports = fleet.client("cur", self.account(fleet)).describe_report_definitions()["ReportDefinitions"]
        return {**super().snapshot(fleet), "legacy": [report["ReportName"] for report in reports]}

    def _account(self, fleet: Fleet) -> str:
        return str(self.account(fleet)["finops_account_id"])

    @staticmethod
    def _ends_well(run: Run) -> None:
        assert run.code == 0, run.output


def scenarios() -> list[Scenario]:
    """The export is made beside the old report; the data source changes over; the old report is deleted."""
    group, account = "standalone", Fleet.standalone
    return [
        ToCur2("to CUR 2.0 beside", group, account),
        ToCur2("to CUR 2.0 change over", group, account, delivered=True),
        ToCur2("to CUR 2.0 deletion", group, account, delivered=True, switched=True),
    ]
