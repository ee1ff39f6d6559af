# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded platform: what a new data source must look like, and what becomes of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.platform.testing import Answer, Bench
from tests.emulator.platform.tiny_aws import Gate

CREATED_FIELDS = {
    "id",
    "name",
    "type",
    "config",
    "organization_id",
    "account_id",
    "auto_import",
    "import_period",
    "last_import_at",
    "last_import_modified_at",
    "last_import_attempt_at",
    "last_import_attempt_error",
    "last_getting_metrics_at",
    "last_getting_metric_attempt_at",
    "last_getting_metric_attempt_error",
    "parent_id",
}


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.fixture
def bench(shared: Bench) -> Bench:
    shared.call("POST", "/_emulator/reset")
    shared.call("POST", "/_emulator/service_credentials", {})
    shared.aws.gates.clear()
    shared.aws.calls.clear()
    return shared


def test_created(bench: Bench) -> None:
    config = bench.config("111111111111")
    answer = bench.create("one", config)
    assert answer.status == 201
    assert set(answer.body) >= CREATED_FIELDS
    assert answer.body["account_id"] == "111111111111"
    secret = config.pop("secret_access_key")
    assert answer.body["config"] == config | {"region_name": "eu-west-1"}, "the bucket's region is stored"
    assert secret not in str(answer.body)
    assert bench.get(answer.body["id"]).body == answer.body
    calls = list(bench.aws.calls)
    assert calls[0] == "GetCallerIdentity"
    bench.get(answer.body["id"])
    bench.call("GET", bench.collection)
    assert bench.aws.calls == calls, "reading never asks AWS"


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"type": None}, (400, "OE0216")),
        ({"type": "aws"}, (400, "OE0436")),
        ({"name": None}, (400, "OE0216")),
        ({"name": 7}, (400, "OE0214")),
        ({"name": ""}, (400, "OE0215")),
        ({"name": "n" * 256}, (400, "OE0215")),
        ({"name": "  "}, (400, "OE0416")),
        ({"auto_import": "yes"}, (400, "OE0226")),
        ({"organization_id": "x"}, (400, "OE0456")),
        ({"account_id": "111111111111"}, (400, "OE0211")),
        ({"colour": "red"}, (400, "OE0212")),
        ({"parent_id": "x"}, (400, "OE0212")),
        ({"config": None}, (500, "U0500")),
        ({"config": "x"}, (500, "U0500")),
        ({"config": {}}, (400, "OE0216")),
    ],
)
def test_refused_top_level(bench: Bench, changes: dict[str, object], outcome: tuple[int, str]) -> None:
    body = {"name": "one", "type": "aws_cnr", "config": bench.config()} | changes
    assert bench.call("POST", bench.collection, body).outcome == outcome
    assert bench.stored() == {}


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"external_id": "x"}, (400, "OE0212")),
        ({"bucket_name": 1}, (400, "OE0214")),
        ({"cur_version": "2"}, (400, "OE0223")),
        ({"cur_version": True}, (400, "OE0223")),
        ({"linked": "true"}, (400, "OE0226")),
        ({"use_edp_discount": None}, (400, "OE0226")),
        ({"report_name": "r" * 256}, (400, "OE0215")),
        ({"report_name": ""}, (400, "OE0215")),
        ({"report_name": " "}, (400, "OE0416")),
        ({"report_name": "my report"}, (400, "OE0371")),
        ({"bucket_prefix": None}, (400, "OE0216")),
        ({"bucket_prefix": "my reports"}, (400, "OE0371")),
        ({"assume_role_account_id": 111111111111}, (400, "OE0214")),
        ({"assume_role_name": "R"}, (400, "OE0571")),
        ({"secret_access_key": "wrong"}, (403, "OE0433")),
        ({"access_key_id": "AKIAUNKNOWN"}, (403, "OE0433")),
        ({"region_name": "eu-nowhere-1"}, (403, "OE0433")),
        ({"config_scheme": "guess"}, (400, "OE0371")),
    ],
)
def test_refused_config(bench: Bench, changes: dict[str, object], outcome: tuple[int, str]) -> None:
    assert bench.create("one", bench.config(**changes)).outcome == outcome
    assert bench.stored() == {}


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        (["secret_access_key"], "OE0216"),
        (["access_key_id"], "OE0216"),
        (["access_key_id", "secret_access_key"], "OE0216"),
        (["bucket_name"], "OE0371"),
    ],
)
def test_refused_incomplete_config(bench: Bench, missing: list[str], code: str) -> None:
    config = {name: value for name, value in bench.config().items() if name not in missing}
    assert bench.create("one", config).outcome == (400, code)


