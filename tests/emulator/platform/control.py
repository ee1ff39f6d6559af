# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control endpoints under `/_emulator/`: what a test may do and see that a client may not."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import flask

from tests.emulator.call_log import CallLog
from tests.emulator.platform.aws_access import AwsAccess, Key
from tests.emulator.platform.imports import Imports
from tests.emulator.platform.store import CloudAccount, Store

CONTROL_PATH = "/_emulator/"
SETTABLE = frozenset(
    {
        "auto_import",
        "details",
        "last_getting_metric_attempt_at",
        "last_getting_metric_attempt_error",
        "last_getting_metrics_at",
        "last_import_at",
        "last_import_attempt_at",
        "last_import_attempt_error",
        "last_import_modified_at",
        "process_recommendations",
    }
)


def build_control(store: Store, calls: CallLog, aws: AwsAccess, imports: Imports) -> flask.Flask:
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
                | {"cloud_accounts": [_internal(store, entry) for entry in store.cloud_accounts(organization.id)]}
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
        same = store.user(body["email"]) if "email" in body else None
        organization, user = store.add_organization(body.get("name", "Another organization"), same)
        return {
            "organization_id": organization.id,
            "email": user.email,
            "password": user.password,
            "token": store.issue_token(user).value,
        }, 201

    @app.patch("/_emulator/organizations/<organization_id>")
    def set_organization(organization_id: str) -> tuple[dict[str, Any], int]:
        organization, body = store.organization(organization_id), flask.request.get_json()
        if organization is None or not set(body) <= {"name", "currency", "disabled"}:
            return {"error": f"there is no such organization, or nothing like {sorted(body)} in it"}, 400
        store.put_organization(dataclasses.replace(organization, **body))
        return {}, 200

    @app.patch("/_emulator/cloud_accounts/<cloud_account_id>")
    def set_cloud_account(cloud_account_id: str) -> tuple[dict[str, Any], int]:
        body = flask.request.get_json()
        with store.lock:
            cloud_account = store.cloud_account(cloud_account_id)
            if cloud_account is None or not set(body) <= SETTABLE:
                return {"error": f"there is no such data source, or nothing like {sorted(body)} in it"}, 400
            store.put(dataclasses.replace(cloud_account, **body))
        return {}, 200

    @app.put("/_emulator/cloud_accounts/<cloud_account_id>/report_imports")
    def set_report_imports(cloud_account_id: str) -> dict[str, Any]:
        store.forget_report_imports(cloud_account_id)
        for fields in flask.request.get_json():
            store.add_report_import(cloud_account_id, **fields)
        return {}

    @app.post("/_emulator/hours")
    def pass_hours() -> dict[str, Any]:
        imports.pass_hours(flask.request.get_json()["hours"])
        return {"now": store.clock.now().isoformat()}

    @app.put("/_emulator/connected_elsewhere")
    def set_connected_elsewhere() -> dict[str, Any]:
        store.connected_elsewhere = frozenset(flask.request.get_json())
        return {}

    return app


def _internal(store: Store, cloud_account: CloudAccount) -> dict[str, Any]:
    """What GET shows, what the platform keeps to itself, and the secret's digest; never the secret."""
    secret = cloud_account.config.get("secret_access_key")
    return cloud_account.public | {
        "secret_sha256": hashlib.sha256(secret.encode()).hexdigest() if secret is not None else None,
        "rule_created": cloud_account.rule_created,
        "import_scheduled": cloud_account.import_scheduled,
        "imports": len(store.report_imports(cloud_account.id)),
    }
