# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An organization of sixty accounts, in which not all is well, is told as it is: the table below, and spend to the cent."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.emulator.aws.organization import set_state
from tests.emulator.fleet import Emulator
from tests.integration.organization import Organization
from tests.integration.test_preflight import bind
from tests.proof.healthy import AUDIT, Proven, chain_of

USER, DISCOVERY = "FinOpsForCloudUser", "FinOpsForCloudResourceDiscovery"


@dataclasses.dataclass(frozen=True)
class Kind:
    """How many accounts there are of it, in which unit, and what the report must say of each.

    state: None where the inventory has no host for it. codes: by link, of all that are not as they should be.
    reason: why its spend counts as ignored, None where it does not.
    """

    count: int
    unit: str
    state: str | None
    codes: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    reason: str | None = None


NOT_CONNECTED = {"source": ("SOURCE_MISSING",), "cost": ("COST_NO_SOURCE",)}
EXPECTED = {
    "right": Kind(34, "/Workloads/Production", "ok"),
    "drifted": Kind(4, "/Workloads/Test", "drift", {"configuration": ("USER_POLICY_MISSING",)}),
    "asleep": Kind(
        3, "/Workloads/Production", "drift", {"source": ("SOURCE_IMPORT_OFF",), "cost": ("COST_ASLEEP",)}, "asleep"
    ),
    "no role": Kind(3, "/Workloads", "failed", {"login": ("ACCOUNT_NO_LOGIN",), **NOT_CONNECTED}, "role_not_assumable"),
    "denied": Kind(
        2,
        "/Workloads/Test",
        "drift",
        {"configuration": ("READ_FAILED",), "credentials": ("READ_FAILED",), **NOT_CONNECTED},
        "denied_by_scp",
    ),
    # Made as standalone accounts: with a report of their own, so their cost arrives.
    "wrong type": Kind(
        2,
        "/Workloads/Production",
        "failed",
        {"source": ("SOURCE_TYPE_WRONG",), "configuration": ("USER_POLICY_EXCESS",)},
    ),
    "stalled": Kind(2, "/Workloads/Production", "failed", {"import": ("IMPORT_STALE",)}),
    "suspended": Kind(3, "/Workloads/Test", None, reason="suspended"),
    "closed": Kind(2, "/Workloads/Test", None, reason="suspended"),
    "forgotten": Kind(4, "/Sandbox", None, reason="never_onboarded"),
}


def test_every_cell_of_the_table_agrees(tmp_path: Path) -> None:
    assert 1 + sum(kind.count for kind in EXPECTED.values()) == 60
    with Emulator(members=1) as emulator:
        told = _Told(Organization(Proven(emulator, tmp_path)))
    wrong = {
        (kind, account): (expected, told.of(account))
        for kind, accounts in told.accounts.items()
        for account in accounts
        if (expected := _expected(EXPECTED[kind])) != told.of(account)
    }
    print(f"\n{told.table()}")
    assert wrong == {}
    assert told.spends == told.ignored
    assert round(Decimal(str(told.report["summary"]["ignored_spend"])), 2) == sum(told.ignored.values())
    assert told.report["summary"]["currency"] == "USD"
    assert told.writes == []


def _expected(kind: Kind) -> tuple[Any, ...]:
    return kind.state, {link: set(codes) for link, codes in kind.codes.items()}, kind.reason


