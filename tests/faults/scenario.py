# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run is disturbed at: a playbook, an account of a fresh fleet, and what of them two runs are compared by."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from tests.faults.snapshot import snapshot
from tests.integration.playbook import ONBOARD, ROTATE, Fleet, Run, Variables


@dataclasses.dataclass(frozen=True)
class Scenario:
    """What is run on which account of a fresh fleet, after which preparation."""

    name: str
    group: str
    account: Callable[[Fleet], Variables]
    playbook: str = ONBOARD
    store: str = "platform"
    with_platform: bool = True

    def run(self, fleet: Fleet, playbook: str | None = None) -> Run:
        """One run of the playbook."""
        variables: dict[str, Any] = {"finops_secret_store": self.store, "finops_key_drain_seconds": 0}
        variables.update(self.more())
        variables["finops_confirm_permanent_switch"] = True
        if not self.with_platform:
            variables["finops_platform_url"] = None
        arguments = []
        if self.store == "file":
            variables["finops_secret_store_folder"] = str(fleet.folder / "store")
            arguments = ["--vault-password-file", str(fleet.vault_password_file())]
        return fleet.run(self.groups(fleet), *arguments, playbook=playbook or self.playbook, **variables)

    def more(self) -> Variables:
        """Variables of its own."""
        return {}

    def groups(self, fleet: Fleet) -> dict[str, dict[str, Variables]]:
        """The inventory."""
        return {self.group: {"account": self.account(fleet)}}

    def prepare(self, fleet: Fleet) -> None:
        """A fresh fleet; for a rotation or a migration, connected with a key, for the first with one of 100 days."""
        fleet.emulator.reset()
        fleet.forget_files()
        if self.playbook != ONBOARD:
            ends_well(self.run(fleet, ONBOARD))
        if self.playbook == ROTATE:
            iam = fleet.client("iam", self.account(fleet))
            (key,) = iam.list_access_keys(UserName="FinOpsForCloudUser")["AccessKeyMetadata"]
            fleet.emulator.faults.age_key(key["AccessKeyId"], days=100)
        fleet.emulator.faults.count_from_here()

    def after_run(self, fleet: Fleet) -> None:
        """What the world does once a run has ended, however it did."""

    def snapshot(self, fleet: Fleet) -> dict[str, Any]:
        """What is in the account, in a form that two runs can be compared by."""
        return snapshot(fleet, self.account(fleet), self.store)


def ends_well(run: Run) -> None:
    """What comes before the trouble must not fail by itself."""
    assert run.code == 0, run.output
