# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an HTTP request to the service, the operation and its parameters, by botocore's models."""

from __future__ import annotations

import functools
import json
import re
from typing import Any
from urllib.parse import parse_qs

import botocore.session
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from werkzeug.exceptions import HTTPException

from tests.emulator.aws import errors
from tests.emulator.aws.call import ApiCall, Response, Signature

_SIGNING_NAME_TO_SERVICE = {
    "monitoring": "cloudwatch",
    "email": "ses",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
_ELB_V2_VERSION = b"Version=2015-12-01"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=(?P<key>[^/,]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request"
    r", *SignedHeaders=(?P<headers>[^, ]+), *Signature=(?P<signature>[0-9a-f]+) *"
)
_READ_PREFIXES = ("Get", "List", "Describe", "Head", "Simulate", "Select", "Lookup", "Search", "BatchGet", "Filter")
_READS = {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GenerateCredentialReport", "Query", "Scan"}


@functools.cache
def _known_services() -> frozenset[str]:
    return frozenset(botocore.session.get_session().get_available_services())


@functools.cache
def _protocol(service: str) -> str:
    model = botocore.session.get_session().get_service_model(service)
    # botocore before 1.36 knows only one protocol of a service.
    return str(model.resolved_protocol if hasattr(model, "resolved_protocol") else model.protocol)


@functools.cache
def _regions() -> frozenset[str]:
    return frozenset(botocore.session.get_session().get_available_regions("ec2"))


def is_region(name: str) -> bool:
    """Whether AWS (the partition aws) has such a region."""
    return name in _regions()


def is_write(operation: str) -> bool:
    """Whether an operation changes anything; what merely hands out credentials or answers is a read."""
    return operation not in _READS and not operation.startswith(_READ_PREFIXES)


def read_signature(environ: dict[str, Any]) -> Signature | None:
    """The SigV4 fields of the Authorization header or of a presigned query string, None for an unsigned request."""
    match = _AUTHORIZATION.fullmatch(str(environ.get("HTTP_AUTHORIZATION", "")))
    if match:
        return Signature(
            access_key_id=match["key"],
            date=match["date"],
            region=match["region"],
            service=match["service"],
            signed_headers=match["headers"].lower().split(";"),
            signature=match["signature"],
        )
    query = parse_qs(str(environ.get("QUERY_STRING", "")), keep_blank_values=True)
    scope = query.get("X-Amz-Credential", [""])[0].split("/")
    if query.get("X-Amz-Algorithm") != ["AWS4-HMAC-SHA256"] or len(scope) != 5:
        return None
    return Signature(
        access_key_id=scope[0],
        date=scope[1],
        region=scope[2],
        service=scope[3],
        signed_headers=query.get("X-Amz-SignedHeaders", [""])[0].lower().split(";"),
        signature=query.get("X-Amz-Signature", [""])[0],
        presigned=True,
    )


def _service_of(call: ApiCall) -> str:
    """botocore's name of the service: by the signature's scope, or by the request's looks where it is unsigned."""
    if call.signature is None:
        prefix = call.header("x-amz-target").split(".")[0]
        if prefix == "AWSBillingAndCostManagementDataExports":
            return "bcm-data-exports"
        if prefix == "AWSOrigamiServiceGatewayService":
            return "cur"
        if prefix:
            return "organizations"
        return "sts" if call.header("content-type").startswith("application/x-www-form-urlencoded") else "s3"
    name = call.signature.service.lower()
    if name == "elasticloadbalancing":
        return "elbv2" if _ELB_V2_VERSION in call.body else "elb"
    if name == "s3" and str(call.environ["PATH_INFO"]).startswith("/v20180820/"):
        return "s3control"
    name = _SIGNING_NAME_TO_SERVICE.get(name, name)
    return name if name in _known_services() else name.replace("-", "")


def _protocol_by_looks(call: ApiCall) -> str:
    """How to answer for a service that is not known."""
    return "query" if call.header("content-type").startswith("application/x-www-form-urlencoded") else "json"


def identify(call: ApiCall) -> None:
    """Fill in service, protocol, operation and parameters; AwsError where AWS has no such thing."""
    call.service = _service_of(call)
    if call.service not in _known_services():
        call.protocol = _protocol_by_looks(call)
        raise errors.unknown_operation(call, call.service)
    call.protocol = _protocol(call.service)
    call.operation = _named_operation(call)
    request = Request(call.fresh_environ())
    try:
        model, uri_params = get_service_router(call.service).match(request)
    except (HTTPException, NotImplementedError) as problem:
        raise errors.unknown_operation(call, call.operation or call.method) from problem
    call.operation = str(model.name)
    call.model = model
    if call.service == "s3":
        call.params = dict(uri_params)
        return
    try:
        if call.protocol == "json" and not isinstance(json.loads(call.body or b"{}"), dict):
            raise TypeError("the body is no JSON object")
        call.params = PROTOCOL_PARSERS[call.protocol](model).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": call.body,
                "url_path": request.path,
                "url_params": uri_params,
            }
        )
    except Exception as problem:  # whatever moto's parsers stumble over
        raise errors.unreadable(call) from problem


def check_required(call: ApiCall) -> None:
    """IAM and STS say which required parameter is missing (SDKs find out before they send)."""
    assert call.model is not None
    for name in getattr(call.model.input_shape, "required_members", []):
        if call.params.get(name) is None:
            shown = name[:1].lower() + name[1:]
            raise errors.AwsError(
                "ValidationError",
                f"1 validation error detected: Value null at '{shown}' failed to satisfy constraint: "
                "Member must not be null",
            )


def _named_operation(call: ApiCall) -> str:
    """The operation as the request names it, for the log and for errors."""
    target = call.header("x-amz-target")
    if target:
        return target.rsplit(".", 1)[-1]
    match = re.search(rb"(?:^|&)Action=([A-Za-z]+)", call.body)
    return match[1].decode() if match else ""


def serialize(call: ApiCall, result: dict[str, Any]) -> Response:
    """A successful answer in the protocol of the call, by the operation's output shape."""
    assert call.model is not None
    serializer = get_serializer_class(call.service, call.protocol)(operation_model=call.model)
    done = serializer.serialize(result)
    body = done["body"]
    return Response(done["status_code"], dict(done["headers"]), body.encode() if isinstance(body, str) else body)
