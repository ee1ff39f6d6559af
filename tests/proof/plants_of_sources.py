# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of data sources, imports, discovery and costs, and of the login."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from tests.integration.playbook import Variables
from tests.proof.healthy import Proven
from tests.proof.plant import (
    Act,
    Plant,
    member,
    standalone,
)


def of_the_source() -> Iterator[Plant]:
    """What becomes of a data source, its import, its discovery, and the login."""

    def set_to(**values: Any) -> Act:
        return lambda fleet, account: fleet.set_source(account, **values)

    def import_failed(fleet: Proven, account: Variables) -> None:
        fleet.past.fail_import(account["finops_account_id"], "AccessDenied")

    def stalled(fleet: Proven, account: Variables) -> None:
        done = int(fleet.past.now.timestamp()) - 4 * 86400
        times = ("last_import_at", "last_import_modified_at", "last_import_attempt_at")
        fleet.set_source(account, **dict.fromkeys(times, done))

    def discovery(**info: Any) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            source = next(one for one in fleet.sources().values() if one["account_id"] == account["finops_account_id"])
            stored = fleet.emulator.platform.store.cloud_account(source["id"])
            assert stored is not None
            details = stored.details
            infos = details["discovery_infos"]
            changed = {**details, "discovery_infos": {**infos, "instance": {**infos["instance"], **info}}}
            fleet.set_source(account, details=changed)

        return act

    def of_another_type(fleet: Proven, account: Variables) -> None:
        store = fleet.emulator.platform.store
        source = store.cloud_account(fleet.sources()[account["finops_account_id"]]["id"])
        assert source is not None
        keys = {key: source.config[key] for key in ("access_key_id", "secret_access_key")}
        store.put(dataclasses.replace(source, config={**keys, "linked": True}))

    def removed(fleet: Proven, account: Variables) -> None:
        fleet.remove_source(account)

    def variable(name: str, value: str) -> Act:
        return lambda fleet, account: account.update({name: value})

    # Nobody has used the key, so that nothing but the note at the user says whose it is.
    nobodys = (("credentials", "KEY_MISSING"), ("credentials", "KEY_ORPHANED"), ("cost", "COST_NO_SOURCE"))
    yield member("no data source", "source", "SOURCE_MISSING", removed, *nobodys)
    yield member("another name", "source", "SOURCE_NAME", variable("finops_data_source_name", "Another"))
    no_role = variable("finops_assume_role_arn", "arn:aws:iam::111122223333:role/Gone")
    yield member("no role", "login", "ACCOUNT_NO_LOGIN", no_role)
    everywhere = (("login", "OPTION_INVALID"), ("credentials", "OPTION_INVALID"))
    bad = variable("finops_user_name", "no/slash")
    yield member("a bad variable", "configuration", "OPTION_INVALID", bad, *everywhere)
    yield member("asleep", "source", "SOURCE_IMPORT_OFF", set_to(auto_import=False))
    no_advice = set_to(process_recommendations=False)
    yield member("no recommendations", "source", "SOURCE_RECOMMENDATIONS_OFF", no_advice)
    yield standalone(
        "wrong type", "source", "SOURCE_TYPE_WRONG", of_another_type, ("source", "SOURCE_LEFT_ORGANIZATION")
    )
    yield standalone("import error", "import", "SOURCE_IMPORT_FAILED", import_failed)
    yield standalone("import stalled", "import", "IMPORT_STALE", stalled)
    failed = discovery(last_error_at=4_000_000_000, last_error="UnauthorizedOperation")
    yield member("discovery of instances fails", "discovery", "DISCOVERY_FAILED", failed)
    yield member("instances never discovered", "discovery", "DISCOVERY_NEVER", discovery(last_discovery_at=0))


def of_costs() -> Iterator[Plant]:
    """What becomes of costs at the platform."""

    def forgotten(fleet: Proven, account: Variables) -> None:
        expenses = fleet.emulator.platform.store.expenses
        charges = expenses._charges[fleet.sources()[account["finops_account_id"]]["id"]]
        charge = next(one for one in charges if f"{one.first:%Y-%m}" == fleet.past.last_month)
        charges[charge] += 0.01
        expenses._daily.clear()

    yield member("a cent too much", "cost", "COST_DIFFERS", forgotten)
