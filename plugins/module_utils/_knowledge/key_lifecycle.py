# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each access key of the FinOps user is, and what becomes of it; pure.

The facts are the keys that IAM lists (status, age, last use), the key that the data source holds, the key that the
secret store holds, and the note on the user that names the key of a rotation under way. docs/key_lifecycle.md has the
same table for users:

| state      | facts                                                                    | becomes                        |
|------------|--------------------------------------------------------------------------|--------------------------------|
| made       | this very run has just made it                                           | in service                     |
| in service | the data source (without a platform: the store) holds it, active         | superseded, when it rotates    |
| broken     | the data source holds it, but it is inactive                             | retired, once a new one serves |
| waiting    | only the store holds it, active                                          | in service                     |
| superseded | nobody holds it, active, the note names it                               | retired, when calls have ended |
| retired    | nobody holds it, inactive, older than the key in service                 | deleted, after its days of grace |
| orphan     | nobody holds it, active, never used but for the proof by STS             | deleted, at once               |
| foreign    | nobody holds it, and none of the above                                   | left alone, and reported       |
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any, Sequence

MADE, IN_SERVICE, BROKEN, WAITING = "made", "in service", "broken", "waiting"
SUPERSEDED, RETIRED, ORPHAN, FOREIGN = "superseded", "retired", "orphan", "foreign"

# A new key is proved by STS right after it is made, so that use does not make it a key in use. IAM reports the time of
# a last use to some minutes, and a run may be slow between a key's creation and its going into service.
PROOF_SERVICE = "sts"
PROOF_WINDOW = datetime.timedelta(hours=1)


@dataclasses.dataclass(frozen=True)
class Key:
    """One key as IAM knows it; last use is only known of keys that nobody holds."""

    id: str
    active: bool
    created: datetime.datetime
    last_used: datetime.datetime | None = None
    last_used_service: str | None = None


@dataclasses.dataclass(frozen=True)
class Facts:
    """Everything that decides: keys, the ids that data source and store hold, the note, this run's new key, the time."""

    keys: Sequence[Key]
    source_key_id: str | None
    store_key_id: str | None
    noted_key_id: str | None
    made_key_id: str | None
    has_platform: bool
    now: datetime.datetime

    def state(self, key: Key) -> str:
        """The state of one key, by the table above."""
        serving = self.source_key_id if self.has_platform else self.store_key_id
        if key.id == serving:
            return IN_SERVICE if key.active else BROKEN
        if key.id == self.made_key_id:
            return MADE
        if key.id == self.store_key_id and key.active:
            return WAITING
        if key.active and key.id == self.noted_key_id:
            return SUPERSEDED
        if not key.active and self.in_service is not None and key.created < self.in_service.created:
            return RETIRED
        return ORPHAN if key.active and _only_proved(key) else FOREIGN

    def of(self, state: str) -> list[Key]:
        """The keys in one state."""
        return [key for key in self.keys if self.state(key) == state]

    @property
    def in_service(self) -> Key | None:
        """The key in service, None where there is none that works."""
        serving = self.source_key_id if self.has_platform else self.store_key_id
        return next((key for key in self.keys if key.id == serving and key.active), None)

    def end_of_grace(self, key: Key, grace_days: float) -> datetime.datetime:
        """When a retired or superseded key's days of grace are over, counted from the making of its successor."""
        since = self.in_service.created if self.in_service else key.created
        return since + datetime.timedelta(days=grace_days)

    def used_since_switch(self, key: Key) -> bool:
        """Whether a key was used after its successor went into service."""
        if key.last_used is None or self.in_service is None:
            return False
        return key.last_used > self.in_service.created + PROOF_WINDOW

    def may_be_deleted(self, key: Key, grace_days: float) -> bool:
        """Whether a retired key's grace is over and nothing used it since the switch."""
        return self.now >= self.end_of_grace(key, grace_days) and not self.used_since_switch(key)

    def seconds_since_switch(self) -> float:
        """Since the key in service was made."""
        return (self.now - self.in_service.created).total_seconds() if self.in_service else 0

    def age_in_days(self, key: Key) -> int:
        """Whole days since the key was made."""
        return (self.now - key.created).days


def _only_proved(key: Key) -> bool:
    if key.last_used is None:
        return True
    return key.last_used_service == PROOF_SERVICE and key.last_used - key.created <= PROOF_WINDOW


def describe(facts: Facts) -> list[dict[str, Any]]:
    """The keys with their states, for results and reports."""
    return [
        {
            "id": key.id,
            "state": facts.state(key),
            "status": "Active" if key.active else "Inactive",
            "created": key.created.isoformat(),
            "age_days": facts.age_in_days(key),
            "last_used": key.last_used.isoformat() if key.last_used else None,
            "last_used_service": key.last_used_service,
        }
        for key in facts.keys
    ]
