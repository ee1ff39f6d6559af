# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From nothing to connected data sources, and again without a change; through both shells."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.columns import COLUMNS
from tests.integration.playbook import ROTATE, SHELLS, Fleet, Run, Variables

BUDGET = {"management": 12, "standalone": 12, "member": 8}


@pytest.fixture(params=SHELLS.values(), ids=list(SHELLS))
def runs(request: pytest.FixtureRequest, fleet: Fleet) -> tuple[Fleet, Run, Run]:
    """The fleet and two runs over it."""
    first, second = (fleet.run(fleet.everything(), finops_in_process=request.param) for dummy in range(2))
    assert first.code == 0, first.output
    assert second.code == 0, second.output
    return fleet, first, second


@pytest.mark.core
def test_the_fleet_is_connected_as_documented_and_a_second_run_changes_nothing(
    runs: tuple[Fleet, Run, Run], capsys: pytest.CaptureFixture[str]
) -> None:
    fleet, first, second = runs
    groups = fleet.everything()
    assert set(fleet.sources()) == {host["finops_account_id"] for hosts in groups.values() for host in hosts.values()}
    for group, hosts in groups.items():
        for account in hosts.values():
            _check_user(fleet, account, with_report=group != "member")
            _check_data_source(fleet, account, with_report=group != "member")
            if group != "member":
                _check_report(fleet, account)

    assert second.changed == []
    assert second.writes == []
    assert {row["state"] for row in second.recap().values()} == {"right"}
    assert {row["state"] for row in first.recap().values()} == {"changed"}
    _check_budget(fleet, second, capsys)


def _check_report(fleet: Fleet, account: Variables) -> None:
    account_id = account["finops_account_id"]
    bucket = f"billing-export-{account_id}"
    s3 = fleet.client("s3", account)
    assert s3.head_bucket(Bucket=bucket)["BucketRegion"] == "us-east-1"
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert rule["ObjectOwnership"] == "BucketOwnerEnforced"
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": ["bcm-data-exports.amazonaws.com"]}
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": account_id}

    exports = fleet.client("bcm-data-exports", account)
    (listed,) = exports.list_exports()["Exports"]
    assert listed["ExportName"] == f"billing-{account_id}"
    assert listed["ExportStatus"]["StatusCode"] == "HEALTHY"
    export = exports.get_export(ExportArn=listed["ExportArn"])["Export"]
    table = export["DataQuery"]["TableConfigurations"]["COST_AND_USAGE_REPORT"]
    assert table["TIME_GRANULARITY"] == "HOURLY"
    assert table["INCLUDE_RESOURCES"] == "TRUE"
    assert table["INCLUDE_SPLIT_COST_ALLOCATION_DATA"] == "FALSE"
    assert export["DataQuery"]["QueryStatement"] == f"SELECT {', '.join(COLUMNS)} FROM COST_AND_USAGE_REPORT"
    destination = export["DestinationConfigurations"]["S3Destination"]
    assert (destination["S3Bucket"], destination["S3Prefix"], destination["S3Region"]) == (
        bucket,
        "reports",
        "us-east-1",
    )
    assert destination["S3OutputConfigurations"] == {
        "OutputType": "CUSTOM",
        "Format": "PARQUET",
        "Compression": "PARQUET",
        "Overwrite": "OVERWRITE_REPORT",
    }


def _check_user(fleet: Fleet, account: Variables, with_report: bool) -> None:
    iam = fleet.client("iam", account)
    attached = iam.list_attached_user_policies(UserName="FinOpsForCloudUser")["AttachedPolicies"]
    names = {"FinOpsForCloudResourceDiscovery"} | ({"FinOpsForCloudBillingImport"} if with_report else set())
    assert {policy["PolicyName"] for policy in attached} == names
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_login_profile(UserName="FinOpsForCloudUser")
    (key,) = iam.list_access_keys(UserName="FinOpsForCloudUser")["AccessKeyMetadata"]
    assert key["Status"] == "Active"
    assert fleet.sources()[account["finops_account_id"]]["config"]["access_key_id"] == key["AccessKeyId"]


def _check_data_source(fleet: Fleet, account: Variables, with_report: bool) -> None:
    source = fleet.sources()[account["finops_account_id"]]
    # A member begins asleep, which queues no import, and is awake at the end.
    assert source["auto_import"] and source["import_scheduled"] == with_report
    config = source["config"]
    if not with_report:
        assert config["linked"] is True
        assert "bucket_name" not in config
        return
    assert not config.get("linked")
    expected = {
        "config_scheme": "bucket_only",
        "cur_version": 2,
        "report_name": f"billing-{account['finops_account_id']}",
        "bucket_name": f"billing-export-{account['finops_account_id']}",
        "bucket_prefix": "reports",
    }
    assert {key: config.get(key) for key in expected} == expected


