# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The chain of one account: each link in each state, and nothing guessed."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.chain import chain, permission_in
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.seen import Seen
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.links import LINKS
from tests.unit.plugins.module_utils._fleet.audits import (
    LINKED,
    LOOKED,
    MANAGEMENT,
    NOW,
    PAYER,
    STANDALONE,
    delivery,
    epoch,
    finding,
    iso,
    key,
    links,
    source,
    states,
)

OF_A_REPORT = ("export", "execution", "files", "columns")
OF_THE_PLATFORM = ("source", "import", "discovery", "cost")
ONBOARD = "ansible-playbook finops_for_cloud.aws.onboard -i INVENTORY --limit payer"


@pytest.mark.parametrize("seen", [MANAGEMENT, STANDALONE])
def test_where_all_is_right_every_link_says_so_and_why(seen: Seen) -> None:
    found = chain(seen, NOW)
    assert [link["link"] for link in found] == list(LINKS)
    assert [(link["state"], link["codes"], link["next_action"]) for link in found] == [("ok", [], "")] * len(LINKS)
    assert all(link["evidence"] for link in found)
    assert [set(link) for link in found] == [{"link", "state", "codes", "evidence", "next_action", "since"}] * len(
        LINKS
    )


def test_what_a_member_does_not_have_is_not_asked_for() -> None:
    found = links(LINKED)
    assert {name for name, link in found.items() if link["state"] != "ok"} == set(OF_A_REPORT)
    assert {found[name]["state"] for name in OF_A_REPORT} == {"not_asked"}
    assert [link["codes"] for link in found.values()] == [[]] * len(LINKS)


def test_without_a_platform_its_links_are_not_asked_for() -> None:
    found = links(
        MANAGEMENT, has_platform=False, source=None, access_keys=None, looked=LOOKED - {"access_key", "data_source"}
    )
    assert {found[name]["state"] for name in (*OF_THE_PLATFORM, "credentials")} == {"not_asked"}
    assert {found[name]["state"] for name in ("login", "configuration", *OF_A_REPORT)} == {"ok"}


@pytest.mark.parametrize(
    ("code", "link"),
    [
        ("ACCOUNT_DENIED", "login"),
        ("BUCKET_PUBLIC", "configuration"),
        ("CUR_DIFFERS", "configuration"),
        ("POLICY_DOCUMENT", "configuration"),
        ("USER_CONSOLE_ACCESS", "configuration"),
        ("KEY_SUPERSEDED", "credentials"),
        ("STORE_LOCKED", "credentials"),
        ("CUR_UNHEALTHY", "export"),
        ("EXECUTION_FAILED", "execution"),
        ("FILES_STALE", "files"),
        ("CUR_FORMAT", "files"),
        ("COLUMNS_MISSING", "columns"),
        ("SOURCE_NAME", "source"),
        ("HISTORY_LACKING", "import"),
        ("DISCOVERY_FAILED", "discovery"),
        ("COST_DIFFERS", "cost"),
        ("A_NEW_ONE", "configuration"),
    ],
)
@pytest.mark.parametrize(
    ("severity", "state"),
    [("drift", "drift"), ("blocked", "failed"), ("alarm", "failed"), ("pending", "pending"), ("note", "ok")],
)
def test_a_finding_makes_the_state_of_its_link_alone(code: str, link: str, severity: str, state: str) -> None:
    found = links(MANAGEMENT, findings=[finding(code, severity, "x")])
    assert {name: one["state"] for name, one in found.items()} == {name: "ok" for name in LINKS} | {link: state}
    assert found[link]["codes"] == [code]
    assert f"it is {code}" in found[link]["evidence"]


def test_the_worst_finding_decides_and_comes_first_and_each_is_told_once() -> None:
    found = links(
        MANAGEMENT,
        findings=[
            finding("USER_GROUP", "note", "user"),
            finding("POLICY_DOCUMENT", resource="policy"),
            finding("USER_ADMINISTRATOR", "blocked", "user", remedy="Take that from the user"),
            finding("POLICY_DOCUMENT", resource="user"),
        ],
    )["configuration"]
    assert found["codes"] == ["USER_ADMINISTRATOR", "POLICY_DOCUMENT", "USER_GROUP"]
    assert (found["state"], found["next_action"]) == ("failed", "Take that from the user")
    assert found["evidence"] == "it is USER_ADMINISTRATOR. it is POLICY_DOCUMENT"


