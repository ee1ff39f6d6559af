# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3: bucket names, defaults of new buckets, owners, regions and bucket policies as on AWS."""

from __future__ import annotations

import re
from typing import Any, cast
from xml.etree import ElementTree

from moto.s3.models import FakeBucket, PublicAccessBlock

from tests.emulator.aws import s3_acls, s3_encryption, s3_policies
from tests.emulator.aws.authorization import allowed
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.errors import AwsError
from tests.emulator.aws.operations import is_region, serialize
from tests.emulator.aws.s3_buckets import find_bucket
from tests.emulator.aws.state import After, AwsState, Before

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_IP_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_DEFAULT_ENCRYPTION = {
    "Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}
}


def valid_bucket_name(name: str) -> bool:
    """3 to 63 lower-case letters, digits, dots and hyphens; no address, no `..`, none of the reserved affixes."""
    return (
        _NAME.fullmatch(name) is not None
        and ".." not in name
        and not _IP_ADDRESS.fullmatch(name)
        and not name.startswith(_RESERVED_PREFIXES)
        and not name.endswith(_RESERVED_SUFFIXES)
    )


def _bucket(call: ApiCall) -> FakeBucket:
    bucket = find_bucket(str(call.params["Bucket"]))
    assert bucket is not None
    return bucket


def denied(message: str = "Access Denied") -> AwsError:
    """S3's refusal."""
    return AwsError("AccessDenied", message, 403)


def locate_bucket(call: ApiCall) -> None:
    """
    Before anything else S3 looks where the bucket is.

    A call signed for another region gets 301 with the right one in x-amz-bucket-region (GetBucketLocation may ask
    us-east-1 about every bucket); the call then goes on in the account that owns the bucket.
    """
    name = call.params.get("Bucket")
    bucket = find_bucket(str(name)) if name else None
    if bucket is None or call.operation == "CreateBucket":
        return
    if call.region != bucket.region_name and not (call.operation == "GetBucketLocation" and call.region == "us-east-1"):
        raise AwsError(
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint. "
            "Please send all future requests to this endpoint.",
            301,
            {"x-amz-bucket-region": bucket.region_name},
            {"Bucket": bucket.name, "Endpoint": f"{bucket.name}.s3.{bucket.region_name}.amazonaws.com"},
        )
    call.forward_account = bucket.account_id


def before_all(call: ApiCall) -> None:
    """Every operation on a bucket honours ExpectedBucketOwner, and needs the bucket to exist."""
    name = call.params.get("Bucket")
    if not name or call.operation == "CreateBucket":
        return
    bucket = find_bucket(str(name))
    if bucket is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
    expected = call.header("x-amz-expected-bucket-owner")
    if expected and expected != bucket.account_id:
        raise denied()
    source = call.header("x-amz-copy-source")
    source_bucket = find_bucket(source.lstrip("/").split("/", 1)[0]) if source else None
    expected_source = call.header("x-amz-source-expected-bucket-owner")
    if source_bucket is not None and expected_source and expected_source != source_bucket.account_id:
        raise denied()


def create_bucket(call: ApiCall, state: AwsState) -> Response | None:
    """Names have rules; whose bucket it already is decides the error (in us-east-1 the owner gets 200 again)."""
    name = str(call.params["Bucket"])
    if not valid_bucket_name(name):
        raise AwsError("InvalidBucketName", "The specified bucket is not valid.", 400)
    existing = find_bucket(name)
    if existing is not None and existing.account_id != call.account:
        raise AwsError(
            "BucketAlreadyExists",
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
            "Please select a different name and try again.",
            409,
        )
    if existing is not None and not (existing.region_name == "us-east-1" and call.region == "us-east-1"):
        raise AwsError(
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.",
            409,
        )
    if existing is not None:
        return Response(200, {"Location": f"/{name}"})
    _check_location(call)
    s3_acls.check_new_bucket(call)
    return None


def _check_location(call: ApiCall) -> None:
    """us-east-1 takes no LocationConstraint of its own, but any other; elsewhere it must be the endpoint's region."""
    constraint = None
    if call.body.strip():
        try:
            root = ElementTree.fromstring(call.body)
        except ElementTree.ParseError as problem:
            raise AwsError("MalformedXML", "The XML you provided was not well-formed.", 400) from problem
        constraint = next((node.text for node in root.iter() if node.tag.endswith("LocationConstraint")), None)
    if call.region == "us-east-1":
        if constraint is not None and constraint != "EU" and (constraint == "us-east-1" or not is_region(constraint)):
            raise AwsError("InvalidLocationConstraint", "The specified location-constraint is not valid", 400)
    elif constraint != call.region:
        raise AwsError(
            "IllegalLocationConstraintException",
            f"The {constraint or 'unspecified'} location constraint is incompatible for the region specific endpoint "
            "this request was sent to.",
            400,
        )


