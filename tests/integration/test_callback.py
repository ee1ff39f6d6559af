# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback C(fleet) in runs of the real ansible-playbook: in a terminal, through a pipe, with others' playbooks."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.playbook import CHECKOUT, ONBOARD, ROTATE, Fleet, Variables
from tests.integration.terminal import CALLBACK, Session, command_for, environment_for, run_in_terminal
from tests.recording import leaks

PIPE = {"ANSIBLE_STDOUT_CALLBACK": CALLBACK}
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SHOWS_TIME = r"\d\d:\d\d:\d\d  "
SECRET = "open-sesame"


def groups_with_a_failure(fleet: Fleet) -> dict[str, dict[str, Variables]]:
    """Four accounts, of which the shop cannot be reached."""
    shop = fleet.member(finops_assume_role_arn="arn:aws:iam::999999999999:role/Nobody")
    return {
        "management": {"payer": fleet.management()},
        "member": {"shop": shop, "search": fleet.member(1)},
        "standalone": {"laboratory": fleet.standalone()},
    }


def in_terminal(fleet: Fleet, groups: Any, *arguments: str, columns: int = 100, **more: str) -> Session:
    return run_in_terminal(command_for(fleet, groups, *arguments), {**environment_for(fleet), **more}, columns)


def stayed(session: Session) -> list[str]:
    return [line.text for line in session.lines() if not line.is_live]


def drawn(session: Session) -> list[str]:
    return [line.text for line in session.lines() if line.is_live]


def in_sequence(lines: list[str], *patterns: str) -> bool:
    """Whether lines that match stand in this order."""
    rest = iter(lines)
    return all(any(re.fullmatch(pattern, line) for line in rest) for pattern in patterns)


def check_the_end(fleet: Fleet, output: str) -> None:
    """The table, the failure with its account and its whole reason, and the last line."""
    account = fleet.emulator.member_account_ids[0]
    assert (
        "\ncase        accounts  changed  already right  failed\n"
        "management         1        1              0       0\n"
        "member             2        1              0       1\n"
        "standalone         1        1              0       0\n"
        "all                4        3              0       1\n"
    ) in output
    head = f"FAILED  shop, account {account}, member\n"
    before, dummy, end = output.rpartition("\n" + head)
    assert end.startswith("  Check the account's settings and log in:\n")
    assert "sts:AssumeRole on resource: arn:aws:iam::999999999999:role/Nobody" in " ".join(end.split())
    assert re.search(
        r"\n4 accounts in [0-9a-z ]+: 3 changed, 0 already right, 1 failed\n3 connected: 3 pending their first delivery\n\Z",
        end,
    )
    # Once when it happens, and no more until the end.
    assert len(re.findall(SHOWS_TIME + re.escape(head), before)) == 1
    assert output.count("role/Nobody") == 2


@pytest.mark.parametrize("columns", [60, 100])
def test_a_run_in_a_terminal(fleet: Fleet, columns: int) -> None:
    session = in_terminal(fleet, groups_with_a_failure(fleet), columns=columns)
    assert session.code == 2
    frames = drawn(session)
    assert len(frames) > 5
    assert max(map(len, frames)) < columns
    counts = [
        re.match(r"[\u2588\u2591]+  (\d)/4  (\d) changed(?:  (\d) failed)?", frame).groups("0") for frame in frames
    ]
    # Each account is changed or fails, and looking at the fleet is no account's step.
    assert all(int(done) == int(changed) + int(failed) for done, changed, failed in counts)
    assert [done for done, *dummy in counts if done != "0"]
    assert any("1 failed" in frame and "left" in frame for frame in frames)
    # Nothing that stays has a piece of the live line in it.
    assert not any("\u2588" in line or "\u2591" in line for line in stayed(session))
    check_the_end(fleet, "\n".join(stayed(session)) + "\n")
    assert COLOUR.search(session.text)
    assert leaks(fleet, groups_with_a_failure(fleet), session.text) == []


