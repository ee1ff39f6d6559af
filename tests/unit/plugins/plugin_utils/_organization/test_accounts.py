# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an account is, whether it is in use, and that a cache gives back what it was given."""

from __future__ import annotations

import json

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.accounts import (
    Account,
    Organization,
    Unit,
)

ROOT, OUTER, INNER = "r-ab12", "ou-ab12-11111111", "ou-ab12-22222222"
UNITS = {
    unit.id: unit for unit in (Unit(ROOT, "Root"), Unit(OUTER, "Work/loads", ROOT), Unit(INNER, "Production", OUTER))
}
SHOP = Account("444455556666", "shop", unit=INNER, tags={"team": "web"})
ORGANIZATION = Organization("111122223333", "111122223333", "aws-cn", (SHOP,), UNITS)


@pytest.mark.parametrize(
    ("unit", "path"),
    [(ROOT, "/"), (OUTER, "/Work/loads"), (INNER, "/Work/loads/Production"), (None, None), ("r-0000", None)],
)
def test_the_path_of_a_unit(unit: str | None, path: str | None) -> None:
    assert ORGANIZATION.path(unit) == path


@pytest.mark.parametrize(
    ("units", "is_within"),
    [({INNER}, True), ({OUTER}, True), ({ROOT}, True), ({"ou-ab12-33333333"}, False), (set(), False)],
)
def test_an_account_is_within_its_unit_and_all_above_it(units: set[str], is_within: bool) -> None:
    assert ORGANIZATION.is_within(SHOP, units) is is_within


@pytest.mark.parametrize(
    ("state", "in_use"),
    [
        ("ACTIVE", True),
        ("SOMETHING_NEW", True),
        ("PENDING_ACTIVATION", False),
        ("SUSPENDED", False),
        ("PENDING_CLOSURE", False),
        ("CLOSED", False),
    ],
)
def test_a_state_that_nobody_knows_makes_no_account_forgotten(state: str, in_use: bool) -> None:
    assert Account("444455556666", "shop", state).is_in_use is in_use


def test_a_cache_gives_back_what_it_was_given() -> None:
    assert Organization.from_cached(json.loads(json.dumps(ORGANIZATION.as_cached()))) == ORGANIZATION


@pytest.mark.parametrize(
    "change", [{"accounts": None}, {"accounts": [{"number": 1}]}, {"more": 1}, {"units": {"a": {}}}]
)
def test_a_cache_of_another_version_is_an_error(change: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError)):
        Organization.from_cached({**ORGANIZATION.as_cached(), **change})
