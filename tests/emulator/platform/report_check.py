# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the platform looks at in an account's bucket before it connects a Root or Standalone data source."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import botocore.exceptions

from tests.emulator.platform.aws_access import DEFAULT_REGION, UNREACHABLE, AwsAccess, Key, acting_as
from tests.emulator.platform.errors import PlatformError, bad_report
from tests.emulator.platform.export_lookup import find_exports

Config = dict[str, Any]
Answer = TypeVar("Answer")

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "403", "Forbidden"})
# In the order in which the platform takes them (facts, "Layout": CSV has priority).
FORMATS = ((".csv.gz", ".csv.zip"), (".snappy.parquet",))
VERSIONS = (2, 1)
# Letters, digits and punctuation that may be in an object key here; no spaces (facts, "Limits").
KEY_CHARACTERS = re.compile(r"[A-Za-z0-9!'()*+,\-./:;<=>?@\[\\_|]+")


class _NoFiles(Exception):
    """There is no report file under the prefix that was looked at."""


class _Denied(PlatformError):
    """AWS has denied it."""


def connect_report(aws: AwsAccess, key: Key, config: Config, trusting: bool = False) -> Config:
    """The config as it is stored once its export could be read; raises OE0371 where it could not.

    Facts, "Data sources" (a linked one has no export) and "PATCH" (without config_scheme it is `find_report`).
    Where `trusting`, files of `bucket_only` that may not be listed or read do not matter.
    """
    if config.get("linked"):
        return config
    scheme = config.get("config_scheme", "find_report")
    with acting_as(key), _unreachable():
        if scheme == "bucket_only":
            return _bucket_only(aws, config, trusting)
        if scheme == "find_report":
            return _find_report(aws, config)
        if scheme == "create_report":
            return _create_report(aws, config)
    raise bad_report(f"unknown config_scheme {scheme}")


def _bucket_only(aws: AwsAccess, config: Config, trusting: bool) -> Config:
    """Facts, "What a client must avoid" 6: the three outcomes of a prefix, and what nothing has verified."""
    for name in ("bucket_name", "report_name", "bucket_prefix"):
        if config.get(name) is None:
            raise bad_report(f"{name} is required")
    config = config | {"region_name": _bucket_region(aws, config)}
    _check_key_characters("Bucket prefix", config["bucket_prefix"])
    _check_key_characters("Report name", config["report_name"])
    try:
        return _read_one_file(aws, config)
    except _NoFiles:
        pass
    except _Denied:
        if trusting:
            return config
        raise
    if "/" not in config["bucket_prefix"]:
        return config
    shorter = config | {"bucket_prefix": config["bucket_prefix"].rpartition("/")[0]}
    try:
        return _read_one_file(aws, shorter)
    except _NoFiles:
        raise bad_report(f"there are no files of the report {config['report_name']}") from None


def _find_report(aws: AwsAccess, config: Config) -> Config:
    """Facts, "PATCH" and "What a client must avoid" 5: looks an export up in the account instead of being told."""
    usable = [export for export in _exports(aws, config) if export.accepted]
    if not usable:
        raise bad_report("the account has no report that could be used")
    for export in usable:
        found = config | {"bucket_name": export.bucket, "bucket_prefix": export.prefix, "report_name": export.name}
        try:
            _read_smallest(aws, found)
        except PlatformError:
            continue
        return found
    names = ", ".join(export.name for export in usable)
    raise bad_report(f"none of these reports could be read: {names}")


def _create_report(aws: AwsAccess, config: Config) -> Config:
    """An export that exists is taken as it is; making a new one is the one thing this emulator does not do."""
    if config.get("bucket_name") is None:
        raise bad_report("bucket_name is required")
    config = config | {"region_name": _bucket_region(aws, config)}
    name = config.get("report_name", "optscale-report")
    export = next((export for export in _exports(aws, config) if export.name == name), None)
    if export is None:
        raise bad_report(f"{name} does not exist, and the emulator does not create exports")
    if not export.accepted:
        raise bad_report(f"{name} must be OVERWRITE_REPORT, and HOURLY or DAILY")
    _read_smallest(aws, config)
    return config


def _exports(aws: AwsAccess, config: Config) -> Any:
    version, region = config.get("cur_version"), config.get("region_name", DEFAULT_REGION)
    return _attempt("list reports", lambda: find_exports(aws, version, region))


