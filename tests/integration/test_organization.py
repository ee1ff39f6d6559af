# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The organization as inventory, through the real commands: nobody lists an account, and nobody is forgotten."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pytest
import yaml

from tests.emulator.aws.organization import set_state
from tests.integration.organization import Organization
from tests.integration.playbook import CHECKOUT, Fleet

PAGE = (CHECKOUT / "docs" / "organization.md").read_text()
BLOCKS = re.findall(r"^```(?:yaml)?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
HOSTILE = [
    *("{{ 7 * 7 }}", "{% raw %}", "<script>alert(1)</script>", "a, b", "x[1:3]", "~.*", "!all", "&all", "@/etc/passwd"),
    *("--limit", "../../etc", "two\nlines", "\x1b[31mred", "🚀", "🚀 moon", "日本", "localhost", "member", "*"),
]


@pytest.fixture
def organization(fleet: Fleet) -> Organization:
    """The emulator's, with four members in its root."""
    return Organization(fleet)


def test_from_one_login_and_one_file_the_whole_organization_is_connected(organization: Organization) -> None:
    shop = organization.account("shop {{ 7 * 7 }}", "/Workloads/Production")
    own = organization.account("<b>own</b>", "/Workloads", costs="own")
    options: dict[str, Any] = {"standalone_accounts": ["tag:costs=own"], "include_organizational_units": True}
    first, second = organization.onboard(**options), organization.onboard(**options)
    assert (first.code, second.code) == (0, 0), first.output + second.output
    members = organization.fleet.emulator.member_account_ids
    assert set(organization.fleet.sources()) == {organization.management, *members, shop, own}
    assert {row["state"] for row in first.recap().values()} == {"changed"}
    assert (second.changed, second.writes) == ([], [])
    assert first.recap()["shop-7-7"]["account_id"] == shop
    assert {row["case"] for row in first.recap().values()} == {"management", "member", "standalone"}
    assert first.recap()["b-own-b"]["case"] == "standalone"

    new = organization.account("new", "/Workloads")
    organization.api.close_account(AccountId=shop)
    third = organization.onboard("-v", **options)
    assert third.code == 0, third.output
    # The management account wakes it, and notes that its past comes with the first import.
    assert [host for host, row in third.recap().items() if row["state"] == "changed"] == ["master", "new"]
    assert new in organization.fleet.sources()
    assert f"Account {shop} (shop-7-7) is left out: it is SUSPENDED" in third.output
    assert "shop-7-7" not in third.recap()
    assert not [call for call in third.calls if call["account"] == shop]


@pytest.fixture
def large(organization: Organization) -> Organization:
    """300 accounts more, in units of three levels, some tagged, one in each state that keeps people out."""
    for number in range(300):
        unit = ["/", "/A", "/A/Web", "/A/Web/Shop", "/B"][number % 5]
        tags = {"team": f"team-{number % 3}"} if number % 2 else {}
        organization.account(f"account-{number}", unit, **tags)
    return organization


def test_every_filter_over_300_accounts_and_what_each_costs(large: Organization) -> None:
    plain = large.inventory()
    assert plain.code == 0, plain.errors
    accounts = len(plain.hosts)
    assert accounts == 305
    pages = math.ceil(accounts / 20)
    assert pages == 16
    basic = {"GetCallerIdentity": 1, "DescribeOrganization": 1, "ListAccounts": pages}
    assert plain.calls == basic
    assert plain.names("management") == ["master"]
    assert len(plain.names("member")) == 304

    def names(**options: Any) -> set[str]:
        shown = large.inventory(**options)
        assert shown.code == 0 and "WARNING" not in shown.errors, shown.errors
        return set(shown.hosts) - {"master"}

    def numbered(*rests: int) -> set[str]:
        return {f"account-{number}" for number in range(300) if number % 5 in rests}

    shown = large.inventory(organizational_units=["/A/Web"])
    assert set(shown.hosts) == {"master", *numbered(2, 3)}
    assert shown.calls == {**basic, "ListRoots": 1, "ListOrganizationalUnitsForParent": 1 + 4}
    assert shown.hosts["account-3"]["finops_organizational_unit"] == "/A/Web/Shop"
    assert names(organizational_units=[large.unit("/B"), "/A/Web/Shop"]) == numbered(3, 4)
    assert names(organizational_units=["/B"], exclude_accounts=["account-1*", "account-2*"]) == {
        name for name in numbered(4) if not name.startswith(("account-1", "account-2"))
    }
    account = str(plain.hosts["account-7"]["finops_account_id"])
    assert names(accounts=[account, "account-?"], exclude_accounts=["account-9"]) == {
        f"account-{number}" for number in range(9)
    }
    tagged = large.inventory(organizational_units=["/B"], accounts=["tag:team=team-1"], exclude_accounts=["account-*4"])
    assert set(tagged.hosts) == {f"account-{number}" for number in range(9, 300, 10) if number % 3 == 1}
    assert tagged.calls["ListTagsForResource"] == 30 + 1


def test_groups_of_units_and_keyed_groups(large: Organization) -> None:
    keyed = [{"key": "finops_account_tags.team", "prefix": "team"}]
    shown = large.inventory(include_organizational_units=True, include_tags=True, keyed_groups=keyed)
    found = json.loads(shown.output)
    assert found["ou_A"]["children"] == ["ou_A_Web"] and found["ou_A_Web"]["children"] == ["ou_A_Web_Shop"]
    assert len(found["ou_A"]["hosts"]) == len(found["ou_A_Web_Shop"]["hosts"]) == len(found["ou_B"]["hosts"]) == 60
    assert {group for group in found if group.startswith("team")} == {"team_team_0", "team_team_1", "team_team_2"}
    assert shown.calls["ListTagsForResource"] == 305


def test_empty_pages_hide_no_account(organization: Organization) -> None:
    for number in range(30):
        organization.account(f"account-{number}", "/A")
    organization.fleet.emulator.aws.state.empty_pages = True
    shown = organization.inventory(organizational_units=["/A"])
    assert len(shown.hosts) == 31
    assert shown.calls["ListAccounts"] == 4


@pytest.mark.parametrize("state", ["PENDING_ACTIVATION", "SUSPENDED", "PENDING_CLOSURE", "CLOSED"])
def test_accounts_that_nobody_can_act_in_are_named_and_have_a_group_when_asked_for(
    organization: Organization, state: str
) -> None:
    account = organization.account("left")
    set_state(account, state)
    shown = organization.inventory("--graph", "-v", include_closed_accounts=False)
    assert f"Account {account} (left) is left out: it is {state}" in shown.output + shown.errors
    assert "|--left" not in shown.output
    listed = organization.inventory(include_closed_accounts=True)
    assert listed.names("closed") == ["left"]
    assert listed.hosts["left"]["finops_account_state"] == state
    assert "left" not in [*listed.names("member"), *listed.names("ungrouped")]


def test_hostile_names_are_hosts_like_others_and_no_templates(organization: Organization) -> None:
    for name in [*HOSTILE, *["sandbox"] * 50]:
        organization.account(name, "/{{ 8 * 8 }}", note="{{ 9 * 9 }}")
    options = {"include_tags": True, "organizational_units": ["/{{ 8 * 8 }}"], "exclude_accounts": ["master"]}
    shown = organization.inventory("--list", "--export", **options)
    hosts = set(shown.hosts)
    assert len(hosts) == len(HOSTILE) + 50
    assert all(re.fullmatch(r"\w[\w.-]*", host) for host in hosts)
    assert "ou____8___8___" in json.loads(shown.output)

    listed = organization.command("ansible", "all", "--list-hosts", "--limit", ",".join(sorted(hosts)), **options)
    assert {line.strip() for line in listed.output.splitlines()[1:]} == hosts
    words = "msg={{ [finops_account_name, finops_organizational_unit, finops_account_tags.note] }}"
    said = organization.command("ansible", "7-7", "-m", "ansible.builtin.debug", "-a", words, **options)
    assert all(text in said.output for text in ("{{ 7 * 7 }}", "/{{ 8 * 8 }}", "{{ 9 * 9 }}")), said.output
    composed = organization.inventory(compose={"copy": "finops_account_name ~ '!'"}, **options)
    assert "{{ 7 * 7 }}!" in composed.output


def test_from_a_delegated_administrator_all_are_connected_once_the_management_account_has_a_role(
    organization: Organization,
) -> None:
    audit = organization.account("audit")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    organization.api.register_delegated_administrator(AccountId=audit, ServicePrincipal="guardduty.amazonaws.com")
    members = organization.fleet.emulator.member_account_ids
    for account in (organization.management, *members):
        organization.role_in(account, "FinOpsOnboarding", audit)
    organization.login(*organization.key_in(audit, everything))

    alone = organization.onboard(assume_role_name="FinOpsOnboarding")
    assert alone.code == 2
    assert "does not reach the management account" in alone.output
    assert "management_assume_role_name" in alone.output
    assert {host for host, row in alone.recap().items() if row["state"] == "failed"} == {"master"}
    assert organization.management not in organization.fleet.sources()

    roles = {"assume_role_name": "FinOpsOnboarding", "management_assume_role_name": "FinOpsOnboarding"}
    both, again = organization.onboard(**roles), organization.onboard(**roles)
    assert (both.code, again.code) == (0, 0), both.output + again.output
    assert set(organization.fleet.sources()) == {organization.management, audit, *members}
    assert again.writes == []


def test_a_login_that_may_not_look_is_told_what_it_lacks(organization: Organization) -> None:
    allowed = {"Effect": "Allow", "Action": "organizations:DescribeOrganization", "Resource": "*"}
    organization.login(*organization.key_in(organization.management, allowed))
    run = organization.onboard()
    assert run.code == 2
    assert "Grant organizations:ListAccounts to the login" in " ".join(run.output.split())
    assert "The inventory has no accounts" in run.output
    assert organization.environment["AWS_SECRET_ACCESS_KEY"] not in run.output


def test_the_page_shows_the_graph_that_is_printed(organization: Organization) -> None:
    for name, unit, tags in (
        ("shop", "/Workloads/Production", {"team": "web"}),
        ("search", "/Workloads/Production", {"team": "web"}),
        ("shop-test", "/Workloads/Staging", {"team": "web"}),
        ("ledger", "/Workloads", {"team": "finance", "costs": "own"}),
        ("sandbox", "/Sandbox", {}),
    ):
        organization.account(name, unit, **tags)
    options = yaml.safe_load(BLOCKS[1])
    del options["plugin"]
    assert organization.inventory("--graph", **options).output == BLOCKS[2]


def test_the_pages_first_file_and_the_example_are_inventories(organization: Organization) -> None:
    example = yaml.safe_load((CHECKOUT / "inventories" / "organization" / "organization.yml").read_text())
    first = yaml.safe_load(BLOCKS[0])
    for options in (example, first):
        del options["plugin"]
        assert len(organization.inventory(**options).hosts) == 5
