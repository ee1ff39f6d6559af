# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded platform: organizations that are disabled or shared, imports, details, and how a test sets them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.platform.testing import Bench

DISCOVERED = {"bucket", "instance", "ip_address", "load_balancer", "snapshot", "volume"}


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.fixture
def bench(shared: Bench) -> Bench:
    shared.call("POST", "/_emulator/reset")
    return shared


def set_organization(bench: Bench, **fields: object) -> int:
    return bench.call("PATCH", f"/_emulator/organizations/{bench.app.organization_id}", fields).status


def imports(bench: Bench, identifier: str, query: str = "") -> list[dict[str, Any]]:
    answer = bench.call("GET", f"/restapi/v2/cloud_accounts/{identifier}/report_imports?{query}")
    return list(answer.body["report_imports"])


def test_what_an_organization_says_of_itself(bench: Bench) -> None:
    path = f"/restapi/v2/organizations/{bench.app.organization_id}"
    shown = bench.call("GET", path).body
    assert shown.keys() >= {"id", "name", "pool_id", "cleaned_at", "disabled", "currency"}
    assert (shown["currency"], shown["disabled"]) == ("USD", False)
    assert set_organization(bench, currency="EUR") == 200
    assert bench.call("GET", path).body == shown | {"currency": "EUR"}
    bench.call("POST", "/_emulator/reset")
    assert bench.call("GET", path).body == shown
    assert set_organization(bench, colour="red") == 400


def test_a_disabled_organization_can_only_be_looked_at(bench: Bench) -> None:
    identifier = bench.create("one", bench.config()).body["id"]
    set_organization(bench, disabled=True)
    item = f"/restapi/v2/cloud_accounts/{identifier}"
    for path in (bench.collection, item, f"/restapi/v2/organizations/{bench.app.organization_id}"):
        assert bench.call("GET", path).status == 200
    assert bench.create("two", bench.config("222222222222")).outcome == (403, "OE0234")
    assert bench.update(identifier, name="new").outcome == (403, "OE0234")
    assert bench.call("GET", f"{item}/report_imports").outcome == (403, "OE0234")
    assert bench.call("DELETE", item).outcome == (403, "OE0234")
    set_organization(bench, disabled=False)
    assert bench.update(identifier, name="new").status == 200


def test_a_second_organization_of_the_same_user() -> None:
    with Bench() as bench:
        body = {"name": "Second", "email": bench.app.email}
        second = bench.call("POST", "/_emulator/organizations", body).body
        organizations = bench.call("GET", "/restapi/v2/organizations").body["organizations"]
        assert {entry["name"] for entry in organizations} == {"FinOps", "Second"}
        path = f"/restapi/v2/organizations/{second['organization_id']}/cloud_accounts"
        assert bench.call("GET", path).status == 200, "the token that there was knows it too"


def test_an_account_that_is_connected_elsewhere(bench: Bench) -> None:
    bench.call("PUT", "/_emulator/connected_elsewhere", ["111111111111"])
    assert bench.create("one", bench.config("111111111111")).outcome == (409, "OE0402")
    assert bench.call("GET", bench.collection).body == {"cloud_accounts": []}
    assert bench.create("two", bench.config("222222222222")).status == 201
    bench.call("POST", "/_emulator/reset")
    assert bench.create("one", bench.config("111111111111")).status == 201


def test_details(bench: Bench) -> None:
    identifier = bench.create("one", bench.config()).body["id"]
    path = f"/restapi/v2/cloud_accounts/{identifier}"
    details = bench.call("GET", f"{path}?details=true").body["details"]
    assert details.keys() == {"cost", "forecast", "last_month_cost", "resources", "discovery_infos"}
    assert {entry["resource_type"] for entry in details["discovery_infos"]} == DISCOVERED
    assert all(entry["last_discovery_at"] == entry["last_error_at"] == 0 for entry in details["discovery_infos"])
    assert all(entry["enabled"] and "observe_time" in entry for entry in details["discovery_infos"])
    failed = {"last_discovery_at": 5, "last_error_at": 9, "last_error": "denied"}
    known = {"cost": 12.5, "resources": 3, "discovery_infos": {"bucket": failed}}
    assert bench.call("PATCH", f"/_emulator/cloud_accounts/{identifier}", {"details": known}).status == 200
    (listed,) = bench.call("GET", f"{bench.collection}?details=true").body["cloud_accounts"]
    assert (listed["details"]["cost"], listed["details"]["resources"]) == (12.5, 3.0)
    (bucket,) = [entry for entry in listed["details"]["discovery_infos"] if entry["resource_type"] == "bucket"]
    assert bucket.items() >= failed.items()
    assert "details" not in bench.get(identifier).body


def test_what_the_platform_sets_itself(bench: Bench) -> None:
    created = bench.create("one", bench.config()).body
    fields = {
        "last_import_at": 1,
        "last_import_modified_at": 2,
        "last_import_attempt_at": 3,
        "last_import_attempt_error": "AccessDenied",
        "last_getting_metrics_at": 4,
        "last_getting_metric_attempt_at": 5,
        "last_getting_metric_attempt_error": "denied",
        "auto_import": False,
        "process_recommendations": False,
    }
    path = f"/_emulator/cloud_accounts/{created['id']}"
    assert bench.call("PATCH", path, fields).status == 200
    assert bench.get(created["id"]).body == created | fields
    assert bench.call("PATCH", path, {"account_id": "1"}).status == 400


def test_imports(bench: Bench) -> None:
    root = bench.create("root", bench.config("111111111111")).body["id"]
    linked = bench.create("linked", bench.linked("222222222222")).body["id"]
    assert [entry["state"] for entry in imports(bench, root)] == ["scheduled", "scheduled"]
    assert imports(bench, linked) == []
    reason = "An error occurred (403)\n" + "when calling HeadObject " * 20
    now = int(time.time())
    states = [
        {"state": "completed", "updated_at": 1},
        {"state": "failed", "state_reason": reason, "updated_at": 2},
        {"state": "in_progress", "updated_at": now},
        {"state": "in_progress", "updated_at": now - 7200},
    ]
    bench.call("PUT", f"/_emulator/cloud_accounts/{root}/report_imports", states)

    def shown(query: str) -> list[tuple[str, int]]:
        return sorted((entry["state"], entry["updated_at"]) for entry in imports(bench, root, query))

    unfinished = [("failed", 2), ("in_progress", now - 7200), ("in_progress", now)]
    assert shown("") == unfinished
    assert shown("show_completed=true") == [("completed", 1), *unfinished]
    assert shown("show_active=true") == [("in_progress", now)]
    (failed,) = [entry for entry in imports(bench, root) if entry["state"] == "failed"]
    assert failed["state_reason"] == reason
    orders = {tuple(entry["id"] for entry in imports(bench, root)) for dummy in range(8)}
    assert len(orders) > 1, "they have no order"
