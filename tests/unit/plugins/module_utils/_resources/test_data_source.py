# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data source: what differs, and what that takes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Answer, Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import (
    Blocked,
    Progress,
    reconcile,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.data_source import (
    DataSource,
    State,
    summary,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.login import KeyLogin
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import Target
from tests.unit.plugins.module_utils._resources.sources import (
    DOCUMENTED,
    KEY,
    KEY_NOT_YET_KNOWN,
    REPORT,
    change,
    proof,
    role,
    source,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, FakeClients, codes, titles, wordless

GIVEN = {"cur_name": REPORT["report_name"], "cur_bucket": REPORT["bucket_name"], "cur_prefix": "reports"}


def plan(found: dict[str, Any] | None, reads: bool | None = None, **options: Any) -> Plan:
    return DataSource({"type": "root", **options}, FakeClients()).plan(State(found, reads))


@pytest.mark.parametrize(
    ("found", "options", "wanted"),
    [
        ([], {}, []),
        ([], GIVEN, []),
        ([{"bucket_prefix": "elsewhere"}], {}, []),
        ([{"report_name": "other", "bucket_name": "other", "bucket_prefix": ""}], {}, []),
        ([{"report_name": "other", "bucket_name": "other", "bucket_prefix": None}], {}, []),
        ([{"bucket_prefix": "elsewhere"}], {"cur_prefix": "reports"}, ["SOURCE_NEEDS_KEY"]),
        ([{"bucket_name": "elsewhere"}], {"cur_bucket": REPORT["bucket_name"]}, ["SOURCE_NEEDS_KEY"]),
        ([{"report_name": "elsewhere"}], {"cur_name": REPORT["report_name"]}, ["SOURCE_NEEDS_KEY"]),
        ([{"report_name": "elsewhere"}], {"cur_prefix": "reports"}, []),
        ([{"bucket_prefix": "a"}], {"cur_prefix": "a/billing-" + ACCOUNT}, []),
        ([{"bucket_name": None}], {}, ["SOURCE_NEEDS_KEY"]),
        ([{"report_name": None}], {}, ["SOURCE_NEEDS_KEY"]),
        ([{"config_scheme": "create_report"}], {}, ["SOURCE_SCHEME"]),
        ([{"config_scheme": "find_report"}], GIVEN, ["SOURCE_SCHEME"]),
        ([{"config_scheme": None}], GIVEN, ["SOURCE_SCHEME"]),
        ([{"cur_version": None}], GIVEN, ["SOURCE_SCHEME"]),
        ([{"cur_version": 1}], {}, ["SOURCE_SCHEME"]),
        ([{"cur_version": 1}], GIVEN, ["SOURCE_SCHEME", "SOURCE_NEEDS_KEY"]),
        ([{"use_edp_discount": True, "something_new": 1}], GIVEN, []),
    ],
)
def test_what_a_data_source_reads_is_right_unless_another_report_was_given(
    found: list[dict[str, Any]], options: dict[str, Any], wanted: list[str]
) -> None:
    changes = {key: value for change in found for key, value in change.items()}
    assert codes(plan(source({"access_key_id": "OLD", **DOCUMENTED, **changes}), **options)) == wanted


@pytest.mark.parametrize(
    ("kind", "linked", "is_wrong"),
    [
        ("root", True, True),
        ("standalone", True, True),
        ("linked", True, False),
        ("linked", False, True),
        ("linked", None, True),
        ("root", False, False),
        (None, True, False),
        (None, False, False),
    ],
)
def test_a_data_source_of_the_other_type_is_blocked(kind: str | None, linked: bool | None, is_wrong: bool) -> None:
    found = source({"linked": True} if linked else {**DOCUMENTED, "linked": linked})
    result = plan(found, type=kind, name="renamed")
    assert codes(result) == (["SOURCE_TYPE_WRONG"] if is_wrong else ["SOURCE_NAME"])
    if is_wrong:
        (finding,) = result.blocked
        assert ("group member" if linked else "group management or standalone") in finding.text
        assert ("is linked (a member's)" if linked else "is root or standalone") in finding.title
        assert (finding.expected, finding.actual) == (kind, "linked" if linked else "root or standalone")


def test_a_linked_data_source_has_no_report() -> None:
    linked = source({"access_key_id": "OLD", "linked": True})
    assert codes(plan(linked, type="linked", **GIVEN)) == []
    (step, dummy) = Target({"type": "linked"}, ACCOUNT).hand_over(linked, KeyLogin("NEW", "secret"))
    assert step.parameters["config"] == {"linked": True, "access_key_id": "NEW", "secret_access_key": "secret"}
    (creation, waking, dummy) = Target({"type": "linked"}, ACCOUNT).creation(KeyLogin("NEW", "secret"))
    assert creation.parameters["config"] == step.parameters["config"]
    # It begins asleep, so that it queues no import of every Root.
    assert creation.parameters["auto_import"] is False
    assert waking.parameters == {"identifier": Answer("create_cloud_account", ("id",)), "auto_import": True}
    (creation, dummy) = Target({"type": "linked", "wake": False}, ACCOUNT).creation(KeyLogin("NEW", "secret"))
    assert creation.parameters["auto_import"] is False
    assert codes(plan(source({"access_key_id": "OLD", "linked": True, "cur_version": 2}), type="linked")) == []


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, ["SOURCE_NEEDS_KEY"]),
        (KEY, ["SOURCE_MISSING"]),
        ({**KEY, "cur_prefix": "a/b", "delivered": False}, ["SOURCE_WAITS_FOR_DELIVERY"]),
        ({"cur_prefix": "a/b", "delivered": False}, ["SOURCE_WAITS_FOR_DELIVERY"]),
        ({**KEY, "cur_prefix": "a/b", "delivered": True}, ["SOURCE_MISSING"]),
        ({**KEY, "cur_prefix": "a/b", "delivered": None}, ["SOURCE_MISSING"]),
        ({**KEY, "cur_prefix": "a", "delivered": False}, ["SOURCE_MISSING"]),
        ({**KEY, "type": "linked", "delivered": False}, ["SOURCE_MISSING"]),
        ({"state": "absent"}, []),
    ],
)
def test_a_data_source_that_is_missing(options: dict[str, Any], wanted: list[str]) -> None:
    result = plan(None, **options)
    assert codes(result) == wanted
    assert bool(result.steps) == (wanted == ["SOURCE_MISSING"])


