# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Organizations: what only the management account may ask, and accounts as AWS describes them since 2026-09-09."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from moto.organizations.models import FakeAccount, OrganizationsBackend, organizations_backends

from tests.emulator.aws import errors
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.credentials import iam_of
from tests.emulator.aws.operations import serialize
from tests.emulator.aws.seed import ADMINISTRATOR
from tests.emulator.aws.state import After, AwsState, Before

_PAGE = 20
_OPEN_TO_MEMBERS = {"DescribeOrganization", "LeaveOrganization", "CreateOrganization"}


def organization_of(account: str) -> tuple[str, OrganizationsBackend] | None:
    """The management account id and the backend of the organization an account is in, None where it is in none."""
    own = organizations_backends.get(account)
    if own is not None and own["aws"].org is not None:
        return account, own["aws"]
    member = organizations_backends.master_accounts.get(account)
    return (member[0], organizations_backends[member[0]]["aws"]) if member else None


def check_caller(call: ApiCall) -> None:
    """Members may describe their organization and no more (delegated administrators are not emulated)."""
    if call.operation == "CreateOrganization":
        return
    found = organization_of(call.account)
    if found is None:
        raise errors.AwsError(
            "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.", 400
        )
    if found[0] != call.account and call.operation not in _OPEN_TO_MEMBERS:
        raise errors.AwsError("AccessDeniedException", "You don't have permissions to access this resource.", 400)


def _describe(account: FakeAccount) -> dict[str, Any]:
    """Status was retired on 2026-09-09; State has taken its place."""
    return {key: value for key, value in account.describe().items() if key != "Status"}


def list_accounts(call: ApiCall, state: AwsState) -> Response | None:
    """At most 20 accounts a page, and a token while there are more."""
    size = int(call.params.get("MaxResults") or _PAGE)
    if not 1 <= size <= _PAGE:
        raise errors.AwsError("InvalidInputException", "You specified an invalid value for MaxResults.", 400)
    accounts = organizations_backends[call.account]["aws"].accounts
    start = 0
    if call.params.get("NextToken"):
        try:
            start = int(base64.b64decode(call.params["NextToken"], validate=True))
        except (binascii.Error, ValueError) as problem:
            raise errors.AwsError("InvalidInputException", "You specified an invalid token.", 400) from problem
    page: dict[str, Any] = {"Accounts": [_describe(account) for account in accounts[start : start + size]]}
    if start + size < len(accounts):
        page["NextToken"] = base64.b64encode(str(start + size).encode()).decode()
    return serialize(call, page)


def describe_account(call: ApiCall, state: AwsState) -> Response | None:
    """One account of the organization."""
    for account in organizations_backends[call.account]["aws"].accounts:
        if account.id == call.params.get("AccountId"):
            return serialize(call, {"Account": _describe(account)})
    raise errors.AwsError("AccountNotFoundException", "You specified an account that doesn't exist.", 400)


def after_create_account(call: ApiCall, state: AwsState, response: Response) -> Response:
    """The new account exists, and its OrganizationAccountAccessRole may do everything, as AWS makes it."""
    account = organizations_backends[call.account]["aws"].accounts[-1].id
    state.accounts.add(account)
    iam = iam_of(account)
    if iam is not None:
        for role in iam.roles.values():
            role.put_policy("AdministratorAccess", ADMINISTRATOR)
    return response


BEFORE: dict[str, Before] = {"ListAccounts": list_accounts, "DescribeAccount": describe_account}
AFTER: dict[str, After] = {"CreateAccount": after_create_account}
