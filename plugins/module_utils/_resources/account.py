# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One account before anything is done to it: every setting checked, the caller known, the data source looked up.

All that can be wrong with an account's variables is found here, before its first write.
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.listing import Listing
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.procedure import CASES
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import OPTIONS as PLATFORM_OPTIONS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources import secret_store


class Account(Resource):
    """One account of the fleet, as its inventory variables describe it."""

    NAME = "account"
    HAS_STATE = False
    CHANGE_OPTIONS = dict(
        PLATFORM_OPTIONS,
        case={"type": "str", "choices": list(CASES), "required": True},
        cur_name={"type": "str"},
        cur_bucket={"type": "str"},
        cur_bucket_region={"type": "str"},
        cur_prefix={"type": "str"},
        policy_variant={"type": "str"},
        user_name={"type": "str"},
        data_source_name={"type": "str"},
        tags={"type": "dict"},
        fleet={"type": "dict"},
        **secret_store.OPTIONS,
    )

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.fleet = options.get("fleet")
        if self.fleet and self.fleet.get("problem"):
            raise FinopsError(self.fleet["problem"])
        account = clients.account
        settings.export_name(options.get("cur_name"), account)
        settings.bucket(options.get("cur_bucket"), account)
        settings.bucket_region(options.get("cur_bucket_region"), options.get("region"))
        settings.prefix(options.get("cur_prefix"))
        settings.policy_variant(options.get("policy_variant"))
        settings.user_name(options.get("user_name"))
        settings.data_source_name(options.get("data_source_name"), account)
        settings.tags(options.get("tags"))
        # Making the store's client checks its settings; it calls nothing.
        self.store = clients.store
        self.has_platform = bool(options.get("platform_url"))

    def read(self) -> dict[str, Any]:
        """The caller's identity, and the account's data source, listed once for the fleet or, without that, here."""
        view = self.fleet
        if view is None and self.has_platform:
            listing = Listing(self.clients.platform.cloud_accounts())
            view = listing.view(self.clients.account, self.options.get("data_source_name"))
            if view["problem"]:
                raise FinopsError(view["problem"])
        identity = self.clients.log_in()
        return {
            "account_id": identity["account_id"],
            "arn": identity["arn"],
            "partition": identity["partition"],
            "expiration": identity.get("expiration"),
            "case": self.options["case"],
            "data_source": (view or {}).get("data_source"),
        }

    def plan(self, current: Mapping[str, Any]) -> Plan:
        """Nothing: checking changes nothing."""
        return Plan()

    def describe(self, current: Mapping[str, Any], steps: Sequence[Step]) -> dict[str, Any]:
        """Who the caller is in which account, and the account's data source."""
        return dict(current)


RESOURCE = Account
