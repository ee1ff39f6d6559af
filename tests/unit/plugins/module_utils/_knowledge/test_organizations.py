# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How AWS Organizations describes an account, and which of that is believed."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.organizations import (
    account_of,
    checked,
    owner_of,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError

ACCOUNT, PAYER = "111122223333", "444455556666"
JOINED = datetime.datetime(2026, 1, 31, 23, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=-2)))


@pytest.mark.parametrize("value", [None, 111122223333, "11112222333", "1111222233334", "11112222333x", ""])
def test_an_id_is_12_digits_or_nothing_that_is_believed(value: Any) -> None:
    assert checked(ACCOUNT) == ACCOUNT
    with pytest.raises(FinopsError, match="not 12 digits"):
        checked(value)


@pytest.mark.parametrize(
    ("arn", "owner"),
    [
        (f"arn:aws:organizations::{PAYER}:account/o-abcdefghij/{ACCOUNT}", ("o-abcdefghij", PAYER)),
        (f"arn:aws-us-gov:organizations::{PAYER}:account/o-abcdefghij/{ACCOUNT}", ("o-abcdefghij", PAYER)),
        (f"arn:aws:organizations::{PAYER}:account/o-short/{ACCOUNT}", None),
        (f"arn:aws:organizations::{PAYER}:account/o-abcdefghij/{ACCOUNT}/more", None),
        (f"arn:aws:iam::{PAYER}:root", None),
        ("", None),
        (None, None),
        (5, None),
    ],
)
def test_an_account_s_arn_names_its_organization_and_management_account(arn: Any, owner: Any) -> None:
    assert owner_of({"Arn": arn}) == owner
    assert owner_of({}) is None


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        ({"State": "CLOSED", "Status": "SUSPENDED"}, "CLOSED"),
        ({"Status": "SUSPENDED"}, "SUSPENDED"),
        ({"State": ""}, "ACTIVE"),
        ({}, "ACTIVE"),
    ],
)
def test_the_state_is_the_new_field_s_then_the_old_one_s(entry: dict[str, str], state: str) -> None:
    assert account_of({"Id": ACCOUNT, "Name": "Shop", **entry}) == {
        "id": ACCOUNT,
        "name": "Shop",
        "state": state,
        "joined": None,
    }


def test_the_day_of_joining_is_of_utc_and_a_name_may_be_missing() -> None:
    found = account_of({"Id": ACCOUNT, "JoinedTimestamp": JOINED})
    assert (found["joined"], found["name"]) == ("2026-02-01", "")
    assert account_of({"Id": ACCOUNT, "JoinedTimestamp": "2026-01-31"})["joined"] is None
