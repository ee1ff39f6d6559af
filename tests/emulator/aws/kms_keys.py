# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KMS keys as moto keeps them, by whatever they are called, and whether somebody may use one."""

from __future__ import annotations

import dataclasses
from typing import Literal

from moto.kms.models import Key, kms_backends

from tests.emulator.aws.authorization import context_of, decide, principal_names
from tests.emulator.aws.call import ApiCall
from tests.emulator.aws.policy_language import Query, evaluate

_MANAGED = ("alias/aws/", ":alias/aws/")


class KeyRefused(Exception):
    """Why a key cannot be used; each service says it with an error of its own."""

    def __init__(self, kind: Literal["missing", "unusable", "denied"], message: str, cause: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.cause = cause


@dataclasses.dataclass(frozen=True)
class KeyReference:
    """
    A key as a bucket, a secret or a parameter names it: id, ARN, alias or alias ARN, in an account and region.

    Without a name, and by the name of an alias of AWS, it is the account's own AWS managed key of the service.
    """

    name: str
    account: str
    region: str

    @property
    def is_managed(self) -> bool:
        """Whether AWS manages the key and its policy: everybody in the account may use it through the service."""
        return not self.name or self.name.startswith(_MANAGED[0]) or _MANAGED[1] in self.name

    @property
    def arn(self) -> str:
        """The ARN that the name stands for, whether there is such a key or not."""
        if self.name.startswith("arn:"):
            return self.name
        kind = "" if self.name.startswith("alias/") else "key/"
        return f"arn:aws:kms:{self.region}:{self.account}:{kind}{self.name}"

    def find(self) -> Key | None:
        """The key, None where there is none."""
        parts = self.arn.split(":", 5)
        if len(parts) != 6 or parts[4] not in kms_backends or parts[3] not in kms_backends[parts[4]]:
            return None
        backend = kms_backends[parts[4]][parts[3]]
        name = parts[5].removeprefix("key/")
        if name.startswith("alias/"):
            return next((key for key in backend.keys.values() if name in key.aliases), None)
        return backend.keys.get(name)

    def usable(self) -> Key:
        """The key; KeyRefused where it does not exist, is disabled or waits for its deletion."""
        key = self.find()
        if key is None:
            shown = f"Alias {self.arn} is not found." if ":alias/" in self.arn else f"Key '{self.arn}' does not exist"
            raise KeyRefused("missing", shown, "NotFoundException")
        if key.key_state == "Disabled":
            raise KeyRefused("unusable", f"{key.arn} is disabled.", "DisabledException")
        if key.key_state != "Enabled":
            raise KeyRefused("unusable", f"{key.arn} is pending deletion.", "KMSInvalidStateException")
        return key


def check_caller(call: ApiCall, reference: KeyReference, *actions: str) -> None:
    """
    KeyRefused unless the caller may use the key through the called service.

    KMS asks the key's policy first: it names the caller, or hands the decision to the caller's account (the default
    policy does), and then an identity policy must allow as well.
    """
    if reference.is_managed:
        if call.account != reference.account:
            raise KeyRefused("denied", f"User: {call.caller.arn} is not authorized to use the key", "AccessDenied")
        return
    key = reference.usable()
    context = {
        **context_of(call, call.caller),
        "kms:ViaService": f"{call.service}.{reference.region}.amazonaws.com",
        "kms:CallerAccount": call.account,
    }
    for action in actions:
        target = (action, str(key.arn))
        through_account = decide(call.caller, target, context, key.policy, owner="")
        if through_account.allowed:
            continue
        query = Query(*target, context, principal_names(call.caller))
        named = call.account == key.account_id and evaluate([key.policy], query) == "allow"
        if named and decide(call.caller, target, context, key.policy, owner=call.account).allowed:
            continue
        raise KeyRefused(
            "denied",
            f"User: {call.caller.arn} is not authorized to perform: {action} on resource: {key.arn} "
            f"{through_account.reason}",
            "AccessDeniedException",
        )


def service_may_use(service: str, reference: KeyReference, source_arn: str) -> bool:
    """
    Whether an AWS service may write with the key: its policy must grant the service both actions that S3 needs for
    large objects (S3 user guide, multipart uploads with SSE-KMS). AWS's managed keys let no service in.
    """
    if reference.is_managed:
        return False
    try:
        key = reference.usable()
    except KeyRefused:
        return False
    context = {
        "aws:SourceArn": source_arn,
        "aws:SourceAccount": source_arn.split(":")[4],
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": service,
        "kms:ViaService": f"s3.{reference.region}.amazonaws.com",
    }
    return all(
        evaluate([key.policy], Query(action, str(key.arn), context, service=service)) == "allow"
        for action in ("kms:GenerateDataKey", "kms:Decrypt")
    )
