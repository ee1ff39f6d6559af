# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(report.csv): a row for each account, connected or not, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.inert import cell
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.shape import (
    Report,
    link_names,
    worst_link,
)

_FIRST = ("account_id", "name", "host", "case", "state", "spend", "currency", "key_age_days", "reason")
_WORST = ("worst_link", "codes", "since", "evidence", "next_action")


def text(report: Report) -> str:
    """RFC 4180; texts in quotes and inert, numbers without."""
    names = link_names(report)
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([*_FIRST, *_WORST, *map(cell, names)])
    for row in _rows(report):
        writer.writerow(["" if value is None else cell(value) if isinstance(value, str) else value for value in row])
    return file.getvalue()


def _rows(report: Report) -> Iterator[list[Any]]:
    currency = report["summary"]["currency"]
    names = link_names(report)
    for account in report["accounts"]:
        values = {**account, "currency": currency, "reason": ""}
        states = {link["link"]: link["state"] for link in account["links"]}
        yield [values[key] for key in _FIRST] + _worst(account) + [states.get(name, "") for name in names]
    for account in report["unconnected"]:
        values = {"host": "", "case": "", "state": "unconnected", "currency": currency, "key_age_days": None, **account}
        yield [values[key] for key in _FIRST] + [""] * (len(_WORST) + len(names))


def _worst(account: dict[str, Any]) -> list[Any]:
    link = worst_link(account)
    if link is None:
        return [""] * len(_WORST)
    return [link["link"], " ".join(map(str, link["codes"])), link["since"], link["evidence"], link["next_action"]]
