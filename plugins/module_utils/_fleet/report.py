# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of an audit as plain data, from which every format is made; pure.

docs/report.schema.json has its shape.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.chain import chain
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.coverage import arrives
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.money import rounded, spend
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.seen import Seen, iso
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.links import (
    DRIFT,
    FAILED,
    LINKS,
    NOT_ASKED,
    OK,
    PENDING,
    UNKNOWN,
    worst_of_account,
)

SCHEMA_VERSION = 1
ACCOUNT_STATES = (OK, DRIFT, PENDING, FAILED, UNKNOWN)


def row(seen: Seen, now: datetime.datetime) -> dict[str, Any]:
    """One account of the report: C(account_id), C(host), C(name), C(case), C(state), C(spend), C(key_age_days), C(links)."""
    links, cost = chain(seen, now), spend(seen)
    in_service = [key for key in seen.access_keys or () if key.get("state") == "in service"]
    return {
        "account_id": seen.account_id,
        "host": seen.host,
        "name": seen.name,
        "case": seen.case,
        "state": worst_of_account(link["state"] for link in links),
        "spend": None if cost is None else float(rounded(cost)),
        "key_age_days": in_service[0].get("age_days") if in_service else None,
        "links": links,
    }


def report(
    rows: Sequence[Mapping[str, Any]],
    coverage: Mapping[str, Any] | None,
    previous: Mapping[str, Any] | None,
    now: datetime.datetime,
    currency: str | None = None,
    months: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """The whole report.

    rows: as row() has them. coverage: as _fleet/coverage has it, without C(unconnected) where no costs are known, None where
    nobody asked which accounts there are. previous: the report before this one, None where there is none. months: those
    that spend is counted of.
    """
    found = coverage or {}
    before = _links_before(previous)
    accounts = [_dated(account, before, now) for account in _with_strays(rows, found.get("strays") or ())]
    unconnected = [dict(account) for account in found.get("unconnected") or ()]
    return {
        "schema_version": SCHEMA_VERSION,
        "generated_at": iso(now),
        "summary": _summary(accounts, unconnected, coverage, currency, months, notes),
        "accounts": accounts,
        "unconnected": unconnected,
        "changes": changes(accounts, unconnected, previous),
    }


def changes(
    accounts: Sequence[Mapping[str, Any]], unconnected: Sequence[Mapping[str, Any]], previous: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """What is otherwise than in the report before, none where there is none.

    Each has C(account_id), C(link), None where the whole account came, went or was connected, C(from) and C(to), states or
    None, and C(text).
    """
    if previous is None:
        return []
    before = _links_before(previous)
    old = _by_account(previous.get("accounts"))
    found = []
    for account in accounts:
        of_before = before.get(str(account["account_id"]))
        if of_before is None:
            found.append(_change(account, None, None, account["state"], "{0} is new in the report"))
            continue
        for link in account["links"]:
            was = of_before.get(link["link"], {}).get("state")
            if was != link["state"] and was is not None:
                codes = ": {0}".format(", ".join(link["codes"])) if link["codes"] else ""
                text = "{0}: {1} was {2} and is {3}{4}".format("{0}", link["link"], was, link["state"], codes)
                found.append(_change(account, link["link"], was, link["state"], text))
    now_there = {str(account["account_id"]) for account in accounts}
    for identifier, account in old.items():
        if identifier not in now_there:
            found.append(_change(account, None, account.get("state"), None, "{0} is no longer in the report"))
    return found + _coverage_changes(unconnected, previous, now_there)


def _coverage_changes(
    unconnected: Sequence[Mapping[str, Any]], previous: Mapping[str, Any], connected: Iterable[str]
) -> list[dict[str, Any]]:
    """Accounts that are unconnected since; those that are connected now are new in the report, and told of there."""
    old = _by_account(previous.get("unconnected"))
    known = set(old) | set(connected) | set(_by_account(previous.get("accounts")))
    return [
        _change(account, None, None, None, "{0} came to the organization and is not connected")
        for account in unconnected
        if str(account["account_id"]) not in known
    ]


def _change(account: Mapping[str, Any], link: str | None, was: Any, now: Any, text: str) -> dict[str, Any]:
    name = str(account.get("name") or account.get("host") or "")
    who = "{0} ({1})".format(account.get("account_id"), name) if name else str(account.get("account_id"))
    # Not by format(): a name may hold braces.
    told = text.replace("{0}", who, 1)
    return {"account_id": account.get("account_id"), "link": link, "from": was, "to": now, "text": told}


def _by_account(accounts: Any) -> dict[str, Mapping[str, Any]]:
    """Whatever of a list of accounts can be read; a report of before may be anything."""
    listed = accounts if isinstance(accounts, list) else []
    return dict((str(one["account_id"]), one) for one in listed if isinstance(one, Mapping) and one.get("account_id"))


def _links_before(previous: Mapping[str, Any] | None) -> dict[str, dict[str, Mapping[str, Any]]]:
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for identifier, account in _by_account((previous or {}).get("accounts")).items():
        links = account.get("links")
        listed = [link for link in links if isinstance(link, Mapping)] if isinstance(links, list) else []
        found[identifier] = dict((str(link.get("link")), link) for link in listed)
    return found


def _dated(
    account: Mapping[str, Any], before: Mapping[str, Mapping[str, Mapping[str, Any]]], now: datetime.datetime
) -> dict[str, Any]:
    """The account with the time since when each of its links is as it is, as far as reports know it."""
    of_before = before.get(str(account["account_id"]), {})
    links = []
    for link in account["links"]:
        old = of_before.get(link["link"], {})
        since = link["since"] or (old.get("since") if old.get("state") == link["state"] else None) or iso(now)
        links.append(dict(link, since=None if link["state"] == NOT_ASKED else since))
    return dict(account, links=links)


def _with_strays(rows: Sequence[Mapping[str, Any]], strays: Sequence[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """The accounts, with what the organization says of their data sources; those of no host get a row of their own."""
    by_account = dict((str(stray["account_id"]), stray) for stray in strays)
    for account in rows:
        stray = by_account.pop(str(account["account_id"]), None)
        yield _as_stray(account, stray) if stray else account
    for stray in by_account.values():
        yield _as_stray(_row_of(stray), stray)


def _row_of(stray: Mapping[str, Any]) -> dict[str, Any]:
    told = "the account is not in the inventory"
    links: list[dict[str, Any]] = [
        {"link": link, "state": NOT_ASKED, "codes": [], "evidence": told, "next_action": "", "since": None}
        for link in LINKS
    ]
    about = {"account_id": stray["account_id"], "host": None, "name": stray.get("name") or "", "case": None}
    return dict(about, state=UNKNOWN, spend=None, key_age_days=None, links=links)


def _as_stray(account: Mapping[str, Any], stray: Mapping[str, Any]) -> dict[str, Any]:
    links: list[dict[str, Any]] = []
    for link in account["links"]:
        if link["link"] == "source":
            evidence = ". ".join(
                text for text in (stray["evidence"], link["evidence"] if link["codes"] else "") if text
            )
            changed = {"state": FAILED, "evidence": evidence, "next_action": stray["next_action"]}
            link = dict(link, codes=[stray["code"], *link["codes"]], **changed)
        links.append(link)
    return dict(account, state=FAILED, links=links)


def _summary(
    accounts: Sequence[Mapping[str, Any]],
    unconnected: Sequence[Mapping[str, Any]],
    coverage: Mapping[str, Any] | None,
    currency: str | None,
    months: Sequence[str],
    notes: Sequence[str],
) -> dict[str, Any]:
    listed = {str(account["account_id"]) for account in unconnected}
    others = [account for account in accounts if str(account["account_id"]) not in listed]
    connected = sum((_amount(account["spend"]) for account in others if _is_connected(account)), Decimal(0))
    ignored = sum((_amount(account["spend"]) for account in unconnected), Decimal(0))
    ignored += sum((_amount(account["spend"]) for account in others if not _is_connected(account)), Decimal(0))
    total = connected + ignored
    states = [account["state"] for account in accounts]
    return {
        "accounts": len(accounts),
        "by_state": dict((state, states.count(state)) for state in ACCOUNT_STATES),
        "ignored_spend": float(rounded(ignored)),
        "connected_spend": float(rounded(connected)),
        "currency": currency,
        "months": sorted(months),
        "coverage": round(float(connected / total), 4) if total > 0 and "unconnected" in (coverage or {}) else None,
        "notes": list(notes),
    }


def _is_connected(account: Mapping[str, Any]) -> bool:
    """Whether its cost can reach the bill: it has a data source that is awake."""
    codes = {code for link in account["links"] if link["link"] in _OF_THE_BILL for code in link["codes"]}
    asked = any(link["link"] == "source" and link["state"] != NOT_ASKED for link in account["links"])
    return asked and not codes & (_NOT_CONNECTED - ({"SOURCE_TYPE_WRONG"} if arrives(account) else set()))


_OF_THE_BILL = ("source", "import", "cost")
_NOT_CONNECTED = frozenset(
    [
        "IMPORT_NO_ROOT",
        "SOURCE_MISSING",
        "SOURCE_IMPORT_OFF",
        "SOURCE_TYPE_WRONG",
        "SOURCE_LEFT_ORGANIZATION",
        "COST_NO_SOURCE",
        "COST_ASLEEP",
        "COST_OTHER_CURRENCY",
    ]
)


def _amount(value: Any) -> Decimal:
    """To the cent, from a number of JSON."""
    return Decimal(0) if value is None else rounded(Decimal(repr(value)))
