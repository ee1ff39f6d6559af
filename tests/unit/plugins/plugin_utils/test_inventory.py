# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the platform says about the fleet is asked for once, and a host whose variables are odd stops no other."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._inventory import Inventory, Listings
from tests.unit.plugins.module_utils.scripted_server import answer, scripted_server

ACCOUNT = "111122223333"
LISTING = answer(200, {"cloud_accounts": [{"id": "1", "name": "aws", "account_id": ACCOUNT, "config": {}}]})
ORGANIZATION = answer(200, {"id": "org-1", "disabled": False, "currency": "USD"})


def variables(url: str, **others: Any) -> dict[str, Any]:
    return {
        "finops_platform_url": url,
        "finops_platform_organization_id": "org-1",
        "finops_platform_email": "a@example.com",
        "finops_platform_password": "p",
        **others,
    }


def test_hosts_of_one_organization_share_one_login_one_listing_and_one_look_at_it() -> None:
    with scripted_server() as server:
        server.script = [answer(201, {"token": "t"}), LISTING, ORGANIZATION]
        listings = Listings()
        for dummy in range(3):
            found = listings.of(variables(server.url))
            assert found is not None and found.has(ACCOUNT)
            assert listings.organization(variables(server.url)) == {"id": "org-1", "disabled": False, "currency": "USD"}
        assert [call.rpartition("/")[2] for call in server.calls] == ["tokens", "cloud_accounts", "org-1"]


def test_what_the_platform_says_of_roles_is_asked_once_and_may_be_unknown() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "x:Y"}
    document = {"Statement": [statement]}
    policies = answer(200, {"trust_policy": document, "role_policy": document})
    refused = answer(424, {"error": {"error_code": "OE0569", "reason": "no service credentials"}})
    with scripted_server() as server:
        server.script = [answer(201, {"token": "t"}), policies, answer(201, {"token": "t"}), refused]
        for found in (["111122223333"], None):
            listings = Listings()
            for dummy in range(2):
                said = listings.policies(variables(server.url))
                assert (said and said["accounts"]) == found
        assert len(server.calls) == 4
    assert Listings().policies({}) is None


def test_without_a_platform_there_is_nothing_to_ask() -> None:
    assert Listings().of({}) is None
    assert Listings().organization({"finops_platform_url": ""}) is None


def test_an_error_is_kept_and_said_to_every_host() -> None:
    with scripted_server() as server:
        server.script = [answer(201, {"token": "t"}), answer(401, "Unauthorized")]
        listings = Listings()
        for dummy in range(2):
            with pytest.raises(FinopsError, match="401"):
                listings.of(variables(server.url))
        assert len(server.calls) == 2


@pytest.mark.parametrize(
    "odd",
    [
        {"finops_platform_token": ["t"]},
        {"finops_platform_organization_id": {"a": 1}},
        {"finops_platform_url": 5},
        {"finops_platform_url": ["https://host"]},
        {"finops_platform_url": "https://host:abc"},
        {"finops_platform_ca_path": "/does/not/exist"},
        {"finops_platform_password": 5},
    ],
    ids=str,
)
def test_odd_variables_of_one_host_are_its_own_error(monkeypatch: pytest.MonkeyPatch, odd: dict[str, Any]) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    with scripted_server() as server:
        server.script = [answer(201, {"token": "t"}), LISTING]
        listings = Listings()
        for dummy in range(2):
            with pytest.raises(FinopsError, match=r"^O\(platform_"):
                listings.of(variables(server.url, **odd))
        assert listings.of(variables(server.url)) is not None


ROOT, SECOND, MEMBER = "111111111111", "222222222222", "333333333333"


@pytest.mark.parametrize(
    ("management", "said", "expected"),
    [
        ([ROOT], {}, ROOT),
        ([ROOT], {"finops_management_account_id": SECOND}, SECOND),
        ([ROOT, SECOND], {}, None),
        ([ROOT, SECOND], {"finops_management_account_id": SECOND}, SECOND),
        ([], {}, None),
    ],
)
def test_whose_files_an_account_s_cost_stands_in(
    management: list[str], said: dict[str, str], expected: str | None
) -> None:
    groups = {"management": management, "member": [MEMBER], "standalone": ["444444444444"]}
    variables: dict[str, dict[str, Any]] = {
        host: {"finops_account_id": host} for host in (*management, MEMBER, "444444444444")
    }
    variables[MEMBER].update(said)
    roots = Inventory({"hostvars": variables, "groups": groups}).roots(variables)
    assert roots == {**{account: account for account in management}, MEMBER: expected}


class Registering(dict[str, Any]):
    """Ansible's hostvars, of which templating anything fails."""

    def raw_get(self, host: str) -> dict[str, Any]:
        return {"finops_connection": {"results": ["{{ no_template }}"]}, "other": 1}

    def __getitem__(self, host: str) -> Any:
        raise AssertionError(f"the variables of {host} were templated")


def test_what_tasks_registered_is_taken_as_it_is() -> None:
    inventory = Inventory({"hostvars": Registering(), "groups": {}})
    found = inventory.registered("shop", ["finops_connection", "finops_audit"])
    assert found == {"finops_connection": {"results": ["{{ no_template }}"]}}
