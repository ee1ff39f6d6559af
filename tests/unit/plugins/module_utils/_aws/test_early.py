# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads that are begun before they are asked for: how many at once, for whom, and until when they count."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.early import AT_ONCE, Early, Reading
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from tests.unit.plugins.module_utils._aws.scripted_aws import USER, actions, clients, refusal, xml
from tests.unit.plugins.module_utils.scripted_server import NOTHING, ScriptedServer

_PATIENCE = 30.0
_SLEEP = time.sleep
OF_USER = Reading("iam", "get_user", {"UserName": "u"})


def numbered(number: int) -> Reading:
    return Reading("iam", "get_user", {"UserName": str(number)})


class Gate:
    """Calls that answer their number, once they are let through; it counts those that are under way."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._lock = threading.Lock()
        self.begun: list[int] = []

    def call(self, number: int) -> Callable[[], int]:
        def call() -> int:
            with self._lock:
                self.begun.append(number)
            assert self._open.wait(_PATIENCE)
            return number

        return call

    def let_through(self) -> None:
        self._open.set()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < end
        _SLEEP(0.001)


def threads_of(early: Early) -> int:
    return early._threads


def taken(early: Early, reading: Reading) -> Any:
    future = early.take(reading)
    return None if future is None else future.result(_PATIENCE)


def test_they_go_on_side_by_side_in_their_order_with_room_for_who_waits() -> None:
    early, gate = Early(), Gate()
    for number in range(6):
        early.begin(numbered(number), gate.call(number))
    until(lambda: len(gate.begun) == AT_ONCE - 1)
    _SLEEP(0.05)
    assert sorted(gate.begun) == [0, 1, 2]
    gate.let_through()
    until(lambda: threads_of(early) == 0)
    assert sorted(gate.begun[3:]) == [3, 4, 5]
    assert [taken(early, numbered(number)) for number in range(6)] == list(range(6))


def test_who_asks_for_one_that_still_waits_does_it_alone() -> None:
    early, gate = Early(), Gate()
    for number in range(5):
        early.begin(numbered(number), gate.call(number))
    until(lambda: len(gate.begun) == 3)
    assert early.take(numbered(4)) is None
    gate.let_through()
    until(lambda: threads_of(early) == 0)
    assert taken(early, numbered(3)) == 3
    assert sorted(gate.begun) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "other",
    [
        Reading("s3", "get_user", {"UserName": "u"}),
        Reading("iam", "get_login_profile", {"UserName": "u"}),
        Reading("iam", "get_user", {"UserName": "v"}),
        Reading("iam", "get_user", {"UserName": "u"}, all_pages=True),
        Reading("iam", "get_user"),
    ],
    ids=["service", "operation", "parameters", "pages", "no parameters"],
)
def test_an_answer_is_for_exactly_its_read_and_once(other: Reading) -> None:
    early = Early()
    early.begin(OF_USER, lambda: "answer")
    assert early.take(other) is None
    until(lambda: threads_of(early) == 0)
    assert taken(early, Reading("iam", "get_user", {"UserName": "u"})) == "answer"
    assert early.take(OF_USER) is None


def test_what_is_dropped_is_forgotten_and_begins_no_more() -> None:
    early, gate = Early(), Gate()
    for number in range(5):
        early.begin(numbered(number), gate.call(number))
    until(lambda: len(gate.begun) == 3)
    early.drop()
    gate.let_through()
    until(lambda: threads_of(early) == 0)
    assert sorted(gate.begun) == [0, 1, 2]
    assert all(early.take(numbered(number)) is None for number in range(5))


def test_threads_end_with_the_reads_and_come_again_with_the_next() -> None:
    early = Early()
    for number in range(2):
        early.begin(numbered(number), lambda: "answer")
        until(lambda: threads_of(early) == 0)
        assert taken(early, numbered(number)) == "answer"


def begun(aws: ScriptedServer, *readings: Reading) -> Any:
    """An account's clients whose early reads have been answered."""
    account = clients(aws.url)
    account.early = Early()
    account.begin(*readings)
    until(lambda: threads_of(account.early) == 0)
    return account


def test_a_read_that_was_begun_is_not_made_again(aws: ScriptedServer) -> None:
    aws.script = [USER]
    account = begun(aws, OF_USER)
    assert actions(aws) == ["GetUser"]
    assert account.read("iam", "get_user", UserName="u")["User"]["UserName"] == "u"
    assert actions(aws) == ["GetUser"]
    account.read("iam", "get_user", UserName="u")
    assert actions(aws) == ["GetUser", "GetUser"]


def test_all_pages_are_begun_as_well(aws: ScriptedServer) -> None:
    aws.script = [xml("ListAccessKeys", "<AccessKeyMetadata/><IsTruncated>false</IsTruncated>")]
    account = begun(aws, Reading("iam", "list_access_keys", {"UserName": "u"}, all_pages=True))
    assert account.read_all("iam", "list_access_keys", "AccessKeyMetadata", UserName="u") == []
    assert actions(aws) == ["ListAccessKeys"]


@pytest.mark.parametrize(("client", "operation"), [("iam", "tag_user"), ("platform", "update_cloud_account")])
def test_after_a_write_whatever_became_of_it_aws_is_asked_anew(
    aws: ScriptedServer, client: str, operation: str
) -> None:
    aws.script = [USER, refusal("AccessDenied")]
    account = begun(aws, OF_USER)
    with pytest.raises(FinopsError):
        account.write(client, operation, {"UserName": "u", "Tags": []} if client == "iam" else {"identifier": "i"})
    asked = len(actions(aws))
    aws.script = [USER]
    account.read("iam", "get_user", UserName="u")
    assert actions(aws)[asked:] == ["GetUser"]


def test_an_error_is_raised_to_who_asks_and_means_what_it_says_there(aws: ScriptedServer) -> None:
    aws.script = [refusal("NoSuchEntity", status=404)]
    account = begun(aws, OF_USER, numbered(1))
    assert account.read("iam", "get_user", missing=("NoSuchEntity",), UserName="u") is None
    with pytest.raises(AwsError, match="NoSuchEntity"):
        account.read("iam", "get_user", UserName="1")
    assert len(aws.requests) == 2


def test_an_answer_that_never_comes_is_an_error_and_not_asked_for_again(aws: ScriptedServer) -> None:
    aws.script = [NOTHING]
    account = begun(aws, OF_USER)
    asked = len(aws.requests)
    with pytest.raises(FinopsError, match="no answer from AWS to iam:get_user"):
        account.read("iam", "get_user", UserName="u")
    assert len(aws.requests) == asked


def test_nothing_is_begun_where_nobody_wants_it_or_no_client_can_be_made(aws: ScriptedServer) -> None:
    account = clients(aws.url)
    account.begin(OF_USER)
    account = clients(aws.url, aws_config={"no": "such"})
    account.early = Early()
    account.begin(OF_USER)
    assert not aws.requests
    with pytest.raises(FinopsError, match="aws_config"):
        account.read("iam", "get_user", UserName="u")
