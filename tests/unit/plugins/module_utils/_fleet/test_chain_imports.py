# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The links import and discovery, by every combination of times and errors."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.seen import Payer
from tests.unit.plugins.module_utils._fleet.audits import (
    LINKED,
    MANAGEMENT,
    MEMBER,
    PAYER,
    delivery,
    discovery,
    epoch,
    finding,
    iso,
    links,
    source,
)

NO_FILES = "Report files for report billing not found"
EMPTY = delivery(files={"months": {}, "newest": None})
BLIND = delivery(files=None, unknown={"files": "AWS refused s3:list_objects_v2: AccessDenied: no"})


def delivered(**span: float) -> dict[str, Any]:
    return delivery(files={"months": {"2026-11": {}}, "newest": iso(**span)})


def imported(last: int, tried: int | None = None, error: str | None = None, **others: Any) -> dict[str, Any]:
    tried = last if tried is None else tried
    times = {"last_import_at": last, "last_import_attempt_at": tried, "last_import_attempt_error": error}
    return source(PAYER, **times, **others)


def ended(state: str, reason: str | None = None, **span: float) -> dict[str, Any]:
    return {"state": state, "state_reason": reason, "created_at": epoch(**span), "updated_at": epoch(**span)}


HOUR, DAY = {"hours": 1}, {"hours": 23}
CASES: list[tuple[str, dict[str, Any], Any, list[Any] | None, str, list[str]]] = [
    ("imported after the delivery", imported(epoch(hours=1)), delivered(hours=5), None, "ok", []),
    ("an old error that no success clears", imported(epoch(hours=1), None, "old"), delivered(hours=5), None, "ok", []),
    ("the round of this hour comes", imported(epoch(hours=2)), delivered(hours=1), None, "ok", []),
    ("two rounds passed", imported(epoch(hours=4)), delivered(hours=3), None, "pending", ["IMPORT_WAITING"]),
    ("a day passed", imported(epoch(hours=30)), delivered(hours=25), None, "failed", ["IMPORT_STALE"]),
    (
        "none for days, though files come daily",
        imported(epoch(days=4)),
        delivered(hours=6),
        None,
        "failed",
        ["IMPORT_STALE"],
    ),
    (
        "none for days, and no files either",
        imported(epoch(days=4)),
        delivered(days=5),
        None,
        "failed",
        ["IMPORT_STALE"],
    ),
    (
        "set back for a reimport a moment ago",
        imported(epoch(days=60), epoch(hours=1)),
        delivered(hours=6),
        None,
        "pending",
        ["IMPORT_WAITING"],
    ),
    ("none for months", imported(epoch(days=90)), delivered(days=30), None, "failed", ["IMPORT_STALE"]),
    (
        "one runs now",
        imported(epoch(hours=30)),
        delivered(hours=25),
        [ended("in_progress")],
        "pending",
        ["IMPORT_WAITING"],
    ),
    ("one waits", imported(epoch(hours=30)), delivered(hours=25), [ended("scheduled")], "pending", ["IMPORT_WAITING"]),
    (
        "it failed",
        imported(epoch(hours=5), epoch(hours=1), "403"),
        delivered(hours=6),
        None,
        "failed",
        ["SOURCE_IMPORT_FAILED"],
    ),
    (
        "it failed, and the list of imports says why",
        imported(epoch(hours=5), epoch(hours=1), "cut"),
        delivered(hours=6),
        [ended("failed", "whole", hours=1)],
        "failed",
        ["SOURCE_IMPORT_FAILED"],
    ),
    (
        "a reimport was asked for, so an old error is told again",
        imported(epoch(days=60), epoch(hours=1), "old"),
        delivered(hours=6),
        [ended("completed", hours=1), ended("failed", "old", days=9)],
        "pending",
        ["IMPORT_WAITING"],
    ),
    (
        "an import without an error that failed",
        imported(epoch(hours=5), epoch(hours=1)),
        delivered(hours=6),
        [ended("failed", "whole", hours=1)],
        "failed",
        ["SOURCE_IMPORT_FAILED"],
    ),
    (
        "one that another import cancelled is none",
        imported(epoch(hours=1)),
        delivered(hours=5),
        [ended("failed", "Import cancelled due another import: 1"), ended("completed", hours=1)],
        "ok",
        [],
    ),
    (
        "it waits for the first delivery",
        imported(0, epoch(hours=1), NO_FILES, created_at=epoch(hours=2)),
        EMPTY,
        None,
        "pending",
        ["SOURCE_IMPORT_PENDING"],
    ),
    (
        "it finds no files, and there are some for a day",
        imported(0, epoch(hours=1), NO_FILES),
        delivered(hours=30),
        None,
        "failed",
        ["IMPORT_STALE"],
    ),
    ("new, and not tried", imported(0, created_at=epoch(hours=2)), EMPTY, None, "pending", ["IMPORT_WAITING"]),
    (
        "new, files, not tried",
        imported(0, created_at=epoch(hours=2)),
        delivered(hours=9),
        None,
        "pending",
        ["IMPORT_WAITING"],
    ),
    ("old, and never tried", imported(0), delivered(hours=25), None, "failed", ["IMPORT_STALE"]),
    ("old, nothing delivered", imported(0), EMPTY, None, "pending", ["IMPORT_WAITING"]),
    ("nothing delivered, all imported", imported(epoch(hours=1)), EMPTY, None, "ok", []),
    ("nobody saw the files", imported(epoch(hours=1)), BLIND, None, "unknown", []),
    ("nobody looked at the files", imported(epoch(hours=1)), None, None, "unknown", []),
    ("nobody saw the files, and none for days", imported(epoch(days=3)), BLIND, None, "failed", ["IMPORT_STALE"]),
    ("nobody saw the files, never imported", imported(0), BLIND, None, "failed", ["IMPORT_STALE"]),
]


