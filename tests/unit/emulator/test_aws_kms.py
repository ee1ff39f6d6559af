# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: KMS keys asked for reads, writes and deliveries."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.aws.testing import (
    Bench,
    allow,
    code,
    deny,
    export_definition,
    export_policy,
    key_policy,
    outcome,
    policy,
    unique,
)

SERVICE = {"Service": "bcm-data-exports.amazonaws.com"}
BOTH = ["kms:GenerateDataKey*", "kms:Decrypt"]
FAILED = ("ValidationException", 400, "S3 bucket permission validation failed")


@pytest.fixture
def s3(bench: Bench) -> Any:
    return bench.admin("s3")


@pytest.fixture
def key(bench: Bench) -> str:
    """The ARN of a customer key with the policy that KMS gives it."""
    return str(bench.admin("kms").create_key()["KeyMetadata"]["Arn"])


def encrypt_with(bench: Bench, bucket: str, key: str | None) -> None:
    rule = {"SSEAlgorithm": "aws:kms", **({"KMSMasterKeyID": key} if key else {})}
    bench.admin("s3").put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
    )


def encrypted_bucket(bench: Bench, key: str | None) -> str:
    bucket = bench.bucket(policy_text=export_policy(bench.account))
    encrypt_with(bench, bucket, key)
    return bucket


def test_reading_needs_the_key(bench: Bench, s3: Any, key: str) -> None:
    bucket = encrypted_bucket(bench, key)
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    name, who = bench.user(allow("s3:*"))
    failure = outcome(who("s3").get_object, Bucket=bucket, Key="k")
    assert failure[:2] == ("AccessDenied", 403)
    assert f"not authorized to perform: kms:Decrypt on resource: {key}" in failure[2]
    statements = policy(allow("s3:*"), allow("kms:Decrypt", key))
    bench.admin("iam").put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=statements)
    assert who("s3").get_object(Bucket=bucket, Key="k")["Body"].read() == b"content"


def test_head_needs_the_key_only_for_the_checksum(bench: Bench, s3: Any, key: str) -> None:
    bucket = encrypted_bucket(bench, key)
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    dummy, who = bench.user(allow("s3:*"))
    assert who("s3").head_object(Bucket=bucket, Key="k")["SSEKMSKeyId"] == key
    assert outcome(who("s3").head_object, Bucket=bucket, Key="k", ChecksumMode="ENABLED")[1] == 403


@pytest.mark.parametrize(
    ("identity", "of_the_key", "may"),
    [
        ((), ("USER",), True),
        ((), ("ROOT",), False),
        (("allow",), ("ROOT",), True),
        (("allow",), (), False),
        (("deny",), ("USER",), False),
    ],
)
def test_the_keys_policy_is_asked_first(
    bench: Bench, s3: Any, key: str, identity: tuple[str, ...], of_the_key: tuple[str, ...], may: bool
) -> None:
    bucket = encrypted_bucket(bench, key)
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    given = [allow("kms:Decrypt", key) if kind == "allow" else deny("kms:Decrypt", key) for kind in identity]
    name, who = bench.user(allow("s3:*"), *given)
    arns = {"USER": f"arn:aws:iam::{bench.account}:user/{name}", "ROOT": f"arn:aws:iam::{bench.account}:root"}
    admin = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{bench.account}:user/admin"})
    statements = [allow("kms:Decrypt", Principal={"AWS": arns[principal]}) for principal in of_the_key]
    bench.admin("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=policy(admin, *statements))
    if may:
        assert who("s3").get_object(Bucket=bucket, Key="k")
    else:
        assert code(who("s3").get_object, Bucket=bucket, Key="k") == "AccessDenied"


def test_other_accounts_need_the_key_too(bench: Bench, s3: Any, key: str) -> None:
    bucket = encrypted_bucket(bench, key)
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    other = {"AWS": f"arn:aws:iam::{bench.standalone}:root"}
    s3.put_bucket_policy(
        Bucket=bucket, Policy=policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal=other))
    )
    assert code(bench.standalone_admin("s3").get_object, Bucket=bucket, Key="k") == "AccessDenied"
    bench.admin("kms").put_key_policy(
        KeyId=key, PolicyName="default", Policy=key_policy(bench.account, allow("kms:Decrypt", Principal=other))
    )
    assert bench.standalone_admin("s3").get_object(Bucket=bucket, Key="k")


