# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CloudFormation template: what EventBridge sends by its rule, what the queue does with it, and cfn-lint's opinion."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cfnlint.api import ManualArgs, lint

from tests.emulator.fleet import Emulator
from tests.events.setting import REGION, TEMPLATE, Stack

ACCOUNT = "111122223333"


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Emulator(members=1) as emulator, Stack(emulator) as made:
        yield made


def test_cfn_lint_has_nothing_to_say() -> None:
    assert lint(TEMPLATE.read_text(), config=ManualArgs(regions=[REGION])) == []


def test_joins_and_departures_arrive_and_nothing_else(stack: Stack) -> None:
    stack.send("InviteAccountToOrganization")
    stack.send("CreateOrganizationalUnit")
    stack.send("AccountJoinedOrganization", source="mine")
    assert stack.receive() == []
    stack.send("AccountJoinedOrganization", serviceEventDetails={"accountId": ACCOUNT})
    stack.send("RemoveAccountFromOrganization", requestParameters={"accountId": ACCOUNT})
    stack.send("CreateManagedAccount", source="aws.controltower")
    arrived = {body["detail"]["eventName"] for body in stack.receive()}
    assert arrived == {"AccountJoinedOrganization", "RemoveAccountFromOrganization", "CreateManagedAccount"}


def test_what_nobody_can_handle_is_kept_with_the_dead_letters(stack: Stack) -> None:
    stack.send("AccountJoinedOrganization")
    for dummy in range(5):
        assert len(stack.receive(VisibilityTimeout=0)) == 1
    assert stack.receive(VisibilityTimeout=0) == []
    assert (stack.waiting(), stack.waiting("DeadLettersUrl")) == (0, 1)
