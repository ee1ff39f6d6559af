# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The routes of the REST API: who may ask, and which rule answers."""

from __future__ import annotations

import datetime
import hmac
from typing import Any

import flask
import werkzeug.exceptions

from tests.emulator.platform.calls import ERROR_KEY, bearer_token
from tests.emulator.platform.cloud_accounts import CloudAccounts
from tests.emulator.platform.errors import PlatformError, not_found
from tests.emulator.platform.policies import expected_policies
from tests.emulator.platform.store import CloudAccount, Organization, Store, Token, User
from tests.emulator.platform.validation import KNOWN_TYPES, SUPPORTED_TYPE, parse_body

RESOURCE_TYPES = ("bucket", "instance", "ip_address", "load_balancer", "rds_instance", "snapshot", "volume")


def build_api(store: Store, rules: CloudAccounts) -> flask.Flask:
    """The application of everything under `/auth/v2` and `/restapi/v2`."""
    app = flask.Flask("platform")
    access = _Access(store)
    _add_error_handlers(app)
    _add_login(app, store)
    _add_organizations(app, store, access)
    _add_collection(app, store, rules, access)
    _add_item(app, store, rules, access)
    return app


class _Access:
    """Facts, "Auth": 401 OE0237 without a token, 401 OE0235 with a bad one, 403 OE0234 without a role."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def user(self) -> User:
        """Who is asking."""
        value = bearer_token(flask.request.headers.get("Authorization"))
        if value is None:
            raise PlatformError(401, "OE0237")
        token = self._store.token(value)
        if token is None:
            raise PlatformError(401, "OE0235")
        return token.user

    def organization(self, organization_id: str) -> Organization:
        """The organization, if there is one (404 OE0002) and the user has a role in it."""
        user = self.user()
        organization = self._store.organization(organization_id)
        if organization is None:
            raise not_found("Organization", organization_id)
        if organization_id not in user.organizations:
            raise PlatformError(403, "OE0234")
        return organization

    def cloud_account(self, cloud_account_id: str) -> CloudAccount:
        """The data source, if there is one (404 OE0002) and the user has a role in its organization."""
        user = self.user()
        cloud_account = self._store.cloud_account(cloud_account_id)
        if cloud_account is None:
            raise not_found("CloudAccount", cloud_account_id)
        if cloud_account.organization_id not in user.organizations:
            raise PlatformError(403, "OE0234")
        return cloud_account


def _add_error_handlers(app: flask.Flask) -> None:
    @app.errorhandler(PlatformError)
    def platform_error(error: PlatformError) -> tuple[dict[str, object], int]:
        flask.request.environ[ERROR_KEY] = error.code
        return error.as_json(), error.status

    @app.errorhandler(404)
    def no_such_url(error: werkzeug.exceptions.HTTPException) -> tuple[dict[str, object], int]:
        return platform_error(PlatformError(404, "OE0257"))

    @app.errorhandler(405)
    def no_such_method(error: werkzeug.exceptions.HTTPException) -> tuple[dict[str, object], int]:
        return platform_error(PlatformError(405, "U0405"))

    @app.errorhandler(Exception)
    def defect(error: Exception) -> tuple[dict[str, object], int]:
        app.logger.exception("a defect of the embedded platform itself", exc_info=error)
        return platform_error(PlatformError(500, "U0500"))


def _add_login(app: flask.Flask, store: Store) -> None:
    @app.post("/auth/v2/tokens")
    def create_token() -> tuple[dict[str, Any], int]:
        body = parse_body(flask.request.get_data())
        email, password = body.get("email"), body.get("password")
        if not isinstance(email, str) or not isinstance(password, str) or not email or not password:
            raise PlatformError(400, "OA0039")
        user = store.user(email)
        if user is None or not hmac.compare_digest(user.password.encode(), password.encode()):
            raise PlatformError(403, "OA0037")
        return _token_json(store.issue_token(user)), 201


def _token_json(token: Token) -> dict[str, Any]:
    return {
        "token": token.value,
        "digest": token.digest,
        "user_id": token.user.id,
        "created_at": _timestamp(token.created_at),
        "valid_until": _timestamp(token.valid_until),
        "ip": flask.request.remote_addr,
        "user_email": token.user.email,
    }


def _timestamp(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).replace(tzinfo=None).isoformat()


def _add_organizations(app: flask.Flask, store: Store, access: _Access) -> None:
    @app.get("/restapi/v2/organizations")
    def list_organizations() -> dict[str, Any]:
        """Facts: paginated; here with `limit` and `offset`."""
        user = access.user()
        own = [organization for organization in store.organizations() if organization.id in user.organizations]
        offset, limit = _integer("offset", 0), _integer("limit", len(own))
        page = own[offset : offset + limit]
        return {
            "organizations": [organization.as_json() for organization in page],
            "total_count": len(own),
            "limit": limit,
            "offset": offset,
        }

    @app.get("/restapi/v2/organizations/<organization_id>")
    def get_organization(organization_id: str) -> dict[str, Any]:
        return access.organization(organization_id).as_json()

    @app.get("/restapi/v2/organizations/<organization_id>/cloud_policies")
    def get_cloud_policies(organization_id: str) -> dict[str, Any]:
        access.organization(organization_id)
        cloud_type = flask.request.args.get("cloud_type")
        if cloud_type is None:
            raise PlatformError(400, "OE0216", "cloud_type")
        if cloud_type != SUPPORTED_TYPE:
            raise PlatformError(400, "OE0436", cloud_type)
        if _boolean("linked"):
            return expected_policies(None)
        bucket_name = flask.request.args.get("bucket_name")
        if not bucket_name:
            raise PlatformError(400, "OE0216", "bucket_name")
        return expected_policies(bucket_name)


def _add_collection(app: flask.Flask, store: Store, rules: CloudAccounts, access: _Access) -> None:
    @app.get("/restapi/v2/organizations/<organization_id>/cloud_accounts")
    def list_cloud_accounts(organization_id: str) -> flask.Response | dict[str, Any]:
        access.organization(organization_id)
        entries = _filtered(store.cloud_accounts(organization_id))
        if _boolean("details"):
            return {"cloud_accounts": [_with_details(entry) for entry in entries]}
        text = ", ".join(entry.public_json for entry in entries)
        return flask.Response(f'{{"cloud_accounts": [{text}]}}', mimetype="application/json")

    @app.post("/restapi/v2/organizations/<organization_id>/cloud_accounts")
    def create_cloud_account(organization_id: str) -> tuple[dict[str, Any], int]:
        access.organization(organization_id)
        body = parse_body(flask.request.get_data())
        return rules.create(organization_id, body).public, 201

    @app.post("/restapi/v2/cloud_account_verify")
    def verify_cloud_account() -> dict[str, Any]:
        """Facts: no token check."""
        rules.verify(parse_body(flask.request.get_data()))
        return {"status": "ok"}


def _add_item(app: flask.Flask, store: Store, rules: CloudAccounts, access: _Access) -> None:
    path = "/restapi/v2/cloud_accounts/<cloud_account_id>"

    @app.get(path)
    def get_cloud_account(cloud_account_id: str) -> dict[str, Any]:
        cloud_account = access.cloud_account(cloud_account_id)
        return _with_details(cloud_account) if _boolean("details") else cloud_account.public

    @app.patch(path)
    def update_cloud_account(cloud_account_id: str) -> dict[str, Any]:
        cloud_account = access.cloud_account(cloud_account_id)
        return rules.update(cloud_account, parse_body(flask.request.get_data())).public

    @app.delete(path)
    def delete_cloud_account(cloud_account_id: str) -> tuple[str, int]:
        store.remove(access.cloud_account(cloud_account_id))
        return "", 204


def _filtered(entries: list[CloudAccount]) -> list[CloudAccount]:
    """Facts, "List": the filters only_linked, type, auto_import and process_recommendations."""
    wanted_type = flask.request.args.get("type")
    if wanted_type is not None:
        if wanted_type not in KNOWN_TYPES:
            raise PlatformError(400, "OE0217", "type")
        entries = [entry for entry in entries if entry.type == wanted_type]
    if _boolean("only_linked"):
        entries = [entry for entry in entries if entry.linked]
    auto_import = _boolean("auto_import")
    if auto_import is not None:
        entries = [entry for entry in entries if entry.auto_import == auto_import]
    recommendations = _boolean("process_recommendations")
    if recommendations is not None:
        entries = [entry for entry in entries if entry.process_recommendations == recommendations]
    return entries


def _with_details(cloud_account: CloudAccount) -> dict[str, Any]:
    """Facts, "List": what `details=true` adds; nothing is ever imported here, so the numbers are zero."""
    discovery = [
        {"resource_type": name, "last_discovery_at": 0, "last_error_at": 0, "last_error": None}
        for name in RESOURCE_TYPES
    ]
    details = {"cost": 0, "forecast": 0, "last_month_cost": 0, "resources": 0, "discovery_infos": discovery}
    return cloud_account.public | {"details": details}


def _boolean(name: str) -> bool | None:
    value = flask.request.args.get(name)
    if value is None:
        return None
    if value.lower() not in ("true", "false"):
        raise PlatformError(400, "OE0217", name)
    return value.lower() == "true"


def _integer(name: str, default: int) -> int:
    value = flask.request.args.get(name)
    if value is None:
        return default
    if not value.isascii() or not value.isdigit():
        raise PlatformError(400, "OE0217", name)
    return int(value)
