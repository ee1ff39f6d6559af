# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as the page reads it: every text once, since thousands of accounts say much the same."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report import commands
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.inert import one_line, visible
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.priorities import tasks
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.shape import Report, link_names

# As the page's script counts them.
STATES = ("ok", "drift", "pending", "failed", "unknown", "not_asked")


class Texts:
    """Texts by number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {"": 0}

    def number(self, text: Any) -> int:
        """The text's number, the same for the same text; 0 is the empty one."""
        return self._numbers.setdefault(visible(text) if isinstance(text, str) else "", len(self._numbers))

    def all(self) -> list[str]:
        """The texts in the order of their numbers."""
        return list(self._numbers)


def packed(report: Report) -> dict[str, Any]:
    """An account is a list: id, host, name, case, state, spend, days of the key, what limits a playbook to it, its links.

    A link is None, or a list: number of the state, then of the texts: codes, evidence, next action, since, commands.
    """
    texts, names = Texts(), link_names(report)
    accounts = [_account(account, names, texts) for account in report["accounts"]]
    return {
        "generated_at": one_line(report["generated_at"]),
        "previous_generated_at": one_line(str(report.get("previous_generated_at") or "")),
        "summary": _inert(report["summary"]),
        "links": [one_line(name) for name in names],
        "playbooks": {"mend": commands.MEND, "prove": commands.PROVE},
        "accounts": accounts,
        "unconnected": _inert(report["unconnected"]),
        "changes": _inert(report["changes"]),
        "tasks": _inert(tasks(report)),
        "texts": texts.all(),
    }


def script_data(value: Any) -> str:
    """JSON that cannot end the script element that it stands in; ASCII alone, so without U+2028 and U+2029 too."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _account(account: dict[str, Any], names: list[str], texts: Texts) -> list[Any]:
    links = {link["link"]: link for link in account["links"]}
    about = [one_line(account[key]) for key in ("account_id", "host", "name", "case", "state")]
    chain = [_link(links[name], texts) if name in links else None for name in names]
    return [*about, account["spend"], account["key_age_days"], commands.limit(account["host"]), chain]


def _link(link: dict[str, Any], texts: Texts) -> list[int]:
    state = link["state"] if link["state"] in STATES else "unknown"
    codes = " ".join(one_line(str(code)) for code in link["codes"])
    named = "\n".join(commands.found_in(link["next_action"]))
    told = (codes, link["evidence"], link["next_action"], link["since"], named)
    return [STATES.index(state), *map(texts.number, told)]


def _inert(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [_inert(item) for item in value]
    if isinstance(value, dict):
        return {visible(key): _inert(item) for key, item in value.items()}
    return value
