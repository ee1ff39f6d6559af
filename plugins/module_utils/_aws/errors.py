# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS's errors mean: refused for good, not yet, already done, or nobody knows."""

from __future__ import annotations

import contextlib
import random
import time
from typing import Any, Callable, Sequence

# HAS_BOTOCORE of clients tells where it is missing.
with contextlib.suppress(ImportError):
    import botocore.exceptions
    import botocore.parsers

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import (
    FinopsError,
    InputError,
    OutcomeUnknown,
)

THROTTLED = ("Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException", "SlowDown")
# Seconds between repeats of a call that AWS answers "not yet": two minutes in all, and for what was just made 15 s.
PATIENCE = (1, 2, 4, 8, 15, 30, 30, 30)
SPREADING = (0.5, 1, 2, 4, 8)
# Answers that say that somebody, or a lost attempt of our own, was faster: read again and plan again.
OVERTAKEN = (
    "EntityAlreadyExists",
    "BucketAlreadyOwnedByYou",
    "ConcurrentModification",
    "EntityTemporarilyUnmodifiable",
    "OperationAborted",
    "ServiceFailure",
    "InternalError",
    "InternalFailure",
    "InternalServerException",
    "ServiceUnavailable",
)
_OVERTAKEN_TEXT = ("Cannot create duplicate export name", "AccessKeysPerUser")
# Answers to a write that needs what an earlier step has just made: it has not spread yet.
NOT_YET_SPREAD = ("NoSuchEntity", "NoSuchBucket")
# The same to a write that takes something away: a lost attempt, or somebody else, was faster.
GONE = NOT_YET_SPREAD + ("ResourceNotFoundException", "ParameterNotFound")
CREDENTIAL_CODES = (
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "ExpiredToken",
    "ExpiredTokenException",
    "AuthFailure",
)
# Where the caller lacks a permission; S3 answers HEAD with the status alone.
DENIED = ("AccessDenied", "AccessDeniedException", "403")
QUOTA_CODES = ("LimitExceeded", "ServiceQuotaExceededException")
# The code of the finding where nobody can log in to the account.
NO_LOGIN = "ACCOUNT_NO_LOGIN"
CREDENTIAL_VARIABLES = "O(profile), or O(access_key) and O(secret_key), or the environment's AWS_ variables"


class AwsError(FinopsError):
    """AWS refused a call; code is AWS's own."""

    def __init__(self, call: str, code: str, message: str, status: int = 400) -> None:
        hint = ""
        if code in CREDENTIAL_CODES:
            hint = ". Check the credentials of {0}: they are wrong, inactive or expired".format(CREDENTIAL_VARIABLES)
        if code in QUOTA_CODES:
            hint = ". This is a quota of the account: delete what nobody needs, or ask for more in AWS's Service Quotas"
        text = "AWS refused {0}: {1}: {2}{3}".format(call, code, message, hint)
        super().__init__(text, NO_LOGIN if code in CREDENTIAL_CODES else "")
        self.code = code
        self.message = message
        self.status = status

    @property
    def was_overtaken(self) -> bool:
        """Whether it is best to look again.

        Somebody else, or a lost attempt of our own, may have been faster, or the server failed in the middle.
        """
        if self.status >= 500 and self.code not in THROTTLED:
            return True
        return self.code in OVERTAKEN or any(text in self.message for text in _OVERTAKEN_TEXT)


def is_gone(operation: str, error: AwsError) -> bool:
    """Whether a removal was refused because there is nothing to remove; of a legacy report AWS has no code for that."""
    return error.code in GONE or (operation == "delete_report_definition" and error.code == "ValidationException")


class Unreadable(OutcomeUnknown):
    """AWS, or what stands in front of it, answered in a form that is not AWS's."""


def converted(call: str, function: Callable[[], Any]) -> Any:
    """The function's value, with botocore's errors as ours; call names it, such as C(iam:create_user).

    OutcomeUnknown where the call may have reached AWS and no answer that can be read came back.
    """
    try:
        return function()
    except botocore.exceptions.ClientError as error:
        found = error.response.get("Error", {})
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
        raise AwsError(call, str(found.get("Code", "")), str(found.get("Message", "")), status)
    except botocore.parsers.ResponseParserError:
        raise Unreadable("what AWS answered to {0} cannot be read".format(call))
    except (botocore.exceptions.HTTPClientError, botocore.exceptions.IncompleteReadError) as error:
        raise _not_answered(call, error)
    except botocore.exceptions.SSLError as error:
        raise _not_secured(call, error)
    except botocore.exceptions.ProfileNotFound as error:
        raise InputError("profile", "{0!r} is no profile of AWS's configuration".format(error.kwargs["profile"]))
    except (botocore.exceptions.NoCredentialsError, botocore.exceptions.PartialCredentialsError) as error:
        raise FinopsError("no AWS credentials: {0}. Set {1}".format(error, CREDENTIAL_VARIABLES), NO_LOGIN)
    except botocore.exceptions.ConnectionError as error:
        raise FinopsError(
            "AWS cannot be reached ({0}): {1}. Check the network, O(region) and O(endpoint_url)".format(call, error)
        )
    except botocore.exceptions.ParamValidationError:
        # Its text quotes the parameters, which may be secrets.
        raise FinopsError("AWS cannot be called ({0}): a parameter is not of the form that AWS takes".format(call))
    except botocore.exceptions.BotoCoreError as error:
        raise FinopsError("AWS cannot be called ({0}): {1}. Check {2}".format(call, error, CREDENTIAL_VARIABLES))


def _not_answered(call: str, error: Any) -> FinopsError:
    """What botocore says of a lost answer; the words of others that it passes on may quote a header, and so a secret."""
    if error.__class__ is not botocore.exceptions.HTTPClientError:
        return OutcomeUnknown("no answer from AWS to {0}: {1}".format(call, error))
    cause = error.kwargs.get("error")
    if isinstance(cause, ValueError):
        # http.client and urllib3 refuse a header, or the address of a proxy, before they send anything.
        return FinopsError(
            "AWS cannot be called ({0}): a credential has a character in it that none has, or the environment's proxy is no "
            "address. Check {1}, and HTTPS_PROXY and HTTP_PROXY".format(call, CREDENTIAL_VARIABLES)
        )
    return OutcomeUnknown("no answer from AWS to {0}: {1}".format(call, type(cause).__name__))


def _not_secured(call: str, error: Any) -> FinopsError:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return InputError(
            "aws_ca_bundle", "the certificate of what answers {0} is not trusted: {1}".format(call, error)
        )
    return OutcomeUnknown("no answer from AWS to {0}: {1}".format(call, error))


def says(words: str, error: FinopsError) -> bool:
    """Whether an error has these words in it."""
    return bool(words) and words in str(error)


def has_code(error: FinopsError, codes: Sequence[str]) -> bool:
    """Whether an error is AWS's with one of these codes."""
    return isinstance(error, AwsError) and error.code in codes


def repeated(
    call: Callable[[], Any], not_yet: Callable[[FinopsError], bool], patience: Sequence[float] = PATIENCE
) -> Any:
    """The call's value; as long as not_yet says so of its error, it is repeated after the seconds of patience."""
    for seconds in patience:
        try:
            return call()
        except OutcomeUnknown:
            raise
        except FinopsError as error:
            if not not_yet(error):
                raise
        time.sleep(seconds * random.uniform(0.75, 1.25))
    return call()
