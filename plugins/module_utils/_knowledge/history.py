# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Root data source is imported again so that its members get their past, from when, and why; pure.

A member that is connected after the first import of its management account's source lacks all cost older than about ten
days until that source is imported again; one import serves all members at once. The facts are what the platform says of
the sources, the months that the report's bucket holds, and one note: up to which member the past was asked for.
docs/history.md has the same table for users; the first row that fits decides:

| state    | facts                                                     | what is done                               |
|----------|-----------------------------------------------------------|--------------------------------------------|
| complete | every member was there when its past was asked for        | nothing                                    |
| refused  | reimports are switched off                                | nothing; it is told who lacks which months |
| empty    | the bucket holds no files yet                             | nothing but the note: the first import     |
|          |                                                           | will bring all; no note where there were   |
|          |                                                           | imports, or one runs                       |
| later    | an import of the Root waits or runs                       | nothing; the next run looks again          |
| first    | nothing was imported, the bucket holds 4 months or less   | nothing but the note                       |
| asked    | the mark is where a reimport would put it, or before      | nothing but the note                       |
| reimport | anything else                                             | the mark is set back, then the note        |
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime
from typing import AbstractSet, Mapping, Sequence

COMPLETE, REFUSED, EMPTY, LATER = "complete", "refused", "empty", "later"
FIRST, ASKED, REIMPORT = "first", "asked", "reimport"

# A source's first import takes this many of the newest months (measured on the platform).
MONTHS_OF_FIRST_IMPORT = 4
# The platform takes no mark older than a year. A day less leaves room for clocks that differ.
_REACH = datetime.timedelta(days=364)
_SECOND = datetime.timedelta(seconds=1)


@dataclasses.dataclass(frozen=True)
class Root:
    """A Root source and its bucket.

    mark: its C(last_import_modified_at), in seconds since 1970, 0 where nothing was imported. imports: C(scheduled) where
    one waits, C(in_progress) where one runs. months: those that the bucket holds files of, such as C(2026-09).
    asked_until: the note, the C(created_at) of the newest member whose past was asked for; 0 where there is none.
    """

    account_id: str
    mark: int
    imports: AbstractSet[str] = frozenset()
    months: Sequence[str] = ()
    asked_until: int = 0


@dataclasses.dataclass(frozen=True)
class Member:
    """A source whose cost stands in the Root's files: a linked one, or the Root itself.

    created_at: in seconds since 1970. woken: whether its import was off until this run. joined: the month in which the
    account began to be the organization's, such as C(2026-03), None where nobody knows.
    """

    account_id: str
    created_at: int
    woken: bool = False
    joined: str | None = None


@dataclasses.dataclass(frozen=True)
class Decision:
    """What becomes of one Root.

    lacking: the accounts without their past. month: the earliest one that a reimport brings. mark: what
    C(last_import_at) and C(last_import_modified_at) are to be set to, None where they stay. note: what the note is to
    say, None where it stays. not_held: by account, the first and the last month that the bucket does not hold although
    the account was there.
    """

    root: str
    state: str
    lacking: Sequence[str] = ()
    month: str | None = None
    mark: int | None = None
    note: int | None = None
    not_held: Mapping[str, tuple[str, str]] = dataclasses.field(default_factory=dict)


def decide(root: Root, members: Sequence[Member], allowed: bool, now: datetime.datetime) -> Decision:
    """What becomes of a Root, by the table above.

    allowed: C(finops_reimport) is not C(never). now: the time, in UTC.
    """
    without = lacking(root, members)
    if not without:
        return Decision(root.account_id, COMPLETE)
    held = min(root.months, default=_month(now))
    month = max(held, min(member.joined or held for member in without))
    mark = mark_before(month, now)
    state = _state(root, mark, allowed)
    is_settled = state in (FIRST, ASKED, REIMPORT) or (state == EMPTY and root.mark == 0)
    return Decision(
        root.account_id,
        state,
        _accounts(without),
        max(month, _month(datetime.datetime.fromtimestamp(mark + 1, datetime.timezone.utc))),
        mark if state == REIMPORT else None,
        max(member.created_at for member in members) if is_settled else None,
        _not_held(without, held),
    )


def lacking(root: Root, members: Sequence[Member]) -> list[Member]:
    """The members whose past was not asked for since they were there and awake; takes neither imports nor months."""
    return [member for member in members if member.woken or member.created_at > root.asked_until]


def _not_held(members: Sequence[Member], held: str) -> dict[str, tuple[str, str]]:
    """By account, the months from when it joined to before the first that the bucket holds."""
    joined = dict((member.account_id, member.joined) for member in members)
    return dict((account, (since, _before(held))) for account, since in joined.items() if since and since < held)


def _accounts(members: Sequence[Member]) -> tuple[str, ...]:
    return tuple(sorted(member.account_id for member in members))


def _state(root: Root, mark: int, allowed: bool) -> str:
    if not allowed:
        return REFUSED
    if not root.months and (root.mark or "in_progress" not in root.imports):
        return EMPTY
    if root.imports:
        return LATER
    if root.mark == 0:
        return FIRST if len(set(root.months)) <= MONTHS_OF_FIRST_IMPORT else REIMPORT
    return ASKED if root.mark <= mark else REIMPORT


def mark_before(month: str, now: datetime.datetime) -> int:
    """The last second before a month, as far as the platform takes it.

    It takes what lies between a year ago and the end of last month (OE0559 otherwise), and the rows that it then
    imports begin ten days earlier.
    """
    year, number = (int(part) for part in month.split("-"))
    wanted = datetime.datetime(year, number, 1, tzinfo=datetime.timezone.utc) - _SECOND
    end_of_last_month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0) - _SECOND
    return calendar.timegm(min(max(wanted, now - _REACH), end_of_last_month).utctimetuple())


def _month(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m")


def _before(month: str) -> str:
    """The month before a month."""
    year, number = (int(part) for part in month.split("-"))
    return _month(datetime.datetime(year, number, 1) - _SECOND)