def test_what_the_next_run_mends_has_the_command_for_it() -> None:
    assert links(MANAGEMENT, findings=[finding("BUCKET_PUBLIC")])["configuration"]["next_action"] == f"Run `{ONBOARD}`"
    hostile = links(MANAGEMENT, host="a; rm -rf ~", findings=[finding("BUCKET_PUBLIC")])["configuration"]
    assert hostile["next_action"].endswith("--limit 'a; rm -rf ~'`")


def test_the_step_that_mends_a_drift_is_told_as_what_is_to_be_done() -> None:
    step = {**finding("USER_MISSING"), "title": "Create the user FinOpsForCloudUser"}
    found = links(MANAGEMENT, findings=[step])["configuration"]
    assert found["evidence"] == "to be done: Create the user FinOpsForCloudUser"


def test_a_note_stands_beside_what_was_seen() -> None:
    found = links(MANAGEMENT, findings=[finding("KEY_FOREIGN", "note", "access_key", remedy="Deactivate it")])[
        "credentials"
    ]
    assert found["evidence"].startswith("the key AKIA1 is active and 20 days old")
    assert found["evidence"].endswith("it is KEY_FOREIGN")
    assert (found["state"], found["next_action"]) == ("ok", "Deactivate it")


def test_after_a_failed_login_nobody_knows_what_is_behind_it_but_what_the_platform_lists() -> None:
    blind = [
        finding("ACCOUNT_NO_LOGIN", "blocked", module, remedy="Mend the role") for module in LOOKED - {"data_source"}
    ]
    found = links(MANAGEMENT, findings=blind, access_keys=None, delivery=None, delivered_costs=None)
    assert found["login"]["state"] == "failed"
    for name in ("configuration", "credentials", *OF_A_REPORT):
        assert found[name]["state"] == "unknown", name
        assert found[name]["next_action"], name
    assert found["configuration"]["next_action"] == "Mend the role"
    assert {name: found[name]["state"] for name in OF_THE_PLATFORM} == {
        "source": "ok",
        "import": "unknown",
        "discovery": "ok",
        "cost": "unknown",
    }


def test_an_account_that_nobody_visited_is_unknown_throughout() -> None:
    seen = Seen("web", PAYER, "Web", "management", source=None)
    assert set(states(seen).values()) == {"unknown"}
    assert all(link["next_action"] for link in chain(seen, NOW))


@pytest.mark.parametrize(
    ("missing", "link"),
    [
        ("account", "login"),
        ("cur", "configuration"),
        ("cur", "export"),
        ("policy", "configuration"),
        ("user", "configuration"),
        ("access_key", "credentials"),
        ("delivery", "execution"),
        ("delivery", "files"),
        ("delivery", "columns"),
        ("data_source", "source"),
    ],
)
def test_what_was_not_looked_at_is_unknown(missing: str, link: str) -> None:
    found = links(MANAGEMENT, looked=LOOKED - {missing})[link]
    assert found["state"] == "unknown"
    assert found["next_action"]


DENIED = (
    "AWS refused iam:list_users: AccessDenied: User: arn:x is not authorized to perform: iam:ListUsers on resource: y"
)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("account", {"login"}),
        ("cur", {"configuration", "export"}),
        ("user", {"configuration"}),
        ("access_key", {"credentials"}),
        ("delivery", {"execution", "files", "columns"}),
        ("data_source", {"source"}),
        ("history", {"import"}),
    ],
)
def test_what_may_not_be_read_is_unknown_with_the_permission(resource: str, expected: set[str]) -> None:
    found = links(MANAGEMENT, findings=[finding("READ_FAILED", "blocked", resource, title=DENIED)])
    assert {name for name, link in found.items() if link["state"] == "unknown"} >= expected
    assert {found[name]["next_action"] for name in expected} == {
        "Grant iam:ListUsers to the login of the account, and run the audit again"
    }


