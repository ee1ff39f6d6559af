# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Coverage in money: which accounts of the organizations are not on the bill, what they cost, and why; pure.

And the reverse: data sources whose account left its organization, or is another one's by now.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.money import rounded
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.organizations import NOT_IN_USE
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import Finding, alarm

NEVER_ONBOARDED = "never_onboarded"
SUSPENDED = "suspended"
ROLE_NOT_ASSUMABLE = "role_not_assumable"
DENIED_BY_SCP = "denied_by_scp"
WRONG_TYPE = "wrong_type"
MANAGEMENT_NOT_CONNECTED = "management_not_connected"
ASLEEP = "asleep"
VISIT_FAILED = "visit_failed"
REASONS = (
    NEVER_ONBOARDED,
    SUSPENDED,
    ROLE_NOT_ASSUMABLE,
    DENIED_BY_SCP,
    WRONG_TYPE,
    MANAGEMENT_NOT_CONNECTED,
    ASLEEP,
    VISIT_FAILED,
)
# How AWS's errors say whose policy denied a call (IAM's documentation of access denied errors).
_BY_SCP = re.compile(r"(?:service|resource) control policy", re.IGNORECASE)
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.]+")

Costs = Mapping[str, Mapping[str, Mapping[str, Any]]]


def merged(costs: Iterable[Costs | None]) -> dict[str, dict[str, dict[str, Any]]]:
    """The costs of several reports as one; where two have the same account, a later one's counts."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for of_report in costs:
        for month, currencies in (of_report or {}).items():
            for currency, accounts in currencies.items():
                found.setdefault(month, {}).setdefault(currency, {}).update(accounts)
    return found


def coverage(
    organizations: Mapping[str, Sequence[Mapping[str, Any]]],
    rows: Sequence[Mapping[str, Any]],
    sources: Sequence[Mapping[str, Any]],
    costs: Costs | None,
    currency: str = "USD",
    months: Sequence[str] = (),
    roots: Mapping[str, str | None] | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """C(unconnected), the dearest first, and C(strays).

    organizations: by management account its accounts as the module organization_info has them. rows: as _fleet/report.row()
    has them. sources: all that the platform lists. costs: by month, currency and account, None where nobody knows. months:
    those that count, none for all. roots: by account of the inventory its management account, None where it says none.

    Of an unconnected account C(spend) is None where no costs are known, C(reason) one of REASONS and C(inventory) what to
    add to the inventory, empty where the account is in it or nobody can act in it. A stray has C(account_id), C(name),
    C(code), C(evidence) and C(next_action).
    """
    by_account = dict((str(row["account_id"]), row) for row in rows)
    of_account = dict((str(source.get("account_id")), source) for source in sources)
    spent = _spent(costs, currency, months)
    found: list[dict[str, Any]] = []
    for management, accounts in organizations.items():
        is_root_there = management in of_account and not _is_linked(of_account[management])
        for account in accounts:
            identifier = str(account["id"])
            row, source = by_account.get(identifier), of_account.get(identifier)
            reason = _reason(account, management, row, source, is_root_there)
            if reason is not None:
                of_months = spent.get(identifier, {})
                found.append(
                    {
                        "account_id": identifier,
                        "name": str(account.get("name") or ""),
                        "spend": None if costs is None else float(rounded(sum(of_months.values(), Decimal(0)))),
                        "months": dict((month, float(rounded(cost))) for month, cost in sorted(of_months.items())),
                        "reason": reason,
                        "inventory": "" if row or reason == SUSPENDED else snippet(account, management),
                    }
                )
    found.sort(key=lambda one: (-(one["spend"] or 0), one["account_id"]))
    return {"unconnected": found, "strays": _strays(organizations, by_account, sources, roots or {})}


def snippet(account: Mapping[str, Any], management: str) -> str:
    """What makes an account a host of a YAML inventory; its name is safe in patterns and on screens."""
    identifier = str(account["id"])
    is_management = identifier == management
    name = _NOT_IN_A_NAME.sub("-", str(account.get("name") or "")).strip("-._")
    lines = [
        "{0}:".format("management" if is_management else "member"),
        "  hosts:",
        '    "{0}":'.format("-".join(part for part in (name[:40], identifier) if part)),
        '      finops_account_id: "{0}"'.format(identifier),
    ]
    if not is_management:
        lines.append('      finops_management_account_id: "{0}"'.format(management))
    return "\n".join(lines) + "\n"


def _spent(costs: Costs | None, currency: str, months: Sequence[str]) -> dict[str, dict[str, Decimal]]:
    """By account and month."""
    found: dict[str, dict[str, Decimal]] = {}
    for month, currencies in (costs or {}).items():
        if not months or month in months:
            for account, cost in (currencies.get(currency) or {}).items():
                found.setdefault(str(account), {})[month] = Decimal(str(cost))
    return found


def _is_linked(source: Mapping[str, Any]) -> bool:
    return bool((source.get("config") or {}).get("linked"))


def _reason(
    account: Mapping[str, Any],
    management: str,
    row: Mapping[str, Any] | None,
    source: Mapping[str, Any] | None,
    is_root_there: bool,
) -> str | None:
    """Why an account is not on the bill, None where it is."""
    if source is not None:
        if (_has_code(row, "SOURCE_TYPE_WRONG") and not arrives(row)) or (
            _is_linked(source) and account["id"] == management
        ):
            return WRONG_TYPE
        if source.get("auto_import") is False:
            return ASLEEP
        return MANAGEMENT_NOT_CONNECTED if _is_linked(source) and not is_root_there else None
    if account.get("state") in NOT_IN_USE:
        return SUSPENDED
    if row is None:
        return NEVER_ONBOARDED
    if _has_code(row, "ACCOUNT_DENIED_BY_ORGANIZATION") or _is_denied_by_scp(row):
        return DENIED_BY_SCP
    if _has_code(row, "ACCOUNT_NO_LOGIN"):
        return ROLE_NOT_ASSUMABLE
    login = next((link for link in row["links"] if link["link"] == "login"), {"state": "unknown"})
    return NEVER_ONBOARDED if login["state"] == "ok" else VISIT_FAILED


def _has_code(row: Mapping[str, Any] | None, code: str) -> bool:
    return row is not None and any(code in link["codes"] for link in row["links"])


def arrives(row: Mapping[str, Any] | None) -> bool:
    """Whether every full month's cost is on the bill, whatever else is wrong with the account."""
    return any(link["link"] == "cost" and link["state"] == "ok" for link in (row or {}).get("links", ()))


