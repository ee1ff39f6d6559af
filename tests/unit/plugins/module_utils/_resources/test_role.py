# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's plan: how it is made, whom it trusts, which policies are attached, and when it may go."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.trust_policy import documented
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.role import Role
from tests.unit.plugins.module_utils._resources.iam import (
    BILLING,
    DISCOVERY,
    allowing,
    attached,
    details,
    document,
    inline,
    policy,
    policy_arn,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, FakeClients, codes, titles, wordless

NAME = "FinOpsForCloudAccessRole"
ARN = f"arn:aws:iam::{ACCOUNT}:role/{NAME}"
PLATFORM = "arn:aws:iam::654035049067:user/ffc-service-user"
BOTH = (policy_arn(BILLING), policy_arn(DISCOVERY))
POLICIES = (policy(BOTH[0], document(BILLING)), policy(BOTH[1], document()))
BOUNDARY = policy_arn("Boundary")
GONE = "AIDAQXZEAEXAMPLE12345"
THEIRS = f"arn:aws:iam::{ACCOUNT}:role/Theirs"


def role(*attachments: str, trust: Any = None, name: str = NAME, path: str = "/", **more: Any) -> dict[str, Any]:
    """One of C(RoleDetailList), with both policies and the documented trust if nothing else is said."""
    return {
        "RoleName": name,
        "Path": path,
        "Arn": f"arn:aws:iam::{ACCOUNT}:role{path}{name}",
        "AssumeRolePolicyDocument": documented(PLATFORM) if trust is None else trust,
        "AttachedManagedPolicies": attached(*(attachments or BOTH)),
        "RolePolicyList": [],
        "InstanceProfileList": [],
        **more,
    }


def trusting(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def lets_in(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **more}


def resource(*roles: dict[str, Any], local: Any = POLICIES, settings: Any = None, **options: Any) -> Role:
    answers: dict[str, Any] = {
        "get_account_authorization_details": {**details(local), "RoleDetailList": list(roles)},
        "get_role": {"Role": settings},
    }
    options = {"policies": ["billing_import", "resource_discovery"], "state": "present", **options}
    return Role(options, FakeClients(answers))


def planned(*roles: dict[str, Any], **options: Any) -> Any:
    about = resource(*roles, **options)
    return about.plan(about.read())


def write(operation: str, code: str = "", before: Any = None, after: Any = None, **parameters: Any) -> Step:
    return Step("", "iam", operation, {"RoleName": NAME, **parameters}, code, before, after)


def test_a_role_as_wanted_takes_no_step_and_one_call_beyond_those_of_all_accounts() -> None:
    about = resource(role())
    plan = about.plan(about.read())
    assert (titles(plan), codes(plan)) == ([], [])
    asked = [parameters["Filter"] for dummy, parameters in about.clients.calls]
    assert asked == [["User", "Group", "LocalManagedPolicy"], ["Role"]]


def test_a_role_is_created_as_documented() -> None:
    limit = policy(BOUNDARY, allowing("*"))
    plan = planned(local=(*POLICIES, limit), permissions_boundary=BOUNDARY, tags={"team": "costs"})
    assert titles(plan) == [
        f"Create the role {NAME}",
        f"Attach {BILLING} to the role {NAME}",
        f"Attach {DISCOVERY} to the role {NAME}",
    ]
    assert codes(plan) == ["ROLE_MISSING"]
    parameters = plan.steps[0].parameters
    assert json.loads(parameters.pop("AssumeRolePolicyDocument")) == documented(PLATFORM)
    assert parameters == {
        "RoleName": NAME,
        "Path": "/",
        "Description": "Lets the FinOps platform read costs and look at resources",
        "MaxSessionDuration": 3600,
        "PermissionsBoundary": BOUNDARY,
        "Tags": [{"Key": "team", "Value": "costs"}],
    }
    assert wordless(plan.steps[1:]) == [
        write("attach_role_policy", after={"attached": arn}, PolicyArn=arn) for arn in BOTH
    ]


def test_who_is_trusted_can_be_another_and_has_the_partition_of_the_account() -> None:
    other = "arn:aws:iam::444455556666:user/platform"
    (creation, *dummy) = planned(principal_arn=other).steps
    assert json.loads(creation.parameters["AssumeRolePolicyDocument"]) == documented(other)
    clients = FakeClients()
    clients.partition = "aws-cn"
    assert Role({"policies": []}, clients).principal == PLATFORM.replace("arn:aws:", "arn:aws-cn:")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "no good"}, r"O\(name\)"),
        ({"principal_arn": "nobody"}, r"O\(principal_arn\)"),
        ({"principal_arn": PLATFORM.replace("arn:aws:", "arn:aws-cn:")}, r"O\(principal_arn\).*partition aws"),
        ({"max_session_duration": 3599}, r"O\(max_session_duration\)"),
        ({"max_session_duration": 43201}, r"O\(max_session_duration\)"),
    ],
)
def test_nonsense_is_refused_before_any_call(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        resource(**options)


@pytest.mark.parametrize(
    ("trust", "code"),
    [
        (trusting(lets_in(THEIRS)), "ROLE_TRUST"),
        (trusting(lets_in(GONE)), "ROLE_TRUST_REWRITTEN"),
    ],
)
def test_trust_is_repaired_and_that_of_others_stays(trust: Any, code: str) -> None:
    plan = planned(role(trust=trust))
    assert code in codes(plan)
    (step,) = plan.steps
    kept = [statement for statement in trust["Statement"] if GONE not in json.dumps(statement)]
    assert (step.operation, step.before) == ("update_assume_role_policy", trust)
    assert step.after == trusting(*kept, lets_in(PLATFORM)) == json.loads(step.parameters["PolicyDocument"])
    about = resource(role(trust=trust))
    current = about.read()
    assert about.info(current)["role"]["trusts_platform"] is False
    assert about.describe(current, plan.steps)["role"]["trusts_platform"] is True


@pytest.mark.parametrize(
    ("trust", "code", "severity"),
    [
        (
            trusting(lets_in(PLATFORM, Condition={"StringEquals": {"sts:ExternalId": "x"}})),
            "ROLE_TRUST_DENIES",
            "blocked",
        ),
        (trusting(lets_in(PLATFORM), {**lets_in("*"), "Effect": "Deny"}), "ROLE_TRUST_DENIES", "blocked"),
        (
            trusting(lets_in(PLATFORM, Condition={"Bool": {"aws:SecureTransport": "true"}})),
            "ROLE_TRUST_CONDITION",
            "note",
        ),
        (trusting(lets_in([PLATFORM, THEIRS])), "ROLE_TRUST_OTHERS", "note"),
    ],
)
def test_what_no_step_mends_of_the_trust_is_told(trust: Any, code: str, severity: str) -> None:
    plan = planned(role(trust=trust))
    assert [(finding.code, finding.severity) for finding in plan.findings] == [(code, severity)]
    assert plan.steps == []


def test_a_role_that_the_platform_does_not_find_is_in_the_way() -> None:
    assert codes(planned(role(path="/finance/"))) == ["ROLE_PATH"]
    plan = planned(role(name="finopsforcloudaccessrole"))
    assert (titles(plan), codes(plan)) == ([], ["ROLE_NAME_CASE"])


def test_policies_boundary_and_tags_are_brought_to_what_is_wanted() -> None:
    found = role(BOTH[0], Tags=[{"Key": "owner", "Value": "them"}])
    limit = policy(BOUNDARY, allowing("*"))
    plan = planned(
        found,
        local=(*POLICIES, limit),
        policies=["resource_discovery"],
        permissions_boundary=BOUNDARY,
        tags={"team": "costs"},
    )
    assert codes(plan) == ["ROLE_BOUNDARY_MISSING", "ROLE_POLICY_MISSING", "ROLE_POLICY_EXCESS", "ROLE_TAGS"]
    assert [step.operation for step in plan.steps] == [
        "put_role_permissions_boundary",
        "attach_role_policy",
        "detach_role_policy",
        "tag_role",
    ]
    other = role(PermissionsBoundary={"PermissionsBoundaryArn": policy_arn("Other")})
    plan = planned(other, local=(*POLICIES, limit), permissions_boundary=BOUNDARY)
    assert codes(plan) == ["ROLE_BOUNDARY_OTHER"]


def test_rights_of_others_stay_and_are_named() -> None:
    found = role(*BOTH, policy_arn("Theirs"), RolePolicyList=inline(More=allowing("sqs:*")))
    assert codes(planned(found)) == ["ROLE_POLICY_FOREIGN", "ROLE_INLINE_POLICY"]
    plan = planned(role(*BOTH, "arn:aws:iam::aws:policy/AdministratorAccess"))
    assert [finding.code for finding in plan.blocked] == ["ROLE_ADMINISTRATOR"]
    limit = policy(BOUNDARY, allowing("s3:*"))
    plan = planned(role(), local=(*POLICIES, limit), permissions_boundary=BOUNDARY)
    assert [finding.code for finding in plan.blocked] == ["ROLE_BOUNDARY_DENIES"]
    plan = planned(role(), permissions_boundary=BOUNDARY)
    assert [finding.code for finding in plan.blocked] == ["ROLE_BOUNDARY_NO_POLICY"]
    aws = role(PermissionsBoundary={"PermissionsBoundaryArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"})
    assert codes(planned(aws)) == ["ROLE_BOUNDARY_UNKNOWN"]


def test_description_and_session_are_read_only_where_they_are_asked_for() -> None:
    there = {"Description": "by hand", "MaxSessionDuration": 7200}
    plan = planned(role(), settings=there, description="costs")
    (step,) = plan.steps
    before, after = {"Description": "by hand"}, {"Description": "costs"}
    parameters = {"Description": "costs", "MaxSessionDuration": 7200}
    assert wordless([step]) == [write("update_role", "ROLE_SETTINGS", before, after, **parameters)]
    assert planned(role(), settings=there, description="by hand", max_session_duration=7200).steps == []


def test_removal_detaches_and_deletes() -> None:
    plan = planned(role(), state="absent")
    assert titles(plan) == [
        f"Detach {BILLING} from the role {NAME}",
        f"Detach {DISCOVERY} from the role {NAME}",
        f"Delete the role {NAME}",
    ]
    assert codes(plan) == ["ROLE_PRESENT"]
    assert planned(state="absent").findings == []


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (role(*BOTH, policy_arn("Theirs")), "has policies that others attached: Theirs"),
        (role(RolePolicyList=inline(More=allowing("sqs:*"))), "has inline policies: More"),
        (role(InstanceProfileList=[{"InstanceProfileName": "Web"}]), "is in the instance profiles Web"),
        (role(trust=trusting(lets_in([PLATFORM, THEIRS]))), f"is trusted to others: {THEIRS}"),
    ],
)
def test_a_role_that_others_use_is_not_deleted(found: dict[str, Any], reason: str) -> None:
    plan = planned(found, state="absent")
    assert (titles(plan), codes(plan)) == ([], ["ROLE_IN_USE"])
    assert plan.blocked[0].title == f"the role {NAME} is not deleted, because it {reason}"