@pytest.mark.parametrize(
    ("text", "permission"),
    [
        (DENIED, "iam:ListUsers"),
        ("AWS refused s3:list_objects_v2: AccessDenied: Access Denied", "s3:ListObjectsV2"),
        ("AWS refused iam:get_user: NoSuchEntity: none", ""),
        ("the platform is away", ""),
    ],
)
def test_the_permission_that_an_error_names(text: str, permission: str) -> None:
    assert permission_in(text) == permission


@pytest.mark.parametrize(
    ("changed", "state", "codes"),
    [
        ({"access_keys": [key(age_days=89)]}, "ok", []),
        ({"access_keys": [key(age_days=90)]}, "drift", ["KEY_DUE"]),
        ({"access_keys": [key(age_days=90)], "max_key_age_days": 365}, "ok", []),
        (
            {"access_keys": [key(age_days=90)], "findings": [finding("KEY_ROTATION_WAITS", "note", "access_key")]},
            "ok",
            ["KEY_ROTATION_WAITS"],
        ),
        (
            {"access_keys": [key(age_days=90)], "findings": [finding("KEY_DUE", resource="access_key")]},
            "drift",
            ["KEY_DUE"],
        ),
        ({"access_keys": [key(last_used=iso(hours=1), use_is_known=True)]}, "ok", []),
        ({"access_keys": [key(last_used=iso(days=4), use_is_known=True)]}, "failed", ["KEY_UNUSED"]),
        ({"access_keys": [key(use_is_known=True)]}, "failed", ["KEY_UNUSED"]),
        ({"access_keys": [key(use_is_known=True, created=iso(hours=2))]}, "ok", []),
        ({"access_keys": [key(use_is_known=True)], "source": {}}, "ok", []),
        ({"access_keys": [key(use_is_known=False)]}, "unknown", []),
        ({"access_keys": []}, "unknown", []),
        ({"access_keys": [key(state="foreign")]}, "unknown", []),
        ({"access_keys": [], "findings": [finding("KEY_MISSING", resource="access_key")]}, "drift", ["KEY_MISSING"]),
        ({"access_keys": [], "source": source(PAYER, config={"assume_role_name": "R"})}, "ok", []),
    ],
)
def test_credentials(changed: dict[str, Any], state: str, codes: list[str]) -> None:
    found = links(MANAGEMENT, **changed)["credentials"]
    assert (found["state"], found["codes"]) == (state, codes)


def test_a_key_that_is_too_old_is_rotated() -> None:
    assert (
        "aws.rotate_keys -i INVENTORY --limit payer"
        in links(MANAGEMENT, access_keys=[key(age_days=90)])["credentials"]["next_action"]
    )


def test_a_role_needs_neither_user_nor_key() -> None:
    role = source(PAYER, config={"assume_role_name": "FinOps"})
    assert set(states(MANAGEMENT, source=role, looked=LOOKED - {"user"}, access_keys=[]).values()) == {"ok"}


@pytest.mark.parametrize(
    ("changed", "link", "state"),
    [
        (
            {"unknown": {"execution": "AWS refused bcm-data-exports:list_executions: AccessDenied: no"}},
            "execution",
            "unknown",
        ),
        ({"execution": None}, "execution", "unknown"),
        ({"unknown": {"files": "AWS refused s3:list_objects_v2: AccessDenied: no"}}, "files", "unknown"),
        ({"files": {"months": {}, "newest": None}}, "files", "unknown"),
        ({"unknown": {"columns": "install pyarrow"}}, "columns", "unknown"),
        ({"missing_columns": None}, "columns", "unknown"),
        ({"export": {"name": "billing", "status": "UNHEALTHY"}}, "export", "unknown"),
        ({"export": {}}, "export", "ok"),
    ],
)
def test_the_links_of_a_delivery(changed: dict[str, Any], link: str, state: str) -> None:
    assert states(MANAGEMENT, delivery=delivery(**changed))[link] == state


