# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two links of the chain: whether what AWS delivered was imported, and whether resources are discovered; pure.

Source of the rules: the platform imports every hour, also where there is nothing new, and judges imports as
_knowledge/import_health does; a linked source is judged by its management account's.
"""

from __future__ import annotations

import datetime
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.seen import (
    NEW,
    Look,
    Payer,
    Seen,
    iso,
    moment,
    shown,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import import_health
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.links import NOT_ASKED, UNKNOWN
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import (
    Finding,
    alarm,
    note,
    pending,
)

# Two of the platform's hourly rounds: until then nobody waits for an import.
_ROUNDS = datetime.timedelta(hours=2)
# No discovery for so long is none.
_STALE_DISCOVERY = datetime.timedelta(days=3)
_EARLY = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_IN_AN_HOUR = "Run the audit again in an hour"


def without_source(seen: Seen) -> Look | None:
    """What the links of the platform say where there is no data source to ask about."""
    if not seen.has_platform:
        return Look("no platform is set", NOT_ASKED)
    if seen.source is None:
        return Look(
            "the platform's data sources could not be listed",
            UNKNOWN,
            next_action="See that finops_platform_url, finops_platform_organization_id and the token are right, and run "
            "the audit again",
        )
    return None if seen.source else Look("there is no data source yet", NOT_ASKED)


def is_behind(payer: Payer | None) -> bool:
    """Whether files are newer than the last import of them, or an import waits or runs."""
    if payer is None or not payer.source:
        return False
    newest, last = _newest_file(payer), moment(payer.source.get("last_import_at"))
    return bool(newest and (last is None or last < newest)) or _is_active(payer)


def nothing_delivered(payer: Payer | None) -> bool:
    """Whether somebody looked at the files, and there are none."""
    delivery = payer.delivery if payer else None
    if payer is None or delivery is None or (delivery.get("unknown") or {}).get("files"):
        return False
    return delivery.get("files") is not None and _newest_file(payer) is None


def import_look(seen: Seen, now: datetime.datetime) -> Look:
    """Whether the newest files were imported without error."""
    nothing = without_source(seen)
    if nothing is not None:
        return nothing
    if seen.is_asleep:
        return Look("the data source is told not to import", NOT_ASKED)
    payer = seen.payer
    if payer is None or payer.source is None:
        return Look(
            "nobody knows the data source of its management account, whose import brings its cost",
            UNKNOWN,
            next_action="Have the management account in the inventory, set finops_management_account_id, and run the audit "
            "of both",
        )
    if not payer.source or payer.source.get("auto_import") is False:
        return _no_root(payer)
    return _judged(seen, payer, payer.source, now)


def _no_root(payer: Payer) -> Look:
    what = "sleeps" if payer.source else "is missing"
    finding = alarm(
        "IMPORT_NO_ROOT",
        "the data source of its management account {0} {1}, so nothing brings its cost".format(payer.account_id, what),
        "Connect the management account, by the playbook finops_for_cloud.aws.onboard",
    )
    return Look("", findings=[finding])


def _judged(seen: Seen, payer: Payer, source: Mapping[str, Any], now: datetime.datetime) -> Look:
    health, ended = import_health.import_health(dict(source, config={})), _newest_ended(payer)
    last, newest = moment(source.get("last_import_at")), _newest_file(payer)
    created = moment((seen.source or {}).get("created_at"))
    since = max(newest or _EARLY, created or _EARLY)
    whose = "" if seen.has_report else " of its management account {0}".format(payer.account_id)
    told = "the last import{0} was {1}".format(whose, shown(last))
    has_failed = health == import_health.FAILED or (health == import_health.UNKNOWN and _failed(ended))
    if has_failed and not (ended and ended.get("state") == "completed"):
        return Look(told, findings=[_import_failed(source, ended, whose)], since=iso(last))
    refuted = frozenset(["SOURCE_IMPORT_FAILED"] if has_failed else [])
    quiet_since = max(last or _EARLY, moment(source.get("last_import_attempt_at")) or _EARLY)
    if quiet_since > _EARLY and now - quiet_since > NEW and not _is_active(payer):
        title = "{0}, and the platform, which tries every hour, has not tried since {1}".format(
            told, shown(quiet_since)
        )
        return Look(told, findings=[_stale(title)], since=iso(quiet_since), refuted=refuted)
    if last is not None and last >= since and not has_failed:
        return _after(payer, newest, told)
    age = now - since
    if health == import_health.WAITING and (newest is None or age < NEW):
        title = "the data source{0} waits for AWS's first delivery".format(whose)
        return Look(told, findings=[pending("SOURCE_IMPORT_PENDING", title, "Wait for the first delivery")])
    if nothing_delivered(payer) and last is None:
        return Look(told, findings=[_waits("AWS has delivered nothing yet that could be imported", "")])
    what = "files of {0}".format(shown(newest)) if newest == since else "its connection of {0}".format(shown(created))
    if age < NEW or has_failed or _is_active(payer):
        if age < _ROUNDS and last is not None and not has_failed and newest == since:
            return Look("{0}; the newest files, of {1}, come within the hour".format(told, shown(newest)))
        return Look(told, findings=[_waits(_sentence(told, what), _IN_AN_HOUR)], refuted=refuted)
    return Look(told, findings=[_stale(_sentence(told, what))], since=iso(since if since > _EARLY else None))


def _after(payer: Payer, newest: datetime.datetime | None, told: str) -> Look:
    if newest is not None:
        return Look("{0}, after the newest files, of {1}".format(told, shown(newest)))
    if nothing_delivered(payer):
        return Look("{0}, and there is nothing to import yet".format(told))
    return Look(
        "{0} and had no error; whether that was after the newest delivery is not known".format(told),
        UNKNOWN,
        next_action="See what the link files lacks",
    )


def _sentence(told: str, what: str) -> str:
    return "{0}, and there was none since {1}".format(told, what)


def _waits(title: str, remedy: str) -> Finding:
    return pending("IMPORT_WAITING", title, remedy)


def _stale(title: str) -> Finding:
    return alarm(
        "IMPORT_STALE", title, "Ask the platform's operators why it does not import; wake the data source if it sleeps"
    )


def _import_failed(source: Mapping[str, Any], ended: Mapping[str, Any] | None, whose: str) -> Finding:
    error = (ended or {}).get("state_reason") or source.get("last_import_attempt_error")
    return alarm(
        "SOURCE_IMPORT_FAILED",
        "the last import{0} failed: {1}".format(whose, error),
        "Mend what it names; the platform tries again within an hour",
    )


def _newest_file(payer: Payer) -> datetime.datetime | None:
    return moment(((payer.delivery or {}).get("files") or {}).get("newest"))


def _newest_ended(payer: Payer) -> Mapping[str, Any] | None:
    """The import that ended last; those that another one cancelled say nothing."""
    ended = [
        one
        for one in payer.imports or ()
        if one.get("state") in ("completed", "failed") and "due another import" not in str(one.get("state_reason"))
    ]
    return max(ended, key=lambda one: float(one.get("updated_at") or 0), default=None)


def _failed(ended: Mapping[str, Any] | None) -> bool:
    return ended is not None and ended.get("state") == "failed"


def _is_active(payer: Payer) -> bool:
    return any(one.get("state") in ("scheduled", "in_progress") for one in payer.imports or ())


def discovery_look(seen: Seen, now: datetime.datetime) -> Look:
    """Whether each type of resource was discovered, as the platform's pages judge: the discovery is newer than its error."""
    nothing = without_source(seen)
    if nothing is not None:
        return nothing
    infos = ((seen.source or {}).get("details") or {}).get("discovery_infos") or ()
    enabled = [info for info in infos if info.get("enabled") is not False]
    if not enabled:
        told = "its discovery is switched off" if infos else "the platform says nothing of its discovery"
        return Look(told, UNKNOWN, next_action="Look at the data source's page on the platform")
    failed = [info for info in enabled if _at(info, "last_error_at") and _errs(info)]
    never = _names(info for info in enabled if not (_at(info, "last_discovery_at") or _at(info, "last_error_at")))
    stale = _names(
        info
        for info in enabled
        if info not in failed
        and _at(info, "last_discovery_at")
        and now - _at(info, "last_discovery_at") > _STALE_DISCOVERY
    )
    found = _failures(failed) + _stopped(stale)
    newest = max((_at(info, "last_discovery_at") or _EARLY for info in enabled), default=_EARLY)
    told = "{0} types of resources, the newest discovery {1}".format(
        len(enabled), shown(newest if newest > _EARLY else None)
    )
    if not never:
        return Look(told, findings=found)
    title = "nothing is known of a discovery of {0}".format(never)
    if seen.is_new(now):
        return Look(told, findings=[*found, pending("DISCOVERY_NEVER", title, "Wait a day")])
    unseen = note("DISCOVERY_NEVER", title, "Look at the data source's page on the platform")
    return Look(told, UNKNOWN, [*found, unseen], unseen.remedy)


def _failures(failed: Sequence[Mapping[str, Any]]) -> list[Finding]:
    if not failed:
        return []
    errors = dict.fromkeys(str(info.get("last_error") or "no reason is given") for info in failed)
    return [
        alarm(
            "DISCOVERY_FAILED",
            "the last discovery of {0} failed: {1}".format(_names(failed), "; ".join(errors)),
            "See that the FinOps user or role has the policy FinOpsForCloudResourceDiscovery and that nothing denies it",
        )
    ]


def _stopped(names: str) -> list[Finding]:
    if not names:
        return []
    return [
        alarm(
            "DISCOVERY_STALE",
            "there was no discovery of {0} for more than {1} days".format(names, _STALE_DISCOVERY.days),
            "Ask the platform's operators why it does not discover",
        )
    ]


def _errs(info: Mapping[str, Any]) -> bool:
    return (_at(info, "last_discovery_at") or _EARLY) <= (_at(info, "last_error_at") or _EARLY)


def _at(info: Mapping[str, Any], key: str) -> Any:
    return moment(info.get(key))


def _names(infos: Any) -> str:
    return ", ".join(sorted(str(info.get("resource_type")) for info in infos))
