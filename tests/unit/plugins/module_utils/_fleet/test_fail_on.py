# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an audit fails."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.fail_on import fail_on
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError


def report(*states: str, coverage: float | None = 1.0, key_age: int | None = None) -> dict[str, Any]:
    accounts = [
        {"account_id": f"11112222333{number}", "host": f"shop-{number}", "state": state, "key_age_days": key_age}
        for number, state in enumerate(states)
    ]
    return {"accounts": accounts, "summary": {"coverage": coverage}}


@pytest.mark.parametrize(
    ("words", "found", "reasons"),
    [
        (["failed"], report("ok", "drift", "pending", "unknown"), []),
        (["failed"], report("ok", "failed"), ["1 account in state failed: 111122223331 (shop-1)"]),
        (["drift"], report("drift"), ["1 account in state drift: 111122223330 (shop-0)"]),
        (["drift"], report("failed"), ["1 account in state failed: 111122223330 (shop-0)"]),
        (["never"], report("failed", "drift"), []),
        ([], report("failed", "drift"), []),
        (["coverage < 95"], report("failed", coverage=0.95), []),
        (["coverage<95"], report(coverage=0.9499), ["94.99 % of the spend is covered, less than 95 %"]),
        (["coverage < 0"], report(coverage=None), ["the coverage of the spend is not known, since nobody could read"]),
        (["key_age > 90"], report("ok", key_age=90), []),
        (["key_age > 90"], report("ok", key_age=91), ["1 account with a key of more than 90 days"]),
        (["key_age > 90"], report("ok", key_age=None), []),
        (["failed"], report(*["failed"] * 7), ["7 accounts in state failed"]),
    ],
)
def test_a_run_fails_for_what_it_was_asked_to(words: list[str], found: dict[str, Any], reasons: list[str]) -> None:
    told = fail_on(words).reasons(found)
    assert len(told) == len(reasons)
    assert all(one.startswith(reason) for one, reason in zip(told, reasons, strict=True))


def test_of_many_accounts_some_are_named() -> None:
    (reason,) = fail_on(["failed"]).reasons(report(*["failed"] * 7))
    assert reason.endswith("(shop-4) and 2 more")


@pytest.mark.parametrize("word", ["fail", "coverage < 95%", "coverage > 95", "key_age", "key_age < 3", "Failed"])
def test_a_word_that_is_not_known_is_refused(word: str) -> None:
    with pytest.raises(InputError, match="is none of: failed, drift"):
        fail_on([word])
