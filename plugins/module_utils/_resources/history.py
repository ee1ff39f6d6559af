# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Root's whole history: its members awake, and the past of those that lack it asked for by one import.

What decides is C(_knowledge/history.py). The note about the members whose past was asked for is a tag of the user or role
that the Root's data source works with; it comes last, so a run that is killed before it asks again. Waking comes before
asking, since an import passes over accounts that are asleep.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.listing import members_of
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import history, settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import (
    Finding,
    alarm,
    note,
    pending,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Resource
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import OPTIONS as PLATFORM_OPTIONS
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.reimporting import (
    Keeper,
    asking,
    keeper_of,
    months_held,
    noting,
    proof,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import config_of

TAG = "finops-for-cloud-history"
_NAMED = 3


@dataclasses.dataclass(frozen=True)
class State:
    """The Root's data source, None where there is none, those asleep among its members', the decision, the note's keeper."""

    source: Mapping[str, Any] | None = None
    asleep: Sequence[Mapping[str, Any]] = ()
    decision: history.Decision = history.Decision("", history.COMPLETE)
    keeper: Keeper = Keeper("user", "", None)


class History(Resource):
    """The past of all accounts in the files of one management account.

    options: the platform_ ones, user_name, reimport (auto or never), sources (the organization's listing, once), roots
    (by account its management account, as in members_of), joined (by account the day, such as C(2026-03-15)), accounts
    (those that may be woken), asleep (those that slept when the run began), joining (those that check mode would connect).
    """

    NAME = "history"
    HAS_STATE = False
    OPTIONS = dict(PLATFORM_OPTIONS, user_name={"type": "str"})

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        super().__init__(options, clients)
        self.account = clients.account
        self.user = settings.user_name(options.get("user_name"))
        self._sources = options.get("sources")

    def read(self) -> State:
        """What the platform lists and the note; the Root's imports and the bucket's months only where members lack their past."""
        listed = self._sources if self._sources is not None else self.clients.platform.cloud_accounts()
        self._sources = None
        source = next((one for one in listed if one.get("account_id") == self.account), None)
        if source is None or config_of(source).get("linked"):
            return State()
        linked = members_of(self.account, listed, self.options.get("roots") or {})
        ours = set(self.options.get("accounts") or ())
        asleep = [one for one in linked if one.get("auto_import") is False and one.get("account_id") in ours]
        # The platform lists them in no order.
        asleep.sort(key=lambda one: str(one.get("name")))
        members = [self._member(one, asleep) for one in [source, *linked]]
        joining = self.options.get("joining") or ()
        keeper = keeper_of(self.clients, source, self.account, self.user)
        root = history.Root(
            self.account, int(source.get("last_import_modified_at") or 0), asked_until=asked_until(keeper.tags)
        )
        if joining or history.lacking(root, members):
            imports = self.clients.platform.import_states(source["id"])
            root = dataclasses.replace(root, imports=imports, months=months_held(self.clients, config_of(source)))
        # By now the platform has answered, where anything depends on its time.
        now = self.clients.platform.now
        members += [history.Member(account, int(now.timestamp()), True, self._joined(account)) for account in joining]
        allowed = self.options.get("reimport") != "never"
        return State(source, asleep, history.decide(root, members, allowed, now), keeper)

    def plan(self, current: State) -> Plan:
        """Wake, ask for the past, and note that; the note is taken back first where it says too much of one that slept."""
        plan, decision, source = Plan(), current.decision, current.source
        if source is None:
            return plan
        oldest = min((int(one.get("created_at") or 0) for one in current.asleep), default=None)
        if oldest is not None and oldest <= asked_until(current.keeper.tags):
            plan.add([_noting(current.keeper, oldest - 1)])
        plan.add([waking(current.asleep)] if current.asleep else [])
        if decision.note is not None and current.keeper.tags is None:
            return plan.add(findings=[self._no_keeper(current)])
        if decision.mark is not None:
            plan.add([self._asking(source, decision), proof(source, decision.mark)])
        if decision.note is not None:
            plan.add([_noting(current.keeper, decision.note)])
        return plan.add(findings=self._findings(source, decision))

    def describe(self, current: State, steps: Sequence[Step]) -> dict[str, Any]:
        """C(history): the decision's state, the accounts that lacked their past, and the first month that was asked for.

        None where the account has no data source.
        """
        if current.source is None:
            return {"history": None}
        decision = current.decision
        asked = decision.month if decision.state == history.REIMPORT else None
        return {"history": {"state": decision.state, "lacking": list(decision.lacking), "from": asked}}

    def _member(self, source: Mapping[str, Any], asleep: Sequence[Mapping[str, Any]]) -> history.Member:
        account = str(source.get("account_id"))
        woken = source in asleep or account in (self.options.get("asleep") or ())
        return history.Member(account, int(source.get("created_at") or 0), woken, self._joined(account))

    def _joined(self, account: str) -> str | None:
        found = (self.options.get("joined") or {}).get(account)
        return str(found)[: len("2026-03")] if found else None

    def _asking(self, source: Mapping[str, Any], decision: history.Decision) -> Step:
        title = "Have the data source {0} imported again from {1} on, for the past of {2}".format(
            source.get("name"), decision.month, _counted(decision.lacking)
        )
        return asking(
            source, title, decision.mark or 0, "HISTORY_LACKING", {"lacking": list(decision.lacking)}, {"lacking": []}
        )

    def _no_keeper(self, current: State) -> Finding:
        return alarm(
            "HISTORY_NO_KEEPER",
            "the past of {0} is not asked for, since the {1} {2}, where that would be noted, is not in the account".format(
                _counted(current.decision.lacking), current.keeper.kind, current.keeper.name
            ),
            "Have the data source {0!r} imported again from {1} on, on the platform".format(
                (current.source or {}).get("name"), current.decision.month
            ),
        )

    def _findings(self, source: Mapping[str, Any], decision: history.Decision) -> list[Finding]:
        name, lacking, found = source.get("name"), _counted(decision.lacking), []
        if decision.state == history.LATER:
            title = "an import of the data source {0!r} waits or runs, so the past of {1} is asked for after it"
            found.append(pending("HISTORY_LATER", title.format(name, lacking), "Run again in an hour"))
        if decision.state == history.REFUSED:
            title = "the past of {0} is not on the bill, and O(reimport) is never".format(lacking)
            remedy = "Let O(reimport) be auto, or have the data source {0!r} imported again on the platform".format(
                name
            )
            found.append(note("HISTORY_REFUSED", title, remedy, actual=list(decision.lacking)))
        if decision.not_held:
            found.append(_not_held(decision.not_held))
        return found


def asked_until(tags: Mapping[str, str] | None) -> int:
    """What the note among a user's or role's tags says, 0 where there is none that can be read."""
    text = (tags or {}).get(TAG, "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _noting(keeper: Keeper, until: int) -> Step:
    return noting(
        keeper, TAG, str(until), "Note whose past was asked for, at the {0} {1}".format(keeper.kind, keeper.name)
    )


def waking(sources: Sequence[Mapping[str, Any]]) -> Step:
    """Lets data sources import costs, all in one pass."""
    names = [str(source.get("name")) for source in sources]
    return Step(
        "Let {0} import costs: {1}".format(_number(len(names), "data source"), _list(names)),
        "platform",
        "wake_cloud_accounts",
        {"identifiers": [source["id"] for source in sources]},
        before={"asleep": names},
        after={"asleep": []},
    )


def unasked(root: str | None) -> Finding:
    """What a member is told that was woken without its management account, whose id is root where anybody knows it."""
    return note(
        "HISTORY_UNASKED",
        "its cost from before it was connected was not asked for, since the management account{0} was not looked at".format(
            " {0}".format(root) if root else ""
        ),
        "Run again with it",
    )


def _not_held(months: Mapping[str, Sequence[str]]) -> Finding:
    first, last = min(since for since, dummy in months.values()), max(until for dummy, until in months.values())
    return note(
        "HISTORY_NOT_HELD",
        "the bucket holds no files from {0} to {1}, when {2} {3} in the organization already".format(
            first, last, _counted(sorted(months)), "was" if len(months) == 1 else "were"
        ),
        "If that past is wanted, ask AWS by a support case to deliver it, and have the data source imported again then",
        actual=dict((account, list(of_account)) for account, of_account in months.items()),
    )


def _counted(accounts: Sequence[str]) -> str:
    return "{0} ({1})".format(_number(len(accounts), "account"), _list(accounts))


def _number(count: int, thing: str) -> str:
    return "{0} {1}{2}".format(count, thing, "" if count == 1 else "s")


def _list(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (" and {0} more".format(more) if more > 0 else "")
