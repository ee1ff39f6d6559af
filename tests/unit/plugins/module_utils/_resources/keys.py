# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's keys and who holds them, and what is planned for them; for the tests of the access key."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.key_lifecycle import Facts, Key, Notes
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.access_key import AccessKey, State
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, FakeClients

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
USER = "FinOpsForCloudUser"
REPORT = {
    "report_name": f"billing-{ACCOUNT}",
    "bucket_name": f"billing-export-{ACCOUNT}",
    "bucket_prefix": "reports",
    "cur_version": 2,
    "config_scheme": "bucket_only",
}
ROOT = {"type": "root"}
PLATFORM = {"platform_url": "https://platform.example.com", "state": "present", "data_source": ROOT}
NESTED = {"data_source": {"type": "root", "cur_prefix": "a/b"}}
CREATE = ["tag_user", "create_access_key", "prove"]


class Store:
    """A store that holds one value."""

    name = "kept"

    def __init__(self, key_id: str | None = None) -> None:
        self.value = {"access_key_id": key_id, "secret_access_key": "not-to-be-seen"} if key_id else None

    def read(self) -> dict[str, Any] | None:
        return self.value


def key(name: str, age: float = 0, active: bool = True, used: float | None = None, known: bool = True) -> Key:
    days = datetime.timedelta
    last_used = None if used is None else NOW - days(used)
    return Key(name, active, NOW - days(age), last_used, None if used is None else "s3", known)


def source(key_id: str | None, **config: Any) -> dict[str, Any]:
    config = {**REPORT, "access_key_id": key_id, **config}
    return {"id": "one", "name": "shop", "account_id": ACCOUNT, "config": config}


def access_key(store: str | None = None, **options: Any) -> AccessKey:
    clients = FakeClients(store=Store(store or None) if store is not None else None)
    return AccessKey({**PLATFORM, **options}, clients)


def state(
    *keys: Key,
    held: str | None = None,
    store: str | None = None,
    made: str | None = None,
    notes: Notes | None = None,
    has_platform: bool = True,
    gives_up: bool = False,
    **config: Any,
) -> State:
    facts = Facts(keys, held, store, notes or Notes(), made, has_platform, NOW)
    return State(facts, source(held, **config) if held else None, gives_up)


def operations(plan: Plan) -> list[str]:
    return [step.operation for step in plan.steps]


def named(plan: Plan, operation: str) -> Step:
    return next(step for step in plan.steps if step.operation == operation)


NOTED = Notes(None, NOW)
SWITCH = ["update_cloud_account", "prove_held"]
OLD, NEW = key("OLD", age=100), key("NEW", age=5)
RETIRED = dataclasses.replace(OLD, active=False)
ASKED = {"data_source": {"type": "root", "cur_prefix": "reports"}}


def alone(*keys: Key, **changes: Any) -> State:
    return state(*keys, has_platform=False, **changes)
