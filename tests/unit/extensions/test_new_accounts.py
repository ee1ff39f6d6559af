# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event filter: what it makes of AWS's messages, and that nothing else of a message passes."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml

EDA = Path(__file__).resolve().parents[3] / "extensions" / "eda"
# As ansible-rulebook loads it.
FILTER = runpy.run_path(str(EDA / "plugins" / "event_filter" / "organization_change.py"))
ACCOUNT = "111122223333"
HOSTILE = "{{ lookup('ansible.builtin.pipe', 'id') }}"


def message(name: Any, source: Any = "aws.organizations", **detail: Any) -> dict[str, Any]:
    return {"source": source, "detail": {"eventName": name, **detail}}


def created(state: str) -> dict[str, Any]:
    return {"createAccountStatus": {"state": state, "accountId": ACCOUNT, "accountName": HOSTILE}}


@pytest.mark.parametrize(
    ("body", "change", "account"),
    [
        (message("AccountJoinedOrganization", serviceEventDetails={"accountId": ACCOUNT}), "joined", ACCOUNT),
        (message("AccountDepartedOrganization", serviceEventDetails={"accountId": ACCOUNT}), "departed", ACCOUNT),
        (message("AccountJoinedOrganization"), "joined", ""),
        (message("CreateAccountResult", serviceEventDetails=created("SUCCEEDED")), "joined", ACCOUNT),
        (message("CreateAccountResult", serviceEventDetails=created("FAILED")), "other", ACCOUNT),
        (message("AcceptHandshake", requestParameters={"handshakeId": "h-1"}), "joined", ""),
        (message("AcceptHandshake", errorCode="AccessDeniedException"), "other", ""),
        (message("InviteAccountToOrganization"), "other", ""),
        (message("RemoveAccountFromOrganization", requestParameters={"accountId": ACCOUNT}), "departed", ACCOUNT),
        (message("LeaveOrganization", requestParameters=None), "departed", ""),
        (message("CloseAccount", requestParameters={"accountId": ACCOUNT}), "departed", ACCOUNT),
        (message("CreateManagedAccount", source="aws.controltower"), "joined", ""),
        (message("AccountJoinedOrganization", source="mine"), "other", ""),
        (message("DescribeOrganization"), "other", ""),
        ("no JSON", "other", ""),
        (None, "other", ""),
        ([], "other", ""),
        ({"source": "aws.organizations", "detail": "text"}, "other", ""),
        (message(["AccountJoinedOrganization"]), "other", ""),
        (message("AccountJoinedOrganization", source=["aws.organizations"]), "other", ""),
    ],
)
def test_what_a_message_says(body: Any, change: str, account: str) -> None:
    told = FILTER["main"]({"body": body, "meta": {"MessageId": "1"}})
    assert told == {"organization": {"change": change, "account_id": account}, "meta": {"MessageId": "1"}}


@pytest.mark.parametrize(
    "wrong", [HOSTILE, "111122223333,all", "111122223333\n", 111122223333, "１１１１２２２２３３３３", {}, None]
)
def test_what_is_no_account_id_goes_no_further(wrong: Any) -> None:
    body = message("AccountJoinedOrganization", serviceEventDetails={"accountId": wrong})
    assert FILTER["main"]({"body": body})["organization"] == {"change": "joined", "account_id": ""}


def test_nothing_that_somebody_wrote_goes_further() -> None:
    body = {**message("CreateAccountResult", serviceEventDetails=created("SUCCEEDED")), "id": HOSTILE, HOSTILE: HOSTILE}
    assert "lookup" not in json.dumps(FILTER["main"]({"body": body, "meta": {}}))


def arn(name: str) -> dict[str, list[str]]:
    """As CloudFormation has it, without tags, which ansible-lint cannot read."""
    return {"Fn::GetAtt": [name, "Arn"]}


@pytest.fixture
def resources() -> dict[str, Any]:
    """Of the CloudFormation template."""
    text = (EDA / "cloudformation" / "new_accounts.yml").read_text()
    found: dict[str, Any] = yaml.safe_load(text)["Resources"]
    return found


def test_eventbridge_sends_what_the_filter_knows_and_nothing_else(resources: dict[str, Any]) -> None:
    pattern = resources["Rule"]["Properties"]["EventPattern"]
    assert set(pattern["detail"]["eventName"]) == set(FILTER["CHANGES"])
    assert set(pattern["source"]) == set(FILTER["SOURCES"])


def test_only_the_rule_sends_only_through_tls_and_what_fails_is_kept(resources: dict[str, Any]) -> None:
    for queue, policy in (("Queue", "QueuePolicy"), ("DeadLetters", "DeadLettersPolicy")):
        assert resources[queue]["Properties"]["SqsManagedSseEnabled"] is True
        document = resources[policy]["Properties"]["PolicyDocument"]
        allowed, denied = document["Statement"]
        assert (allowed["Effect"], allowed["Action"]) == ("Allow", "sqs:SendMessage")
        assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
        assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": arn("Rule")}}
        assert allowed["Resource"] == denied["Resource"] == arn(queue)
        assert (denied["Effect"], denied["Principal"], denied["Action"]) == ("Deny", "*", "sqs:*")
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    (target,) = resources["Rule"]["Properties"]["Targets"]
    assert target["DeadLetterConfig"]["Arn"] == arn("DeadLetters")
    assert resources["Queue"]["Properties"]["RedrivePolicy"]["deadLetterTargetArn"] == arn("DeadLetters")


def test_who_reads_the_queue_may_do_what_the_source_does_and_no_more(resources: dict[str, Any]) -> None:
    (statement,) = resources["ReaderPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:DeleteMessage"]
    assert statement["Resource"] == arn("Queue")


@pytest.fixture
def ruleset() -> dict[str, Any]:
    (found,) = yaml.safe_load((EDA / "rulebooks" / "new_accounts.yml").read_text())
    return dict(found)


def test_the_rulebook_keeps_a_message_until_the_engine_has_it_and_runs_one_playbook_at_a_time(
    ruleset: dict[str, Any],
) -> None:
    (source,) = ruleset["sources"]
    assert source["amazon.aws.aws_sqs_queue"]["feedback"] is True
    assert source["filters"] == [{"finops_for_cloud.aws.organization_change": None}]
    assert ruleset["execution_strategy"] == "sequential"


def test_each_rule_runs_a_playbook_that_there_is_and_hands_it_nothing_of_the_event(ruleset: dict[str, Any]) -> None:
    changes = set()
    for rule in ruleset["rules"]:
        action = rule["action"]["run_playbook"]
        name = action["name"].removeprefix("finops_for_cloud.aws.")
        assert (EDA.parents[1] / "playbooks" / f"{name}.yml").is_file()
        assert set(action) == {"name"}
        changes.add(rule["condition"].split('"')[1])
    assert changes == set(FILTER["CHANGES"].values())


def test_no_playbook_looks_at_what_the_rule_engine_hands_it() -> None:
    for path in EDA.parents[1].glob("playbooks/*.yml"):
        assert "ansible_eda" not in path.read_text(), path
