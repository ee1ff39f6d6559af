# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: what has been created is unknown for a while, new keys are refused, and keys have a past."""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.aws.testing import Bench, Who, allow, code, export_definition, export_policy, outcome, policy
from tests.emulator.faults import Faults

DOCUMENT = policy(allow("s3:ListAllMyBuckets"))


@pytest.fixture
def faults(bench: Bench) -> Faults:
    return bench.emulator.faults


def unknown_for(call: Callable[[], Any]) -> list[str]:
    """The error codes of a call until it goes through, which must be within ten seconds."""
    found: list[str] = []
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            call()
        except ClientError as error:
            found.append(error.response["Error"]["Code"])
        else:
            return found
    raise AssertionError(f"did not go through: {found[:9]}")


def seen_after(names: Callable[[], list[str]], name: str) -> int:
    """How many times a list is without a name."""
    return next(number for number in range(20) if name in names())


def test_a_new_user(bench: Bench, faults: Faults) -> None:
    iam = bench.admin("iam")
    faults.hide_created(3)
    iam.create_user(UserName="new")
    assert code(iam.create_user, UserName="new") == "EntityAlreadyExists"
    assert code(iam.create_user, UserName="NEW") == "EntityAlreadyExists"
    assert unknown_for(lambda: iam.get_user(UserName="new")) == ["NoSuchEntity"] * 3
    assert code(iam.create_user, UserName="new") == "EntityAlreadyExists"
    iam.get_user(UserName="new")
    iam.create_user(UserName="listed")
    assert seen_after(lambda: [user["UserName"] for user in iam.list_users()["Users"]], "listed") == 3
    iam.get_user(UserName="listed")
    arn = iam.create_user(UserName="simulated")["User"]["Arn"]
    simulated = {"PolicySourceArn": arn, "ActionNames": ["s3:GetObject"]}
    assert unknown_for(lambda: iam.simulate_principal_policy(**simulated)) == ["NoSuchEntity"] * 3
    faults.hide_created(0)
    iam.create_user(UserName="at-once")
    iam.get_user(UserName="at-once")


