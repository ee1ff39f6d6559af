# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control endpoints under `/_emulator/`: what a test may do and see that a client may not."""

from __future__ import annotations

import hashlib
from typing import Any

import flask

from tests.emulator.call_log import CallLog
from tests.emulator.platform.aws_access import AwsAccess, Key
from tests.emulator.platform.store import CloudAccount, Store

CONTROL_PATH = "/_emulator/"


def build_control(store: Store, calls: CallLog, aws: AwsAccess) -> flask.Flask:
    """The application of the control endpoints; its requests are neither recorded nor subject to faults."""
    app = flask.Flask("platform_control")

    @app.post("/_emulator/run")
    def run() -> dict[str, Any]:
        calls.start_run(flask.request.get_json()["name"])
        return {}

    @app.get("/_emulator/calls")
    def list_calls() -> list[dict[str, Any]]:
        return calls.as_json(flask.request.args.get("run"))

    @app.post("/_emulator/clear")
    def clear() -> dict[str, Any]:
        calls.clear()
        return {}

    @app.post("/_emulator/reset")
    def reset() -> dict[str, Any]:
        store.empty()
        return {}

    @app.get("/_emulator/state")
    def state() -> dict[str, Any]:
        return {
            "organizations": [
                organization.as_json()
                | {"cloud_accounts": [_internal(entry) for entry in store.cloud_accounts(organization.id)]}
                for organization in store.organizations()
            ]
        }

    @app.get("/_emulator/credentials/<cloud_account_id>")
    def credentials(cloud_account_id: str) -> tuple[dict[str, Any], int]:
        cloud_account = store.cloud_account(cloud_account_id)
        if cloud_account is None or "secret_access_key" not in cloud_account.config:
            return {"error": f"no access key is stored for {cloud_account_id}"}, 404
        return {name: cloud_account.config[name] for name in ("access_key_id", "secret_access_key")}, 200

    @app.post("/_emulator/service_credentials")
    def service_credentials() -> dict[str, Any]:
        body = flask.request.get_json()
        given = body.get("access_key_id")
        aws.service_key = Key(given, body["secret_access_key"]) if given else None
        return {}

    @app.post("/_emulator/organizations")
    def add_organization() -> tuple[dict[str, Any], int]:
        body = flask.request.get_json(silent=True) or {}
        organization, user = store.add_organization(body.get("name", "Another organization"))
        return {
            "organization_id": organization.id,
            "email": user.email,
            "password": user.password,
            "token": store.issue_token(user).value,
        }, 201

    return app


def _internal(cloud_account: CloudAccount) -> dict[str, Any]:
    """What GET shows, what the platform keeps to itself, and the secret's digest; never the secret."""
    secret = cloud_account.config.get("secret_access_key")
    return cloud_account.public | {
        "secret_sha256": hashlib.sha256(secret.encode()).hexdigest() if secret is not None else None,
        "rule_created": cloud_account.rule_created,
        "import_scheduled": cloud_account.import_scheduled,
        "imports": cloud_account.imports,
    }