def _is_denied_by_scp(row: Mapping[str, Any]) -> bool:
    return any(_BY_SCP.search(str(link["evidence"])) for link in row["links"] if link["state"] in ("failed", "unknown"))


def _strays(
    organizations: Mapping[str, Sequence[Mapping[str, Any]]],
    rows: Mapping[str, Mapping[str, Any]],
    sources: Sequence[Mapping[str, Any]],
    roots: Mapping[str, str | None],
) -> list[dict[str, Any]]:
    """Data sources that the organizations contradict; of an organization that nobody listed nothing is said."""
    home = dict(
        (str(account["id"]), management) for management, accounts in organizations.items() for account in accounts
    )
    knows_all = _knows_all(organizations, home, rows, sources)
    found = []
    for source in sources:
        account = str(source.get("account_id"))
        finding = _contradiction(account, source, home, rows.get(account), roots.get(account), organizations, knows_all)
        if finding is not None:
            found.append(
                {
                    "account_id": account,
                    "name": str(source.get("name") or ""),
                    "code": finding.code,
                    "evidence": finding.title,
                    "next_action": finding.remedy,
                }
            )
    return sorted(found, key=lambda one: one["account_id"])


def _knows_all(
    organizations: Mapping[str, Any],
    home: Mapping[str, str],
    rows: Mapping[str, Mapping[str, Any]],
    sources: Sequence[Mapping[str, Any]],
) -> bool:
    """Whether every data source that could have members is one of a listed organization, or a standalone account's."""
    with_report = [str(source.get("account_id")) for source in sources if not _is_linked(source)]
    return bool(organizations) and all(
        account in organizations or account in home or rows.get(account, {}).get("case") == "standalone"
        for account in with_report
    )


def _contradiction(
    account: str,
    source: Mapping[str, Any],
    home: Mapping[str, str],
    row: Mapping[str, Any] | None,
    said: str | None,
    organizations: Mapping[str, Any],
    knows_all: bool,
) -> Finding | None:
    here = home.get(account)
    if here is None:
        if not _is_linked(source) or not (said in organizations if said else knows_all):
            return None
        return _left(account, said)
    was_management = row is not None and row.get("case") == "management" and here != account
    if was_management or (_is_linked(source) and said not in (None, here)):
        return _other_payer(account, here, said if said != account else None)
    return None


def _left(account: str, said: str | None) -> Finding:
    return alarm(
        "SOURCE_LEFT_ORGANIZATION",
        "the account {0} has a linked data source and is no longer in {1}, so nothing brings its cost".format(
            account, "the organization of {0}".format(said) if said else "any organization of this inventory"
        ),
        "Connect it with a report of its own, as one of the inventory group standalone, or with its new organization; "
        "its data source has to be deleted on the platform first, with its history",
    )


def _other_payer(account: str, here: str, said: str | None) -> Finding:
    return alarm(
        "SOURCE_OTHER_PAYER",
        "the account {0} is in the organization of {1} by now{2}, so its cost comes with that one's report".format(
            account, here, ", not in that of {0}".format(said) if said else ""
        ),
        "Correct its finops_management_account_id and its group in the inventory, and see that {0} is connected".format(
            here
        ),
    )
