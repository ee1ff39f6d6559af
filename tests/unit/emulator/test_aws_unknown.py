# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: what it does not know, and what breaks inside it, is answered in AWS's form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from moto.iam.models import IAMBackend
from moto.s3.models import S3Backend
from moto.secretsmanager.models import SecretsManagerBackend

from tests.emulator.aws.testing import Bench, code, outcome, request
from tests.emulator.fleet import Emulator

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Emulator(members=1) as emulator:
        yield Bench(emulator)


@pytest.mark.parametrize(
    ("service", "body", "message"),
    [
        ("iam", b"Action=Nonsense&Version=2010-05-08", "Could not find operation Nonsense for version 2010-05-08"),
        ("sts", b"Action=Nonsense&Version=2011-06-15", "Could not find operation Nonsense for version 2011-06-15"),
        ("ec2", b"Action=Nonsense&Version=2016-11-15", "Could not find operation Nonsense for version 2016-11-15"),
        ("nonsense", b"Action=Nonsense&Version=2010-05-08", "Could not find operation"),
    ],
)
def test_unknown_operations_of_query_services(bench: Bench, service: str, body: bytes, message: str) -> None:
    answer = request(bench, service, "us-east-1", "POST", "/", body, FORM)
    assert answer.status_code == 400
    root = ElementTree.fromstring(answer.content)
    assert [node.text for node in root.iter("Code")] == ["InvalidAction"]
    assert str([node.text for node in root.iter("Message")][0]).startswith(message)


@pytest.mark.parametrize(
    ("service", "target"),
    [
        ("bcm-data-exports", "AWSBillingAndCostManagementDataExports.Nonsense"),
        ("cur", "AWSOrigamiServiceGatewayService.Nonsense"),
        ("kms", "TrentService.Nonsense"),
        ("organizations", "AWSOrganizationsV20161128.Nonsense"),
        ("secretsmanager", "secretsmanager.Nonsense"),
        ("ssm", "AmazonSSM.Nonsense"),
        ("nonsense", "Nonsense.Nonsense"),
    ],
)
def test_unknown_operations_of_json_services(bench: Bench, service: str, target: str) -> None:
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
    answer = request(bench, service, "us-east-1", "POST", "/", b"{}", headers)
    assert answer.status_code == 400
    assert json.loads(answer.content)["__type"] == "UnknownOperationException"


def test_services_that_are_not_emulated_say_so(bench: Bench) -> None:
    assert outcome(bench.admin("accessanalyzer").list_analyzers)[:2] == ("NotImplemented", 501)


@pytest.mark.parametrize(
    ("service", "operation", "backend", "expected"),
    [
        ("iam", "list_users", IAMBackend, "InternalFailure"),
        ("secretsmanager", "list_secrets", SecretsManagerBackend, "InternalFailure"),
        ("s3", "list_buckets", S3Backend, "InternalError"),
    ],
)
def test_what_breaks_in_moto_is_an_internal_failure(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, service: str, operation: str, backend: type, expected: str
) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise RuntimeError("broken on purpose")

    client = bench.admin(service)
    monkeypatch.setattr(backend, operation, broken)
    assert outcome(getattr(client, operation))[:2] == (expected, 500)


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        ("s3", "list_buckets", "AuthorizationHeaderMalformed"),
        ("sts", "get_caller_identity", "SignatureDoesNotMatch"),
        ("secretsmanager", "list_secrets", "InvalidSignatureException"),
        ("ssm", "describe_parameters", "InvalidSignatureException"),
        ("ec2", "describe_regions", "AuthFailure"),
    ],
)
def test_regions_that_do_not_exist(bench: Bench, service: str, operation: str, expected: str) -> None:
    assert code(getattr(bench.admin(service, "mars-1"), operation)) == expected
    assert getattr(bench.admin(service, "eu-central-1"), operation)()


def test_nothing_is_created_in_a_region_that_does_not_exist(bench: Bench) -> None:
    mars = bench.admin("s3", "mars-1")
    assert code(mars.create_bucket, Bucket="mars") == "AuthorizationHeaderMalformed"
    place = {"LocationConstraint": "mars-1"}
    assert code(mars.create_bucket, Bucket="mars", CreateBucketConfiguration=place) == "AuthorizationHeaderMalformed"
    assert bench.admin("s3").list_buckets()["Buckets"] == []
