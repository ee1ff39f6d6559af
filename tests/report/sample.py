# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports as an audit of a varied fleet makes them, of any size and always the same."""

from __future__ import annotations

import datetime
import random
from typing import Any

NOW = datetime.datetime(2026, 11, 26, 3, 12, 40, tzinfo=datetime.timezone.utc)
MONTHS = ["2026-09", "2026-10", "2026-11"]
LINKS = (
    *("login", "configuration", "credentials", "export", "execution", "files", "columns"),
    *("source", "import", "discovery", "cost"),
)
OF_A_REPORT = ("export", "execution", "files", "columns")
# Worst first; what an account is called by its links.
ORDER = ("failed", "drift", "pending", "unknown", "ok")
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "{{ lookup('pipe', 'id') }}{% raw %}",
    '=HYPERLINK("http://example.com","pay")',
    "@SUM(1+1)|cmd",
    "-2+3 & ]]> --> </script>",
    "+\u202egnissorc ni\u202c evitan",
    "two\nlines\tand\r\nmore\x00\x1b[31m",
    "\U0001f9d1\u200d\U0001f680 \U0001f6f0\ufe0f m\u00fcller & s\u00f6hne \u05d0\u05d1\u05d2",
    'quote"back\\slash\u2028separator\ud800\ufffe',
)
NAMES = (
    *("payments", "search", "checkout", "data-lake", "identity", "logging", "media", "mobile", "orders", "pricing"),
    *("reporting", "risk", "shop", "streaming", "support", "telemetry", "training", "video", "warehouse", "web"),
)
STAGES = ("prod", "staging", "dev", "sandbox", "research")
GOOD = {
    "login": "arn:aws:iam::{id}:role/FinOpsOperator, in account {id}",
    "configuration": "export, bucket, 2 policies and user are as documented",
    "credentials": "the platform's key is 31 days old, last used 2026-11-26 02:40 UTC",
    "export": "billing-{id} is HEALTHY, refreshed 2026-11-25 22:51 UTC",
    "execution": "DELIVERY_SUCCESS at 2026-11-25 22:58 UTC",
    "files": "2026-11 is there, newest file 4 h 14 min old, 12 of 12 files of its manifest",
    "columns": "all 47 columns that the importer needs",
    "source": "AWS {type} in an organization that is enabled, awake",
    "import": "2026-11-26 00:31 UTC, after the delivery, without error",
    "discovery": "instances, volumes, snapshots, buckets and addresses, newest 2026-11-26 02:55 UTC",
    "cost": "2026-09 and 2026-10 agree to the cent",
}
# What goes wrong: the share of accounts, case (empty: any), link, state, codes, evidence, next action, hours ago.
Fault = tuple[float, str, str, str, list[str], str, str, int]
FAULTS: tuple[Fault, ...] = (
    (0.03, "member", "login", "failed", ["ACCOUNT_NO_LOGIN"], "AccessDenied: arn:aws:sts::999988887777:assumed-role/FinOps/"
     "audit is not authorized to perform sts:AssumeRole on arn:aws:iam::{id}:role/FinOpsOperator",
     "Let the role's trust policy in account {id} name the login of the run, with its external id.", 75),
    (0.04, "", "configuration", "drift", ["POLICY_DOCUMENT"], "FinOpsForCloudResourceDiscovery lacks "
     "cloudwatch:GetMetricStatistics and iam:ListUsers", "", 99),
    (0.03, "", "credentials", "drift", ["KEY_DUE"], "the key is 97 days old, and 90 are allowed", "", 200),
    (0.02, "", "credentials", "failed", ["KEY_NO_ROOM"], "a new key is needed, and both places are taken by keys that may "
     "not go", "Delete one that nothing uses: aws iam delete-access-key --user-name FinOpsForCloudUser --access-key-id ID", 30),
    (0.02, "report", "export", "failed", ["CUR_UNHEALTHY"], "billing-{id} is UNHEALTHY: INSUFFICIENT_PERMISSION",
     "Let the bucket's key policy grant kms:GenerateDataKey to bcm-data-exports.amazonaws.com.", 51),
    (0.02, "report", "files", "failed", ["FILES_STALE"], "the newest file is 61 h old", "Look whether a service control "
     "policy denies s3:PutObject to AWS services.", 61),
    (0.02, "report", "columns", "failed", ["COLUMNS_MISSING"], "line_item_usage_type is missing", "", 44),
    (0.03, "", "source", "pending", ["SOURCE_IMPORT_PENDING"], "connected 5 hours ago; AWS has delivered nothing yet",
     "Wait for the first delivery, within a day.", 5),
    (0.03, "", "source", "drift", ["SOURCE_IMPORT_OFF"], "the data source was told not to import", "", 130),
    (0.03, "", "import", "failed", ["SOURCE_IMPORT_FAILED"], "the last import failed on 2026-11-25 21:30 UTC: An error "
     "occurred (AccessDenied) when calling the GetObject operation", "Let the platform's user read the bucket: restore "
     "s3:GetObject in the policy FinOpsForCloudBillingImport.", 29),
    (0.04, "", "discovery", "unknown", ["READ_FAILED"], "iam:SimulatePrincipalPolicy is denied to the login",
     "Allow iam:SimulatePrincipalPolicy, or leave discovery unasked.", 500),
    (0.03, "", "cost", "failed", ["COST_DIFFERS"], "2026-10: delivered 18,204.11 USD, platform 17,950.20 USD, 253.91 less",
     "Have the data source imported again from 2026-10.", 26),
)  # fmt: skip
REASONS = (
    *("never_onboarded", "suspended", "role_not_assumable", "denied_by_scp", "wrong_type", "management_not_connected"),
    *("asleep", "visit_failed"),
)


