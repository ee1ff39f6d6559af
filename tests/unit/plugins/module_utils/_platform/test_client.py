# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The platform's client against a real HTTP server: every answer becomes one clear error, and nothing is sent twice or astray."""

from __future__ import annotations

import datetime
import email.utils
import gzip
import ipaddress
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import (
    FinopsError,
    InputError,
    OutcomeUnknown,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.shared_file import held
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import Platform
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.errors import (
    ConnectedElsewhere,
    PlatformError,
    ServerError,
    Unreachable,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER
from tests.unit.plugins.module_utils.scripted_server import (
    GARBAGE,
    NOTHING,
    ScriptedServer,
    answer,
    cut,
    scripted_server,
)

TOKEN = "token-of-the-test"
LIST = "GET /restapi/v2/organizations/org-1/cloud_accounts"
POST = "POST /restapi/v2/organizations/org-1/cloud_accounts"
HTML = b"<html><body>Sign in</body></html>"
NEW = {"name": "aws", "type": "aws_cnr", "config": {"access_key_id": "AKIANEW", "secret_access_key": "fresh/secret"}}


def refusal(status: int, code: str, reason: Any = "Because", params: Any = None) -> bytes:
    return answer(
        status, {"error": {"status_code": status, "error_code": code, "reason": reason, "params": params or []}}
    )


def listing(*sources: dict[str, Any]) -> bytes:
    return answer(200, {"cloud_accounts": list(sources)})


def source(identifier: str = "source-1", account: str = ACCOUNT, **config: Any) -> dict[str, Any]:
    return {"id": identifier, "name": "aws", "account_id": account, "config": config}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as running:
        yield running


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[float]:
    """The seconds that would have been waited; the locks lie in a folder of the test's own, and no proxy is about."""
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return waits


def platform(url: str, **options: Any) -> Platform:
    given = {"platform_url": url, "platform_organization_id": "org-1", "platform_token": TOKEN, "account_id": ACCOUNT}
    return Platform({**given, **options})


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


# What the platform, or what stands in its place, may answer to a reading; all name the option that mends it.
ODD_READINGS: dict[str, tuple[bytes, str]] = {
    "no such organization": (
        refusal(404, "OE0002"),
        r"O\(platform_organization_id\): the platform knows no organization 'o",
    ),
    "no such URL": (
        refusal(404, "OE0257"),
        r"O\(platform_url\): what answers at http://127.* is not the platform's API",
    ),
    "another 404": (answer(404, body=HTML), r"O\(platform_url\): .*not the platform's API"),
    "a 404 of another JSON": (answer(404, {"error": "not found"}), r"O\(platform_url\): .*not the platform's API"),
    "a page": (answer(200, body=HTML), r"O\(platform_url\): .*not the platform's API"),
    "another encoding": (
        answer(200, body="\xff\xfe{}".encode("utf-16")),
        r"O\(platform_url\): .*not the platform's API",
    ),
    "nothing": (answer(200), r"O\(platform_url\): .*not the platform's API"),
    "a JSON string": (answer(200, "hello"), r"O\(platform_url\): .*not the platform's API"),
    "no list": (answer(200, {}), r"O\(platform_url\): .*lists no data sources"),
    "a null list": (answer(200, {"cloud_accounts": None}), r"O\(platform_url\): .*lists no data sources"),
    "an entry that is null": (answer(200, {"cloud_accounts": [None]}), r"O\(platform_url\): .*has no id"),
    "an entry without id": (
        answer(200, {"cloud_accounts": [{"account_id": ACCOUNT}]}),
        r"O\(platform_url\): .*has no id",
    ),
    "an account id that is a list": (answer(200, {"cloud_accounts": [{"id": "1", "account_id": []}]}), "account id"),
    "401 with a string": (answer(401, "Unauthorized"), r"401: Said So. Check O\(platform_token\)"),
    "401": (refusal(401, "OE0235", "Bad token"), r"401 OE0235: Bad token. Check O\(platform_token\)"),
    "403": (refusal(403, "OE0234", "Forbidden."), r"403 OE0234: Forbidden. Check O\(platform_organization_id\)"),
    "403 of a firewall": (answer(403, body=HTML), "403: Said So$"),
    "an error that is a list": (answer(400, {"error": ["x"]}), "400: Said So"),
    "an unknown reason": (refusal(400, "OE0371", "Unknown", ["over\ntwo lines"]), "OE0371: over two lines"),
    "an unknown reason alone": (refusal(400, "OE0371", "Unknown"), "OE0371: Unknown"),
    "no reason": (refusal(400, "OE0371", None), "OE0371: Said So"),
    "a redirect": (
        answer(301, Location="https://other.example.com/a?t=1"),
        r"redirect to https://other.example.com, which",
    ),
    "a redirect to what is no address": (
        answer(307, Location="http://[bad"),
        r"O\(platform_url\): .* redirects to what is",
    ),
    "a choice of what is no address": (
        answer(300, Location="http://[bad"),
        r"O\(platform_url\): .* with a redirect, which",
    ),
    "not modified": (answer(304), r"O\(platform_url\): .* with a redirect, which is not"),
}


@pytest.mark.parametrize("name", ODD_READINGS)
def test_an_odd_answer_to_a_reading_is_one_clear_error(server: ScriptedServer, name: str) -> None:
    script, says = ODD_READINGS[name]
    server.script = [script]
    with pytest.raises(FinopsError, match=says) as error:
        platform(server.url).cloud_accounts()
    assert not isinstance(error.value, OutcomeUnknown)
    assert server.calls == [LIST]
    assert len(str(error.value)) < 600 and "\n" not in str(error.value)


def test_a_long_reason_is_cut(server: ScriptedServer) -> None:
    server.script = [refusal(400, "OE0371", "x" * 5000)]
    with pytest.raises(PlatformError) as error:
        platform(server.url).cloud_accounts()
    assert len(str(error.value)) < 500


BROKEN = {
    "cut": cut(),
    "garbage": GARBAGE,
    "nothing at all": NOTHING,
    "a server's error": refusal(500, "U0500"),
    "a gateway's page": answer(502, body=HTML),
    "a gateway's page that is cut": cut(502, HTML),
    "broken compression": answer(200, body=b"\x1f\x8b\x08\x00", Content_Encoding="gzip"),
    "compression that is cut": answer(200, body=gzip.compress(b'{"id": "1"}' * 99)[:20], Content_Encoding="gzip"),
    "JSON that is cut": answer(200, body=b'{"id": "1'),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_reading_is_repeated_after_a_broken_answer(server: ScriptedServer, slept: list[float], name: str) -> None:
    server.script = [BROKEN[name], BROKEN[name], BROKEN[name], listing(source())]
    assert platform(server.url).cloud_accounts() == [source()]
    assert server.calls == [LIST] * 4
    assert [round(seconds, 1) > 0 for seconds in slept] == [True] * 3
    assert sum(slept) < 6


@pytest.mark.parametrize("name", BROKEN)
def test_a_reading_that_is_always_broken_ends_with_an_error(server: ScriptedServer, name: str) -> None:
    server.script = [BROKEN[name]]
    with pytest.raises(Unreachable, match="platform") as error:
        platform(server.url).cloud_accounts()
    assert server.calls == [LIST] * 4
    assert error.value.finding_code == "PLATFORM_UNREACHABLE"


# Answers to a write after which nobody knows whether it was stored.
UNKNOWN = {
    **BROKEN,
    "a sign-in page": answer(200, body=HTML),
    "no object": answer(201, ["1"]),
    "no id": answer(201, {"name": "aws"}),
    "an id that is null": answer(200, {"id": None}),
    "empty": answer(200),
}
WRITES: dict[str, Callable[[Platform], Any]] = {
    "POST": lambda client: client.create_cloud_account(**NEW),
    "PATCH": lambda client: client.update_cloud_account("source-1", config=NEW["config"]),
}


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("name", UNKNOWN)
def test_a_write_whose_answer_proves_nothing_is_an_unknown_outcome(
    server: ScriptedServer, method: str, name: str
) -> None:
    server.script = [UNKNOWN[name], listing()]
    with pytest.raises(OutcomeUnknown):
        WRITES[method](platform(server.url))
    assert [call.split()[0] for call in server.calls if not call.startswith("GET")] == [method]


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize(
    "script",
    [
        refusal(400, "OE0371"),
        refusal(403, "OE0433"),
        refusal(409, "OE0404"),
        answer(403, body=HTML),
        cut(400, b'{"error"'),
        refusal(404, "OE0002"),
        answer(404, body=HTML),
        answer(302, Location="https://sso.example.com/"),
    ],
)
def test_a_write_that_was_refused_is_no_unknown_outcome(server: ScriptedServer, method: str, script: bytes) -> None:
    server.script = [script]
    with pytest.raises(FinopsError) as error:
        WRITES[method](platform(server.url))
    assert not isinstance(error.value, OutcomeUnknown)
    assert len(server.calls) == 1


def test_a_refused_key_can_be_told_by_its_code(server: ScriptedServer) -> None:
    server.script = [refusal(403, "OE0433", "Bad key")]
    with pytest.raises(PlatformError, match=" 403 OE0433: Bad key") as error:
        WRITES["POST"](platform(server.url))
    assert (error.value.code, error.value.status, error.value.finding_code) == ("OE0433", 403, "PLATFORM_REFUSED")


def test_a_name_that_is_taken_names_its_option(server: ScriptedServer) -> None:
    server.script = [refusal(409, "OE0404")]
    with pytest.raises(PlatformError, match=r"Set another O\(data_source_name\)$"):
        WRITES["POST"](platform(server.url))


@pytest.mark.parametrize("method", WRITES)
def test_no_error_of_the_platform_shows_a_secret(server: ScriptedServer, method: str) -> None:
    server.script = [refusal(400, "OE0371", f"bad fresh/secret of {TOKEN} as in fresh%2Fsecret")]
    with pytest.raises(PlatformError) as error:
        WRITES[method](platform(server.url))
    assert "fresh" not in str(error.value) and TOKEN not in str(error.value)


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


@pytest.mark.parametrize(
    ("after", "seconds"),
    [
        ({}, (2.0, 4.0, 8.0)),
        ({"Retry_After": "3"}, (3.0, 3.0, 3.0)),
        ({"Retry_After": "86400"}, (30.0, 30.0, 30.0)),
        ({"Retry_After": "soon"}, (2.0, 4.0, 8.0)),
        ({"Retry_After": "-1"}, (2.0, 4.0, 8.0)),
        ({"Retry_After": email.utils.formatdate(0)}, (0.0, 0.0, 0.0)),
        ({"Retry_After": email.utils.formatdate(time.time() + 9999)}, (30.0, 30.0, 30.0)),
    ],
)
@pytest.mark.parametrize("method", ["GET", *WRITES])
def test_what_there_is_no_room_for_is_sent_again_after_a_while(
    server: ScriptedServer, slept: list[float], method: str, after: dict[str, str], seconds: tuple[float, ...]
) -> None:
    busy = answer(429, {"error": {"reason": "slow down"}}, **after)
    server.script = [busy, busy, busy, answer(200, {"cloud_accounts": [], "id": "source-1"})]
    call = WRITES.get(method, lambda client: client.cloud_accounts())
    call(platform(server.url))
    assert [called.split()[0] for called in server.calls] == [method] * 4
    assert slept == [pytest.approx(wanted, rel=0.26) for wanted in seconds]


def test_no_room_at_all_is_a_refusal(server: ScriptedServer) -> None:
    server.script = [answer(429)]
    with pytest.raises(PlatformError, match="429: .*run again later"):
        platform(server.url).create_cloud_account(**NEW)
    assert server.calls == [POST] * 4


def test_no_redirect_takes_the_token_along(server: ScriptedServer) -> None:
    with scripted_server() as other:
        other.script = [listing()]
        server.script = [answer(302, Location=f"{other.url}/elsewhere")]
        for call in (*WRITES.values(), lambda client: client.cloud_accounts()):
            with pytest.raises(InputError, match="redirect to http://127.0.0.1, which is not followed"):
                call(platform(server.url))
        assert other.calls == []


def test_a_netrc_file_does_not_replace_the_token(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.script = [listing()]
    platform(server.url).cloud_accounts()
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "proxy",
    ["http://", "http://proxy.example.com:abc", "foo://host", "http://user:hunter2@:x", "http://user:hunter2@host:bad"],
)
def test_a_garbage_proxy_is_one_clear_error(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, slept: list[float], proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    for call in (*WRITES.values(), lambda client: client.cloud_accounts()):
        with pytest.raises(Unreachable, match=r"O\(platform_url\): .*http_proxy names") as error:
            call(platform(server.url))
        assert "hunter2" not in str(error.value)
    assert slept == []


def test_a_host_beside_the_proxy_is_not_blamed_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example.com:abc")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(Unreachable, match="Connection refused") as error:
        platform("http://127.0.0.1:1").cloud_accounts()
    assert "proxy" not in str(error.value)


@pytest.mark.parametrize("method", WRITES)
def test_a_write_that_nobody_takes_is_looked_at_again(method: str) -> None:
    with pytest.raises(OutcomeUnknown, match="Connection refused"):
        WRITES[method](platform("http://127.0.0.1:1"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a certificate for 127.0.0.1 that no system knows, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a CA of the test's own")])
    today = datetime.datetime.now(datetime.timezone.utc)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, today, today + datetime.timedelta(days=1))
    signed = builder.add_extension(address, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    path.write_bytes(signed.public_bytes(pem) + key.private_bytes(pem, *form))
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[ScriptedServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with scripted_server(context) as running:
        yield running


def test_a_certificate_that_is_not_trusted_names_the_option_for_it(secure: ScriptedServer, slept: list[float]) -> None:
    for call in (*WRITES.values(), lambda client: client.cloud_accounts()):
        with pytest.raises(InputError, match=r"O\(platform_ca_path\): the certificate of .* is not trusted"):
            call(platform(secure.url))
    assert slept == []


def test_the_platforms_own_ca_is_trusted_where_its_file_is_given(
    secure: ScriptedServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(certificate.parent))
    secure.script = [listing()]
    assert platform(secure.url, platform_ca_path=f"~/{certificate.name}").cloud_accounts() == []


@pytest.mark.parametrize(
    ("url", "insecure"),
    [
        ("https://platform.example.com", False),
        ("http://platform.example.com", True),
        ("http://127.evil.example.com", True),
        ("http://10.0.0.1:8080", True),
        ("http://127.0.0.1:8080", False),
        ("http://127.1.2.3", False),
        ("http://[::1]:80", False),
        ("HTTP://LOCALHOST", False),
        ("http://platform.localhost", False),
        ("http://notlocalhost", True),
    ],
)
def test_an_unencrypted_address_beyond_this_machine_is_insecure(url: str, insecure: bool) -> None:
    assert platform(url).is_insecure is insecure


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


@pytest.mark.parametrize("call", [*WRITES.values(), lambda client: client.delete_cloud_account("source-1")])
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
    assert len(said) == 1 and "waiting for another run" in said[0]
    assert server.calls == []


def test_another_organization_does_not_wait(server: ScriptedServer) -> None:
    server.script = [answer(200, source())]
    with held("writer", server.url, "org-2"):
        WRITES["PATCH"](platform(server.url))
