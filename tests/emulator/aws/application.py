# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
The WSGI application: moto inside, and around it what moto leaves out.

The order of the middleware: control endpoints; read the call; authenticate; locate the bucket; faults before the
effect; authorize; the services' own rules; moto; the rules after it; faults after the effect; the call log.
"""

from __future__ import annotations

import http.client
import sys
import traceback
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from moto.iam.models import mark_account_as_visited

from tests.emulator.aws import (
    ce_rules,
    errors,
    fault_answers,
    iam_rules,
    kms_rules,
    moto_application,
    organizations_rules,
    parameters_rules,
    s3_rules,
    secrets_rules,
    sts_rules,
)
from tests.emulator.aws.authorization import authorize
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.credentials import authenticate
from tests.emulator.aws.operations import check_required, identify, is_region, is_write, read_signature
from tests.emulator.aws.s3_buckets import find_bucket
from tests.emulator.aws.spreading import destination_bucket
from tests.emulator.aws.state import AwsState
from tests.emulator.call_log import CallLog
from tests.emulator.faults import Dropped, Failed, Faults, Throttled

Control = Callable[[dict[str, Any], bytes], Response]

_RULES: dict[str, ModuleType] = {
    "ce": ce_rules,
    "iam": iam_rules,
    "kms": kms_rules,
    "organizations": organizations_rules,
    "s3": s3_rules,
    "secretsmanager": secrets_rules,
    "ssm": parameters_rules,
    "sts": sts_rules,
}
_ONLY_IN_US_EAST_1 = {"bcm-data-exports", "ce", "cur", "iam", "organizations"}
CONTROL_PREFIX = "/_emulator/"
_BY_PLATFORM = "finops.by_platform"


class AwsApplication:
    """Answers AWS API calls, disturbed by `faults`; `control` answers what is below /_emulator/."""

    def __init__(self, state: AwsState, log: CallLog, control: Control) -> None:
        self._state = state
        self._log = log
        self._control = control
        self.faults = Faults()
        self._moto = moto_application.MotoApplication(state)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) if _has_body(environ) else b""
        path = str(environ.get("PATH_INFO", ""))
        if path == f"{CONTROL_PREFIX}faults":
            response = fault_answers.control(self.faults, environ["REQUEST_METHOD"], body)
        elif path.startswith(CONTROL_PREFIX):
            response = self._control(environ, body)
        else:
            response = self._answer_and_log(environ, body)
        headers = {key: value for key, value in response.headers.items() if key.lower() != "content-length"}
        length = str(len(response.body))
        if environ["REQUEST_METHOD"] == "HEAD":
            length = next((v for k, v in response.headers.items() if k.lower() == "content-length"), length)
        headers["Content-Length"] = length
        reason = http.client.responses.get(response.status, "Unknown")
        start_response(f"{response.status} {reason}", list(headers.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]

    def answer_platform(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI, for the calls that the platform makes itself."""
        environ[_BY_PLATFORM] = True
        return self(environ, start_response)

    def _answer_and_log(self, environ: dict[str, Any], body: bytes) -> Response:
        environ["RAW_URI"] = environ.get("REQUEST_URI", environ["PATH_INFO"])
        environ.pop("HTTP_X_MOTO_ACCOUNT_ID", None)
        call = ApiCall(environ, body, read_signature(environ))
        try:
            response = self._answer(call)
        except Dropped as dropped:
            self._record(call, Response(0, {}, b""), dropped.code)
            raise
        except errors.AwsError as problem:
            return self._refuse(call, problem)
        except (Throttled, Failed) as fault:
            return self._refuse(call, fault_answers.error_for(call, fault))
        except NotImplementedError:
            return self._refuse(call, errors.not_emulated(call))
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return self._refuse(call, errors.internal_failure(call))
        self._record(call, response, moto_application.error_code(response) if response.status >= 400 else None)
        return response

    def _refuse(self, call: ApiCall, error: errors.AwsError) -> Response:
        response = errors.render(call, error)
        self._record(call, response, error.code)
        return response

    def _record(self, call: ApiCall, response: Response, code: str | None) -> None:
        self._state.changes += is_write(call.operation) and _BY_PLATFORM not in call.environ
        self._log.record(
            account=call.account,
            service=call.service,
            operation=call.operation,
            write=is_write(call.operation),
            status=response.status,
            error=code,
            principal=call.identity.arn if call.identity else "",
            size=len(response.body),
        )

    def _answer(self, call: ApiCall) -> Response:
        identify(call)
        if not is_region(call.region):
            raise errors.unknown_region(call)
        if call.service in _ONLY_IN_US_EAST_1 and call.region != "us-east-1":
            raise errors.wrong_signature(call, "Credential should be scoped to a valid region. ")
        call.identity = authenticate(call)
        if call.identity.kind == "user" and self.faults.refuses_key(call.identity.access_key_id):
            raise errors.unknown_key(call)
        call.forward_account = call.account
        if call.service == "s3":
            s3_rules.locate_bucket(call)
        by_platform = _BY_PLATFORM in call.environ
        with (
            self.faults.around(call.service, call.operation, is_write(call.operation), by_platform),
            self._state.locks.hold(*_lock_names(call)),
        ):
            spreading = self.faults.spreading
            try:
                return spreading.act(call, self._state, self._act) if spreading else self._act(call)
            finally:
                _mark_key_as_used(call)

    def _act(self, call: ApiCall) -> Response:
        if call.service in ("iam", "sts"):
            check_required(call)
        if call.service == "iam":
            iam_rules.before_all(call)
        authorize(call, self._state)
        if call.service == "s3":
            s3_rules.before_all(call)
        elif call.service == "organizations":
            organizations_rules.check_caller(call)
        rules = _RULES.get(call.service)
        before = rules.BEFORE.get(call.operation) if rules else None
        response: Response | None = before(call, self._state) if before else None
        if response is not None:
            return response
        response = self._moto.forward(call)
        after = rules.AFTER.get(call.operation) if rules else None
        if after and (response.status < 300 or call.operation in ("GetObject", "HeadObject")):
            changed: Response = after(call, self._state, response)
            return changed
        return response


def _has_body(environ: dict[str, Any]) -> bool:
    return bool(environ.get("CONTENT_LENGTH")) or bool(environ.get("wsgi.input_terminated"))


def _mark_key_as_used(call: ApiCall) -> None:
    """GetAccessKeyLastUsed tells of every signed call, of refused ones too, with the service's signing name."""
    assert call.signature is not None
    key_id = call.caller.access_key_id
    mark_account_as_visited(call.account, key_id, call.signature.service, call.region)


def _lock_names(call: ApiCall) -> set[str]:
    """The account itself, the bucket's owner, the account of the role; bucket names, exports and organizations have one each."""
    names = {call.account, call.forward_account}
    if call.service == "s3" and call.operation in ("CreateBucket", "DeleteBucket"):
        names.add("bucket names")
    if call.service == "organizations":
        names.add("organizations")
    if call.service == "sts":
        parts = str(call.params.get("RoleArn", "")).split(":")
        names.add(parts[4] if len(parts) > 4 else "")
    if call.service == "bcm-data-exports":
        names.add("exports")
        bucket = find_bucket(destination_bucket(call) or "")
        names.add(bucket.account_id if bucket else "")
    return names - {""}