def report(accounts: int, seed: int = 17, healthy: bool = False) -> dict[str, Any]:
    """A report in its fixed shape; a healthy one has no fault, no unconnected account and no change."""
    chance = random.Random(seed)
    rows = [_account(number, chance, healthy) for number in range(accounts)]
    unconnected = [] if healthy else [_unconnected(number, chance) for number in range(max(4, accounts // 6))]
    unconnected.sort(key=lambda row: -row["spend"])
    connected = round(sum(row["spend"] or 0 for row in rows), 2)
    ignored = round(sum(row["spend"] for row in unconnected), 2)
    return {
        "schema_version": 1,
        "generated_at": _iso(0),
        "summary": {
            "accounts": accounts,
            "by_state": {state: sum(row["state"] == state for row in rows) for state in ORDER},
            "ignored_spend": ignored,
            "connected_spend": connected,
            "currency": "USD",
            "months": MONTHS,
            "coverage": round(connected / (connected + ignored), 6) if connected + ignored else None,
            "notes": ["the bill is transferred, so rates may be pro forma"] if accounts == 40 else [],
        },
        "accounts": rows,
        "unconnected": unconnected,
        "changes": [] if healthy else _changes(rows, chance),
    }


def _iso(hours: float) -> str:
    return (NOW - datetime.timedelta(hours=hours)).isoformat()


def _name(number: int) -> str:
    return f"{NAMES[number % len(NAMES)]}-{STAGES[number // len(NAMES) % len(STAGES)]}"


def _account(number: int, chance: random.Random, healthy: bool) -> dict[str, Any]:
    case = "management" if number % 400 == 0 else "standalone" if number % 13 == 5 else "member"
    account_id = f"{100000000000 + 7919 * number + 11 * number * number:012d}"
    name = _name(number)
    if not healthy and number % 4 == 2 and number // 4 < len(HOSTILE):
        name = HOSTILE[number // 4]
    faults = {} if healthy else {fault[2]: fault for fault in FAULTS if _hits(fault, case, chance)}
    links = [_link(link, case, account_id, faults) for link in LINKS]
    states = {link["state"] for link in links}
    return {
        "account_id": account_id,
        "host": f"{_name(number)}-{number}",
        "name": name,
        "case": case,
        "state": next(state for state in ORDER if state in states or state == "ok"),
        "spend": None if number % 37 == 36 else round(chance.paretovariate(1.1) * 640, 2),
        "key_age_days": None if case == "member" and number % 9 == 0 else chance.randrange(1, 88),
        "links": links,
    }


def _hits(fault: Fault, case: str, chance: random.Random) -> bool:
    share, who = fault[0], fault[1]
    fits = not who or who == case or (who == "report" and case != "member")
    return chance.random() < share * (4 if who == "report" else 1) and fits


def _link(link: str, case: str, account_id: str, faults: dict[str, Fault]) -> dict[str, Any]:
    found: dict[str, Any] = {"link": link, "state": "ok", "codes": [], "next_action": "", "since": _iso(900)}
    if link in faults:
        state, codes, evidence, action, hours = faults[link][3:]
        found.update(state=state, codes=codes, next_action=action.format(id=account_id), since=_iso(hours))
    elif "login" in faults and LINKS.index(link) < LINKS.index("source"):
        found.update(state="unknown", since=_iso(75))
        evidence = "nobody could look, since the login failed"
    elif case == "member" and link in OF_A_REPORT:
        found.update(state="not_asked", since=None)
        evidence = "a member is in its management account's report"
    else:
        evidence = GOOD[link]
    kind = "Linked" if case == "member" else "Root"
    return {**found, "evidence": evidence.format(id=account_id, type=kind)}


def _unconnected(number: int, chance: random.Random) -> dict[str, Any]:
    account_id = f"{910000000000 + 104729 * number:012d}"
    months = {month: round(chance.paretovariate(0.9) * 110, 2) for month in MONTHS[min(2, number % 5) :]}
    name = HOSTILE[number] if number in (1, 5) else f"{_name(3 * number)}-new"
    host = f"{_name(3 * number)}-new-{number}"
    return {
        "account_id": account_id,
        "name": name,
        "spend": round(sum(months.values()), 2),
        "months": months,
        "reason": REASONS[min(number * 5 % 11, 7)] if number else "never_onboarded",
        "inventory": f'member:\n  hosts:\n    {host}:\n      finops_account_id: "{account_id}"\n',
    }


def _changes(rows: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    told = []
    for row in chance.sample(rows, min(len(rows), max(9, len(rows) // 20))):
        link = next((link for link in row["links"] if link["state"] not in ("ok", "not_asked")), row["links"][-1])
        before = "ok" if link["state"] != "ok" else "pending"
        told.append(
            {
                "account_id": row["account_id"],
                "link": link["link"],
                "from": before,
                "to": link["state"],
                "text": link["evidence"],
            }
        )
    return told
