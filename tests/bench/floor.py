# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
The floor: the calls of a re-run that changes nothing, by plain boto3 in one process, one session per account.

`python tests/bench/floor.py ACCOUNTS.json [--shared-models]`. It decides nothing and writes nothing; with
--shared-models the sessions share botocore's loader, so that service models are read once and not once per account.
"""

from __future__ import annotations

import contextlib
import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

import boto3
import botocore.loaders
import botocore.session

REGION = "us-east-1"
USER = "FinOpsForCloudUser"
POLICIES = ("FinOpsForCloudBillingImport", "FinOpsForCloudResourceDiscovery")


def main(arguments: list[str]) -> int:
    """Looks at the whole fleet, one account after the other."""
    fleet = json.loads(Path(arguments[0]).read_text())
    loader = botocore.loaders.create_loader() if "--shared-models" in arguments else None
    list_data_sources(fleet)
    for account in fleet["accounts"]:
        look_at(account, fleet["aws_endpoint_url"], loader)
    return 0


def list_data_sources(fleet: dict[str, Any]) -> Any:
    """The platform's one list."""
    url = f"{fleet['platform_url']}/restapi/v2/organizations/{fleet['platform_organization_id']}/cloud_accounts"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {fleet['platform_token']}"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def look_at(account: dict[str, str], endpoint_url: str, loader: Any) -> None:
    """One account's calls."""
    session = new_session(loader, account["access_key_id"], account["secret_access_key"])
    sts = session.client("sts", endpoint_url=endpoint_url)
    if account["role_arn"]:
        answer = sts.assume_role(RoleArn=account["role_arn"], RoleSessionName="floor")["Credentials"]
        session = new_session(loader, answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
    else:
        sts.get_caller_identity()
    if account["case"] != "member":
        look_at_report(session, account["account_id"], endpoint_url)
    look_at_identities(session, endpoint_url)


def new_session(loader: Any, key_id: str, secret: str, token: str | None = None) -> boto3.Session:
    """A session with these credentials."""
    core = None
    if loader is not None:
        core = botocore.session.Session()
        core.register_component("data_loader", loader)
    return boto3.Session(key_id, secret, token, region_name=REGION, botocore_session=core)


def look_at_report(session: boto3.Session, account_id: str, endpoint_url: str) -> None:
    """The export and its bucket."""
    exports = session.client("bcm-data-exports", endpoint_url=endpoint_url)
    for export in exports.list_exports()["Exports"]:
        if export["ExportName"] == f"billing-{account_id}":
            exports.get_export(ExportArn=export["ExportArn"])
    s3 = session.client("s3", endpoint_url=endpoint_url)
    bucket = f"billing-export-{account_id}"
    s3.get_bucket_policy(Bucket=bucket)
    s3.get_public_access_block(Bucket=bucket)
    s3.get_bucket_ownership_controls(Bucket=bucket)


def look_at_identities(session: boto3.Session, endpoint_url: str) -> None:
    """The policies, the user, its keys."""
    iam = session.client("iam", endpoint_url=endpoint_url)
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        if policy["PolicyName"] in POLICIES:
            iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
    iam.list_attached_user_policies(UserName=USER)
    with contextlib.suppress(iam.exceptions.NoSuchEntityException):
        iam.get_login_profile(UserName=USER)
    iam.list_access_keys(UserName=USER)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
