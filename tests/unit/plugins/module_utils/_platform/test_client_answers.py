# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every answer becomes data or one clear error, and each tells whether a write was done, refused, or nobody knows."""

from __future__ import annotations

import email.utils
import gzip
import time

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, OutcomeUnknown
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.errors import PlatformError, Unreachable
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
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT
from tests.unit.plugins.module_utils.scripted_server import GARBAGE, NOTHING, ScriptedServer, answer, cut

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
