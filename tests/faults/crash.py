# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills runs before and after every write call they make, in turn, and runs them once more: all must end the same.

The same with answers that are lost instead: the run itself must end as if nothing had happened.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.history import TAG
from tests.emulator.fleet import Emulator
from tests.faults.snapshot import USER, snapshot
from tests.integration.playbook import MIGRATE, OFFBOARD, ONBOARD, ROTATE, Fleet, Run, Variables

STORES = ("secretsmanager", "ssm", "file")
Trouble = Literal["killed before", "killed after", "answer lost"]
TROUBLES: tuple[Trouble, ...] = ("killed before", "killed after", "answer lost")


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
            run = self.run(fleet, ONBOARD)
            assert run.code == 0, run.output
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


class Leaving(Scenario):
    """An account that is offboarded with all that AWS has delivered; a file that was replaced has versions."""

    def more(self) -> Variables:
        return {"finops_confirm_delete_history": True, "finops_purge_bucket": True}

    def prepare(self, fleet: Fleet) -> None:
        super().prepare(fleet)
        account = self.account(fleet)
        if self.group != "member":
            account_id = account["finops_account_id"]
            bucket, versioning = f"billing-export-{account_id}", {"Status": "Enabled"}
            fleet.client("s3", account).put_bucket_versioning(Bucket=bucket, VersioningConfiguration=versioning)
            for dummy in range(2):
                fleet.emulator.deliver(account_id, f"billing-{account_id}")
        fleet.emulator.faults.count_from_here()


class LateMember(Scenario):
    """A member that joins once its management account has been imported; after each run the platform imports.

    Its past must come to the cent, at the price of one import more than without trouble at most: each of the two runs asks
    for one at most, and what the last one leaves noted keeps a third from asking.
    """

    def groups(self, fleet: Fleet) -> dict[str, dict[str, Variables]]:
        return {"management": {"payer": fleet.management()}, **super().groups(fleet)}

    def prepare(self, fleet: Fleet) -> None:
        emulator, root = fleet.emulator, fleet.emulator.management_account_id
        emulator.reset()
        now = datetime.datetime.now(datetime.timezone.utc)
        emulator.clock.move_to(now - datetime.timedelta(days=40))
        run = fleet.run({"management": {"payer": fleet.management()}})
        assert run.code == 0, run.output
        last = now - datetime.timedelta(days=2)
        emulator.costs.generate((root, self._account(fleet)), emulator.clock.now().date(), last.date())
        emulator.clock.move_to(now)
        for month in self._months(fleet):
            emulator.deliver(root, f"billing-{root}", month)
        emulator.platform.imports.pass_hours(1)
        emulator.faults.count_from_here()

    def after_run(self, fleet: Fleet) -> None:
        fleet.emulator.platform.imports.pass_hours(1)

    def snapshot(self, fleet: Fleet) -> dict[str, Any]:
        emulator, account = fleet.emulator, self._account(fleet)
        missing = [
            round(float(emulator.costs.total(account, month)) - emulator.platform.cost(account, month), 2)
            for month in self._months(fleet)
        ]
        found = super().snapshot(fleet)
        newest = max(source["created_at"] for source in fleet.sources().values())
        tags = fleet.client("iam", fleet.management()).list_user_tags(UserName=USER)["Tags"]
        noted = {"Key": TAG, "Value": str(newest)} in tags
        return {**found, "missing": missing, "noted": noted}

    def _account(self, fleet: Fleet) -> str:
        return str(self.account(fleet)["finops_account_id"])

    def _months(self, fleet: Fleet) -> list[str]:
        now = fleet.emulator.clock.now()
        return sorted({f"{now - datetime.timedelta(days=days):%Y-%m}" for days in range(41)})


def member(fleet: Fleet) -> Variables:
    return fleet.member(0)


def with_a_role(fleet: Fleet) -> Variables:
    return fleet.standalone(finops_auth="role")


