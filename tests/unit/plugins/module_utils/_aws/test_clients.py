# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an account is reached: options checked before any call, the right option blamed, and who the caller is."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws import sessions
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import CentralClients
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from tests.unit.plugins.module_utils._aws.scripted_aws import (
    CENTRAL_ROLE,
    ROLE,
    USER,
    actions,
    assumed,
    clients,
    form,
    identity,
    refusal,
    xml,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER
from tests.unit.plugins.module_utils.scripted_server import ScriptedServer, answer


def test_the_caller_is_asked_for_once(aws: ScriptedServer) -> None:
    aws.script = [identity(partition="aws-cn")]
    account = clients(aws.url)
    found = {"account_id": ACCOUNT, "arn": f"arn:aws-cn:iam::{ACCOUNT}:user/admin", "partition": "aws-cn"}
    assert [account.log_in(), account.log_in()] == [found, found]
    assert actions(aws) == ["GetCallerIdentity"]
    assert account.secrets == set()


def test_another_accounts_credentials_are_refused(aws: ScriptedServer) -> None:
    aws.script = [identity(OTHER)]
    with pytest.raises(
        FinopsError, match=rf"O\(account_id\) says {ACCOUNT}, but .* account {OTHER}.*Nothing was"
    ) as error:
        clients(aws.url).require_account()
    assert error.value.finding_code == "ACCOUNT_OTHER"


@pytest.mark.parametrize("value", [True, None, 111122223333, 1.5, [], {}, "", "abc", "1111 2222 3333", b"111122223333"])
def test_no_kind_of_bad_account_id_gets_as_far_as_a_call(aws: ScriptedServer, value: Any) -> None:
    with pytest.raises(InputError, match=r"^O\(account_id\): must be a string of 12 digits"):
        clients(aws.url, account_id=value).log_in()
    assert aws.requests == []


def test_a_role_is_assumed_with_its_external_id_and_used(aws: ScriptedServer) -> None:
    aws.script = [assumed(), USER]
    account = clients(aws.url, assume_role_arn=ROLE, assume_role_external_id="ext-1")
    assert account.read("iam", "get_user")["User"] == {"UserName": "u"}
    sent = form(aws)
    assert (sent["RoleArn"], sent["ExternalId"], sent["RoleSessionName"]) == (ROLE, "ext-1", "finops-for-cloud")
    assert actions(aws) == ["AssumeRole", "GetUser"]
    assert "Credential=AKIA/" in aws.requests[0].headers["authorization"]
    assert "Credential=ASIAROLE/" in aws.requests[1].headers["authorization"]
    assert aws.requests[1].headers["x-amz-security-token"] == "role-token"
    assert account.secrets == {"role-secret", "role-token"}


def test_a_session_is_used_without_another_login(aws: ScriptedServer, tmp_path: Path) -> None:
    aws.script = [assumed(), USER]
    session = clients(aws.url, assume_role_arn=ROLE).log_in()
    (tmp_path / "config").write_text("[profile base]\n")
    again = clients(aws.url, assume_role_arn=ROLE, session=session, profile="base", access_key=None, secret_key=None)
    again.read("iam", "get_user")
    assert again.log_in() == session
    assert actions(aws) == ["AssumeRole", "GetUser"]


@pytest.mark.parametrize("session", [None, {}, "sealed by another run", ["x"], {"account_id": 5}, 7])
def test_what_is_no_session_is_a_login(aws: ScriptedServer, session: Any) -> None:
    aws.script = [identity()]
    clients(aws.url, session=session).log_in()
    assert actions(aws) == ["GetCallerIdentity"]


@pytest.mark.parametrize(("minutes", "calls"), [(4, 2), (6, 1)])
def test_a_session_that_is_about_to_end_is_renewed(aws: ScriptedServer, minutes: float, calls: int) -> None:
    aws.script = [assumed(minutes=minutes), assumed()]
    session = clients(aws.url, assume_role_arn=ROLE).log_in()
    clients(aws.url, assume_role_arn=ROLE, session=session).log_in()
    assert len(aws.requests) == calls


def test_a_role_that_may_not_be_assumed_names_the_role_and_its_external_id(aws: ScriptedServer) -> None:
    aws.script = [refusal("AccessDenied", "User is not authorized to perform: sts:AssumeRole")]
    with pytest.raises(
        FinopsError, match=r"^O\(assume_role_arn\): .*AccessDenied.*O\(assume_role_external_id\)"
    ) as error:
        clients(aws.url, assume_role_arn=ROLE).log_in()
    assert "O(profile)" not in str(error.value)
    assert error.value.finding_code == "ACCOUNT_NO_LOGIN"


def test_another_refusal_of_a_role_names_the_role(aws: ScriptedServer) -> None:
    aws.script = [refusal("RegionDisabledException")]
    with pytest.raises(FinopsError, match=r"^O\(assume_role_arn\): .*RegionDisabledException: m$"):
        clients(aws.url, assume_role_arn=ROLE).log_in()


def test_wrong_base_credentials_of_a_role_name_the_credentials(aws: ScriptedServer) -> None:
    aws.script = [refusal("InvalidClientTokenId")]
    with pytest.raises(AwsError, match=r"Check the credentials of O\(profile\)"):
        clients(aws.url, assume_role_arn=ROLE).log_in()


# Options that cannot work, each found before any call and blamed by its own name.
BAD_OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"assume_role_arn": "Access"}, r"^O\(assume_role_arn\): 'Access' is no ARN of a role"),
    ({"assume_role_arn": ROLE, "assume_role_external_id": "x"}, r"^O\(assume_role_external_id\): "),
    ({"region": "mars-1"}, r"^O\(region\): 'mars-1' is no AWS region"),
    ({"region": "mars-east-1"}, r"^O\(region\): 'mars-east-1' is no AWS region"),
    ({"region": "eu-west-1 "}, r"^O\(region\): 'eu-west-1 ' is no AWS region"),
    ({"profile": "none", "access_key": None, "secret_key": None}, r"^O\(profile\): 'none' is no profile"),
    ({"profile": "none", "access_key": None, "secret_key": None, "region": "us-east-1"}, r"^O\(profile\): 'none'"),
    ({"profile": "both"}, r"^Passing both a profile and access tokens is not supported. Check O\(profile\)"),
    ({"session_token": "s3c\nret"}, r"^O\(session_token\): has white space"),
    ({"secret_key": "s3c ret"}, r"^O\(secret_key\): has white space"),
    ({"access_key": "AK\x00IA"}, r"^O\(access_key\): has white space"),
    ({"endpoint_url": "no address"}, r"^O\(endpoint_url\): is no address"),
    ({"aws_config": {"no_such": 1}}, r"^O\(aws_config\): "),
]


