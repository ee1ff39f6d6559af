# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit saw, kept beside its report as C(seen.json), so that those of slices can be told as one.

As _fleet/merging has it. It has no secret, and no id of a key of the platform's.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.listing import management_accounts
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.merging import joined
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.verdict import StepResult
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._audit import Answers, Visit
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.files import replace

_FILE = "seen.json"
_VERSION = 1
# Of a step's result all that a report is made of.
_KEPT = ("findings", "failed", "unreachable", "msg", "access_keys", "delivery", "organization")
_OF_A_KEY = ("access_key_id", "secret_access_key")
_UNREADABLE = (
    "finops_report_dirs: {0} is not what an audit of this version of the collection left, so what its slice saw is not known. "
    "Let that audit run to its end"
)

Seen = tuple[list[Visit], dict[str, Answers], dict[str, str | None]]


def keep(folder: str, visits: Sequence[Visit], answers: Mapping[str, Answers], now: datetime.datetime) -> None:
    """Writes what a run saw; raises OSError. answers: by host, those of its organization of the platform."""
    platforms = {_key(visit): _of_answers(answers[visit.host]) for visit in visits if visit.host in answers}
    whole = {
        "schema_version": _VERSION,
        "generated_at": now.isoformat(),
        "visits": [_of_visit(visit, visit.host in answers) for visit in visits],
        "platforms": platforms,
    }
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    replace(path / _FILE, json.dumps(whole, default=str).encode())


def read(folders: Sequence[str]) -> Seen:
    """What the audits that left these folders saw, as if one had: the visits, by host what its platform answered, and by
    account its management account.

    folders: of audits, or such that hold folders of audits. Raises FinopsError where one is neither, or there
    is none.
    """
    if not folders:
        raise FinopsError("finops_report_dirs: names no folder. Say where the audits of the slices left their reports")
    whole = joined([_read(path) for folder in folders for path in _files(Path(folder))])
    visits = [_visit(data) for data in whole["visits"]]
    platforms = {key: _answers(data) for key, data in whole["platforms"].items()}
    answers = {
        data["host"]: platforms[data["platform"]] for data in whole["visits"] if data.get("platform") in platforms
    }
    said = [(one.case, one.account_id, one.variables.get("finops_management_account_id")) for one in visits]
    return visits, answers, management_accounts(said)


def _files(folder: Path) -> list[Path]:
    own = folder / _FILE
    return [own] if own.exists() else sorted(folder.glob("*/" + _FILE)) or [own]


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise FinopsError("finops_report_dirs: {0} cannot be read: {1}".format(path, error.strerror)) from error
    except (ValueError, RecursionError) as error:
        raise FinopsError(_UNREADABLE.format(path)) from error
    if not isinstance(found, dict) or found.get("schema_version") != _VERSION:
        raise FinopsError(_UNREADABLE.format(path))
    return found


def _key(visit: Visit) -> str:
    """What tells an organization of the platform from others, without its login."""
    return "{0} {1}".format(*(visit.variables.get("finops_platform_" + one) for one in ("url", "organization_id")))


def _of_visit(visit: Visit, was_asked: bool) -> dict[str, Any]:
    return {
        "host": visit.host,
        "case": visit.case,
        "platform": _key(visit) if was_asked else None,
        "variables": dict(visit.variables),
        "problem": visit.problem,
        "steps": [
            {
                "module": step.module,
                "name": step.name,
                "result": {key: step.result[key] for key in _KEPT if key in step.result},
            }
            for step in visit.steps
        ],
    }


def _visit(data: Mapping[str, Any]) -> Visit:
    steps = [StepResult(step["module"], step["name"], step["result"]) for step in data["steps"]]
    return Visit(data["host"], data["case"], data["variables"], steps, data["problem"])


def _of_answers(answers: Answers) -> dict[str, Any]:
    return {
        "organization": dict(answers.organization),
        "sources": None if answers.sources is None else {key: _shown(one) for key, one in answers.sources.items()},
        "costs": answers.costs,
        "imports": dict(answers.imports),
        "months": list(answers.months),
        "now": answers.now.isoformat() if answers.now else None,
        "failure": answers.failure,
    }


def _shown(source: Mapping[str, Any]) -> dict[str, Any]:
    config = {key: value for key, value in (source.get("config") or {}).items() if key not in _OF_A_KEY}
    return {**source, "config": config}


def _answers(data: Mapping[str, Any]) -> Answers:
    costs = data["costs"]
    return Answers(
        organization=data["organization"],
        sources=data["sources"],
        costs=None if costs is None else {account: _amounts(months) for account, months in costs.items()},
        imports=data["imports"],
        months=data["months"],
        now=datetime.datetime.fromisoformat(data["now"]) if data["now"] else None,
        failure=data["failure"],
    )


def _amounts(months: Mapping[str, Any]) -> dict[str, Decimal]:
    return {month: Decimal(str(cost)) for month, cost in months.items()}
