# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The chain of one account, from its login to its cost on the bill; pure, and it never guesses.

Each link has the findings of the steps that are about it, and a look at the rest of what was seen. The worst of both
decides. What nobody could look at is UNKNOWN, what the account's case does not have is NOT_ASKED.
"""

from __future__ import annotations

import datetime
import re
import shlex
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.imports import discovery_look, import_look
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.money import cost_look
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.seen import (
    Look,
    Seen,
    iso,
    moment,
    shown,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import links, procedure
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.links import (
    FAILED,
    LINKS,
    NOT_ASKED,
    OK,
    UNKNOWN,
    is_blind,
    links_of,
    state_of,
    worst,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import (
    ALARM,
    DRIFT,
    NOTE,
    Finding,
    blocked,
)

_COMMAND_FOR_ALL = "ansible-playbook finops_for_cloud.aws.{0} -i INVENTORY"
_COMMAND = _COMMAND_FOR_ALL + " --limit {1}"
# What only a run that sees both a management account and its members mends.
_OF_ROOT_AND_MEMBERS = ("HISTORY_LACKING", "COST_BEFORE_HISTORY")
# Of findings whose step could not look at all.
_IN_VAIN = ("READ_FAILED", "ACCOUNT_NO_LOGIN", "ACCOUNT_OTHER", "ACCOUNT_UNFIT", "OPTION_INVALID")
_OF_THE_LOGIN = ("configuration", "credentials", "export", "execution", "files", "columns")
_UNUSED = datetime.timedelta(days=3)
_REFUSED = re.compile(r"AWS refused ([a-z0-9-]+):([a-z0-9_]+)")
_TO_PERFORM = re.compile(r"to perform: ([a-z0-9-]+:[A-Za-z0-9]+)")


def chain(seen: Seen, now: datetime.datetime) -> list[dict[str, Any]]:
    """Every link, in order: C(link), C(state), C(codes), C(evidence), C(next_action), and C(since) where that is known.

    now: in UTC; the platform's, where it was asked.
    """
    told = _by_link(seen.findings)
    made: dict[str, dict[str, Any]] = {}
    for link in LINKS:
        look = _look(link, seen, now, made)
        found = [one for one in told.get(link, []) if one.get("code") not in look.refuted]
        codes = {one.get("code") for one in found}
        found += [one.as_result("") for one in look.findings if one.code not in codes]
        made[link] = _link(link, seen, look, found)
    return list(made.values())


def _by_link(findings: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """The findings of each link, each once although several steps may tell of it."""
    found: dict[str, dict[Any, Mapping[str, Any]]] = {}
    for finding in findings:
        for link in _known_links_of(finding):
            found.setdefault(link, {}).setdefault((finding.get("code"), finding.get("title")), finding)
    return dict((link, list(of_link.values())) for link, of_link in found.items())


def _known_links_of(finding: Mapping[str, Any]) -> tuple[str, ...]:
    """A code that nobody knows is a newer one's, and is shown where everything of ours is."""
    try:
        return links_of(finding)
    except KeyError:
        return ("configuration",)


