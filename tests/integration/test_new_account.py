# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks that the rulebook runs, by themselves: who is new is connected, whose account left is named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.organization import Organization
from tests.integration.playbook import Fleet, Run

NEW, DEPARTED = "finops_for_cloud.aws.new_account", "finops_for_cloud.aws.departed_account"


@pytest.fixture
def organization(fleet: Fleet) -> Organization:
    """The emulator's, with four members, all connected."""
    made = Organization(fleet)
    first = made.onboard()
    assert first.code == 0, first.output
    return made


def run(organization: Organization, playbook: str, *arguments: str) -> Run:
    """As the rulebook does, with nothing but the login and the platform's settings."""
    of_accounts = dict.fromkeys(("finops_aws_endpoint_url", "finops_aws_access_key", "finops_aws_secret_key"))
    file = str(organization.file())
    environment = organization.environment
    return organization.fleet.run({}, "-i", file, *arguments, playbook=playbook, environment=environment, **of_accounts)


def visited(found: Run) -> set[str]:
    """The accounts in which something was asked or done, besides the organization's listing and the logins."""
    return {call["account"] for call in found.calls if call["service"] not in ("organizations", "platform", "sts")}


def test_only_who_is_new_is_visited_and_connected(organization: Organization) -> None:
    joined = [organization.account(name) for name in ("new", "{{ 7 * 7 }}")]
    first, second = run(organization, NEW), run(organization, NEW)
    assert (first.code, second.code) == (0, 0), first.output + second.output
    assert set(joined) <= organization.fleet.sources().keys()
    assert visited(first) == set(joined)
    assert (second.changed, second.writes, visited(second)) == ([], [], set())


def test_accounts_that_are_named_are_visited_also_where_nothing_is_to_do(organization: Organization) -> None:
    member = organization.fleet.emulator.member_account_ids[0]
    named = json.dumps({"finops_new_accounts": [member]})
    found = run(organization, NEW, "-e", named)
    assert found.code == 0, found.output
    assert (visited(found), found.writes) == ({member}, [])


@pytest.mark.parametrize("wrong", ["1234", "111122223333,all", "*", "!all"])
def test_what_is_no_account_id_is_refused_before_anything_is_asked(organization: Organization, wrong: str) -> None:
    found = run(organization, NEW, "-e", json.dumps({"finops_new_accounts": [wrong]}))
    assert found.code != 0
    assert "finops_new_accounts: must be a string of 12 digits" in found.output
    assert visited(found) == set()
    assert not [call for call in found.calls if call["service"] == "platform"]


def test_a_data_source_whose_account_left_is_named_and_stays(organization: Organization) -> None:
    gone = organization.fleet.emulator.member_account_ids[0]
    before = organization.fleet.sources()
    organization.api.remove_account_from_organization(AccountId=gone)
    found = run(organization, DEPARTED)
    assert found.code != 0
    report: dict[str, Any] = json.loads((organization.fleet.folder / "report" / "departed" / "report.json").read_text())
    codes = {one["account_id"]: [code for link in one["links"] for code in link["codes"]] for one in report["accounts"]}
    assert "SOURCE_LEFT_ORGANIZATION" in codes[gone]
    assert found.writes == []
    assert organization.fleet.sources() == before
