# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The months that an account's report lacks: named, asked for, and recognised once they have arrived.

The decisions are _knowledge/backfill's. The import that they take is asked for by the step after this one.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import backfill, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export as exports
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism import local_files
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import Finding, note, pending
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import OPTIONS as PLATFORM_OPTIONS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.data_source import Listed
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.reimport import BACKFILL, TAGS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.reimporting import keeper_of, months_held
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import Target, config_of

FOLDER = "finops-report"
_REGION = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}
_NO_PLAN = "SubscriptionRequiredException"
_MONTH = len("2026-01")
# What AWS's support center calls the matter.
_CATEGORY = {"serviceCode": "billing", "categoryCode": "other-billing-questions", "severityCode": "low"}


@dataclasses.dataclass
class State:
    """What is known of an account's months; source is None where the account has no data source with a report.

    first, said_by: the month of the first cost, and who says so. asked: the months that an earlier run had imported again.
    case: the support case, None where none is needed. is_written: whether its file is there. filed: its id where it is.
    has_plan: whether the account's support plan has an API, None where nobody asked. tags: what becomes of their backfill.
    """

    source: Mapping[str, Any] | None = None
    first: str | None = None
    said_by: str = ""
    held: Sequence[str] = ()
    missing: Sequence[str] = ()
    arrived: Sequence[str] = ()
    asked: Sequence[str] = ()
    case: backfill.Case | None = None
    is_written: bool = False
    filed: str | None = None
    has_plan: bool | None = None
    tags: backfill.Tags = backfill.Tags()


