# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is before the accounts of a run: which plays they are in, and how many steps each play has for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleError
from ansible.playbook.block import Block

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.progress import CASES, Progress
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.run_events import STEP


class Plan:
    """The plays of a run, counted before it begins, as far as their hosts are known by then.

    C(has_steps): accounts go through tasks of the action C(step), and nothing else counts.
    """

    def __init__(self, plays: Sequence[Any], progress: Progress) -> None:
        self._progress = progress
        self._counted: set[str] = set()
        self.has_steps = any(_steps_of(play) for play in plays)
        for play in plays:
            # Of groups that earlier plays make, and of templates, only the moment tells.
            if _has_known_hosts(play):
                self._count(play)

    def begin(self, play: Any) -> Mapping[str, Any]:
        """A play's variables, now that it begins; one in batches begins with each of them."""
        if play._uuid not in self._counted:
            self._count(play)
        return _variables_of(play)

    def is_work(self, play: Any) -> bool:
        """Whether a play brings its accounts nearer to their end."""
        return self._units_of(play) > 0

    def _count(self, play: Any) -> None:
        variables = _variables_of(play)
        if "ansible_play_hosts_all" in variables:
            self._counted.add(play._uuid)
            groups = variables.get("groups", {})
            cases = {host: case for case in reversed(CASES) for host in groups.get(case, [])}
            self._progress.expect(cases, variables["ansible_play_hosts_all"], self._units_of(play))

    def _units_of(self, play: Any) -> int:
        return _steps_of(play) if self.has_steps else 1


def _has_known_hosts(play: Any) -> bool:
    groups = play.get_variable_manager().get_vars().get("groups", {})
    names = {*groups, *groups.get("all", [])}
    patterns = [play.hosts] if isinstance(play.hosts, str) else play.hosts
    return all(word.lstrip("!&") in names for pattern in patterns for word in re.split("[,:]", str(pattern)))


def _variables_of(play: Any) -> Mapping[str, Any]:
    """With what Ansible says of the play's hosts; nothing where a file of variables is still to be made."""
    try:
        found: Mapping[str, Any] = play.get_variable_manager().get_vars(play=play)
    except AnsibleError:
        return {}
    return found


def _steps_of(play: Any) -> int:
    return sum(action == STEP for action in _actions(play.compile()))


def _actions(entries: Iterable[Any]) -> Iterable[str]:
    for entry in entries:
        if isinstance(entry, Block):
            yield from _actions([*entry.block, *entry.always])
        else:
            yield str(entry.action)
