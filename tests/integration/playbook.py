# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the real ansible-playbook against the emulator, and what came of them."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import boto3
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import Platform
from tests.emulator.fleet import Emulator
from tests.variables import common_variables

CHECKOUT = Path(__file__).resolve().parents[2]
ONBOARD = "finops_for_cloud.aws.onboard"
ROTATE = "finops_for_cloud.aws.rotate_keys"
OFFBOARD = "finops_for_cloud.aws.offboard"
MIGRATE = "finops_for_cloud.aws.migrate_to_role"
# In seconds: a thousand accounts on a busy machine.
LONGEST_RUN = 3600
Variables = dict[str, Any]


# By shell, finops_in_process. FINOPS_SHELL leaves one: for tests that run through each, and for runs that name none.
_NAMED = os.environ.get("FINOPS_SHELL")
SHELLS = {name: in_process for name, in_process in (("action", True), ("module", False)) if _NAMED in (None, name)}
_SHELL: Variables = {"finops_in_process": False} if _NAMED == "module" else {}


def _current_test() -> str:
    """The name of the test that runs, as a file can have it, the same whichever shell it runs through."""
    name = os.environ.get("PYTEST_CURRENT_TEST", "none").removesuffix(" (call)").replace(f"[{_NAMED}]", "")
    return re.sub(r"[^\w.-]+", "-", name)


@dataclasses.dataclass
class Run:
    """One finished run of a playbook: the tasks' results as a callback sees them, its calls to AWS and the platform."""

    code: int
    output: str
    results: list[dict[str, Any]]
    calls: list[dict[str, Any]]

    @property
    def writes(self) -> list[str]:
        """The calls of the run that change something, as service:operation."""
        return [f"{call['service']}:{call['operation']}" for call in self.calls if call["write"]]

    @property
    def changed(self) -> list[str]:
        """The tasks that changed something, as host: task."""
        return [f"{line['host']}: {line['task']}" for line in self.results if line["result"].get("changed")]

    def of(self, host: str, action: str) -> dict[str, Any]:
        """The result of one host's task."""
        return next(line["result"] for line in self.results if (line["host"], line["action"]) == (host, action))

    def steps(self) -> dict[str, list[str]]:
        """By host, the steps that its tasks did or announced."""
        found: dict[str, list[str]] = {}
        for line in self.results:
            if line["result"].get("steps"):
                found.setdefault(line["host"], []).extend(line["result"]["steps"])
        return found

    def recap(self) -> dict[str, dict[str, Any]]:
        """By host, its row of the recap."""
        rows = [row for line in self.results if line["action"] == "recap" for row in line["result"]["accounts"]]
        return {row["host"]: row for row in rows}

    def counts(self) -> dict[str, int]:
        """How many accounts the last recap counts in each state, whatever their number."""
        return dict([line["result"]["counts"] for line in self.results if line["action"] == "recap"][-1])


