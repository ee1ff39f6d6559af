# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Cost and Usage Report: the bucket, the export service's permission to write there, and the CUR 2.0 export."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import documents, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import note
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource, has_all
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.bucket import Bucket

SERVICE = "bcm-data-exports"
# What CreateExport answers as long as the bucket's new policy has not spread.
_NOT_YET_PERMITTED = "S3 bucket permission validation failed"


@dataclasses.dataclass
class State:
    """The bucket's settings, and the export of the wanted name with its ARN, health and tags."""

    bucket: Mapping[str, Any] | None = None
    export: dict[str, Any] | None = None
    arn: str | None = None
    status: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)


class Cur(Resource):
    """One account's CUR 2.0 export, set up as the platform documents it."""

    NAME = "cur"
    OPTIONS = {
        "name": {"type": "str"},
        "bucket": {"type": "str"},
        "bucket_region": {"type": "str"},
        "prefix": {"type": "str"},
    }
    CHANGE_OPTIONS = {"allow_replace": {"type": "bool", "default": False}, "tags": {"type": "dict"}}

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.account = clients.account
        self.name = settings.export_name(options.get("name"), self.account)
        bucket = settings.bucket(options.get("bucket"), self.account)
        prefix = settings.prefix(options.get("prefix"))
        region = settings.bucket_region(options.get("bucket_region"), clients.region)
        self.tags = settings.tags(options.get("tags"))
        self.bucket = Bucket(bucket, self.account, clients.partition, region, self.tags)
        self.wanted = documents.export(self.name, bucket, prefix, region)
        clients.use_region("s3", region)

    def read(self) -> State:
        """The export by its name, and of the bucket what may have changed since AWS accepted the export."""
        state = State()
        exports = self.clients.read_all(SERVICE, "list_exports", "Exports")
        found = next((export for export in exports if export["ExportName"] == self.name), None)
        if found:
            state.arn = found["ExportArn"]
            self._check_account(found["ExportArn"])
            state.status = found.get("ExportStatus", {})
            state.export = self.clients.read(SERVICE, "get_export", ExportArn=state.arn)["Export"]
            if self.tags:
                answer = self.clients.read(SERVICE, "list_tags_for_resource", ResourceArn=state.arn)
                state.tags = boto3_tag_list_to_ansible_dict(answer.get("ResourceTags", []))
        if not self.absent:
            state.bucket = self.bucket.read(self.clients, settled=_matches(self.wanted, state.export))
        return state

    def plan(self, current: State) -> Plan:
        """Bucket first, its policy, then the export; FinopsError where only a replacement would do and is not allowed."""
        return Plan(self._steps(current), [note("CUR_UNHEALTHY", text) for text in self._warnings(current)])

    def _steps(self, current: State) -> list[Step]:
        if self.absent:
            return [self._deletion(current)] if current.export else []
        return self.bucket.plan(current.bucket) + self._plan_export(current) + self._plan_tags(current)

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(cur), the report as it is after the steps."""
        arn = current.arn or self.answers.get("create_export", {}).get("ExportArn")
        return {
            "cur": self._summary(None if self.absent else arn, None if self.absent else self.wanted, current.status)
        }

    def info(self, current: State) -> dict[str, Any]:
        """C(cur), the report as it is, with its definition."""
        summary = self._summary(current.arn, current.export, current.status)
        return {
            "cur": dict(
                summary, exists=current.export is not None, export=current.export, bucket_settings=current.bucket
            )
        }

    def _warnings(self, current: State) -> list[str]:
        """An export that AWS cannot deliver."""
        if self.absent or current.status.get("StatusCode") != "UNHEALTHY":
            return []
        return [
            "AWS calls the export {1} UNHEALTHY: {2}".format(
                self.account, self.name, current.status.get("StatusReason", "no reason given")
            )
        ]

    def _check_account(self, arn: str) -> None:
        account = arn.split(":")[4]
        if account != self.account:
            raise FinopsError(
                "O(account_id): the credentials belong to account {0}; nothing was changed".format(account)
            )

    def _summary(self, arn: str | None, export: Mapping[str, Any] | None, status: Mapping[str, Any]) -> dict[str, Any]:
        destination = ((export or self.wanted)["DestinationConfigurations"])["S3Destination"]
        return {
            "name": self.name,
            "arn": arn,
            "bucket": destination["S3Bucket"],
            "bucket_region": destination["S3Region"],
            "prefix": destination["S3Prefix"],
            "status": status.get("StatusCode"),
        }

    def _plan_export(self, current: State) -> list[Step]:
        if current.export is None:
            return [self._creation()]
        if _matches(self.wanted, current.export):
            return []
        fixed = _fixed_differences(self.wanted, current.export)
        if not fixed:
            return [self._update(current)]
        if not self.options.get("allow_replace"):
            raise FinopsError(
                "O(name): the export {0} exists with {1}, which AWS cannot change in place. "
                "Set O(allow_replace) (option allow_replace) to true to delete it and create it anew, which keeps "
                "the files it delivered; or name another O(name)".format(self.name, ", ".join(fixed))
            )
        return [self._deletion(current), self._creation()]

    def _creation(self) -> Step:
        parameters: dict[str, Any] = {"Export": self.wanted}
        if self.tags:
            parameters["ResourceTags"] = ansible_dict_to_boto3_tag_list(self.tags)
        return Step(
            "Create the export {0}".format(self.name),
            SERVICE,
            "create_export",
            parameters,
            after=self.wanted,
            repeat_on=_NOT_YET_PERMITTED,
        )

    def _update(self, current: State) -> Step:
        # UpdateExport overwrites all of the export, so what is not ours is sent back as it was read.
        export = copy.deepcopy(current.export or {})
        export["DataQuery"]["QueryStatement"] = self.wanted["DataQuery"]["QueryStatement"]
        destination = export["DestinationConfigurations"]["S3Destination"]
        destination.update(self.wanted["DestinationConfigurations"]["S3Destination"])
        export["RefreshCadence"] = self.wanted["RefreshCadence"]
        return Step(
            "Update the export {0}".format(self.name),
            SERVICE,
            "update_export",
            {"ExportArn": current.arn, "Export": export},
            before=current.export,
            after=export,
            repeat_on=_NOT_YET_PERMITTED,
        )

    def _deletion(self, current: State) -> Step:
        title = "Delete the export {0}".format(self.name)
        return Step(title, SERVICE, "delete_export", {"ExportArn": current.arn}, before=current.export)

    def _plan_tags(self, current: State) -> list[Step]:
        if current.export is None or has_all(self.tags, current.tags):
            return []
        tags = ansible_dict_to_boto3_tag_list(self.tags)
        return [
            Step(
                "Tag the export {0}".format(self.name),
                SERVICE,
                "tag_resource",
                {"ResourceArn": current.arn, "ResourceTags": tags},
                before=dict(current.tags),
                after=dict(current.tags, **self.tags),
            )
        ]


def _matches(wanted: Mapping[str, Any], export: Mapping[str, Any] | None) -> bool:
    """Whether an export has all that is wanted; settings and columns that are not ours do not count."""
    return (
        export is not None
        and not _fixed_differences(wanted, export)
        and _has_columns(wanted["DataQuery"]["QueryStatement"], export["DataQuery"]["QueryStatement"])
        and _only(wanted, export, "DestinationConfigurations") == wanted["DestinationConfigurations"]
        and _only(wanted, export, "RefreshCadence") == wanted["RefreshCadence"]
    )


def _only(wanted: Mapping[str, Any], export: Mapping[str, Any], key: str) -> Any:
    return documents.only_keys_of(wanted[key], export.get(key))


def _has_columns(wanted: str, query: str) -> bool:
    found = documents.selected_columns(query)
    return found is not None and found >= (documents.selected_columns(wanted) or set())


def _fixed_differences(wanted: Mapping[str, Any], export: Mapping[str, Any]) -> list[str]:
    """The table's settings that differ, such as C(TIME_GRANULARITY=DAILY): AWS fixes them when an export is made."""
    tables = export["DataQuery"].get("TableConfigurations") or {}
    if documents.TABLE not in tables:
        return ["another table ({0})".format(", ".join(tables) or "unknown")]
    found = tables[documents.TABLE]
    return [
        "{0}={1}".format(key, found.get(key, "unset"))
        for key, value in wanted["DataQuery"]["TableConfigurations"][documents.TABLE].items()
        if found.get(key, value) != value
    ]


RESOURCE = Cur
