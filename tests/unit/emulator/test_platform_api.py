# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded platform: who may ask what, lists, the call log and the control endpoints."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from tests.emulator.platform.testing import Bench

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.fixture
def bench(shared: Bench) -> Bench:
    shared.call("POST", "/_emulator/reset")
    shared.call("POST", "/_emulator/clear")
    return shared


def test_login_gives_a_token_that_works(bench: Bench) -> None:
    credentials = {"email": bench.app.email, "password": bench.app.password}
    answer = bench.call("POST", "/auth/v2/tokens", credentials, token=None)
    assert answer.status == 201
    assert set(answer.body) == {"token", "digest", "user_id", "created_at", "valid_until", "ip", "user_email"}
    assert bench.call("GET", bench.collection, token=answer.body["token"]).status == 200
    assert bench.call("GET", bench.collection).status == 200, "the first token stays valid"


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"password": "wrong"}, (403, "OA0037")),
        ({"email": "nobody@example.com"}, (403, "OA0037")),
        ({"password": None}, (400, "OA0039")),
        ({"email": ""}, (400, "OA0039")),
    ],
)
def test_login_refused(bench: Bench, changes: dict[str, object], outcome: tuple[int, str]) -> None:
    credentials = {"email": bench.app.email, "password": bench.app.password} | changes
    assert bench.call("POST", "/auth/v2/tokens", credentials, token=None).outcome == outcome


@pytest.mark.parametrize("body", [{}, [], "x", b"{"])
def test_a_login_without_anything_in_it(bench: Bench, body: object) -> None:
    assert bench.call("POST", "/auth/v2/tokens", body, token=None).outcome == (400, "OA0050")


def test_access(bench: Bench) -> None:
    other = bench.call("POST", "/_emulator/organizations", {"name": "Other"}, token=None).body
    root = "/restapi/v2/organizations"
    assert bench.call("GET", bench.collection, token=None).outcome == (401, "OE0237")
    assert bench.call("GET", bench.collection, token=None, Secret="cluster").outcome == (401, "OE0237")
    assert bench.call("GET", bench.collection, token="made-up").outcome == (401, "OE0235")
    assert bench.call("GET", bench.collection, token=other["token"]).outcome == (403, "OE0234")
    assert bench.call("GET", f"{root}/{other['organization_id']}").outcome == (403, "OE0234")
    assert bench.call("GET", f"{root}/{UNKNOWN_ID}").outcome == (404, "OE0002")
    assert bench.get(UNKNOWN_ID).outcome == (404, "OE0002")
    assert bench.call("GET", "/restapi/v2/nothing").outcome == (404, "OE0257")
    mine = bench.create("mine", bench.config()).body["id"]
    path = f"/restapi/v2/cloud_accounts/{mine}"
    assert bench.call("GET", path, token=other["token"]).outcome == (403, "OE0234")
    assert bench.call("DELETE", path, token=other["token"]).outcome == (403, "OE0234")
    assert bench.call("PUT", path, {}).outcome == (405, "OE0245")
    names = [entry["name"] for entry in bench.call("GET", root, token=other["token"]).body["organizations"]]
    assert names == ["Other"], "only organizations that the user has a role in"


def test_organizations_in_pages(bench: Bench) -> None:
    answer = bench.call("GET", "/restapi/v2/organizations?limit=1&offset=1")
    assert (answer.body["organizations"], answer.body["total_count"]) == ([], 1)
    for query in ("", "?limit=0"):
        answer = bench.call("GET", f"/restapi/v2/organizations{query}")
        assert [entry["id"] for entry in answer.body["organizations"]] == [bench.app.organization_id]


def test_the_error_shape(bench: Bench) -> None:
    bench.create("one", bench.config())
    answer = bench.create("two", bench.config())
    assert answer.body == {
        "error": {
            "status_code": 409,
            "error_code": "OE0402",
            "reason": "Cloud account for this account already exist",
            "params": [],
        }
    }


def test_list_and_its_filters(bench: Bench) -> None:
    bench.create("root", bench.config("111111111111"))
    bench.create("linked", bench.linked("222222222222"), auto_import=False)
    bench.create("third", bench.linked("333333333333"), process_recommendations=False)

    def names(query: str) -> set[str]:
        return {entry["name"] for entry in bench.call("GET", f"{bench.collection}?{query}").body["cloud_accounts"]}

    assert names("") == {"root", "linked", "third"}
    assert names("only_linked=true") == {"linked", "third"}
    assert names("auto_import=false") == {"linked"}
    assert names("process_recommendations=false") == {"third"}
    assert names("type=aws_cnr&auto_import=true") == {"root", "third"}
    assert names("type=azure_cnr") == set()
    assert bench.call("GET", f"{bench.collection}?type=aws").outcome == (400, "OE0217")
    assert bench.call("GET", f"{bench.collection}?details=yes").outcome == (400, "OE0217")
    assert all("details" not in entry for entry in bench.call("GET", bench.collection).body["cloud_accounts"])


def test_lists_have_no_order(bench: Bench) -> None:
    for number in range(6):
        bench.create(f"source {number}", bench.linked(f"{number}" * 12))

    def order() -> tuple[str, ...]:
        return tuple(entry["name"] for entry in bench.call("GET", bench.collection).body["cloud_accounts"])

    orders = [order() for dummy in range(4)]
    assert len(set(orders)) > 1
    assert {tuple(sorted(each)) for each in orders} == {tuple(sorted(bench.stored()))}


