# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State absent of every module, in the order that leaves nothing dangling; what others use is never removed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.playbook import Fleet, Run

HOST = "laboratory"
USER = "FinOpsForCloudUser"
CONNECTION = {
    "account_id": "{{ finops_account_id }}",
    "access_key": "{{ finops_aws_access_key }}",
    "secret_key": "{{ finops_aws_secret_key }}",
    "endpoint_url": "{{ finops_aws_endpoint_url }}",
}
PLATFORM = {
    "platform_url": "{{ finops_platform_url }}",
    "platform_organization_id": "{{ finops_platform_organization_id }}",
    "platform_token": "{{ finops_platform_token }}",
}
IN_ORDER = ("data_source", "access_key", "user", "policy", "cur")


class Laboratory:
    """The standalone account, connected, and single tasks on it."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.account = fleet.standalone()
        run = fleet.run({"standalone": {HOST: self.account}})
        assert run.code == 0, run.output

    def tasks(self, *modules: str, arguments: tuple[str, ...] = (), **options: Any) -> Run:
        """A run of one task for each of these modules."""
        tasks = []
        for module in modules:
            platform = PLATFORM if module.startswith(("data_source", "access_key")) else {}
            task = {**CONNECTION, **platform, **options}
            tasks.append({"name": module, f"finops_for_cloud.aws.{module}": task})
        play = {"hosts": "standalone", "connection": "local", "gather_facts": False, "tasks": tasks}
        playbook = self.fleet.folder / "tasks.yml"
        playbook.write_text(json.dumps([play]))
        return self.fleet.run({"standalone": {HOST: self.account}}, *arguments, playbook=str(playbook))

    def remove(self, *modules: str, arguments: tuple[str, ...] = (), **options: Any) -> Run:
        """A run of one task with state absent for each of these modules."""
        return self.tasks(*modules, arguments=arguments, state="absent", **options)


@pytest.fixture
def laboratory(fleet: Fleet) -> Laboratory:
    return Laboratory(fleet)


def test_everything_goes_in_order_but_the_files_stay(laboratory: Laboratory) -> None:
    fleet, account = laboratory.fleet, laboratory.account
    bucket = f"billing-export-{account['finops_account_id']}"
    fleet.emulator.deliver(account["finops_account_id"], f"billing-{account['finops_account_id']}")
    run = laboratory.remove(*IN_ORDER)
    assert run.code == 0, run.output
    assert fleet.sources() == {}
    iam = fleet.client("iam", account)
    assert USER not in {user["UserName"] for user in iam.list_users()["Users"]}
    assert iam.list_policies(Scope="Local")["Policies"] == []
    assert fleet.client("bcm-data-exports", account).list_exports()["Exports"] == []
    objects = fleet.client("s3", account).list_objects_v2(Bucket=bucket)["Contents"]
    assert any(found["Key"].endswith(".parquet") for found in objects)
    again = laboratory.remove(*IN_ORDER)
    assert again.code == 0, again.output
    assert again.writes == []


@pytest.mark.parametrize(("module", "steps"), [("data_source", 1), ("cur", 2)])
def test_check_mode_announces_a_removal(laboratory: Laboratory, module: str, steps: int) -> None:
    run = laboratory.remove(module, arguments=("--check", "--diff"))
    assert run.writes == []
    assert len(run.steps()[HOST]) == steps
    assert laboratory.remove(module).steps() == run.steps()


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("access_key", "is in service at the data source"),
        ("user", "still has the access keys"),
        ("policy", "still attached to the user FinOpsForCloudUser"),
    ],
)
def test_what_is_still_needed_stays(laboratory: Laboratory, module: str, words: str) -> None:
    run = laboratory.remove(module)
    assert run.code == 2
    assert words in run.of(HOST, module)["msg"]
    assert run.writes == []


def test_a_user_with_policies_of_others_stays(laboratory: Laboratory) -> None:
    iam = laboratory.fleet.client("iam", laboratory.account)
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}}
    arn = iam.create_policy(PolicyName="Theirs", PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    iam.attach_user_policy(UserName=USER, PolicyArn=arn)
    assert laboratory.remove("data_source", "access_key").code == 0
    run = laboratory.remove("user")
    assert "Theirs" in run.of(HOST, "user")["msg"]
    assert run.writes == []


def test_the_info_modules_tell_what_is_there(laboratory: Laboratory) -> None:
    run = laboratory.tasks("cur_info", "policy_info", "user_info", "access_key_info", "data_source_info")
    assert run.code == 0, run.output
    assert run.writes == []
    account = laboratory.account["finops_account_id"]
    cur = run.of(HOST, "cur_info")["cur"]
    assert (cur["exists"], cur["status"], cur["name"]) == (True, "HEALTHY", f"billing-{account}")
    assert all(policy["as_wanted"] for policy in run.of(HOST, "policy_info")["policies"].values())
    assert run.of(HOST, "user_info")["user"]["console_access"] is False
    (key,) = run.of(HOST, "access_key_info")["access_keys"]
    assert key["state"] == "in service"
    assert run.of(HOST, "data_source_info")["data_source"]["account_id"] == account
    laboratory.remove(*IN_ORDER)
    gone = laboratory.tasks("cur_info", "policy_info", "user_info", "access_key_info", "data_source_info")
    assert gone.code == 0, gone.output
    assert gone.of(HOST, "cur_info")["cur"]["exists"] is False
    assert gone.of(HOST, "user_info")["user"] is None
    assert gone.of(HOST, "data_source_info")["data_source"] is None
