# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report that a data source reads and that has to be replaced, the export beside it, and when to change over.

The export is finops_for_cloud.aws.cur's to make, and the login with it the key's or data source's to hand over. Here it is
decided where the export goes and whether the data source may read it now; and the old report is noted, and in the end deleted.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import import_health, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import report_migration as migration
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.report_migration import (
    Facts,
    Place,
    Report,
    Wanted,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import Finding
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources import report_migration_findings as found
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.account_reports import (
    EXPORTS,
    LEGACY_REPORTS,
    AccountReports,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.delivery import Delivery
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import config_of


@dataclasses.dataclass
class State:
    """What there is; of a data source that reads what it should, the old reports alone.

    source: the account's data source, None where it has none that reads a report.
    old: what it reads, where that has to be replaced. new: the export that it shall read, or reads, whether AWS has it or not.
    ambiguous: the reports that it may read, where its config does not say which. intruder: a file that keeps the export away.
    unready: why what was delivered cannot be read yet, None where nothing was; empty where it can.
    months: by month when the old report's newest file came, in seconds since 1970, None where nobody may look.
    new_months: those of the new export. newest: when its newest file came. replaced: the reports that are noted as replaced.
    unnoted: the legacy reports that are not.
    """

    source: Mapping[str, Any] | None = None
    old: Report | None = None
    new: Report | None = None
    ambiguous: Sequence[str] = ()
    intruder: str | None = None
    unready: Sequence[Finding] | None = None
    months: Mapping[str, float] | None = None
    new_months: Sequence[str] = ()
    newest: float = 0
    replaced: Sequence[Report] = ()
    unnoted: Sequence[str] = ()

    @property
    def is_ready(self) -> bool:
        """Whether the new export has delivered what the platform can read."""
        return self.unready is not None and not self.unready

    @property
    def mark(self) -> float:
        """The newest file that the platform has imported."""
        return float((self.source or {}).get("last_import_modified_at") or 0)

    @property
    def unimported(self) -> list[str]:
        """The months that the platform can only have from the old report and has still to import, unless it fails to."""
        if not self.months or import_health.import_health(self.source or {}) == import_health.FAILED:
            return []
        return migration.unimported(self.months, self.new_months, self.mark)

    @property
    def only_old(self) -> list[str]:
        """The months that only the old report's files have."""
        return [month for month in self.months or () if month not in self.new_months]


class ReportMigration(Resource):
    """One account on its way to a CUR 2.0 export."""

    NAME = "report_migration"
    HAS_STATE = False
    OPTIONS = {
        "name": {"type": "str"},
        "bucket": {"type": "str"},
        "bucket_region": {"type": "str"},
        "prefix": {"type": "str"},
        "known": {"type": "dict"},
    }
    CHANGE_OPTIONS = {"delete_legacy": {"type": "bool", "default": False}}

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.account = clients.account
        settings.export_name(options.get("name"), self.account, "name")
        settings.bucket(options.get("bucket"), self.account, "bucket")
        self.region = settings.bucket_region(options.get("bucket_region"), clients.region, "bucket_region")
        settings.prefix(options.get("prefix"), "prefix")
        self.wanted = Wanted(*(options.get(option) or None for option in ("name", "bucket", "prefix")))
        self.reports = AccountReports(clients)

    # What is there.

    def read(self) -> State:
        """The legacy reports, the exports that matter, and the files of both sides as far as they decide."""
        source = self.options.get("known") or {}
        config = config_of(source)
        if not source or config.get("linked"):
            return State()
        legacy = self.reports.legacy()
        documented = settings.export_name(None, self.account)
        ours = (documented, "{0}-{1}".format(documented, migration.OTHER))
        names = dict.fromkeys(name for name in (config.get("report_name"), self.wanted.name, *ours) if name)
        exports = self.reports.exports(list(names))
        meant = _meant([*legacy, *exports.values()], config)
        if len(meant) != 1:
            return State(source, ambiguous=[str(one.place) for one in meant])
        (reads,) = meant
        if not reads.is_legacy and reads.exists and not reads.reasons:
            return self._read_end(State(source, new=reads), legacy)
        return self._read_beginning(State(source, old=reads), reads, exports)

    def _read_end(self, state: State, legacy: Sequence[Report]) -> State:
        """Of a data source that reads the right export: which reports that replaced."""
        assert state.new is not None
        noted, name = [], state.new.place.name
        for report in legacy:
            tagged = dataclasses.replace(report, tags=self.reports.tags(report.place.name, ""))
            noted.append(tagged)
        others = dict((other, arn) for other, arn in self.reports.others([name]))
        tags = dict((other, self.reports.tags(other, arn)) for other, arn in others.items())
        replaced = self.reports.described([other for other in others if migration.TAG in tags[other]])
        noted += [dataclasses.replace(one, tags=tags[one.place.name]) for one in replaced]
        state.replaced = [one for one in noted if one.noted is not None]
        state.unnoted = [one.place.name for one in noted if one.noted is None]
        if state.replaced:
            came = self.reports.months(state.new) or {}
            state.new_months, state.newest = list(came), max(came.values(), default=0)
            state.months = _together([self.reports.months(one) for one in state.replaced])
        return state

    def _read_beginning(self, state: State, old: Report, exports: Mapping[str, Report]) -> State:
        """Of a data source that reads the old report: where the new export goes, and what it has delivered."""
        fit = dict((name, one.place) for name, one in exports.items() if not one.reasons)
        taken = [name for name in exports if name not in fit]
        for place in migration.places(self.wanted, old.place, fit, taken, self.account):
            there = exports.get(place.name)
            is_there = there is not None and there.place == place
            region = self.region
            if not self.options.get("bucket_region") and place.bucket == old.place.bucket:
                region = old.region
            state.new = there if is_there else Report(place, region, exists=False)
            files = self.reports.files(place, state.new.region if state.new else region) or []
            state.intruder = migration.foreign_file([file["Key"] for file in files], place, is_there)
            if is_there or state.intruder is None:
                break
        if state.new is not None and state.new.exists and state.intruder is None:
            self._read_delivery(state, state.new)
        state.months = self.reports.months(old)
        return state

    def _read_delivery(self, state: State, new: Report) -> None:
        status = self.reports.status(new.place.name)
        report = {
            "name": new.place.name,
            "bucket": new.place.bucket,
            "bucket_region": new.region,
            "prefix": new.place.prefix,
            "arn": new.arn,
            "status": status.get("StatusCode"),
            "created_at": status.get("CreatedAt"),
            "refreshed_at": status.get("LastRefreshedAt"),
        }
        delivery = Delivery({"report": report}, self.clients)
        current = delivery.read()
        if current.seen.files is None:
            state.unready = [found.hidden(new.place, current.unknown["files"])]
        elif current.seen.months:
            state.unready = delivery.plan(current).findings
            state.new_months = list(current.seen.months)

    # What is wrong, and what mends it.

    def plan(self, current: State) -> Plan:
        """Refuse what cannot work; note the old report just before the change-over; delete it where that is asked for."""
        if current.source is None:
            return Plan(others=[] if config_of(self.options.get("known")).get("linked") else [found.no_source()])
        if current.new is None or current.old is None:
            return Plan(others=self._unchosen(current)) if current.new is None else self._end(current)
        refused = self._refusals(current.old, current.new, current)
        if refused:
            return Plan(others=refused)
        others = found.only_old(current.only_old, current.old.place) if current.new_months else []
        waits = self._waits(current.old, current.new, current)
        if waits or not current.is_ready or not current.old.exists:
            return Plan(others=waits + others)
        return Plan([self._noting(current.old, current.new, current)], others)

    def _unchosen(self, current: State) -> list[Finding]:
        if current.old is None:
            return [found.ambiguous(current.ambiguous)]
        return [found.no_name(self.account)]

    def _refusals(self, old: Report, new: Report, current: State) -> list[Finding]:
        if new.place.name == old.place.name and not old.is_legacy and old.exists:
            return [found.same_name(old)]
        if new.place.overlaps(old.place):
            return [found.same_prefix(old, new)]
        if current.intruder is not None:
            return [found.taken(new, current.intruder)]
        return []

    def _waits(self, old: Report, new: Report, current: State) -> list[Finding]:
        if not new.exists:
            return []
        if current.unready is None:
            return [found.undelivered(old, new)]
        if current.unready:
            return [found.unreadable(old, new, current.unready)]
        return [found.unimported(old, current.unimported)] if current.unimported else []

    def _end(self, current: State) -> Plan:
        """Of a data source that reads the right export: what becomes of what it replaced."""
        assert current.new is not None
        plan = Plan(others=[one for old in current.replaced for one in found.only_old(current.only_old, old.place)])
        if not self.options.get("delete_legacy"):
            return plan.add(findings=[found.stays(old) for old in current.replaced])
        if not current.replaced and current.unnoted:
            return plan.add(findings=[found.unnoted(current.unnoted)])
        for old in current.replaced:
            if self._is_imported(old, current):
                plan.add([_deletion(old)])
            else:
                plan.add(findings=[found.unproven(old, current.new)])
        return plan

    def _is_imported(self, old: Report, current: State) -> bool:
        """Whether an import has ended well since the change-over, and has the new export's newest files."""
        source = current.source or {}
        done = int(source.get("last_import_at") or 0)
        noted = old.noted or ""
        is_later = noted.isdigit() and done > int(noted)
        is_fine = import_health.import_health(source) == import_health.FINE
        return is_later and is_fine and 0 < int(current.newest) <= current.mark

    def _noting(self, old: Report, new: Report, current: State) -> Step:
        value = migration.note(new.place, int((current.source or {}).get("last_import_at") or 0))
        tag = {"Key": migration.TAG, "Value": value}
        title = "Note that {0} is being replaced by the export {1}".format(old.words, new.place.name)
        after = {"reads": str(new.place)}
        before = {"reads": str(old.place)}
        service, named = (LEGACY_REPORTS, {"ReportName": old.place.name})
        if not old.is_legacy:
            service, named = (EXPORTS, {"ResourceArn": old.arn})
        tags = {"Tags" if old.is_legacy else "ResourceTags": [tag]}
        return Step(title, service, "tag_resource", dict(named, **tags), "MIGRATION_READY", before, after)

    # What a task returns.

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(stage), and C(migration), what the other steps have to know; neither where there is nothing to migrate."""
        if current.source is None or current.new is None:
            return {"migration": {}, "stage": None}
        gone = [step.before for step in steps if step.code == "MIGRATION_OLD_REPORT"]
        old = [one.words for one in current.replaced if str(one.place) not in gone]
        facts = Facts(
            current.old.words if current.old else "",
            current.new.place.name,
            current.old is not None,
            current.new.exists,
            current.is_ready,
            old,
        )
        may_switch = current.old is None or (current.is_ready and not current.unimported)
        return {
            "migration": {
                "old": _as_result(current.old),
                "new": _as_result(current.new),
                "may_switch": may_switch,
                "months_only_old": current.only_old if current.old is None or current.new_months else [],
            },
            "stage": dataclasses.asdict(migration.stage(facts)),
        }

    def info(self, current: State) -> dict[str, Any]:
        """C(stage) and C(migration)."""
        return self.describe(current, ())


def _meant(reports: Sequence[Report], config: Mapping[str, Any]) -> list[Report]:
    """What a data source reads, by its config: one report; several or none where that does not say."""
    name, bucket, prefix = (config.get(key) for key in ("report_name", "bucket_name", "bucket_prefix"))
    found = [
        one
        for one in reports
        if name in (None, one.place.name)
        and bucket in (None, one.place.bucket)
        and (prefix is None or prefix.strip("/") == one.place.prefix.strip("/"))
    ]
    if found or not (name and bucket):
        return found
    region = config.get("region_name") or settings.REGION
    return [Report(Place(name, bucket, prefix or ""), region, config.get("cur_version") != 2, exists=False)]


def _together(months: Sequence[Mapping[str, float] | None]) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in months:
        for month, came in (one or {}).items():
            found[month] = max(came, found.get(month, 0))
    return dict(sorted(found.items()))


def _deletion(old: Report) -> Step:
    title = "Delete {0}; its files stay".format(old.words)
    if old.is_legacy:
        call = (LEGACY_REPORTS, "delete_report_definition", {"ReportName": old.place.name})
    else:
        call = (EXPORTS, "delete_export", {"ExportArn": old.arn})
    return Step(title, *call, code="MIGRATION_OLD_REPORT", before=str(old.place))


def _as_result(report: Report | None) -> dict[str, Any] | None:
    if report is None:
        return None
    return {
        "name": report.place.name,
        "bucket": report.place.bucket,
        "bucket_region": report.region,
        "prefix": report.place.prefix,
        "legacy": report.is_legacy,
        "exists": report.exists,
    }


RESOURCE = ReportMigration
