# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded FinOps platform as one WSGI application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tests.emulator.call_log import CallLog
from tests.emulator.clock import Clock
from tests.emulator.faults import Faults
from tests.emulator.platform.aws_access import AwsAccess, Key
from tests.emulator.platform.calls import CallRecorder
from tests.emulator.platform.cloud_accounts import CloudAccounts
from tests.emulator.platform.control import CONTROL_PATH, build_control
from tests.emulator.platform.faults import FaultLayer
from tests.emulator.platform.imports import Imports
from tests.emulator.platform.report_files import ReportFiles
from tests.emulator.platform.routes import build_api
from tests.emulator.platform.store import Store
from tests.emulator.serving import WsgiApplication


class PlatformApplication:
    """The platform's API over the AWS at `aws_endpoint_url`, with one organization, its user and a token.

    `service_key` is the key that the platform itself assumes roles with; without it role sources answer 424 OE0569.
    `changes` tells a number that grows with every change in AWS (see `report_files.py`). `imports` does the imports.

    The layers, from the outside in: the choice between control and API, the call recorder, the faults, the API.
    """

    def __init__(
        self,
        aws_endpoint_url: str,
        service_key: Key | None = None,
        faults: Faults | None = None,
        clock: Clock | None = None,
        changes: Callable[[], int] | None = None,
    ) -> None:
        self.calls = CallLog()
        self.store = store = Store(clock)
        aws = AwsAccess(aws_endpoint_url, service_key)
        self.imports = Imports(store, ReportFiles(aws, changes))
        organization, user = store.add_organization("FinOps")
        self.organization_id = organization.id
        self.email = user.email
        self.password = user.password
        self.token = store.issue_token(user).value
        faults = faults or Faults()
        self._control = build_control(store, self.calls, aws, self.imports)

        def build(seen: Store) -> WsgiApplication:
            return build_api(seen, CloudAccounts(seen, aws, lambda: faults.creation_seconds), self.imports)

        self._api = CallRecorder(FaultLayer(build, store, faults), self.calls, store)

    def cost(self, account_id: str, month: str) -> float:
        """What has been imported of an AWS account's month, such as "2026-09"; KeyError where it has no data source."""
        for organization in self.store.organizations():
            for source in self.store.cloud_accounts(organization.id):
                if source.account_id == account_id:
                    return self.store.expenses.total(source.id, month)
        raise KeyError(f"no data source of {account_id}")

    def reset(self) -> None:
        """Forget every data source; organizations, users and tokens stay."""
        self.store.empty()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        control = environ.get("PATH_INFO", "").startswith(CONTROL_PATH)
        return self._control(environ, start_response) if control else self._api(environ, start_response)
