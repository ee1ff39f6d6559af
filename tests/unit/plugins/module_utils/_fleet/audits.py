# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit has seen of accounts where all is right, for tests that change one thing of it."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.chain import chain
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.seen import Payer, Seen

NOW = datetime.datetime(2026, 11, 26, 6, 0, tzinfo=datetime.timezone.utc)
PAYER, MEMBER = "111122223333", "444455556666"


def ago(**span: float) -> datetime.datetime:
    return NOW - datetime.timedelta(**span)


def epoch(**span: float) -> int:
    return int(ago(**span).timestamp())


def iso(**span: float) -> str:
    return ago(**span).isoformat()


def finding(code: str, severity: str = "drift", resource: str = "cur", **others: str) -> dict[str, Any]:
    return {"code": code, "severity": severity, "resource": resource, "title": f"it is {code}", "remedy": "", **others}


def discovery(**changed: Any) -> dict[str, Any]:
    return {
        "resource_type": "bucket",
        "enabled": True,
        "last_discovery_at": epoch(hours=1),
        "last_error_at": 0,
        "last_error": None,
        **changed,
    }


def source(account: str, **changed: Any) -> dict[str, Any]:
    return {
        "id": f"id-{account}",
        "name": f"aws-{account}",
        "account_id": account,
        "auto_import": True,
        "created_at": epoch(days=200),
        "last_import_at": epoch(minutes=30),
        "last_import_attempt_at": epoch(minutes=30),
        "last_import_attempt_error": None,
        "config": {"linked": account == MEMBER},
        "details": {"discovery_infos": [discovery(), discovery(resource_type="instance")]},
        **changed,
    }


def delivery(**changed: Any) -> dict[str, Any]:
    return {
        "export": {
            "name": "billing",
            "bucket": "b",
            "prefix": "reports",
            "created_at": iso(days=200),
            "refreshed_at": iso(hours=5),
            "status": "HEALTHY",
            "reason": None,
        },
        "execution": {"status": "DELIVERY_SUCCESS", "reason": None, "at": iso(hours=5)},
        "files": {"months": {"2026-11": {"newest": iso(hours=5), "files": 1, "bytes": 9}}, "newest": iso(hours=5)},
        "missing_columns": [],
        "costs": {
            "2026-10": {"USD": {PAYER: "10.0000000000", MEMBER: "2.5000000000"}},
            "2026-11": {"USD": {PAYER: "3.0000000000"}},
        },
        "unknown": {},
        **changed,
    }


def key(**changed: Any) -> dict[str, Any]:
    return {
        "id": "AKIA1",
        "state": "in service",
        "status": "Active",
        "created": iso(days=20),
        "age_days": 20,
        "last_used": None,
        "last_used_service": None,
        **changed,
    }


LOOKED = frozenset(["account", "cur", "policy", "user", "access_key", "delivery", "data_source"])
MANAGEMENT = Seen(
    host="payer",
    account_id=PAYER,
    name="Payer",
    case="management",
    looked=LOOKED,
    access_keys=[key()],
    delivery=delivery(),
    source=source(PAYER),
    imports=[{"state": "completed", "updated_at": epoch(minutes=30), "state_reason": None}],
    delivered_costs={"2026-10": {"USD": Decimal(10)}, "2026-11": {"USD": Decimal(3)}},
    platform_costs={"2026-10": Decimal(10), "2026-11": Decimal(2)},
    organization={"disabled": False, "currency": "USD"},
)
LINKED = dataclasses.replace(
    MANAGEMENT,
    host="web",
    account_id=MEMBER,
    name="Web",
    case="member",
    looked=LOOKED - {"cur", "delivery"},
    delivery=None,
    imports=None,
    source=source(MEMBER, last_import_at=0, last_import_attempt_at=0),
    root=Payer(PAYER, source(PAYER), delivery(), MANAGEMENT.imports),
    delivered_costs={"2026-10": {"USD": Decimal("2.5")}, "2026-11": {}},
    platform_costs={"2026-10": Decimal("2.5")},
)
STANDALONE = dataclasses.replace(MANAGEMENT, host="alone", case="standalone")


def links(seen: Seen, **changed: Any) -> dict[str, dict[str, Any]]:
    return {link["link"]: link for link in chain(dataclasses.replace(seen, **changed), NOW)}


def states(seen: Seen, **changed: Any) -> dict[str, str]:
    return {name: link["state"] for name, link in links(seen, **changed).items()}
