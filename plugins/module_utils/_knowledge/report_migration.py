# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a legacy report, or an export that AWS cannot change in place, to a CUR 2.0 export beside it; pure.

Sources: the FinOps for Cloud page on the migration (a new export, another bucket or prefix, then the data source), and the
platform's code for what its importer reads: all files below a report's path, CSV before Parquet.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any, Collection, Iterable, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export as exports
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export_query, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.columns import COLUMNS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.stages import Stage

LEGACY, BESIDE, DELIVERED, SWITCHED, DONE = "legacy", "beside", "delivered", "switched", "done"
# What the new export and its prefix are called where the documented names are not free.
OTHER = "cur2"
# The tag by which a report is known to be one that our new export replaced: its name, and the data source's last import then.
TAG = "finops-for-cloud-replaced-by"
_COMMAND = "ansible-playbook finops_for_cloud.aws.migrate_to_cur2 -i inventory.yml"
_DELETION = " -e finops_delete_legacy_cur=true"
# The folder that tells a file's month, in CUR 2.0, in a legacy report in CSV, and in one in Parquet.
_MONTHS = (
    re.compile(r"/BILLING_PERIOD=(\d{4})-(\d{2})/", re.ASCII),
    re.compile(r"/(\d{4})(\d{2})\d{2}-\d{8}/", re.ASCII),
    re.compile(r"/year=(\d{4})/month=(\d{1,2})/", re.ASCII),
)
_DATA_FILE = re.compile(r"\.(csv\.gz|csv\.zip|parquet)\Z")


@dataclasses.dataclass(frozen=True)
class Place:
    """A report's name, and where its files lie."""

    name: str
    bucket: str
    prefix: str

    @property
    def path(self) -> str:
        """Where in the bucket the files lie, such as C(reports/billing-111122223333/)."""
        return exports.path(self.name, self.prefix.strip("/"))

    def overlaps(self, other: Place) -> bool:
        """Whether files of both would lie under the same prefix, or those of one among the other's."""
        if self.bucket != other.bucket:
            return False
        same = self.prefix.strip("/") == other.prefix.strip("/")
        return same or self.path.startswith(other.path) or other.path.startswith(self.path)

    def __str__(self) -> str:
        return "{0} in {1} under {2}".format(self.name, self.bucket, self.prefix or "no prefix")


@dataclasses.dataclass(frozen=True)
class Report:
    """A report as AWS has it, legacy or export.

    reasons: why an export must be replaced. arn: an export's; empty for a legacy report, and where AWS has none.
    tags: as far as they were read.
    """

    place: Place
    region: str = settings.REGION
    is_legacy: bool = False
    exists: bool = True
    reasons: Sequence[str] = ()
    arn: str = ""
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def words(self) -> str:
        """What people call it."""
        if self.is_legacy:
            return "the legacy report {0}".format(self.place.name)
        if not self.exists:
            return "the report {0}, which AWS no longer has".format(self.place.name)
        return "the export {0} ({1})".format(self.place.name, ", ".join(self.reasons) or "replaced")

    @property
    def noted(self) -> str | None:
        """The data source's last import when it was noted that this report is being replaced; None where it was not."""
        note = self.tags.get(TAG)
        return None if note is None else note.rpartition(" ")[2]


def note(new: Place, last_import_at: int) -> str:
    """The tag's value that says by which export a report is replaced."""
    return "{0} {1}".format(new.name, last_import_at)


