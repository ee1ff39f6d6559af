# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(junit.xml): a case for each account and link, for build servers."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.inert import one_line
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.shape import Report

# What a state is to a build server: the element of the case, counted in the suite's attribute.
_OUTCOMES = {
    "failed": ("failure", "failures"),
    "drift": ("failure", "failures"),
    "unknown": ("error", "errors"),
    "pending": ("skipped", "skipped"),
    "not_asked": ("skipped", "skipped"),
}
_COUNTED = ("tests", "failures", "errors", "skipped")


def text(report: Report) -> str:
    """A suite for each account, and one for those that are not connected."""
    suites = [_suite(_title(account), _chain(account)) for account in report["accounts"]]
    if report["unconnected"]:
        suites.append(_suite("unconnected", [_missing(account, report) for account in report["unconnected"]]))
    root = ET.Element("testsuites", name="finops_for_cloud.aws.audit", time="0")
    root.extend(suites)
    for key in _COUNTED:
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
    for moment in re.findall(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", report["generated_at"]):
        for suite in suites:
            suite.set("timestamp", moment)
    ET.indent(root, "")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(name: str, cases: list[ET.Element]) -> ET.Element:
    suite = ET.Element("testsuite", name=name, time="0")
    outcomes = [outcome.tag for case in cases for outcome in case]
    for key in _COUNTED:
        tags = [tag for tag, counted in _OUTCOMES.values() if counted == key]
        suite.set(key, str(len(cases) if key == "tests" else sum(tag in tags for tag in outcomes)))
    suite.extend(cases)
    return suite


def _chain(account: dict[str, Any]) -> list[ET.Element]:
    return [
        _case(
            account,
            link["link"],
            link["state"],
            " ".join(map(str, link["codes"])),
            link["evidence"],
            link["next_action"],
        )
        for link in account["links"]
    ]


def _missing(account: dict[str, Any], report: Report) -> ET.Element:
    spend = "{0:.2f} {1}".format(account["spend"], report["summary"]["currency"] or "")
    return _case(account, "connected", "failed", account["reason"], "ignored spend: " + spend, account["inventory"])


def _case(account: dict[str, Any], name: str, state: str, kind: str, message: str, content: str) -> ET.Element:
    case = ET.Element("testcase", classname=_title(account), name=one_line(name), time="0")
    if state in _OUTCOMES:
        words = one_line("{0}: {1}".format(state, message) if message else state)
        outcome = ET.SubElement(case, _OUTCOMES[state][0], message=words)
        if outcome.tag != "skipped":
            outcome.set("type", one_line(kind) or state)
        outcome.text = "\n".join(map(_kept, content.splitlines()))
    return case


def _kept(line: str) -> str:
    """A line of several, with the white space that it begins with."""
    return " " * (len(line) - len(line.lstrip(" "))) + one_line(line)


def _title(account: dict[str, Any]) -> str:
    return one_line("{0} {1}".format(account["account_id"], account["name"]))
