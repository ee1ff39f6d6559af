# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an audit's exit status is that of a failure; pure."""

from __future__ import annotations

import dataclasses
import re
from typing import Any, Mapping, Optional, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError

FAILED, DRIFT, NEVER = "failed", "drift", "never"
_BOUND = re.compile(r"(coverage\s*<|key_age\s*>)\s*(\d+(?:\.\d+)?)\Z")
_WORDS = "failed, drift, never, such as 'coverage < 95' (percent of the spend) or 'key_age > 90' (days)"
_NAMED = 5


@dataclasses.dataclass(frozen=True)
class FailOn:
    """states: those of accounts that fail the run; least_coverage in percent; greatest_key_age in days."""

    states: Sequence[str] = (FAILED,)
    least_coverage: Optional[float] = None
    greatest_key_age: Optional[float] = None

    def reasons(self, report: Mapping[str, Any]) -> list[str]:
        """Why the run fails, a sentence each; empty where it does not. report: as the report's file has it."""
        found = []
        for state in self.states:
            of_state = [account for account in report["accounts"] if account["state"] == state]
            found += [_counted(of_state, "in state {0}".format(state))] if of_state else []
        coverage = report["summary"].get("coverage")
        if self.least_coverage is not None:
            if coverage is None:
                found.append("the coverage of the spend is not known, since nobody could read what was delivered")
            elif 100 * coverage < self.least_coverage:
                found.append(
                    "{0:.2f} % of the spend is covered, less than {1:g} %".format(100 * coverage, self.least_coverage)
                )
        if self.greatest_key_age is not None:
            old = [one for one in report["accounts"] if (one.get("key_age_days") or 0) > self.greatest_key_age]
            found += [_counted(old, "with a key of more than {0:g} days".format(self.greatest_key_age))] if old else []
        return found


def fail_on(words: Sequence[str]) -> FailOn:
    """What O(fail_on) asks for; InputError where a word is none that is known. C(drift) includes what has failed."""
    states: list[str] = []
    bounds: dict[str, float] = {}
    for word in words:
        bound = _BOUND.match(word.strip())
        if bound:
            bounds[bound.group(1)[:3]] = float(bound.group(2))
        elif word in (FAILED, DRIFT):
            states += [FAILED] if word == FAILED else [FAILED, DRIFT]
        elif word != NEVER:
            raise InputError("fail_on", "{0!r} is none of: {1}".format(word, _WORDS))
    return FailOn(tuple(dict.fromkeys(states)), bounds.get("cov"), bounds.get("key"))


def _counted(accounts: Sequence[Mapping[str, Any]], what: str) -> str:
    names = ["{0} ({1})".format(one["account_id"], one["host"]) for one in accounts]
    more = len(names) - _NAMED
    named = ", ".join(names[:_NAMED]) + (" and {0} more".format(more) if more > 0 else "")
    return "{0} account{1} {2}: {3}".format(len(names), "" if len(names) == 1 else "s", what, named)
