# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What visits saw, joined with what the platform answers."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils import _audit as audit

ROOT, MEMBER = "000000000001", "111122223333"
NOW = datetime.datetime(2026, 11, 26, tzinfo=datetime.timezone.utc)
COSTS = {"2026-10": {"USD": {ROOT: "2", MEMBER: "1.5"}}}
FINDING = {"code": "POLICY_MISSING", "severity": "drift", "title": "t", "resource": "policy"}


def visit(account: str, *results: dict[str, Any], case: str = "member", problem: str | None = None) -> audit.Visit:
    variables = {"finops_account_id": account, "finops_platform_url": "https://finops.example.com"}
    registered = {"finops_audit": {"results": list(results)}} if results else {}
    return audit.Visit.of(f"host-{account}", case, variables, registered, problem)


def delivery(**about: Any) -> dict[str, Any]:
    return {"module": "delivery", "delivery": {"costs": COSTS, "unknown": {}, **about}}


class FakePlatform:
    """Answers as one organization of the platform, but for the calls that fail."""

    now = NOW

    def __init__(self, sources: Sequence[dict[str, Any]], fails: Sequence[str] = ()) -> None:
        self.sources, self.fails = sources, fails
        self.asked: list[str] = []

    def _answer(self, call: str, value: Any) -> Any:
        self.asked.append(call)
        if call in self.fails:
            raise FinopsError(f"{call} failed")
        return value

    def organization(self) -> Any:
        return self._answer("organization", {"currency": "USD", "disabled": False})

    def detailed_accounts(self) -> Any:
        return self._answer("detailed_accounts", self.sources)

    def costs(self, first: str, last: str) -> Any:
        return self._answer(f"costs {first} {last}", {MEMBER: {"2026-10": Decimal("1.5")}})

    def imports(self, identifier: str) -> Any:
        return self._answer(f"imports {identifier}", [{"state": "completed"}])


def source(account: str, fine: bool = True, **config: Any) -> dict[str, Any]:
    times = {"last_import_at": 5, "last_import_attempt_at": 5 if fine else 6, "last_import_attempt_error": None}
    return {"id": f"id-{account}", "account_id": account, "config": config, **times}


def test_only_imports_that_are_not_known_to_be_fine_are_asked_about() -> None:
    platform: Any = FakePlatform([source(ROOT), source("2", fine=False), source(MEMBER, fine=False, linked=True)])
    answers = audit.asked(platform, ["2026-09", "2026-10"])
    assert platform.asked == ["organization", "detailed_accounts", "costs 2026-09 2026-10", "imports id-2"]
    assert answers.imports == {"id-2": [{"state": "completed"}]}
    assert (answers.months, answers.now, answers.failure) == (["2026-09", "2026-10"], NOW, "")


def test_a_year_is_asked_about_at_most_and_nothing_where_nothing_was_delivered() -> None:
    months = [f"2025-{number:02}" for number in range(1, 13)] + ["2026-01", "2026-02"]
    platform: Any = FakePlatform([])
    assert audit.asked(platform, months).months == months[2:]
    assert platform.asked[-1] == "costs 2025-03 2026-02"
    assert audit.asked(platform, []).costs is None


@pytest.mark.parametrize(
    ("fails", "left"),
    [
        ("organization", (None, None, {})),
        ("detailed_accounts", (None, None, {})),
        ("costs 2026-10 2026-10", ({"2"}, None, {"id-2": [{"state": "completed"}]})),
        ("imports id-2", ({"2"}, {MEMBER}, {})),
    ],
)
def test_what_cannot_be_asked_leaves_the_rest(fails: str, left: tuple[Any, ...]) -> None:
    platform: Any = FakePlatform([source("2", fine=False)], [fails])
    answers = audit.asked(platform, ["2026-10"])
    found = (answers.sources and set(answers.sources), answers.costs and set(answers.costs), answers.imports)
    assert found == left
    assert answers.failure == ("" if fails.startswith("imports") else f"{fails} failed")


def test_a_member_is_seen_with_its_management_account() -> None:
    visits = [visit(ROOT, delivery(), case="management"), visit(MEMBER, {"module": "policy", "findings": [FINDING]})]
    sources = {ROOT: source(ROOT), MEMBER: source(MEMBER, linked=True)}
    answers = audit.Answers({"currency": "USD"}, sources, {MEMBER: {"2026-10": Decimal("1.5")}}, {}, ["2026-10"], NOW)
    root, member = audit.all_seen(visits, {ROOT: ROOT, MEMBER: ROOT}, {one.host: answers for one in visits})
    assert member.root is not None
    assert (member.root.account_id, member.root.source) == (ROOT, sources[ROOT])
    assert member.root.delivery == visits[0].result("delivery", "delivery")
    assert member.delivered_costs == {"2026-10": {"USD": Decimal("1.5")}}
    assert root.delivered_costs == {"2026-10": {"USD": Decimal("2")}}
    assert (member.platform_costs, root.platform_costs) == ({"2026-10": Decimal("1.5")}, {})
    assert (list(member.findings), member.looked) == ([FINDING], {"policy"})
    assert (root.root, member.delivery) == (None, None)