def _link(link: str, seen: Seen, look: Look, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    ranked = sorted(found, key=lambda one: links.STATES.index(state_of(one)), reverse=True)
    wrong = [one for one in ranked if one.get("severity") != NOTE]
    notes = [one for one in ranked if one.get("severity") == NOTE]
    sentences = [_told(one) for one in wrong]
    if not wrong or not sentences:
        sentences = ([look.evidence] if look.evidence else []) + [str(one.get("title")) for one in notes]
    return {
        "link": link,
        "state": worst([look.state, *(state_of(one) for one in found)]),
        "codes": list(dict.fromkeys(str(one.get("code")) for one in ranked)),
        "evidence": ". ".join(sentence.rstrip(".") for sentence in sentences),
        "next_action": _next_action(seen, wrong[0]) if wrong else look.next_action or _remedy(notes),
        "since": look.since,
    }


def _told(finding: Mapping[str, Any]) -> str:
    """What is wrong; of what a step of the next run mends the title is that step's, an order."""
    title = str(finding.get("title"))
    return "to be done: {0}".format(title) if finding.get("severity") == DRIFT and title[:1].isupper() else title


def _remedy(notes: Sequence[Mapping[str, Any]]) -> str:
    return str(notes[0].get("remedy") or "") if notes else ""


def _next_action(seen: Seen, finding: Mapping[str, Any]) -> str:
    """What the finding says, or for what the next run mends, the command for that."""
    remedy = str(finding.get("remedy") or "")
    if finding.get("severity") == DRIFT:
        playbook = "rotate_keys" if finding.get("code") == "KEY_DUE" else "onboard"
        command = _COMMAND_FOR_ALL if finding.get("code") in _OF_ROOT_AND_MEMBERS else _COMMAND
        run = "Run `{0}`".format(command.format(playbook, _quoted(seen.host)))
        return "{0}. {1}".format(remedy.rstrip("."), run) if remedy else run
    if remedy:
        return remedy
    return _to_be_read(finding) if is_blind(finding) else "Mend what it says, and run the audit again"


def _quoted(host: str) -> str:
    return shlex.quote(host or "HOST")


def _to_be_read(finding: Mapping[str, Any]) -> str:
    permission = permission_in(str(finding.get("title")))
    if permission:
        return "Grant {0} to the login of the account, and run the audit again".format(permission)
    return "Mend what it says, and run the audit again"


def permission_in(text: str) -> str:
    """The IAM action that an error of AWS is about, such as C(iam:ListUsers), empty where it is about none."""
    named = _TO_PERFORM.search(text)
    if named:
        return named.group(1)
    refused = _REFUSED.search(text)
    if not refused or "denied" not in text.lower().replace("accessdenied", "denied"):
        return ""
    return "{0}:{1}".format(refused.group(1), "".join(part.capitalize() for part in refused.group(2).split("_")))


def _look(link: str, seen: Seen, now: datetime.datetime, made: Mapping[str, Mapping[str, Any]]) -> Look:
    if link in _OF_THE_LOGIN and _case_lacks(link, seen):
        return Look("its cost is in the files of its management account's report", NOT_ASKED)
    if link in _OF_THE_LOGIN and _nobody_looked(link, seen):
        return _not_looked_at(seen, made["login"])
    if link == "login":
        return _login(seen)
    if link == "configuration":
        return _configuration(seen)
    if link == "credentials":
        return _credentials(seen, now)
    if link == "export":
        return _export(seen)
    if link in ("execution", "files", "columns"):
        return _delivery(link, seen)
    if link == "source":
        return _source(seen)
    if link == "import":
        return import_look(seen, now)
    if link == "discovery":
        return discovery_look(seen, now)
    return cost_look(seen, now, str(made["import"]["state"]))


def _case_lacks(link: str, seen: Seen) -> bool:
    return not seen.has_report and link in ("export", "execution", "files", "columns")


def _has_seen(seen: Seen, module: str) -> bool:
    """Whether a module's step ran, and could look."""
    in_vain = [one for one in seen.findings if one.get("resource") == module and one.get("code") in _IN_VAIN]
    return module in seen.looked and not in_vain


def _modules_of(link: str, seen: Seen) -> list[str]:
    """The modules that have to have looked before a link can be called right."""
    has_role = seen.has_role or "role" in seen.looked
    of_role = ["role"] if "role" in seen.looked else []
    if link == "configuration":
        wanted = procedure.CASES[seen.case].resources if seen.case in procedure.CASES else ()
        return [one for one in ("cur", "policy") if one in wanted] + (
            of_role if has_role else ["user"] if wanted else []
        )
    if link == "credentials" and has_role:
        return of_role
    if link == "credentials":
        # Without a platform and a store there is nobody who could hold a key.
        return ["access_key"] if seen.has_platform or "access_key" in seen.looked else []
    return ["cur"] if link == "export" else []


def _nobody_looked(link: str, seen: Seen) -> bool:
    return not all(_has_seen(seen, module) for module in _modules_of(link, seen))


def _not_looked_at(seen: Seen, login: Mapping[str, Any]) -> Look:
    if login["state"] in (FAILED, UNKNOWN):
        return Look("not looked at, since the login did not work", UNKNOWN, next_action=str(login["next_action"]))
    return Look(
        "not looked at, or not to the end",
        UNKNOWN,
        next_action="Run `{0}`".format(_COMMAND.format("audit", _quoted(seen.host))),
    )


def _login(seen: Seen) -> Look:
    if not _has_seen(seen, "account"):
        run = "See why the account was not visited, and run `{0}`".format(_COMMAND.format("audit", _quoted(seen.host)))
        return Look("nobody has logged in to the account", UNKNOWN, next_action=run)
    return Look("the login is in account {0}".format(seen.account_id))


def _configuration(seen: Seen) -> Look:
    return Look(
        "as documented: {0}".format(", ".join(procedure.NAMES[one] for one in _modules_of("configuration", seen)))
    )


def _credentials(seen: Seen, now: datetime.datetime) -> Look:
    if seen.has_role or "role" in seen.looked:
        return Look("the platform assumes a role, which has no key")
    if seen.access_keys is None:
        return Look("no platform is set, so nobody can tell which key serves", NOT_ASKED)
    key = next((one for one in seen.access_keys if one.get("state") == "in service"), None)
    if key is None:
        return Look("no key is in service", OK if not seen.access_keys and not seen.has_platform else UNKNOWN)
    used = moment(key.get("last_used"))
    told = "the key {0} is active and {1} days old, of at most {2}".format(
        key.get("id"), key.get("age_days"), seen.max_key_age_days
    )
    found = _too_old(seen, key)
    if key.get("use_is_known") is False:
        return Look(
            "{0}; when it was last used may not be seen".format(told),
            UNKNOWN,
            found,
            "Grant iam:GetAccessKeyLastUsed to the login of the account, and run the audit again",
        )
    begin = used or moment(key.get("created")) or now
    if key.get("use_is_known") and seen.source and now - begin > _UNUSED:
        found.append(_unused(key, used))
    last = "; last used {0}".format(shown(used)) if used else ""
    return Look(told + last, findings=found, since=iso(used) if found and used else None)


def _too_old(seen: Seen, key: Mapping[str, Any]) -> list[Finding]:
    age = key.get("age_days")
    codes = [one.get("code") for one in seen.findings]
    if not isinstance(age, int) or age < seen.max_key_age_days or "KEY_ROTATION_WAITS" in codes:
        return []
    title = "the key {0} is {1} days old, and may become {2}".format(key.get("id"), age, seen.max_key_age_days)
    return [Finding("KEY_DUE", DRIFT, title)]


def _unused(key: Mapping[str, Any], used: datetime.datetime | None) -> Finding:
    title = "the key {0} is in service, and nothing has used it {1}".format(
        key.get("id"), "since {0}".format(shown(used)) if used else "since it was made"
    )
    remedy = "See that the platform works with it: look at the data source's imports and discovery"
    return Finding("KEY_UNUSED", ALARM, title, remedy=remedy)


def _export(seen: Seen) -> Look:
    export = (seen.delivery or {}).get("export") or {}
    if not export.get("status"):
        return Look("it is there and AWS calls it healthy")
    refreshed = moment(export.get("refreshed_at"))
    return Look(
        "{0} is {1}, refreshed {2}".format(export.get("name"), export["status"], shown(refreshed)),
        OK if export["status"] == "HEALTHY" else UNKNOWN,
    )


def _delivery(link: str, seen: Seen) -> Look:
    codes = {one.get("code") for one in seen.findings}
    if "CUR_MISSING" in codes:
        return Look("there is no export yet that could deliver", NOT_ASKED)
    if link == "columns" and "FILES_NONE" in codes:
        return Look("there are no files yet", NOT_ASKED)
    if not _has_seen(seen, "delivery") or seen.delivery is None:
        return Look(
            "nobody looked at what was delivered",
            UNKNOWN,
            next_action="Mend what the links before it say, and run the audit again",
        )
    unknown = (seen.delivery.get("unknown") or {}).get(link)
    if unknown:
        return Look(str(unknown), UNKNOWN, next_action=_to_know(str(unknown)))
    return {"execution": _execution, "files": _files, "columns": _columns}[link](seen.delivery)


def _to_know(why: str) -> str:
    permission = permission_in(why)
    if "pyarrow" in why:
        return "Install pyarrow beside Ansible, by `pip install pyarrow`"
    if permission:
        return "Grant {0} to the login of the account, and run the audit again".format(permission)
    return "Mend what it says, and run the audit again"


def _execution(delivery: Mapping[str, Any]) -> Look:
    execution = delivery.get("execution") or {}
    if not execution.get("status"):
        return Look("AWS names no execution of the export", UNKNOWN)
    return Look("{0} at {1}".format(execution["status"], shown(moment(execution.get("at")))))


def _files(delivery: Mapping[str, Any]) -> Look:
    files = delivery.get("files") or {}
    newest = moment(files.get("newest"))
    if newest is None:
        return Look("no files were seen", UNKNOWN)
    months = sorted(files.get("months") or {})
    return Look("files of {0}, the newest of {1}".format(_span(months), shown(newest)))


def _span(months: Sequence[str]) -> str:
    return months[0] if len(months) == 1 else "{0} to {1}".format(months[0], months[-1]) if months else "no month"


def _columns(delivery: Mapping[str, Any]) -> Look:
    if delivery.get("missing_columns") is None:
        return Look("the columns of the files were not looked at", UNKNOWN)
    return Look("the files have every column that the importer needs")


def _source(seen: Seen) -> Look:
    if not seen.has_platform:
        return Look("no platform is set", NOT_ASKED)
    if seen.source is None:
        return Look(
            "the platform's data sources could not be listed",
            UNKNOWN,
            next_action="See that the platform can be reached and its token is right, and run the audit again",
        )
    found, name = _of_the_listing(seen), repr(str(seen.source.get("name")))
    if not seen.source:
        return Look("", findings=found, refuted=frozenset(["SOURCE_NEEDS_KEY"]))
    if not _has_seen(seen, "data_source"):
        return Look(
            "the data source {0} is there, and was not compared with what is wanted".format(name),
            UNKNOWN,
            found,
            "Mend what the links before it say, and run the audit again",
        )
    told = "the data source {0} is there and may import".format(name)
    return Look(told, findings=found, refuted=_done_by_the_key(seen))


def _done_by_the_key(seen: Seen) -> frozenset[str]:
    """What the step data_source alone cannot mend, and the step access_key of the next run does."""
    by_key = {one.get("code") for one in seen.findings if one.get("resource") == "access_key"}
    return frozenset(["SOURCE_NEEDS_KEY"] if "SOURCE_REPORT" in by_key else [])


def _of_the_listing(seen: Seen) -> list[Finding]:
    """What the listing alone tells, also of an account that nobody could log in to."""
    found = []
    if seen.organization.get("disabled"):
        title = "the platform's organization is disabled, so it imports nothing"
        found.append(blocked("PLATFORM_ORGANIZATION_DISABLED", title, "Have it enabled on the platform"))
    if not seen.source:
        return [*found, Finding("SOURCE_MISSING", DRIFT, "the platform has no data source for the account")]
    is_linked = bool((seen.source.get("config") or {}).get("linked"))
    if seen.case in procedure.CASES and is_linked == seen.has_report:
        title = "the data source is {0}, and the account is of the case {1}".format(
            "linked" if is_linked else "root or standalone", seen.case
        )
        remedy = "Move the account to the group of its data source, or delete the data source with its history"
        found.append(blocked("SOURCE_TYPE_WRONG", title, remedy))
    if seen.is_asleep:
        found.append(Finding("SOURCE_IMPORT_OFF", DRIFT, "the data source is told not to import"))
    return found
