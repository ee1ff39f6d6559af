# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data sources as the platform lists them, and the writes to them; for the tests of the data source and its target."""

from __future__ import annotations

from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Answer, Step
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT

REPORT = {
    "report_name": f"billing-{ACCOUNT}",
    "bucket_name": f"billing-export-{ACCOUNT}",
    "bucket_prefix": "reports",
}
DOCUMENTED = {**REPORT, "cur_version": 2, "config_scheme": "bucket_only"}
KEY = {"access_key_id": "OLD", "secret_access_key": "not-to-be-seen"}
# What the platform answers as long as AWS does not know a new key everywhere.
KEY_NOT_YET_KNOWN = "OE0433"


def source(config: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    found = {"access_key_id": "OLD", **DOCUMENTED} if config is None else config
    return {"id": "one", "name": "shop", "account_id": ACCOUNT, "config": found, **changes}


def role(**config: Any) -> dict[str, Any]:
    return source({**DOCUMENTED, "access_key_id": "the platform's", "assume_role_name": "Reader", **config})


def change(body: dict[str, Any], code: str, before: dict[str, Any], after: dict[str, Any], repeat_on: str = "") -> Step:
    """A write to the data source."""
    parameters = {"identifier": "one", **body}
    return Step("", "platform", "update_cloud_account", parameters, code, before, after, repeat_on)


def proof(operation: str, wanted: dict[str, Any]) -> Step:
    """The look that follows a hand-over."""
    return Step("", "proof", "prove_held", {"answer": Answer(operation, ()), "wanted": wanted})
