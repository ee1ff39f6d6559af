# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded platform: changing a data source."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest

from tests.emulator.platform import validation
from tests.emulator.platform.errors import PlatformError
from tests.emulator.platform.testing import REPORT, Bench


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.fixture
def bench(shared: Bench) -> Bench:
    shared.call("POST", "/_emulator/reset")
    shared.call("POST", "/_emulator/service_credentials", {})
    shared.aws.calls.clear()
    return shared


def test_the_top_level_merges_and_asks_nobody(bench: Bench) -> None:
    created = bench.create("one", bench.config()).body
    calls = list(bench.aws.calls)
    answer = bench.update(created["id"], name="two", auto_import=False)
    assert answer.status == 200
    assert answer.body == created | {"name": "two", "auto_import": False} == bench.get(created["id"]).body
    assert bench.aws.calls == calls


def test_config_is_replaced_whole(bench: Bench) -> None:
    identifier = bench.create("one", bench.config(use_edp_discount=True)).body["id"]
    config = bench.config()
    answer = bench.update(identifier, config=config)
    assert answer.status == 200
    assert "use_edp_discount" not in answer.body["config"]
    assert answer.body["config"]["access_key_id"] == config["access_key_id"]
    held = bench.call("GET", f"/_emulator/credentials/{identifier}").body
    assert held["secret_access_key"] == config["secret_access_key"]


def test_linked_carries_over_and_cannot_change(bench: Bench) -> None:
    linked = bench.create("linked", bench.linked("222222222222")).body["id"]
    key = {name: value for name, value in bench.linked("222222222222").items() if name != "linked"}
    assert bench.update(linked, config=key).body["config"] == {"access_key_id": key["access_key_id"], "linked": True}
    assert bench.update(linked, config=key | {"linked": False}).outcome == (400, "OE0211")
    root = bench.create("root", bench.config()).body["id"]
    assert bench.update(root, config=bench.config(linked=True)).outcome == (400, "OE0211")


def test_without_a_scheme_it_looks_for_a_report_and_fails(bench: Bench) -> None:
    created = bench.create("one", bench.config()).body
    config = {name: value for name, value in bench.config().items() if name != "config_scheme"}
    answer = bench.update(created["id"], config=config)
    assert answer.outcome == (400, "OE0371")
    assert "eu-central-1" in answer.body["error"]["params"][0]
    assert bench.update(created["id"], config=config | {"config_scheme": "create_report"}).outcome == (400, "OE0371")
    assert bench.get(created["id"]).body == created


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"secret_access_key": "wrong"}, (403, "OE0433")),
        ({"bucket_name": "there-is-none"}, (400, "OE0371")),
        ({"surprise": 1}, (400, "OE0212")),
    ],
)
def test_a_failure_leaves_everything(bench: Bench, changes: dict[str, object], outcome: tuple[int, str]) -> None:
    config = bench.config()
    created = bench.create("one", config).body
    assert bench.update(created["id"], name="two", config=bench.config(**changes)).outcome == outcome
    assert bench.get(created["id"]).body == created
    held = bench.call("GET", f"/_emulator/credentials/{created['id']}").body
    assert held["secret_access_key"] == config["secret_access_key"]


def test_the_config_of_a_get_cannot_be_sent_back(bench: Bench) -> None:
    created = bench.create("one", bench.config()).body
    assert bench.update(created["id"], config=created["config"]).outcome == (400, "OE0548")


def test_another_accounts_key_changes_the_account(bench: Bench) -> None:
    one = bench.create("one", bench.config("111111111111")).body["id"]
    bench.create("two", bench.config("222222222222"))
    assert bench.update(one, config=bench.config("333333333333")).status == 200
    assert bench.get(one).body["account_id"] == "333333333333"
    assert bench.update(one, config=bench.config("222222222222")).outcome == (409, "OE0402")
    taken = bench.config("222222222222", bucket_name="there-is-none")
    assert bench.update(one, config=taken).outcome == (409, "OE0402"), "asked before the bucket is"
    assert bench.update(one, name="TWO").outcome == (409, "OE0404")
    assert bench.create("three", bench.config("111111111111")).status == 201


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"type": "aws_cnr"}, "OE0211"),
        ({"account_id": "111111111111"}, "OE0211"),
        ({"organization_id": "x"}, "OE0211"),
        ({"colour": "red"}, "OE0212"),
        ({"name": None}, "OE0216"),
        ({"auto_import": 1}, "OE0226"),
        ({"last_import_attempt_error": "x"}, "OE0449"),
        ({"last_import_at": "yesterday"}, "OE0223"),
        ({"last_import_at": 1}, "OE0559"),
        ({"last_import_modified_at": 1}, "OE0559"),
        ({"auto_import": None}, "OE0003"),
        ({"process_recommendations": None}, "OE0003"),
    ],
)
def test_refused_fields(bench: Bench, fields: dict[str, object], code: str) -> None:
    created = bench.create("one", bench.config()).body
    assert bench.update(created["id"], **fields).outcome == (400, code)
    assert bench.get(created["id"]).body == created


