# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KMS: key policies must at least be policies."""

from __future__ import annotations

import json

from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.errors import AwsError
from tests.emulator.aws.policy_language import as_list
from tests.emulator.aws.state import After, AwsState, Before


def check_key_policy(call: ApiCall, state: AwsState) -> Response | None:
    """Statements with an effect, a principal and actions; moto takes any text."""
    text = call.params.get("Policy")
    if text is None:
        return None
    try:
        document = json.loads(text)
    except ValueError as problem:
        raise AwsError("MalformedPolicyDocumentException", "Syntax errors in policy.") from problem
    statements = as_list(document.get("Statement")) if isinstance(document, dict) else []
    if not statements or not all(isinstance(statement, dict) for statement in statements):
        raise AwsError("MalformedPolicyDocumentException", "Syntax errors in policy.")
    for statement in statements:
        for element in ("Effect", "Principal", "Action", "Resource"):
            if element not in statement and f"Not{element}" not in statement:
                raise AwsError("MalformedPolicyDocumentException", f"Missing required field {element}")
    return None


BEFORE: dict[str, Before] = {"CreateKey": check_key_policy, "PutKeyPolicy": check_key_policy}
AFTER: dict[str, After] = {}
