# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an import finds the files of its report in the bucket, and fetches them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import botocore.exceptions

from tests.emulator.platform.aws_access import DEFAULT_REGION, AwsAccess, acting_as
from tests.emulator.platform.errors import PlatformError
from tests.emulator.platform.import_rules import Line, ReportFile
from tests.emulator.platform.report_check import FORMATS
from tests.emulator.platform.report_reading import ImportFailed, read_lines
from tests.emulator.platform.store import CloudAccount

_MONTHS = {
    2: (re.compile(r"BILLING_PERIOD=(\d{4})-(\d{2})/", re.ASCII),),
    1: (re.compile(r"/(\d{4})(\d{2})\d{2}-\d{8}/", re.ASCII), re.compile(r"year=(\d{4})/month=(\d{1,2})/", re.ASCII)),
}
_Asked = tuple[int, dict[str, Any]] | None


class ReportFiles:
    """
    The files of reports, as whoever a data source's credentials make it sees them.

    `changes` tells a number that grows with every change in AWS: as long as it and the config are the same, AWS is not
    asked again, so that an hourly round over a quiet quarter costs nothing. Without it AWS is asked every time.
    """

    def __init__(self, aws: AwsAccess, changes: Callable[[], int] | None = None) -> None:
        self._aws = aws
        self._changes = changes
        self._listed: dict[str, tuple[_Asked, list[ReportFile]]] = {}
        self._read: dict[tuple[str, str], tuple[_Asked, ReportFile, list[Line]]] = {}

    def find(self, source: CloudAccount) -> list[ReportFile]:
        """
        Every file of the report; ImportFailed where there is none, or where AWS refuses.

        Facts, "Layout it reads": CSV found there takes priority, for every period.
        """
        asked = self._asked(source)
        known = self._listed.get(source.id)
        if known is None or asked is None or known[0] != asked:
            known = asked, self._attempt(source, lambda client: _list(client, source.config))
            self._listed[source.id] = known
        return known[1]

    def read(self, source: CloudAccount, file: ReportFile) -> list[Line]:
        """
        The lines of one file; ImportFailed where it cannot be downloaded or read.

        Facts, "Role sources": a file that may not be read fails with HeadObject 403.
        """
        asked, place = self._asked(source), (source.id, file.key)
        known = self._read.get(place)
        if known is not None and asked is not None and known[:2] == (asked, file):
            return known[2]

        def fetch(client: Any) -> list[Line]:
            where = {"Bucket": source.config["bucket_name"], "Key": file.key}
            client.head_object(**where)
            if known is not None and known[1] == file:
                return known[2]
            return read_lines(file.key, file.month, client.get_object(**where)["Body"].read())

        lines: list[Line] = self._attempt(source, fetch)
        self._read[place] = asked, file, lines
        return lines

    def _asked(self, source: CloudAccount) -> _Asked:
        """What an answer of AWS depends on; None where nobody knows."""
        return (self._changes(), source.config) if self._changes else None

    def _attempt(self, source: CloudAccount, act: Callable[[Any], Any]) -> Any:
        """Act with the source's own credentials; what AWS says against it is the import's error."""
        region = source.config.get("region_name", DEFAULT_REGION)
        try:
            with acting_as(self._aws.key_for(source.config)):
                return act(self._aws.client("s3", region))
        except PlatformError as error:
            raise ImportFailed(error.text) from error
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            raise ImportFailed(str(error)) from error


def _list(client: Any, config: dict[str, Any]) -> list[ReportFile]:
    bucket, name = config["bucket_name"], config["report_name"]
    prefix = f"{config['bucket_prefix'].removesuffix('/')}/{name}/"
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    objects = [entry for page in pages for entry in page.get("Contents", [])]
    versions = [config["cur_version"]] if config.get("cur_version") in _MONTHS else list(_MONTHS)
    for endings in FORMATS:
        for version in versions:
            files = [_report_file(entry, version) for entry in objects if entry["Key"].endswith(endings)]
            if any(files):
                return [file for file in files if file is not None]
    raise ImportFailed(
        f"Report files for report {name} not found in bucket {bucket}. "
        "Please check your CUR version and existence of report files in the bucket"
    )


def _report_file(entry: dict[str, Any], version: int) -> ReportFile | None:
    """The object as a report file; None where no folder of it names a month."""
    for pattern in _MONTHS[version]:
        match = pattern.search(entry["Key"])
        if match:
            month = f"{match[1]}-{int(match[2]):02d}"
            return ReportFile(entry["Key"], month, entry["LastModified"], str(entry.get("ETag")))
    return None
