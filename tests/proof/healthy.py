# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet in which every account is proven: connected, delivered for, imported, discovered, all of its cost on the bill."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.emulator.fleet import Emulator
from tests.emulator.platform.routes import RESOURCE_TYPES
from tests.integration.playbook import Fleet, Run, Variables

AUDIT = "finops_for_cloud.aws.audit"
Groups = dict[str, dict[str, Variables]]
_DAY = datetime.timedelta(days=1)


def month_of(moment: datetime.datetime) -> str:
    """Such as 2026-10."""
    return f"{moment:%Y-%m}"


class Proven(Fleet):
    """A fleet as above, and the audits of it. Its exports are made in the month before last, and have delivered since."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        super().__init__(emulator, folder)
        now = emulator.clock.now()
        self.now = now
        self.last_month = month_of(now.replace(day=1) - _DAY)
        self._begun = (now.replace(day=1) - _DAY).replace(day=1) - 20 * _DAY

    def outsider(self) -> Variables:
        """One more account in no organization."""
        made = self.emulator.aws.new_standalone_account()
        keys = {"finops_aws_access_key": made.access_key_id, "finops_aws_secret_key": made.secret_access_key}
        return {"finops_account_id": made.account_id, **keys}

    def connect(self, groups: Groups, others: Sequence[str] = ()) -> Run:
        """Onboard the accounts, and let them spend, AWS deliver and the platform import; others spend as well."""
        accounts = [variables["finops_account_id"] for hosts in groups.values() for variables in hosts.values()]
        begun, today = self._begun.date(), self.now.date()
        self.emulator.costs.generate([*accounts, *others], begun, today)
        self.emulator.clock.move_to(self._begun)
        run = self.run(groups)
        assert run.code == 0, run.output
        self.deliver_and_import()
        return run

    def deliver_and_import(self) -> None:
        """What comes of each month: AWS's last delivery of it, the platform's import, and the discovery after that."""
        last_days = (self.now.replace(day=1) - 10 * _DAY, self.now.replace(day=1) + 2 * _DAY)
        for moment in (*(day for day in last_days if self._begun < day < self.now), self.now - 0.25 * _DAY):
            self.emulator.clock.move_to(moment)
            self.emulator.aws.refresh_all()
            self.import_now()
        self.emulator.clock.release()
        self.discover()

    def import_now(self) -> None:
        """An hourly round of the platform's imports."""
        self.emulator.platform.imports.schedule_round()
        self.emulator.platform.imports.run()

    def discover(self) -> None:
        """The platform has just looked for the resources of every account."""
        moment = int(self.now.timestamp()) - 3600
        infos = {name: {"last_discovery_at": moment, "observe_time": moment} for name in RESOURCE_TYPES}
        for account in self.sources():
            self.set_source({"finops_account_id": account}, details={"discovery_infos": infos, "resources": 3})

    def audit(self, groups: Groups, *arguments: str, **common: Any) -> tuple[Run, dict[str, Any]]:
        """An audit's run and its report."""
        folder = self.folder / "report"
        run = self.run(groups, *arguments, playbook=AUDIT, finops_report_dir=str(folder), **common)
        return run, json.loads((folder / "report.json").read_text())


def chain_of(report: dict[str, Any], account: str) -> dict[str, dict[str, Any]]:
    """An account's links by name."""
    (found,) = [entry for entry in report["accounts"] if entry["account_id"] == account]
    return {link["link"]: link for link in found["links"]}


def found_in(report: dict[str, Any]) -> dict[str, set[tuple[str, str]]]:
    """By account, what was found: link and code."""
    return {
        entry["account_id"]: {(link["link"], code) for link in entry["links"] for code in link["codes"]}
        for entry in report["accounts"]
    }