class Backfill(Listed):
    """The months of one account with a report of its own.

    options: first_cost_month, joined (the day), folder (where support cases are written), file_support_case, backfill_tags,
    cost_explorer; the platform_ ones, user_name and known as of reimport.
    """

    NAME = "backfill"
    HAS_STATE = False
    OPTIONS = dict(PLATFORM_OPTIONS, user_name={"type": "str"})
    CHANGE_OPTIONS: dict[str, Any] = {
        "known": {"type": "dict"},
        "first_cost_month": {"type": "str"},
        "joined": {"type": "str"},
        "folder": {"type": "path", "default": FOLDER},
        "file_support_case": {"type": "bool", "default": False},
        "backfill_tags": {"type": "bool", "default": False},
        "cost_explorer": {"type": "bool", "default": False},
    }

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.user = settings.user_name(options.get("user_name"))
        self.given = settings.month(options.get("first_cost_month"), "first_cost_month")
        self.path = os.path.join(str(options.get("folder") or FOLDER), "support-case-{0}.txt".format(self.account))

    def read(self) -> State:
        """The bucket's months, the platform's, the note, and where it is asked for Cost Explorer, cases and tags."""
        source = self.read_source(Target({}, self.account))
        config = config_of(source)
        if source is None or config.get("linked") or not config.get("report_name"):
            return State()
        for service in ("support", "ce"):
            self.clients.use_region(service, _REGION.get(self.clients.partition, settings.REGION))
        now: datetime.datetime = self.clients.platform.now
        state = State(source, held=months_held(self.clients, config))
        on_platform = sorted(self._platform_months(now))
        evidence = {
            "platform": min(on_platform, default=None),
            "files": min(state.held, default=None),
            "organization": str(self.options.get("joined") or "")[:_MONTH] or None,
            "Cost Explorer": self._first_of_cost_explorer(now) if self.options.get("cost_explorer") else None,
        }
        state.first, state.said_by = backfill.first_cost(self.given, evidence)
        state.missing = backfill.missing(state.first, state.held, now)
        keeper = keeper_of(self.clients, source, self.account, self.user)
        state.asked = (keeper.tags or {}).get(TAGS[BACKFILL], "").split()
        if source.get("last_import_modified_at"):
            state.arrived = backfill.arrived(state.held, on_platform, state.asked, now)
        if state.missing:
            self._read_case(state, config)
        if self.options.get("backfill_tags"):
            listed = self.clients.read_all("ce", "list_cost_allocation_tag_backfill_history", "BackfillRequests")
            state.tags = backfill.tags(listed or [], now)
        return state

    def plan(self, current: State) -> Plan:
        """Write the case, file it where that was asked for and can be, and begin the tags' backfill."""
        plan = Plan(others=self._findings(current))
        if current.case is not None and not current.is_written:
            title = "Write the support case for {0} to {1}".format(", ".join(current.missing), self.path)
            parameters = {"path": self.path, "text": current.case.text}
            plan.add([Step(title, "local", "write_text", parameters, code="BACKFILL_CASE", after=current.case.text)])
        if current.case is not None and current.has_plan and current.filed is None:
            body = {
                "subject": current.case.subject,
                "communicationBody": current.case.body,
                "language": "en",
                **_CATEGORY,
            }
            title = "File the support case {0!r}".format(current.case.subject)
            plan.add([Step(title, "support", "create_case", body, code="BACKFILL_UNFILED", after=body)])
        if current.tags.begin is not None:
            title = "Begin the backfill of cost allocation tags from {0} on".format(current.tags.begin[:_MONTH])
            parameters = {"BackfillFrom": current.tags.begin}
            plan.add([Step(title, "ce", "start_cost_allocation_tag_backfill", parameters, code="BACKFILL_TAGS")])
        return plan

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(backfill), and the C(stage) in which the account is."""
        if current.source is None:
            return {"backfill": None}
        filed = (self.answers.get("create_case") or {}).get("caseId") or current.filed
        is_filed = filed is not None or any(step.operation == "create_case" for step in steps)
        months = sorted({*current.asked, *current.arrived})[-backfill.REACH :]
        stage = backfill.stage(current.missing, current.arrived, is_filed)
        return {
            "backfill": {
                "first_cost": current.first,
                "said_by": current.said_by,
                "held": list(current.held),
                "missing": list(current.missing),
                "arrived": list(current.arrived),
                "from": min(current.arrived, default=None),
                "about": " ".join(months) or None,
                "support_case": self.path if current.case else None,
                "case_id": filed,
            },
            "stage": dataclasses.asdict(stage),
        }

    def info(self, current: State) -> dict[str, Any]:
        """As describe() has it."""
        return self.describe(current, ())

    def _platform_months(self, now: datetime.datetime) -> set[str]:
        first = "{0:04d}-{1:02d}".format(now.year - 1, now.month)
        costs = self.clients.platform.costs(first, "{0:%Y-%m}".format(now))
        return {month for month, cost in costs.get(self.account, {}).items() if cost}

    def _first_of_cost_explorer(self, now: datetime.datetime) -> str | None:
        """One request, which AWS charges for."""
        period = {"Start": "{0:04d}-{1:02d}-01".format(now.year - 1, now.month), "End": "{0:%Y-%m}-01".format(now)}
        answer = self.clients.read(
            "ce",
            "get_cost_and_usage",
            TimePeriod=period,
            Granularity="MONTHLY",
            Metrics=["BlendedCost"],
            GroupBy=[{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}],
        )
        months = [one["TimePeriod"]["Start"][:_MONTH] for one in answer.get("ResultsByTime", []) if one.get("Groups")]
        return min(months, default=None)

    def _read_case(self, state: State, config: Mapping[str, Any]) -> None:
        name, prefix = str(config["report_name"]), str(config.get("bucket_prefix") or "")
        listed = self.clients.read_all("bcm-data-exports", "list_exports", "Exports")
        arn = next((one["ExportArn"] for one in listed if one["ExportName"] == name), None)
        report = {"name": name, "arn": arn, "bucket": config.get("bucket_name"), "path": exports.path(name, prefix)}
        state.case = backfill.case(self.account, report, state.missing)
        state.is_written = local_files.read_text(self.path) == state.case.text
        if self.options.get("file_support_case"):
            self._read_filed(state, state.case.subject)

    def _read_filed(self, state: State, subject: str) -> None:
        try:
            cases = self.clients.read_all("support", "describe_cases", "cases", includeResolvedCases=True)
        except AwsError as error:
            if error.code != _NO_PLAN:
                raise
            state.has_plan = False
            return
        state.has_plan = True
        state.filed = next((str(one["caseId"]) for one in cases if one.get("subject") == subject), None)

    def _findings(self, current: State) -> list[Finding]:
        found = []
        if current.missing:
            title = "the bucket lacks {0}, since the account's first cost of {1} (by {2})".format(
                ", ".join(current.missing), current.first, current.said_by
            )
            remedy = "" if current.filed else "Send AWS the support case in {0}".format(self.path)
            found.append(note("BACKFILL_MISSING", title, remedy, actual=list(current.missing)))
        if current.has_plan is False:
            found.append(
                note(
                    "BACKFILL_NO_SUPPORT_PLAN",
                    "the account's support plan has no API, so the support case was not filed ({0})".format(_NO_PLAN),
                    "Open it by hand, with the text in {0}".format(self.path),
                )
            )
        if current.tags.later is not None:
            title = (
                "AWS begins one backfill of cost allocation tags in 24 hours, the next one at {0:%Y-%m-%d %H:%M} UTC"
            )
            found.append(pending("BACKFILL_TAGS_LATER", title.format(current.tags.later), "Run again then"))
        return found


RESOURCE = Backfill
