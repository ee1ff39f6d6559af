# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of an account on its way to a CUR 2.0 export: refusals, what it waits for, what is worth knowing."""

from __future__ import annotations

from typing import Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.report_migration import (
    OTHER,
    Place,
    Report,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import (
    PENDING,
    Finding,
    alarm,
    blocked,
    note,
    pending,
)

_MIXED = (
    "the platform reads all files below a report's path, and CSV before Parquet, so what the new export delivers would not be "
    "read, or be counted twice"
)


def no_source() -> Finding:
    """Nobody reads a report."""
    title = "the account has no data source, so there is nothing to migrate"
    return note("MIGRATION_NO_SOURCE", title, "Run onboard, which connects it with a CUR 2.0 export")


def ambiguous(reports: Sequence[str]) -> Finding:
    """The data source's config does not say which report it reads."""
    title = "nobody can tell which report the data source reads, since its config does not name one that AWS has"
    if reports:
        title = "the data source's config does not say which of these reports it reads: {0}".format("; ".join(reports))
    remedy = "Set the export's name, bucket and prefix at the data source on the platform"
    return blocked("MIGRATION_REPORT_UNKNOWN", title, remedy, actual=list(reports))


def no_name(account: str) -> Finding:
    """All names of ours belong to exports that cannot serve."""
    title = (
        "the account has exports billing-{0} and billing-{0}-{1}, and neither is one that can be read instead".format(
            account, OTHER
        )
    )
    return blocked("MIGRATION_NO_NAME", title, "Set O(name) to a name for the new export")


def same_name(old: Report) -> Finding:
    """The export that must go is the one that is asked for."""
    title = "O(name): {0} is the one that has to be replaced, and never in place, where its files lie".format(old.words)
    return blocked("MIGRATION_SAME_NAME", title, "Leave out O(name), or set another for the new export")


def same_prefix(old: Report, new: Report) -> Finding:
    """The new export would deliver among the files of the old report."""
    title = "O(prefix): the new export would deliver to {0}, and {1} to {2}, which is the same prefix: {3}".format(
        new.place, old.words, old.place, _MIXED
    )
    remedy = "Set another O(prefix) or O(bucket), or leave both out"
    return blocked("MIGRATION_SAME_PREFIX", title, remedy, expected="another prefix", actual=new.place.prefix)


def taken(new: Report, key: str) -> Finding:
    """Files of something else lie where the new export would deliver."""
    title = "the export {0} would deliver where files of another report or format lie, such as {1}: {2}".format(
        new.place, key, _MIXED
    )
    remedy = "Set another O(prefix) or O(bucket), where no files lie"
    return blocked("MIGRATION_PLACE_TAKEN", title, remedy, actual=key)


def hidden(place: Place, reason: str) -> Finding:
    """Nobody here may see what was delivered; told within another finding."""
    return alarm("MIGRATION_UNREADABLE", "{0} cannot be listed: {1}".format(place, reason), "Allow s3:ListBucket there")


def undelivered(old: Report, new: Report) -> Finding:
    """AWS has still to deliver."""
    title = "the export {0} has not delivered yet; until then the data source reads {1}".format(
        new.place.name, old.words
    )
    return pending("MIGRATION_UNDELIVERED", title, "Run again when AWS has delivered, within a day")


def unreadable(old: Report, new: Report, reasons: Sequence[Finding]) -> Finding:
    """AWS has delivered, and not what the platform could read."""
    title = "what the export {0} has delivered is not ready to be read, so the data source reads {1} on: {2}".format(
        new.place.name, old.words, "; ".join("{0}: {1}".format(one.code, one.title) for one in reasons)
    )
    remedy = reasons[0].remedy
    if all(one.severity == PENDING for one in reasons):
        return pending("MIGRATION_UNREADABLE", title, remedy)
    return alarm("MIGRATION_UNREADABLE", title, remedy)


def unimported(old: Report, months: Sequence[str]) -> Finding:
    """What only the old report has must reach the platform before it is left."""
    title = "the platform has still to import from {0} what the new export lacks: {1}".format(
        old.words, ", ".join(months)
    )
    remedy = "Run again after its next import, within an hour; a data source that is asleep has to be woken first"
    return pending("MIGRATION_UNIMPORTED", title, remedy)


def only_old(months: Sequence[str], place: Place) -> list[Finding]:
    """The months that the new export lacks."""
    if not months:
        return []
    named = months[0] if len(months) == 1 else "{0} to {1}".format(months[0], months[-1])
    title = "only the old report has files of {0} ({1} month{2}): they stay in {3} under {4}, and so does what the platform has of them".format(
        named, len(months), "" if len(months) == 1 else "s", place.bucket, place.path
    )
    remedy = "To have them in the new export too, ask AWS for a backfill; AWS may revise the last month for two weeks after its end"
    return [note("MIGRATION_MONTHS", title, remedy, actual=list(months))]


def stays(old: Report) -> Finding:
    """The old report delivers on."""
    title = "{0} delivers on beside the export that the data source reads".format(old.words)
    return note("MIGRATION_OLD_STAYS", title, "Run again with O(delete_legacy) true to delete it; its files stay")


def unnoted(names: Sequence[str]) -> Finding:
    """Legacy reports of others."""
    title = "nothing proves that these legacy reports were replaced here, so they stay: {0}".format(", ".join(names))
    command = "aws cur delete-report-definition --region us-east-1 --report-name {0}".format(names[0])
    return note("MIGRATION_OLD_UNNOTED", title, "Where nobody needs one: {0}".format(command))


def unproven(old: Report, new: Report) -> Finding:
    """The platform has not imported what the new export delivers."""
    title = "{0} is not deleted yet: the platform has still to import what the export {1} has delivered".format(
        old.words, new.place.name
    )
    return pending("MIGRATION_UNPROVEN", title, "Run again after its next import, within an hour")
