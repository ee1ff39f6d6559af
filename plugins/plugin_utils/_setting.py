# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a variable of the roles is; C(_settings_table.py) lists them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure

CASES = tuple(procedure.CASES)
_SPECIFICATION = ("type", "elements", "required", "no_log", "choices", "default")


@dataclasses.dataclass(frozen=True)
class Setting:
    """A variable of the roles.

    options: what each module calls it; none where it says how modules are run.
    words: paragraphs, as Ansible's documentation has them.
    cases: whose roles have it. only_to_rotate: it matters to their entry point rotate_key alone.
    otherwise: what its specification has beyond, or instead of, the options' (type, default).
    """

    variable: str
    options: Mapping[str, str]
    words: Sequence[str]
    cases: Sequence[str] = CASES
    only_to_rotate: bool = False
    otherwise: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def specification(self, argument_specs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """What its value may be and is without it: type, required, no_log, elements, choices, default.

        argument_specs: by module.
        """
        about: dict[str, Any] = {"type": "str"}
        for module, option in self.options.items():
            about.update(argument_specs[module][option])
        about.update(self.otherwise)
        if not about.get("no_log"):
            about.pop("no_log", None)
        return {key: about[key] for key in _SPECIFICATION if key in about}
