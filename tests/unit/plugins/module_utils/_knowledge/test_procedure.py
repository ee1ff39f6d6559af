# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The procedure stands once; the roles show it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure

CHECKOUT = Path(__file__).resolve().parents[5]
REPORT = {"management": True, "member": False, "standalone": True}


@pytest.mark.parametrize("case", list(procedure.CASES))
def test_the_role_of_a_case_lists_its_steps(case: str) -> None:
    shown = yaml.safe_load((CHECKOUT / "roles" / case / "vars" / "main.yml").read_text())
    tasks = [yaml.safe_load(path.read_text()) for path in (CHECKOUT / "roles" / case / "tasks").iterdir()]
    assert [task["vars"]["finops_case"] for (task,) in tasks] == [case] * 4
    steps, looks = shown["finops_steps_of_" + case], shown["finops_looks_of_" + case]
    assert tuple(step["module"] for step in steps) == procedure.resources(case, procedure.CONNECT)
    assert tuple(step["module"] for step in steps + looks) == procedure.resources(case, procedure.AUDIT)
    assert tuple(step["module"] for step in steps[:-2]) == procedure.resources(case, procedure.PREPARE)
    backwards = steps[:1] + steps[:0:-1]
    assert tuple(step["module"] for step in backwards) == procedure.resources(case, procedure.OFFBOARD)
    assert all(step["removal"] for step in backwards[1:])


@pytest.mark.parametrize("case", list(procedure.CASES))
@pytest.mark.parametrize("auth", [*procedure.AUTHS, None])
def test_preparing_and_what_writes_to_the_platform_are_connecting(case: str, auth: str | None) -> None:
    prepared = procedure.resources(case, procedure.PREPARE, auth)
    whole = procedure.resources(case, procedure.CONNECT, auth)
    assert prepared == tuple(module for module in whole if module not in ("access_key", "data_source"))
    assert prepared[0] == "account"


@pytest.mark.parametrize("case", list(procedure.CASES))
def test_a_login_is_handed_on_only_where_a_later_task_takes_it(case: str) -> None:
    handing_on = {intent for intent in procedure.INTENTS if procedure.hands_on_login(case, intent)}
    assert handing_on == {"rotate", "to_role", *(["connect"] if case == "management" else [])}


@pytest.mark.parametrize(("case", "has_report"), REPORT.items())
def test_only_an_audit_looks_at_what_was_delivered_and_only_where_there_is_a_report(
    case: str, has_report: bool
) -> None:
    visiting = [intent for intent in procedure.INTENTS if "delivery" in procedure.resources(case, intent)]
    assert visiting == (["audit"] if has_report else [])


@pytest.mark.parametrize(("case", "has_report"), REPORT.items())
def test_only_a_member_has_no_report_and_no_policy_for_it(case: str, has_report: bool) -> None:
    assert ("cur" in procedure.resources(case, procedure.AUDIT)) is has_report
    policies = ["billing_import", "resource_discovery"] if has_report else ["resource_discovery"]
    assert (
        procedure.options(case, "policy")
        == procedure.options(case, "user")
        == procedure.options(case, "role")
        == {"policies": policies}
    )


@pytest.mark.parametrize(("case", "kind"), [("management", "root"), ("member", "linked"), ("standalone", "standalone")])
def test_each_case_has_its_type_of_data_source(case: str, kind: str) -> None:
    assert procedure.options(case, "data_source") == {"type": kind}
    assert procedure.options(case, "access_key") == {"data_source": {"type": kind}}
    assert procedure.options(case, "account") == {"case": case}
    assert procedure.options(case, "cur") == {}


def test_every_resource_has_a_name_for_people_and_every_intent_one_of_its_own() -> None:
    assert {*procedure.NAMES, "account"} == set(procedure.MODULES)
    assert list(procedure.NAMES.values()) == [
        "cost report",
        "policies",
        "user",
        "role",
        "access key",
        "data source",
        "delivery",
        "organization",
        "migration",
        "former login",
        "bill",
        "reimport",
        "time without a report",
        "months of the past",
    ]
    assert procedure.INTENTS[:5] == ("connect", "prepare", "audit", "rotate", "retire")


