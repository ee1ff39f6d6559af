# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups and variables of each account's host: cases, units, logins from every account, partitions."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.accounts import (
    Account,
    Organization,
    Unit,
)
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.fleet import (
    Fleet,
    Login,
    fleet_of,
    unit_groups,
)
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.selection import Selection

PAYER, AUDIT, SHOP, LEFT = "111122223333", "444455556666", "123456789012", "210987654321"
ROOT, OUTER, INNER = "r-ab12", "ou-ab12-11111111", "ou-ab12-22222222"
UNITS = {unit.id: unit for unit in (Unit(ROOT, "Root"), Unit(OUTER, "Work & more", ROOT), Unit(INNER, "Inner", OUTER))}
ACCOUNTS = (
    Account(PAYER, "payer", unit=ROOT),
    Account(AUDIT, "audit", unit=OUTER),
    Account(SHOP, "shop {{ 7 * 7 }}", unit=INNER, joined="2026-01-31", tags={"team": "web"}),
    Account(LEFT, "left", "CLOSED", unit=INNER),
)
DEFAULT = Login("OrganizationAccountAccessRole")


def fleet(
    login: str = PAYER, way: Login = DEFAULT, partition: str = "aws", units: Any = UNITS, **options: Any
) -> Fleet:
    """The fleet of the organization, asked by a login in one of its accounts."""
    nothing: dict[str, Any] = dict.fromkeys(
        ("accounts", "exclude_accounts", "standalone_accounts", "organizational_units"), []
    )
    organization = Organization(PAYER, login, partition, ACCOUNTS, units)
    return fleet_of(organization, Selection.of({**nothing, **options}), ["name"], way)


def reached(found: Fleet) -> dict[str, dict[str, str]]:
    """By account, with what its host logs in."""
    about = ("finops_assume_role_arn", "finops_aws_profile")
    return {
        host.variables["finops_account_id"]: {key: host.variables[key] for key in about if key in host.variables}
        for host in found.hosts
    }


def arn(account: str, role: str = "OrganizationAccountAccessRole", partition: str = "aws") -> str:
    return f"arn:{partition}:iam::{account}:role/{role}"


def test_every_host_has_its_account_and_is_in_the_groups_of_its_case_and_unit() -> None:
    payer, audit, shop = fleet(standalone_accounts=["audit"]).hosts
    assert (payer.name, payer.groups) == ("payer", ["management"])
    assert (audit.name, audit.groups) == ("audit", ["standalone", "ou_Work___more"])
    assert (shop.name, shop.groups) == ("shop-7-7", ["member", "ou_Work___more_Inner"])
    assert shop.variables == {
        "finops_account_id": SHOP,
        "finops_account_joined": "2026-01-31",
        "finops_account_name": "shop {{ 7 * 7 }}",
        "finops_account_state": "ACTIVE",
        "finops_account_tags": {"team": "web"},
        "finops_management_account_id": PAYER,
        "finops_organizational_unit": "/Work & more/Inner",
        "finops_assume_role_arn": arn(SHOP),
    }
    assert payer.variables["finops_organizational_unit"] == "/"


def test_a_unit_is_in_the_group_of_the_one_above() -> None:
    assert fleet().parents == {"ou_Work___more_Inner": "ou_Work___more"}
    assert fleet(accounts=["audit"]).parents == {}


def test_without_units_there_are_no_groups_for_them() -> None:
    found = fleet(units={})
    assert [host.groups for host in found.hosts] == [["management"], ["member"], ["member"]]
    assert {host.variables["finops_organizational_unit"] for host in found.hosts} == {None}


def test_the_management_account_is_never_standalone() -> None:
    assert fleet(standalone_accounts=["*"]).hosts[0].groups == ["management"]


def test_a_closed_account_is_in_the_group_of_those_alone_and_has_no_login() -> None:
    (left,) = fleet().closed
    assert (left.name, left.groups, left.variables["finops_account_state"]) == ("left", ["closed"], "CLOSED")
    assert "finops_assume_role_arn" not in left.variables


def test_host_names_depend_on_no_filter() -> None:
    assert [host.name for host in fleet(accounts=[SHOP]).hosts] == ["shop-7-7"]


