# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Cost and Usage Report: the bucket, the export service's permission to write there, and the CUR 2.0 export.

A report that works is never moved: where an option is not given, what the data source reads is meant, and where the
export of the wanted name delivers to.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export as exports
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.moments import iso
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource, has_all
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.bucket import Bucket
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.cur_state import DESTINATION, State
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.report_removal import (
    ReportRemoval,
    unnamed,
)

SERVICE = "bcm-data-exports"
# What CreateExport answers as long as the bucket's new policy has not spread.
_NOT_YET_PERMITTED = "S3 bucket permission validation failed"


class Cur(Resource):
    """One account's CUR 2.0 export, set up as the platform documents it."""

    NAME = "cur"
    OPTIONS = {
        "name": {"type": "str"},
        "bucket": {"type": "str"},
        "bucket_region": {"type": "str"},
        "prefix": {"type": "str"},
        "known": {"type": "dict"},
    }
    CHANGE_OPTIONS = {
        "allow_replace": {"type": "bool", "default": False},
        "purge_bucket": {"type": "bool", "default": False},
        "tags": {"type": "dict"},
    }

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.account = clients.account
        self.name = settings.export_name(options.get("name"), self.account, "name")
        self.default_bucket = settings.bucket(options.get("bucket"), self.account, "bucket")
        self.default_prefix = settings.prefix(options.get("prefix"), "prefix")
        self.default_region = settings.bucket_region(options.get("bucket_region"), clients.region, "bucket_region")
        self.tags = settings.tags(options.get("tags"))
        source = (options.get("known") or {}).get("config") or {}
        self.known = {} if source.get("linked") else source
        self.source = {} if self.absent else self.known

    def read(self) -> State:
        """The export that is meant, and of its bucket what may have changed since AWS accepted the export."""
        listed = dict(
            (export["ExportName"], export) for export in self.clients.read_all(SERVICE, "list_exports", "Exports")
        )
        for export in listed.values():
            self._check_account(export["ExportArn"])
        state = self._meant(listed)
        if state.name in listed:
            state.arn = listed[state.name]["ExportArn"]
            state.status = listed[state.name].get("ExportStatus", {})
            if self.tags:
                answer = self.clients.read(SERVICE, "list_tags_for_resource", ResourceArn=state.arn)
                state.tags = boto3_tag_list_to_ansible_dict(answer.get("ResourceTags", []))
        elif not self.absent:
            folded = dict((name.lower(), name) for name in listed)
            state.namesake = folded.get(state.name.lower(), "")
            if len(listed) >= exports.LIMIT:
                state.cur_exports = [name for name in listed if self._is_cur(self._definition(listed, name))]
        if state.owns_bucket and self.absent:
            state.left = self._removal(state).read(self.clients, self._delivering(state, listed))
        elif state.owns_bucket:
            self._read_bucket(state)
        return state

    def _meant(self, listed: Mapping[str, Any]) -> State:
        """The export that the data source reads, where no option says otherwise; else the one of the wanted name."""
        source_reads = "" if self.options.get("name") else str(self.source.get("report_name") or "")
        if source_reads not in ("", self.name):
            export = self._definition(listed, source_reads)
            state = self._state(source_reads, export)
            if self._is_cur(export) and self._is_read(state) and not state.moves:
                return state
        state = self._state(self.name, self._definition(listed, self.name))
        if source_reads != self.name:
            state.source_reads, state.source_bucket = source_reads, str(self.source.get("bucket_name"))
        return state

    def _delivering(self, state: State, listed: Mapping[str, Any]) -> list[str]:
        """The other exports that are delivered to the same bucket."""
        others = [(name, self._definition(listed, name)) for name in listed if name != state.name]
        return [name for name, one in others if one and exports.destination(one)["S3Bucket"] == state.bucket_name]

    def _state(self, name: str, export: dict[str, Any] | None) -> State:
        place: dict[str, Any] = {}
        if export is not None:
            place = exports.destination(export)
        elif self.source.get("report_name") == name:
            place = {"S3Bucket": self.source.get("bucket_name"), "S3Prefix": self.source.get("bucket_prefix")}
            place["S3Region"] = self.source.get("region_name")
        bucket, prefix, region = (
            default if self.options.get(option) or place.get(key) is None else place[key]
            for key, option, default in zip(
                DESTINATION, DESTINATION.values(), (self.default_bucket, self.default_prefix, self.default_region)
            )
        )
        if bucket != place.get("S3Bucket"):
            region = self.default_region
        return State(self.account, name, bucket, prefix, region, export)

    def _definition(self, listed: Mapping[str, Any], name: str) -> dict[str, Any] | None:
        if name not in listed:
            return None
        return dict(self.clients.read(SERVICE, "get_export", ExportArn=listed[name]["ExportArn"])["Export"])

    @staticmethod
    def _is_cur(export: dict[str, Any] | None) -> bool:
        return export is not None and exports.table_of(export) == exports.TABLE

    def _is_read(self, state: State) -> bool:
        """Whether the data source reads this export; one that finds its report by name alone names no bucket."""
        found = (self.source.get("bucket_name"), self.source.get("bucket_prefix"))
        return self.source.get("report_name") == state.name and all(
            one in (None, other) for one, other in zip(found, (state.bucket_name, state.prefix))
        )

    def _bucket(self, state: State) -> Bucket:
        return Bucket(state.bucket_name, self.account, self.clients.partition, state.region, self.tags)

    def _removal(self, state: State) -> ReportRemoval:
        is_named = state.bucket_name == self.default_bucket
        purges = bool(self.options.get("purge_bucket"))
        return ReportRemoval(state.bucket_name, state.region, state.name, is_named, purges)

    def _read_bucket(self, state: State) -> None:
        bucket = self._bucket(state)
        stands = state.export is not None and state.wanted == state.export and not state.fixed
        state.bucket = bucket.read(self.clients, settled=stands and state.status.get("StatusCode") != "UNHEALTHY")
        if state.bucket is not None and self._delivers_anew(state):
            keys = bucket.keys(self.clients, state.path)
            state.misleading_file = exports.misleading_file(keys, state.name, state.prefix)
            state.has_files = bool(keys)
        state.delivered = state.was_refreshed and not state.moves
        # To connect the platform wants to see files under such a prefix; one that reads them has seen them.
        if "/" in state.prefix and not self._is_read(state):
            state.delivered = state.bucket is not None and bucket.has_any(self.clients, state.path)

    def _delivers_anew(self, state: State) -> bool:
        """Whether files will come to lie where files of somebody else, or of another format, may lie already."""
        is_replaced = bool(state.fixed and self.options.get("allow_replace"))
        return state.export is None or bool(state.moves or state.layout) or is_replaced

    def plan(self, current: State) -> Plan:
        """Bucket first, its policy, then the export."""
        if self.absent:
            return self._plan_removal(current)
        obstacles = current.obstacles(bool(self.options.get("allow_replace")))
        plan = Plan(others=obstacles + current.notes())
        if current.owns_bucket:
            of_bucket = self._bucket(current).plan(current.bucket, current.path, current.name, current.delivers)
            plan.add(of_bucket.steps, of_bucket.others)
        return plan.add([] if obstacles else self._plan_export(current)).add(self._plan_tags(current))

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(cur), the report as it is after the steps."""
        if self.absent:
            return {"cur": self._summary(current, None, {})}
        arn = self.answers.get("create_export", {}).get("ExportArn") or current.arn
        return {"cur": self._summary(current, arn, current.wanted)}

    def info(self, current: State) -> dict[str, Any]:
        """C(cur), the report as it is, with its definition."""
        summary = self._summary(current, current.arn, current.export)
        exists = current.export is not None
        return {"cur": dict(summary, exists=exists, export=current.export, bucket_settings=current.bucket)}

    def _summary(self, state: State, arn: str | None, export: dict[str, Any] | None) -> dict[str, Any]:
        place = exports.destination(export or state.wanted)
        return {
            "name": state.name,
            "arn": arn,
            "bucket": place["S3Bucket"],
            "bucket_region": place["S3Region"],
            "bucket_owner": place.get("S3BucketOwner") or self.account,
            "prefix": place["S3Prefix"],
            "status": state.status.get("StatusCode") if arn else None,
            "status_reason": state.status.get("StatusReason") if arn else None,
            "created_at": iso(state.status.get("CreatedAt")) if arn else None,
            "refreshed_at": iso(state.status.get("LastRefreshedAt")) if arn else None,
            "delivered": state.delivered,
        }

    def _check_account(self, arn: str) -> None:
        account = arn.split(":")[4]
        if account != self.account:
            raise FinopsError(
                "O(account_id): the credentials belong to account {0}; nothing was changed".format(account),
                finding_code="ACCOUNT_OTHER",
            )

    def _plan_removal(self, current: State) -> Plan:
        """Our statement, the export of the name, and where it is asked for the bucket; what was adopted alone stays."""
        plan, removal = Plan(others=unnamed(self.known, current.name)), self._removal(current)
        first = removal.before_the_export(current.left, self.clients) if current.left else Plan()
        last = removal.after_the_export(current.left, self.clients) if current.left else Plan()
        going = [dataclasses.replace(self._deletion(current), code="CUR_UNWANTED")] if current.export else []
        return plan.add(first.steps + going + last.steps, first.others + last.others)

    def _plan_export(self, current: State) -> list[Step]:
        if current.export is None:
            return [self._creation(current, code="CUR_MISSING")]
        if current.fixed:
            # Where AWS refuses the new one, the old one is made again.
            back = {"Export": current.export}
            again = Step("Create the export {0} as it was".format(current.name), SERVICE, "create_export", back)
            deletion = dataclasses.replace(self._deletion(current), code="CUR_REPLACE", undo=again)
            return [deletion, self._creation(dataclasses.replace(current, export=None))]
        return [] if current.wanted == current.export else [self._update(current)]

    def _creation(self, current: State, code: str = "") -> Step:
        parameters: dict[str, Any] = {"Export": current.wanted}
        if self.tags:
            parameters["ResourceTags"] = ansible_dict_to_boto3_tag_list(self.tags)
        return Step(
            "Create the export {0}".format(current.name),
            SERVICE,
            "create_export",
            parameters,
            code=code,
            after=current.wanted,
            repeat_on=_NOT_YET_PERMITTED,
        )

    def _update(self, current: State) -> Step:
        # UpdateExport overwrites all of the export, so what is not ours is sent back as it was read.
        return Step(
            "Update the export {0}".format(current.name),
            SERVICE,
            "update_export",
            {"ExportArn": current.arn, "Export": current.wanted},
            code="CUR_DIFFERS",
            before=current.export,
            after=current.wanted,
            repeat_on=_NOT_YET_PERMITTED,
        )

    def _deletion(self, current: State) -> Step:
        title = "Delete the export {0}".format(current.name)
        return Step(title, SERVICE, "delete_export", {"ExportArn": current.arn}, before=current.export)

    def _plan_tags(self, current: State) -> list[Step]:
        if current.export is None or current.fixed or has_all(self.tags, current.tags):
            return []
        tags = ansible_dict_to_boto3_tag_list(self.tags)
        return [
            Step(
                "Tag the export {0}".format(current.name),
                SERVICE,
                "tag_resource",
                {"ResourceArn": current.arn, "ResourceTags": tags},
                code="CUR_TAGS",
                before=dict(current.tags),
                after=dict(current.tags, **self.tags),
            )
        ]


RESOURCE = Cur
