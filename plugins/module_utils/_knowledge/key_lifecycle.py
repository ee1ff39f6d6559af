# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each access key of the FinOps user is, and what becomes of it; pure.

The facts are the keys that IAM lists (status, age, last use), the key that the data source holds, the key that the
secret store holds, and the notes that this collection keeps on the user: when it began to make a key, and which key that
one replaces. docs/key_lifecycle.md has the same table for users:

| state      | facts                                                                    | becomes                        |
|------------|--------------------------------------------------------------------------|--------------------------------|
| made       | this very run has just made it                                           | in service                     |
| in service | the data source (without a platform: the store) holds it, active         | superseded, when it rotates    |
| broken     | the data source holds it, but it is inactive                             | retired, once a new one serves |
| waiting    | only the store holds it, active                                          | in service                     |
| superseded | nobody holds it, active, the note names it                               | retired, when calls have ended |
| retired    | nobody holds it, inactive, older than the key in service                 | deleted, after its days of grace |
| orphan     | nobody holds it, active, never used but for the proof by STS, and made   | deleted, once the new key serves |
|            | when the note says that we began to make one which is not in service yet |                                |
| foreign    | nobody holds it, and none of the above                                   | left alone, and reported       |
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any, Mapping, Sequence

MADE, IN_SERVICE, BROKEN, WAITING = "made", "in service", "broken", "waiting"
SUPERSEDED, RETIRED, ORPHAN, FOREIGN = "superseded", "retired", "orphan", "foreign"

# A new key is proved by STS right after it is made, so that use does not make it a key in use. IAM reports the time of
# a last use to some minutes, and a run may be slow between a key's creation and its going into service.
PROOF_SERVICE = "sts"
PROOF_WINDOW = datetime.timedelta(hours=1)
# A key is made at once after the note says so: throttles take minutes at most, and AWS refuses callers whose clock is more
# than five minutes off (Signature Version 4).
MAKING_WINDOW = datetime.timedelta(minutes=10)
# The user's tags that are the notes: the key which a rotation replaces; the time at which a key began to be made, with the
# ids of the keys that were there then, those of others after a -.
SUPERSEDED_TAG = "finops-for-cloud-superseded-key"
MAKING_TAG = "finops-for-cloud-new-key"


@dataclasses.dataclass(frozen=True)
class Key:
    """One key as IAM knows it; last use is only known of keys that nobody holds, and where the caller may look."""

    id: str
    active: bool
    created: datetime.datetime
    last_used: datetime.datetime | None = None
    last_used_service: str | None = None
    use_is_known: bool = True


@dataclasses.dataclass(frozen=True)
class Notes:
    """What the user's tags say: the key that is being replaced, since when one is being made, and which were there then.

    ours: those that earlier runs had left; others: all else.
    """

    superseded_key_id: str | None = None
    making_since: datetime.datetime | None = None
    ours: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> Notes:
        """From the user's tags; a note that somebody else wrote over says nothing."""
        since, *ids = tags.get(MAKING_TAG, "").split() or [""]
        try:
            making_since = datetime.datetime.fromisoformat(since)
        except ValueError:
            return cls(tags.get(SUPERSEDED_TAG))
        if making_since.tzinfo is None:
            return cls(tags.get(SUPERSEDED_TAG))
        ours = tuple(word for word in ids if not word.startswith("-"))
        return cls(tags.get(SUPERSEDED_TAG), making_since, ours, tuple(word[1:] for word in ids if word[:1] == "-"))


def making_tags(facts: Facts) -> list[dict[str, str]]:
    """The notes for a key that is to be made now, as IAM takes tags."""
    ids = [key.id if facts.state(key) == ORPHAN else "-" + key.id for key in facts.keys]
    tags = [{"Key": MAKING_TAG, "Value": " ".join([facts.now.isoformat(timespec="seconds"), *ids])}]
    return tags + (superseded_tags(facts.in_service) if facts.in_service else [])


def others_tags(notes: Notes, keys: Sequence[Key]) -> list[dict[str, str]]:
    """The notes with these keys among those of others, as IAM takes tags."""
    since = notes.making_since.isoformat(timespec="seconds") if notes.making_since else ""
    others = ["-" + one for one in (*notes.others, *(key.id for key in keys))]
    return [{"Key": MAKING_TAG, "Value": " ".join([since, *notes.ours, *others])}]


def superseded_tags(key: Key) -> list[dict[str, str]]:
    """The note that a key is being replaced, as IAM takes tags."""
    return [{"Key": SUPERSEDED_TAG, "Value": key.id}]


