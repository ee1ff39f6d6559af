# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The access key: made once, kept at once, rotated without a gap, and shown to nobody.

What a key is and becomes is decided in _knowledge/key_lifecycle; here it is read and written. Making a key and handing it
to the data source are one task, since a secret may not travel between tasks.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws import secret_store
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import key_lifecycle, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_lifecycle import (
    FOREIGN,
    MADE,
    ORPHAN,
    RETIRED,
    SUPERSEDED,
    Facts,
    Key,
    Notes,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import (
    Finding,
    blocked,
    note,
    pending,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Answer, Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import OPTIONS as PLATFORM_OPTIONS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.holding import seen
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.data_source import (
    VISIT_OPTIONS,
    Listed,
    summary,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.key_removal import Kept, KeyRemoval
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.login import KeyLogin
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import (
    TARGET_OPTIONS,
    Target,
    config_of,
    has_role,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.user_keys import UserKeys, last_use

KEY_LIMIT = 2  # IAM's quota AccessKeysPerUser
ROTATE = ("never", "when_old", "now")
_KEPT_ID = Answer("kept", ("access_key_id",))
_KEPT_SECRET = Answer("kept", ("secret_access_key",))


@dataclasses.dataclass
class State:
    """The facts, the data source, whether it is in vain to hand it a key once more, the key in service with its last use.

    kept: what the store holds, where the keys are to go.
    """

    facts: Facts
    source: dict[str, Any] | None
    gives_up: bool = False
    used: Key | None = None
    kept: Kept = Kept()


@dataclasses.dataclass(frozen=True)
class Need:
    """Why a new key is made: the finding's code, empty where another step has it, and the words."""

    code: str
    reason: str


class AccessKey(Listed):
    """The key of one account's FinOps user."""

    NAME = "access_key"
    OPTIONS = dict(PLATFORM_OPTIONS, user_name={"type": "str"}, **secret_store.OPTIONS)
    CHANGE_OPTIONS: dict[str, Any] = {
        "data_source": {"type": "dict", "options": TARGET_OPTIONS},
        "rotate": {"type": "str", "choices": list(ROTATE), "default": "never"},
        "max_age_days": {"type": "int", "default": 90},
        "grace_days": {"type": "int", "default": 7},
        "retire": {"type": "bool", "default": True},
        "drain_seconds": {"type": "int", "default": 30},
        "access_key_id": {"type": "str"},
        "last_use": {"type": "bool", "default": False},
        "leaving": {"type": "list", "elements": "str", "default": []},
        **VISIT_OPTIONS,
    }

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        defaults = {key: spec["default"] for key, spec in self.CHANGE_OPTIONS.items() if "default" in spec}
        super().__init__(dict(defaults, **options), clients)
        self.user = settings.user_name(options.get("user_name"))
        self.target = Target(options.get("data_source") or {}, self.account)
        self.store = clients.store
        self.has_platform = bool(options.get("platform_url"))
        self._there_before: set[str] | None = None
        self._has_settled = False
        self.new = KeyLogin(
            Answer("create_access_key", ("AccessKey", "AccessKeyId")),
            Answer("create_access_key", ("AccessKey", "SecretAccessKey")),
            self.user,
        )
        if options.get("state") == "present" and not self.has_platform and self.store is None:
            raise InputError(
                "secret_store",
                "is needed where there is no O(platform_url): a key's secret can be read only once, so somebody must keep it",
            )
        if self.absent and not (self.has_platform or self.store is not None or options.get("access_key_id")):
            raise InputError(
                "platform_url",
                "is not set, so nobody can tell which key is in service. Set it, or name the key by O(access_key_id)",
            )

    def read(self) -> State:
        """The user's keys, the data source, what the store holds; last uses only of keys that nobody holds."""
        listed_earlier = self.source_is_known
        source = self.read_source(self.target) if self.has_platform else None
        kept = Kept.by(self.store, is_to_go=self.absent)
        self.answers["kept"] = kept.value
        facts = self._facts(source)
        if self.absent:
            return State(facts, source, kept=kept)
        # No key is called an orphan, or made beside one, on the word of a listing from the beginning of the run.
        if listed_earlier and (facts.of(ORPHAN) or (facts.of(FOREIGN) and self._need(facts, source))):
            return self.read()
        if not self._has_settled and self._may_have_been_handed_over(facts):
            self._has_settled = True
            if seen(self.clients, lambda: self._has_switched(facts)):
                return self.read()
        is_taken = self._fits(source) and facts.source_key_id in (self._new_id(), facts.store_key_id)
        in_service = facts.in_service if self.options["last_use"] else None
        used = UserKeys(self.clients, self.user).with_last_use(in_service) if in_service else None
        return State(facts, source, self.gives_up(is_taken), used)

    def plan(self, current: State) -> Plan:
        """What becomes of every key by the table of key_lifecycle; a new key where none serves or the old one is due."""
        if self.absent:
            removal = KeyRemoval(self.user, self.options.get("access_key_id"), self.options["leaving"], self.store)
            return removal.plan(current.facts, current.kept, current.source, self.has_platform)
        if has_role(current.source) or not (self.has_platform or self.store):
            return Plan()
        wrong = self.target.wrong_type(current.source) if current.source else None
        if wrong is not None:
            return Plan(others=[wrong])
        facts = current.facts
        orphans = [
            self._of(key).removal("an interrupted run left it, unused", "KEY_ORPHANED") for key in facts.of(ORPHAN)
        ]
        first, last = (orphans, []) if len(facts.keys) >= KEY_LIMIT else ([], orphans)
        plan = Plan(first + self._expired(facts) + self._retirements(facts), self._left_alone(facts))
        service = self._service(current)
        # Where there is room, an orphan goes only when the new key is proved to be held.
        return plan.add(service.steps + (last if service.steps else []), service.others)

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(access_key), the one in service after the steps; C(data_source), which holds it; C(access_keys) before them."""
        keys = key_lifecycle.describe(current.facts, current.used)
        if self.absent:
            return {"access_key": None, "data_source": summary(current.source), "access_keys": keys}
        would_write = not self.applied and any(step.client == "platform" for step in steps)
        source = self.target.expected(current.source) if would_write else self.written_source(current.source)
        in_service = current.facts.serving_id
        if self.applied:
            in_service = config_of(source).get("access_key_id") or self._new_id() or in_service
        return {
            "access_key": {"id": in_service, "user_name": self.user} if in_service else None,
            "data_source": summary(source),
            "access_keys": keys,
        }

    def info(self, current: State) -> dict[str, Any]:
        """C(access_keys): each key's id, state, status, age and last use; never a secret."""
        return {"access_keys": key_lifecycle.describe(current.facts)}

    # What is there.

    def _facts(self, source: Mapping[str, Any] | None) -> Facts:
        # A data source with a role shows a key of the platform's own.
        by_source = None if has_role(source) else config_of(source).get("access_key_id")
        by_store = (self.answers["kept"] or {}).get("access_key_id")
        user_keys = UserKeys(self.clients, self.user)
        serving = set() if self.absent else {key_id for key_id in (by_source, by_store) if key_id}
        keys = user_keys.listed(serving, self._made())
        if self._there_before is None:
            self._there_before = {key.id for key in keys}
        held = {by_source, by_store, self._new_id()}
        asks_for_notes = any((key.active or self.absent) and key.id not in held for key in keys)
        notes = user_keys.notes() if asks_for_notes else Notes()
        now = datetime.datetime.now(datetime.timezone.utc)
        facts = Facts(keys, by_source, by_store, notes, self._new_id(), self.has_platform, now)
        # A key in its days of grace is only looked at where its place may be needed.
        passed = held if self._need(facts, source) else held | {key.id for key in self._in_grace(facts)}
        return dataclasses.replace(
            facts, keys=[key if key.id in passed else user_keys.with_last_use(key) for key in facts.keys]
        )

    def _new_id(self) -> str | None:
        return self._made().get("AccessKeyId")

    def _made(self) -> dict[str, Any]:
        return dict((self.answers.get("create_access_key") or {}).get("AccessKey") or {})

    def _may_have_been_handed_over(self, facts: Facts) -> bool:
        """Whether the run that left a key may have done so just after handing it over, which reads show late.

        Where the user has no other key, the orphan stays until a new one is proved to be held, so nobody need wait.
        """
        young = facts.now - key_lifecycle.PROOF_WINDOW
        left = [key for key in facts.of(ORPHAN) if key.id in (self._there_before or ()) and key.created > young]
        return self.has_platform and bool(left) and len(facts.keys) >= KEY_LIMIT

    def _has_switched(self, facts: Facts) -> bool:
        source = self.target.find(self.clients.platform.cloud_accounts())
        return config_of(source).get("access_key_id") != facts.source_key_id

    # What is needed.

    def _service(self, current: State) -> Plan:
        """What it takes that the right key is in service; nothing where it is."""
        facts, kept = current.facts, self._kept(current.facts)
        finishes_kept = kept is not None and (kept != facts.in_service or not self._fits(current.source))
        need = self._need(facts, current.source) or self._due(facts)
        if not (finishes_kept or facts.of(MADE) or need):
            return Plan()
        waits = self.target.waiting(current.source, self.options.get("delivered")) if self.has_platform else None
        if waits is not None:
            return Plan(others=[waits])
        if current.gives_up:
            return Plan(others=[self.target.not_taken(current.source)])
        if finishes_kept:
            login = KeyLogin(_KEPT_ID, _KEPT_SECRET, self.user)
            return Plan(self._hand_over(current, login, kept, "KEY_WAITING"))
        if facts.of(MADE) or need is None:
            return Plan(self._continued(current))
        room = self._room(facts)
        return room if room.others else room.add(self._new_key(current, need))

    def _fits(self, source: Mapping[str, Any] | None) -> bool:
        return not self.has_platform or (source is not None and self.target.fits(source))

    def _kept(self, facts: Facts) -> Key | None:
        return next((key for key in facts.keys if key.id == facts.store_key_id and key.active), None)

    def _need(self, facts: Facts, source: Mapping[str, Any] | None) -> Need | None:
        """Why the account needs a new key, whatever the age of the old one."""
        if facts.serving_id is None:
            return Need("KEY_MISSING", "none is in service")
        if facts.in_service is None:
            return Need("KEY_BROKEN", "{0}, which is to serve, is inactive or gone".format(facts.serving_id))
        if not self._fits(source):
            return Need("", "the data source is to read another report, which takes a key")
        if self.store is not None and self._kept(facts) is None:
            return Need("KEY_NOT_STORED", "the secret store does not hold the one in service")
        return None

    def _is_due(self, facts: Facts) -> bool:
        if facts.in_service is None or facts.of(SUPERSEDED) or self.options["rotate"] == "never":
            return False
        return self.options["rotate"] == "now" or facts.age_in_days(facts.in_service) >= self.options["max_age_days"]

    def _due(self, facts: Facts) -> Need | None:
        """Why the key in service is to be rotated now; not while the one that it replaced has its days of grace."""
        if not self._is_due(facts) or self._in_grace(facts) or facts.in_service is None:
            return None
        now = self.options["rotate"] == "now"
        limit = "rotation was asked for" if now else "at most {0}".format(self.options["max_age_days"])
        age = "{0} is {1} days old".format(facts.in_service.id, facts.age_in_days(facts.in_service))
        return Need("KEY_DUE", "{0}, {1}".format(age, limit))

    def _in_grace(self, facts: Facts) -> list[Key]:
        grace = self.options["grace_days"]
        return [key for key in facts.of(RETIRED) if facts.now < facts.end_of_grace(key, grace)]

    def _left_alone(self, facts: Facts) -> list[Finding]:
        """Keys of others, and a rotation that waits."""
        found = [
            note(
                "KEY_FOREIGN",
                "the key {0} of the user {1} ({2}) is held neither by the data source nor by the secret store, and nothing "
                "proves that a run of ours made it, so it is left alone".format(key.id, self.user, last_use(key)),
                "If nothing needs it: aws iam update-access-key --user-name {0} --access-key-id {1} --status "
                "Inactive".format(self.user, key.id),
            )
            for key in facts.of(FOREIGN)
        ]
        if self._is_due(facts) and self._in_grace(facts):
            key = self._in_grace(facts)[0]
            end = facts.end_of_grace(key, self.options["grace_days"])
            title = "not rotated again, because the key {0}, replaced last time, is kept until {1:%Y-%m-%d %H:%M} UTC"
            found.append(note("KEY_ROTATION_WAITS", title.format(key.id, end), "With O(grace_days) 0 it goes at once"))
        return found

    # What is written.

    def _of(self, key: Key) -> KeyLogin:
        return KeyLogin(key.id, user_name=self.user)

    def _retirements(self, facts: Facts) -> list[Step]:
        """With a platform, calls that it began with the old key soon end; a store's readers take their days of grace."""
        if not self.options["retire"]:
            return []
        keys = facts.of(SUPERSEDED)
        if not self.has_platform:
            keys = [key for key in keys if facts.may_be_deleted(key, self.options["grace_days"])]
        left = self.options["drain_seconds"] - facts.seconds_since_switch()
        return [self._of(key).retirement(left if self.has_platform else 0, "KEY_SUPERSEDED") for key in keys]

    def _expired(self, facts: Facts) -> list[Step]:
        keys = [key for key in facts.of(RETIRED) if facts.may_be_deleted(key, self.options["grace_days"])]
        return [self._of(key).removal("replaced, and its days of grace are over", "KEY_RETIRED") for key in keys]

    def _room(self, facts: Facts) -> Plan:
        """Room for one more key: a replaced key that nothing used since the switch goes early, all others stay."""
        grace = self._in_grace(facts)
        going = [key for key in facts.of(RETIRED) if key not in grace and facts.is_unused_since_switch(key)]
        staying = [key for key in facts.keys if key not in (*going, *facts.of(ORPHAN))]
        if len(staying) < KEY_LIMIT:
            return Plan()
        early = [key for key in grace if facts.is_unused_since_switch(key)]
        if early:
            return Plan([self._of(early[0]).removal("replaced, unused since, and its place is needed now")])
        if self._retirements(facts):
            title = "the user {0} needs a new key, for which there is room once the replaced one is deactivated"
            return Plan(others=[pending("KEY_ROOM_LATER", title.format(self.user), "Run again")])
        return Plan(others=[self._no_room(facts, staying)])

    def _no_room(self, facts: Facts, staying: Sequence[Key]) -> Finding:
        return blocked(
            "KEY_NO_ROOM",
            "O(user_name): the user {0} needs a new key, but has {1} already, IAM's limit, and none of them may go: {2}".format(
                self.user,
                len(staying),
                "; ".join("{0} is {1} ({2})".format(key.id, facts.state(key), last_use(key)) for key in staying),
            ),
            "Delete one that nothing uses: aws iam delete-access-key --user-name {0} --access-key-id ID".format(
                self.user
            ),
        )

    def _new_key(self, current: State, need: Need) -> list[Step]:
        """The note that proves it to be ours comes first, so that a run that is killed leaves nothing unknown."""
        old = current.facts.in_service
        noting = Step(
            "Note that {0}".format("{0} is being replaced".format(old.id) if old else "a new key is being made"),
            "iam",
            "tag_user",
            {"UserName": self.user, "Tags": key_lifecycle.making_tags(current.facts)},
        )
        taking_back = "Delete the new access key again: it could not be handed over"
        parameters = {"user_name": self.user, "key_id": self.new.key_id}
        undo = Step(taking_back, "proof", "delete_unheld_key", parameters)
        if not self.has_platform:
            parameters = {"UserName": self.user, "AccessKeyId": self.new.key_id}
            undo = Step(taking_back, "iam", "delete_access_key", parameters)
        creation = Step(
            "Create an access key for the user {0}: {1}".format(self.user, need.reason),
            "iam",
            "create_access_key",
            {"UserName": self.user},
            code=need.code,
            after={"user_name": self.user},
            undo=undo,
        )
        return [noting, creation, self.new.proof()] + self._continued(current)

    def _continued(self, current: State) -> list[Step]:
        """From a key that was just made, and noted, to one in service."""
        keeping = [self._keeping()] if self.store is not None else []
        if not self.has_platform:
            return keeping
        return keeping + self._hand_over(current, self.new, None, "")

    def _keeping(self) -> Step:
        value: dict[str, Any] = {"access_key_id": self.new.key_id, "secret_access_key": self.new.secret}
        value.update(account_id=self.account, user_name=self.user)
        previous = {"previous": Answer("kept", ())}
        undo = Step("Put the former key back into the secret store", "store", "restore", previous)
        after = {"name": self.store.name}
        return Step("Keep the new key in the secret store", "store", "write", value, after=after, undo=undo)

    def _hand_over(self, current: State, login: KeyLogin, kept: Key | None, code: str) -> list[Step]:
        """Switch, look that it is done, and only then take the old key out of service; one that was kept is noted first."""
        old = current.facts.in_service if current.facts.in_service != kept else None
        source = current.source
        if source is None:
            return self.target.creation(login)
        switch = self.target.hand_over(source, login, code if self._fits(source) else "SOURCE_REPORT")
        if old is None:
            return switch
        noting = []
        if kept is not None and current.facts.notes.superseded_key_id != old.id:
            tags = {"UserName": self.user, "Tags": key_lifecycle.superseded_tags(old)}
            noting = [Step("Note that {0} is being replaced".format(old.id), "iam", "tag_user", tags)]
        retirement = [self._of(old).retirement(self.options["drain_seconds"])] if self.options["retire"] else []
        return noting + switch + retirement


RESOURCE = AccessKey
