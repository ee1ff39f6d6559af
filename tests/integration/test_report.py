# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of an audit: its files, its exit status, what it costs in calls, and that it goes on past everything."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.past import Past
from tests.integration.playbook import Fleet, Run, Variables

AUDIT = "finops_for_cloud.aws.audit"
Groups = dict[str, dict[str, Variables]]
FILES = {"report.json", "report.csv", "junit.xml", "metrics.prom", "report.html"}


class Audited:
    """The demo fleet weeks after it was connected, and the audits of it."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.past = Past(fleet.emulator)
        self.groups: Groups = fleet.everything()
        self.folder = fleet.folder / "report"
        self.accounts = [
            variables["finops_account_id"] for hosts in self.groups.values() for variables in hosts.values()
        ]
        self.past.begin(self.accounts)
        run = fleet.run(self.groups)
        assert run.code == 0, run.output
        self.past.go_by()

    def run(self, *arguments: str, **common: Any) -> Run:
        return self.fleet.run(self.groups, *arguments, playbook=AUDIT, finops_report_dir=str(self.folder), **common)

    @property
    def report(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "report.json").read_text()))


@pytest.fixture
def audited(fleet: Fleet) -> Audited:
    return Audited(fleet)


def calls(run: Run) -> tuple[Counter[str], Counter[str]]:
    """By account those to AWS, with the login, and those to the platform."""
    aws = Counter(call["account"] for call in run.calls if call["service"] not in ("platform", "sts"))
    return aws, Counter(call["operation"] for call in run.calls if call["service"] == "platform")


def test_a_healthy_fleet_is_proven_by_few_calls_and_no_write(audited: Audited) -> None:
    first, second = audited.run(), audited.run()
    assert (first.code, second.code) == (0, 0), first.output + second.output
    report = audited.report
    assert {account["state"] for account in report["accounts"]} == {"ok"}
    assert (report["unconnected"], report["changes"], report["summary"]["coverage"]) == ([], [], 1.0)
    assert {path.name for path in audited.folder.iterdir()} == FILES | {"costs", "seen.json"}
    assert first.writes == second.writes == []
    aws, platform = calls(second)
    members = {variables["finops_account_id"] for variables in audited.groups["member"].values()}
    # The login comes on top of what is counted.
    assert all(count + 1 <= (10 if account in members else 18) for account, count in aws.items()), aws
    roots = len(audited.accounts) - len(members)
    assert platform.total() <= 5 + roots, platform


def test_the_exit_status_is_what_was_asked_for(audited: Audited) -> None:
    member = audited.groups["member"]["member-0"]
    audited.fleet.set_source(member, process_recommendations=False)
    codes = {
        word: audited.run("-e", json.dumps({"finops_fail_on": [word]})).code
        for word in ("failed", "drift", "never", "coverage < 100", "key_age > 90", "key_age > 90 days")
    }
    assert codes == {
        "failed": 0,
        "drift": 2,
        "never": 0,
        "coverage < 100": 0,
        "key_age > 90": 0,
        "key_age > 90 days": 2,
    }
    assert audited.report["summary"]["by_state"]["drift"] == 1


def test_nothing_that_goes_wrong_empties_the_report(audited: Audited) -> None:
    (audited.folder / "report.json").parent.mkdir()
    (audited.folder / "report.json").write_text("[[[")
    audited.groups["member"]["member-0"]["finops_assume_role_arn"] += "Gone"
    audited.groups["member"]["member-1"]["finops_account_id"] = "{{ nonsense }}"
    audited.groups["member"]["member-2"]["ansible_connection"] = "nonsense"
    audited.groups["standalone"]["laboratory"]["finops_platform_token"] = "no such token"
    run = audited.run()
    assert run.code != 0
    report = audited.report
    hosts = {account["host"] for account in report["accounts"]}
    assert hosts == {"payer", "member-0", "member-1", "member-2", "acquired", "laboratory"}, run.output
    assert any("is no JSON" in note for note in report["summary"]["notes"])
    states = {account["host"]: account["state"] for account in report["accounts"]}
    assert (states["payer"], states["acquired"], states["member-0"]) == ("ok", "ok", "failed")
    assert run.writes == []


def test_a_folder_that_cannot_be_written_is_a_clear_error(audited: Audited, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    audited.folder = tmp_path / "file" / "report"
    run = audited.run()
    assert run.code == 2
    assert "finops_report_dir: " in run.output
    assert "Traceback" not in run.output


def test_no_secret_is_in_any_file(audited: Audited) -> None:
    audited.groups["standalone"]["laboratory"]["finops_aws_secret_key"] = (
        "a-secret-that-is-wrong"  # pragma: allowlist secret
    )
    audited.run("-vvv")
    fleet = audited.fleet
    secrets = [fleet.credentials(source["id"])["secret_access_key"] for source in fleet.sources().values()]
    secrets += [fleet.emulator.secret_access_key, fleet.emulator.platform_token, "a-secret-that-is-wrong"]
    for path in [path for path in audited.folder.rglob("*") if path.is_file()]:
        assert [secret for secret in secrets if secret in path.read_text()] == [], path.name
