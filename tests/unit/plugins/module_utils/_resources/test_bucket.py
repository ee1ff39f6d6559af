# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The export's bucket: what is planned for it, and what only a person can decide."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import bucket_policy
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.bucket import Bucket
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, FakeClients, codes, titles, wordless

NAME = "costs"
OF_OURS = {"Bucket": NAME, "ExpectedBucketOwner": ACCOUNT}
PRIVATE = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
ENFORCED = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
AES256 = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
OURS = bucket_policy.export_statement("aws", ACCOUNT, NAME)
RIGHT: dict[str, Any] = {
    "policy": {"Version": "2012-10-17", "Statement": [OURS]},
    "public_access_block": PRIVATE,
    "ownership": ENFORCED,
}
DENIES = {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"}
MAY_DENY = {**DENIES, "Condition": {"StringNotEquals": {"s3:x-amz-acl": "private"}}}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def wanted(region: str = "us-east-1", **tags: str) -> Bucket:
    return Bucket(NAME, ACCOUNT, "aws", region, tags)


def plan(state: dict[str, Any] | None, delivers: bool = True, **tags: str) -> Plan:
    return wanted(**tags).plan(state, "reports/billing/", "billing", delivers)


def encrypted(algorithm: str, key: str | None = None) -> dict[str, Any]:
    rule = {"SSEAlgorithm": algorithm, **({"KMSMasterKeyID": key} if key else {})}
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]}


def test_a_bucket_as_wanted_takes_nothing() -> None:
    assert plan(RIGHT) == Plan()


def write(operation: str, code: str = "", before: Any = None, after: Any = None, **setting: Any) -> Step:
    """A write to the bucket as long as it is ours."""
    return Step("", "s3", operation, {**OF_OURS, **setting}, code=code, before=before, after=after)


def test_a_missing_bucket_is_one_finding_and_all_that_it_is_made_with() -> None:
    made = plan(None, delivers=False, team="finops")
    created = {"Bucket": NAME, "ObjectOwnership": "BucketOwnerEnforced"}
    creation = Step("", "s3", "create_bucket", created, "BUCKET_MISSING", None, {**created, "Region": "us-east-1"})
    open_to_the_service = policy(OURS)
    tags = {"TagSet": [{"Key": "team", "Value": "finops"}]}
    assert wordless(made.steps) == [
        creation,
        write("put_public_access_block", after=PRIVATE, PublicAccessBlockConfiguration=PRIVATE),
        write("put_bucket_encryption", after=AES256, ServerSideEncryptionConfiguration=AES256),
        write("put_bucket_policy", after=open_to_the_service, Policy=json.dumps(open_to_the_service)),
        write("put_bucket_tagging", before={"TagSet": None}, after=tags, Tagging=tags),
    ]
    assert made.others == []


def test_a_bucket_elsewhere_says_where() -> None:
    (creation, *dummy) = wanted("eu-west-1").plan(None, "reports/billing/", "billing", False).steps
    assert creation.parameters["CreateBucketConfiguration"] == {"LocationConstraint": "eu-west-1"}


PARTLY_OPEN = [{**PRIVATE, setting: False} for setting in PRIVATE]
PREFERRED = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}


@pytest.mark.parametrize(
    ("setting", "found", "step"),
    [
        *(
            (
                "public_access_block",
                found,
                write(
                    "put_public_access_block", "BUCKET_PUBLIC", found, PRIVATE, PublicAccessBlockConfiguration=PRIVATE
                ),
            )
            for found in (None, {}, *PARTLY_OPEN)
        ),
        *(
            (
                "ownership",
                found,
                write("put_bucket_ownership_controls", "BUCKET_OWNERSHIP", found, ENFORCED, OwnershipControls=ENFORCED),
            )
            for found in (None, PREFERRED)
        ),
        (
            "encryption",
            None,
            write("put_bucket_encryption", "BUCKET_ENCRYPTION", after=AES256, ServerSideEncryptionConfiguration=AES256),
        ),
        (
            "policy",
            None,
            write("put_bucket_policy", "BUCKET_STATEMENT", None, policy(OURS), Policy=json.dumps(policy(OURS))),
        ),
    ],
)
def test_one_thing_that_differs_is_one_write(setting: str, found: Any, step: Step) -> None:
    made = plan({**RIGHT, setting: found})
    assert (wordless(made.steps), made.others) == ([step], [])


