# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What both shells give away of a result: no secret, whoever's it is, and the calls where they were asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import Clients
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.words import MASK
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import argument_spec, finished
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.account import Account
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT

SPEC = argument_spec(Account, info=False)


def clients(options: dict[str, Any]) -> Clients:
    return Clients({"account_id": ACCOUNT, **options})


@pytest.mark.parametrize(
    "options",
    [
        {"secret_key": "s3cret"},
        {"session_token": "s3cret\n"},
        {"platform_token": "s3cret"},
        {"platform_password": "s3cret"},
        {"session": {"account_id": ACCOUNT, "credentials": {"secret_key": "s3cret", "session_token": "other"}}},
        {"session": {"account_id": ACCOUNT, "credentials": {"secret_key": "other", "session_token": "s3cret"}}},
    ],
    ids=str,
)
def test_no_secret_leaves_whoevers_it_is(options: dict[str, Any]) -> None:
    result = {"msg": "Invalid header value b's3cret\\n'", "steps": ["s3cret"], "diff": [{"after": {"a": "x s3cret"}}]}
    found = finished(result, SPEC, options, clients(options))
    assert "s3cret" not in json.dumps(found)
    assert found["steps"] == [MASK]


def test_what_is_no_secret_stays() -> None:
    options = {"access_key": "AKIA", "profile": "p", "secret_key": None}
    result = {"msg": "AKIA p None", "changed": True}
    assert finished(result, SPEC, options, clients(options)) == result


@pytest.mark.parametrize(
    ("wanted", "told"), [(True, {"resource_actions": ["iam:GetUser", "sts:AssumeRole"]}), (False, {})]
)
def test_the_calls_are_told_where_they_are_asked_for(wanted: bool, told: dict[str, Any]) -> None:
    options = {"debug_botocore_endpoint_logs": wanted}
    account = clients(options)
    account.resource_actions.update({"sts:AssumeRole", "iam:GetUser"})
    assert finished({}, SPEC, options, account) == told
    # The next step of the account tells its own.
    assert finished({}, SPEC, options, account) == ({"resource_actions": []} if wanted else {})
