# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The link cost: to the cent, or the difference with its reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.money import delivered_costs
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.seen import Payer, Seen
from tests.unit.plugins.module_utils._fleet.audits import (
    LINKED,
    MANAGEMENT,
    MEMBER,
    NOW,
    PAYER,
    delivery,
    epoch,
    iso,
    links,
    source,
)


def costs(**months: str) -> dict[str, dict[str, Decimal]]:
    """m09="1.5" is 1.5 USD in September."""
    return {f"2026-{month[1:]}": {"USD": Decimal(cost)} for month, cost in months.items()}


def reported(**months: str) -> dict[str, Decimal]:
    return {f"2026-{month[1:]}": Decimal(cost) for month, cost in months.items()}


def created(month: int, account: str = MEMBER, **others: Any) -> dict[str, Any]:
    return source(account, created_at=int(NOW.replace(month=month, day=20).timestamp()), **others)


@pytest.mark.parametrize(
    ("delivered", "platform", "codes"),
    [
        (costs(m10="2.50"), reported(m10="2.5"), []),
        (costs(m10="0.30"), reported(m10="0.30000000000000004"), []),
        (costs(m10="2.5049999999"), reported(m10="2.50"), []),
        (costs(m10="2.505"), reported(m10="2.50"), ["COST_DIFFERS"]),
        (costs(m10="2.50"), reported(m10="2.51"), ["COST_DIFFERS"]),
        (costs(m10="2.50"), reported(m10="2.49"), ["COST_DIFFERS"]),
        (costs(m10="-2.50"), reported(m10="-2.50"), []),
        (costs(m10="-2.50"), reported(m10="2.50"), ["COST_DIFFERS"]),
        (costs(m10="2.50"), {}, ["COST_DIFFERS"]),
        (costs(m10="0"), {}, []),
        (costs(m09="1", m10="2"), reported(m09="1", m10="2"), []),
        (costs(m09="1", m10="2"), reported(m09="2", m10="2"), ["COST_DIFFERS"]),
        # Only full months are compared.
        (costs(m10="1", m11="9"), reported(m10="1"), []),
        # What the files no longer have.
        (costs(m10="1"), reported(m08="7", m10="1"), ["COST_NOT_DELIVERED"]),
        (costs(m10="1"), reported(m08="0", m10="1", m11="4"), []),
        # A month that was read, in which others had cost.
        ({"2026-10": {}}, {}, []),
        ({"2026-10": {}}, reported(m10="1"), ["COST_DIFFERS"]),
    ],
)
@pytest.mark.parametrize("seen", [MANAGEMENT, LINKED])
def test_full_months_agree_to_the_cent_or_differ(seen: Seen, delivered: Any, platform: Any, codes: list[str]) -> None:
    found = links(seen, delivered_costs=delivered, platform_costs=platform)["cost"]
    assert found["codes"] == codes
    assert found["state"] == ("failed" if "COST_DIFFERS" in codes else "ok")
    assert found["evidence"]


def test_the_months_that_the_platform_was_not_asked_about_are_not_compared() -> None:
    delivered, platform = costs(m08="5", m10="1"), reported(m10="1")
    assert links(MANAGEMENT, delivered_costs=delivered, platform_costs=platform)["cost"]["codes"] == ["COST_DIFFERS"]
    asked = links(MANAGEMENT, delivered_costs=delivered, platform_costs=platform, months=["2026-09", "2026-10"])
    assert asked["cost"]["state"] == "ok"


def test_a_difference_is_told_with_both_amounts() -> None:
    found = links(MANAGEMENT, delivered_costs=costs(m09="1", m10="2.505"), platform_costs=reported(m09="1", m10="7"))
    assert found["cost"]["evidence"].endswith("(2026-10: 2.50 USD delivered, 7.00 USD reported)")


ASLEEP = source(PAYER, auto_import=False)
FAILING = source(PAYER, last_import_at=epoch(hours=9), last_import_attempt_error="403")
BEHIND = delivery(files={"months": {"2026-11": {}}, "newest": iso(minutes=10)})
TWO = {"delivered_costs": costs(m10="2"), "platform_costs": reported(m10="1")}
EUROS = {"2026-10": {"EUR": Decimal(2)}}


