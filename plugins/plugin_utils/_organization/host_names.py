# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host names from what people call accounts: safe in patterns and on screens, and one for each account.

The rule, as docs/organization.md tells it:

1. Letters, digits, C(_), C(.) and C(-) stay; whatever else stands between them becomes one C(-), and nothing at either
   end.
2. C(-) and the account id follow where that is no name for this account alone: another account of the organization has
   it too, upper and lower case taken as the same; a group has it, or Ansible; or it reads like the id of another.
3. Where nothing is left, the account id is the name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.accounts import Account

TAG = "tag:"
_ANSIBLES_OWN = ("all", "ungrouped", "localhost")
_ID_AT_THE_END = re.compile(r"(?:.*-)?([0-9]{12})")


def check(sources: Iterable[object]) -> list[str]:
    """The option hostnames: where names come from, the best first; InputError for what is none of them."""
    found = [str(source) for source in sources]
    for source in found:
        if source not in ("name", "id") and not (source.startswith(TAG) and source != TAG):
            raise InputError("hostnames", "{0!r} is none of name, id and tag:KEY".format(source))
    return found


def host_names(accounts: Iterable[Account], sources: Sequence[str], taken: Iterable[str]) -> Mapping[str, str]:
    """By account id its host name. taken: the names of groups."""
    safe = {account.id: _safe(_wanted(account, sources)) for account in accounts}
    counts = Counter(name.casefold() for name in safe.values())
    reserved = {name.casefold() for name in (*taken, *_ANSIBLES_OWN)}
    names = {}
    for account_id, name in safe.items():
        ends_with_id = _ID_AT_THE_END.fullmatch(name)
        is_anothers = ends_with_id is not None and ends_with_id[1] != account_id
        is_no_ones = counts[name.casefold()] > 1 or name.casefold() in reserved or is_anothers
        names[account_id] = "-".join(filter(None, (name, account_id))) if is_no_ones or not name else name
    return names


def _wanted(account: Account, sources: Sequence[str]) -> str:
    """What the first source that has something says."""
    values = {"name": account.name, "id": account.id, **{TAG + key: value for key, value in account.tags.items()}}
    return next((values[source] for source in sources if _safe(values.get(source, ""))), "")


def _safe(text: str) -> str:
    return re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFKC", text)).strip("-._")
