# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the platform's key may do: all that its policies promise, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.playbook import Fleet


def refused(call: Callable[..., Any], **parameters: Any) -> str:
    """The code with which AWS refuses a call."""
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return str(error.value.response["Error"]["Code"])


@pytest.mark.parametrize("variant", ["documented", "least_privilege"])
def test_the_finops_user_can_read_its_report_and_discover(fleet: Fleet, variant: str) -> None:
    account = fleet.standalone(finops_policy_variant=variant)
    run = fleet.run({"standalone": {"laboratory": account}})
    assert run.code == 0, run.output
    account_id = account["finops_account_id"]
    bucket = f"billing-export-{account_id}"
    fleet.emulator.deliver(account_id, f"billing-{account_id}")

    s3 = fleet.finops_client("s3", account)
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None
    keys = [
        found["Key"] for found in s3.list_objects_v2(Bucket=bucket, Prefix=f"reports/billing-{account_id}/")["Contents"]
    ]
    assert any(key.endswith(".snappy.parquet") for key in keys)
    for key in keys:
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    assert bucket in [found["Name"] for found in s3.list_buckets()["Buckets"]]
    assert fleet.finops_client("ec2", account).describe_instances()["Reservations"] == []
    assert fleet.finops_client("elbv2", account).describe_load_balancers()["LoadBalancers"] == []
    assert fleet.finops_client("iam", account).list_users()["Users"]

    assert refused(fleet.finops_client("iam", account).create_user, UserName="intruder") == "AccessDenied"
    assert refused(s3.delete_object, Bucket=bucket, Key=keys[0]) == "AccessDenied"


@pytest.mark.parametrize(("variant", "may_read"), [("documented", True), ("least_privilege", False)])
def test_only_the_documented_policies_let_it_read_other_buckets(fleet: Fleet, variant: str, may_read: bool) -> None:
    account = fleet.standalone(finops_policy_variant=variant)
    own = fleet.client("s3", account)
    own.create_bucket(Bucket="payroll-of-the-laboratory")
    own.put_object(Bucket="payroll-of-the-laboratory", Key="salaries.csv", Body=b"secret")
    assert fleet.run({"standalone": {"laboratory": account}}).code == 0
    s3 = fleet.finops_client("s3", account)
    if may_read:
        assert s3.get_object(Bucket="payroll-of-the-laboratory", Key="salaries.csv")["Body"].read() == b"secret"
        return
    assert refused(s3.get_object, Bucket="payroll-of-the-laboratory", Key="salaries.csv") == "AccessDenied"
    assert refused(s3.list_objects_v2, Bucket="payroll-of-the-laboratory") == "AccessDenied"
    bucket = f"billing-export-{account['finops_account_id']}"
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy="{}") == "AccessDenied"


def test_a_member_user_has_discovery_alone(fleet: Fleet) -> None:
    account = fleet.member(finops_policy_variant="least_privilege")
    assert fleet.run({"member": {"shop": account}}).code == 0
    assert fleet.finops_client("ec2", account).describe_instances()["Reservations"] == []
    fleet.client("s3", account).create_bucket(Bucket="objects-of-a-member")
    assert refused(fleet.finops_client("s3", account).list_objects_v2, Bucket="objects-of-a-member") == "AccessDenied"


def test_switching_the_variant_takes_the_excess_away(fleet: Fleet) -> None:
    fleet.run({"standalone": {"laboratory": fleet.standalone()}})
    narrow = {"standalone": {"laboratory": fleet.standalone(finops_policy_variant="least_privilege")}}
    run = fleet.run(narrow)
    assert run.steps()["laboratory"] == [
        "Update the policy FinOpsForCloudBillingImport by a new version",
        "Update the policy FinOpsForCloudResourceDiscovery by a new version",
    ]
    again = fleet.run(narrow)
    assert again.changed == []
    assert sum(call["service"] != "platform" for call in again.calls) <= 12
