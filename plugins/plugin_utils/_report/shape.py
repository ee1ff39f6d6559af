# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in its fixed shape, plain data whatever it was made of, so that no account keeps the others from being told."""

from __future__ import annotations

import datetime
import decimal
import math
from collections.abc import Mapping, Sequence
from typing import Any

Report = dict[str, Any]

SCHEMA_VERSION = 1
# Of an account, worst first.
STATES = ("failed", "drift", "pending", "unknown", "ok")
LINK_STATES = (*STATES, "not_asked")
_SUMMARY: Report = dict(
    accounts=0, by_state={}, ignored_spend=0, connected_spend=0, currency=None, months=[], coverage=None, notes=[]
)
_ACCOUNT: Report = dict(
    account_id="", host="", name="", case="", state="unknown", spend=None, key_age_days=None, links=[]
)
_LINK: Report = dict(link="", state="unknown", codes=[], evidence="", next_action="", since=None)
_UNCONNECTED: Report = dict(account_id="", name="", spend=0, months={}, reason="", inventory="")
_NUMBERS = {"accounts", "ignored_spend", "connected_spend", "coverage", "spend", "key_age_days"}
_CHANGE: Report = {"account_id": "", "link": "", "from": "", "to": "", "text": ""}


def shaped(report: Mapping[str, Any]) -> Report:
    """A copy with every field that the formats read; fields that they do not know stay."""
    found = _plain(report)
    return {
        **found,
        "schema_version": SCHEMA_VERSION,
        **_filled({"generated_at": ""}, {"generated_at": found.get("generated_at")}),
        "summary": _filled(_SUMMARY, found.get("summary")),
        "accounts": [
            {**account, "links": _rows(_LINK, account["links"], LINK_STATES)}
            for account in _rows(_ACCOUNT, found.get("accounts"), STATES)
        ],
        "unconnected": _rows(_UNCONNECTED, found.get("unconnected")),
        "changes": _rows(_CHANGE, found.get("changes")),
    }


def link_names(report: Report) -> list[str]:
    """The links of the chain, in their order."""
    return list(dict.fromkeys(link["link"] for account in report["accounts"] for link in account["links"]))


def worst_link(account: Mapping[str, Any]) -> dict[str, Any] | None:
    """The first link of the chain in the account's worst state, since a later one may only follow from it; None if all is well."""
    for state in STATES[:-1]:
        for link in account["links"]:
            if link["state"] == state:
                return dict(link)
    return None


def _rows(form: Mapping[str, Any], rows: Any, states: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The rows that are such; where there are states, one that is none of them becomes unknown."""
    given = rows if isinstance(rows, list) else []
    filled = [_filled(form, row) for row in given if isinstance(row, dict)]
    for row in filled if states else ():
        row["state"] = row["state"] if row["state"] in states else "unknown"
    return filled


def _filled(form: Mapping[str, Any], given: Any) -> dict[str, Any]:
    """What is given, and the form's value for each field that is missing or of another kind."""
    filled = dict(given) if isinstance(given, dict) else {}
    for key, default in form.items():
        value = filled.get(key)
        if not _fits(value, default, key):
            filled[key] = default
        elif isinstance(value, list) and key != "links":
            filled[key] = [item for item in value if isinstance(item, str)]
        elif isinstance(value, dict):
            filled[key] = {name: item for name, item in value.items() if _is_number(item)}
    return filled


def _fits(value: Any, default: Any, key: str) -> bool:
    return _is_number(value) if key in _NUMBERS else isinstance(value, str if default is None else type(default))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _plain(value: Any) -> Any:
    """As JSON has it: sums as numbers, moments as text, None for what is no number."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (float, decimal.Decimal)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [_plain(item) for item in value]
    return str(value)