def test_a_creation_says_all_that_the_platform_needs() -> None:
    body = {
        "name": f"aws-{ACCOUNT}",
        "type": "aws_cnr",
        "config": {**DOCUMENTED, **KEY},
        "auto_import": True,
        "process_recommendations": True,
    }
    after = {"name": f"aws-{ACCOUNT}", "type": "root", "config": DOCUMENTED}
    assert wordless(plan(None, **KEY).steps) == [
        Step(
            "",
            "platform",
            "create_cloud_account",
            body,
            code="SOURCE_MISSING",
            after=after,
            repeat_on=KEY_NOT_YET_KNOWN,
        ),
        proof("create_cloud_account", {**REPORT, "access_key_id": "OLD"}),
    ]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"auto_import": False}, ["SOURCE_IMPORT_OFF"]),
        ({"process_recommendations": False}, ["SOURCE_RECOMMENDATIONS_OFF"]),
        ({"auto_import": False, "process_recommendations": False}, ["SOURCE_IMPORT_OFF", "SOURCE_RECOMMENDATIONS_OFF"]),
        ({"auto_import": None, "process_recommendations": None}, []),
        ({"auto_import": True, "process_recommendations": True}, []),
    ],
)
def test_a_data_source_that_is_asleep_is_woken_without_a_secret(changes: dict[str, Any], wanted: list[str]) -> None:
    woken = [key for key, value in changes.items() if value is False]
    assert wordless(plan(source(**changes)).steps) == [
        change({key: True}, code, {key: False}, {key: True}) for key, code in zip(woken, wanted, strict=True)
    ]