def test_the_managed_key_is_the_accounts_own(bench: Bench, s3: Any) -> None:
    bucket = encrypted_bucket(bench, None)
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    dummy, who = bench.user(allow("s3:*"))
    assert who("s3").get_object(Bucket=bucket, Key="k")
    other = {"AWS": f"arn:aws:iam::{bench.standalone}:root"}
    s3.put_bucket_policy(
        Bucket=bucket, Policy=policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal=other))
    )
    assert code(bench.standalone_admin("s3").get_object, Bucket=bucket, Key="k") == "AccessDenied"


def test_writing_and_copying_need_the_key(bench: Bench, s3: Any, key: str) -> None:
    bucket, plain = encrypted_bucket(bench, key), bench.bucket()
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    dummy, who = bench.user(allow("s3:*"))
    assert code(who("s3").put_object, Bucket=bucket, Key="new", Body=b"") == "AccessDenied"
    assert code(who("s3").create_multipart_upload, Bucket=bucket, Key="new") == "AccessDenied"
    source = {"Bucket": bucket, "Key": "k"}
    assert code(who("s3").copy_object, Bucket=plain, Key="copy", CopySource=source) == "AccessDenied"
    who("s3").put_object(Bucket=bucket, Key="new", Body=b"", ServerSideEncryption="AES256")


def test_calls_to_kms_are_allowed_key_by_key(bench: Bench, key: str) -> None:
    other = bench.admin("kms").create_key()["KeyMetadata"]["Arn"]
    dummy, who = bench.user(allow("kms:DescribeKey", key))
    for name in (key, key.rsplit("/", 1)[-1]):
        assert who("kms").describe_key(KeyId=name)["KeyMetadata"]["Arn"] == key
    assert code(who("kms").describe_key, KeyId=other) == "AccessDeniedException"


def test_keys_that_cannot_be_used(bench: Bench, s3: Any, key: str) -> None:
    bucket = encrypted_bucket(bench, key)
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    kms, key_id = bench.admin("kms"), key.rsplit("/", 1)[-1]
    kms.disable_key(KeyId=key_id)
    assert outcome(s3.get_object, Bucket=bucket, Key="k")[:2] == ("KMS.DisabledException", 400)
    kms.enable_key(KeyId=key_id)
    kms.schedule_key_deletion(KeyId=key_id)
    assert code(s3.get_object, Bucket=bucket, Key="k") == "KMS.KMSInvalidStateException"
    encrypt_with(bench, bucket, "alias/nobody")
    assert code(s3.put_object, Bucket=bucket, Key="k", Body=b"") == "KMS.NotFoundException"


def test_aliases_stand_for_their_key(bench: Bench, s3: Any, key: str) -> None:
    bench.admin("kms").create_alias(AliasName="alias/reports", TargetKeyId=key.rsplit("/", 1)[-1])
    bucket = encrypted_bucket(bench, "alias/reports")
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    dummy, who = bench.user(allow("s3:*"))
    assert code(who("s3").get_object, Bucket=bucket, Key="k") == "AccessDenied"


@pytest.mark.parametrize("rule", [{"SSEAlgorithm": "nonsense"}, {"SSEAlgorithm": "AES256", "KMSMasterKeyID": "k"}])
def test_bucket_encryption_must_make_sense(bench: Bench, s3: Any, rule: dict[str, str]) -> None:
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]}
    bucket = bench.bucket()
    assert outcome(s3.put_bucket_encryption, Bucket=bucket, ServerSideEncryptionConfiguration=rules)[1] == 400


