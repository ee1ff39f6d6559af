# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there already: each thing ends right or in a clear error, and nothing of others is lost."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest

from tests.integration.playbook import ROTATE, Fleet, Run

BILLING_IMPORT = "FinOpsForCloudBillingImport"
HOST = "laboratory"


def onboard(fleet: Fleet, **variables: Any) -> Run:
    """A run over the standalone account alone."""
    return fleet.run({"standalone": {HOST: fleet.standalone(**variables)}})


def failure(run: Run) -> str:
    """What the recap says of the failed account."""
    assert run.code == 2, run.output
    assert run.output.count("FAILED") >= 2
    return str(run.recap()[HOST]["failed"])


@pytest.fixture
def bucket(fleet: Fleet) -> str:
    return f"billing-export-{fleet.emulator.standalone_account_id}"


def of_another_team(bucket: str, **changes: Any) -> dict[str, Any]:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        **changes,
    }


def test_a_bucket_with_statements_and_tags_of_another_team(fleet: Fleet, bucket: str) -> None:
    s3 = fleet.client("s3", fleet.standalone())
    s3.create_bucket(Bucket=bucket)
    theirs = {"Version": "2012-10-17", "Id": "Theirs", "Statement": [of_another_team(bucket)]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(theirs))
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "team", "Value": "data"}]})
    s3.put_object(Bucket=bucket, Key="theirs.csv", Body=b"theirs")
    run = onboard(fleet, finops_tags={"owner": "finops"})
    assert run.code == 0, run.output
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert policy["Id"] == "Theirs"
    assert policy["Statement"][0] == of_another_team(bucket)
    assert policy["Statement"][1]["Sid"] == "EnableAWSDataExportsToWriteToS3"
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]}
    assert tags == {"team": "data", "owner": "finops"}
    assert s3.get_object(Bucket=bucket, Key="theirs.csv")["Body"].read() == b"theirs"


def test_a_bucket_that_was_opened_is_closed_again(fleet: Fleet, bucket: str) -> None:
    onboard(fleet)
    s3 = fleet.client("s3", fleet.standalone())
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    )
    assert len(onboard(fleet).steps()[HOST]) == 2
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    assert onboard(fleet).changed == []


def test_a_bucket_of_another_account_is_a_clear_error(fleet: Fleet, bucket: str) -> None:
    fleet.client("s3", fleet.management()).create_bucket(Bucket=bucket)
    run = onboard(fleet)
    assert "finops_cur_bucket" in failure(run)
    assert fleet.emulator.standalone_account_id in failure(run)
    assert bucket in failure(run)
    assert run.writes == []


def test_a_bucket_in_another_region_is_a_clear_error_that_names_the_region(fleet: Fleet, bucket: str) -> None:
    fleet.client("s3", fleet.standalone(), "eu-west-1").create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    run = onboard(fleet)
    assert "finops_cur_bucket_region" in failure(run)
    assert "eu-west-1" in failure(run)
    assert run.writes == []
    assert onboard(fleet, finops_cur_bucket_region="eu-west-1").code == 0


def policy_with_versions(fleet: Fleet, documents: list[dict[str, Any]]) -> str:
    """The billing import policy, made and updated by hand; returns its ARN."""
    iam = fleet.client("iam", fleet.standalone())
    first, *others = [json.dumps(document) for document in documents]
    arn = str(iam.create_policy(PolicyName=BILLING_IMPORT, PolicyDocument=first)["Policy"]["Arn"])
    for document in others:
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    return arn


