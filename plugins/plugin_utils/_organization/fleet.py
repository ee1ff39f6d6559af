# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an organization to hosts: which group each account's host is in, and which variables it has."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure, settings
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.accounts import (
    Account,
    Organization,
)
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.host_names import host_names
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.selection import Selection
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.trust import untrusted

CLOSED = "closed"


@dataclasses.dataclass(frozen=True)
class Login:
    """How the accounts are reached, by the plugin's options.

    role: the name of the role in every member but the login's own, management_role: that in the management account;
    empty or None for none. base_role: the ARN of the role that the inventory itself assumes. variables: what every host
    has that this login reaches.
    """

    role: str | None
    management_role: str | None = None
    base_role: str | None = None
    variables: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Host:
    """A host of the inventory with all its groups."""

    name: str
    groups: Sequence[str]
    variables: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Fleet:
    """All that the inventory has.

    hosts: the accounts that are chosen. closed: those that nobody can act in. parents: by group the one that it is in.
    warnings: what somebody should look at, in sentences.
    """

    hosts: Sequence[Host]
    closed: Sequence[Host]
    parents: Mapping[str, str]
    warnings: Sequence[str]


def fleet_of(organization: Organization, selection: Selection, hostnames: Sequence[str], login: Login) -> Fleet:
    """The hosts of an organization, whose names depend on no filter; InputError names an option that cannot work."""
    groups = unit_groups(organization)
    names = host_names(organization.accounts, hostnames, (*procedure.CASES, CLOSED, *groups.values()))
    hosts, used = [], []
    for account in selection.chosen(organization):
        in_groups = [_case(organization, selection, account), groups.get(account.unit or "")]
        variables = {**_described(organization, account), **_reached(organization, account, login)}
        hosts.append(Host(names[account.id], [group for group in in_groups if group], variables))
        used.extend(organization.lineage(account.unit))
    closed = [
        Host(names[account.id], [CLOSED], _described(organization, account))
        for account in organization.accounts
        if not account.is_in_use
    ]
    parents = {groups[unit.id]: groups[unit.parent] for unit in used if unit.parent in groups}
    return Fleet(hosts, closed, parents, list(_warnings(organization, selection, hosts)))


def unit_groups(organization: Organization) -> dict[str, str]:
    """By organizational unit the name of its group, such as C(ou_Workloads_Production); the root has none."""
    safe = {
        unit.id: "_".join(["ou", *(re.sub(r"\W", "_", one.name) for one in organization.lineage(unit.id))])
        for unit in organization.units.values()
        if unit.parent is not None
    }
    counts = Counter(name.casefold() for name in safe.values())
    return {
        unit: name if counts[name.casefold()] == 1 else name + "_" + unit.replace("-", "_")
        for unit, name in safe.items()
    }


def _case(organization: Organization, selection: Selection, account: Account) -> str:
    if account.id == organization.management:
        return "management"
    return "standalone" if selection.is_standalone(account) else "member"


def _described(organization: Organization, account: Account) -> dict[str, Any]:
    texts_of_others = {
        "finops_account_name": account.name,
        "finops_account_state": account.state,
        "finops_account_tags": dict(account.tags),
        "finops_organizational_unit": organization.path(account.unit),
    }
    ours = {
        "finops_account_id": account.id,
        "finops_account_joined": account.joined,
        "finops_management_account_id": organization.management,
    }
    return {**ours, **untrusted(texts_of_others)}


def _reached(organization: Organization, account: Account, login: Login) -> dict[str, str]:
    """How the account's host logs in; nothing for a management account that this login does not reach."""
    role = _role(organization, account, login)
    if role is None and account.id == organization.management != organization.login:
        return {}
    return {**login.variables, **({"finops_assume_role_arn": role} if role else {})}


def _role(organization: Organization, account: Account, login: Login) -> str | None:
    """The ARN of the role to assume in an account; the login's own needs none, unless the login is itself a role's."""
    is_own = account.id == organization.login
    if account.id == organization.management:
        name, option = login.management_role, "management_assume_role_name"
    else:
        name, option = "" if is_own else login.role, "assume_role_name"
    if name:
        return settings.role_arn("arn:{0}:iam::{1}:role/{2}".format(organization.partition, account.id, name), option)
    return login.base_role if is_own else None


def _warnings(organization: Organization, selection: Selection, hosts: Sequence[Host]) -> Iterator[str]:
    for option, text in selection.selecting_nothing(organization):
        yield "O({0}): the organization has no account {1!r}".format(option, text)
    for host in hosts:
        is_managements = host.variables["finops_account_id"] == organization.management != organization.login
        if is_managements and "finops_assume_role_arn" not in host.variables:
            yield (
                "The login is in account {0}, so it does not reach the management account {1}, the host {2}. Name a "
                "role there that lets it in, O(management_assume_role_name); or give the host a login of its own, such "
                "as finops_aws_profile in host_vars; or leave it out by O(exclude_accounts)".format(
                    organization.login, organization.management, host.name
                )
            )
