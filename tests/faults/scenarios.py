# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios that are killed at every write: each case, login and store, and each move of an account."""

from __future__ import annotations

import dataclasses
import datetime
import shutil
from collections.abc import Iterator
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.history import TAG
from tests.faults.scenario import Scenario, ends_well
from tests.faults.snapshot import USER
from tests.integration import legacy
from tests.integration.playbook import MIGRATE, OFFBOARD, ONBOARD, ROTATE, Fleet, Run, Variables

PREPARE, CONNECT = "finops_for_cloud.aws.prepare", "finops_for_cloud.aws.connect"
AFTER_TRANSFER = "finops_for_cloud.aws.after_billing_transfer"
BACKFILL = "finops_for_cloud.aws.backfill"
STORES = ("secretsmanager", "ssm", "file")


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


class Half(Scenario):
    """One of the halves of an onboarding; the second begins with what the first has made."""

    def prepare(self, fleet: Fleet) -> None:
        fleet.emulator.reset()
        fleet.forget_files()
        if self.playbook == CONNECT:
            run = self.run(fleet, PREPARE)
            assert run.code == 0, run.output
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
        ends_well(fleet.run({"management": {"payer": fleet.management()}}))
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


class Transferred(Scenario):
    """A management account whose bill another account pays since now; what must end the same includes the import asked for."""

    def prepare(self, fleet: Fleet) -> None:
        emulator, root = fleet.emulator, fleet.emulator.management_account_id
        emulator.reset()
        ends_well(self.run(fleet, ONBOARD))
        emulator.deliver(root, f"billing-{root}")
        emulator.platform.imports.pass_hours(1)
        emulator.transfer_bill(root)
        emulator.faults.count_from_here()

    def snapshot(self, fleet: Fleet) -> dict[str, Any]:
        mark = fleet.sources()[fleet.emulator.management_account_id]["last_import_modified_at"]
        return {**super().snapshot(fleet), "mark": mark}


@dataclasses.dataclass(frozen=True)
class ToCur2(Scenario):
    """A migration to CUR 2.0 at one of its stages, of an account with a legacy report.

    delivered, switched: what was done before the run that is disturbed.
    """

    playbook: str = legacy.TO_CUR2
    delivered: bool = False
    switched: bool = False

    def prepare(self, fleet: Fleet) -> None:
        fleet.emulator.reset()
        fleet.forget_files()
        legacy.connect(fleet, self.account(fleet))
        if self.delivered:
            ends_well(self.run(fleet))
            fleet.emulator.deliver(self._account(fleet), f"billing-{self._account(fleet)}")
        if self.switched:
            ends_well(self.run(fleet))
            fleet.emulator.platform.imports.pass_hours(1)
        fleet.emulator.faults.count_from_here()

    def run(self, fleet: Fleet, playbook: str | None = None) -> Run:
        groups = {self.group: {"account": {**self.account(fleet), "finops_delete_legacy_cur": self.switched}}}
        return fleet.run(groups, playbook=playbook or self.playbook, finops_key_drain_seconds=0)

    def snapshot(self, fleet: Fleet) -> dict[str, Any]:
        """What it settles to: one more run narrows the policy once the old report is read no longer."""
        ends_well(self.run(fleet))
        reports = fleet.client("cur", self.account(fleet)).describe_report_definitions()["ReportDefinitions"]
        return {**super().snapshot(fleet), "legacy": [report["ReportName"] for report in reports]}

    def _account(self, fleet: Fleet) -> str:
        return str(self.account(fleet)["finops_account_id"])


