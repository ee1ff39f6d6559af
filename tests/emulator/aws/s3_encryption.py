# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encryption with KMS keys: who reads or writes an object needs its key, too."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote
from xml.etree import ElementTree

from moto.s3.models import FakeBucket

from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.errors import AwsError
from tests.emulator.aws.kms_keys import KeyReference, KeyRefused, check_caller
from tests.emulator.aws.s3_buckets import find_bucket
from tests.emulator.aws.state import AwsState

_WITH_KMS = ("aws:kms", "aws:kms:dsse")
_ALGORITHMS = ("AES256", *_WITH_KMS)


def default_key(bucket: FakeBucket) -> KeyReference | None:
    """The key that objects are encrypted with where nobody says otherwise; None with SSE-S3."""
    rule: dict[str, Any] = (bucket.encryption or {}).get("Rule", {}).get("ApplyServerSideEncryptionByDefault", {})
    return _reference(bucket, rule.get("SSEAlgorithm"), rule.get("KMSMasterKeyID"))


def _reference(bucket: FakeBucket, algorithm: str | None, name: str | None) -> KeyReference | None:
    if algorithm not in _WITH_KMS:
        return None
    return KeyReference(str(name or ""), bucket.account_id, bucket.region_name)


def _check(call: ApiCall, reference: KeyReference | None, *actions: str) -> None:
    """In S3's words."""
    if reference is None:
        return
    try:
        check_caller(call, reference, *actions)
    except KeyRefused as refused:
        if refused.kind == "denied":
            raise AwsError("AccessDenied", refused.message, 403) from refused
        raise AwsError(f"KMS.{refused.cause}", refused.message, 400) from refused


def check_read(call: ApiCall) -> None:
    """GetObject decrypts; HeadObject does only where it asks for the checksum (API reference, ChecksumMode)."""
    if call.operation == "HeadObject" and call.header("x-amz-checksum-mode") != "ENABLED":
        return
    version = call.query.get("versionId", [None])[0]
    _check_object(call, str(call.params["Bucket"]), str(call.params["Key"]), version)


def _check_object(call: ApiCall, bucket_name: str, key: str, version: str | None) -> None:
    bucket = find_bucket(bucket_name)
    versions: list[Any] = bucket.keys.getlist(key, []) if bucket is not None else []
    if version:
        versions = [stored for stored in versions if str(stored.version_id) == version]
    if bucket is not None and versions:
        stored = versions[-1]
        algorithm, name = getattr(stored, "encryption", None), getattr(stored, "kms_key_id", None)
        _check(call, _reference(bucket, algorithm, name), "kms:Decrypt")


def check_write(call: ApiCall, bucket: FakeBucket) -> None:
    """Writing needs a data key, a multipart upload decrypts it again, and a copy reads its source."""
    algorithm = call.header("x-amz-server-side-encryption")
    name = call.header("x-amz-server-side-encryption-aws-kms-key-id")
    if algorithm and algorithm not in _ALGORITHMS:
        raise AwsError(
            "InvalidEncryptionAlgorithmError", "The encryption request that you specified is not valid.", 400
        )
    reference = _reference(bucket, algorithm, name) if algorithm else default_key(bucket)
    multipart = call.operation == "CreateMultipartUpload"
    _check(call, reference, "kms:GenerateDataKey", *(["kms:Decrypt"] if multipart else []))
    if call.operation == "CopyObject":
        source, dummy, query = call.header("x-amz-copy-source").partition("?")
        source_bucket, dummy, key = unquote(source).lstrip("/").partition("/")
        _check_object(call, source_bucket, key, parse_qs(query).get("versionId", [None])[0])


def put_bucket_encryption(call: ApiCall, state: AwsState) -> Response | None:
    """The algorithm must be one; whether the key exists is not looked at before something is written with it."""
    try:
        fields = {
            node.tag.rsplit("}", 1)[-1]: (node.text or "").strip() for node in ElementTree.fromstring(call.body).iter()
        }
    except ElementTree.ParseError as problem:
        raise AwsError("MalformedXML", "The XML you provided was not well-formed.", 400) from problem
    if fields.get("SSEAlgorithm") not in _ALGORITHMS:
        raise AwsError(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
            400,
        )
    if fields["SSEAlgorithm"] == "AES256" and fields.get("KMSMasterKeyID"):
        text = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
        raise AwsError("InvalidArgument", text, 400)
    return None
