# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode writes nothing and announces what the real run then does; diff mode shows every document."""

from __future__ import annotations

import json

from tests.integration.playbook import Fleet


def test_check_mode_announces_the_steps_of_the_real_run(fleet: Fleet) -> None:
    check = fleet.run(fleet.everything(), "--check")
    assert check.code == 0, check.output
    assert check.writes == []
    real = fleet.run(fleet.everything())
    assert real.code == 0, real.output
    assert check.steps() == real.steps()
    assert len(check.steps()) == 6
    assert "would change" in check.output


def test_check_mode_on_a_finished_fleet_announces_nothing(fleet: Fleet) -> None:
    groups = {"standalone": {"laboratory": fleet.standalone()}}
    fleet.run(groups)
    assert fleet.run(groups, "--check").steps() == {}


def test_check_mode_announces_repairs(fleet: Fleet) -> None:
    groups = {"standalone": {"laboratory": fleet.standalone()}}
    fleet.run(groups)
    iam, s3 = fleet.client("iam", fleet.standalone()), fleet.client("s3", fleet.standalone())
    iam.create_login_profile(UserName="FinOpsForCloudUser", Password="Correct-Horse-7")
    s3.delete_bucket_policy(Bucket=f"billing-export-{fleet.emulator.standalone_account_id}")
    key_id = fleet.sources()[fleet.emulator.standalone_account_id]["config"]["access_key_id"]
    iam.update_access_key(UserName="FinOpsForCloudUser", AccessKeyId=key_id, Status="Inactive")
    renamed = {"standalone": {"laboratory": fleet.standalone(finops_data_source_name="Laboratory")}}
    check = fleet.run(renamed, "--check")
    assert check.writes == []
    real = fleet.run(renamed)
    assert real.code == 0, real.output
    assert check.steps() == real.steps()
    assert len(real.steps()["laboratory"]) == 8
    assert fleet.run(renamed).changed == []


def test_diff_mode_shows_every_document_before_and_after(fleet: Fleet) -> None:
    account = fleet.standalone()
    bucket = f"billing-export-{account['finops_account_id']}"
    statement = {
        "Sid": "OfAnotherTeam",
        "Effect": "Allow",
        "Principal": {"AWS": account["finops_account_id"]},
        "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{bucket}",
    }
    s3 = fleet.client("s3", account)
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    run = fleet.run({"standalone": {"laboratory": account}}, "--check", "--diff")
    diffs = {
        diff["before_header"]: diff
        for line in run.results
        for diff in (line["diff"] or [])
        if isinstance(line["diff"], list)
    }
    assert set(diffs) == set(run.steps()["laboratory"])
    policy = diffs[f"Let the export service write to the bucket {bucket}"]
    assert [found["Sid"] for found in policy["before"]["Statement"]] == ["OfAnotherTeam"]
    assert [found["Sid"] for found in policy["after"]["Statement"]] == [
        "OfAnotherTeam",
        "EnableAWSDataExportsToWriteToS3",
    ]
    for title, key in (
        ("Create the policy FinOpsForCloudBillingImport", "Statement"),
        ("Create the policy FinOpsForCloudResourceDiscovery", "Statement"),
        (f"Create the export billing-{account['finops_account_id']}", "DataQuery"),
        (f"Create the data source aws-{account['finops_account_id']}", "config"),
    ):
        assert diffs[title]["before"] == ""
        assert key in diffs[title]["after"]
    assert "FinOpsforCloudGetResources" in run.output