def scenarios() -> Iterator[Scenario]:
    """Onboarding and offboarding of each case, with a role too, the move to a role, rotation, and all with every store, with a platform and without."""
    yield Scenario("onboard management", "management", Fleet.management)
    yield Scenario("onboard member", "member", member)
    yield Scenario("onboard standalone", "standalone", Fleet.standalone)
    yield Scenario("onboard with a role", "standalone", with_a_role)
    yield Scenario("migrate to a role", "standalone", Fleet.standalone, MIGRATE)
    yield LateMember("late member", "member", member)
    yield Scenario("rotate", "standalone", Fleet.standalone, ROTATE)
    yield Leaving("offboard management", "management", Fleet.management, OFFBOARD)
    yield Leaving("offboard standalone", "standalone", Fleet.standalone, OFFBOARD)
    for store in STORES:
        yield Leaving(f"offboard with {store}", "member", member, OFFBOARD, store=store)
        yield Scenario(f"onboard with {store}", "member", member, store=store)
        yield Scenario(f"rotate with {store}", "member", member, ROTATE, store=store)
    from tests.faults import report_migration

    yield from report_migration.scenarios()
    yield Scenario("onboard without a platform", "member", member, store="ssm", with_platform=False)
    yield Scenario("rotate without a platform", "member", member, ROTATE, store="ssm", with_platform=False)
    yield Leaving("offboard without a platform", "member", member, OFFBOARD, store="ssm", with_platform=False)


def disturbed(scenario: Scenario, fleet: Fleet, trouble: Trouble, number: int, expected: dict[str, Any]) -> str | None:
    """What differs from an undisturbed run after trouble at the number-th write and, if killed, one more run."""
    scenario.prepare(fleet)
    faults = fleet.emulator.faults
    if trouble == "answer lost":
        faults.at_write(number, "after")
    else:
        faults.at_write(number, "before" if trouble == "killed before" else "after", fleet.kill)
    run = scenario.run(fleet)
    if not faults.fired:
        return f"the run made no write {number}"
    if trouble != "answer lost":
        if run.code >= 0:
            return f"the run was not killed: it ended with {run.code}"
        scenario.after_run(fleet)
        run = scenario.run(fleet)
    if run.code != 0:
        return f"the run failed: {run.recap() or run.output[-2000:]}"
    if refused := [call for call in fleet.emulator.calls() if call["error"] == "LimitExceeded"]:
        return f"a third key was tried: {refused}"
    scenario.after_run(fleet)
    found = scenario.snapshot(fleet)
    differences = {key: (expected[key], found[key]) for key in expected if expected[key] != found[key]}
    return f"expected and found: {differences}" if differences else None


def check(scenario: Scenario, fleet: Fleet, report: Callable[[str], None]) -> tuple[int, int]:
    """All troubles of a scenario; returns how many were tried and how many converged."""
    scenario.prepare(fleet)
    run = scenario.run(fleet)
    assert run.code == 0, run.output
    writes = list(fleet.emulator.faults.written)
    scenario.after_run(fleet)
    expected = scenario.snapshot(fleet)
    report(f"{scenario.name}: {len(writes)} writes")
    tried = converged = 0
    for number, operation in enumerate(writes, start=1):
        for trouble in TROUBLES:
            difference = disturbed(scenario, fleet, trouble, number, expected)
            tried, converged = tried + 1, converged + (difference is None)
            report(f"  {trouble} write {number}, {operation}: {difference or 'converged'}")
    return tried, converged


def main() -> int:
    """Returns the exit code; with arguments, only the scenarios whose names contain one of them."""
    wanted = [
        scenario for scenario in scenarios() if not sys.argv[1:] or any(word in scenario.name for word in sys.argv[1:])
    ]
    report = functools.partial(print, flush=True)
    begin, tried, converged = time.monotonic(), 0, 0
    with Emulator(members=1) as emulator, tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(emulator, Path(folder))
        for scenario in wanted:
            of_scenario = check(scenario, fleet, report)
            tried, converged = tried + of_scenario[0], converged + of_scenario[1]
    report(f"{converged} of {tried} converged, in {time.monotonic() - begin:.0f} s")
    return 0 if tried and converged == tried else 1


if __name__ == "__main__":
    sys.exit(main())