@dataclasses.dataclass(frozen=True)
class Backfilling(Scenario):
    """An account whose bucket lacks three months: asked for, or, with `arrived`, there since an earlier run asked."""

    playbook: str = BACKFILL
    arrived: bool = False

    def more(self) -> Variables:
        now = datetime.datetime.now(datetime.timezone.utc)
        first = _months_before(now)[0]
        return {"finops_first_cost_month": first, "finops_backfill_tags": True, "finops_file_support_case": True}

    def prepare(self, fleet: Fleet) -> None:
        emulator, account = fleet.emulator, str(self.account(fleet)["finops_account_id"])
        emulator.reset()
        shutil.rmtree(fleet.common["finops_report_dir"], ignore_errors=True)
        now = emulator.clock.now()
        *lacking, last = _months_before(now)
        emulator.clock.move_to(datetime.datetime.fromisoformat(f"{last}-02T00:00:00+00:00"))
        ends_well(self.run(fleet, ONBOARD))
        begin = datetime.date.fromisoformat(f"{lacking[0]}-01")
        emulator.costs.generate([account], begin, (now - datetime.timedelta(days=2)).date())
        emulator.clock.move_to(now)
        emulator.aws.state.support_cases[account] = []
        self._deliver(fleet, last, f"{now:%Y-%m}")
        emulator.platform.imports.pass_hours(1)
        if self.arrived:
            ends_well(self.run(fleet))
            self._deliver(fleet, *lacking)
        emulator.faults.count_from_here()

    def snapshot(self, fleet: Fleet) -> dict[str, Any]:
        state, account = fleet.emulator.aws.state, str(self.account(fleet)["finops_account_id"])
        mark = datetime.datetime.fromtimestamp(
            fleet.sources()[account]["last_import_modified_at"], datetime.timezone.utc
        )
        asked = (len(state.support_cases[account]), len(state.tag_backfills.get(account, [])))
        return {**super().snapshot(fleet), "asked": asked, "mark": f"{mark:%Y-%m-%d}"}

    def _deliver(self, fleet: Fleet, *months: str) -> None:
        account = str(self.account(fleet)["finops_account_id"])
        for month in months:
            fleet.emulator.deliver(account, f"billing-{account}", month)


def _months_before(now: datetime.datetime) -> list[str]:
    """The four full months before this one, the oldest first."""
    number = now.year * 12 + now.month - 1
    return [f"{(number - back) // 12:04d}-{(number - back) % 12 + 1:02d}" for back in (4, 3, 2, 1)]


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
    yield Half("prepare", "standalone", Fleet.standalone, PREPARE)
    yield Half("connect", "standalone", Fleet.standalone, CONNECT)
    yield Scenario("migrate to a role", "standalone", Fleet.standalone, MIGRATE)
    yield LateMember("late member", "member", member)
    yield Scenario("rotate", "standalone", Fleet.standalone, ROTATE)
    yield Leaving("offboard management", "management", Fleet.management, OFFBOARD)
    yield Leaving("offboard standalone", "standalone", Fleet.standalone, OFFBOARD)
    for store in STORES:
        yield Leaving(f"offboard with {store}", "member", member, OFFBOARD, store=store)
        yield Scenario(f"onboard with {store}", "member", member, store=store)
        yield Scenario(f"rotate with {store}", "member", member, ROTATE, store=store)
    yield Transferred("after a billing transfer", "management", Fleet.management, AFTER_TRANSFER)
    yield Backfilling("backfill asked for", "standalone", Fleet.standalone)
    yield Backfilling("backfill arrived", "standalone", Fleet.standalone, arrived=True)
    yield ToCur2("to CUR 2.0 beside", "standalone", Fleet.standalone)
    yield ToCur2("to CUR 2.0 change over", "standalone", Fleet.standalone, delivered=True)
    yield ToCur2("to CUR 2.0 deletion", "standalone", Fleet.standalone, delivered=True, switched=True)
    yield Scenario("onboard without a platform", "member", member, store="ssm", with_platform=False)
    yield Scenario("rotate without a platform", "member", member, ROTATE, store="ssm", with_platform=False)
    yield Leaving("offboard without a platform", "member", member, OFFBOARD, store="ssm", with_platform=False)
