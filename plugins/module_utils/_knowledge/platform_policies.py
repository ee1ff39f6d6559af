# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the platform says that a role needs, held by meaning against the documented policies; pure.

Its answer is not the documented policies (facts of its API): it trusts its whole account, and asks for starting and stopping
machines, a metric and the making of reports besides. That much is known, and only what differs further is worth a word.
"""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policies import policy_document
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policy_meaning import (
    allows,
    listed,
    principals,
    statements_of,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.settings import POLICY_NAMES

# The platform is asked about a bucket of this name, which need not exist.
BUCKET = "finops-for-cloud"
_KNOWN = (
    "bcm-data-exports:CreateExport",
    "cloudwatch:GetMetricData",
    "cur:PutReportDefinition",
    "ec2:StartInstances",
    "ec2:StopInstances",
)


def meaning(answer: Mapping[str, Any]) -> dict[str, list[str]]:
    """C(accounts) that its trust policy lets in, C(*) for all; C(more) that it asks for than is documented or known; C(less)."""
    documented = [policy_document(name, "documented", "aws", BUCKET) for name in POLICY_NAMES]
    ours = _together(*documented, {"Statement": [_statement(list(_KNOWN), "*")]})
    theirs = answer["role_policy"]
    named = {name for one in statements_of(answer["trust_policy"]) for dummy, name in principals(one)}
    trusted = {name.split(":")[4] if name.startswith("arn:") else name for name in named}
    return {"accounts": sorted(trusted), "more": _beyond(ours, theirs), "less": _beyond(theirs, _together(*documented))}


def _beyond(document: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """The actions, with their resources, that the wanted document permits and the other does not."""
    return sorted(
        "{0} on {1}".format(action, resource)
        for statement in statements_of(wanted)
        for action in listed(statement.get("Action", []))
        for resource in listed(statement.get("Resource", "*"))
        if not allows(document, {"Statement": [dict(statement, Action=action, Resource=resource)]})
    )


def _together(*documents: Mapping[str, Any]) -> dict[str, Any]:
    return {"Statement": [statement for document in documents for statement in statements_of(document)]}


def _statement(actions: list[str], resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}
