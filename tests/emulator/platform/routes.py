# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The routes of the REST API: who may ask, and which rule answers."""

from __future__ import annotations

import datetime
import functools
import hmac
import itertools
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

import flask
import werkzeug.exceptions

from tests.emulator.platform.breakdown import breakdown
from tests.emulator.platform.calls import ERROR_KEY, bearer_token
from tests.emulator.platform.cloud_accounts import CloudAccounts
from tests.emulator.platform.errors import PlatformError, not_found
from tests.emulator.platform.imports import Imports
from tests.emulator.platform.store import CloudAccount, Organization, Store, Token, User
from tests.emulator.platform.validation import KNOWN_TYPES, SUPPORTED_TYPE, parse_body

RESOURCE_TYPES = ("bucket", "instance", "ip_address", "load_balancer", "snapshot", "volume")
NUMBERS = ("cost", "forecast", "last_month_cost", "resources")
POLICY_ARGUMENTS = frozenset({"cloud_type", "bucket_name", "linked"})
Shuffled = Callable[[Sequence[Any]], list[Any]]


def build_api(store: Store, rules: CloudAccounts, imports: Imports) -> flask.Flask:
    """The application of everything under `/auth/v2` and `/restapi/v2`."""
    app = flask.Flask("platform")
    access = _Access(store)
    shuffled = _shuffling()
    _add_error_handlers(app)
    app.after_request(functools.partial(_dated, store))
    _add_login(app, store)
    _add_organizations(app, store, access)
    _add_policies(app, rules, access)
    _add_collection(app, store, rules, access, shuffled)
    _add_item(app, store, rules, access, shuffled)
    _add_imports(app, store, imports, access, shuffled)
    _add_expenses(app, store, access)
    return app


def _shuffling() -> Shuffled:
    """Facts, last part: lists are unordered; here another order for each request, the same ones in each run."""
    seeds = itertools.count()

    def shuffled(entries: Sequence[Any]) -> list[Any]:
        return random.Random(next(seeds)).sample(entries, len(entries))

    return shuffled


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

    def organization(self, organization_id: str, manage: bool = False) -> Organization:
        """The organization, if there is one (404 OE0002) and the user has a role in it.

        Facts, last part: in a disabled one nobody may `manage` anything (403 OE0234).
        """
        user = self.user()
        organization = self._store.organization(organization_id)
        if organization is None:
            raise not_found("Organization", organization_id)
        if organization_id not in user.organizations or (manage and organization.disabled):
            raise PlatformError(403, "OE0234")
        return organization

    def cloud_account(self, cloud_account_id: str, manage: bool = False) -> CloudAccount:
        """The data source, if there is one (404 OE0002) and the user may see or manage its organization."""
        self.user()
        cloud_account = self._store.cloud_account(cloud_account_id)
        if cloud_account is None:
            raise not_found("CloudAccount", cloud_account_id)
        self.organization(cloud_account.organization_id, manage)
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
        return platform_error(PlatformError(405, "OE0245", flask.request.method))

    @app.errorhandler(Exception)
    def defect(error: Exception) -> tuple[dict[str, object], int]:
        app.logger.exception("a defect of the embedded platform itself", exc_info=error)
        return platform_error(PlatformError(500, "U0500"))


def _add_login(app: flask.Flask, store: Store) -> None:
    @app.post("/auth/v2/tokens")
    def create_token() -> tuple[dict[str, Any], int]:
        body = _login_body(flask.request.get_data())
        email, password = body.get("email"), body.get("password")
        if not isinstance(email, str) or not isinstance(password, str) or not email or not password:
            raise PlatformError(400, "OA0039")
        user = store.user(email)
        if user is None or not hmac.compare_digest(user.password.encode(), password.encode()):
            raise PlatformError(403, "OA0037")
        return _token_json(store.issue_token(user)), 201