def unfit(export: Mapping[str, Any]) -> list[str]:
    """Why an export cannot become the documented one in place; empty where it can, or is."""
    found = exports.fixed_differences(dict(export)) + exports.layout_differences(dict(export))
    query = export_query.parsed(export["DataQuery"]["QueryStatement"])
    if not found and (query is None or export_query.cannot_take(query, COLUMNS)):
        found.append("a query that the documented columns cannot be added to")
    return found


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What the options say of the new export: its name, bucket and prefix, None where they leave that open."""

    name: str | None
    bucket: str | None
    prefix: str | None


def places(wanted: Wanted, old: Place, fit: Mapping[str, Place], taken: Collection[str], account: str) -> list[Place]:
    """Where the new export may go, the documented place first; empty where every name of ours is taken.

    fit: the account's exports that the platform could read as they are, by name; taken: the names of all others.
    """
    documented = settings.export_name(None, account)
    ours = (documented, "{0}-{1}".format(documented, OTHER))
    for name in [wanted.name] if wanted.name else [name for name in ours if name not in taken]:
        there = fit.get(name)
        if there is not None and _agrees(wanted, there) and (wanted.name or not there.overlaps(old)):
            return [there]
        if there is None or wanted.name:
            return _free_of(old, name, wanted, account)
    return []


def _free_of(old: Place, name: str, wanted: Wanted, account: str) -> list[Place]:
    """The places of a name that the old report leaves free, or the first one where it leaves none."""
    bucket = settings.bucket(wanted.bucket, account)
    prefixes = (settings.CUR_PREFIX, "{0}-{1}".format(settings.CUR_PREFIX, OTHER))
    found = [Place(name, bucket, prefix) for prefix in ((wanted.prefix,) if wanted.prefix else prefixes)]
    return [place for place in found if not place.overlaps(old)] or found[:1]


def _agrees(wanted: Wanted, place: Place) -> bool:
    return wanted.bucket in (None, place.bucket) and wanted.prefix in (None, place.prefix)


def foreign_file(keys: Iterable[str], place: Place, is_ours: bool) -> str | None:
    """The first file for whose sake a new export must not deliver to a place.

    is_ours: whether the export is there already, so that files in its own layout are its own.
    """
    own = re.compile(re.escape(place.path) + r"data/BILLING_PERIOD=[^/]+/[^/]+\.parquet\Z")
    return next((key for key in keys if _DATA_FILE.search(key) and not (is_ours and own.match(key))), None)


def month_of(key: str) -> str | None:
    """The month that a report's data file is of, such as C(2026-10)."""
    if not _DATA_FILE.search(key):
        return None
    found = next((match for match in (pattern.search(key) for pattern in _MONTHS) if match), None)
    return found and "{0}-{1:02d}".format(found[1], int(found[2]))


def unimported(newest: Mapping[str, float], new: Collection[str], mark: float) -> list[str]:
    """The months that only the old report has, and of which the platform has still to import files.

    newest: by month when its newest file came, in seconds since 1970; new: the new export's months;
    mark: the newest file that was imported (last_import_modified_at).
    """
    return [month for month, came in sorted(newest.items()) if month not in new and int(came) > mark]


@dataclasses.dataclass(frozen=True)
class Facts:
    """What decides the stage.

    reads: what the data source reads, in words. new: the export that it shall read, or reads. is_old: whether what it reads is
    to be replaced. exists, is_ready: whether the new export is there, and has delivered what can be read.
    old: of a data source that reads the new export, the reports that it replaced and that AWS still has, in words.
    """

    reads: str
    new: str
    is_old: bool
    exists: bool = False
    is_ready: bool = False
    old: Sequence[str] = ()


def stage(facts: Facts) -> Stage:
    """Where an account stands, and the command for the next stage."""
    if not facts.is_old and not facts.old:
        return Stage(DONE, "the data source reads the CUR 2.0 export {0}".format(facts.new))
    if not facts.is_old:
        words = "the data source reads the CUR 2.0 export {0}; AWS still delivers {1} beside it".format(
            facts.new, " and ".join(facts.old)
        )
        return Stage(SWITCHED, words, _COMMAND + _DELETION)
    reads = "the data source reads {0}".format(facts.reads)
    if facts.is_ready:
        return Stage(DELIVERED, "{0}; the export {1} has delivered beside it".format(reads, facts.new), _COMMAND)
    if facts.exists:
        words = "{0}; the export {1} beside it has still to deliver".format(reads, facts.new)
        return Stage(BESIDE, words, _COMMAND)
    return Stage(LEGACY, "{0}; there is no export beside it yet".format(reads), _COMMAND)
