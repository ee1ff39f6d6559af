# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them: ansible-runner on a private data directory, over an inventory script that hands out a slice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lint.tree import CHECKOUT

_ALL_ACCOUNTS = "plugin: finops_for_cloud.aws.all_accounts\n"
_LONGEST = 3 * 3600
# What AWX's inventory has of a slice: of the enabled hosts by name each count-th, the groups with these alone, and the
# variables of groups whole (get_script_data() of its model Inventory).
_SCRIPT = """#!{python}
import json
import pathlib

whole = json.loads(pathlib.Path({whole!r}).read_text())
variables = whole.pop("_meta")["hostvars"]
hosts = set(sorted(variables)[{number}::{count}])
for group in whole.values():
    group["hosts"] = [host for host in group.get("hosts", []) if host in hosts]
whole["_meta"] = {{"hostvars": {{host: variables[host] for host in hosts}}}}
print(json.dumps(whole))
"""


@dataclass(frozen=True)
class Outcome:
    """A job that has ended: its status as the controller has it, its output, its events, and its artifacts of set_stats."""

    status: str
    output: str
    events: list[dict[str, Any]]

    @property
    def artifacts(self) -> dict[str, Any]:
        """What the job's C(set_stats) left."""
        return dict(self._end().get("artifact_data", {}))

    @property
    def changed(self) -> dict[str, int]:
        """How many changes the controller counts for each host that has some."""
        return {host: count for host, count in self._end().get("changed", {}).items() if count}

    def _end(self) -> dict[str, Any]:
        ends = [event for event in self.events if event["event"] == "playbook_on_stats"]
        return dict(ends[-1]["event_data"]) if ends else {}


class Job:
    """A job that goes on."""

    def __init__(self, programs: Path, folder: Path, playbook: str) -> None:
        self._folder = folder
        command = [
            str(programs / "ansible-runner"),
            "run",
            str(folder),
            "--ident",
            "job",
            "-p",
            f"playbooks/{playbook}.yml",
        ]
        self._log = (folder / "log").open("w")
        self._process = subprocess.Popen(command, stdout=self._log, stderr=subprocess.STDOUT, cwd=folder)

    def cancel(self) -> None:
        """What a controller does with a job that somebody cancels."""
        self._process.send_signal(signal.SIGTERM)

    def end(self) -> Outcome:
        """Wait for it."""
        self._process.wait(_LONGEST)
        self._log.close()
        artifacts = self._folder / "artifacts" / "job"
        status = artifacts / "status"
        output = artifacts / "stdout"
        events = [json.loads(path.read_text()) for path in sorted((artifacts / "job_events").glob("*-*.json"))]
        events.sort(key=lambda event: event["counter"])
        return Outcome(
            status.read_text() if status.exists() else "no status",
            output.read_text() if output.exists() else (self._folder / "log").read_text(),
            events,
        )


class Controller:
    """Launches jobs over one inventory, which it has read from its sources as AWX reads them.

    programs: the folder of the execution environment's programs.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._launched = 0
        self._whole = folder / "whole.json"

    def synchronise(self, inventory: dict[str, Any]) -> None:
        """Read the inventory anew: ansible-inventory over its source and the list of all accounts."""
        source, all_accounts = self._folder / "source.json", self._folder / "zz_all_accounts.yml"
        source.write_text(json.dumps(inventory))
        all_accounts.write_text(_ALL_ACCOUNTS)
        command = [str(self._programs / "ansible-inventory"), "-i", str(source), "-i", str(all_accounts)]
        found = {**self._environment(), "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".collections")}
        listed = subprocess.run([*command, "--list", "--export"], env=found, capture_output=True, text=True, check=True)
        self._whole.write_text(listed.stdout)

    def launch(self, playbook: str, number: int = 0, count: int = 1, forks: int = 4, **variables: Any) -> Job:
        """A job over one slice; variables: its extra variables."""
        self._launched += 1
        folder = self._folder / f"job-{self._launched}"
        for name in ("env", "inventory"):
            (folder / name).mkdir(parents=True)
        (folder / "project").symlink_to(CHECKOUT)
        (folder / "env" / "envvars").write_text(json.dumps(self._environment()))
        (folder / "env" / "extravars").write_text(json.dumps(variables))
        (folder / "env" / "cmdline").write_text(f"--forks {forks}")
        script = folder / "inventory" / "hosts.py"
        script.write_text(_SCRIPT.format(python=sys.executable, whole=str(self._whole), number=number, count=count))
        script.chmod(0o700)
        return Job(self._programs, folder, playbook)

    def sliced(self, playbook: str, count: int, reports: Path | None = None, **variables: Any) -> list[Outcome]:
        """All slices of a job at once; reports: the folder in which each slice has one for its report."""
        folders = [{} if reports is None else {"finops_report_dir": str(reports / str(one))} for one in range(count)]
        jobs = [self.launch(playbook, one, count, 2, **variables, **folders[one]) for one in range(count)]
        return [job.end() for job in jobs]

    def run(self, playbook: str, **variables: Any) -> Outcome:
        """A job over the whole inventory, to its end."""
        return self.launch(playbook, **variables).end()

    def _environment(self) -> dict[str, str]:
        """Nothing of the user's AWS or Ansible settings; the collection is the checkout, which the project is."""
        return {
            "PATH": os.pathsep.join((str(self._programs), os.environ["PATH"])),
            "HOME": str(self._folder),
            "ANSIBLE_HOME": str(self._folder / "ansible"),
            "ANSIBLE_NOCOLOR": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(self._folder / "no-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self._folder / "no-credentials"),
        }
