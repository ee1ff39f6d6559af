# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The platform's client where it serves the whole history: imports, the platform's time, and many sources woken at once."""

from __future__ import annotations

import datetime
import email.utils
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError, OutcomeUnknown
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.errors import PlatformError
from tests.unit.plugins.module_utils._platform.scripted_platform import platform, source
from tests.unit.plugins.module_utils.scripted_server import GARBAGE, ScriptedServer, answer, cut

NOW = datetime.datetime(2026, 6, 20, 12, tzinfo=datetime.timezone.utc)


def entry(state: str, seconds_ago: float) -> dict[str, Any]:
    moment = int(NOW.timestamp() - seconds_ago)
    return {"state": state, "created_at": moment, "updated_at": moment}


@pytest.mark.parametrize(
    ("imports", "states"),
    [
        ([], set()),
        ([entry("scheduled", 0), entry("in_progress", 0)], {"scheduled", "in_progress"}),
        ([entry("completed", 0), entry("failed", 0)], set()),
        ([entry("scheduled", 10_800), entry("in_progress", 1_800)], {"scheduled", "in_progress"}),
        # Whoever was at it has died, and the platform's own round queues another one.
        ([entry("scheduled", 10_801), entry("in_progress", 1_801)], set()),
        ([{"state": "scheduled", "created_at": None}], set()),
    ],
)
def test_an_import_counts_by_the_platform_s_own_time(
    server: ScriptedServer, imports: list[dict[str, Any]], states: set[str]
) -> None:
    server.script = [answer(200, {"report_imports": imports}, Date=email.utils.format_datetime(NOW, usegmt=True))]
    assert platform(server.url).import_states("1") == states


@pytest.mark.parametrize("value", [{}, {"report_imports": None}, {"report_imports": ["x"]}])
def test_a_list_of_imports_that_is_none_is_one_clear_error(server: ScriptedServer, value: Any) -> None:
    server.script = [answer(200, value)]
    with pytest.raises(InputError, match="it lists no imports"):
        platform(server.url).import_states("1")


@pytest.mark.parametrize("date", ["", "soon"])
def test_the_time_is_this_machine_s_where_the_platform_says_none(server: ScriptedServer, date: str) -> None:
    server.script = [answer(200, {"id": "1"}, Date=date)]
    client = platform(server.url)
    client.organization()
    assert abs((client.now - datetime.datetime.now(datetime.timezone.utc)).total_seconds()) < 60


def test_sources_are_woken_each_by_one_call_and_one_that_fails_keeps_no_other_from_it(server: ScriptedServer) -> None:
    refused = answer(403, {"error": {"error_code": "OE0234", "reason": "no"}})
    server.script = [refused, answer(200, {"id": "1", "auto_import": True})]
    with pytest.raises(PlatformError, match="OE0234"):
        platform(server.url).wake_cloud_accounts(["1", "2", "3"])
    assert sorted(server.calls) == [f"PATCH /restapi/v2/cloud_accounts/{number}" for number in (1, 2, 3)]
    assert [request.json for request in server.requests] == [{"auto_import": True}] * 3


@pytest.mark.parametrize("first", [answer(200, {"id": "1"}), answer(200, {}), cut(), GARBAGE, answer(502)])
def test_a_source_that_does_not_show_that_it_is_awake_is_looked_at(server: ScriptedServer, first: bytes) -> None:
    server.script = [first, answer(200, {**source(), "auto_import": True})]
    platform(server.url).wake_cloud_accounts(["1"])
    assert server.calls == ["PATCH /restapi/v2/cloud_accounts/1", "GET /restapi/v2/cloud_accounts/1"]


def test_a_source_that_never_shows_that_it_is_awake_is_told_a_few_times(server: ScriptedServer) -> None:
    server.script = [answer(200, {**source(), "auto_import": False})]
    with pytest.raises(OutcomeUnknown, match="does not show it"):
        platform(server.url).wake_cloud_accounts(["1"])
    assert server.calls == 3 * ["PATCH /restapi/v2/cloud_accounts/1", "GET /restapi/v2/cloud_accounts/1"]
