# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a user's key to a role: what becomes of the keys that the role replaces, and of their user; pure.

A data source that works with a role shows no key of ours, and IAM does not tell since when a key is inactive. So before the
switch a note is kept on the user, as a tag: when the switch began, and which keys the role replaces. docs/migrations.md has
the stages for users.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_lifecycle import PROOF_WINDOW, Key
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.stages import Stage

TAG = "finops-for-cloud-replaced-by-role"
_COMMAND = "ansible-playbook finops_for_cloud.aws.migrate_to_role --limit O(host)"


@dataclasses.dataclass(frozen=True)
class Replaced:
    """The note: when the switch began, None where there is no note, and the ids of the keys that the role replaces."""

    at: datetime.datetime | None = None
    key_ids: tuple[str, ...] = ()

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> Replaced:
        """From the user's tags; a note that somebody else wrote over says nothing."""
        at, *ids = tags.get(TAG, "").split() or [""]
        try:
            moment = datetime.datetime.fromisoformat(at)
        except ValueError:
            return cls()
        return cls(moment, tuple(ids)) if moment.tzinfo is not None else cls()

    def tags(self) -> list[dict[str, str]]:
        """The note as IAM takes tags."""
        begin = [self.at.isoformat(timespec="seconds")] if self.at else []
        return [{"Key": TAG, "Value": " ".join([*begin, *self.key_ids])}]


@dataclasses.dataclass(frozen=True)
class Facts:
    """What decides: whether the data source works with a role, whether there is a user, its keys, the note, the time."""

    has_role: bool
    has_user: bool
    keys: Sequence[Key]
    replaced: Replaced
    grace_days: float
    now: datetime.datetime

    @property
    def former(self) -> list[Key]:
        """The keys that the role has replaced; all others are somebody else's."""
        return [key for key in self.keys if self.has_role and key.id in self.replaced.key_ids]

    @property
    def serving(self) -> list[Key]:
        """Replaced keys that still work."""
        return [key for key in self.former if key.active]

    @property
    def used(self) -> list[Key]:
        """Replaced keys that something used after the switch, or of which nobody can tell."""
        at = self.replaced.at
        return [
            key
            for key in self.former
            if not key.use_is_known
            or (key.last_used is not None and at is not None and key.last_used > at + PROOF_WINDOW)
        ]

    @property
    def end_of_grace(self) -> datetime.datetime | None:
        """When the days of grace are over, None where nothing was replaced."""
        return self.replaced.at + datetime.timedelta(days=self.grace_days) if self.replaced.at else None

    @property
    def is_due(self) -> bool:
        """Whether the replaced keys and their user may go."""
        end = self.end_of_grace
        return (
            self.has_role and self.has_user and end is not None and self.now >= end and not (self.serving or self.used)
        )

    def stage(self) -> Stage:
        """Where the account stands."""
        if not self.has_role:
            return Stage(
                "key", "the data source works with a key", _COMMAND + " -e finops_confirm_permanent_switch=true"
            )
        if not self.has_user or self.end_of_grace is None:
            return Stage("role", "the data source works with a role, and no key of ours is left")
        if self.serving:
            return Stage(
                "switched", "the data source works with a role; {0} active still".format(_are(self.serving)), _COMMAND
            )
        if self.used:
            return Stage(
                "used", "the role serves; {0} kept, since it was used after the switch".format(_are(self.used))
            )
        if not self.is_due:
            words = (
                "the role serves; the replaced keys are inactive, and go with their user after {0:%Y-%m-%d %H:%M} UTC"
            )
            return Stage("grace", words.format(self.end_of_grace), _COMMAND)
        return Stage("over", "the role serves, and the days of grace of the user and its keys are over", _COMMAND)


def _are(keys: Sequence[Key]) -> str:
    return (
        "the key {0} is".format(keys[0].id)
        if len(keys) == 1
        else "the keys {0} are".format(", ".join(k.id for k in keys))
    )