@pytest.mark.parametrize(
    ("login", "way", "expected"),
    [
        (PAYER, DEFAULT, {PAYER: None, AUDIT: arn(AUDIT), SHOP: arn(SHOP)}),
        (
            PAYER,
            Login("path/Onboard"),
            {PAYER: None, AUDIT: arn(AUDIT, "path/Onboard"), SHOP: arn(SHOP, "path/Onboard")},
        ),
        (PAYER, Login(""), {PAYER: None, AUDIT: None, SHOP: None}),
        (PAYER, Login("R", "M"), {PAYER: arn(PAYER, "M"), AUDIT: arn(AUDIT, "R"), SHOP: arn(SHOP, "R")}),
        (
            PAYER,
            Login("R", None, arn(PAYER, "B")),
            {PAYER: arn(PAYER, "B"), AUDIT: arn(AUDIT, "R"), SHOP: arn(SHOP, "R")},
        ),
        (AUDIT, Login("R", "M"), {PAYER: arn(PAYER, "M"), AUDIT: None, SHOP: arn(SHOP, "R")}),
        (
            AUDIT,
            Login("R", "M", arn(AUDIT, "B")),
            {PAYER: arn(PAYER, "M"), AUDIT: arn(AUDIT, "B"), SHOP: arn(SHOP, "R")},
        ),
    ],
    ids=[
        "default",
        "a role of one's own",
        "none",
        "a role in management",
        "by a role",
        "delegated",
        "delegated by a role",
    ],
)
def test_which_role_is_assumed_in_each_account(login: str, way: Login, expected: dict[str, str | None]) -> None:
    found = fleet(login, way)
    assert {account: by.get("finops_assume_role_arn") for account, by in reached(found).items()} == expected
    assert found.warnings == []


def test_a_profile_is_for_every_host_that_it_reaches() -> None:
    way = Login("R", variables={"finops_aws_profile": "tools"})
    assert {account: by.get("finops_aws_profile") for account, by in reached(fleet(AUDIT, way)).items()} == {
        PAYER: None,
        AUDIT: "tools",
        SHOP: "tools",
    }
    assert {by["finops_aws_profile"] for by in reached(fleet(PAYER, way)).values()} == {"tools"}


def test_a_management_account_out_of_reach_is_told_with_what_helps() -> None:
    (warning,) = fleet(AUDIT).warnings
    for words in (AUDIT, PAYER, "the host payer", "O(management_assume_role_name)", "host_vars", "O(exclude_accounts)"):
        assert words in warning
    assert fleet(AUDIT, exclude_accounts=["payer"]).warnings == []


def test_a_selector_without_an_account_is_told() -> None:
    assert fleet(exclude_accounts=["shpo"]).warnings == ["O(exclude_accounts): the organization has no account 'shpo'"]


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov"])
def test_roles_are_in_the_organizations_partition(partition: str) -> None:
    assert reached(fleet(partition=partition))[SHOP] == {"finops_assume_role_arn": arn(SHOP, partition=partition)}


@pytest.mark.parametrize(
    ("way", "option"), [(Login("two words"), "assume_role_name"), (Login("R", "a:b"), "management_assume_role_name")]
)
def test_a_role_name_that_is_none_is_refused(way: Login, option: str) -> None:
    with pytest.raises(InputError, match=rf"O\({option}\): .* is no ARN of a role"):
        fleet(way=way)


def test_units_whose_groups_would_have_one_name_have_their_ids_behind_it() -> None:
    units = [
        Unit(ROOT, "Root"),
        *(Unit(f"ou-ab12-{n}1111111", name, ROOT) for n, name in enumerate(["A b", "A_b", "Ä"])),
    ]
    organization = Organization(PAYER, PAYER, "aws", (), {unit.id: unit for unit in units})
    assert unit_groups(organization) == {
        "ou-ab12-01111111": "ou_A_b_ou_ab12_01111111",
        "ou-ab12-11111111": "ou_A_b_ou_ab12_11111111",
        "ou-ab12-21111111": "ou_Ä",
    }


def test_an_account_named_like_a_group_is_told_apart() -> None:
    accounts = (Account(PAYER, "management"), Account(SHOP, "ou_Inner"), Account(LEFT, "closed"))
    organization = Organization(
        PAYER, PAYER, "aws", accounts, {INNER: Unit(INNER, "Inner", ROOT), ROOT: Unit(ROOT, "Root")}
    )
    nothing: dict[str, Any] = dict.fromkeys(
        ("accounts", "exclude_accounts", "standalone_accounts", "organizational_units")
    )
    names = [host.name for host in fleet_of(organization, Selection.of(nothing), ["name"], DEFAULT).hosts]
    assert names == [f"management-{PAYER}", f"ou_Inner-{SHOP}", f"closed-{LEFT}"]
