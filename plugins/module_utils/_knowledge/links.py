# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The links of the chain from an account's login to its cost on the bill, and which one a finding breaks; pure."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism import findings

LINKS = (
    "login",
    "configuration",
    "credentials",
    "export",
    "execution",
    "files",
    "columns",
    "source",
    "import",
    "discovery",
    "cost",
)
OK, DRIFT, PENDING, FAILED, UNKNOWN, NOT_ASKED = "ok", "drift", "pending", "failed", "unknown", "not_asked"
# From best to worst; the worst of what is known decides.
STATES = (OK, NOT_ASKED, UNKNOWN, PENDING, DRIFT, FAILED)
_RANK = dict((state, rank) for rank, state in enumerate(STATES))

_BY_CODE = {
    "ROLE_MISSING": "credentials",
    "ROLE_PATH": "credentials",
    "ROLE_TRUST": "credentials",
    "ROLE_TRUST_CONDITION": "credentials",
    "ROLE_TRUST_DENIES": "credentials",
    "ROLE_TRUST_OTHERS": "credentials",
    "ROLE_TRUST_REWRITTEN": "credentials",
    "CUR_MISSING": "export",
    "CUR_UNHEALTHY": "export",
    "CUR_ROWS_CUT": "export",
    "CUR_FORMAT": "files",
    "CUR_SOURCE_READS_ANOTHER": "source",
    "SOURCE_IMPORT_FAILED": "import",
    "SOURCE_IMPORT_PENDING": "import",
}
_BY_FAMILY = {
    "ACCOUNT": "login",
    "BUCKET": "configuration",
    "COLUMNS": "columns",
    "COST": "cost",
    "CUR": "configuration",
    "DISCOVERY": "discovery",
    "EXECUTION": "execution",
    "FILES": "files",
    "HISTORY": "import",
    "IMPORT": "import",
    "KEY": "credentials",
    "MIGRATION": "source",
    "OFFBOARD": "source",
    "PLATFORM": "source",
    "POLICY": "configuration",
    "ROLE": "configuration",
    "SOURCE": "source",
    "STORE": "credentials",
    "USER": "configuration",
}
# What each module looks at, for findings that may come from any of them.
_BY_MODULE = {
    "account": ("login",),
    "cur": ("configuration", "export"),
    "policy": ("configuration",),
    "user": ("configuration",),
    "role": ("configuration", "credentials"),
    "access_key": ("credentials",),
    "delivery": ("execution", "files", "columns"),
    "data_source": ("source",),
    "history": ("import",),
    "report_migration": ("source",),
}
_OF_ANY_MODULE = ("READ_FAILED", "OPTION_INVALID")
# Findings that say that nobody could look, and nothing about what is there.
_NOBODY_LOOKED = ("READ_FAILED", "PLATFORM_UNREACHABLE", "PLATFORM_REFUSED", "PLATFORM_BUSY")
_BY_SEVERITY = {
    findings.DRIFT: DRIFT,
    findings.BLOCKED: FAILED,
    findings.ALARM: FAILED,
    findings.PENDING: PENDING,
    findings.NOTE: OK,
}


def links_of(finding: Mapping[str, Any]) -> tuple[str, ...]:
    """The links that a finding, as results have it, says something about; what could not be read may be several.

    Raises KeyError for a code of no known family.
    """
    code = str(finding.get("code"))
    if code in _OF_ANY_MODULE:
        return _BY_MODULE.get(str(finding.get("resource")), ("configuration",))
    return (_BY_CODE.get(code) or _BY_FAMILY[code.partition("_")[0]],)


def link_of(finding: Mapping[str, Any]) -> str:
    """The link that a finding breaks, the first where it is about several; KeyError for a code of no known family."""
    return links_of(finding)[0]


def is_blind(finding: Mapping[str, Any]) -> bool:
    """Whether a finding says that nobody could look, so that nothing is known."""
    return finding.get("code") in _NOBODY_LOOKED


def state_of(finding: Mapping[str, Any]) -> str:
    """The state of a link that has this finding alone; UNKNOWN for a severity that nobody knows."""
    return UNKNOWN if is_blind(finding) else _BY_SEVERITY.get(str(finding.get("severity")), UNKNOWN)


def worst(states: Iterable[str]) -> str:
    """The worst of states, OK where there are none; a link that was not asked for is no better than one that is right."""
    return max(states, key=_RANK.__getitem__, default=OK)


def worst_of_account(states: Iterable[str]) -> str:
    """The state of an account by those of its links: FAILED, DRIFT, PENDING, UNKNOWN or OK.

    An account of which nothing at all was asked is UNKNOWN.
    """
    asked = [state for state in states if state != NOT_ASKED]
    return worst(asked) if asked else UNKNOWN
