# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Support: cases, for accounts whose support plan has the API; all others are refused, as AWS documents it."""

from __future__ import annotations

from tests.emulator.aws import errors, model_validation
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.operations import serialize
from tests.emulator.aws.state import After, AwsState, Before


def _checked(call: ApiCall, state: AwsState) -> None:
    if call.account not in state.support_cases:
        message = "Amazon Web Services Premium Support Subscription is required to use this service."
        raise errors.AwsError("SubscriptionRequiredException", message, 400)
    found = model_validation.problems("support", call.operation, call.params)
    if found:
        raise errors.AwsError("ValidationException", model_validation.message(found), 400)


def create_case(call: ApiCall, state: AwsState) -> Response | None:
    """Whoever asks twice has two cases."""
    _checked(call, state)
    cases = state.support_cases[call.account]
    case = {
        "caseId": f"case-{call.account}-muen-{state.clock.now():%Y}-{len(cases) + 1}",
        "subject": call.params["subject"],
        "serviceCode": call.params.get("serviceCode", ""),
        "status": "unassigned",
        "timeCreated": state.clock.now().isoformat(),
        "body": call.params["communicationBody"],
    }
    cases.append(case)
    return serialize(call, {"caseId": case["caseId"]})


def describe_cases(call: ApiCall, state: AwsState) -> Response | None:
    """The account's cases, newest first; resolved ones only where they are asked for."""
    _checked(call, state)
    cases = [
        {key: value for key, value in case.items() if key != "body"}
        for case in reversed(state.support_cases[call.account])
        if case["status"] != "resolved" or call.params.get("includeResolvedCases")
    ]
    return serialize(call, {"cases": cases})


BEFORE: dict[str, Before] = {"CreateCase": create_case, "DescribeCases": describe_cases}
AFTER: dict[str, After] = {}