@pytest.mark.parametrize("write", ["create_access_key", "attach_user_policy", "put_user_policy", "delete_user"])
def test_writes_that_need_a_new_user(bench: Bench, faults: Faults, write: str) -> None:
    iam = bench.admin("iam")
    arn = iam.create_policy(PolicyName="old", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    more = {
        "attach_user_policy": {"PolicyArn": arn},
        "put_user_policy": {"PolicyName": "p", "PolicyDocument": DOCUMENT},
    }.get(write, {})
    faults.hide_created(2)
    iam.create_user(UserName="new")
    assert unknown_for(lambda: getattr(iam, write)(UserName="new", **more)) == ["NoSuchEntity"] * 2


def test_a_new_policy(bench: Bench, faults: Faults) -> None:
    iam = bench.admin("iam")
    faults.hide_created(2)
    made = {name: iam.create_policy(PolicyName=name, PolicyDocument=DOCUMENT)["Policy"]["Arn"] for name in "abcd"}
    assert code(iam.create_policy, PolicyName="a", PolicyDocument=DOCUMENT) == "EntityAlreadyExists"
    assert unknown_for(lambda: iam.get_policy(PolicyArn=made["a"])) == ["NoSuchEntity"] * 2
    assert unknown_for(lambda: iam.attach_user_policy(UserName="admin", PolicyArn=made["b"])) == ["NoSuchEntity"] * 2
    assert unknown_for(lambda: iam.list_policy_versions(PolicyArn=made["c"])) == ["NoSuchEntity"] * 2

    def listed() -> list[str]:
        return [policy["PolicyName"] for policy in iam.list_policies(Scope="Local")["Policies"]]

    assert "a" in listed(), "what is known is known everywhere"
    assert seen_after(listed, "d") == 1, "each list counts for what it does not show"


def test_one_look_at_everything_does_not_know_what_is_new(bench: Bench, faults: Faults) -> None:
    iam = bench.admin("iam")

    def seen() -> tuple[list[str], list[str]]:
        found = iam.get_account_authorization_details(Filter=["User", "LocalManagedPolicy"])
        policies = [f"{entry['PolicyName']} {entry['DefaultVersionId']}" for entry in found["Policies"]]
        in_force = [
            version["VersionId"]
            for entry in found["Policies"]
            for version in entry["PolicyVersionList"]
            if version["IsDefaultVersion"]
        ]
        assert [policy.split()[1] for policy in policies] == in_force, "what is in force is shown"
        return [user["UserName"] for user in found["UserDetailList"] if user["UserName"] != "admin"], policies

    faults.hide_created(1)
    iam.create_user(UserName="new")
    arn = iam.create_policy(PolicyName="new", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    assert [seen(), seen()] == [([], []), (["new"], ["new v1"])]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT, SetAsDefault=True)
    assert [seen()[1], seen()[1]] == [["new v1"], ["new v2"]]
    iam.attach_user_policy(UserName="new", PolicyArn=arn)
    attached = [
        iam.get_account_authorization_details(Filter=["User"])["UserDetailList"][-1]["AttachedManagedPolicies"]
        for dummy in range(2)
    ]
    assert attached == [[], [{"PolicyName": "new", "PolicyArn": arn}]]


def test_a_new_policy_version(bench: Bench, faults: Faults) -> None:
    iam = bench.admin("iam")
    arn = iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    faults.hide_created(2)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("s3:GetObject")))

    def versions() -> list[str]:
        return [version["VersionId"] for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]]

    assert versions() == ["v1"]
    assert unknown_for(lambda: iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")) == ["NoSuchEntity"]
    assert sorted(versions()) == ["v1", "v2"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT)
    assert unknown_for(lambda: iam.get_policy_version(PolicyArn=arn, VersionId="v4")) == ["NoSuchEntity"] * 2
    shown = versions()
    assert set(shown) == {"v1", "v2", "v4"}
    unknown_for(lambda: iam.get_policy_version(PolicyArn=arn, VersionId="v3"))
    assert [version for version in versions() if version != "v3"] == shown, "what comes back comes to its place"
    assert versions() in (["v1", "v2", "v3", "v4"], ["v4", "v3", "v2", "v1"])


def test_a_new_access_key(bench: Bench, faults: Faults) -> None:
    iam = bench.admin("iam")
    iam.create_user(UserName="u")
    faults.hide_created(2)
    first, second = (iam.create_access_key(UserName="u")["AccessKey"]["AccessKeyId"] for dummy in range(2))
    assert code(iam.create_access_key, UserName="u") == "LimitExceeded", "unknown keys count, too"
    inactive = {"UserName": "u", "AccessKeyId": first, "Status": "Inactive"}
    assert unknown_for(lambda: iam.update_access_key(**inactive)) == ["NoSuchEntity"] * 2

    def keys() -> list[str]:
        return [key["AccessKeyId"] for key in iam.list_access_keys(UserName="u")["AccessKeyMetadata"]]

    assert keys() == [first]
    assert unknown_for(lambda: iam.get_access_key_last_used(AccessKeyId=second)) == ["AccessDenied"]
    assert keys() == [first, second]
    iam.delete_access_key(UserName="u", AccessKeyId=first)
    assert keys() == [second], "what is deleted is gone at once"


def test_a_new_key_signs_although_it_is_not_listed(bench: Bench, faults: Faults) -> None:
    iam = bench.admin("iam")
    iam.create_user(UserName="u")
    faults.hide_created(3)
    key = iam.create_access_key(UserName="u")["AccessKey"]
    Who(bench.url, key["AccessKeyId"], key["SecretAccessKey"])("sts").get_caller_identity()
    assert iam.list_access_keys(UserName="u")["AccessKeyMetadata"] == []


def test_a_new_attachment(bench: Bench, faults: Faults) -> None:
    iam = bench.admin("iam")
    arns = [iam.create_policy(PolicyName=name, PolicyDocument=DOCUMENT)["Policy"]["Arn"] for name in "ab"]
    faults.hide_created(2)
    for arn in arns:
        iam.attach_user_policy(UserName="admin", PolicyArn=arn)
    iam.attach_user_policy(UserName="admin", PolicyArn=arns[0])

    def attached() -> list[str]:
        return [policy["PolicyArn"] for policy in iam.list_attached_user_policies(UserName="admin")["AttachedPolicies"]]

    assert attached() == []
    assert iam.list_entities_for_policy(PolicyArn=arns[0])["PolicyUsers"] == []
    assert attached() == [arns[0]], "which has been unknown to two calls by now, and the other to one"
    assert sorted(attached()) == arns
    iam.attach_user_policy(UserName="admin", PolicyArn=arns[0])
    assert sorted(attached()) == arns, "what was attached already is not new"
    iam.detach_user_policy(UserName="admin", PolicyArn=arns[0])
    assert attached() == [arns[1]]
    iam.attach_user_policy(UserName="admin", PolicyArn=arns[0])
    again = {"UserName": "admin", "PolicyArn": arns[0]}
    assert unknown_for(lambda: iam.detach_user_policy(**again)) == ["NoSuchEntity"] * 2


def test_a_new_bucket(bench: Bench, faults: Faults) -> None:
    s3, west = bench.admin("s3"), bench.admin("s3", region="eu-west-1")
    faults.hide_created(2)
    s3.create_bucket(Bucket="new-one")
    s3.create_bucket(Bucket="new-one")
    location = {"LocationConstraint": "eu-west-1"}
    west.create_bucket(Bucket="new-west", CreateBucketConfiguration=location)
    again = {"Bucket": "new-west", "CreateBucketConfiguration": location}
    assert code(west.create_bucket, **again) == "BucketAlreadyOwnedByYou"
    assert code(bench.standalone_admin("s3").create_bucket, Bucket="new-one") == "BucketAlreadyExists"
    assert outcome(s3.head_bucket, Bucket="new-one")[:2] == ("404", 404)
    text = export_policy(bench.account).replace("BUCKET", "new-one")
    assert unknown_for(lambda: s3.put_bucket_policy(Bucket="new-one", Policy=text)) == ["NoSuchBucket"]
    s3.head_bucket(Bucket="new-one")
    assert seen_after(lambda: [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]], "new-west") == 2
    west.head_bucket(Bucket="new-west")
    s3.put_object(Bucket="new-one", Key="k", Body=b"b")


