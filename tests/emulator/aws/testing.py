# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the embedded AWS share: an emulator, boto3 clients, and things to put into requests."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import boto3
import botocore.session
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

from tests.emulator.fleet import Emulator

TABLE = "COST_AND_USAGE_REPORT"
_numbers = itertools.count(1)
_loader = botocore.session.get_session().get_component("data_loader")  # shared: it reads each model only once


def unique(prefix: str) -> str:
    """A name no other test uses."""
    return f"{prefix}-{next(_numbers)}"


def outcome(call: Callable[..., Any], **parameters: Any) -> tuple[str, int, str]:
    """Error code, HTTP status and message of a call that must fail."""
    try:
        call(**parameters)
    except ClientError as error:
        answer = error.response
        return (
            answer["Error"]["Code"],
            answer["ResponseMetadata"]["HTTPStatusCode"],
            answer["Error"].get("Message", ""),
        )
    raise AssertionError("the call went through")


def code(call: Callable[..., Any], **parameters: Any) -> str:
    """The error code of a call that must fail."""
    return outcome(call, **parameters)[0]


def policy(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """An Allow statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A Deny statement."""
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def trust(principal: Any, action: Any = "sts:AssumeRole", **more: Any) -> str:
    """A trust policy of one statement."""
    return policy({"Effect": "Allow", "Principal": principal, "Action": action, **more})


class Who:
    """A pair of keys, with a session token or without, and the clients it signs for."""

    def __init__(self, endpoint: str, key: str, secret: str, token: str | None = None) -> None:
        self.endpoint, self.key, self.secret, self.token = endpoint, key, secret, token
        core = botocore.session.get_session()
        core.register_component("data_loader", _loader)
        self._session = boto3.Session(
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            region_name="us-east-1",
            botocore_session=core,
        )

    def __call__(self, service: str, region: str = "us-east-1", **options: Any) -> Any:
        """A client that does not retry."""
        config = Config(retries={"max_attempts": 0}, connect_timeout=10, read_timeout=30, **options)
        return self._session.client(service, region_name=region, endpoint_url=self.endpoint, config=config)


class Bench:
    """A running emulator and who is who in it."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.url = emulator.aws_endpoint_url
        self.account = emulator.management_account_id
        self.member = emulator.member_account_ids[0]
        self.standalone = emulator.standalone_account_id
        self.admin = Who(self.url, emulator.access_key_id, emulator.secret_access_key)
        self.standalone_admin = Who(self.url, emulator.standalone_access_key_id, emulator.standalone_secret_access_key)

    def assume(self, account: str, role: str = "OrganizationAccountAccessRole", **more: Any) -> Who:
        """A session of a role."""
        arn = f"arn:aws:iam::{account}:role/{role}"
        made = self.admin("sts").assume_role(RoleArn=arn, RoleSessionName="test", **more)["Credentials"]
        return Who(self.url, made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])

    def user(self, *statements: dict[str, Any]) -> tuple[str, Who]:
        """A new user of the management account with these statements as inline policy, and its key."""
        iam, name = self.admin("iam"), unique("user")
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=policy(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return name, Who(self.url, key["AccessKeyId"], key["SecretAccessKey"])

    def bucket(self, who: Who | None = None, policy_text: str | None = None) -> str:
        """A new bucket in us-east-1, by default of the management account."""
        s3, name = (who or self.admin)("s3"), unique("bucket")
        s3.create_bucket(Bucket=name)
        if policy_text is not None:
            s3.put_bucket_policy(Bucket=name, Policy=policy_text.replace("BUCKET", name))
        return name

    def export_bucket(self) -> str:
        """A bucket of the management account that Data Exports may write to."""
        return self.bucket(policy_text=export_policy(self.account))


def request(
    bench: Bench,
    service: str,
    region: str,
    method: str,
    path: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> AWSResponse:
    """The answer to a request that no SDK would send, signed by the management account's administrator."""
    made = AWSRequest(method, bench.url + path, data=body, headers=headers or {})
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(Credentials(bench.admin.key, bench.admin.secret), service, region).add_auth(made)
    return URLLib3Session().send(made.prepare())


def report_policy(account: str) -> str:
    """A bucket policy that lets the legacy reports in; BUCKET stands for the bucket's name."""
    condition = {
        "StringLike": {
            "aws:SourceAccount": account,
            "aws:SourceArn": f"arn:aws:cur:us-east-1:{account}:definition/*",
        }
    }
    service = {"Service": "billingreports.amazonaws.com"}
    resources = ["arn:aws:s3:::BUCKET", "arn:aws:s3:::BUCKET/*"]
    return policy(allow(["s3:GetBucketPolicy", "s3:PutObject"], resources, Principal=service, Condition=condition))


def report_definition(bucket: str, **changes: Any) -> dict[str, Any]:
    """A legacy report in CSV, which overwrites its files."""
    return {
        "ReportName": unique("report"),
        "TimeUnit": "HOURLY",
        "Format": "textORcsv",
        "Compression": "GZIP",
        "AdditionalSchemaElements": ["RESOURCES"],
        "S3Bucket": bucket,
        "S3Prefix": "legacy",
        "S3Region": "us-east-1",
        "ReportVersioning": "OVERWRITE_REPORT",
        **changes,
    }


def export_policy(account: str, **changes: Any) -> str:
    """The bucket policy that AWS documents for Data Exports; BUCKET stands for the bucket's name."""
    statement = {
        "Sid": "EnableAWSDataExportsToWriteToS3",
        "Effect": "Allow",
        "Principal": {"Service": ["bcm-data-exports.amazonaws.com"]},
        "Action": ["s3:PutObject"],
        "Resource": "arn:aws:s3:::BUCKET/*",
        "Condition": {
            "ArnLike": {"aws:SourceArn": f"arn:aws:bcm-data-exports:us-east-1:{account}:export/*"},
            "StringEquals": {"aws:SourceAccount": account},
        },
    }
    return policy({**statement, **changes})


def export_definition(bucket: str, **changes: Any) -> dict[str, Any]:
    """A good export; `query`, `properties`, `output` and `destination` change what is deeper inside."""
    properties = {"TIME_GRANULARITY": "HOURLY", "INCLUDE_RESOURCES": "TRUE", **changes.pop("properties", {})}
    output = {"OutputType": "CUSTOM", "Format": "PARQUET", "Compression": "PARQUET", "Overwrite": "OVERWRITE_REPORT"}
    destination = {
        "S3Bucket": bucket,
        "S3Prefix": "reports",
        "S3Region": "us-east-1",
        "S3OutputConfigurations": {**output, **changes.pop("output", {})},
        **changes.pop("destination", {}),
    }
    query = changes.pop("query", f"SELECT line_item_usage_account_id, line_item_resource_id, product FROM {TABLE}")
    return {
        "Name": unique("export"),
        "DataQuery": {"QueryStatement": query, "TableConfigurations": {TABLE: properties}},
        "DestinationConfigurations": {"S3Destination": destination},
        "RefreshCadence": {"Frequency": "SYNCHRONOUS"},
        **changes,
    }


def key_policy(account: str, *statements: dict[str, Any]) -> str:
    """The policy that KMS gives a new key, which hands everything to the account's own policies, and more statements."""
    return policy(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{account}:root"}), *statements)
