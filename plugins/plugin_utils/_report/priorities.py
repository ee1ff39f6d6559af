# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to mend first: the same trouble of many accounts is one task, and the task with the most money behind it comes first."""

from __future__ import annotations

from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.shape import Report, worst_link

# What the next run mends by itself, and what nobody could look at, come after what costs money now.
_RANKS = {"failed": 0, "unconnected": 0, "drift": 1, "unknown": 2}


def tasks(report: Report) -> list[dict[str, Any]]:
    """C(kind) (a state or C(unconnected)), C(link), C(codes), C(reason), C(spend), and C(rows), which counts in the
    report's accounts, or its unconnected ones, those with the most spend first.
    """
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for number, account in enumerate(report["accounts"]):
        link = worst_link(account)
        if link and link["state"] in _RANKS:
            is_drift = link["state"] == "drift"
            what = ("", [], "") if is_drift else (link["link"], link["codes"], "")
            _add(found, link["state"], what, number, account["spend"] or 0)
    for number, account in enumerate(report["unconnected"]):
        _add(found, "unconnected", ("", [], account["reason"]), number, account["spend"])
    ranked = sorted(found.values(), key=lambda task: (_RANKS[task["kind"]], -task["spend"]))
    for task in ranked:
        accounts = report["unconnected" if task["kind"] == "unconnected" else "accounts"]
        task["rows"].sort(key=lambda number: -(accounts[number]["spend"] or 0))
    return ranked


def _add(
    found: dict[tuple[Any, ...], dict[str, Any]], kind: str, what: tuple[str, list[Any], str], number: int, spend: float
) -> None:
    link, codes, reason = what
    key = (kind, link, tuple(map(str, codes)), reason)
    task = found.setdefault(key, dict(kind=kind, link=link, codes=codes, reason=reason, rows=[], spend=0))
    task["rows"].append(number)
    task["spend"] = round(task["spend"] + spend, 2)
