# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: bcm-data-exports, and which exports it takes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.emulator.aws.testing import TABLE, Bench, code, export_definition, outcome

NOT_A_SUBSET = f"The columns in the query provided are not a subset of the table {TABLE}"


def test_a_new_export_as_it_is_read_back(bench: Bench, exports: Any) -> None:
    definition = export_definition(bench.export_bucket(), Description="d")
    arn = exports.create_export(Export=definition)["ExportArn"]
    uuid4 = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    prefix = f"arn:aws:bcm-data-exports:us-east-1:{bench.account}:export/{definition['Name']}-"
    assert re.fullmatch(re.escape(prefix) + uuid4, arn)
    read = exports.get_export(ExportArn=arn)
    assert read["ExportStatus"]["StatusCode"] == "HEALTHY"
    assert "LastRefreshedAt" not in read["ExportStatus"]
    assert read["Export"].pop("ExportArn") == arn
    properties = read["Export"]["DataQuery"]["TableConfigurations"][TABLE]
    assert properties.pop("INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY") == "FALSE"
    assert properties.pop("INCLUDE_SPLIT_COST_ALLOCATION_DATA") == "FALSE"
    assert properties.pop("BILLING_VIEW_ARN") == f"arn:aws:billing::{bench.account}:billingview/primary"
    assert read["Export"] == definition
    assert exports.list_executions(ExportArn=arn)["Executions"] == []


def test_timestamps_are_iso_8601(bench: Bench, exports: Any) -> None:
    bodies: list[bytes] = []
    exports.meta.events.register(
        "before-parse.bcm-data-exports", lambda response_dict, **_: bodies.append(response_dict["body"])
    )
    exports.create_export(Export=export_definition(bench.export_bucket()))
    exports.list_exports()
    created = json.loads(bodies[-1])["Exports"][0]["ExportStatus"]["CreatedAt"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", created)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Name": "no spaces"}, "pattern"),
        ({"Name": "x\n"}, "pattern"),
        ({"Name": "x" * 129}, "length less than or equal to 128"),
        ({"RefreshCadence": {"Frequency": "DAILY"}}, "enum"),
        ({"output": {"Overwrite": "REPLACE"}}, "enum"),
        ({"output": {"Compression": "GZIP"}}, "not supported"),
        ({"output": {"Format": "TEXT_OR_CSV"}}, "not supported"),
        ({"destination": {"S3Prefix": "x" * 1025}}, "length"),
        ({"destination": {"S3BucketOwner": "12345678901a"}}, "pattern"),
        ({"query": f"SELECT * FROM {TABLE}"}, "SELECT * is not supported"),
        ({"query": f"select * from {TABLE} where line_item_usage_amount > 0"}, "SELECT * is not supported"),
        ({"query": f"SELECT nonsense FROM {TABLE}"}, NOT_A_SUBSET),
        ({"query": f"SELECT Product FROM {TABLE}"}, NOT_A_SUBSET),
        ({"query": f"SELECT product FROM {TABLE} WHERE nonsense = 'product'"}, NOT_A_SUBSET),
        (
            {"query": f"SELECT line_item_resource_id FROM {TABLE}", "properties": {"INCLUDE_RESOURCES": "FALSE"}},
            NOT_A_SUBSET,
        ),
        ({"query": f"SELECT split_line_item_split_cost FROM {TABLE}"}, NOT_A_SUBSET),
        (
            {"query": f"SELECT discount FROM {TABLE}", "properties": {"INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "TRUE"}},
            NOT_A_SUBSET,
        ),
        ({"query": "SELECT product FROM cost_and_usage_report"}, "does not exist"),
        ({"query": f"SELECT count(product) FROM {TABLE}"}, "not valid"),
        ({"properties": {"X": "TRUE"}}, "Invalid parameters: Table property X provided but table has no such property"),
        ({"properties": {"INCLUDE_RESOURCES": "true"}}, "no such value"),
    ],
)
def test_refused(bench: Bench, exports: Any, changes: dict[str, Any], message: str) -> None:
    definition = export_definition(bench.export_bucket(), **changes)
    failure = outcome(exports.create_export, Export=definition)
    assert failure[:2] == ("ValidationException", 400)
    assert message in failure[2]


