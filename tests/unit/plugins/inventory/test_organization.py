# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin as Ansible runs it: its files, login and cache, what it says, and that it trusts no template."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml

from ansible_collections.finops_for_cloud.aws.plugins.inventory import organization as plugin
from tests.emulator.fleet import Emulator
from tests.integration.organization import Organization
from tests.integration.playbook import CHECKOUT, Fleet

NAME = plugin.InventoryModule.NAME
DOCUMENTED = yaml.safe_load(plugin.DOCUMENTATION)
# What the fragments bring along.
OTHERS = {"profile", "keyed_groups"}
_ACCOUNT = botocore.session.get_session().get_service_model("organizations").shape_for("Account")
# What each inventory warns of where botocore is too old to be told.
TOO_OLD = "This botocore knows no states of accounts, so closed ones are not left out: upgrade boto3"
OLD_BOTOCORE = [] if "State" in _ACCOUNT.members else [TOO_OLD]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(members=2) as running:
        yield running


@dataclasses.dataclass
class Parsed:
    """What Ansible made of the file, and the calls to AWS that it took."""

    hosts: dict[str, dict[str, Any]]
    groups: dict[str, list[str]]
    warnings: list[str]
    error: str | None
    calls: Counter[str]

    @property
    def refusal(self) -> str:
        """The error of an inventory that is none."""
        assert self.error and not self.hosts
        return self.error


class Inventories(Organization):
    """The emulator's organization, and one process of Ansible that takes it as inventory."""

    def start(self, process: subprocess.Popen[str]) -> None:
        """Ask this process from now on."""
        self._process = process

    def parsed(self, **options: Any) -> Parsed:
        """The inventory by a file with these options."""
        assert self._process.stdin and self._process.stdout
        self._commands += 1
        run = f"{self.fleet.folder.name}-{self._commands}"
        self.fleet.emulator.start_run(run)
        self._process.stdin.write(json.dumps([NAME, str(self.file(**options)), self.environment]) + "\n")
        self._process.stdin.flush()
        found = json.loads(self._process.stdout.readline())
        return Parsed(**found, calls=Counter(call["operation"] for call in self.fleet.emulator.calls(run)))


@pytest.fixture(scope="module")
def ansible(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    folder = tmp_path_factory.mktemp("ansible")
    environment = Fleet(emulator, folder).environment(folder / "none")
    command = [sys.executable, "-m", "tests.unit.plugins.inventory.parsing"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment, **pipes) as process:
        yield process
        assert process.stdin
        process.stdin.close()


@pytest.fixture
def organization(emulator: Emulator, ansible: subprocess.Popen[str], tmp_path: Path) -> Inventories:
    emulator.reset()
    found = Inventories(Fleet(emulator, tmp_path))
    found.start(ansible)
    return found


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        ("organization.yml", True),
        ("organization.yaml", True),
        ("prod.finops_organization.yml", True),
        ("prod.finops_organization.yaml", True),
        ("my-organization.yml", False),
        ("reorganization.yml", False),
        ("finops_organization.yml", False),
        ("organization.json", False),
    ],
)
def test_which_files_are_recognised(tmp_path: Path, name: str, is_ours: bool) -> None:
    path = tmp_path / name
    path.touch()
    assert plugin.InventoryModule().verify_file(str(path)) is is_ours


def test_every_example_has_options_that_are_documented() -> None:
    examples = list(yaml.safe_load_all(plugin.EXAMPLES))
    assert len(examples) == 3
    for example in examples:
        assert example["plugin"] == NAME == DOCUMENTED["options"]["plugin"]["choices"][0]
        assert set(example) <= {*DOCUMENTED["options"], *OTHERS}


def test_the_example_inventory_has_options_that_are_documented() -> None:
    text = (CHECKOUT / "inventories" / "organization" / "organization.yml").read_text()
    options = {*yaml.safe_load(text), *re.findall(r"^# (\w+):", text, re.MULTILINE)}
    assert {"organizational_units", "plugin"} < options <= {*DOCUMENTED["options"], *OTHERS}


