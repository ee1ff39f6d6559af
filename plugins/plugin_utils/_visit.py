# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account visit: what the steps of one walk through an account hand on to each other.

A visit begins with the step that looks at the account (module C(account)) and ends with the worker process that Ansible
forked for the task: all items of a task's loop run in one worker, and a worker serves one host at a time. A later task of
the same run continues a visit from the results that the earlier one registered.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import Clients
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.left_out import Account
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import DRIFT
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._role_variables import RoleVariables


@dataclasses.dataclass
class Visit:
    """The connections, the login's session (sealed), what the steps found out, and whether one of them has failed.

    variables: the host's, as the first step templated them.
    data_source: as the platform lists it, empty where it lists none, None without a platform.
    report: the report in force, as the module C(cur) returns it. case: the account's. bill, reimport, backfill: as the steps of
    these names return them.
    leaving: ids and ARNs of what is gone by now, or in check mode would be.
    migration: where a report is migrated, what C(report_migration) returned, empty where there is nothing to migrate.
    role_pending: whether the role, or what it may do, is still to be made, as in check mode.
    """

    host: str
    variables: RoleVariables | None = None
    clients: Clients | None = None
    session: str | None = None
    data_source: dict[str, Any] | None = None
    report: dict[str, Any] = dataclasses.field(default_factory=dict)
    leaving: list[str] = dataclasses.field(default_factory=list)
    migration: Mapping[str, Any] | None = None
    role_pending: bool = False
    case: str = ""
    bill: dict[str, Any] = dataclasses.field(default_factory=dict)
    reimport: dict[str, Any] = dataclasses.field(default_factory=dict)
    backfill: dict[str, Any] = dataclasses.field(default_factory=dict)
    has_failed: bool = False

    @property
    def source_role(self) -> str | None:
        """The name of the role that the data source works with, so that no user of ours serves it; None where none."""
        return (self.data_source or {}).get("config", {}).get("assume_role_name")

    def auth(self, intent: str) -> str:
        """What the platform works with in the account, or will."""
        asked = self.variables.asked_auth if self.variables else None
        return procedure.auth_of(bool(self.source_role), bool(self.data_source), asked, intent)

    def standing(self, intent: str) -> Account:
        """What decides which steps of an intent are left out."""
        return Account(
            self.case,
            intent,
            self.auth(intent),
            bool(self.data_source),
            self.source_role,
            self.variables.asked_auth if self.variables else None,
            self.migration,
            bool(self.bill.get("transferred")),
        )

    def options(self, module: str) -> dict[str, Any]:
        """What the next step is handed."""
        of_module: dict[str, Any] = {
            "bill": {"known": self.data_source},
            "report_migration": self._migrated(),
            "cur": {"known": self.data_source, **self._new_place(), **self._new_report()},
            "policy": {
                **(self._report(bucket="bucket", prefix="prefix") or self._read()),
                **self._old_place(),
                **self._leaving(),
            },
            "user": self._leaving(),
            "access_key": {**self._source(), "data_source": self._target(), **self._leaving()},
            "data_source": {**self._source(), **self._target(), "role_pending": self.role_pending},
            "former_login": {"known": self.data_source},
            "delivery": {"known": self.data_source, "report": self.report or None},
            "backfill": {"known": self.data_source},
            "reimport": {**self._source(), **self._asked()},
            "billing_gap": {
                "bill": self.bill,
                "report": self.report or None,
                "known": self.data_source,
                "reimport": self.reimport or None,
            },
        }.get(module, {})
        return {"session": self.session, **of_module}

    def _leaving(self) -> dict[str, Any]:
        return {"leaving": self.leaving} if self.leaving else {}

    def _migrated(self) -> dict[str, Any]:
        """What a run has just changed over is told of at its end, and never deleted then."""
        return {"known": self.data_source, **({} if self.migration is None else {"delete_legacy": False})}

    def _new_place(self) -> dict[str, Any]:
        """Where the new export goes, as long as the data source reads an old report."""
        migration = self.migration or {}
        options = ("name", "bucket", "bucket_region", "prefix")
        return {option: migration["new"][option] for option in options} if migration.get("old") else {}

    def _old_place(self) -> dict[str, Any]:
        """The report that the login must read as long as the data source reads it."""
        old = (self.migration or {}).get("old")
        return {"also": [{option: old[option] for option in ("bucket", "prefix")}]} if old else {}

    def _new_report(self) -> dict[str, Any]:
        """Where the report goes that is made in place of one that a bill took with it."""
        return {**self.bill["report"], "billing_view": self.bill["billing_view"]} if self.bill.get("report") else {}

    def _asked(self) -> dict[str, Any]:
        """What is to be imported again, and what is noted once that was asked for."""
        if self.backfill:
            return {"why": "backfill", "month": self.backfill.get("from"), "about": self.backfill.get("about")}
        since = self.bill.get("transferred_at") or f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m}"
        return {"why": "transfer", "month": since[: len("2026-10")], "about": self.report.get("name")}

    def _source(self) -> dict[str, Any]:
        return {"known": self.data_source, "delivered": self.report.get("delivered")}

    def _target(self) -> dict[str, Any]:
        return self._report(cur_name="name", cur_bucket="bucket", cur_prefix="prefix")

    def _read(self) -> dict[str, Any]:
        """Where the data source reads, for a visit that does not look at the report itself."""
        config = (self.data_source or {}).get("config", {})
        bucket, prefix = config.get("bucket_name"), config.get("bucket_prefix")
        return {"bucket": bucket, **({"prefix": prefix} if prefix else {})} if bucket else {}

    def _report(self, **keys: str) -> dict[str, Any]:
        """Options for what is known of the report; keys: what the report calls each."""
        return {option: self.report[key] for option, key in keys.items() if self.report.get(key)}

    def note(self, result: Mapping[str, Any], clients: Clients | None = None) -> None:
        """Keep what a step has found out."""
        self.clients = clients or self.clients
        self.session = result.get("session", self.session)
        self.leaving = self.leaving + list(result.get("removed") or [])
        # Of one that is gone later steps still ask whose key it held.
        if not (self.data_source and self.data_source.get("id") in self.leaving):
            self.data_source = result.get("data_source", self.data_source)
        self.report = result.get("cur") or self.report
        self.migration = result.get("migration", self.migration)
        if result.get("module") in ("policy", "role"):
            found = result.get("findings") or ()
            self.role_pending |= any(finding.get("severity") == DRIFT for finding in found)
        for name in ("case", "bill", "reimport", "backfill"):
            setattr(self, name, result.get(name) or getattr(self, name))
        self.has_failed = bool(result.get("failed"))


_UNDER_WAY: Visit | None = None


def visit(host: str, begins: bool, earlier: Mapping[str, Any] | None = None) -> Visit:
    """The visit that a step on a host belongs to.

    begins: whether it is the step that a visit begins with.
    earlier: what the task before registered, where the visit goes on in another one.
    """
    global _UNDER_WAY
    if begins or _UNDER_WAY is None or _UNDER_WAY.host != host:
        _UNDER_WAY = Visit(host)
        for result in (earlier or {}).get("results", []):
            _UNDER_WAY.note(result)
    return _UNDER_WAY
