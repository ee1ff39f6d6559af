# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The platform's client against a real HTTP server: how it logs in, what it reads, and that nothing is written twice or astray."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import (
    FinopsError,
    InputError,
    OutcomeUnknown,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.shared_file import held
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import Platform
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.errors import (
    ConnectedElsewhere,
    ServerError,
    Unreachable,
)
from tests.unit.plugins.module_utils._platform.scripted_platform import (
    HTML,
    LIST,
    NEW,
    POST,
    TOKEN,
    WRITES,
    listing,
    platform,
    refusal,
    source,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER
from tests.unit.plugins.module_utils.scripted_server import GARBAGE, ScriptedServer, answer, cut


def test_a_listing_is_one_call_with_the_token(server: ScriptedServer) -> None:
    server.script = [listing(source(access_key_id="AKIA"))]
    assert platform(server.url).cloud_accounts() == [source(access_key_id="AKIA")]
    assert server.calls == [LIST]
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_ids_in_paths_are_quoted(server: ScriptedServer) -> None:
    server.script = [answer(200, source("a/b"))]
    platform(server.url).cloud_account("a/b")
    assert server.calls == ["GET /restapi/v2/cloud_accounts/a%2Fb"]


@pytest.mark.parametrize("path", ["", "/", "/restapi/v2", "/restapi/v2/", "/auth/v2", "/restapi", "/behind/a/gateway/"])
def test_a_url_with_a_path_is_understood(server: ScriptedServer, path: str) -> None:
    server.script = [listing()]
    platform(server.url + path).cloud_accounts()
    prefix = "/behind/a/gateway" if "gateway" in path else ""
    assert server.calls == [LIST.replace(" ", f" {prefix}")]


def test_without_a_token_it_logs_in_once(server: ScriptedServer) -> None:
    server.script = [answer(503), answer(201, {"token": "fresh-token"}), listing()]
    client = platform(server.url, platform_token=None, platform_email="a@example.com", platform_password="pass word\n")
    client.cloud_accounts()
    client.cloud_accounts()
    assert server.calls == ["POST /auth/v2/tokens", "POST /auth/v2/tokens", LIST, LIST]
    assert server.requests[1].json == {"email": "a@example.com", "password": "pass word"}
    assert "authorization" not in server.requests[1].headers
    assert server.requests[2].headers["authorization"] == "Bearer fresh-token"
    assert client.secrets == {"fresh-token", "pass word"}


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (refusal(403, "OA0037"), r"O\(platform_email\): or O\(platform_password\) is wrong"),
        (answer(401, "Unauthorized"), r"O\(platform_email\): or O\(platform_password\) is wrong"),
        (refusal(400, "OA0039"), r"O\(platform_email\): "),
        (answer(201, {}), r"O\(platform_url\): .*no token"),
        (answer(201, {"token": None}), r"O\(platform_url\): .*no token"),
        (answer(201, {"token": "two words"}), r"O\(platform_url\): .*no token"),
        (answer(200, body=HTML), r"O\(platform_url\): .*not the platform's API"),
        (answer(404, body=HTML), r"O\(platform_url\): .*not the platform's API"),
        (
            answer(302, Location="https://sso.example.com/in"),
            r"O\(platform_url\): .*redirect to https://sso.example.com",
        ),
    ],
)
def test_a_login_that_fails_names_its_option(server: ScriptedServer, script: bytes, says: str) -> None:
    server.script = [script]
    client = platform(server.url, platform_token=None, platform_email="a@example.com", platform_password="wrong")
    with pytest.raises(InputError, match=says) as error:
        client.cloud_accounts()
    assert server.calls == ["POST /auth/v2/tokens"]
    assert "wrong'" not in str(error.value)


def test_a_login_that_gets_no_answer_is_no_unknown_outcome_of_the_write_behind_it(server: ScriptedServer) -> None:
    server.script = [cut()]
    client = platform(server.url, platform_token=None, platform_email="a@example.com", platform_password="p")
    with pytest.raises(Unreachable):
        client.create_cloud_account(**NEW)
    assert server.calls == ["POST /auth/v2/tokens"] * 4