@pytest.mark.parametrize(("options", "says"), BAD_OPTIONS, ids=lambda value: str(value)[:40])
def test_options_that_cannot_work_are_blamed_before_any_call(
    aws: ScriptedServer, tmp_path: Path, options: dict[str, Any], says: str
) -> None:
    (tmp_path / "config").write_text("[profile both]\nregion = us-east-1\n")
    with pytest.raises(FinopsError, match=says) as error:
        clients(**{"url": aws.url, **options} if "endpoint_url" not in options else options).log_in()
    assert "s3c" not in str(error.value)
    assert aws.requests == []


@pytest.mark.parametrize("token", ["token\n", " token"])
def test_white_space_around_credentials_is_dropped(aws: ScriptedServer, token: str) -> None:
    aws.script = [identity()]
    clients(aws.url, session_token=token, access_key="AKIA\r\n", secret_key="base-secret\n").log_in()
    assert aws.requests[0].headers["x-amz-security-token"] == "token"
    assert "Credential=AKIA/" in aws.requests[0].headers["authorization"]


def test_a_token_of_a_credentials_file_that_no_header_takes_is_never_shown(
    aws: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("ACCESS_KEY_ID", "AKIA"), ("SECRET_ACCESS_KEY", "s"), ("SESSION_TOKEN", "s3cret\n\ntoken")):
        monkeypatch.setenv(f"AWS_{name}", value)
    with pytest.raises(FinopsError, match="a credential has a character in it") as error:
        clients(aws.url, access_key=None, secret_key=None).log_in()
    assert "s3cret" not in str(error.value)


