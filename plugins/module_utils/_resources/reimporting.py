# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it takes to have a data source imported again: which months its bucket holds, the mark, and a note that it was asked for.

The note is a tag of the user or role that the data source works with, and comes last, so that a run that is killed before
it asks again.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from typing import Any, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import boto3_tag_list_to_ansible_dict
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export as exports
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.login import RoleLogin
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import config_of, has_role

_MONTH = re.compile(r"BILLING_PERIOD=(\d{4}-\d{2})/\Z")


@dataclasses.dataclass(frozen=True)
class Keeper:
    """The user or role that keeps the note: which it is, its name, and its tags, None where there is none such."""

    kind: str
    name: str
    tags: Mapping[str, str] | None


def keeper_of(clients: Any, source: Mapping[str, Any], account: str, user: str) -> Keeper:
    """Who keeps the note: the role that the data source works with, where it is this account's, or else the user."""
    if not has_role(source):
        answer = clients.read("iam", "list_user_tags", missing=("NoSuchEntity",), UserName=user)
        return Keeper("user", user, _tags(answer))
    role = RoleLogin.of(config_of(source), account)
    if role.account_id != account:
        return Keeper("role", role.role_name, None)
    answer = clients.read("iam", "list_role_tags", missing=("NoSuchEntity",), RoleName=role.role_name)
    return Keeper("role", role.role_name, _tags(answer))


def months_held(clients: Any, config: Mapping[str, Any]) -> list[str]:
    """The months that the report's bucket holds files of, oldest first; one call for up to a thousand.

    config: the data source's, which says where its report lies.
    """
    bucket, name = config.get("bucket_name"), config.get("report_name")
    if not bucket or not name:
        return []
    if config.get("region_name"):
        clients.use_region("s3", str(config["region_name"]))
    begin = exports.path(str(name), str(config.get("bucket_prefix") or "")) + "data/BILLING_PERIOD="
    found = clients.read_all(
        "s3", "list_objects_v2", "CommonPrefixes", ("NoSuchBucket",), Bucket=bucket, Prefix=begin, Delimiter="/"
    )
    months = [_MONTH.search(entry["Prefix"]) for entry in found or []]
    return sorted(month.group(1) for month in months if month)


def asking(
    source: Mapping[str, Any],
    title: str,
    mark: int,
    code: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Step:
    """Sets a data source's mark back, so that the platform's next round imports what is newer; mark: seconds since 1970."""
    return Step(
        title,
        "platform",
        "update_cloud_account",
        {"identifier": source["id"], "last_import_at": mark, "last_import_modified_at": mark},
        code=code,
        before=dict({"imported_until": _day(source.get("last_import_modified_at"))}, **(before or {})),
        after=dict({"imported_until": _day(mark)}, **(after or {})),
    )


def proof(source: Mapping[str, Any], mark: int) -> Step:
    """Looks whether the platform shows that it was asked."""
    parameters = {"identifier": source["id"], "mark": mark}
    return Step("Prove that the import was asked for", "proof", "prove_asked", parameters)


def noting(keeper: Keeper, tag: str, value: str, title: str) -> Step:
    """Writes the note."""
    key = {"user": "UserName", "role": "RoleName"}[keeper.kind]
    parameters = {key: keeper.name, "Tags": [{"Key": tag, "Value": value}]}
    return Step(title, "iam", "tag_{0}".format(keeper.kind), parameters)


def _day(moment: Any) -> str | None:
    if not moment:
        return None
    return "{0:%Y-%m-%d %H:%M:%S}".format(datetime.datetime.fromtimestamp(int(moment), datetime.timezone.utc))


def _tags(answer: Mapping[str, Any] | None) -> dict[str, str] | None:
    return None if answer is None else dict(boto3_tag_list_to_ansible_dict(answer.get("Tags", [])))
