# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The billing imports: an hourly round that queues them, and the one worker that does one after the other."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable
from typing import Any

from tests.emulator.platform import import_rules
from tests.emulator.platform.report_files import ReportFiles
from tests.emulator.platform.report_reading import ImportFailed
from tests.emulator.platform.store import CloudAccount, ReportImport, Store

# An import in progress counts as active as long as it said so within these seconds.
ACTIVE_SECONDS = 1800
# An import that has waited longer than this does not keep the next round from queueing another one.
WAITING_SECONDS = 3 * 3600
HOURLY = 1
_LONGEST_ERROR = 255


class Imports:
    """
    Imports that a test drives: nothing here runs by itself, and an import takes no time unless a test lets it.

    `run` does what is queued. To see an import in progress, `start` one and `finish` it later.
    """

    def __init__(self, store: Store, files: ReportFiles) -> None:
        self._store = store
        self._files = files
        self._begun: dict[str, CloudAccount] = {}
        self._lock = threading.RLock()

    def schedule_round(self) -> list[ReportImport]:
        """
        The platform's own round: queue an import of each source that may import by itself and has none coming.

        Facts: hourly (`import_period` 1); linked sources have no imports of their own.
        """
        with self._lock:
            return [
                self._store.add_report_import(source.id)
                for organization in self._store.organizations()
                for source in self._store.cloud_accounts(organization.id)
                if source.auto_import and source.import_period == HOURLY and not source.linked
                if not any(map(self._is_coming, self._store.open_report_imports(source.id)))
            ]

    def pass_hours(self, hours: int) -> None:
        """Let the clock go on hour by hour, each with its round and all that this queues."""
        for dummy in range(hours):
            self._store.clock.forward(hours=1)
            self.schedule_round()
            self.run()

    def run(self, most: int | None = None) -> list[ReportImport]:
        """Do what is queued, oldest first, and at most this many; how each one ended."""
        done: list[ReportImport] = []
        while most is None or len(done) < most:
            started = self.start()
            if started is None:
                break
            done.append(self.finish(started) if started.state == "in_progress" else started)
        return done

    def start(self) -> ReportImport | None:
        """
        Take the oldest import that waits; None where there is none.

        It is in progress then, or has failed at once: where its organization is disabled (facts: imports are cancelled)
        or another import of its source is active.
        """
        with self._lock:
            waiting = self._store.next_report_import()
            if waiting is None:
                return None
            source = self._store.cloud_account(waiting.cloud_account_id)
            organization = self._store.organization(source.organization_id) if source else None
            others = self._store.open_report_imports(waiting.cloud_account_id)
            active = next((other for other in others if self.is_active(other)), None)
            if active is not None:
                return self._end(waiting, "failed", f"Import cancelled due another import: {active.id}")
            if organization is None or organization.disabled:
                return self._end(waiting, "failed", f"Import cancelled due to disabled organization: {waiting.id}")
            assert source is not None
            self._begun[waiting.id] = source
            return self._end(waiting, "in_progress")

    def finish(self, started: ReportImport) -> ReportImport:
        """
        Do the import; how it ended. A source that has been deleted meanwhile is no import's any more.

        It goes by the source as it was at the start, and then sets the times: a reimport that was asked for while the
        import ran is forgotten.
        """
        with self._lock:
            source = self._begun.pop(started.id)
            if self._store.cloud_account(source.id) is None:
                return started
            sources = self._sources_in_files_of(source)
            try:
                self._import(source, sources)
            except ImportFailed as error:
                failed = {source.id, *(sources[account] for account in error.accounts if account in sources)}
                now = self._store.clock.timestamp()
                self._note(failed, last_import_attempt_at=now, last_import_attempt_error=str(error)[:_LONGEST_ERROR])
                return self._end(started, "failed", str(error))
            return self._end(started, "completed")

    def is_active(self, report_import: ReportImport) -> bool:
        """Whether somebody is at it."""
        return report_import.state == "in_progress" and self._age(report_import.updated_at) <= ACTIVE_SECONDS

    def _is_coming(self, report_import: ReportImport) -> bool:
        waits = report_import.state == "scheduled" and self._age(report_import.created_at) <= WAITING_SECONDS
        return waits or self.is_active(report_import)

    def _age(self, moment: int) -> int:
        return self._store.clock.timestamp() - moment

    def _end(self, report_import: ReportImport, state: str, reason: str | None = None) -> ReportImport:
        now = self._store.clock.timestamp()
        changed = dataclasses.replace(report_import, state=state, state_reason=reason, updated_at=now)
        self._store.put_report_import(changed)
        return changed

    def _sources_in_files_of(self, root: CloudAccount) -> dict[str, str]:
        """
        Whose rows count, by AWS account: the Root itself, and every linked source that has auto_import.

        Facts, "Health" and "What silently stops it": other accounts' rows are skipped.
        """
        others = self._store.cloud_accounts(root.organization_id)
        linked = {other.account_id: other.id for other in others if other.linked and other.auto_import}
        return linked | {root.account_id: root.id}

    def _import(self, source: CloudAccount, sources: dict[str, str]) -> None:
        """
        Facts, "Health": every import sets the Root's times, a linked source's only where the files hold rows of it.

        A success leaves the error of an earlier attempt where it is.
        """
        now, mark = self._store.clock.now(), source.last_import_modified_at
        chosen = import_rules.chosen_files(self._files.find(source), mark, source.last_import_at, now)
        lines = [line for file in chosen for line in self._files.read(source, file)]
        organization = self._store.organization(source.organization_id)
        assert organization is not None
        oldest, discounted = import_rules.oldest_day(mark, now), bool(source.config.get("use_edp_discount"))
        rows = import_rules.rows_of(lines, sources, oldest, organization.currency, discounted)
        for identifier, brought in rows.items():
            self._store.expenses.rewrite(identifier, brought)
        self._note(
            {source.id, *rows},
            last_import_at=int(now.timestamp()),
            last_import_attempt_at=int(now.timestamp()),
            last_import_modified_at=import_rules.new_mark(mark, chosen),
        )

    def _note(self, identifiers: Iterable[str], **fields: Any) -> None:
        with self._store.lock:
            for identifier in identifiers:
                source = self._store.cloud_account(identifier)
                if source is not None:
                    self._store.put(dataclasses.replace(source, **fields))