def test_query_with_everything_the_language_has(bench: Bench, exports: Any) -> None:
    query = (
        f"select product.region as region, line_item_usage_account_id FROM {TABLE} WHERE "
        "(line_item_usage_amount >= 0.5 AND NOT line_item_operation IN ('a, b', 'c')) OR product.region <> 'x' LIMIT 10"
    )
    exports.create_export(Export=export_definition(bench.export_bucket(), query=query))


@pytest.mark.parametrize(
    ("properties", "count"),
    [
        ({}, 115),
        ({"INCLUDE_RESOURCES": "TRUE"}, 116),
        ({"INCLUDE_RESOURCES": "TRUE", "INCLUDE_SPLIT_COST_ALLOCATION_DATA": "TRUE"}, 127),
        ({"INCLUDE_IAM_PRINCIPAL_DATA": "TRUE"}, 116),
        ({"INCLUDE_CAPACITY_RESERVATION_DATA": "TRUE"}, 118),
        ({"INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "TRUE"}, 113),
    ],
)
def test_columns(exports: Any, properties: dict[str, str], count: int) -> None:
    assert len(exports.get_table(TableName=TABLE, TableProperties=properties)["Schema"]) == count


def test_tables(exports: Any) -> None:
    (table,) = exports.list_tables()["Tables"]
    defaults = {entry["Name"]: entry["DefaultValue"] for entry in table["TableProperties"]}
    assert table["TableName"] == TABLE
    assert defaults["INCLUDE_RESOURCES"] == "FALSE"


def test_names_are_unique(bench: Bench, exports: Any) -> None:
    definition = export_definition(bench.export_bucket())
    exports.create_export(Export=definition)
    failure = outcome(exports.create_export, Export=definition)
    assert failure == ("ValidationException", 400, "Cannot create duplicate export name.")


def test_five_exports_an_account(bench: Bench, exports: Any) -> None:
    bucket = bench.export_bucket()
    for dummy in range(5):
        exports.create_export(Export=export_definition(bucket))
    with pytest.raises(exports.exceptions.ServiceQuotaExceededException) as problem:
        exports.create_export(Export=export_definition(bucket))
    assert problem.value.response["QuotaCode"]
    assert problem.value.response["ServiceCode"]
    assert f"limit of 5 on {TABLE} table" in problem.value.response["Error"]["Message"]


def test_billing_views(bench: Bench, exports: Any) -> None:
    bucket = bench.export_bucket()
    empty = export_definition(bucket, properties={"BILLING_VIEW_ARN": ""})
    assert code(exports.create_export, Export=empty) == "AccessDeniedException"
    primary = f"arn:aws:billing::{bench.account}:billingview/primary"
    exports.create_export(Export=export_definition(bucket, properties={"BILLING_VIEW_ARN": primary}))


def test_update_changes_query_and_destination(bench: Bench, exports: Any) -> None:
    definition = export_definition(bench.export_bucket())
    arn = exports.create_export(Export=definition)["ExportArn"]
    definition["DataQuery"]["QueryStatement"] = f"SELECT product FROM {TABLE}"
    definition["DestinationConfigurations"]["S3Destination"]["S3Bucket"] = bench.export_bucket()
    assert exports.update_export(ExportArn=arn, Export=definition)["ExportArn"] == arn
    read = exports.get_export(ExportArn=arn)["Export"]
    assert read["DataQuery"]["QueryStatement"] == f"SELECT product FROM {TABLE}"
    assert read["DestinationConfigurations"] == definition["DestinationConfigurations"]


def test_update_keeps_name_and_table_configuration(bench: Bench, exports: Any) -> None:
    definition = export_definition(bench.export_bucket())
    arn = exports.create_export(Export=definition)["ExportArn"]
    assert code(exports.update_export, ExportArn=arn, Export={**definition, "Name": "x"}) == "ValidationException"
    definition["DataQuery"]["TableConfigurations"][TABLE]["TIME_GRANULARITY"] = "DAILY"
    failure = outcome(exports.update_export, ExportArn=arn, Export=definition)
    assert failure[2] == "Table configurations can't be changed after an export is created"


def test_unknown_exports(bench: Bench, exports: Any) -> None:
    arn = f"arn:aws:bcm-data-exports:us-east-1:{bench.account}:export/x-00000000-0000-4000-8000-000000000000"
    for call in (
        lambda: exports.get_export(ExportArn=arn),
        lambda: exports.delete_export(ExportArn=arn),
        lambda: exports.list_executions(ExportArn=arn),
        lambda: exports.update_export(ExportArn=arn, Export=export_definition("b")),
        lambda: exports.list_tags_for_resource(ResourceArn=arn),
    ):
        assert code(call) == "ResourceNotFoundException"
    assert code(exports.get_export, ExportArn="arn:aws:s3:::not-an-export") == "ValidationException"


def test_exports_belong_to_one_account(bench: Bench, exports: Any) -> None:
    arn = exports.create_export(Export=export_definition(bench.export_bucket()))["ExportArn"]
    assert bench.standalone_admin("bcm-data-exports").list_exports()["Exports"] == []
    assert code(bench.standalone_admin("bcm-data-exports").get_export, ExportArn=arn) == "ResourceNotFoundException"


def test_list_is_paged(bench: Bench, exports: Any) -> None:
    bucket = bench.export_bucket()
    arns = [exports.create_export(Export=export_definition(bucket))["ExportArn"] for dummy in range(3)]
    first = exports.list_exports(MaxResults=2)
    assert len(first["Exports"]) == 2
    second = exports.list_exports(MaxResults=2, NextToken=first["NextToken"])
    assert [entry["ExportArn"] for entry in first["Exports"] + second["Exports"]] == arns
    assert "NextToken" not in second
    assert code(exports.list_exports, MaxResults=301) == "ValidationException"
    assert code(exports.list_exports, NextToken="nonsense!") == "ValidationException"


def test_tags(bench: Bench, exports: Any) -> None:
    tags = [{"Key": str(number), "Value": "v"} for number in range(150)]
    arn = exports.create_export(Export=export_definition(bench.export_bucket()), ResourceTags=tags)["ExportArn"]
    exports.tag_resource(ResourceArn=arn, ResourceTags=[{"Key": "0", "Value": "new"}])
    exports.untag_resource(ResourceArn=arn, ResourceTagKeys=["1", "never there"])
    first = exports.list_tags_for_resource(ResourceArn=arn)
    second = exports.list_tags_for_resource(ResourceArn=arn, NextToken=first["NextToken"])
    read = {tag["Key"]: tag["Value"] for tag in first["ResourceTags"] + second["ResourceTags"]}
    assert len(read) == 149
    assert read["0"] == "new"
    too_many = [{"Key": str(number), "Value": "v"} for number in range(201)]
    assert code(exports.tag_resource, ResourceArn=arn, ResourceTags=too_many) == "ValidationException"


def test_delete(bench: Bench, exports: Any) -> None:
    bucket = bench.export_bucket()
    arn = exports.create_export(Export=export_definition(bucket))["ExportArn"]
    exports.delete_export(ExportArn=arn)
    assert exports.list_exports()["Exports"] == []
    assert bench.admin("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_the_service_is_in_us_east_1_only(bench: Bench) -> None:
    for service, operation in (("bcm-data-exports", "list_exports"), ("cur", "describe_report_definitions")):
        client = bench.admin(service, "eu-west-1")
        assert code(getattr(client, operation)) == "InvalidSignatureException"
