# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page is whole in itself, its data cannot leave its element, and what comes first is what costs most."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report import as_page, commands
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.packed import script_data
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.priorities import tasks
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.shape import shaped
from tests.report.sample import HOSTILE, report

FLEET = shaped(report(60))
PAGE = as_page.text(FLEET)


def within(tag: str) -> list[str]:
    return re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", PAGE, re.DOTALL)


def test_the_policy_names_just_its_own_style_and_script() -> None:
    (style,), (data, script) = within("style"), within("script")
    allowed = re.findall(r"'sha256-([^']+)'", PAGE)
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    assert allowed == digests
    assert "default-src 'none'" in PAGE and "unsafe" not in PAGE
    assert json.loads(data)["accounts"]


def test_nothing_is_fetched_from_anywhere() -> None:
    data = within("script")[0]
    rest = PAGE.replace(data, "").replace("http://www.w3.org/2000/svg", "").replace("https://www.gnu.org/licenses", "")
    assert not re.search(r"https?:|//\w|@import|url\(|src=|fetch\(|XMLHttp|innerHTML|insertAdjacent|eval\(", rest)


def test_names_stand_in_the_data_alone_and_cannot_end_it() -> None:
    data = within("script")[0]
    for name in HOSTILE:
        assert name not in PAGE.replace(data, "")
    assert not re.search("[<>&]", data) and data.isascii()
    assert PAGE.count("<script") == PAGE.count("</script") == 2
    assert "\u202e" not in json.loads(data)["accounts"][22][2]


def test_data_that_ends_scripts_does_not() -> None:
    hostile = "</script><!--<script>&amp;\u2028\u2029]]>"
    made = script_data({"a": hostile})
    assert made.isascii() and not re.search("[<>&]", made)
    assert json.loads(made) == {"a": hostile}


@pytest.mark.parametrize(
    ("host", "limited"),
    [
        ("shop", "--limit shop"),
        ("shop-1.example_2", "--limit shop-1.example_2"),
        ("", ""),
        ("-all", ""),
        ("a b", ""),
        ("a;id", ""),
        ("a,b", ""),
        ("all:!b", ""),
        ("$(id)", ""),
        ("a\n", ""),
        ("~shop", ""),
        ("@file", ""),
        ("m\u00fcller", ""),
    ],
)
def test_a_playbook_is_limited_to_a_host_that_no_shell_could_take_for_more(host: str, limited: str) -> None:
    assert commands.limit(host) == limited


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Delete one that nothing uses: aws iam delete-access-key --user-name U --access-key-id ID",
         ["aws iam delete-access-key --user-name U --access-key-id ID"]),
        ("aws secretsmanager restore-secret --secret-id finops/1 --region us-east-1; or choose another name",
         ["aws secretsmanager restore-secret --secret-id finops/1 --region us-east-1"]),
        ("Look: aws iam list-entities-for-policy --policy-arn arn:aws:iam::1:policy/P. Then go on",
         ["aws iam list-entities-for-policy --policy-arn arn:aws:iam::1:policy/P"]),
        ("aws iam get-user --user-name $(id)", ["aws iam get-user --user-name"]),
        ("aws iam get-user --user-name a`id`", ["aws iam get-user --user-name a"]),
        ("Let AWS have a look", []),
        ("", []),
    ],
)  # fmt: skip
def test_commands_in_a_text_are_found_without_what_a_shell_would_obey(text: str, found: list[str]) -> None:
    assert commands.found_in(text) == found


def account(state: str, spend: float | None, *codes: str, link: str = "import") -> dict[str, Any]:
    return {"state": state, "spend": spend, "links": [{"link": link, "state": state, "codes": list(codes)}]}


def test_the_same_trouble_is_one_task_and_most_money_comes_first() -> None:
    made = shaped(
        {
            "accounts": [
                account("ok", 9000),
                account("failed", 10, "A"),
                account("failed", 25, "A"),
                account("failed", None, "B"),
                account("drift", 500, "C"),
                account("drift", 600, "D", link="source"),
                account("unknown", 700, "READ_FAILED"),
                account("pending", 800, "P"),
            ],
            "unconnected": [{"reason": "asleep", "spend": 20}, {"reason": "suspended", "spend": 90.5}],
        }
    )
    assert [(task["kind"], task["reason"] or task["codes"], task["rows"], task["spend"]) for task in tasks(made)] == [
        ("unconnected", "suspended", [1], 90.5),
        ("failed", ["A"], [2, 1], 35),
        ("unconnected", "asleep", [0], 20),
        ("failed", ["B"], [3], 0),
        ("drift", [], [5, 4], 1100),
        ("unknown", ["READ_FAILED"], [6], 700),
    ]
