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
    assert [task["vars"]["finops_case"] for (task,) in tasks] == [case] * 3
    steps, looks = shown["finops_steps_of_" + case], shown["finops_looks_of_" + case]
    assert tuple(step["module"] for step in steps) == procedure.resources(case, procedure.CONNECT)
    assert tuple(step["module"] for step in steps + looks) == procedure.resources(case, procedure.AUDIT)


@pytest.mark.parametrize(("case", "has_report"), REPORT.items())
def test_only_an_audit_looks_at_what_was_delivered_and_only_where_there_is_a_report(
    case: str, has_report: bool
) -> None:
    visited = {intent: "delivery" in procedure.resources(case, intent) for intent in procedure.INTENTS}
    assert [intent for intent, is_visited in visited.items() if is_visited] == (["audit"] if has_report else [])


@pytest.mark.parametrize(("case", "has_report"), REPORT.items())
def test_only_a_member_has_no_report_and_no_policy_for_it(case: str, has_report: bool) -> None:
    assert ("cur" in procedure.resources(case, procedure.AUDIT)) is has_report
    policies = ["billing_import", "resource_discovery"] if has_report else ["resource_discovery"]
    assert procedure.options(case, "policy") == procedure.options(case, "user") == {"policies": policies}


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
        "access key",
        "data source",
        "delivery",
        "organization",
        "bill",
        "reimport",
        "time without a report",
        "months of the past",
    ]
    assert procedure.INTENTS[:4] == ("connect", "audit", "rotate", "retire")


@pytest.mark.parametrize("intent", [procedure.ROTATE, procedure.RETIRE])
def test_a_rotation_visits_the_key_alone(intent: str) -> None:
    assert procedure.resources("management", intent) == ("account", "access_key")


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
