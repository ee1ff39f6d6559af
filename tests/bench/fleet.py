# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of a benchmark: which, and how they are written down for Ansible and for the floor."""

from __future__ import annotations

import dataclasses
from typing import Any

from tests.bench.emulator import EmulatorProcess
from tests.variables import common_variables

STANDALONE_SHARE = 0.02
KINDS = ("mix", "standalone")


@dataclasses.dataclass(frozen=True)
class Account:
    """An account, with its own key or with the role by which it is reached."""

    name: str
    case: str
    account_id: str
    access_key_id: str
    secret_access_key: str
    role_arn: str = ""


def members_of(kind: str, size: int) -> int:
    """How many of a fleet's accounts are members of the organization."""
    return size - 1 - max(1, round(size * STANDALONE_SHARE)) if kind == "mix" else 0


def make(emulator: EmulatorProcess, kind: str, size: int) -> list[Account]:
    """The accounts of a fresh fleet; a mix has one management account and standalone accounts among its members."""
    members = members_of(kind, size)
    with_report = size - members
    accounts = []
    if kind == "mix":
        accounts.append(_account(emulator, "payer", "management", emulator.about["management_account_id"]))
        with_report -= 1
    for number in range(with_report):
        made = emulator.new_standalone_account()
        accounts.append(Account(f"standalone-{number}", "standalone", **made))
    for number, account_id in enumerate(emulator.about["member_account_ids"][:members]):
        accounts.append(_account(emulator, f"member-{number}", "member", account_id))
    return accounts


def _account(emulator: EmulatorProcess, name: str, case: str, account_id: str) -> Account:
    about = emulator.about
    role = f"arn:aws:iam::{account_id}:role/{about['assume_role_name']}" if case == "member" else ""
    return Account(name, case, account_id, about["access_key_id"], about["secret_access_key"], role)


def inventory(accounts: list[Account], about: dict[str, Any]) -> dict[str, Any]:
    """An inventory as README.md tells to write it: credentials once, members by the role that they all have."""
    groups: dict[str, Any] = {
        "management": {"hosts": {}},
        "member": {
            "hosts": {},
            "vars": {
                "finops_assume_role_arn": "arn:aws:iam::{{ finops_account_id }}:role/" + about["assume_role_name"]
            },
        },
        "standalone": {"hosts": {}},
    }
    for account in accounts:
        variables = {"finops_account_id": account.account_id}
        if account.case == "standalone":
            variables["finops_aws_access_key"] = account.access_key_id
            variables["finops_aws_secret_key"] = account.secret_access_key
        groups[account.case]["hosts"][account.name] = variables
    return {**groups, "all": {"vars": common_variables(about)}}


def for_floor(accounts: list[Account], about: dict[str, Any]) -> dict[str, Any]:
    """The same accounts as floor.py reads them."""
    names = ("aws_endpoint_url", "platform_url", "platform_organization_id", "platform_token")
    return {
        "accounts": [dataclasses.asdict(account) for account in accounts],
        **{name: about[name] for name in names},
    }


def aws_config(accounts: list[Account], about: dict[str, Any]) -> str:
    """AWS's configuration file: a profile for each member, named as its host, which assumes the member's role."""
    base = "[profile base]\nregion = us-east-1\n"
    return base + "".join(
        f"[profile {account.name}]\nrole_arn = {account.role_arn}\nsource_profile = base\nregion = us-east-1\n"
        f"endpoint_url = {about['aws_endpoint_url']}\n"
        for account in accounts
        if account.role_arn
    )


def aws_credentials(about: dict[str, Any]) -> str:
    """AWS's credentials file, with the management account's key."""
    return (
        f"[base]\naws_access_key_id = {about['access_key_id']}\naws_secret_access_key = {about['secret_access_key']}\n"
    )
