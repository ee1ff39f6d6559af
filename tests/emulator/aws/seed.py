# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts as a fresh emulator has them, made in this process and without HTTP."""

from __future__ import annotations

import dataclasses
import json

from moto.iam.models import iam_backends
from moto.moto_api._internal import mock_random
from moto.organizations import utils as organization_ids
from moto.organizations.models import organizations_backends

from tests.emulator.aws.iam_principals import give_user_id

# The user that the platform's documentation has in the trust policy of its customers' roles.
TRUSTED_PRINCIPAL = "arn:aws:iam::654035049067:user/ffc-service-user"
ROLE_NAME = "OrganizationAccountAccessRole"
ADMINISTRATOR = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
_SEED = 20260101


@dataclasses.dataclass(frozen=True)
class Credentials:
    """An account and the key of its administrator."""

    account_id: str
    access_key_id: str
    secret_access_key: str


@dataclasses.dataclass(frozen=True)
class Fleet:
    """
    The management account, its members, an account that is in no organization, and the platform's own account
    with the user that assumes its customers' roles.
    """

    management: Credentials
    members: list[str]
    standalone: Credentials
    platform: Credentials


def new_account() -> Credentials:
    """An account outside every organization, with an IAM user `admin` that may do everything."""
    account = organization_ids.make_random_account_id()
    return add_administrator(account, "admin")


def _platform_account() -> Credentials:
    """The account whose user the platform's documentation has in the trust policy."""
    account, name = TRUSTED_PRINCIPAL.split(":")[4], TRUSTED_PRINCIPAL.rsplit("/", 1)[1]
    return add_administrator(account, name)


def add_administrator(account: str, name: str) -> Credentials:
    """An IAM user of an account that may do everything, with a key."""
    iam = iam_backends[account]["aws"]
    give_user_id(iam.create_user("us-east-1", name))
    iam.put_user_policy(name, "Administrator", ADMINISTRATOR)
    key = iam.create_access_key(name)
    return Credentials(account, key.access_key_id, key.secret_access_key)


def seed_fleet(members: int) -> Fleet:
    """
    Make the accounts. Their ids and keys come from moto's seeded generator, so they are the same every time.

    Members are made by CreateAccount, which gives them OrganizationAccountAccessRole; its policy is added here.
    """
    mock_random.seed(_SEED)
    management = new_account()
    standalone = new_account()
    organizations = organizations_backends[management.account_id]["aws"]
    organizations.create_organization("us-east-1", FeatureSet="ALL")
    ids = []
    for number in range(1, members + 1):
        made = organizations.create_account(
            AccountName=f"member-{number}", Email=f"member-{number}@example.com", RoleName=ROLE_NAME
        )
        account = str(made["CreateAccountStatus"]["AccountId"])
        iam_backends[account]["aws"].put_role_policy(ROLE_NAME, "AdministratorAccess", ADMINISTRATOR)
        ids.append(account)
    return Fleet(management, ids, standalone, _platform_account())