@pytest.mark.parametrize("token", [f"{TOKEN}\n", f" {TOKEN}\r\n", f"\t{TOKEN}"])
def test_white_space_around_a_token_is_dropped(server: ScriptedServer, token: str) -> None:
    server.script = [listing()]
    platform(server.url, platform_token=token).cloud_accounts()
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"platform_token": "to\nken"}, r"O\(platform_token\): has white space"),
        ({"platform_token": "tökén"}, r"O\(platform_token\): has white space"),
        ({"platform_token": ["t"]}, r"O\(platform_token\): must be a string"),
        ({"platform_token": " "}, r"O\(platform_token\): is missing"),
        ({"platform_token": None, "platform_email": "a@example.com"}, r"O\(platform_token\): is missing"),
        ({"platform_token": None, "platform_password": "p"}, r"O\(platform_token\): is missing"),
        ({"platform_organization_id": None}, r"O\(platform_organization_id\): is missing"),
        ({"platform_organization_id": {}}, r"O\(platform_organization_id\): must be a string"),
        ({"platform_organization_id": "a b"}, r"O\(platform_organization_id\): 'a b'"),
        ({"platform_ca_path": "/does/not/exist"}, r"O\(platform_ca_path\): .*No such file"),
        ({"platform_ca_path": __file__}, r"O\(platform_ca_path\): .*no certificate in PEM form"),
    ],
)
def test_options_that_cannot_work_are_named_and_no_secret_is_shown(options: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        platform("https://platform.example.com", **options)
    assert "ken" not in str(error.value).replace("token", "")


def test_a_created_source_is_what_the_platform_answers(server: ScriptedServer) -> None:
    server.script = [answer(201, source())]
    assert platform(server.url).create_cloud_account(**NEW) == source()
    assert server.requests[0].json == NEW
    assert server.calls == [POST]


def test_a_change_goes_to_the_source_alone(server: ScriptedServer) -> None:
    server.script = [answer(200, source())]
    assert platform(server.url).update_cloud_account("source-1", name="new") == source()
    assert server.calls == ["PATCH /restapi/v2/cloud_accounts/source-1"]
    assert server.requests[0].json == {"name": "new"}


def test_what_a_servers_error_left_behind_is_removed(server: ScriptedServer) -> None:
    others = source("other", OTHER, access_key_id="AKIAOTHER"), {"id": "odd", "config": None}
    server.script = [refusal(500, "U0500"), listing(*others, source("left", access_key_id="AKIANEW")), answer(204)]
    with pytest.raises(ServerError):
        platform(server.url).create_cloud_account(**NEW)
    assert server.calls == [POST, LIST, "DELETE /restapi/v2/cloud_accounts/left"]


def test_a_source_with_a_role_leaves_nothing_that_could_be_told_apart(server: ScriptedServer) -> None:
    server.script = [refusal(500, "U0500"), listing(source("another", config={}))]
    with pytest.raises(ServerError):
        platform(server.url).create_cloud_account(name="aws", type="aws_cnr", config={"assume_role_name": "r"})
    assert server.calls == [POST, LIST]


def test_a_look_that_fails_leaves_the_outcome_unknown(server: ScriptedServer) -> None:
    server.script = [refusal(500, "U0500"), refusal(401, "OE0235")]
    with pytest.raises(ServerError, match="U0500"):
        platform(server.url).create_cloud_account(**NEW)


def test_an_account_of_another_organization_is_said_so_after_one_look(
    server: ScriptedServer, slept: list[float]
) -> None:
    server.script = [refusal(409, "OE0402"), listing(source("other", OTHER))]
    with pytest.raises(
        ConnectedElsewhere, match=f"account {ACCOUNT} is connected already.*another organization"
    ) as error:
        platform(server.url).create_cloud_account(**NEW)
    assert server.calls == [POST, LIST]
    assert error.value.finding_code == "SOURCE_CONNECTED_ELSEWHERE"
    assert slept == []


def test_an_account_that_somebody_else_has_just_connected_is_looked_at_again(server: ScriptedServer) -> None:
    server.script = [refusal(409, "OE0402"), listing(source("other", OTHER), source())]
    with pytest.raises(OutcomeUnknown):
        platform(server.url).create_cloud_account(**NEW)


def test_after_a_conflict_a_look_that_fails_decides_nothing(server: ScriptedServer) -> None:
    server.script = [refusal(409, "OE0402"), refusal(401, "OE0235")]
    with pytest.raises(OutcomeUnknown):
        platform(server.url).create_cloud_account(**NEW)


@pytest.mark.parametrize("script", [answer(204), answer(200, {}), answer(200, {"id": "source-1"})])
def test_a_removal_needs_no_answer(server: ScriptedServer, script: bytes) -> None:
    server.script = [script]
    platform(server.url).delete_cloud_account("source-1")
    assert server.calls == ["DELETE /restapi/v2/cloud_accounts/source-1"]


@pytest.mark.parametrize(
    "script", [refusal(404, "OE0002"), answer(200, body=HTML), cut(), GARBAGE, refusal(500, "U0500")]
)
def test_a_removal_that_may_have_been_done_is_looked_at_again(server: ScriptedServer, script: bytes) -> None:
    server.script = [script]
    with pytest.raises(OutcomeUnknown):
        platform(server.url).delete_cloud_account("source-1")
    assert len(server.calls) == 1


@pytest.mark.parametrize("script", [refusal(404, "OE0257"), refusal(403, "OE0234")])
def test_a_removal_that_was_refused_is_an_error(server: ScriptedServer, script: bytes) -> None:
    server.script = [script]
    with pytest.raises(FinopsError) as error:
        platform(server.url).delete_cloud_account("source-1")
    assert not isinstance(error.value, OutcomeUnknown)


def test_the_organization_is_asked_for_once(server: ScriptedServer) -> None:
    server.script = [answer(200, {"id": "org-1", "disabled": True, "currency": "EUR"})]
    client = platform(server.url)
    for dummy in range(2):
        assert client.organization() == {"id": "org-1", "disabled": True, "currency": "EUR"}
    assert server.calls == ["GET /restapi/v2/organizations/org-1"]


@pytest.mark.parametrize(
    ("script", "option"),
    [(refusal(404, "OE0002"), "platform_organization_id"), (answer(200, {}), "platform_url")],
)
def test_an_organization_that_is_none_names_the_option(server: ScriptedServer, script: bytes, option: str) -> None:
    server.script = [script]
    with pytest.raises(InputError) as error:
        platform(server.url).organization()
    assert error.value.option == option


@pytest.mark.parametrize(
    "call",
    [
        *WRITES.values(),
        lambda client: client.delete_cloud_account("source-1"),
        lambda client: client.wake_cloud_accounts(["source-1"]),
    ],
)
def test_writers_of_one_organization_take_turns(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, call: Callable[[Platform], Any]
) -> None:
    said: list[str] = []
    options = {"platform_url": server.url + "/", "platform_organization_id": "org-1", "platform_token": TOKEN}
    client = Platform(options, said.append)
    hours = iter(range(0, 10**9, 30))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(hours)))
    with held("writer", server.url, "org-1"), pytest.raises(FinopsError, match="process .* has kept its turn") as error:
        call(client)
    assert error.value.finding_code == "PLATFORM_BUSY"
    assert len(said) == 1 and "waiting for process" in said[0]
    assert server.calls == []


def test_another_organization_does_not_wait(server: ScriptedServer) -> None:
    server.script = [answer(200, source())]
    with held("writer", server.url, "org-2"):
        WRITES["PATCH"](platform(server.url))
