# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that a run leaves in an account, in a form that two runs can be compared by: key ids and the like by their role."""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.exceptions import ClientError

from tests.integration.playbook import Fleet, Variables

USER, ROLE = "FinOpsForCloudUser", "FinOpsForCloudAccessRole"


def snapshot(fleet: Fleet, account: Variables, store: str = "platform") -> dict[str, Any]:
    """The bucket, exports, policies, user, keys, role, data source and stored secret of one account."""
    iam = fleet.client("iam", account)
    keys = {key["AccessKeyId"]: key["Status"] for key in _keys(iam)}
    source = fleet.sources().get(account["finops_account_id"])
    serving = source["config"].get("access_key_id") if source else None
    tags = {tag["Key"]: tag["Value"] for tag in _or_empty(iam.list_user_tags, UserName=USER).get("Tags", [])}
    return {
        "buckets": _buckets(fleet, account),
        "exports": _exports(fleet, account),
        "policies": _policies(iam),
        "attached": _attached(iam),
        "note": {key: keys.get(value, "gone") for key, value in tags.items()},
        "keys": sorted((status, key == serving) for key, status in keys.items()),
        "role": _role(iam),
        "source": source and _source(source),
        "source works": source and _source_works(fleet, source),
        "store": _stored(fleet, account, store, keys, serving),
    }


def _or_empty(call: Any, **parameters: Any) -> dict[str, Any]:
    try:
        return dict(call(**parameters))
    except ClientError:
        return {}


def _keys(iam: Any) -> list[dict[str, Any]]:
    return list(_or_empty(iam.list_access_keys, UserName=USER).get("AccessKeyMetadata", []))


def _buckets(fleet: Fleet, account: Variables) -> dict[str, Any]:
    s3 = fleet.client("s3", account)
    found = {}
    for bucket in s3.list_buckets()["Buckets"]:
        of_bucket = {"Bucket": bucket["Name"]}
        found[bucket["Name"]] = (
            json.loads(_or_empty(s3.get_bucket_policy, **of_bucket).get("Policy", "{}")),
            _or_empty(s3.get_public_access_block, **of_bucket).get("PublicAccessBlockConfiguration"),
            _or_empty(s3.get_bucket_ownership_controls, **of_bucket).get("OwnershipControls"),
            _or_empty(s3.get_bucket_encryption, **of_bucket).get("ServerSideEncryptionConfiguration"),
        )
    return found


def _exports(fleet: Fleet, account: Variables) -> list[dict[str, Any]]:
    exports = fleet.client("bcm-data-exports", account)
    listed = exports.list_exports()["Exports"]
    found = [exports.get_export(ExportArn=export["ExportArn"])["Export"] for export in listed]
    for export in found:
        export.pop("ExportArn", None)
    return sorted(found, key=lambda export: str(export["Name"]))


def _policies(iam: Any) -> dict[str, Any]:
    found = {}
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        versions = iam.list_policy_versions(PolicyArn=policy["Arn"])["Versions"]
        document = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])[
            "PolicyVersion"
        ]
        found[policy["PolicyName"]] = (len(versions), document["Document"])
    return found


def _attached(iam: Any) -> list[str]:
    attached = _or_empty(iam.list_attached_user_policies, UserName=USER).get("AttachedPolicies", [])
    return sorted(policy["PolicyName"] for policy in attached)


def _role(iam: Any) -> dict[str, Any] | None:
    role = _or_empty(iam.get_role, RoleName=ROLE).get("Role")
    if role is None:
        return None
    attached = _or_empty(iam.list_attached_role_policies, RoleName=ROLE).get("AttachedPolicies", [])
    return {"trusts": role["AssumeRolePolicyDocument"], "attached": sorted(policy["PolicyName"] for policy in attached)}


def _source(source: dict[str, Any]) -> dict[str, Any]:
    config = {key: value for key, value in source["config"].items() if key != "access_key_id"}
    return {
        "name": source["name"],
        "config": config,
        "awake": source["auto_import"],
        "import": source["import_scheduled"],
    }


def _source_works(fleet: Fleet, source: dict[str, Any]) -> bool:
    role = source["config"].get("assume_role_name")
    if not role:
        return _works(fleet, **fleet.credentials(source["id"]))
    platform = fleet.emulator.aws.fleet.platform
    sts = boto3.client(
        "sts",
        endpoint_url=fleet.emulator.aws_endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=platform.access_key_id,
        aws_secret_access_key=platform.secret_access_key,
    )
    arn = f"arn:aws:iam::{source['config']['assume_role_account_id']}:role/{role}"
    return bool(_or_empty(sts.assume_role, RoleArn=arn, RoleSessionName="snapshot"))


def _works(fleet: Fleet, access_key_id: str, secret_access_key: str) -> bool:
    sts = boto3.client(
        "sts",
        endpoint_url=fleet.emulator.aws_endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_access_key,
    )
    return bool(_or_empty(sts.get_caller_identity))


def stored(fleet: Fleet, account: Variables, store: str) -> dict[str, str] | None:
    """What a store keeps for an account."""
    account_id = account["finops_account_id"]
    if store == "secretsmanager":
        client = fleet.client("secretsmanager", account)
        text = _or_empty(client.get_secret_value, SecretId=f"finops-for-cloud/{account_id}").get("SecretString")
        return json.loads(text) if text else None
    if store == "ssm":
        name = f"/finops-for-cloud/{account_id}/access-key"
        answer = _or_empty(fleet.client("ssm", account).get_parameter, Name=name, WithDecryption=True)
        return json.loads(answer["Parameter"]["Value"]) if answer else None
    return fleet.vaulted(account_id) if store == "file" else None


def _stored(fleet: Fleet, account: Variables, store: str, keys: dict[str, str], serving: str | None) -> Any:
    value = stored(fleet, account, store)
    if value is None:
        return None
    works = _works(fleet, value["access_key_id"], value["secret_access_key"])
    return {"status": keys.get(value["access_key_id"]), "serves": value["access_key_id"] == serving, "works": works}