def test_a_run_through_a_pipe(fleet: Fleet) -> None:
    run = fleet.run(groups_with_a_failure(fleet), environment={**PIPE, "FINOPS_FLEET_INTERVAL": "0"})
    assert run.code == 2
    assert "\r" not in run.output and "\x1b" not in run.output
    check_the_end(fleet, run.output)
    assert in_sequence(
        run.output.splitlines(),
        SHOWS_TIME + "[01]/4 accounts, .*",
        SHOWS_TIME + "FAILED  shop, .*",
        SHOWS_TIME + "4/4 accounts, 3 changed, 1 failed",
        "case .*",
    )
    assert leaks(fleet, groups_with_a_failure(fleet), run.output) == []


def test_the_most_verbose_run_shows_no_secret(fleet: Fleet) -> None:
    groups = {"member": {"shop": fleet.member()}, "standalone": {"laboratory": fleet.standalone()}}
    run = fleet.run(groups, "-vvvv", "--diff", environment=PIPE)
    assert run.code == 0, run.output
    assert "laboratory: Create the data source" in run.output
    assert leaks(fleet, groups, run.output) == []


def test_a_secret_would_be_noticed(fleet: Fleet) -> None:
    groups = {"standalone": {"laboratory": fleet.standalone()}}
    secret = fleet.emulator.standalone_secret_access_key
    assert leaks(fleet, groups, f"... {fleet.emulator.platform_token} ...") == ["platform token"]
    assert "secret of laboratory" in leaks(fleet, groups, f"... {secret} ...")


def test_without_colours_a_terminal_has_its_live_line_all_the_same(fleet: Fleet) -> None:
    session = in_terminal(fleet, {"member": {"shop": fleet.member()}}, NO_COLOR="1")
    assert session.code == 0, session.text
    assert drawn(session)
    assert not COLOUR.search(session.text)


def test_check_mode_a_limit_and_the_steps_of_verbose_runs(fleet: Fleet) -> None:
    groups = groups_with_a_failure(fleet)
    arguments = ("--check", "--diff", "-v", "--limit", "payer:search")
    run = fleet.run(groups, *arguments, environment=PIPE)
    assert run.code == 0, run.output
    assert "2 accounts in" in run.output and ": 2 would change, 0 already right, 0 failed" in run.output
    assert re.search(r"\nall +2 +2 +0 +0\n", run.output)
    assert "search would: Create the user FinOpsForCloudUser\n" in run.output
    assert "+++ after: Create the user FinOpsForCloudUser\n" in run.output
    assert "search: Create the user\n--- before: " in run.output
    assert "shop" not in run.output


def test_a_second_run_and_one_that_rotates(fleet: Fleet) -> None:
    groups = {"member": {"shop": fleet.member(), "search": fleet.member(1)}}
    first, second = (fleet.run(groups, environment=PIPE) for dummy in range(2))
    assert ": 2 changed, 0 already right, 0 failed" in first.output
    assert ": 0 changed, 2 already right, 0 failed" in second.output
    assert "search: " not in second.output
    account = groups["member"]["shop"]
    arguments = (ROTATE, "-e", "finops_rotate_now=true", "-e", "finops_key_drain_seconds=0")
    session = in_terminal(fleet, groups, *arguments)
    assert session.code == 0, session.text
    assert re.search(r"2 accounts in .*: 2 changed, 0 already right, 0 failed", session.text)
    keys = fleet.client("iam", account).list_access_keys(UserName="FinOpsForCloudUser")["AccessKeyMetadata"]
    assert sorted(key["Status"] for key in keys) == ["Active", "Inactive"]


OTHERS = """
- name: Other things
  hosts: web:shop
  gather_facts: false
  connection: local
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  tasks:
    - name: Say something
      ansible.builtin.debug:
        msg: "hello from {{ inventory_hostname }}"
    - name: Say what is in a variable
      ansible.builtin.debug:
        var: inventory_hostname
      run_once: true
    - name: Warn
      ansible.builtin.set_fact:
        nothing: "{{ lookup('ansible.builtin.file', '/nowhere/at-all', errors='warn') }}"
    - name: Hide a failure
      ansible.builtin.command: "sh -c 'echo SECRET >&2; exit 3'"
      no_log: true
      ignore_errors: true
    - name: Hide the items
      ansible.builtin.command: "sh -c 'echo {{ item }} >&2; exit 3'"
      loop: [SECRET, SECRET too]
      no_log: true
      ignore_errors: true
    - name: Stumble over one item
      ansible.builtin.command: "sh -c '{{ item }}'"
      loop: ["true", "echo the disk is full >&2; exit 4"]
      ignore_errors: true
    - name: Break and mend
      when: inventory_hostname == 'web-1'
      block:
        - name: Break
          ansible.builtin.fail:
            msg: broken for a while
      rescue:
        - name: Mend
          ansible.builtin.debug:
            msg: mended
    - name: Break for good
      ansible.builtin.fail:
        msg: broken for good
      when: inventory_hostname == 'web-2'
""".replace("SECRET", SECRET)


