# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of an AWS organization as the hosts of an inventory."""

from __future__ import annotations

DOCUMENTATION = r"""
name: organization
short_description: The accounts of an AWS organization as hosts
description:
  - Makes a host of every account of an organization, in the group of its case (C(management), C(member), or
    C(standalone) where O(standalone_accounts) says so), with the variables that the roles and playbooks of this
    collection need.
  - It is read by a file named C(organization.yml) or C(*.finops_organization.yml), or with the ending C(.yaml).
  - Accounts that are suspended, closed, or not activated yet are left out, and named with C(-v).
  - Needs to be allowed C(organizations:DescribeOrganization) and C(organizations:ListAccounts) in the management
    account, or in an account that is a delegated administrator of any service; for units also
    C(organizations:ListRoots) and C(organizations:ListOrganizationalUnitsForParent), with a botocore that does not
    know the paths of accounts C(organizations:ListAccountsForParent), and for tags
    C(organizations:ListTagsForResource).
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
extends_documentation_fragment:
  - inventory_cache
  - constructed
  - amazon.aws.boto3
  - amazon.aws.common.plugins
  - amazon.aws.region.plugins
  - amazon.aws.assume_role.plugins
notes:
  - What AWS says of accounts is never taken as a template.
  - O(profile) and O(endpoint_url) become variables of the hosts. Keys never do, since inventories are shown; hosts find
    them where the plugin does, in the environment, or in variables of yours.
  - With O(assume_role_arn) the plugin looks at the organization by that role. The hosts' roles are assumed without it,
    by the login that assumes it.
options:
  plugin:
    description: Says that the file is for this plugin.
    type: str
    required: true
    choices: [finops_for_cloud.aws.organization]
  assume_role_name:
    description:
      - The role that is assumed in each member, as C(finops_assume_role_arn) of its host. Organizations makes the
        default in accounts that it creates, and lets the management account alone assume it; accounts that were
        invited have what somebody made there.
      - Empty, it is left to variables of yours. The account of the login needs none.
    type: str
    default: OrganizationAccountAccessRole
  management_assume_role_name:
    description:
      - The role that is assumed in the management account. Needed where the login is in a delegated administrator's
        account.
      - Without it that host has no login, and a warning says so, unless the login is in the management account.
    type: str
  organizational_units:
    description:
      - Have only the accounts in these organizational units and in those below them, each given by its id
        (V(ou-ab12-34cd56ef)) or its path of names (V(/Workloads/Production)).
      - The management account is kept, wherever it is, since the costs of its members arrive with its report;
        O(exclude_accounts) leaves it out.
    type: list
    elements: str
    default: []
  accounts:
    description:
      - Have only the accounts that one of these selects.
      - An account is selected by its id, by its name, or by a tag, as V(tag:KEY) or V(tag:KEY=VALUE). In names and
        values C(*) and C(?) stand for any characters and for one.
    type: list
    elements: str
    default: []
  exclude_accounts:
    description: Leave out the accounts that one of these selects, as in O(accounts).
    type: list
    elements: str
    default: []
  standalone_accounts:
    description:
      - Members that get a report of their own, in the group C(standalone), selected as in O(accounts).
      - The management account is always in C(management).
    type: list
    elements: str
    default: []
  hostnames:
    description:
      - Where host names come from, V(name), V(id) or V(tag:KEY); the first that an account has is taken.
      - What is no letter, digit, C(_), C(.) or C(-) becomes C(-). The account id follows where another account of the
        organization has the same name, where a group has it, and where it reads like the id of another account.
    type: list
    elements: str
    default: [name]
  include_organizational_units:
    description:
      - Ask for the organizational units, for C(finops_organizational_unit) and for a group of each, in the group of
        the one that it is in. Costs a call for each unit. O(organizational_units) asks for them too.
    type: bool
    default: false
  include_tags:
    description:
      - Ask for the accounts' tags, for C(finops_account_tags). Costs a call for each account. Every V(tag:KEY) in
        another option asks for them too.
    type: bool
    default: false
  include_closed_accounts:
    description:
      - Have hosts for accounts that are suspended, closed, or not activated yet, in the group C(closed) alone.
    type: bool
    default: false
"""

EXAMPLES = r"""
# organization.yml: the whole organization, with the management account's login
plugin: finops_for_cloud.aws.organization
profile: management

---
# Some of it, in groups by unit and by a tag; laboratories get a report of their own
plugin: finops_for_cloud.aws.organization
organizational_units:
  - /Workloads
  - ou-ab12-34cd56ef
exclude_accounts:
  - "111122223333"
  - "sandbox-*"
standalone_accounts:
  - tag:costs=own
include_tags: true
keyed_groups:
  - key: finops_account_tags.team
    prefix: team

---
# From a delegated administrator's account, by a role that somebody made in every account
plugin: finops_for_cloud.aws.organization
profile: audit
assume_role_name: FinOpsOnboarding
management_assume_role_name: FinOpsOnboarding
"""

