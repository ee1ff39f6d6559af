# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two halves of onboard: prepare writes to AWS alone, and connect then only what belongs to the key."""

from __future__ import annotations

import json

import pytest

from tests.integration.playbook import Fleet

PREPARE = "finops_for_cloud.aws.prepare"
CONNECT = "finops_for_cloud.aws.connect"


@pytest.mark.parametrize("auth", ["access_key", "role"])
def test_what_is_prepared_is_connected_without_another_write_to_the_account(fleet: Fleet, auth: str) -> None:
    groups, prefix = fleet.everything(), "platform:"
    check = fleet.run(groups, "--check", playbook=PREPARE, finops_auth=auth)
    prepared = fleet.run(groups, playbook=PREPARE, finops_auth=auth)
    assert (check.code, prepared.code) == (0, 0), prepared.output
    assert check.writes == []
    assert {row["state"] for row in prepared.recap().values()} == {"changed"}
    assert not [call for call in prepared.writes if call.startswith(prefix) or call == "iam:CreateAccessKey"]
    of_platform = [call["operation"] for call in prepared.calls if call["service"] == "platform"]
    assert of_platform.count("ListCloudAccounts") == 1
    assert len(of_platform) <= 3, of_platform

    again = fleet.run(groups, playbook=PREPARE, finops_auth=auth)
    assert (again.code, again.writes) == (0, []), again.output

    connected = fleet.run(groups, playbook=CONNECT, finops_auth=auth)
    assert connected.code == 0, connected.output
    # What it noted before it wrote, in tags, and the key.
    of_aws = {call for call in connected.writes if not call.startswith(prefix)}
    assert of_aws == ({"iam:TagUser", "iam:CreateAccessKey"} if auth == "access_key" else {"iam:TagRole"})
    assert len(fleet.sources()) == 6
    # A sealed login is handed on to the task that asks Roots for their past, and to no other.
    with_session = {line["host"] for line in connected.results if "session" in line["result"]}
    assert with_session <= {"payer", "localhost"}
    last = fleet.run(groups, playbook=PREPARE, finops_auth=auth)
    assert (last.code, last.writes) == (0, []), last.output
    assert {row["state"] for row in last.recap().values()} == {"right"}


@pytest.mark.parametrize("part", ["member", "standalone"])
def test_an_account_that_another_slice_has_as_well_is_refused_in_each(fleet: Fleet, part: str) -> None:
    account = fleet.member()
    whole = {
        "shop": {"account_id": account["finops_account_id"], "case": "member"},
        "store": {"account_id": account["finops_account_id"], "case": "standalone"},
    }
    host = {"member": "shop", "standalone": "store"}[part]
    run = fleet.run({part: {host: account}}, playbook=PREPARE, finops_all_accounts=whole)
    assert run.code == 2
    assert "shop (member), store (standalone)" in run.recap()[host]["failed"], run.output
    assert run.writes == []


def test_a_slice_that_shows_nothing_of_the_whole_is_refused(fleet: Fleet) -> None:
    slice_of_awx = {"awx_job_template_name": "prepare", "awx_workflow_job_name": "prepare"}
    run = fleet.run({"member": {"shop": fleet.member()}}, "-e", json.dumps(slice_of_awx), playbook=PREPARE)
    assert run.code == 2
    assert "finops_for_cloud.aws.all_accounts" in run.recap()["shop"]["failed"], run.output
    assert run.writes == []


def test_a_slice_that_connects_is_warned_of_the_others(fleet: Fleet) -> None:
    account = fleet.member()
    whole = {"shop": {"account_id": account["finops_account_id"], "case": "member"}}
    runs = {
        playbook: fleet.run(
            {"member": {"shop": account}}, "--check", "-e", "job_slice=1", playbook=playbook, finops_all_accounts=whole
        )
        for playbook in (PREPARE, CONNECT)
    }
    assert {run.code for run in runs.values()} == {0}
    words = "let one job connect"
    assert [words in " ".join(run.output.split()) for run in runs.values()] == [False, True], runs[CONNECT].output
