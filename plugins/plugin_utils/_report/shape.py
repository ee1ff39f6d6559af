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
_SUMMARY = dict(
    accounts=0, by_state={}, ignored_spend=0, connected_spend=0, currency=None, months=[], coverage=None, notes=[]
)
_ACCOUNT = dict(account_id="", host="", name="", case="", state="unknown", spend=None, key_age_days=None, links=[])
_LINK = dict(link="", state="unknown", codes=[], evidence="", next_action="", since=None)
_UNCONNECTED = dict(account_id="", name="", spend=0, months={}, reason="", inventory="")
_NUMBERS = {"accounts", "ignored_spend", "connected_spend", "coverage", "spend", "key_age_days"}
_CHANGE = {"account_id": "", "link": "", "from": "", "to": "", "text": ""}


def shaped(report: Mapping[str, Any]) -> Report:
    """A copy with every field that the formats read; fields that they do not know stay."""
    found = _plain(report)
    return {
        **found,
        "schema_version": SCHEMA_VERSION,
        "generated_at": found.get("generated_at") or "",
        "summary": _filled(_SUMMARY, found.get("summary")),
        "accounts": [
            {**account, "links": _rows(_LINK, account["links"])} for account in _rows(_ACCOUNT, found.get("accounts"))
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


def _rows(form: Mapping[str, Any], rows: Any) -> list[dict[str, Any]]:
    given = rows if isinstance(rows, list) else []
    return [_filled(form, row) for row in given if isinstance(row, dict)]


def _filled(form: Mapping[str, Any], given: Any) -> dict[str, Any]:
    """What is given, and the form's value for each field that is missing or of another kind."""
    filled = dict(given) if isinstance(given, dict) else {}
    for key, default in form.items():
        if not _fits(filled.get(key), default, key):
            filled[key] = default
    return filled


def _fits(value: Any, default: Any, key: str) -> bool:
    if key in _NUMBERS:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, str if default is None else type(default))


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
