# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was read of IAM is kept until something is written."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import Clients
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.identities import identities
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, FakeClients


class Place:
    """A store that takes anything, or nothing."""

    def write(self, **value: str) -> None:
        if value:
            raise AwsError("store", "LimitExceeded", "full")


@pytest.mark.parametrize("value", [{}, {"refused": "yes"}])
def test_a_write_makes_the_next_look_a_new_one_whatever_came_of_it(value: dict[str, str]) -> None:
    clients = Clients({"account_id": ACCOUNT, "secret_store": "file", "secret_store_folder": "/x"})
    store: Any = Place()
    clients.vaulted_files = lambda folder, name: store
    looks = iter(range(9))

    def seen() -> tuple[int, int]:
        return clients.remembered("store", looks.__next__), clients.remembered("iam", lambda: 99)

    assert [seen(), seen()] == [(0, 99), (0, 99)]
    try:
        clients.write("store", "write", value)
    except AwsError as error:
        assert "quota of the account" in str(error)
    assert seen() == (1, 99)


def test_who_is_denied_the_one_look_lists_policies_once_for_all_steps() -> None:
    denied = AwsError("iam", "AccessDenied", "no")
    clients = FakeClients({"get_account_authorization_details": denied, "list_policies": {"Policies": []}})
    found = identities(clients)
    assert [found.policies, found.policies] == [[], []]
    assert [operation for operation, dummy in clients.calls].count("list_policies") == 1


def test_policies_of_aws_are_nobodys_own() -> None:
    own, of_aws = (f"arn:aws:iam::{account}:policy/ReadOnlyAccess" for account in (ACCOUNT, "aws"))
    answer = {"Policies": [{"Arn": own}, {"Arn": of_aws}]}
    found = identities(FakeClients({"get_account_authorization_details": answer}))
    assert [policy["Arn"] for policy in found.policies] == [own]
