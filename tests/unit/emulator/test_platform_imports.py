# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded platform: when imports are queued, how they end, and what is told of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.aws.testing import deny, policy
from tests.emulator.fleet import Emulator
from tests.emulator.platform.imports import Imports
from tests.emulator.world import World

NOW = datetime.datetime(2026, 6, 20, 6, tzinfo=datetime.timezone.utc)
STAMP = int(NOW.timestamp())
HOUR = 3600


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator(members=2) as emulator:
        yield emulator


@pytest.fixture
def world(running: Emulator) -> World:
    running.reset()
    running.clock.move_to(NOW)
    first, last = datetime.date(2026, 6, 1), datetime.date(2026, 6, 30)
    running.costs.generate([running.management_account_id, *running.member_account_ids], first, last)
    return World(running)


@pytest.fixture
def imports(world: World) -> Imports:
    return world.emulator.platform.imports


def health(world: World, identifier: str) -> tuple[Any, ...]:
    """last_import_at, last_import_modified_at, last_import_attempt_at, last_import_attempt_error."""
    source = world.get(identifier)
    names = ("last_import_at", "last_import_modified_at", "last_import_attempt_at", "last_import_attempt_error")
    return tuple(source[name] for name in names)


def reports(world: World, identifier: str, query: str = "") -> list[dict[str, Any]]:
    answer = world.call("GET", f"/restapi/v2/cloud_accounts/{identifier}/report_imports?{query}")[1]
    return list(answer["report_imports"])


def test_an_import_that_goes_well(world: World, imports: Imports) -> None:
    """Facts, "Health": ok is `last_import_at > 0 and last_import_at == last_import_attempt_at`."""
    report = world.report()
    world.deliver(report)
    root = world.connect(report)
    assert world.import_states(root) == ["scheduled"], "creating a Root queues its own import"
    world.emulator.clock.forward(hours=1)
    assert [done.state for done in imports.run()] == ["completed"]
    assert health(world, root) == (STAMP + HOUR, STAMP, STAMP + HOUR, None)
    assert reports(world, root) == [], "completed ones are hidden by default"
    (completed,) = reports(world, root, "show_completed=true")
    assert (completed["state"], completed["updated_at"], completed["state_reason"]) == ("completed", STAMP + HOUR, None)


def test_before_the_first_delivery(world: World, imports: Imports) -> None:
    """Facts, "Health": "Report files for report ... not found": waiting, not broken; an error is never cleared."""
    report = world.report()
    root = world.connect(report)
    (failed,) = imports.run()
    reason = (
        f"Report files for report {report.name} not found in bucket {report.bucket}. "
        "Please check your CUR version and existence of report files in the bucket"
    )
    assert (failed.state, failed.state_reason) == ("failed", reason)
    assert health(world, root) == (0, 0, STAMP, reason)
    world.emulator.clock.forward(hours=1)
    world.deliver(report)
    imports.schedule_round()
    imports.run()
    assert health(world, root) == (STAMP + HOUR, STAMP + HOUR, STAMP + HOUR, reason)


def test_what_aws_denies(world: World, imports: Imports) -> None:
    """Facts: "the next import fails with HeadObject 403"; the error is cut at 255 characters, the reason is not."""
    report = world.report()
    world.deliver(report)
    root = world.connect(report)
    imports.run()
    refused = deny("s3:GetObject", f"arn:aws:s3:::{report.bucket}/*", Principal="*")
    world.bench.admin("s3").put_bucket_policy(Bucket=report.bucket, Policy=policy(refused))
    world.emulator.clock.forward(hours=1)
    world.update(root, last_import_at=0, last_import_modified_at=0)
    imports.schedule_round()
    (failed,) = imports.run()
    assert "HeadObject" in str(failed.state_reason)
    assert "403" in str(failed.state_reason)
    done, mark, tried, error = health(world, root)
    assert (done, mark, tried, error) == (0, 0, STAMP + HOUR, str(failed.state_reason)[:255])


def test_a_long_reason_is_cut_in_the_source_alone(world: World, imports: Imports) -> None:
    report = world.report(Name="r" * 128)
    root = world.connect(report)
    (failed,) = imports.run()
    assert len(str(failed.state_reason)) > 255
    assert health(world, root)[3] == str(failed.state_reason)[:255]


def test_the_hourly_round(world: World, imports: Imports) -> None:
    """Facts: `import_period` 1; not the linked ones, not those that sleep, none that has one coming."""
    report, alone = world.report(), world.report(world.standalone)
    for each in (report, alone):
        world.deliver(each)
    root, sleeping = world.connect(report), world.connect(alone, auto_import=False)
    member = world.connect_member(world.members[0])
    imports.run()
    assert [queued.cloud_account_id for queued in imports.schedule_round()] == [root]
    assert imports.schedule_round() == [], "it waits already"
    started = imports.start()
    assert started is not None
    assert imports.schedule_round() == [], "it is in progress"
    imports.finish(started)
    assert [queued.cloud_account_id for queued in imports.schedule_round()] == [root]
    assert world.import_states(member) == world.import_states(sleeping) == []


@pytest.mark.parametrize(("minutes", "queued"), [(29, 0), (31, 1)])
def test_an_import_whose_worker_died_is_active_for_half_an_hour(
    world: World, imports: Imports, minutes: int, queued: int
) -> None:
    report = world.report()
    world.deliver(report)
    root = world.connect(report)
    imports.start()
    world.emulator.clock.forward(hours=minutes / 60)
    assert len(reports(world, root, "show_active=true")) == 1 - queued
    assert len(imports.schedule_round()) == queued


