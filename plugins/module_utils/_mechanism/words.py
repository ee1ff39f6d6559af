# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last look at whatever leaves the core: options get their readers' names, and secrets are masked."""

from __future__ import annotations

import json
import re
from typing import Any, Callable, Iterable, Mapping
from urllib.parse import quote

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
_OPTION = re.compile(r"O\(([a-z_]+)\)")


def worded(value: Any, names: Mapping[str, str]) -> Any:
    """A text, or all texts in lists and mappings, with each O(option) as the reader calls it.

    names: the readers' names by option; an option that has none there is called by its own name.
    """
    return _mapped(value, lambda text: _OPTION.sub(lambda match: names.get(match[1], match[1]), text))


def masked(value: Any, secrets: Iterable[str]) -> Any:
    """A text, or all texts in lists and mappings, without any of the secrets, also where they were quoted."""
    forms = sorted({form for secret in secrets for form in _forms(secret) if form}, key=len, reverse=True)
    return _mapped(value, lambda text: _without(forms, text) if any(form in text for form in forms) else str(text))


def _without(forms: Iterable[str], text: str) -> str:
    """A pattern is made only for a text that has one of them in it: that takes longer than to look."""
    return re.sub("|".join(map(re.escape, forms)), MASK, text)


def _forms(secret: str) -> Iterable[str]:
    """A secret as texts of others show it: as it is, without the white space around it, as a literal, in JSON, in a URL."""
    for form in (secret, secret.strip()):
        yield from (form, " ".join(form.split()), repr(form)[1:-1], json.dumps(form)[1:-1], quote(form, safe=""))


def _mapped(value: Any, function: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return function(value)
    if isinstance(value, Mapping):
        return dict((key, _mapped(item, function)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return [_mapped(item, function) for item in value]
    return value
