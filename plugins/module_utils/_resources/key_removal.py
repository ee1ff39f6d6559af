# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a user's keys when they are to go: ours are deleted, those of others are named and stay."""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import key_lifecycle
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_lifecycle import Facts, Key
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import Finding, blocked
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.login import KeyLogin
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.user_keys import last_use

_SCHEDULED = "STORE_DELETION_SCHEDULED"


@dataclasses.dataclass(frozen=True)
class Kept:
    """What the secret store holds, None for nothing, and why it cannot be read, where it cannot."""

    value: Mapping[str, str] | None = None
    problem: Finding | None = None

    @classmethod
    def by(cls, store: Any, is_to_go: bool) -> Kept:
        """By a store, None where there is none; only where it is to go, an error is a problem of its own.

        A secret that is scheduled for deletion is as good as gone.
        """
        try:
            return cls(store.read() if store is not None else None)
        except FinopsError as error:
            if not is_to_go:
                raise
            if error.finding_code == _SCHEDULED:
                return cls()
            title = "what the secret store keeps is not removed: {0}".format(error)
            return cls(problem=blocked(error.finding_code, title, ""))


@dataclasses.dataclass(frozen=True)
class KeyRemoval:
    """The keys of one user that are to go.

    only: the id of the one that is meant; without it all of ours are, and what the store keeps.
    leaving: ids of what is gone, or in check mode would be, by now; a data source among them holds its key no longer.
    """

    user: str
    only: str | None
    leaving: Sequence[str]
    store: Any

    def plan(self, facts: Facts, kept: Kept, source: Mapping[str, Any] | None, has_platform: bool) -> Plan:
        """Nothing as long as the key in service is among them; else a step for each of ours."""
        keys = [key for key in facts.keys if self.only in (None, key.id)]
        serves = facts.in_service
        if serves in keys and serves is not None and has_platform and (source or {}).get("id") not in self.leaving:
            return Plan(others=[_in_service(serves, source)])
        ours = [key for key in keys if self.only or facts.is_surely_ours(key)]
        foreign = [key for key in keys if key not in ours]
        plan = Plan(self._noting(facts, foreign), [self._foreign(key) for key in foreign])
        plan.add([self._deletion(key) for key in ours])
        if self.only:
            return plan
        return plan.add(self._forgetting(kept), [kept.problem] if kept.problem else [])

    def _noting(self, facts: Facts, foreign: Sequence[Key]) -> list[Step]:
        """Once ours is gone nothing else would tell it from a key that somebody made right after it."""
        alike = [key for key in foreign if facts.might_be_ours(key)]
        if not alike:
            return []
        title = "Note that {0} is of others".format(", ".join(key.id for key in alike))
        tags = {"UserName": self.user, "Tags": key_lifecycle.others_tags(facts.notes, alike)}
        return [Step(title, "iam", "tag_user", tags)]

    def _deletion(self, key: Key) -> Step:
        step = KeyLogin(key.id, user_name=self.user).removal("removal was asked for", "KEY_UNWANTED")
        return dataclasses.replace(step, removes=key.id)

    def _forgetting(self, kept: Kept) -> list[Step]:
        if kept.value is None:
            return []
        before = {"name": self.store.name, "access_key_id": kept.value.get("access_key_id")}
        title = "Remove the key that the secret store keeps as {0}".format(self.store.name)
        return [Step(title, "store", "remove", {}, code="STORE_PRESENT", before=before)]

    def _foreign(self, key: Key) -> Finding:
        return blocked(
            "KEY_FOREIGN",
            "the key {0} of the user {1} ({2}) stays, since nothing proves that a run of ours made it".format(
                key.id, self.user, last_use(key)
            ),
            "If nothing needs it: aws iam delete-access-key --user-name {0} --access-key-id {1}".format(
                self.user, key.id
            ),
        )


def _in_service(key: Key, source: Mapping[str, Any] | None) -> Finding:
    title = "the key {0} is in service at the data source {1!r}, so it is not deleted"
    remedy = "Remove the data source first (finops_for_cloud.aws.data_source with state absent)"
    return blocked("KEY_IN_SERVICE", title.format(key.id, (source or {}).get("name")), remedy)
