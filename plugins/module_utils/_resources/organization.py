# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An organization's accounts as its management account lists them, and on request what each cost.

Nothing of it is written. What may not be read of the costs is told beside the accounts, which do not depend on them.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import organizations
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource

# Cost Explorer's API reference: 13 months of history, with the one that runs.
_MONTHS = range(1, 13)
# Where each partition has the two services (facts of AWS's endpoints, by botocore's model).
_REGION = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}
_WITH_COST_EXPLORER = ("aws", "aws-cn")


@dataclasses.dataclass(frozen=True)
class State:
    """The organization's id, None where the account is in none, its management account, its accounts and their costs.

    costs: by month, currency and account, None where nobody asked or they may not be read; why then says which.
    """

    id: str | None = None
    management: str | None = None
    accounts: Sequence[Mapping[str, Any]] = ()
    costs: Mapping[str, Any] | None = None
    why: str = ""


class Organization(Resource):
    """The organization whose management account, or delegated administrator, the caller is in."""

    NAME = "organization"
    HAS_STATE = False
    OPTIONS: dict[str, Any] = {
        "cost_explorer": {"type": "bool", "default": False},
        "cost_explorer_months": {"type": "int", "default": 3},
    }

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.account = clients.account
        self.months = int(options.get("cost_explorer_months") or 3)
        if self.months not in _MONTHS:
            raise InputError("cost_explorer_months", "must be 1 to 12, since Cost Explorer keeps a year")

    def read(self) -> State:
        """A call for each 20 accounts; with O(cost_explorer) one more, which AWS charges for."""
        region = _REGION.get(self.clients.partition)
        if region is not None:
            self.clients.use_region("organizations", region)
            self.clients.use_region("ce", region)
        try:
            entries = self.clients.read_all("organizations", "list_accounts", "Accounts")
        except AwsError as error:
            if error.code == organizations.NO_ORGANIZATION:
                return State()
            raise self._refused(error)
        accounts = [organizations.account_of(entry) for entry in entries]
        identifier, management = organizations.owner_of(entries[0] if entries else {}) or self._described()
        state = State(identifier, management, accounts)
        return self._with_costs(state) if self.options.get("cost_explorer") else state

    def plan(self, current: State) -> Plan:
        """Nothing is written, and nothing is wrong with an organization."""
        return Plan()

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """As info() has it."""
        return self.info(current)

    def info(self, current: State) -> dict[str, Any]:
        """C(organization), None where the account is in none."""
        if current.id is None:
            return {"organization": None}
        return {
            "organization": {
                "id": current.id,
                "management_account_id": current.management,
                "accounts": list(current.accounts),
                "costs": current.costs,
                "unknown": {"costs": current.why} if current.why else {},
            }
        }

    def _described(self) -> tuple[str, str]:
        """The ids of the organization and of its management account, which every member may ask for."""
        about = self.clients.read("organizations", "describe_organization")["Organization"]
        return str(about.get("Id")), organizations.checked(about.get("MasterAccountId"))

    def _refused(self, error: AwsError) -> FinopsError:
        """What is to be told of a refused listing: to another account than the management account, who may list."""
        if error.code not in organizations.DENIED:
            return error
        management = self._described()[1]
        if self.account == management:
            return error
        return FinopsError(
            "{0}. Only the management account {1} may list the organization's accounts, and whom it has registered as a "
            "delegated administrator of a service: ask from there, or let it register {2}".format(
                str(error).rstrip("."), management, self.account
            )
        )

    def _with_costs(self, state: State) -> State:
        if self.clients.partition not in _WITH_COST_EXPLORER:
            return dataclasses.replace(state, why="this partition of AWS has no Cost Explorer")
        begin, end = _full_months(self.months, datetime.datetime.now(datetime.timezone.utc))
        try:
            return dataclasses.replace(state, costs=self._costs(begin, end))
        except FinopsError as error:
            return dataclasses.replace(state, why=str(error))

    def _costs(self, begin: str, end: str) -> dict[str, Any]:
        """By month, currency and account; each month that was asked for is there."""
        costs: dict[str, dict[str, dict[str, str]]] = {}
        token: str | None = None
        while True:
            answer = self.clients.read(
                "ce",
                "get_cost_and_usage",
                TimePeriod={"Start": begin, "End": end},
                Granularity="MONTHLY",
                Metrics=["BlendedCost"],
                GroupBy=[{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}],
                **({"NextPageToken": token} if token else {}),
            )
            for month in answer.get("ResultsByTime", []):
                currencies = costs.setdefault(month["TimePeriod"]["Start"][: len("2026-10")], {})
                for group in month.get("Groups", []):
                    cost = group["Metrics"]["BlendedCost"]
                    currencies.setdefault(cost["Unit"], {})[group["Keys"][0]] = cost["Amount"]
            token = answer.get("NextPageToken")
            if not token:
                return costs


def _full_months(count: int, now: datetime.datetime) -> tuple[str, str]:
    """The first days of the oldest of so many full months and of the month that runs, which is not among them."""
    number = now.year * 12 + now.month - 1
    return _first_day(number - count), _first_day(number)


def _first_day(number: int) -> str:
    return "{0:04d}-{1:02d}-01".format(number // 12, number % 12 + 1)


RESOURCE = Organization