def test_only_missing_tags_are_added_and_others_stay() -> None:
    state = {**RIGHT, "tags": [{"Key": "team", "Value": "data"}]}
    assert plan(state, team="data") == Plan()
    (step,) = plan(state, owner="finops").steps
    assert step.code == "BUCKET_TAGS"
    assert step.before == {"TagSet": state["tags"]}
    assert step.parameters["Tagging"]["TagSet"] == [
        {"Key": "team", "Value": "data"},
        {"Key": "owner", "Value": "finops"},
    ]


def test_an_existing_policy_is_extended_and_shown_as_it_was() -> None:
    before = policy(DENIES | {"Resource": "arn:aws:s3:::theirs/*"})
    (step,) = plan({**RIGHT, "policy": before}).steps
    assert step.before == before
    assert json.loads(step.parameters["Policy"]) == step.after == policy(*before["Statement"], OURS)


def test_a_policy_without_room_is_for_a_person() -> None:
    many = [{**OURS, "Sid": str(number), "Resource": f"arn:aws:s3:::costs/{number:0300}"} for number in range(40)]
    made = plan({**RIGHT, "policy": policy(*many)})
    assert (made.steps, codes(made)) == ([], ["BUCKET_POLICY_FULL"])
    assert made.blocked
    assert "O(bucket)" in made.blocked[0].text and "20480" in made.blocked[0].text


@pytest.mark.parametrize(("more", "found"), [(0, ["BUCKET_STATEMENT"]), (1, ["BUCKET_POLICY_FULL"])])
def test_a_policy_may_have_20480_bytes(more: int, found: list[str]) -> None:
    def padded(length: int) -> dict[str, Any]:
        return {**OURS, "Resource": "arn:aws:s3:::costs/other", "Sid": "x" * length}

    room = 20480 - len(json.dumps(policy(padded(0), OURS)))
    assert codes(plan({**RIGHT, "policy": policy(padded(room + more))})) == found


@pytest.mark.parametrize("delivers", [True, False])
def test_a_denial_by_others_is_named_and_blocks(delivers: bool) -> None:
    made = plan({**RIGHT, "policy": policy(OURS, DENIES)}, delivers)
    (finding,) = made.blocked
    assert finding.code == "BUCKET_POLICY_DENIES"
    assert "Theirs" in finding.title and "O(bucket)" in finding.remedy


def test_a_possible_denial_is_worth_knowing_until_aws_has_delivered() -> None:
    state = {**RIGHT, "policy": policy(OURS, MAY_DENY)}
    made = plan(state, delivers=False)
    assert (codes(made), made.blocked) == (["BUCKET_POLICY_MAY_DENY"], [])
    assert "Theirs" in made.others[0].title and made.others[0].remedy
    assert plan(state, delivers=True) == Plan()


@pytest.mark.parametrize(
    ("encryption", "found"),
    [
        (encrypted("AES256"), []),
        (encrypted("AES256", "left over"), []),
        (encrypted("aws:kms"), []),
        (encrypted("aws:kms", "arn:aws:kms:us-east-1:111122223333:alias/aws/s3"), []),
        (encrypted("aws:kms", "theirs"), ["BUCKET_KMS"]),
        (encrypted("aws:kms:dsse", "theirs"), ["BUCKET_KMS"]),
        ({"Rules": [{"BucketKeyEnabled": True}]}, []),
    ],
)
def test_a_key_of_ones_own_is_worth_knowing(encryption: dict[str, Any], found: list[str]) -> None:
    made = plan({**RIGHT, "encryption": encryption})
    assert (codes(made), made.blocked, made.steps) == (found, [], [])
    assert all("kms:Decrypt" in finding.remedy and "theirs" in finding.title for finding in made.others)


