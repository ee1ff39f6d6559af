# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(metrics.prom), in the text format that node_exporter's textfile collector reads.

Only what is not well has a series of its own for each link, so that a fleet of thousands stays cheap to keep.
"""

from __future__ import annotations

import collections
import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.inert import one_line
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.shape import (
    LINK_STATES,
    STATES,
    Report,
    link_names,
)

_DAY = 86400
Sample = tuple[dict[str, Any], "float | None"]


def text(report: Report) -> str:
    """All gauges; a sample whose value is not known is left out."""
    lines = []
    for name, about, samples in _metrics(report):
        told = [(labels, value) for labels, value in samples if value is not None]
        if told:
            lines += [
                "# HELP finops_for_cloud_{0} {1}".format(name, about),
                "# TYPE finops_for_cloud_{0} gauge".format(name),
            ]
        # The same labels twice would make the collector refuse the whole file.
        for labels, value in {_labels(labels): value for labels, value in told}.items():
            lines.append("finops_for_cloud_{0}{1} {2}".format(name, labels, _number(value)))
    return "\n".join([*lines, ""])


def _metrics(report: Report) -> Iterator[tuple[str, str, Sequence[Sample]]]:
    summary, accounts, unconnected = report["summary"], report["accounts"], report["unconnected"]
    money = {"currency": summary["currency"] or ""}
    yield (
        "report_timestamp_seconds",
        "When the report was made, in Unix time.",
        [({}, _seconds(report["generated_at"]))],
    )
    by_state = [({"state": state}, summary["by_state"].get(state, 0)) for state in STATES]
    yield "accounts", "Accounts by their worst link.", by_state
    spend: list[Sample] = [
        ({**money, "connected": "true"}, summary["connected_spend"]),
        ({**money, "connected": "false"}, summary["ignored_spend"]),
    ]
    yield "spend", "Spend of the months in the report, by whether the platform has the account.", spend
    yield "coverage_ratio", "Connected spend as a share of all spend.", [({}, summary["coverage"])]
    yield "links", "Links of all accounts by state.", _links(report)
    yield "changes", "Links whose state is another than in the report before.", [({}, len(report["changes"]))]
    info: list[Sample] = [
        ({key: account[key] for key in ("account_id", "name", "host", "case")}, 1) for account in accounts
    ]
    yield "account_info", "An account and what it is called.", info
    states: list[Sample] = [
        ({"account_id": account["account_id"], "state": account["state"]}, 1) for account in accounts
    ]
    yield "account_state", "The state that an account is in.", states
    yield "account_spend", "Spend of a connected account.", _each(accounts, "spend", money)
    ages = [(labels, None if days is None else days * _DAY) for labels, days in _each(accounts, "key_age_days", {})]
    yield "account_key_age_seconds", "Age of the access key that the platform uses.", ages
    yield "link_not_ok", "A link that is in another state than ok and not_asked.", _broken(accounts)
    reasons = collections.Counter(account["reason"] for account in unconnected)
    yield (
        "unconnected_accounts",
        "Accounts that are not connected, by reason.",
        [({"reason": reason}, number) for reason, number in sorted(reasons.items())],
    )
    ignored = [
        ({key: account[key] for key in ("account_id", "name", "reason")} | money, account["spend"])
        for account in unconnected
    ]
    yield "unconnected_spend", "Spend of an account that is not connected, which the platform ignores.", ignored


def _links(report: Report) -> list[Sample]:
    found = collections.Counter((link["link"], link["state"]) for row in report["accounts"] for link in row["links"])
    return [
        ({"link": name, "state": state}, found[name, state]) for name in link_names(report) for state in LINK_STATES
    ]


def _broken(accounts: Iterable[dict[str, Any]]) -> list[Sample]:
    return [
        ({"account_id": account["account_id"], "link": link["link"], "state": link["state"]}, 1)
        for account in accounts
        for link in account["links"]
        if link["state"] not in ("ok", "not_asked")
    ]


def _each(accounts: Iterable[dict[str, Any]], key: str, others: dict[str, Any]) -> list[Sample]:
    numbers = ((account, account[key]) for account in accounts)
    return [
        ({"account_id": account["account_id"], **others}, value)
        for account, value in numbers
        if isinstance(value, (int, float))
    ]


def _labels(labels: dict[str, Any]) -> str:
    told = ",".join('{0}="{1}"'.format(key, _escaped(str(value))) for key, value in labels.items())
    return "{" + told + "}" if told else ""


def _escaped(value: str) -> str:
    """As Prometheus' text format 0.0.4 wants a label's value; it knows no line but one."""
    return one_line(value).replace("\\", "\\\\").replace('"', '\\"')


def _number(value: float | None) -> str:
    return repr(value)


def _seconds(moment: str) -> float | None:
    try:
        return datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None
