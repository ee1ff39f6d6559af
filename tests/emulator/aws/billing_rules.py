# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Billing: which billing views an account sees; whatever else may be asked is refused."""

from __future__ import annotations

from typing import Any

from tests.emulator.aws import errors, model_validation
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.exports_tables import billing_view
from tests.emulator.aws.operations import serialize
from tests.emulator.aws.state import After, AwsState, Before


def list_billing_views(call: ApiCall, state: AwsState) -> Response | None:
    """The primary view, and the one that shows the account its costs where another one pays its bill."""
    found = model_validation.problems("billing", call.operation, call.params)
    if found:
        raise errors.AwsError("ValidationException", model_validation.message(found), 400)
    views = [_view(billing_view(call.account), "Primary View", "PRIMARY", call.account, call.account)]
    moment = state.clock.now()
    shown, transfer = state.transfers.view_of(call.account, moment), state.transfers.in_force(call.account, moment)
    if shown and transfer:
        views.append(_view(shown, "Showback", "BILLING_TRANSFER_SHOWBACK", transfer.target, call.account))
    asked = {
        "arn": call.params.get("arns"),
        "billingViewType": call.params.get("billingViewTypes"),
        "ownerAccountId": call.params.get("ownerAccountId"),
        "sourceAccountId": call.params.get("sourceAccountId"),
    }
    return serialize(
        call,
        {"billingViews": [view for view in views if all(not one or view[key] in one for key, one in asked.items())]},
    )


def _view(arn: str, name: str, kind: str, owner: str, source: str) -> dict[str, Any]:
    return {
        "arn": arn,
        "name": name,
        "billingViewType": kind,
        "ownerAccountId": owner,
        "sourceAccountId": source,
        "healthStatus": {"statusCode": "HEALTHY"},
    }


BEFORE: dict[str, Before] = {"ListBillingViews": list_billing_views}
AFTER: dict[str, After] = {}
