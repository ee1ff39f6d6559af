# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real ansible-rulebook: accounts are connected as they join, whatever becomes of messages and runs; nothing is deleted.

EVENTS_JOINS takes another number of joining accounts than 100; a fifth as many leave.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.emulator.fleet import Emulator
from tests.events.setting import REGION, Rulebook, Stack, missing, wait_until
from tests.integration.organization import Organization
from tests.integration.playbook import CHECKOUT, Fleet, Run

if missing():
    print(f"\nSKIPPED: the rulebook is not run, since {missing()}")
    pytest.skip(missing() or "", allow_module_level=True)

JOINS = int(os.environ.get("EVENTS_JOINS", "100"))
DEPARTURES = max(JOINS // 5, 1)
WAVES = 4
# A rulebook's run over all of them, on a busy machine.
PATIENCE = 1800
LOST, DOUBLED = 0.1, 0.3


class Story:
    """An organization whose accounts come and go, the messages that tell of it, and when each account was connected."""

    def __init__(self, emulator: Emulator, stack: Stack, folder: Path) -> None:
        self.emulator, self.stack, self.folder = emulator, stack, folder
        self.organization = Organization(Fleet(emulator, folder))
        self.fleet = self.organization.fleet
        self.inventory = self._example()
        self.joined: dict[str, float] = {}
        self.connected: dict[str, float] = {}
        self.departed: list[str] = []
        self.chance = random.Random(JOINS)

    def _example(self) -> Path:
        """inventories/organization with the addresses of the emulator."""
        folder = self.folder / "inventory"
        shutil.copytree(CHECKOUT / "inventories" / "organization", folder)
        with (folder / "organization.yml").open("a") as file:
            file.write(f"endpoint_url: {self.emulator.aws_endpoint_url}\n")
        platform = {name: value for name, value in self.fleet.common.items() if name.startswith("finops_platform_")}
        settings = {**platform, "finops_auth": "role", "finops_report_dir": str(self.folder / "report")}
        (folder / "group_vars" / "all.yml").write_text(yaml.safe_dump(settings))
        return folder

    def night(self) -> Run:
        """The nightly run over the whole organization."""
        nothing: dict[str, Any] = dict.fromkeys(self.fleet.common)
        arguments = ("-i", str(self.inventory / "organization.yml"), "--forks", "4")
        run = self.fleet.run({}, *arguments, environment=self.organization.environment, **nothing)
        assert run.code == 0, run.output
        return run

    def join(self, count: int) -> list[dict[str, Any]]:
        """Accounts join; what AWS says of it."""
        made = [self.organization.account(f"new {len(self.joined) + number}") for number in range(count)]
        self.joined.update(dict.fromkeys(made, time.monotonic()))
        return [_event("AccountJoinedOrganization", account) for account in made]

    def leave(self, accounts: list[str]) -> list[dict[str, Any]]:
        """Accounts are removed from the organization; what AWS says of it."""
        for account in accounts:
            self.organization.api.remove_account_from_organization(AccountId=account)
        self.departed += accounts
        return [_event("AccountDepartedOrganization", account) for account in accounts]

    def tell(self, events: list[dict[str, Any]], faithfully: bool = False) -> None:
        """Put events on the bus, in any order, some not at all, some twice."""
        told = [event for event in events if faithfully or self.chance.random() >= LOST]
        told += [event for event in told if self.chance.random() < DOUBLED]
        self.chance.shuffle(told)
        for event in told:
            self.stack.send(**event)

    def look(self) -> None:
        """Note which accounts are connected by now, and awake."""
        now = time.monotonic()
        for account, source in self.fleet.sources().items():
            if source.get("auto_import") and account in self.joined:
                self.connected.setdefault(account, now)

    def flagged(self) -> set[str]:
        """The accounts that the report of the departed calls by the audit's code."""
        path = self.folder / "report" / "departed" / "report.json"
        with contextlib.suppress(OSError, ValueError):
            accounts = json.loads(path.read_text())["accounts"]
            codes = {one["account_id"]: {code for link in one["links"] for code in link["codes"]} for one in accounts}
            return {account for account, found in codes.items() if "SOURCE_LEFT_ORGANIZATION" in found}
        return set()


def _event(event_name: str, account: str, **detail: Any) -> dict[str, Any]:
    return {"event_name": event_name, "serviceEventDetails": {"accountId": account, **detail}}


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with Emulator(members=1 + DEPARTURES) as emulator, Stack(emulator) as stack:
        yield Story(emulator, stack, tmp_path)


@pytest.fixture
def rulebook(story: Story) -> Iterator[Rulebook]:
    login = story.organization.environment
    settings = {**login, "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL_SQS": story.stack.url}
    made = Rulebook(story.folder, story.inventory, settings)
    yield made
    made.kill()


def test_every_account_that_joins_is_connected_and_none_that_leaves_is_deleted(
    story: Story, rulebook: Rulebook
) -> None:
    story.night()
    before = set(story.fleet.sources())
    leaving = [account for account in story.emulator.member_account_ids if account in before][:DEPARTURES]
    rulebook.start()
    marker = story.folder / "hostile"
    hostile = f"{{{{ lookup('ansible.builtin.pipe', 'touch {marker}') }}}}"
    sizes = [JOINS // WAVES + (number < JOINS % WAVES) for number in range(WAVES)]
    for number, size in enumerate(sizes):
        is_last = number == WAVES - 1
        share = leaving[number::WAVES]
        events = story.join(size) + story.leave(share) + [_event("AccountJoinedOrganization", hostile, name=hostile)]
        story.tell(events)
        if is_last:
            # A message that is not lost: the next event makes good what became of the others.
            story.tell(story.join(1) + [_event("AccountDepartedOrganization", share[-1] if share else "")], True)
            break
        wait_until(lambda: False, story.chance.uniform(10, 90), story.look)
        rulebook.kill()
        story.look()
        rulebook.start()

    settled = wait_until(
        lambda: story.connected.keys() == story.joined.keys() and story.flagged() == set(story.departed),
        PATIENCE,
        story.look,
    )
    assert rulebook.is_running(), rulebook.log[-4000:]
    at_dusk, dead = len(story.connected), story.stack.waiting("DeadLettersUrl")
    rulebook.kill()
    story.night()
    story.look()
    again = story.night()

    took = sorted(
        story.connected[account] - story.joined[account] for account in story.joined if account in story.connected
    )
    print(
        f"\n{len(story.joined)} joined: {at_dusk} connected by events, {len(took)} after one night; {len(story.departed)} left, "
        f"{len(story.flagged())} flagged; from join to connected {statistics.median(took):.0f} s in the median, {took[-1]:.0f} s "
        f"at most; {WAVES - 1} times killed, {dead} dead letters"
    )
    sources = set(story.fleet.sources())
    assert settled, rulebook.log[-4000:]
    assert story.connected.keys() == story.joined.keys()
    assert story.flagged() == set(story.departed)
    assert before <= sources and sources == before | story.joined.keys()
    assert [call for call in story.emulator.calls() if call["operation"].startswith(("Delete", "Detach"))] == []
    assert (again.changed, again.writes) == ([], [])
    assert not marker.exists()
