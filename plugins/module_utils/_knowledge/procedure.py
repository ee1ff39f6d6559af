# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one procedure: what each case of account needs, in order, and how each intent walks through it.

Source: the seed page's table of cases and six steps. The roles list the same steps under the names that users see.
"""

from __future__ import annotations

import dataclasses

CONNECT, AUDIT, ROTATE, RETIRE = "connect", "audit", "rotate", "retire"
OFFBOARD, TO_ROLE, TO_ROLE_END, TO_CUR2 = "offboard", "to_role", "to_role_end", "to_cur2"
AFTER_TRANSFER, BACKFILL = "after_transfer", "backfill"
# What of connecting needs no write at the platform, so that many jobs may do it at once; connect does the rest.
PREPARE = "prepare"
CONNECTING = (CONNECT, PREPARE)
INTENTS = (CONNECT, PREPARE, AUDIT, ROTATE, RETIRE, OFFBOARD, TO_ROLE, TO_ROLE_END, TO_CUR2, AFTER_TRANSFER, BACKFILL)
# The secret of a key is shown once, when it is made, and so it is handed to the platform in that step.
_WRITES_AT_PLATFORM = ("access_key", "data_source")
# What all else of an offboarding depends on; whatever else stays keeps nothing from going that does not need it.
DECISIVE = ("account", "data_source")
# What the platform works with in an account: a role that it assumes, or a user's access key.
ROLE, ACCESS_KEY = "role", "access_key"
AUTHS = (ROLE, ACCESS_KEY)
# Of the modules that only one of them needs, which.
OF_AUTH = {"user": ACCESS_KEY, "access_key": ACCESS_KEY, "role": ROLE}


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


_WITH_REPORT = ("account", "cur", "policy", "user", "role", "access_key", "data_source")
_TO_ROLE = ("account", "policy", "role", "former_login", "data_source")
_TO_CUR2 = ("account", "report_migration", "cur", "policy", "user", "access_key", "data_source")
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
# All modules that some case or migration needs, in order.
MODULES = tuple(
    dict.fromkeys(
        (
            *(module for case in CASES.values() for module in (*case.resources, *case.looks)),
            *_TO_ROLE,
            *_TO_CUR2,
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
    "role": "role",
    "access_key": "access key",
    "data_source": "data source",
    "delivery": "delivery",
    "organization": "organization",
    "report_migration": "migration",
    "former_login": "former login",
    "bill": "bill",
    "reimport": "reimport",
    "billing_gap": "time without a report",
    "backfill": "months of the past",
}


def auth_of(has_role: bool, has_source: bool, asked: str | None, intent: str = CONNECT) -> str:
    """What the platform works with in an account, ROLE or ACCESS_KEY: what works already stays, unless the intent moves it.

    has_role, has_source: of the account's data source. asked: what the inventory says, None for nothing.
    """
    if has_role or intent in (TO_ROLE, TO_ROLE_END):
        return ROLE
    return ACCESS_KEY if has_source else asked or ACCESS_KEY


def resources(case: str, intent: str, auth: str | None = None) -> tuple[str, ...]:
    """The modules that an intent visits in an account of this case, in order; without an auth those of both."""
    about = CASES[case]
    if intent == OFFBOARD:
        account, *others = about.resources
        return (account, *reversed(others))
    found = about.resources + (about.looks if intent == AUDIT else ())
    if intent == PREPARE:
        found = tuple(module for module in found if module not in _WRITES_AT_PLATFORM)
    if intent in (ROTATE, RETIRE):
        found = ("account", "access_key")
    if intent == TO_ROLE:
        found = _TO_ROLE
    if intent == TO_ROLE_END:
        found = ("former_login",)
    if intent in (TO_CUR2, AFTER_TRANSFER, BACKFILL):
        found = _of_reports(about, intent) if "cur" in about.resources else ("account",)
    return tuple(module for module in found if auth in (None, OF_AUTH.get(module, auth)))


def _of_reports(about: Case, intent: str) -> tuple[str, ...]:
    """The modules of an intent that has to do with a report alone."""
    if intent == AFTER_TRANSFER:
        first, *others = about.resources
        begin, *end = _AFTER_TRANSFER
        return (first, begin, *others, *end)
    return _TO_CUR2 if intent == TO_CUR2 else ("account", *_BACKFILL)


def hands_on_login(case: str, intent: str) -> bool:
    """Whether a task after the visit goes on with its login: the second one of a rotation, and the end that asks a Root."""
    return intent in (ROTATE, TO_ROLE) or (intent == CONNECT and case == "management")


def options(case: str, module: str) -> dict[str, object]:
    """The options of a module that follow from the case alone."""
    about = CASES[case]
    found: dict[str, dict[str, object]] = {
        "account": {"case": case},
        "policy": {"policies": list(about.policies)},
        "user": {"policies": list(about.policies)},
        "role": {"policies": list(about.policies)},
        "access_key": {"data_source": {"type": about.data_source_type}},
        "data_source": {"type": about.data_source_type},
    }
    return found.get(module, {})


def removal(module: str) -> dict[str, object]:
    """The options of a module that follow from an offboarding: all policies by their documented names, whatever the case."""
    if module == "account":
        return {"removal": True}
    every = {"policies": list(_BOTH)} if module in ("policy", "user", "role") else {}
    return {"state": "absent", **every}