@pytest.fixture
def others(tmp_path: Path) -> str:
    """A playbook that has nothing to do with this collection."""
    path = tmp_path / "others.yml"
    path.write_text(OTHERS)
    return str(path)


def check_others(output: str) -> None:
    text = " ".join(output.split())
    assert "web-1: hello from web-1\n" in output
    assert "web-1: inventory_hostname: web-1\n" in output
    assert "'/nowhere/at-all': File not found" in text
    assert "web-1: mended\n" in output
    hidden = "the output has been hidden due to the fact that 'no_log: true' was specified for this result"
    assert f"IGNORED web-1 Hide a failure: {hidden}" in text
    assert f"IGNORED web-1 Hide the items: {hidden}" in text
    assert SECRET not in output
    assert "non-zero return code the disk is full" in text
    # A failure that a rescue made up for is told when it happens, and no more at the end.
    assert text.count("FAILED web-1 Break: broken for a while") == 1
    assert text.count("FAILED web-2 Break for good: broken for good") == 2


def test_a_playbook_of_others_through_a_pipe(fleet: Fleet, others: str) -> None:
    run = fleet.run({"web": {"web-1": {}, "web-2": {}}}, "-vvvv", playbook=others, environment=PIPE)
    assert run.code == 2
    check_others(run.output)
    assert re.search(r"\nhost   ok  changed  failures  skipped  rescued  ignored\nweb-1 .*\nweb-2 .*\n\Z", run.output)
    assert "accounts" not in run.output


def test_a_playbook_of_others_over_accounts_in_a_terminal(fleet: Fleet, others: str) -> None:
    groups = {"member": {"web-1": fleet.member(), "web-2": fleet.member(1)}, "web": {"web-1": {}, "web-2": {}}}
    session = in_terminal(fleet, groups, others)
    assert session.code == 2
    output = "\n".join(stayed(session)) + "\n"
    account = fleet.emulator.member_account_ids[1]
    assert f"FAILED  web-2, account {account}, member\n" in output
    check_others(re.sub(r", account \d+, member", "", output))
    assert re.search(r"\nall +2 +1 +0 +1\n", output)
    assert re.search(r"2 accounts in .*: 1 changed, 0 already right, 1 failed\n\Z", output)
    assert drawn(session)
    assert not any("\u2588" in line or "\u2591" in line for line in stayed(session))


GROUPS_MADE_ON_THE_WAY = """
- hosts: member
  gather_facts: false
  connection: local
  tasks:
    - ansible.builtin.group_by:
        key: made_here
- hosts: made_here
  gather_facts: false
  connection: local
  tasks:
    - ansible.builtin.debug:
        msg: in a group that was made here
- hosts: "{{ groups['made_here'] }}"
  gather_facts: false
  connection: local
  serial: 1
  tasks:
    - ansible.builtin.debug:
        msg: named by a template
"""


def test_plays_over_groups_that_the_run_makes(fleet: Fleet, tmp_path: Path) -> None:
    playbook = tmp_path / "groups.yml"
    playbook.write_text(GROUPS_MADE_ON_THE_WAY)
    groups = {"member": {"shop": fleet.member(), "search": fleet.member(1)}}
    run = fleet.run(groups, playbook=str(playbook), environment=PIPE)
    assert run.code == 0
    assert "WARNING" not in run.output
    assert run.output.count("in a group that was made here") == 2
    assert run.output.count("named by a template") == 2
    assert re.search(r"2 accounts in .*: 2 changed, 0 already right, 0 failed\n\Z", run.output)


