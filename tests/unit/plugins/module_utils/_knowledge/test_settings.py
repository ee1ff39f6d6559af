# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that settings must obey, and that their errors name the option."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore
import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError

ACCOUNT = "012345678901"


def test_defaults_are_the_documented_names() -> None:
    assert settings.export_name(None, ACCOUNT) == "billing-012345678901"
    assert settings.bucket(None, ACCOUNT) == "billing-export-012345678901"
    assert settings.prefix(None) == "reports"
    assert settings.user_name(None) == "FinOpsForCloudUser"
    assert settings.data_source_name(None, ACCOUNT) == "aws-012345678901"
    assert settings.policy_variant(None) == "documented"
    assert settings.POLICY_NAMES == ("FinOpsForCloudBillingImport", "FinOpsForCloudResourceDiscovery")
    assert settings.permissions_boundary("", ACCOUNT) is None
    assert settings.tags(None) == {}
    assert settings.bucket_region(None, None) == "us-east-1"
    assert settings.bucket_region(None, "eu-west-1") == "eu-west-1"


@pytest.mark.parametrize(
    "value", [123456789012, 12345678901.0, None, True, "12345678901", "1234567890123", "12345678901a", ""]
)
def test_only_twelve_digits_in_a_string_are_an_account_id(value: Any) -> None:
    with pytest.raises(InputError, match=r"O\(account_id\): must be a string of 12 digits"):
        settings.account_id(value)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (12345678901, "is the number 12345678901: put it in quotes"),
        (None, "but is empty"),
        (["a"], r"but is \['a'\]"),
        ("1", "but is '1'"),
    ],
)
def test_what_is_no_account_id_is_shown_and_a_number_told_about_quotes(value: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        settings.account_id(value)


BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/finance/Boundary"


@pytest.mark.parametrize(
    ("function", "value"),
    [
        (settings.account_id, ACCOUNT),
        (settings.policy_variant, "least_privilege"),
        (settings.prefix, "a" * 255),
        (settings.platform_organization_id, "0e6d3a52-3b7c"),
        (lambda value: settings.permissions_boundary(value, ACCOUNT), BOUNDARY),
        (lambda value: settings.permissions_boundary(value, ACCOUNT), "arn:aws:iam::aws:policy/PowerUserAccess"),
        (settings.tags, {"k" * 128: "v" * 256, "K": ""}),
        (settings.tags, {str(number): "" for number in range(50)}),
    ],
)
def test_what_can_work_stays_as_it_is(function: Callable[[Any], Any], value: Any) -> None:
    assert function(value) == value


def test_a_file_of_certificates_is_read_before_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    file = Path(botocore.__file__).with_name("cacert.pem")
    monkeypatch.setenv("HOME", str(file.parent))
    assert settings.ca_path("~/cacert.pem") == str(file)
    assert settings.ca_path("") is None
    with pytest.raises(InputError, match=r"O\(platform_ca_path\): .*/none.pem has .*: No such file or directory"):
        settings.ca_path("~/none.pem")


@pytest.mark.parametrize(
    "value",
    [
        "ab",
        "A" * 20,
        "a" * 64,
        "has_underscore",
        "two..dots",
        "-begins",
        "ends-",
        "192.168.1.1",
        "xn--name",
        "a-s3alias",
    ],
)
def test_bucket_names_that_s3_refuses(value: str) -> None:
    with pytest.raises(InputError, match=r"O\(cur_bucket\): S3 would refuse"):
        settings.bucket(value, ACCOUNT)


@pytest.mark.parametrize(
    ("value", "says"), [("", "is empty"), ("two words", "has a space in it"), ("/begins", "must be 1 to 255")]
)
def test_a_prefix_is_refused_for_its_own_reason(value: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        settings.prefix(value)


@pytest.mark.parametrize(
    ("value", "says"), [("xn--A", r"^(?!.*(two dots|reserved))"), ("a-s3alias", "reserved by S3"), ("a..b", "two dots")]
)
def test_a_bucket_s_name_is_refused_for_its_own_reason(value: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        settings.bucket(value, ACCOUNT)


@pytest.mark.parametrize(
    "value", ["", "two words", "/begins", "ends/", "double//slash", "a" * 256, "tab\tbed", "ümlaut"]
)
def test_prefixes_that_the_platform_or_aws_would_not_take(value: str) -> None:
    with pytest.raises(InputError, match=r"^O\(cur_prefix\): "):
        settings.prefix(value)


@pytest.mark.parametrize(
    ("function", "value", "option"),
    [
        (lambda value: settings.export_name(value, ACCOUNT), "has space", "cur_name"),
        (lambda value: settings.data_source_name(value, ACCOUNT), "n" * 236, "data_source_name"),
        (lambda value: settings.data_source_name(value, ACCOUNT), "  ", "data_source_name"),
        (settings.user_name, "no/slash", "user_name"),
        (settings.platform_url, "platform.example.com", "platform_url"),
        (lambda value: settings.bucket_region(value, None), "Frankfurt", "cur_bucket_region"),
        (settings.tags, {"AWS:owner": "x"}, "tags"),
        (settings.tags, {"k": "v" * 257}, "tags"),
        (settings.tags, {"k" * 129: "v"}, "tags"),
        (settings.tags, {"": "v"}, "tags"),
        (settings.tags, {str(number): "" for number in range(51)}, "tags"),
        (settings.policy_variant, "other", "policy_variant"),
        (settings.platform_organization_id, None, "platform_organization_id"),
        (settings.platform_organization_id, "two words", "platform_organization_id"),
        (lambda value: settings.permissions_boundary(value, "999999999999"), BOUNDARY, "permissions_boundary"),
        (lambda value: settings.permissions_boundary(value, ACCOUNT), "Boundary", "permissions_boundary"),
        (lambda value: settings.permissions_boundary(value, ACCOUNT), BOUNDARY + "\n", "permissions_boundary"),
        (settings.role_arn, "", "assume_role_arn"),
    ],
)
def test_errors_name_the_option(function: Callable[[Any], Any], value: Any, option: str) -> None:
    with pytest.raises(InputError) as error:
        function(value)
    assert error.value.option == option
    assert str(error.value).startswith(f"O({option}): ")


def test_a_name_of_235_characters_is_taken() -> None:
    assert settings.data_source_name("n" * 235, ACCOUNT) == "n" * 235


def test_the_region_is_blamed_where_the_bucket_has_none_of_its_own() -> None:
    with pytest.raises(InputError, match=r"^O\(region\): 'mars-1' is no AWS region"):
        settings.bucket_region(None, "mars-1")
    with pytest.raises(InputError, match=r"^O\(bucket_region\): 'mars-1' is no AWS region"):
        settings.bucket_region("mars-1", "eu-west-1", option="bucket_region")


@pytest.mark.parametrize("value", ["us-east-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1", "ap-southeast-10"])
def test_regions_of_all_partitions_are_taken(value: str) -> None:
    assert settings.region(value) == value


@pytest.mark.parametrize("value", ["eu-west-1 ", "EU-WEST-1", "eu-west", "europe-west-1", "", None, 1])
def test_other_names_are_no_regions(value: Any) -> None:
    with pytest.raises(InputError, match=r"^O\(region\): "):
        settings.region(value)


@pytest.mark.parametrize("name", ["role/r", "role/service-role/deep/r", "role/a+=,.@-_b"])
@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_the_arn_of_a_role_tells_its_account(partition: str, name: str) -> None:
    arn = f"arn:{partition}:iam::{ACCOUNT}:{name}"
    assert settings.account_of_role(settings.role_arn(arn)) == ACCOUNT


@pytest.mark.parametrize(
    "value",
    [
        "OrganizationAccountAccessRole",
        f"arn:aws:iam::{ACCOUNT}:user/u",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s",
        f"arn:aws:iam::{ACCOUNT[:-1]}:role/r",
        f"arn:aws:iam::{ACCOUNT}:role/",
        f"arn:aws:iam::{ACCOUNT}:role/r\n",
        "",
        None,
        7,
    ],
)
def test_what_is_no_arn_of_a_role_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match=r"^O\(secret_store_role_arn\): .* is no ARN of a role"):
        settings.role_arn(value, "secret_store_role_arn")


@pytest.mark.parametrize("value", ["x", "two words", "x" * 1225, "", None])
def test_external_ids_that_sts_would_not_take(value: Any) -> None:
    with pytest.raises(InputError, match=r"^O\(assume_role_external_id\): "):
        settings.external_id(value)


@pytest.mark.parametrize("value", ["id", "A+=,.@:/_-9", "x" * 1224])
def test_external_ids_that_sts_takes(value: str) -> None:
    assert settings.external_id(value) == value


@pytest.mark.parametrize("value", ["abc/+=", "abc/+=\n", " abc/+=\r\n", "abc/+=\t"])
def test_a_credential_loses_the_white_space_around_it(value: str) -> None:
    assert settings.credential(value, "secret_key") == "abc/+="


@pytest.mark.parametrize("value", [None, "", " \n"])
def test_an_empty_credential_is_none(value: str | None) -> None:
    assert settings.credential(value, "secret_key") is None


@pytest.mark.parametrize("value", ["hid\nden", "hid den", "hid\x00den", "hid\u200bden", "hid\x7fden", ["hidden"], 5])
def test_a_credential_that_cannot_be_one_is_never_shown(value: Any) -> None:
    with pytest.raises(InputError, match=r"^O\(secret_key\): ") as error:
        settings.credential(value, "secret_key")
    assert "den" not in str(error.value) and "5" not in str(error.value)


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("https://platform.example.com", "https://platform.example.com"),
        ("https://platform.example.com/\n", "https://platform.example.com"),
        ("HTTPS://Platform.Example.COM:8443/", "https://platform.example.com:8443"),
        ("https://host/restapi/v2", "https://host"),
        ("https://host/restapi/v2/", "https://host"),
        ("https://host/auth/v2", "https://host"),
        ("https://host/some/prefix/", "https://host/some/prefix"),
        ("https://host//some//prefix/restapi", "https://host/some/prefix"),
        ("https://host/myrestapi", "https://host/myrestapi"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("http://192.0.2.1", "http://192.0.2.1"),
    ],
)
def test_the_platforms_address_is_brought_to_one_form(value: str, url: str) -> None:
    assert settings.platform_url(value) == url


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        5,
        "platform.example.com",
        "ftp://host",
        "https://",
        "https://host:abc",
        "https://host:99999",
        "https://host:0",
        "https://two words",
        "https://ho\nst",
        "https://host/a b",
        "https://host/\u200b",
        "https://h\u00f6st",
        "https://me:hunter2@host",
        "https://me@host",
        "https://host?org=1",
        "https://host#top",
        "https://[::1",
    ],
)
def test_addresses_that_cannot_be_the_platforms(value: Any) -> None:
    with pytest.raises(InputError, match=r"^O\(platform_url\): ") as error:
        settings.platform_url(value)
    assert "hunter2" not in str(error.value)
