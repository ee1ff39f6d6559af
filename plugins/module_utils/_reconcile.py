# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one mechanism: read, plan, apply.

A resource reads what is there, plans the difference to what it should be as an ordered list of steps, and each
step is one write. Check mode stops after the plan, diff mode prints the steps' before and after, and a write whose
outcome is unknown is followed by another read and another plan.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._errors import FinopsError, OutcomeUnknown

# How often a plan is made anew after a write whose outcome is unknown; a run never writes the same thing more often.
ROUNDS = 8


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
    before, after: what diff mode shows.
    repeat_on: words of an error that means "not yet", as AWS gives while a change spreads; repeated for up to two minutes.
    pause_before: seconds to wait first, so that what others have begun can end.
    undo: the step that takes this one back when a later one of the plan is refused.
    """

    title: str
    client: str
    operation: str
    parameters: Mapping[str, Any]
    before: Any = None
    after: Any = None
    repeat_on: str = ""
    pause_before: float = 0
    undo: Step | None = None


class Resource:
    """What one kind of thing should be; subclasses know how to read it and what it takes to get there.

    OPTIONS are the options of its module and its _info twin, CHANGE_OPTIONS those of the module alone; state is implied.
    answers holds what each step's operation answered; applied tells whether any was done.
    """

    NAME = ""
    OPTIONS: dict[str, Any] = {}
    CHANGE_OPTIONS: dict[str, Any] = {}
    HAS_STATE = True

    def __init__(self, options: Mapping[str, Any], clients: Any) -> None:
        self.options = options
        self.clients = clients
        self.absent = options.get("state") == "absent"
        self.answers: dict[str, Any] = {}
        self.applied = False

    def read(self) -> Any:
        """What is there now, by the fewest calls that settle the question."""
        raise NotImplementedError

    def plan(self, current: Any) -> list[Step]:
        """The writes that lead from current to what is wanted, in order; none where it is right already."""
        raise NotImplementedError

    def describe(self, current: Any, steps: Sequence[Step]) -> dict[str, Any]:
        """The result's own keys; where there are steps they are done, or in check mode would be."""
        raise NotImplementedError

    def info(self, current: Any) -> dict[str, Any]:
        """The result's own keys of the _info twin."""
        raise NotImplementedError

    def warnings(self, current: Any) -> list[str]:
        """What the reader should know although it is not for this run to change."""
        return []


@dataclasses.dataclass
class Progress:
    """The steps done so far, which a failure reports as well as a success."""

    steps: list[Step] = dataclasses.field(default_factory=list)

    def result(self) -> dict[str, Any]:
        """C(changed) and the titles in C(steps)."""
        return {"changed": bool(self.steps), "steps": [step.title for step in self.steps]}

    def diff(self) -> list[dict[str, Any]]:
        """What Ansible's diff mode prints: each step's before and after under its title."""
        return [
            {
                "before_header": step.title,
                "after_header": step.title,
                "before": "" if step.before is None else step.before,
                "after": "" if step.after is None else step.after,
            }
            for step in self.steps
        ]


def reconcile(resource: Resource, check_mode: bool, progress: Progress) -> dict[str, Any]:
    """Brings the resource to what is wanted and returns its result; progress holds the steps, also after an error."""
    for round_left in reversed(range(ROUNDS)):
        current = resource.read()
        steps = resource.plan(current)
        if check_mode or not steps:
            progress.steps.extend(steps)
            break
        resource.clients.require_account()
        try:
            _apply(steps, resource, progress)
            break
        except OutcomeUnknown:
            if not round_left:
                raise
            resource.clients.pause(ROUNDS - round_left)
    result = progress.result()
    result.update(resource.describe(current, progress.steps))
    result["warnings"] = resource.warnings(current)
    return result


def _apply(steps: Sequence[Step], resource: Resource, progress: Progress) -> None:
    undo: list[Step] = []
    for step in steps:
        try:
            resource.applied = True
            if step.pause_before > 0:
                resource.clients.wait(step.pause_before)
            resource.answers[step.operation] = _call(step, resource)
        except OutcomeUnknown:
            raise
        except Exception:
            for earlier in reversed(undo):
                _call(earlier, resource)
                progress.steps.append(earlier)
            raise
        progress.steps.append(step)
        if step.undo is not None:
            undo.append(step.undo)


def _call(step: Step, resource: Resource) -> Any:
    parameters = _filled_in(step.parameters, resource.answers)
    return resource.clients.write(step.client, step.operation, parameters, step.repeat_on)


def _filled_in(value: Any, answers: Mapping[str, Any]) -> Any:
    if isinstance(value, Answer):
        return value.of(answers)
    if isinstance(value, Mapping):
        return dict((key, _filled_in(item, answers)) for key, item in value.items())
    if isinstance(value, list):
        return [_filled_in(item, answers) for item in value]
    return value


def run(
    resource_class: Callable[..., Resource], options: Mapping[str, Any], clients: Any, mode: Mode
) -> dict[str, Any]:
    """What a task returns, through either shell: C(failed) and C(msg) where a person must act."""
    progress = Progress()
    try:
        resource = resource_class(options, clients)
        if mode.info:
            result: dict[str, Any] = {"changed": False}
            result.update(resource.info(resource.read()))
        else:
            result = reconcile(resource, mode.check, progress)
    except FinopsError as error:
        result = progress.result()
        result.update(failed=True, msg="Account {0}: {1}".format(options.get("account_id"), error))
    if mode.diff and not mode.info:
        result["diff"] = progress.diff()
    return result


def has_all(wanted: Mapping[str, str], current: Mapping[str, str]) -> bool:
    """Whether all wanted tags are there; tags of others do not count."""
    return all(current.get(key) == value for key, value in wanted.items())


@dataclasses.dataclass(frozen=True)
class Mode:
    """How a task was asked to run."""

    check: bool = False
    diff: bool = False
    info: bool = False