def test_one_import_of_a_source_at_a_time(world: World, imports: Imports) -> None:
    """The first goes on; another of the same source that is taken meanwhile is cancelled."""
    report = world.report()
    world.deliver(report)
    root = world.connect(report)
    world.connect_member(world.members[0])
    first, second = imports.start(), imports.start()
    assert first is not None
    assert second is not None
    assert (first.state, second.state) == ("in_progress", "failed")
    assert second.state_reason == f"Import cancelled due another import: {first.id}"
    assert health(world, root)[2:] == (0, None)
    assert imports.finish(first).state == "completed"


def test_a_reimport_that_is_asked_for_during_an_import_is_forgotten(world: World, imports: Imports) -> None:
    """An import reads the marks when it begins and sets them when it ends."""
    report = world.report()
    world.deliver(report)
    root = world.connect(report)
    started = imports.start()
    assert started is not None
    may = int(datetime.datetime(2026, 5, 1, tzinfo=datetime.timezone.utc).timestamp())
    assert world.update(root, last_import_at=may, last_import_modified_at=may)[0] == 200
    imports.finish(started)
    assert health(world, root)[:2] == (STAMP, STAMP)


def test_the_storm(world: World, imports: Imports) -> None:
    """Facts, "Import storm": one import for each non-linked source, each time; `auto_import: false` queues none."""
    roots = []
    for report in (world.report(), world.report(world.standalone)):
        world.deliver(report)
        roots.append(world.connect(report))
    imports.run()
    awake = [world.connect_member(world.members[0]), world.connect_member(world.members[1])]
    assert [world.import_states(root) for root in roots] == [["completed", "scheduled", "scheduled"]] * 2
    assert [done.state for done in imports.run()] == ["completed"] * 4
    for identifier in awake:
        world.call("DELETE", f"/restapi/v2/cloud_accounts/{identifier}")
    quiet = world.connect_member(world.members[0], auto_import=False)
    assert world.update(quiet, auto_import=True)[0] == 200, "nor does waking it"
    assert imports.run() == []


def test_a_disabled_organization(world: World, imports: Imports) -> None:
    """Facts: imports are cancelled, and nothing is told to the source."""
    report = world.report()
    world.deliver(report)
    root = world.connect(report)
    path = f"/_emulator/organizations/{world.emulator.platform_organization_id}"
    world.call("PATCH", path, {"disabled": True})
    (failed,) = imports.run()
    assert (failed.state, failed.state_reason) == (
        "failed",
        f"Import cancelled due to disabled organization: {failed.id}",
    )
    assert health(world, root) == (0, 0, 0, None)
    world.call("PATCH", path, {"disabled": False})
    imports.schedule_round()
    assert [done.state for done in imports.run()] == ["completed"]


def test_a_source_that_is_deleted_during_its_import(world: World, imports: Imports) -> None:
    report = world.report()
    world.deliver(report)
    root = world.connect(report)
    started = imports.start()
    assert started is not None
    world.call("DELETE", f"/restapi/v2/cloud_accounts/{root}")
    imports.finish(started)
    assert world.call("GET", f"/restapi/v2/cloud_accounts/{root}")[0] == 404
    with pytest.raises(KeyError):
        world.emulator.platform.cost(world.root, "2026-06")


def test_what_a_linked_source_is_told(world: World, imports: Imports) -> None:
    """Facts, "Health": times only when the Root's files hold rows of theirs; without new files the Root moves alone."""
    world.emulator.costs.clear()
    world.emulator.costs.use(world.members[0], datetime.date(2026, 6, 10), "1.00")
    report = world.report()
    world.deliver(report)
    root = world.connect(report)
    with_rows, without = (world.connect_member(account) for account in world.members)
    world.emulator.clock.forward(hours=1)
    imports.run()
    assert health(world, with_rows) == (STAMP + HOUR, STAMP, STAMP + HOUR, None)
    assert health(world, without) == (0, 0, 0, None)
    imports.pass_hours(1)
    assert health(world, root) == (STAMP + 2 * HOUR, STAMP, STAMP + 2 * HOUR, None)
    assert health(world, with_rows)[0] == STAMP + HOUR


def test_a_file_that_breaks_the_import_is_told_to_all_that_have_rows_in_it(world: World, imports: Imports) -> None:
    """Facts, "Health": times and errors; line_item_operation is a column without which the import breaks."""
    names = ("usage_account_id", "usage_start_date", "usage_end_date", "line_item_type")
    columns = ", ".join(f"line_item_{name}" for name in names)
    report = world.report(query=f"SELECT {columns} FROM COST_AND_USAGE_REPORT")
    world.deliver(report)
    root, member = world.connect(report), world.connect_member(world.members[0])
    assert {done.state for done in imports.run()} == {"failed"}
    assert health(world, root) == health(world, member) == (0, 0, STAMP, "'line_item_operation'")


def test_hours_over_the_network(world: World, imports: Imports) -> None:
    report = world.report()
    world.deliver(report)
    root = world.connect(report)
    assert world.call("POST", "/_emulator/hours", {"hours": 2}) == (200, {"now": "2026-06-20T08:00:00+00:00"})
    assert world.import_states(root) == ["completed"] * 2
    assert health(world, root)[0] == STAMP + 2 * HOUR