def _login_body(data: bytes) -> dict[str, Any]:
    """The JSON object of a login; OA0050 where it is none, or empty."""
    try:
        body = json.loads(data)
    except ValueError:
        body = None
    if not body or not isinstance(body, dict):
        raise PlatformError(400, "OA0050")
    return body


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
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).replace(tzinfo=None).isoformat()


def _add_organizations(app: flask.Flask, store: Store, access: _Access) -> None:
    @app.get("/restapi/v2/organizations")
    def list_organizations() -> dict[str, Any]:
        """Facts: paginated, in no order that means anything; a limit of 0 is none."""
        user = access.user()
        own = [organization for organization in store.organizations() if organization.id in user.organizations]
        own.sort(key=lambda organization: organization.id)
        offset, limit = _integer("offset", 0), _integer("limit", 0)
        page = own[offset : offset + limit if limit else None]
        return {
            "organizations": [organization.as_json() for organization in page],
            "total_count": len(own),
            "limit": limit,
            "offset": offset,
        }

    @app.get("/restapi/v2/organizations/<organization_id>")
    def get_organization(organization_id: str) -> dict[str, Any]:
        return access.organization(organization_id).as_json()


def _add_policies(app: flask.Flask, rules: CloudAccounts, access: _Access) -> None:
    @app.get("/restapi/v2/organizations/<organization_id>/cloud_policies")
    def get_cloud_policies(organization_id: str) -> dict[str, Any]:
        """Facts, last part: OE0548 for a missing argument, OE0212 for one too many, a bucket of a linked source too."""
        access.organization(organization_id)
        arguments = flask.request.args
        cloud_type, bucket_name, linked = arguments.get("cloud_type"), arguments.get("bucket_name"), _boolean("linked")
        if cloud_type is None:
            raise PlatformError(400, "OE0548", "cloud_type")
        if cloud_type != SUPPORTED_TYPE:
            raise PlatformError(400, "OE0436", cloud_type)
        unexpected = [name for name in arguments if name not in POLICY_ARGUMENTS or (linked and name == "bucket_name")]
        if unexpected:
            raise PlatformError(400, "OE0212", unexpected)
        if not linked and not bucket_name:
            raise PlatformError(400, "OE0548", "bucket_name")
        return rules.policies(bucket_name)


def _add_collection(app: flask.Flask, store: Store, rules: CloudAccounts, access: _Access, shuffled: Shuffled) -> None:
    @app.get("/restapi/v2/organizations/<organization_id>/cloud_accounts")
    def list_cloud_accounts(organization_id: str) -> flask.Response | dict[str, Any]:
        access.organization(organization_id)
        entries = shuffled(_filtered(store.cloud_accounts(organization_id)))
        if _boolean("details"):
            return {"cloud_accounts": [_with_details(entry, store, shuffled) for entry in entries]}
        text = ", ".join(entry.public_json for entry in entries)
        return flask.Response(f'{{"cloud_accounts": [{text}]}}', mimetype="application/json")

    @app.post("/restapi/v2/organizations/<organization_id>/cloud_accounts")
    def create_cloud_account(organization_id: str) -> tuple[dict[str, Any], int]:
        access.organization(organization_id, manage=True)
        body = parse_body(flask.request.get_data())
        return rules.create(organization_id, body).public, 201

    @app.post("/restapi/v2/cloud_account_verify")
    def verify_cloud_account() -> dict[str, Any]:
        """Facts: any string will do as a token, but there has to be one."""
        if bearer_token(flask.request.headers.get("Authorization")) is None:
            raise PlatformError(401, "OE0237")
        rules.verify(parse_body(flask.request.get_data()))
        return {"status": "ok"}


