# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: throttles, failures, latency, dropped connections, and the calls they are counted by."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any, cast

import botocore.client
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.emulator.aws.testing import Bench, Who, code, outcome, unique
from tests.emulator.faults import Faults, When

CALLS = {
    "iam": "list_users",
    "sts": "get_caller_identity",
    "bcm-data-exports": "list_exports",
    "secretsmanager": "list_secrets",
    "ssm": "describe_parameters",
    "organizations": "describe_organization",
    "s3": "list_buckets",
    "ec2": "describe_instances",
}


@pytest.fixture
def faults(bench: Bench) -> Faults:
    return bench.emulator.faults


def logged(bench: Bench, run: str) -> list[tuple[str, int, str | None]]:
    return [(call["operation"], call["status"], call["error"]) for call in bench.emulator.calls(run)]


def user_names(bench: Bench) -> set[str]:
    return {user["UserName"] for user in bench.admin("iam").list_users()["Users"]}


def control(bench: Bench, body: Any = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(f"{bench.url}/_emulator/faults", data=data, timeout=30) as answer:
        return json.load(answer)


@pytest.mark.parametrize(
    ("service", "error", "status"),
    [
        ("iam", "Throttling", 400),
        ("sts", "Throttling", 400),
        ("bcm-data-exports", "ThrottlingException", 400),
        ("secretsmanager", "ThrottlingException", 400),
        ("ssm", "ThrottlingException", 400),
        ("organizations", "TooManyRequestsException", 400),
        ("s3", "SlowDown", 503),
        ("ec2", "RequestLimitExceeded", 503),
    ],
)
def test_throttles_in_each_protocol(bench: Bench, faults: Faults, service: str, error: str, status: int) -> None:
    call = getattr(bench.admin(service), CALLS[service])
    faults.throttle(1)
    bench.emulator.start_run(f"throttle-{service}")
    assert outcome(call)[:2] == (error, status)
    (record,) = bench.emulator.calls(f"throttle-{service}")
    assert (record["status"], record["error"], record["account"]) == (status, error, bench.account)
    faults.throttle(0)
    call()


@pytest.mark.parametrize(
    ("service", "error"),
    [
        ("iam", "ServiceFailure"),
        ("sts", "ServiceFailure"),
        ("bcm-data-exports", "InternalServerException"),
        ("s3", "InternalError"),
        ("ec2", "InternalError"),
    ],
)
def test_failures_in_each_protocol(bench: Bench, faults: Faults, service: str, error: str) -> None:
    faults.fail(1)
    call = getattr(bench.admin(service), CALLS[service])
    assert [outcome(call)[:2] for dummy in range(2)] == [(error, 500)] * 2


def test_throttled_calls_have_no_effect_and_do_not_count(bench: Bench, faults: Faults) -> None:
    faults.throttle(1)
    assert code(bench.admin("iam").create_user, UserName="throttled") == "Throttling"
    assert faults.writes == 0
    faults.clear()
    assert "throttled" not in user_names(bench)


def test_half_of_the_failures_come_after_the_effect(bench: Bench, faults: Faults) -> None:
    iam = bench.admin("iam")
    faults.fail(1)
    for number in range(6):
        assert code(iam.create_user, UserName=f"failed-{number}") == "ServiceFailure"
    assert faults.writes == 3, "those before the effect are no writes"
    faults.clear()
    assert {name for name in user_names(bench) if name.startswith("failed")} == {"failed-1", "failed-3", "failed-5"}


@pytest.mark.parametrize("method", ["throttle", "fail"])
def test_the_share_is_kept_and_is_the_same_for_a_seed(bench: Bench, faults: Faults, method: str) -> None:
    sts = bench.admin("sts")

    def hits(share: float, seed: int) -> list[int]:
        getattr(faults, method)(share, seed)
        found = []
        for number in range(200):
            try:
                sts.get_caller_identity()
            except ClientError:
                found.append(number)
        return found

    first = hits(0.2, 7)
    assert 25 <= len(first) <= 55
    assert hits(0.2, 7) == first
    assert hits(0.2, 8) != first


def test_latency(bench: Bench, faults: Faults) -> None:
    def took(service: str) -> float:
        call = getattr(bench.admin(service), CALLS[service])
        started = time.monotonic()
        call()
        return time.monotonic() - started

    faults.delay(0.3, "iam")
    assert took("iam") >= 0.3
    faults.delay(0.2)
    assert took("sts") >= 0.2
    assert took("iam") >= 0.3, "its own latency goes first"
    assert control(bench)["on"] == {"delay": {"services": {"iam": 0.3, "all": 0.2}}}
    faults.delay(0, "iam")
    faults.delay(0)
    assert control(bench)["on"] == {}


@pytest.mark.parametrize(("when", "mark"), [("before", "DroppedBefore"), ("after", "Dropped")])
def test_a_dropped_write(bench: Bench, faults: Faults, when: When, mark: str) -> None:
    iam, actions = bench.admin("iam"), []
    faults.count_from_here()
    faults.at_write(2, when, lambda: actions.append("CreateUser 2" if "u2" in user_names(bench) else "nothing"))
    bench.emulator.start_run(f"drop-{when}")
    iam.create_user(UserName="u1")
    iam.get_user(UserName="u1")
    assert not faults.fired
    with pytest.raises(ConnectionClosedError, match="Connection was closed"):
        iam.create_user(UserName="u2")
    assert faults.fired
    assert actions == ["CreateUser 2" if when == "after" else "nothing"]
    assert ("u2" in user_names(bench)) == (when == "after")
    assert ("CreateUser", 0, mark) in logged(bench, f"drop-{when}")
    iam.create_user(UserName="u3")
    assert faults.writes == 3
    faults.at_write(3, when)
    iam.get_user(UserName="u3")
    iam.create_user(UserName="u4")
    assert not faults.fired, "the third write has been"


def test_a_drop_before_leaves_the_key_unused(bench: Bench, faults: Faults) -> None:
    name, who = bench.user({"Effect": "Allow", "Action": "*", "Resource": "*"})
    faults.at_call("ListUsers", 1, "before")
    with pytest.raises(ConnectionClosedError):
        who("iam").list_users()
    used = bench.admin("iam").get_access_key_last_used(AccessKeyId=who.key)
    assert used == {**used, "UserName": name, "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}


def test_a_lost_answer_hides_a_refusal_too(bench: Bench, faults: Faults) -> None:
    iam = bench.admin("iam")
    iam.create_user(UserName="u")
    faults.at_call("CreateUser", 1, "after")
    with pytest.raises(ConnectionClosedError):
        iam.create_user(UserName="u")
    assert code(iam.create_user, UserName="u") == "EntityAlreadyExists"


def test_the_nth_call_of_an_operation_reads_included(bench: Bench, faults: Faults) -> None:
    iam = bench.admin("iam")
    faults.at_call("ListUsers", 2, "after")
    iam.list_users()
    iam.list_roles()
    assert not faults.fired
    with pytest.raises(ConnectionClosedError):
        iam.list_users()
    assert faults.fired
    iam.list_users()
    with pytest.raises(ValueError, match="first"):
        faults.at_call("ListUsers", 0, "after")
    with pytest.raises(ValueError, match="before"):
        faults.at_write(1, cast(Any, "now"))


def test_sdk_retries_after_a_lost_answer(bench: Bench, faults: Faults) -> None:
    iam = bench.admin("iam")
    patient = botocore.client.Config(retries={"total_max_attempts": 3, "mode": "standard"})
    retrying = Who(bench.url, bench.admin.key, bench.admin.secret)._session.client(
        "iam", region_name="us-east-1", endpoint_url=bench.url, config=patient
    )
    faults.at_call("CreateUser", 1, "after")
    assert code(retrying.create_user, UserName="u") == "EntityAlreadyExists", "as on AWS"
    faults.at_call("CreateUser", 1, "before")
    retrying.create_user(UserName="v")
    assert faults.fired
    assert {"u", "v"} <= {user["UserName"] for user in iam.list_users()["Users"]}


def test_the_server_goes_on_after_many_drops(bench: Bench, faults: Faults) -> None:
    s3 = bench.admin("s3")
    for dummy in range(40):
        faults.at_call("PutObject", 1, "before")
        bucket = bench.bucket()
        with pytest.raises(ConnectionClosedError):
            s3.put_object(Bucket=bucket, Key="k", Body=b"x" * 100_000)
        assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_a_client_killed_with_its_children(bench: Bench, faults: Faults) -> None:
    program = (
        "import boto3, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; print(1, flush=True); time.sleep(600)'])\n"
        "iam = boto3.client('iam', endpoint_url=sys.argv[1], region_name='us-east-1')\n"
        "for name in ('k1', 'k2', 'k3'):\n"
        "    iam.create_user(UserName=name)\n"
    )
    keys = {"AWS_ACCESS_KEY_ID": bench.admin.key, "AWS_SECRET_ACCESS_KEY": bench.admin.secret}
    faults.count_from_here()
    client: subprocess.Popen[bytes]
    faults.at_write(2, "after", lambda: os.killpg(client.pid, signal.SIGKILL))
    with subprocess.Popen(
        [sys.executable, "-c", program, bench.url],
        env={**os.environ, **keys},
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as client:
        client.communicate(timeout=60)  # ends only once the child, which has the same pipe, is dead, too
    assert client.returncode == -signal.SIGKILL
    assert faults.fired
    assert {name for name in user_names(bench) if name.startswith("k")} == {"k1", "k2"}


def test_switched_over_http(bench: Bench, faults: Faults) -> None:
    assert control(bench) == {"on": {}, "armed": False, "fired": False, "writes": 0}
    control(bench, {"method": "throttle", "arguments": {"share": 1}})
    assert control(bench)["on"] == {"throttle": {"share": 1, "seed": 0}}
    assert code(bench.admin("iam").list_users) == "Throttling"
    for name, arguments in {
        "fail": {"share": 0.5, "seed": 3},
        "delay": {"seconds": 0, "service": "s3"},
        "hide_created": {"reads": 2},
        "refuse_new_keys": {"seconds": 1},
        "platform_down": {"on": True},
        "platform_fails_after_storing": {"times": 2},
        "platform_slow": {"seconds": 0.1},
        "platform_creates_slowly": {"seconds": 0.1},
    }.items():
        control(bench, {"method": name, "arguments": arguments})
    shown = control(bench)["on"]
    assert shown.keys() == {
        "throttle",
        "fail",
        "delay",
        "hide_created",
        "refuse_new_keys",
        "platform_down",
        "platform_fails_after_storing",
        "platform_creates_slowly",
    }
    assert shown["delay"] == {"services": {"s3": 0, "platform": 0.1}}
    assert control(bench, {"method": "clear"})["on"] == {}
    bench.admin("iam").list_users()
    faults.throttle(1)
    bench.emulator.reset()
    bench.admin("iam").list_users()


@pytest.mark.parametrize(
    "body",
    [
        {"method": "at_write", "arguments": {"number": 1, "when": "after"}},
        {"method": "_spring"},
        {"method": "throttle", "arguments": {"part": 1}},
        {"method": "throttle", "arguments": {"share": 2}},
        {"method": "clear", "arguments": [1]},
        {},
        [],
    ],
)
def test_nonsense_over_http(bench: Bench, faults: Faults, body: Any) -> None:
    with pytest.raises(urllib.error.HTTPError) as problem:
        control(bench, body)
    assert problem.value.code == 400
    problem.value.close()
    assert control(bench)["on"] == {}


def test_writes_are_counted_over_both_servers(bench: Bench, faults: Faults) -> None:
    iam, emulator = bench.admin("iam"), bench.emulator
    iam.create_user(UserName=unique("u"))
    faults.count_from_here()
    iam.create_user(UserName=unique("u"))
    iam.list_users()
    base = f"{emulator.platform_url}/restapi/v2/organizations/{emulator.platform_organization_id}/cloud_accounts"
    headers = {"Authorization": f"Bearer {emulator.platform_token}", "Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(base, headers=headers), timeout=30).close()
    with pytest.raises(urllib.error.HTTPError) as problem:
        urllib.request.urlopen(urllib.request.Request(base, data=b"{}", headers=headers), timeout=30)
    problem.value.close()
    assert code(iam.create_user, UserName="admin") == "EntityAlreadyExists"
    assert faults.writes == 3, "a refused write is a write, as in the call log"
    assert faults.written == ["iam:CreateUser", "platform:CreateCloudAccount", "iam:CreateUser"]
