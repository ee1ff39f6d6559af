# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which request bodies the platform takes: names, types, lengths and combinations; nothing here asks AWS."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

from tests.emulator.platform.errors import PlatformError

MAX_LENGTH = 255
MAX_INTEGER = 2**31 - 1
SUPPORTED_TYPE = "aws_cnr"
KNOWN_TYPES = frozenset(
    {
        "aws_cnr",
        "azure_cnr",
        "azure_tenant",
        "alibaba_cnr",
        "databricks",
        "environment",
        "gcp_cnr",
        "gcp_tenant",
        "kubernetes_cnr",
        "nebius",
    }
)
KEY_FIELDS = ("access_key_id", "secret_access_key")
ROLE_ACCOUNT = "assume_role_account_id"
ROLE_FIELDS = (ROLE_ACCOUNT, "assume_role_name")
STRING_FIELDS = (
    *KEY_FIELDS,
    "config_scheme",
    "bucket_name",
    "report_name",
    "region_name",
    *ROLE_FIELDS,
    "assume_role_session_name",
)
BOOLEAN_FIELDS = ("linked", "use_edp_discount")
CONFIG_FIELDS = frozenset({*STRING_FIELDS, *BOOLEAN_FIELDS, "bucket_prefix", "cur_version"})

CREATE_FIELDS = frozenset({"name", "type", "config", "auto_import", "process_recommendations"})
UPDATE_FIELDS = frozenset(
    {"name", "config", "auto_import", "process_recommendations", "last_import_at", "last_import_modified_at"}
)
# Fields of a cloud account that exist, but that the platform sets itself.
OWN_FIELDS = frozenset(
    {
        "id",
        "type",
        "account_id",
        "organization_id",
        "created_at",
        "deleted_at",
        "cleaned_at",
        "import_period",
        "last_import_at",
        "last_import_modified_at",
        "last_import_attempt_at",
        "last_import_attempt_error",
        "last_getting_metrics_at",
        "last_getting_metric_attempt_at",
        "last_getting_metric_attempt_error",
    }
)
ATTEMPT_FIELDS = ("last_import_attempt_at", "last_import_attempt_error")
REIMPORT_FIELDS = ("last_import_at", "last_import_modified_at")


def parse_body(data: bytes) -> dict[str, Any]:
    """The JSON object of a request (facts, "Errors": OE0233 bad JSON; last part: 500 for a list)."""
    try:
        body = json.loads(data)
    except ValueError:
        raise PlatformError(400, "OE0233") from None
    return check_object(body)


def check_object(value: object) -> dict[str, Any]:
    """The JSON object that a value has to be; facts, last part: what is none is 500, not a refusal."""
    if not isinstance(value, dict):
        raise PlatformError(500, "U0500")
    return value


def check_string(name: str, value: object, *, minimum: int = 1) -> None:
    """Facts, "Limits": strings have 1-255 characters; null is "not provided", blanks alone are OE0416."""
    if value is None:
        raise PlatformError(400, "OE0216", name)
    if not isinstance(value, str):
        raise PlatformError(400, "OE0214", name)
    if value.isspace():
        raise PlatformError(400, "OE0416", name)
    if not minimum <= len(value) <= MAX_LENGTH:
        raise PlatformError(400, "OE0215", name, f"max {MAX_LENGTH}" if minimum == 0 else f"{minimum}-{MAX_LENGTH}")