def document(action: str) -> dict[str, Any]:
    statement = {"Sid": "Theirs", "Effect": "Allow", "Action": [action], "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def versions(fleet: Fleet, arn: str) -> set[str]:
    listed = fleet.client("iam", fleet.standalone()).list_policy_versions(PolicyArn=arn)["Versions"]
    return {version["VersionId"] for version in listed}


def test_a_policy_with_other_content_gets_a_new_version_and_keeps_the_old(fleet: Fleet) -> None:
    arn = policy_with_versions(fleet, [document("s3:GetObject")])
    run = onboard(fleet)
    assert run.code == 0, run.output
    assert versions(fleet, arn) == {"v1", "v2"}


def test_five_versions_of_others_are_a_clear_error_and_all_stay(fleet: Fleet) -> None:
    arn = policy_with_versions(
        fleet, [document(f"s3:GetBucket{name}") for name in ("Acl", "Policy", "Logging", "Tagging", "Cors")]
    )
    run = onboard(fleet)
    assert BILLING_IMPORT in failure(run)
    assert "5 versions" in failure(run)
    assert "aws iam delete-policy-version" in failure(run)
    assert versions(fleet, arn) == {"v1", "v2", "v3", "v4", "v5"}
    assert "iam:DeletePolicyVersion" not in run.writes


def test_among_five_versions_only_one_of_ours_makes_room(fleet: Fleet) -> None:
    assert onboard(fleet, finops_policy_variant="least_privilege").code == 0
    arn = f"arn:aws:iam::{fleet.emulator.standalone_account_id}:policy/{BILLING_IMPORT}"
    iam = fleet.client("iam", fleet.standalone())
    for name in ("Acl", "Policy", "Logging", "Tagging"):
        iam.create_policy_version(
            PolicyArn=arn, PolicyDocument=json.dumps(document(f"s3:GetBucket{name}")), SetAsDefault=True
        )
    run = onboard(fleet)
    assert run.code == 0, run.output
    assert versions(fleet, arn) == {"v2", "v3", "v4", "v5", "v6"}
    assert f"Delete version v1 of the policy {BILLING_IMPORT}" in run.steps()[HOST]


def test_a_user_with_other_attachments_keeps_them_and_the_run_says_so(fleet: Fleet) -> None:
    iam = fleet.client("iam", fleet.standalone())
    iam.create_user(UserName="FinOpsForCloudUser", Tags=[{"Key": "team", "Value": "data"}])
    iam.create_login_profile(UserName="FinOpsForCloudUser", Password="Correct-Horse-7")
    theirs = iam.create_policy(PolicyName="Theirs", PolicyDocument=json.dumps(document("ec2:RunInstances")))["Policy"][
        "Arn"
    ]
    iam.attach_user_policy(UserName="FinOpsForCloudUser", PolicyArn=theirs)
    run = onboard(fleet)
    assert run.code == 0, run.output
    attached = iam.list_attached_user_policies(UserName="FinOpsForCloudUser")["AttachedPolicies"]
    assert {policy["PolicyName"] for policy in attached} == {
        "Theirs",
        BILLING_IMPORT,
        "FinOpsForCloudResourceDiscovery",
    }
    assert run.of(HOST, "user")["user"]["foreign_policies"] == ["Theirs"]
    assert "did not attach" in run.output and "Theirs" in run.output
    assert "Take console access from the user FinOpsForCloudUser" in run.steps()[HOST]
    assert {"Key": "team", "Value": "data"} in iam.get_user(UserName="FinOpsForCloudUser")["User"]["Tags"]


def test_a_former_standalone_account_that_is_now_a_member_loses_the_billing_policy_only(fleet: Fleet) -> None:
    account = fleet.member(3)
    assert fleet.run({"standalone": {"acquired": account}}, finops_platform_url=None).code == 0
    run = fleet.run({"member": {"acquired": account}}, finops_platform_url=None)
    assert run.steps()["acquired"] == [f"Detach {BILLING_IMPORT} from the user FinOpsForCloudUser"]


def change_export(fleet: Fleet, bucket: str, **changes: Any) -> str:
    """An export of the documented name with settings of its own, made by hand after a first run; returns its ARN."""
    exports = fleet.client("bcm-data-exports", fleet.standalone())
    (listed,) = exports.list_exports()["Exports"]
    export = exports.get_export(ExportArn=listed["ExportArn"])["Export"]
    table = export["DataQuery"]["TableConfigurations"]["COST_AND_USAGE_REPORT"]
    table.pop("BILLING_VIEW_ARN", None)
    table.update(changes.pop("table", {}))
    export["DestinationConfigurations"]["S3Destination"].update(changes)
    exports.delete_export(ExportArn=listed["ExportArn"])
    return str(exports.create_export(Export=export)["ExportArn"])


CSV = {
    "OutputType": "CUSTOM",
    "Format": "TEXT_OR_CSV",
    "Compression": "GZIP",
    "Overwrite": "OVERWRITE_REPORT",
}


def test_a_report_that_works_elsewhere_is_kept_there_and_only_an_option_that_moves_it_is_an_error(
    fleet: Fleet, bucket: str
) -> None:
    onboard(fleet, finops_platform_url=None)
    change_export(fleet, bucket, S3Prefix="elsewhere")
    account = fleet.emulator.standalone_account_id
    fleet.emulator.deliver(account, f"billing-{account}")
    run = onboard(fleet, finops_platform_url=None)
    assert run.changed == []
    cur = run.of(HOST, "cur")["cur"]
    assert (cur["bucket"], cur["prefix"], cur["delivered"]) == (bucket, "elsewhere", True)
    told = onboard(fleet, finops_cur_prefix="reports", finops_platform_url=None)
    assert "finops_cur_prefix" in failure(told) and "elsewhere" in failure(told)
    assert told.writes == []


def test_the_format_of_an_export_that_has_delivered_is_never_changed(fleet: Fleet, bucket: str) -> None:
    onboard(fleet)
    change_export(fleet, bucket, S3OutputConfigurations=CSV)
    account = fleet.emulator.standalone_account_id
    fleet.emulator.deliver(account, f"billing-{account}")
    for variables in ({}, {"finops_cur_allow_replace": True}):
        run = onboard(fleet, **variables)
        assert "Format=TEXT_OR_CSV" in failure(run)
        assert "finops_cur_name" in failure(run) and "finops_cur_prefix" in failure(run)
        assert run.writes == []


def test_a_statement_that_serves_legacy_reports_too_stays_and_gets_no_double(fleet: Fleet, bucket: str) -> None:
    account = fleet.emulator.standalone_account_id
    combined = {
        "Sid": "EnableAWSDataExportsToWriteToS3",
        "Effect": "Allow",
        "Principal": {"Service": ["billingreports.amazonaws.com", "bcm-data-exports.amazonaws.com"]},
        "Action": ["s3:PutObject", "s3:GetBucketPolicy"],
        "Resource": [f"arn:aws:s3:::{bucket}/*", f"arn:aws:s3:::{bucket}"],
        "Condition": {
            "StringLike": {
                "aws:SourceAccount": account,
                "aws:SourceArn": [
                    f"arn:aws:cur:us-east-1:{account}:definition/*",
                    f"arn:aws:bcm-data-exports:us-east-1:{account}:export/*",
                ],
            }
        },
    }
    s3 = fleet.client("s3", fleet.standalone())
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [combined]}))
    run = onboard(fleet)
    assert run.code == 0, run.output
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"] == [combined]