def test_three_cases_are_groups_and_calls_are_those_of_paging_alone(organization: Inventories) -> None:
    member, acquired = organization.fleet.emulator.member_account_ids
    shown = organization.parsed(standalone_accounts=[acquired])
    assert [shown.groups[case] for case in ("management", "member", "standalone")] == [
        *(["master"], ["member-1"], ["member-2"])
    ]
    assert shown.calls == {"GetCallerIdentity": 1, "DescribeOrganization": 1, "ListAccounts": 1}
    joined = shown.hosts["member-1"].pop("finops_account_joined")
    assert joined == datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    assert shown.hosts["member-1"] == {
        "finops_account_id": member,
        "finops_account_name": "member-1",
        "finops_account_state": "ACTIVE",
        "finops_account_tags": {},
        "finops_assume_role_arn": f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole",
        "finops_aws_endpoint_url": organization.fleet.emulator.aws_endpoint_url,
        "finops_management_account_id": organization.fleet.emulator.management_account_id,
        "finops_organizational_unit": None,
    }
    assert shown.warnings == OLD_BOTOCORE


def test_keys_are_no_variables_of_hosts(organization: Inventories) -> None:
    key, secret = organization.environment.values()
    organization.environment = {}
    shown = organization.parsed(access_key=key, secret_key=secret)
    assert len(shown.hosts) == 3
    assert key not in str(shown) and secret not in str(shown)


