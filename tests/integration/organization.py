# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An organization in the emulator, the file that takes it as inventory, and Ansible's commands with that file."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from tests.integration.playbook import CHECKOUT, Fleet, Run, Variables

PLUGIN = "finops_for_cloud.aws.organization"


@dataclasses.dataclass
class Shown:
    """What a command printed, and the calls to AWS that it made."""

    code: int
    output: str
    errors: str
    calls: Counter[str]

    @property
    def hosts(self) -> dict[str, dict[str, Any]]:
        """By host its variables, where the command was ansible-inventory --list."""
        return dict(json.loads(self.output, object_hook=_as_text)["_meta"]["hostvars"])

    def names(self, group: str) -> list[str]:
        """The hosts that are directly in a group."""
        return list(json.loads(self.output).get(group, {}).get("hosts", []))


def _as_text(found: dict[str, Any]) -> Any:
    """ansible-core 2.17 and 2.18 mark what is no template in JSON too."""
    return found.get("__ansible_unsafe", found)


class Organization:
    """The emulator's organization, seen and filled with the management account's login."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.management: str = fleet.emulator.management_account_id
        self.api = fleet.client("organizations", {})
        self._units = {"/": str(self.api.list_roots()["Roots"][0]["Id"])}
        self._commands = 0
        self.login(fleet.emulator.access_key_id, fleet.emulator.secret_access_key)

    def login(self, key: str, secret: str) -> None:
        """Whose credentials the environment has from now on."""
        self.environment = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}

    def unit(self, path: str) -> str:
        """The id of a unit, made where it is missing, like all above it."""
        if path not in self._units:
            above, dummy, name = path.rpartition("/")
            made = self.api.create_organizational_unit(ParentId=self.unit(above or "/"), Name=name)
            self._units[path] = str(made["OrganizationalUnit"]["Id"])
        return self._units[path]

    def account(self, name: str, unit: str = "/", **tags: str) -> str:
        """The id of a new account in a unit."""
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        made = self.api.create_account(AccountName=name, Email="someone@example.com", Tags=pairs)
        account = str(made["CreateAccountStatus"]["AccountId"])
        if unit != "/":
            places = {"SourceParentId": self.unit("/"), "DestinationParentId": self.unit(unit)}
            self.api.move_account(AccountId=account, **places)
        return account

    def key_in(self, account: str, statement: dict[str, Any]) -> tuple[str, str]:
        """The key of a new user with this statement as its policy; in the management account or a member."""
        iam = self.fleet.client("iam", self.reached(account))
        name = f"inventory-{self._commands}"
        iam.create_user(UserName=name)
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="inventory", PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return str(key["AccessKeyId"]), str(key["SecretAccessKey"])

    def role_in(self, account: str, name: str, trusted: str) -> None:
        """Make a role that may do everything and lets another account in."""
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{trusted}:root"},
            "Action": "sts:AssumeRole",
        }
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        trust, policy = (json.dumps({"Version": "2012-10-17", "Statement": [one]}) for one in (statement, everything))
        iam = self.fleet.client("iam", self.reached(account))
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        iam.put_role_policy(RoleName=name, PolicyName="everything", PolicyDocument=policy)

    def reached(self, account: str) -> Variables:
        """How the tests reach an account."""
        if account == self.management:
            return {}
        return {"finops_assume_role_arn": f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"}

    def file(self, **options: Any) -> Path:
        """The inventory file, with these options."""
        path = self.fleet.folder / "organization.yml"
        endpoint = {"endpoint_url": self.fleet.emulator.aws_endpoint_url}
        path.write_text(yaml.safe_dump({"plugin": PLUGIN, **endpoint, **options}))
        return path

    def inventory(self, *arguments: str, **options: Any) -> Shown:
        """ansible-inventory with the file, --list unless told otherwise."""
        return self.command("ansible-inventory", *(arguments or ("--list",)), **options)

    def command(self, program: str, *arguments: str, **options: Any) -> Shown:
        """One of Ansible's commands with the file."""
        self._commands += 1
        name = f"{self.fleet.folder.name}-command-{self._commands}"
        self.fleet.emulator.start_run(name)
        ended = subprocess.run(
            [Path(sys.executable).parent / program, "-i", self.file(**options), *arguments],
            cwd=CHECKOUT,
            env={**self.fleet.environment(self.fleet.folder / "none"), **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        calls = Counter(call["operation"] for call in self.fleet.emulator.calls(name))
        return Shown(ended.returncode, ended.stdout, ended.stderr, calls)

    def onboard(self, *arguments: str, **options: Any) -> Run:
        """The playbook with the file, the login in the environment, and nothing else but the platform's settings."""
        of_accounts = dict.fromkeys(("finops_aws_endpoint_url", "finops_aws_access_key", "finops_aws_secret_key"))
        file = str(self.file(**options))
        return self.fleet.run({}, "-i", file, *arguments, environment=self.environment, **of_accounts)
