# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of an audit in slices is that of one audit, whichever slice had which account."""

from __future__ import annotations

import dataclasses
import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.listing import management_accounts
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils import _audit as audit
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils import _seen_by_slices

NOW = datetime.datetime(2026, 11, 26, tzinfo=datetime.timezone.utc)
ROOT, SHOP, SEARCH, GONE, LAB = "000000000001", "111122223333", "222233334444", "333344445555", "444455556666"
COSTS = {"2026-10": {"USD": {ROOT: "2", SHOP: "1.5", SEARCH: "4", GONE: "8"}}}
NO_LOGIN = {"code": "ACCOUNT_NO_LOGIN", "severity": "blocked", "title": "AccessDenied", "resource": "account"}
KEY = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "state": "in service", "age_days": 12}


def visit(host: str, account: str, *results: dict[str, Any], case: str = "member") -> audit.Visit:
    variables = {
        "finops_account_id": account,
        "finops_platform_url": "https://finops.example.com",
        "finops_platform_organization_id": "7d3a",
        "finops_management_account_id": ROOT,
    }
    return audit.Visit.of(host, case, variables, {"finops_audit": {"results": list(results)}}, None)


def source(account: str, **about: Any) -> dict[str, Any]:
    config = {"linked": account not in (ROOT, LAB), "access_key_id": "AKIAIOSFODNN7EXAMPLE"}
    times = {"last_import_at": 5, "last_import_attempt_at": 5, "last_import_attempt_error": None, "created_at": 1}
    return {"id": f"id-{account}", "name": f"aws-{account}", "account_id": account, "config": config, **times, **about}


ACCOUNTS = [{"id": account, "name": account, "state": "ACTIVE"} for account in (ROOT, SHOP, SEARCH, GONE)]
VISITS = [
    visit(
        "payer",
        ROOT,
        {"module": "account", "findings": [], "session": "sealed"},
        {"module": "access_key", "access_keys": [KEY]},
        {"module": "delivery", "delivery": {"costs": COSTS, "unknown": {}}},
        {"module": "organization", "organization": {"management_account_id": ROOT, "accounts": ACCOUNTS}},
        case="management",
    ),
    visit("search", SEARCH, {"module": "account", "findings": [NO_LOGIN]}),
    visit("shop", SHOP, {"module": "account", "failed": True, "msg": "no such profile"}),
    visit("lab", LAB, {"module": "account", "findings": []}, case="standalone"),
]
ANSWERS = audit.Answers(
    organization={"currency": "USD", "disabled": False},
    sources={account: source(account) for account in (ROOT, SHOP, LAB)},
    costs={SHOP: {"2026-10": Decimal("1.50")}, ROOT: {"2026-10": Decimal(2)}},
    imports={f"id-{ROOT}": [{"state": "completed"}]},
    months=["2026-10"],
    now=NOW,
)


def whole() -> dict[str, Any]:
    said = [(one.case, one.account_id, one.variables["finops_management_account_id"]) for one in VISITS]
    answers = {one.host: ANSWERS for one in VISITS}
    return audit.report_of(VISITS, answers, management_accounts(said), NOW, None, "")


def leave(folder: Path, number: int, count: int) -> str:
    """What the audit of a slice leaves: without a report of its own it asks the platform for no month's cost."""
    visits = sorted(VISITS, key=lambda one: one.host)[number::count]
    has_costs = any(one.result("delivery", "delivery") for one in visits)
    answers = ANSWERS if has_costs else dataclasses.replace(ANSWERS, costs=None, months=[])
    of_slice = folder / str(number)
    _seen_by_slices.keep(str(of_slice), visits, {one.host: answers for one in visits}, NOW)
    return str(of_slice)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("in_one_folder", [False, True])
def test_the_report_of_slices_is_that_of_one_audit(tmp_path: Path, count: int, in_one_folder: bool) -> None:
    folders = [leave(tmp_path, number, count) for number in range(count)]
    visits, answers, roots = _seen_by_slices.read([str(tmp_path)] if in_one_folder else folders[::-1])
    made = audit.report_of(visits, answers, roots, NOW, None, "")
    assert json.dumps(made) == json.dumps(whole())
    assert {one["account_id"]: one["reason"] for one in made["unconnected"]} == {
        GONE: "never_onboarded",
        SEARCH: "role_not_assumable",
    }


def test_what_is_kept_has_neither_session_nor_the_id_of_a_key_of_the_platform(tmp_path: Path) -> None:
    text = (Path(leave(tmp_path, 0, 1)) / "seen.json").read_text()
    assert "sealed" not in text
    assert not [
        one
        for found in json.loads(text)["platforms"].values()
        for one in found["sources"].values()
        if "access_key_id" in one["config"]
    ]


@pytest.mark.parametrize("content", [None, "[[[", "[]", '{"schema_version": 2}'])
def test_a_folder_that_no_audit_has_left_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "seen.json").write_text(content)
    with pytest.raises(FinopsError, match="finops_report_dirs: .*seen.json"):
        _seen_by_slices.read([str(tmp_path)])


def test_no_folder_at_all_is_refused() -> None:
    with pytest.raises(FinopsError, match="finops_report_dirs: names no folder"):
        _seen_by_slices.read([])
