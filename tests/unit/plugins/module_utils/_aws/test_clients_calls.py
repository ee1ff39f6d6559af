# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls to AWS: what is repeated, what is never done twice, and what each answer means."""

from __future__ import annotations

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws import clients as module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, OutcomeUnknown
from tests.unit.plugins.module_utils._aws.scripted_aws import (
    CENTRAL_ROLE,
    USER,
    actions,
    assumed,
    clients,
    identity,
    refusal,
    xml,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER
from tests.unit.plugins.module_utils.scripted_server import GARBAGE, NOTHING, ScriptedServer, answer, cut

HTML = b"<html><body>Sign in"
KEY = xml("CreateAccessKey", "<AccessKey><AccessKeyId>AKIANEW</AccessKeyId></AccessKey>")


@pytest.mark.parametrize("broken", [answer(200, body=HTML), answer(200, body=b"<a><b>")], ids=["a page", "cut"])
def test_a_reading_is_repeated_where_its_answer_cannot_be_read(
    aws: ScriptedServer, slept: list[float], broken: bytes
) -> None:
    aws.script = [broken, broken, broken, USER]
    assert clients(aws.url).read("iam", "get_user")["User"] == {"UserName": "u"}
    assert slept == [0.5, 1.0, 2.0]


def test_a_reading_whose_answer_can_never_be_read_is_an_error(aws: ScriptedServer) -> None:
    aws.script = [answer(200, body=HTML)]
    with pytest.raises(FinopsError, match="what AWS answered to iam:get_user cannot be read") as error:
        clients(aws.url).read("iam", "get_user")
    assert not isinstance(error.value, OutcomeUnknown)
    assert len(aws.requests) == 4


@pytest.mark.parametrize("broken", [GARBAGE, NOTHING, answer(502, body=HTML), cut(503, HTML)])
def test_a_reading_without_an_answer_is_repeated_by_botocore_alone(aws: ScriptedServer, broken: bytes) -> None:
    aws.script = [broken]
    with pytest.raises(FinopsError) as error:
        clients(aws.url).read("iam", "get_user")
    assert not isinstance(error.value, OutcomeUnknown)
    assert len(aws.requests) == module.ATTEMPTS


@pytest.mark.parametrize(
    "broken", [answer(200, body=HTML), answer(200, body=b'{"Exports": [{"Exp')], ids=["a page", "cut"]
)
def test_json_that_cannot_be_read_is_not_taken_for_an_empty_answer(aws: ScriptedServer, broken: bytes) -> None:
    aws.script = [broken]
    account = clients(aws.url)
    with pytest.raises(FinopsError, match="cannot be read"):
        account.read_all("bcm-data-exports", "list_exports", "Exports")
    with pytest.raises(OutcomeUnknown, match="cannot be read"):
        account.write("ssm", "put_parameter", {"Name": "n", "Value": "v"})


def test_json_without_content_is_right_where_there_is_none_to_have(aws: ScriptedServer) -> None:
    aws.script = [answer(200, {}), answer(400, {"__type": "ParameterNotFound", "message": "m"})]
    account = clients(aws.url)
    account.write("ssm", "delete_parameter", {"Name": "n"})
    assert account.read("ssm", "get_parameter", missing=("ParameterNotFound",), Name="n") is None


BROKEN = {
    "cut": cut(),
    "garbage": GARBAGE,
    "nothing": NOTHING,
    "a page": answer(200, body=HTML),
    "a gateway's page": answer(502, body=HTML),
    "a gateway's page that is cut": cut(502, HTML),
    "a server's error": refusal("InternalFailure", status=500),
    "a server's error of a new name": refusal("SomethingNew", status=500),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_write_that_must_not_be_done_twice_is_sent_once_and_its_outcome_unknown(
    aws: ScriptedServer, name: str
) -> None:
    aws.script = [BROKEN[name]]
    with pytest.raises(OutcomeUnknown):
        clients(aws.url).write("iam", "create_access_key", {"UserName": "u"})
    assert actions(aws) == ["CreateAccessKey"]


@pytest.mark.parametrize("name", BROKEN)
def test_another_write_is_an_unknown_outcome_too_where_no_attempt_is_answered(aws: ScriptedServer, name: str) -> None:
    aws.script = [BROKEN[name]]
    with pytest.raises(OutcomeUnknown):
        clients(aws.url).write("iam", "tag_user", {"UserName": "u", "Tags": []})


def test_a_throttled_write_that_must_not_be_done_twice_is_repeated(aws: ScriptedServer, slept: list[float]) -> None:
    throttle = refusal("Throttling", status=400)
    aws.script = [throttle, throttle, KEY]
    made = clients(aws.url).write("iam", "create_access_key", {"UserName": "u"})
    assert made["AccessKey"]["AccessKeyId"] == "AKIANEW"
    assert slept == [pytest.approx(1, rel=0.26), pytest.approx(2, rel=0.26)]


def test_a_refused_write_is_an_error(aws: ScriptedServer) -> None:
    aws.script = [refusal("AccessDenied")]
    with pytest.raises(AwsError, match="AccessDenied"):
        clients(aws.url).write("iam", "create_user", {"UserName": "u"})
    assert len(aws.requests) == 1


@pytest.mark.parametrize("repeat_on", ["", "Invalid principal"])
def test_a_write_is_repeated_while_its_refusal_means_not_yet(
    aws: ScriptedServer, slept: list[float], repeat_on: str
) -> None:
    aws.script = [refusal("Malformed", "Invalid principal", 400), answer(200, body=b"<TagUserResponse/>")]
    if repeat_on:
        clients(aws.url).write("iam", "tag_user", {"UserName": "u", "Tags": []}, repeat_on)
    else:
        with pytest.raises(AwsError, match="Invalid principal"):
            clients(aws.url).write("iam", "tag_user", {"UserName": "u", "Tags": []}, repeat_on)
    assert len(slept) == len(aws.requests) - 1 == (1 if repeat_on else 0)


@pytest.mark.parametrize(
    ("operation", "requests"), [("tag_user", 6), ("untag_user", 1)], ids=["a write waits", "a removal is done"]
)
def test_what_is_not_there_has_not_spread_yet_or_is_gone(aws: ScriptedServer, operation: str, requests: int) -> None:
    aws.script = [refusal("NoSuchEntity", status=404)]
    parameters = {"UserName": "u", "TagKeys": []} if operation == "untag_user" else {"UserName": "u", "Tags": []}
    if requests == 1:
        assert clients(aws.url).write("iam", operation, parameters) == {}
    else:
        with pytest.raises(AwsError, match="NoSuchEntity"):
            clients(aws.url).write("iam", operation, parameters)
    assert len(aws.requests) == requests


def test_a_removal_that_is_refused_is_an_error(aws: ScriptedServer) -> None:
    aws.script = [refusal("DeleteConflict", status=409)]
    with pytest.raises(AwsError, match="DeleteConflict"):
        clients(aws.url).write("iam", "delete_user", {"UserName": "u"})


def test_what_is_missing_is_none_where_the_caller_says_so(aws: ScriptedServer) -> None:
    aws.script = [refusal("NoSuchEntity", status=404)]
    account = clients(aws.url)
    assert account.read("iam", "get_user", missing=("NoSuchEntity",)) is None
    assert account.read_all("iam", "list_user_tags", "Tags", missing=("NoSuchEntity",), UserName="u") is None
    with pytest.raises(AwsError, match="NoSuchEntity"):
        account.read("iam", "get_user")
    with pytest.raises(AwsError, match="NoSuchEntity"):
        account.read_all("iam", "list_user_tags", "Tags", UserName="u")


def test_all_pages_of_a_listing_are_one_list(aws: ScriptedServer) -> None:
    def page(key: str, more: str) -> bytes:
        tags = f"<Tags><member><Key>{key}</Key><Value>v</Value></member></Tags>"
        return xml("ListUserTags", f"{tags}<IsTruncated>{'true' if more else 'false'}</IsTruncated>{more}")

    aws.script = [page("a", "<Marker>m</Marker>"), page("b", "")]
    found = clients(aws.url).read_all("iam", "list_user_tags", "Tags", UserName="u")
    assert [tag["Key"] for tag in found] == ["a", "b"]


def test_a_parameter_that_aws_does_not_take_is_never_quoted(aws: ScriptedServer) -> None:
    with pytest.raises(FinopsError, match="iam:tag_user.*not of the form") as error:
        clients(aws.url).write("iam", "tag_user", {"UserName": ["s3cret"], "Tags": []})
    assert "s3cret" not in str(error.value)


def test_writes_to_the_platform_and_the_store_go_to_them(aws: ScriptedServer) -> None:
    aws.script = [answer(200, {"id": "1", "account_id": ACCOUNT, "config": {}})]
    account = clients(platform_url=aws.url, platform_organization_id="o", platform_token="t")
    assert account.write("platform", "update_cloud_account", {"identifier": "1", "name": "n"})["id"] == "1"
    assert account.store is None and account.store is None
    with pytest.raises(AttributeError):
        account.write("store", "write", {})


def test_asked_for_it_tells_the_calls_it_made(aws: ScriptedServer) -> None:
    aws.script = [USER, assumed(OTHER), identity()]
    account = clients(aws.url, debug_botocore_endpoint_logs=True)
    account.read("iam", "get_user")
    account.elsewhere(CENTRAL_ROLE, None).log_in()
    account.prove("AKIANEW", "s")
    assert account.resource_actions == {"iam:GetUser", "sts:AssumeRole", "sts:GetCallerIdentity"}


def test_otherwise_it_keeps_no_list_of_calls(aws: ScriptedServer) -> None:
    aws.script = [identity()]
    account = clients(aws.url)
    account.log_in()
    assert account.resource_actions == set()


def test_pauses_grow_up_to_a_limit(slept: list[float]) -> None:
    account = clients()
    for attempt in range(1, 9):
        account.pause(attempt)
    account.wait(42.0)
    assert slept == [pytest.approx(min(8.0, 0.25 * 2**attempt), rel=0.26) for attempt in range(1, 9)] + [42.0]
