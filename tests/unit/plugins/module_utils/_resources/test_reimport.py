# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of an import that is asked for: the mark, the look at it, and the note last."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.reimport import Reimport
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, FakeClients, codes

NOW = datetime.datetime(2026, 11, 20, tzinfo=datetime.timezone.utc)
SOURCE = {"id": "source", "name": "aws", "account_id": ACCOUNT, "config": {}, "last_import_modified_at": 1794000000}
MARK = int(datetime.datetime(2026, 10, 31, 23, 59, 59, tzinfo=datetime.timezone.utc).timestamp())
TAG = "finops-for-cloud-transfer"


class Platform(FakeClients):
    now = NOW

    def import_states(self, identifier: str) -> Any:
        return self._answer("import_states", {})


def planned(tags: Any = (), imports: Any = (), **options: Any) -> Any:
    answers = {
        "list_user_tags": {"Tags": [{"Key": key, "Value": value} for key, value in tags]} if tags is not None else None,
        "cloud_account": SOURCE,
        "import_states": set(imports),
    }
    about = Reimport({"known": SOURCE, "month": "2026-11", "about": "report", **options}, Platform(answers))
    return about.plan(about.read())


def test_the_mark_is_set_back_and_looked_at_and_then_it_is_noted() -> None:
    plan = planned()
    assert [(step.operation, step.code) for step in plan.steps] == [
        ("update_cloud_account", "BILLING_REIMPORT"),
        ("prove_asked", ""),
        ("tag_user", ""),
    ]
    assert plan.steps[0].parameters == {"identifier": "source", "last_import_at": MARK, "last_import_modified_at": MARK}
    assert plan.steps[2].parameters["Tags"] == [{"Key": TAG, "Value": "report"}]


def test_another_reason_has_a_note_and_code_of_its_own() -> None:
    plan = planned(tags=[(TAG, "report")], why="backfill")
    assert (plan.steps[0].code, plan.steps[2].parameters["Tags"][0]["Key"]) == (
        "BACKFILL_REIMPORT",
        "finops-for-cloud-backfill",
    )


@pytest.mark.parametrize(
    ("about", "found"),
    [
        ({"tags": [(TAG, "report")]}, []),
        ({"month": None}, []),
        ({"known": {}}, []),
        ({"imports": ["scheduled"]}, ["HISTORY_LATER"]),
        ({"reimport": "never"}, ["HISTORY_REFUSED"]),
        ({"tags": None}, ["HISTORY_NO_KEEPER"]),
    ],
)
def test_nothing_is_asked_for_twice_or_in_vain(about: Any, found: list[str]) -> None:
    plan = planned(**about)
    assert (plan.steps, codes(plan)) == ([], found)


def test_a_report_that_was_made_anew_once_more_is_another_reason() -> None:
    assert len(planned(tags=[(TAG, "another")]).steps) == 3


def test_a_month_needs_what_is_noted_of_it() -> None:
    with pytest.raises(InputError, match=r"O\(about\)"):
        planned(about=None)
    with pytest.raises(InputError, match=r"O\(month\)"):
        planned(month="November")
