# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A platform that answers from a script: its client, its answers, and the calls that change something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import Platform
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT
from tests.unit.plugins.module_utils.scripted_server import answer

TOKEN = "token-of-the-test"
LIST = "GET /restapi/v2/organizations/org-1/cloud_accounts"
POST = "POST /restapi/v2/organizations/org-1/cloud_accounts"
HTML = b"<html><body>Sign in</body></html>"
NEW = {"name": "aws", "type": "aws_cnr", "config": {"access_key_id": "AKIANEW", "secret_access_key": "fresh/secret"}}


def refusal(status: int, code: str, reason: Any = "Because", params: Any = None) -> bytes:
    return answer(
        status, {"error": {"status_code": status, "error_code": code, "reason": reason, "params": params or []}}
    )


def listing(*sources: dict[str, Any]) -> bytes:
    return answer(200, {"cloud_accounts": list(sources)})


def source(identifier: str = "source-1", account: str = ACCOUNT, **config: Any) -> dict[str, Any]:
    return {"id": identifier, "name": "aws", "account_id": account, "config": config}


def platform(url: str, **options: Any) -> Platform:
    given = {"platform_url": url, "platform_organization_id": "org-1", "platform_token": TOKEN, "account_id": ACCOUNT}
    return Platform({**given, **options})


WRITES: dict[str, Callable[[Platform], Any]] = {
    "POST": lambda client: client.create_cloud_account(**NEW),
    "PATCH": lambda client: client.update_cloud_account("source-1", config=NEW["config"]),
}
