# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user and the keys that a role replaces: noted before the switch, deactivated after it, removed days later.

What becomes of them is decided in _knowledge/key_to_role; here it is read and written.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import boto3_tag_list_to_ansible_dict
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.identities import identities
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import key_lifecycle, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_lifecycle import FOREIGN, Key, Notes
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_to_role import Facts, Replaced
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import NOTE, Finding
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import OPTIONS as PLATFORM_OPTIONS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.data_source import Listed
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.history import TAG as ASKED_TAG
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.login import KeyLogin
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import Target, config_of, has_role
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.user import User
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.user_keys import UserKeys, last_use

# How long after the note the platform may still be asked to take the role, in seconds: the switch is repeated so long.
_SWITCHING = 150


@dataclasses.dataclass
class State:
    """The facts; of keys that are in service now, those that are ours; and the plan by which the user goes, once it is due.

    role_name: the role that serves. asked: what is noted at the user of the past that was asked for, and not at the role yet.
    """

    facts: Facts
    ours: Sequence[Key] = ()
    role_name: str = ""
    asked: str | None = None
    removal: Plan = dataclasses.field(default_factory=Plan)


class FormerLogin(Listed):
    """What served the platform in an account before a role did."""

    NAME = "former_login"
    HAS_STATE = False
    CHANGE_OPTIONS: dict[str, Any] = dict(
        PLATFORM_OPTIONS,
        user_name={"type": "str"},
        grace_days={"type": "int", "default": 7},
        drain_seconds={"type": "int", "default": 30},
        known={"type": "dict"},
    )

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.user = settings.user_name(options.get("user_name"))

    def read(self) -> State:
        """The user with its tags and keys, and their last uses; what is attached to it only once it may go."""
        source = self.read_source(Target({}, self.account))
        found = identities(self.clients).user(self.user)
        tags = boto3_tag_list_to_ansible_dict((found or {}).get("Tags", []))
        user_keys = UserKeys(self.clients, self.user)
        keys = [user_keys.with_last_use(key) for key in user_keys.listed(set(), None)] if found else []
        now = datetime.datetime.now(datetime.timezone.utc)
        grace_days = self.options["grace_days"]
        facts = Facts(has_role(source), found is not None, keys, Replaced.of(tags), grace_days, now)
        if not facts.has_role:
            held = config_of(source).get("access_key_id")
            lifecycle = key_lifecycle.Facts(keys, held, self._stored(), Notes.of(tags), None, True, now)
            return State(facts, [key for key in keys if lifecycle.state(key) != FOREIGN])
        role_name = config_of(source)["assume_role_name"]
        role = identities(self.clients).role(role_name) if tags.get(ASKED_TAG) else None
        is_noted = role is None or ASKED_TAG in boto3_tag_list_to_ansible_dict(role.get("Tags", []))
        return State(
            facts,
            role_name=role_name,
            asked=None if is_noted else tags[ASKED_TAG],
            removal=self._removal(facts) if facts.is_due else Plan(),
        )

    def _stored(self) -> str | None:
        kept = self.clients.store.read() if self.clients.store else None
        return (kept or {}).get("access_key_id")

    def _removal(self, facts: Facts) -> Plan:
        """How the user goes, once its replaced keys are gone; what others made of it stays with it, and is told."""
        leaving = [key.id for key in facts.former]
        user = User({"name": self.user, "state": "absent", "leaving": leaving}, self.clients)
        current = user.read()
        if current.found is None:
            return Plan()
        plan = user.plan(current)
        return Plan(plan.steps, [dataclasses.replace(finding, severity=NOTE) for finding in plan.others])

    def plan(self, current: State) -> Plan:
        """Note what the role replaces, or take it out of service, or remove it: by how far the switch has come."""
        facts = current.facts
        if not facts.has_role:
            return Plan(self._noting(current))
        if facts.serving:
            retirements = [self._of(key).retirement(self._drain(facts), "KEY_SUPERSEDED") for key in facts.serving]
            return Plan(self._handing_on(current) + retirements)
        if not facts.is_due:
            return Plan(others=self._used(facts))
        gone = [
            self._of(key).removal("a role replaced it, and its days of grace are over", "KEY_RETIRED")
            for key in facts.former
        ]
        return Plan(gone + current.removal.steps, current.removal.others)

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(former_login), the user and what is known of the keys that the role replaces; C(stage)."""
        facts = self._after(current, steps)
        known = facts.former or current.ours
        keys = [{"id": key.id, "status": "Active" if key.active else "Inactive", "use": last_use(key)} for key in known]
        return {
            "former_login": {"user_name": self.user, "access_keys": keys} if facts.has_user else None,
            "stage": dataclasses.asdict(facts.stage()),
        }

    def _after(self, current: State, steps: Sequence[Step]) -> Facts:
        """The facts once the steps are done."""
        done, facts = {step.operation for step in steps}, current.facts
        if "update_access_key" in done:
            keys = [dataclasses.replace(key, active=key.active and key not in facts.serving) for key in facts.keys]
            return dataclasses.replace(facts, keys=keys)
        if "delete_access_key" in done:
            facts = dataclasses.replace(facts, keys=[key for key in facts.keys if key not in facts.former])
        return dataclasses.replace(facts, has_user=facts.has_user and "delete_user" not in done)

    def _of(self, key: Key) -> KeyLogin:
        return KeyLogin(key.id, user_name=self.user)

    def _noting(self, current: State) -> list[Step]:
        ids = tuple(key.id for key in current.ours)
        if not ids or set(ids) <= set(current.facts.replaced.key_ids):
            return []
        title = "Note that a role replaces {0}, deactivated then, and deleted with the user {1} after {2} days".format(
            ", ".join(ids), self.user, self.options["grace_days"]
        )
        parameters = {"UserName": self.user, "Tags": Replaced(current.facts.now, ids).tags()}
        return [Step(title, "iam", "tag_user", parameters)]

    def _handing_on(self, current: State) -> list[Step]:
        """The note of a Root's history, which goes with the user; without it the past would be asked for once more."""
        if current.asked is None:
            return []
        parameters = {"RoleName": current.role_name, "Tags": [{"Key": ASKED_TAG, "Value": current.asked}]}
        title = "Note whose past was asked for, at the role {0}".format(current.role_name)
        return [Step(title, "iam", "tag_role", parameters)]

    def _drain(self, facts: Facts) -> float:
        """How many seconds calls that the platform began with a key may still take."""
        since = (facts.now - facts.replaced.at).total_seconds() if facts.replaced.at else 0
        return float(min(self.options["drain_seconds"], self.options["drain_seconds"] + _SWITCHING - since))

    def _used(self, facts: Facts) -> list[Finding]:
        return [
            Finding(
                "KEY_STILL_USED",
                NOTE,
                "the key {0} of the user {1}, which a role replaced, is kept ({2})".format(
                    key.id, self.user, last_use(key)
                ),
                remedy="See who used it after the switch; if nobody needs it: aws iam delete-access-key --user-name {0} "
                "--access-key-id {1}".format(self.user, key.id),
            )
            for key in facts.used
        ]


RESOURCE = FormerLogin
