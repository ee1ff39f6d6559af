# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's plan: its attachments, what else gives it rights, and what limits it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import Clients
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Mode, run
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.user import User
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
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, FakeClients, codes, titles, wordless

NAME = "FinOpsForCloudUser"
ARN = f"arn:aws:iam::{ACCOUNT}:user/{NAME}"
BOTH = (policy_arn(BILLING), policy_arn(DISCOVERY))
POLICIES = (policy(BOTH[0], document(BILLING)), policy(BOTH[1], document()))
BOUNDARY = policy_arn("Boundary")
AWS_POLICY = "arn:aws:iam::aws:policy/"
EVERYTHING = allowing("*")
NO_PASSWORD = {"get_login_profile": AwsError("iam", "NoSuchEntity", "no")}


def user(*attachments: str, name: str = NAME, path: str = "/", **more: Any) -> dict[str, Any]:
    """One of C(UserDetailList), with both policies if nothing else is said."""
    return {
        "UserName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:user{path}{name}",
        "AttachedManagedPolicies": attached(*(attachments or BOTH)),
        "UserPolicyList": [],
        "GroupList": [],
        **more,
    }


def group(name: str, *attachments: str, **policies: Mapping[str, Any]) -> dict[str, Any]:
    """One of C(GroupDetailList)."""
    return {
        "GroupName": name,
        "AttachedManagedPolicies": attached(*attachments),
        "GroupPolicyList": inline(**policies),
    }