class Fleet:
    """The emulator's accounts as an inventory, and the runs over it."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.emulator = emulator
        self.folder = folder
        self._runs = 0
        self.common: Variables = {
            **common_variables(emulator.as_json()),
            "finops_report_dir": str(folder / "report"),
        }

    def management(self, **variables: Any) -> Variables:
        """The management account."""
        return {"finops_account_id": self.emulator.management_account_id, **variables}

    def member(self, number: int = 0, **variables: Any) -> Variables:
        """A member account, reached by its role."""
        account = self.emulator.member_account_ids[number]
        role = f"arn:aws:iam::{account}:role/{self.emulator.assume_role_name}"
        return {"finops_account_id": account, "finops_assume_role_arn": role, **variables}

    def standalone(self, **variables: Any) -> Variables:
        """The account in no organization."""
        return {
            "finops_account_id": self.emulator.standalone_account_id,
            "finops_aws_access_key": self.emulator.standalone_access_key_id,
            "finops_aws_secret_key": self.emulator.standalone_secret_access_key,
            **variables,
        }

    def everything(self) -> dict[str, dict[str, Variables]]:
        """The demo fleet: a member is treated as standalone."""
        return {
            "management": {"payer": self.management()},
            "member": {f"member-{number}": self.member(number) for number in range(3)},
            "standalone": {"acquired": self.member(3), "laboratory": self.standalone()},
        }

    def run(
        self,
        groups: dict[str, dict[str, Variables]],
        *arguments: str,
        playbook: str = ONBOARD,
        environment: dict[str, str] | None = None,
        **common: Any,
    ) -> Run:
        """Run a playbook over an inventory of the given groups; `common` are variables of all accounts."""
        inventory = self.folder / f"{self.folder.name}-{self._runs + 1}.json"
        inventory.write_text(json.dumps(self._inventory(groups, {**self.common, **_SHELL, **common})))
        return self._execute(["ansible-playbook", playbook, "-i", str(inventory), *arguments], CHECKOUT, environment)

    def follow(self, command: str, groups: dict[str, dict[str, Variables]], **common: Any) -> Run:
        """Run a command of a page as it stands there, where inventory.yml is an inventory of the given groups."""
        variables = {**self.common, **_SHELL, **common}
        (self.folder / "inventory.yml").write_text(json.dumps(self._inventory(groups, variables)))
        return self._execute(shlex.split(command), self.folder)

    def _execute(self, command: list[str], folder: Path, environment: dict[str, str] | None = None) -> Run:
        """Run one of Ansible's programs in a folder."""
        self._runs += 1
        name = f"{self.folder.name}-{self._runs}"
        record = self.folder / f"{name}.results"
        record.touch()
        self.emulator.start_run(name)
        self._record = record
        with subprocess.Popen(
            [str(Path(sys.executable).parent / command[0]), *command[1:]],
            cwd=folder,
            env={**self.environment(record), **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                output, dummy = process.communicate(timeout=LONGEST_RUN)
            except subprocess.TimeoutExpired:
                # Ansible would wait for its broken pipe forever.
                self.kill()
                raise
        results = [json.loads(line) for line in record.read_text().splitlines()]
        if os.environ.get("FINOPS_KEEP_RESULTS"):
            shutil.copy(record, Path(os.environ["FINOPS_KEEP_RESULTS"]) / f"{_current_test()}.{self._runs}.results")
        if os.environ.get("FINOPS_KEEP_OUTPUTS"):
            (Path(os.environ["FINOPS_KEEP_OUTPUTS"]) / f"{_current_test()}.{self._runs}.txt").write_text(output)
        return Run(process.returncode, output, results, self.emulator.calls(name))

    def kill(self) -> None:
        """Kill the run that goes on, with every process that it started; Ansible's workers have process groups of their own."""
        mark = f"FINOPS_RECORD={self._record}".encode()
        for environment in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if mark in environment.read_bytes().split(b"\0"):
                    os.kill(int(environment.parent.name), signal.SIGKILL)

    def vault_password_file(self) -> Path:
        """The password of Ansible Vault for the runs of this fleet."""
        path = self.folder / "vault-password"
        if not path.exists():
            path.write_text(secrets.token_hex())
        return path

    def vaulted(self, account_id: str) -> dict[str, str] | None:
        """What the file store keeps for an account."""
        path = self.folder / "store" / f"{account_id}.yml"
        if not path.exists():
            return None
        secret = VaultSecret(self.vault_password_file().read_bytes())
        return dict(yaml.safe_load(VaultLib([("default", secret)]).decrypt(path.read_bytes())))

    def forget_files(self) -> None:
        """Empty the file store and remove what earlier runs left."""
        shutil.rmtree(self.folder / "store", ignore_errors=True)

    def environment(self, record: Path) -> dict[str, str]:
        """The environment of a run: nothing of the user's AWS or Ansible settings."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "ANSIBLE_", "FINOPS_"))}
        return {
            **kept,
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_REMOTE_TMP": str(self.folder / "ansible" / "remote"),
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.folder / "ansible" / "control"),
            "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_DEPRECATION_WARNINGS": "1",
            "COLUMNS": "200",
            "FINOPS_RECORD": str(record),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(self.folder / "no-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.folder / "no-credentials"),
        }

    @staticmethod
    def _inventory(groups: dict[str, dict[str, Variables]], common: Variables) -> dict[str, Any]:
        inventory: dict[str, Any] = {group: {"hosts": hosts} for group, hosts in groups.items()}
        inventory["all"] = {"vars": {name: value for name, value in common.items() if value is not None}}
        return inventory

    def client(self, service: str, account: Variables, region: str = "us-east-1") -> Any:
        """A plain boto3 client as the administrator of one of the accounts."""
        keys = {
            "aws_access_key_id": account.get("finops_aws_access_key", self.emulator.access_key_id),
            "aws_secret_access_key": account.get("finops_aws_secret_key", self.emulator.secret_access_key),
        }
        endpoint = {"endpoint_url": self.emulator.aws_endpoint_url, "region_name": region}
        if "finops_assume_role_arn" in account:
            sts = boto3.client("sts", **endpoint, **keys)
            answer = sts.assume_role(RoleArn=account["finops_assume_role_arn"], RoleSessionName="test")["Credentials"]
            keys = {
                "aws_access_key_id": answer["AccessKeyId"],
                "aws_secret_access_key": answer["SecretAccessKey"],
                "aws_session_token": answer["SessionToken"],
            }
        return boto3.client(service, **endpoint, **keys)

    def sources(self) -> dict[str, dict[str, Any]]:
        """By account id, what the platform stores of each data source, with whether its import is scheduled."""
        (organization, *dummy) = self._platform("state")["organizations"]
        return {source["account_id"]: source for source in organization["cloud_accounts"]}

    def set_source(self, account: Variables, **values: Any) -> None:
        """Set what the platform stores of an account's data source, such as its last import."""
        self._platform(f"cloud_accounts/{self._source_id(account)}", "PATCH", values)

    def set_platform(self, path: str, method: str, body: Any) -> Any:
        """Set what only the platform's owner can."""
        return self._platform(path, method, body)

    def connect_by_role(self, account: Variables, role: str) -> None:
        """Make an account's linked data source with an assumed role, as somebody at the platform would."""
        account_id = account["finops_account_id"]
        config = {"linked": True, "assume_role_account_id": account_id, "assume_role_name": role}
        self.platform().create_cloud_account(name=f"aws-{account_id}", type="aws_cnr", config=config)

    def remove_source(self, account: Variables) -> None:
        """Remove an account's data source as somebody at the platform would."""
        self.platform().delete_cloud_account(self._source_id(account))

    def platform(self) -> Platform:
        """The platform's client, as somebody at the platform would call it."""
        return Platform({name.removeprefix("finops_"): value for name, value in self.common.items()})

    def _source_id(self, account: Variables) -> str:
        return str(self.sources()[account["finops_account_id"]]["id"])

    def finops_client(self, service: str, account: Variables) -> Any:
        """A plain boto3 client with the key that the platform holds for an account."""
        credentials = self.credentials(self.sources()[account["finops_account_id"]]["id"])
        return boto3.client(
            service,
            endpoint_url=self.emulator.aws_endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=credentials["access_key_id"],
            aws_secret_access_key=credentials["secret_access_key"],
        )

    def credentials(self, data_source_id: str) -> dict[str, str]:
        """The key that the platform holds in a data source: access_key_id and secret_access_key."""
        return dict(self._platform(f"credentials/{data_source_id}"))

    def _platform(self, path: str, method: str = "GET", body: Any = None) -> Any:
        url = f"{self.emulator.platform_url}/_emulator/{path}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
