# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last look at whatever leaves the core: options get their readers' names, and secrets are masked."""

from __future__ import annotations

import re
from typing import Any, Callable, Iterable, Mapping

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
_OPTION = re.compile(r"O\(([a-z_]+)\)")


def worded(value: Any, names: Mapping[str, str]) -> Any:
    """A text, or all texts in lists and mappings, with each O(option) as the reader calls it.

    names: the readers' names by option; an option that has none there is called by its own name.
    """
    return _mapped(value, lambda text: _OPTION.sub(lambda match: names.get(match[1], match[1]), text))


def masked(value: Any, secrets: Iterable[str]) -> Any:
    """A text, or all texts in lists and mappings, without any of the secrets, also where they were quoted."""
    forms = {form for secret in secrets for form in (secret, secret.strip(), repr(secret)[1:-1]) if form}
    longest_first = sorted(forms, key=len, reverse=True)

    def mask(text: str) -> str:
        for form in longest_first:
            text = text.replace(form, MASK)
        return text

    return _mapped(value, mask)


def _mapped(value: Any, function: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return function(value)
    if isinstance(value, Mapping):
        return dict((key, _mapped(item, function)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return [_mapped(item, function) for item in value]
    return value
