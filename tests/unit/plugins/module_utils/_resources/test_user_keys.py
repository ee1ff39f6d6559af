# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM's answers about a user's keys and tags are taken to mean."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import key_lifecycle
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_lifecycle import Key, Notes
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.user_keys import UserKeys, last_use
from tests.unit.plugins.module_utils.fake_clients import FakeClients

THEN = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
OLD = Key("OLD", True, THEN)
LISTED = {"AccessKeyId": "OLD", "Status": "Active", "CreateDate": THEN}
MADE = {**LISTED, "AccessKeyId": "NEW", "SecretAccessKey": "not-to-be-seen"}
NOT_YET = {"AccessKeyMetadata": []}
NOBODY = AwsError("iam:any", "NoSuchEntity", "no")
DENIED = AwsError("iam:any", "AccessDenied", "no")


class Iam(FakeClients):
    """An account of which nothing but IAM is asked."""

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__(answers)
        self.pauses: list[int] = []

    def read(self, service: str, operation: str, missing: Any = (), **parameters: Any) -> Any:
        assert service == "iam"
        return super().read(service, operation, missing, **parameters)

    def pause(self, attempt: int) -> None:
        self.pauses.append(attempt)


def test_the_keys_of_the_user_are_asked_for_and_one_may_be_inactive() -> None:
    clients = Iam({"list_access_keys": {"AccessKeyMetadata": [LISTED, {**MADE, "Status": "Inactive"}]}})
    assert UserKeys(clients, "user").listed(set(), None) == [OLD, Key("NEW", False, THEN)]
    assert clients.calls == [("list_access_keys", {"UserName": "user"})]


@pytest.mark.parametrize(
    ("answers", "held", "made", "found", "pauses"),
    [
        ([NOBODY], set(), None, [], []),
        ([NOBODY], set(), MADE, ["NEW"], []),
        ([{"AccessKeyMetadata": [LISTED]}], {"NEW"}, MADE, ["NEW", "OLD"], []),
        ([{"AccessKeyMetadata": [LISTED, MADE]}], {"NEW"}, MADE, ["NEW", "OLD"], []),
        ([NOT_YET, NOT_YET, {"AccessKeyMetadata": [LISTED]}], {"OLD"}, {}, ["OLD"], [1, 2]),
        ([NOT_YET], {"OLD"}, None, [], [1, 2, 3, 4]),
    ],
)
def test_a_key_that_somebody_holds_is_waited_for(
    answers: list[Any], held: set[str], made: dict[str, Any] | None, found: list[str], pauses: list[int]
) -> None:
    clients = Iam({"list_access_keys": answers})
    assert [key.id for key in UserKeys(clients, "user").listed(held, made)] == found
    assert clients.pauses == pauses
    assert len(clients.calls) == len(pauses) + 1


@pytest.mark.parametrize(
    ("answer", "notes"),
    [
        ({"Tags": [{"Key": key_lifecycle.SUPERSEDED_TAG, "Value": "OLD"}]}, Notes("OLD")),
        ({}, Notes()),
        (NOBODY, Notes()),
    ],
)
def test_the_notes_are_the_user_s_tags(answer: Any, notes: Notes) -> None:
    clients = Iam({"list_user_tags": answer})
    assert UserKeys(clients, "user").notes() == notes
    assert clients.calls == [("list_user_tags", {"UserName": "user"})]


@pytest.mark.parametrize(
    ("answer", "changes", "words"),
    [
        (
            {"AccessKeyLastUsed": {"LastUsedDate": THEN, "ServiceName": "s3"}},
            {"last_used": THEN, "last_used_service": "s3"},
            "active, last used 2026-03-01 for s3",
        ),
        ({"AccessKeyLastUsed": {"ServiceName": "N/A"}}, {"last_used_service": "N/A"}, "active, no use known"),
        ({}, {}, "active, no use known"),
        (NOBODY, {"use_is_known": False}, "active, last use not to be seen"),
        (DENIED, {"use_is_known": False}, "active, last use not to be seen"),
    ],
)
def test_the_last_use_is_known_never_or_not_to_be_seen(answer: Any, changes: dict[str, Any], words: str) -> None:
    clients = Iam({"get_access_key_last_used": answer})
    key = UserKeys(clients, "user").with_last_use(OLD)
    assert key == dataclasses.replace(OLD, **changes)
    assert last_use(key) == words
    assert last_use(dataclasses.replace(key, active=False)) == words.replace("active", "inactive")
    assert clients.calls == [("get_access_key_last_used", {"AccessKeyId": "OLD"})]
