# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creating, changing and deleting data sources, with everything the platform does and fails to do on the way."""

from __future__ import annotations

import dataclasses
import time
import uuid
from collections.abc import Callable
from typing import Any, NoReturn

from tests.emulator.platform import validation
from tests.emulator.platform.aws_access import AwsAccess
from tests.emulator.platform.errors import PlatformError, database_error
from tests.emulator.platform.policies import expected_policies
from tests.emulator.platform.report_check import connect_report
from tests.emulator.platform.store import CloudAccount, Store

# A rule is called "Rule for <name>_<unix time>" and has to fit in 255 characters itself.
LONGEST_NAME_WITH_RULE = 235


class CloudAccounts:
    """The rules of data sources over one store and one AWS; `takes` tells the seconds that a creation takes at least."""

    def __init__(self, store: Store, aws: AwsAccess, takes: Callable[[], float] = lambda: 0.0) -> None:
        self._store = store
        self._aws = aws
        self._takes = takes

    def create(self, organization_id: str, body: dict[str, Any]) -> CloudAccount:
        """Facts, "Create", "Unique per organization" and "What a client must avoid" 1 (parallel creates).

        A creation that finds others of its organization in flight is stored and answers an error (see `_collide`).
        """
        with self._store.creating(organization_id) as others:
            time.sleep(self._takes())
            cloud_account = self._checked(organization_id, body)
            with self._store.lock:
                self._check_unique(cloud_account)
                self._store.put(cloud_account)
            if others:
                self._collide(cloud_account, others)
            if len(cloud_account.name) > LONGEST_NAME_WITH_RULE:
                raise PlatformError(400, "OE0215", "name", f"1-{validation.MAX_LENGTH}")
            return self._finish(cloud_account)

    def _collide(self, cloud_account: CloudAccount, others: int) -> NoReturn:
        """Facts, last part: of 8 parallel creations 6-7 answer an error, most of them 500, some 503 OE0003.

        Which one depends on how many others were in flight. Of three, two stop before their rule and import, one of
        them at the database; the third has done everything.
        """
        if others % 3 == 2:
            raise database_error(503, "INSERT INTO pool")
        if others % 3 == 0:
            self._finish(cloud_account)
        raise PlatformError(500, "U0500")

    def _checked(self, organization_id: str, body: dict[str, Any]) -> CloudAccount:
        validation.check_create(body)
        config = validation.check_new_config(body.get("config", {}))
        account_id, config, key = self._identify(config)
        candidate = CloudAccount(
            id=str(uuid.uuid4()),
            organization_id=organization_id,
            name=body["name"],
            type=body["type"],
            config=config,
            account_id=account_id,
            created_at=self._store.clock.timestamp(),
            auto_import=body.get("auto_import") is not False,
            process_recommendations=body.get("process_recommendations") is not False,
        )
        self._check_unique(candidate)
        return dataclasses.replace(candidate, config=connect_report(self._aws, key, config))

    def _finish(self, cloud_account: CloudAccount) -> CloudAccount:
        """Make the rule and schedule the import.

        Its own, or for a linked one that of every Root source, whatever is scheduled already (facts, "Import storm").
        """
        with self._store.lock:
            scheduled = cloud_account.auto_import
            done = dataclasses.replace(cloud_account, rule_created=True, import_scheduled=scheduled)
            self._store.put(done)
            imported = self._store.cloud_accounts(done.organization_id) if done.linked else [done]
            for source in imported if scheduled else []:
                if source.auto_import and not source.linked:
                    self._store.add_report_import(source.id)
        return done

    def update(self, old: CloudAccount, body: dict[str, Any]) -> CloudAccount:
        """Facts, "PATCH": top-level fields merge, config is replaced whole, a failure leaves the old config."""
        validation.check_update(body, self._store.clock.now())
        changes = dict(body)
        if "config" in body:
            given = validation.check_object(changes.pop("config"))
            if given:
                changes["config"], changes["account_id"] = self._new_config(old, given)
        if None in (changes.get("auto_import", True), changes.get("process_recommendations", True)):
            raise database_error(400, "UPDATE cloudaccount")
        with self._store.lock:
            current = self._store.cloud_account(old.id)
            if current is None:
                raise PlatformError(404, "OE0002", "CloudAccount", old.id)
            new = dataclasses.replace(current, **changes)
            self._check_unique(new)
            self._store.put(new)
        return new

    def _new_config(self, old: CloudAccount, given: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """Facts, "PATCH": only `linked` and a role's account carry over, and neither can be changed (OE0211).

        The account does not carry over to a key (facts, "Role sources": the way back). Nobody looks at the report
        while auto_import is off, nor, at a role's, whether the role may read it (facts, last part).
        """
        kept = {name: old.config[name] for name in ("linked", validation.ROLE_ACCOUNT) if name in old.config}
        if given.get("linked", old.linked) != old.linked:
            raise PlatformError(400, "OE0211", "linked")
        account = kept.get(validation.ROLE_ACCOUNT)
        if account is not None and given.get(validation.ROLE_ACCOUNT, account) != account:
            raise PlatformError(400, "OE0211", validation.ROLE_ACCOUNT)
        if validation.has_key(given) and not validation.is_role(given):
            kept.pop(validation.ROLE_ACCOUNT, None)
        account_id, config, key = self._identify(validation.check_changed_config(kept | given))
        self._check_unique(dataclasses.replace(old, account_id=account_id))
        if old.auto_import:
            config = connect_report(self._aws, key, config, trusting=validation.is_role(config))
        return config, account_id

    def verify(self, body: dict[str, Any]) -> None:
        """Facts, "cloud_account_verify": asks STS about the key, never touches the bucket, takes no role."""
        if body.get("type") is None:
            raise PlatformError(400, "OE0216", "type")
        if body["type"] != validation.SUPPORTED_TYPE:
            raise PlatformError(400, "OE0436", body["type"])
        given = validation.check_object(body.get("config", {}))
        if validation.is_role(given):
            raise PlatformError(400, "OE0216", ", ".join(validation.KEY_FIELDS))
        self._identify(validation.check_new_config(given))

    def policies(self, bucket_name: str | None) -> dict[str, Any]:
        """What `cloud_policies` says, of a linked source where there is no bucket; trusts the account of its own key."""
        return expected_policies(self._aws.account_of(self._aws.required_service_key, None), bucket_name)

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

        Names are compared as the platform's database does, without regard to case and to blanks at the end.
        """
        if candidate.account_id in self._store.connected_elsewhere:
            raise PlatformError(409, "OE0402")
        others = [
            other
            for other in self._store.cloud_accounts(candidate.organization_id)
            if other.id != candidate.id and other.type == candidate.type
        ]
        if any(other.account_id == candidate.account_id for other in others):
            raise PlatformError(409, "OE0402")
        name = _compared(candidate.name)
        if any(_compared(other.name) == name for other in others):
            raise PlatformError(409, "OE0404", candidate.name, candidate.organization_id)


def _compared(name: str) -> str:
    return name.rstrip(" ").casefold()