@pytest.mark.parametrize("flag", ["auto_import", "process_recommendations"])
def test_null_is_the_default(bench: Bench, flag: str) -> None:
    answer = bench.create("one", bench.config(), **{flag: None})
    assert (answer.status, answer.body[flag]) == (201, True)


def test_bad_json(bench: Bench) -> None:
    assert bench.call("POST", bench.collection, b"{").outcome == (400, "OE0233")
    assert bench.call("POST", bench.collection, []).outcome == (500, "U0500")


def test_a_message_with_line_breaks_is_in_the_params(bench: Bench) -> None:
    error = bench.create("one", bench.config(secret_access_key="wrong")).body["error"]
    assert error["reason"] == "Unknown"
    assert "SignatureDoesNotMatch" in error["params"][0]


def test_unique_by_account_first_and_then_by_name(bench: Bench) -> None:
    first = bench.create("One", bench.config("111111111111")).body["id"]
    assert bench.create("One", bench.config("111111111111")).outcome == (409, "OE0402")
    assert bench.create("One", bench.config("222222222222")).outcome == (409, "OE0404")
    assert bench.create("oNE", bench.config("222222222222")).outcome == (409, "OE0404")
    assert bench.create("One ", bench.config("222222222222")).outcome == (409, "OE0404")
    assert bench.create(" One", bench.config("222222222222")).status == 201
    assert bench.call("DELETE", f"/restapi/v2/cloud_accounts/{first}") == Answer(204, None)
    assert bench.create("One", bench.config("111111111111")).status == 201


def test_another_organization_may_have_the_same(bench: Bench) -> None:
    bench.create("one", bench.config())
    other = bench.call("POST", "/_emulator/organizations").body
    body = {"name": "one", "type": "aws_cnr", "config": bench.config()}
    path = f"/restapi/v2/organizations/{other['organization_id']}/cloud_accounts"
    assert bench.call("POST", path, body, token=other["token"]).status == 201


def test_a_long_name_is_stored_in_spite_of_the_refusal(bench: Bench) -> None:
    assert bench.create("n" * 235, bench.config("111111111111")).status == 201
    assert bench.create("m" * 236, bench.config("222222222222")).outcome == (400, "OE0215")
    stored = bench.stored()["m" * 236]
    assert (stored["rule_created"], stored["import_scheduled"], stored["imports"]) == (False, False, 0)
    assert bench.stored()["n" * 235]["import_scheduled"] is True


def test_overlapping_creations_are_stored_without_import(bench: Bench) -> None:
    slow, fast = bench.config("111111111111"), bench.config("222222222222")
    gate = bench.aws.gates[slow["access_key_id"]] = Gate()
    answers: dict[str, Answer] = {}
    thread = threading.Thread(target=lambda: answers.update(slow=bench.create("slow", slow)))
    thread.start()
    try:
        assert gate.arrived.wait(10)
        assert bench.create("fast", fast).outcome == (500, "U0500")
        assert bench.create("refused", bench.config(secret_access_key="x")).outcome == (403, "OE0433")
    finally:
        gate.opened.set()
        thread.join()
    assert answers["slow"].status == 201
    stored = bench.stored()
    assert {name: entry["import_scheduled"] for name, entry in stored.items()} == {"slow": True, "fast": False}
    assert bench.create("after", bench.config("333333333333")).status == 201


def test_eight_creations_at_once(bench: Bench) -> None:
    configs = {f"source {number}": bench.config(f"{number}" * 12) for number in range(8)}
    gates = {name: bench.aws.gates.setdefault(config["access_key_id"], Gate()) for name, config in configs.items()}
    answers: dict[str, Answer] = {}
    threads = []
    try:
        for name, config in configs.items():
            thread = threading.Thread(target=lambda n=name, c=config: answers.update({n: bench.create(n, c)}))
            threads.append(thread)
            thread.start()
            assert gates[name].arrived.wait(10)
    finally:
        for gate in gates.values():
            gate.opened.set()
        for thread in threads:
            thread.join()
    outcomes = [answer.outcome for answer in answers.values()]
    counts = {outcome: outcomes.count(outcome) for outcome in outcomes}
    assert counts == {(201, None): 1, (500, "U0500"): 5, (503, "OE0003"): 2}
    refused = next(answer for answer in answers.values() if answer.status == 503)
    assert refused.body["error"]["reason"] == "Unknown"
    stored = bench.stored()
    assert stored.keys() == configs.keys()
    assert {entry["import_scheduled"] for entry in stored.values()} == {True, False}


