# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One line of a bill, and how it stands in a Cost and Usage Report."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from decimal import Decimal
from typing import Any

USAGE = "Usage"
RESERVATION_FEE = "RIFee"


@dataclasses.dataclass(frozen=True)
class LineItem:
    """
    What an account is charged for a period of time.

    `discounts` are the entries of the report's `discount` column, such as ("edp_discount", Decimal("-0.50")).
    """

    account: str
    start: datetime.datetime
    end: datetime.datetime
    blended: Decimal
    unblended: Decimal
    kind: str = USAGE
    discounts: tuple[tuple[str, Decimal], ...] = ()
    currency: str = "USD"
    service: str = "AmazonEC2"
    usage_type: str = "BoxUsage:t3.micro"
    operation: str = "RunInstances"

    def row(self, payer: str) -> dict[str, Any]:
        """The report's row; columns without a value here are null in the file."""
        month = self.start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return {
            "identity_line_item_id": hashlib.blake2b(repr(self).encode(), digest_size=26).hexdigest(),
            "identity_time_interval": f"{_moment(self.start)}/{_moment(self.end)}",
            "bill_billing_entity": "AWS",
            "bill_bill_type": "Anniversary",
            "bill_payer_account_id": payer,
            "bill_billing_period_start_date": month,
            "bill_billing_period_end_date": month_after(month),
            "line_item_usage_account_id": self.account,
            "line_item_line_item_type": self.kind,
            "line_item_usage_start_date": self.start,
            "line_item_usage_end_date": self.end,
            "line_item_product_code": self.service,
            "line_item_usage_type": self.usage_type,
            "line_item_operation": self.operation,
            "line_item_resource_id": f"arn:aws:example:us-east-1:{self.account}:{self.usage_type.lower()}",
            "line_item_usage_amount": 1.0,
            "line_item_currency_code": self.currency,
            "line_item_unblended_rate": str(self.unblended),
            "line_item_unblended_cost": float(self.unblended),
            "line_item_blended_rate": str(self.blended),
            "line_item_blended_cost": float(self.blended),
            "line_item_line_item_description": f"{self.service} {self.usage_type}",
            "product": {"region": "us-east-1", "product_name": self.service},
            "product_servicecode": self.service,
            "product_region_code": "us-east-1",
            "pricing_unit": "Hrs",
            "discount": {name: str(amount) for name, amount in self.discounts},
            "discount_total_discount": float(sum(amount for dummy, amount in self.discounts)),
            "resource_tags": {},
        }


def month_after(month: datetime.datetime) -> datetime.datetime:
    """The first moment of the month after the one that this first moment is of."""
    return (month + datetime.timedelta(days=32)).replace(day=1)


def _moment(moment: datetime.datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def sample_items(account: str, hour: datetime.datetime) -> list[LineItem]:
    """What an account has used in one hour, where no test has said what it used."""
    end = hour + datetime.timedelta(hours=1)
    return [
        LineItem(account, hour, end, cost, cost, service=service, usage_type=usage_type, operation=operation)
        for service, usage_type, operation, cost in _SAMPLES
    ]


_SAMPLES = (
    ("AmazonEC2", "BoxUsage:t3.micro", "RunInstances", Decimal("0.0104")),
    ("AmazonEC2", "EBS:VolumeUsage.gp3", "CreateVolume-Gp3", Decimal("0.0022")),
    ("AmazonS3", "TimedStorage-ByteHrs", "StandardStorage", Decimal("0.0007")),
)
