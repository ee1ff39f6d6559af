# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data source: what the platform calls a cloud account.

A config can only be written together with a login. A role is a login without a secret; who has neither wakes and renames
alone, and a new key and its hand-over are finops_for_cloud.aws.access_key's.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import import_health, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.procedure import AUTHS, ROLE
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import (
    Finding,
    alarm,
    blocked,
    note,
    pending,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import OPTIONS as PLATFORM_OPTIONS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.holding import seen
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.login import KeyLogin, Login, RoleLogin
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import (
    TARGET_OPTIONS,
    Target,
    config_of,
    has_role,
    shown,
)

_WRITES = ("create_cloud_account", "update_cloud_account")
# How often a login is handed over that the platform answers to have taken and does not show.
HAND_OVERS = 2
# What an account visit hands on: the data source as the run's one listing has it, and whether AWS has delivered.
VISIT_OPTIONS = {"known": {"type": "dict"}, "delivered": {"type": "bool"}}
_SUMMARY = (
    "id",
    "name",
    "account_id",
    "auto_import",
    "process_recommendations",
    "created_at",
    "last_import_at",
    "last_import_modified_at",
    "last_import_attempt_at",
    "last_import_attempt_error",
)


def summary(source: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A data source as results show it."""
    if source is None:
        return None
    return dict(((key, source.get(key)) for key in _SUMMARY), config=shown(config_of(source)))


class Listed(Resource):
    """What the key and the data source share: the account's data source as the platform lists it."""

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.account = clients.account
        self._known = options.get("known")
        self._not_taken = 0

    @property
    def source_is_known(self) -> bool:
        """Whether the next reading will be the run's one listing instead of a new one."""
        return self._known is not None

    def read_source(self, target: Target) -> dict[str, Any] | None:
        """As the run's one listing had it where the task was given that, but after a write of unknown outcome anew."""
        known, self._known = self._known, None
        return (known or None) if known is not None else target.find(self.clients.platform.cloud_accounts())

    def gives_up(self, is_taken: bool) -> bool:
        """Whether the platform answered HAND_OVERS times that it took a login, and does not show it."""
        answered = set(_WRITES) & set(self.answers)
        self._not_taken += bool(answered and not is_taken)
        return self._not_taken >= HAND_OVERS

    def written_source(self, current: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """The data source after the steps, as the platform answers for it; FinopsError where it is another account's."""
        source = self.answers.get("prove_held")
        if source is None and current and "update_cloud_account" in self.answers:
            source = self.clients.platform.cloud_account(current["id"])
        source = source or current
        if source and source.get("account_id") != self.account:
            raise FinopsError(
                "the platform says that the data source {0!r} belongs to account {1}".format(
                    source.get("name"), source.get("account_id")
                ),
                "SOURCE_OTHER_ACCOUNT",
            )
        return dict(source) if source else None


@dataclasses.dataclass
class State:
    """The account's data source, and whether its role may do what it is for.

    role_may: whether the role that it works with, or is to work with, may read the wanted report, or for a linked one look
    at the account's resources; None for unknown.
    """

    source: dict[str, Any] | None
    role_may: bool | None = None
    gives_up: bool = False


class DataSource(Listed):
    """One account's data source on the platform."""

    NAME = "data_source"
    OPTIONS = dict(PLATFORM_OPTIONS)
    CHANGE_OPTIONS = dict(
        TARGET_OPTIONS,
        auth={"type": "str", "choices": list(AUTHS)},
        role_name={"type": "str"},
        switch={"type": "bool", "default": False},
        members={"type": "list", "elements": "str"},
        role_pending={"type": "bool", "default": False},
        access_key_id={"type": "str"},
        secret_access_key={"type": "str", "no_log": True},
        **VISIT_OPTIONS,
    )

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.target = Target(options, self.account)
        self.key_id, self.secret = options.get("access_key_id"), options.get("secret_access_key")
        self.role = RoleLogin(settings.role_name(options.get("role_name")), self.account)
        self.asks_for_role = options.get("auth") == ROLE

    def read(self) -> State:
        """The account's data source; what its role may do only where it is about to be given the role or another report."""
        source = self.read_source(self.target)
        if self.absent:
            return State(source)
        if source is None:
            return State(source, self._may(self.role, source) if self.asks_for_role else None)
        login = self._login(source)
        if login is None:
            return State(source, gives_up=self.gives_up(not self._lacks(source)))
        if self.target.wrong_type(source) or not self._lacks(source):
            return State(source)
        return State(source, self._may(login, source), self.gives_up(is_taken=False))

    def _login(self, source: Mapping[str, Any]) -> RoleLogin | None:
        """The role that the data source works with, or is to be switched to; None where it is and stays a key."""
        if has_role(source):
            return RoleLogin.of(config_of(source), self.account)
        return self.role if self._switches(source) else None

    def _switches(self, source: Mapping[str, Any]) -> bool:
        return self.asks_for_role and bool(self.options.get("switch")) and not has_role(source)

    def _may(self, login: RoleLogin, source: Mapping[str, Any] | None) -> bool | None:
        """Whether the role may do what it is for; one that was just made is looked at until IAM knows it."""
        if self.options.get("role_pending"):
            return None
        export = self.target.export(source)
        ask = functools.partial(login.can_discover, self.clients)
        if "linked" not in export:
            path = (export["bucket_prefix"], export["report_name"], "data", "file")
            key = "/".join(part for part in path if part)
            ask = functools.partial(login.can_read, self.clients, export["bucket_name"], key)
        may = ask()
        return may if may is not False else seen(self.clients, lambda: ask() is not False)

    def plan(self, current: State) -> Plan:
        """Create, wake, rename, point to the report, or remove; what takes a secret that is not given is blocked."""
        source = current.source
        if self.absent:
            return Plan([self._deletion(source)] if source else [])
        if source is None:
            return self._creation(current)
        wrong = self.target.wrong_type(source)
        if wrong is not None:
            return Plan(others=[wrong])
        plan = Plan(
            self.target.renaming(source), self.target.scheme(source) + _health(source) + self._other_auth(source)
        )
        lacks = self._lacks(source)
        if not lacks:
            return plan.add(self.target.waking(source))
        waits = self.target.waiting(source, self.options.get("delivered"))
        if waits is not None:
            return plan.add(self.target.waking(source), [waits])
        if current.gives_up:
            return plan.add(findings=[self.target.not_taken(source)])
        login = self._login(source)
        if login is not None:
            words = {"code": "SOURCE_REPORT"}
            if self._switches(source):
                words = {"code": "SOURCE_SWITCH", "title": self._switching(source)}
            return plan.add(self.target.hand_over(source, login, **words), self._proven(current, login.role_name))
        if not self.secret:
            return plan.add(findings=[_needs_key("the data source {0!r} {1}".format(source.get("name"), lacks))])
        return plan.add(self.target.hand_over(source, KeyLogin(self.key_id, self.secret), code="SOURCE_REPORT"))

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(data_source) as the platform has it after the steps, without its secret."""
        if self.absent:
            return {"data_source": None}
        login: Login | None = self._login(current.source) if current.source else self.role
        if not self.applied and self.asks_for_role and any(step.operation in _WRITES for step in steps):
            return {"data_source": summary(self.target.expected(current.source, login))}
        return {"data_source": summary(self.written_source(current.source))}

    def info(self, current: State) -> dict[str, Any]:
        """C(data_source), None where the account has none."""
        return {"data_source": summary(current.source)}

    def _switching(self, source: Mapping[str, Any]) -> str:
        """What the switch is, and who else depends on it (facts: a Root's switch affects its members' billing data)."""
        title = "Switch the data source {0} from its key to the role {1}, for good".format(
            source.get("name"), self.role.role_name
        )
        members = self.options.get("members") or ()
        return "{0}; its members' costs depend on it: {1}".format(title, ", ".join(members)) if members else title

    def _lacks(self, source: Mapping[str, Any]) -> str:
        """Why a data source must be given its login and report anew; empty where it must not."""
        if self._switches(source):
            return "works with a key"
        if not self.target.fits(source):
            return "reads another report"
        if self.key_id and not has_role(source) and config_of(source).get("access_key_id") != self.key_id:
            return "holds another key"
        return ""

    def _creation(self, current: State) -> Plan:
        waits = self.target.waiting(None, self.options.get("delivered"))
        if waits is not None:
            return Plan(others=[waits])
        if self.asks_for_role:
            return Plan(self.target.creation(self.role), self._proven(current, self.role.role_name))
        if not self.secret:
            return Plan(others=[_needs_key("there is no data source for this account")])
        return Plan(self.target.creation(KeyLogin(self.key_id, self.secret)))

    def _proven(self, current: State, role: str) -> list[Finding]:
        """What is to be said of the role's rights before the data source works with it, or reads another report by it."""
        if current.role_may or self.options.get("role_pending"):
            return []
        export = self.target.export(current.source)
        if "linked" in export:
            what, mend = "look at the account's resources", "Attach FinOpsForCloudResourceDiscovery to it"
        else:
            report = "{0}/{1}".format(export["bucket_name"], export["bucket_prefix"])
            what, mend = "read the report in {0}".format(report), "Allow it s3:ListBucket and s3:GetObject there"
        if current.role_may is None:
            return [
                note(
                    "SOURCE_ROLE_UNPROVEN",
                    "nobody here can tell whether the role {0} may {1}".format(role, what),
                    "Look at the data source's next import, or let the caller iam:GetRole and iam:SimulatePrincipalPolicy",
                )
            ]
        title = "the role {0} may not {1}, so the next import would fail".format(role, what)
        return [blocked("SOURCE_ROLE_CANNOT_READ", title, mend)]

    def _other_auth(self, source: Mapping[str, Any]) -> list[Finding]:
        """A data source that works in another way than asked for is told of, and never switched silently."""
        if not self.asks_for_role or self._switches(source):
            return []
        name, login = source.get("name"), self._login(source)
        if login is None:
            return [
                note(
                    "SOURCE_AUTH",
                    "O(auth): the data source {0!r} works with a key, and goes on so".format(name),
                    "To switch it to the role for good, run ansible-playbook finops_for_cloud.aws.migrate_to_role "
                    "--limit O(host)",
                )
            ]
        if login.role_name == self.role.role_name:
            return []
        title = "O(auth): the data source {0!r} works with the role {1}, not with {2}, and goes on so"
        return [
            note(
                "SOURCE_AUTH", title.format(name, login.role_name, self.role.role_name), "Set O(role_name) to that role"
            )
        ]

    def _deletion(self, source: Mapping[str, Any]) -> Step:
        return Step(
            "Delete the data source {0}".format(source.get("name")),
            "platform",
            "delete_cloud_account",
            {"identifier": source["id"]},
            code="SOURCE_UNWANTED",
            before=summary(source),
            removes=source["id"],
        )


def _needs_key(title: str) -> Finding:
    return blocked(
        "SOURCE_NEEDS_KEY",
        "{0}, and to change that takes a key with its secret".format(title),
        "Let finops_for_cloud.aws.access_key make one and hand it over, or give O(access_key_id) and O(secret_access_key)",
    )


def _health(source: Mapping[str, Any]) -> list[Finding]:
    """What the platform says of the import; a data source that is asleep is woken first."""
    health, name = import_health.import_health(source), source.get("name")
    if source.get("auto_import") is False or health not in (import_health.FAILED, import_health.WAITING):
        return []
    error = source.get("last_import_attempt_error")
    if health == import_health.WAITING:
        return [pending("SOURCE_IMPORT_PENDING", "the data source {0!r} waits for AWS's first delivery".format(name))]
    return [
        alarm(
            "SOURCE_IMPORT_FAILED",
            "the last import of the data source {0!r} failed: {1}".format(name, error),
            "Mend what it names; the platform tries again within an hour. After a reimport was asked for, an old error "
            "stands here until it is done",
            actual=error,
        )
    ]


RESOURCE = DataSource