@pytest.mark.parametrize(("what", "of_source", "files", "imports", "state", "codes"), CASES)
def test_import(
    what: str, of_source: dict[str, Any], files: Any, imports: list[Any] | None, state: str, codes: list[str]
) -> None:
    found = links(MANAGEMENT, source=of_source, delivery=files, imports=imports)["import"]
    assert (found["state"], found["codes"]) == (state, codes), what
    assert found["evidence"]
    assert bool(found["next_action"]) or state == "ok" or not codes or "nothing yet" in found["evidence"]


@pytest.mark.parametrize(("what", "of_source", "files", "imports", "state", "codes"), CASES)
def test_a_member_is_judged_by_its_management_account(
    what: str, of_source: dict[str, Any], files: Any, imports: list[Any] | None, state: str, codes: list[str]
) -> None:
    linked = source(MEMBER, created_at=of_source["created_at"], last_import_at=0, last_import_attempt_error="x")
    found = links(LINKED, source=linked, root=Payer(PAYER, of_source, files, imports))["import"]
    assert (found["state"], found["codes"]) == (state, codes), what


def test_the_step_s_own_finding_is_not_told_twice_and_gives_way_to_what_is_known_better() -> None:
    failing = imported(epoch(hours=5), epoch(hours=1), "cut")
    told = [finding("SOURCE_IMPORT_FAILED", "alarm", "data_source", remedy="Mend it")]
    found = links(MANAGEMENT, source=failing, findings=told, imports=[])["import"]
    assert (found["codes"], found["next_action"], found["since"]) == (["SOURCE_IMPORT_FAILED"], "Mend it", iso(hours=5))
    asked_again = links(
        MANAGEMENT, source=failing, findings=told, delivery=delivered(hours=6), imports=[ended("completed", hours=1)]
    )["import"]
    assert (asked_again["state"], asked_again["codes"]) == ("pending", ["IMPORT_WAITING"])


def test_the_reason_of_an_import_is_told_whole() -> None:
    failing = imported(epoch(hours=5), epoch(hours=1), "cut")
    found = links(MANAGEMENT, source=failing, imports=[ended("failed", "the whole reason", hours=1)])["import"]
    assert "the whole reason" in found["evidence"]


