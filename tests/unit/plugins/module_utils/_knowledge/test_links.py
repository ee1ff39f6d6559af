# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every finding of the page breaks one link, and this is the table of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import links
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.links import (
    LINKS,
    is_blind,
    link_of,
    links_of,
    state_of,
    worst,
    worst_of_account,
)

PAGE = Path(__file__).resolve().parents[5] / "docs" / "findings.md"
ROW = re.compile(r"\| `([A-Z0-9_]+)` \|")
TABLE = {
    "login": """ACCOUNT_DENIED ACCOUNT_DENIED_BY_ORGANIZATION ACCOUNT_NO_LOGIN ACCOUNT_OTHER ACCOUNT_OTHER_ORGANIZATION
        ACCOUNT_SWITCH_UNCONFIRMED ACCOUNT_UNFIT""",
    "configuration": """BUCKET_ELSEWHERE BUCKET_ENCRYPTION BUCKET_FOREIGN BUCKET_IN_USE BUCKET_KMS BUCKET_MISSING
        BUCKET_OWNERSHIP BUCKET_STATEMENT_STAYS BUCKET_STATEMENT_UNWANTED BUCKET_STAYS BUCKET_UNWANTED CUR_UNNAMED CUR_UNWANTED
        BUCKET_POLICY_DENIES BUCKET_POLICY_FULL BUCKET_POLICY_MAY_DENY BUCKET_PUBLIC BUCKET_REGION BUCKET_STATEMENT
        BUCKET_TAGS CUR_DIFFERS CUR_ELSEWHERE CUR_NAME_CASE CUR_PREFIX CUR_QUERY CUR_QUOTA CUR_REPLACE CUR_TABLE CUR_TAGS
        POLICY_ATTACHED POLICY_DOCUMENT POLICY_MISSING POLICY_NAME_CASE POLICY_PRESENT POLICY_TAGS POLICY_VERSIONS_FULL
        USER_ADMINISTRATOR USER_BOUNDARY_DENIES USER_BOUNDARY_MISSING USER_BOUNDARY_NO_POLICY USER_BOUNDARY_OTHER
        USER_BOUNDARY_UNKNOWN USER_CONSOLE_ACCESS USER_GROUP USER_INLINE_POLICY USER_IN_USE USER_MISSING USER_NAME_CASE
        USER_POLICY_BY_GROUP USER_POLICY_EXCESS USER_POLICY_FOREIGN USER_POLICY_MISSING USER_PRESENT USER_TAGS
        ROLE_ADMINISTRATOR ROLE_BOUNDARY_DENIES ROLE_BOUNDARY_MISSING ROLE_BOUNDARY_NO_POLICY ROLE_BOUNDARY_OTHER
        ROLE_BOUNDARY_UNKNOWN ROLE_INLINE_POLICY ROLE_IN_USE ROLE_NAME_CASE ROLE_POLICY_EXCESS ROLE_POLICY_FOREIGN
        ROLE_POLICY_MISSING ROLE_PRESENT ROLE_SETTINGS ROLE_TAGS""",
    "credentials": """KEY_BROKEN KEY_DUE KEY_FOREIGN KEY_IN_SERVICE KEY_MISSING KEY_NOT_STORED KEY_NO_ROOM KEY_ORPHANED
        KEY_RETIRED KEY_ROOM_LATER KEY_ROTATION_WAITS KEY_SUPERSEDED KEY_UNUSED KEY_UNWANTED KEY_WAITING
        KEY_STILL_USED ROLE_MISSING ROLE_PATH ROLE_TRUST ROLE_TRUST_CONDITION ROLE_TRUST_DENIES ROLE_TRUST_OTHERS
        ROLE_TRUST_REWRITTEN STORE_DELETION_SCHEDULED STORE_FOREIGN STORE_LOCKED STORE_NOT_KEPT STORE_PRESENT""",
    "export": "BILLING_GAP BILLING_PLACE BILLING_TRANSFERRED CUR_MISSING CUR_ROWS_CUT CUR_UNHEALTHY",
    "execution": "EXECUTION_FAILED EXECUTION_NONE",
    "files": """BACKFILL_CASE BACKFILL_MISSING BACKFILL_NO_SUPPORT_PLAN BACKFILL_TAGS BACKFILL_TAGS_LATER BACKFILL_UNFILED
        CUR_FORMAT FILES_MONTH_MISSING FILES_NONE FILES_NO_MANIFEST FILES_OTHER_FORMAT FILES_SHORT FILES_STALE""",
    "columns": "COLUMNS_MISSING COLUMNS_WANTED",
    "source": """CUR_SOURCE_READS_ANOTHER OFFBOARD_HISTORY OFFBOARD_MEMBERS PLATFORM_BUSY PLATFORM_CURRENCY PLATFORM_ORGANIZATION_DISABLED
        PLATFORM_POLICY_DIFFERS PLATFORM_PRINCIPAL_DIFFERS
        PLATFORM_REFUSED PLATFORM_UNREACHABLE PLATFORM_URL_INSECURE SOURCE_CONNECTED_ELSEWHERE SOURCE_IMPORT_OFF
        SOURCE_LEFT_ORGANIZATION SOURCE_LOGIN_NOT_TAKEN SOURCE_MISSING SOURCE_NAME SOURCE_NEEDS_KEY SOURCE_OTHER_ACCOUNT
        SOURCE_OTHER_PAYER SOURCE_RECOMMENDATIONS_OFF SOURCE_REPORT SOURCE_ROLE_CANNOT_READ SOURCE_ROLE_UNPROVEN
        MIGRATION_MONTHS MIGRATION_NO_NAME MIGRATION_NO_SOURCE MIGRATION_OLD_REPORT MIGRATION_OLD_STAYS MIGRATION_OLD_UNNOTED
        MIGRATION_PLACE_TAKEN MIGRATION_READY MIGRATION_REPORT_UNKNOWN MIGRATION_SAME_NAME MIGRATION_SAME_PREFIX
        MIGRATION_UNDELIVERED MIGRATION_UNIMPORTED MIGRATION_UNPROVEN MIGRATION_UNREADABLE SOURCE_AUTH SOURCE_SWITCH
        SOURCE_SCHEME SOURCE_TYPE_WRONG SOURCE_UNWANTED SOURCE_WAITS_FOR_DELIVERY""",
    "import": """BACKFILL_REIMPORT BILLING_REIMPORT HISTORY_LACKING HISTORY_LATER HISTORY_NOT_HELD HISTORY_NO_KEEPER HISTORY_REFUSED HISTORY_UNASKED
        IMPORT_NO_ROOT IMPORT_STALE IMPORT_WAITING SOURCE_IMPORT_FAILED SOURCE_IMPORT_PENDING""",
    "discovery": "DISCOVERY_FAILED DISCOVERY_NEVER DISCOVERY_STALE",
    "cost": """COST_ASLEEP COST_BEFORE_HISTORY COST_DIFFERS COST_DISCOUNTED COST_NOT_DELIVERED COST_NOT_IMPORTED COST_NO_SOURCE
        COST_OTHER_CURRENCY""",
}
EXPECTED = {code: link for link, codes in TABLE.items() for code in codes.split()}
BY_MODULE = ("READ_FAILED", "OPTION_INVALID")


