# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts that the whole inventory has twice, seen by each of its slices."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.whole_inventory import (
    is_slice,
    problems_of_whole,
)

ONE, OTHER, THIRD = "111122223333", "444455556666", "777788889999"
WHOLE = {
    "shop": {"account_id": ONE, "case": "member"},
    "store": {"account_id": ONE, "case": "standalone"},
    "payer": {"account_id": OTHER, "case": "management"},
}


def host(account: Any, *cases: str) -> dict[str, Any]:
    return {"account_id": account, "cases": list(cases)}


SHOP, STORE, PAYER = host(ONE, "member"), host(ONE, "standalone"), host(OTHER, "management")


@pytest.mark.parametrize(
    "part",
    [{"shop": SHOP}, {"store": STORE, "payer": PAYER}, {"shop": SHOP, "payer": PAYER}, {"shop": SHOP, "store": STORE}],
)
def test_whichever_slice_has_one_of_two_hosts_refuses_it_by_naming_both(part: dict[str, Any]) -> None:
    found = problems_of_whole(part, WHOLE, sliced=True)
    assert set(found) == set(part) - {"payer"}
    assert all("shop (member), store (standalone)" in text for text in found.values())


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"lab": host(THIRD, "member")}, "finops_all_accounts: lab is not in it"),
        ({"payer": host(THIRD, "management")}, "it has payer as the account 444455556666 of the group management"),
        ({"payer": host(OTHER, "standalone")}, "this inventory has it otherwise"),
        ({"payer": host(12, "management")}, "must be a string of 12 digits"),
    ],
)
def test_what_others_do_not_see_of_a_host_is_refused(part: dict[str, Any], words: str) -> None:
    found = problems_of_whole(part, WHOLE, sliced=False)
    assert found.keys() == part.keys()
    assert all(words in text for text in found.values())


@pytest.mark.parametrize("everywhere", ["text", ["shop"], {"shop": ONE}, {"shop": {"case": "member"}}])
def test_what_is_no_list_of_accounts_is_refused(everywhere: Any) -> None:
    assert "must have an account_id and a case" in problems_of_whole({"shop": SHOP}, everywhere, sliced=False)["shop"]


def test_a_slice_of_which_nobody_knows_the_whole_is_refused_and_any_other_inventory_is_whole() -> None:
    assert "slice of its inventory" in problems_of_whole({"shop": SHOP}, None, sliced=True)["shop"]
    assert problems_of_whole({"shop": SHOP}, None, sliced=False) == {}
    assert set(problems_of_whole({"shop": SHOP, "store": STORE}, None, sliced=False)) == {"shop", "store"}
    assert problems_of_whole({"payer": PAYER}, WHOLE, sliced=True) == {}


@pytest.mark.parametrize(
    ("variables", "sliced"),
    [
        ({}, False),
        ({"awx_job_template_name": "prepare"}, False),
        ({"awx_job_template_name": "prepare", "awx_workflow_job_name": "onboard"}, False),
        ({"awx_job_template_name": "prepare", "awx_workflow_job_name": "prepare"}, True),
        ({"tower_job_template_name": "prepare", "tower_workflow_job_name": "prepare"}, True),
        ({"job_slice": 2}, True),
    ],
)
def test_a_job_that_the_workflow_of_its_own_template_started_is_a_slice(
    variables: dict[str, Any], sliced: bool
) -> None:
    assert is_slice(variables) is sliced
