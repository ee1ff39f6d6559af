# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run in words: the verdict on each account, and a last line that counts them."""

from __future__ import annotations

import textwrap
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.flow import in_brief
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.verdict import (
    CHANGED,
    FAILED,
    FOUND,
    RIGHT,
    WAITING,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import NOTE

# Larger fleets are told of in brief, unless with -v.
BRIEF_FROM = 30
# A controller drops a result of more than 700,000 characters (AWX's MAX_EVENT_RES_DATA, and ansible-runner's): so of more
# accounts than the first number only those that are not right already, each in at most 600, and no more than the second.
WHOLE_UP_TO, MOST = 200, 1000
_WORST_FIRST = (FAILED, FOUND, WAITING, CHANGED)
_LONGEST = 150
_WORDS = {CHANGED: "changed", RIGHT: "already right", WAITING: "pending", FOUND: "with findings", FAILED: "FAILED"}
# Where accounts leave.
_PARTING_WORDS = dict(_WORDS, **{CHANGED: "offboarded", RIGHT: "already gone", FAILED: "NOT OFFBOARDED"})
_ALWAYS = (CHANGED, RIGHT, FAILED)
_INDENT = 17
_WIDTH = 120


def text(rows: Sequence[Mapping[str, Any]], check_mode: bool, brief: bool) -> str:
    """The accounts, a line that counts them, and where any is connected, whether their costs flow.

    rows: verdicts. brief: of accounts that changed how many steps were done, and none that were right already.
    """
    words = _PARTING_WORDS if any(_leaves(account) for account in rows) else _WORDS
    words = dict(words, **{CHANGED: "would change"}) if check_mode else words
    lines = []
    for account in rows:
        head = "Account {0} ({1}), {2}: {3}".format(
            account["account_id"], account["host"], account["case"], words[account["state"]]
        )
        if not brief or account["state"] not in (CHANGED, RIGHT):
            lines += [head] + _details(account, check_mode)
        elif account["state"] == CHANGED:
            lines.append("{0}, {1} steps".format(head, len(account["done"])))
    lines.append(_counted(rows, words))
    brief_flow = in_brief([account.get("flow") for account in rows])
    lines += [brief_flow] if brief_flow else []
    return "\n".join(lines)


def counts(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many accounts there are, and of each state."""
    states = [account["state"] for account in rows]
    return dict({"accounts": len(rows)}, **dict((state, states.count(state)) for state in _WORDS))


def kept(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The verdicts that the task returns: all of them whole, of a large fleet the worst first and in brief."""
    if len(rows) <= WHOLE_UP_TO:
        return list(rows)
    others = [account for account in rows if account["state"] in _WORST_FIRST]
    return [_in_brief(account) for account in sorted(others, key=_rank)[:MOST]]


def _rank(account: Mapping[str, Any]) -> int:
    return _WORST_FIRST.index(account["state"])


def _in_brief(account: Mapping[str, Any]) -> dict[str, Any]:
    brief = dict((key, account[key]) for key in ("host", "account_id", "case", "state"))
    if account["failed"]:
        return dict(brief, failed=_cut(account["failed"], 2 * _LONGEST))
    telling = [found for found in account["findings"] if found.get("severity") != NOTE][:1]
    found = [
        {
            "code": one["code"],
            "severity": one["severity"],
            "title": _cut(one["title"]),
            "remedy": _cut(one.get("remedy") or ""),
        }
        for one in telling
    ]
    return dict(brief, findings=found) if found else brief


def _cut(text: Any, longest: int = _LONGEST) -> str:
    told = str(text)
    return told if len(told) <= longest else told[: longest - 3] + "..."


def _counted(rows: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> str:
    """How many accounts there are of each state; the rare ones only where there are any."""
    numbers = dict((state, sum(account["state"] == state for account in rows)) for state in words)
    counts = ["{0} {1}".format(numbers[state], words[state]) for state in words if state in _ALWAYS or numbers[state]]
    return "{0} account{1}: {2}".format(len(rows), "" if len(rows) == 1 else "s", ", ".join(counts))


def _leaves(account: Mapping[str, Any]) -> bool:
    """Whether the account was to be offboarded."""
    return account.get("stays") is not None


def _details(account: Mapping[str, Any], check_mode: bool) -> list[str]:
    findings = ["{0}: {1}".format(found["code"], _told(found)) for found in account["findings"]]
    shown = not (check_mode or account["failed"] or _leaves(account))
    return (
        _paragraph("would be done" if check_mode else "done", account["done"])
        + _paragraph("already gone" if _leaves(account) else "already right", _joined(account["right"]))
        + _paragraph("stage", [_stage(account["stage"])] if account.get("stage") else [])
        + _paragraph("left out", [account["left_out"]] if account["left_out"] else [])
        + _paragraph("found", findings if shown else [])
        + _paragraph("stays", account.get("stays") or [])
        + _paragraph("failed", [account["failed"]] if account["failed"] and not account.get("stays") else [])
    )


def _joined(parts: Sequence[str]) -> list[str]:
    return [", ".join(parts)] if parts else []


def _told(finding: Mapping[str, Any]) -> str:
    title, remedy = str(finding["title"]), finding.get("remedy")
    return "{0}. {1}".format(title.rstrip("."), remedy) if remedy else title


def _stage(stage: Mapping[str, Any]) -> str:
    command = stage.get("next_command")
    return "{0}. Then: {1}".format(stage["words"], command) if command else str(stage["words"])


def _paragraph(title: str, items: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for item in items:
        head = "" if lines else title
        wrapped = textwrap.wrap(item, _WIDTH - _INDENT, break_long_words=False, break_on_hyphens=False)
        lines += [("  " + (head if not number else "")).ljust(_INDENT) + line for number, line in enumerate(wrapped)]
    return lines
