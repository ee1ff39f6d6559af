# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creating, changing and deleting data sources, with everything the platform does and fails to do on the way."""

from __future__ import annotations

import dataclasses
import time
import uuid
from typing import Any

from tests.emulator.platform import validation
from tests.emulator.platform.aws_access import AwsAccess
from tests.emulator.platform.errors import PlatformError
from tests.emulator.platform.report_check import connect_report
from tests.emulator.platform.store import CloudAccount, Store

# A rule is called "Rule for <name>_<unix time>" and has to fit in 255 characters itself.
LONGEST_NAME_WITH_RULE = 235


class CloudAccounts:
    """The rules of data sources over one store and one AWS."""

    def __init__(self, store: Store, aws: AwsAccess) -> None:
        self._store = store
        self._aws = aws

    def create(self, organization_id: str, body: dict[str, Any]) -> CloudAccount:
        """Facts, "Create", "Unique per organization" and "What a client must avoid" 1 (parallel creates).

        The creation that finds another one of its organization in flight is stored, but answers 500 U0500
        before its rule is made and its import is scheduled.
        """
        with self._store.creating(organization_id) as overlapping:
            cloud_account = self._checked(organization_id, body)
            with self._store.lock:
                self._check_unique(cloud_account)
                self._store.put(cloud_account)
            if overlapping:
                raise PlatformError(500, "U0500")
            if len(cloud_account.name) > LONGEST_NAME_WITH_RULE:
                raise PlatformError(400, "OE0215", "name", f"1-{validation.MAX_LENGTH}")
            return self._finish(cloud_account)

    def _checked(self, organization_id: str, body: dict[str, Any]) -> CloudAccount:
        validation.check_create(body)
        config = validation.check_config(body.get("config"))
        account_id, config, key = self._identify(config)
        candidate = CloudAccount(
            id=str(uuid.uuid4()),
            organization_id=organization_id,
            name=body["name"],
            type=body["type"],
            config=config,
            account_id=account_id,
            created_at=int(time.time()),
            auto_import=body.get("auto_import", True),
            process_recommendations=body.get("process_recommendations", True),
        )
        self._check_unique(candidate)
        return dataclasses.replace(candidate, config=connect_report(self._aws, key, config))

    def _finish(self, cloud_account: CloudAccount) -> CloudAccount:
        """Make the rule and schedule the import: its own, or for a linked one that of the Root sources (facts)."""
        with self._store.lock:
            scheduled = cloud_account.auto_import
            own = int(scheduled and not cloud_account.linked)
            done = dataclasses.replace(cloud_account, rule_created=True, import_scheduled=scheduled, imports=own)
            self._store.put(done)
            if scheduled and done.linked:
                for root in self._store.cloud_accounts(done.organization_id):
                    if not root.linked and root.auto_import:
                        self._store.put(dataclasses.replace(root, imports=root.imports + 1))
        return done

    def update(self, old: CloudAccount, body: dict[str, Any]) -> CloudAccount:
        """Facts, "PATCH": top-level fields merge, config is replaced whole, a failure leaves the old config."""
        validation.check_update(body)
        changes = dict(body)
        if body.get("config"):
            changes["config"], changes["account_id"] = self._new_config(old, body["config"])
        elif "config" in body:
            if not isinstance(body["config"], dict | None):
                raise PlatformError(400, "OE0344", "config")
            del changes["config"]
        with self._store.lock:
            current = self._store.cloud_account(old.id)
            if current is None:
                raise PlatformError(404, "OE0002", "CloudAccount", old.id)
            new = dataclasses.replace(current, **changes)
            self._check_unique(new)
            self._store.put(new)
        return new

    def _new_config(self, old: CloudAccount, given: object) -> tuple[dict[str, Any], str]:
        """Facts, "PATCH": only `linked` and a role's account carry over, and neither can be changed (OE0211)."""
        if isinstance(given, dict):
            kept = {name: old.config[name] for name in ("linked", "assume_role_account_id") if name in old.config}
            if given.get("linked", old.linked) != old.linked:
                raise PlatformError(400, "OE0211", "linked")
            account = "assume_role_account_id"
            if account in kept and given.get(account, kept[account]) != kept[account]:
                raise PlatformError(400, "OE0211", account)
            given = kept | given
        account_id, config, key = self._identify(validation.check_config(given))
        self._check_unique(dataclasses.replace(old, account_id=account_id))
        return connect_report(self._aws, key, config), account_id

    def verify(self, body: dict[str, Any]) -> None:
        """Facts, "cloud_account_verify": asks STS about the key, never touches the bucket, takes no role."""
        if body.get("type") is None:
            raise PlatformError(400, "OE0216", "type")
        if body["type"] != validation.SUPPORTED_TYPE:
            raise PlatformError(400, "OE0436", body["type"])
        given = body.get("config")
        if isinstance(given, dict) and validation.is_role(given):
            raise PlatformError(400, "OE0216", ", ".join(validation.KEY_FIELDS))
        self._identify(validation.check_config(given))

    def _identify(self, config: dict[str, Any]) -> tuple[str, dict[str, Any], Any]:
        """The AWS account of a config, the config as it is stored, and the key to act with.

        Facts, "Create": the platform asks STS itself; a role source shows the platform's own key id.
        """
        key = self._aws.key_for(config)
        account_id = self._aws.account_of(key, config.get("region_name"))
        if validation.is_role(config) and self._aws.service_key is not None:
            config = config | {"access_key_id": self._aws.service_key.access_key_id}
        return account_id, config, key

    def _check_unique(self, candidate: CloudAccount) -> None:
        """Facts, "Unique per organization": the AWS account first (OE0402), then the name (OE0404).

        Names are compared as the platform's database does, without regard to case.
        """
        others = [
            other
            for other in self._store.cloud_accounts(candidate.organization_id)
            if other.id != candidate.id and other.type == candidate.type
        ]
        if any(other.account_id == candidate.account_id for other in others):
            raise PlatformError(409, "OE0402")
        name = candidate.name.casefold()
        if any(other.name.casefold() == name for other in others):
            raise PlatformError(409, "OE0404", candidate.name, candidate.organization_id)