class _Told:
    """The organization, brought to where the table has it, and what an audit of it reports."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._fleet: Proven = organization.fleet  # type: ignore[assignment]
        (member,) = self._fleet.emulator.member_account_ids
        self.accounts = {
            name: [
                organization.account(f"{name} {number}", kind.unit) for number in range(kind.count - (name == "right"))
            ]
            for name, kind in EXPECTED.items()
        }
        # The emulator begins with one member.
        self.accounts["right"].append(member)
        places = {"SourceParentId": organization.unit("/"), "DestinationParentId": organization.unit("/Workloads")}
        organization.api.move_account(AccountId=member, **places)
        self._live()
        self.report = self._audit()
        self.ignored = self._ignored()

    def _live(self) -> None:
        past, fleet = self._fleet.past, self._fleet
        everyone = [account for accounts in self.accounts.values() for account in accounts]
        past.begin([self._organization.management, *everyone])
        for account in self.accounts["no role"]:
            self._close_role(account)
        for account in self.accounts["denied"]:
            bind(self._organization, account, Action=["iam:*"])
        for account in (*self.accounts["suspended"], *self.accounts["closed"]):
            set_state(account, "SUSPENDED" if account in self.accounts["suspended"] else "CLOSED")
        self._organization.onboard(
            "--forks", "4", **self._options(self.accounts["stalled"] + self.accounts["wrong type"])
        )
        for account in self.accounts["asleep"]:
            fleet.set_source({"finops_account_id": account}, auto_import=False)
        past.go_by()
        for account in self.accounts["drifted"]:
            iam = fleet.client("iam", self._organization.reached(account) | {"finops_account_id": account})
            iam.detach_user_policy(UserName=USER, PolicyArn=f"arn:aws:iam::{account}:policy/{DISCOVERY}")
        for account in self.accounts["stalled"]:
            days_ago = int((past.now - datetime.timedelta(days=4)).timestamp())
            times = ("last_import_at", "last_import_modified_at", "last_import_attempt_at")
            fleet.set_source({"finops_account_id": account}, **dict.fromkeys(times, days_ago))

    def _close_role(self, account: str) -> None:
        """Let the role that others come in by trust its own account alone."""
        principal = {"AWS": f"arn:aws:iam::{account}:root"}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        iam = self._fleet.client("iam", self._organization.reached(account))
        iam.update_assume_role_policy(RoleName="OrganizationAccountAccessRole", PolicyDocument=document)

    def _options(self, standalone: list[str]) -> dict[str, Any]:
        return {"organizational_units": [self._organization.unit("/Workloads")], "standalone_accounts": standalone}

    def _audit(self) -> dict[str, Any]:
        organization, folder = self._organization, self._fleet.folder / "report"
        file = str(organization.file(**self._options(self.accounts["stalled"])))
        nothing = dict.fromkeys(("finops_aws_endpoint_url", "finops_aws_access_key", "finops_aws_secret_key"))
        run = self._fleet.run(
            {},
            "-i",
            file,
            playbook=AUDIT,
            environment=organization.environment,
            finops_report_dir=str(folder),
            **nothing,
        )
        assert run.code == 2, run.output
        self.writes = run.writes
        return dict(json.loads((folder / "report.json").read_text()))

    def of(self, account: str) -> tuple[Any, ...]:
        """What the report says of an account: its state, the codes of links that are not right, why it is not connected."""
        hosts = {entry["account_id"]: entry for entry in self.report["accounts"]}
        unconnected = {entry["account_id"]: entry["reason"] for entry in self.report["unconnected"]}
        links = chain_of(self.report, account) if account in hosts else {}
        codes = {name: set(link["codes"]) for name, link in links.items() if link["codes"]}
        return hosts[account]["state"] if account in hosts else None, codes, unconnected.get(account)

    @property
    def spends(self) -> dict[str, Decimal]:
        """By unconnected account, its spend as the report has it."""
        return {one["account_id"]: round(Decimal(str(one["spend"])), 2) for one in self.report["unconnected"]}

    def _ignored(self) -> dict[str, Decimal]:
        """By account whose spend the platform ignores, what it spent in the months that were delivered."""
        months, costs = self.report["summary"]["months"], self._fleet.emulator.costs
        until = self._fleet.past.now - datetime.timedelta(hours=6)
        return {
            account: sum((costs.total(account, month, until) for month in months), Decimal(0))
            for name, accounts in self.accounts.items()
            for account in accounts
            if EXPECTED[name].reason
        }

    def table(self) -> str:
        """A line for each kind: how many, what was told of how many of them, and their spend."""
        lines = []
        for name, accounts in self.accounts.items():
            states = Counter(str(self.of(account)[0]) for account in accounts)
            spend = sum(self.ignored.get(account, Decimal(0)) for account in accounts)
            lines.append(
                f"{len(accounts):>3}  {name:<12} {dict(states)!s:<20} {EXPECTED[name].reason or '':<20} {spend:>10,.2f}"
            )
        return "\n".join(lines)
