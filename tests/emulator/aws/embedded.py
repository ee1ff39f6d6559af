# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS as one object: the accounts, the application, and what tests may do to it."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from moto.core.base_backend import BackendDict
from moto.organizations.models import organizations_backends
from moto.s3.models import s3_backends

from tests.emulator.aws.application import CONTROL_PREFIX, AwsApplication
from tests.emulator.aws.call import Response
from tests.emulator.aws.costs import first_moment
from tests.emulator.aws.cur import cur_backends
from tests.emulator.aws.delivery import deliver, execution
from tests.emulator.aws.exports_store import REASONS, DataExportsBackend, StoredExport, exports_backends
from tests.emulator.aws.line_items import LineItem, sample_items
from tests.emulator.aws.organization import paid_by
from tests.emulator.aws.report_delivery import deliver_report
from tests.emulator.aws.seed import Credentials, Fleet, new_account, seed_fleet
from tests.emulator.aws.spoiling import spoil
from tests.emulator.aws.state import AwsState
from tests.emulator.call_log import CallLog
from tests.emulator.clock import Clock

_ROWS_FOR_MEMBERS = 3
# A month may be revised this long after its end.
_DAYS_OF_REVISION = 14


class EmbeddedAws:
    """moto's state is global, so there is one of these in a process."""

    def __init__(self, members: int, clock: Clock) -> None:
        self._members = members
        self.log = CallLog()
        self.more_controls: dict[str, Callable[[dict[str, Any]], None]] = {}
        self.state = AwsState(clock=clock)
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
            self.state.costs.clear()
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
            self.state.changes += 1

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

    def spoil_delivery(self, account_id: str, export_name: str, how: str, detail: str = "") -> None:
        """
        Spoil what an export has delivered, by one of `spoiling.SPOILS`; ValueError for another one.

        KeyError where there is no such export, or nothing to spoil.
        """
        with self.state.locks.hold("exports", account_id):
            spoil(self._export(account_id, export_name)[1], how, detail)
            self.state.changes += 1

    def add_execution(self, account_id: str, export_name: str, status: str, reason: str | None = None) -> None:
        """Let an execution of an export end now as AWS says, such as QUERY_FAILURE, without files; the health stays."""
        with self.state.locks.hold("exports", account_id):
            dummy, export = self._export(account_id, export_name)
            export.executions.append(execution(export, status, reason, self.state.clock.now()))

    def deliver(self, account_id: str, export_name: str, month: str | None = None) -> dict[str, Any]:
        """
        Let an export deliver a month, such as "2026-09"; this one where None. KeyError where there is no such export.

        The file holds what stands in the bills of the account, and of all that it pays for, by now. As long as `costs`
        knows of nobody's use, it holds a few lines of this hour.
        """
        with self.state.locks.hold("exports", account_id):
            backend, export = self._export(account_id, export_name)
            moment = self.state.clock.now()
            month = month or f"{moment:%Y-%m}"
            items = self._items(account_id, month, moment)
            delivered = deliver(backend, export, items, month, self.state.policies, moment)
            self.state.changes += 1
            return delivered

    def refresh(self, account_id: str, export_name: str) -> list[dict[str, Any]]:
        """
        Let an export deliver what AWS delivers daily: this month, and the one before in the first two weeks.

        An export holds nothing from before the month that it was created in.
        """
        dummy, export = self._export(account_id, export_name)
        return [self.deliver(account_id, export_name, month) for month in self._months_since(export.created)]

    def _months_since(self, created: datetime.datetime) -> list[str]:
        """What AWS delivers today of a report that was created then."""
        now = self.state.clock.now()
        months = [f"{now:%Y-%m}"]
        if now.day <= _DAYS_OF_REVISION:
            months.insert(0, f"{now.replace(day=1) - datetime.timedelta(days=1):%Y-%m}")
        return [month for month in months if month >= f"{created:%Y-%m}"]

    def refresh_all(self) -> list[dict[str, Any]]:
        """Refresh every export there is, and every legacy report."""
        named = [(account, export.name) for account in list(exports_backends) for export in self._exports_of(account)]
        made = [delivered for account, name in named for delivered in self.refresh(account, name)]
        legacy = [
            (account, name, created)
            for account in list(cur_backends)
            for name, created in cur_backends[account]["us-east-1"].created.items()
        ]
        return made + [
            self.deliver_report(account, name, month)
            for account, name, created in legacy
            for month in self._months_since(created)
        ]

    @staticmethod
    def _exports_of(account_id: str) -> list[StoredExport]:
        return list(exports_backends[account_id]["us-east-1"].exports.values())

    def _items(self, account_id: str, month: str, moment: datetime.datetime) -> list[LineItem]:
        if self.state.costs:
            accounts = paid_by(account_id)
            return [item for account in accounts for item in self.state.costs.billed(account, month, moment)]
        hour = moment.replace(minute=0, second=0, microsecond=0)
        return [item for account in self._accounts_in_samples(account_id) for item in sample_items(account, hour)]

    def deliver_report(self, account_id: str, report_name: str, month: str | None = None) -> dict[str, Any]:
        """Let a legacy report deliver a month, as `deliver` does; KeyError where there is none of that name."""
        with self.state.locks.hold("exports", account_id):
            backends = cur_backends.get(account_id)
            report = backends["us-east-1"].reports.get(report_name) if backends is not None else None
            if report is None:
                raise KeyError(f"no report {report_name} in {account_id}")
            moment = self.state.clock.now()
            month = month or f"{moment:%Y-%m}"
            items = self._items(account_id, month, moment)
            delivered = deliver_report(account_id, report, items, first_moment(month), self.state.policies, moment)
            self.state.changes += 1
            return delivered

    @staticmethod
    def _accounts_in_samples(account_id: str) -> list[str]:
        """The account and the first members that it pays for."""
        return paid_by(account_id)[: _ROWS_FOR_MEMBERS + 1]

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
            return self.deliver(given["account_id"], given["export_name"], given.get("month"))
        elif name == "refresh":
            return self.refresh_all()
        elif name == "clock":
            return self._set_clock(given.get("moment"))
        elif name == "costs":
            first, last = datetime.date.fromisoformat(given["first"]), datetime.date.fromisoformat(given["last"])
            self.state.costs.generate(given["accounts"], first, last, given.get("seed", 0))
        elif name == "deliver_report":
            return self.deliver_report(given["account_id"], given["report_name"], given.get("month"))
        elif name == "export_health":
            self.set_export_health(given["account_id"], given["export_name"], given["reason"])
        elif name == "spoil_delivery":
            self.spoil_delivery(given["account_id"], given["export_name"], given["how"], given.get("detail", ""))
        elif name == "execution":
            self.add_execution(given["account_id"], given["export_name"], given["status"], given.get("reason"))
        elif name == "standalone_accounts":
            return dataclasses.asdict(self.new_standalone_account())
        elif name == "reset":
            self.reset()
        elif name in self.more_controls:
            self.more_controls[name](given)
        else:
            return None
        return {}

    def _set_clock(self, moment: str | None) -> dict[str, Any]:
        if moment is None:
            self.state.clock.release()
        else:
            self.state.clock.move_to(datetime.datetime.fromisoformat(moment))
        return {"now": self.state.clock.now().isoformat()}


def _json(status: int, value: Any) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(value).encode())