def test_a_bucket_policy_that_denies_the_delivery_is_named_at_once(fleet: Fleet, bucket: str) -> None:
    s3 = fleet.client("s3", fleet.standalone())
    s3.create_bucket(Bucket=bucket)
    denial = of_another_team(
        bucket, Action="s3:PutObject", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [denial]}))
    run = onboard(fleet)
    assert "TlsOnly" in failure(run)
    assert run.writes == []


def test_a_setting_that_aws_cannot_change_is_replaced_only_when_allowed(fleet: Fleet, bucket: str) -> None:
    onboard(fleet)
    arn = change_export(fleet, bucket, table={"TIME_GRANULARITY": "DAILY"})
    refused = onboard(fleet)
    assert "TIME_GRANULARITY=DAILY" in failure(refused)
    assert "finops_cur_allow_replace" in failure(refused)
    assert refused.writes == []
    exports = fleet.client("bcm-data-exports", fleet.standalone())
    assert [export["ExportArn"] for export in exports.list_exports()["Exports"]] == [arn]
    allowed = onboard(fleet, finops_cur_allow_replace=True)
    assert allowed.code == 0, allowed.output
    (export,) = exports.list_exports()["Exports"]
    assert export["ExportArn"] != arn
    assert onboard(fleet).changed == []


