# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bill twice: as AWS has delivered it to the buckets, and as the platform shows it; to the cent."""

from __future__ import annotations

import calendar
import datetime
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

import pyarrow.parquet as pq

from tests.emulator.aws.seed import add_administrator
from tests.emulator.aws.testing import Who, unique
from tests.emulator.world import World

# By AWS account and month, such as "2026-03".
Bill = dict[tuple[str, str], Decimal]

_ACCOUNT, _COST = "line_item_usage_account_id", "line_item_blended_cost"
_FILE = re.compile(r"/BILLING_PERIOD=(\d{4}-\d{2})/[^/]+\.parquet$")


def delivered(world: World, root: str) -> Bill:
    """The blended cost in all the files that an account's buckets hold, read as they are."""
    key = add_administrator(root, unique("auditor"))
    s3 = Who(world.emulator.aws_endpoint_url, key.access_key_id, key.secret_access_key)("s3")
    bill: Bill = {}
    for bucket in s3.list_buckets()["Buckets"]:
        for entry in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
            month = _FILE.search(entry["Key"])
            if month is not None:
                content = s3.get_object(Bucket=bucket["Name"], Key=entry["Key"])["Body"].read()
                table = pq.read_table(io.BytesIO(content), columns=[_ACCOUNT, _COST]).to_pydict()
                for account, cost in zip(table[_ACCOUNT], table[_COST], strict=True):
                    place = account, month[1]
                    bill[place] = bill.get(place, Decimal(0)) + Decimal(str(cost))
    return bill


def shown(world: World, months: Iterable[str]) -> Bill:
    """What the platform tells whoever asks it for the cost of each account, month by month."""
    bill: Bill = {}
    for month in months:
        for account, cost in _shown_in(world, month).items():
            bill[account, month] = cost
    return bill


def _shown_in(world: World, month: str) -> dict[str, Decimal]:
    year, number = map(int, month.split("-"))
    last = calendar.monthrange(year, number)[1]
    start, end = (
        int(datetime.datetime(year, number, day, tzinfo=datetime.timezone.utc).timestamp()) for day in (1, last)
    )
    path = f"/restapi/v2/organizations/{world.emulator.platform_organization_id}/breakdown_expenses"
    query = f"start_date={start}&end_date={end}&breakdown_by=cloud_account_id"
    status, answer = world.call("GET", f"{path}?{query}")
    assert status == 200, answer
    return {entry["account_id"]: round(Decimal(entry["total"]), 2) for entry in answer["counts"].values()}


def differences(billed: Bill, told: Bill) -> Bill:
    """What is missing, below zero where too much is shown; nothing where both agree to the cent."""
    places = sorted(billed.keys() | told.keys())
    missing = {place: billed.get(place, Decimal(0)) - told.get(place, Decimal(0)) for place in places}
    return {place: amount for place, amount in missing.items() if amount}


def total(bill: Bill) -> Decimal:
    """All of it."""
    return sum(bill.values(), Decimal(0))


def as_table(rows: Sequence[Sequence[str]]) -> str:
    """The rows as lines, their columns as wide as they have to be and set to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
