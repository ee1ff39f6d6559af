# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the delivered files say that accounts cost, month by month; what an earlier look knew is not read again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import DENIED, AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.objects import Objects, why
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.parquet import (
    NotParquet,
    ParquetFile,
    require_pyarrow,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.delivery import File
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError

COST, CURRENCY, ACCOUNT = "line_item_blended_cost", "line_item_currency_code", "line_item_usage_account_id"
PERMISSION = "s3:GetObject"
# So far back a bill can be compared: as long as the platform can import anew, and the month that goes on.
MONTHS = 13

Month = Mapping  # by currency, by account, the cost as decimal text


class DeliveredCosts:
    """The costs of each month, in full precision, and the files that they come from.

    columns: those that all opened files of the newest month have, None where none was opened.
    tags: by key the ETag of each file that the costs are of. spoilt: by key why a file is none that can be read.
    known: an earlier look's C(tags) and C(costs); what does not have that form counts as nothing.
    """

    def __init__(self, objects: Objects, known: Mapping[str, Any] | None) -> None:
        self._objects = objects
        self._known_tags, self._known_costs = _known(known)
        self._costs: dict[str, Month] = {}
        self._opened: dict[str, list[str]] = {}
        self.columns: list[str] | None = None
        self.tags: dict[str, str] = {}
        self.spoilt: dict[str, str] = {}

    def read(self, months: Mapping[str, Sequence[File]]) -> None:
        """The newest months' costs.

        Raises FinopsError for what keeps it from more than one month, or in the end for the months that it has not.
        """
        newest = sorted(months, reverse=True)[:MONTHS]
        to_read = [month for month in newest if not self._take_known(month, months[month])]
        if not to_read:
            return
        require_pyarrow()
        failures = []
        for month in to_read:
            try:
                self._costs[month] = self._read_month(months[month])
                self.tags.update((file.key, file.tag) for file in months[month])
            except FinopsError as error:
                if isinstance(error, AwsError) and error.code in DENIED:
                    raise
                failures.append("{0}: {1}".format(month, why(error, PERMISSION)))
        if failures:
            raise FinopsError("; ".join(sorted(failures)))

    def look_at_columns(self, files: Sequence[File]) -> None:
        """The columns of these files, of which one is opened where none was for its costs."""
        opened = [self._opened[file.key] for file in files if file.key in self._opened]
        readable = [file for file in files if file.size and file.key not in self.spoilt]
        if not opened and readable:
            opened = [self._open(readable[0]).columns]
        if opened:
            self.columns = [name for name in opened[0] if all(name in columns for columns in opened)]

    def as_text(self) -> dict[str, Any]:
        """By month, currency and account the cost as decimal text."""
        return dict(
            (month, dict((currency, dict(accounts)) for currency, accounts in self._costs[month].items()))
            for month in sorted(self._costs)
        )

    def _take_known(self, month: str, files: Sequence[File]) -> bool:
        part = "/BILLING_PERIOD={0}/".format(month)
        known = dict((key, tag) for key, tag in self._known_tags.items() if part in key)
        if month not in self._known_costs or known != dict((file.key, file.tag) for file in files):
            return False
        self._costs[month] = self._known_costs[month]
        self.tags.update(known)
        return True

    def _read_month(self, files: Sequence[File]) -> Month:
        sums: dict[tuple[str, ...], Decimal] = {}
        for file in files:
            if not file.size:
                raise NotParquet("{0} is empty".format(file.key))
            for key, cost in self._sums(file).items():
                sums[key] = sums.get(key, Decimal(0)) + cost
        found: dict[str, dict[str, str]] = {}
        for (currency, account), cost in sorted(sums.items()):
            found.setdefault(currency, {})[account] = format(cost, "f")
        return found

    def _sums(self, file: File) -> dict[tuple[str, ...], Decimal]:
        try:
            return self._open(file).sums(COST, (CURRENCY, ACCOUNT))
        except NotParquet as error:
            self.spoilt[file.key] = str(error)
            raise NotParquet("{0}: {1}".format(file.key, error))

    def _open(self, file: File) -> ParquetFile:
        opened = ParquetFile(
            file.size, lambda begin, end: self._objects.read(file.key, file.tag, file.size, begin, end)
        )
        self._opened[file.key] = opened.columns
        return opened


def _known(known: Mapping[str, Any] | None) -> tuple[dict[str, str], dict[str, Month]]:
    """What an earlier look knew, as far as it has the form that this one gives."""
    tags, costs = ((known or {}).get(part) for part in ("tags", "costs"))
    if not isinstance(tags, Mapping) or not isinstance(costs, Mapping):
        return {}, {}
    return (
        dict((str(key), str(tag)) for key, tag in tags.items()),
        dict((str(month), about) for month, about in costs.items() if _is_month(about)),
    )


def _is_month(about: Any) -> bool:
    if not isinstance(about, Mapping):
        return False
    return all(
        isinstance(accounts, Mapping) and all(_is_number(cost) for cost in accounts.values())
        for accounts in about.values()
    )


def _is_number(cost: Any) -> bool:
    try:
        return isinstance(cost, str) and Decimal(cost).is_finite()
    except ArithmeticError:
        return False
