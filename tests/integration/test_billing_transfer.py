# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bill that goes to another account on the first of a month: found by the audit, mended by one playbook, the gap told."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from tests.emulator.aws.seed import TRUSTED_PRINCIPAL as PRINCIPAL
from tests.emulator.aws.seed import Credentials
from tests.emulator.aws.testing import Who
from tests.integration.playbook import Fleet, Run, Variables

AUDIT = "finops_for_cloud.aws.audit"
MEND = "finops_for_cloud.aws.after_billing_transfer"
ROLE = "FinOpsForCloudAccessRole"
DAY, HOUR = datetime.timedelta(days=1), datetime.timedelta(hours=1)


def payers(fleet: Fleet, count: int) -> dict[str, Variables]:
    """So many management accounts, each of an organization of its own."""
    found = {}
    for number in range(count):
        made: Credentials = fleet.emulator.aws.new_standalone_account()
        who = Who(fleet.emulator.aws_endpoint_url, made.access_key_id, made.secret_access_key)
        who("organizations").create_organization(FeatureSet="ALL")
        found[f"payer-{number:02d}"] = {
            "finops_account_id": made.account_id,
            "finops_aws_access_key": made.access_key_id,
            "finops_aws_secret_key": made.secret_access_key,
        }
    return found


def accounts(payers: dict[str, Variables]) -> list[str]:
    return [str(variables["finops_account_id"]) for variables in payers.values()]


def first_of_month(fleet: Fleet) -> datetime.datetime:
    """The first of this month, or on its first four days of the one before."""
    now = fleet.emulator.clock.now()
    return (now - 4 * DAY).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def codes(run: Run) -> dict[str, set[str]]:
    return {host: {finding["code"] for finding in row["findings"]} for host, row in run.recap().items()}


def gap(run: Run, host: str) -> dict[str, Any]:
    results = (line["result"] for line in run.results if line["host"] == host)
    return next(result["billing_gap"] for result in results if result.get("billing_gap"))


def stages(run: Run) -> dict[str, int]:
    return dict(Counter(row["stage"]["name"] for row in run.recap().values() if row["stage"]))


def use_role(fleet: Fleet, variables: Variables) -> None:
    """Let an account's data source work with an assumed role, as somebody at the platform would."""
    iam, account = fleet.client("iam", variables), variables["finops_account_id"]
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": PRINCIPAL}}
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    for name in ("BillingImport", "ResourceDiscovery"):
        arn = f"arn:aws:iam::{account}:policy/FinOpsForCloud{name}"
        iam.attach_role_policy(RoleName=ROLE, PolicyArn=arn)
    source = fleet.sources()[account]
    kept = {key: source["config"][key] for key in ("bucket_name", "bucket_prefix", "report_name", "cur_version")}
    config = {**kept, "config_scheme": "bucket_only", "assume_role_name": ROLE, "assume_role_account_id": account}
    fleet.platform().update_cloud_account(source["id"], config=config)


@pytest.mark.parametrize("count", [3, 20])
def test_all_accounts_are_found_under_one_code_and_mended_by_one_playbook(fleet: Fleet, count: int) -> None:
    emulator, first = fleet.emulator, first_of_month(fleet)
    emulator.clock.move_to(first - 20 * DAY)
    hosts = payers(fleet, count)
    groups = {"management": {"other": fleet.management(), **hosts}, "member": {"member": fleet.member(0)}}
    assert fleet.run(groups).code == 0
    emulator.costs.generate(accounts(hosts), (first - 20 * DAY).date(), (first + 10 * DAY).date())
    emulator.clock.move_to(first - 18 * HOUR)
    emulator.aws.refresh_all()
    emulator.platform.imports.pass_hours(1)
    for number, variables in enumerate(hosts.values()):
        if number % 2:
            use_role(fleet, variables)

    emulator.clock.move_to(first)
    for number, account in enumerate(accounts(hosts)):
        emulator.transfer_bill(account, gone=number % 3 == 2, shows_view=number % 2 == 0)
    emulator.clock.move_to(first + 60 * HOUR)

    audit = fleet.run(groups, playbook=AUDIT)
    found = codes(audit)
    assert {host for host in found if "BILLING_TRANSFERRED" in found[host]} == set(hosts), audit.output
    assert f"{first:%Y-%m-%d %H:%M} UTC" in audit.output
    assert audit.writes == []
    # Where somebody else switched to a role, the audit also looks at the key that is left.
    calls = Counter(call["account"] for call in audit.calls)
    assert max(calls[account] for account in accounts(hosts)[::2]) <= 18, calls

    before = {account: dict(source["config"]) for account, source in fleet.sources().items()}
    mended = fleet.run(groups, playbook=MEND, finops_key_drain_seconds=0)
    assert mended.code == 0, mended.output
    after = fleet.sources()
    assert not [one for one in mended.writes if "Delete" in one]
    for account in accounts(hosts):
        config = after[account]["config"]
        assert (config["report_name"], config["bucket_prefix"]) == (f"billing-{account}-2", "reports-2")
        assert config.get("assume_role_name") == before[account].get("assume_role_name")
    assert after[emulator.management_account_id]["config"] == before[emulator.management_account_id]
    assert stages(mended) == {"waiting": count}
    for host in hosts:
        told = gap(mended, host)
        assert (told["since"], told["hours"], told["lacking_hours"], told["costs"]) == (
            (first - 18 * HOUR).isoformat(),
            78.0,
            18.0,
            None,
        ), mended.output

    emulator.aws.refresh_all()
    emulator.platform.imports.pass_hours(1)
    again = fleet.run(groups, playbook=MEND, finops_key_drain_seconds=0)
    assert (again.code, again.writes, stages(again)) == (0, [], {"done": count}), again.output
    for host, variables in hosts.items():
        account = str(variables["finops_account_id"])
        month = f"{first:%Y-%m}"
        expected = emulator.costs.total(account, month, first + 60 * HOUR)
        assert Decimal(gap(again, host)["costs"]["USD"]) == expected
        assert emulator.platform.cost(account, month) == pytest.approx(float(expected))
    healthy = fleet.run(groups, playbook=AUDIT)
    assert not any("BILLING_TRANSFERRED" in found for found in codes(healthy).values())
