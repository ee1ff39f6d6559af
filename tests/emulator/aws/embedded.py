# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS as one object: the accounts, the application, and what tests may do to it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any
from urllib.parse import parse_qs

from moto.core.base_backend import BackendDict
from moto.organizations.models import organizations_backends
from moto.s3.models import s3_backends

from tests.emulator.aws.application import CONTROL_PREFIX, AwsApplication
from tests.emulator.aws.call import Response
from tests.emulator.aws.cur import cur_backends
from tests.emulator.aws.delivery import deliver
from tests.emulator.aws.exports_store import REASONS, DataExportsBackend, StoredExport, exports_backends
from tests.emulator.aws.report_delivery import deliver_report
from tests.emulator.aws.seed import Credentials, Fleet, new_account, seed_fleet
from tests.emulator.aws.state import AwsState
from tests.emulator.call_log import CallLog

_ROWS_FOR_MEMBERS = 3


class EmbeddedAws:
    """moto's state is global, so there is one of these in a process."""

    def __init__(self, members: int) -> None:
        self._members = members
        self.log = CallLog()
        self.state = AwsState()
        self.fleet: Fleet
        self.application = AwsApplication(self.state, self.log, self.control)
        self.reset()

    def reset(self) -> None:
        """Back to the freshly seeded accounts, with the same ids and keys. The call log stays."""
        with self.state.locks.hold("organizations", "bucket names", "exports"):
            BackendDict.reset()
            s3_backends.bucket_accounts.clear()
            organizations_backends.master_accounts.clear()
            self.state.policies.clear()
            self.state.empty_pages = False
            self.fleet = seed_fleet(self._members)
            self.state.accounts.clear()
            self.state.accounts.update(
                [
                    self.fleet.management.account_id,
                    self.fleet.standalone.account_id,
                    self.fleet.platform.account_id,
                    *self.fleet.members,
                ]
            )

    @staticmethod
    def _export(account_id: str, name: str) -> tuple[DataExportsBackend, StoredExport]:
        backends = exports_backends.get(account_id)
        backend = backends["us-east-1"] if backends is not None else None
        export = backend.by_name(name) if backend is not None else None
        if backend is None or export is None:
            raise KeyError(f"no export {name} in {account_id}")
        return backend, export

    def set_export_health(self, account_id: str, export_name: str, reason: str | None) -> None:
        """
        Make an export UNHEALTHY for one of AWS's reasons (BILL_OWNER_CHANGED, INTERNAL_FAILURE, ...), None for HEALTHY.

        It stays so until its next delivery. KeyError where there is no such export, ValueError for another reason.
        """
        if reason not in (None, *REASONS):
            raise ValueError(f"{reason} is none of {', '.join(REASONS)}")
        with self.state.locks.hold("exports", account_id):
            dummy, export = self._export(account_id, export_name)
            export.status, export.reason = "UNHEALTHY" if reason else "HEALTHY", reason

    def deliver(self, account_id: str, export_name: str) -> dict[str, Any]:
        """Let an export deliver now; KeyError where there is none of that name."""
        with self.state.locks.hold("exports", account_id):
            backend, export = self._export(account_id, export_name)
            return deliver(backend, export, self._accounts_in_reports(account_id), self.state.policies)

    def deliver_report(self, account_id: str, report_name: str) -> dict[str, Any]:
        """Let a legacy report deliver now; KeyError where there is none of that name."""
        with self.state.locks.hold("exports", account_id):
            backends = cur_backends.get(account_id)
            report = backends["us-east-1"].reports.get(report_name) if backends is not None else None
            if report is None:
                raise KeyError(f"no report {report_name} in {account_id}")
            return deliver_report(account_id, report, self._accounts_in_reports(account_id), self.state.policies)

    @staticmethod
    def _accounts_in_reports(account_id: str) -> list[str]:
        """Whose usage a report of an account tells of: its own, and that of the first members it pays for."""
        accounts = [account_id]
        own = organizations_backends.get(account_id)
        if own is not None and own["aws"].org is not None:
            members = [account.id for account in own["aws"].accounts if account.id != account_id]
            accounts += members[:_ROWS_FOR_MEMBERS]
        return accounts

    def new_standalone_account(self) -> Credentials:
        """One more account outside every organization."""
        with self.state.locks.hold("organizations"):
            made = new_account()
            self.state.accounts.add(made.account_id)
            return made

    def control(self, environ: dict[str, Any], body: bytes) -> Response:
        """The endpoints below /_emulator/, for tests and tools; they are no part of AWS."""
        name = str(environ["PATH_INFO"]).removeprefix(CONTROL_PREFIX)
        query = parse_qs(str(environ.get("QUERY_STRING", "")))
        try:
            given = json.loads(body or b"{}")
            answer = self._controlled(str(environ["REQUEST_METHOD"]), name, given, query)
        except (KeyError, ValueError) as problem:
            return _json(404 if isinstance(problem, KeyError) else 400, {"error": str(problem)})
        return _json(404, {"error": f"no {name} here"}) if answer is None else _json(200, answer)

    def _controlled(self, method: str, name: str, given: dict[str, Any], query: dict[str, list[str]]) -> Any:
        if method == "GET" and name == "calls":
            return self.log.as_json(query.get("run", [None])[0])
        if method != "POST":
            return None
        if name == "run":
            self.log.start_run(given["name"])
        elif name == "clear":
            self.log.clear()
        elif name == "deliver":
            return self.deliver(given["account_id"], given["export_name"])
        elif name == "deliver_report":
            return self.deliver_report(given["account_id"], given["report_name"])
        elif name == "export_health":
            self.set_export_health(given["account_id"], given["export_name"], given["reason"])
        elif name == "standalone_accounts":
            return dataclasses.asdict(self.new_standalone_account())
        elif name == "reset":
            self.reset()
        else:
            return None
        return {}


def _json(status: int, value: Any) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(value).encode())
