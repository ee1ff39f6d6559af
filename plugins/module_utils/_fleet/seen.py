# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that an audit has seen of one account, and what a look at one link of its chain says."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal
from typing import AbstractSet, Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.links import OK
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import Finding

# How long what is new may take before it counts as failed (AWS delivers a first file within 24 hours).
NEW = datetime.timedelta(hours=24)


@dataclasses.dataclass(frozen=True)
class Payer:
    """Whose files the cost of an account is in: its management account, or the account itself.

    source: its data source with details, empty where the platform lists none, None where nobody knows. delivery: the result
    of the step delivery, None where nobody looked. imports: as Platform.imports() has them, None where nobody asked.
    """

    account_id: str
    source: Mapping[str, Any] | None = None
    delivery: Mapping[str, Any] | None = None
    imports: Sequence[Mapping[str, Any]] | None = None


@dataclasses.dataclass(frozen=True)
class Seen:
    """All that an audit has seen of one account.

    findings: those of all its steps, as results have them. looked: the modules whose step ran, whatever it found.
    access_keys: that key of the step access_key's result, None where it did not run. delivery: the step's result key, for
    an account with a report of its own. source: its data source with details, empty where the platform lists none, None
    where nobody knows. imports: as Platform.imports() has them, None where nobody asked. root: a member's management
    account, None where nobody knows it. delivered_costs: by month and currency what the files have for it, with every
    month that was read; None where that could not be looked at. platform_costs: by month, None where nobody asked.
    months: those that the platform was asked about; none for all that were delivered. organization: C(disabled) and
    C(currency) of the platform's.
    """

    host: str
    account_id: str
    name: str
    case: str
    findings: Sequence[Mapping[str, Any]] = ()
    looked: AbstractSet[str] = frozenset()
    access_keys: Sequence[Mapping[str, Any]] | None = None
    delivery: Mapping[str, Any] | None = None
    source: Mapping[str, Any] | None = None
    imports: Sequence[Mapping[str, Any]] | None = None
    root: Payer | None = None
    delivered_costs: Mapping[str, Mapping[str, Decimal]] | None = None
    platform_costs: Mapping[str, Decimal] | None = None
    months: Sequence[str] = ()
    organization: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    has_platform: bool = True
    max_key_age_days: int = 90

    @property
    def has_report(self) -> bool:
        """Whether the account has a report of its own."""
        return self.case != "member"

    @property
    def payer(self) -> Payer | None:
        """Whose files its cost is in, None where nobody knows."""
        if self.has_report:
            return Payer(self.account_id, self.source, self.delivery, self.imports)
        return self.root

    @property
    def is_asleep(self) -> bool:
        """Whether its data source was told not to import."""
        return (self.source or {}).get("auto_import") is False

    @property
    def has_role(self) -> bool:
        """Whether its data source works with an assumed role."""
        return bool(((self.source or {}).get("config") or {}).get("assume_role_name"))

    def is_new(self, now: datetime.datetime) -> bool:
        """Whether its data source is younger than a day."""
        return is_young((self.source or {}).get("created_at"), now)


@dataclasses.dataclass(frozen=True)
class Look:
    """What a link says beside the findings of the steps.

    evidence: what was seen, a sentence without its full stop. findings: what only this look can tell. refuted: codes of
    findings that more is known about by now. since: ISO 8601, None where nobody knows.
    """

    evidence: str
    state: str = OK
    findings: Sequence[Finding] = ()
    next_action: str = ""
    since: str | None = None
    refuted: AbstractSet[str] = frozenset()


def moment(value: Any) -> datetime.datetime | None:
    """A time of the platform (seconds since 1970) or of AWS (ISO 8601), None for nothing, 0 and what is none."""
    try:
        if isinstance(value, str):
            found = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
            return found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
            return datetime.datetime.fromtimestamp(value, datetime.timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def is_young(value: Any, now: datetime.datetime) -> bool:
    """Whether a time is less than a day ago; not so for what is no time."""
    since = moment(value)
    return since is not None and now - since < NEW


def shown(when: datetime.datetime | None) -> str:
    """A time for people, in UTC."""
    return "never" if when is None else "{0:%Y-%m-%d %H:%M} UTC".format(when.astimezone(datetime.timezone.utc))


def iso(when: datetime.datetime | None) -> str | None:
    """A time for machines: ISO 8601 in UTC, to the second."""
    return None if when is None else when.astimezone(datetime.timezone.utc).isoformat(timespec="seconds")