def test_who_is_denied_the_one_look_asks_for_each_thing() -> None:
    denied = AwsError("iam", "AccessDenied", "no")
    answers = {
        "get_account_authorization_details": denied,
        "list_policies": {"Policies": [{"Arn": arn, "DefaultVersionId": "v1"} for arn in BOTH]},
        "get_policy_version": {"PolicyVersion": {"VersionId": "v1", "Document": document()}},
        "get_role": {"Role": {**role(), "AssumeRolePolicyDocument": json.dumps(documented(PLATFORM))}},
        "list_attached_role_policies": {"AttachedPolicies": attached(*BOTH)},
        "list_role_policies": {"PolicyNames": ["Extra"]},
        "get_role_policy": {"PolicyName": "Extra", "PolicyDocument": allowing("sqs:*")},
        "list_instance_profiles_for_role": {"InstanceProfiles": [{"InstanceProfileName": "Web"}]},
    }
    about = Role({"policies": ["billing_import", "resource_discovery"]}, FakeClients(answers))
    current = about.read()
    assert codes(about.plan(current)) == ["ROLE_INLINE_POLICY"]
    assert about.info(current)["role"]["instance_profiles"] == ["Web"]
    none = {"get_role": AwsError("iam", "NoSuchEntity", "no"), "list_roles": {"Roles": [{"RoleName": NAME.lower()}]}}
    about = Role({"policies": []}, FakeClients({**answers, **none}))
    assert codes(about.plan(about.read())) == ["ROLE_NAME_CASE"]
