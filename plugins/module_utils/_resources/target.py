# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data source that is wanted for an account, and the writes that lead to it.

The platform never gives a secret back and replaces a config whole, so a config can only be written together with a login.
What a data source reads is right as it is, unless the export's name, bucket or prefix were given and are others.
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import (
    Finding,
    blocked,
    note,
    pending,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Answer, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.holding import holds
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.login import Login

TYPES = ("root", "standalone", "linked")
TARGET_OPTIONS = {
    "type": {"type": "str", "choices": list(TYPES)},
    "name": {"type": "str"},
    "cur_name": {"type": "str"},
    "cur_bucket": {"type": "str"},
    "cur_prefix": {"type": "str"},
    "wake": {"type": "bool", "default": True},
}
SCHEME, CUR_VERSION = "bucket_only", 2
# What the platform answers as long as AWS does not know a new key everywhere.
KEY_NOT_YET_KNOWN = "OE0433"
# Whatever else the platform takes in a config is the report's or the login's (facts: any other key is OE0212).
_KEPT_CONFIG = ("use_edp_discount", "region_name")
_REPORT = ("report_name", "bucket_name", "bucket_prefix")
_UPDATE = ("platform", "update_cloud_account")


class Target:
    """The data source that is wanted for one account.

    options: type (root, standalone or linked; without one, whatever is there), name, for the first two the export's
    cur_name, cur_bucket, cur_prefix, and wake: whether a linked one that is asleep is let import costs here, or else by
    finops_for_cloud.aws.history with all others. Raises InputError for a value that cannot work.
    """

    def __init__(self, options: Mapping[str, Any], account: str) -> None:
        self.account = account
        self.given_name = options.get("name")
        self.name = settings.data_source_name(self.given_name, account)
        self.type = options.get("type")
        self._wakes = options.get("wake") is not False
        name, bucket, prefix = (options.get(key) for key in ("cur_name", "cur_bucket", "cur_prefix"))
        self._documented = dict(
            zip(
                _REPORT,
                (settings.export_name(name, account), settings.bucket(bucket, account), settings.prefix(prefix)),
            )
        )
        self._given = {key for key, value in zip(_REPORT, (name, bucket, prefix)) if value is not None}

    def find(self, listed: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
        """The account's data source among the organization's."""
        return next((dict(source) for source in listed if source.get("account_id") == self.account), None)

    def export(self, source: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the config says of the report: as given, else what the data source reads, else as documented."""
        config = config_of(source)
        if (self.type == "linked") if self.type else config.get("linked"):
            return {"linked": True}
        reads = bool(config.get("bucket_name") and config.get("report_name"))
        kept = {key: config.get(key) or "" for key in _REPORT if reads and key not in self._given}
        export = dict(self._documented, **kept)
        # Only the report that was given is known to be of the second version.
        version = CUR_VERSION if self._given or not reads else config.get("cur_version")
        if version is not None:
            export["cur_version"] = version
        return dict(export, config_scheme=SCHEME)

    def fits(self, source: Mapping[str, Any]) -> bool:
        """Whether a data source reads the wanted report."""
        wanted, config = self.export(source), config_of(source)
        if "linked" in wanted:
            return True
        contradicts = config.get("cur_version") not in (None, wanted.get("cur_version"))
        return holds(config, _only_report(wanted)) and not contradicts

    def wrong_type(self, source: Mapping[str, Any]) -> Finding | None:
        """A finding where a data source is of the other type for good."""
        linked = bool(config_of(source).get("linked"))
        if self.type is None or linked == (self.type == "linked"):
            return None
        return blocked(
            "SOURCE_TYPE_WRONG",
            "the data source {0!r} of this account is {1}, and the platform cannot change that".format(
                source.get("name"), "linked (a member's)" if linked else "root or standalone"
            ),
            "Move the account to the inventory group {0}, or delete the data source on the platform, with its history".format(
                "member" if linked else "management or standalone"
            ),
            expected=self.type,
            actual="linked" if linked else "root or standalone",
        )

    def waiting(self, source: Mapping[str, Any] | None, delivered: bool | None) -> Finding | None:
        """A finding where the platform would refuse the report until AWS has delivered to it (facts: 400 OE0371).

        Only a prefix of one segment connects before that; delivered: None where nobody looked.
        """
        prefix = str(self.export(source).get("bucket_prefix", ""))
        if "/" not in prefix or delivered is not False:
            return None
        return pending(
            "SOURCE_WAITS_FOR_DELIVERY",
            "the platform takes a report under the prefix {0} only once AWS has delivered to it, within a day; "
            "until then no key is made".format(prefix),
            "Run again then",
        )

    def scheme(self, source: Mapping[str, Any]) -> list[Finding]:
        """A note where the right report is read in another way than the documented one."""
        config = config_of(source)
        found = {key: config.get(key) for key in ("config_scheme", "cur_version")}
        if config.get("linked") or found == {"config_scheme": SCHEME, "cur_version": CUR_VERSION}:
            return []
        return [
            note(
                "SOURCE_SCHEME",
                "the data source {0!r} reads its report in another way than the documented one".format(
                    source.get("name")
                ),
                "If its import fails, set this on the platform, or where it has a key rotate it, which sets the scheme",
                expected={"config_scheme": SCHEME, "cur_version": CUR_VERSION},
                actual=found,
            )
        ]

    def creation(self, login: Login) -> list[Step]:
        """Adds the data source with a login, and looks whether it is there.

        A linked one begins asleep: made awake, it would queue an import of every Root (facts: import storm).
        """
        is_linked = self.type == "linked"
        body: dict[str, Any] = {"name": self.name, "type": "aws_cnr", "config": self._config(None, login)}
        body.update(auto_import=not is_linked, process_recommendations=True)
        title = "Create the data source {0}".format(self.name)
        after = {"name": self.name, "type": self.type, "config": self.export(None)}
        creation = Step(
            title,
            "platform",
            "create_cloud_account",
            body,
            code="SOURCE_MISSING",
            after=after,
            repeat_on=KEY_NOT_YET_KNOWN,
        )
        waking = [self._first_waking()] if is_linked and self._wakes else []
        return [creation, *waking, self._proof(None, login, "create_cloud_account")]

    def _first_waking(self) -> Step:
        parameters = {"identifier": Answer("create_cloud_account", ("id",)), "auto_import": True}
        return Step("Let the data source {0} import costs".format(self.name), *_UPDATE, parameters)

    def hand_over(self, source: Mapping[str, Any], login: Login, code: str = "", title: str = "") -> list[Step]:
        """Gives a data source a login and the report, and looks whether it holds them.

        It is woken first: as long as its import is off the platform does not check what it is given (facts).
        code: of the finding that this mends, where no earlier step has it. title: of the write, where it is no usual one.
        """
        config = self._config(source, login)
        switch = Step(
            title or "Give the data source {0} its login and report".format(source.get("name")),
            "platform",
            "update_cloud_account",
            {"identifier": source["id"], "config": config},
            code=code,
            before={"config": shown(config_of(source))},
            after={"config": self.export(source)},
            repeat_on=KEY_NOT_YET_KNOWN,
        )
        return self.waking(source, at_once=True) + [switch, self._proof(source, login, "update_cloud_account")]

    def waking(self, source: Mapping[str, Any], at_once: bool = False) -> list[Step]:
        """Let a data source import, and recommend, that was told not to; takes no secret.

        at_once: also a linked one that is to be woken with all others.
        """
        found = []
        is_due = at_once or self._wakes or not config_of(source).get("linked")
        if source.get("auto_import") is False and is_due:
            title = "Let the data source {0} import costs again".format(source.get("name"))
            found.append(_change(title, source, "auto_import", True, "SOURCE_IMPORT_OFF"))
        if source.get("process_recommendations") is False:
            title = "Let the data source {0} have recommendations again".format(source.get("name"))
            found.append(_change(title, source, "process_recommendations", True, "SOURCE_RECOMMENDATIONS_OFF"))
        return found

    def renaming(self, source: Mapping[str, Any]) -> list[Step]:
        """Gives the data source the name asked for; a name that nobody asked for stays."""
        if not self.given_name or source.get("name") == self.name:
            return []
        title = "Rename the data source {0} to {1}".format(source.get("name"), self.name)
        return [_change(title, source, "name", self.name, "SOURCE_NAME")]

    def expected(self, source: Mapping[str, Any] | None, login: Login | None = None) -> dict[str, Any]:
        """The data source as it would be after a creation or hand-over, for check mode; login: where it is known by then."""
        current = source or {"name": self.name, "account_id": self.account}
        shows = login.shown if login is not None else {}
        return dict(current, config=dict(config_of(source), **self.export(source), **shows))

    def not_taken(self, source: Mapping[str, Any] | None) -> Finding:
        """What is left to say when the platform answers that it took the login, again and again, and does not show it."""
        return blocked(
            "SOURCE_LOGIN_NOT_TAKEN",
            "the platform answered that it took the login, but the data source {0!r} does not show it; so nothing was "
            "deactivated or deleted".format((source or {}).get("name") or self.name),
            "Look whether the platform itself answers at O(platform_url), and no page to sign in, and run again",
        )

    def _config(self, source: Mapping[str, Any] | None, login: Login) -> dict[str, Any]:
        current, export = config_of(source), self.export(source)
        kept = dict((key, current[key]) for key in _KEPT_CONFIG if current.get(key) is not None)
        if export.get("bucket_name") != current.get("bucket_name"):
            kept.pop("region_name", None)
        return dict(kept, **export, **login.config(is_new=not has_role(source)))

    def _proof(self, source: Mapping[str, Any] | None, login: Login, operation: str) -> Step:
        wanted = dict(login.shown, **_only_report(self.export(source)))
        parameters = {"answer": Answer(operation, ()), "wanted": wanted}
        return Step("Prove that the data source holds its login", "proof", "prove_held", parameters)


def _only_report(export: Mapping[str, Any]) -> dict[str, Any]:
    return dict((key, export[key]) for key in _REPORT if key in export)


def _change(title: str, source: Mapping[str, Any], key: str, value: Any, code: str) -> Step:
    return Step(
        title,
        *_UPDATE,
        {"identifier": source["id"], key: value},
        code=code,
        before={key: source.get(key)},
        after={key: value},
    )


def config_of(source: Mapping[str, Any] | None) -> dict[str, Any]:
    """A data source's config, empty where there is none."""
    return dict((source or {}).get("config") or {})


def shown(config: Mapping[str, Any]) -> dict[str, Any]:
    """A config without what must never be shown."""
    return dict((key, value) for key, value in config.items() if key != "secret_access_key")


def has_role(source: Mapping[str, Any] | None) -> bool:
    """Whether a data source works with an assumed role, and so without a user or key of ours."""
    return bool(config_of(source).get("assume_role_name"))
