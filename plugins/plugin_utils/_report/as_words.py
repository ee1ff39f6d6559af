# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in a few lines, for the end of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.shape import STATES, worst_link

_MOST = 5


def text(report: Mapping[str, Any], page: str) -> str:
    """How many accounts are in which state, what is ignored, whom to mend first, and where the page is.

    page: the path of report.html.
    """
    lines = [_states(report["summary"]), *_money(report), *_first(report["accounts"])]
    return "\n".join([*lines, "Report: {0}".format(page)])


def _states(summary: Mapping[str, Any]) -> str:
    counts = ["{0} {1}".format(summary["by_state"][state], state) for state in reversed(STATES)]
    named = [count for count in counts if not count.startswith("0 ")]
    return "{0} account{1} in the report: {2}".format(
        summary["accounts"], "" if summary["accounts"] == 1 else "s", ", ".join(named)
    )


def _money(report: Mapping[str, Any]) -> list[str]:
    summary, unconnected = report["summary"], report["unconnected"]
    if summary["coverage"] is None:
        return []
    currency = summary["currency"] or "of an unknown currency"
    covered = "{0:.2f} % of the spend is covered, {1:,.2f} {2} is ignored".format(
        100 * summary["coverage"], summary["ignored_spend"], currency
    )
    spenders = sorted(unconnected, key=lambda one: -float(one["spend"] or 0))
    named = [
        "{0} ({1}) {2:,.2f}, {3}".format(one["account_id"], _plain(one["name"]), one["spend"], one["reason"])
        for one in spenders[:_MOST]
    ]
    more = ["and {0} more".format(len(spenders) - _MOST)] if len(spenders) > _MOST else []
    return [covered, *("  {0}".format(line) for line in named + more)]


def _first(accounts: Sequence[Mapping[str, Any]]) -> list[str]:
    """The accounts to look at first: those that failed, by what they spend."""
    failed = sorted((one for one in accounts if one["state"] == "failed"), key=lambda one: -float(one["spend"] or 0))
    lines = []
    for account in failed[:_MOST]:
        link = worst_link(account) or {}
        lines.append(
            "  {0} ({1}): {2}: {3}".format(
                account["account_id"], _plain(account["name"]), link.get("link"), _plain(link.get("evidence"))
            )
        )
    more = len(failed) - _MOST
    return lines + (["  and {0} more failed".format(more)] if more > 0 else [])


def _plain(value: Any) -> str:
    """Names come from AWS, and may hold what a terminal would obey."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(value or "")).split())
