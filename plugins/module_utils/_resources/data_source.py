# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data source: what the platform calls a cloud account.

The platform never gives a secret back and replaces a config whole, so a config can only be written together with a
secret. Who has none changes the name alone; a new key and its hand-over are finops_for_cloud.aws.access_key's.
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import OPTIONS as PLATFORM_OPTIONS

TYPES = ("root", "standalone", "linked")
TARGET_OPTIONS = {
    "type": {"type": "str", "choices": list(TYPES)},
    "name": {"type": "str"},
    "cur_name": {"type": "str"},
    "cur_bucket": {"type": "str"},
    "cur_prefix": {"type": "str"},
}
# Set on the platform by people; sent back as it is where a config must be replaced.
_KEPT_CONFIG = ("use_edp_discount",)


class Target:
    """The data source that is wanted for one account.

    options: type (root, standalone or linked), name, and for the first two the export's cur_name, cur_bucket, cur_prefix.
    """

    def __init__(self, options: Mapping[str, Any], account: str) -> None:
        self.account = account
        self.given_name = options.get("name")
        self.name = settings.data_source_name(self.given_name, account)
        self.type = options["type"]
        self.export: dict[str, Any] = {"linked": True}
        if self.type != "linked":
            self.export = {
                "config_scheme": "bucket_only",
                "cur_version": 2,
                "report_name": settings.export_name(options.get("cur_name"), account),
                "bucket_name": settings.bucket(options.get("cur_bucket"), account),
                "bucket_prefix": settings.prefix(options.get("cur_prefix")),
            }

    def find(self, listed: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
        """The account's data source among the organization's."""
        return next((dict(source) for source in listed if source.get("account_id") == self.account), None)

    def matches(self, source: Mapping[str, Any]) -> bool:
        """Whether a data source reads the wanted export; InputError where it is of the other type for good."""
        config = source.get("config", {})
        linked = bool(config.get("linked"))
        if linked != (self.type == "linked"):
            raise InputError(
                "data_source_name",
                "the data source {0!r} of this account is {1}, and the platform cannot change that. Move the account to the "
                "inventory group {2}, or delete the data source on the platform, with its history".format(
                    source.get("name"),
                    "linked (a member's)" if linked else "root or standalone",
                    "member" if linked else "management or standalone",
                ),
            )
        return all(config.get(key) == value for key, value in self.export.items())

    def creation(self, key_id: Any, secret: Any) -> Step:
        """The step that adds the data source with a key."""
        body: dict[str, Any] = {"name": self.name, "type": "aws_cnr", "config": self._config({}, key_id, secret)}
        body.update(auto_import=True, process_recommendations=True)
        title = "Create the data source {0}".format(self.name)
        after = {"name": self.name, "type": self.type, "config": self.export}
        return Step(title, "platform", "create_cloud_account", body, after=after, repeat_on=KEY_NOT_YET_KNOWN)

    def hand_over(self, source: Mapping[str, Any], key_id: Any, secret: Any) -> Step:
        """The step that gives an existing data source a key and the export."""
        current = source.get("config", {})
        return Step(
            "Give the data source {0} its key and report".format(source.get("name")),
            "platform",
            "update_cloud_account",
            {"identifier": source["id"], "config": self._config(current, key_id, secret)},
            before={"config": shown(current)},
            after={"config": self.export},
            repeat_on=KEY_NOT_YET_KNOWN,
        )

    def export_update(self, source: Mapping[str, Any]) -> Step:
        """The step that points a data source with a role, which needs no secret, to the export."""
        current = source.get("config", {})
        config = dict(self._config(current, None, None), assume_role_name=current["assume_role_name"])
        return Step(
            "Point the data source {0} to its report".format(source.get("name")),
            "platform",
            "update_cloud_account",
            {"identifier": source["id"], "config": config},
            before={"config": shown(current)},
            after={"config": self.export},
        )

    def renaming(self, source: Mapping[str, Any]) -> list[Step]:
        """The step that gives the data source the name asked for; a name that nobody asked for stays."""
        if not self.given_name or source.get("name") == self.name:
            return []
        return [
            Step(
                "Rename the data source {0} to {1}".format(source.get("name"), self.name),
                "platform",
                "update_cloud_account",
                {"identifier": source["id"], "name": self.name},
                before={"name": source.get("name")},
                after={"name": self.name},
            )
        ]

    def expected(self, source: Mapping[str, Any] | None) -> dict[str, Any]:
        """The data source as it would be after a creation or hand-over, for check mode."""
        current = source or {"name": self.name, "account_id": self.account, "config": {}}
        return dict(current, config=dict(current.get("config", {}), **self.export))

    def _config(self, current: Mapping[str, Any], key_id: Any, secret: Any) -> dict[str, Any]:
        config = dict((key, current[key]) for key in _KEPT_CONFIG if current.get(key) is not None)
        config.update(self.export)
        if key_id is not None:
            config.update(access_key_id=key_id, secret_access_key=secret)
        return config


# What the platform answers as long as AWS does not know a new key everywhere.
KEY_NOT_YET_KNOWN = "OE0433"


def shown(config: Mapping[str, Any]) -> dict[str, Any]:
    """A config without what must never be shown."""
    return dict((key, value) for key, value in config.items() if key != "secret_access_key")


def summary(source: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A data source as results show it."""
    if source is None:
        return None
    keys = ("id", "name", "account_id", "last_import_at", "last_import_attempt_at", "last_import_attempt_error")
    return dict(((key, source.get(key)) for key in keys), config=shown(source.get("config", {})))


def has_role(source: Mapping[str, Any]) -> bool:
    """Whether a data source works with an assumed role, and so without a key of ours."""
    return bool(source.get("config", {}).get("assume_role_name"))


class Listed(Resource):
    """What the key and the data source share: the account's data source as the platform lists it."""

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.account = clients.account
        self._known = options.get("known")

    @property
    def source_is_known(self) -> bool:
        """Whether the next reading will be the run's one listing instead of a new one."""
        return self._known is not None

    def read_source(self, target: Target) -> dict[str, Any] | None:
        """As the run's one listing had it where the task was given that, but after a write of unknown outcome anew."""
        known, self._known = self._known, None
        return (known or None) if known is not None else target.find(self.clients.platform.cloud_accounts())

    def written_source(self, current: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """The data source after the steps, as the platform answers for it; FinopsError where it is another account's."""
        written = next(
            (self.answers[key] for key in ("update_cloud_account", "create_cloud_account") if key in self.answers), None
        )
        if written is None:
            return dict(current) if current else None
        source = self.clients.platform.cloud_account(written["id"])
        if source.get("account_id") != self.account:
            raise FinopsError(
                "the platform says that the data source {0!r} belongs to account {1}".format(
                    source.get("name"), source.get("account_id")
                )
            )
        return dict(source)


class DataSource(Listed):
    """One account's data source on the platform."""

    NAME = "data_source"
    OPTIONS = dict(PLATFORM_OPTIONS)
    CHANGE_OPTIONS = dict(
        TARGET_OPTIONS,
        access_key_id={"type": "str"},
        secret_access_key={"type": "str", "no_log": True},
        known={"type": "dict"},
    )

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.target = Target(dict(options, type=options.get("type") or "standalone"), self.account)

    def read(self) -> dict[str, Any] | None:
        """The account's data source, None where it has none."""
        return self.read_source(self.target)

    def plan(self, current: dict[str, Any] | None) -> Plan:
        """Create, rename, point to the export, or remove; FinopsError where that takes a secret and none is given."""
        return Plan(self._steps(current))

    def _steps(self, current: dict[str, Any] | None) -> list[Step]:
        if self.absent:
            return [self._deletion(current)] if current else []
        key_id, secret = self.options.get("access_key_id"), self.options.get("secret_access_key")
        if current is None:
            if not secret:
                raise FinopsError(
                    "there is no data source for this account, and to create one takes a key: let "
                    "finops_for_cloud.aws.access_key make one and hand it over, or give access_key_id and secret_access_key"
                )
            return [self.target.creation(key_id, secret)]
        steps = self.target.renaming(current)
        same_key = not key_id or has_role(current) or current.get("config", {}).get("access_key_id") == key_id
        if self.target.matches(current) and same_key:
            return steps
        if has_role(current):
            return [self.target.export_update(current)] + steps
        if not secret:
            raise FinopsError(
                "the data source {0!r} reads another report, and to change that takes a key: let "
                "finops_for_cloud.aws.access_key make one and hand it over".format(current.get("name"))
            )
        return [self.target.hand_over(current, key_id, secret)] + steps

    def describe(self, current: dict[str, Any] | None, steps: Sequence[Step]) -> dict[str, Any]:
        """C(data_source) as the platform has it after the steps, without its secret."""
        return {"data_source": None if self.absent else summary(self.written_source(current))}

    def info(self, current: dict[str, Any] | None) -> dict[str, Any]:
        """C(data_source), None where the account has none."""
        return {"data_source": summary(current)}

    def _deletion(self, current: Mapping[str, Any]) -> Step:
        title = "Delete the data source {0}".format(current.get("name"))
        return Step(title, "platform", "delete_cloud_account", {"identifier": current["id"]}, before=summary(current))


RESOURCE = DataSource