def limited(arn: str) -> dict[str, Any]:
    """The user's boundary."""
    return {"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}}


def resource(
    *users: dict[str, Any], local: Any = POLICIES, groups: Any = (), password: bool = False, **options: Any
) -> User:
    """The user of an account that has these users, policies and groups."""
    answers = {
        "get_account_authorization_details": details(local, users, groups),
        **({"get_login_profile": {}} if password else NO_PASSWORD),
        "list_access_keys": {"AccessKeyMetadata": []},
    }
    keys = options.pop("keys", None)
    if keys:
        answers["list_access_keys"] = {"AccessKeyMetadata": [{"AccessKeyId": key} for key in keys]}
    options = {"policies": ["billing_import", "resource_discovery"], "state": "present", **options}
    return User(options, FakeClients(answers))


def planned(*users: dict[str, Any], **options: Any) -> Any:
    """The plan for an account that has these users."""
    about = resource(*users, **options)
    return about.plan(about.read())


def described(*users: dict[str, Any], **options: Any) -> Any:
    """The result for an account that has these users."""
    about = resource(*users, **options)
    current = about.read()
    return about.describe(current, about.plan(current).steps)["user"]


def write(operation: str, code: str = "", before: Any = None, after: Any = None, **parameters: Any) -> Step:
    """A write about the user."""
    return Step("", "iam", operation, {"UserName": NAME, **parameters}, code, before, after)


DELETION = write("delete_user", "USER_PRESENT", {"user": ARN})
WITHOUT_CONSOLE = write(
    "delete_login_profile", "USER_CONSOLE_ACCESS", {"console_access": True}, {"console_access": False}
)


def test_a_user_as_wanted_takes_no_step_and_two_calls() -> None:
    about = resource(user())
    plan = about.plan(about.read())
    assert (titles(plan), codes(plan)) == ([], [])
    assert {operation for operation, dummy in about.clients.calls} == {
        "get_account_authorization_details",
        "get_login_profile",
    }


def test_a_user_is_created_with_its_boundary_and_tags_and_both_policies() -> None:
    limit = policy(BOUNDARY, allowing("*"))
    plan = planned(local=(*POLICIES, limit), permissions_boundary=BOUNDARY, tags={"team": "costs"})
    assert titles(plan) == [
        f"Create the user {NAME}",
        f"Attach {BILLING} to the user {NAME}",
        f"Attach {DISCOVERY} to the user {NAME}",
    ]
    assert codes(plan) == ["USER_MISSING"]
    more = {"PermissionsBoundary": BOUNDARY, "Tags": [{"Key": "team", "Value": "costs"}]}
    assert wordless(plan.steps) == [
        write("create_user", "USER_MISSING", after={"user": ARN}, **more),
        *(write("attach_user_policy", after={"attached": arn}, PolicyArn=arn) for arn in BOTH),
    ]
    assert planned().steps[0].parameters == {"UserName": NAME}


def test_policies_under_a_path_are_attached_by_the_arn_that_was_found() -> None:
    arns = [policy_arn(name, "/finance/costs/") for name in (BILLING, DISCOVERY)]
    local = [policy(arn, document()) for arn in arns]
    assert [step.parameters.get("PolicyArn") for step in planned(local=local).steps[1:]] == arns
    assert titles(planned(user(*arns), local=local)) == []
    assert described(user(*arns), local=local)["attached_policies"] == [BILLING, DISCOVERY]


def test_before_the_policies_are_made_a_check_promises_their_attachment() -> None:
    assert [step.parameters.get("PolicyArn") for step in planned(local=()).steps[1:]] == list(BOTH)


def test_what_is_missing_is_attached_and_what_the_case_does_not_need_detached() -> None:
    plan = planned(user(BOTH[0]), policies=["resource_discovery"])
    assert titles(plan) == [f"Attach {DISCOVERY} to the user {NAME}", f"Detach {BILLING} from the user {NAME}"]
    assert wordless(plan.steps) == [
        write("attach_user_policy", "USER_POLICY_MISSING", after={"attached": BOTH[1]}, PolicyArn=BOTH[1]),
        write("detach_user_policy", "USER_POLICY_EXCESS", {"attached": BOTH[0]}, PolicyArn=BOTH[0]),
    ]


def test_an_attached_policy_of_the_same_name_with_another_arn_is_not_ours() -> None:
    plan = planned(user(BOTH[0], AWS_POLICY + DISCOVERY))
    assert [step.parameters["PolicyArn"] for step in plan.steps] == [BOTH[1]]
    assert codes(plan) == ["USER_POLICY_FOREIGN", "USER_POLICY_MISSING"]
    plan = planned(user(BOTH[1], AWS_POLICY + BILLING), policies=["resource_discovery"])
    assert (titles(plan), codes(plan)) == ([], ["USER_POLICY_FOREIGN"])


def test_a_policy_that_a_group_gives_is_not_attached_again() -> None:
    groups = [group("Others"), group("Billing", BOTH[0])]
    member = {"GroupList": ["Others", "Billing"]}
    plan = planned(user(BOTH[1], **member), groups=groups)
    assert (titles(plan), codes(plan)) == ([], ["USER_POLICY_BY_GROUP"])
    assert "through the group Billing" in plan.findings[0].title
    assert described(user(BOTH[1], **member), groups=groups)["attached_policies"] == [DISCOVERY]
    assert codes(planned(user(**member), groups=groups)) == []
    assert described(user(**member), groups=groups)["attached_policies"] == [BILLING, DISCOVERY]


@pytest.mark.parametrize(
    ("attachments", "policies", "more"),
    [
        ([AWS_POLICY + "ReadOnlyAccess"], {}, "ReadOnlyAccess"),
        (
            [policy_arn("Theirs"), policy_arn("Another"), BOTH[0]],
            {"Second": allowing("ec2:*"), "First": allowing("sqs:*")},
            "First, Second, Another, Theirs",
        ),
    ],
)
def test_a_group_that_gives_more_is_named(attachments: list[str], policies: dict[str, Any], more: str) -> None:
    plan = planned(user(GroupList=["Team"]), groups=[group("Team", *attachments, **policies)])
    assert (titles(plan), codes(plan)) == ([], ["USER_GROUP"])
    (finding,) = plan.findings
    assert (finding.severity, finding.title) == (
        "note",
        f"the user {NAME} is in the group Team, which also gives it {more}",
    )
    assert f"--user-name {NAME} --group-name Team" in finding.remedy


def test_a_group_that_gives_a_finops_policy_that_the_case_does_not_need_is_named() -> None:
    plan = planned(user(BOTH[1], GroupList=["Team"]), groups=[group("Team", BOTH[0])], policies=["resource_discovery"])
    assert (titles(plan), codes(plan)) == ([], ["USER_GROUP"])


def test_policies_and_inline_policies_of_others_stay_and_are_named() -> None:
    theirs = policy(policy_arn("Theirs"), allowing("ec2:RunInstances"))
    inline_policies = inline(More=allowing("sqs:*"), Extra=allowing("s3:*"))
    found = user(policy_arn("Theirs"), policy_arn("Another"), *BOTH, UserPolicyList=inline_policies)
    plan = planned(found, local=(*POLICIES, theirs))
    assert (titles(plan), codes(plan)) == ([], ["USER_POLICY_FOREIGN", "USER_INLINE_POLICY"])
    assert plan.findings[0].title.endswith("left as they are: Another, Theirs")
    assert plan.findings[1].title.endswith("left as they are: Extra, More")
    result = described(found, local=(*POLICIES, theirs))
    assert result["attached_policies"] == ["Another", BILLING, DISCOVERY, "Theirs"]
    assert (result["foreign_policies"], result["inline_policies"]) == (["Another", "Theirs"], ["Extra", "More"])


ADMINISTRATORS = {
    "the policy AdministratorAccess": (user(*BOTH, AWS_POLICY + "AdministratorAccess"), ()),
    "the policy Theirs": (user(*BOTH, policy_arn("Theirs")), ()),
    "the inline policy Extra": (user(UserPolicyList=inline(Extra=EVERYTHING)), ()),
    "the policy AdministratorAccess of the group Admins": (
        user(GroupList=["Admins"]),
        [group("Admins", AWS_POLICY + "AdministratorAccess")],
    ),
    "the policy Theirs of the group Admins": (user(GroupList=["Admins"]), [group("Admins", policy_arn("Theirs"))]),
    "the inline policy Extra of the group Admins": (user(GroupList=["Admins"]), [group("Admins", Extra=EVERYTHING)]),
}


@pytest.mark.parametrize("source", ADMINISTRATORS)
def test_an_administrators_key_is_handed_to_nobody(source: str) -> None:
    found, groups = ADMINISTRATORS[source]
    local = (*POLICIES, policy(policy_arn("Theirs"), EVERYTHING), policy(BOUNDARY, allowing("*")))
    plan = planned(found, local=local, groups=groups)
    (finding,) = plan.blocked
    assert finding.code == "USER_ADMINISTRATOR"
    assert f"by {source}, and" in finding.title
    behind = planned(found, local=local, groups=groups, permissions_boundary=BOUNDARY)
    assert behind.blocked == []
    assert titles(behind) == [f"Limit the user {NAME} by the permissions boundary {BOUNDARY}"]


def test_console_access_is_taken_first() -> None:
    plan = planned(user(BOTH[0]), password=True)
    assert titles(plan) == [f"Take console access from the user {NAME}", f"Attach {DISCOVERY} to the user {NAME}"]
    assert wordless(plan.steps[:1]) == [WITHOUT_CONSOLE]
    assert codes(plan) == ["USER_CONSOLE_ACCESS", "USER_POLICY_MISSING"]
    assert described(user(), password=True)["console_access"] is False


@pytest.mark.parametrize(
    ("present", "wanted", "code"),
    [
        (None, BOUNDARY, "USER_BOUNDARY_MISSING"),
        (policy_arn("Other"), BOUNDARY, "USER_BOUNDARY_OTHER"),
        (BOUNDARY, BOUNDARY, None),
        (BOUNDARY, None, None),
    ],
)
def test_the_boundary_asked_for_is_set_and_none_is_ever_taken(
    present: str | None, wanted: str | None, code: str | None
) -> None:
    local = (*POLICIES, policy(BOUNDARY, EVERYTHING), policy(policy_arn("Other"), allowing("sqs:*")))
    found = user(**(limited(present) if present else {}))
    plan = planned(found, local=local, permissions_boundary=wanted)
    assert codes(plan) == ([code] if code else [])
    if code:
        before, after = {"permissions_boundary": present}, {"permissions_boundary": BOUNDARY}
        limit = write("put_user_permissions_boundary", code, before, after, PermissionsBoundary=BOUNDARY)
        assert wordless(plan.steps) == [limit]
    assert described(found, local=local, permissions_boundary=wanted)["permissions_boundary"] == BOUNDARY


@pytest.mark.parametrize("asked_for", [False, True])
def test_a_boundary_that_keeps_the_user_from_its_work_is_in_the_way(asked_for: bool) -> None:
    local = (*POLICIES, policy(BOUNDARY, allowing("s3:*", "iam:*")))
    options = {"permissions_boundary": BOUNDARY} if asked_for else {}
    plan = planned(user(**limited(BOUNDARY)), local=local, **options)
    assert (codes(plan), plan.findings[0].severity) == (["USER_BOUNDARY_DENIES"], "blocked")
    assert (
        "from cloudwatch:GetMetricStatistics, ec2:Describe*, elasticloadbalancing:Describe*" in plan.findings[0].title
    )
    assert plan.findings[0].expected == [
        "cloudwatch:GetMetricStatistics",
        "ec2:Describe*",
        "elasticloadbalancing:Describe*",
    ]
    if asked_for:
        assert planned(local=local, **options).blocked


def test_the_boundary_is_measured_by_what_the_case_needs() -> None:
    local = (*POLICIES, policy(BOUNDARY, allowing("s3:*")))
    found = user(BOTH[0], **limited(BOUNDARY))
    assert codes(planned(found, local=local, policies=["billing_import"])) == []


def test_a_boundary_of_aws_whose_content_is_not_known_is_named_unless_it_was_asked_for() -> None:
    boundary = AWS_POLICY + "PowerUserAccess"
    found = user(**limited(boundary))
    plan = planned(found)
    assert (codes(plan), plan.findings[0].severity) == (["USER_BOUNDARY_UNKNOWN"], "note")
    assert codes(planned(found, permissions_boundary=boundary)) == []


def test_a_boundary_that_the_account_has_and_nobody_here_may_read_is_not_missing() -> None:
    about = resource(user(**limited(BOUNDARY)), local=(*POLICIES, policy(BOUNDARY, EVERYTHING)))
    unread = dataclasses.replace(about.read(), documents={})
    assert codes(about.plan(unread)) == ["USER_BOUNDARY_UNKNOWN"]


def test_a_boundary_that_the_account_does_not_have_is_known_before_the_first_write() -> None:
    for plan in (planned(permissions_boundary=BOUNDARY), planned(user(), permissions_boundary=BOUNDARY)):
        assert [finding.code for finding in plan.blocked] == ["USER_BOUNDARY_NO_POLICY"]
        assert BOUNDARY in plan.blocked[0].title


def test_a_name_in_another_spelling_is_in_the_way_of_a_creation() -> None:
    plan = planned(user(name="finopsforclouduser"))
    assert (titles(plan), codes(plan)) == ([], ["USER_NAME_CASE"])
    assert "O(name)" in plan.blocked[0].remedy
    assert (plan.blocked[0].expected, plan.blocked[0].actual) == (NAME, "finopsforclouduser")
    assert planned(user(name="finopsforclouduser"), state="absent").findings == []
    assert planned(user(name="finopsforclouduser"), name="finopsforclouduser").findings == []
    assert codes(planned(user(name="somebody"))) == ["USER_MISSING"]


def test_tags_are_added_and_those_of_others_stay() -> None:
    found = user(Tags=[{"Key": "owner", "Value": "them"}])
    before, after = {"owner": "them"}, {"owner": "them", "team": "costs"}
    tagging = write("tag_user", "USER_TAGS", before, after, Tags=[{"Key": "team", "Value": "costs"}])
    assert wordless(planned(found, tags={"team": "costs"}).steps) == [tagging]
    assert titles(planned(found, tags={"owner": "them"})) == []


def test_removal_detaches_and_deletes_once_nothing_of_others_is_left() -> None:
    plan = planned(user(), password=True, state="absent")
    assert titles(plan) == [
        f"Take console access from the user {NAME}",
        f"Detach {BILLING} from the user {NAME}",
        f"Detach {DISCOVERY} from the user {NAME}",
        f"Delete the user {NAME}",
    ]
    assert codes(plan) == ["USER_PRESENT"]
    assert wordless([plan.steps[0], plan.steps[-1]]) == [dataclasses.replace(WITHOUT_CONSOLE, code=""), DELETION]
    assert planned(state="absent").findings == []
    about = resource(state="absent")
    assert about.describe(about.read(), []) == {"user": None}


@pytest.mark.parametrize(
    ("found", "keys", "reason"),
    [
        (user(*BOTH, policy_arn("Theirs")), [], "has policies that others attached: Theirs"),
        (user(UserPolicyList=inline(More=EVERYTHING, Extra=EVERYTHING)), [], "has inline policies: Extra, More"),
        (user(GroupList=["Team", "Admins"]), [], "is in the groups Admins, Team"),
        (user(), ["AKIAIOSFODNN7EXAMPLE"], "still has the access keys AKIAIOSFODNN7EXAMPLE"),
    ],
)
def test_a_user_that_others_use_is_not_deleted(found: dict[str, Any], keys: list[str], reason: str) -> None:
    plan = planned(found, keys=keys, state="absent")
    assert (titles(plan), codes(plan)) == ([], ["USER_IN_USE"])
    assert plan.blocked[0].title == f"the user {NAME} is not deleted, because it {reason}"


def test_info_shows_the_users_own_arn_and_all_that_gives_it_rights() -> None:
    inline_policies = inline(More=EVERYTHING, Extra=EVERYTHING)
    found = user(*BOTH[::-1], path="/finance/", GroupList=["Team", "Admins"], UserPolicyList=inline_policies)
    about = resource(found, password=True)
    assert about.info(about.read())["user"] == {
        "name": NAME,
        "arn": f"arn:aws:iam::{ACCOUNT}:user/finance/{NAME}",
        "attached_policies": [BILLING, DISCOVERY],
        "foreign_policies": [],
        "inline_policies": ["Extra", "More"],
        "groups": ["Admins", "Team"],
        "permissions_boundary": None,
        "console_access": True,
    }
    assert described(found)["arn"] == f"arn:aws:iam::{ACCOUNT}:user/finance/{NAME}"
    assert described()["arn"] == ARN
    nobody = resource()
    assert nobody.info(nobody.read()) == {"user": None}


def test_who_is_denied_the_one_look_asks_for_each_thing() -> None:
    answers = {
        "get_account_authorization_details": AwsError("iam", "AccessDenied", "no"),
        "list_policies": {
            "Policies": [
                {"Arn": arn, "DefaultVersionId": "v1"}
                for arn in (*BOTH, BOUNDARY, policy_arn("Theirs"), policy_arn("Unrelated"))
            ]
        },
        "get_policy_version": {"PolicyVersion": {"VersionId": "v1", "Document": EVERYTHING}},
        "get_user": {"User": {"UserName": NAME, "Arn": ARN, **limited(BOUNDARY)}},
        "list_attached_user_policies": {"AttachedPolicies": attached(BOTH[1])},
        "list_user_policies": {"PolicyNames": ["Extra"]},
        "get_user_policy": {"PolicyName": "Extra", "PolicyDocument": allowing("s3:*")},
        "list_groups_for_user": {"Groups": [{"GroupName": "Team"}]},
        "list_attached_group_policies": {"AttachedPolicies": attached(BOTH[0], policy_arn("Theirs"))},
        "list_group_policies": {"PolicyNames": ["Inline"]},
        "get_group_policy": {"PolicyName": "Inline", "PolicyDocument": allowing("sqs:*")},
        **NO_PASSWORD,
    }
    about = User({"policies": ["billing_import", "resource_discovery"]}, FakeClients(answers))
    current = about.read()
    assert codes(about.plan(current)) == [
        "USER_INLINE_POLICY",
        "USER_GROUP",
        "USER_ADMINISTRATOR",
        "USER_POLICY_BY_GROUP",
    ]
    assert set(current.documents) == {*BOTH, BOUNDARY, policy_arn("Theirs")}
    assert {parameters["GroupName"] for dummy, parameters in about.clients.calls if "GroupName" in parameters} == {
        "Team"
    }


def test_who_is_denied_the_one_look_learns_of_a_name_in_another_spelling() -> None:
    answers = {
        "get_account_authorization_details": AwsError("iam", "AccessDenied", "no"),
        "list_policies": {"Policies": []},
        "get_user": AwsError("iam", "NoSuchEntity", "no"),
        "list_users": {"Users": [{"UserName": "somebody"}, {"UserName": NAME.upper()}]},
    }
    about = User({"policies": []}, FakeClients(answers))
    assert codes(about.plan(about.read())) == ["USER_NAME_CASE"]


def test_the_users_of_another_account_are_refused() -> None:
    stranger = dict(user(), Arn=f"arn:aws:iam::{OTHER}:user/{NAME}")
    with pytest.raises(FinopsError, match=f"belong to account {OTHER}"):
        resource(stranger, local=()).read()


@pytest.mark.parametrize(
    "boundary",
    ["Boundary", policy_arn("Boundary", account=OTHER), f"arn:aws:iam::{ACCOUNT}:role/Boundary", BOUNDARY + " "],
)
def test_a_boundary_that_cannot_be_one_is_named_before_any_call(boundary: str) -> None:
    with pytest.raises(InputError) as error:
        resource(permissions_boundary=boundary)
    assert error.value.option == "permissions_boundary"


def test_a_bad_name_is_named_by_its_option() -> None:
    with pytest.raises(InputError) as error:
        resource(name="no/slash")
    assert error.value.option == "name"


def test_alone_it_complains_of_the_option_by_its_own_name() -> None:
    options = {"account_id": 111122223333, "policies": [], "state": "present"}
    result = run(User, options, Clients(options), Mode(check=True))
    assert result["failed"] is True
    assert result["msg"].startswith("account_id: must be a string of 12 digits, but is the number")
