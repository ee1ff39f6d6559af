# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host names: what becomes of hostile ones, that no two accounts share one, and that Ansible takes them in patterns."""

from __future__ import annotations

import re

import pytest
from ansible.inventory.data import InventoryData

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.accounts import Account
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.host_names import check, host_names

ID, OTHER = "111122223333", "444455556666"
HOSTILE = [
    *(
        "{{ 7 * 7 }}",
        "{% raw %}",
        "{# note #}",
        "<script>alert(1)</script>",
        "a, b",
        "[1:3]",
        "a[0]",
        "~.*",
        "!x",
        "&x",
        "@x",
    ),
    *(
        "-x",
        "--limit",
        "../../etc",
        "a\nb",
        "\x1b[31mred",
        "a:22",
        "::1",
        "*",
        "?",
        "'; DROP",
        '"',
        "🚀",
        "🚀 moon",
        "日本",
        "\u202etxt",
    ),
]


def named(*names: str, sources: tuple[str, ...] = ("name",), taken: tuple[str, ...] = ()) -> list[str]:
    """The host names of accounts with these names and ascending ids."""
    accounts = [Account(str(int(ID) + number), name) for number, name in enumerate(names)]
    return list(host_names(accounts, sources, taken).values())


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("shop", "shop"),
        ("Shop_1.eu-x", "Shop_1.eu-x"),
        ("Shop, EU (prod)", "Shop-EU-prod"),
        ("  -shop.- ", "shop"),
        ("{{ 7 * 7 }}", "7-7"),
        ("<b>shop</b>", "b-shop-b"),
        ("a[0:2]", "a-0-2"),
        ("日本 支店", "日本-支店"),
        ("cafe\u0301", "café"),
        ("🚀", ID),
        ("", ID),
    ],
)
def test_what_is_no_letter_digit_or_one_of_three_signs_becomes_a_dash(name: str, host: str) -> None:
    assert named(name) == [host]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_host_that_a_limit_finds(name: str) -> None:
    (host,) = named(name)
    assert re.fullmatch(r"\w[\w.-]*", host)
    inventory = InventoryData()
    assert inventory.add_host(host) == host


def test_accounts_with_one_name_have_their_ids_behind_it() -> None:
    found = named(*["sandbox"] * 50, "Sandbox!", "shop")
    assert len(set(found)) == 52
    assert found[:2] == [f"sandbox-{ID}", f"sandbox-{int(ID) + 1}"]
    assert found[-2:] == [f"Sandbox-{int(ID) + 50}", "shop"]


@pytest.mark.parametrize("name", ["all", "Ungrouped", "localhost", "member", "ou_Workloads"])
def test_the_name_of_a_group_or_of_ansibles_own_is_no_hosts(name: str) -> None:
    assert named(name, taken=("member", "ou_Workloads")) == [f"{name}-{ID}"]


@pytest.mark.parametrize(
    ("name", "host"),
    [
        (ID, ID),
        (f"shop-{ID}", f"shop-{ID}"),
        (OTHER, f"{OTHER}-{ID}"),
        (f"shop-{OTHER}", f"shop-{OTHER}-{ID}"),
        (f"shop_{OTHER}", f"shop_{OTHER}"),
    ],
)
def test_what_reads_like_the_id_of_another_account_is_told_apart(name: str, host: str) -> None:
    assert named(name) == [host]


def test_no_account_can_take_the_name_of_another() -> None:
    accounts = [
        Account(ID, "shop"),
        Account(OTHER, "shop"),
        Account("777788889999", f"shop-{ID}"),
        Account("7" * 12, ""),
    ]
    found = host_names(accounts, ["name"], [])
    assert len(set(found.values())) == 4
    assert found[ID] == f"shop-{ID}"


@pytest.mark.parametrize(
    ("sources", "host"),
    [
        (["id"], ID),
        (["tag:Host", "name"], "web"),
        (["tag:Empty", "name"], "shop"),
        (["tag:Missing", "id"], ID),
        (["tag:Missing"], ID),
    ],
)
def test_the_first_source_that_has_something_is_taken(sources: list[str], host: str) -> None:
    account = Account(ID, "shop", tags={"Host": "web", "Empty": " "})
    assert host_names([account], sources, []) == {ID: host}


@pytest.mark.parametrize("source", ["", "tag:", "email", "Name"])
def test_another_source_is_refused(source: str) -> None:
    assert check(["name", "id", "tag:Host"]) == ["name", "id", "tag:Host"]
    with pytest.raises(InputError, match=r"O\(hostnames\): .* is none of name, id and tag:KEY"):
        check([source])