def after_create_bucket(call: ApiCall, state: AwsState, response: Response) -> Response:
    """Since April 2023: public access blocked, ACLs off (BucketOwnerEnforced), encrypted with SSE-S3."""
    bucket = _bucket(call)
    bucket.public_access_block = PublicAccessBlock(True, True, True, True)
    bucket.encryption = _DEFAULT_ENCRYPTION
    if not bucket.ownership_rule:
        bucket.ownership_rule = cast(Any, s3_acls.ENFORCED)  # moto keeps the bare name, whatever its type hint says
    state.policies.drop(bucket.name)
    return response


def after_delete_bucket(call: ApiCall, state: AwsState, response: Response) -> Response:
    """The policy goes with its bucket."""
    state.policies.drop(str(call.params["Bucket"]))
    return response


def after_delete_encryption(call: ApiCall, state: AwsState, response: Response) -> Response:
    """A bucket is always encrypted: deleting the setting brings the default back."""
    _bucket(call).encryption = _DEFAULT_ENCRYPTION
    return response


def put_bucket_policy(call: ApiCall, state: AwsState) -> Response | None:
    """Validates, and refuses a public policy while BlockPublicPolicy is on."""
    bucket = _bucket(call)
    text = call.body.decode("utf-8", "replace")
    s3_policies.check_bucket_policy(text, bucket.name, state)
    block = bucket.public_access_block
    if block is not None and block.block_public_policy and s3_policies.is_public(text):
        raise denied(
            f"User: {call.caller.arn} is not authorized to perform: s3:PutBucketPolicy on resource: "
            f'"arn:aws:s3:::{bucket.name}" because public policies are prevented by the BlockPublicPolicy setting '
            "in S3 Block Public Access."
        )
    state.policies.put(bucket.name, text)
    return Response(204, {})


def get_bucket_policy(call: ApiCall, state: AwsState) -> Response | None:
    """The text as it was put."""
    text = state.policies.get(_bucket(call).name)
    if text is None:
        raise AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", 404)
    return Response(200, {"Content-Type": "application/json"}, text.encode())


def get_bucket_policy_status(call: ApiCall, state: AwsState) -> Response | None:
    """Whether the policy makes the bucket public."""
    text = state.policies.get(_bucket(call).name)
    if text is None:
        raise AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", 404)
    return serialize(call, {"PolicyStatus": {"IsPublic": s3_policies.is_public(text)}})


def delete_bucket_policy(call: ApiCall, state: AwsState) -> Response | None:
    """Succeeds without a policy, too."""
    state.policies.drop(_bucket(call).name)
    return Response(204, {})


def head_bucket(call: ApiCall, state: AwsState) -> Response | None:
    """Answers the bucket's region."""
    return Response(
        200,
        {"x-amz-bucket-region": _bucket(call).region_name, "Content-Type": "application/xml", "Content-Length": "0"},
    )


def put_ownership_controls(call: ApiCall, state: AwsState) -> Response | None:
    """Off with ACLs only where they grant nothing."""
    s3_acls.check_ownership(call, _bucket(call))
    return None


def put_acl(call: ApiCall, state: AwsState) -> Response | None:
    """Refused where ACLs are off."""
    s3_acls.check_acl(call, _bucket(call))
    return None


def write_object(call: ApiCall, state: AwsState) -> Response | None:
    """Needs the key that the object is encrypted with, and brings no ACL where ACLs are off."""
    bucket = _bucket(call)
    s3_acls.check_acl(call, bucket)
    s3_encryption.check_write(call, bucket)
    return None


def read_object(call: ApiCall, state: AwsState) -> Response | None:
    """Needs the key that the object is encrypted with; of an object without bytes there is no range, the last ones neither."""
    s3_encryption.check_read(call)
    found = _bucket(call).keys.get(str(call.params["Key"]))
    if found is not None and not found.size and call.header("range").startswith("bytes=-"):
        raise AwsError("InvalidRange", "The requested range is not satisfiable", 416)
    return None


def missing_key(call: ApiCall, state: AwsState, response: Response) -> Response:
    """Who may not list the bucket is not told that a key is missing: 403 instead of 404."""
    if response.status == 404 and not allowed(
        call, state, [("s3:ListBucket", f"arn:aws:s3:::{call.params['Bucket']}")]
    ):
        raise denied()
    return response


BEFORE: dict[str, Before] = {
    "CreateBucket": create_bucket,
    "PutBucketPolicy": put_bucket_policy,
    "GetBucketPolicy": get_bucket_policy,
    "GetBucketPolicyStatus": get_bucket_policy_status,
    "DeleteBucketPolicy": delete_bucket_policy,
    "HeadBucket": head_bucket,
    "PutBucketEncryption": s3_encryption.put_bucket_encryption,
    "PutBucketOwnershipControls": put_ownership_controls,
    "PutBucketAcl": put_acl,
    "PutObjectAcl": put_acl,
    "PutObject": write_object,
    "CopyObject": write_object,
    "CreateMultipartUpload": write_object,
    "GetObject": read_object,
    "HeadObject": read_object,
}
AFTER: dict[str, After] = {
    "CreateBucket": after_create_bucket,
    "DeleteBucket": after_delete_bucket,
    "DeleteBucketEncryption": after_delete_encryption,
    "GetObject": missing_key,
    "HeadObject": missing_key,
}