@pytest.mark.parametrize(
    ("why", "action"),
    [
        ("install pyarrow", "Install pyarrow beside Ansible, by `pip install pyarrow`"),
        (
            "AWS refused s3:get_object: AccessDenied: no",
            "Grant s3:GetObject to the login of the account, and run the audit again",
        ),
        ("it rained", "Mend what it says, and run the audit again"),
    ],
)
def test_what_to_do_about_what_could_not_be_looked_at(why: str, action: str) -> None:
    found = links(MANAGEMENT, delivery=delivery(unknown={"columns": why}))["columns"]
    assert (found["evidence"], found["next_action"]) == (why, action)


def test_without_an_export_nothing_can_have_been_delivered() -> None:
    found = states(MANAGEMENT, findings=[finding("CUR_MISSING")], delivery=None, delivered_costs=None)
    assert {name: found[name] for name in OF_A_REPORT} == {
        "export": "drift",
        "execution": "not_asked",
        "files": "not_asked",
        "columns": "not_asked",
    }


@pytest.mark.parametrize("severity", ["pending", "alarm"])
def test_without_files_there_are_no_columns_and_no_cost_to_look_at(severity: str) -> None:
    empty = delivery(files={"months": {}, "newest": None}, missing_columns=None, costs=None)
    found = links(
        MANAGEMENT, findings=[finding("FILES_NONE", severity, "delivery")], delivery=empty, delivered_costs=None
    )
    assert found["files"]["state"] == {"pending": "pending", "alarm": "failed"}[severity]
    assert found["columns"]["state"] == "not_asked"
    assert (found["cost"]["state"], found["cost"]["codes"]) == ("pending", ["COST_NOT_DELIVERED"])


@pytest.mark.parametrize(
    ("seen", "changed", "state", "codes"),
    [
        (MANAGEMENT, {"source": {}}, "drift", ["SOURCE_MISSING"]),
        (
            MANAGEMENT,
            {"source": {}, "findings": [finding("SOURCE_NEEDS_KEY", "blocked", "data_source")]},
            "drift",
            ["SOURCE_MISSING"],
        ),
        (
            MANAGEMENT,
            {"findings": [finding("SOURCE_NEEDS_KEY", "blocked", "data_source", remedy="Give one")]},
            "failed",
            ["SOURCE_NEEDS_KEY"],
        ),
        (
            MANAGEMENT,
            {
                "findings": [
                    finding("SOURCE_REPORT", resource="access_key"),
                    finding("SOURCE_NEEDS_KEY", "blocked", "data_source"),
                ]
            },
            "drift",
            ["SOURCE_REPORT"],
        ),
        (MANAGEMENT, {"source": None}, "unknown", []),
        (MANAGEMENT, {"organization": {"disabled": True}}, "failed", ["PLATFORM_ORGANIZATION_DISABLED"]),
        (MANAGEMENT, {"source": source(PAYER, auto_import=False)}, "drift", ["SOURCE_IMPORT_OFF"]),
        (MANAGEMENT, {"source": source(PAYER, config={"linked": True})}, "failed", ["SOURCE_TYPE_WRONG"]),
        (LINKED, {"source": source(PAYER)}, "failed", ["SOURCE_TYPE_WRONG"]),
        (
            MANAGEMENT,
            {"findings": [finding("PLATFORM_UNREACHABLE", "blocked", "account")], "source": None},
            "unknown",
            ["PLATFORM_UNREACHABLE"],
        ),
    ],
)
def test_source(seen: Seen, changed: dict[str, Any], state: str, codes: list[str]) -> None:
    found = links(seen, **changed)["source"]
    assert (found["state"], found["codes"]) == (state, codes)
    assert found["evidence"] and found["next_action"]


def test_a_data_source_that_sleeps_has_no_import_to_judge() -> None:
    found = states(MANAGEMENT, source=source(PAYER, auto_import=False, last_import_at=epoch(days=90)))
    assert (found["source"], found["import"]) == ("drift", "not_asked")


def test_a_case_that_nobody_knows_is_no_crash() -> None:
    assert len(chain(dataclasses.replace(MANAGEMENT, case="member and standalone"), NOW)) == len(LINKS)
