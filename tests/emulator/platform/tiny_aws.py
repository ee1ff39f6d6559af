# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The little of AWS that the platform's own tests need: signatures that are checked, STS, and buckets to read."""

from __future__ import annotations

import dataclasses
import json
import secrets
import threading
import urllib.parse
from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import escape

import botocore.auth
import botocore.awsrequest
from botocore.credentials import ReadOnlyCredentials

from tests.emulator.platform.aws_access import Key


@dataclasses.dataclass
class Bucket:
    """A bucket with its files; `denied` holds (access key id, action) pairs, "*" for every key."""

    region: str
    files: dict[str, bytes] = dataclasses.field(default_factory=dict)
    denied: set[tuple[str, str]] = dataclasses.field(default_factory=set)


@dataclasses.dataclass
class Gate:
    """Where a request waits: the test sees it arrive and lets it go."""

    arrived: threading.Event = dataclasses.field(default_factory=threading.Event)
    opened: threading.Event = dataclasses.field(default_factory=threading.Event)


class Refusal(Exception):
    """An error of AWS: its HTTP status, code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class TinyAws:
    """A WSGI application; keys, roles and buckets are put in by the test."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[Key, str]] = {}
        self.roles: set[str] = set()
        self.buckets: dict[str, Bucket] = {}
        self.gates: dict[str, Gate] = {}
        self.exports: dict[str, dict[str, Any]] = {}
        self.reports: list[dict[str, Any]] = []
        self.calls: list[str] = []

    def add_key(self, account_id: str) -> Key:
        """A new access key of this account."""
        key = Key(f"AKIA{secrets.token_hex(8).upper()}", secrets.token_urlsafe(30))
        self.keys[key.access_key_id] = key, account_id
        return key

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            key, account_id = self._authenticate(environ, body)
            if "HTTP_X_AMZ_TARGET" in environ:
                answer = self._billing(environ["HTTP_X_AMZ_TARGET"].rpartition(".")[2], json.loads(body))
            elif environ["REQUEST_METHOD"] == "POST":
                answer = self._sts(dict(urllib.parse.parse_qsl(body.decode())), key, account_id)
            else:
                answer = self._s3(environ, key)
            status = 200
        except Refusal as refusal:
            status = refusal.status
            error = f"<Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message>"
            sts = environ["REQUEST_METHOD"] == "POST"
            text = f"<ErrorResponse><Error>{error}</Error></ErrorResponse>" if sts else f"<Error>{error}</Error>"
            answer = text.encode()
        start_response(f"{status} Answer", [("Content-Type", "text/xml"), ("Content-Length", str(len(answer)))])
        return [answer]

    def _authenticate(self, environ: dict[str, Any], body: bytes) -> tuple[Key, str]:
        header = environ["HTTP_AUTHORIZATION"].removeprefix("AWS4-HMAC-SHA256 ")
        parts = dict(part.strip().split("=", 1) for part in header.split(","))
        access_key_id, dummy, region, service, dummy = parts["Credential"].split("/")
        if access_key_id not in self.keys:
            raise Refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
        key, account_id = self.keys[access_key_id]
        headers = {name: _header(environ, name) for name in parts["SignedHeaders"].split(";")}
        url = f"http://{environ['HTTP_HOST']}{urllib.parse.quote(environ['PATH_INFO'])}"
        if environ.get("QUERY_STRING"):
            url += "?" + environ["QUERY_STRING"]
        request = botocore.awsrequest.AWSRequest(environ["REQUEST_METHOD"], url, headers, body)
        request.context["timestamp"] = environ["HTTP_X_AMZ_DATE"]
        signer = (botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth)(
            ReadOnlyCredentials(key.access_key_id, key.secret_access_key, key.session_token), service, region
        )
        canonical = signer.canonical_request(request)
        if signer.signature(signer.string_to_sign(request, canonical), request) != parts["Signature"]:
            raise Refusal(403, "SignatureDoesNotMatch", "The signature does not match.\nCheck your secret.")
        return key, account_id

    def _sts(self, form: dict[str, str], key: Key, account_id: str) -> bytes:
        self.calls.append(form["Action"])
        gate = self.gates.get(key.access_key_id)
        if gate is not None:
            gate.arrived.set()
            if not gate.opened.wait(20):
                raise Refusal(500, "Stuck", "nobody opened the gate")
        if form["Action"] == "GetCallerIdentity":
            return _sts_answer("GetCallerIdentity", f"<Account>{account_id}</Account>")
        arn = form["RoleArn"]
        if arn not in self.roles:
            raise Refusal(403, "AccessDenied", f"User is not authorized to perform: sts:AssumeRole on resource: {arn}")
        temporary = dataclasses.replace(self.add_key(arn.split(":")[4]), session_token=secrets.token_urlsafe(20))
        self.keys[temporary.access_key_id] = temporary, arn.split(":")[4]
        return _sts_answer(
            "AssumeRole",
            f"<Credentials><AccessKeyId>{temporary.access_key_id}</AccessKeyId>"
            f"<SecretAccessKey>{temporary.secret_access_key}</SecretAccessKey>"
            f"<SessionToken>{temporary.session_token}</SessionToken>"
            "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>",
        )

    def _billing(self, operation: str, body: dict[str, Any]) -> bytes:
        self.calls.append(operation)
        if operation == "ListExports":
            return json.dumps({"Exports": [{"ExportArn": arn} for arn in self.exports]}).encode()
        if operation == "GetExport":
            return json.dumps({"Export": self.exports[body["ExportArn"]]}).encode()
        return json.dumps({"ReportDefinitions": self.reports}).encode()

    def _s3(self, environ: dict[str, Any], key: Key) -> bytes:
        name, dummy, object_key = environ["PATH_INFO"].lstrip("/").partition("/")
        query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        action = "GetObject" if object_key else "GetBucketLocation" if "location" in query else "ListBucket"
        self.calls.append(action)
        bucket = self.buckets.get(name)
        if bucket is None:
            raise Refusal(404, "NoSuchBucket", "The specified bucket does not exist")
        if bucket.denied & {(key.access_key_id, action), ("*", action)}:
            raise Refusal(403, "AccessDenied", f"not authorized to perform: s3:{action}")
        if action == "GetObject":
            return bucket.files[object_key]
        if action == "GetBucketLocation":
            location = "" if bucket.region == "us-east-1" else bucket.region
            return f"<LocationConstraint>{location}</LocationConstraint>".encode()
        return _listing(bucket, query["prefix"], query.get("delimiter"))


def _header(environ: dict[str, Any], name: str) -> str:
    variable = name.upper().replace("-", "_")
    return str(environ[variable if variable in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{variable}"])


def _sts_answer(operation: str, result: str) -> bytes:
    return f"<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>".encode()


def _listing(bucket: Bucket, prefix: str, delimiter: str | None) -> bytes:
    keys = sorted(key for key in bucket.files if key.startswith(prefix))
    folders: list[str] = []
    if delimiter:
        inside = [key for key in keys if delimiter in key[len(prefix) :]]
        folders = sorted({prefix + key[len(prefix) :].partition(delimiter)[0] + delimiter for key in inside})
        keys = [key for key in keys if key not in inside]
    text = "".join(
        f"<Contents><Key>{escape(key)}</Key><Size>{len(bucket.files[key])}</Size></Contents>" for key in keys
    )
    text += "".join(f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>" for folder in folders)
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{text}</ListBucketResult>".encode()
