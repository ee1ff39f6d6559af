# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Before a first connection: whom AWS is asked about and what, what blocks, and what must not."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.simulation import Decision
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.first_connection import Outlook, outlook
from tests.unit.plugins.module_utils._resources.iam import BILLING, BUCKET, DISCOVERY, details, policy, policy_arn
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, FakeClients

ROLE = f"arn:aws:iam::{ACCOUNT}:role/deep/Onboard"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Onboard/finops-for-cloud"
ADMIN = f"arn:aws:iam::{ACCOUNT}:user/ops/admin"
USER = f"arn:aws:iam::{ACCOUNT}:user/FinOpsForCloudUser"
CONTROL = "iam:SimulatePrincipalPolicy"
KEY = ["iam:CreateAccessKey", "iam:TagUser"]
MEMBER = sorted(["iam:AttachUserPolicy", "iam:CreatePolicy", "iam:CreateUser", *KEY])
EXPORT = ["bcm-data-exports:CreateExport", "cur:PutReportDefinition"]
BUCKETS = [
    *("s3:CreateBucket", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock"),
    "s3:PutEncryptionConfiguration",
]
DENIED = AwsError("iam:call", "AccessDenied", "no")
NO_BUCKET = AwsError("s3:head_bucket", "404", "Not Found")


def answers(*denied: str, **others: Any) -> dict[str, Any]:
    """AWS's, of an account with nothing in it, where these actions are denied everywhere."""
    return {
        "get_account_authorization_details": details(),
        "get_role": {"Role": {"Arn": ROLE, "Tags": [{"Key": "team", "Value": "web"}]}},
        "list_exports": {"Exports": []},
        "head_bucket": NO_BUCKET,
        "simulate_principal_policy": simulation(denied),
        "describe_organization": {"Organization": {"MasterAccountId": OTHER}},
        **others,
    }


def simulation(denied: Collection[str], **more: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The simulator, whose answer depends on what it is asked."""

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        results = []
        for action in asked["ActionNames"]:
            decision = "implicitDeny" if action in denied else "allowed"
            each = [{"EvalResourceName": arn, "EvalResourceDecision": decision} for arn in asked["ResourceArns"]]
            about = {"EvalActionName": action, "EvalDecision": decision, "ResourceSpecificResults": each}
            results.append({**about, **(more if action in denied else {})})
        return {"EvaluationResults": results}

    return answer


def looked(clients: FakeClients, case: str = "member", arn: str = ADMIN, **options: Any) -> Outlook:
    identity = {"account_id": ACCOUNT, "arn": arn, "partition": "aws"}
    return outlook(clients, {"case": case, **options}, identity)


def asked(clients: FakeClients) -> list[list[str]]:
    """The actions of each question but the control."""
    return [
        [action for action in parameters["ActionNames"] if action != CONTROL]
        for operation, parameters in clients.calls
        if operation == "simulate_principal_policy"
    ]


IN_PLACE = details(
    [policy(policy_arn(DISCOVERY), {}), policy(policy_arn(BILLING), {})],
    [{"UserName": "FinOpsForCloudUser", "Arn": f"arn:aws:iam::{ACCOUNT}:user/path/FinOpsForCloudUser"}],
)


@pytest.mark.parametrize(
    ("case", "others", "options", "expected"),
    [
        ("member", {}, {}, [MEMBER]),
        ("member", {"get_account_authorization_details": IN_PLACE}, {}, [KEY]),
        ("standalone", {}, {}, [sorted([*MEMBER, *EXPORT, *BUCKETS])]),
        ("management", {"head_bucket": {}}, {}, [sorted([*MEMBER, *EXPORT])]),
        ("management", {"head_bucket": DENIED}, {}, [sorted([*MEMBER, *EXPORT])]),
        ("standalone", {"list_exports": {"Exports": [{"ExportName": f"Billing-{ACCOUNT}"}]}}, {}, [MEMBER]),
        ("standalone", {"list_exports": DENIED}, {}, [MEMBER]),
        ("standalone", {}, {"cur_bucket_region": "eu-west-1"}, [sorted([*MEMBER, *EXPORT]), BUCKETS]),
        (
            *("member", {}, {"tags": {"team": "web"}}),
            [sorted([*MEMBER, "iam:TagPolicy"])],
        ),
    ],
    ids=[
        *("member", "all in place", "with a report", "a bucket is there", "a bucket of others", "an export is there"),
        *("exports unknown", "a bucket elsewhere", "tags"),
    ],
)
def test_what_is_asked_is_what_is_missing(
    case: str, others: dict[str, Any], options: dict[str, Any], expected: list[list[str]]
) -> None:
    clients = FakeClients(answers(**others))
    assert looked(clients, case, **options).findings(ACCOUNT, None) == []
    assert asked(clients) == expected


def test_a_key_may_lie_in_a_store() -> None:
    clients = FakeClients(answers(), store=object())
    looked(clients)
    assert asked(clients) == [[action for action in MEMBER if action not in KEY]]


def test_a_role_is_asked_about_by_its_arn_and_what_its_requests_hold() -> None:
    clients = FakeClients(answers())
    assert looked(clients, arn=SESSION).principal == ROLE
    assert ("get_role", {"RoleName": "Onboard"}) in clients.calls
    (question,) = [parameters for operation, parameters in clients.calls if operation.startswith("simulate")]
    assert (question["PolicySourceArn"], CONTROL in question["ActionNames"]) == (ROLE, True)
    context = {entry["ContextKeyName"]: entry["ContextKeyValues"][0] for entry in question["ContextEntries"]}
    assert context == {
        "aws:PrincipalAccount": ACCOUNT,
        "aws:PrincipalArn": ROLE,
        "aws:PrincipalTag/team": "web",
        "aws:RequestedRegion": "us-east-1",
        "aws:SecureTransport": "true",
        "iam:PolicyARN": policy_arn(DISCOVERY),
        "aws:ViaAWSService": "false",
    }


def test_a_denied_action_names_account_actions_and_what_to_do() -> None:
    clients = FakeClients(answers("iam:CreateUser", "iam:CreateAccessKey"))
    (finding,) = looked(clients).findings(ACCOUNT, None)
    assert (finding.code, finding.severity) == ("ACCOUNT_DENIED", "blocked")
    assert f"the account {ACCOUNT} cannot be connected" in finding.title
    assert f"{ADMIN} may not iam:CreateAccessKey, iam:CreateUser" in finding.title
    assert "O(assume_role_arn)" in finding.remedy
    assert finding.actual == [f"iam:CreateAccessKey on {USER}", f"iam:CreateUser on {USER}"]


def test_what_the_organization_denies_is_a_finding_of_its_own() -> None:
    by_organization = {"OrganizationsDecisionDetail": {"AllowedByOrganizations": False}}
    of_both = Outlook(
        None,
        ROLE,
        {("iam:CreateUser", USER): Decision(False, by_organization=True), ("iam:TagUser", USER): Decision(False)},
    )
    assert [finding.code for finding in of_both.findings(ACCOUNT, None)] == [
        "ACCOUNT_DENIED_BY_ORGANIZATION",
        "ACCOUNT_DENIED",
    ]
    simulator = simulation(["iam:CreateUser"], **by_organization)
    (finding,) = looked(FakeClients(answers(simulate_principal_policy=simulator))).findings(ACCOUNT, None)
    assert (finding.code, finding.severity) == ("ACCOUNT_DENIED_BY_ORGANIZATION", "blocked")
    assert "service control policy" in finding.title and "iam:CreateUser" in finding.title
    assert "management account exempt" in finding.remedy


@pytest.mark.parametrize(
    ("arn", "others"),
    [
        (f"arn:aws:iam::{ACCOUNT}:root", {}),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/bob", {}),
        (SESSION, {"get_role": DENIED}),
        (ADMIN, {"simulate_principal_policy": DENIED}),
        (ADMIN, {"simulate_principal_policy": AwsError("iam:simulate", "InvalidInput", "no")}),
        (ADMIN, {"simulate_principal_policy": {"EvaluationResults": []}}),
        (ADMIN, {"get_account_authorization_details": AwsError("iam:get", "ServiceFailure", "no")}),
        (ADMIN, {"simulate_principal_policy": simulation([CONTROL, "iam:CreateUser"])}),
        (
            ADMIN,
            {"simulate_principal_policy": simulation(["iam:CreateUser"], MissingContextValues=["aws:SourceIp"])},
        ),
    ],
    ids=[
        *("root", "a federated user", "a role that may not be read", "no right to ask", "no answer", "an empty answer"),
        *("nothing known of IAM", "what AWS just allowed is denied", "a key is missing"),
    ],
)
def test_what_cannot_be_decided_keeps_nobody(arn: str, others: dict[str, Any]) -> None:
    clients = FakeClients(answers("iam:CreateUser", **others))
    assert looked(clients, arn=arn).findings(ACCOUNT, None) == []


NONE = AwsError("organizations:describe", "AWSOrganizationsNotInUseException", "no")


@pytest.mark.parametrize(
    ("case", "told", "given", "where"),
    [
        ("member", {"Organization": {"MasterAccountId": OTHER}}, OTHER, None),
        (
            "member",
            {"Organization": {"MasterAccountId": OTHER}},
            ACCOUNT,
            f"the organization of the management account {OTHER}",
        ),
        ("management", {"Organization": {"MasterAccountId": OTHER}}, ACCOUNT, f"management account {OTHER}"),
        ("member", NONE, OTHER, "in no organization"),
        ("management", NONE, ACCOUNT, "in no organization"),
        ("member", DENIED, OTHER, None),
        ("member", {"Organization": {}}, OTHER, None),
        ("standalone", NONE, OTHER, None),
        ("member", NONE, None, None),
    ],
)
def test_the_account_is_looked_for_in_its_organization(
    case: str, told: Any, given: str | None, where: str | None
) -> None:
    clients = FakeClients(answers(describe_organization=told))
    found = looked(clients, case, management_account_id=given).findings(ACCOUNT, given)
    asks = given is not None and case != "standalone"
    assert clients.operations("describe_organization") == ["describe_organization"] * asks
    assert [finding.code for finding in found] == ["ACCOUNT_OTHER_ORGANIZATION"] * (where is not None)
    for finding in found:
        assert where is not None and where in finding.title and ACCOUNT in finding.title
        assert f"not in that of {given}" in finding.title
        for words in ("standalone", "O(management_account_id)", "--flush-cache"):
            assert words in finding.remedy
        assert finding.severity == "blocked"


def test_the_bucket_is_looked_for_as_ours() -> None:
    clients = FakeClients(answers())
    looked(clients, "standalone")
    assert ("head_bucket", {"Bucket": BUCKET, "ExpectedBucketOwner": ACCOUNT}) in clients.calls
