# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the visits of an audit saw, joined with what the platform answers for all accounts at once."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import datetime
import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.coverage import Costs, coverage, merged
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.merging import MONTHS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.money import delivered_costs
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.report import report, row
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.seen import Payer, Seen
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.verdict import StepResult, steps_of
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import import_health
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import blocked
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import Platform
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.access_key import AccessKey
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import config_of
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._inventory import values

_AT_ONCE = 8
_MAX_KEY_AGE_DAYS = int(AccessKey.CHANGE_OPTIONS["max_age_days"]["default"])
_UNLISTED = (
    "the organization of {0} could not be listed, so accounts that are not in the inventory are not counted; let its login "
    "organizations:ListAccounts"
)
_PRO_FORMA = "the bill of {0} belongs to another account by now, so rates may be pro forma"
_DESCRIBED = (
    "finops_account_id",
    "finops_account_name",
    "finops_management_account_id",
    "finops_platform_url",
    "finops_platform_organization_id",
    "finops_key_max_age_days",
)


@dataclasses.dataclass(frozen=True)
class Visit:
    """An account after its visit.

    steps: what its steps, and the look at all accounts, found. problem: what the look at the whole fleet found wrong with it.
    variables: those of the host that say who it is.
    """

    host: str
    case: str
    variables: Mapping[str, Any]
    steps: Sequence[StepResult]
    problem: str | None

    @classmethod
    def of(
        cls, host: str, case: str, variables: Mapping[str, Any], registered: Mapping[str, Any], problem: str | None
    ) -> Visit:
        """From the host's variables and what the roles registered."""
        steps = [step for step in steps_of(registered) if step.counts]
        return cls(host, case, values(variables, _DESCRIBED), steps, problem)

    @property
    def account_id(self) -> str:
        """The account, as the inventory has it."""
        return str(self.variables.get("finops_account_id"))

    @property
    def max_key_age_days(self) -> int:
        """When its key is due; what is no number of days is told by its first step."""
        given = str(self.variables.get("finops_key_max_age_days"))
        return int(given) if given.isascii() and given.isdigit() else _MAX_KEY_AGE_DAYS

    def result(self, module: str, key: str) -> Any:
        """What the step of a module found under a key, None where it did not get there."""
        return next((step.result.get(key) for step in self.steps if step.module == module), None)

    @property
    def findings(self) -> list[Mapping[str, Any]]:
        """All that its steps found; what stopped a step is a finding as well."""
        found = [finding for step in self.steps for finding in step.result.get("findings") or ()]
        for step in self.steps:
            if (step.result.get("failed") or step.result.get("unreachable")) and not step.result.get("findings"):
                reason = str(step.result.get("msg", "no reason was given"))
                found.append(blocked("READ_FAILED", reason, "").as_result(step.module))
        if self.problem and not self.steps:
            found.append(blocked("ACCOUNT_UNFIT", self.problem, "").as_result("account"))
        return found


@dataclasses.dataclass(frozen=True)
class Answers:
    """What one organization of the platform says: its data sources by account, costs by account and month, imports by source.

    Each is None, or leaves out, what could not be asked; failure says why the first of them could not.
    """

    organization: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    sources: Mapping[str, Mapping[str, Any]] | None = None
    costs: Mapping[str, Mapping[str, Decimal]] | None = None
    imports: Mapping[str, Sequence[Mapping[str, Any]]] = dataclasses.field(default_factory=dict)
    months: Sequence[str] = ()
    now: datetime.datetime | None = None
    failure: str = ""


def asked(platform: Platform, months: Sequence[str]) -> Answers:
    """The answers of an organization, in three calls and one for each Root source whose import is not fine.

    months: those that were delivered, oldest first.
    """
    try:
        organization = platform.organization()
        listed = platform.detailed_accounts()
    except FinopsError as error:
        return Answers(failure=str(error))
    sources = {str(source.get("account_id")): source for source in listed}
    last_months, failure = list(months)[-MONTHS:], ""
    costs = None
    if last_months:
        try:
            costs = platform.costs(last_months[0], last_months[-1])
        except FinopsError as error:
            failure = str(error)
    return Answers(
        organization, sources, costs, _imports(platform, sources.values()), last_months, platform.now, failure
    )


def _imports(platform: Platform, sources: Iterable[Mapping[str, Any]]) -> dict[str, Sequence[Mapping[str, Any]]]:
    """By source; those that the listing calls fine are not asked about."""
    unclear = [
        str(source["id"])
        for source in sources
        if not config_of(source).get("linked") and import_health.import_health(source) != import_health.FINE
    ]
    found: dict[str, Sequence[Mapping[str, Any]]] = {}
    with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
        for identifier, future in [(one, pool.submit(platform.imports, one)) for one in unclear]:
            try:
                found[identifier] = future.result()
            except FinopsError:
                continue
    return found


@dataclasses.dataclass(frozen=True)
class Spent:
    """What all reports say was spent: by month, currency and account, None where nobody could read any.

    currency: the platform's organizations', else the only one that was delivered, None where there are several.
    """

    costs: Costs | None
    currency: str | None
    months: Sequence[str]

    @classmethod
    def of(cls, visits: Sequence[Visit], answers: Iterable[Answers]) -> Spent:
        """Of the steps delivery, and organization where that asked Cost Explorer."""
        asked_for = [visit.result("organization", "organization") or {} for visit in visits]
        delivered = [visit.result("delivery", "delivery") or {} for visit in visits]
        costs = merged(found.get("costs") for found in (*asked_for, *delivered))
        currencies = {one.organization.get("currency") for one in answers} - {None}
        currencies = currencies or {currency for of_month in costs.values() for currency in of_month}
        return cls(costs or None, currencies.pop() if len(currencies) == 1 else None, sorted(costs))


