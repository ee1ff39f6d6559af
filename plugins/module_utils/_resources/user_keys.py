# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM knows of a user's access keys, and the notes about them that this collection keeps as the user's tags."""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import boto3_tag_list_to_ansible_dict
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_lifecycle import Key, Notes

# IAM's list may lag behind a key that was just made: how often it is read before a key that somebody holds is gone.
_LOOKS = 5


class UserKeys:
    """The keys of one user."""

    def __init__(self, clients: Any, user: str) -> None:
        self._clients = clients
        self._user = user

    def listed(self, held: set[str], made: Mapping[str, Any] | None) -> list[Key]:
        """The user's keys without their last uses; before a held one is thought gone, IAM is asked again.

        made: the key that this run has just made, as IAM answered, which its list may not have yet.
        """
        for attempt in range(1, _LOOKS + 1):
            listed = self._clients.read_all(
                "iam", "list_access_keys", "AccessKeyMetadata", missing=("NoSuchEntity",), UserName=self._user
            )
            found = {key["AccessKeyId"]: key for key in [*([made] if made else []), *(listed or [])]}
            if held <= set(found) or attempt == _LOOKS:
                break
            self._clients.pause(attempt)
        return [Key(key["AccessKeyId"], key["Status"] == "Active", key["CreateDate"]) for key in found.values()]

    def notes(self) -> Notes:
        """What the user's tags say about keys."""
        answer = self._clients.read("iam", "list_user_tags", missing=("NoSuchEntity",), UserName=self._user)
        return Notes.of(boto3_tag_list_to_ansible_dict((answer or {}).get("Tags", [])))

    def with_last_use(self, key: Key) -> Key:
        """The key with its last use, or with the word that nobody here may see it."""
        answer = self._clients.read(
            "iam", "get_access_key_last_used", missing=("NoSuchEntity", "AccessDenied"), AccessKeyId=key.id
        )
        if answer is None:
            return dataclasses.replace(key, use_is_known=False)
        used = answer.get("AccessKeyLastUsed", {})
        return dataclasses.replace(key, last_used=used.get("LastUsedDate"), last_used_service=used.get("ServiceName"))


def last_use(key: Key) -> str:
    """A key's status and last use for people."""
    status = "active" if key.active else "inactive"
    if not key.use_is_known:
        return "{0}, last use not to be seen".format(status)
    if key.last_used is None:
        return "{0}, no use known".format(status)
    return "{0}, last used {1:%Y-%m-%d} for {2}".format(status, key.last_used, key.last_used_service)
