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

from tests.emulator.aws import errors, organizations_policies
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.credentials import iam_of
from tests.emulator.aws.operations import serialize
from tests.emulator.aws.organization import entry_of, is_delegated_administrator, organization_of
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


def _describe(account: FakeAccount) -> dict[str, Any]:
    """Status was retired on 2026-09-09; State has taken its place."""
    return {key: value for key, value in account.describe().items() if key != "Status"}


def _page(call: ApiCall, accounts: Sequence[FakeAccount]) -> Response:
    """At most 20 accounts a page, and a token while there are more."""
    size = int(call.params.get("MaxResults") or _PAGE)
    if not 1 <= size <= _PAGE:
        raise _error("InvalidInputException", "You specified an invalid value for MaxResults.")
    start = 0
    if call.params.get("NextToken"):
        try:
            start = int(base64.b64decode(call.params["NextToken"], validate=True))
        except (binascii.Error, ValueError) as problem:
            raise _error("InvalidInputException", "You specified an invalid token.") from problem
    page: dict[str, Any] = {"Accounts": [_describe(account) for account in accounts[start : start + size]]}
    if start + size < len(accounts):
        page["NextToken"] = base64.b64encode(str(start + size).encode()).decode()
    return serialize(call, page)


def list_accounts(call: ApiCall, state: AwsState) -> Response | None:
    """All accounts, closed ones too."""
    return _page(call, _organization(call).accounts)


def list_accounts_for_parent(call: ApiCall, state: AwsState) -> Response | None:
    """The accounts directly in a root or organizational unit."""
    parent = call.params["ParentId"]
    _check_parent(call, parent, "ParentNotFoundException")
    return _page(call, [account for account in _organization(call).accounts if account.parent_id == parent])


def describe_account(call: ApiCall, state: AwsState) -> Response | None:
    """One account of the organization."""
    return serialize(call, {"Account": _describe(_account(call))})


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
    """The new account exists, and its OrganizationAccountAccessRole may do everything, as AWS makes it."""
    account = _organization(call).accounts[-1].id
    state.accounts.add(account)
    iam = iam_of(account)
    if iam is not None:
        for role in iam.roles.values():
            role.put_policy("AdministratorAccess", ADMINISTRATOR)
    return response


BEFORE: dict[str, Before] = {
    "ListAccounts": list_accounts,
    "ListAccountsForParent": list_accounts_for_parent,
    "DescribeAccount": describe_account,
    "ListParents": list_parents,
    "MoveAccount": move_account,
    "CreateOrganizationalUnit": create_organizational_unit,
    "DeleteOrganizationalUnit": delete_organizational_unit,
    "CloseAccount": close_account,
    **organizations_policies.BEFORE,
}
AFTER: dict[str, After] = {"CreateAccount": after_create_account}
