# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Cost Explorer's backfill of cost allocation tags.

Source: its API reference (StartCostAllocationTagBackfill): from the first of a month, of twelve months at most, once in 24 hours.
"""

from __future__ import annotations

import datetime

from tests.emulator.aws import errors, model_validation
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.operations import serialize
from tests.emulator.aws.state import AwsState, Before

_PAUSE = datetime.timedelta(hours=24)
_MONTHS = 12


def start(call: ApiCall, state: AwsState) -> Response | None:
    """One at a time, and one a day."""
    found = model_validation.problems("ce", call.operation, call.params)
    if found:
        raise errors.AwsError("ValidationException", model_validation.message(found), 400)
    now, since = state.clock.now(), datetime.datetime.fromisoformat(call.params["BackfillFrom"].replace("Z", "+00:00"))
    back = (now.year - since.year) * 12 + now.month - since.month
    if since.day != 1 or not 0 <= back <= _MONTHS:
        raise errors.AwsError("ValidationException", "BackfillFrom must be the first of one of the last 12 months", 400)
    made = state.tag_backfills.setdefault(call.account, [])
    if made and now - made[-1][1] < _PAUSE:
        raise errors.AwsError("BackfillLimitExceededException", "You can request a backfill once in 24 hours.", 400)
    made.append((call.params["BackfillFrom"], now))
    return serialize(call, {"BackfillRequest": _shown(*made[-1])})


def listed(call: ApiCall, state: AwsState) -> Response | None:
    """All requests, newest first."""
    requests = [_shown(*one) for one in reversed(state.tag_backfills.get(call.account, []))]
    return serialize(call, {"BackfillRequests": requests})


def _shown(since: str, moment: datetime.datetime) -> dict[str, str]:
    at = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    return {"BackfillFrom": since, "RequestedAt": at, "LastUpdatedAt": at, "BackfillStatus": "PROCESSING"}


BEFORE: dict[str, Before] = {"StartCostAllocationTagBackfill": start, "ListCostAllocationTagBackfillHistory": listed}
