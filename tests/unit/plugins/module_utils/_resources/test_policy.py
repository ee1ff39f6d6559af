# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies' plan: what is there against what is wanted."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.policy import Policy
from tests.unit.plugins.module_utils._resources.iam import (
    BILLING,
    BUCKET,
    DISCOVERY,
    allowing,
    details,
    document,
    policy,
    policy_arn,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, FakeClients, codes, titles, wordless

ARN = policy_arn(DISCOVERY)
THEIRS = [allowing(f"s3:Get{number}") for number in range(5)]
KEY = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def decrypting(**changes: Any) -> dict[str, Any]:
    """A statement that lets the bucket's key be used to read, as somebody adds it by hand."""
    return {"Sid": "Key", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY, **changes}


def with_statements(*more: dict[str, Any]) -> dict[str, Any]:
    """The discovery policy with more in it."""
    wanted = document()
    return {**wanted, "Statement": wanted["Statement"] + list(more)}


def resource(*policies: dict[str, Any], answers: dict[str, Any] | None = None, **options: Any) -> Policy:
    """The discovery policy of an account that has these policies."""
    clients = FakeClients({"get_account_authorization_details": details(policies), **(answers or {})})
    return Policy({"policies": ["resource_discovery"], "variant": "documented", **options}, clients)


def planned(*policies: dict[str, Any], **options: Any) -> Any:
    """The plan for an account that has these policies."""
    about = resource(*policies, **options)
    return about.plan(about.read())


def test_what_is_as_wanted_takes_no_step_and_one_call() -> None:
    about = resource(policy(ARN, document()), policy(policy_arn("Theirs"), THEIRS[0]))
    plan = about.plan(about.read())
    assert (titles(plan), codes(plan)) == ([], [])
    assert {operation for operation, dummy in about.clients.calls} == {"get_account_authorization_details"}
    assert about.clients.calls[0][1]["Filter"] == ["User", "Group", "LocalManagedPolicy"]


def test_both_policies_are_created_with_their_tags() -> None:
    plan = planned(policies=["billing_import", "resource_discovery"], tags={"team": "costs"})
    assert titles(plan) == [f"Create the policy {BILLING}", f"Create the policy {DISCOVERY}"]
    assert codes(plan) == ["POLICY_MISSING", "POLICY_MISSING"]
    assert wordless(plan.steps) == [
        Step(
            "",
            "iam",
            "create_policy",
            {
                "PolicyName": name,
                "PolicyDocument": json.dumps(document(name)),
                "Tags": [{"Key": "team", "Value": "costs"}],
            },
            code="POLICY_MISSING",
            after=document(name),
        )
        for name in (BILLING, DISCOVERY)
    ]
    assert "Tags" not in planned().steps[0].parameters


def test_other_content_becomes_a_new_version_and_the_old_ones_stay() -> None:
    plan = planned(policy(ARN, THEIRS[0], THEIRS[1], default="v2"))
    parameters = {"PolicyArn": ARN, "PolicyDocument": json.dumps(document()), "SetAsDefault": True}
    assert wordless(plan.steps) == [
        Step("", "iam", "create_policy_version", parameters, "POLICY_DOCUMENT", THEIRS[1], document())
    ]


def test_at_four_versions_there_is_room() -> None:
    assert titles(planned(policy(ARN, document(), *THEIRS[:3], default="v4"))) == [
        f"Update the policy {DISCOVERY} by a new version"
    ]


def test_at_five_versions_the_oldest_of_ours_makes_room_never_the_one_in_force() -> None:
    old = document(variant="least_privilege")
    plan = planned(policy(ARN, THEIRS[0], old, old, THEIRS[1], THEIRS[2], default="v5"))
    assert titles(plan) == [
        f"Delete version v2 of the policy {DISCOVERY}",
        f"Update the policy {DISCOVERY} by a new version",
    ]
    deletion = Step("", "iam", "delete_policy_version", {"PolicyArn": ARN, "VersionId": "v2"}, before=old)
    assert wordless(plan.steps[:1]) == [deletion]
    assert codes(plan) == ["POLICY_DOCUMENT"]
    plan = planned(policy(ARN, old, THEIRS[0], old, THEIRS[1], THEIRS[2], default="v1"))
    assert plan.steps[0].parameters["VersionId"] == "v3"


def test_tags_are_set_after_room_was_made() -> None:
    found = policy(ARN, document(variant="least_privilege"), *THEIRS[:4], default="v5")
    plan = planned(found, tags={"team": "costs"}, answers={"get_policy": {"Policy": {}}})
    assert [step.operation for step in plan.steps] == ["delete_policy_version", "create_policy_version", "tag_policy"]


def test_versions_are_old_by_number_not_by_text() -> None:
    found = policy(ARN, *[THEIRS[0]] * 8, *[document(variant="least_privilege")] * 3, THEIRS[1], default="v12")
    found["PolicyVersionList"] = found["PolicyVersionList"][:5]
    assert planned(found).steps[0].parameters["VersionId"] == "v9"


def test_five_versions_of_others_are_in_the_way_and_named() -> None:
    plan = planned(policy(ARN, *THEIRS, default="v3"), tags={})
    assert (titles(plan), codes(plan)) == ([], ["POLICY_VERSIONS_FULL"])
    assert "5 versions already" in plan.blocked[0].title
    assert "(one of v1, v2, v4, v5)" in plan.blocked[0].remedy and ARN in plan.blocked[0].remedy


def test_a_policy_under_a_path_is_written_by_the_arn_that_was_found() -> None:
    arn = policy_arn(DISCOVERY, "/finance/costs/")
    about = resource(policy(arn, THEIRS[0]), tags={"team": "costs"}, answers={"get_policy": {"Policy": {}}})
    current = about.read()
    plan = about.plan(current)
    assert [step.parameters["PolicyArn"] for step in plan.steps] == [arn, arn]
    assert about.describe(current, plan.steps)["policies"][DISCOVERY]["arn"] == arn
    assert ("get_policy", {"PolicyArn": arn}) in about.clients.calls


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_name_in_another_spelling_is_in_the_way_of_a_creation_alone(state: str) -> None:
    plan = planned(policy(policy_arn("finopsforcloudresourcediscovery"), document()), state=state)
    assert titles(plan) == []
    assert codes(plan) == (["POLICY_NAME_CASE"] if state == "present" else [])
    if state == "present":
        (finding,) = plan.blocked
        assert (finding.expected, finding.actual) == (DISCOVERY, "finopsforcloudresourcediscovery")


def test_tags_are_added_and_those_of_others_stay() -> None:
    theirs = {"get_policy": {"Policy": {"Tags": [{"Key": "owner", "Value": "them"}]}}}
    plan = planned(policy(ARN, document()), answers=theirs, tags={"team": "costs"})
    parameters = {"PolicyArn": ARN, "Tags": [{"Key": "team", "Value": "costs"}]}
    before, after = {"owner": "them"}, {"owner": "them", "team": "costs"}
    assert wordless(plan.steps) == [Step("", "iam", "tag_policy", parameters, "POLICY_TAGS", before, after)]
    assert titles(planned(policy(ARN, document()), answers=theirs, tags={"owner": "them"})) == []


@pytest.mark.parametrize(
    "statement",
    [
        decrypting(),
        decrypting(Sid=None),
        decrypting(Action=["KMS:decrypt"], Resource=[KEY, KEY.replace("1234abcd", "mrk")]),
        decrypting(Condition={"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}}),
    ],
)
def test_a_statement_of_others_for_the_buckets_key_is_no_drift_and_stays_in_an_update(
    statement: dict[str, Any],
) -> None:
    statement = {key: value for key, value in statement.items() if value is not None}
    found = with_statements(statement)
    assert titles(planned(policy(ARN, found))) == []
    narrow = copy.deepcopy(found)
    narrow["Statement"][0]["Action"] = ["ec2:Describe*"]
    about = resource(policy(ARN, narrow))
    current = about.read()
    (step,) = about.plan(current).steps
    assert json.loads(step.parameters["PolicyDocument"]) == step.after == found
    assert about.describe(current, [step])["policies"][DISCOVERY]["document"] == found


@pytest.mark.parametrize(
    "statement",
    [
        decrypting(Sid="FinOpsforCloudGetResources"),
        decrypting(Effect="Deny"),
        decrypting(Action=["kms:Decrypt", "kms:Encrypt"]),
        decrypting(Action=["kms:*"]),
        decrypting(Resource="*"),
        decrypting(Resource=[KEY, "*"]),
        decrypting(Resource=f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/*"),
        decrypting(Resource=f"arn:aws:s3:::{BUCKET}"),
        {"Effect": "Allow", "NotAction": "kms:Decrypt", "Resource": KEY},
        {"Effect": "Allow", "Action": "kms:Decrypt", "NotResource": KEY},
    ],
)
def test_any_other_statement_of_others_goes(statement: dict[str, Any]) -> None:
    (step,) = planned(policy(ARN, with_statements(statement))).steps
    assert json.loads(step.parameters["PolicyDocument"]) == document()


def rewritten(change: str) -> dict[str, Any]:
    """The billing policy in other words."""
    found = document(BILLING)
    files, bucket = found["Statement"]
    if change == "order":
        bucket["Action"].reverse()
        found["Statement"].reverse()
    if change == "no Sid":
        del files["Sid"], bucket["Sid"]
    if change == "letter case":
        bucket["Action"] = [action.upper() for action in bucket["Action"]]
    if change == "split":
        found["Statement"] = [files, *({**bucket, "Sid": f"S{n}", "Action": a} for n, a in enumerate(bucket["Action"]))]
    if change == "doubles":
        found["Statement"] += [{**files, "Sid": "Again"}]
        bucket["Action"] *= 2
    return found


@pytest.mark.parametrize("change", ["order", "no Sid", "letter case", "split", "doubles"])
def test_documents_of_one_meaning_are_no_drift(change: str) -> None:
    found = policy(policy_arn(BILLING), rewritten(change))
    about = resource(found, policies=["billing_import"])
    current = about.read()
    assert rewritten(change) != document(BILLING)
    assert titles(about.plan(current)) == []
    assert about.info(current)["policies"][BILLING]["as_wanted"] is True


def test_removal_deletes_the_other_versions_first() -> None:
    plan = planned(policy(ARN, THEIRS[0], document(), THEIRS[1], default="v2"), state="absent")
    assert titles(plan) == [
        f"Delete version v1 of the policy {DISCOVERY}",
        f"Delete version v3 of the policy {DISCOVERY}",
        f"Delete the policy {DISCOVERY}",
    ]
    assert codes(plan) == ["POLICY_PRESENT"]
    parameters = {"PolicyArn": ARN}
    deletion = Step(
        "", "iam", "delete_policy", parameters, "POLICY_PRESENT", before=document(), repeat_on="DeleteConflict"
    )
    assert wordless(plan.steps[-1:]) == [deletion]
    about = resource(state="absent")
    assert about.plan(about.read()).findings == []
    assert about.describe(about.read(), []) == {"policies": {}}


def entities(*users: str, groups: Any = (), roles: Any = ()) -> dict[str, Any]:
    """Who has a policy, as IAM lists them."""
    return {
        "list_entities_for_policy": {
            "PolicyUsers": [{"UserName": name} for name in users],
            "PolicyGroups": [{"GroupName": name} for name in groups],
            "PolicyRoles": [{"RoleName": name} for name in roles],
        }
    }


def test_an_attached_policy_is_not_deleted_and_its_holders_are_named() -> None:
    answers = entities("Shop", groups=["Team"], roles=["Reader"])
    plan = planned(policy(ARN, document(), attachments=3), state="absent", answers=answers)
    assert (titles(plan), codes(plan)) == ([], ["POLICY_ATTACHED"])
    assert "still attached to the user Shop, the group Team, the role Reader, so" in plan.blocked[0].title
    assert ARN in plan.blocked[0].remedy


def test_who_may_not_see_the_holders_is_told_how_many_there_are() -> None:
    answers = {"list_entities_for_policy": AwsError("iam", "AccessDenied", "no")}
    plan = planned(policy(ARN, document(), attachments=2), state="absent", answers=answers)
    assert codes(plan) == ["POLICY_ATTACHED"]
    assert "2 user(s)" in plan.blocked[0].title


def test_a_policy_that_is_a_boundary_is_not_deleted() -> None:
    found = {**policy(ARN, document()), "PermissionsBoundaryUsageCount": 1}
    assert codes(planned(found, state="absent", answers=entities("Limited"))) == ["POLICY_ATTACHED"]


@pytest.mark.parametrize(
    ("answers", "wanted"),
    [
        (entities("Leaving"), ["POLICY_PRESENT"]),
        (entities("Leaving", roles=["Going"]), ["POLICY_PRESENT"]),
        (entities("Leaving", groups=["Leaving"]), ["POLICY_ATTACHED"]),
        (entities(roles=["Leaving"]), ["POLICY_ATTACHED"]),
    ],
)
def test_who_is_gone_by_now_keeps_no_policy_from_going(answers: dict[str, Any], wanted: list[str]) -> None:
    leaving = [
        f"arn:aws:iam::{ACCOUNT}:user/team/Leaving",
        f"arn:aws:iam::{ACCOUNT}:role/Going",
        "AKIAEXAMPLE",
    ]
    assert (
        codes(planned(policy(ARN, document(), attachments=1), state="absent", leaving=leaving, answers=answers))
        == wanted
    )


def test_one_policy_that_is_attached_keeps_no_other_from_going() -> None:
    found = [policy(ARN, document(), attachments=1), policy(policy_arn(BILLING), document(BILLING))]
    both = ["billing_import", "resource_discovery"]
    plan = planned(*found, policies=both, state="absent", answers=entities("Shop"))
    assert titles(plan) == [f"Delete the policy {BILLING}"]
    assert codes(plan) == ["POLICY_ATTACHED", "POLICY_PRESENT"]


def test_results_tell_what_there_is() -> None:
    about = resource(policy(ARN, document(variant="least_privilege"), attachments=1))
    current = about.read()
    assert about.info(current)["policies"][DISCOVERY] == {
        "arn": ARN,
        "default_version": "v1",
        "document": document(variant="least_privilege"),
        "attachment_count": 1,
        "as_wanted": False,
    }
    empty = resource()
    assert empty.describe(empty.read(), [])["policies"] == {DISCOVERY: {"arn": ARN, "document": document()}}
    assert empty.info(empty.read()) == {"policies": {}}


def test_the_policies_of_another_account_are_refused() -> None:
    with pytest.raises(FinopsError, match=f"O.account_id.: .* account {OTHER}") as error:
        resource(policy(policy_arn(DISCOVERY, account=OTHER), document())).read()
    assert error.value.finding_code == "ACCOUNT_OTHER"


def test_who_is_denied_the_one_look_asks_for_each_thing() -> None:
    listed = [
        {"PolicyName": DISCOVERY, "Arn": ARN, "DefaultVersionId": "v10"},
        {"PolicyName": "Theirs", "Arn": policy_arn("Theirs"), "DefaultVersionId": "v1"},
    ]
    documents = {"v10": json.dumps(THEIRS[0]), "v9": document(variant="least_privilege")}
    answers = {
        "get_account_authorization_details": AwsError("iam", "AccessDenied", "no"),
        "list_policies": {"Policies": listed},
        "get_policy_version": lambda asked: {
            "PolicyVersion": {"VersionId": asked["VersionId"], "Document": documents[asked["VersionId"]]}
        },
        "list_policy_versions": {"Versions": [{"VersionId": "v10"}, {"VersionId": "v9"}]},
    }
    about = Policy({"policies": ["resource_discovery"], "variant": "documented"}, FakeClients(answers))
    current = about.read()
    assert [version["VersionId"] for version in current.policies[DISCOVERY].versions] == ["v9", "v10"]
    assert codes(about.plan(current)) == ["POLICY_DOCUMENT"]
    assert about.plan(current).steps[0].before == THEIRS[0]
    listings = [parameters for operation, parameters in about.clients.calls if operation == "list_policies"]
    assert listings[0] == {"Scope": "Local", "MaxItems": 1000}


def test_who_is_denied_the_one_look_reads_versions_only_where_one_must_be_made() -> None:
    answers = {
        "get_account_authorization_details": AwsError("iam", "AccessDenied", "no"),
        "list_policies": {"Policies": [{"Arn": ARN, "DefaultVersionId": "v1"}]},
        "get_policy_version": {"PolicyVersion": {"VersionId": "v1", "Document": document()}},
    }
    about = Policy({"policies": ["resource_discovery"], "variant": "documented"}, FakeClients(answers))
    assert about.plan(about.read()).findings == []


def test_any_other_refusal_of_the_one_look_is_an_error() -> None:
    clients = FakeClients({"get_account_authorization_details": AwsError("iam", "InvalidClientTokenId", "no")})
    with pytest.raises(AwsError):
        Policy({"policies": [], "variant": "documented"}, clients).read()


@pytest.mark.parametrize(("option", "value"), [("bucket", "Not_A_Bucket"), ("prefix", "/reports"), ("tags", {"": "x"})])
def test_a_bad_option_is_named_before_any_call(option: str, value: Any) -> None:
    with pytest.raises(InputError) as error:
        resource(**{option: value})
    assert error.value.option == option
