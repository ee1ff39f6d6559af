# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The common pace: no limit until a throttle, then turns, then no limit again."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.hooks
import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import ATTEMPTS, Clients
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.pace import (
    FIRST,
    MOST,
    Pace,
    keep_pace,
    retry_soon,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.shared_file import held

NOW = 1_000_000.0


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Clock:
    """Also a folder of its own for the shared files."""
    clock = Clock()
    monkeypatch.setattr(time, "time", clock.time)
    monkeypatch.setattr(time, "sleep", clock.sleep)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return clock


def test_nobody_waits_as_long_as_nobody_is_throttled(clock: Clock) -> None:
    for dummy in range(3):
        Pace("sts").wait()
        Pace("sts").learn(NOW, throttled=False)
    assert clock.slept == []


def test_after_a_throttle_all_workers_take_turns(clock: Clock) -> None:
    Pace("sts").learn(NOW, throttled=True)
    for dummy in range(4):
        Pace("sts").wait()
    assert clock.slept == pytest.approx([FIRST, 2 * FIRST, 3 * FIRST])


def test_another_api_is_not_held_up(clock: Clock) -> None:
    Pace("sts").learn(NOW, throttled=True)
    for dummy in range(3):
        Pace("ssm").wait()
    assert clock.slept == []


def test_every_throttle_doubles_the_interval_up_to_a_limit(clock: Clock) -> None:
    intervals = []
    for second in range(9):
        clock.now = NOW + second
        Pace("sts").learn(clock.now, throttled=True)
        intervals.append(Pace("sts").interval)
    assert intervals == pytest.approx([min(FIRST * 2**number, MOST) for number in range(9)])


def test_the_throttles_of_one_moment_slow_down_once(clock: Clock) -> None:
    for dummy in range(6):
        Pace("sts").learn(NOW - 0.1, throttled=True)
    assert Pace("sts").interval == FIRST


def test_nobody_waits_longer_than_the_limit(clock: Clock) -> None:
    Pace("sts").learn(NOW, throttled=True)
    for dummy in range(300):
        Pace("sts").wait()
    assert max(clock.slept) == MOST


def test_calls_that_get_through_end_the_limit(clock: Clock) -> None:
    Pace("sts").learn(NOW, throttled=True)
    for dummy in range(10):
        Pace("sts").learn(NOW, throttled=False)
    Pace("sts").wait()
    Pace("sts").wait()
    assert clock.slept == []


def test_what_somebody_planted_ends_no_run(clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"finops_for_cloud-{os.getuid()}").symlink_to(tmp_path / "elsewhere")
    Pace("sts").learn(NOW, throttled=True)
    Pace("sts").wait()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_worker_that_was_stopped_with_the_file_ends_no_run(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter(range(10**6))
    monkeypatch.setattr(time, "monotonic", lambda: next(seconds) / 10)
    with held("pace", "sts"):
        Pace("sts").learn(NOW, throttled=True)
        Pace("sts").wait()
    assert Pace("sts").interval == 0.0
    assert sum(clock.slept) < 1


@pytest.mark.parametrize("answer", [{"Error": {"Code": "Throttling"}}, {}], ids=["throttled", "let through"])
def test_a_paced_client_learns_from_its_answers(clock: Clock, answer: dict[str, Any]) -> None:
    client = SimpleNamespace(meta=SimpleNamespace(events=botocore.hooks.HierarchicalEmitter()))
    keep_pace(client, "endpoint", "profile")
    events = client.meta.events
    for dummy in range(2):
        events.emit("before-send.sts.AssumeRole", request=None)
        events.emit("response-received.sts.AssumeRole", parsed_response=answer, exception=None)
    assert Pace("sts.AssumeRole", "endpoint", "profile").interval == (FIRST if answer else 0.0)


def test_a_throttled_call_is_tried_again_sooner_than_botocore_would() -> None:
    clients = Clients({"account_id": "111122223333", "access_key": "AKIAEXAMPLE", "secret_key": "-"})
    iam = clients._client("iam")
    response = (None, {"Error": {"Code": "Throttling"}, "ResponseMetadata": {}})
    waits = []
    for attempts in range(1, ATTEMPTS + 1):
        answers = iam.meta.events.emit(
            "needs-retry.iam.ListPolicies",
            response=response,
            attempts=attempts,
            caught_exception=None,
            endpoint=None,
            operation=iam.meta.service_model.operation_model("ListPolicies"),
            request_dict={"context": {}},
        )
        waits.append(botocore.hooks.first_non_none_response(answers))
    assert all(0 < wait <= 0.1 * 2**number for number, wait in enumerate(waits[:-1]))
    # The last attempt's throttle is the caller's to hear of.
    assert not waits[-1]


@pytest.mark.parametrize(
    "response", [None, (None, {"Error": {"Code": "AccessDenied"}}), (None, {}), (None, None)], ids=str
)
def test_other_answers_are_left_to_botocores_own_retries(response: Any) -> None:
    handlers = []
    events = SimpleNamespace(register_first=lambda event, handler: handlers.append((event, handler)))
    service = SimpleNamespace(service_id=SimpleNamespace(hyphenize=lambda: "iam"))
    retry_soon(SimpleNamespace(meta=SimpleNamespace(events=events, service_model=service)), ATTEMPTS)
    ((event, handler),) = handlers
    assert event == "needs-retry.iam"
    assert handler(response=response, attempts=1) is None