def test_a_member_that_is_younger_than_the_last_import_waits_for_one() -> None:
    young = source(MEMBER, created_at=epoch(minutes=10))
    root = Payer(PAYER, imported(epoch(minutes=30)), delivered(hours=5))
    assert links(LINKED, source=young, root=root)["import"]["codes"] == ["IMPORT_WAITING"]
    old = source(MEMBER, created_at=epoch(hours=30))
    stale = Payer(PAYER, imported(epoch(hours=40)), delivered(hours=50))
    assert links(LINKED, source=old, root=stale)["import"]["codes"] == ["IMPORT_STALE"]


@pytest.mark.parametrize(
    ("root", "state", "codes"),
    [
        (None, "unknown", []),
        (Payer(PAYER), "unknown", []),
        (Payer(PAYER, {}), "failed", ["IMPORT_NO_ROOT"]),
        (Payer(PAYER, source(PAYER, auto_import=False), delivery()), "failed", ["IMPORT_NO_ROOT"]),
    ],
)
def test_a_member_without_its_management_account(root: Payer | None, state: str, codes: list[str]) -> None:
    found = links(LINKED, root=root)["import"]
    assert (found["state"], found["codes"]) == (state, codes)
    assert found["next_action"]


FAILED = discovery(last_discovery_at=epoch(hours=9), last_error_at=epoch(hours=1), last_error="denied")
NEVER = discovery(last_discovery_at=0)


@pytest.mark.parametrize(
    ("infos", "young", "state", "codes"),
    [
        ([discovery()], False, "ok", []),
        ([discovery(last_error_at=epoch(hours=9), last_error="old")], False, "ok", []),
        ([discovery(), FAILED], False, "failed", ["DISCOVERY_FAILED"]),
        ([discovery(last_error_at=epoch(hours=1))], False, "failed", ["DISCOVERY_FAILED"]),
        ([discovery(last_discovery_at=0, last_error_at=epoch(hours=1))], True, "failed", ["DISCOVERY_FAILED"]),
        ([discovery(last_discovery_at=epoch(days=2))], False, "ok", []),
        ([discovery(), discovery(last_discovery_at=epoch(days=4))], False, "failed", ["DISCOVERY_STALE"]),
        ([discovery(), NEVER], False, "unknown", ["DISCOVERY_NEVER"]),
        ([discovery(), NEVER], True, "pending", ["DISCOVERY_NEVER"]),
        ([FAILED, NEVER], False, "failed", ["DISCOVERY_FAILED", "DISCOVERY_NEVER"]),
        ([discovery(), discovery(enabled=False, last_discovery_at=0)], False, "ok", []),
        ([discovery(enabled=False)], False, "unknown", []),
        ([], False, "unknown", []),
        (None, False, "unknown", []),
        ([discovery(last_discovery_at="soon", last_error_at=[])], False, "unknown", ["DISCOVERY_NEVER"]),
    ],
)
def test_discovery(infos: list[Any] | None, young: bool, state: str, codes: list[str]) -> None:
    created = epoch(hours=2) if young else epoch(days=99)
    of_source = source(PAYER, created_at=created, details={"discovery_infos": infos})
    found = links(MANAGEMENT, source=of_source)["discovery"]
    assert (found["state"], found["codes"]) == (state, codes)
    assert found["evidence"]
    assert bool(found["next_action"]) == (state != "ok")


def test_types_and_errors_of_a_discovery_are_named_once() -> None:
    infos = [FAILED, discovery(**{**FAILED, "resource_type": "volume"}), discovery(resource_type="image")]
    found = links(MANAGEMENT, source=source(PAYER, details={"discovery_infos": infos}))["discovery"]
    assert found["evidence"] == "the last discovery of bucket, volume failed: denied"


def test_without_details_nothing_is_known_of_discovery() -> None:
    assert links(MANAGEMENT, source=source(PAYER, details=None))["discovery"]["state"] == "unknown"
