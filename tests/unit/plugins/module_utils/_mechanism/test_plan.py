# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans and findings as the data that they are."""

from __future__ import annotations

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism import findings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import (
    Finding,
    alarm,
    blocked,
    note,
    pending,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Answer, Plan, Step

CREATION = Step("Create it", "iam", "create", {}, code="THING_MISSING", before="none", after="one")
TAGGING = Step("Tag it", "iam", "tag", {})
IN_THE_WAY = blocked("THING_TAKEN", "it is another's", "Choose another", expected=1, actual=2)
WAITS = pending("THING_WAITS", "it waits")


def test_the_kinds_of_findings() -> None:
    assert findings.SEVERITIES == ("drift", "blocked", "pending", "alarm", "note")
    assert Finding("THING_TAKEN", "blocked", "it is another's", 1, 2, "Choose another") == IN_THE_WAY
    assert Finding("THING_WAITS", "pending", "it waits", remedy="") == WAITS
    assert pending("THING_WAITS", "it waits", "Run again").remedy == "Run again"
    assert alarm("THING_FAILS", "it fails", "Look") == Finding("THING_FAILS", "alarm", "it fails", remedy="Look")
    assert note("THING_OLD", "it is old") == Finding("THING_OLD", "note", "it is old", remedy="")


def test_a_finding_is_told_with_its_remedy_and_shown_with_its_resource() -> None:
    assert (IN_THE_WAY.text, WAITS.text) == ("it is another's. Choose another", "it waits")
    assert WAITS.as_result("thing") == {
        "code": "THING_WAITS",
        "severity": "pending",
        "title": "it waits",
        "expected": None,
        "actual": None,
        "remedy": "",
        "resource": "thing",
    }


def test_a_plan_grows_and_finds_what_has_a_code_the_obstacles_first() -> None:
    plan = Plan()
    assert plan.add([CREATION, TAGGING]).add(findings=[WAITS, IN_THE_WAY]) is plan
    assert plan == Plan([CREATION, TAGGING], [WAITS, IN_THE_WAY])
    drift = Finding("THING_MISSING", "drift", "Create it", expected="one", actual="none")
    assert plan.findings == [WAITS, IN_THE_WAY, drift]
    assert plan.blocked == [IN_THE_WAY]


def test_an_answer_stands_for_a_value_of_an_earlier_step() -> None:
    answers = {"create": {"Key": {"Id": "A"}}}
    assert Answer("create", ("Key", "Id")).of(answers) == "A"
    assert Answer("create", ()).of(answers) == answers["create"]
