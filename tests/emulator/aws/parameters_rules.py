# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Systems Manager's Parameter Store: names, and the keys that SecureString parameters are encrypted with."""

from __future__ import annotations

import re

from moto.ssm.models import ssm_backends

from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.errors import AwsError
from tests.emulator.aws.kms_keys import KeyReference, KeyRefused, check_caller
from tests.emulator.aws.state import After, AwsState, Before

_NAME = re.compile(r"[a-zA-Z0-9_.\-/]+")


def _check_key(call: ApiCall, name: str | None, action: str) -> None:
    """In Parameter Store's words, which quote those of KMS."""
    try:
        check_caller(call, KeyReference(name or "", call.account, call.region), action)
    except KeyRefused as refused:
        text = f"{refused.message} (Service: AWSKMS; Status Code: 400; Error Code: {refused.cause})"
        code = "AccessDeniedException" if refused.kind == "denied" else "InvalidKeyId"
        raise AwsError(code, text) from refused


def put_parameter(call: ApiCall, state: AwsState) -> Response | None:
    """Only a SecureString takes a key, and it must be one that the caller may use."""
    params = call.params
    if not _NAME.fullmatch(str(params.get("Name", ""))):
        text = "Parameter name: can only include the following symbols and letters: a-zA-Z0-9_.-/"
        raise AwsError("ValidationException", text)
    if params.get("Type") == "SecureString":
        _check_key(call, params.get("KeyId"), "kms:Encrypt")
    elif params.get("Type") and params.get("KeyId"):
        raise AwsError("ValidationException", "KeyId is required for SecureString type parameter only.")
    return None


def get_parameter(call: ApiCall, state: AwsState) -> Response | None:
    """Decryption needs the key that the parameter is encrypted with."""
    if not call.params.get("WithDecryption") or call.account not in ssm_backends:
        return None
    names = call.params.get("Names") or [call.params.get("Name")]
    for name in names:
        parameter = ssm_backends[call.account][call.region].get_parameter(str(name))
        if parameter is not None and parameter.parameter_type == "SecureString":
            _check_key(call, parameter.keyid, "kms:Decrypt")
    return None


BEFORE: dict[str, Before] = {
    "PutParameter": put_parameter,
    "GetParameter": get_parameter,
    "GetParameters": get_parameter,
}
AFTER: dict[str, After] = {}
