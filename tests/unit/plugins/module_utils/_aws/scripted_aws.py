# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An AWS that answers from a script: an account's clients, its answers, and what it was asked."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import parse_qs

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import Clients
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER
from tests.unit.plugins.module_utils.scripted_server import ScriptedServer, answer

ROLE = f"arn:aws:iam::{ACCOUNT}:role/Access"
CENTRAL_ROLE = f"arn:aws:iam::{OTHER}:role/Secrets"


def xml(operation: str, result: str, status: int = 200) -> bytes:
    return answer(
        status,
        body=f"<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>".encode(),
    )


def refusal(code: str, message: str = "m", status: int = 403) -> bytes:
    text = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    return answer(status, body=text.encode())


def identity(account: str = ACCOUNT, partition: str = "aws") -> bytes:
    arn = f"arn:{partition}:iam::{account}:user/admin"
    return xml("GetCallerIdentity", f"<Account>{account}</Account><Arn>{arn}</Arn><UserId>u</UserId>")


def assumed(account: str = ACCOUNT, minutes: float = 60) -> bytes:
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    return xml(
        "AssumeRole",
        "<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey>"
        f"<SessionToken>role-token</SessionToken><Expiration>{end:%Y-%m-%dT%H:%M:%SZ}</Expiration></Credentials>"
        "<AssumedRoleUser><AssumedRoleId>i</AssumedRoleId>"
        f"<Arn>arn:aws:sts::{account}:assumed-role/Access/finops-for-cloud</Arn></AssumedRoleUser>",
    )


USER = xml("GetUser", "<User><UserName>u</UserName></User>")


def clients(url: str = "http://127.0.0.1:1", **options: Any) -> Clients:
    given = {"account_id": ACCOUNT, "access_key": "AKIA", "secret_key": "base-secret", "endpoint_url": url}
    return Clients({**given, **options})


def form(aws: ScriptedServer, number: int = 0) -> dict[str, str]:
    """The parameters of a request."""
    return {name: values[0] for name, values in parse_qs(aws.requests[number].body.decode()).items()}


def actions(aws: ScriptedServer) -> list[str]:
    return [form(aws, number)["Action"] for number in range(len(aws.requests))]