@pytest.mark.parametrize(
    ("seen", "changed", "state", "codes"),
    [
        (MANAGEMENT, {"source": {}}, "drift", ["COST_NO_SOURCE"]),
        (MANAGEMENT, {"source": {}, "platform_costs": None}, "drift", ["COST_NO_SOURCE"]),
        (MANAGEMENT, {"source": {}, "delivered_costs": costs(m10="0"), "platform_costs": {}}, "ok", []),
        (MANAGEMENT, {"source": {}, "delivered_costs": {}}, "not_asked", []),
        (MANAGEMENT, {"source": ASLEEP}, "drift", ["COST_ASLEEP"]),
        (MANAGEMENT, {"source": ASLEEP, "platform_costs": reported(m10="2")}, "ok", []),
        (MANAGEMENT, {"source": FAILING, "imports": None}, "failed", ["COST_NOT_IMPORTED"]),
        (MANAGEMENT, {"delivery": BEHIND}, "pending", ["COST_NOT_IMPORTED"]),
        (MANAGEMENT, {"imports": [{"state": "in_progress", "updated_at": 0}]}, "pending", ["COST_NOT_IMPORTED"]),
        (MANAGEMENT, {"source": source(PAYER, config={"use_edp_discount": True})}, "ok", ["COST_DISCOUNTED"]),
        (
            MANAGEMENT,
            {"source": source(PAYER, config={"use_edp_discount": True}), "platform_costs": reported(m10="3")},
            "failed",
            ["COST_DIFFERS"],
        ),
        (MANAGEMENT, {"delivered_costs": EUROS, "platform_costs": {}}, "failed", ["COST_OTHER_CURRENCY"]),
        (
            MANAGEMENT,
            {"delivered_costs": {"2026-10": {"EUR": Decimal("0.001"), "USD": Decimal(1)}}},
            "ok",
            [],
        ),
        (
            MANAGEMENT,
            {"delivered_costs": EUROS, "platform_costs": reported(m10="2"), "organization": {}},
            "ok",
            [],
        ),
        # A member lacks what is older than its source, an account with a report what its first four months are.
        (LINKED, {"source": created(11)}, "drift", ["COST_BEFORE_HISTORY"]),
        (LINKED, {"source": created(10)}, "drift", ["COST_BEFORE_HISTORY"]),
        (LINKED, {"source": created(9)}, "failed", ["COST_DIFFERS"]),
        (LINKED, {"source": created(11), "platform_costs": reported(m10="3")}, "failed", ["COST_DIFFERS"]),
        (LINKED, {"source": created(11, auto_import=False)}, "drift", ["COST_ASLEEP"]),
        (MANAGEMENT, {"source": created(11, PAYER), "platform_costs": {}}, "failed", ["COST_DIFFERS"]),
        (
            MANAGEMENT,
            {"source": created(11, PAYER), "delivered_costs": costs(m07="2"), "platform_costs": {}},
            "drift",
            ["COST_BEFORE_HISTORY"],
        ),
        (
            MANAGEMENT,
            {"source": created(11, PAYER), "delivered_costs": costs(m08="2"), "platform_costs": {}},
            "failed",
            ["COST_DIFFERS"],
        ),
        (LINKED, {"root": Payer(PAYER, FAILING, delivery())}, "failed", ["COST_NOT_IMPORTED"]),
        (LINKED, {"root": Payer(PAYER, source(PAYER), BEHIND)}, "pending", ["COST_NOT_IMPORTED"]),
    ],
)
def test_a_difference_has_its_reason(seen: Seen, changed: dict[str, Any], state: str, codes: list[str]) -> None:
    found = links(seen, **{**TWO, **changed})["cost"]
    assert (found["state"], found["codes"]) == (state, codes)
    assert bool(found["next_action"]) == (state not in ("ok", "not_asked"))


def test_several_reasons_stand_beside_each_other() -> None:
    found = links(
        LINKED, source=created(9), delivered_costs=costs(m09="1", m10="2"), platform_costs=reported(m09="0", m10="1")
    )["cost"]
    assert found["codes"] == ["COST_DIFFERS", "COST_BEFORE_HISTORY"]


@pytest.mark.parametrize(
    ("seen", "changed", "action"),
    [
        (MANAGEMENT, {"delivered_costs": None}, "See what the links export and files lack"),
        (
            MANAGEMENT,
            {"delivered_costs": None, "delivery": delivery(unknown={"cost": "install pyarrow"})},
            "pip install",
        ),
        (LINKED, {"delivered_costs": None, "root": None}, "together with its management account"),
        (LINKED, {"delivered_costs": None, "root": Payer(PAYER)}, "together with its management account"),
        (MANAGEMENT, {"platform_costs": None}, "expenses"),
        (MANAGEMENT, {"source": None}, "expenses"),
    ],
)
def test_what_nobody_knows_is_unknown(seen: Seen, changed: dict[str, Any], action: str) -> None:
    found = links(seen, **changed)["cost"]
    assert (found["state"], found["codes"]) == ("unknown", [])
    assert action in found["next_action"]


@pytest.mark.parametrize("delivered", [{}, costs(m11="3")])
def test_before_the_first_full_month_there_is_nothing_to_compare(delivered: Any) -> None:
    found = links(MANAGEMENT, delivered_costs=delivered, platform_costs={})["cost"]
    assert (found["state"], found["codes"]) == ("pending", ["COST_NOT_DELIVERED"])


@pytest.mark.parametrize(
    ("of_delivery", "expected"),
    [
        (None, None),
        (delivery(unknown={"cost": "install pyarrow"}), None),
        (delivery(costs=None), None),
        (delivery(costs={}), {}),
        (delivery(), {"2026-10": {"USD": Decimal("2.5000000000")}, "2026-11": {}}),
        (delivery(costs={"2026-10": {}}), {"2026-10": {}}),
        (
            delivery(costs={"2026-10": {"EUR": {MEMBER: "1"}, "USD": {MEMBER: "2"}}}),
            {"2026-10": {"EUR": Decimal(1), "USD": Decimal(2)}},
        ),
    ],
)
def test_one_account_s_part_of_a_delivery(of_delivery: Any, expected: Any) -> None:
    assert delivered_costs(of_delivery, MEMBER) == expected
