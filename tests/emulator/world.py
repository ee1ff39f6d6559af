# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running emulator in which exports deliver and data sources import, set up by a test in a few lines."""

from __future__ import annotations

import dataclasses
import json
import urllib.error
import urllib.request
from typing import Any

from tests.emulator.aws.cur2_columns import TABLE, WITH_RESOURCES
from tests.emulator.aws.seed import Credentials, add_administrator
from tests.emulator.aws.testing import (
    Bench,
    Who,
    export_definition,
    export_policy,
    report_definition,
    report_policy,
    unique,
)
from tests.emulator.fleet import Emulator

QUERY = f"SELECT {', '.join(WITH_RESOURCES)} FROM {TABLE}"


@dataclasses.dataclass(frozen=True)
class Report:
    """An export, and the key by which the platform reads its bucket."""

    account: str
    name: str
    bucket: str
    key: Credentials
    version: int = 2
    prefix: str = "reports"

    @property
    def config(self) -> dict[str, Any]:
        """The config of its Root source."""
        return {
            "access_key_id": self.key.access_key_id,
            "secret_access_key": self.key.secret_access_key,
            "config_scheme": "bucket_only",
            "cur_version": self.version,
            "bucket_name": self.bucket,
            "bucket_prefix": self.prefix,
            "report_name": self.name,
        }


class World:
    """What a test does to a running emulator: as AWS's customers, and as a client of the platform."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.bench = Bench(emulator)
        self.root = emulator.management_account_id
        self.members = emulator.member_account_ids
        self.standalone = emulator.standalone_account_id

    def report(self, account: str | None = None, **changes: Any) -> Report:
        """An export with all columns, of the management account if of no other; `changes` as in `export_definition`."""
        account = account or self.root
        key = add_administrator(account, unique("platform"))
        who = Who(self.bench.url, key.access_key_id, key.secret_access_key)
        bucket = self.bench.bucket(who, export_policy(account))
        definition = export_definition(bucket, **{"query": QUERY} | changes)
        who("bcm-data-exports").create_export(Export=definition)
        return Report(account, definition["Name"], bucket, key)

    def legacy_report(self, account: str | None = None, **changes: Any) -> Report:
        """A legacy report in CSV, of the management account if of no other; `changes` as in `report_definition`."""
        account = account or self.root
        key = add_administrator(account, unique("platform"))
        who = Who(self.bench.url, key.access_key_id, key.secret_access_key)
        definition = report_definition(self.bench.bucket(who, report_policy(account)), **changes)
        who("cur").put_report_definition(ReportDefinition=definition)
        name, bucket, prefix = (definition[part] for part in ("ReportName", "S3Bucket", "S3Prefix"))
        return Report(account, name, bucket, key, 1, prefix)

    def second_organization(self, members: int) -> list[str]:
        """Let the account that is in no organization make one of its own; its new members."""
        emulator = self.emulator
        who = Who(self.bench.url, emulator.standalone_access_key_id, emulator.standalone_secret_access_key)
        api = who("organizations")
        api.create_organization(FeatureSet="ALL")
        made = (
            api.create_account(AccountName=f"other-member-{number}", Email=f"other-{number}@example.com")
            for number in range(1, members + 1)
        )
        return [str(answer["CreateAccountStatus"]["AccountId"]) for answer in made]

    def s3(self, report: Report) -> Any:
        """A client of the bucket's own account."""
        return Who(self.bench.url, report.key.access_key_id, report.key.secret_access_key)("s3")

    def deliver(self, report: Report, *months: str) -> None:
        """Let an export deliver these months, or this one."""
        for month in months or (None,):
            self.emulator.deliver(report.account, report.name, month)

    def connect(self, report: Report, **fields: Any) -> str:
        """Make the Root source of a report; its id."""
        return self._create(report.account, report.config, fields)

    def connect_member(self, account: str, **fields: Any) -> str:
        """Make the linked source of a member; its id."""
        key = add_administrator(account, unique("platform"))
        config = {"access_key_id": key.access_key_id, "secret_access_key": key.secret_access_key, "linked": True}
        return self._create(account, config, fields)

    def _create(self, account: str, config: dict[str, Any], fields: dict[str, Any]) -> str:
        path = f"/restapi/v2/organizations/{self.emulator.platform_organization_id}/cloud_accounts"
        status, body = self.call("POST", path, {"name": account, "type": "aws_cnr", "config": config} | fields)
        assert status == 201, body
        return str(body["id"])

    def update(self, identifier: str, **fields: Any) -> tuple[int, Any]:
        """PATCH a data source."""
        return self.call("PATCH", f"/restapi/v2/cloud_accounts/{identifier}", fields)

    def get(self, identifier: str) -> dict[str, Any]:
        """GET a data source."""
        return dict(self.call("GET", f"/restapi/v2/cloud_accounts/{identifier}")[1])

    def import_states(self, identifier: str) -> list[str]:
        """The states of a data source's imports, completed ones too."""
        path = f"/restapi/v2/cloud_accounts/{identifier}/report_imports?show_completed=true"
        return sorted(entry["state"] for entry in self.call("GET", path)[1]["report_imports"])

    def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """A request to the platform: status and JSON."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.emulator.platform_token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.emulator.platform_url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")