def test_a_data_source_is_woken_before_it_is_given_anything_since_it_checks_nothing_asleep() -> None:
    result = plan(source(auto_import=False), cur_prefix="new", **KEY)
    assert [step.operation for step in result.steps] == ["update_cloud_account", "update_cloud_account", "prove_held"]
    assert codes(result) == ["SOURCE_IMPORT_OFF", "SOURCE_REPORT"]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"last_import_at": 5, "last_import_attempt_at": 5, "last_import_attempt_error": "old"}, []),
        ({"last_import_at": 5, "last_import_attempt_at": 6, "last_import_attempt_error": "denied"}, ["SOURCE_IMPORT_FAILED"]),
        (
            {
                "last_import_at": 5,
                "last_import_attempt_at": 6,
                "last_import_attempt_error": "denied",
                "auto_import": False,
            },
            ["SOURCE_IMPORT_OFF"],
        ),
        (
            {"last_import_at": 0, "last_import_attempt_at": 6, "last_import_attempt_error": "Report files for report x not found"},
            ["SOURCE_IMPORT_PENDING"],
        ),
    ],
)  # fmt: skip
def test_how_the_import_is(changes: dict[str, Any], wanted: list[str]) -> None:
    result = plan(source(**changes))
    assert codes(result) == wanted
    assert result.blocked == []
    assert all("'shop'" in finding.title for finding in result.others)
    assert all(finding.actual == "denied" for finding in result.others if finding.code == "SOURCE_IMPORT_FAILED")


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"access_key_id": "OLD"}, []),
        ({"access_key_id": "NEW"}, ["SOURCE_NEEDS_KEY"]),
        ({"access_key_id": "NEW", "secret_access_key": "secret"}, ["SOURCE_REPORT"]),
        ({**KEY, "cur_prefix": "a/b", "delivered": False}, ["SOURCE_WAITS_FOR_DELIVERY"]),
        ({**KEY, "cur_prefix": "a/b", "delivered": True}, ["SOURCE_REPORT"]),
        ({"name": "shop"}, []),
        ({"name": "Shop"}, ["SOURCE_NAME"]),
        ({"state": "absent"}, ["SOURCE_UNWANTED"]),
    ],
)
def test_a_data_source_that_is_there(options: dict[str, Any], wanted: list[str]) -> None:
    assert codes(plan(source(), **options)) == wanted


def test_a_renaming_changes_the_name_alone() -> None:
    renaming = change({"name": "Shop"}, "SOURCE_NAME", {"name": "shop"}, {"name": "Shop"})
    assert wordless(plan(source(), name="Shop").steps) == [renaming]


def test_another_scheme_is_told_as_it_is_and_as_documented() -> None:
    (finding,) = plan(source({"access_key_id": "OLD", **DOCUMENTED, "config_scheme": "find_report"})).others
    assert finding.expected == {"config_scheme": "bucket_only", "cur_version": 2}
    assert finding.actual == {"config_scheme": "find_report", "cur_version": 2}


def test_the_hand_over_is_the_last_step_so_that_its_look_is_the_newest() -> None:
    result = plan(source(), name="renamed", cur_prefix="new", **KEY)
    assert titles(result) == [
        "Rename the data source shop to renamed",
        "Give the data source shop its login and report",
        "Prove that the data source holds its login",
    ]


@pytest.mark.parametrize(
    ("reads", "wanted"),
    [
        (True, ["SOURCE_REPORT"]),
        (None, ["SOURCE_ROLE_UNPROVEN", "SOURCE_REPORT"]),
        (False, ["SOURCE_ROLE_CANNOT_READ", "SOURCE_REPORT"]),
    ],
)
def test_a_role_is_pointed_only_to_what_it_can_read(reads: bool | None, wanted: list[str]) -> None:
    result = plan(role(assume_role_session_name="opt", assume_role_account_id=ACCOUNT), reads, cur_prefix="new")
    assert codes(result) == wanted
    assert bool(result.blocked) == (reads is False)
    assert result.steps[0].parameters["config"] == {
        **DOCUMENTED,
        "bucket_prefix": "new",
        "assume_role_name": "Reader",
        "assume_role_session_name": "opt",
    }