def test_cloud_policies(bench: Bench) -> None:
    path = f"/restapi/v2/organizations/{bench.app.organization_id}/cloud_policies"
    assert bench.call("GET", f"{path}?cloud_type=aws_cnr&linked=true").outcome == (424, "OE0569")
    service = bench.aws.add_key("999999999999")
    given = {"access_key_id": service.access_key_id, "secret_access_key": service.secret_access_key}
    bench.call("POST", "/_emulator/service_credentials", given)
    root = bench.call("GET", f"{path}?cloud_type=aws_cnr&bucket_name=b").body
    linked = bench.call("GET", f"{path}?cloud_type=aws_cnr&linked=true").body
    assert root["trust_policy"] == linked["trust_policy"]
    (trust,) = root["trust_policy"]["Statement"]
    assert (trust["Principal"], "Condition" in trust) == ({"AWS": "arn:aws:iam::999999999999:root"}, False)
    assert [len(answer["role_policy"]["Statement"]) for answer in (root, linked)] == [6, 3]
    actions = {action for statement in linked["role_policy"]["Statement"] for action in statement["Action"]}
    assert actions >= {"cloudwatch:GetMetricData", "ec2:StartInstances", "ec2:StopInstances"}
    more = {action for statement in root["role_policy"]["Statement"] for action in statement["Action"]} - actions
    assert more >= {"bcm-data-exports:CreateExport", "s3:PutBucketPolicy", "s3:PutObject"}
    assert "arn:aws:s3:::b/*" in [statement["Resource"] for statement in root["role_policy"]["Statement"]]
    bench.call("POST", "/_emulator/service_credentials", {})


@pytest.mark.parametrize(
    ("query", "outcome"),
    [
        ("bucket_name=b", (400, "OE0548")),
        ("cloud_type=aws_cnr", (400, "OE0548")),
        ("cloud_type=aws_cnr&linked=true&bucket_name=b", (400, "OE0212")),
        ("cloud_type=aws_cnr&linked=true&colour=red", (400, "OE0212")),
        ("cloud_type=aws&linked=true", (400, "OE0436")),
    ],
)
def test_cloud_policies_refused(bench: Bench, query: str, outcome: tuple[int, str]) -> None:
    path = f"/restapi/v2/organizations/{bench.app.organization_id}/cloud_policies?{query}"
    assert bench.call("GET", path).outcome == outcome


def test_every_request_is_recorded(bench: Bench) -> None:
    bench.call("POST", "/_emulator/run", {"name": "first"})
    identifier = bench.create("one", bench.config()).body["id"]
    bench.create("one", bench.config("222222222222"))
    bench.call("POST", "/_emulator/run", {"name": "second"})
    bench.update(identifier, name="new")
    bench.get(identifier)
    bench.call("DELETE", f"/restapi/v2/cloud_accounts/{identifier}")
    bench.call("GET", "/nowhere", token=None)

    def summary(run: str) -> list[tuple[object, ...]]:
        calls = bench.call("GET", f"/_emulator/calls?run={run}").body
        return [(call["operation"], call["write"], call["status"], call["error"], call["account"]) for call in calls]

    organization = bench.app.organization_id
    assert summary("first") == [
        ("CreateCloudAccount", True, 201, None, organization),
        ("CreateCloudAccount", True, 409, "OE0404", organization),
    ]
    assert summary("second") == [
        ("UpdateCloudAccount", True, 200, None, organization),
        ("GetCloudAccount", False, 200, None, organization),
        ("DeleteCloudAccount", True, 204, None, organization),
        ("Unknown", False, 404, "OE0257", ""),
    ]
    bench.call("POST", "/_emulator/clear")
    assert bench.app.calls.as_json() == []


def test_the_secret_is_only_on_the_control_path(bench: Bench) -> None:
    config = bench.config()
    identifier = bench.create("one", config).body["id"]
    secret = config["secret_access_key"]
    shown = [bench.get(identifier), bench.call("GET", bench.collection), bench.call("GET", "/_emulator/state")]
    assert all(secret not in str(answer.body) for answer in shown)
    assert shown[0].body["config"]["access_key_id"] == config["access_key_id"]
    assert bench.stored()["one"]["secret_sha256"] == hashlib.sha256(secret.encode()).hexdigest()
    held = bench.call("GET", f"/_emulator/credentials/{identifier}").body
    assert held == {"access_key_id": config["access_key_id"], "secret_access_key": secret}
    assert bench.call("GET", f"/_emulator/credentials/{UNKNOWN_ID}").status == 404


def test_reset_empties_and_keeps_the_token(bench: Bench) -> None:
    identifier = bench.create("one", bench.config()).body["id"]
    bench.call("POST", "/_emulator/reset")
    assert bench.call("GET", bench.collection).body == {"cloud_accounts": []}
    assert bench.get(identifier).outcome == (404, "OE0002")
    assert bench.create("one", bench.config()).status == 201


def test_aws_out_of_reach() -> None:
    with Bench() as bench:
        config = bench.config()
        bench.stop_aws()
        assert bench.create("one", config).outcome == (503, "OE0455")
        assert bench.call("GET", bench.collection).body == {"cloud_accounts": []}
