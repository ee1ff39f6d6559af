# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded platform in front of the tiny AWS, and a client that hides nothing."""

from __future__ import annotations

import dataclasses
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from tests.emulator.faults import Faults
from tests.emulator.platform.app import PlatformApplication
from tests.emulator.platform.aws_access import Key
from tests.emulator.platform.tiny_aws import Bucket, TinyAws
from tests.emulator.serving import Server

REPORT = "billing-1"


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came back: the status, and the JSON if there was any."""

    status: int
    body: Any

    @property
    def code(self) -> str | None:
        """The error code, None for a success."""
        return self.body["error"]["error_code"] if isinstance(self.body, dict) and "error" in self.body else None

    @property
    def outcome(self) -> tuple[int, str | None]:
        """Status and error code."""
        return self.status, self.code


class Bench:
    """Both servers, one client; a context manager."""

    def __init__(self, service_key: Key | None = None) -> None:
        self.aws = TinyAws()
        self._aws_server: Server | None = Server(self.aws)
        self.faults = Faults()
        self.app = PlatformApplication(self._aws_server.url, service_key, self.faults)
        self._server = Server(self.app)
        self.collection = f"/restapi/v2/organizations/{self.app.organization_id}/cloud_accounts"

    def __enter__(self) -> Bench:
        """Both servers run already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop both servers."""
        self._server.stop()
        self.stop_aws()

    def stop_aws(self) -> None:
        """Put AWS out of reach."""
        if self._aws_server is not None:
            self._aws_server.stop()
            self._aws_server = None

    def call(self, method: str, path: str, body: object = None, token: str | None = "", **headers: str) -> Answer:
        """One request whose answer is JSON or nothing; see `send`."""
        status, dummy, text = self.send(method, path, body, token, **headers)
        return Answer(status, json.loads(text) if text else None)

    def send(
        self, method: str, path: str, body: object = None, token: str | None = "", **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """One request: `token` is the platform's own one unless another, or None, is given; bytes go as they are.

        Status, headers and body, as they came.
        """
        if token is not None:
            headers["Authorization"] = f"Bearer {token or self.app.token}"
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        connection = http.client.HTTPConnection(urlsplit(self._server.url).netloc, timeout=30)
        try:
            connection.request(method, path, data, {"Content-Type": "application/json"} | headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def config(self, account_id: str = "111111111111", /, **changes: object) -> dict[str, Any]:
        """The config of a Root source with a new key of this account and a bucket that has no files yet."""
        key = self.aws.add_key(account_id)
        bucket = f"billing-export-{account_id}"
        self.aws.buckets.setdefault(bucket, Bucket("eu-west-1"))
        return {
            "access_key_id": key.access_key_id,
            "secret_access_key": key.secret_access_key,
            "config_scheme": "bucket_only",
            "cur_version": 2,
            "bucket_name": bucket,
            "bucket_prefix": "reports",
            "report_name": REPORT,
        } | changes

    def linked(self, account_id: str) -> dict[str, Any]:
        """The config of a linked source with a new key of this account."""
        key = self.aws.add_key(account_id)
        return {"access_key_id": key.access_key_id, "secret_access_key": key.secret_access_key, "linked": True}

    def create(self, name: str, config: object, **fields: object) -> Answer:
        """POST a data source."""
        return self.call("POST", self.collection, {"name": name, "type": "aws_cnr", "config": config} | fields)

    def update(self, identifier: str, **fields: object) -> Answer:
        """PATCH a data source."""
        return self.call("PATCH", f"/restapi/v2/cloud_accounts/{identifier}", fields)

    def get(self, identifier: str) -> Answer:
        """GET a data source."""
        return self.call("GET", f"/restapi/v2/cloud_accounts/{identifier}")

    def stored(self) -> dict[str, dict[str, Any]]:
        """Everything the platform stores of the first organization, by name."""
        organizations = self.call("GET", "/_emulator/state").body["organizations"]
        return {entry["name"]: entry for entry in organizations[0]["cloud_accounts"]}
