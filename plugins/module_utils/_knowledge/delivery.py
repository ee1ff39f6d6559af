# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS has delivered of an export, and what is wrong with that; pure.

Sources: the AWS Data Exports user guide (a first delivery within 24 hours, then at least one a day; the manifest comes after
the data files), the API's states of an execution, and the platform's code for what its importer reads.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export as exports
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.columns import NEEDED, WANTED
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import Finding, alarm, pending

# What is younger than this need not have delivered yet.
NEW = datetime.timedelta(hours=24)
# AWS delivers daily; half a day later something is wrong.
FRESH = datetime.timedelta(hours=36)
# Between the first data file of a delivery and its manifest.
_UNDER_WAY = datetime.timedelta(hours=1)
SUCCESS = "DELIVERY_SUCCESS"
FAILURES = ("QUERY_FAILURE", "DELIVERY_FAILURE")
# What a person does about a delivery that failed, by AWS's reason.
_REMEDIES = {
    "INSUFFICIENT_PERMISSION": "See that the bucket is there, and that its policy and its key let "
    "bcm-data-exports.amazonaws.com write; onboard mends the policy, and AWS tries again within a day",
    "BILL_OWNER_CHANGED": "The account's bill belongs to another account now: make the report there and connect it",
}
_TRIES_AGAIN = "AWS tries again within a day; where it stays so, open a support case with AWS"
_WAIT = "Wait for AWS, which delivers a new export within 24 hours"
_DELIVERS_DAILY = "See what the export's last execution says, and where it says nothing, open a support case with AWS"
# How many files a text names.
_NAMED = 3


@dataclasses.dataclass(frozen=True)
class File:
    """An object as S3 lists it."""

    key: str
    size: int
    tag: str
    modified: datetime.datetime


@dataclasses.dataclass(frozen=True)
class Execution:
    """One delivery as AWS tells of it; at: when it last changed."""

    status: str
    reason: str | None
    at: datetime.datetime


