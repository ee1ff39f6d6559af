# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One account before anything is done to it: every setting checked, the caller known, the data source looked up.

All that can be wrong with an account's variables is found here, before its first write.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws import secret_store
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.listing import Listing
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import offboarding, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.procedure import AUTHS, CASES
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import (
    Finding,
    alarm,
    blocked,
    note,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import OPTIONS as PLATFORM_OPTIONS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.first_connection import Outlook, outlook

# In what AWS counts, by partition; the platform's facts: a report in another currency than its organization's brings nothing.
_CURRENCY = {"aws": "USD", "aws-cn": "CNY", "aws-us-gov": "USD"}


@dataclasses.dataclass
class State:
    """The caller as log_in() has it, the account's data source (empty for none, None unknown), the organization.

    outlook: what would be in the way of the account's first connection, None where that is not what comes.
    members: the linked data sources whose costs stand in this account's files, where it is to be offboarded.
    """

    identity: Mapping[str, Any]
    data_source: dict[str, Any] | None = None
    organization: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    outlook: Outlook | None = None
    members: Sequence[Mapping[str, Any]] = ()


class Account(Resource):
    """One account of the fleet, as its inventory variables describe it."""

    NAME = "account"
    HAS_STATE = False
    CHANGE_OPTIONS = dict(
        PLATFORM_OPTIONS,
        case={"type": "str", "choices": list(CASES), "required": True},
        management_account_id={"type": "raw"},
        cur_name={"type": "str"},
        cur_bucket={"type": "str"},
        cur_bucket_region={"type": "str"},
        cur_prefix={"type": "str"},
        policy_variant={"type": "str"},
        auth={"type": "str", "choices": list(AUTHS)},
        permanent_switch={"type": "bool"},
        role_name={"type": "str"},
        role_principal_arn={"type": "str"},
        user_name={"type": "str"},
        permissions_boundary={"type": "str"},
        data_source_name={"type": "str"},
        tags={"type": "dict"},
        fleet={"type": "dict"},
        preflight={"type": "bool", "default": False},
        removal={"type": "bool", "default": False},
        confirm_delete_history={"type": "bool", "default": False},
        **secret_store.OPTIONS,
    )

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.fleet = options.get("fleet")
        if self.fleet and self.fleet.get("problem"):
            raise FinopsError(self.fleet["problem"], finding_code="ACCOUNT_UNFIT")
        account = clients.account
        if options.get("management_account_id") is not None:
            settings.account_id(options["management_account_id"], "management_account_id")
        settings.permissions_boundary(options.get("permissions_boundary"), account)
        settings.export_name(options.get("cur_name"), account)
        settings.bucket(options.get("cur_bucket"), account)
        settings.bucket_region(options.get("cur_bucket_region"), options.get("region"))
        settings.prefix(options.get("cur_prefix"))
        settings.policy_variant(options.get("policy_variant"))
        settings.user_name(options.get("user_name"))
        settings.role_name(options.get("role_name"))
        self.principal = settings.role_principal(options.get("role_principal_arn"), clients.partition)
        settings.data_source_name(options.get("data_source_name"), account)
        settings.tags(options.get("tags"))
        # Making the store's client checks its settings; it calls nothing.
        self.store = clients.store
        self.has_platform = bool(options.get("platform_url"))
        if self.has_platform:
            # As the store's: it checks the options for the platform.
            dummy = clients.platform

    def read(self) -> State:
        """The caller's identity, and what the platform says, listed once for the fleet or, without that, here."""
        view = self.fleet
        if view is None and self.has_platform:
            listing = Listing(self.clients.platform.cloud_accounts())
            view = listing.view(self.clients.account, self.options.get("data_source_name"))
            if view["problem"]:
                raise FinopsError(view["problem"], finding_code="ACCOUNT_UNFIT")
            view["organization"] = self.clients.platform.organization()
            view["members"] = listing.members(self.clients.account, {})
        view = view or {}
        state = State(self.clients.log_in(), view.get("data_source"), view.get("organization") or {})
        if self.options.get("removal") and self.options["case"] == "management":
            removed = view.get("removed") or ()
            state.members = [one for one in view.get("members") or () if one["id"] not in removed]
        # An empty one: the platform lists none, which is asked before the first connection alone.
        if self.options.get("preflight") and state.data_source == {}:
            state.outlook = outlook(self.clients, self.options, state.identity)
        return state

    def plan(self, current: State) -> Plan:
        """No step, since checking changes nothing; blocked where a later step could only fail."""
        plan = Plan()
        if current.organization.get("disabled"):
            plan.add(findings=[self._organization_disabled()])
        source = current.data_source
        linked = bool(((source or {}).get("config") or {}).get("linked"))
        if source and linked != (CASES[self.options["case"]].data_source_type == "linked"):
            plan.add(findings=[_other_type(source, linked)])
        if self.options.get("removal"):
            confirmed = bool(self.options.get("confirm_delete_history"))
            return plan.add(findings=offboarding.in_the_way(source, current.members, confirmed))
        currency = current.organization.get("currency")
        if currency and currency != _CURRENCY.get(current.identity["partition"], currency):
            plan.add(findings=[_other_currency(currency, _CURRENCY[current.identity["partition"]])])
        config = (source or {}).get("config") or {}
        if current.organization.get("policies") and self.options.get("auth") == "role":
            plan.add(findings=self._differences(current.organization["policies"], config))
        if config and not config.get("assume_role_name") and self.options.get("permanent_switch") is False:
            plan.add(findings=[_unconfirmed(source)])
        if current.outlook is not None:
            management = self.options.get("management_account_id")
            plan.add(findings=current.outlook.findings(self.clients.account, management))
        if self.has_platform and self.clients.platform.is_insecure:
            plan.add(findings=[_insecure(self.options["platform_url"])])
        return plan

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """Who the caller is in which account, and the account's data source."""
        identity = current.identity
        return {
            "account_id": identity["account_id"],
            "arn": identity["arn"],
            "partition": identity["partition"],
            "expiration": identity.get("expiration"),
            "case": self.options["case"],
            "data_source": current.data_source,
        }

    def _differences(self, policies: Mapping[str, Any], config: Mapping[str, Any]) -> list[Finding]:
        """Between what the platform says of roles and what is documented; a role that works already proves whom it trusts."""
        trusted, account = policies["accounts"], self.principal.split(":")[4]
        found = [_other_principal(self.principal, trusted)] if trusted and not {account, "*"} & set(trusted) else []
        found = [] if config.get("assume_role_name") else found
        return found + ([_other_policies(policies)] if policies["more"] or policies["less"] else [])

    def _organization_disabled(self) -> Finding:
        return blocked(
            "PLATFORM_ORGANIZATION_DISABLED",
            "the platform's organization {0} is disabled, so it imports nothing and takes no data source".format(
                self.options.get("platform_organization_id")
            ),
            "Have it enabled on the platform, or correct O(platform_organization_id)",
        )


def _other_type(source: Mapping[str, Any], linked: bool) -> Finding:
    found = "linked (a member's)" if linked else "root or standalone"
    return blocked(
        "SOURCE_TYPE_WRONG",
        "the data source {0!r} of this account is {1}, and the platform cannot change that".format(
            source.get("name"), found
        ),
        "Move the account to the inventory group {0}, or delete the data source on the platform, with its history".format(
            "member" if linked else "management or standalone"
        ),
        actual=found,
    )


def _other_principal(principal: str, trusted: Sequence[str]) -> Finding:
    return blocked(
        "PLATFORM_PRINCIPAL_DIFFERS",
        "O(role_principal_arn): {0} is not of the account that the platform assumes roles from, {1}".format(
            principal, ", ".join(trusted)
        ),
        "Set O(role_principal_arn) to the principal that the platform's documentation names, or to the account's root",
        expected=list(trusted),
        actual=principal,
    )


def _other_policies(policies: Mapping[str, Any]) -> Finding:
    kinds = {"asks for more": policies["more"], "does without": policies["less"]}
    told = ["{0}: {1}".format(kind, ", ".join(actions)) for kind, actions in kinds.items() if actions]
    return note(
        "PLATFORM_POLICY_DIFFERS",
        "what the platform says that a role needs is not what is documented; it {0}".format("; it ".join(told)),
        "Look whether a newer version of this collection knows it; attach what is missing as a policy of your own",
    )


def _unconfirmed(source: Mapping[str, Any] | None) -> Finding:
    return blocked(
        "ACCOUNT_SWITCH_UNCONFIRMED",
        "O(permanent_switch): the data source {0!r} would work with a role from then on, and there is no way back but to "
        "delete it with all its history; nothing was written".format((source or {}).get("name")),
        "See what would be done by --check, and set it to true",
    )


def _other_currency(currency: str, expected: str) -> Finding:
    return alarm(
        "PLATFORM_CURRENCY",
        "the platform's organization counts in {0}, and AWS reports the account's costs in {1}, which then do not arrive".format(
            currency, expected
        ),
        "Connect the account to an organization of that currency: correct O(platform_organization_id), or ask the platform",
        expected=expected,
        actual=currency,
    )


def _insecure(url: str) -> Finding:
    return note(
        "PLATFORM_URL_INSECURE",
        "O(platform_url): to {0} the platform's token and the keys' secrets travel unencrypted".format(url),
        "Use an address that begins with https",
    )


RESOURCE = Account
