# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The access key: made once, handed to the data source in the same breath, and shown to nobody."""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils import _platform, _settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._reconcile import Answer, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils.data_source import (
    TARGET_OPTIONS,
    Listed,
    Target,
    has_role,
    summary,
)

KEY_LIMIT = 2  # IAM's quota AccessKeysPerUser
_KEY_ID = Answer("create_access_key", ("AccessKey", "AccessKeyId"))
_SECRET = Answer("create_access_key", ("AccessKey", "SecretAccessKey"))


@dataclasses.dataclass
class State:
    """The user's keys as IAM lists them, and the account's data source."""

    keys: list[dict[str, Any]]
    source: dict[str, Any] | None

    @property
    def key_in_service(self) -> dict[str, Any] | None:
        """The active key of the user that the data source holds."""
        key_id = (self.source or {}).get("config", {}).get("access_key_id")
        return next((key for key in self.keys if key["AccessKeyId"] == key_id and key["Status"] == "Active"), None)


class AccessKey(Listed):
    """The key of one account's FinOps user, kept by the account's data source alone."""

    NAME = "access_key"
    OPTIONS = dict(_platform.OPTIONS, user_name={"type": "str"})
    CHANGE_OPTIONS = {
        "data_source": {"type": "dict", "options": TARGET_OPTIONS},
        "access_key_id": {"type": "str"},
        "known": {"type": "dict"},
    }

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.user = _settings.user_name(options.get("user_name"))
        target = options.get("data_source") or {}
        self.target = Target(dict(target, type=target.get("type") or "standalone"), self.account)

    def read(self) -> State:
        """The user's keys, and the data source."""
        listed = self.clients.read_all(
            "iam", "list_access_keys", "AccessKeyMetadata", missing=("NoSuchEntity",), UserName=self.user
        )
        needs_platform = self.options.get("state") == "present" or self.options.get("platform_url")
        return State(listed or [], self.read_source(self.target) if needs_platform else None)

    def plan(self, current: State) -> list[Step]:
        """A new key and its hand-over, unless the data source holds an active key of the user, or needs none."""
        if self.absent:
            return self._plan_removal(current)
        if current.source is None:
            return self._plan_new_key(current, self.target.creation(_KEY_ID, _SECRET))
        fits = self.target.matches(current.source)
        if has_role(current.source) or (fits and current.key_in_service):
            return []
        return self._plan_new_key(current, self.target.hand_over(current.source, _KEY_ID, _SECRET))

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(access_key), the one in service after the steps, and C(data_source), which keeps it."""
        if self.absent:
            return {"access_key": None, "data_source": summary(current.source)}
        if steps and not self.answers:  # check mode
            return {"access_key": None, "data_source": summary(self.target.expected(current.source))}
        source = summary(self.written_source(current.source)) or {}
        in_service = source.get("config", {}).get("access_key_id")
        return {"access_key": in_service and {"id": in_service, "user_name": self.user}, "data_source": source or None}

    def info(self, current: State) -> dict[str, Any]:
        """C(access_keys): each key's id, status, age and whether the data source holds it; never a secret."""
        in_service = current.key_in_service
        return {
            "access_keys": [
                {
                    "id": key["AccessKeyId"],
                    "status": key["Status"],
                    "created": key["CreateDate"].isoformat(),
                    "in_service": key is in_service,
                }
                for key in current.keys
            ]
        }

    def _plan_new_key(self, current: State, hand_over: Step) -> list[Step]:
        if len(current.keys) >= KEY_LIMIT:
            raise FinopsError(
                "finops_user_name: the user {0} has {1} access keys already, IAM's limit, and the data source holds none of "
                "them that is active: {2}. Delete one that nothing uses: aws iam delete-access-key --user-name {0} "
                "--access-key-id ID".format(
                    self.user,
                    len(current.keys),
                    ", ".join("{0} ({1})".format(key["AccessKeyId"], key["Status"]) for key in current.keys),
                )
            )
        taken_back = self._deletion(_KEY_ID, "Delete the new access key again")
        creation = Step(
            "Create an access key for the user {0}".format(self.user),
            "iam",
            "create_access_key",
            {"UserName": self.user},
            after={"user_name": self.user},
            undo=taken_back,
        )
        return [creation, hand_over]

    def _plan_removal(self, current: State) -> list[Step]:
        in_service = current.key_in_service
        only = self.options.get("access_key_id")
        if not only and not self.options.get("platform_url"):
            raise InputError(
                "finops_platform_url",
                "is not set, so nobody can tell which key is in service. Set it, or name the key to delete by access_key_id",
            )
        keys = [key["AccessKeyId"] for key in current.keys if only in (None, key["AccessKeyId"])]
        if in_service and in_service["AccessKeyId"] in keys:
            raise FinopsError(
                "the key {0} is in service at the data source {1!r}, so it is not deleted. Remove the data source first "
                "(finops_for_cloud.aws.data_source with state absent)".format(
                    in_service["AccessKeyId"], (current.source or {}).get("name")
                )
            )
        return [self._deletion(key_id, "Delete the access key {0}".format(key_id)) for key_id in keys]

    def _deletion(self, key_id: Any, title: str) -> Step:
        return Step(title, "iam", "delete_access_key", {"UserName": self.user, "AccessKeyId": key_id})


RESOURCE = AccessKey