@pytest.mark.parametrize("intent", [procedure.ROTATE, procedure.RETIRE])
def test_a_rotation_visits_the_key_alone(intent: str) -> None:
    assert procedure.resources("management", intent) == ("account", "access_key")


@pytest.mark.parametrize("case", list(procedure.CASES))
def test_an_offboarding_walks_backwards(case: str) -> None:
    account, *others = procedure.resources(case, procedure.CONNECT)
    assert procedure.resources(case, procedure.OFFBOARD) == (account, *others[::-1])
    assert (account, others[-1]) == procedure.DECISIVE


def test_an_offboarding_takes_all_policies_whatever_the_case() -> None:
    assert procedure.removal("account") == {"removal": True}
    assert procedure.removal("cur") == procedure.removal("data_source") == {"state": "absent"}
    every = ["billing_import", "resource_discovery"]
    assert procedure.removal("policy") == procedure.removal("user") == {"state": "absent", "policies": every}


@pytest.mark.parametrize(
    ("has_role", "has_source", "asked", "intent", "expected"),
    [
        (False, False, None, "connect", "access_key"),
        (False, False, "role", "connect", "role"),
        (False, False, "access_key", "connect", "access_key"),
        (False, True, None, "connect", "access_key"),
        (False, True, "role", "connect", "access_key"),
        (True, True, None, "connect", "role"),
        (True, True, "access_key", "connect", "role"),
        (False, True, "role", "rotate", "access_key"),
        (False, False, "role", "rotate", "role"),
        (False, True, None, "to_role", "role"),
        (False, True, "access_key", "to_role_end", "role"),
    ],
)
def test_what_works_already_stays_and_only_its_migration_moves_it(
    has_role: bool, has_source: bool, asked: str | None, intent: str, expected: str
) -> None:
    assert procedure.auth_of(has_role, has_source, asked, intent) == expected


def test_each_way_to_work_in_an_account_has_its_own_resources() -> None:
    def of(auth: str | None, intent: str = procedure.CONNECT) -> tuple[str, ...]:
        return procedure.resources("management", intent, auth)

    every = of(None)
    assert {"user", "access_key", "role"} < set(every)
    assert of(procedure.ROLE) == tuple(module for module in every if module not in ("user", "access_key"))
    assert of(procedure.ACCESS_KEY) == tuple(module for module in every if module != "role")
    assert of(procedure.ROLE, procedure.ROTATE) == ("account",)
    assert of(procedure.ROLE, procedure.TO_ROLE) == ("account", "policy", "role", "former_login", "data_source")
    assert of(None, procedure.TO_ROLE_END) == ("former_login",)


@pytest.mark.parametrize(("case", "has_report"), REPORT.items())
def test_a_report_is_migrated_where_there_is_one_by_the_steps_of_its_task(case: str, has_report: bool) -> None:
    (task,) = yaml.safe_load((CHECKOUT / "roles" / "_steps" / "tasks" / "migrate_to_cur2.yml").read_text())
    modules = tuple(step["module"] for step in task["loop"])
    visited = procedure.resources(case, procedure.TO_CUR2)
    assert visited == (modules[:-1] if has_report else ("account",))
    assert modules[-1] == "report_migration"


def test_nothing_is_included_while_a_play_runs_since_that_costs_each_account_a_fork() -> None:
    files = [*(CHECKOUT / "playbooks").glob("*.yml"), *(CHECKOUT / "roles").glob("*/tasks/*.yml")]
    assert [path for path in files if re.search(r"include_(role|tasks):", path.read_text())] == []


def test_a_transfer_and_a_backfill_are_about_accounts_with_a_report_alone() -> None:
    for intent in (procedure.AFTER_TRANSFER, procedure.BACKFILL):
        assert procedure.resources("member", intent) == ("account",)
    connected = procedure.resources("standalone", procedure.CONNECT)
    assert procedure.resources("standalone", procedure.AFTER_TRANSFER) == (
        "account",
        "bill",
        *connected[1:],
        "reimport",
        "billing_gap",
    )
    tasks = yaml.safe_load((CHECKOUT / "roles" / "_steps" / "tasks" / "after_transfer.yml").read_text())
    listed = [step["module"] for steps in tasks[0]["vars"].values() for step in steps]
    assert listed == ["bill", "reimport", "billing_gap"]
