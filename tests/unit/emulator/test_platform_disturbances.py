# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: answers of the platform that are cut, late, somebody else's, or say what is not so."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.platform.testing import Bench

ITEM = "/restapi/v2/cloud_accounts/"


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.fixture
def bench(shared: Bench) -> Iterator[Bench]:
    shared.faults.clear()
    shared.call("POST", "/_emulator/reset")
    shared.call("POST", "/_emulator/clear")
    yield shared
    shared.faults.clear()


def body(bench: Bench, name: str = "one") -> dict[str, Any]:
    return {"name": name, "type": "aws_cnr", "config": bench.linked("111111111111")}


def last_call(bench: Bench) -> tuple[object, ...]:
    call = bench.app.calls.as_json()[-1]
    return call["operation"], call["status"], call["error"]


def test_an_answer_that_is_cut_after_the_effect(bench: Bench) -> None:
    bench.faults.platform_answers("cut", "CreateCloudAccount")
    with pytest.raises(http.client.IncompleteRead) as caught:
        bench.send("POST", bench.collection, body(bench))
    assert caught.value.partial.startswith(b"{")
    assert last_call(bench) == ("CreateCloudAccount", 201, "cut")
    assert bench.stored()["one"]["import_scheduled"] is True


def test_a_garbage_status_line_after_the_effect(bench: Bench) -> None:
    bench.faults.platform_answers("garbage_status", "CreateCloudAccount")
    with pytest.raises(http.client.BadStatusLine):
        bench.send("POST", bench.collection, body(bench))
    assert set(bench.stored()) == {"one"}


def test_a_bad_gateway_with_a_cut_body_after_the_effect(bench: Bench) -> None:
    identifier = bench.create("one", bench.linked("111111111111")).body["id"]
    bench.faults.platform_answers("bad_gateway", "UpdateCloudAccount")
    with pytest.raises(http.client.IncompleteRead):
        bench.update(identifier, name="two")
    assert last_call(bench) == ("UpdateCloudAccount", 502, "bad_gateway")
    assert set(bench.stored()) == {"two"}


@pytest.mark.parametrize("status", [200, 201])
def test_a_sign_in_page_instead_of_the_effect(bench: Bench, status: int) -> None:
    bench.faults.platform_answers("sign_in_page", times=2, status=status)
    for method in ("POST", "GET"):
        found, headers, text = bench.send(method, bench.collection, body(bench))
        assert (found, headers["Content-Type"], text[:9]) == (status, "text/html", b"<!DOCTYPE")
    assert bench.stored() == {}


def test_the_old_object_instead_of_the_effect(bench: Bench) -> None:
    created = bench.create("one", bench.linked("111111111111")).body
    bench.faults.platform_answers("old_object", times=2)
    answer = bench.update(created["id"], name="two", config=bench.linked("111111111111"))
    assert (answer.status, answer.body) == (200, created)
    answer = bench.create("three", bench.linked("222222222222"))
    assert (answer.status, answer.body) == (200, {"cloud_accounts": [created]}), "a POST has become a GET"
    assert bench.call("GET", bench.collection).body == {"cloud_accounts": [created]}


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_to_another_host(bench: Bench, status: int) -> None:
    elsewhere = f"http://127.0.0.1:9{bench.collection}"
    bench.faults.platform_answers("redirect", location=elsewhere, status=status, times=2)
    for method in ("POST", "GET"):
        found, headers, dummy = bench.send(method, bench.collection, body(bench))
        assert (found, headers["Location"]) == (status, elsewhere)
    assert bench.stored() == {}


def test_401_with_a_string(bench: Bench) -> None:
    bench.faults.platform_answers("unauthorized", "ListCloudAccounts")
    assert bench.get("x").outcome == (404, "OE0002"), "only the operation that was named"
    status, dummy, text = bench.send("GET", bench.collection)
    assert (status, json.loads(text)) == (401, "Unauthorized")


@pytest.mark.parametrize("collection", ["cloud_accounts", "organizations", "report_imports"])
def test_null_in_place_of_a_list(bench: Bench, collection: str) -> None:
    identifier = bench.create("one", bench.linked("111111111111")).body["id"]
    paths = {"organizations": "/restapi/v2/organizations", "report_imports": f"{ITEM}{identifier}/report_imports"}
    bench.faults.platform_answers("null_list")
    assert bench.call("GET", paths.get(collection, bench.collection)).body == {collection: None}


def test_429_for_the_first_calls(bench: Bench) -> None:
    bench.faults.platform_answers("too_many_requests", times=2, retry_after=3)
    answers = [bench.send("GET", bench.collection) for dummy in range(3)]
    assert [(status, headers["Retry-After"]) for status, headers, dummy in answers] == [
        (429, "3"),
        (429, "3"),
        (200, None),
    ]


def test_reads_that_lag_behind_each_write(bench: Bench) -> None:
    created = bench.create("one", bench.linked("111111111111")).body
    bench.faults.platform_lags(2)
    assert bench.update(created["id"], name="two").body["name"] == "two"
    assert [bench.get(created["id"]).body["name"] for dummy in range(3)] == ["one", "one", "two"]
    new = bench.create("new", bench.linked("222222222222")).body["id"]
    assert bench.get(new).outcome == (404, "OE0002")
    assert len(bench.call("GET", bench.collection).body["cloud_accounts"]) == 1
    assert len(bench.call("GET", bench.collection).body["cloud_accounts"]) == 2
    bench.call("DELETE", ITEM + new)
    assert [bench.get(new).status for dummy in range(3)] == [200, 200, 404]
    bench.update(created["id"], name="three")
    bench.faults.platform_lags(0)
    assert bench.get(created["id"]).body["name"] == "three"


def test_one_disturbance_after_the_other_and_the_end_of_all(bench: Bench) -> None:
    bench.faults.platform_answers("unauthorized", "ListCloudAccounts")
    bench.faults.platform_answers("sign_in_page", "ListCloudAccounts")
    assert [bench.send("GET", bench.collection)[0] for dummy in range(3)] == [401, 200, 200]
    bench.faults.platform_answers("unauthorized", times=5)
    assert bench.faults.as_json()["on"]["platform_answers"] == {
        "kinds": ["unauthorized", "sign_in_page", "unauthorized"]
    }
    bench.faults.clear()
    assert bench.call("GET", bench.collection).status == 200
    with pytest.raises(ValueError, match="none of cut, "):
        bench.faults.platform_answers("magic")
    with pytest.raises(KeyError):
        bench.faults.call_remotely("take_disturbance", {})
    bench.faults.call_remotely("platform_answers", {"kind": "unauthorized", "operation": "ListCloudAccounts"})
    assert bench.send("GET", bench.collection)[0] == 401