SETTINGS = {
    "head_bucket": {"BucketRegion": "us-east-1"},
    "get_bucket_policy": {"Policy": json.dumps(RIGHT["policy"])},
    "get_public_access_block": {"PublicAccessBlockConfiguration": PRIVATE},
    "get_bucket_ownership_controls": {"OwnershipControls": ENFORCED},
    "get_bucket_encryption": {"ServerSideEncryptionConfiguration": AES256},
    "get_bucket_tagging": {"TagSet": []},
}


def error(code: str) -> AwsError:
    return AwsError("s3:any", code, "no")


def test_what_is_read_depends_on_whether_the_export_stands() -> None:
    clients = FakeClients(SETTINGS)
    assert wanted().read(clients, settled=True) == RIGHT
    assert len(clients.calls) == 3
    clients = FakeClients(SETTINGS)
    assert wanted(team="a").read(clients, settled=False) == {**RIGHT, "encryption": AES256, "tags": []}
    assert [operation for operation, dummy in clients.calls][0] == "head_bucket"
    assert all(parameters["ExpectedBucketOwner"] == ACCOUNT for dummy, parameters in clients.calls)


def test_the_bucket_is_asked_in_its_own_region() -> None:
    clients = FakeClients(
        {
            "head_bucket": {"BucketRegion": "eu-west-1"},
            **{key: SETTINGS[key] for key in SETTINGS if key != "head_bucket"},
        }
    )
    regions: list[tuple[str, str]] = []
    clients.use_region = lambda service, region: regions.append((service, region))  # type: ignore[method-assign]
    wanted("eu-west-1").read(clients, settled=False)
    assert regions == [("s3", "eu-west-1")]


def test_settings_that_are_not_set_are_none() -> None:
    not_set = {
        "get_bucket_encryption": error("ServerSideEncryptionConfigurationNotFoundError"),
        "get_bucket_tagging": error("NoSuchTagSet"),
        "get_bucket_policy": error("NoSuchBucketPolicy"),
        "get_public_access_block": error("NoSuchPublicAccessBlockConfiguration"),
        "get_bucket_ownership_controls": error("OwnershipControlsNotFoundError"),
    }
    state = wanted(team="data").read(FakeClients({**SETTINGS, **not_set}), settled=False)
    settings = ("policy", "public_access_block", "ownership", "encryption", "tags")
    assert state == dict.fromkeys(settings)


def test_a_bucket_that_does_not_say_its_region_is_read() -> None:
    assert wanted().read(FakeClients({**SETTINGS, "head_bucket": {}}), settled=False) == {**RIGHT, "encryption": AES256}


@pytest.mark.parametrize("code", ["NoSuchBucket", "404"])
def test_a_bucket_that_is_not_there_is_none(code: str) -> None:
    assert wanted().read(FakeClients({"head_bucket": error(code)}), settled=False) is None


@pytest.mark.parametrize(
    ("answers", "code", "words"),
    [
        ({"head_bucket": error("403")}, "BUCKET_FOREIGN", "O(bucket): the bucket costs belongs to another account"),
        ({"get_bucket_policy": error("AccessDenied")}, "BUCKET_FOREIGN", "or these credentials may not read it"),
        (
            {"head_bucket": {"BucketRegion": "eu-west-1"}},
            "BUCKET_REGION",
            "O(bucket_region): the bucket costs is in eu-west-1, not in us-east-1",
        ),
        ({"head_bucket": error("SlowDown")}, "READ_FAILED", "SlowDown"),
    ],
)
def test_a_bucket_that_cannot_be_used_is_a_clear_error(answers: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(FinopsError) as raised:
        wanted().read(FakeClients({**SETTINGS, **answers}), settled=False)
    assert words in str(raised.value)
    assert raised.value.finding_code == code


@pytest.mark.parametrize(
    ("answer", "found"), [({"Contents": [{"Key": "a"}]}, True), ({}, False), (error("NoSuchBucket"), False)]
)
def test_one_object_is_enough_to_know_that_there_is_any(answer: Any, found: bool) -> None:
    clients = FakeClients({"list_objects_v2": answer})
    assert wanted().has_any(clients, "reports/billing/") is found
    assert clients.calls[0][1]["MaxKeys"] == 1


def test_titles_name_the_bucket() -> None:
    assert all(title.endswith(NAME) or " costs " in title for title in titles(plan(None, team="a")))