def _add_item(app: flask.Flask, store: Store, rules: CloudAccounts, access: _Access, shuffled: Shuffled) -> None:
    path = "/restapi/v2/cloud_accounts/<cloud_account_id>"

    @app.get(path)
    def get_cloud_account(cloud_account_id: str) -> dict[str, Any]:
        cloud_account = access.cloud_account(cloud_account_id)
        return _with_details(cloud_account, store, shuffled) if _boolean("details") else cloud_account.public

    @app.patch(path)
    def update_cloud_account(cloud_account_id: str) -> dict[str, Any]:
        cloud_account = access.cloud_account(cloud_account_id, manage=True)
        return rules.update(cloud_account, parse_body(flask.request.get_data())).public

    @app.delete(path)
    def delete_cloud_account(cloud_account_id: str) -> tuple[str, int]:
        store.remove(access.cloud_account(cloud_account_id, manage=True))
        return "", 204


def _add_imports(app: flask.Flask, store: Store, imports: Imports, access: _Access, shuffled: Shuffled) -> None:
    @app.get("/restapi/v2/cloud_accounts/<cloud_account_id>/report_imports")
    def list_report_imports(cloud_account_id: str) -> dict[str, Any]:
        """Facts, "Health": completed ones are hidden unless asked for; `show_active` leaves only the running ones."""
        access.cloud_account(cloud_account_id, manage=True)
        entries = store.report_imports(cloud_account_id)
        if not _boolean("show_completed"):
            entries = [entry for entry in entries if entry.state != "completed"]
        if _boolean("show_active"):
            entries = [entry for entry in entries if imports.is_active(entry)]
        return {"report_imports": [entry.as_json() for entry in shuffled(entries)]}


def _add_expenses(app: flask.Flask, store: Store, access: _Access) -> None:
    @app.get("/restapi/v2/organizations/<organization_id>/breakdown_expenses")
    def breakdown_expenses(organization_id: str) -> dict[str, Any]:
        """Facts, "Health": the cost of every account in one call; only by data source, here."""
        access.organization(organization_id)
        for name in ("start_date", "end_date", "breakdown_by"):
            if name not in flask.request.args:
                raise PlatformError(400, "OE0216", name)
        start, end, by = _integer("start_date", 0), _integer("end_date", 0), flask.request.args["breakdown_by"]
        if by != "cloud_account_id":
            raise PlatformError(400, "OE0217", "breakdown_by")
        return breakdown(store.expenses, store.cloud_accounts(organization_id), start, end, by)


def _dated(store: Store, response: flask.Response) -> flask.Response:
    """With the header Date, which is the platform's own time."""
    response.date = store.clock.now()
    return response


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


def _with_details(cloud_account: CloudAccount, store: Store, shuffled: Shuffled) -> dict[str, Any]:
    """Facts, "Health": what `details=true` adds.

    Costs are those imported of this month and the last one; all else is zero, which means unknown. The control API may
    have said something else.
    """
    this_month = store.clock.now().replace(day=1)
    last_month = this_month - datetime.timedelta(days=1)
    cost, last_month_cost = (store.expenses.total(cloud_account.id, f"{day:%Y-%m}") for day in (this_month, last_month))
    imported = {"cost": cost, "last_month_cost": last_month_cost, "resources": float(bool(cost))}
    known = imported | cloud_account.details
    discovered = known.get("discovery_infos", {})
    infos = [_discovery_info(cloud_account, name) | discovered.get(name, {}) for name in RESOURCE_TYPES]
    numbers = {name: float(known.get(name, 0)) for name in NUMBERS}
    return cloud_account.public | {"details": numbers | {"discovery_infos": shuffled(infos)}}


def _discovery_info(cloud_account: CloudAccount, resource_type: str) -> dict[str, Any]:
    return {
        "id": f"{cloud_account.id}-{resource_type}",
        "cloud_account_id": cloud_account.id,
        "resource_type": resource_type,
        "enabled": True,
        "observe_time": 0,
        "last_discovery_at": 0,
        "last_error_at": 0,
        "last_error": None,
        "created_at": cloud_account.created_at,
        "deleted_at": 0,
    }


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