def test_no_credentials_at_all_name_their_options(aws: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(FinopsError, match=r"^no AWS credentials: .*O\(profile\)"):
        clients(aws.url, access_key=None, secret_key=None).log_in()


@pytest.mark.parametrize(
    ("option", "environment", "config", "region", "partition"),
    [
        (None, None, "", "us-east-1", "aws"),
        (None, None, "[default]\nregion = eu-west-3\n", "eu-west-3", "aws"),
        (None, "cn-north-1", "[default]\nregion = eu-west-3\n", "cn-north-1", "aws-cn"),
        ("us-gov-west-1", "cn-north-1", "", "us-gov-west-1", "aws-us-gov"),
        ("eu-west-99", None, "", "eu-west-99", "aws"),
    ],
)
def test_the_region_is_the_options_the_environments_the_profiles_or_us_east_1(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    option: str | None,
    environment: str | None,
    config: str,
    region: str,
    partition: str,
) -> None:
    (tmp_path / "config").write_text(config)
    if environment:
        monkeypatch.setenv("AWS_DEFAULT_REGION", environment)
    account = clients(region=option)
    assert (account.region, account.partition) == (region, partition)


def test_a_service_is_called_in_the_region_that_was_set_for_it(aws: ScriptedServer) -> None:
    aws.script = [answer(200, body=b"<ListAllMyBucketsResult/>")]
    account = clients(aws.url, region="eu-west-1")
    account.use_region("s3", "eu-north-1")
    account.read("s3", "list_buckets")
    assert "/eu-north-1/s3/" in aws.requests[0].headers["authorization"]


@pytest.mark.parametrize(("region", "called"), [("eu-west-1", "us-east-1"), ("cn-north-1", "cn-northwest-1")])
def test_exports_are_called_in_the_one_region_of_their_partition(aws: ScriptedServer, region: str, called: str) -> None:
    aws.script = [answer(200, {"Exports": []}, Content_Type="application/x-amz-json-1.1")]
    assert clients(aws.url, region=region).read_all("bcm-data-exports", "list_exports", "Exports") == []
    assert f"/{called}/" in aws.requests[0].headers["authorization"]


def test_the_central_account_is_reached_from_the_base_credentials_by_its_own_role(aws: ScriptedServer) -> None:
    aws.script = [assumed(OTHER), xml("GetUser", "<User><UserName>u</UserName></User>")]
    account = clients(aws.url, assume_role_arn=ROLE, assume_role_external_id="ext-1")
    central = account.elsewhere(CENTRAL_ROLE, "eu-west-1")
    central.require_account()
    central.read("iam", "get_user")
    assert (form(aws)["RoleArn"], "ExternalId" in form(aws)) == (CENTRAL_ROLE, False)
    assert (central.account, central.region, account.region) == (OTHER, "eu-west-1", "us-east-1")
    # Its calls are counted together with those of all other workers.
    assert isinstance(central, CentralClients)
    assert len(list(Path(tempfile.gettempdir()).glob("finops_for_cloud-*/*.lock"))) == 2


def test_an_accounts_own_calls_keep_no_common_pace(aws: ScriptedServer) -> None:
    aws.script = [identity(), USER]
    account = clients(aws.url)
    account.log_in()
    account.read("iam", "get_user")
    assert list(Path(tempfile.gettempdir()).glob("finops_for_cloud-*")) == []


def test_without_a_central_account_the_stores_are_called_in_their_region(aws: ScriptedServer) -> None:
    aws.script = [answer(200, {"Parameter": {"Value": "v"}})]
    account = clients(aws.url)
    assert account.elsewhere(None, "eu-north-1") is account
    account.read("ssm", "get_parameter", Name="n")
    assert "/eu-north-1/ssm/" in aws.requests[0].headers["authorization"]


@pytest.mark.parametrize(
    ("role", "region", "says"),
    [
        ("Secrets", None, r"^O\(secret_store_role_arn\): 'Secrets' is no ARN"),
        (CENTRAL_ROLE, "mars-1", r"^O\(secret_store_region\): 'mars-1' is no AWS region"),
        (None, "mars-east-1", r"^O\(secret_store_region\): 'mars-east-1' is no AWS region"),
    ],
)
def test_a_central_account_that_cannot_be_is_blamed_on_its_own_options(
    role: str | None, region: str | None, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        clients().elsewhere(role, region)


def test_a_central_role_that_may_not_be_assumed_is_blamed_by_its_own_name(aws: ScriptedServer) -> None:
    aws.script = [refusal("AccessDenied")]
    with pytest.raises(FinopsError, match=r"^O\(secret_store_role_arn\): .*without an external id$"):
        clients(aws.url).elsewhere(CENTRAL_ROLE, None).log_in()


def test_a_new_key_is_proven_by_itself_as_soon_as_aws_knows_it(aws: ScriptedServer, slept: list[float]) -> None:
    aws.script = [refusal("InvalidClientTokenId"), identity()]
    account = clients(aws.url, assume_role_arn=ROLE, session_token="base-token")
    account.write("proof", "prove", {"key_id": "AKIANEW", "secret": "new-secret"})
    assert actions(aws) == ["GetCallerIdentity"] * 2
    assert "Credential=AKIANEW/" in aws.requests[0].headers["authorization"]
    assert "x-amz-security-token" not in aws.requests[0].headers
    assert len(slept) == 1
    # Its calls are its own account's, which no other worker makes.
    assert list(Path(tempfile.gettempdir()).glob("finops_for_cloud-*")) == []


def test_a_new_key_of_another_account_is_not_proven(aws: ScriptedServer) -> None:
    aws.script = [identity(OTHER)]
    with pytest.raises(FinopsError, match=f"the new key AKIANEW belongs to account {OTHER}"):
        clients(aws.url).prove("AKIANEW", "new-secret")


def test_the_platforms_token_is_among_the_secrets_and_its_waits_are_told() -> None:
    account = clients(platform_url="http://127.0.0.1:1", platform_organization_id="o", platform_token="token-1")
    assert account.secrets == set()
    assert account.platform is account.platform
    assert account.secrets == {"token-1"}
    tell = account.platform._say
    assert tell is not None
    said: list[str] = []
    tell("nobody listens")
    account.say = said.append
    tell("waiting")
    assert said == ["waiting"]


def test_what_all_accounts_share_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions.warm_up()
    shared = sessions.SHARED_SESSIONS[None]
    assert clients()._session(None) is shared
    assert clients()._session("profile") is not shared
