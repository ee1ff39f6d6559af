# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both emulators on free ports of 127.0.0.1, in threads of this process."""

from __future__ import annotations

import json
import os
import pathlib
import threading
import urllib.request
from typing import Any

from tests.emulator.aws.embedded import EmbeddedAws
from tests.emulator.aws.seed import ROLE_NAME
from tests.emulator.clock import Clock
from tests.emulator.platform.app import PlatformApplication
from tests.emulator.platform.aws_access import Key
from tests.emulator.serving import Server, WsgiApplication

_running = threading.Lock()


class Emulator:
    """
    The embedded AWS and the embedded platform, from `with` to its end.

    The attributes are the keys of build/emulator.json; `faults` disturbs both, `clock` is their time, `costs` is what
    accounts have used. Only one can run in a process, as moto's state is global.
    """

    def __init__(self, members: int = 4) -> None:
        self._members = members
        self._servers: list[Server] = []

    def __enter__(self) -> Emulator:
        """Seed the accounts and serve."""
        if not _running.acquire(blocking=False):
            raise RuntimeError("Another Emulator runs in this process; moto's state is global.")
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the ports."""
        self._stop()

    def _start(self) -> None:
        self.clock = Clock()
        self.aws = EmbeddedAws(self._members, self.clock)
        self.costs = self.aws.state.costs
        self.faults = self.aws.application.faults
        self.aws_endpoint_url = self._serve(self.aws.application)
        fleet = self.aws.fleet
        self.access_key_id = fleet.management.access_key_id
        self.secret_access_key = fleet.management.secret_access_key
        self.management_account_id = fleet.management.account_id
        self.member_account_ids = list(fleet.members)
        self.standalone_account_id = fleet.standalone.account_id
        self.standalone_access_key_id = fleet.standalone.access_key_id
        self.standalone_secret_access_key = fleet.standalone.secret_access_key
        self.assume_role_name = ROLE_NAME
        service_key = Key(fleet.platform.access_key_id, fleet.platform.secret_access_key)
        self.platform = PlatformApplication(
            self._serve(self.aws.application.answer_platform),
            service_key,
            self.faults,
            self.clock,
            lambda: self.aws.state.changes,
        )
        self.platform_url = self._serve(self.platform)
        self.platform_token = self.platform.token
        self.platform_organization_id = self.platform.organization_id

    def _serve(self, application: WsgiApplication) -> str:
        """The URL under which the application can be reached from now on."""
        server = Server(application)
        self._servers.append(server)
        return server.url

    def _stop(self) -> None:
        while self._servers:
            self._servers.pop().stop()
        _running.release()

    def start_run(self, name: str) -> None:
        """Count the calls from now on under this name, at AWS and at the platform."""
        self.aws.log.start_run(name)
        self.platform.calls.start_run(name)

    def calls(self, run: str | None = None) -> list[dict[str, Any]]:
        """The calls of one run (of all where None) to AWS and to the platform, oldest first."""
        platform_calls = self.platform.calls.as_json(run)
        return sorted(self.aws.log.as_json(run) + platform_calls, key=lambda call: call["moment"])

    def deliver(self, account_id: str, export_name: str, month: str | None = None) -> dict[str, Any]:
        """Let an export deliver a month, such as "2026-09", now; this month where None."""
        return self.aws.deliver(account_id, export_name, month)

    def pass_days(self, days: int, delivery_hour: int = 6) -> None:
        """Let days go by: an import round every hour, and before the one at this hour (UTC) every report delivers."""
        for dummy in range(days * 24):
            self.clock.forward(hours=1)
            if self.clock.now().hour == delivery_hour:
                self.aws.refresh_all()
            self.platform.imports.schedule_round()
            self.platform.imports.run()

    def deliver_report(self, account_id: str, report_name: str, month: str | None = None) -> dict[str, Any]:
        """Let a legacy report deliver a month now; this month where None."""
        return self.aws.deliver_report(account_id, report_name, month)

    def set_export_health(self, account_id: str, export_name: str, reason: str | None) -> None:
        """Make an export UNHEALTHY for one of AWS's reasons, such as BILL_OWNER_CHANGED; None makes it HEALTHY."""
        self.aws.set_export_health(account_id, export_name, reason)

    def spoil_delivery(self, account_id: str, export_name: str, how: str, detail: str = "") -> None:
        """Spoil what an export has delivered, such as by "manifest_short"; `aws/spoiling.py` has all ways."""
        self.aws.spoil_delivery(account_id, export_name, how, detail)

    def add_execution(self, account_id: str, export_name: str, status: str, reason: str | None = None) -> None:
        """Let an execution of an export end as AWS says, such as QUERY_FAILURE, without files."""
        self.aws.add_execution(account_id, export_name, status, reason)

    def reset(self) -> None:
        """Back to the seeded accounts, with the same ids and keys; no sources, no faults, no costs, the real time."""
        self.faults.clear()
        self.clock.release()
        self.aws.reset()
        urllib.request.urlopen(f"{self.platform_url}/_emulator/reset", data=b"", timeout=60).close()

    def write(self, path: pathlib.Path) -> None:
        """Write the description to a file that only its owner can read, all at once."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(self.as_json(), file, indent=2)
            file.write("\n")
        temporary.replace(path)

    def as_json(self) -> dict[str, Any]:
        """What build/emulator.json holds."""
        return {
            "aws_endpoint_url": self.aws_endpoint_url,
            "access_key_id": self.access_key_id,
            "secret_access_key": self.secret_access_key,
            "management_account_id": self.management_account_id,
            "member_account_ids": self.member_account_ids,
            "standalone_account_id": self.standalone_account_id,
            "standalone_access_key_id": self.standalone_access_key_id,
            "standalone_secret_access_key": self.standalone_secret_access_key,
            "assume_role_name": self.assume_role_name,
            "platform_url": self.platform_url,
            "platform_token": self.platform_token,
            "platform_organization_id": self.platform_organization_id,
        }
