# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Whose bill an account's is, and since when: transfers of a management account's bill, and the billing views that follow.

Sources: botocore's models of Organizations and Billing, the AWS Billing user guide on billing transfers, and facts, "AWS
Billing Transfer". Where the account that took the bill shows its costs in a view of its own, an export of the primary view
is taken and never delivered, so that a client has to choose the right view; AWS says nothing kinder.
"""

from __future__ import annotations

import dataclasses
import datetime

from tests.emulator.aws.organization import organization_of


@dataclasses.dataclass
class Transfer:
    """A management account's bill that another one pays from a moment on, and until another where it ended."""

    source: str
    target: str
    start: datetime.datetime
    shows_view: bool
    number: int
    end: datetime.datetime | None = None

    @property
    def view(self) -> str:
        """The ARN of the view that shows the source its costs."""
        return f"arn:aws:billing::{self.target}:billingview/billing-transfer-showback-{self.source}"

    def describe(self, organization: str) -> dict[str, object]:
        """As ListOutboundResponsibilityTransfers has it."""
        identifier = f"rt-{self.number:08d}"
        participants = {
            name: {"ManagementAccountId": account, "ManagementAccountEmail": f"{account}@example.com"}
            for name, account in (("Source", self.source), ("Target", self.target))
        }
        shown: dict[str, object] = {
            "Arn": f"arn:aws:organizations::{self.source}:transfer/{organization}/billing/outbound/{identifier}",
            "Name": "billing",
            "Id": identifier,
            "Type": "BILLING",
            "Status": "WITHDRAWN" if self.end else "ACCEPTED",
            **participants,
            "StartTimestamp": self.start,
        }
        return {**shown, "EndTimestamp": self.end} if self.end else shown


class Transfers:
    """All transfers there are, oldest first."""

    def __init__(self) -> None:
        self._all: list[Transfer] = []

    def clear(self) -> None:
        """Every organization pays its own bill."""
        self._all.clear()

    def begin(self, source: str, target: str, start: datetime.datetime, shows_view: bool) -> Transfer:
        """Another account pays the bill of a management account from now on; ValueError where one does already."""
        if self.in_force(source, start) is not None:
            raise ValueError(f"the bill of {source} is transferred already")
        made = Transfer(source, target, start, shows_view, len(self._all) + 1)
        self._all.append(made)
        return made

    def end(self, source: str, moment: datetime.datetime) -> None:
        """The management account pays its bill itself again; KeyError where nobody else does."""
        found = self.in_force(source, moment)
        if found is None:
            raise KeyError(f"the bill of {source} is its own")
        found.end = moment

    def of(self, source: str) -> list[Transfer]:
        """The outbound transfers of a management account."""
        return [transfer for transfer in self._all if transfer.source == source]

    def in_force(self, account: str, moment: datetime.datetime) -> Transfer | None:
        """The transfer that an account's bill is under, which may be its organization's."""
        found = [one for one in self.of(payer_of(account)) if one.start <= moment and (not one.end or moment < one.end)]
        return found[-1] if found else None

    def last_change(self, account: str, moment: datetime.datetime) -> datetime.datetime | None:
        """When the bill of an account last went to another owner."""
        moments = [at for one in self.of(payer_of(account)) for at in (one.start, one.end) if at and at <= moment]
        return max(moments, default=None)

    def view_of(self, account: str, moment: datetime.datetime) -> str | None:
        """The view that shows a management account its own costs under a transfer."""
        found = self.in_force(account, moment)
        return found.view if found and found.shows_view and found.source == account else None

    def keeps_from_delivery(
        self, account: str, view: str, created: datetime.datetime, moment: datetime.datetime
    ) -> bool:
        """Whether an export of a view, made at a moment, is one whose bill belongs to somebody else by now."""
        change = self.last_change(account, moment)
        if change is not None and created < change:
            return True
        shown = self.view_of(account, moment)
        return shown is not None and view != shown


def payer_of(account: str) -> str:
    """The management account of an account's organization, or the account itself."""
    found = organization_of(account)
    return found[0] if found else account
