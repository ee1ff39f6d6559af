# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The access key: made once, kept at once, rotated without a gap, and shown to nobody.

What a key is and becomes is decided in _key_lifecycle; here it is read and written.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import boto3_tag_list_to_ansible_dict
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import key_lifecycle, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_lifecycle import (
    FOREIGN,
    MADE,
    ORPHAN,
    RETIRED,
    SUPERSEDED,
    Facts,
    Key,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import note
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Answer, Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import OPTIONS as PLATFORM_OPTIONS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources import secret_store
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.data_source import (
    TARGET_OPTIONS,
    Listed,
    Target,
    has_role,
    summary,
)

KEY_LIMIT = 2  # IAM's quota AccessKeysPerUser
# IAM's list may lag behind a key that was just made: how often it is read before a key that somebody holds is gone.
_LOOKS = 5
# The tag of the user that names the key which a rotation is replacing, so that an interrupted one can be finished.
NOTE = "finops-for-cloud-superseded-key"
ROTATE = ("never", "when_old", "now")
_NEW_ID = Answer("create_access_key", ("AccessKey", "AccessKeyId"))
_NEW_SECRET = Answer("create_access_key", ("AccessKey", "SecretAccessKey"))
_KEPT_ID = Answer("kept", ("access_key_id",))
_KEPT_SECRET = Answer("kept", ("secret_access_key",))


@dataclasses.dataclass
class State:
    """The facts about the keys, and the account's data source."""

    facts: Facts
    source: dict[str, Any] | None


class AccessKey(Listed):
    """The key of one account's FinOps user."""

    NAME = "access_key"
    OPTIONS = dict(PLATFORM_OPTIONS, user_name={"type": "str"}, **secret_store.OPTIONS)
    CHANGE_OPTIONS = {
        "data_source": {"type": "dict", "options": TARGET_OPTIONS},
        "rotate": {"type": "str", "choices": list(ROTATE), "default": "never"},
        "max_age_days": {"type": "int", "default": 90},
        "grace_days": {"type": "int", "default": 7},
        "retire": {"type": "bool", "default": True},
        "drain_seconds": {"type": "int", "default": 30},
        "access_key_id": {"type": "str"},
        "known": {"type": "dict"},
    }

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.user = settings.user_name(options.get("user_name"))
        target = options.get("data_source") or {}
        self.target = Target(dict(target, type=target.get("type") or "standalone"), self.account)
        self.store = clients.store
        self.has_platform = bool(options.get("platform_url"))
        if options.get("state") == "present" and not self.has_platform and self.store is None:
            raise InputError(
                "secret_store",
                "is needed where there is no O(platform_url): a key's secret can be read only once, so somebody must keep it",
            )

    def read(self) -> State:
        """The user's keys, the data source, what the store holds; last uses only of keys that nobody holds."""
        listed_earlier = self.source_is_known
        source = self.read_source(self.target) if self.has_platform else None
        self.answers["kept"] = self.store.read() if self.store else None
        # A data source with a role shows a key of the platform's own.
        by_source = None if source is None or has_role(source) else source.get("config", {}).get("access_key_id")
        by_store = (self.answers["kept"] or {}).get("access_key_id")
        keys = [_key(key) for key in self._listed({key_id for key_id in (by_source, by_store) if key_id})]
        held = {by_source, by_store, self._new_id()}
        noted = self._note() if any(key.active and key.id not in held for key in keys) else None
        now = datetime.datetime.now(datetime.timezone.utc)
        facts = Facts(keys, by_source, by_store, noted, self._new_id(), self.has_platform, now)
        seen = [
            key if key.id in held or self._is_in_grace(facts, key) else self._with_last_use(key) for key in facts.keys
        ]
        facts = dataclasses.replace(facts, keys=seen)
        # A key is not called an orphan on the word of a listing from the beginning of the run.
        return self.read() if listed_earlier and facts.of(ORPHAN) else State(facts, source)

    def plan(self, current: State) -> Plan:
        """What becomes of every key by the table of _key_lifecycle; a new key where none serves or the old one is due."""
        return Plan(self._steps(current), [note("KEY_FOREIGN", text) for text in self._warnings(current)])

    def _steps(self, current: State) -> list[Step]:
        if self.absent:
            return self._plan_removal(current)
        if current.source is not None and has_role(current.source):
            return []
        facts = current.facts
        deletions = self._deletions(facts)
        retirements = self._retirements(facts)
        kept = next((key for key in facts.keys if key.id == facts.store_key_id and key.active), None)
        fits = not self.has_platform or (current.source is not None and self.target.matches(current.source))
        if kept is not None and (kept != facts.in_service or not fits):
            return deletions + retirements + self._hand_over(current, kept, _KEPT_ID, _KEPT_SECRET)
        if facts.of(MADE):
            return deletions + retirements + self._continued(current)
        reason = self._need(facts, fits, kept) or self._due(facts)
        if reason is None:
            return deletions + retirements
        self._check_room(facts, deletions)
        return deletions + retirements + self._new_key(current, reason)

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(access_key), the one in service after the steps; C(data_source), which holds it; C(access_keys) before them."""
        keys = key_lifecycle.describe(current.facts)
        if self.absent:
            return {"access_key": None, "data_source": summary(current.source), "access_keys": keys}
        source = current.source
        if self.has_platform and steps and not self.applied:
            source = self.target.expected(source)
        elif self.has_platform:
            source = self.written_source(source)
        in_service = current.facts.source_key_id if self.has_platform else current.facts.store_key_id
        if self.applied:
            in_service = (source or {}).get("config", {}).get("access_key_id") or self._new_id() or in_service
        return {
            "access_key": {"id": in_service, "user_name": self.user} if in_service else None,
            "data_source": summary(source),
            "access_keys": keys,
        }

    def info(self, current: State) -> dict[str, Any]:
        """C(access_keys): each key's id, state, status, age and last use; never a secret."""
        return {"access_keys": key_lifecycle.describe(current.facts)}

    def _warnings(self, current: State) -> list[str]:
        """Keys that are left alone, and a rotation that waits."""
        if self.absent:
            return []
        facts = current.facts
        found = [
            "the key {1} of the user {2} ({3}) is held neither by the data source nor by the secret store, so "
            "it is left alone. If nothing needs it: aws iam update-access-key --user-name {2} --access-key-id {1} "
            "--status Inactive".format(self.account, key.id, self.user, _last_use(key))
            for key in facts.of(FOREIGN)
        ]
        if self._is_due(facts) and self._in_grace(facts):
            key = self._in_grace(facts)[0]
            found.append(
                "not rotated again, because the key {1}, replaced last time, is kept until {2:%Y-%m-%d %H:%M} UTC. "
                "With O(grace_days) 0 it goes at once".format(
                    self.account, key.id, facts.end_of_grace(key, self.options["grace_days"])
                )
            )
        return found

    def _listed(self, held: set[str]) -> list[dict[str, Any]]:
        """IAM's list of the user's keys, this run's new one included; before a held key is thought gone, it is asked again."""
        made = self.answers.get("create_access_key", {}).get("AccessKey")
        for attempt in range(1, _LOOKS + 1):
            listed = self.clients.read_all(
                "iam", "list_access_keys", "AccessKeyMetadata", missing=("NoSuchEntity",), UserName=self.user
            )
            found = {key["AccessKeyId"]: key for key in [*([made] if made else []), *(listed or [])]}
            if held <= set(found) or attempt == _LOOKS:
                break
            self.clients.pause(attempt)
        return list(found.values())

    def _new_id(self) -> str | None:
        return self.answers.get("create_access_key", {}).get("AccessKey", {}).get("AccessKeyId")

    def _note(self) -> str | None:
        answer = self.clients.read("iam", "list_user_tags", missing=("NoSuchEntity",), UserName=self.user)
        return boto3_tag_list_to_ansible_dict((answer or {}).get("Tags", [])).get(NOTE)

    def _with_last_use(self, key: Key) -> Key:
        answer = self.clients.read(
            "iam", "get_access_key_last_used", missing=("NoSuchEntity", "AccessDenied"), AccessKeyId=key.id
        )
        used = (answer or {}).get("AccessKeyLastUsed", {})
        return dataclasses.replace(key, last_used=used.get("LastUsedDate"), last_used_service=used.get("ServiceName"))

    def _is_in_grace(self, facts: Facts, key: Key) -> bool:
        return facts.state(key) == RETIRED and facts.now < facts.end_of_grace(key, self.options.get("grace_days") or 0)

    def _in_grace(self, facts: Facts) -> list[Key]:
        return [key for key in facts.keys if self._is_in_grace(facts, key)]

    def _retirements(self, facts: Facts) -> list[Step]:
        """With a platform, calls that it began with the old key soon end; a store's readers take their days of grace."""
        if not self.options["retire"]:
            return []
        keys = facts.of(SUPERSEDED)
        if not self.has_platform:
            keys = [key for key in keys if facts.may_be_deleted(key, self.options["grace_days"])]
        left = self.options["drain_seconds"] - facts.seconds_since_switch()
        return [self._deactivation(key, left if self.has_platform else 0) for key in keys]

    def _deletions(self, facts: Facts) -> list[Step]:
        orphans = [self._deletion(key.id, "an interrupted run left it, unused") for key in facts.of(ORPHAN)]
        grace = self.options["grace_days"]
        retired = [key for key in facts.of(RETIRED) if facts.may_be_deleted(key, grace)]
        return orphans + [self._deletion(key.id, "replaced, and its days of grace are over") for key in retired]

    def _need(self, facts: Facts, fits: bool, kept: Key | None) -> str | None:
        """Why the account needs a new key, whatever the age of the old one."""
        if facts.in_service is None:
            return "none is in service"
        if not fits:
            return "the data source is to read another report, which takes a key"
        if self.store is not None and kept is None:
            return "the secret store does not hold the one in service"
        return None

    def _is_due(self, facts: Facts) -> bool:
        if facts.in_service is None or facts.of(SUPERSEDED) or self.options.get("rotate", "never") == "never":
            return False
        return self.options["rotate"] == "now" or facts.age_in_days(facts.in_service) >= self.options["max_age_days"]

    def _due(self, facts: Facts) -> str | None:
        """Why the key in service is to be rotated now; not while the one that it replaced has its days of grace."""
        if not self._is_due(facts) or self._in_grace(facts) or facts.in_service is None:
            return None
        age = "{0} is {1} days old".format(facts.in_service.id, facts.age_in_days(facts.in_service))
        limit = (
            "rotation was asked for"
            if self.options["rotate"] == "now"
            else "at most {0}".format(self.options["max_age_days"])
        )
        return "{0}, {1}".format(age, limit)

    def _check_room(self, facts: Facts, deletions: Sequence[Step]) -> None:
        leaving = {step.parameters["AccessKeyId"] for step in deletions}
        staying = [key for key in facts.keys if key.id not in leaving]
        if len(staying) < KEY_LIMIT:
            return
        raise FinopsError(
            "O(user_name): the user {0} needs a new key, but has {1} already, IAM's limit, and none of them may go: {2}. "
            "Delete one that nothing uses: aws iam delete-access-key --user-name {0} --access-key-id ID".format(
                self.user,
                len(staying),
                "; ".join("{0} is {1} ({2})".format(key.id, facts.state(key), _last_use(key)) for key in staying),
            )
        )

    def _new_key(self, current: State, reason: str) -> list[Step]:
        creation = Step(
            "Create an access key for the user {0}: {1}".format(self.user, reason),
            "iam",
            "create_access_key",
            {"UserName": self.user},
            after={"user_name": self.user},
            undo=self._deletion(_NEW_ID, "it could not be handed over", "Delete the new access key again"),
        )
        proof = Step("Prove that the new key works", "proof", "prove", {"key_id": _NEW_ID, "secret": _NEW_SECRET})
        return [creation, proof] + self._continued(current)

    def _continued(self, current: State) -> list[Step]:
        """From a key that was just made to one in service."""
        in_service = current.facts.in_service
        keeping = self._keeping() if self.store is not None else []
        if self.has_platform:
            return keeping + self._hand_over(current, None, _NEW_ID, _NEW_SECRET)
        return ([self._noting(in_service)] if in_service else []) + keeping

    def _keeping(self) -> list[Step]:
        value: dict[str, Any] = {"access_key_id": _NEW_ID, "secret_access_key": _NEW_SECRET}
        value.update(account_id=self.account, user_name=self.user)
        undo = Step(
            "Put the former key back into the secret store", "store", "restore", {"previous": Answer("kept", ())}
        )
        title = "Keep the new key in the secret store"
        return [Step(title, "store", "write", value, after={"name": self.store.name}, undo=undo)]

    def _hand_over(self, current: State, key: Key | None, key_id: Any, secret: Any) -> list[Step]:
        """Note which key is replaced, switch, and take the old key out of service."""
        old = current.facts.in_service if current.facts.in_service != key else None
        if current.source is None:
            switch = self.target.creation(key_id, secret)
        else:
            switch = self.target.hand_over(current.source, key_id, secret)
        if old is None:
            return [switch]
        noting = [] if current.facts.noted_key_id == old.id else [self._noting(old)]
        retirement = [self._deactivation(old, self.options["drain_seconds"])] if self.options["retire"] else []
        return noting + [switch] + retirement

    def _noting(self, key: Key) -> Step:
        parameters = {"UserName": self.user, "Tags": [{"Key": NOTE, "Value": key.id}]}
        return Step(
            "Note that {0} is being replaced".format(key.id), "iam", "tag_user", parameters, after={NOTE: key.id}
        )

    def _deactivation(self, key: Key, pause: float) -> Step:
        return Step(
            "Deactivate the replaced access key {0}".format(key.id),
            "iam",
            "update_access_key",
            {"UserName": self.user, "AccessKeyId": key.id, "Status": "Inactive"},
            before={"status": "Active"},
            after={"status": "Inactive"},
            pause_before=pause,
        )

    def _deletion(self, key_id: Any, reason: str, title: str = "Delete the access key {0}") -> Step:
        parameters = {"UserName": self.user, "AccessKeyId": key_id}
        return Step("{0}: {1}".format(title.format(key_id), reason), "iam", "delete_access_key", parameters)

    def _plan_removal(self, current: State) -> list[Step]:
        only = self.options.get("access_key_id")
        if not only and not self.has_platform:
            raise InputError(
                "platform_url",
                "is not set, so nobody can tell which key is in service. Set it, or name the key to delete by access_key_id",
            )
        keys = [key for key in current.facts.keys if only in (None, key.id)]
        in_service = current.facts.in_service
        if in_service in keys and self.has_platform:
            raise FinopsError(
                "the key {0} is in service at the data source {1!r}, so it is not deleted. Remove the data source first "
                "(finops_for_cloud.aws.data_source with state absent)".format(
                    in_service and in_service.id, (current.source or {}).get("name")
                )
            )
        return [self._deletion(key.id, "removal was asked for") for key in keys]


def _key(listed: Mapping[str, Any]) -> Key:
    return Key(listed["AccessKeyId"], listed["Status"] == "Active", listed["CreateDate"])


def _last_use(key: Key) -> str:
    status = "active" if key.active else "inactive"
    if key.last_used is None:
        return "{0}, no use known".format(status)
    return "{0}, last used {1:%Y-%m-%d} for {2}".format(status, key.last_used, key.last_used_service)


RESOURCE = AccessKey
