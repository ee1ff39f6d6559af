# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a data source is imported again from a month on, once; pure.

The first row that fits decides:

| state    | facts                                                   | what is done                        |
|----------|---------------------------------------------------------|-------------------------------------|
| complete | no month asks for it, or the note says that it was done | nothing                             |
| refused  | reimports are switched off                              | nothing; it is told                 |
| later    | an import of the data source waits or runs              | nothing; the next run looks again   |
| asked    | the mark is where it would be put, or before            | nothing but the note                |
| reimport | anything else                                           | the mark is set back, then the note |
"""

from __future__ import annotations

import datetime
from typing import AbstractSet

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.history import mark_before

COMPLETE, REFUSED, LATER, ASKED, REIMPORT = "complete", "refused", "later", "asked", "reimport"


def decide(
    month: str | None, mark: int, is_noted: bool, imports: AbstractSet[str], allowed: bool, now: datetime.datetime
) -> str:
    """The state by the table above.

    month: the first one to be imported again, such as C(2026-09), None where none is. mark: the data source's
    C(last_import_modified_at). imports: C(scheduled), C(in_progress). allowed: C(finops_reimport) is not C(never).
    """
    if month is None or is_noted:
        return COMPLETE
    if not allowed:
        return REFUSED
    if imports:
        return LATER
    return ASKED if mark <= mark_before(month, now) else REIMPORT
