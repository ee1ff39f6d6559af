# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan: what is wrong with a resource, and the writes that mend it; pure data."""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import BLOCKED, DRIFT, Finding


@dataclasses.dataclass(frozen=True)
class Answer:
    """A value from the answer to an earlier step of the same plan, such as the secret of a key just made.

    It stands in a step's parameters in place of the value, which so never stands in a plan.
    """

    operation: str
    path: tuple[str, ...]

    def of(self, answers: Mapping[str, Any]) -> Any:
        """The value itself."""
        value = answers[self.operation]
        for key in self.path:
            value = value[key]
        return value


@dataclasses.dataclass(frozen=True)
class Step:
    """One write.

    title: what a person reads, in the imperative.
    client, operation, parameters: the call, such as C("s3", "create_bucket", {"Bucket": ...}).
    code: of the finding that this step mends; empty for a step that goes with the one before it.
    before, after: what diff mode shows, and the finding's actual and expected.
    repeat_on: words of an error that means "not yet", as AWS gives while a change spreads; repeated for up to two minutes.
    pause_before: seconds to wait first, so that what others have begun can end.
    undo: the step that takes this one back when a later one of the plan is refused.
    removes: the id or ARN of what is gone with this step, where later resources ask whether it is.
    """

    title: str
    client: str
    operation: str
    parameters: Mapping[str, Any]
    code: str = ""
    before: Any = None
    after: Any = None
    repeat_on: str = ""
    pause_before: float = 0
    undo: Step | None = None
    removes: str = ""

    def finding(self) -> Finding:
        """What is wrong, as long as this step is not done."""
        return Finding(self.code, DRIFT, self.title, expected=self.after, actual=self.before)


@dataclasses.dataclass
class Plan:
    """What leads to what is wanted.

    steps: the writes, in order; none where all is right.
    others: findings that no step mends.
    """

    steps: list[Step] = dataclasses.field(default_factory=list)
    others: list[Finding] = dataclasses.field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        """All that is wrong or worth knowing: what no step mends first, then one for each step that has a code."""
        return self.others + [step.finding() for step in self.steps if step.code]

    @property
    def blocked(self) -> list[Finding]:
        """The findings for whose sake no step is done."""
        return [finding for finding in self.others if finding.severity == BLOCKED]

    def add(self, steps: Sequence[Step] = (), findings: Sequence[Finding] = ()) -> Plan:
        """This plan with more in it."""
        self.steps.extend(steps)
        self.others.extend(findings)
        return self
