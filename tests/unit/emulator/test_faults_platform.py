# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: the platform down, slow, or failing after it has stored; and what its own calls to AWS leave."""

from __future__ import annotations

import concurrent.futures
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.aws.testing import Bench, Who, allow
from tests.emulator.faults import Faults, When
from tests.emulator.fleet import Emulator


class Platform:
    """A client of the emulator's platform, with data sources of the emulator's accounts."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.emulator = bench.emulator

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        request = urllib.request.Request(
            f"{self.emulator.platform_url}{path}",
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {self.emulator.platform_token}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, json.loads(problem.read())["error"]["error_code"]

    @property
    def collection(self) -> str:
        """The path of the data sources."""
        return f"/restapi/v2/organizations/{self.emulator.platform_organization_id}/cloud_accounts"

    def create(self, name: str, who: Who) -> tuple[int, Any]:
        """POST a linked data source with this key."""
        config = {"access_key_id": who.key, "secret_access_key": who.secret, "linked": True}
        return self.call("POST", self.collection, {"name": name, "type": "aws_cnr", "config": config})

    def rename(self, identifier: str, name: str) -> tuple[int, Any]:
        """PATCH a data source."""
        return self.call("PATCH", f"/restapi/v2/cloud_accounts/{identifier}", {"name": name})

    def stored(self) -> dict[str, dict[str, Any]]:
        """By name, what is stored."""
        (organization, *dummy) = self.call("GET", "/_emulator/state")[1]["organizations"]
        return {entry["name"]: entry for entry in organization["cloud_accounts"]}

    def logged(self, run: str) -> list[tuple[str, int, str | None]]:
        """The platform's calls of a run: operation, status, error."""
        calls = [call for call in self.emulator.calls(run) if call["service"] == "platform"]
        return [(call["operation"], call["status"], call["error"]) for call in calls]


@pytest.fixture(scope="module")
def shared() -> Iterator[Platform]:
    with Emulator(members=1) as emulator:
        yield Platform(Bench(emulator))


@pytest.fixture
def platform(shared: Platform) -> Platform:
    shared.emulator.reset()
    return shared


@pytest.fixture
def faults(platform: Platform) -> Faults:
    return platform.emulator.faults


@pytest.fixture
def key(platform: Platform) -> Who:
    return platform.bench.user(allow("*"))[1]


def test_down(platform: Platform, faults: Faults, key: Who) -> None:
    faults.platform_down()
    platform.emulator.start_run("down")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        platform.create("one", key)
    platform.bench.admin("iam").list_users()
    assert platform.logged("down") == [("CreateCloudAccount", 0, "DroppedBefore")]
    faults.platform_down(False)
    assert platform.stored() == {}
    assert platform.create("one", key)[0] == 201


@pytest.mark.parametrize(("when", "mark"), [("before", "DroppedBefore"), ("after", "Dropped")])
def test_a_dropped_creation(platform: Platform, faults: Faults, key: Who, when: When, mark: str) -> None:
    platform.bench.admin("iam").create_user(UserName="earlier")
    faults.count_from_here()
    platform.bench.admin("iam").create_user(UserName="first")
    platform.emulator.start_run(f"drop-{when}")
    faults.at_write(2, when)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        platform.create("one", key)
    assert faults.fired
    assert platform.logged(f"drop-{when}") == [("CreateCloudAccount", 0, mark)]
    stored = platform.stored()
    assert list(stored) == (["one"] if when == "after" else [])
    assert all(entry["import_scheduled"] for entry in stored.values()), "the whole effect"
    platform.call("GET", platform.collection)


def test_a_dropped_call_by_name(platform: Platform, faults: Faults, key: Who) -> None:
    identifier = platform.create("one", key)[1]["id"]
    faults.at_call("UpdateCloudAccount", 2, "after")
    assert platform.rename(identifier, "two")[0] == 200
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        platform.rename(identifier, "three")
    assert list(platform.stored()) == ["three"]


