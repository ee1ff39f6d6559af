# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the middleware keeps next to moto's own state."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import threading
from collections.abc import Callable, Iterator

from tests.emulator.aws.billing_transfers import Transfers
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.costs import Costs
from tests.emulator.aws.s3_buckets import BucketPolicies
from tests.emulator.clock import Clock


class Locks:
    """One lock per account: moto checks and then acts, and two threads would both pass the check."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.RLock] = {}

    @contextlib.contextmanager
    def hold(self, *names: str) -> Iterator[None]:
        """Hold the locks of these names, taken in one order by everybody."""
        with self._guard:
            locks = [self._locks.setdefault(name, threading.RLock()) for name in sorted({*names})]
        with contextlib.ExitStack() as stack:
            for lock in locks:
                stack.enter_context(lock)
            yield


@dataclasses.dataclass
class AwsState:
    """
    Bucket policies, the accounts that exist, the locks, the clock, what accounts have used, and whose bills are paid by whom.

    `support_cases`: those of each account whose support plan has the API. `tag_backfills`: by account those asked for.
    `empty_pages`: whether Organizations answers empty pages in between. `changes` grows with everything that may change
    what a later call answers.
    """

    policies: BucketPolicies = dataclasses.field(default_factory=BucketPolicies)
    accounts: set[str] = dataclasses.field(default_factory=set)
    locks: Locks = dataclasses.field(default_factory=Locks)
    clock: Clock = dataclasses.field(default_factory=Clock)
    costs: Costs = dataclasses.field(default_factory=Costs)
    transfers: Transfers = dataclasses.field(default_factory=Transfers)
    support_cases: dict[str, list[dict[str, str]]] = dataclasses.field(default_factory=dict)
    tag_backfills: dict[str, list[tuple[str, datetime.datetime]]] = dataclasses.field(default_factory=dict)
    changes: int = 0
    empty_pages: bool = False


Before = Callable[[ApiCall, AwsState], Response | None]
After = Callable[[ApiCall, AwsState, Response], Response]