def test_a_new_bucket_policy(bench: Bench, faults: Faults) -> None:
    s3, bucket = bench.admin("s3"), bench.bucket()
    text = export_policy(bench.account).replace("BUCKET", bucket)
    faults.hide_created(2)
    s3.put_bucket_policy(Bucket=bucket, Policy=text)
    assert unknown_for(lambda: s3.get_bucket_policy(Bucket=bucket)) == ["NoSuchBucketPolicy"] * 2
    changed = json.dumps(json.loads(text) | {"Id": "changed"})
    s3.put_bucket_policy(Bucket=bucket, Policy=changed)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == changed, "a change is known at once"
    s3.delete_bucket_policy(Bucket=bucket)
    assert code(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"


def test_an_export_into_a_bucket_with_a_new_policy(bench: Bench, faults: Faults) -> None:
    exports, bucket = bench.admin("bcm-data-exports"), bench.bucket()
    faults.hide_created(2)
    text = export_policy(bench.account).replace("BUCKET", bucket)
    bench.admin("s3").put_bucket_policy(Bucket=bucket, Policy=text)
    export = export_definition(bucket)
    error, dummy, message = outcome(exports.create_export, Export=export)
    assert (error, message) == ("ValidationException", "S3 bucket permission validation failed")
    assert unknown_for(lambda: exports.create_export(Export=export)) == ["ValidationException"]


def test_an_export_into_a_bucket_that_is_not_known(bench: Bench, faults: Faults) -> None:
    exports = bench.admin("bcm-data-exports")
    bucket = bench.export_bucket()
    text = bench.admin("s3").get_bucket_policy(Bucket=bucket)["Policy"]
    bench.admin("s3").delete_bucket(Bucket=bucket)
    faults.hide_created(2)
    bench.admin("s3").create_bucket(Bucket=bucket)
    bench.emulator.aws.state.policies.put(bucket, text)
    export = export_definition(bucket)
    assert unknown_for(lambda: exports.create_export(Export=export)) == ["ValidationException"] * 2


def test_a_new_export(bench: Bench, faults: Faults) -> None:
    exports, export = bench.admin("bcm-data-exports"), export_definition(bench.export_bucket())
    faults.hide_created(2)
    arn = exports.create_export(Export=export)["ExportArn"]
    again = outcome(exports.create_export, Export=export)
    assert "Cannot create duplicate export name." in again[2]
    assert exports.list_exports()["Exports"] == []
    assert unknown_for(lambda: exports.get_export(ExportArn=arn)) == ["ResourceNotFoundException"]
    assert [entry["ExportArn"] for entry in exports.list_exports()["Exports"]] == [arn]


def test_other_accounts_have_their_own_things(bench: Bench, faults: Faults) -> None:
    faults.hide_created(2)
    bench.admin("iam").create_user(UserName="same")
    other = bench.standalone_admin("iam")
    assert code(other.get_user, UserName="same") == "NoSuchEntity"
    other.create_user(UserName="same")
    assert unknown_for(lambda: other.get_user(UserName="same")) == ["NoSuchEntity"] * 2
    assert unknown_for(lambda: bench.admin("iam").get_user(UserName="same")) == ["NoSuchEntity"] * 2


def test_new_keys_are_refused_everywhere_for_a_while(bench: Bench, faults: Faults) -> None:
    dummy, old = bench.user(allow("*"))
    faults.refuse_new_keys(3600)
    dummy, new = bench.user(allow("*"))
    assert outcome(new("sts").get_caller_identity)[:2] == ("InvalidClientTokenId", 403)
    assert outcome(new("s3").list_buckets)[:2] == ("InvalidAccessKeyId", 403)
    assert code(new("bcm-data-exports").list_exports) == "UnrecognizedClientException"
    old("sts").get_caller_identity()
    bench.assume(bench.member)("s3").list_buckets()
    faults.age_key(new.key, 1)
    new("sts").get_caller_identity()
    dummy, newer = bench.user(allow("*"))
    faults.refuse_new_keys(0)
    newer("sts").get_caller_identity()


def test_new_keys_work_in_the_end(bench: Bench, faults: Faults) -> None:
    faults.refuse_new_keys(0.5)
    name, new = bench.user()
    refused = unknown_for(new("sts").get_caller_identity)
    assert set(refused) == {"InvalidClientTokenId"}
    (key,) = bench.admin("iam").list_access_keys(UserName=name)["AccessKeyMetadata"]
    assert datetime.datetime.now(datetime.timezone.utc) - key["CreateDate"] >= datetime.timedelta(seconds=0.5)


def last_used(bench: Bench, key: str) -> dict[str, Any]:
    return dict(bench.admin("iam").get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"])


def test_the_age_of_a_key(bench: Bench, faults: Faults) -> None:
    name, who = bench.user()
    faults.age_key(who.key, 91)
    (key,) = bench.admin("iam").list_access_keys(UserName=name)["AccessKeyMetadata"]
    assert (datetime.datetime.now(datetime.timezone.utc) - key["CreateDate"]).days == 91
    with pytest.raises(KeyError, match="AKIANOTHERE"):
        faults.age_key("AKIANOTHERE", 1)


def test_the_last_use_of_a_key(bench: Bench, faults: Faults) -> None:
    dummy, who = bench.user(allow("*"))
    unused = {"ServiceName": "N/A", "Region": "N/A"}
    assert last_used(bench, who.key) == unused
    for service, operation in {"s3": "list_buckets", "sts": "get_caller_identity", "iam": "list_users"}.items():
        getattr(who(service), operation)()
        used = last_used(bench, who.key)
        assert (used["ServiceName"], used["Region"]) == (service, "us-east-1")
        assert datetime.datetime.now(datetime.timezone.utc) - used["LastUsedDate"] < datetime.timedelta(minutes=2)
    faults.set_last_used(who.key, 40)
    used = last_used(bench, who.key)
    assert used["ServiceName"] == "s3"
    assert (datetime.datetime.now(datetime.timezone.utc) - used["LastUsedDate"]).days == 40
    faults.set_last_used(who.key, 1.5, "sts")
    assert last_used(bench, who.key)["ServiceName"] == "sts"
    faults.set_last_used(who.key, None)
    assert last_used(bench, who.key) == unused
