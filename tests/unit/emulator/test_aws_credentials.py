# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: whose key it is, and is it good."""

from __future__ import annotations

import concurrent.futures
import datetime
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.sts.models import sts_backends

from tests.emulator.aws.credentials import account_of_key
from tests.emulator.aws.testing import Bench, Who, code, outcome
from tests.emulator.fleet import Emulator

CALLS = {
    "sts": "get_caller_identity",
    "iam": "list_users",
    "organizations": "describe_organization",
    "bcm-data-exports": "list_exports",
    "ec2": "describe_instances",
    "s3": "list_buckets",
    "elbv2": "describe_load_balancers",
}


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Emulator(members=1) as emulator:
        yield Bench(emulator)


def errors(who: Who) -> dict[str, tuple[str, int]]:
    """What each service answers to these keys."""
    return {service: outcome(getattr(who(service), operation))[:2] for service, operation in CALLS.items()}


UNKNOWN = {
    "sts": ("InvalidClientTokenId", 403),
    "iam": ("InvalidClientTokenId", 403),
    "organizations": ("UnrecognizedClientException", 400),
    "bcm-data-exports": ("UnrecognizedClientException", 400),
    "ec2": ("AuthFailure", 401),
    "s3": ("InvalidAccessKeyId", 403),
    "elbv2": ("InvalidClientTokenId", 403),
}
WRONG_SECRET = {
    "sts": ("SignatureDoesNotMatch", 403),
    "iam": ("SignatureDoesNotMatch", 403),
    "organizations": ("InvalidSignatureException", 400),
    "bcm-data-exports": ("InvalidSignatureException", 400),
    "ec2": ("AuthFailure", 401),
    "s3": ("SignatureDoesNotMatch", 403),
    "elbv2": ("SignatureDoesNotMatch", 403),
}
EXPIRED = {
    "sts": ("ExpiredToken", 403),
    "iam": ("ExpiredToken", 403),
    "organizations": ("ExpiredTokenException", 400),
    "bcm-data-exports": ("ExpiredTokenException", 400),
    "ec2": ("RequestExpired", 400),
    "s3": ("ExpiredToken", 400),
    "elbv2": ("ExpiredToken", 403),
}


@pytest.mark.parametrize("key", ["AKIAQAAAAAAAAAAAAAAA", "AKIA0000000000000000", "nonsense", "ASIAQAAAAAAAAAAAAAAA"])
def test_unknown_keys(bench: Bench, key: str) -> None:
    assert errors(Who(bench.url, key, "secret")) == UNKNOWN


def test_wrong_secret(bench: Bench) -> None:
    assert errors(Who(bench.url, bench.admin.key, "not the secret")) == WRONG_SECRET


def test_inactive_key(bench: Bench) -> None:
    name, who = bench.user({"Effect": "Allow", "Action": "*", "Resource": "*"})
    assert who("sts").get_caller_identity()["Account"] == bench.account
    bench.admin("iam").update_access_key(UserName=name, AccessKeyId=who.key, Status="Inactive")
    assert errors(who) == UNKNOWN
    bench.admin("iam").update_access_key(UserName=name, AccessKeyId=who.key, Status="Active")
    assert who("iam").get_user()["User"]["UserName"] == name


def test_deleted_key(bench: Bench) -> None:
    name, who = bench.user()
    bench.admin("iam").delete_access_key(UserName=name, AccessKeyId=who.key)
    assert errors(who) == UNKNOWN


def test_expired_session(bench: Bench) -> None:
    who = bench.assume(bench.member)
    session = next(role for role in sts_backends[bench.member]["aws"].assumed_roles if role.access_key_id == who.key)
    session.expiration = datetime.datetime(2020, 1, 1)
    assert errors(who) == EXPIRED


def test_session_token_must_fit(bench: Bench) -> None:
    who = bench.assume(bench.member)
    assert code(Who(bench.url, who.key, who.secret)("sts").get_caller_identity) == "InvalidClientTokenId"
    assert code(Who(bench.url, who.key, who.secret, "another")("s3").list_buckets) == "InvalidToken"
    assert (
        code(Who(bench.url, bench.admin.key, bench.admin.secret, "x")("sts").get_caller_identity)
        == "InvalidClientTokenId"
    )


def test_unsigned(bench: Bench) -> None:
    def status_and_body(data: bytes | None) -> tuple[int, bytes]:
        with pytest.raises(urllib.error.HTTPError) as problem:
            urllib.request.urlopen(urllib.request.Request(bench.url, data=data), timeout=30)
        with problem.value as answer:
            return answer.code, answer.read()

    status, body = status_and_body(b"Action=GetCallerIdentity&Version=2011-06-15")
    assert status == 403
    assert b"<Code>MissingAuthenticationToken</Code>" in body
    status, body = status_and_body(None)
    assert status == 403
    assert b"<Code>AccessDenied</Code>" in body


def test_the_account_is_in_the_key_and_no_header_changes_it(bench: Bench) -> None:
    assert account_of_key(bench.admin.key) == bench.account
    client = bench.admin("sts")

    def claim(request: Any, **_: object) -> None:
        request.headers["x-moto-account-id"] = bench.standalone

    client.meta.events.register("before-send.sts", claim)
    identity = client.get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (bench.account, f"arn:aws:iam::{bench.account}:user/admin")