def test_keys_that_aws_adds_on_read_are_no_difference(fleet: Fleet) -> None:
    onboard(fleet)
    exports = fleet.client("bcm-data-exports", fleet.standalone())
    (listed,) = exports.list_exports()["Exports"]
    table = exports.get_export(ExportArn=listed["ExportArn"])["Export"]["DataQuery"]["TableConfigurations"]
    assert "BILLING_VIEW_ARN" in table["COST_AND_USAGE_REPORT"]
    assert onboard(fleet).changed == []


def test_a_data_source_under_another_name_is_adopted_and_only_renamed_when_asked(fleet: Fleet) -> None:
    assert onboard(fleet, finops_data_source_name="Named by hand").code == 0
    assert onboard(fleet).changed == []
    account = fleet.emulator.standalone_account_id
    assert fleet.sources()[account]["name"] == "Named by hand"
    run = onboard(fleet, finops_data_source_name="Laboratory")
    assert run.steps()[HOST] == ["Rename the data source Named by hand to Laboratory"]
    assert fleet.sources()[account]["name"] == "Laboratory"
    assert fleet.sources()[account]["config"]["report_name"] == f"billing-{account}"


def test_a_name_that_another_account_has_is_a_clear_error(fleet: Fleet) -> None:
    fleet.run({"member": {"shop": fleet.member(finops_data_source_name="Shop")}})
    run = onboard(fleet, finops_data_source_name="shop")
    assert "finops_data_source_name" in failure(run)
    assert fleet.emulator.member_account_ids[0] in failure(run)
    assert run.writes == []


def test_a_data_source_of_the_other_type_is_a_clear_error(fleet: Fleet) -> None:
    account = fleet.member(3)
    fleet.run({"member": {HOST: account}})
    run = fleet.run({"standalone": {HOST: account}})
    assert "linked" in failure(run)
    assert run.writes == []
    assert fleet.sources()[account["finops_account_id"]]["config"]["linked"] is True


def test_a_data_source_that_reads_another_report_gets_a_new_key_and_ours(fleet: Fleet) -> None:
    onboard(fleet)
    account = fleet.emulator.standalone_account_id
    before = fleet.sources()[account]
    run = onboard(fleet, finops_cur_prefix="costs")
    assert run.code == 0, run.output
    after = fleet.sources()[account]
    assert after["id"] == before["id"]
    assert after["config"]["bucket_prefix"] == "costs"
    assert onboard(fleet, finops_cur_prefix="costs").changed == []


def change_source(fleet: Fleet, account: str, **body: Any) -> None:
    """Change an account's data source on the platform by hand."""
    request = urllib.request.Request(
        f"{fleet.emulator.platform_url}/restapi/v2/cloud_accounts/{fleet.sources()[account]['id']}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {fleet.emulator.platform_token}", "Content-Type": "application/json"},
        method="PATCH",
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


def test_a_data_source_that_is_asleep_is_woken_without_a_new_key(fleet: Fleet) -> None:
    onboard(fleet)
    account = fleet.emulator.standalone_account_id
    key = fleet.sources()[account]["config"]["access_key_id"]
    change_source(fleet, account, auto_import=False, process_recommendations=False)
    run = onboard(fleet)
    assert run.steps()[HOST] == [
        f"Let the data source aws-{account} import costs again",
        f"Let the data source aws-{account} have recommendations again",
    ]
    assert fleet.sources()[account]["config"]["access_key_id"] == key
    assert onboard(fleet).changed == []


def test_a_rotation_keeps_the_report_that_the_data_source_reads(fleet: Fleet) -> None:
    onboard(fleet, finops_cur_prefix="costs")
    account = fleet.emulator.standalone_account_id
    before = fleet.sources()[account]["config"]
    run = fleet.run(
        {"standalone": {HOST: fleet.standalone()}}, playbook=ROTATE, finops_rotate_now=True, finops_key_drain_seconds=0
    )
    assert run.code == 0, run.output
    after = fleet.sources()[account]["config"]
    assert after["access_key_id"] != before["access_key_id"]
    assert after["bucket_prefix"] == "costs"
