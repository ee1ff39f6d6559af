# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose key signed a call, and is the signature right: everything moto takes on trust."""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import hmac
from urllib.parse import urlencode

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.iam.models import IAMBackend, iam_backends
from moto.iam.utils import ACCOUNT_OFFSET, AWS_ROLE_ALPHABET
from moto.sts.models import AssumedRole, sts_backends

from tests.emulator.aws import errors
from tests.emulator.aws.call import ApiCall, Identity
from tests.emulator.aws.organization import is_closed

_ALLOWED_SKEW = datetime.timedelta(minutes=15)


def account_of_key(access_key_id: str) -> str | None:
    """The account id that moto, like AWS, has encoded in the key id; None where it is no such id."""
    if len(access_key_id) != 20 or access_key_id[:4] not in ("AKIA", "ASIA"):
        return None
    try:
        number = int.from_bytes(base64.b32decode(access_key_id[4:12]), "big") - ACCOUNT_OFFSET
    except (binascii.Error, ValueError):
        return None
    odd = access_key_id[12] in AWS_ROLE_ALPHABET[16:]
    account = number * 2 + int(odd)
    return f"{account:012d}" if 0 <= account < 10**12 else None


def iam_of(account: str) -> IAMBackend | None:
    """An account's IAM as moto keeps it; None where there is no such account (asking must not create one)."""
    backends = iam_backends.get(account)
    return backends["aws"] if backends is not None else None


def find_session(account: str, access_key_id: str) -> AssumedRole | None:
    """The assumed-role session that a temporary key belongs to."""
    backends = sts_backends.get(account)
    if backends is None:
        return None
    for session in reversed(backends["aws"].assumed_roles):
        if session.access_key_id == access_key_id:
            return session
    return None


def authenticate(call: ApiCall) -> Identity:
    """
    Who signed the call.

    AWS refuses unknown and inactive keys, all keys of closed accounts, wrong secrets, foreign session tokens and
    sessions that are over, each with the code of the service's protocol.
    """
    if call.signature is None:
        raise errors.unsigned(call)
    account = account_of_key(call.signature.access_key_id)
    iam = iam_of(account) if account else None
    if account is None or iam is None or is_closed(account):
        raise errors.unknown_key(call)
    if call.signature.access_key_id.startswith("ASIA"):
        return _authenticate_session(call, account)
    key = iam.access_keys.get(call.signature.access_key_id)
    user = iam.users.get(key.user_name) if key and key.user_name else None
    if key is None or user is None or key.status != "Active":
        raise errors.unknown_key(call)
    if _session_token(call):
        raise errors.invalid_token(call)
    check_signature(call, key.secret_access_key)
    return Identity(account, user.arn, key.access_key_id, "user", user.name, user.id)


def _authenticate_session(call: ApiCall, account: str) -> Identity:
    assert call.signature is not None
    session = find_session(account, call.signature.access_key_id)
    if session is None:
        raise errors.unknown_key(call)
    if not hmac.compare_digest(_session_token(call), session.session_token):
        raise errors.invalid_token(call)
    check_signature(call, session.secret_access_key)
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    if session.expiration.replace(tzinfo=None) <= now:
        raise errors.expired_token(call)
    role_name = session.role_arn.rsplit("/", 1)[-1]
    return Identity(
        account, session.arn, session.access_key_id, "role", role_name, session.user_id, session.session_name
    )


def _session_token(call: ApiCall) -> str:
    return call.header("x-amz-security-token") or call.query.get("X-Amz-Security-Token", [""])[0]


def check_signature(call: ApiCall, secret: str) -> None:
    """Calculate the SigV4 signature with botocore's signer and compare; the body must match its signed hash too."""
    signature = call.signature
    assert signature is not None
    query = call.query
    timestamp = query["X-Amz-Date"][0] if signature.presigned else call.header("x-amz-date")
    path = str(call.environ.get("REQUEST_URI") or call.environ["PATH_INFO"]).split("?", 1)[0]
    query_string = str(call.environ.get("QUERY_STRING", ""))
    if signature.presigned:
        query.pop("X-Amz-Signature", None)
        query_string = urlencode(query, doseq=True)
    url = f"http://{call.header('host')}{path}" + (f"?{query_string}" if query_string else "")
    headers = {name: call.header(name) for name in signature.signed_headers}
    payload_hash = call.header("x-amz-content-sha256")
    if signature.presigned and call.service == "s3":
        headers["X-Amz-Content-SHA256"] = "UNSIGNED-PAYLOAD"
    elif payload_hash and "x-amz-content-sha256" not in headers:
        headers["X-Amz-Content-SHA256"] = payload_hash
    request = AWSRequest(method=call.method, url=url, data=call.body, headers=headers)
    request.context["timestamp"] = timestamp
    signer = S3SigV4Auth if call.service == "s3" else SigV4Auth
    auth = _OnlySigned(signer, signature.signed_headers, Credentials(signature.access_key_id, secret))
    expected = auth.signature(request, signature.service, signature.region)
    if not hmac.compare_digest(expected, signature.signature) or not timestamp.startswith(signature.date):
        raise errors.wrong_signature(call)
    _check_time(call, timestamp)
    if len(payload_hash) == 64 and hashlib.sha256(call.body).hexdigest() != payload_hash:
        raise errors.AwsError(
            "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed."
        )


class _OnlySigned:
    """Runs a botocore signer over the headers that the client says it signed, and only those."""

    def __init__(self, signer: type[SigV4Auth], names: list[str], credentials: Credentials) -> None:
        self._signer = signer
        self._names = set(names)
        self._credentials = credentials

    def signature(self, request: AWSRequest, service: str, region: str) -> str:
        """The hexadecimal signature."""
        auth = self._signer(self._credentials, service, region)
        canonical = auth.canonical_request(request)
        if "x-amz-content-sha256" not in self._names:
            canonical = _without_header(canonical, "x-amz-content-sha256")
        return str(auth.signature(auth.string_to_sign(request, canonical), request))


def _without_header(canonical: str, name: str) -> str:
    """A canonical request without one header that was added only to carry the payload's hash."""
    lines = [line for line in canonical.split("\n") if not line.startswith(f"{name}:")]
    lines[-2] = ";".join(part for part in lines[-2].split(";") if part != name)
    return "\n".join(lines)


def _check_time(call: ApiCall, timestamp: str) -> None:
    """AWS refuses signatures older or newer than a quarter of an hour; presigned ones carry their own lifetime."""
    assert call.signature is not None
    signed_at = datetime.datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    now = datetime.datetime.now(datetime.timezone.utc)
    if call.signature.presigned:
        if now > signed_at + datetime.timedelta(seconds=int(call.query.get("X-Amz-Expires", ["0"])[0])):
            raise errors.AwsError("AccessDenied", "Request has expired", 403)
    elif abs(now - signed_at) > _ALLOWED_SKEW:
        if call.service == "s3":
            text = "The difference between the request time and the current time is too large."
            raise errors.AwsError("RequestTimeTooSkewed", text, 403)
        raise errors.wrong_signature(call, f"Signature expired: {timestamp} is now outside the allowed time.")
