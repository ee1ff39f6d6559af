# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the platform stores: organizations, users with their tokens, cloud accounts and their imports."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import secrets
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.emulator.clock import Clock
from tests.emulator.platform.expenses import Expenses

TOKEN_LIFETIME = 168 * 3600


@dataclasses.dataclass(frozen=True)
class Organization:
    """A tenant of the platform."""

    id: str
    name: str
    created_at: int
    pool_id: str
    currency: str = "USD"
    disabled: bool = False

    def as_json(self) -> dict[str, Any]:
        """The organization as the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "created_at": self.created_at,
            "deleted_at": 0,
            "cleaned_at": 0,
            "pool_id": self.pool_id,
            "is_demo": False,
            "currency": self.currency,
            "disabled": self.disabled,
        }


@dataclasses.dataclass(frozen=True)
class User:
    """A person who may log in; `organizations` are those the person has a role in."""

    id: str
    email: str
    password: str
    organizations: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Token:
    """A bearer token (facts, "Auth": valid for 168 hours)."""

    value: str
    user: User
    created_at: int
    valid_until: int

    @property
    def digest(self) -> str:
        """The token's MD5, which the platform uses as its name."""
        return hashlib.md5(self.value.encode(), usedforsecurity=False).hexdigest()


@dataclasses.dataclass(frozen=True)
class CloudAccount:
    """A data source. Never changed in place: an update stores a new value under the same id."""

    id: str
    organization_id: str
    name: str
    type: str
    config: dict[str, Any]
    account_id: str
    created_at: int
    auto_import: bool = True
    process_recommendations: bool = True
    import_period: int = 1
    last_import_at: int = 0
    last_import_modified_at: int = 0
    last_import_attempt_at: int = 0
    last_import_attempt_error: str | None = None
    last_getting_metrics_at: int = 0
    last_getting_metric_attempt_at: int = 0
    last_getting_metric_attempt_error: str | None = None
    parent_id: str | None = None
    # Internal: what `details=true` says where it is not zero; whether the rule was made, and an import was scheduled,
    # when the account had been stored.
    details: dict[str, Any] = dataclasses.field(default_factory=dict)
    rule_created: bool = False
    import_scheduled: bool = False

    @property
    def linked(self) -> bool:
        """Whether this is a data source of the type AWS Linked."""
        return bool(self.config.get("linked"))

    @functools.cached_property
    def public(self) -> dict[str, Any]:
        """What GET shows: everything but the secret (facts: only `secret_access_key` is left out)."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "config": {key: value for key, value in self.config.items() if key != "secret_access_key"},
            "organization_id": self.organization_id,
            "account_id": self.account_id,
            "auto_import": self.auto_import,
            "process_recommendations": self.process_recommendations,
            "import_period": self.import_period,
            "last_import_at": self.last_import_at,
            "last_import_modified_at": self.last_import_modified_at,
            "last_import_attempt_at": self.last_import_attempt_at,
            "last_import_attempt_error": self.last_import_attempt_error,
            "last_getting_metrics_at": self.last_getting_metrics_at,
            "last_getting_metric_attempt_at": self.last_getting_metric_attempt_at,
            "last_getting_metric_attempt_error": self.last_getting_metric_attempt_error,
            "parent_id": self.parent_id,
            "created_at": self.created_at,
            "deleted_at": 0,
            "cleaned_at": 0,
        }

    @functools.cached_property
    def public_json(self) -> str:
        """`public` as JSON text, made once, so that a list of a thousand is only joined."""
        return json.dumps(self.public)


@dataclasses.dataclass(frozen=True)
class ReportImport:
    """An import of a data source; `state` is scheduled, in_progress, completed or failed. Times in epoch seconds."""

    id: str
    cloud_account_id: str
    created_at: int
    updated_at: int
    state: str = "scheduled"
    state_reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The import as the API shows it."""
        return dataclasses.asdict(self) | {"deleted_at": 0, "import_file": None, "is_recalculation": False}