@dataclasses.dataclass
class Seen:
    """What there is to judge; None for what nobody could look at.

    name, prefix, bucket: of the export. exists: whether AWS has it. created, refreshed: when it was made and last delivered.
    now: AWS's time. executions: in any order. files: all below the export's path.
    named: the keys that the newest month's manifest names. manifest_fault: what is wrong with the manifest itself.
    missing: the columns that the files lack. spoilt: by key why a data file is no Parquet file.
    """

    name: str
    prefix: str
    bucket: str
    now: datetime.datetime
    exists: bool | None = None
    created: datetime.datetime | None = None
    refreshed: datetime.datetime | None = None
    executions: Sequence[Execution] | None = None
    files: Sequence[File] | None = None
    named: Sequence[str] | None = None
    manifest_fault: str = ""
    missing: Sequence[str] | None = None
    spoilt: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether AWS still has time for a first delivery; an export that is not there yet has all of it."""
        return self.exists is False or (self.created is not None and self.now - self.created < NEW)

    @property
    def months(self) -> dict[str, list[File]]:
        """The data files that the platform reads, by billing period, oldest first."""
        path = re.escape(exports.path(self.name, self.prefix))
        data = re.compile(path + r"data/BILLING_PERIOD=(\d{4}-\d{2})/[^/]+\.parquet\Z")
        found: dict[str, list[File]] = {}
        for file in sorted(self.files or (), key=lambda one: one.key):
            match = data.match(file.key)
            if match:
                found.setdefault(match.group(1), []).append(file)
        return dict(sorted(found.items()))

    @property
    def newest(self) -> datetime.datetime | None:
        """When the newest data file came."""
        return max((file.modified for files in self.months.values() for file in files), default=None)

    @property
    def execution(self) -> Execution | None:
        """The newest execution."""
        return max(self.executions or (), key=lambda one: one.at, default=None)

    def manifest(self) -> File | None:
        """The manifest of the newest month that has data files."""
        months = self.months
        if not months:
            return None
        begin = "{0}metadata/BILLING_PERIOD={1}/".format(exports.path(self.name, self.prefix), max(months))
        found = [file for file in self.files or () if file.key.startswith(begin) and file.key.endswith("Manifest.json")]
        return max(found, key=lambda one: one.modified, default=None)


def manifest_keys(text: bytes, bucket: str) -> list[str]:
    """The keys of the data files that a manifest names; ValueError, in words, for one that cannot be read."""
    try:
        about = json.loads(text)
    except ValueError:
        raise ValueError("it is no JSON")
    named = about.get("dataFiles") if isinstance(about, dict) else None
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise ValueError("it names no data files")
    begin = "s3://{0}/".format(bucket)
    return [one[len(begin) :] if one.startswith(begin) else one for one in named]


def missing_columns(columns: Sequence[str]) -> list[str]:
    """Those that the platform needs, and those without which it is wrong, that are not among these."""
    return [name for name in (*NEEDED, *WANTED) if name not in columns]


def findings(seen: Seen) -> list[Finding]:
    """All that is wrong with what was delivered; nothing about what nobody could look at."""
    return _of_execution(seen) + _of_files(seen) + _of_columns(seen)


def _of_execution(seen: Seen) -> list[Finding]:
    if seen.executions is None:
        return []
    ended = [one for one in seen.executions if one.status in (SUCCESS, *FAILURES)]
    newest = max(ended, key=lambda one: one.at, default=None)
    if newest is not None and newest.status in FAILURES:
        reason = newest.reason or "no reason given"
        title = "AWS did not deliver the export {0}: {1} ({2}) on {3}".format(
            seen.name, newest.status, reason, _shown(newest.at)
        )
        return [alarm("EXECUTION_FAILED", title, _REMEDIES.get(reason, _TRIES_AGAIN), SUCCESS, newest.status)]
    if newest is not None or seen.refreshed is not None:
        return []
    if not seen.exists:
        title = "there is no export {0} yet, so AWS delivers nothing".format(seen.name)
        return [pending("EXECUTION_NONE", title, "Run onboard, and wait for AWS")]
    title = "AWS has not delivered the export {0} yet".format(seen.name)
    if seen.is_new:
        return [pending("EXECUTION_NONE", title, _WAIT)]
    return [alarm("EXECUTION_NONE", "{0}, made on {1}".format(title, _day(seen.created)), _TRIES_AGAIN)]


def _of_files(seen: Seen) -> list[Finding]:
    if seen.files is None:
        return []
    found = _of_other_formats(seen)
    months = seen.months
    if not months:
        title = "no data files lie in the bucket {0} under {1}".format(seen.bucket, _path(seen))
        return [*found, _late(seen, "FILES_NONE", title)]
    return found + _of_age(seen) + _of_manifest(seen, months)


def _of_age(seen: Seen) -> list[Finding]:
    found, newest = [], seen.newest
    month, since = "{0:%Y-%m}".format(seen.now), seen.now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    # On the first day of a month its files are still to come.
    if month not in seen.months and seen.now - since >= FRESH:
        title = "the month {0} has no data files in the bucket {1} under {2}".format(month, seen.bucket, _path(seen))
        found.append(_late(seen, "FILES_MONTH_MISSING", title, month, max(seen.months)))
    if newest is not None and seen.now - newest > FRESH:
        title = "the newest data file of the export {0} is of {1}".format(seen.name, _shown(newest))
        expected = "a delivery within {0:.0f} hours".format(FRESH.total_seconds() / 3600)
        found.append(_late(seen, "FILES_STALE", title, expected, newest.isoformat(timespec="seconds")))
    return found


def _of_manifest(seen: Seen, months: Mapping[str, Sequence[File]]) -> list[Finding]:
    month = max(months)
    sizes = dict((file.key, file.size) for file in seen.files or ())
    keys = {*(file.key for file in months[month]), *(seen.named or ())}
    short = sorted(key for key in keys if not sizes.get(key))
    found = []
    if short:
        title = "of the month {0} {1} missing or empty: {2}".format(
            month, "a file is" if len(short) == 1 else "{0} files are".format(len(short)), _list(short)
        )
        remedy = "Wait for the next delivery, which writes the month anew; see who deletes files in the bucket"
        found.append(alarm("FILES_SHORT", title, remedy, actual=short))
    if seen.manifest() is None:
        title = "the month {0} has data files and no manifest, so nobody knows whether they are all".format(month)
        if seen.now - max(file.modified for file in months[month]) < _UNDER_WAY:
            found.append(pending("FILES_NO_MANIFEST", title, "Wait: AWS writes it at the end of a delivery"))
        else:
            found.append(alarm("FILES_NO_MANIFEST", title, _TRIES_AGAIN))
    elif seen.manifest_fault:
        title = "the manifest of the month {0} cannot be read: {1}".format(month, seen.manifest_fault)
        found.append(alarm("FILES_NO_MANIFEST", title, _TRIES_AGAIN))
    return found


def _of_other_formats(seen: Seen) -> list[Finding]:
    other = exports.misleading_file([file.key for file in seen.files or ()], seen.name, seen.prefix)
    found = []
    if other is not None:
        title = "files of another format or layout lie beside the export's, such as {0}".format(other)
        remedy = (
            "The platform reads CSV before Parquet, and all files of a month: move them out of {0}data/, or give the export "
            "another name or prefix".format(_path(seen))
        )
        found.append(alarm("FILES_OTHER_FORMAT", title, remedy, actual=other))
    for key, reason in sorted(seen.spoilt.items()):
        title = "{0} is no Parquet file that can be read: {1}".format(key, reason)
        remedy = "Wait for the next delivery, which writes the month anew; see who else writes there"
        found.append(alarm("FILES_OTHER_FORMAT", title, remedy, actual=key))
    return found


def _of_columns(seen: Seen) -> list[Finding]:
    needed = [name for name in seen.missing or () if name in NEEDED]
    wanted = [name for name in seen.missing or () if name in WANTED]
    remedy = "Run onboard, which adds them to the export's query; the next delivery has them"
    found = []
    if needed:
        title = "the delivered files lack columns without which their import breaks: {0}".format(", ".join(needed))
        found.append(alarm("COLUMNS_MISSING", title, remedy, actual=needed))
    if wanted:
        lacks = ["{0} ({1})".format(name, WANTED[name]) for name in wanted]
        title = "the delivered files lack columns without which the platform is silently wrong: {0}".format(
            ", ".join(lacks)
        )
        found.append(alarm("COLUMNS_WANTED", title, remedy, actual=wanted))
    return found


def _late(seen: Seen, code: str, title: str, expected: Any = None, actual: Any = None) -> Finding:
    """A finding that is pending as long as the export is new, and then an alarm."""
    if seen.is_new:
        return pending(code, title, _WAIT)
    return alarm(code, title, _DELIVERS_DAILY, expected, actual)


def _path(seen: Seen) -> str:
    return exports.path(seen.name, seen.prefix)


def _list(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (" and {0} more".format(more) if more > 0 else "")


def _shown(moment: datetime.datetime) -> str:
    return "{0:%Y-%m-%d %H:%M} UTC".format(moment.astimezone(datetime.timezone.utc))


def _day(moment: datetime.datetime | None) -> str:
    return "a day that is not known" if moment is None else "{0:%Y-%m-%d}".format(moment)
