# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account and its data source in memory, which answer as they do on bad days; for tests of whole reconciliations."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping
from typing import Any

from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, FakeClients

Fault = Callable[[], None]


def minutes_ago(minutes: float) -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=minutes)


@dataclasses.dataclass
class Kept:
    """A store in memory."""

    value: dict[str, Any] | None = None
    name: str = "kept"

    def read(self) -> dict[str, Any] | None:
        return self.value


class Cloud(FakeClients):
    """An account's keys and tags, and its data source, all of it in memory; reads of the platform may lag behind."""

    def __init__(self, store: Kept | None = None) -> None:
        super().__init__(store=store)
        self.keys: dict[str, dict[str, Any]] = {}
        self.uses: dict[str, dict[str, Any] | None] = {}
        self.tags: dict[str, str] = {}
        self.source: dict[str, Any] | None = None
        self.lag: list[dict[str, Any] | None] = []
        self.faults: dict[str, Fault] = {}
        self.written: list[str] = []

    def make_key(self, name: str, minutes: float = 0, active: bool = True) -> str:
        status = "Active" if active else "Inactive"
        self.keys[name] = {"AccessKeyId": name, "Status": status, "CreateDate": minutes_ago(minutes)}
        return name

    def connect(self, key_id: str, **config: Any) -> None:
        config = {
            "access_key_id": key_id,
            "report_name": f"billing-{ACCOUNT}",
            "bucket_name": f"billing-export-{ACCOUNT}",
            "bucket_prefix": "reports",
            "cur_version": 2,
            "config_scheme": "bucket_only",
            **config,
        }
        self.source = {"id": "one", "name": "shop", "account_id": ACCOUNT, "config": config}

    def _answer(self, operation: str, parameters: dict[str, Any]) -> Any:
        self.calls.append((operation, parameters))
        if operation == "list_access_keys":
            return {"AccessKeyMetadata": list(self.keys.values())}
        if operation == "list_user_tags":
            return {"Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()]}
        if operation == "get_access_key_last_used":
            return {"AccessKeyLastUsed": self.uses.get(parameters["AccessKeyId"]) or {"ServiceName": "N/A"}}
        if operation in ("cloud_accounts", "cloud_account"):
            found = self.lag.pop(0) if self.lag else self.source
            return found if operation == "cloud_account" else [found] if found else []
        raise AssertionError(operation)

    def write(self, client: str, operation: str, parameters: Mapping[str, Any], repeat_on: str = "") -> Any:
        if client == "proof" and operation != "prove":
            return super().write(client, operation, parameters)
        self.written.append(operation)
        fault = self.faults.pop(operation, None)
        if fault is not None:
            fault()
        return getattr(self, "_" + operation)(**parameters)

    def _tag_user(self, UserName: str, Tags: list[dict[str, str]]) -> None:
        self.tags.update({tag["Key"]: tag["Value"] for tag in Tags})

    def _create_access_key(self, UserName: str) -> dict[str, Any]:
        assert len(self.keys) < 2, "IAM's limit"
        name = self.make_key(f"NEW{self.written.count('create_access_key')}")
        return {"AccessKey": {**self.keys[name], "SecretAccessKey": "not-to-be-seen"}}

    def _prove(self, key_id: str, secret: str) -> None:
        assert self.keys[key_id]["Status"] == "Active"

    def _update_access_key(self, UserName: str, AccessKeyId: str, Status: str) -> None:
        assert self.source is None or self.source["config"]["access_key_id"] != AccessKeyId, "a key in use"
        self.keys[AccessKeyId]["Status"] = Status

    def _delete_access_key(self, UserName: str, AccessKeyId: str) -> None:
        assert self.source is None or self.source["config"]["access_key_id"] != AccessKeyId, "a key in use"
        del self.keys[AccessKeyId]

    def _write(self, **value: str) -> None:
        self.store.value = value

    def _restore(self, previous: dict[str, Any] | None) -> None:
        self.store.value = previous

    def _create_cloud_account(self, name: str, config: dict[str, Any], **body: Any) -> dict[str, Any]:
        self.source = {"id": "one", "name": name, "account_id": ACCOUNT, "config": dict(config)}
        return self.source

    def _update_cloud_account(self, identifier: str, config: dict[str, Any]) -> dict[str, Any]:
        assert self.source is not None
        self.source = {**self.source, "config": dict(config)}
        return self.source
