# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one procedure: what each case of account needs, in order, and how each intent walks through it.

Source: the seed page's table of cases and six steps. The roles list the same steps under the names that users see.
"""

from __future__ import annotations

import dataclasses

CONNECT, AUDIT, ROTATE, RETIRE = "connect", "audit", "rotate", "retire"
AFTER_TRANSFER, BACKFILL = "after_transfer", "backfill"
INTENTS = (CONNECT, AUDIT, ROTATE, RETIRE, AFTER_TRANSFER, BACKFILL)


@dataclasses.dataclass(frozen=True)
class Case:
    """What an account of the case needs.

    policies: the kinds that the login needs. data_source_type: the platform's. resources: the modules, in order.
    looks: the modules that an audit visits after these; they look and mend nothing.
    """

    policies: tuple[str, ...]
    data_source_type: str
    resources: tuple[str, ...]
    looks: tuple[str, ...] = ()


_WITH_REPORT = ("account", "cur", "policy", "user", "access_key", "data_source")
_BOTH = ("billing_import", "resource_discovery")
CASES = {
    "management": Case(_BOTH, "root", _WITH_REPORT, ("delivery", "organization")),
    "member": Case(
        ("resource_discovery",), "linked", tuple(resource for resource in _WITH_REPORT if resource != "cur")
    ),
    "standalone": Case(_BOTH, "standalone", _WITH_REPORT, ("delivery",)),
}
# What mends an account whose bill went to another owner, beside all that connects one; and what asks for months that lack.
_AFTER_TRANSFER = ("bill", "reimport", "billing_gap")
_BACKFILL = ("backfill", "reimport")
# Of these the ones that look and write nothing.
INFOS = ("bill", "billing_gap")
# All modules that some case needs, in order.
MODULES = tuple(
    dict.fromkeys(
        (
            *(module for case in CASES.values() for module in (*case.resources, *case.looks)),
            *_AFTER_TRANSFER,
            *_BACKFILL,
        )
    )
)
# What people call each resource of the seed's procedure, and what is looked at besides; the account itself counts as none.
NAMES = {
    "cur": "cost report",
    "policy": "policies",
    "user": "user",
    "access_key": "access key",
    "data_source": "data source",
    "delivery": "delivery",
    "organization": "organization",
    "bill": "bill",
    "reimport": "reimport",
    "billing_gap": "time without a report",
    "backfill": "months of the past",
}


def resources(case: str, intent: str) -> tuple[str, ...]:
    """The modules that an intent visits in an account of this case, in order."""
    if intent in (ROTATE, RETIRE):
        return ("account", "access_key")
    about = CASES[case]
    if intent in (AFTER_TRANSFER, BACKFILL) and "cur" not in about.resources:
        return ("account",)
    if intent == AFTER_TRANSFER:
        first, *others = about.resources
        begin, *end = _AFTER_TRANSFER
        return (first, begin, *others, *end)
    if intent == BACKFILL:
        return ("account", *_BACKFILL)
    return about.resources + (about.looks if intent == AUDIT else ())


def options(case: str, module: str) -> dict[str, object]:
    """The options of a module that follow from the case alone."""
    about = CASES[case]
    found: dict[str, dict[str, object]] = {
        "account": {"case": case},
        "policy": {"policies": list(about.policies)},
        "user": {"policies": list(about.policies)},
        "access_key": {"data_source": {"type": about.data_source_type}},
        "data_source": {"type": about.data_source_type},
    }
    return found.get(module, {})