def _bucket_region(aws: AwsAccess, config: Config) -> str:
    """The bucket's region, which becomes the config's `region_name` (facts, "What the platform does")."""
    bucket, region = config["bucket_name"], config.get("region_name", DEFAULT_REGION)
    answer = _attempt(
        f"find the region of bucket {bucket}",
        lambda: aws.client("s3", region).get_bucket_location(Bucket=bucket),
        missing=f"there is no bucket {bucket}",
    )
    location = str(answer.get("LocationConstraint") or "us-east-1")
    return "eu-west-1" if location == "EU" else location


def _read_one_file(aws: AwsAccess, config: Config) -> Config:
    """List `<prefix>/<report_name>/` and download one file; CSV is taken before Parquet (facts, "Layout")."""
    bucket, name = config["bucket_name"], config["report_name"]
    prefix = config["bucket_prefix"].removesuffix("/")
    keys = _attempt(
        f"list {bucket}/{config['bucket_prefix']}",
        lambda: _keys_below(aws, config, f"{prefix}/{name}/"),
    )
    version = config.get("cur_version")
    versions = [version] if version in VERSIONS else list(VERSIONS)
    for endings in FORMATS:
        for candidate in versions:
            files = [key for key in keys if key.endswith(endings) and _in_month_folder(key, candidate)]
            if files:
                _download(aws, config, files[-1])
                return config if version else config | {"cur_version": candidate}
    raise _NoFiles


def _in_month_folder(object_key: str, version: int) -> bool:
    """Whether a folder of the key names a month: BILLING_PERIOD=YYYY-MM in CUR 2.0, else the legacy report's ways."""
    folders = object_key.split("/")[:-1]
    if version == 2:
        return any(re.fullmatch(r".*BILLING_PERIOD=\d{4}-\d{2}", folder, re.ASCII) for folder in folders)
    if any(re.fullmatch(r".*\d{8}-\d{8}", folder, re.ASCII) for folder in folders):
        return True
    months = {f"month={month}" for month in range(1, 13)}
    return any(
        re.fullmatch(r".*year=\d{4}", year, re.ASCII) and month in months for year, month in itertools.pairwise(folders)
    )


def _keys_below(aws: AwsAccess, config: Config, prefix: str) -> list[str]:
    """Every key in the folders under the prefix; a file directly under it is not in a folder, so it does not count."""
    client, bucket = aws.client("s3", config["region_name"]), config["bucket_name"]
    folders = client.list_objects_v2(Bucket=bucket, Prefix=prefix, Delimiter="/").get("CommonPrefixes", [])
    pages = client.get_paginator("list_objects_v2")
    return [
        entry["Key"]
        for folder in folders
        for page in pages.paginate(Bucket=bucket, Prefix=folder["Prefix"])
        for entry in page.get("Contents", [])
    ]


def _read_smallest(aws: AwsAccess, config: Config) -> None:
    """What find_report and create_report read: the smallest of the first 15 files under the prefix, if any."""
    bucket, prefix = config["bucket_name"], config.get("bucket_prefix", "reports")
    client = aws.client("s3", config.get("region_name", DEFAULT_REGION))
    answer = _attempt(
        f"list {bucket}/{prefix}",
        lambda: client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=15),
    )
    files = sorted(answer.get("Contents", []), key=lambda entry: int(entry["Size"]))
    if files:
        _download(aws, config, files[0]["Key"])


def _download(aws: AwsAccess, config: Config, object_key: str) -> None:
    client = aws.client("s3", config.get("region_name", DEFAULT_REGION))

    def download() -> bytes:
        content: bytes = client.get_object(Bucket=config["bucket_name"], Key=object_key)["Body"].read()
        return content

    _attempt(f"download {object_key}", download)


def _check_key_characters(what: str, value: str) -> None:
    if value and not KEY_CHARACTERS.fullmatch(value):
        raise bad_report(f"{what} {value!r} has characters that it must not have")


def _attempt(action: str, call: Callable[[], Answer], missing: str | None = None) -> Answer:
    """Run one AWS call; its failure is OE0371 with AWS's own words (facts, "Errors": OE0371 report config)."""
    try:
        return call()
    except botocore.exceptions.ClientError as error:
        code = str(error.response.get("Error", {}).get("Code"))
        if missing and code == "NoSuchBucket":
            raise bad_report(missing) from error
        if code in DENIED:
            raise _Denied(400, "OE0371", f"no permission to {action}: {error}") from error
        raise bad_report(f"could not {action}: {error}") from error
    except botocore.exceptions.ParamValidationError as error:
        raise bad_report(f"could not {action}: {error}") from error


@contextmanager
def _unreachable() -> Iterator[None]:
    try:
        yield
    except UNREACHABLE as error:
        raise PlatformError(503, "OE0455", str(error)) from error
