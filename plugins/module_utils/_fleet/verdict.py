# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of an account, derived from the results of its steps and from nothing else.

The recap, the exit status, the callback's table and a controller's artifacts all take it from here, in the playbooks of
this collection as in a user's own.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.procedure import NAMES
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import (
    ALARM,
    BLOCKED,
    DRIFT,
    NOTE,
    PENDING,
)

# From worst to best; an account is in one of them. FOUND: what was found is for somebody to look at, but no step failed.
FAILED, FOUND, WAITING, CHANGED, RIGHT = "failed", "found", "pending", "changed", "right"
# The variables in which the roles register their tasks; those of looped ones hold the results of the steps.
REMOVALS = ("finops_offboarding", "finops_offboarding_of_management")
REGISTERED = (
    "finops_preparation",
    "finops_connection",
    "finops_rotation",
    "finops_retirement",
    "finops_migration",
    "finops_after_transfer",
    "finops_backfill",
    "finops_audit",
    *REMOVALS,
)
# What the end of a run did for an account, in the same form; that alone is no visit.
AFTERWARDS = "finops_history"
_UNLISTED = "data source: the platform does not list this account at the end of the run. Run the playbook again"
_NOT_VISITED = "account: it was not visited to the end, because {0}"


@dataclasses.dataclass(frozen=True)
class StepResult:
    """One step of a visit: its module and name, and what Ansible has of its result."""

    module: str
    name: str
    result: Mapping[str, Any]

    @property
    def counts(self) -> bool:
        """Whether the step was done at all."""
        return not self.result.get("skipped")


def steps_of(variables: Mapping[str, Any]) -> list[StepResult]:
    """The steps that a host's REGISTERED variables and AFTERWARDS tell of, in order."""
    found = []
    for variable in (*REGISTERED, AFTERWARDS):
        registered = variables.get(variable) or {}
        for result in registered.get("results", [registered]):
            item = result.get("finops_step") or {}
            module = result.get("module") or item.get("module")
            if module:
                name = _name(item, variable in REMOVALS) or NAMES.get(module, module)
                found.append(StepResult(str(module), str(name), result))
    return found


def _name(item: Mapping[str, Any], is_removal: bool) -> Any:
    return item.get("removal" if is_removal and "removal" in item else "name")


def has_connected(variables: Mapping[str, Any]) -> bool:
    """Whether a step of the run wrote to the account's data source, and left one there; no offboarding does."""
    if any(variables.get(name) for name in REMOVALS):
        return False
    return any(
        step.result.get("changed") and step.result.get("data_source")
        for step in steps_of(variables)
        if step.module in ("access_key", "data_source")
    )


def verdict(
    host: str, case: str, variables: Mapping[str, Any], listed: bool | None, check_mode: bool = False
) -> dict[str, Any]:
    """One account's outcome.

    variables: the host's REGISTERED variables and AFTERWARDS, finops_account_id and finops_platform_url.
    listed: whether the platform lists the account's data source at the end; None where nobody asked.
    Returns host, account_id, case, state, done (titles), right (parts), left_out, failed (step and reason), unlisted,
    findings, those that are still so; of an account that was to be offboarded, in stays what is left of it and why; and
    stage, of a migration the account's, as its last step that tells has it; in check mode the first, for what the later ones
    tell would only be so after what is announced.
    """
    steps = steps_of(variables)
    counted = [step for step in steps if step.counts]
    failed = _failure(steps, variables)
    findings = [finding for step in counted for finding in step.result.get("findings") or []]
    unlisted = failed is None and listed is False
    stages = [step.result["stage"] for step in counted if step.result.get("stage")]
    done = [title for step in counted for title in step.result.get("steps") or []]
    state = FAILED if failed or unlisted else _state(findings, done, is_audit=bool(variables.get("finops_audit")))
    return {
        "host": host,
        "account_id": variables.get("finops_account_id"),
        "case": case,
        "state": state,
        "done": done,
        "right": _right(counted),
        "left_out": None if failed else _left_out(counted, variables),
        "failed": failed or (_UNLISTED if unlisted else None),
        "unlisted": unlisted,
        "findings": _once(findings),
        "stays": _stays(counted) if any(variables.get(name) for name in REMOVALS) else None,
        "stage": stages[0 if check_mode else -1] if stages else None,
    }


