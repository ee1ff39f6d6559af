# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS errors, and how each wire protocol writes them."""

from __future__ import annotations

import json
import re
import uuid
from xml.sax.saxutils import escape

from tests.emulator.aws.call import ApiCall, Response


class AwsError(Exception):
    """An error answer: the service's error code, AWS's text, the HTTP status, more headers, S3's further elements."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        headers: dict[str, str] | None = None,
        details: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.headers = headers or {}
        self.details = details or {}


def is_json(call: ApiCall) -> bool:
    """Whether the service speaks one of the two JSON protocols."""
    return call.protocol in ("json", "rest-json")


def access_denied(call: ApiCall, message: str) -> AwsError:
    """A refusal by permissions, with the code and status of the service's protocol."""
    if call.service == "ec2":
        return AwsError("UnauthorizedOperation", f"You are not authorized to perform this operation. {message}", 403)
    if is_json(call):
        return AwsError("AccessDeniedException", message, 400)
    return AwsError("AccessDenied", message, 403)


def unknown_key(call: ApiCall) -> AwsError:
    """The key id does not exist or is inactive."""
    if call.service == "s3":
        return AwsError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403)
    if call.service == "ec2":
        return AwsError("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    text = "The security token included in the request is invalid."
    if is_json(call):
        return AwsError("UnrecognizedClientException", text, 400)
    return AwsError("InvalidClientTokenId", text, 403)


def invalid_token(call: ApiCall) -> AwsError:
    """The session token does not belong to the key."""
    if call.service == "s3":
        return AwsError("InvalidToken", "The provided token is malformed or otherwise invalid.", 400)
    return unknown_key(call)


def wrong_signature(call: ApiCall, detail: str = "") -> AwsError:
    """The secret does not match, or what was signed is not what was sent."""
    text = detail or (
        "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
    )
    if call.service == "ec2":
        return AwsError("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    if is_json(call):
        return AwsError("InvalidSignatureException", text, 400)
    return AwsError("SignatureDoesNotMatch", text, 403)


def unknown_region(call: ApiCall) -> AwsError:
    """
    Signed for a region that AWS does not have.

    AWS has no host there, so that a client would not come this far. S3 does not name the right region here, as SDKs
    would go on in it.
    """
    if call.service == "s3":
        text = f"The authorization header is malformed; the region '{call.region}' is wrong"
        return AwsError("AuthorizationHeaderMalformed", text, 400)
    return wrong_signature(call, f"Credential should be scoped to a valid region, not '{call.region}'. ")


def expired_token(call: ApiCall) -> AwsError:
    """The session is over."""
    if call.service == "s3":
        return AwsError("ExpiredToken", "The provided token has expired.", 400)
    if call.service == "ec2":
        return AwsError("RequestExpired", "Request has expired.", 400)
    text = "The security token included in the request is expired"
    if is_json(call):
        return AwsError("ExpiredTokenException", text, 400)
    return AwsError("ExpiredToken", text, 403)


def unsigned(call: ApiCall) -> AwsError:
    """Nobody signed the request: S3 takes it for the anonymous user, everybody else asks for a token."""
    if call.service == "s3":
        return AwsError("AccessDenied", "Access Denied", 403)
    text = "Request is missing Authentication Token"
    if is_json(call):
        return AwsError("MissingAuthenticationTokenException", text, 400)
    return AwsError("MissingAuthenticationToken", text, 403)


def unknown_operation(call: ApiCall, name: str) -> AwsError:
    """AWS has no such operation."""
    if is_json(call):
        return AwsError("UnknownOperationException", f"Unknown operation {name}", 400)
    version = re.search(rb"(?:^|&)Version=([0-9-]+)", call.body)
    of = f" for version {version[1].decode()}" if version else ""
    return AwsError("InvalidAction", f"Could not find operation {name}{of}", 400)


def unreadable(call: ApiCall) -> AwsError:
    """The request is not in the form of its protocol."""
    if is_json(call):
        return AwsError("SerializationException", "The request cannot be parsed.", 400)
    return AwsError("MalformedInput", "The request cannot be parsed.", 400)


def not_emulated(call: ApiCall) -> AwsError:
    """AWS has the operation, this emulator has not; 501 so that no client takes it for an answer and retries."""
    text = f"This emulator does not implement {call.service}:{call.operation}."
    return AwsError("NotImplemented", text, 501)


def internal_failure(call: ApiCall) -> AwsError:
    """Something broke in here; the traceback is on the emulator's standard error."""
    code = "InternalError" if call.service == "s3" else "InternalFailure"
    return AwsError(code, "The request processing has failed because of an unknown error, exception or failure.", 500)


def render(call: ApiCall, error: AwsError) -> Response:
    """The error as the protocol of the call writes it."""
    request_id = str(uuid.uuid4())
    headers = {"x-amzn-RequestId": request_id, **error.headers}
    code, message = escape(error.code), escape(error.message)
    if is_json(call):
        headers["Content-Type"] = "application/x-amz-json-1.1"
        headers["x-amzn-ErrorType"] = error.code
        text = json.dumps({"__type": error.code, "Message": error.message, "message": error.message})
    elif call.protocol == "ec2":
        headers["Content-Type"] = "text/xml"
        text = (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
    elif call.protocol == "rest-xml":
        headers["Content-Type"] = "application/xml"
        headers["x-amz-request-id"] = request_id
        details = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in error.details.items())
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message>{details}'
            f"<RequestId>{request_id}</RequestId></Error>"
        )
    else:
        headers["Content-Type"] = "text/xml"
        kind = "Sender" if error.status < 500 else "Receiver"
        text = (
            f"<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
    body = b"" if call.method == "HEAD" else text.encode()
    return Response(error.status, headers, body)