def _check_budget(fleet: Fleet, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """An AssumeRole is logged in the account of its caller, so it is counted for the account of its session's role."""
    aws = Counter(call["account"] for call in run.calls if call["service"] not in ("platform", "sts"))
    platform = Counter(call["operation"] for call in run.calls if call["service"] == "platform")
    logins = sum(call["service"] == "sts" for call in run.calls)
    accounts = {
        (group, host): aws[account["finops_account_id"]] + 1
        for group, hosts in fleet.everything().items()
        for host, account in hosts.items()
    }
    with capsys.disabled():
        print("\n  calls of a run that changes nothing, one login each included:")
        for (group, host), count in accounts.items():
            print(f"    {host} ({group}): {count} AWS calls, at most {BUDGET[group]}")
        print(f"    platform, for the whole fleet: {dict(platform)}")
    assert logins == len(accounts)
    assert all(count <= BUDGET[group] for (group, host), count in accounts.items())
    assert platform == {"ListCloudAccounts": 1, "GetOrganization": 1}


def test_both_shells_give_the_same_results(fleet: Fleet) -> None:
    groups = {"standalone": {"laboratory": fleet.standalone()}}
    action, again = (fleet.run(groups, "--check", "--diff", finops_in_process=shell) for shell in (True, False))
    assert _comparable(action) == _comparable(again)
    fleet.run(groups)
    action, again = (fleet.run(groups, finops_in_process=shell) for shell in (True, False))
    assert _comparable(action) == _comparable(again)


def _comparable(run: Run) -> list[dict[str, object]]:
    """Results without what Ansible itself adds, and without the session, which is sealed anew in each run."""
    own = ("invocation", "ansible_facts", "session", "warnings", "_ansible_no_log")
    return [
        {**line, "result": {key: value for key, value in line["result"].items() if key not in own}}
        for line in run.results
    ]


def test_without_a_platform_all_but_the_key_is_done_and_the_recap_says_so(fleet: Fleet) -> None:
    run = fleet.run({"standalone": {"laboratory": fleet.standalone()}}, finops_platform_url=None)
    assert run.code == 0, run.output
    assert "iam:CreateAccessKey" not in run.writes
    assert "bcm-data-exports:CreateExport" in run.writes
    assert "finops_platform_url is not set" in run.output
    assert run.recap()["laboratory"]["left_out"] is not None


def test_a_platform_login_with_email_and_password_works_like_a_token(fleet: Fleet) -> None:
    platform = fleet.emulator.platform
    run = fleet.run(
        {"member": {"shop": fleet.member()}},
        finops_platform_token=None,
        finops_platform_email=platform.email,
        finops_platform_password=platform.password,
    )
    assert run.code == 0, run.output
    assert set(fleet.sources()) == {fleet.member()["finops_account_id"]}


def test_tags_are_set_everywhere_and_a_second_run_changes_nothing(fleet: Fleet) -> None:
    groups = {"standalone": {"laboratory": fleet.standalone(finops_tags={"owner": "finops"})}}
    first, second = fleet.run(groups), fleet.run(groups)
    assert (first.code, second.code) == (0, 0), first.output + second.output
    assert second.changed == []
    iam = fleet.client("iam", fleet.standalone())
    assert iam.get_user(UserName="FinOpsForCloudUser")["User"]["Tags"][0] == {"Key": "owner", "Value": "finops"}
    bucket = f"billing-export-{fleet.emulator.standalone_account_id}"
    tags = fleet.client("s3", fleet.standalone()).get_bucket_tagging(Bucket=bucket)["TagSet"]
    assert tags == [{"Key": "owner", "Value": "finops"}]


def test_names_and_places_of_ones_own(fleet: Fleet) -> None:
    own = {
        "finops_cur_name": "costs",
        "finops_cur_bucket": "our-own-costs",
        "finops_cur_bucket_region": "eu-west-1",
        "finops_cur_prefix": "aws",
        "finops_user_name": "finops-reader",
        "finops_data_source_name": "Laboratory",
    }
    groups = {"standalone": {"laboratory": fleet.standalone(**own)}}
    first, second = fleet.run(groups), fleet.run(groups)
    assert (first.code, second.code) == (0, 0), first.output + second.output
    assert second.changed == []
    source = fleet.sources()[fleet.emulator.standalone_account_id]
    assert source["name"] == "Laboratory"
    assert (source["config"]["bucket_name"], source["config"]["region_name"]) == ("our-own-costs", "eu-west-1")


@pytest.mark.parametrize(("strategy", "forks"), [("free", "8"), ("linear", "1")])
def test_any_strategy_and_any_forks_lead_to_the_same(fleet: Fleet, strategy: str, forks: str) -> None:
    environment = {"ANSIBLE_STRATEGY": strategy}
    first, second = (fleet.run(fleet.everything(), "--forks", forks, environment=environment) for dummy in range(2))
    assert (first.code, second.code) == (0, 0), first.output + second.output
    assert {row["state"] for row in first.recap().values()} == {"changed"}
    assert len(fleet.sources()) == len(first.recap()) == 6
    assert second.writes == []
    rotation = fleet.run(
        fleet.everything(),
        "--forks",
        forks,
        playbook=ROTATE,
        environment=environment,
        finops_rotate_now=True,
        finops_key_drain_seconds=0,
    )
    assert rotation.code == 0, rotation.output
    for groups in fleet.everything().values():
        for account in groups.values():
            keys = fleet.client("iam", account).list_access_keys(UserName="FinOpsForCloudUser")["AccessKeyMetadata"]
            assert sorted(key["Status"] for key in keys) == ["Active", "Inactive"]


def test_the_end_of_a_run_tells_whose_costs_flow(fleet: Fleet) -> None:
    groups = fleet.everything()
    first = fleet.run(groups)
    assert "6 connected: 6 pending their first delivery" in first.output
    imported = {"last_import_at": 4_000_000_000, "last_import_attempt_at": 4_000_000_000}
    fleet.set_source(groups["management"]["payer"], **imported)
    failed = {"last_import_attempt_at": 4_000_000_000, "last_import_attempt_error": "AccessDenied"}
    fleet.set_source(groups["standalone"]["laboratory"], **failed)
    second = fleet.run(groups)
    assert "6 connected: 4 proven, 1 pending their first delivery, 1 whose import fails" in second.output
    assert " connected: " not in fleet.run(groups, "--check").output
