# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The support case is written, filed once where that can be, and what has arrived is handed on."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.backfill import Backfill
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, FakeClients, codes

NOW = datetime.datetime(2026, 11, 20, tzinfo=datetime.timezone.utc)
CONFIG = {"report_name": "billing", "bucket_name": "bucket", "bucket_prefix": "reports"}
SOURCE = {"id": "source", "name": "aws", "account_id": ACCOUNT, "config": CONFIG, "last_import_modified_at": 1794000000}
NO_PLAN = AwsError("support:describe_cases", "SubscriptionRequiredException", "")


class Platform(FakeClients):
    now = NOW

    def costs(self, first_month: str, last_month: str) -> Any:
        return self._answer("costs", {"first": first_month, "last": last_month})


def clients(*held: str, on_platform: tuple[str, ...] = (), **answers: Any) -> Platform:
    path = "reports/billing/data/BILLING_PERIOD={0}/"
    return Platform(
        {
            "list_objects_v2": {"CommonPrefixes": [{"Prefix": path.format(month)} for month in held]},
            "costs": {ACCOUNT: {month: Decimal(1) for month in on_platform}},
            "list_user_tags": {"Tags": []},
            "list_exports": {"Exports": [{"ExportName": "billing", "ExportArn": "arn:export"}]},
            "describe_cases": {"cases": []},
            "list_cost_allocation_tag_backfill_history": {"BackfillRequests": []},
            **answers,
        }
    )


def backfill(about: Platform, folder: Path, **options: Any) -> tuple[Any, dict[str, Any]]:
    resource = Backfill({"known": SOURCE, "folder": str(folder), **options}, about)
    state = resource.read()
    plan = resource.plan(state)
    return plan, resource.describe(state, plan.steps)


def operations(plan: Any) -> list[tuple[str, str]]:
    return [(step.operation, step.code) for step in plan.steps]


def test_the_case_for_what_lacks_is_written_once(tmp_path: Path) -> None:
    about = clients("2026-10", "2026-11", on_platform=("2026-10",))
    plan, result = backfill(about, tmp_path, first_cost_month="2026-08")
    assert operations(plan) == [("write_text", "BACKFILL_CASE")]
    assert result["backfill"]["missing"] == ["2026-08", "2026-09"]
    assert (result["stage"]["name"], codes(plan)[0]) == ("lacking", "BACKFILL_MISSING")
    parameters = plan.steps[0].parameters
    Path(parameters["path"]).write_text(parameters["text"])
    assert backfill(about, tmp_path, first_cost_month="2026-08")[0].steps == []
    assert operations(backfill(about, tmp_path, first_cost_month="2026-07")[0]) == [("write_text", "BACKFILL_CASE")]


def test_the_case_is_filed_once_where_that_was_asked_for(tmp_path: Path) -> None:
    options = {"first_cost_month": "2026-08", "file_support_case": True}
    plan, result = backfill(clients("2026-10", on_platform=("2026-10",)), tmp_path, **options)
    assert operations(plan)[1] == ("create_case", "BACKFILL_UNFILED")
    assert result["stage"]["name"] == "asked"
    there = {"cases": [{"caseId": "case-1", "subject": plan.steps[1].parameters["subject"]}]}
    again, result = backfill(clients("2026-10", on_platform=("2026-10",), describe_cases=there), tmp_path, **options)
    assert ("create_case", "BACKFILL_UNFILED") not in operations(again)
    assert (result["backfill"]["case_id"], result["stage"]["name"]) == ("case-1", "asked")


def test_without_a_support_plan_it_is_said_and_the_text_stays(tmp_path: Path) -> None:
    about = clients("2026-10", on_platform=("2026-10",), describe_cases=NO_PLAN)
    plan, dummy = backfill(about, tmp_path, first_cost_month="2026-08", file_support_case=True)
    assert operations(plan) == [("write_text", "BACKFILL_CASE")]
    assert "BACKFILL_NO_SUPPORT_PLAN" in codes(plan)


def test_months_that_have_arrived_are_handed_on_from_the_earliest(tmp_path: Path) -> None:
    about = clients("2026-08", "2026-09", "2026-10", on_platform=("2026-10",))
    plan, result = backfill(about, tmp_path)
    found = result["backfill"]
    assert (plan.steps, found["arrived"], found["from"]) == ([], ["2026-08", "2026-09"], "2026-08")
    assert (found["about"], result["stage"]["name"]) == ("2026-08 2026-09", "arrived")
    noted = {"Tags": [{"Key": "finops-for-cloud-backfill", "Value": found["about"]}]}
    about = clients("2026-08", "2026-09", "2026-10", on_platform=("2026-10",), list_user_tags=noted)
    assert backfill(about, tmp_path)[1]["backfill"]["from"] is None


def test_before_the_first_import_nothing_has_arrived(tmp_path: Path) -> None:
    new = {**SOURCE, "last_import_modified_at": 0}
    assert backfill(clients("2026-08"), tmp_path, known=new)[1]["backfill"]["arrived"] == []


def test_cost_explorer_is_asked_only_where_that_is_allowed(tmp_path: Path) -> None:
    costs = {"ResultsByTime": [{"TimePeriod": {"Start": "2026-06-01"}, "Groups": [{}]}]}
    about = clients("2026-10", on_platform=("2026-10",), get_cost_and_usage=costs)
    assert backfill(about, tmp_path)[1]["backfill"]["first_cost"] == "2026-10"
    assert "get_cost_and_usage" not in about.operations()
    found = backfill(about, tmp_path, cost_explorer=True)[1]["backfill"]
    assert (found["first_cost"], found["said_by"]) == ("2026-06", "Cost Explorer")


def test_the_tags_backfill_begins_only_where_it_is_asked_for(tmp_path: Path) -> None:
    about = clients("2026-10", on_platform=("2026-10",))
    assert backfill(about, tmp_path)[0].steps == []
    plan = backfill(about, tmp_path, backfill_tags=True)[0]
    assert operations(plan) == [("start_cost_allocation_tag_backfill", "BACKFILL_TAGS")]


@pytest.mark.parametrize("known", [{}, {**SOURCE, "config": {"linked": True}}])
def test_an_account_without_a_report_has_no_months(tmp_path: Path, known: Any) -> None:
    assert backfill(clients(), tmp_path, known=known)[1] == {"backfill": None}


def test_a_month_that_is_none_is_refused_before_any_call(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"O\(first_cost_month\)"):
        backfill(clients(), tmp_path, first_cost_month="August")
