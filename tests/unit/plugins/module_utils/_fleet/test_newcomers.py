# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts are new: those that are named, and those that joined lately and are not on the bill."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.newcomers import DAYS, checked, newcomers
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError

TODAY = datetime.date(2026, 11, 26)
ACCOUNT = "111122223333"
LATELY, LONG_AGO = "2026-11-25", "2026-01-01"
AWAKE, ASLEEP, NONE = {"auto_import": True}, {"auto_import": False}, {}


@pytest.mark.parametrize(
    ("source", "joined", "named", "is_new"),
    [
        (NONE, LATELY, [], True),
        (NONE, LONG_AGO, [], False),
        (NONE, None, [], True),
        (NONE, "no day", [], True),
        (ASLEEP, LATELY, [], True),
        (AWAKE, LATELY, [], False),
        (None, LATELY, [], False),
        (AWAKE, LONG_AGO, [ACCOUNT], True),
        (NONE, LONG_AGO, ["444455556666"], False),
    ],
)
def test_which_are_new(source: dict[str, Any] | None, joined: Any, named: list[str], is_new: bool) -> None:
    view = {} if source is None else {"data_source": source}
    hosts = {"shop": {"finops_account_id": ACCOUNT, "finops_account_joined": joined}}
    assert newcomers({"shop": view}, hosts, named, TODAY) == (["shop"] if is_new else [])


def test_a_night_that_failed_is_made_good_by_the_next_day() -> None:
    joined = [(TODAY - datetime.timedelta(days=days)).isoformat() for days in range(DAYS + 2)]
    hosts = {str(number): {"finops_account_joined": day} for number, day in enumerate(joined)}
    found = newcomers({host: {"data_source": {}} for host in hosts}, hosts, [], TODAY)
    assert found == [str(number) for number in range(DAYS + 1)]


@pytest.mark.parametrize("wrong", ["{{ 7 * 7 }}", "11112222333", "111122223333\n", "111122223333,all", "*", "", None])
def test_what_is_no_account_id_is_refused(wrong: Any) -> None:
    with pytest.raises(InputError) as raised:
        checked([ACCOUNT, wrong])
    assert "new_accounts" in str(raised.value)


def test_account_ids_are_taken_as_they_are() -> None:
    assert checked(["000000000001"]) == ["000000000001"]
