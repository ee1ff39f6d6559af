# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one procedure: what each case of account needs, in order, and how each intent walks through it.

Source: the seed page's table of cases and six steps. The roles list the same steps under the names that users see.
"""

from __future__ import annotations

import dataclasses

CONNECT, AUDIT, ROTATE, RETIRE = "connect", "audit", "rotate", "retire"
OFFBOARD, TO_CUR2 = "offboard", "to_cur2"
INTENTS = (CONNECT, AUDIT, ROTATE, RETIRE, OFFBOARD, TO_CUR2)
# What all else of an offboarding depends on; whatever else stays keeps nothing from going that does not need it.
DECISIVE = ("account", "data_source")


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
_TO_CUR2 = ("account", "report_migration", *_WITH_REPORT[1:])
_BOTH = ("billing_import", "resource_discovery")
CASES = {
    "management": Case(_BOTH, "root", _WITH_REPORT, ("delivery", "organization")),
    "member": Case(
        ("resource_discovery",), "linked", tuple(resource for resource in _WITH_REPORT if resource != "cur")
    ),
    "standalone": Case(_BOTH, "standalone", _WITH_REPORT, ("delivery",)),
}
# All modules that some case or migration needs, in order.
MODULES = tuple(
    dict.fromkeys([module for case in CASES.values() for module in (*case.resources, *case.looks)] + [*_TO_CUR2])
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
    "report_migration": "migration",
}


def resources(case: str, intent: str) -> tuple[str, ...]:
    """The modules that an intent visits in an account of this case, in order."""
    if intent in (ROTATE, RETIRE):
        return ("account", "access_key")
    about = CASES[case]
    if intent == OFFBOARD:
        account, *others = about.resources
        return (account, *reversed(others))
    if intent == TO_CUR2:
        return _TO_CUR2 if "cur" in about.resources else ("account",)
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


def removal(module: str) -> dict[str, object]:
    """The options of a module that follow from an offboarding: all policies by their documented names, whatever the case."""
    if module == "account":
        return {"removal": True}
    every = {"policies": list(_BOTH)} if module in ("policy", "user") else {}
    return {"state": "absent", **every}