def removed(variables: Mapping[str, Any]) -> list[str]:
    """The ids and ARNs of what is gone by a host's REMOVALS, or in check mode would be."""
    steps = steps_of(dict((name, variables[name]) for name in REMOVALS if name in variables))
    return [one for step in steps for one in step.result.get("removed") or []]


def _stays(steps: Sequence[StepResult]) -> list[str]:
    """What an offboarding has left, and why: what is in the way, what nobody asked for, and steps that failed.

    Where the account itself was refused nothing was begun, so that alone has to be told.
    """
    left = []
    for step in steps:
        findings = [one for one in step.result.get("findings") or [] if one.get("severity") in (BLOCKED, NOTE)]
        left += ["{0}. {1}".format(str(one["title"]).rstrip("."), one.get("remedy") or "").strip() for one in findings]
        if step.result.get("failed") and not findings:
            left.append("{0}: {1}".format(step.name, step.result.get("msg", "no reason was given")))
    refused = any(step.module == "account" and step.result.get("failed") for step in steps)
    return [] if refused else list(dict.fromkeys(left))


def _failure(steps: Sequence[StepResult], variables: Mapping[str, Any]) -> str | None:
    for step in steps:
        if step.result.get("failed") or step.result.get("unreachable"):
            reason = str(step.result.get("msg", "no reason was given"))
            account = "Account {0}: ".format(variables.get("finops_account_id"))
            return "{0}: {1}".format(step.name, reason[len(account) :] if reason.startswith(account) else reason)
    registered = [variables[name] for name in REGISTERED if variables.get(name)]
    for result in registered:
        if result.get("unreachable") or (result.get("failed") and not result.get("results")):
            return _NOT_VISITED.format(result.get("msg", "its host could not be reached"))
    return None if registered else _NOT_VISITED.format("its host could not be reached or left the play before")


def _state(findings: Sequence[Mapping[str, Any]], done: Sequence[str], is_audit: bool) -> str:
    severities = {finding.get("severity") for finding in findings}
    if ALARM in severities or (is_audit and severities & {BLOCKED, DRIFT}):
        return FOUND
    if PENDING in severities:
        return WAITING
    return CHANGED if done else RIGHT


# Whose matter a finding is, by the beginning of its code, where another step than its own may tell of it.
_MATTERS = {"SOURCE_": "data_source", "KEY_": "access_key"}


def _right(steps: Sequence[StepResult]) -> list[str]:
    """The parts of the account that every step about them found right, without a word to say."""
    touched = set()
    for step in steps:
        findings = step.result.get("findings") or []
        if step.result.get("changed") or step.result.get("failed") or findings:
            touched.add(step.module)
        codes = [str(finding.get("code")) for finding in findings]
        touched.update(matter for begin, matter in _MATTERS.items() if any(code.startswith(begin) for code in codes))
        # A data source that the key's step has just made or changed was not already right.
        if any("data source" in title for title in step.result.get("steps") or []):
            touched.add("data_source")
    looked_at = {step.module for step in steps}
    return [name for module, name in NAMES.items() if module in looked_at - touched]


def _left_out(steps: Sequence[StepResult], variables: Mapping[str, Any]) -> str | None:
    only_prepared = variables.get("finops_preparation") and not variables.get("finops_connection")
    if variables.get("finops_platform_url") or only_prepared:
        return None
    has_key = any(step.module in ("access_key", "role") for step in steps)
    return "{0}: finops_platform_url is not set".format("data source" if has_key else "access key and data source")


def _once(findings: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Each finding once, although several steps may tell of it."""
    seen: dict[tuple[Any, Any], Mapping[str, Any]] = {}
    for finding in findings:
        seen.setdefault((finding.get("code"), finding.get("title")), finding)
    return list(seen.values())