def codes_of_the_page() -> list[str]:
    return [match.group(1) for match in map(ROW.match, PAGE.read_text().splitlines()) if match]


def test_the_table_has_every_code_of_the_page() -> None:
    assert [code for code in codes_of_the_page() if code not in EXPECTED and code not in BY_MODULE] == []


@pytest.mark.parametrize(("code", "link"), EXPECTED.items())
def test_the_link_of_a_code(code: str, link: str) -> None:
    assert link_of({"code": code, "resource": "whatever"}) == link


@pytest.mark.parametrize("code", BY_MODULE)
@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("account", ("login",)),
        ("cur", ("configuration", "export")),
        ("policy", ("configuration",)),
        ("user", ("configuration",)),
        ("access_key", ("credentials",)),
        ("delivery", ("execution", "files", "columns")),
        ("data_source", ("source",)),
        ("history", ("import",)),
        ("another", ("configuration",)),
    ],
)
def test_what_could_not_be_read_is_about_all_that_the_module_looks_at(
    code: str, module: str, expected: tuple[str, ...]
) -> None:
    assert links_of({"code": code, "resource": module}) == expected
    assert link_of({"code": code, "resource": module}) == expected[0]


def test_a_code_of_no_family_is_not_passed_over() -> None:
    with pytest.raises(KeyError):
        link_of({"code": "WEATHER_BAD"})


@pytest.mark.parametrize(
    ("code", "severity", "state"),
    [
        ("CUR_MISSING", "drift", links.DRIFT),
        ("CUR_TABLE", "blocked", links.FAILED),
        ("CUR_UNHEALTHY", "alarm", links.FAILED),
        ("KEY_ROOM_LATER", "pending", links.PENDING),
        ("CUR_ROWS_CUT", "note", links.OK),
        ("CUR_ROWS_CUT", "new", links.UNKNOWN),
        ("READ_FAILED", "blocked", links.UNKNOWN),
        ("PLATFORM_UNREACHABLE", "blocked", links.UNKNOWN),
        ("PLATFORM_REFUSED", "blocked", links.UNKNOWN),
        ("PLATFORM_BUSY", "blocked", links.UNKNOWN),
        ("ACCOUNT_NO_LOGIN", "blocked", links.FAILED),
    ],
)
def test_the_state_that_a_finding_makes(code: str, severity: str, state: str) -> None:
    finding = {"code": code, "severity": severity}
    assert state_of(finding) == state
    assert is_blind(finding) == (state == links.UNKNOWN and severity == "blocked")


@pytest.mark.parametrize(
    ("states", "of_link", "of_account"),
    [
        ([], "ok", "unknown"),
        (["not_asked"], "not_asked", "unknown"),
        (["ok", "not_asked"], "not_asked", "ok"),
        (["ok", "unknown"], "unknown", "unknown"),
        (["unknown", "pending"], "pending", "pending"),
        (["pending", "drift", "ok"], "drift", "drift"),
        (["failed", "drift", "pending", "unknown", "ok"], "failed", "failed"),
    ],
)
def test_the_worst_decides(states: list[str], of_link: str, of_account: str) -> None:
    assert worst(states) == of_link
    assert worst_of_account(states) == of_account


def test_the_links_are_those_of_the_report() -> None:
    assert set(TABLE) == set(LINKS)
