# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run tells the truth: the exit status is the verdict's, whatever the limit, the hosts' names and the settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.integration.playbook import ONBOARD, ROTATE, Fleet, Run, Variables

# What makes an account fail before its first write.
WRONG: Variables = {"finops_cur_prefix": "two words"}
ODD_NAMES = ("my shop", "prod,eu", "{{ x }}", "~.*", "!all", "eu:prod")


def states(run: Run) -> dict[str, str]:
    return {host: row["state"] for host, row in run.recap().items()}


def counted(run: Run, host: str) -> dict[str, int]:
    """A host's line of Ansible's own recap."""
    (line,) = re.findall(rf"^{re.escape(host)}\s+: (ok=.*)$", run.output, re.MULTILINE)
    return {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", line)}


def test_accounts_that_fail_fail_the_run_whatever_their_hosts_are_called(fleet: Fleet) -> None:
    odd = {
        name: fleet.standalone(**WRONG, finops_account_id=f"11112222333{number}")
        for number, name in enumerate(ODD_NAMES)
    }
    run = fleet.run({"standalone": odd, "member": {"shop": fleet.member()}})
    assert run.code == 2, run.output
    assert states(run) == {**dict.fromkeys(ODD_NAMES, "failed"), "shop": "changed"}


def test_a_failure_is_told_when_it_happens_and_in_the_recap_and_counts_once(fleet: Fleet) -> None:
    run = fleet.run({"standalone": {"laboratory": fleet.standalone(**WRONG)}, "member": {"shop": fleet.member()}})
    assert run.code == 2
    before, after = run.output.split("TASK [Say what became of every account]")
    assert (before.count("failed: [laboratory]"), before.count("fatal: ")) == (1, 0), run.output
    assert after.count("has a space in it") == 1, run.output
    numbers = counted(run, "laboratory")
    assert (numbers["failed"], numbers["changed"], numbers["rescued"], numbers["ignored"]) == (1, 0, 0, 0)
    assert counted(run, "shop")["failed"] == 0


@pytest.mark.parametrize("limited", [False, True])
def test_an_account_that_vanished_from_the_platform_by_the_end_fails_the_run(fleet: Fleet, limited: bool) -> None:
    groups = {"member": {"shop": fleet.member()}, "standalone": {"laboratory": fleet.standalone()}}
    listings = sum(call["operation"] == "ListCloudAccounts" for call in fleet.run(groups).calls)
    fleet.emulator.reset()
    fleet.emulator.faults.at_call("ListCloudAccounts", listings, "before", lambda: fleet.remove_source(fleet.member()))
    run = fleet.run(groups, *(("--limit", "shop,laboratory") if limited else ()))
    assert run.code == 2, run.output
    assert states(run) == {"shop": "failed", "laboratory": "changed"}
    assert f"{fleet.member()['finops_account_id']} (shop)" in run.output


def test_an_inventory_without_groups_of_accounts_is_an_error(fleet: Fleet) -> None:
    run = fleet.run({"others": {"web": {}}})
    assert run.code == 2
    assert "put each account's host into one of the groups" in run.output
    assert fleet.run({}).code == 2


def test_a_limit_without_an_account_is_an_error(fleet: Fleet) -> None:
    run = fleet.run({"others": {"web": {}}, "member": {"shop": fleet.member()}}, "--limit", "web")
    assert run.code == 2
    assert "None of the hosts of this run is an account" in run.output
    assert run.writes == []


def test_errors_of_one_account_are_not_fatal_to_the_others_whatever_the_configuration(fleet: Fleet) -> None:
    groups = {"management": {"payer": fleet.management(**WRONG)}, "member": {"shop": fleet.member()}}
    run = fleet.run(groups, environment={"ANSIBLE_ANY_ERRORS_FATAL": "True"})
    assert run.code == 2
    assert states(run) == {"payer": "failed", "shop": "changed"}


def test_a_sole_account_that_cannot_be_reached_is_in_the_recap_and_fails_the_run(fleet: Fleet) -> None:
    away = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
    run = fleet.run({"management": {"payer": fleet.management(finops_in_process=False, **away)}})
    assert run.code in (2, 4), run.output
    assert states(run) == {"payer": "failed"}
    assert run.writes == []


def test_two_playbooks_in_one_both_tell_of_all_accounts(fleet: Fleet, tmp_path: Path) -> None:
    both = tmp_path / "both.yml"
    both.write_text(f"- import_playbook: {ONBOARD}\n- import_playbook: {ROTATE}\n")
    groups = {"management": {"payer": fleet.management(**WRONG)}, "member": {"shop": fleet.member()}}
    run = fleet.run(groups, playbook=str(both))
    assert run.code == 2
    assert states(run) == {"payer": "failed", "shop": "changed"}
    assert run.output.count("2 accounts: ") == 2, run.output


OWN_PLAY = """
- hosts: member:standalone
  gather_facts: false
  tasks:
    - ansible.builtin.import_role:
        name: finops_for_cloud.aws.member
- hosts: member:standalone
  gather_facts: false
  tasks:
    - finops_for_cloud.aws.recap:
      run_once: true
"""


def test_in_a_play_of_ones_own_roles_need_no_connection_and_a_failed_host_is_not_already_right(
    fleet: Fleet, tmp_path: Path
) -> None:
    own = tmp_path / "own.yml"
    own.write_text(OWN_PLAY)
    groups = {"member": {"shop": fleet.member(), "broken": fleet.member(1, finops_user_name="no/slash")}}
    run = fleet.run(groups, playbook=str(own))
    assert run.code == 2
    assert states(run) == {"shop": "changed", "broken": "failed"}
    assert "finops_user_name" in run.recap()["broken"]["failed"]