@pytest.mark.parametrize(
    ("found", "options", "asked"),
    [
        (role(), {}, False),
        (role(), {"access_key_id": "MINE"}, False),
        (role(), {"cur_prefix": "a/b"}, True),
        (role(linked=True), {"cur_prefix": "a/b"}, False),
        (source(), {"cur_prefix": "a/b"}, False),
        (role(), {"cur_prefix": "a/b", "state": "absent"}, False),
    ],
)
def test_what_a_role_can_read_is_asked_only_where_it_is_about_to_be_pointed(
    found: dict[str, Any], options: dict[str, Any], asked: bool
) -> None:
    clients = FakeClients({"get_role": AwsError("iam:get_role", "AccessDenied", "no")})
    resource = DataSource({"type": "root", "known": found, **options}, clients)
    assert resource.read() == State(found)
    assert bool(clients.calls) == asked


@pytest.mark.parametrize(("prefix", "path"), [("a/b", "a/b/"), ("reports", "reports/")])
def test_a_role_is_asked_for_the_files_of_the_report(prefix: str, path: str) -> None:
    clients = FakeClients(
        {"get_role": {"Role": {"Arn": "arn"}}, "simulate_principal_policy": {"EvaluationResults": []}}
    )
    known = role(report_name="r", bucket_name="bills", bucket_prefix="old")
    resource = DataSource({"type": "root", "known": known, "cur_prefix": prefix}, clients)
    assert resource.read() == State(known, False)
    asked = clients.calls[-1][1]["ResourceArns"]
    assert asked == ["arn:aws:s3:::bills", f"arn:aws:s3:::bills/{path}r/data/file"]


def test_a_data_source_as_results_show_it() -> None:
    assert summary(None) is None
    imports = {"last_import_at": 5, "last_import_attempt_at": 6, "last_import_attempt_error": "denied"}
    imports.update(created_at=3, last_import_modified_at=4)
    found = source({**DOCUMENTED, **KEY}, auto_import=True, process_recommendations=False, **imports)
    shown = {**found, "config": {**DOCUMENTED, "access_key_id": "OLD"}}
    assert summary({**found, "organization_id": "left out"}) == shown
    assert (summary({"config": None}) or {})["config"] == {}


def onboarded(options: dict[str, Any], **answers: Any) -> tuple[dict[str, Any], FakeClients]:
    clients = FakeClients(answers)
    resource = DataSource({"type": "root", **options}, clients)
    return reconcile(resource, False, Progress()), clients


def test_a_creation_is_read_back() -> None:
    stored = source({**DOCUMENTED, "access_key_id": "OLD"})
    result, clients = onboarded(KEY, cloud_accounts=[[]], create_cloud_account={"id": "one"}, cloud_account=stored)
    assert result["data_source"] == summary(stored)
    assert clients.operations() == ["cloud_accounts", "create_cloud_account", "cloud_account"]


def test_a_renaming_is_read_back() -> None:
    result, dummy = onboarded(
        {"known": source(), "name": "new"}, update_cloud_account={}, cloud_account=source(name="new")
    )
    assert result["data_source"]["name"] == "new"


def test_a_data_source_of_another_account_is_an_error() -> None:
    with pytest.raises(FinopsError, match=OTHER) as error:
        onboarded({"known": source(), "name": "new"}, update_cloud_account={}, cloud_account=source(account_id=OTHER))
    assert error.value.finding_code == "SOURCE_OTHER_ACCOUNT"