def check_integer(name: str, value: object) -> None:
    """Facts, "Errors": OE0223 for what is no integer (a boolean is none)."""
    if value is None:
        raise PlatformError(400, "OE0216", name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise PlatformError(400, "OE0223", name)
    if not 0 <= value <= MAX_INTEGER:
        raise PlatformError(400, "OE0224", name, 0, MAX_INTEGER)


def check_boolean(name: str, value: object) -> None:
    """Facts, "Errors": OE0226 for what is no boolean; null is none."""
    if not isinstance(value, bool):
        raise PlatformError(400, "OE0226", name)


def check_create(body: Mapping[str, Any]) -> None:
    """The top level of a POST; facts, "Create", and OE0456 for an organization id that is also in the body."""
    if "organization_id" in body:
        raise PlatformError(400, "OE0456", "organization_id")
    if body.get("type") is None:
        raise PlatformError(400, "OE0216", "type")
    if body["type"] != SUPPORTED_TYPE:
        raise PlatformError(400, "OE0436", body["type"])
    _refuse_others(body, CREATE_FIELDS)
    check_string("name", body.get("name"))
    _check_flags(body)


def check_update(body: Mapping[str, Any], now: datetime.datetime) -> None:
    """The top level of a PATCH; facts, "PATCH" (immutable: type, account_id) and "Billing reimport" (OE0559)."""
    for name in ATTEMPT_FIELDS:
        if name in body:
            raise PlatformError(400, "OE0449", name, "cloud account")
    _refuse_others(body, UPDATE_FIELDS)
    if "name" in body:
        check_string("name", body["name"])
    _check_flags(body)
    for name in REIMPORT_FIELDS:
        if name in body:
            check_integer(name, body[name])
            _check_reimport(name, body[name], now)


def _check_reimport(name: str, value: int, now: datetime.datetime) -> None:
    """Between one year ago and the end of last month; 0 means from the beginning (facts, "Reimport")."""
    if value == 0:
        return
    first_of_month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    day = 28 if (now.month, now.day) == (2, 29) else now.day
    year_ago = now.replace(year=now.year - 1, day=day)
    if not int(year_ago.timestamp()) <= value < int(first_of_month.timestamp()):
        raise PlatformError(400, "OE0559", name)


def _refuse_others(body: Mapping[str, Any], allowed: frozenset[str]) -> None:
    own = [name for name in body if name in OWN_FIELDS - allowed]
    if own:
        raise PlatformError(400, "OE0211", own[0])
    unexpected = [name for name in body if name not in allowed]
    if unexpected:
        raise PlatformError(400, "OE0212", unexpected)


def _check_flags(body: Mapping[str, Any]) -> None:
    for name in ("auto_import", "process_recommendations"):
        if body.get(name) is not None:
            check_boolean(name, body[name])


def check_new_config(given: object) -> dict[str, Any]:
    """The config of a POST: both halves of a key or of a role (OE0216), never both kinds (OE0571)."""
    config = _check_fields(check_object(given))
    keys = [name for name in KEY_FIELDS if name in config]
    if is_role(config) and keys:
        raise PlatformError(400, "OE0571", ", ".join(keys))
    missing = [name for name in (ROLE_FIELDS if is_role(config) else KEY_FIELDS) if name not in config]
    if missing:
        raise PlatformError(400, "OE0216", ", ".join(missing))
    return config


def check_changed_config(given: dict[str, Any]) -> dict[str, Any]:
    """The config of a PATCH, which has other codes for the same faults.

    Facts, last part: OE0212 for a key next to a role, OE0548 for half a key and for a role's account alone.
    """
    config = _check_fields(given)
    keys = [name for name in KEY_FIELDS if name in config]
    if is_role(config) and keys:
        raise PlatformError(400, "OE0212", keys)
    missing = [name for name in (ROLE_FIELDS if is_role(config) else KEY_FIELDS) if name not in config]
    if missing:
        half = keys or ROLE_ACCOUNT in config
        raise PlatformError(400, "OE0548" if half else "OE0216", ", ".join(missing))
    return config


def _check_fields(config: dict[str, Any]) -> dict[str, Any]:
    """A copy of the config once its keys and types are right (facts, "Config keys" and "Limits")."""
    unexpected = [name for name in config if name not in CONFIG_FIELDS]
    if unexpected:
        raise PlatformError(400, "OE0212", unexpected)
    for name in STRING_FIELDS:
        if name in config:
            check_string(name, config[name])
    if "bucket_prefix" in config:
        check_string("bucket_prefix", config["bucket_prefix"], minimum=0)
    for name in BOOLEAN_FIELDS:
        if name in config:
            check_boolean(name, config[name])
    if "cur_version" in config:
        check_integer("cur_version", config["cur_version"])
    return dict(config)


def is_role(config: Mapping[str, Any]) -> bool:
    """Whether the config names a role to assume rather than an access key."""
    return any(name in config for name in ROLE_FIELDS)


def has_key(config: Mapping[str, Any]) -> bool:
    """Whether the config has an access key, or half of one."""
    return any(name in config for name in KEY_FIELDS)
