# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a report's bucket when the report is to go: our statement goes, and only who asks for it loses the files.

The statement goes before the export, which knows its bucket; so a run that is killed in between loses sight of neither.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.bucket_objects import BucketObjects, Contents
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import DENIED, AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import bucket_policy
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.export import EXPORT_REGION
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import Finding, blocked, note
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step

_NO_BUCKET = ("NoSuchBucket", "404")
_UNSEEN = "perhaps a legacy report, which cur:DescribeReportDefinitions would tell"


@dataclasses.dataclass(frozen=True)
class Left:
    """The bucket that a report leaves behind.

    policy: the bucket's, None where it has none. others: exports and legacy reports that deliver here besides. contents: only
    where all is to go. is_denied: the bucket may not be looked at, as another account's may not.
    """

    policy: Mapping[str, Any] | None = None
    others: Sequence[str] = ()
    contents: Contents | None = None
    is_denied: bool = False


@dataclasses.dataclass(frozen=True)
class ReportRemoval:
    """The bucket of the export of a name, in the account and partition of the clients.

    is_named: whether it is the documented one, or the one that the options name. purges: whether it is to go with all its files.
    """

    bucket: str
    region: str
    export: str
    is_named: bool
    purges: bool

    def read(self, clients: Any, delivering: Sequence[str]) -> Left | None:
        """What of the bucket matters, None where there is none. delivering: the other exports that deliver there."""
        clients.use_region("s3", self.region)
        of_ours = {"Bucket": self.bucket, "ExpectedBucketOwner": clients.account}
        try:
            answer = clients.read("s3", "get_bucket_policy", missing=("NoSuchBucketPolicy",), **of_ours)
            policy = json.loads(answer["Policy"]) if answer else None
            if not (self.purges and self.is_named):
                return Left(policy, delivering)
            others = [*delivering, *self._legacy_reports(clients)]
            return Left(policy, others, BucketObjects(clients, self.bucket).contents(self.export))
        except AwsError as error:
            if error.code in _NO_BUCKET:
                return None
            if error.code in DENIED:
                return Left(is_denied=True)
            raise

    def _legacy_reports(self, clients: Any) -> list[str]:
        clients.use_region("cur", EXPORT_REGION.get(clients.partition, EXPORT_REGION["aws"]))
        reports = clients.read_all("cur", "describe_report_definitions", "ReportDefinitions", missing=DENIED)
        if reports is None:
            return [_UNSEEN]
        return [one["ReportName"] for one in reports if one.get("S3Bucket") == self.bucket]

    def before_the_export(self, left: Left, clients: Any) -> Plan:
        """What of the bucket goes first: our statement, unless another export is delivered by it."""
        wanted = bucket_policy.without_ours(dict(left.policy or {}), clients.partition, clients.account, self.bucket)
        if left.policy is None or wanted == left.policy:
            return Plan()
        if left.others:
            title = "our statement in the policy of the bucket {0} stays, since others are delivered by it: {1}"
            return Plan(others=[note("BUCKET_STATEMENT_STAYS", title.format(self.bucket, ", ".join(left.others)))])
        of_ours = {"Bucket": self.bucket, "ExpectedBucketOwner": clients.account}
        operation, setting = (
            ("put_bucket_policy", {"Policy": json.dumps(wanted)}) if wanted else ("delete_bucket_policy", {})
        )
        title = "Take our statement out of the policy of the bucket {0}".format(self.bucket)
        about: dict[str, Any] = {"code": "BUCKET_STATEMENT_UNWANTED", "before": left.policy, "after": wanted}
        return Plan([Step(title, "s3", operation, dict(of_ours, **setting), **about)])

    def after_the_export(self, left: Left, clients: Any) -> Plan:
        """What becomes of the bucket itself, and of the files."""
        if left.is_denied:
            return Plan(others=[self._denied()] if self.purges else [])
        if not self.purges:
            title = "the bucket {0} stays with all that AWS has delivered there".format(self.bucket)
            return Plan(others=[note("BUCKET_STAYS", title, "To have it deleted too, set O(purge_bucket) to true")])
        reasons = self._in_the_way(left, clients)
        if reasons:
            title = "the bucket {0} is not deleted: {1}".format(self.bucket, "; ".join(reasons))
            return Plan(others=[blocked("BUCKET_IN_USE", title, "Take away what is named, or delete it by hand")])
        return Plan(self._emptying(left) + [self._deletion(clients)])

    def _in_the_way(self, left: Left, clients: Any) -> list[str]:
        if not self.is_named:
            return ["it is neither the documented bucket nor the one that O(bucket) names"]
        allowed = bucket_policy.others_allowed(dict(left.policy or {}), clients.partition, clients.account, self.bucket)
        reasons = {
            "others are delivered there, {0}": left.others,
            "its policy lets others in, by {0}": allowed,
            "things of others lie there, such as {0}": left.contents.foreign if left.contents else (),
        }
        return [reason.format(", ".join(names)) for reason, names in reasons.items() if names]

    def _emptying(self, left: Left) -> list[Step]:
        if left.contents is None or not left.contents.has_any:
            return []
        title = "Delete all objects of the bucket {0}, with their versions".format(self.bucket)
        return [Step(title, "objects", "empty_bucket", {"bucket": self.bucket})]

    def _deletion(self, clients: Any) -> Step:
        of_ours = {"Bucket": self.bucket, "ExpectedBucketOwner": clients.account}
        title, before = "Delete the bucket {0}".format(self.bucket), {"Bucket": self.bucket}
        return Step(title, "s3", "delete_bucket", of_ours, code="BUCKET_UNWANTED", before=before)

    def _denied(self) -> Finding:
        return blocked(
            "BUCKET_FOREIGN",
            "the bucket {0} is not deleted: it belongs to another account, or these credentials may not read it".format(
                self.bucket
            ),
            "Grant the access, or delete it by hand",
        )


def unnamed(config: Mapping[str, Any], name: str) -> list[Finding]:
    """A note where the data source reads another report than the one that goes: it may be somebody else's.

    config: the data source's, as the platform listed it.
    """
    reads = config.get("report_name")
    if reads in (None, "", name):
        return []
    title = "the report {0} in the bucket {1}, which the data source read, has neither the documented name nor one that was given, so it stays"
    remedy = "If nobody else needs it, name it by O(name), or delete it by hand"
    return [note("CUR_UNNAMED", title.format(reads, config.get("bucket_name")), remedy)]