def test_a_changed_body_does_not_fit_its_signature(bench: Bench) -> None:
    client = bench.admin("s3")
    bucket = bench.bucket()

    def tamper(request: Any, **_: object) -> None:
        request.body = b"changed"

    client.meta.events.register("before-send.s3.PutObject", tamper)
    assert code(client.put_object, Bucket=bucket, Key="k", Body=b"as sent") == "XAmzContentSHA256Mismatch"


def test_presigned(bench: Bench) -> None:
    bucket, s3 = bench.bucket(), bench.admin("s3")
    s3.put_object(Bucket=bucket, Key="a b", Body=b"content")
    url = bench.admin("s3", signature_version="s3v4").generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "a b"}, ExpiresIn=60
    )
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.read() == b"content"
    with pytest.raises(urllib.error.HTTPError) as problem:
        urllib.request.urlopen(url.replace("X-Amz-Expires=60", "X-Amz-Expires=61"), timeout=30)
    assert problem.value.code == 403
    problem.value.close()


def test_what_is_missing_answers_like_aws(bench: Bench) -> None:
    unknown = bench.admin("iam").list_organizations_features
    assert outcome(unknown)[:2] == ("NotImplemented", 501)
    assert outcome(bench.admin("accessanalyzer").list_analyzers)[:2] == ("NotImplemented", 501)
    client = bench.admin("organizations")
    client.meta.events.register(
        "before-sign.organizations",
        lambda request, **_: request.headers.replace_header("X-Amz-Target", "AWSOrganizationsV20161128.MakeTea"),
    )
    assert outcome(client.describe_organization)[:2] == ("UnknownOperationException", 400)


def test_requests_that_cannot_be_read(bench: Bench) -> None:
    def send(service: str, target: str, body: bytes) -> tuple[int, str]:
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"} if target else {}
        request = AWSRequest(method="POST", url=f"{bench.url}/", data=body, headers=headers)
        SigV4Auth(Credentials(bench.admin.key, bench.admin.secret), service, "us-east-1").add_auth(request)
        prepared = request.prepare()
        sent = urllib.request.Request(prepared.url, data=body, headers=dict(prepared.headers))
        with pytest.raises(urllib.error.HTTPError) as problem:
            urllib.request.urlopen(sent, timeout=30)
        with problem.value as answer:
            return answer.code, answer.read().decode()

    for body in (b"{nonsense", b"[]"):
        status, text = send("organizations", "AWSOrganizationsV20161128.ListAccounts", body)
        assert (status, json.loads(text)["__type"]) == (400, "SerializationException")
    for body, expected in ((b"Action=MakeTea", "InvalidAction"), (b"Action=CreateUser", "ValidationError")):
        status, text = send("iam", "", body)
        assert status == 400
        assert f"<Code>{expected}</Code>" in text


def test_two_checks_at_a_time(bench: Bench) -> None:
    name, dummy = bench.user()
    iam = bench.admin("iam", max_pool_connections=8)

    def create(dummy: int) -> str:
        try:
            iam.create_access_key(UserName=name)
        except iam.exceptions.LimitExceededException:
            return "refused"
        return "made"

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(create, range(8))) == ["made"] + ["refused"] * 7


def test_calls_are_logged(bench: Bench) -> None:
    bench.emulator.start_run("logged")
    bucket = bench.bucket()
    bench.assume(bench.member)("s3").list_buckets()
    assert code(bench.admin("s3").get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"
    bench.emulator.start_run("later")
    with urllib.request.urlopen(f"{bench.url}/_emulator/calls?run=logged", timeout=30) as answer:
        calls = json.load(answer)
    assert calls == bench.emulator.calls("logged")
    shown = [(call["account"], call["service"], call["operation"], call["write"], call["error"]) for call in calls]
    assert shown == [
        (bench.account, "s3", "CreateBucket", True, None),
        (bench.account, "sts", "AssumeRole", False, None),
        (bench.member, "s3", "ListBuckets", False, None),
        (bench.account, "s3", "GetBucketPolicy", False, "NoSuchBucketPolicy"),
    ]
    role = "assumed-role/OrganizationAccountAccessRole/test"
    assert calls[2]["principal"] == f"arn:aws:sts::{bench.member}:{role}"


def test_services_the_discovery_uses(bench: Bench) -> None:
    assert bench.admin("ec2").describe_instances()["Reservations"] == []
    assert bench.admin("elbv2").describe_load_balancers()["LoadBalancers"] == []
    now = datetime.datetime.now(datetime.timezone.utc)
    points = bench.admin("cloudwatch").get_metric_statistics(
        Namespace="AWS/EC2",
        MetricName="CPUUtilization",
        StartTime=now - datetime.timedelta(hours=1),
        EndTime=now,
        Period=60,
        Statistics=["Average"],
    )
    assert points["Datapoints"] == []
    secrets = bench.admin("secretsmanager")
    secrets.create_secret(Name="s", SecretString="v")
    assert secrets.get_secret_value(SecretId="s")["SecretString"] == "v"
    parameters = bench.admin("ssm")
    parameters.put_parameter(Name="/p", Value="v", Type="SecureString")
    assert parameters.get_parameter(Name="/p", WithDecryption=True)["Parameter"]["Value"] == "v"