class Store:
    """Everything the platform remembers, in memory, safe for threads; but for tokens, it lives by the `clock`."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.expenses = Expenses()
        self.lock = threading.RLock()
        self._organizations: dict[str, Organization] = {}
        self._users: dict[str, User] = {}
        self._tokens: dict[str, Token] = {}
        self._cloud_accounts: dict[str, dict[str, CloudAccount]] = {}
        self._organization_of: dict[str, str] = {}
        self._report_imports: dict[str, dict[str, ReportImport]] = {}
        self._open_imports: dict[str, dict[str, ReportImport]] = {}
        self._waiting: deque[ReportImport] = deque()
        self._creating: dict[str, int] = {}
        self.connected_elsewhere: frozenset[str] = frozenset()

    def copy(self) -> Store:
        """A store with the same organizations and tokens, whose data sources stay as they are now."""
        copy = Store(self.clock)
        with self.lock:
            copy.expenses = self.expenses
            copy._organizations, copy._users, copy._tokens = self._organizations, self._users, self._tokens
            copy._cloud_accounts = {name: dict(accounts) for name, accounts in self._cloud_accounts.items()}
            copy._organization_of = dict(self._organization_of)
            copy._report_imports = {name: dict(imports) for name, imports in self._report_imports.items()}
        return copy

    def add_organization(self, name: str, user: User | None = None) -> tuple[Organization, User]:
        """Make an organization in which this user has a role too, or where None a new user has it alone."""
        organization = Organization(str(uuid.uuid4()), name, self.clock.timestamp(), pool_id=str(uuid.uuid4()))
        if user is None:
            email = f"finops-{secrets.token_hex(4)}@example.com"
            user = User(str(uuid.uuid4()), email, secrets.token_urlsafe(16), frozenset())
        user = dataclasses.replace(user, organizations=user.organizations | {organization.id})
        with self.lock:
            self._organizations[organization.id] = organization
            self._cloud_accounts[organization.id] = {}
            self._users[user.email] = user
        return organization, user

    def issue_token(self, user: User) -> Token:
        """Make a new token for this user; older ones stay valid."""
        now = int(time.time())
        token = Token(secrets.token_urlsafe(24), user, now, now + TOKEN_LIFETIME)
        with self.lock:
            self._tokens[token.value] = token
        return token

    def token(self, value: str) -> Token | None:
        """The token of this value while it is valid, with its user's roles of today."""
        token = self._tokens.get(value)
        if token is None or token.valid_until <= time.time():
            return None
        return dataclasses.replace(token, user=self._users[token.user.email])

    def user(self, email: str) -> User | None:
        """The user of this email address."""
        return self._users.get(email)

    def organization(self, organization_id: str) -> Organization | None:
        """The organization of this id."""
        return self._organizations.get(organization_id)

    def put_organization(self, organization: Organization) -> None:
        """Store the new value of an organization."""
        with self.lock:
            self._organizations[organization.id] = organization

    def organizations(self) -> list[Organization]:
        """Every organization, oldest first."""
        with self.lock:
            return list(self._organizations.values())

    def cloud_accounts(self, organization_id: str) -> list[CloudAccount]:
        """The organization's data sources, oldest first."""
        with self.lock:
            return list(self._cloud_accounts[organization_id].values())

    def cloud_account(self, cloud_account_id: str) -> CloudAccount | None:
        """The data source of this id, in whichever organization it is."""
        with self.lock:
            organization_id = self._organization_of.get(cloud_account_id)
            if organization_id is None:
                return None
            return self._cloud_accounts[organization_id][cloud_account_id]

    def put(self, cloud_account: CloudAccount) -> None:
        """Store a new data source, or the new value of an old one."""
        with self.lock:
            self._cloud_accounts[cloud_account.organization_id][cloud_account.id] = cloud_account
            self._organization_of[cloud_account.id] = cloud_account.organization_id

    def remove(self, cloud_account: CloudAccount) -> None:
        """Forget a data source: its name and AWS account id are free again."""
        with self.lock:
            self._cloud_accounts[cloud_account.organization_id].pop(cloud_account.id, None)
            self._organization_of.pop(cloud_account.id, None)
            self.forget_report_imports(cloud_account.id)
            self.expenses.forget(cloud_account.id)

    def report_imports(self, cloud_account_id: str) -> list[ReportImport]:
        """The imports of a data source, oldest first."""
        with self.lock:
            return list(self._report_imports.get(cloud_account_id, {}).values())

    def add_report_import(self, cloud_account_id: str, **fields: Any) -> ReportImport:
        """Add an import, scheduled now unless the fields say something else."""
        now = self.clock.timestamp()
        times = {"created_at": now, "updated_at": now}
        report_import = ReportImport(str(uuid.uuid4()), cloud_account_id, **(times | fields))
        self.put_report_import(report_import)
        return report_import

    def put_report_import(self, report_import: ReportImport) -> None:
        """Store a new import, or the new value of an old one."""
        identifier, source = report_import.id, report_import.cloud_account_id
        with self.lock:
            self._report_imports.setdefault(source, {})[identifier] = report_import
            still_open = self._open_imports.setdefault(source, {})
            still_open.pop(identifier, None)
            if report_import.state in ("scheduled", "in_progress"):
                still_open[identifier] = report_import
            if report_import.state == "scheduled":
                self._waiting.append(report_import)

    def open_report_imports(self, cloud_account_id: str) -> list[ReportImport]:
        """The imports of a data source that have not ended."""
        with self.lock:
            return list(self._open_imports.get(cloud_account_id, {}).values())

    def next_report_import(self) -> ReportImport | None:
        """Take the oldest import that waits out of the queue; None where none does."""
        with self.lock:
            while self._waiting:
                waiting = self._waiting.popleft()
                if self._open_imports.get(waiting.cloud_account_id, {}).get(waiting.id) == waiting:
                    return waiting
            return None

    def forget_report_imports(self, cloud_account_id: str) -> None:
        """Forget the imports of a data source."""
        with self.lock:
            self._report_imports.pop(cloud_account_id, None)
            self._open_imports.pop(cloud_account_id, None)

    def empty(self) -> None:
        """Forget every data source; organizations, users and tokens stay, each organization enabled and in USD."""
        with self.lock:
            self.connected_elsewhere = frozenset()
            self._organizations.update(
                (name, dataclasses.replace(organization, currency="USD", disabled=False))
                for name, organization in list(self._organizations.items())
            )
            self._report_imports.clear()
            self._open_imports.clear()
            self._waiting.clear()
            self.expenses.clear()
            self._organization_of.clear()
            for cloud_accounts in self._cloud_accounts.values():
                cloud_accounts.clear()

    @contextmanager
    def creating(self, organization_id: str) -> Iterator[int]:
        """Count a creation in flight; yields how many others of the organization were in flight already."""
        with self.lock:
            before = self._creating.get(organization_id, 0)
            self._creating[organization_id] = before + 1
        try:
            yield before
        finally:
            with self.lock:
                self._creating[organization_id] -= 1
