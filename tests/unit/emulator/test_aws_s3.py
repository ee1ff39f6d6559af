# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: buckets and their policies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.aws.testing import Bench, allow, code, deny, outcome, policy, request, unique
from tests.emulator.fleet import Emulator


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Emulator(members=1) as emulator:
        yield Bench(emulator)


@pytest.fixture
def s3(bench: Bench) -> Any:
    return bench.admin("s3")


def test_defaults_of_a_new_bucket(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert len(block) == 4
    assert all(block.values())
    rules = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    s3.delete_bucket_encryption(Bucket=bucket)
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert code(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"


def test_making_a_bucket_again_keeps_its_settings(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    s3.delete_public_access_block(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    assert code(s3.get_public_access_block, Bucket=bucket) == "NoSuchPublicAccessBlockConfiguration"


@pytest.mark.parametrize(
    "name",
    ["ab", "x" * 64, "Upper", "under_score", "-start", "end-", "a..b", "192.168.0.1", "xn--a", "a-s3alias"],
)
def test_bucket_names(s3: Any, name: str) -> None:
    assert outcome(s3.create_bucket, Bucket=name)[:2] == ("InvalidBucketName", 400)


def test_names_are_unique_over_all_accounts(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    s3.create_bucket(Bucket=bucket)
    foreign = outcome(bench.standalone_admin("s3").create_bucket, Bucket=bucket)
    assert foreign[:2] == ("BucketAlreadyExists", 409)
    europe, name = bench.admin("s3", "eu-west-1"), unique("bucket")
    place = {"LocationConstraint": "eu-west-1"}
    europe.create_bucket(Bucket=name, CreateBucketConfiguration=place)
    again = outcome(europe.create_bucket, Bucket=name, CreateBucketConfiguration=place)
    assert again[:2] == ("BucketAlreadyOwnedByYou", 409)
    assert code(s3.create_bucket, Bucket=name) == "BucketAlreadyOwnedByYou"


def test_location_constraints(bench: Bench, s3: Any) -> None:
    def make(client: Any, constraint: str | None) -> str:
        place = {"CreateBucketConfiguration": {"LocationConstraint": constraint}} if constraint else {}
        return code(client.create_bucket, Bucket=unique("bucket"), **place)

    assert make(s3, "us-east-1") == "InvalidLocationConstraint"
    europe = bench.admin("s3", "eu-west-1")
    assert make(europe, None) == "IllegalLocationConstraintException"
    assert make(europe, "eu-north-1") == "IllegalLocationConstraintException"
    assert make(s3, "mars-1") == "InvalidLocationConstraint"
    s3.create_bucket(Bucket=unique("bucket"), CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})


def test_regions(bench: Bench, s3: Any) -> None:
    bucket = unique("bucket")
    bench.admin("s3", "eu-west-1").create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == "eu-west-1"
    bench.emulator.start_run("redirected")
    assert s3.head_bucket(Bucket=bucket)["BucketRegion"] == "eu-west-1"
    assert [call["status"] for call in bench.emulator.calls("redirected")] == [301, 200]
    here = bench.bucket()
    assert s3.head_bucket(Bucket=here)["BucketRegion"] == "us-east-1"
    answer = request(bench, "s3", "eu-west-1", "GET", f"/{here}")
    assert answer.status_code == 301
    assert answer.headers["x-amz-bucket-region"] == "us-east-1"
    assert b"<Code>PermanentRedirect</Code>" in answer.content
    assert f"<Endpoint>{here}.s3.us-east-1.amazonaws.com</Endpoint>".encode() in answer.content


def test_objects(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    for key in ("a/b c+ü.txt", "folder/", "x"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"content")
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"content"
        assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == 7
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 3
    assert code(s3.delete_bucket, Bucket=bucket) == "BucketNotEmpty"
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in ("a/b c+ü.txt", "folder/", "x")]})
    s3.delete_bucket(Bucket=bucket)
    assert outcome(s3.list_objects_v2, Bucket=bucket)[:2] == ("NoSuchBucket", 404)


def test_the_policy_goes_with_its_bucket(bench: Bench, s3: Any) -> None:
    bucket = bench.export_bucket()
    s3.delete_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    assert code(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"


def test_expected_bucket_owner(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    right, wrong = {"ExpectedBucketOwner": bench.account}, {"ExpectedBucketOwner": bench.standalone}
    s3.put_object(Bucket=bucket, Key="k", Body=b"", **right)
    assert s3.head_bucket(Bucket=bucket, **right)
    document = policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": bench.standalone}))
    for call in (
        lambda: s3.head_bucket(Bucket=bucket, **wrong),
        lambda: s3.get_object(Bucket=bucket, Key="k", **wrong),
        lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"", **wrong),
        lambda: s3.list_objects_v2(Bucket=bucket, **wrong),
        lambda: s3.put_bucket_policy(Bucket=bucket, Policy=document, **wrong),
        lambda: s3.get_bucket_location(Bucket=bucket, **wrong),
        lambda: s3.delete_bucket(Bucket=bucket, **wrong),
    ):
        assert outcome(call)[1] == 403


def test_buckets_of_other_accounts_are_closed(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    other = bench.standalone_admin("s3")
    for call in (
        lambda: other.head_bucket(Bucket=bucket),
        lambda: other.get_object(Bucket=bucket, Key="k"),
        lambda: other.put_object(Bucket=bucket, Key="k", Body=b""),
        lambda: other.get_bucket_policy(Bucket=bucket),
    ):
        assert outcome(call)[1] == 403
    grant = allow(
        "s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": f"arn:aws:iam::{bench.standalone}:root"}
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(grant))
    assert other.get_object(Bucket=bucket, Key="k")["Body"].read() == b"content"
    assert outcome(other.put_object, Bucket=bucket, Key="k", Body=b"")[1] == 403
    assert outcome(other.head_bucket, Bucket=bucket)[1] == 403


def test_a_missing_key_is_only_told_to_who_may_list(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    assert code(s3.get_object, Bucket=bucket, Key="missing") == "NoSuchKey"
    dummy, who = bench.user(allow("s3:GetObject"))
    assert outcome(who("s3").get_object, Bucket=bucket, Key="missing")[:2] == ("AccessDenied", 403)
    assert outcome(who("s3").head_bucket, Bucket="no-such-bucket")[1] == 403
    assert outcome(s3.head_bucket, Bucket="no-such-bucket")[1] == 404


def test_a_tls_only_policy_does_not_refuse_everything(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(deny("s3:*", resources, Principal="*", Condition=condition)))
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"content"
    condition = {"Bool": {"aws:SecureTransport": "true"}}
    s3.put_bucket_policy(
        Bucket=bucket, Policy=policy(deny("s3:GetObject", resources, Principal="*", Condition=condition))
    )
    failure = outcome(s3.get_object, Bucket=bucket, Key="k")
    assert failure[:2] == ("AccessDenied", 403)
    assert failure[2].endswith("with an explicit deny in a resource-based policy")


def test_a_deny_for_somebody_else_is_for_somebody_else(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    name, who = bench.user(allow("s3:*"))
    principal = {"AWS": f"arn:aws:iam::{bench.account}:user/{name}"}
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(deny("s3:*", f"arn:aws:s3:::{bucket}/*", Principal=principal)))
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    assert code(who("s3").get_object, Bucket=bucket, Key="k") == "AccessDenied"
    assert who("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_a_bucket_policy_alone_lets_a_user_of_the_account_in(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    name, who = bench.user()
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    account = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": f"arn:aws:iam::{bench.account}:root"})
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(account))
    assert code(who("s3").get_object, Bucket=bucket, Key="k") == "AccessDenied"
    user = {**account, "Principal": {"AWS": f"arn:aws:iam::{bench.account}:user/{name}"}}
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(user))
    assert who("s3").get_object(Bucket=bucket, Key="k")


GOOD = allow("s3:GetObject", "arn:aws:s3:::BUCKET/*", Principal={"Service": "bcm-data-exports.amazonaws.com"})


@pytest.mark.parametrize(
    "document",
    [
        "",
        "not JSON",
        "[]",
        json.dumps({"Statement": [GOOD]}),
        json.dumps({"Version": "2024-01-01", "Statement": [GOOD]}),
        policy(),
        policy({**GOOD, "Effect": "Maybe"}),
        policy({**GOOD, "Action": "ec2:DescribeInstances"}),
        policy({**GOOD, "Action": "s3:GetObjects"}),
        policy({**GOOD, "Action": ["s3:GetObject", "s3:ListObjectsV2"]}),
        policy({**GOOD, "Action": "s3:Frob*"}),
        policy({**GOOD, "Action": ["s3:GetObject", "s3:GetBucketLocation"]}),
        policy({**GOOD, "Action": "s3:ListAllMyBuckets"}),
        policy({**GOOD, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::BUCKET"}),
        policy({**GOOD, "Effect": "Deny", "Action": "s3:ListBucket"}),
        policy({**GOOD, "Resource": "arn:aws:s3:::another/*"}),
        policy({**GOOD, "Resource": "*"}),
        policy({**GOOD, "Resource": "BUCKET/*"}),
        policy({**GOOD, "Principal": {"AWS": "arn:aws:iam::ACCOUNT:user/nobody"}}),
        policy({**GOOD, "Principal": "somebody"}),
        policy({**GOOD, "Principal": {"AWS": "111122223333"}}),
        policy({**GOOD, "Principal": {"AWS": "arn:aws:iam::111122223333:root"}}),
        policy({**GOOD, "Principal": {"Service": "bcm-data-export.amazonaws.com"}}),
        policy({**GOOD, "Principal": {"Service": ["s3.amazonaws.com", "nobody.amazonaws.com"]}}),
        policy({**GOOD, "Principal": {"CanonicalUser": "somebody"}}),
        policy({**GOOD, "Condition": {"StringEquals": {"aws:SourceAcount": "1"}}}),
        policy({**GOOD, "Condition": {"StringEquals": {"s3:prefixes": "1"}}}),
        policy({**GOOD, "Condition": {"StringEquals": {"bcm-data-exports:x": "1"}}}),
        policy({**GOOD, "Condition": {"StringAlmost": {"aws:SourceAccount": "1"}}}),
        policy({**GOOD, "Nonsense": 1}),
        policy({**GOOD, "Sid": "a"}, {**GOOD, "Sid": "a"}),
        *(policy({key: value for key, value in GOOD.items() if key != missing}) for missing in GOOD),
    ],
)
def test_malformed_policies(bench: Bench, s3: Any, document: str) -> None:
    bucket = bench.bucket()
    text = document.replace("BUCKET", bucket).replace("ACCOUNT", bench.account)
    assert outcome(s3.put_bucket_policy, Bucket=bucket, Policy=text)[:2] == ("MalformedPolicy", 400)
    assert code(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Action": "s3:GetObjects"}, "Policy has invalid action"),
        ({"Resource": "arn:aws:s3:::another/*"}, "Policy has invalid resource"),
        ({"Action": "s3:GetBucketPolicy"}, "Action does not apply to any resource(s) in statement"),
        ({"Principal": {"Service": "nobody.amazonaws.com"}}, "Invalid principal in policy"),
        ({"Condition": {"Bool": {"aws:Nonsense": "true"}}}, "Policy has an invalid condition key"),
    ],
)
def test_what_is_said_of_malformed_policies(bench: Bench, s3: Any, changes: dict[str, Any], message: str) -> None:
    bucket = bench.bucket()
    text = policy({**GOOD, **changes}).replace("BUCKET", bucket)
    assert outcome(s3.put_bucket_policy, Bucket=bucket, Policy=text) == ("MalformedPolicy", 400, message)


@pytest.mark.parametrize(
    "changes",
    [
        {"Action": "s3:*"},
        {"Action": "*", "Effect": "Deny"},
        {"Action": ["S3:getobject", "s3:Get*"]},
        {
            "Action": ["s3:PutObject", "s3:GetBucketPolicy"],
            "Resource": ["arn:aws:s3:::BUCKET", "arn:aws:s3:::BUCKET/*"],
        },
        {"Principal": {"AWS": "386209384616"}, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::BUCKET"},
        {"Principal": {"Service": ["billingreports.amazonaws.com", "logs.us-east-1.amazonaws.com"]}},
        {"Condition": {"StringEquals": {"AWS:sourceaccount": "1", "aws:PrincipalTag/team": "x", "s3:X-Amz-Acl": "y"}}},
    ],
)
def test_policies_that_are_well_formed(bench: Bench, s3: Any, changes: dict[str, Any]) -> None:
    bucket = bench.bucket()
    s3.put_bucket_policy(Bucket=bucket, Policy=policy({**GOOD, **changes}).replace("BUCKET", bucket))


def test_principals_that_are_gone_are_refused(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    name, dummy = bench.user()
    text = policy({**GOOD, "Principal": {"AWS": f"arn:aws:iam::{bench.account}:user/{name}"}}).replace("BUCKET", bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=text)
    iam = bench.admin("iam")
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName=name)
    assert code(s3.put_bucket_policy, Bucket=bucket, Policy=text) == "MalformedPolicy"


def test_policy_text_comes_back_as_it_was_put(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    text = json.dumps(json.loads(policy(GOOD).replace("BUCKET", bucket)), indent=3)
    s3.put_bucket_policy(Bucket=bucket, Policy=text)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == text
    s3.delete_bucket_policy(Bucket=bucket)
    s3.delete_bucket_policy(Bucket=bucket)
    assert code(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"


def test_policies_have_at_most_20_kb(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    text = policy(GOOD).replace("BUCKET", bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=text + " " * (20 * 1024 - len(text)))
    too_long = text + " " * (20 * 1024 - len(text) + 1)
    assert outcome(s3.put_bucket_policy, Bucket=bucket, Policy=too_long)[1] == 400


def test_public_policies_are_blocked(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    public = policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal="*"))
    assert outcome(s3.put_bucket_policy, Bucket=bucket, Policy=public)[:2] == ("AccessDenied", 403)
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    narrow = policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal="*", Condition=condition))
    s3.put_bucket_policy(Bucket=bucket, Policy=narrow)
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is False
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=public)
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True


def test_acls_are_off(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    assert code(s3.put_bucket_acl, Bucket=bucket, ACL="public-read") == "AccessControlListNotSupported"
    assert code(s3.put_object, Bucket=bucket, Key="k", ACL="public-read") == "AccessControlListNotSupported"
    s3.put_object(Bucket=bucket, Key="k", ACL="bucket-owner-full-control")
    s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    )
    s3.put_object(Bucket=bucket, Key="k", ACL="private")


EVERYBODY = "uri=http://acs.amazonaws.com/groups/global/AllUsers"


@pytest.mark.parametrize("acl", [{"ACL": "private"}, {"ACL": "public-read"}, {"GrantRead": EVERYBODY}])
def test_no_acl_is_written_where_the_owner_is_enforced(bench: Bench, s3: Any, acl: dict[str, str]) -> None:
    bucket = bench.bucket()
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    for call in (
        lambda: s3.put_bucket_acl(Bucket=bucket, **acl),
        lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"", **acl),
        lambda: s3.put_object_acl(Bucket=bucket, Key="k", **acl),
        lambda: s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k", **acl),
        lambda: s3.create_multipart_upload(Bucket=bucket, Key="k", **acl),
    ):
        assert outcome(call)[:2] == ("AccessControlListNotSupported", 400)
    assert s3.put_object_acl(Bucket=bucket, Key="k", ACL="bucket-owner-full-control")


def test_an_acl_in_full_is_taken_where_it_says_what_holds_anyway(bench: Bench, s3: Any) -> None:
    bucket = bench.bucket()
    acl = {name: value for name, value in s3.get_bucket_acl(Bucket=bucket).items() if name in ("Owner", "Grants")}
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy=acl)
    everybody = {"Type": "Group", "URI": EVERYBODY.removeprefix("uri=")}
    acl["Grants"].append({"Grantee": everybody, "Permission": "READ"})
    assert code(s3.put_bucket_acl, Bucket=bucket, AccessControlPolicy=acl) == "AccessControlListNotSupported"


@pytest.mark.parametrize("acl", [{"ACL": "public-read"}, {"GrantRead": EVERYBODY}])
def test_acls_and_an_enforced_owner_exclude_each_other(bench: Bench, s3: Any, acl: dict[str, str]) -> None:
    def ownership(value: str) -> dict[str, Any]:
        return {"Rules": [{"ObjectOwnership": value}]}

    conflict = ("InvalidBucketAclWithObjectOwnership", 400)
    assert outcome(s3.create_bucket, Bucket=unique("bucket"), **acl)[:2] == conflict
    bucket = unique("bucket")
    s3.create_bucket(Bucket=bucket, ObjectOwnership="BucketOwnerPreferred")
    s3.put_bucket_acl(Bucket=bucket, **acl)
    enforced = ownership("BucketOwnerEnforced")
    assert outcome(s3.put_bucket_ownership_controls, Bucket=bucket, OwnershipControls=enforced)[:2] == conflict
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=enforced)
    nonsense = ownership("Nonsense")
    assert code(s3.put_bucket_ownership_controls, Bucket=bucket, OwnershipControls=nonsense) == "MalformedXML"
