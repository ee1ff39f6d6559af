# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet in which every account is proven: connected, delivered for, imported, discovered, all of its cost on the bill."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.emulator.fleet import Emulator
from tests.emulator.past import Past
from tests.integration.playbook import Fleet, Run, Variables

AUDIT = "finops_for_cloud.aws.audit"
Groups = dict[str, dict[str, Variables]]


class Proven(Fleet):
    """A fleet as above, and the audits of it."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        super().__init__(emulator, folder)
        self.past = Past(emulator)

    def outsider(self) -> Variables:
        """One more account in no organization."""
        made = self.emulator.aws.new_standalone_account()
        keys = {"finops_aws_access_key": made.access_key_id, "finops_aws_secret_key": made.secret_access_key}
        return {"finops_account_id": made.account_id, **keys}

    def connect(self, groups: Groups, *others: str) -> Run:
        """Onboard the accounts at the beginning of the past, and let it go by; others spend as well."""
        accounts = [variables["finops_account_id"] for hosts in groups.values() for variables in hosts.values()]
        self.past.begin([*accounts, *others])
        run = self.run(groups)
        assert run.code == 0, run.output
        self.past.go_by()
        return run

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