import contextlib
import dataclasses
import functools
import os
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from ansible.errors import AnsibleError, AnsibleParserError

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import MISSING_AMAZON_AWS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import ATTEMPTS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import (
    CREDENTIAL_VARIABLES,
    converted,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.sessions import HAS_BOTOCORE
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.words import worded
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._version import USER_AGENT
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization import host_names
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.accounts import Organization
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.fleet import (
    Fleet,
    Host,
    Login,
    fleet_of,
)
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.reading import OrganizationReader
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.selection import OPTIONS, Selection

try:
    from ansible_collections.amazon.aws.plugins.plugin_utils.inventory import AWSInventoryBase
except ImportError as error:
    raise AnsibleError(MISSING_AMAZON_AWS) from error

# Calls are repeated as everywhere in this collection.
_CONFIG = {
    "user_agent_extra": USER_AGENT,
    "connect_timeout": 10,
    "retries": {"mode": "standard", "total_max_attempts": ATTEMPTS},
}


class InventoryModule(AWSInventoryBase):
    """Reads an organization, and fills the inventory once all of it is known."""

    NAME = "finops_for_cloud.aws.organization"
    INVENTORY_FILE_SUFFIXES = tuple(
        beginning + ending
        for beginning in (os.sep + "organization", ".finops_organization")
        for ending in (".yml", ".yaml")
    )

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Ansible's entry point; AnsibleParserError where an option or the login cannot work."""
        try:
            self._log_in(inventory, loader, path, cache)
            selection = Selection.of(self._values(*OPTIONS, "organizational_units"))
            hostnames = host_names.check(self.get_option("hostnames") or ())
            organization = self._organization(path, cache, selection, hostnames)
            self._fill(fleet_of(organization, selection, hostnames, self._login()))
        except FinopsError as error:
            raise AnsibleParserError(worded(str(error), {})) from None

    def client(self, service: str, **arguments: Any) -> Any:
        """botocore's client of a service, in a region even where nobody names one."""
        return super().client(service, **{"region": self.region or settings.REGION, "aws_config": _CONFIG, **arguments})

    def _do_fail(self, message: str) -> NoReturn:
        raise FinopsError("{0}. Check {1}".format(message.rstrip("."), CREDENTIAL_VARIABLES))

    def _log_in(self, inventory: Any, loader: Any, path: str, cache: bool) -> None:
        """Read the options and, where O(assume_role_arn) is one of them, assume that role."""
        begin = functools.partial(super().parse, inventory, loader, path, cache)
        if not HAS_BOTOCORE:
            raise FinopsError("boto3 is not installed in the Python of Ansible. Install it: pip install boto3")
        try:
            converted("sts:AssumeRole", begin)
        except FinopsError as error:
            # amazon.aws before 12 lets botocore's error pass, and later ones have words of their own.
            if not self.get_option("assume_role_arn"):
                raise
            hint = "Check that the role exists, and that its trust policy lets in the login, which needs sts:AssumeRole"
            raise FinopsError("O(assume_role_arn): {0}. {1}".format(error, hint))

    def _values(self, *options: str) -> dict[str, Any]:
        return {option: self.get_option(option) for option in options}

    def _login(self) -> Login:
        reached_by = {"finops_aws_profile": "profile", "finops_aws_endpoint_url": "endpoint_url"}
        given = {variable: self.get_option(option) for variable, option in reached_by.items()}
        return Login(
            self.get_option("assume_role_name"),
            self.get_option("management_assume_role_name"),
            self.get_option("assume_role_arn"),
            {variable: value for variable, value in given.items() if value},
        )

    def _organization(self, path: str, cache: bool, selection: Selection, hostnames: Sequence[str]) -> Organization:
        """From the cache, if that holds what these options ask for; else from AWS."""
        units_for = _first(self._values("organizational_units", "include_organizational_units"))
        by_name = "hostnames" if any(source.startswith(host_names.TAG) for source in hostnames) else None
        tags_for = _first(self._values("include_tags")) or selection.asks_for_tags() or by_name
        asked = {**dataclasses.asdict(selection), "units_for": units_for, "tags_for": tags_for}
        dummy, cached = self.get_cached_result(path, cache)
        if isinstance(cached, Mapping) and cached.get("asked") == asked:
            with contextlib.suppress(AttributeError, KeyError, TypeError):
                return Organization.from_cached(cached["organization"])
        reader = OrganizationReader(self.client)
        if not reader.knows_states:
            self.warn("This botocore knows no states of accounts, so closed ones are not left out: upgrade boto3")
        organization = reader.organization(units_for)
        if tags_for:
            organization = reader.with_tags(organization, selection.candidates(organization), tags_for)
        self.update_cached_result(path, False, {"asked": asked, "organization": organization.as_cached()})
        return organization

    def _fill(self, fleet: Fleet) -> None:
        for warning in fleet.warnings:
            self.warn(worded(warning, {}))
        for group in procedure.CASES:
            self.inventory.add_group(group)
        for host in fleet.hosts:
            self._add(host)
            self._construct(host)
        for host in fleet.closed:
            account, state = host.variables["finops_account_id"], host.variables["finops_account_state"]
            self.display.v("Account {0} ({1}) is left out: it is {2}".format(account, host.name, state))
            if self.get_option("include_closed_accounts"):
                self._add(host)
        for group, parent in fleet.parents.items():
            self.inventory.add_group(parent)
            self.inventory.add_group(group)
            self.inventory.add_child(parent, group)

    def _add(self, host: Host) -> None:
        self.inventory.add_host(host.name)
        for group in host.groups:
            self.inventory.add_group(group)
            self.inventory.add_child(group, host.name)
        for variable, value in host.variables.items():
            self.inventory.set_variable(host.name, variable, value)

    def _construct(self, host: Host) -> None:
        """What O(compose), O(groups) and O(keyed_groups) make of a host's variables."""
        variables, strict = host.variables, self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host.name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host.name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host.name, strict=strict)


def _first(options: Mapping[str, Any]) -> str | None:
    """The first option that is set."""
    return next((option for option, value in options.items() if value), None)