def test_a_role_that_never_shows_its_new_report_ends_in_a_clear_word() -> None:
    with pytest.raises(Blocked, match="the platform itself") as error:
        onboarded(
            {"known": role(), "cur_prefix": "new"},
            cloud_accounts=lambda dummy: [role()],
            cloud_account=role(),
            update_cloud_account=role(),
            get_role=AwsError("iam:get_role", "AccessDenied", "no"),
        )
    assert error.value.finding_code == "SOURCE_LOGIN_NOT_TAKEN"


def test_a_key_that_is_never_shown_ends_in_a_clear_word_after_two_hand_overs() -> None:
    clients = FakeClients(
        {"cloud_accounts": lambda dummy: [source()], "cloud_account": source(), "update_cloud_account": source()}
    )
    resource = DataSource({"type": "root", "access_key_id": "NEW", "secret_access_key": "secret"}, clients)
    with pytest.raises(Blocked):
        reconcile(resource, False, Progress())
    assert clients.operations("update_cloud_account") == ["update_cloud_account"] * 2


@pytest.mark.parametrize("operation", ["create_cloud_account", "update_cloud_account"])
def test_who_gives_up_was_answered_twice_and_saw_nothing(operation: str) -> None:
    resource = DataSource({}, FakeClients())
    assert [resource.gives_up(False) for dummy in range(3)] == [False] * 3
    resource.answers[operation] = {}
    assert [resource.gives_up(True) for dummy in range(3)] == [False] * 3
    assert [resource.gives_up(False) for dummy in range(2)] == [False, True]


def test_what_the_info_module_and_a_removal_return() -> None:
    clients = FakeClients({"delete_cloud_account": None})
    resource = DataSource({}, clients)
    assert resource.info(State(source())) == {"data_source": summary(source())}
    assert codes(resource.plan(State(source({"linked": True})))) == []
    deletion = Step(
        "",
        "platform",
        "delete_cloud_account",
        {"identifier": "one"},
        "SOURCE_UNWANTED",
        summary(source()),
        removes="one",
    )
    assert wordless(plan(source(), state="absent").steps) == [deletion]
    removal = DataSource({"state": "absent", "known": source()}, clients)
    assert reconcile(removal, False, Progress())["data_source"] is None
    assert clients.calls == [("delete_cloud_account", {"identifier": "one"})]


def test_the_types_of_data_sources() -> None:
    assert DataSource.CHANGE_OPTIONS["type"]["choices"] == ["root", "standalone", "linked"]


def test_a_key_of_one_s_own_does_not_replace_a_role() -> None:
    assert codes(plan(role(), access_key_id="MINE", secret_access_key="secret")) == []
    assert DataSource.CHANGE_OPTIONS["secret_access_key"]["no_log"] is True


ROLE_CONFIG = {"assume_role_name": "FinOpsForCloudAccessRole", "assume_role_account_id": ACCOUNT}
SWITCH = {"auth": "role", "switch": True}


@pytest.mark.parametrize(("kind", "config"), [("linked", {"linked": True}), ("root", DOCUMENTED)])
def test_a_data_source_is_made_with_a_role_and_without_any_key(kind: str, config: dict[str, Any]) -> None:
    result = plan(None, True, type=kind, auth="role")
    assert codes(result) == ["SOURCE_MISSING"]
    assert result.steps[0].parameters["config"] == {**config, **ROLE_CONFIG}
    assert result.steps[-1].parameters["wanted"]["assume_role_name"] == ROLE_CONFIG["assume_role_name"]
    assert (
        plan(None, True, auth="role", role_name="Reader").steps[0].parameters["config"]["assume_role_name"] == "Reader"
    )


@pytest.mark.parametrize("found", [None, source()])
@pytest.mark.parametrize(
    ("may", "pending", "expected"),
    [
        (True, False, []),
        (None, False, ["SOURCE_ROLE_UNPROVEN"]),
        (False, False, ["SOURCE_ROLE_CANNOT_READ"]),
        (None, True, []),
    ],
)
def test_what_a_role_may_do_is_proven_before_a_data_source_works_with_it(
    found: dict[str, Any] | None, may: bool | None, pending: bool, expected: list[str]
) -> None:
    result = plan(found, may, **SWITCH, role_pending=pending)
    assert [code for code in codes(result) if "ROLE" in code] == expected


