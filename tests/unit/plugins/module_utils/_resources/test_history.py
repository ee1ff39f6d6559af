# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Root's whole history: what is woken, asked for and noted, in which order, and what is told."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, OutcomeUnknown
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Mode, run
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.history import TAG, History, asked_until
from tests.unit.plugins.module_utils._resources.sources import DOCUMENTED, source
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, FakeClients

NOW = datetime.datetime(2026, 6, 20, 12, tzinfo=datetime.timezone.utc)
USER = "FinOpsForCloudUser"
ONE, TWO = "222233334444", "333344445555"
EARLY, LATE = 1_000, 2_000
NO_FILES: dict[str, Any] = {"CommonPrefixes": []}
NEWEST_FILE = 1_781_900_000
LAST_SECOND_OF_MARCH = 1_775_001_599
MONTHS = ["2026-04", "2026-05", "2026-06"]


def member(account: str, created_at: int = EARLY, **changes: Any) -> dict[str, Any]:
    about = {"name": f"of {account}", "auto_import": True, "created_at": created_at, **changes}
    return {"id": f"id {account}", "account_id": account, "config": {"linked": True}, **about}


def root(config: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    about = {"created_at": 500, "last_import_modified_at": NEWEST_FILE, **changes}
    return source(config or {"access_key_id": "OLD", "region_name": "eu-west-1", **DOCUMENTED}, **about)


class Root(FakeClients):
    """The management account, whose bucket holds three months and whose note is about ONE."""

    now = NOW

    def __init__(self, **answers: Any) -> None:
        self.regions: dict[str, str] = {}
        prefixes = [{"Prefix": f"reports/billing-{ACCOUNT}/data/BILLING_PERIOD={month}/"} for month in MONTHS]
        known = {
            "list_user_tags": tagged(EARLY),
            "import_states": set(),
            "list_objects_v2": {"CommonPrefixes": [*prefixes, {"Prefix": "reports/x/data/BILLING_PERIOD=old/"}]},
        }
        super().__init__({**known, **answers})

    def use_region(self, service: str, region: str) -> None:
        self.regions[service] = region

    def import_states(self, identifier: str) -> Any:
        return self._answer("import_states", {"identifier": identifier})


def tagged(until: object) -> dict[str, Any]:
    return {"Tags": [{"Key": TAG, "Value": str(until)}, {"Key": "team", "Value": "finance"}]}


def resource(sources: Sequence[dict[str, Any]], clients: FakeClients, **options: Any) -> History:
    accounts = [str(one["account_id"]) for one in sources]
    return History({"account_id": ACCOUNT, "sources": sources, "accounts": accounts, **options}, clients)


def planned(*sources: dict[str, Any], clients: FakeClients | None = None, **options: Any) -> Plan:
    about = resource(sources, clients or Root(), **options)
    return about.plan(about.read())


def writes(plan: Plan) -> list[tuple[str, dict[str, Any]]]:
    return [(step.operation, dict(step.parameters)) for step in plan.steps]


def noting(until: int) -> tuple[str, dict[str, Any]]:
    return ("tag_user", {"UserName": USER, "Tags": [{"Key": TAG, "Value": str(until)}]})


def asking(mark: int = LAST_SECOND_OF_MARCH) -> list[tuple[str, dict[str, Any]]]:
    times = {"last_import_at": mark, "last_import_modified_at": mark}
    return [
        ("update_cloud_account", {"identifier": "one", **times}),
        ("prove_asked", {"identifier": "one", "mark": mark}),
    ]


def waking(*accounts: str) -> tuple[str, dict[str, Any]]:
    return ("wake_cloud_accounts", {"identifiers": [f"id {account}" for account in accounts]})


def test_where_all_was_asked_for_nothing_is_done_and_neither_imports_nor_files_are_looked_at() -> None:
    clients = Root()
    assert planned(root(), member(ONE), clients=clients) == Plan()
    assert clients.operations() == ["list_user_tags"]


def test_the_past_of_a_new_member_is_asked_for_and_then_noted() -> None:
    clients = Root()
    plan = planned(root(), member(ONE), member(TWO, LATE), clients=clients)
    assert writes(plan) == [*asking(), noting(LATE)]
    assert (clients.regions, plan.others) == ({"s3": "eu-west-1"}, [])
    (finding,) = plan.findings
    assert (finding.code, finding.expected["imported_until"]) == ("HISTORY_LACKING", "2026-03-31 23:59:59")
    assert finding.actual == {"imported_until": "2026-06-19 20:13:20", "lacking": [TWO]}
    assert (
        finding.title == f"Have the data source shop imported again from 2026-04 on, for the past of 1 account ({TWO})"
    )
    listed = dict(clients.calls)["list_objects_v2"]
    assert listed["Prefix"] == f"reports/billing-{ACCOUNT}/data/BILLING_PERIOD="
    assert (listed["Bucket"], listed["Delimiter"]) == (f"billing-export-{ACCOUNT}", "/")


def test_those_that_sleep_are_woken_before_their_past_is_asked_for() -> None:
    sleeping = [member(account, LATE, auto_import=False) for account in (TWO, OTHER)]
    plan = planned(root(), member(ONE), *sleeping)
    assert writes(plan) == [waking(TWO, OTHER), *asking(), noting(LATE)]
    assert plan.steps[0].title == f"Let 2 data sources import costs: of {TWO}, of {OTHER}"
    step = plan.steps[0]
    assert (step.client, step.before, step.after) == (
        "platform",
        {"asleep": [f"of {TWO}", f"of {OTHER}"]},
        {"asleep": []},
    )


def test_the_note_is_taken_back_before_an_old_one_is_woken() -> None:
    """A run that is killed after that would leave it awake and, by the note, with its past."""
    plan = planned(root(), member(ONE, EARLY, auto_import=False))
    assert writes(plan) == [noting(EARLY - 1), waking(ONE), *asking(), noting(EARLY)]


def test_one_that_slept_when_the_run_began_lacks_its_past_though_it_is_awake_by_now() -> None:
    assert writes(planned(root(), member(ONE), asleep=[ONE])) == [*asking(), noting(EARLY)]


def test_accounts_of_others_are_not_woken() -> None:
    assert planned(root(), member(ONE, auto_import=False), accounts=[TWO]) == Plan()


@pytest.mark.parametrize(
    ("of", "counts"), [({}, True), ({TWO: None}, True), ({TWO: ACCOUNT}, True), ({TWO: OTHER}, False)]
)
def test_whose_files_a_member_s_cost_stands_in(of: dict[str, str | None], counts: bool) -> None:
    plan = planned(root(), member(TWO, LATE, auto_import=False), roots=of)
    assert [step.operation for step in plan.steps][:1] == (["wake_cloud_accounts"] if counts else [])


def test_a_member_that_check_mode_would_connect_lacks_its_past_too() -> None:
    plan = planned(root(), joining=[TWO])
    assert writes(plan) == [*asking(), noting(int(NOW.timestamp()))]


def test_the_root_s_own_past_is_asked_for_as_well() -> None:
    clients = Root(list_user_tags={"Tags": []})
    assert writes(planned(root(created_at=700), clients=clients)) == [*asking(), noting(700)]


@pytest.mark.parametrize(
    ("found", "answers", "options", "codes"),
    [
        ({}, {"import_states": {"scheduled"}}, {}, ["HISTORY_LATER"]),
        ({}, {"import_states": {"in_progress"}}, {}, ["HISTORY_LATER"]),
        ({}, {}, {"reimport": "never"}, ["HISTORY_REFUSED"]),
        ({}, {"list_objects_v2": None}, {}, []),
        ({}, {"list_objects_v2": NO_FILES}, {}, []),
        ({"config": {"access_key_id": "OLD"}}, {}, {}, []),
        ({}, {"list_user_tags": None}, {}, ["HISTORY_NO_KEEPER"]),
        (
            {"config": {**DOCUMENTED, "assume_role_name": "R", "assume_role_account_id": OTHER}},
            {},
            {},
            ["HISTORY_NO_KEEPER"],
        ),
    ],
)
def test_what_keeps_the_past_from_being_asked_for(
    found: dict[str, Any], answers: dict[str, Any], options: dict[str, Any], codes: list[str]
) -> None:
    """Those that sleep are woken all the same."""
    sources = [{**root(), **found}, member(TWO, LATE, auto_import=False)]
    plan = planned(*sources, clients=Root(**answers), **options)
    assert [step.operation for step in plan.steps] == ["wake_cloud_accounts"]
    assert [finding.code for finding in plan.others] == codes
    assert not plan.blocked


@pytest.mark.parametrize(
    "answers", [{"list_objects_v2": NO_FILES}, {"list_objects_v2": NO_FILES, "import_states": {"scheduled"}}]
)
def test_a_first_import_brings_all_and_that_is_noted(answers: dict[str, Any]) -> None:
    new = root(last_import_modified_at=0)
    plan = planned(new, member(TWO, LATE, auto_import=False), clients=Root(**answers))
    assert writes(plan) == [waking(TWO), noting(LATE)]


def test_the_note_is_kept_by_the_role_that_the_data_source_works_with() -> None:
    found = root({**DOCUMENTED, "assume_role_name": "Reader", "access_key_id": "the platform's"})
    clients = Root(list_role_tags=tagged(EARLY))
    (*dummy, note) = planned(found, member(TWO, LATE), clients=clients).steps
    assert (note.operation, note.parameters["RoleName"]) == ("tag_role", "Reader")
    assert "list_user_tags" not in clients.operations()


def test_the_time_is_the_one_of_the_platform_s_answer() -> None:
    """Before its first answer nobody here knows the platform's time."""

    class Silent(Root):
        @property
        def now(self) -> datetime.datetime:  # type: ignore[override]
            return NOW if "import_states" in self.operations() else datetime.datetime(2031, 1, 1, tzinfo=NOW.tzinfo)

    assert writes(planned(root(), member(TWO, LATE), clients=Silent())) == [*asking(), noting(LATE)]


def test_months_that_the_bucket_does_not_hold_are_named_with_the_account() -> None:
    joined = {ONE: "2020-01-05", TWO: "2025-11-30", OTHER: "2026-04-01"}
    plan = planned(root(), *(member(account, LATE) for account in joined), joined=joined)
    (finding,) = plan.others
    assert (finding.code, finding.severity) == ("HISTORY_NOT_HELD", "note")
    assert finding.actual == {ONE: ["2020-01", "2026-03"], TWO: ["2025-11", "2026-03"]}
    assert f"from 2020-01 to 2026-03, when 2 accounts ({ONE}, {TWO}) were" in finding.title


@pytest.mark.parametrize("sources", [[], [member(ACCOUNT)], [member(ONE, auto_import=False)]])
def test_without_a_root_there_is_no_history(sources: list[dict[str, Any]]) -> None:
    about = resource(sources, Root())
    current = about.read()
    assert (about.plan(current), about.describe(current, [])) == (Plan(), {"history": None})


@pytest.mark.parametrize(("text", "until"), [("12", 12), ("", 0), ("x", 0), ("-1", 0), ("1.5", 0), ("٣", 0)])
def test_a_note_that_cannot_be_read_says_nothing(text: str, until: int) -> None:
    assert asked_until({TAG: text}) == until
    assert (asked_until(None), asked_until({})) == (0, 0)


REAL = Mode()


def done(clients: FakeClients, *sources: dict[str, Any], mode: Mode = REAL) -> dict[str, Any]:
    accounts = [str(one["account_id"]) for one in sources]
    return run(History, {"account_id": ACCOUNT, "sources": list(sources), "accounts": accounts}, clients, mode)


def test_a_run_says_what_was_asked_for() -> None:
    clients = Root(cloud_account=root(last_import_modified_at=LAST_SECOND_OF_MARCH))
    result = done(clients, root(), member(TWO, LATE))
    assert (result["changed"], result.get("failed")) == (True, None)
    assert result["history"] == {"state": "reimport", "lacking": [TWO], "from": "2026-04"}


def test_what_the_platform_took_and_does_not_show_is_asked_for_again_and_not_noted() -> None:
    clients = Root(cloud_account=root(), cloud_accounts=[[root(), member(TWO, LATE)]])
    result = done(clients, root(), member(TWO, LATE))
    assert result["failed"] and "does not show it" in result["msg"]
    assert "tag_user" not in clients.operations()


def test_an_answer_that_was_lost_is_looked_up_and_asked_for_no_second_time() -> None:
    asked = root(last_import_modified_at=LAST_SECOND_OF_MARCH)
    clients = Root(
        update_cloud_account=[OutcomeUnknown("lost")], cloud_accounts=[[asked, member(TWO, LATE)]], cloud_account=asked
    )
    result = done(clients, root(), member(TWO, LATE))
    assert (result.get("failed"), result["history"]["state"]) == (None, "asked")
    assert clients.operations("update_cloud_account", "tag_user") == ["update_cloud_account", "tag_user"]


def test_a_refusal_leaves_no_note() -> None:
    clients = Root(update_cloud_account=FinopsError("refused"))
    assert done(clients, root(), member(TWO, LATE))["msg"] == f"Account {ACCOUNT}: refused"
    assert "tag_user" not in clients.operations()


def test_an_audit_and_check_mode_say_it_and_write_nothing() -> None:
    for mode in (Mode(audit=True), Mode(check=True)):
        clients = Root()
        result = done(clients, root(), member(TWO, LATE), mode=mode)
        assert [finding["code"] for finding in result["findings"]] == ["HISTORY_LACKING"]
        assert not {"update_cloud_account", "tag_user"} & set(clients.operations())
