# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps an account from being offboarded at all; pure."""

from __future__ import annotations

import datetime
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import Finding, blocked

_NAMED = 5


def in_the_way(
    source: Mapping[str, Any] | None, members: Sequence[Mapping[str, Any]], confirmed: bool
) -> list[Finding]:
    """What a person must decide before the first write.

    source: the account's data source as the platform lists it. members: the linked ones whose costs stand in its files.
    confirmed: whether its history may go.
    """
    return ([] if confirmed else [_history(source)]) + ([_members(members)] if members else [])


def _history(source: Mapping[str, Any] | None) -> Finding:
    """The platform deletes what was imported through a data source together with it (facts: delete)."""
    what = "its data source, if it has one"
    if source:
        what = "the data source {0!r}, which has its costs since {1}".format(source.get("name"), _since(source))
    return blocked(
        "OFFBOARD_HISTORY",
        "offboarding deletes {0}, with all its history on the platform, which nobody can bring back; nothing was changed".format(
            what
        ),
        "If that is meant, set O(confirm_delete_history) to true",
    )


def _since(source: Mapping[str, Any]) -> str:
    """When it was made; its files may have brought earlier months."""
    try:
        moment = datetime.datetime.fromtimestamp(int(source["created_at"]), datetime.timezone.utc)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return "a day that nobody knows"
    return "{0:%Y-%m-%d} and earlier".format(moment)


def _members(members: Sequence[Mapping[str, Any]]) -> Finding:
    names = sorted("{0} ({1})".format(one.get("account_id"), one.get("name")) for one in members)
    more = len(names) - _NAMED
    return blocked(
        "OFFBOARD_MEMBERS",
        "the costs of {0} member(s) that are still connected stand in this account's files, and would come no more: {1}{2}".format(
            len(names), ", ".join(names[:_NAMED]), " and {0} more".format(more) if more > 0 else ""
        ),
        "Offboard them in the same run or before; where they are another organization's, say so by their "
        "O(management_account_id)",
    )
