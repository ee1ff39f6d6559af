# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A past of some weeks that ends now, in which accounts spend, AWS delivers, and the platform imports and discovers."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from typing import Any

from tests.emulator.fleet import Emulator
from tests.emulator.platform.routes import RESOURCE_TYPES
from tests.emulator.platform.store import CloudAccount

_DAY = datetime.timedelta(days=1)
_HOUR = datetime.timedelta(hours=1)


class Past:
    """It begins within the month before last, so that last month is whole; what is connected at its beginning is proven."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self.now = emulator.clock.now()
        self._this_month = self.now.replace(day=1)
        last_month = self._this_month - _DAY
        self.last_month = f"{last_month:%Y-%m}"
        self.begun = last_month.replace(day=1) - 20 * _DAY

    def begin(self, accounts: Iterable[str]) -> None:
        """Stand at its beginning; these accounts spend from there to now."""
        self._emulator.costs.generate(accounts, self.begun.date(), self.now.date())
        self._emulator.clock.move_to(self.begun)

    def go_by(self) -> None:
        """Of each month AWS's last delivery, after each the platform's import, and discovery at the end, which is now."""
        deliveries = (self._this_month - 10 * _DAY, self._this_month + 2 * _DAY, self.now - 6 * _HOUR)
        for moment in sorted(one for one in deliveries if one < self.now):
            self._emulator.clock.move_to(moment)
            self._emulator.aws.refresh_all()
            self.do_imports()
        self._emulator.clock.release()
        self.discover()

    def do_imports(self) -> None:
        """An hourly round of the platform."""
        self._emulator.platform.imports.schedule_round()
        self._emulator.platform.imports.run()

    def fail_import(self, account: str, reason: str) -> None:
        """The import of an account's data source fails now; the last one that did not was days ago."""
        store, moment = self._emulator.platform.store, self._emulator.clock.timestamp() + 1
        source = next(one for one in self._sources() if one.account_id == account)
        done, error = int((self.now - 3 * _DAY).timestamp()), reason[:255]
        failed: dict[str, Any] = {
            "last_import_at": done,
            "last_import_attempt_at": moment,
            "last_import_attempt_error": error,
        }
        store.put(dataclasses.replace(source, **failed))
        made = store.add_report_import(source.id, state="failed", state_reason=reason)
        store.put_report_import(dataclasses.replace(made, created_at=moment, updated_at=moment))

    def control(self, given: dict[str, Any]) -> None:
        """For who has no access to the process: stand at its beginning where accounts are named, or else let it go by."""
        if "accounts" in given:
            self.begin(given["accounts"])
        else:
            self.go_by()

    def _sources(self) -> list[CloudAccount]:
        store = self._emulator.platform.store
        return [source for one in store.organizations() for source in store.cloud_accounts(one.id)]

    def discover(self) -> None:
        """The platform has looked for the resources of every account an hour ago."""
        moment = int((self.now - _HOUR).timestamp())
        infos: dict[str, Any] = {name: {"last_discovery_at": moment, "observe_time": moment} for name in RESOURCE_TYPES}
        store = self._emulator.platform.store
        for source in self._sources():
            store.put(dataclasses.replace(source, details={"discovery_infos": infos, "resources": 3}))