@pytest.mark.parametrize("text", ["nonsense", "[]", policy(), policy(allow("kms:*"))])
def test_key_policies_must_be_policies(bench: Bench, key: str, text: str) -> None:
    kms = bench.admin("kms")
    assert code(kms.put_key_policy, KeyId=key, PolicyName="default", Policy=text) == "MalformedPolicyDocumentException"


@pytest.mark.parametrize(
    "statement",
    [
        None,
        allow("kms:GenerateDataKey*", Principal=SERVICE),
        allow("kms:Decrypt", Principal=SERVICE),
        allow(BOTH, Principal={"Service": "billingreports.amazonaws.com"}),
        allow(BOTH, Principal=SERVICE, Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}),
    ],
)
def test_an_export_needs_the_buckets_key(bench: Bench, key: str, statement: dict[str, Any] | None) -> None:
    more = [statement] if statement else []
    bench.admin("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=key_policy(bench.account, *more))
    definition = export_definition(encrypted_bucket(bench, key))
    assert outcome(bench.admin("bcm-data-exports").create_export, Export=definition) == FAILED


def test_exports_do_not_write_with_the_managed_key(bench: Bench) -> None:
    definition = export_definition(encrypted_bucket(bench, None))
    assert outcome(bench.admin("bcm-data-exports").create_export, Export=definition) == FAILED


def test_an_export_whose_key_closes_becomes_unhealthy(bench: Bench, key: str) -> None:
    kms, exports = bench.admin("kms"), bench.admin("bcm-data-exports")
    granted = key_policy(bench.account, allow(BOTH, Principal=SERVICE))
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=granted)
    bucket = encrypted_bucket(bench, key)
    definition = export_definition(bucket)
    arn = exports.create_export(Export=definition)["ExportArn"]
    made = bench.emulator.deliver(bench.account, definition["Name"])
    assert bench.admin("s3").head_object(Bucket=bucket, Key=made["data_key"])["SSEKMSKeyId"] == key
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=key_policy(bench.account))
    assert bench.emulator.deliver(bench.account, definition["Name"])["status"] == "DELIVERY_FAILURE"
    status = exports.get_export(ExportArn=arn)["ExportStatus"]
    assert (status["StatusCode"], status["StatusReason"]) == ("UNHEALTHY", "INSUFFICIENT_PERMISSION")
    newest = exports.list_executions(ExportArn=arn)["Executions"][0]["ExecutionStatus"]
    assert newest["StatusCode"] == "DELIVERY_FAILURE"
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=granted)
    bench.emulator.deliver(bench.account, definition["Name"])
    assert exports.get_export(ExportArn=arn)["ExportStatus"]["StatusCode"] == "HEALTHY"


def test_legacy_reports_need_the_buckets_key(bench: Bench, key: str) -> None:
    service = {"Service": "billingreports.amazonaws.com"}
    resources = ["arn:aws:s3:::BUCKET", "arn:aws:s3:::BUCKET/*"]
    bucket = bench.bucket(
        policy_text=policy(allow(["s3:GetBucketPolicy", "s3:PutObject"], resources, Principal=service))
    )
    encrypt_with(bench, bucket, key)
    report = {
        "ReportName": unique("report"), "TimeUnit": "DAILY", "Format": "Parquet", "Compression": "Parquet",
        "AdditionalSchemaElements": [], "S3Bucket": bucket, "S3Prefix": "legacy", "S3Region": "us-east-1",
    }  # fmt: skip
    cur = bench.admin("cur")
    assert code(cur.put_report_definition, ReportDefinition=report) == "ValidationException"
    bench.admin("kms").put_key_policy(
        KeyId=key, PolicyName="default", Policy=key_policy(bench.account, allow(BOTH, Principal=service))
    )
    cur.put_report_definition(ReportDefinition=report)
