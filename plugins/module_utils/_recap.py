# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run in words: for each account what was done, what was right already, what failed and why."""

from __future__ import annotations

import textwrap
from typing import Any, Mapping, Sequence

# The steps of the seed's procedure in order: the variable that the role registers, and its name for people.
# The variables in which the roles register their tasks; those of looped ones hold the results of the steps.
RESULTS = ("finops_connection", "finops_rotation", "finops_retirement")
VARIABLES = RESULTS + ("finops_failure", "finops_account_id", "finops_platform_url")
_NAMES = {
    "cur": "cost report",
    "policy": "policies",
    "user": "user",
    "access_key": "access key",
    "data_source": "data source",
}
# Larger fleets are told of in brief, unless with -v.
BRIEF_FROM = 30
_INDENT = 17
_WIDTH = 120


def results(variables: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The module and the result of each step that was run, from the host's VARIABLES; checking counts as none."""
    registered = [variables.get(name) or {} for name in RESULTS]
    items = [item for result in registered for item in result.get("results", [result])]
    return [(item["module"], item) for item in items if item.get("module") in _NAMES and not item.get("skipped")]


def row(host: str, case: str, variables: Mapping[str, Any], listed: bool | None, check_mode: bool) -> dict[str, Any]:
    """One account's outcome.

    variables: the host's VARIABLES, with the results that the roles register and C(finops_failure) from a failed run.
    listed: whether the platform lists the account's data source at the end; None where nobody asked.
    Returns account_id, host, case, state (changed, right or failed), done, right, left_out, failed and unlisted.
    """
    found = results(variables)
    done = [step for module, result in found for step in result.get("steps", [])]
    touched = [module for module, result in found if result.get("changed") or result.get("failed")]
    right = [name for module, name in _NAMES.items() if module not in touched and module in dict(found)]
    failed = _failure(variables.get("finops_failure"))
    left_out = None
    if not failed and not variables.get("finops_platform_url"):
        has_key = "access_key" in dict(found)
        left_out = "{0}: finops_platform_url is not set".format(
            "data source" if has_key else "access key and data source"
        )
    is_unlisted = not failed and listed is False and not check_mode
    if is_unlisted:
        failed = "data source: the platform does not list this account at the end of the run. Run the playbook again"
    state = "failed" if failed else "changed" if done else "right"
    return {
        "account_id": variables.get("finops_account_id"),
        "host": host,
        "case": case,
        "state": state,
        "done": done,
        "right": right,
        "left_out": left_out,
        "failed": failed,
        "unlisted": is_unlisted,
    }


def _failure(failure: Mapping[str, Any] | None) -> str | None:
    return "{0}: {1}".format(failure["task"], failure["reason"]) if failure else None


def text(rows: Sequence[Mapping[str, Any]], check_mode: bool, brief: bool) -> str:
    """The accounts and a last line that counts them.

    brief: failed accounts whole, of changed ones how many steps were done, and none that were right already.
    """
    words = {"changed": "would change" if check_mode else "changed", "right": "already right", "failed": "FAILED"}
    lines = []
    for account in rows:
        head = "Account {0} ({1}), {2}: {3}".format(
            account["account_id"], account["host"], account["case"], words[account["state"]]
        )
        if not brief or account["state"] == "failed":
            lines += [head] + _details(account, check_mode)
        elif account["state"] == "changed":
            lines.append("{0}, {1} steps".format(head, len(account["done"])))
    counts = ["{0} {1}".format(sum(account["state"] == state for account in rows), words[state]) for state in words]
    lines.append("{0} account{1}: {2}".format(len(rows), "" if len(rows) == 1 else "s", ", ".join(counts)))
    return "\n".join(lines)


def _details(account: Mapping[str, Any], check_mode: bool) -> list[str]:
    return (
        _paragraph("would be done" if check_mode else "done", account["done"])
        + _paragraph("already right", [", ".join(account["right"])] if account["right"] else [])
        + _paragraph("left out", [account["left_out"]] if account["left_out"] else [])
        + _paragraph("failed", [account["failed"]] if account["failed"] else [])
    )


def _paragraph(title: str, items: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for item in items:
        head = "" if lines else title
        wrapped = textwrap.wrap(item, _WIDTH - _INDENT, break_long_words=False, break_on_hyphens=False)
        lines += [("  " + (head if not number else "")).ljust(_INDENT) + line for number, line in enumerate(wrapped)]
    return lines
