# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The organization of an account as moto keeps it: who manages it, is the account closed, which policies bind it."""

from __future__ import annotations

from moto.organizations.models import FakeAccount, FakeOrganizationalUnit, OrganizationsBackend, organizations_backends

SCP = "SERVICE_CONTROL_POLICY"
_CLOSED = {"PENDING_CLOSURE", "SUSPENDED", "CLOSED"}
_STATES = {*_CLOSED, "PENDING_ACTIVATION", "ACTIVE"}


def organization_of(account: str) -> tuple[str, OrganizationsBackend] | None:
    """The management account id and the backend of the organization an account is in, None where it is in none."""
    own = organizations_backends.get(account)
    if own is not None and own["aws"].org is not None:
        return account, own["aws"]
    member = organizations_backends.master_accounts.get(account)
    return (member[0], organizations_backends[member[0]]["aws"]) if member else None


def entry_of(organization: OrganizationsBackend, account: str) -> FakeAccount | None:
    """An account as its organization lists it."""
    return next((entry for entry in organization.accounts if entry.id == account), None)


def paid_by(account: str) -> list[str]:
    """Whose costs stand in an account's reports: its own, and those of the members where it manages an organization."""
    own = organizations_backends.get(account)
    if own is None or own["aws"].org is None:
        return [account]
    return [account, *(entry.id for entry in own["aws"].accounts if entry.id != account)]


def set_state(account: str, state: str) -> None:
    """Put an account into a state that only AWS, or time, brings about; KeyError for an account of no organization."""
    if state not in _STATES:
        raise ValueError(f"{state} is none of {', '.join(sorted(_STATES))}")
    found = organization_of(account)
    entry = entry_of(found[1], account) if found else None
    if entry is None:
        raise KeyError(account)
    entry.state = state
    entry.status = "SUSPENDED" if state == "CLOSED" else state


def path_of(organization: OrganizationsBackend, unit: str | None) -> str:
    """Where a root or organizational unit is, such as C(o-a/r-b/ou-c/), as botocore's model has it (shape Path)."""
    assert organization.org is not None
    units = {one.id: one for one in organization.ou}
    ids: list[str] = []
    while unit in units:
        ids.insert(0, unit)
        unit = units[unit].parent_id
    return "/".join([organization.org.id, *ids, ""])


def is_closed(account: str) -> bool:
    """Whether CloseAccount has been called for an account: nobody can act in it any more."""
    found = organization_of(account)
    entry = entry_of(found[1], account) if found else None
    return entry is not None and entry.state in _CLOSED


def is_delegated_administrator(account: str) -> bool:
    """Whether the management account has registered a member as administrator of a service."""
    found = organization_of(account)
    return found is not None and any(admin.account.id == account for admin in found[1].admins)


def policy_type_enabled(organization: OrganizationsBackend, policy_type: str) -> bool:
    """Whether the root has a type of policies switched on (EnablePolicyType); none is from the start."""
    roots = organization.list_roots()["Roots"]
    return any(entry["Type"] == policy_type for root in roots for entry in root["PolicyTypes"])


def service_control_policies(account: str) -> list[list[str]]:
    """
    The SCPs that bind an account, for each level from the account up to the root; each level must allow.

    None bind the management account, an account outside every organization, or where SCPs are not enabled.
    """
    found = organization_of(account)
    if found is None or found[0] == account or not policy_type_enabled(found[1], SCP):
        return []
    organization = found[1]
    units = {unit.id: unit for unit in organization.ou}
    entry = entry_of(organization, account)
    levels: list[FakeAccount | FakeOrganizationalUnit] = [entry] if entry else []
    parent = entry.parent_id if entry else None
    while parent in units:
        levels.append(units[parent])
        parent = units[parent].parent_id
    return [[str(policy.content) for policy in level.attached_policies if policy.type == SCP] for level in levels]
