# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of AWS for an inventory: who asks, the organization, its accounts, and units and tags where wanted.

Source of the rules: the API reference of AWS Organizations (ListAccounts, ListTagsForResource).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import (
    boto3_tag_list_to_ansible_dict,
    parse_aws_arn,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import (
    CREDENTIAL_VARIABLES,
    AwsError,
    converted,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.sessions import require_content
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import organizations
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.accounts import (
    Account,
    Organization,
    Unit,
)

_PARENT_ID = re.compile(r"(?:r|ou)-[0-9a-z-]+")
# Ansible reads a mapping with such a key as something else than a mapping.
_ANSIBLES_OWN = "__ansible"


class OrganizationReader:
    """The calls for one inventory. client: makes botocore's client of a service; all it raises is FinopsError."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._login = str(converted("sts:GetCallerIdentity", client("sts").get_caller_identity)["Account"])
        self._client = client("organizations")
        self._client.meta.events.register("after-call", require_content)
        self._about = self._describe()
        self._management = organizations.checked(self._about.get("MasterAccountId"))

    @property
    def knows_states(self) -> bool:
        """Whether this botocore reads the State of accounts, the one way in which AWS tells it since 2026-09-09."""
        return "State" in self._client.meta.service_model.shape_for("Account").members

    def _describe(self) -> Mapping[str, Any]:
        permission = "organizations:DescribeOrganization"
        try:
            return converted(permission, self._client.describe_organization)["Organization"]
        except AwsError as error:
            if error.code == organizations.NO_ORGANIZATION:
                raise FinopsError(
                    "Account {0}, which the login is in, belongs to no organization. Log in to a management account: "
                    "{1}".format(self._login, CREDENTIAL_VARIABLES)
                )
            if error.code in organizations.DENIED:
                raise FinopsError("{0}. {1}".format(error, self._grant(permission, "")))
            raise

    def organization(self, units_for: str | None) -> Organization:
        """The organization with all its accounts. units_for: the option that asks for units, None where none does."""
        entries = self._listed("ListAccounts", "Accounts")
        units = {unit.id: unit for unit in self._units(units_for)} if units_for else {}
        parents = self._parents(entries, units, units_for) if units_for else {}
        partition = (parse_aws_arn(str(self._about.get("Arn"))) or {}).get("partition", "aws")
        accounts = tuple(_account(entry, parents.get(entry.get("Id"))) for entry in entries)
        return Organization(self._management, self._login, partition, accounts, units)

    def with_tags(self, organization: Organization, accounts: Sequence[Account], tags_for: str) -> Organization:
        """The organization with the tags of some of its accounts, each by a call. tags_for: the option that asks."""
        tags = {account.id: self._tags(account, tags_for) for account in accounts}
        known = (dataclasses.replace(one, tags=tags.get(one.id, one.tags)) for one in organization.accounts)
        return dataclasses.replace(organization, accounts=tuple(known))

    def _units(self, option: str) -> Iterator[Unit]:
        waiting = [Unit(root["Id"], root["Name"]) for root in self._listed("ListRoots", "Roots", option)]
        while waiting:
            parent = waiting.pop(0)
            yield parent
            operation = "ListOrganizationalUnitsForParent"
            for entry in self._listed(operation, "OrganizationalUnits", option, ParentId=parent.id):
                waiting.append(Unit(entry["Id"], entry["Name"], parent.id))

    def _parents(
        self, entries: Sequence[Mapping[str, Any]], units: Mapping[str, Unit], option: str | None
    ) -> dict[Any, str]:
        """By account its unit: from its path, which not every botocore knows, else from the units' listings."""
        parents = {entry.get("Id"): _parent_in(entry) for entry in entries}
        if not all(parents.values()):
            for unit in units:
                for entry in self._listed("ListAccountsForParent", "Accounts", option, ParentId=unit):
                    parents[entry["Id"]] = unit
        for account in (_account(entry, parents[entry.get("Id")]) for entry in entries):
            if account.is_in_use and account.unit not in units:
                moved = "O({0}): account {1} was moved while the organization was read. Run again"
                raise FinopsError(moved.format(option, account.id))
        return parents

    def _tags(self, account: Account, option: str) -> dict[str, str]:
        tags = boto3_tag_list_to_ansible_dict(
            self._listed("ListTagsForResource", "Tags", option, ResourceId=account.id)
        )
        return {key: value for key, value in tags.items() if not key.startswith(_ANSIBLES_OWN)}

    def _listed(
        self, operation: str, key: str, option: str | None = None, **parameters: str
    ) -> list[Mapping[str, Any]]:
        """Every page of a listing, through empty ones. option: what asks for it, None for what is always asked."""
        permission = "organizations:" + operation
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()

        def ask() -> Any:
            return self._client.get_paginator(name).paginate(**parameters).build_full_result().get(key, [])

        try:
            return converted(permission, ask)
        except AwsError as error:
            if error.code not in organizations.DENIED:
                raise
            asked = "O({0}): ".format(option) if option else ""
            raise FinopsError("{0}{1}. {2}".format(asked, error, self._grant(permission, self._management)))

    def _grant(self, permission: str, management: str) -> str:
        if self._login == management or not management:
            return "Grant {0} to the login in account {1}, or use another: {2}".format(
                permission, self._login, CREDENTIAL_VARIABLES
            )
        return (
            "The login is in account {0}. Log in to the management account {1}: {2}; or let {1} register {0} as a "
            "delegated administrator of a service, and grant the login {3}".format(
                self._login, management, CREDENTIAL_VARIABLES, permission
            )
        )


def _account(entry: Mapping[str, Any], unit: str | None) -> Account:
    return Account(unit=unit, **organizations.account_of(entry))


def _parent_in(entry: Mapping[str, Any]) -> str:
    """The last unit of an account's path, such as C(o-a/r-b/ou-c/ou-d/111122223333/); nothing where it has none."""
    for path in entry.get("Paths") or ():
        for part in reversed(str(path).split("/")):
            if _PARENT_ID.fullmatch(part):
                return part
    return ""