def test_500_after_storing_a_creation(platform: Platform, faults: Faults, key: Who) -> None:
    other = Who(platform.bench.url, platform.bench.standalone_admin.key, platform.bench.standalone_admin.secret)
    faults.platform_fails_after_storing(1)
    wrong = Who(platform.bench.url, key.key, "wrong")
    assert platform.create("refused", wrong) == (403, "OE0433")
    platform.emulator.start_run("stored")
    assert platform.create("one", key) == (500, "U0500")
    stored = platform.stored()["one"]
    assert (stored["rule_created"], stored["import_scheduled"]) == (False, False)
    assert platform.logged("stored") == [("CreateCloudAccount", 500, "U0500")]
    assert platform.create("one again", key) == (409, "OE0402")
    assert platform.create("two", other)[0] == 201
    assert platform.stored()["two"]["import_scheduled"] is True
    assert platform.stored().keys() == {"one", "two"}


def test_500_after_storing_an_update(platform: Platform, faults: Faults, key: Who) -> None:
    identifier = platform.create("one", key)[1]["id"]
    faults.platform_fails_after_storing(1)
    assert platform.rename(identifier, "")[0] == 400
    assert platform.rename(identifier, "two") == (500, "U0500")
    assert list(platform.stored()) == ["two"]
    assert platform.rename(identifier, "three")[0] == 200


def test_slow(platform: Platform, faults: Faults) -> None:
    faults.platform_slow(0.3)
    started = time.monotonic()
    assert platform.call("GET", platform.collection)[0] == 200
    assert time.monotonic() - started >= 0.3
    faults.platform_slow(0)
    assert platform.call("GET", platform.collection)[0] == 200


def test_slow_creations_take_their_time_one_by_one_and_collide_side_by_side(
    platform: Platform, faults: Faults, key: Who
) -> None:
    faults.platform_creates_slowly(0.5)
    started = time.monotonic()
    assert platform.create("one", key)[0] == 201
    assert time.monotonic() - started >= 0.5
    started = time.monotonic()
    assert platform.call("GET", platform.collection)[0] == 200
    assert time.monotonic() - started < 0.5
    platform.emulator.platform.reset()
    emulator = platform.emulator
    other = Who(emulator.aws_endpoint_url, emulator.standalone_access_key_id, emulator.standalone_secret_access_key)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        both = list(pool.map(platform.create, ("two", "three"), (key, other)))
    assert sorted(status for status, dummy in both) == [201, 500]
    assert platform.stored().keys() == {"two", "three"}


def test_the_platform_is_not_throttled_and_not_counted(platform: Platform, faults: Faults, key: Who) -> None:
    faults.count_from_here()
    faults.throttle(1)
    faults.fail(1)
    faults.at_call("GetCallerIdentity", 1, "before")
    assert platform.create("one", key)[0] == 201
    assert not faults.fired
    assert faults.writes == 1


def test_the_platform_is_refused_new_keys(platform: Platform, faults: Faults) -> None:
    faults.refuse_new_keys(3600)
    new = platform.bench.user(allow("*"))[1]
    assert platform.create("one", new) == (403, "OE0433")
    faults.age_key(new.key, 1)
    assert platform.create("one", new)[0] == 201


def test_the_platform_uses_keys(platform: Platform, key: Who) -> None:
    def last_service() -> str:
        used = platform.bench.admin("iam").get_access_key_last_used(AccessKeyId=key.key)
        return str(used["AccessKeyLastUsed"]["ServiceName"])

    assert last_service() == "N/A"
    assert platform.create("linked", key)[0] == 201
    assert last_service() == "sts", "it asks STS whose key it is"
    (entry,) = platform.stored().values()
    platform.call("DELETE", f"/restapi/v2/cloud_accounts/{entry['id']}")
    config = {
        "access_key_id": key.key,
        "secret_access_key": key.secret,
        "config_scheme": "bucket_only",
        "cur_version": 2,
        "bucket_name": platform.bench.export_bucket(),
        "bucket_prefix": "reports",
        "report_name": "report",
    }
    assert platform.call("POST", platform.collection, {"name": "r", "type": "aws_cnr", "config": config})[0] == 201
    assert last_service() == "s3", "it lists the bucket"
