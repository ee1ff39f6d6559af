# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reads of one account lie side by side where nothing is to change, and no call is made that would not be made otherwise."""

from __future__ import annotations

import collections
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.early import AT_ONCE
from tests.integration.playbook import ONBOARD, Fleet, Run

AUDIT = "finops_for_cloud.aws.audit"
_PATIENCE = 120
# After the login these hang on no other answer.
OF_IAM = ["iam:GetAccountAuthorizationDetails", "iam:GetLoginProfile", "iam:ListAccessKeys"]
OF_REPORT = ["bcm-data-exports:GetExport", "bcm-data-exports:ListExports"]
OF_BUCKET = ["s3:GetBucketOwnershipControls", "s3:GetBucketPolicy", "s3:GetPublicAccessBlock"]
OF_CASE = {
    "member": ["sts:AssumeRole", *OF_IAM],
    "management": ["sts:GetCallerIdentity", *OF_REPORT, *OF_BUCKET, *OF_IAM],
}
# What an audit asks besides, of which each hangs on an answer.
BEYOND = {
    "member": ["iam:GetAccessKeyLastUsed"],
    "management": [
        "bcm-data-exports:ListExecutions",
        "iam:GetAccessKeyLastUsed",
        "organizations:ListAccounts",
        "s3:ListObjectsV2",
    ],
}


class Meetings:
    """AWS answers the reads of a service when all of its kind have come, so none may wait for another's answer."""

    def __init__(self, **sizes: int) -> None:
        self._barriers = {service: threading.Barrier(size) for service, size in sizes.items()}
        self._lock = threading.Lock()
        self._under_way = 0
        self.most = 0

    @contextlib.contextmanager
    def around(self, service: str, operation: str, write: bool, by_platform: bool = False) -> Iterator[None]:
        """In place of the emulator's faults."""
        if by_platform or service == "platform":
            yield
            return
        with self._lock:
            self._under_way += 1
            self.most = max(self.most, self._under_way)
        try:
            if service in self._barriers and f"{service}:{operation}" in (*OF_IAM, *OF_BUCKET):
                self._barriers[service].wait(_PATIENCE)
            yield
        finally:
            with self._lock:
                self._under_way -= 1


def calls_to_aws(run: Run) -> list[str]:
    return sorted(f"{call['service']}:{call['operation']}" for call in run.calls if call["service"] != "platform")


def connected(fleet: Fleet, case: str) -> dict[str, dict[str, Any]]:
    """One account that is set up, with nothing left to do."""
    groups: dict[str, dict[str, Any]] = {case: {"shop": getattr(fleet, case)()}}
    first = fleet.run(groups)
    assert first.code == 0, first.output
    return groups


@pytest.mark.parametrize("playbook", [ONBOARD, AUDIT])
@pytest.mark.parametrize(("case", "sizes"), [("member", {"iam": 3}), ("management", {"iam": 3, "s3": 3})])
def test_what_hangs_on_no_answer_is_asked_side_by_side(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, playbook: str, case: str, sizes: dict[str, int]
) -> None:
    groups = connected(fleet, case)
    meetings = Meetings(**sizes)
    monkeypatch.setattr(fleet.emulator.faults, "around", meetings.around)
    run = fleet.run(groups, playbook=playbook, finops_in_process=True)
    assert run.code == 0, run.output
    assert not run.writes
    beyond = BEYOND[case] if playbook == AUDIT else []
    assert calls_to_aws(run) == sorted(OF_CASE[case] + beyond)
    assert meetings.most <= AT_ONCE


def test_modules_in_processes_of_their_own_ask_one_after_the_other(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = connected(fleet, "member")
    meetings = Meetings()
    monkeypatch.setattr(fleet.emulator.faults, "around", meetings.around)
    run = fleet.run(groups, finops_in_process=False)
    assert run.code == 0, run.output
    # Each module looks at IAM for itself.
    assert set(calls_to_aws(run)) == set(OF_CASE["member"])
    assert collections.Counter(calls_to_aws(run))["iam:ListAccessKeys"] == 1
    assert meetings.most == 1


def test_after_a_write_all_is_read_anew(fleet: Fleet) -> None:
    groups = connected(fleet, "member")
    iam = fleet.client("iam", fleet.member())
    iam.create_login_profile(UserName="FinOpsForCloudUser", Password="not-Kept-1")  # pragma: allowlist secret
    run = fleet.run(groups, finops_in_process=True)
    assert run.writes == ["iam:DeleteLoginProfile"]
    after = [call["operation"] for call in run.calls if call["service"] == "iam"]
    assert after[after.index("DeleteLoginProfile") + 1 :] == ["ListAccessKeys"]