def test_a_profile_becomes_a_variable(organization: Inventories, tmp_path: Path) -> None:
    key, secret = organization.environment.values()
    credentials = tmp_path / "credentials"
    credentials.write_text(f"[payer]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
    organization.environment = {"AWS_SHARED_CREDENTIALS_FILE": str(credentials)}
    shown = organization.parsed(profile="{{ 'pay' ~ 'er' }}")
    assert {host["finops_aws_profile"] for host in shown.hosts.values()} == {"payer"}
    assert "(nobody) could not be found. Check profile" in organization.parsed(profile="nobody").refusal


def test_names_of_others_are_never_templates(organization: Inventories) -> None:
    organization.account("{{ 7 * 7 }}", note="{{ 9 * 9 }}")
    options = {"include_tags": True, "compose": {"copy": "finops_account_name", "tag": "finops_account_tags.note"}}
    listed = organization.parsed(**options)
    variables = listed.hosts["7-7"]
    assert variables["finops_account_name"] == variables["copy"] == "{{ 7 * 7 }}"
    assert variables["finops_account_tags"] == {"note": "{{ 9 * 9 }}"} and variables["tag"] == "{{ 9 * 9 }}"
    words = json.dumps({"msg": "{{ finops_account_name }} {{ copy }} {{ tag }} {{ finops_account_tags }}"})
    said = organization.command("ansible", "7-7", "-m", "ansible.builtin.debug", "-a", words, **options)
    assert said.output.count("{{ 7 * 7 }}") == 2 and said.output.count("{{ 9 * 9 }}") == 2
    assert not re.search("49|81", said.output.replace(organization.management, ""))


def test_composed_variables_and_groups(organization: Inventories) -> None:
    options: dict[str, Any] = {
        "compose": {"finops_tags": "{'account': finops_account_name}", "left_out": "nothing.there"},
        "groups": {"first": "finops_account_name == 'member-1'"},
        "keyed_groups": [{"key": "finops_account_name", "prefix": "is"}],
    }
    shown = organization.parsed(**options)
    assert "left_out" not in shown.hosts["member-1"] and "finops_tags" in shown.hosts["member-1"]
    assert (shown.groups["first"], shown.groups["is_member_2"]) == (["member-1"], ["member-2"])
    assert "left_out" in str(organization.parsed(strict=True, **options).error)


def cached(organization: Inventories, **options: Any) -> Parsed:
    folder = str(organization.fleet.folder / "cache")
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": folder}
    return organization.parsed(**cache, **options)


def test_a_cache_answers_until_an_option_changes_what_is_needed(organization: Inventories) -> None:
    organization.account("{{ 7 * 7 }}", team="web")
    first, second = cached(organization), cached(organization, assume_role_name="Another")
    assert first.calls["ListAccounts"] == 1 and not second.calls
    assert set(second.hosts) == set(first.hosts)
    assert second.hosts["member-1"]["finops_assume_role_arn"].endswith("role/Another")
    assert second.hosts["7-7"]["finops_account_name"] == "{{ 7 * 7 }}"
    tagged = cached(organization, include_tags=True)
    assert tagged.calls["ListTagsForResource"] == 4
    assert not cached(organization, include_tags=True).calls
    organization.account("new")
    assert "new" not in cached(organization, include_tags=True).hosts
    for file in Path(organization.fleet.folder / "cache").iterdir():
        text = file.read_text()
        assert organization.environment["AWS_SECRET_ACCESS_KEY"] not in text
        file.write_text(text.replace("partition", "of another version"))
    assert "new" in cached(organization, include_tags=True).hosts


def test_a_role_may_look_and_is_the_hosts_too(organization: Inventories, emulator: Emulator) -> None:
    organization.role_in(organization.management, "Reader", emulator.standalone_account_id)
    organization.login(emulator.standalone_access_key_id, emulator.standalone_secret_access_key)
    told = organization.parsed().refusal
    assert f"Account {emulator.standalone_account_id}, which the login is in, belongs to no organization" in told
    arn = f"arn:aws:iam::{organization.management}:role/Reader"
    shown = organization.parsed(assume_role_arn=arn)
    assert shown.hosts["master"]["finops_assume_role_arn"] == arn
    told = organization.parsed(assume_role_arn=arn + "s").refusal
    assert "assume_role_arn: " in told and "AccessDenied" in told and "trust policy" in told


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"accounts": [123]}, "accounts: '123' is no account id"),
        (
            {"organizational_units": ["/None"]},
            "organizational_units: '/None' is no organizational unit here. There are: /",
        ),
        ({"hostnames": ["email"]}, "hostnames: 'email' is none of name, id and tag:KEY"),
        ({"assume_role_name": "a b"}, "assume_role_name: 'arn:aws:iam::"),
        ({"endpoint_url": "nonsense"}, "Check profile, or access_key and secret_key"),
    ],
)
def test_what_cannot_work_is_told_in_one_sentence(organization: Inventories, options: Any, words: str) -> None:
    told = organization.parsed(**options).refusal
    assert words in told
    assert "Traceback" not in told and "O(" not in told


def test_wrong_credentials_are_told(organization: Inventories) -> None:
    organization.login(organization.environment["AWS_ACCESS_KEY_ID"], "wrong" * 8)
    told = organization.parsed().refusal
    assert (
        "AWS refused sts:GetCallerIdentity: SignatureDoesNotMatch" in told
        and "Check the credentials of profile" in told
    )
    organization.environment = {}
    assert "no AWS credentials" in organization.parsed().refusal


def test_a_member_is_told_to_log_in_elsewhere(organization: Inventories, emulator: Emulator) -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    organization.login(*organization.key_in(emulator.member_account_ids[0], everything))
    told = organization.parsed().refusal
    assert f"Log in to the management account {organization.management}: profile" in told


def test_what_selects_no_account_is_a_warning(organization: Inventories) -> None:
    shown = organization.parsed(exclude_accounts=["nobody"])
    assert shown.warnings == [*OLD_BOTOCORE, "exclude_accounts: the organization has no account 'nobody'"]
    assert len(shown.hosts) == 3


def test_throttled_pages_are_asked_for_again(organization: Inventories, emulator: Emulator) -> None:
    emulator.faults.throttle(0.5)
    assert len(organization.parsed().hosts) == 3