def organizations(visits: Iterable[Visit]) -> dict[str, Sequence[Mapping[str, Any]]]:
    """By management account, the accounts of its organization; without those that could not be listed."""
    found = [visit.result("organization", "organization") for visit in visits]
    return {str(one["management_account_id"]): one["accounts"] for one in found if one}


def sources(answers: Iterable[Answers]) -> list[Mapping[str, Any]] | None:
    """All data sources of all organizations of the platform, each once; None where one could not be listed, or there is none."""
    found: dict[str, Mapping[str, Any]] = {}
    listings = [one.sources for one in answers]
    for listing in listings:
        if listing is None:
            return None
        found.update((source["id"], source) for source in listing.values())
    return list(found.values()) if listings else None


def notes(visits: Iterable[Visit], answers: Iterable[Answers]) -> list[str]:
    """What a reader of the sums has to know."""
    found = [one.failure for one in answers if one.failure]
    for visit in visits:
        if visit.case == "management" and not visit.result("organization", "organization"):
            found.append(_UNLISTED.format(visit.account_id))
        if ((visit.result("delivery", "delivery") or {}).get("export") or {}).get("reason") == "BILL_OWNER_CHANGED":
            found.append(_PRO_FORMA.format(visit.account_id))
    return list(dict.fromkeys(found))


def delivered_months(visits: Iterable[Visit]) -> list[str]:
    """All months of which any report has files that were read, oldest first."""
    return sorted(
        {month for visit in visits for month in (visit.result("delivery", "delivery") or {}).get("costs") or ()}
    )


def all_seen(visits: Sequence[Visit], roots: Mapping[str, str | None], answers: Mapping[str, Answers]) -> list[Seen]:
    """Everything that is known of each account.

    roots: by account, its management account. answers: by host, those of its organization of the platform.
    """
    of_account = {visit.account_id: visit for visit in visits}
    found = []
    for visit in visits:
        answer = answers.get(visit.host, Answers())
        root = _payer(visit, of_account, roots, answer)
        own = _delivery(visit)
        delivery = own if visit.case != "member" else (root.delivery if root else None)
        source = _source(visit.account_id, answer)
        found.append(
            Seen(
                host=visit.host,
                account_id=visit.account_id,
                name=str(visit.variables.get("finops_account_name") or visit.host),
                case=visit.case,
                findings=visit.findings,
                looked=frozenset(step.module for step in visit.steps if not step.result.get("failed")),
                access_keys=visit.result("access_key", "access_keys"),
                delivery=own,
                source=source,
                imports=answer.imports.get(str((source or {}).get("id"))),
                root=root,
                delivered_costs=delivered_costs(delivery, visit.account_id),
                platform_costs=None if answer.costs is None else answer.costs.get(visit.account_id, {}),
                months=answer.months,
                organization=answer.organization,
                has_platform=bool(visit.variables.get("finops_platform_url")),
                max_key_age_days=visit.max_key_age_days,
            )
        )
    return found


def _payer(
    visit: Visit, of_account: Mapping[str, Visit], roots: Mapping[str, str | None], answer: Answers
) -> Payer | None:
    """A member's management account, as far as it is known."""
    root = roots.get(visit.account_id) if visit.case == "member" else None
    if root is None:
        return None
    source = _source(root, answer)
    delivery = _delivery(of_account[root]) if root in of_account else None
    return Payer(root, source, delivery, answer.imports.get(str((source or {}).get("id"))))


def _source(account: str, answer: Answers) -> Mapping[str, Any] | None:
    return None if answer.sources is None else answer.sources.get(account, {})


def _delivery(visit: Visit) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = visit.result("delivery", "delivery")
    return found


def report_of(
    visits: Sequence[Visit],
    answers: Mapping[str, Answers],
    roots: Mapping[str, str | None],
    now: datetime.datetime,
    previous: Mapping[str, Any] | None,
    why_not: str,
) -> dict[str, Any]:
    """The report of all these visits.

    answers: by host, those of its organization of the platform. roots: by account, its management account. previous: the
    report before this one; why_not: why that cannot be used, empty where there is none.
    """
    rows = [row(seen, now) for seen in all_seen(visits, roots, answers)]
    spent = Spent.of(visits, answers.values())
    known = sources(answers.values())
    covered = None
    if known is not None:
        covered = coverage(
            organizations(visits), rows, known, spent.costs, spent.currency or "USD", spent.months, roots
        )
        if not spent.costs:
            # Who is not on the bill is told in money; whose account left is known without.
            del covered["unconnected"]
    to_know = [*notes(visits, answers.values()), *([why_not] if why_not else [])]
    return report(rows, covered, previous, now, spent.currency, spent.months, to_know)


def with_inventory(made: dict[str, Any], inventory: Sequence[str]) -> dict[str, Any]:
    """The report with commands that can be copied: they name the inventory of this run, relative to where it ran."""
    named = " ".join("-i {0}".format(shlex.quote(_from_here(source))) for source in inventory)
    for account in made["accounts"] if named else ():
        for link in account["links"]:
            link["next_action"] = link["next_action"].replace("-i INVENTORY", named)
    return made


def _from_here(source: str) -> str:
    here = os.path.join(os.getcwd(), "")
    return source[len(here) :] if source.startswith(here) else source
