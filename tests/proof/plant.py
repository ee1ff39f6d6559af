# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A single fault: where it goes and under which link and code it must be found."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

from tests.emulator.aws.exports_store import StoredExport
from tests.integration.playbook import Variables
from tests.proof.healthy import Proven

USER, DISCOVERY, BILLING = "FinOpsForCloudUser", "FinOpsForCloudResourceDiscovery", "FinOpsForCloudBillingImport"
Act = Callable[[Proven, Variables], object]
# What follows where no file of any month is found.
NO_COST = ("cost", "COST_NOT_DELIVERED")


@dataclasses.dataclass(frozen=True)
class Plant:
    """A fault: its name, the case of the account that it goes into, where it is found, and how it is planted.

    also: what else follows from the same fault, as link and code.
    """

    name: str
    case: str
    link: str
    code: str
    act: Act
    also: frozenset[tuple[str, str]] = frozenset()

    @property
    def expected(self) -> set[tuple[str, str]]:
        """All links and codes that an audit must tell of the account, and nothing else."""
        return {(self.link, self.code), *self.also}


def export_of(fleet: Proven, account: Variables) -> StoredExport:
    """What the emulator stores of the account's export."""
    account_id = account["finops_account_id"]
    return fleet.emulator.aws._export(account_id, f"billing-{account_id}")[1]


def bucket_of(account: Variables) -> str:
    """The name of its report's bucket."""
    return f"billing-export-{account['finops_account_id']}"


def arn_of(account: Variables, name: str) -> str:
    """The ARN of one of its policies."""
    return f"arn:aws:iam::{account['finops_account_id']}:policy/{name}"


def document_of(*actions: str, effect: str = "Allow") -> str:
    """A policy of one statement on everything."""
    statement = {"Effect": effect, "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def standalone(name: str, link: str, code: str, act: Act, *also: tuple[str, str]) -> Plant:
    """A fault of a standalone account; also: what follows from it."""
    return Plant(name, "standalone", link, code, act, frozenset(also))


def member(name: str, link: str, code: str, act: Act, *also: tuple[str, str]) -> Plant:
    """A fault of a member; also: what follows from it."""
    return Plant(name, "member", link, code, act, frozenset(also))
