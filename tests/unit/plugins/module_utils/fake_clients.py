# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One small fake of an account's clients: it answers reads from a table and knows no network; for tests of plan()."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform import holding

ACCOUNT = "111122223333"
OTHER = "444455556666"


class FakeClients:
    """The clients of ACCOUNT.

    answers: by operation (C(get_user), C(cloud_accounts) of the platform) what it answers: a value, an AwsError to raise,
    a function of the call's parameters, or a list of these for one call after the other (its last one stays).
    """

    partition = "aws"
    region = "us-east-1"
    is_insecure = False
    say = None

    def __init__(self, answers: Mapping[str, Any] | None = None, account: str = ACCOUNT, store: Any = None) -> None:
        self.account = account
        self.store = store
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._answers = {
            operation: list(answer) if isinstance(answer, list) else answer
            for operation, answer in (answers or {}).items()
        }

    @property
    def platform(self) -> FakeClients:
        return self

    def use_region(self, service: str, region: str) -> None:
        """One fake answers for all regions."""

    def region_of(self, service: str) -> str:
        return self.region

    def log_in(self) -> dict[str, Any]:
        return {"account_id": self.account, "arn": f"arn:aws:iam::{self.account}:user/admin", "partition": "aws"}

    def require_account(self) -> None:
        """It is."""

    def pause(self, attempt: int) -> None:
        """Nothing to wait for."""

    def wait(self, seconds: float) -> None:
        """Nothing to wait for."""

    def write(self, client: str, operation: str, parameters: Mapping[str, Any], repeat_on: str = "") -> Any:
        """Answered from the table where that has the operation; the looks at the platform really look."""
        if operation in ("prove_held", "prove_asked", "delete_unheld_key"):
            return getattr(holding, operation)(self, **parameters)
        if operation in self._answers:
            return self._answer(operation, dict(parameters))
        self.calls.append((operation, dict(parameters)))
        return {}

    def operations(self, *among: str) -> list[str]:
        """The operations called so far, in order; only those among the given ones, where any is."""
        return [operation for operation, dummy in self.calls if not among or operation in among]

    def read(self, service: str, operation: str, missing: Sequence[str] = (), **parameters: Any) -> Any:
        try:
            return self._answer(operation, parameters)
        except AwsError as error:
            if error.code in missing:
                return None
            raise

    def read_all(
        self, service: str, operation: str, key: str | None = None, missing: Sequence[str] = (), **parameters: Any
    ) -> Any:
        answer = self.read(service, operation, missing, **parameters)
        return answer if answer is None or key is None else answer[key]

    def begin(self, *readings: Any) -> None:
        """Nothing is begun before it is asked for."""

    def remembered(self, service: str, read: Callable[[], Any]) -> Any:
        """Nothing is: every reading asks anew."""
        return read()

    def organization(self) -> Any:
        return self._answer("organization", {})

    def cloud_accounts(self) -> Any:
        return self._answer("cloud_accounts", {})

    def cloud_account(self, identifier: str) -> Any:
        return self._answer("cloud_account", {"identifier": identifier})

    def _answer(self, operation: str, parameters: dict[str, Any]) -> Any:
        self.calls.append((operation, parameters))
        answer = self._answers[operation]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(parameters) if callable(answer) else answer


def titles(plan: Plan) -> list[str]:
    """The steps of a plan as a person reads them."""
    return [step.title for step in plan.steps]


def wordless(steps: Sequence[Step]) -> list[Step]:
    """Steps without their titles, to be compared as wholes."""
    return [dataclasses.replace(step, title="", undo=wordless([step.undo])[0] if step.undo else None) for step in steps]


def codes(plan: Plan) -> list[str]:
    """The codes of all that a plan finds."""
    return [finding.code for finding in plan.findings]
