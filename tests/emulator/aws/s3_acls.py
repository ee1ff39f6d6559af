# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access control lists, which ownership BucketOwnerEnforced (the default of new buckets) switches off."""

from __future__ import annotations

from xml.etree import ElementTree

from moto.s3.models import OWNER, FakeBucket

from tests.emulator.aws.call import ApiCall
from tests.emulator.aws.errors import AwsError

ENFORCED = "BucketOwnerEnforced"
_OWNERSHIPS = (ENFORCED, "BucketOwnerPreferred", "ObjectWriter")
_OWNER_ONLY = "bucket-owner-full-control"
_GRANTS = (
    "x-amz-grant-full-control", "x-amz-grant-read", "x-amz-grant-read-acp", "x-amz-grant-write", "x-amz-grant-write-acp",
)  # fmt: skip
_CONFLICT = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"


def _conflict() -> AwsError:
    return AwsError("InvalidBucketAclWithObjectOwnership", _CONFLICT, 400)


def _grants(call: ApiCall) -> bool:
    return any(call.header(name) for name in _GRANTS)


def check_new_bucket(call: ApiCall) -> None:
    """A new bucket has either ACLs or, as by default, none."""
    ownership = call.header("x-amz-object-ownership") or ENFORCED
    if ownership not in _OWNERSHIPS:
        raise AwsError("InvalidArgument", "Invalid x-amz-object-ownership header: " + ownership, 400)
    if ownership == ENFORCED and (call.header("x-amz-acl") not in ("", "private") or _grants(call)):
        raise _conflict()


def check_ownership(call: ApiCall, bucket: FakeBucket) -> None:
    """ACLs can be switched off only where they grant nothing to anybody but the owner."""
    try:
        root = ElementTree.fromstring(call.body)
    except ElementTree.ParseError as problem:
        raise AwsError("MalformedXML", "The XML you provided was not well-formed.", 400) from problem
    wanted = next((node.text for node in root.iter() if node.tag.endswith("ObjectOwnership")), None)
    if wanted not in _OWNERSHIPS:
        raise AwsError("MalformedXML", "The XML you provided was not well-formed.", 400)
    if wanted != ENFORCED or bucket.acl is None:
        return
    for grant in bucket.acl.grants:
        if any(grantee.id != OWNER for grantee in grant.grantees):
            raise _conflict()


def check_acl(call: ApiCall, bucket: FakeBucket) -> None:
    """
    With BucketOwnerEnforced no ACL can be written but the one that says what holds anyway: the owner's full control.

    `private` is refused for a bucket (hashicorp/terraform-provider-aws, aws_s3_bucket_acl) and an object alike.
    """
    if str(bucket.ownership_rule) != ENFORCED:
        return
    acl = call.header("x-amz-acl")
    by_body = call.operation in ("PutBucketAcl", "PutObjectAcl") and not acl and not _owner_alone(call.body)
    if (acl and acl != _OWNER_ONLY) or _grants(call) or by_body:
        raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs", 400)


def _owner_alone(body: bytes) -> bool:
    """Whether an ACL document grants nothing but full control to its own owner."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        return False
    ids = {node.text for node in root.iter() if node.tag.endswith("}ID")}
    permissions = {node.text for node in root.iter() if node.tag.endswith("}Permission")}
    return len(ids) == 1 and permissions == {"FULL_CONTROL"} and not any(n.tag.endswith("}URI") for n in root.iter())
