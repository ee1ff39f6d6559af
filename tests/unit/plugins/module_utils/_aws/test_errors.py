# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each of botocore's errors means: refused, unknown, or an option that cannot work; and that none quotes a secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.exceptions
import botocore.parsers
import pytest
import urllib3.exceptions

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws import errors
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import (
    AwsError,
    Unreadable,
    converted,
    has_code,
    repeated,
    says,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import (
    FinopsError,
    InputError,
    OutcomeUnknown,
)

URL = "https://iam.amazonaws.com/"


def refusal(code: str, message: str = "m", status: int = 400) -> botocore.exceptions.ClientError:
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return botocore.exceptions.ClientError(response, "Operation")


def after(error: Exception) -> FinopsError:
    def function() -> None:
        raise error

    with pytest.raises(FinopsError) as caught:
        converted("iam:create_user", function)
    return caught.value


def test_a_value_is_handed_on() -> None:
    assert converted("iam:get_user", lambda: {"User": {}}) == {"User": {}}


def test_a_refusal_keeps_awss_code_and_words() -> None:
    error = after(refusal("MalformedPolicyDocument", "No good"))
    assert isinstance(error, AwsError)
    assert (error.code, error.message, error.status) == ("MalformedPolicyDocument", "No good", 400)
    assert str(error) == "AWS refused iam:create_user: MalformedPolicyDocument: No good"
    assert error.finding_code == "READ_FAILED"
    assert not error.was_overtaken


def test_an_answer_without_an_error_in_it_is_a_refusal_all_the_same() -> None:
    error = after(botocore.exceptions.ClientError({}, "Operation"))
    assert isinstance(error, AwsError) and (error.code, error.status) == ("", 400)


@pytest.mark.parametrize("code", errors.CREDENTIAL_CODES)
def test_bad_credentials_name_their_options(code: str) -> None:
    error = after(refusal(code, status=403))
    assert "Check the credentials of O(profile)" in str(error)
    assert error.finding_code == "ACCOUNT_NO_LOGIN"


@pytest.mark.parametrize(
    ("code", "message", "status"),
    [
        ("EntityAlreadyExists", "", 409),
        ("ServiceUnavailable", "", 400),
        ("ValidationException", "Cannot create duplicate export name.", 400),
        ("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", 409),
        ("502", "Bad Gateway", 502),
        ("Whatever", "", 500),
        ("504", "", 504),
    ],
)
def test_what_may_have_been_done_is_to_be_looked_at(code: str, message: str, status: int) -> None:
    error = after(refusal(code, message, status))
    assert isinstance(error, AwsError) and error.was_overtaken


@pytest.mark.parametrize(
    ("code", "status"), [("SlowDown", 503), ("Throttling", 400), ("AccessDenied", 403), ("499", 499)]
)
def test_what_was_refused_for_sure_is_not(code: str, status: int) -> None:
    error = after(refusal(code, "", status))
    assert isinstance(error, AwsError) and not error.was_overtaken


@pytest.mark.parametrize(
    "error",
    [
        botocore.parsers.ResponseParserError("invalid XML: secret"),
        botocore.exceptions.ConnectionClosedError(endpoint_url=URL),
        botocore.exceptions.ReadTimeoutError(endpoint_url=URL),
        botocore.exceptions.ResponseStreamingError(error="cut"),
        botocore.exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2),
        botocore.exceptions.HTTPClientError(error=urllib3.exceptions.ProtocolError("secret", None)),
        botocore.exceptions.SSLError(endpoint_url=URL, error="EOF occurred in violation of protocol"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_lost_or_garbled_answer_is_an_unknown_outcome(error: Exception) -> None:
    found = after(error)
    assert isinstance(found, OutcomeUnknown)
    assert "iam:create_user" in str(found) and "secret" not in str(found)
    assert isinstance(found, Unreadable) == isinstance(error, botocore.parsers.ResponseParserError)


# What keeps a call from being sent, and what the error about it says.
NOT_SENT: list[tuple[Exception, type[FinopsError], str]] = [
    (botocore.exceptions.ProfileNotFound(profile="none"), InputError, r"^O\(profile\): 'none' is no profile"),
    (botocore.exceptions.NoCredentialsError(), FinopsError, r"^no AWS credentials: .* Set O\(profile\)"),
    (
        botocore.exceptions.PartialCredentialsError(provider="env", cred_var="x"),
        FinopsError,
        r"^no AWS credentials: .* Set O\(profile\)",
    ),
    (botocore.exceptions.EndpointConnectionError(endpoint_url=URL), FinopsError, r"Check the network, O\(region\)"),
    (botocore.exceptions.ConnectTimeoutError(endpoint_url=URL), FinopsError, r"Check the network, O\(region\)"),
    (
        botocore.exceptions.SSLError(endpoint_url=URL, error="CERTIFICATE_VERIFY_FAILED"),
        InputError,
        r"^O\(aws_ca_bundle\): ",
    ),
    (
        botocore.exceptions.ParamValidationError(report="Invalid type for Value, value: s3cret"),
        FinopsError,
        "a parameter is not of the form that AWS takes$",
    ),
    (botocore.exceptions.ConfigParseError(path="config"), FinopsError, r"^AWS cannot be called .* Check O\(profile\)"),
    (
        botocore.exceptions.HTTPClientError(error=ValueError("Invalid header value b's3cret\\n'")),
        FinopsError,
        "a credential has a character in it",
    ),
    (
        botocore.exceptions.HTTPClientError(error=urllib3.exceptions.LocationParseError("http://u:s3cret@:x")),
        FinopsError,
        "HTTPS_PROXY",
    ),
]


@pytest.mark.parametrize(("error", "kind", "text"), NOT_SENT, ids=lambda value: type(value).__name__)
def test_what_was_never_sent_names_what_to_mend_and_quotes_nothing(
    error: Exception, kind: type[FinopsError], text: str
) -> None:
    found = after(error)
    assert found.__class__ is kind
    with pytest.raises(FinopsError, match=text):
        raise found
    assert "s3cret" not in str(found)


def test_words_and_codes_of_an_error_can_be_asked_for() -> None:
    error = AwsError("iam:create_user", "MalformedPolicyDocument", "Invalid principal")
    assert says("Invalid principal", error) and not says("principle", error) and not says("", error)
    assert has_code(error, ["MalformedPolicyDocument"]) and not has_code(error, ["Malformed"])
    assert not has_code(FinopsError("MalformedPolicyDocument"), ["MalformedPolicyDocument"])


def answers(*values: Any) -> Callable[[], Any]:
    left = list(values)

    def call() -> Any:
        value = left.pop(0)
        if isinstance(value, Exception):
            raise value
        return value

    return call


def test_not_yet_is_repeated_until_it_is(slept: list[float]) -> None:
    not_yet = FinopsError("not yet")
    assert repeated(answers(not_yet, not_yet, "done"), lambda error: says("not yet", error), (1, 2, 4)) == "done"
    assert slept == [pytest.approx(1, rel=0.26), pytest.approx(2, rel=0.26)]


def test_not_yet_for_too_long_is_an_error(slept: list[float]) -> None:
    not_yet = FinopsError("not yet")
    with pytest.raises(FinopsError, match="not yet"):
        repeated(answers(not_yet, not_yet, not_yet, "late"), lambda error: True, (1, 2))
    assert len(slept) == 2


@pytest.mark.parametrize("error", [FinopsError("no"), OutcomeUnknown("not yet")])
def test_other_errors_and_unknown_outcomes_are_not_repeated(slept: list[float], error: FinopsError) -> None:
    with pytest.raises(type(error)):
        repeated(answers(error, "never"), lambda found: says("not yet", found))
    assert slept == []


@pytest.mark.parametrize(
    ("operation", "code", "is_gone"),
    [
        ("delete_access_key", "NoSuchEntity", True),
        ("delete_report_definition", "ValidationException", True),
        ("delete_export", "ValidationException", False),
        ("delete_report_definition", "AccessDeniedException", False),
    ],
)
def test_what_is_gone_already_need_not_be_removed(operation: str, code: str, is_gone: bool) -> None:
    assert errors.is_gone(operation, AwsError("call", code, "m")) is is_gone
