# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit of a fleet: every planted fault by its code, in one run that writes nothing and stops at nothing."""

from __future__ import annotations

import json

from tests.emulator.past import Past
from tests.integration.playbook import Fleet, Run, Variables

AUDIT = "finops_for_cloud.aws.audit"
USER = "FinOpsForCloudUser"
DISCOVERY = "FinOpsForCloudResourceDiscovery"
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
NOTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
}


def codes(run: Run) -> dict[str, set[str]]:
    """By host, the codes of what was found."""
    return {host: {finding["code"] for finding in row["findings"]} for host, row in run.recap().items()}


def policy_arn(account: Variables, name: str = DISCOVERY) -> str:
    return f"arn:aws:iam::{account['finops_account_id']}:policy/{name}"


def break_report(fleet: Fleet, account: Variables) -> set[str]:
    bucket = f"billing-export-{account['finops_account_id']}"
    s3 = fleet.client("s3", account)
    exports = fleet.client("bcm-data-exports", account)
    (listed,) = exports.list_exports()["Exports"]
    export = exports.get_export(ExportArn=listed["ExportArn"])["Export"]
    query = export["DataQuery"]["QueryStatement"]
    export["DataQuery"]["QueryStatement"] = query.replace("line_item_blended_cost, ", "")
    exports.update_export(ExportArn=listed["ExportArn"], Export=export)
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={**block, "RestrictPublicBuckets": False})
    ownership = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=ownership)
    s3.delete_bucket_policy(Bucket=bucket)
    arn = policy_arn(account, "FinOpsForCloudBillingImport")
    fleet.client("iam", account).create_policy_version(
        PolicyArn=arn, PolicyDocument=json.dumps(NOTHING), SetAsDefault=True
    )
    fleet.set_source(account, last_import_at=1, last_import_attempt_at=2, last_import_attempt_error="AccessDenied")
    return {
        "SOURCE_IMPORT_FAILED",
        "CUR_DIFFERS",
        "BUCKET_PUBLIC",
        "BUCKET_OWNERSHIP",
        "BUCKET_STATEMENT",
        "POLICY_DOCUMENT",
    }


def break_user(fleet: Fleet, account: Variables) -> set[str]:
    iam = fleet.client("iam", account)
    iam.create_login_profile(UserName=USER, Password="a-Password-of-2026")
    iam.put_user_policy(UserName=USER, PolicyName="extra", PolicyDocument=json.dumps(NOTHING))
    iam.attach_user_policy(UserName=USER, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.create_group(GroupName="operators")
    iam.put_group_policy(GroupName="operators", PolicyName="some", PolicyDocument=json.dumps(NOTHING))
    iam.add_user_to_group(UserName=USER, GroupName="operators")
    (key,) = iam.list_access_keys(UserName=USER)["AccessKeyMetadata"]
    iam.update_access_key(UserName=USER, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    iam.create_access_key(UserName=USER)
    return {
        "USER_CONSOLE_ACCESS",
        "USER_INLINE_POLICY",
        "USER_POLICY_FOREIGN",
        "USER_GROUP",
        "KEY_NO_ROOM",
        "KEY_FOREIGN",
    }


def make_administrator(fleet: Fleet, account: Variables) -> set[str]:
    iam = fleet.client("iam", account)
    iam.put_user_policy(UserName=USER, PolicyName="all", PolicyDocument=json.dumps(ANYTHING))
    iam.detach_user_policy(UserName=USER, PolicyArn=policy_arn(account))
    return {"USER_ADMINISTRATOR", "USER_POLICY_MISSING"}


def empty_account(fleet: Fleet, account: Variables) -> set[str]:
    iam = fleet.client("iam", account)
    iam.detach_user_policy(UserName=USER, PolicyArn=policy_arn(account))
    iam.delete_policy(PolicyArn=policy_arn(account))
    exports = fleet.client("bcm-data-exports", account)
    (listed,) = exports.list_exports()["Exports"]
    exports.delete_export(ExportArn=listed["ExportArn"])
    fleet.remove_source(account)
    return {"POLICY_MISSING", "CUR_MISSING", "SOURCE_MISSING"}


def put_source_to_sleep(fleet: Fleet, account: Variables) -> set[str]:
    fleet.set_source(account, auto_import=False, process_recommendations=False)
    name = f"billing-{account['finops_account_id']}"
    fleet.emulator.set_export_health(account["finops_account_id"], name, "BILL_OWNER_CHANGED")
    return {"SOURCE_IMPORT_OFF", "SOURCE_RECOMMENDATIONS_OFF", "CUR_UNHEALTHY"}


def test_every_planted_fault_is_named_in_one_run_that_writes_nothing(fleet: Fleet) -> None:
    groups, past = fleet.everything(), Past(fleet.emulator)
    past.begin(variables["finops_account_id"] for hosts in groups.values() for variables in hosts.values())
    assert fleet.run(groups).code == 0
    past.go_by()
    healthy = fleet.run(groups, playbook=AUDIT)
    assert healthy.code == 0, healthy.output
    assert set().union(*codes(healthy).values()) == set()
    assert healthy.writes == []

    members, standalone = groups["member"], groups["standalone"]
    planted = {
        "payer": break_report(fleet, groups["management"]["payer"]),
        "member-0": break_user(fleet, members["member-0"]),
        "member-1": make_administrator(fleet, members["member-1"]),
        "acquired": empty_account(fleet, standalone["acquired"]),
        "laboratory": put_source_to_sleep(fleet, standalone["laboratory"]),
        "member-2": {"ACCOUNT_NO_LOGIN"},
        "stray": {"OPTION_INVALID"},
    }
    members["member-2"]["finops_assume_role_arn"] += "Gone"
    members["stray"] = {**fleet.member(0), "finops_account_id": "111122223333", "finops_user_name": "no/slash"}
    assert sum(len(found) for found in planted.values()) >= 20

    run = fleet.run(groups, playbook=AUDIT)
    found = codes(run)
    missing = {host: wanted - found[host] for host, wanted in planted.items() if not wanted <= found[host]}
    assert missing == {}, run.output
    assert run.writes == []
    assert {row["state"] for row in run.recap().values()} == {"found"}