@pytest.mark.parametrize(
    ("kind", "actions"),
    [
        ("linked", ["cloudwatch:GetMetricStatistics", "ec2:DescribeInstances"]),
        ("root", ["s3:GetObject", "s3:ListBucket"]),
    ],
)
def test_a_role_is_asked_for_what_its_data_source_needs(kind: str, actions: list[str]) -> None:
    answers = {"get_role": {"Role": {"Arn": "arn"}}, "simulate_principal_policy": {"EvaluationResults": []}}
    clients = FakeClients(answers)
    resource = DataSource({"type": kind, "known": {}, "auth": "role"}, clients)
    assert resource.read() == State(None, False)
    # What was just made is not known everywhere yet, so it is asked for more than once.
    assert len(clients.operations("simulate_principal_policy")) > 1
    assert clients.calls[-1][1]["ActionNames"] == actions
    clients = FakeClients(answers)
    assert DataSource({"type": kind, "known": {}, "auth": "role", "role_pending": True}, clients).read() == State(None)
    assert clients.calls == []


@pytest.mark.parametrize(
    ("found", "options", "expected"),
    [
        (source(), {"auth": "role"}, ["SOURCE_AUTH"]),
        (source(), {"auth": "access_key"}, []),
        (source(), {}, []),
        (role(), {"auth": "role"}, ["SOURCE_AUTH"]),
        (role(), {"auth": "role", "role_name": "Reader"}, []),
        (role(), {"auth": "access_key"}, []),
        (role(), {"switch": True}, []),
    ],
)
def test_what_works_in_another_way_than_asked_for_is_told_and_goes_on(
    found: dict[str, Any], options: dict[str, Any], expected: list[str]
) -> None:
    result = plan(found, **options)
    assert (codes(result), result.steps) == (expected, [])
    assert all(finding.severity == "note" for finding in result.findings)
    if found == source() and expected:
        assert "finops_for_cloud.aws.migrate_to_role --limit O(host)" in result.findings[0].text


def test_a_switch_gives_the_role_with_the_whole_report_and_names_who_depends_on_it() -> None:
    result = plan(source(), True, **SWITCH, members=["aws-1", "aws-2"])
    (switch, dummy) = result.steps
    assert switch.parameters["config"] == {**DOCUMENTED, **ROLE_CONFIG}
    assert (switch.code, switch.repeat_on) == ("SOURCE_SWITCH", KEY_NOT_YET_KNOWN)
    assert switch.title == (
        "Switch the data source shop from its key to the role FinOpsForCloudAccessRole, for good; "
        "its members' costs depend on it: aws-1, aws-2"
    )
    linked = source({"access_key_id": "OLD", "linked": True}, auto_import=False)
    (waking, switch, dummy) = plan(linked, True, type="linked", **SWITCH).steps
    assert waking.parameters["auto_import"] is True
    assert switch.parameters["config"] == {"linked": True, **ROLE_CONFIG}
    assert plan(role(assume_role_name="FinOpsForCloudAccessRole"), **SWITCH).steps == []


def test_check_mode_shows_the_role_that_would_serve() -> None:
    clients = FakeClients({"get_role": AwsError("iam:get_role", "AccessDenied", "no")})
    resource = DataSource({"type": "linked", "known": source({"linked": True}), **SWITCH}, clients)
    result = reconcile(resource, True, Progress())
    assert result["data_source"]["config"]["assume_role_name"] == "FinOpsForCloudAccessRole"


def test_a_switch_that_is_never_shown_ends_in_a_clear_word() -> None:
    with pytest.raises(Blocked, match="the platform itself"):
        onboarded(
            {"known": source(), **SWITCH},
            cloud_accounts=lambda dummy: [source()],
            cloud_account=source(),
            update_cloud_account=source(),
            get_role=AwsError("iam:get_role", "AccessDenied", "no"),
        )
