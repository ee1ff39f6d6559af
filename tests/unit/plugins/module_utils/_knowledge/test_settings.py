# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that settings must obey, and that their errors name the variable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError

ACCOUNT = "012345678901"


def test_defaults_are_the_documented_names() -> None:
    assert settings.export_name(None, ACCOUNT) == "billing-012345678901"
    assert settings.bucket(None, ACCOUNT) == "billing-export-012345678901"
    assert settings.prefix(None) == "reports"
    assert settings.user_name(None) == "FinOpsForCloudUser"
    assert settings.bucket_region(None, None) == "us-east-1"
    assert settings.bucket_region(None, "eu-west-1") == "eu-west-1"


@pytest.mark.parametrize(
    "value", [123456789012, 12345678901.0, None, True, "12345678901", "1234567890123", "12345678901a", ""]
)
def test_only_twelve_digits_in_a_string_are_an_account_id(value: Any) -> None:
    with pytest.raises(InputError, match=r"O\(account_id\): must be a string of 12 digits"):
        settings.account_id(value)


def test_a_number_is_told_about_quotes() -> None:
    with pytest.raises(InputError, match="put it in quotes"):
        settings.account_id(12345678901)


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
    "value", ["", "two words", "/begins", "ends/", "double//slash", "a" * 256, "tab\tbed", "ümlaut"]
)
def test_prefixes_that_the_platform_or_aws_would_not_take(value: str) -> None:
    with pytest.raises(InputError, match=r"^O\(cur_prefix\): "):
        settings.prefix(value)


@pytest.mark.parametrize(
    ("function", "value", "variable"),
    [
        (lambda value: settings.export_name(value, ACCOUNT), "has space", "cur_name"),
        (lambda value: settings.data_source_name(value, ACCOUNT), "n" * 236, "data_source_name"),
        (lambda value: settings.data_source_name(value, ACCOUNT), "  ", "data_source_name"),
        (settings.user_name, "no/slash", "user_name"),
        (settings.platform_url, "platform.example.com", "platform_url"),
        (lambda value: settings.bucket_region(value, None), "Frankfurt", "cur_bucket_region"),
        (settings.tags, {"aws:owner": "x"}, "tags"),
        (settings.tags, {"k": "v" * 257}, "tags"),
    ],
)
def test_errors_name_the_option(function: Callable[[Any], Any], value: Any, variable: str) -> None:
    with pytest.raises(InputError) as error:
        function(value)
    assert error.value.option == variable
    assert str(error.value).startswith(f"O({variable}): ")


def test_a_name_of_235_characters_is_taken() -> None:
    assert settings.data_source_name("n" * 235, ACCOUNT) == "n" * 235
