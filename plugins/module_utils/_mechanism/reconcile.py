# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one mechanism: read, plan, apply.

A resource reads what is there and plans: what is wrong, as findings, and what mends it, as steps, each one write. assess()
stops after the plan, whatever it found; reconcile() refuses a plan that is blocked, does its steps, and looks again where
the outcome of a write is unknown. Check mode, diff mode, audit and info all read the same plan.

A removal does what can be done and is refused afterwards, so that what stays keeps nothing else from going.
"""

from __future__ import annotations

import dataclasses
import os
import traceback
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, OutcomeUnknown
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import (
    ALARM,
    NOTE,
    PENDING,
    Finding,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import blocked as blocked_finding
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Answer, Plan, Step
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.words import worded

# How often a plan is made anew after a write whose outcome is unknown; a run never writes the same thing more often.
ROUNDS = 8


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

    def plan(self, current: Any) -> Plan:
        """What is wrong with current, and the writes that lead from there to what is wanted; pure, raises nothing."""
        raise NotImplementedError

    def describe(self, current: Any, steps: Sequence[Step]) -> dict[str, Any]:
        """The result's own keys; where there are steps they are done, or in check mode would be."""
        raise NotImplementedError

    def info(self, current: Any) -> dict[str, Any]:
        """The result's own keys of the _info twin."""
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class Assessment:
    """What is there, None where it could not be read, the plan that follows from it, and the result's own keys."""

    current: Any
    plan: Plan
    found: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def assess(make: Callable[[], Resource]) -> Assessment:
    """Reads and plans; never writes, and never raises for what it found: an error is a finding of its own.

    make: makes the resource, which checks its options.
    """
    current = None
    try:
        resource = make()
        current = resource.read()
        plan = resource.plan(current)
        return Assessment(current, plan, resource.describe(current, plan.steps))
    except FinopsError as error:
        return Assessment(current, Plan(others=[blocked_finding(error.finding_code, str(error), "")]))


@dataclasses.dataclass
class Progress:
    """The steps done so far, which a failure reports as well as a success."""

    steps: list[Step] = dataclasses.field(default_factory=list)

    def result(self) -> dict[str, Any]:
        """C(changed), the titles in C(steps), and in C(removed), where anything is gone by them, what is."""
        removed = [step.removes for step in self.steps if step.removes]
        result: dict[str, Any] = {"changed": bool(self.steps), "steps": [step.title for step in self.steps]}
        return dict(result, removed=removed) if removed else result

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


class Blocked(FinopsError):
    """A plan that a person must make way for; findings are those of the plan that are still so."""

    def __init__(self, plan: Plan, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(finding.text for finding in plan.blocked), plan.blocked[0].code)
        self.findings = findings


def reconcile(resource: Resource, check_mode: bool, progress: Progress) -> dict[str, Any]:
    """Brings the resource to what is wanted and returns its result; progress holds the steps, also after an error."""
    for round_left in reversed(range(ROUNDS)):
        current = resource.read()
        plan = resource.plan(current)
        if plan.blocked and not resource.absent:
            raise Blocked(plan, plan.findings)
        if check_mode or not plan.steps:
            progress.steps.extend(plan.steps)
            break
        resource.clients.require_account()
        try:
            _apply(plan.steps, resource, progress)
            break
        except OutcomeUnknown:
            if not round_left:
                raise
            resource.clients.pause(ROUNDS - round_left)
    left = plan.findings if check_mode else plan.others
    if plan.blocked:
        raise Blocked(plan, left)
    result = progress.result()
    result.update(resource.describe(current, progress.steps))
    result["findings"] = _results(left, resource.NAME)
    result["warnings"] = [finding.text for finding in left if finding.severity in (ALARM, NOTE, PENDING)]
    return result


def _results(findings: Sequence[Finding], resource: str) -> list[dict[str, Any]]:
    return [finding.as_result(resource) for finding in findings]


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
        except Exception as error:
            _take_back(undo, resource, progress, error)
            raise
        progress.steps.append(step)
        if step.undo is not None:
            undo.append(step.undo)


def _take_back(undo: Sequence[Step], resource: Resource, progress: Progress, cause: Exception) -> None:
    """Undoes all that can be undone, in reverse; what cannot is told together with the error that it began with."""
    failed = []
    for step in reversed(undo):
        try:
            _call(step, resource)
            progress.steps.append(step)
        except FinopsError as error:
            failed.append("{0}: {1}".format(step.title, error))
    if failed:
        raise FinopsError("{0}. Taking back what was done failed too: {1}".format(_told(cause), "; ".join(failed)))


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


def run(resource_class: type[Resource], options: Mapping[str, Any], clients: Any, mode: Mode) -> dict[str, Any]:
    """What a task returns, through either shell: C(failed) and C(msg) where a person must act, which an audit never does."""
    progress = Progress()

    def make() -> Resource:
        return resource_class(options, clients)

    try:
        if mode.audit:
            result: dict[str, Any] = _audited(assess(make), resource_class.NAME)
        elif mode.info:
            resource = make()
            current = resource.read()
            result = {"changed": False, "findings": _results(resource.plan(current).findings, resource.NAME)}
            result.update(resource.info(current))
        else:
            result = reconcile(make(), mode.check, progress)
    except Exception as error:
        result = progress.result()
        result.update(failed=True, msg=_told(error))
        if isinstance(error, Blocked):
            result["findings"] = _results(error.findings, resource_class.NAME)
    if mode.diff and not (mode.info or mode.audit):
        result["diff"] = progress.diff()
    return worded(_with_account(result, options.get("account_id")), options.get("variables") or {})


def _audited(assessment: Assessment, resource: str) -> dict[str, Any]:
    findings = _results(assessment.plan.findings, resource)
    return dict(assessment.found, changed=False, findings=findings)


def _with_account(result: dict[str, Any], account: Any) -> dict[str, Any]:
    """The result with the account that it is about, where the option for it says one."""
    if not isinstance(account, str) or not account.isdigit():
        return result
    result["account_id"] = account
    if "msg" in result:
        result["msg"] = "Account {0}: {1}".format(account, result["msg"])
    result["warnings"] = ["Account {0}: {1}".format(account, text) for text in result.get("warnings", [])]
    return result


def _told(error: Exception) -> str:
    """Our own errors in their words; of any other, whose words could quote anything, just what it is and where."""
    if isinstance(error, FinopsError):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return "an unexpected {0} in {1}, line {2}: please report it".format(
        type(error).__name__, os.path.basename(place.filename), place.lineno
    )


def has_all(wanted: Mapping[str, str], current: Mapping[str, str]) -> bool:
    """Whether all wanted tags are there; tags of others do not count."""
    return all(current.get(key) == value for key, value in wanted.items())


@dataclasses.dataclass(frozen=True)
class Mode:
    """How a task was asked to run; audit: findings alone, past whatever there is."""

    check: bool = False
    diff: bool = False
    info: bool = False
    audit: bool = False
