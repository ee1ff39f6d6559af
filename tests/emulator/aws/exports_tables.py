# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data Exports tables: properties, their values, and which queries are accepted."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from tests.emulator.aws import cur2_columns
from tests.emulator.aws.exports_errors import AccessDenied, Invalid

_BOOLEAN = ["TRUE", "FALSE"]
BILLING_VIEW = "BILLING_VIEW_ARN"
PROPERTIES: dict[str, list[str]] = {
    "TIME_GRANULARITY": ["HOURLY", "DAILY", "MONTHLY"],
    "INCLUDE_RESOURCES": _BOOLEAN,
    "INCLUDE_SPLIT_COST_ALLOCATION_DATA": _BOOLEAN,
    "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": _BOOLEAN,
    "INCLUDE_CAPACITY_RESERVATION_DATA": _BOOLEAN,
    "INCLUDE_IAM_PRINCIPAL_DATA": _BOOLEAN,
    BILLING_VIEW: [],
}
_ADDED_ON_READ = {
    "TIME_GRANULARITY": "HOURLY",
    "INCLUDE_RESOURCES": "FALSE",
    "INCLUDE_SPLIT_COST_ALLOCATION_DATA": "FALSE",
    "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "FALSE",
}
_QUERY = re.compile(
    r"\s*SELECT\s+(?P<columns>.+?)\s+FROM\s+(?P<table>\w+)"
    r"(?:\s+WHERE\s+(?P<where>.+?))?(?:\s+LIMIT\s+(?P<limit>\d+))?\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_COLUMN = re.compile(r"(?P<name>\w+)(?:\.(?P<attribute>\w+))?(?:\s+AS\s+(?P<alias>\w+))?", re.IGNORECASE)
_TOKEN = re.compile(r"'(?:[^']|'')*'|\d+(?:\.\d+)?|\w+(?:\.\w+)?|!=|<>|<=|>=|[=<>(),]|\s+|(?P<bad>.)", re.DOTALL)
_KEYWORDS = {"AND", "OR", "NOT", "IN", "TRUE", "FALSE", "NULL"}


class Query:
    """A parsed query statement: the table, and the selected columns as (column, attribute, name in the output)."""

    def __init__(self, statement: str) -> None:
        match = _QUERY.fullmatch(statement)
        if match is None:
            raise Invalid("The query statement is not valid")
        if match["columns"].strip() == "*":
            raise Invalid("SELECT * is not supported")
        self.table = match["table"]
        self.selected: list[tuple[str, str, str]] = []
        for part in match["columns"].split(","):
            column = _COLUMN.fullmatch(part.strip())
            if column is None:
                raise Invalid("The query statement is not valid")
            name, attribute = column["name"], column["attribute"] or ""
            self.selected.append((name, attribute, column["alias"] or attribute or name))
        self.names = {name for name, dummy, dummy in self.selected} | _names_in(match["where"] or "")


def _names_in(condition: str) -> set[str]:
    """The columns that a WHERE condition speaks of."""
    names = set()
    for token in _TOKEN.finditer(condition):
        text = token[0]
        if token["bad"] is not None:
            raise Invalid("The query statement is not valid")
        if re.match(r"[A-Za-z_]", text) and text.upper() not in _KEYWORDS:
            names.add(text.split(".")[0])
    return names


def check_table(name: str) -> None:
    """Only CUR 2.0 is emulated."""
    if name != cur2_columns.TABLE:
        raise Invalid(f"The table {name} does not exist")


def check_properties(table: str, properties: Mapping[str, str], views: Collection[str]) -> None:
    """Names and values of table properties; an empty billing view is refused as AccessDenied (tf#48807).

    views: the ARNs of the billing views that the account may use.
    """
    check_table(table)
    for name, value in properties.items():
        if name not in PROPERTIES:
            raise Invalid(f"Invalid parameters: Table property {name} provided but table has no such property")
        if name == BILLING_VIEW:
            if value not in views:
                raise AccessDenied(f"You do not have access to the billing view {value}")
        elif value not in PROPERTIES[name]:
            raise Invalid(f"Invalid parameters: Table property {name} has no such value {value}")


def billing_view(account: str) -> str:
    """The account's primary billing view."""
    return f"arn:aws:billing::{account}:billingview/primary"


def with_added(properties: Mapping[str, str], account: str) -> dict[str, str]:
    """The properties as AWS shows them: what was set, the defaults of the rest, and the billing view."""
    return {**_ADDED_ON_READ, BILLING_VIEW: billing_view(account), **properties}


def check_query(statement: str, properties: Mapping[str, str]) -> Query:
    """The statement must be in the small SQL that Data Exports takes, with columns the table has as configured."""
    query = Query(statement)
    check_table(query.table)
    if not query.names <= set(cur2_columns.columns(properties)):
        raise Invalid(f"The columns in the query provided are not a subset of the table {query.table}")
    return query


def describe_table(properties: Mapping[str, str], account: str) -> dict[str, Any]:
    """GetTable's answer."""
    schema = [
        {"Name": name, "Type": cur2_columns.column_type(name), "Description": ""}
        for name in cur2_columns.columns(properties)
    ]
    shown = {key: value for key, value in with_added(properties, account).items() if key != BILLING_VIEW}
    return {
        "TableName": cur2_columns.TABLE,
        "Description": "Cost and Usage Report 2.0",
        "TableProperties": {**shown, **{k: v for k, v in properties.items() if k == BILLING_VIEW}},
        "Schema": schema,
    }


def list_tables(account: str) -> list[dict[str, Any]]:
    """ListTables' answer."""
    defaults = with_added({}, account)
    properties = [
        {"Name": name, "ValidValues": values, "DefaultValue": defaults.get(name, "FALSE"), "Description": ""}
        for name, values in PROPERTIES.items()
    ]
    return [
        {
            "TableName": cur2_columns.TABLE,
            "Description": "Cost and Usage Report 2.0",
            "TableProperties": properties,
        }
    ]