def test_nothing_is_guessed_of_a_member_whose_management_account_nobody_knows() -> None:
    (seen,) = audit.all_seen([visit(MEMBER, {"module": "policy"})], {MEMBER: None}, {})
    assert (seen.root, seen.source, seen.platform_costs, seen.delivered_costs) == (None, None, None, None)


def test_a_management_account_out_of_the_play_is_known_by_its_source() -> None:
    one = visit(MEMBER, {"module": "policy"})
    answers = audit.Answers(sources={ROOT: source(ROOT)})
    (seen,) = audit.all_seen([one], {MEMBER: ROOT}, {one.host: answers})
    assert seen.root is not None
    assert (seen.root.delivery, seen.root.source) == (None, source(ROOT))


def test_what_stopped_a_step_and_what_the_look_at_the_fleet_found_are_findings() -> None:
    stopped = visit(MEMBER, {"module": "policy", "failed": True, "msg": "no room"})
    assert [(one["code"], one["title"], one["resource"]) for one in stopped.findings] == [
        ("READ_FAILED", "no room", "policy")
    ]
    unfit = visit(MEMBER, problem="given twice")
    assert [(one["code"], one["title"]) for one in unfit.findings] == [("ACCOUNT_UNFIT", "given twice")]


def test_what_was_spent_is_of_all_reports_in_the_platform_s_currency() -> None:
    other = {"2026-10": {"USD": {"5": "7"}}, "2026-11": {"EUR": {"5": "1"}}}
    visits = [visit(ROOT, delivery()), visit("5", delivery(costs=other))]
    spent = audit.Spent.of(visits, [audit.Answers({"currency": "USD"})])
    assert spent.costs == {"2026-10": {"USD": {ROOT: "2", MEMBER: "1.5", "5": "7"}}, "2026-11": {"EUR": {"5": "1"}}}
    assert (spent.currency, spent.months) == ("USD", ["2026-10", "2026-11"])
    assert audit.Spent.of(visits, []).currency is None
    assert audit.Spent.of([], []) == audit.Spent(None, None, [])


def test_a_reader_is_told_what_the_sums_lack() -> None:
    visits = [visit(ROOT, delivery(export={"reason": "BILL_OWNER_CHANGED"}), case="management")]
    found = audit.notes(visits, [audit.Answers(failure="no answer"), audit.Answers(failure="no answer")])
    assert [note.split(" ")[0:3] for note in found] == [
        ["no", "answer"],
        ["the", "organization", "of"],
        ["the", "bill", "of"],
    ]
    listed = {"module": "organization", "organization": {"management_account_id": ROOT, "accounts": [{"id": MEMBER}]}}
    visits = [visit(ROOT, delivery(), listed, case="management")]
    assert audit.notes(visits, []) == []
    assert audit.organizations(visits) == {ROOT: [{"id": MEMBER}]}


@pytest.mark.parametrize(
    ("inventory", "command"),
    [
        ((), "Run `onboard -i INVENTORY`"),
        (("/etc/fleet.yml",), "Run `onboard -i /etc/fleet.yml`"),
        ((os.path.join(os.getcwd(), "my fleet"), "other.yml"), "Run `onboard -i 'my fleet' -i other.yml`"),
    ],
)
def test_commands_name_the_inventory_of_the_run(inventory: Sequence[str], command: str) -> None:
    report = {"accounts": [{"links": [{"next_action": "Run `onboard -i INVENTORY`"}]}]}
    assert audit.with_inventory(report, inventory)["accounts"][0]["links"][0]["next_action"] == command


def test_who_is_connected_is_not_known_where_an_organization_could_not_be_listed() -> None:
    listed = audit.Answers(sources={ROOT: source(ROOT)})
    assert audit.sources([listed, listed]) == [source(ROOT)]
    assert audit.sources([listed, audit.Answers(failure="no answer")]) is None
    assert audit.sources([]) is None


@pytest.mark.parametrize(("given", "days"), [(None, 90), (30, 30), ("30", 30), ("thirty", 90), ([1], 90)])
def test_days_that_are_none_do_not_stop_the_report(given: object, days: int) -> None:
    registered = {"finops_audit": {"results": [{"module": "policy"}]}}
    one = audit.Visit.of(
        "shop", "member", {"finops_account_id": MEMBER, "finops_key_max_age_days": given}, registered, None
    )
    assert one.max_key_age_days == days
