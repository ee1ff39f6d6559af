# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts of an organization are new, so that an event has only these looked at; pure."""

from __future__ import annotations

import datetime
from typing import Any, Iterable, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError

# What joined longer ago than this has been in a nightly run. Days in UTC, of which an event may see the last hour.
DAYS = 3


def checked(ids: Iterable[Any]) -> list[str]:
    """The account ids, each of 12 digits; raises InputError for whatever else they may be."""
    try:
        return [settings.account_id(one) for one in ids]
    except InputError as error:
        raise InputError("new_accounts", str(error).replace("O(account_id)", "O(new_accounts)")) from error


def newcomers(
    accounts: Mapping[str, Mapping[str, Any]],
    hosts: Mapping[str, Mapping[str, Any]],
    named: Iterable[str],
    today: datetime.date,
) -> list[str]:
    """The hosts that are named, and those whose account joined lately and is not connected yet, or not awake.

    accounts: by host what C(fleet) knows of it. hosts: by host its C(finops_account_id) and C(finops_account_joined). named:
    account ids. today: in UTC. An account of which nobody knows when it joined counts as one that joined lately.
    """
    wanted = frozenset(named)
    return [
        host
        for host, view in accounts.items()
        if hosts[host].get("finops_account_id") in wanted
        or (_is_not_connected(view) and _joined_lately(hosts[host].get("finops_account_joined"), today))
    ]


def _is_not_connected(view: Mapping[str, Any]) -> bool:
    """Where the platform was not asked, nobody knows."""
    source = view.get("data_source")
    return source is not None and source.get("auto_import") is not True


def _joined_lately(joined: Any, today: datetime.date) -> bool:
    try:
        return datetime.date.fromisoformat(str(joined)) >= today - datetime.timedelta(days=DAYS)
    except ValueError:
        return True
