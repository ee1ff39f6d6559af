# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts as somebody connected them by hand years ago: a legacy report, the documented user with a key, a data source."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policies import policy_document
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.settings import POLICY_NAMES, USER_NAME
from tests.emulator.aws.testing import report_definition, report_policy
from tests.integration.playbook import Fleet, Variables

TO_CUR2 = "finops_for_cloud.aws.migrate_to_cur2"
PREFIX = "legacy"


def bucket_of(account_id: str) -> str:
    """The bucket that the legacy report delivers to."""
    return f"legacy-reports-{account_id}"


def report_of(account_id: str) -> str:
    """The legacy report's name."""
    return f"daily-{account_id}"


def connect(fleet: Fleet, account: Variables, **changes: Any) -> None:
    """Connect an account with a legacy report that has delivered once; `changes` as in `report_definition`."""
    account_id = str(account["finops_account_id"])
    bucket, name = changes.get("S3Bucket") or bucket_of(account_id), report_of(account_id)
    s3, cur = fleet.client("s3", account), fleet.client("cur", account)
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=report_policy(account_id).replace("BUCKET", bucket))
    definition = report_definition(bucket, ReportName=name, S3Prefix=PREFIX, **changes)
    cur.put_report_definition(ReportDefinition=definition)
    fleet.emulator.deliver_report(account_id, name)
    key = _key(fleet, account, bucket)
    config = {
        "access_key_id": key["AccessKeyId"],
        "secret_access_key": key["SecretAccessKey"],
        "config_scheme": "bucket_only",
        "cur_version": 1,
        "bucket_name": bucket,
        "bucket_prefix": definition["S3Prefix"],
        "report_name": name,
    }
    fleet.platform().create_cloud_account(name=f"aws-{account_id}", type="aws_cnr", config=config)


def _key(fleet: Fleet, account: Variables, bucket: str) -> dict[str, str]:
    iam = fleet.client("iam", account)
    iam.create_user(UserName=USER_NAME)
    for name in POLICY_NAMES:
        document = json.dumps(policy_document(name, "documented", "aws", bucket, PREFIX))
        arn = iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]
        iam.attach_user_policy(UserName=USER_NAME, PolicyArn=arn)
    return dict(iam.create_access_key(UserName=USER_NAME)["AccessKey"])


def reads(fleet: Fleet, account: Variables) -> tuple[str, str, str]:
    """Name, bucket and prefix of what the account's data source reads."""
    config = fleet.sources()[account["finops_account_id"]]["config"]
    return config["report_name"], config["bucket_name"], config["bucket_prefix"]
