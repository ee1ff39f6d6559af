# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a legacy report to CUR 2.0, run by run: the data source reads what can be read, and nothing of others is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration import legacy
from tests.integration.playbook import ONBOARD, Fleet, Run
from tests.integration.test_existing import change_export

HOST = "laboratory"
USER = "FinOpsForCloudUser"


def migrate(fleet: Fleet, *arguments: str, **variables: Any) -> Run:
    account = fleet.standalone(**variables)
    return fleet.run({"standalone": {HOST: account}}, *arguments, playbook=legacy.TO_CUR2, finops_key_drain_seconds=0)


def stage(run: Run) -> str:
    """The stage that the run's last step told of."""
    stages = [line["result"]["stage"] for line in run.results if line["result"].get("stage")]
    return str(stages[-1]["name"])


def found(run: Run) -> set[str]:
    return {finding["code"] for finding in run.recap()[HOST]["findings"]}


@pytest.fixture
def account(fleet: Fleet) -> str:
    """The standalone account, connected with a legacy report."""
    legacy.connect(fleet, fleet.standalone())
    return fleet.emulator.standalone_account_id


def test_from_a_legacy_report_to_an_export_stage_by_stage(fleet: Fleet, account: str) -> None:
    old = (legacy.report_of(account), legacy.bucket_of(account), legacy.PREFIX)
    new = (f"billing-{account}", f"billing-export-{account}", "reports")
    checked = migrate(fleet, "--check")
    assert (checked.code, checked.writes, stage(checked)) == (0, [], "legacy")
    first, again = migrate(fleet), migrate(fleet)
    assert (first.code, stage(first)) == (0, "beside"), first.output
    assert (again.writes, stage(again), found(again)) == ([], "beside", {"MIGRATION_UNDELIVERED"})
    assert legacy.reads(fleet, fleet.standalone()) == old

    fleet.emulator.deliver(account, new[0])
    changed = migrate(fleet)
    assert (changed.code, stage(changed)) == (0, "switched"), changed.output
    assert legacy.reads(fleet, fleet.standalone()) == new
    iam = fleet.client("iam", fleet.standalone())
    keys = [key["Status"] for key in iam.list_access_keys(UserName=USER)["AccessKeyMetadata"]]
    assert sorted(keys) == ["Active", "Inactive"]

    too_early = migrate(fleet, finops_delete_legacy_cur=True)
    assert (stage(too_early), "MIGRATION_UNPROVEN" in found(too_early)) == ("switched", True)
    quiet = migrate(fleet)
    assert (quiet.writes, stage(quiet), "MIGRATION_OLD_STAYS" in found(quiet)) == ([], "switched", True)

    fleet.emulator.clock.forward(hours=1)
    fleet.emulator.platform.imports.pass_hours(1)
    s3, cur = fleet.client("s3", fleet.standalone()), fleet.client("cur", fleet.standalone())
    before = s3.list_objects_v2(Bucket=old[1])["KeyCount"]
    ended = migrate(fleet, finops_delete_legacy_cur=True)
    assert (ended.code, ended.writes, stage(ended)) == (0, ["cur:DeleteReportDefinition"], "done"), ended.output
    assert cur.describe_report_definitions()["ReportDefinitions"] == []
    assert s3.list_objects_v2(Bucket=old[1])["KeyCount"] == before > 0
    assert (migrate(fleet).writes, fleet.run({"standalone": {HOST: fleet.standalone()}}).writes) == ([], [])


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"finops_cur_prefix": legacy.PREFIX, "finops_cur_bucket": "legacy-reports-{account}"}, "same prefix"),
        (
            {"finops_cur_prefix": "costs", "finops_cur_bucket": "legacy-reports-{account}"},
            "of another report or format",
        ),
    ],
)
def test_a_place_that_cannot_work_is_refused_before_the_first_write(
    fleet: Fleet, account: str, variables: dict[str, str], code: str
) -> None:
    stray = f"costs/billing-{account}/data/BILLING_PERIOD=2026-01/theirs.csv.gz"
    fleet.client("s3", fleet.standalone()).put_object(Bucket=legacy.bucket_of(account), Key=stray, Body=b"theirs")
    run = migrate(fleet, **{name: value.format(account=account) for name, value in variables.items()})
    reason = str(run.recap()[HOST]["failed"])
    assert (run.code, run.writes) == (2, [])
    assert code in reason and "finops_cur_prefix" in reason


def test_where_the_platform_refuses_all_stays_as_it_was(fleet: Fleet, account: str) -> None:
    before = fleet.sources()[account]["config"]
    assert migrate(fleet).code == 0
    bucket = f"billing-export-{account}"
    fleet.emulator.deliver(account, f"billing-{account}")
    s3 = fleet.client("s3", fleet.standalone())
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    principal = {"AWS": f"arn:aws:iam::{account}:user/{USER}"}
    denial = {
        "Effect": "Deny",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    denied = {**policy, "Statement": [*policy["Statement"], denial]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(denied))
    refused = migrate(fleet)
    assert (refused.code, fleet.sources()[account]["config"]) == (2, before), refused.output
    keys = fleet.client("iam", fleet.standalone()).list_access_keys(UserName=USER)["AccessKeyMetadata"]
    assert [(key["AccessKeyId"], key["Status"]) for key in keys] == [(before["access_key_id"], "Active")]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert stage(migrate(fleet)) == "switched"


def test_a_key_that_a_store_keeps_goes_over_with_the_new_report_and_none_is_made(fleet: Fleet) -> None:
    account = fleet.emulator.standalone_account_id
    kept = {"finops_secret_store": "ssm"}
    assert fleet.run({"standalone": {HOST: fleet.standalone(**kept)}}, playbook=ONBOARD).code == 0
    change_export(fleet, f"billing-export-{account}", table={"TIME_GRANULARITY": "DAILY"})
    fleet.emulator.deliver(account, f"billing-{account}")
    before = fleet.sources()[account]["config"]["access_key_id"]
    assert stage(migrate(fleet, **kept)) == "beside"
    fleet.emulator.deliver(account, f"billing-{account}-cur2")
    changed = migrate(fleet, **kept)
    assert (changed.code, stage(changed)) == (0, "switched"), changed.output
    assert "iam:CreateAccessKey" not in changed.writes
    config = fleet.sources()[account]["config"]
    assert (config["access_key_id"], config["report_name"]) == (before, f"billing-{account}-cur2")


def test_an_export_that_aws_cannot_change_is_replaced_beside_its_files(fleet: Fleet) -> None:
    account = fleet.emulator.standalone_account_id
    groups = {"standalone": {HOST: fleet.standalone()}}
    assert fleet.run(groups, playbook=ONBOARD).code == 0
    change_export(fleet, f"billing-export-{account}", table={"TIME_GRANULARITY": "DAILY"})
    fleet.emulator.deliver(account, f"billing-{account}")
    refused = fleet.run(groups, playbook=ONBOARD, finops_cur_allow_replace=True)
    assert (refused.code, refused.writes) == (2, [])
    assert "migrate_to_cur2" in str(refused.recap()[HOST]["failed"])
    assert stage(migrate(fleet)) == "beside"
    fleet.emulator.deliver(account, f"billing-{account}-cur2")
    run = migrate(fleet)
    assert (run.code, stage(run)) == (0, "switched"), run.output
    assert legacy.reads(fleet, fleet.standalone())[::2] == (f"billing-{account}-cur2", "reports-cur2")
    assert len(fleet.client("bcm-data-exports", fleet.standalone()).list_exports()["Exports"]) == 2
