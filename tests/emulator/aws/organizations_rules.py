# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Organizations: who may ask what, where accounts are, and how AWS describes them since 2026-09-09."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from moto.organizations.models import FakeAccount, FakeOrganizationalUnit, OrganizationsBackend, organizations_backends

from tests.emulator.aws import errors, model_validation, organizations_policies
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.credentials import iam_of
from tests.emulator.aws.operations import serialize
from tests.emulator.aws.organization import entry_of, is_delegated_administrator, organization_of, path_of
from tests.emulator.aws.seed import ADMINISTRATOR
from tests.emulator.aws.state import After, AwsState, Before

_PAGE = 20
_OPEN_TO_MEMBERS = {"DescribeOrganization", "LeaveOrganization", "CreateOrganization"}


def _error(code: str, message: str) -> errors.AwsError:
    return errors.AwsError(code, message, 400)


def check_caller(call: ApiCall) -> None:
    """
    Members may describe their organization and no more; delegated administrators may also read what the
    management account reads.
    """
    if call.operation == "CreateOrganization":
        return
    found = organization_of(call.account)
    if found is None:
        raise _error("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    if found[0] == call.account or call.operation in _OPEN_TO_MEMBERS:
        return
    if not (call.operation.startswith(("List", "Describe")) and is_delegated_administrator(call.account)):
        raise _error("AccessDeniedException", "You don't have permissions to access this resource.")
    call.forward_account = found[0]


def _organization(call: ApiCall) -> OrganizationsBackend:
    return organizations_backends[call.forward_account]["aws"]


def _describe(organization: OrganizationsBackend, account: FakeAccount) -> dict[str, Any]:
    """Status was retired on 2026-09-09; State has taken its place."""
    told = {key: value for key, value in account.describe().items() if key != "Status"}
    return {**told, "Paths": [f"{path_of(organization, account.parent_id)}{account.id}/"]}


def _page(call: ApiCall, state: AwsState, key: str, entries: Sequence[dict[str, Any]]) -> Response:
    """At most 20 entries a page, and a token while there are more; where a test wants it, an empty page before each."""
    size = int(call.params.get("MaxResults") or _PAGE)
    if not 1 <= size <= _PAGE:
        raise _error("InvalidInputException", "You specified an invalid value for MaxResults.")
    start, was_empty = _position(call)
    if state.empty_pages and not was_empty:
        return serialize(call, {key: [], "NextToken": _token(start, True)})
    page: dict[str, Any] = {key: entries[start : start + size]}
    if start + size < len(entries):
        page["NextToken"] = _token(start + size, False)
    return serialize(call, page)


def _token(start: int, was_empty: bool) -> str:
    return base64.b64encode(f"{start} {int(was_empty)}".encode()).decode()


def _position(call: ApiCall) -> tuple[int, bool]:
    if not call.params.get("NextToken"):
        return 0, False
    try:
        start, was_empty = base64.b64decode(call.params["NextToken"], validate=True).split()
        return int(start), bool(int(was_empty))
    except (binascii.Error, ValueError) as problem:
        raise _error("InvalidInputException", "You specified an invalid token.") from problem


def list_accounts(call: ApiCall, state: AwsState) -> Response | None:
    """All accounts, closed ones too."""
    organization = _organization(call)
    return _page(call, state, "Accounts", [_describe(organization, account) for account in organization.accounts])


def list_accounts_for_parent(call: ApiCall, state: AwsState) -> Response | None:
    """The accounts directly in a root or organizational unit."""
    parent, organization = call.params["ParentId"], _organization(call)
    _check_parent(call, parent, "ParentNotFoundException")
    inside = [account for account in organization.accounts if account.parent_id == parent]
    return _page(call, state, "Accounts", [_describe(organization, account) for account in inside])


def list_organizational_units_for_parent(call: ApiCall, state: AwsState) -> Response | None:
    """The organizational units directly in a root or organizational unit."""
    parent, organization = call.params["ParentId"], _organization(call)
    _check_parent(call, parent, "ParentNotFoundException")
    inside = [unit for unit in organization.ou if unit.parent_id == parent]
    told = [{**unit.describe()["OrganizationalUnit"], "Path": path_of(organization, unit.id)} for unit in inside]
    return _page(call, state, "OrganizationalUnits", told)


def describe_account(call: ApiCall, state: AwsState) -> Response | None:
    """One account of the organization."""
    return serialize(call, {"Account": _describe(_organization(call), _account(call))})


def _account(call: ApiCall) -> FakeAccount:
    account = entry_of(_organization(call), str(call.params.get("AccountId")))
    if account is None:
        raise _error("AccountNotFoundException", "You specified an account that doesn't exist.")
    return account


def _check_parent(call: ApiCall, parent: str, code: str) -> None:
    if not any(unit.id == parent for unit in _organization(call).ou):
        raise _error(code, f"We can't find a root or OU with the ParentId {parent} that you specified.")


def list_parents(call: ApiCall, state: AwsState) -> Response | None:
    """The child must be an account or organizational unit of the organization."""
    organization, child = _organization(call), call.params["ChildId"]
    if entry_of(organization, child) is None and not any(unit.id == child for unit in organization.ou):
        raise _error("ChildNotFoundException", "You specified a child that doesn't exist.")
    return None


def move_account(call: ApiCall, state: AwsState) -> Response | None:
    """The account must be where the caller says it is, and the destination must exist."""
    account, source, destination = _account(call), call.params["SourceParentId"], call.params["DestinationParentId"]
    _check_parent(call, source, "SourceParentNotFoundException")
    if account.parent_id != source:
        text = f"We can't find the account in the source root or OU {source} that you specified."
        raise _error("SourceParentNotFoundException", text)
    _check_parent(call, destination, "DestinationParentNotFoundException")
    if source == destination:
        raise _error("DuplicateAccountException", "That account is already present in the specified destination.")
    return None


def create_organizational_unit(call: ApiCall, state: AwsState) -> Response | None:
    """The parent must exist and have no unit of that name."""
    parent = call.params["ParentId"]
    _check_parent(call, parent, "ParentNotFoundException")
    if any(unit.parent_id == parent and unit.name == call.params["Name"] for unit in _organization(call).ou):
        raise _error("DuplicateOrganizationalUnitException", "An OU with the same name already exists.")
    return None


def delete_organizational_unit(call: ApiCall, state: AwsState) -> Response | None:
    """The unit must be empty; its policies are detached."""
    organization, wanted = _organization(call), call.params["OrganizationalUnitId"]
    children: list[FakeAccount | FakeOrganizationalUnit] = [*organization.accounts, *organization.ou]
    if any(child.parent_id == wanted for child in children):
        raise _error("OrganizationalUnitNotEmptyException", "The specified OU is not empty.")
    for unit in organization.ou:
        if unit.id == wanted:
            for policy in unit.attached_policies:
                policy.attachments.remove(unit)
    return None


def close_account(call: ApiCall, state: AwsState) -> Response | None:
    """The management account cannot be closed this way."""
    if call.params.get("AccountId") == call.forward_account:
        raise _error("ConstraintViolationException", "You cannot close the management account.")
    return None


def after_create_account(call: ApiCall, state: AwsState, response: Response) -> Response:
    """The new account exists since now, and its OrganizationAccountAccessRole may do everything, as AWS makes it."""
    entry = _organization(call).accounts[-1]
    entry.create_time = state.clock.now().replace(tzinfo=None)
    account = entry.id
    state.accounts.add(account)
    iam = iam_of(account)
    if iam is not None:
        for role in iam.roles.values():
            role.put_policy("AdministratorAccess", ADMINISTRATOR)
    return response


def list_outbound_transfers(call: ApiCall, state: AwsState) -> Response | None:
    """The transfers of the organization's own bill."""
    found = model_validation.problems("organizations", call.operation, call.params)
    if found:
        raise _error("InvalidInputException", model_validation.message(found))
    organization = _organization(call)
    assert organization.org is not None
    told = [transfer.describe(organization.org.id) for transfer in state.transfers.of(call.forward_account)]
    return _page(call, state, "ResponsibilityTransfers", told)


BEFORE: dict[str, Before] = {
    "ListAccounts": list_accounts,
    "ListAccountsForParent": list_accounts_for_parent,
    "ListOrganizationalUnitsForParent": list_organizational_units_for_parent,
    "DescribeAccount": describe_account,
    "ListOutboundResponsibilityTransfers": list_outbound_transfers,
    "ListParents": list_parents,
    "MoveAccount": move_account,
    "CreateOrganizationalUnit": create_organizational_unit,
    "DeleteOrganizationalUnit": delete_organizational_unit,
    "CloseAccount": close_account,
    **organizations_policies.BEFORE,
}
AFTER: dict[str, After] = {"CreateAccount": after_create_account}