def test_a_host_that_cannot_be_reached(fleet: Fleet, tmp_path: Path) -> None:
    playbook = tmp_path / "reach.yml"
    playbook.write_text("- hosts: member\n  gather_facts: false\n  tasks:\n    - ansible.builtin.ping:\n")
    member = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1, **fleet.member()}
    run = fleet.run({"member": {"shop": member}}, playbook=str(playbook), environment=PIPE)
    assert run.code == 4
    assert (
        f"UNREACHABLE  shop, account {fleet.emulator.member_account_ids[0]}, member\n  ansible.builtin.ping:\n"
        in run.output
    )
    assert re.search(r"failed\n(.*\n)?all +1 +0 +0 +1\n", run.output)


def test_a_fleet_that_is_not_there(fleet: Fleet) -> None:
    run = fleet.run({"web": {"web-1": {}}}, environment=PIPE)
    assert run.code == 2
    assert (
        "FAILED  web-1\n  Look for accounts given twice, and list the platform's data sources:\n    The inventory has no"
        in run.output
    )
    assert "host   ok  changed  failures\nweb-1   0        0         1\n" in run.output


# As ansible-runner does it: a callback of its own is made from the one that was asked for, whose options it lacks.
LIKE_RUNNER = """
DOCUMENTATION = "{name: like_runner, type: stdout, short_description: As ansible-runner does it}"
from ansible.plugins.loader import callback_loader
class CallbackModule(callback_loader.get("finops_for_cloud.aws.fleet", class_only=True)):
    CALLBACK_NAME = "like_runner"
"""


def test_whoever_reads_a_terminal_as_ansible_runner_does_gets_plain_lines(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "like_runner.py").write_text(LIKE_RUNNER)
    runner = {"ANSIBLE_STDOUT_CALLBACK": "like_runner", "ANSIBLE_CALLBACK_PLUGINS": str(tmp_path)}
    session = in_terminal(fleet, groups_with_a_failure(fleet), **runner, AWX_ISOLATED_DATA_DIR=str(tmp_path))
    assert session.code == 2
    assert drawn(session) == []
    assert in_sequence(COLOUR.sub("", session.text).splitlines(), SHOWS_TIME + "4/4 accounts, .*", "case .*", "all .*")


@pytest.mark.parametrize("terminal", [False, True], ids=["pipe", "terminal"])
def test_after_an_interruption_it_says_what_was_done_and_that_running_again_is_safe(
    fleet: Fleet, terminal: bool
) -> None:
    groups = groups_with_a_failure(fleet)
    environment = {**environment_for(fleet), "NO_COLOR": "1"}
    # One account after the other; the signal comes while the worker of the second waits for AWS. One that comes while a
    # worker is forked, or hands over a result, Python or Ansible may lose.
    groups_of_processes: list[int] = []
    faults = fleet.emulator.faults
    faults.at_call("CreateUser", 2, "before", lambda: os.killpg(groups_of_processes[0], signal.SIGINT))
    command = command_for(fleet, groups, ONBOARD, "--forks", "1")
    session = run_in_terminal(command, environment, 100, terminal, groups_of_processes.append)
    faults.clear()
    assert session.code == 99, session.text
    end = "\n".join(stayed(session)).partition("User interrupted execution\n\n")[2].splitlines()
    assert re.fullmatch(r"case +accounts +changed +already right +failed +not done", end[0])
    assert re.fullmatch(r"4 accounts in .*: [12] changed, 0 already right, [01] failed, [123] not done", end[-2])
    assert end[-1] == "Interrupted. It is safe to run it again: what is done stays, and the rest is done then."
    again = fleet.run(groups, environment=PIPE)
    assert ", 1 failed" in again.output.splitlines()[-2]


def test_whoever_does_not_ask_for_it_has_the_default_callback(fleet: Fleet) -> None:
    run = fleet.run({"member": {"shop": fleet.member()}}, "--check")
    assert run.code == 0, run.output
    assert "\nTASK [Say what became of every account] ***" in run.output and "\nPLAY RECAP ***" in run.output
    assert "1 account in" not in run.output


def test_the_recording(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.recording", "8", "80", str(tmp_path / "build")]
    run = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    text = (tmp_path / "build" / "fleet-session.txt").read_text()
    assert "\x1b" not in text and "\r" not in text
    assert text.count("FAILED  ") == 6
    assert re.search(r"^ +\d+\.\d ~ [\u2588\u2591]+  [0-8]/8 ", text, re.MULTILINE)
    assert str(tmp_path / "build" / "fleet-session.cast") in run.stdout
