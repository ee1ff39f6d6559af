# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS's errors mean: refused for good, not yet, already done, or nobody knows."""

from __future__ import annotations

import contextlib
import random
import time
from typing import Any, Callable, Sequence

# HAS_BOTOCORE of _session tells where it is missing.
with contextlib.suppress(ImportError):
    import botocore.exceptions

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, OutcomeUnknown

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
QUOTA_CODES = ("LimitExceeded", "ServiceQuotaExceededException")
CREDENTIAL_VARIABLES = "O(profile), or O(access_key) and O(secret_key), or the environment's AWS_ variables"


class AwsError(FinopsError):
    """AWS refused a call; code is AWS's own."""

    def __init__(self, call: str, code: str, message: str) -> None:
        hint = ""
        if code in CREDENTIAL_CODES:
            hint = ". Check the credentials of {0}: they are wrong, inactive or expired".format(CREDENTIAL_VARIABLES)
        if code in QUOTA_CODES:
            hint = ". This is a quota of the account: delete what nobody needs, or ask for more in AWS's Service Quotas"
        super().__init__("AWS refused {0}: {1}: {2}{3}".format(call, code, message, hint))
        self.code = code
        self.message = message

    @property
    def was_overtaken(self) -> bool:
        """Whether somebody else, or a lost attempt of our own, may have been faster, so that it is best to look again."""
        return self.code in OVERTAKEN or any(text in self.message for text in _OVERTAKEN_TEXT)


def converted(call: str, function: Callable[[], Any]) -> Any:
    """The function's value, with botocore's errors as ours; call names it, such as C(iam:create_user)."""
    try:
        return function()
    except botocore.exceptions.ClientError as error:
        found = error.response.get("Error", {})
        raise AwsError(call, str(found.get("Code", "")), str(found.get("Message", "")))
    except botocore.exceptions.HTTPClientError as error:
        raise OutcomeUnknown("no answer from AWS to {0}: {1}".format(call, error))
    except (botocore.exceptions.NoCredentialsError, botocore.exceptions.PartialCredentialsError) as error:
        raise FinopsError("no AWS credentials: {0}. Set {1}".format(error, CREDENTIAL_VARIABLES))
    except botocore.exceptions.BotoCoreError as error:
        raise FinopsError("AWS cannot be called ({0}): {1}. Check {2}".format(call, error, CREDENTIAL_VARIABLES))


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