@dataclasses.dataclass(frozen=True)
class Facts:
    """Everything that decides: keys, the ids that data source and store hold, the notes, this run's new key, the time."""

    keys: Sequence[Key]
    source_key_id: str | None
    store_key_id: str | None
    notes: Notes
    made_key_id: str | None
    has_platform: bool
    now: datetime.datetime

    def state(self, key: Key) -> str:
        """The state of one key, by the table above."""
        if key.id == self.serving_id:
            return IN_SERVICE if key.active else BROKEN
        if key.id == self.made_key_id:
            return MADE
        if key.id == self.store_key_id and key.active:
            return WAITING
        if key.active and key.id == self.notes.superseded_key_id:
            return SUPERSEDED
        if not key.active and self.in_service is not None and key.created < self.in_service.created:
            return RETIRED
        return ORPHAN if key.active and _only_proved(key) and self._is_ours(key) else FOREIGN

    def of(self, state: str) -> list[Key]:
        """The keys in one state."""
        return [key for key in self.keys if self.state(key) == state]

    def is_surely_ours(self, key: Key) -> bool:
        """Whether a key may go when all of ours are to: who keeps ours holds it, or a note names it, or proves that we made it.

        Once nobody tells which key came of the note, only the first one made then is proved by it.
        """
        named = (self.store_key_id, self.notes.superseded_key_id, *self.notes.ours)
        if self.state(key) not in (ORPHAN, FOREIGN) or key.id in named:
            return True
        return self._is_ours(key) and all(key.created <= other.created for other in self.keys if self._is_ours(other))

    def might_be_ours(self, key: Key) -> bool:
        """Whether a key of others was made so close to the note that only another key tells it from ours."""
        since = self.notes.making_since
        return since is not None and key.id not in self.notes.others and abs(key.created - since) <= MAKING_WINDOW

    @property
    def serving_id(self) -> str | None:
        """The id that the platform, or without one the store, works with, whether the key works or not."""
        return self.source_key_id if self.has_platform else self.store_key_id

    @property
    def in_service(self) -> Key | None:
        """The key in service, None where there is none that works."""
        return next((key for key in self.keys if key.id == self.serving_id and key.active), None)

    def end_of_grace(self, key: Key, grace_days: float) -> datetime.datetime:
        """When a retired or superseded key's days of grace are over, counted from the making of its successor."""
        since = self.in_service.created if self.in_service else key.created
        return since + datetime.timedelta(days=grace_days)

    def is_unused_since_switch(self, key: Key) -> bool:
        """Whether a key is known not to have been used after its successor went into service."""
        if not key.use_is_known:
            return False
        if key.last_used is None or self.in_service is None:
            return True
        return key.last_used <= self.in_service.created + PROOF_WINDOW

    def may_be_deleted(self, key: Key, grace_days: float) -> bool:
        """Whether a retired key's grace is over and nothing used it since the switch."""
        return self.now >= self.end_of_grace(key, grace_days) and self.is_unused_since_switch(key)

    def seconds_since_switch(self) -> float:
        """Since the key in service was made."""
        return (self.now - self.in_service.created).total_seconds() if self.in_service else 0

    def age_in_days(self, key: Key) -> int:
        """Whole days since the key was made."""
        return (self.now - key.created).days

    def _is_ours(self, key: Key) -> bool:
        """Whether the note proves that we made a key: when it says, and not after the key that came of it."""
        since = self.notes.making_since
        if since is None or key.id in self.notes.others:
            return False
        if key.id in self.notes.ours:
            return True
        begin, end = since - MAKING_WINDOW, since + MAKING_WINDOW
        return begin <= key.created <= end and not self._came_of_the_note_before(key, begin)

    def _came_of_the_note_before(self, key: Key, begin: datetime.datetime) -> bool:
        """Whether the key that we noted was handed over, whether it works by now or not, and is older than this one."""
        serving = next((known for known in self.keys if known.id == self.serving_id), None)
        if serving is None or serving.id in (self.notes.superseded_key_id, *self.notes.others):
            return False
        return begin <= serving.created < key.created


def _only_proved(key: Key) -> bool:
    if not key.use_is_known:
        return False
    if key.last_used is None:
        return True
    return key.last_used_service == PROOF_SERVICE and key.last_used - key.created <= PROOF_WINDOW


def describe(facts: Facts, used: Key | None = None) -> list[dict[str, Any]]:
    """The keys with their states, for results and reports.

    used: one whose last use was asked for, which has C(use_is_known) too.
    """
    return [_described(facts, key, used) for key in facts.keys]


def _described(facts: Facts, key: Key, used: Key | None) -> dict[str, Any]:
    shown = used if used is not None and used.id == key.id else key
    return {
        "id": key.id,
        "state": facts.state(key),
        "status": "Active" if key.active else "Inactive",
        "created": key.created.isoformat(),
        "age_days": facts.age_in_days(key),
        "last_used": shown.last_used.isoformat() if shown.last_used else None,
        "last_used_service": shown.last_used_service,
        **({"use_is_known": shown.use_is_known} if shown is used else {}),
    }