def test_parallel_changes_are_fine(bench: Bench) -> None:
    identifiers = [bench.create(f"source {number}", bench.linked(f"{number}" * 12)).body["id"] for number in range(8)]
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda each=each: answers.append(bench.update(each, name=f"new {each}")))
        for each in identifiers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [200] * 8
    assert set(bench.stored()) == {f"new {each}" for each in identifiers}


def test_overlapping_creations_of_two_organizations_are_fine(bench: Bench) -> None:
    other = bench.call("POST", "/_emulator/organizations").body
    slow = bench.config("111111111111")
    gate = bench.aws.gates[slow["access_key_id"]] = Gate()
    thread = threading.Thread(target=bench.create, args=("slow", slow))
    thread.start()
    try:
        assert gate.arrived.wait(10)
        body = {"name": "one", "type": "aws_cnr", "config": bench.config("222222222222")}
        path = f"/restapi/v2/organizations/{other['organization_id']}/cloud_accounts"
        assert bench.call("POST", path, body, token=other["token"]).status == 201
    finally:
        gate.opened.set()
        thread.join()


def test_a_linked_source_schedules_the_import_of_the_roots(bench: Bench) -> None:
    bench.create("root", bench.config("111111111111"))
    bench.create("asleep", bench.config("222222222222"), auto_import=False)
    calls = len(bench.aws.calls)
    assert bench.create("linked", bench.linked("333333333333")).status == 201
    assert bench.aws.calls[calls:] == ["GetCallerIdentity"], "a linked source has no bucket"
    bench.create("another", bench.linked("444444444444"))
    bench.create("quiet", bench.linked("555555555555"), auto_import=False)
    imports = {name: entry["imports"] for name, entry in bench.stored().items()}
    assert imports == {"root": 3, "asleep": 0, "linked": 0, "another": 0, "quiet": 0}, "one for each, none for quiet"
    assert bench.stored()["asleep"]["import_scheduled"] is False


def role(account_id: str, **changes: object) -> dict[str, Any]:
    return {"linked": True, "assume_role_account_id": account_id, "assume_role_name": "FinOps"} | changes


def test_role_sources(bench: Bench) -> None:
    assert bench.create("role", role("111111111111")).outcome == (424, "OE0569")
    service = bench.aws.add_key("999999999999")
    given = {"access_key_id": service.access_key_id, "secret_access_key": service.secret_access_key}
    bench.call("POST", "/_emulator/service_credentials", given)
    assert bench.create("role", role("111111111111")).outcome == (403, "OE0433")
    bench.aws.roles.add("arn:aws:iam::111111111111:role/FinOps")
    answer = bench.create("role", role("111111111111"))
    assert (answer.status, answer.body["account_id"]) == (201, "111111111111")
    assert answer.body["config"]["access_key_id"] == service.access_key_id, "the platform's own key id is shown"
    half = {"linked": True, "assume_role_account_id": "222222222222"}
    assert bench.create("half", half).outcome == (400, "OE0216")
    with_key = role("222222222222", access_key_id="AKIA", secret_access_key="s")
    assert bench.create("both", with_key).outcome == (400, "OE0571")


def test_verify_proves_little(bench: Bench) -> None:
    config = bench.config(bucket_name="there-is-none")

    def verify(given: dict[str, Any], token: str | None = "made-up") -> tuple[int, str | None]:
        body = {"type": "aws_cnr", "config": given}
        return bench.call("POST", "/restapi/v2/cloud_account_verify", body, token=token).outcome

    assert verify(config) == (200, None)
    assert bench.aws.calls == ["GetCallerIdentity"]
    assert verify(config | {"secret_access_key": "wrong"}) == (403, "OE0433")
    assert verify({"access_key_id": config["access_key_id"]}) == (400, "OE0216")
    assert verify(role("111111111111")) == (400, "OE0216")
    assert verify(config, token=None) == (401, "OE0237")
