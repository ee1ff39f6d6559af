# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's plan: how it is made, which policies are attached, and when it may go."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import Clients
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Mode, run
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.user import User
from tests.unit.plugins.module_utils._resources.iam import (
    BILLING,
    DISCOVERY,
    allowing,
    attached,
    document,
    inline,
    policy,
    policy_arn,
)
from tests.unit.plugins.module_utils._resources.users import (
    ARN,
    AWS_POLICY,
    BOTH,
    BOUNDARY,
    EVERYTHING,
    NAME,
    NO_PASSWORD,
    POLICIES,
    described,
    limited,
    planned,
    resource,
    user,
    write,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, FakeClients, codes, titles, wordless

DELETION = dataclasses.replace(
    write("delete_user", "USER_PRESENT", {"user": ARN}), repeat_on="DeleteConflict", removes=ARN
)
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


def test_console_access_is_taken_first() -> None:
    plan = planned(user(BOTH[0]), password=True)
    assert titles(plan) == [f"Take console access from the user {NAME}", f"Attach {DISCOVERY} to the user {NAME}"]
    assert wordless(plan.steps[:1]) == [WITHOUT_CONSOLE]
    assert codes(plan) == ["USER_CONSOLE_ACCESS", "USER_POLICY_MISSING"]
    assert described(user(), password=True)["console_access"] is False


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


def test_keys_that_are_gone_by_now_keep_no_user_from_going() -> None:
    assert codes(planned(user(), keys=["OLD"], state="absent", leaving=["OLD"])) == ["USER_PRESENT"]
    plan = planned(user(), keys=["OLD", "HAND"], state="absent", leaving=["OLD"])
    assert plan.blocked[0].title.endswith("it still has the access keys HAND")


def test_info_shows_the_users_own_arn_and_all_that_gives_it_rights() -> None:
    inline_policies = inline(More=EVERYTHING, Extra=EVERYTHING)
    tags = {"Tags": [{"Key": "team", "Value": "finance"}]}
    found = user(*BOTH[::-1], path="/finance/", GroupList=["Team", "Admins"], UserPolicyList=inline_policies, **tags)
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
        "tags": {"team": "finance"},
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
        "USER_GROUP",
        "USER_INLINE_POLICY",
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


def test_a_bad_name_is_named_by_its_option() -> None:
    with pytest.raises(InputError) as error:
        resource(name="no/slash")
    assert error.value.option == "name"


def test_alone_it_complains_of_the_option_by_its_own_name() -> None:
    options = {"account_id": 111122223333, "policies": [], "state": "present"}
    result = run(User, options, Clients(options), Mode(check=True))
    assert result["failed"] is True
    assert result["msg"].startswith("account_id: must be a string of 12 digits, but is the number")