@pytest.mark.parametrize("body", [{"config": None}, {"config": "x"}, {"config": []}, []])
def test_what_is_no_object_is_a_failure(bench: Bench, body: object) -> None:
    identifier = bench.create("one", bench.config()).body["id"]
    assert bench.call("PATCH", f"/restapi/v2/cloud_accounts/{identifier}", body).outcome == (500, "U0500")
    assert bench.update(identifier, config={}).status == 200, "an empty one changes nothing"


def test_the_report_is_not_looked_at_while_imports_are_off(bench: Bench) -> None:
    bad = {"bucket_name": "there-is-none"}
    asleep = bench.create("asleep", bench.config("111111111111"), auto_import=False).body["id"]
    assert bench.update(asleep, config=bench.config("111111111111", **bad)).status == 200
    wrong = bench.config("111111111111", secret_access_key="wrong")
    assert bench.update(asleep, config=wrong).outcome == (403, "OE0433"), "the key is"
    assert bench.update(asleep, auto_import=True).status == 200, "no secret is needed"
    assert bench.update(asleep, config=bench.config("111111111111", **bad)).outcome == (400, "OE0371")


def test_role_sources_keep_their_account(bench: Bench) -> None:
    service = bench.aws.add_key("999999999999")
    given = {"access_key_id": service.access_key_id, "secret_access_key": service.secret_access_key}
    bench.call("POST", "/_emulator/service_credentials", given)
    bench.aws.roles.update(f"arn:aws:iam::{account}:role/{name}" for account, name in (("111111111111", "New"),))
    identifier = bench.create("one", bench.config()).body["id"]
    export = {
        name: value
        for name, value in bench.config(assume_role_name="New").items()
        if name not in ("access_key_id", "secret_access_key")
    }
    assert bench.update(identifier, config=export).outcome == (400, "OE0216")
    answer = bench.update(identifier, config=export | {"assume_role_account_id": "111111111111"})
    assert answer.status == 200, "a key source becomes a role source"
    echo = answer.body["config"]
    assert echo["access_key_id"] == service.access_key_id
    assert bench.update(identifier, config=echo).outcome == (400, "OE0212")
    both = {"assume_role_name": "New"} | bench.config()
    assert bench.update(identifier, config=both).outcome == (400, "OE0212")
    del echo["access_key_id"]
    assert bench.update(identifier, config=echo).status == 200
    assert bench.update(identifier, config=export).status == 200, "the account carries over"
    bucket = bench.aws.buckets[export["bucket_name"]]
    bucket.files[f"reports/{REPORT}/data/BILLING_PERIOD=2026-01/{REPORT}-00001.snappy.parquet"] = b"rows"
    for action in ("GetObject", "ListBucket"):
        bucket.denied.add(("*", action))
        assert bench.update(identifier, config=export).status == 200, "nobody looks whether the role may read it"
        assert bench.update(identifier, config=bench.config()).outcome == (400, "OE0371"), "of a key somebody does"
    bucket.files.clear()
    bucket.denied.clear()
    missing = {name: value for name, value in export.items() if name != "bucket_name"}
    assert bench.update(identifier, config=missing).outcome == (400, "OE0371")
    other = export | {"assume_role_account_id": "222222222222"}
    assert bench.update(identifier, config=other).outcome == (400, "OE0211")
    nameless = {"assume_role_account_id": "111111111111"}
    assert bench.update(identifier, config=nameless).outcome == (400, "OE0548")
    key = bench.config()
    back = bench.update(identifier, config=key).body
    assert (back["id"], back["config"]["access_key_id"]) == (identifier, key["access_key_id"])
    assert "assume_role_account_id" not in back["config"], "the way back to a key"


@pytest.mark.parametrize(
    ("month", "day", "accepted"),
    [((2025, 3), 1, False), ((2025, 3), 15, True), ((2026, 2), 28, True), ((2026, 3), 1, False)],
)
def test_reimport_window(month: tuple[int, int], day: int, accepted: bool) -> None:
    now = datetime.datetime(2026, 3, 14, 12, tzinfo=datetime.timezone.utc)
    moment = datetime.datetime(*month, day, tzinfo=datetime.timezone.utc)
    body = {"last_import_at": int(moment.timestamp())}
    if accepted:
        validation.check_update(body, now)
        return
    with pytest.raises(PlatformError) as caught:
        validation.check_update(body, now)
    assert caught.value.code == "OE0559"


def test_reimport_through_the_api(bench: Bench) -> None:
    identifier = bench.create("one", bench.config()).body["id"]
    now = datetime.datetime.now(datetime.timezone.utc)
    moment = int(now.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()) - 86400
    answer = bench.update(identifier, last_import_at=moment, last_import_modified_at=moment)
    assert (answer.status, answer.body["last_import_at"], answer.body["last_import_modified_at"]) == (
        200,
        moment,
        moment,
    )
    imports = bench.stored()["one"]["imports"]
    answer = bench.update(identifier, last_import_at=0, last_import_modified_at=0)
    assert (answer.status, answer.body["last_import_at"]) == (200, 0)
    assert bench.stored()["one"]["imports"] == imports, "nothing is scheduled by it"
