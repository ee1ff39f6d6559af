# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How faults look from outside: the errors in each protocol's form, and the control endpoint that switches them."""

from __future__ import annotations

import json

from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.errors import AwsError, is_json
from tests.emulator.faults import Failed, Faults, Throttled


def error_for(call: ApiCall, fault: Throttled | Failed) -> AwsError:
    """What the service of this call answers when it throttles or breaks."""
    return _throttle(call) if isinstance(fault, Throttled) else _failure(call)


def _throttle(call: ApiCall) -> AwsError:
    if call.service == "s3":
        return AwsError("SlowDown", "Please reduce your request rate.", 503)
    if call.service == "ec2":
        return AwsError("RequestLimitExceeded", "Request limit exceeded.", 503)
    if call.service == "organizations":
        return AwsError("TooManyRequestsException", "You have sent too many requests in too short a period of time.")
    return AwsError("ThrottlingException" if is_json(call) else "Throttling", "Rate exceeded")


def _failure(call: ApiCall) -> AwsError:
    if call.service in ("s3", "ec2"):
        return AwsError("InternalError", "We encountered an internal error. Please try again.", 500)
    code = "InternalServerException" if is_json(call) else "ServiceFailure"
    return AwsError(code, "The request processing has failed because of an unknown error.", 500)


def control(faults: Faults, method: str, body: bytes) -> Response:
    """GET shows what is on; POST {"method": ..., "arguments": {...}} calls a method of Faults."""
    try:
        if method == "POST":
            given = json.loads(body)
            faults.call_remotely(given["method"], given.get("arguments", {}))
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        return _json(400, {"error": str(problem)})
    return _json(200, faults.as_json())


def _json(status: int, value: object) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(value).encode())
